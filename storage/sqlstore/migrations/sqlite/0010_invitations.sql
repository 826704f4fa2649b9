-- +goose Up
CREATE TABLE admincenter_invitations (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    email           TEXT    NOT NULL,
    email_key       TEXT    NOT NULL,
    role            TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    -- The SHA-256 of the secret, which itself is nowhere.
    digest          BLOB    NOT NULL CHECK (length(digest) = 32),
    invited_by_kind TEXT    NOT NULL,
    invited_by_id   TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    sent_at         INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    user_id         TEXT,
    -- The e-mail key while the invitation is pending, and NULL afterwards: one pending invitation
    -- an address. One that has expired gives it up when the next needs it.
    pending_key     TEXT,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, pending_key),
    UNIQUE (org_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

-- For lists by status.
CREATE INDEX admincenter_invitations_status ON admincenter_invitations (org_id, status, id);

-- For counting and listing those that are pending and have not expired, which are few.
CREATE INDEX admincenter_invitations_pending ON admincenter_invitations (org_id, status, expires_at);

-- +goose Down
DROP TABLE admincenter_invitations;
