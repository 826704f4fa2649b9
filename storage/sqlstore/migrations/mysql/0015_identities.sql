-- +goose Up
-- Accounts elsewhere by which users sign in.
CREATE TABLE IF NOT EXISTS admincenter_identities (
    org_id    VARBINARY(64)  NOT NULL,
    issuer    VARBINARY(512) NOT NULL,
    subject   VARBINARY(256) NOT NULL,
    user_id   VARBINARY(36)  NOT NULL,
    linked_at BIGINT         NOT NULL,
    PRIMARY KEY (org_id, issuer, subject),
    -- For the identities of a user.
    KEY identities_user (org_id, user_id, issuer, subject),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The ids that a directory has for the users that it provisions.
CREATE TABLE IF NOT EXISTS admincenter_external_ids (
    org_id      VARBINARY(64)  NOT NULL,
    external_id VARBINARY(256) NOT NULL,
    user_id     VARBINARY(36)  NOT NULL,
    PRIMARY KEY (org_id, external_id),
    UNIQUE (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_external_ids;
DROP TABLE admincenter_identities;
