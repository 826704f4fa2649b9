CREATE TABLE admincenter_audit (
    org_id       TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id           TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    actor_kind   TEXT    NOT NULL,
    actor_id     TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    subject_kind TEXT    NOT NULL,
    subject_id   TEXT    NOT NULL,
    changes      TEXT    NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit
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

CREATE TABLE admincenter_job_entries (
    org_id TEXT    NOT NULL,
    job_id TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    ref    TEXT    NOT NULL,
    status TEXT    NOT NULL,
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
    status          TEXT    NOT NULL,
    start_at        INTEGER,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    total           INTEGER NOT NULL,
    completed       INTEGER NOT NULL,
    skipped         INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    cursor_text     TEXT    NOT NULL,
    failure         TEXT    NOT NULL,
    attempt         INTEGER NOT NULL,
    lease_owner     TEXT,
    lease_until     INTEGER,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_jobs_due ON admincenter_jobs (status, id);

CREATE TABLE admincenter_organizations (
    org_id     TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_schema (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL);

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
