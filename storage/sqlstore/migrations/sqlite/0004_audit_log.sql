-- +goose Up
-- What of the trail has no place in the log yet. Every record waits here from its commit on, without a round trip
-- of the writer, and sealing takes it out.
CREATE TABLE admincenter_audit_queue (
    org_id TEXT NOT NULL REFERENCES admincenter_organizations (org_id),
    id     TEXT NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_waits AFTER INSERT ON admincenter_audit
BEGIN
    INSERT INTO admincenter_audit_queue (org_id, id) VALUES (NEW.org_id, NEW.id);
END;
-- +goose StatementEnd

-- The log: records in the order in which they were sealed, each with a hash of itself and of all before it.
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

-- A record is found along it whatever the planner takes the organization to have.
CREATE UNIQUE INDEX admincenter_audit_log_record ON admincenter_audit_log (record_id, org_id);

-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_log_no_update BEFORE UPDATE ON admincenter_audit_log
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the log of the audit trail cannot be changed');
END;
-- +goose StatementEnd
-- REPLACE deletes without firing delete triggers unless recursive_triggers is on.
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_log_no_replace BEFORE INSERT ON admincenter_audit_log
WHEN EXISTS (
    SELECT 1 FROM admincenter_audit_log WHERE org_id = NEW.org_id AND (seq = NEW.seq OR record_id = NEW.record_id)
)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: the log of the audit trail cannot be replaced');
END;
-- +goose StatementEnd

-- The end of each log. Whoever seals holds its row.
CREATE TABLE admincenter_audit_heads (
    org_id    TEXT    NOT NULL PRIMARY KEY REFERENCES admincenter_organizations (org_id),
    seq       INTEGER NOT NULL,
    hash      BLOB    NOT NULL,
    sealed_at INTEGER,
    horizon   INTEGER,
    oldest_at INTEGER -- when the first record was sealed that is left, but for those of removals
) STRICT, WITHOUT ROWID;

-- For followers of every organization: the logs that grew last.
CREATE INDEX admincenter_audit_heads_sealed ON admincenter_audit_heads (sealed_at, org_id);
-- For the removal of records whose time is over: the logs whose first record is the oldest.
CREATE INDEX admincenter_audit_heads_oldest ON admincenter_audit_heads (oldest_at, org_id);

-- Where the start of each log was removed: at or before it rows of the trail may be deleted. It only moves on, to a link
-- that is there, and on record. It is a table of its own, so that what seals needs no right to move it.
CREATE TABLE admincenter_audit_cuts (
    org_id    TEXT    NOT NULL PRIMARY KEY REFERENCES admincenter_organizations (org_id),
    seq       INTEGER NOT NULL,
    hash      BLOB    NOT NULL,
    sealed_at INTEGER NOT NULL,
    record_id TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_cuts_made BEFORE INSERT ON admincenter_audit_cuts
WHEN EXISTS (SELECT 1 FROM admincenter_audit_cuts WHERE org_id = NEW.org_id)
    OR NOT EXISTS (SELECT 1 FROM admincenter_audit
        WHERE org_id = NEW.org_id AND id = NEW.record_id AND at = NEW.at AND action = 'trail.trim')
    OR NOT EXISTS (SELECT 1 FROM admincenter_audit_log
        WHERE org_id = NEW.org_id AND seq = NEW.seq AND hash = NEW.hash AND sealed_at = NEW.sealed_at)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the audit trail is cut on record, and once at a place');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_cuts_moved BEFORE UPDATE ON admincenter_audit_cuts
WHEN NEW.org_id <> OLD.org_id OR NEW.seq <= OLD.seq
    OR NOT EXISTS (SELECT 1 FROM admincenter_audit
        WHERE org_id = NEW.org_id AND id = NEW.record_id AND at = NEW.at AND action = 'trail.trim')
    OR NOT EXISTS (SELECT 1 FROM admincenter_audit_log
        WHERE org_id = NEW.org_id AND seq = NEW.seq AND hash = NEW.hash AND sealed_at = NEW.sealed_at)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the audit trail is cut on record, and once at a place');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_cuts_no_delete BEFORE DELETE ON admincenter_audit_cuts
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
BEGIN
    SELECT RAISE(ABORT, 'admincenter: where the audit trail is cut cannot be deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_log_no_delete BEFORE DELETE ON admincenter_audit_log
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
    AND NOT EXISTS (SELECT 1 FROM admincenter_audit_cuts WHERE org_id = OLD.org_id AND seq >= OLD.seq)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the log of the audit trail cannot be deleted');
END;
-- +goose StatementEnd
-- A record goes before its link, which shows that it may.
-- +goose StatementBegin
DROP TRIGGER admincenter_audit_no_delete;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
    AND NOT EXISTS (SELECT 1 FROM admincenter_audit_log l JOIN admincenter_audit_cuts c ON c.org_id = l.org_id
        WHERE l.record_id = OLD.id AND l.org_id = OLD.org_id AND l.seq <= c.seq)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: audit records cannot be deleted');
END;
-- +goose StatementEnd

-- The values in records that are about a person. They alone can be erased, each once. The change -1 is where the request
-- came from: its source and its user agent.
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
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_values_erased BEFORE UPDATE ON admincenter_audit_values
WHEN OLD.erasure_id IS NOT NULL OR NEW.erasure_id IS NULL OR NEW.salt <> x'' OR NEW.from_value <> ''
    OR NEW.to_value <> '' OR NEW.org_id <> OLD.org_id OR NEW.record_id <> OLD.record_id
    OR NEW.change_no <> OLD.change_no
BEGIN
    SELECT RAISE(ABORT, 'admincenter: values of audit records cannot be changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_values_no_delete BEFORE DELETE ON admincenter_audit_values
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
    AND NOT EXISTS (SELECT 1 FROM admincenter_audit_log l JOIN admincenter_audit_cuts c ON c.org_id = l.org_id
        WHERE l.record_id = OLD.record_id AND l.org_id = OLD.org_id AND l.seq <= c.seq)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: values of audit records cannot be deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_values_no_replace BEFORE INSERT ON admincenter_audit_values
WHEN EXISTS (
    SELECT 1 FROM admincenter_audit_values
    WHERE org_id = NEW.org_id AND record_id = NEW.record_id AND change_no = NEW.change_no
)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: values of audit records cannot be replaced');
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE admincenter_audit_values;
DROP TRIGGER admincenter_audit_no_delete;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
BEGIN
    SELECT RAISE(ABORT, 'admincenter: audit records cannot be deleted');
END;
-- +goose StatementEnd
DROP TABLE admincenter_audit_log;
DROP TABLE admincenter_audit_cuts;
DROP TABLE admincenter_audit_heads;
DROP TRIGGER admincenter_audit_waits;
DROP TABLE admincenter_audit_queue;
