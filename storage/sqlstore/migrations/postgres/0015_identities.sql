-- +goose Up
-- Accounts elsewhere by which users sign in.
CREATE TABLE admincenter_identities (
    org_id    TEXT COLLATE "C" NOT NULL,
    issuer    TEXT COLLATE "C" NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, issuer, subject),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
);

-- For the identities of a user.
CREATE INDEX admincenter_identities_user ON admincenter_identities (org_id, user_id, issuer, subject);

-- The ids that a directory has for the users that it provisions.
CREATE TABLE admincenter_external_ids (
    org_id      TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    user_id     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, external_id),
    UNIQUE (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
);

-- +goose Down
DROP TABLE admincenter_external_ids;
DROP TABLE admincenter_identities;
