-- +goose Up
-- What of the trail has no place in the log yet. Every record waits here from its commit on, without a round trip
-- of the writer, and whoever seals it takes it out.
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
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_log_no_delete BEFORE DELETE ON admincenter_audit_log
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the log of the audit trail cannot be deleted');
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
    horizon   INTEGER
) STRICT, WITHOUT ROWID;

-- For followers of every organization: the logs that grew last.
CREATE INDEX admincenter_audit_heads_sealed ON admincenter_audit_heads (sealed_at, org_id);

-- The values in records that tell of a person. They alone can be erased, each once. The change -1 is where the request
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
DROP TABLE admincenter_audit_heads;
DROP TABLE admincenter_audit_log;
DROP TRIGGER admincenter_audit_waits;
DROP TABLE admincenter_audit_queue;
