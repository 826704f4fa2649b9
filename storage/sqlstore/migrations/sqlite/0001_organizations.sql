-- +goose Up
CREATE TABLE admincenter_organizations (
    org_id     TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE admincenter_credentials (
    org_id     TEXT    NOT NULL,
    user_id    TEXT    NOT NULL,
    hash       TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,
    changed_at INTEGER,
    PRIMARY KEY (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

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

-- For what was done to one thing, and for what one actor did, newest first: few among all that an
-- organization did. Other filters narrow the walk along the primary key.
CREATE INDEX admincenter_audit_subject ON admincenter_audit (org_id, subject_kind, subject_id, id);
CREATE INDEX admincenter_audit_actor ON admincenter_audit (org_id, actor_kind, actor_id, id);

-- What was done stays on record.
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_no_update BEFORE UPDATE ON admincenter_audit
BEGIN
    SELECT RAISE(ABORT, 'admincenter: audit records cannot be changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit
BEGIN
    SELECT RAISE(ABORT, 'admincenter: audit records cannot be deleted');
END;
-- +goose StatementEnd
-- REPLACE deletes without firing delete triggers unless recursive_triggers is on.
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_no_replace BEFORE INSERT ON admincenter_audit
WHEN EXISTS (SELECT 1 FROM admincenter_audit WHERE org_id = NEW.org_id AND id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: audit records cannot be replaced');
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE admincenter_audit;
DROP TABLE admincenter_credentials;
DROP TABLE admincenter_users;
DROP TABLE admincenter_organizations;
