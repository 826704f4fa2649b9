-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_tickets (
    org_id           VARBINARY(64) NOT NULL,
    id               VARBINARY(36) NOT NULL,
    kind             VARBINARY(30) NOT NULL CHECK (kind IN ('EMAIL_CHANGE', 'PASSWORD_RESET')),
    -- NULL if no user has the address of a forgotten password.
    user_id          VARBINARY(36),
    epoch            BIGINT NOT NULL,
    -- The SHA-256 of the secrets, which themselves are nowhere.
    digest           VARBINARY(32) NOT NULL CHECK (length(digest) = 32),
    old_digest       VARBINARY(32) CHECK (length(old_digest) = 32),
    old_email        VARCHAR(320) NOT NULL,
    old_key          VARBINARY(320) NOT NULL,
    new_email        VARCHAR(320) NOT NULL,
    -- The new e-mail key of a change, which no two users have: NULL for other kinds.
    new_key          VARBINARY(320),
    old_confirms     BIGINT NOT NULL CHECK (old_confirms IN (0, 1)),
    old_confirmed_at BIGINT,
    new_confirmed_at BIGINT,
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, digest),
    UNIQUE (org_id, old_digest),
    UNIQUE (org_id, new_key),
    -- For the tickets of a user, and for deleting those that have expired.
    KEY tickets_user (org_id, user_id, kind, id),
    KEY tickets_expired (org_id, expires_at),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_tickets;
