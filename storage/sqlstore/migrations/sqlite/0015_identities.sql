-- +goose Up
-- Accounts elsewhere by which users sign in.
CREATE TABLE admincenter_identities (
    org_id    TEXT    NOT NULL,
    issuer    TEXT    NOT NULL,
    subject   TEXT    NOT NULL,
    user_id   TEXT    NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, issuer, subject),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

-- For the identities of a user.
CREATE INDEX admincenter_identities_user ON admincenter_identities (org_id, user_id, issuer, subject);

-- The ids that a directory has for the users that it provisions.
CREATE TABLE admincenter_external_ids (
    org_id      TEXT NOT NULL,
    external_id TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    PRIMARY KEY (org_id, external_id),
    UNIQUE (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE admincenter_external_ids;
DROP TABLE admincenter_identities;
