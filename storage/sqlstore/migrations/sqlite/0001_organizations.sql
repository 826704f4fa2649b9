-- +goose Up
CREATE TABLE admincenter_organizations (
    org_id     TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    status     TEXT    NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'DELETED')),
    status_at  INTEGER NOT NULL,
    -- Whether no other row is left of one that is deleted.
    purged     INTEGER NOT NULL DEFAULT 0 CHECK (purged = 0 OR purged = 1 AND status = 'DELETED'),
    created_at INTEGER NOT NULL,
    version    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- For the deleted ones that have rows left.
CREATE INDEX admincenter_organizations_status ON admincenter_organizations (status, purged, org_id);

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

-- For lists by role and status, and for finding another administrator.
CREATE INDEX admincenter_users_status ON admincenter_users (org_id, status, id);
CREATE INDEX admincenter_users_role ON admincenter_users (org_id, role, id);
CREATE INDEX admincenter_users_role_status ON admincenter_users (org_id, role, status, id);

-- For the organizations in which an address is a user's.
CREATE INDEX admincenter_users_email ON admincenter_users (email_key, status, org_id);

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

-- One for each filter of the trail but the kind of actor, which is one of three. The time comes
-- before the id, so that they serve the filters by time too.
CREATE INDEX admincenter_audit_subject_kind ON admincenter_audit (org_id, subject_kind, at, id);
CREATE INDEX admincenter_audit_action ON admincenter_audit (org_id, action, at, id);
CREATE INDEX admincenter_audit_actor ON admincenter_audit (org_id, actor_kind, actor_id, at, id);
CREATE INDEX admincenter_audit_subject ON admincenter_audit (org_id, subject_kind, subject_id, at, id);
-- Few records are of support, and only they pay for it.
CREATE INDEX admincenter_audit_support ON admincenter_audit (org_id, actor_for, at, id) WHERE actor_for <> '';

-- What was done stays on record.
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_no_update BEFORE UPDATE ON admincenter_audit
BEGIN
    SELECT RAISE(ABORT, 'admincenter: audit records cannot be changed');
END;
-- +goose StatementEnd
-- Only the rows of an organization that is deleted are. Every table with rows that stay has such a trigger.
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
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

-- An organization is made active, is suspended before it is deleted, is deleted for good and on record, and keeps its
-- row. A deleted one changes once more, when the last of its other rows is removed.
-- +goose StatementBegin
CREATE TRIGGER admincenter_organizations_made BEFORE INSERT ON admincenter_organizations
WHEN NEW.status <> 'ACTIVE'
BEGIN
    SELECT RAISE(ABORT, 'admincenter: an organization is made active');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_organizations_no_other_id BEFORE UPDATE OF org_id ON admincenter_organizations
WHEN NEW.org_id <> OLD.org_id
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the id of an organization cannot be changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_organizations_no_return BEFORE UPDATE ON admincenter_organizations
WHEN OLD.status = 'DELETED' AND (OLD.purged = 1 OR NEW.purged = 0 OR NEW.status <> 'DELETED'
    OR NEW.name <> '' OR NEW.status_at <> OLD.status_at OR NEW.created_at <> OLD.created_at
    OR NEW.version <> OLD.version)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a deleted organization cannot be changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_organizations_no_shortcut BEFORE UPDATE ON admincenter_organizations
WHEN OLD.status <> 'DELETED' AND NEW.status = 'DELETED' AND (OLD.status <> 'SUSPENDED'
    OR NEW.version <> OLD.version + 1 OR NEW.name <> '' OR NEW.purged <> 0
    OR NOT EXISTS (SELECT 1 FROM admincenter_audit
        WHERE org_id = NEW.org_id AND action = 'organization.delete' AND at = NEW.status_at))
BEGIN
    SELECT RAISE(ABORT, 'admincenter: an organization is suspended first, and deleted on record');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_organizations_no_delete BEFORE DELETE ON admincenter_organizations
BEGIN
    SELECT RAISE(ABORT, 'admincenter: an organization stays, if only as deleted');
END;
-- +goose StatementEnd
-- REPLACE deletes without firing delete triggers unless recursive_triggers is on.
-- +goose StatementBegin
CREATE TRIGGER admincenter_organizations_no_replace BEFORE INSERT ON admincenter_organizations
WHEN EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = NEW.org_id)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: an organization cannot be replaced');
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE admincenter_audit;
DROP TABLE admincenter_credentials;
DROP TABLE admincenter_users;
DROP TABLE admincenter_organizations;
