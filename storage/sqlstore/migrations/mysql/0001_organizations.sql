-- +goose Up
-- Identifiers are VARBINARY: text collations fold case and accents or ignore blanks at the end, and
-- the one that does not has another name on MariaDB than on MySQL. Each statement can be repeated,
-- because DDL cannot be rolled back.
CREATE TABLE IF NOT EXISTS admincenter_organizations (
    org_id     VARBINARY(64) NOT NULL PRIMARY KEY,
    name       TEXT          NOT NULL,
    status     VARBINARY(30) NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'DELETED')),
    status_at  BIGINT        NOT NULL,
    -- Whether no other row is left of one that is deleted.
    purged     BIGINT NOT NULL DEFAULT 0 CHECK (purged = 0 OR purged = 1 AND status = 'DELETED'),
    created_at BIGINT        NOT NULL,
    version    BIGINT        NOT NULL,
    -- For the deleted ones that have rows left.
    KEY organizations_status (status, purged, org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS admincenter_users (
    org_id     VARBINARY(64)  NOT NULL,
    id         VARBINARY(36)  NOT NULL,
    name       TEXT           NOT NULL,
    email      TEXT           NOT NULL,
    email_key  VARBINARY(320) NOT NULL,
    role       VARBINARY(100) NOT NULL,
    status     VARBINARY(30)  NOT NULL,
    created_at BIGINT         NOT NULL,
    updated_at BIGINT         NOT NULL,
    version    BIGINT         NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE KEY email (org_id, email_key),
    -- For lists by role and status, and for finding another administrator.
    KEY users_role_status (org_id, role, status, id),
    KEY users_role (org_id, role, id),
    KEY users_status (org_id, status, id),
    -- For the organizations in which an address is a user's.
    KEY users_email (email_key, status, org_id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS admincenter_credentials (
    org_id     VARBINARY(64) NOT NULL,
    user_id    VARBINARY(36) NOT NULL,
    hash       TEXT          NOT NULL,
    epoch      BIGINT        NOT NULL,
    changed_at BIGINT,
    PRIMARY KEY (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS admincenter_audit (
    org_id       VARBINARY(64)   NOT NULL,
    id           VARBINARY(36)   NOT NULL,
    at           BIGINT          NOT NULL,
    actor_kind   VARBINARY(30)   NOT NULL,
    actor_id     VARBINARY(200)  NOT NULL,
    actor_for    VARBINARY(36)   NOT NULL,
    action       VARBINARY(100)  NOT NULL,
    subject_kind VARBINARY(100)  NOT NULL,
    subject_id   VARBINARY(1000) NOT NULL,
    changes      MEDIUMTEXT      NOT NULL,
    request_sum  VARBINARY(32)   NOT NULL, -- of the source and the user agent in admincenter_audit_values
    request_id   VARBINARY(200)  NOT NULL,
    digest       VARBINARY(64)   NOT NULL,
    PRIMARY KEY (org_id, at, id),
    UNIQUE KEY audit_id (org_id, id),
    -- One for each filter of the trail but the kind of actor, which is one of three. The time comes
    -- before the id, so that they serve the filters by time too.
    KEY audit_subject (org_id, subject_kind, subject_id, at, id),
    KEY audit_subject_kind (org_id, subject_kind, at, id),
    KEY audit_actor (org_id, actor_kind, actor_id, at, id),
    KEY audit_action (org_id, action, at, id),
    KEY audit_support (org_id, actor_for, at, id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What was done stays on record.
DROP TRIGGER IF EXISTS admincenter_audit_no_update;
CREATE TRIGGER admincenter_audit_no_update BEFORE UPDATE ON admincenter_audit FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: audit records cannot be changed';
-- Only the rows of an organization that is deleted are. Every table with rows that stay has such a trigger.
DROP TRIGGER IF EXISTS admincenter_audit_no_delete;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit FOR EACH ROW
BEGIN
    IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED') THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: audit records cannot be deleted';
    END IF;
END;
-- +goose StatementEnd

-- TRUNCATE fires no trigger, but is refused for a table that a foreign key refers to. This table is
-- there for its foreign key and stays empty. What gets past it, SET foreign_key_checks = 0, is stopped
-- by not granting DROP, which TRUNCATE needs, to the user that the application connects as.
CREATE TABLE IF NOT EXISTS admincenter_audit_anchor (
    org_id VARBINARY(64) NOT NULL,
    id     VARBINARY(36) NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, id) REFERENCES admincenter_audit (org_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- An organization is made active, is suspended before it is deleted, is deleted for good and on record, and keeps its
-- row. A deleted one changes once more, when the last of its other rows is removed.
DROP TRIGGER IF EXISTS admincenter_organizations_made;
-- +goose StatementBegin
CREATE TRIGGER admincenter_organizations_made BEFORE INSERT ON admincenter_organizations FOR EACH ROW
BEGIN
    IF NEW.status <> 'ACTIVE' THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: an organization is made active';
    END IF;
END;
-- +goose StatementEnd
DROP TRIGGER IF EXISTS admincenter_organizations_guarded;
-- +goose StatementBegin
CREATE TRIGGER admincenter_organizations_guarded BEFORE UPDATE ON admincenter_organizations FOR EACH ROW
BEGIN
    IF NEW.org_id <> OLD.org_id THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the id of an organization cannot be changed';
    END IF;
    IF OLD.status = 'DELETED' AND (OLD.purged = 1 OR NEW.purged = 0 OR NEW.status <> 'DELETED'
        OR CAST(NEW.name AS BINARY) <> '' OR NEW.status_at <> OLD.status_at OR NEW.created_at <> OLD.created_at
        OR NEW.version <> OLD.version) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a deleted organization cannot be changed';
    END IF;
    IF OLD.status <> 'DELETED' AND NEW.status = 'DELETED' AND (OLD.status <> 'SUSPENDED'
        OR NEW.version <> OLD.version + 1 OR CAST(NEW.name AS BINARY) <> '' OR NEW.purged <> 0
        OR NOT EXISTS (SELECT 1 FROM admincenter_audit
            WHERE org_id = NEW.org_id AND action = 'organization.delete' AND at = NEW.status_at)) THEN
        SIGNAL SQLSTATE '45000'
            SET MESSAGE_TEXT = 'admincenter: an organization is suspended first, and deleted on record';
    END IF;
END;
-- +goose StatementEnd
DROP TRIGGER IF EXISTS admincenter_organizations_no_delete;
CREATE TRIGGER admincenter_organizations_no_delete BEFORE DELETE ON admincenter_organizations FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: an organization stays, if only as deleted';

-- +goose Down
DROP TABLE admincenter_audit_anchor;
DROP TABLE admincenter_audit;
DROP TABLE admincenter_credentials;
DROP TABLE admincenter_users;
DROP TABLE admincenter_organizations;
