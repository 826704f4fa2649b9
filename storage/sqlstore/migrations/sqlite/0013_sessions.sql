-- +goose Up
CREATE TABLE admincenter_sessions (
    org_id           TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id               TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    -- The SHA-256 of the secret, which itself is nowhere.
    digest           BLOB    NOT NULL CHECK (length(digest) = 32),
    label            TEXT    NOT NULL,
    source           TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    authenticated_at INTEGER,
    last_seen_at     INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    -- The credential's when the session began.
    epoch            INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

-- For the sessions of a user.
CREATE INDEX admincenter_sessions_user ON admincenter_sessions (org_id, user_id, id);

-- +goose Down
DROP TABLE admincenter_sessions;
