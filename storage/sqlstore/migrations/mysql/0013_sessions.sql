-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_sessions (
    org_id           VARBINARY(64) NOT NULL,
    id               VARBINARY(36) NOT NULL,
    user_id          VARBINARY(36) NOT NULL,
    -- The SHA-256 of the secret, which itself is nowhere.
    digest           VARBINARY(32) NOT NULL CHECK (length(digest) = 32),
    label            TEXT          NOT NULL,
    source           TEXT          NOT NULL,
    created_at       BIGINT        NOT NULL,
    authenticated_at BIGINT,
    last_seen_at     BIGINT        NOT NULL,
    expires_at       BIGINT        NOT NULL,
    -- The credential's when the session began.
    epoch            BIGINT        NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, digest),
    -- For the sessions of a user.
    KEY sessions_user (org_id, user_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_sessions;
