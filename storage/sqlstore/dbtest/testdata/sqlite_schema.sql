CREATE TABLE admincenter_account_aliases (
    org_id  TEXT NOT NULL REFERENCES admincenter_organizations (org_id),
    value   TEXT NOT NULL,
    holders TEXT NOT NULL,
    PRIMARY KEY (org_id, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_accounts (
    org_id              TEXT    NOT NULL,
    id                  TEXT    NOT NULL,
    name                TEXT    NOT NULL,
    customer_id         TEXT    NOT NULL,
    invoice_currency    TEXT    NOT NULL,
    primary_email       TEXT    NOT NULL,
    net_term_days       INTEGER,
    phone_number        TEXT    NOT NULL,
    line1               TEXT    NOT NULL,
    line2               TEXT    NOT NULL,
    postal_code         TEXT    NOT NULL,
    city                TEXT    NOT NULL,
    state               TEXT    NOT NULL,
    country             TEXT    NOT NULL,
    aliases             TEXT    NOT NULL,
    billing_information TEXT    NOT NULL,
    metadata            TEXT    NOT NULL,
    tags                TEXT    NOT NULL,
    status              TEXT    NOT NULL,
    search              TEXT    NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    restored_version INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, customer_id) REFERENCES admincenter_customers (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_accounts_customer ON admincenter_accounts (org_id, customer_id, id);

CREATE INDEX admincenter_accounts_status ON admincenter_accounts (org_id, status, id);

CREATE TABLE admincenter_archived_currencies (
    org_id           TEXT    NOT NULL,
    code             TEXT    NOT NULL,
    archived_at      INTEGER NOT NULL,
    archived_by_kind TEXT    NOT NULL,
    archived_by_id   TEXT    NOT NULL,
    PRIMARY KEY (org_id, code),
    FOREIGN KEY (org_id, code) REFERENCES admincenter_currencies (org_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_audit (
    org_id       TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id           TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    actor_kind   TEXT    NOT NULL,
    actor_id     TEXT    NOT NULL,
    actor_for    TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    subject_kind TEXT    NOT NULL,
    subject_id   TEXT    NOT NULL,
    changes      TEXT    NOT NULL,
    request_sum  BLOB    NOT NULL, -- of the source and the user agent in admincenter_audit_values
    request_id   TEXT    NOT NULL,
    digest       BLOB    NOT NULL,
    PRIMARY KEY (org_id, at, id),
    UNIQUE (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_audit_action ON admincenter_audit (org_id, action, at, id);

CREATE INDEX admincenter_audit_actor ON admincenter_audit (org_id, actor_kind, actor_id, at, id);

CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
    AND NOT EXISTS (SELECT 1 FROM admincenter_audit_log l JOIN admincenter_audit_cuts c ON c.org_id = l.org_id
        WHERE l.record_id = OLD.id AND l.org_id = OLD.org_id AND l.seq <= c.seq)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: audit records cannot be deleted');
END;

CREATE TRIGGER admincenter_audit_no_replace BEFORE INSERT ON admincenter_audit
WHEN EXISTS (SELECT 1 FROM admincenter_audit WHERE org_id = NEW.org_id AND id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: audit records cannot be replaced');
END;

CREATE TRIGGER admincenter_audit_no_update BEFORE UPDATE ON admincenter_audit
BEGIN
    SELECT RAISE(ABORT, 'admincenter: audit records cannot be changed');
END;

CREATE INDEX admincenter_audit_subject ON admincenter_audit (org_id, subject_kind, subject_id, at, id);

CREATE INDEX admincenter_audit_subject_kind ON admincenter_audit (org_id, subject_kind, at, id);

CREATE INDEX admincenter_audit_support ON admincenter_audit (org_id, actor_for, at, id) WHERE actor_for <> '';

CREATE TRIGGER admincenter_audit_waits AFTER INSERT ON admincenter_audit
BEGIN
    INSERT INTO admincenter_audit_queue (org_id, id) VALUES (NEW.org_id, NEW.id);
END;

CREATE TABLE admincenter_audit_cuts (
    org_id    TEXT    NOT NULL PRIMARY KEY REFERENCES admincenter_organizations (org_id),
    seq       INTEGER NOT NULL,
    hash      BLOB    NOT NULL,
    sealed_at INTEGER NOT NULL,
    record_id TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER admincenter_audit_cuts_made BEFORE INSERT ON admincenter_audit_cuts
WHEN EXISTS (SELECT 1 FROM admincenter_audit_cuts WHERE org_id = NEW.org_id)
    OR NOT EXISTS (SELECT 1 FROM admincenter_audit
        WHERE org_id = NEW.org_id AND id = NEW.record_id AND at = NEW.at AND action = 'trail.trim')
    OR NOT EXISTS (SELECT 1 FROM admincenter_audit_log
        WHERE org_id = NEW.org_id AND seq = NEW.seq AND hash = NEW.hash AND sealed_at = NEW.sealed_at)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the audit trail is cut on record, and once at a place');
END;

CREATE TRIGGER admincenter_audit_cuts_moved BEFORE UPDATE ON admincenter_audit_cuts
WHEN NEW.org_id <> OLD.org_id OR NEW.seq <= OLD.seq
    OR NOT EXISTS (SELECT 1 FROM admincenter_audit
        WHERE org_id = NEW.org_id AND id = NEW.record_id AND at = NEW.at AND action = 'trail.trim')
    OR NOT EXISTS (SELECT 1 FROM admincenter_audit_log
        WHERE org_id = NEW.org_id AND seq = NEW.seq AND hash = NEW.hash AND sealed_at = NEW.sealed_at)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the audit trail is cut on record, and once at a place');
END;

CREATE TRIGGER admincenter_audit_cuts_no_delete BEFORE DELETE ON admincenter_audit_cuts
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
BEGIN
    SELECT RAISE(ABORT, 'admincenter: where the audit trail is cut cannot be deleted');
END;

CREATE TABLE admincenter_audit_heads (
    org_id    TEXT    NOT NULL PRIMARY KEY REFERENCES admincenter_organizations (org_id),
    seq       INTEGER NOT NULL,
    hash      BLOB    NOT NULL,
    sealed_at INTEGER,
    horizon   INTEGER,
    oldest_at INTEGER -- when the first record was sealed that is left, but for those of removals
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_audit_heads_oldest ON admincenter_audit_heads (oldest_at, org_id);

CREATE INDEX admincenter_audit_heads_sealed ON admincenter_audit_heads (sealed_at, org_id);

CREATE TABLE admincenter_audit_log (
    org_id    TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    seq       INTEGER NOT NULL,
    record_id TEXT    NOT NULL,
    sealed_at INTEGER NOT NULL,
    horizon   INTEGER,
    digest    BLOB    NOT NULL,
    prev      BLOB    NOT NULL,
    hash      BLOB    NOT NULL,
    PRIMARY KEY (org_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER admincenter_audit_log_no_delete BEFORE DELETE ON admincenter_audit_log
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
    AND NOT EXISTS (SELECT 1 FROM admincenter_audit_cuts WHERE org_id = OLD.org_id AND seq >= OLD.seq)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the log of the audit trail cannot be deleted');
END;

CREATE TRIGGER admincenter_audit_log_no_replace BEFORE INSERT ON admincenter_audit_log
WHEN EXISTS (
    SELECT 1 FROM admincenter_audit_log WHERE org_id = NEW.org_id AND (seq = NEW.seq OR record_id = NEW.record_id)
)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: the log of the audit trail cannot be replaced');
END;

CREATE TRIGGER admincenter_audit_log_no_update BEFORE UPDATE ON admincenter_audit_log
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the log of the audit trail cannot be changed');
END;

CREATE UNIQUE INDEX admincenter_audit_log_record ON admincenter_audit_log (record_id, org_id);

CREATE TABLE admincenter_audit_queue (
    org_id TEXT NOT NULL REFERENCES admincenter_organizations (org_id),
    id     TEXT NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_audit_values (
    org_id     TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    record_id  TEXT    NOT NULL,
    change_no  INTEGER NOT NULL,
    salt       BLOB    NOT NULL,
    from_value TEXT    NOT NULL,
    to_value   TEXT    NOT NULL,
    erasure_id TEXT, -- the record of the erasure
    PRIMARY KEY (org_id, record_id, change_no)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER admincenter_audit_values_erased BEFORE UPDATE ON admincenter_audit_values
WHEN OLD.erasure_id IS NOT NULL OR NEW.erasure_id IS NULL OR NEW.salt <> x'' OR NEW.from_value <> ''
    OR NEW.to_value <> '' OR NEW.org_id <> OLD.org_id OR NEW.record_id <> OLD.record_id
    OR NEW.change_no <> OLD.change_no
BEGIN
    SELECT RAISE(ABORT, 'admincenter: values of audit records cannot be changed');
END;

CREATE TRIGGER admincenter_audit_values_no_delete BEFORE DELETE ON admincenter_audit_values
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
    AND NOT EXISTS (SELECT 1 FROM admincenter_audit_log l JOIN admincenter_audit_cuts c ON c.org_id = l.org_id
        WHERE l.record_id = OLD.record_id AND l.org_id = OLD.org_id AND l.seq <= c.seq)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: values of audit records cannot be deleted');
END;

CREATE TRIGGER admincenter_audit_values_no_replace BEFORE INSERT ON admincenter_audit_values
WHEN EXISTS (
    SELECT 1 FROM admincenter_audit_values
    WHERE org_id = NEW.org_id AND record_id = NEW.record_id AND change_no = NEW.change_no
)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: values of audit records cannot be replaced');
END;

CREATE TABLE admincenter_credentials (
    org_id     TEXT    NOT NULL,
    user_id    TEXT    NOT NULL,
    hash       TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,
    changed_at INTEGER,
    PRIMARY KEY (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_currencies (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    code            TEXT    NOT NULL CHECK (length(code) = 3),
    rate            TEXT    NOT NULL CHECK (
        rate NOT GLOB '*[^0-9.]*' AND rate GLOB '[0-9]*' AND rate GLOB '*[1-9]*' AND rate NOT GLOB '*.*.*'
        AND rate NOT GLOB '*.' AND instr(rate || '.', '.') <= 13 AND length(rate) <= instr(rate || '.', '.') + 18
    ),
    base_slot       INTEGER CHECK (base_slot = 1),
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    PRIMARY KEY (org_id, code),
    UNIQUE (org_id, base_slot)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER admincenter_currencies_no_delete BEFORE DELETE ON admincenter_currencies
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a saved exchange rate cannot be deleted');
END;

CREATE TRIGGER admincenter_currencies_no_replace BEFORE INSERT ON admincenter_currencies
WHEN EXISTS (
    SELECT 1 FROM admincenter_currencies
    WHERE org_id = NEW.org_id AND (code = NEW.code OR base_slot = NEW.base_slot)
)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: a saved exchange rate cannot be replaced');
END;

CREATE TRIGGER admincenter_currencies_no_update BEFORE UPDATE ON admincenter_currencies
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a saved exchange rate cannot be changed');
END;

CREATE TABLE admincenter_customers (
    org_id        TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id            TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    primary_email TEXT    NOT NULL,
    phone_number  TEXT    NOT NULL,
    line1         TEXT    NOT NULL,
    line2         TEXT    NOT NULL,
    postal_code   TEXT    NOT NULL,
    city          TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    country       TEXT    NOT NULL,
    metadata      TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    search        TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    restored_version INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_customers_email ON admincenter_customers (org_id, primary_email, id);

CREATE INDEX admincenter_customers_name ON admincenter_customers (org_id, name, id);

CREATE INDEX admincenter_customers_status ON admincenter_customers (org_id, status, id);

CREATE TABLE admincenter_enrichment_dependencies (
    org_id       TEXT NOT NULL,
    namespace    TEXT NOT NULL,
    name         TEXT NOT NULL,
    event_schema TEXT NOT NULL,
    PRIMARY KEY (org_id, namespace, name, event_schema),
    FOREIGN KEY (org_id, event_schema) REFERENCES admincenter_enrichments (org_id, event_schema)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_enrichment_dependencies_schema ON admincenter_enrichment_dependencies (org_id, event_schema);

CREATE TABLE admincenter_enrichments (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    event_schema    TEXT    NOT NULL,
    definition      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by_kind TEXT    NOT NULL,
    updated_by_id   TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, event_schema)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_event_schema_versions (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    name            TEXT    NOT NULL,
    definition      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by_kind TEXT    NOT NULL,
    updated_by_id   TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    deleted         INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    PRIMARY KEY (org_id, name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_event_schemas (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    name            TEXT    NOT NULL,
    definition      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by_kind TEXT    NOT NULL,
    updated_by_id   TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_exchange_rates (
    org_id          TEXT    NOT NULL,
    code            TEXT    NOT NULL,
    valid_from      INTEGER NOT NULL,
    seq             INTEGER NOT NULL CHECK (seq > 1),
    rate            TEXT    NOT NULL CHECK (
        rate NOT GLOB '*[^0-9.]*' AND rate GLOB '[0-9]*' AND rate GLOB '*[1-9]*' AND rate NOT GLOB '*.*.*'
        AND rate NOT GLOB '*.' AND instr(rate || '.', '.') <= 13 AND length(rate) <= instr(rate || '.', '.') + 18
    ),
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    PRIMARY KEY (org_id, code, valid_from, seq),
    UNIQUE (org_id, code, seq),
    FOREIGN KEY (org_id, code) REFERENCES admincenter_currencies (org_id, code),
    CHECK (valid_from >= created_at) -- the past is not rewritten
) STRICT, WITHOUT ROWID;

CREATE TRIGGER admincenter_exchange_rates_no_delete BEFORE DELETE ON admincenter_exchange_rates
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a saved exchange rate cannot be deleted');
END;

CREATE TRIGGER admincenter_exchange_rates_no_replace BEFORE INSERT ON admincenter_exchange_rates
WHEN EXISTS (
    SELECT 1 FROM admincenter_exchange_rates
    WHERE org_id = NEW.org_id AND code = NEW.code AND seq = NEW.seq
)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: a saved exchange rate cannot be replaced');
END;

CREATE TRIGGER admincenter_exchange_rates_no_update BEFORE UPDATE ON admincenter_exchange_rates
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a saved exchange rate cannot be changed');
END;

CREATE TABLE admincenter_external_ids (
    org_id      TEXT NOT NULL,
    external_id TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    PRIMARY KEY (org_id, external_id),
    UNIQUE (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_factors (
    org_id       TEXT    NOT NULL,
    user_id      TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    sealed       BLOB    NOT NULL CHECK (length(sealed) BETWEEN 1 AND 1024),
    step         INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER,
    PRIMARY KEY (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_identities (
    org_id    TEXT    NOT NULL,
    issuer    TEXT    NOT NULL,
    subject   TEXT    NOT NULL,
    user_id   TEXT    NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, issuer, subject),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_identities_user ON admincenter_identities (org_id, user_id, issuer, subject);

CREATE TABLE admincenter_import_blobs (
    org_id    TEXT NOT NULL REFERENCES admincenter_organizations (org_id),
    import_id TEXT NOT NULL,
    remove_at INTEGER,
    removed   INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    PRIMARY KEY (org_id, import_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_import_blobs_due ON admincenter_import_blobs (remove_at, org_id, import_id);

CREATE TABLE admincenter_import_mappings (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    type            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    name_key        TEXT    NOT NULL,
    details         TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX admincenter_import_mappings_name ON admincenter_import_mappings (org_id, type, name_key);

CREATE TABLE admincenter_import_pieces (
    org_id    TEXT    NOT NULL,
    import_id TEXT    NOT NULL,
    start     INTEGER NOT NULL,
    piece     BLOB    NOT NULL,
    PRIMARY KEY (org_id, import_id, start),
    FOREIGN KEY (org_id, import_id) REFERENCES admincenter_imports (org_id, id)
) STRICT;

CREATE TABLE admincenter_imports (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    type            TEXT    NOT NULL,
    file_name       TEXT    NOT NULL,
    size            INTEGER NOT NULL,
    sha256          TEXT    NOT NULL,
    text_sha256     TEXT    NOT NULL,
    details         TEXT    NOT NULL,
    row_count       INTEGER NOT NULL,
    status          TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    file_removed_at INTEGER,
    file_kept       INTEGER NOT NULL DEFAULT 1 CHECK (file_kept IN (0, 1)),
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_imports_file ON admincenter_imports (file_kept, updated_at, org_id, id);

CREATE INDEX admincenter_imports_sha256 ON admincenter_imports (org_id, sha256, id);

CREATE INDEX admincenter_imports_status ON admincenter_imports (org_id, status, id);

CREATE INDEX admincenter_imports_text ON admincenter_imports (org_id, text_sha256, id);

CREATE INDEX admincenter_imports_type ON admincenter_imports (org_id, type, id);

CREATE TABLE admincenter_invitations (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    email           TEXT    NOT NULL,
    email_key       TEXT    NOT NULL,
    role            TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    digest          BLOB    NOT NULL CHECK (length(digest) = 32),
    invited_by_kind TEXT    NOT NULL,
    invited_by_id   TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    sent_at         INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    user_id         TEXT,
    pending_key     TEXT,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, pending_key),
    UNIQUE (org_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_invitations_pending ON admincenter_invitations (org_id, status, expires_at);

CREATE INDEX admincenter_invitations_status ON admincenter_invitations (org_id, status, id);

CREATE TABLE admincenter_job_effects (
    org_id  TEXT    NOT NULL,
    job_id  TEXT    NOT NULL,
    seq     INTEGER NOT NULL, -- of the first of effects
    effects TEXT    NOT NULL, -- of one batch, as JSON
    PRIMARY KEY (org_id, job_id, seq),
    FOREIGN KEY (org_id, job_id) REFERENCES admincenter_jobs (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_job_entries (
    org_id TEXT    NOT NULL,
    job_id TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    ref    TEXT    NOT NULL,
    status TEXT    NOT NULL CHECK (status IN
        ('PENDING', 'COMPLETED', 'SKIPPED', 'FAILED', 'CANCELLED')),
    reason TEXT    NOT NULL,
    detail TEXT    NOT NULL,
    data   TEXT    NOT NULL,
    PRIMARY KEY (org_id, job_id, seq),
    FOREIGN KEY (org_id, job_id) REFERENCES admincenter_jobs (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_job_entries_status ON admincenter_job_entries (org_id, job_id, status, seq);

CREATE TABLE admincenter_jobs (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    status          TEXT    NOT NULL CHECK (status IN
        ('SCHEDULED', 'WAITING_FOR_CONFIRMATION', 'PENDING', 'IN_PROGRESS', 'PAUSED',
        'COMPLETED', 'COMPLETED_WITH_FAILURES', 'FAILED', 'CANCELLED')),
    start_at        INTEGER,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    pruned_at       INTEGER,
    prunable        INTEGER NOT NULL DEFAULT 1 CHECK (prunable IN (0, 1)),
    total           INTEGER NOT NULL,
    completed       INTEGER NOT NULL,
    skipped         INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    failure         TEXT    NOT NULL,
    failures        INTEGER NOT NULL,
    retry_at        INTEGER,
    decision        TEXT    NOT NULL,
    attempt         INTEGER NOT NULL,
    lease_worker    TEXT    NOT NULL,
    lease_until     INTEGER,
    tried_at        INTEGER NOT NULL,
    cursor_text     TEXT    NOT NULL,
    state_text      TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    queue_org       TEXT GENERATED ALWAYS AS (
        CASE WHEN status IN ('SCHEDULED', 'PENDING', 'IN_PROGRESS') THEN org_id END) STORED,
    due_at          INTEGER GENERATED ALWAYS AS (
        CASE WHEN status IN ('SCHEDULED', 'PENDING', 'IN_PROGRESS') THEN max(
            COALESCE(CASE WHEN status = 'SCHEDULED' THEN start_at END, -62135596800000000),
            COALESCE(retry_at, -62135596800000000),
            COALESCE(CASE WHEN lease_worker <> '' THEN lease_until END, -62135596800000000)) END) STORED,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_jobs_due ON admincenter_jobs (queue_org, tried_at, id, due_at, kind)
    WHERE queue_org IS NOT NULL;

CREATE INDEX admincenter_jobs_kind ON admincenter_jobs (org_id, kind, id);

CREATE INDEX admincenter_jobs_kind_status ON admincenter_jobs (org_id, kind, status, id);

CREATE INDEX admincenter_jobs_settled ON admincenter_jobs (prunable, settled_at, org_id, id);

CREATE INDEX admincenter_jobs_status ON admincenter_jobs (org_id, status, id);

CREATE TABLE admincenter_organizations (
    org_id     TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    status     TEXT    NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'DELETED')),
    status_at  INTEGER NOT NULL,
    purged     INTEGER NOT NULL DEFAULT 0 CHECK (purged = 0 OR purged = 1 AND status = 'DELETED'),
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER admincenter_organizations_made BEFORE INSERT ON admincenter_organizations
WHEN NEW.status <> 'ACTIVE'
BEGIN
    SELECT RAISE(ABORT, 'admincenter: an organization is made active');
END;

CREATE TRIGGER admincenter_organizations_no_delete BEFORE DELETE ON admincenter_organizations
BEGIN
    SELECT RAISE(ABORT, 'admincenter: an organization stays, if only as deleted');
END;

CREATE TRIGGER admincenter_organizations_no_other_id BEFORE UPDATE OF org_id ON admincenter_organizations
WHEN NEW.org_id <> OLD.org_id
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the id of an organization cannot be changed');
END;

CREATE TRIGGER admincenter_organizations_no_replace BEFORE INSERT ON admincenter_organizations
WHEN EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = NEW.org_id)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: an organization cannot be replaced');
END;

CREATE TRIGGER admincenter_organizations_no_return BEFORE UPDATE ON admincenter_organizations
WHEN OLD.status = 'DELETED' AND (OLD.purged = 1 OR NEW.purged = 0 OR NEW.status <> 'DELETED'
    OR NEW.name <> '' OR NEW.status_at <> OLD.status_at OR NEW.created_at <> OLD.created_at
    OR NEW.version <> OLD.version)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a deleted organization cannot be changed');
END;

CREATE TRIGGER admincenter_organizations_no_shortcut BEFORE UPDATE ON admincenter_organizations
WHEN OLD.status <> 'DELETED' AND NEW.status = 'DELETED' AND (OLD.status <> 'SUSPENDED'
    OR NEW.version <> OLD.version + 1 OR NEW.name <> '' OR NEW.purged <> 0
    OR NOT EXISTS (SELECT 1 FROM admincenter_audit
        WHERE org_id = NEW.org_id AND action = 'organization.delete' AND at = NEW.status_at))
BEGIN
    SELECT RAISE(ABORT, 'admincenter: an organization is suspended first, and deleted on record');
END;

CREATE INDEX admincenter_organizations_status ON admincenter_organizations (status, purged, org_id);

CREATE TABLE admincenter_pending_sign_ins (
    org_id     TEXT    NOT NULL,
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),
    user_id    TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,
    state      BLOB    CHECK (length(state) <= 4096),
    attempts   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_pending_sign_ins_user ON admincenter_pending_sign_ins (org_id, user_id, expires_at);

CREATE TABLE admincenter_plan_migrations (
    org_id               TEXT    NOT NULL,
    id                   TEXT    NOT NULL,
    source_id            TEXT    NOT NULL,
    source_version       INTEGER NOT NULL,
    target_id            TEXT    NOT NULL,
    target_version       INTEGER NOT NULL,
    mode                 TEXT    NOT NULL,
    overrides            TEXT    NOT NULL,
    require_confirmation INTEGER NOT NULL CHECK (require_confirmation IN (0, 1)),
    zone                 TEXT    NOT NULL,
    idempotency_key      TEXT,
    request_digest       TEXT NOT NULL, -- of the request under the key
    of_id                TEXT, -- the migration that it takes back or tries again
    follows              TEXT NOT NULL,
    options              TEXT NOT NULL, -- JSON
    held_version         INTEGER,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, idempotency_key),
    UNIQUE (org_id, source_id, held_version),
    FOREIGN KEY (org_id, id) REFERENCES admincenter_jobs (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_plans (
    org_id      TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id          TEXT    NOT NULL,
    version     INTEGER NOT NULL CHECK (version > 0),
    name        TEXT    NOT NULL,
    description TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    currencies  TEXT    NOT NULL,
    cycle       TEXT    NOT NULL,
    anniversary INTEGER NOT NULL CHECK (anniversary IN (0, 1)),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    record_version INTEGER NOT NULL,
    PRIMARY KEY (org_id, id, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_plans_status ON admincenter_plans (org_id, status, id, version);

CREATE TABLE admincenter_recovery_codes (
    org_id  TEXT NOT NULL,
    user_id TEXT NOT NULL,
    digest  BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (org_id, user_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_roles (
    org_id       TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    name         TEXT    NOT NULL,
    display_name TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    permissions  TEXT    NOT NULL CHECK (permissions <> ''),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    PRIMARY KEY (org_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_schedule_accounts (
    org_id     TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    account_id TEXT    NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_schedules (
    org_id         TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    account_id     TEXT    NOT NULL,
    plan_id        TEXT    NOT NULL,
    plan_version   INTEGER NOT NULL,
    from_at        INTEGER NOT NULL,
    until_at       INTEGER CHECK (until_at > from_at),
    currency       TEXT    NOT NULL,
    cycle_override TEXT    NOT NULL,
    rate_cards     TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    removed_at      INTEGER,
    removed_by_kind TEXT   NOT NULL,
    removed_by_id   TEXT   NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES admincenter_schedule_accounts (org_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_schedules_account ON admincenter_schedules (org_id, account_id, from_at);

CREATE INDEX admincenter_schedules_plan ON admincenter_schedules (org_id, plan_id, plan_version, account_id);

CREATE TABLE admincenter_schema (
		version BIGINT NOT NULL PRIMARY KEY, name VARCHAR(200) NOT NULL, applied_at BIGINT NOT NULL);

CREATE TABLE admincenter_sessions (
    org_id           TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id               TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    digest           BLOB    NOT NULL CHECK (length(digest) = 32),
    label            TEXT    NOT NULL,
    source           TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    authenticated_at INTEGER,
    last_seen_at     INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    epoch            INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_sessions_user ON admincenter_sessions (org_id, user_id, id);

CREATE TABLE admincenter_setting_counts (
    org_id   TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    settings INTEGER NOT NULL CHECK (settings >= 0),
    PRIMARY KEY (org_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_setting_versions (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    entity_kind     TEXT    NOT NULL,
    entity_id       TEXT    NOT NULL,
    namespace       TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    value_type      TEXT    NOT NULL,
    value_text      TEXT    NOT NULL,
    schema_text     TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by_kind TEXT    NOT NULL,
    updated_by_id   TEXT    NOT NULL,
    deleted         INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    PRIMARY KEY (org_id, id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_settings (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    entity_kind     TEXT    NOT NULL,
    entity_id       TEXT    NOT NULL CHECK (entity_kind <> 'ORGANIZATION' OR entity_id = ''),
    namespace       TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    value_type      TEXT    NOT NULL CHECK (value_type IN ('STRING', 'NUMERIC', 'JSON', 'JSON_LOGIC')),
    value_text      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by_kind TEXT    NOT NULL,
    updated_by_id   TEXT    NOT NULL,
    version         INTEGER NOT NULL, schema_text TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, entity_kind, entity_id, namespace, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_settings_entity ON admincenter_settings (org_id, entity_kind, entity_id, id);

CREATE INDEX admincenter_settings_entity_kind ON admincenter_settings (org_id, entity_kind, id);

CREATE INDEX admincenter_settings_name ON admincenter_settings (org_id, name, id);

CREATE INDEX admincenter_settings_namespace ON admincenter_settings (org_id, namespace, id);

CREATE INDEX admincenter_settings_value_type ON admincenter_settings (org_id, value_type, id);

CREATE TABLE admincenter_tickets (
    org_id           TEXT NOT NULL REFERENCES admincenter_organizations (org_id),
    id               TEXT NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('EMAIL_CHANGE', 'PASSWORD_RESET')),
    user_id          TEXT,
    epoch            INTEGER NOT NULL,
    digest           BLOB NOT NULL CHECK (length(digest) = 32),
    old_digest       BLOB CHECK (length(old_digest) = 32),
    old_email        TEXT NOT NULL,
    old_key          TEXT NOT NULL,
    new_email        TEXT NOT NULL,
    new_key          TEXT,
    old_confirms     INTEGER NOT NULL CHECK (old_confirms IN (0, 1)),
    old_confirmed_at INTEGER,
    new_confirmed_at INTEGER,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, digest),
    UNIQUE (org_id, old_digest),
    UNIQUE (org_id, new_key),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_tickets_expired ON admincenter_tickets (org_id, expires_at);

CREATE INDEX admincenter_tickets_user ON admincenter_tickets (org_id, user_id, kind, id);

CREATE TABLE admincenter_tokens (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    user_id         TEXT,
    permissions     TEXT    NOT NULL CHECK (permissions <> ''),
    networks        TEXT    NOT NULL,
    prefix          TEXT    NOT NULL,
    last4           TEXT    NOT NULL CHECK (length(last4) = 4),
    state           TEXT    NOT NULL CHECK (state IN ('ACTIVE', 'DEACTIVATED', 'DELETED')),
    listed          INTEGER NOT NULL GENERATED ALWAYS AS (CASE WHEN state = 'DELETED' THEN 0 ELSE 1 END) STORED,
    expires_at      INTEGER,
    last_used_at    INTEGER,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    rotated_from    TEXT,
    rotated_to      TEXT,
    version         INTEGER NOT NULL,
    hash_key        TEXT    NOT NULL,
    digest          BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_tokens_created_by ON admincenter_tokens (org_id, created_by_kind, created_by_id);

CREATE INDEX admincenter_tokens_listed ON admincenter_tokens (org_id, listed, id);

CREATE INDEX admincenter_tokens_live ON admincenter_tokens (org_id, state, expires_at);

CREATE TRIGGER admincenter_tokens_no_delete BEFORE DELETE ON admincenter_tokens
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a token stays, if only as deleted');
END;

CREATE TRIGGER admincenter_tokens_no_longer_life BEFORE UPDATE OF expires_at ON admincenter_tokens
WHEN OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a token cannot live longer');
END;

CREATE TRIGGER admincenter_tokens_no_other_id BEFORE UPDATE OF org_id, id ON admincenter_tokens
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the id of a token cannot be changed');
END;

CREATE TRIGGER admincenter_tokens_no_other_networks BEFORE UPDATE OF networks ON admincenter_tokens
WHEN NEW.networks <> OLD.networks
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the networks of a token cannot be changed');
END;

CREATE TRIGGER admincenter_tokens_no_other_origin
BEFORE UPDATE OF user_id, created_by_kind, created_by_id, rotated_from ON admincenter_tokens
WHEN NEW.user_id IS NOT OLD.user_id OR NEW.created_by_kind IS NOT OLD.created_by_kind
    OR NEW.created_by_id IS NOT OLD.created_by_id OR NEW.rotated_from IS NOT OLD.rotated_from
BEGIN
    SELECT RAISE(ABORT, 'admincenter: where a token comes from cannot be changed');
END;

CREATE TRIGGER admincenter_tokens_no_replace BEFORE INSERT ON admincenter_tokens
WHEN EXISTS (
    SELECT 1 FROM admincenter_tokens WHERE (org_id = NEW.org_id AND id = NEW.id) OR digest = NEW.digest
)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: a token cannot be replaced');
END;

CREATE TRIGGER admincenter_tokens_no_replace_by_update BEFORE UPDATE OF digest ON admincenter_tokens
WHEN NEW.digest <> OLD.digest AND EXISTS (SELECT 1 FROM admincenter_tokens WHERE digest = NEW.digest)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: a token cannot be replaced');
END;

CREATE TRIGGER admincenter_tokens_no_revival BEFORE UPDATE OF state ON admincenter_tokens
WHEN OLD.state = 'DELETED' AND NEW.state <> 'DELETED'
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a deleted token cannot come back');
END;

CREATE TRIGGER admincenter_tokens_no_widening BEFORE UPDATE OF permissions ON admincenter_tokens
WHEN NEW.permissions <> OLD.permissions
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the permissions of a token cannot be changed');
END;

CREATE INDEX admincenter_tokens_state ON admincenter_tokens (org_id, state, id);

CREATE INDEX admincenter_tokens_user_listed ON admincenter_tokens (org_id, user_id, listed, id);

CREATE INDEX admincenter_tokens_user_state ON admincenter_tokens (org_id, user_id, state, id);

CREATE TABLE admincenter_users (
    org_id     TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    email_key  TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, email_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_users_email ON admincenter_users (email_key, status, org_id);

CREATE INDEX admincenter_users_role ON admincenter_users (org_id, role, id);

CREATE INDEX admincenter_users_role_status ON admincenter_users (org_id, role, status, id);

CREATE INDEX admincenter_users_status ON admincenter_users (org_id, status, id);
