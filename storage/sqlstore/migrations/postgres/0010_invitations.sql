-- +goose Up
CREATE TABLE admincenter_invitations (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT COLLATE "C" NOT NULL,
    email           TEXT COLLATE "C" NOT NULL,
    email_key       TEXT COLLATE "C" NOT NULL,
    role            TEXT COLLATE "C" NOT NULL,
    status          TEXT COLLATE "C" NOT NULL,
    -- The SHA-256 of the secret, which itself is nowhere.
    digest          BYTEA NOT NULL CHECK (length(digest) = 32),
    invited_by_kind TEXT COLLATE "C" NOT NULL,
    invited_by_id   TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    sent_at         BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    settled_at      BIGINT,
    user_id         TEXT COLLATE "C",
    -- The e-mail key while the invitation is pending, and NULL afterwards: one pending invitation
    -- an address. One that has expired gives it up when the next needs it.
    pending_key     TEXT COLLATE "C",
    version         BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, pending_key),
    UNIQUE (org_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
);

-- For lists by status.
CREATE INDEX admincenter_invitations_status ON admincenter_invitations (org_id, status, id);

-- For counting and listing those that are pending and have not expired, which are few.
CREATE INDEX admincenter_invitations_pending ON admincenter_invitations (org_id, status, expires_at);

-- +goose Down
DROP TABLE admincenter_invitations;
