-- +goose Up
CREATE TABLE admincenter_tickets (
    org_id           TEXT NOT NULL REFERENCES admincenter_organizations (org_id),
    id               TEXT NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('EMAIL_CHANGE', 'PASSWORD_RESET')),
    -- NULL if no user has the address of a forgotten password.
    user_id          TEXT,
    epoch            INTEGER NOT NULL,
    -- The SHA-256 of the secrets, which themselves are nowhere.
    digest           BLOB NOT NULL CHECK (length(digest) = 32),
    old_digest       BLOB CHECK (length(old_digest) = 32),
    old_email        TEXT NOT NULL,
    old_key          TEXT NOT NULL,
    new_email        TEXT NOT NULL,
    -- The new e-mail key of a change, which no two users have: NULL for other kinds.
    new_key          TEXT,
    old_confirms     INTEGER NOT NULL CHECK (old_confirms IN (0, 1)),
    old_confirmed_at INTEGER,
    new_confirmed_at INTEGER,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, digest),
    UNIQUE (org_id, old_digest),
    UNIQUE (org_id, new_key),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

-- For the tickets of a user, and for deleting those that have expired.
CREATE INDEX admincenter_tickets_user ON admincenter_tickets (org_id, user_id, kind, id);
CREATE INDEX admincenter_tickets_expired ON admincenter_tickets (org_id, expires_at);

-- +goose Down
DROP TABLE admincenter_tickets;
