-- +goose Up
CREATE TABLE admincenter_sessions (
    org_id           TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id               TEXT COLLATE "C" NOT NULL,
    user_id          TEXT COLLATE "C" NOT NULL,
    -- The SHA-256 of the secret, which itself is nowhere.
    digest           BYTEA  NOT NULL CHECK (length(digest) = 32),
    label            TEXT   NOT NULL,
    source           TEXT   NOT NULL,
    created_at       BIGINT NOT NULL,
    authenticated_at BIGINT,
    last_seen_at     BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    -- The credential's when the session began.
    epoch            BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
);

-- For the sessions of a user.
CREATE INDEX admincenter_sessions_user ON admincenter_sessions (org_id, user_id, id);

-- +goose Down
DROP TABLE admincenter_sessions;
