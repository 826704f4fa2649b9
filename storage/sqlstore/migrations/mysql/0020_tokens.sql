-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_tokens (
    org_id          VARBINARY(64)  NOT NULL,
    id              VARBINARY(36)  NOT NULL,
    name            VARCHAR(255)   NOT NULL,
    -- Who answers for it: the user at the root of the tokens that created each other.
    user_id         VARBINARY(36),
    permissions     TEXT           NOT NULL CHECK (permissions <> ''),
    networks        TEXT           NOT NULL,
    prefix          VARBINARY(100) NOT NULL,
    last4           VARBINARY(100) NOT NULL CHECK (length(last4) = 4),
    state           VARBINARY(30)  NOT NULL CHECK (state IN ('ACTIVE', 'DEACTIVATED', 'DELETED')),
    -- Whether it is listed without being asked for by its state.
    listed          BIGINT GENERATED ALWAYS AS (CASE WHEN state = 'DELETED' THEN 0 ELSE 1 END) STORED,
    expires_at      BIGINT,
    last_used_at    BIGINT,
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(237) NOT NULL,
    updated_at      BIGINT         NOT NULL,
    rotated_from    VARBINARY(36),
    rotated_to      VARBINARY(36),
    version         BIGINT         NOT NULL,
    hash_key        VARBINARY(100) NOT NULL,
    -- All that is kept of the secret. Unique across organizations: who presents a secret has not
    -- said whose it is.
    digest          VARBINARY(32)  NOT NULL UNIQUE CHECK (length(digest) = 32),
    PRIMARY KEY (org_id, id),
    -- For counting those that are valid.
    KEY tokens_live (org_id, state, expires_at),
    -- For lists: of all that are not deleted, and of one state, of everybody and of one user.
    KEY tokens_listed (org_id, listed, id),
    KEY tokens_state (org_id, state, id),
    KEY tokens_user_listed (org_id, user_id, listed, id),
    KEY tokens_user_state (org_id, user_id, state, id),
    KEY tokens_created_by (org_id, created_by_kind, created_by_id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A deleted token never comes back, and no token may ever do more or live longer than when it was made: neither by
-- a change, nor by another row in its place. As bytes, because the collation ignores blanks at the end.
DROP TRIGGER IF EXISTS admincenter_tokens_guarded;
-- +goose StatementBegin
CREATE TRIGGER admincenter_tokens_guarded BEFORE UPDATE ON admincenter_tokens FOR EACH ROW
BEGIN
    IF OLD.state = 'DELETED' AND NEW.state <> 'DELETED' THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a deleted token cannot come back';
    END IF;
    IF CAST(NEW.permissions AS BINARY) <> CAST(OLD.permissions AS BINARY) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the permissions of a token cannot be changed';
    END IF;
    IF CAST(NEW.networks AS BINARY) <> CAST(OLD.networks AS BINARY) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the networks of a token cannot be changed';
    END IF;
    IF OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a token cannot live longer';
    END IF;
    IF NOT (NEW.user_id <=> OLD.user_id AND NEW.created_by_kind <=> OLD.created_by_kind
        AND NEW.created_by_id <=> OLD.created_by_id AND NEW.rotated_from <=> OLD.rotated_from) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: where a token comes from cannot be changed';
    END IF;
    IF NEW.org_id <> OLD.org_id OR NEW.id <> OLD.id THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the id of a token cannot be changed';
    END IF;
END;
-- +goose StatementEnd
DROP TRIGGER IF EXISTS admincenter_tokens_no_delete;
-- +goose StatementBegin
CREATE TRIGGER admincenter_tokens_no_delete BEFORE DELETE ON admincenter_tokens FOR EACH ROW
BEGIN
    IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED') THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a token stays, if only as deleted';
    END IF;
END;
-- +goose StatementEnd

-- TRUNCATE fires no trigger, but is refused for a table that a foreign key refers to. This table is
-- there for its foreign key and stays empty. What gets past it, SET foreign_key_checks = 0, is stopped
-- by not granting DROP, which TRUNCATE needs, to the user that the application connects as.
CREATE TABLE IF NOT EXISTS admincenter_tokens_anchor (
    org_id VARBINARY(64) NOT NULL,
    id     VARBINARY(36) NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, id) REFERENCES admincenter_tokens (org_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_tokens_anchor;
DROP TABLE admincenter_tokens;
