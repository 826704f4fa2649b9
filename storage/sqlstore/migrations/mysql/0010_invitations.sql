-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_invitations (
    org_id          VARBINARY(64)  NOT NULL,
    id              VARBINARY(36)  NOT NULL,
    email           VARCHAR(320)   NOT NULL,
    email_key       VARBINARY(320) NOT NULL,
    role            VARBINARY(100) NOT NULL,
    status          VARBINARY(30)  NOT NULL,
    -- The SHA-256 of the secret, which itself is nowhere.
    digest          VARBINARY(32)  NOT NULL CHECK (length(digest) = 32),
    invited_by_kind VARBINARY(30)  NOT NULL,
    invited_by_id   VARBINARY(237) NOT NULL,
    created_at      BIGINT         NOT NULL,
    sent_at         BIGINT         NOT NULL,
    expires_at      BIGINT         NOT NULL,
    settled_at      BIGINT,
    user_id         VARBINARY(36),
    -- The e-mail key while the invitation is pending, and NULL afterwards: one pending invitation
    -- an address. One that has expired gives it up when the next needs it.
    pending_key     VARBINARY(320),
    version         BIGINT         NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, pending_key),
    UNIQUE (org_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id),
    -- For lists by status.
    KEY invitations_status (org_id, status, id),
    -- For counting and listing those that are pending and have not expired, which are few.
    KEY invitations_pending (org_id, status, expires_at),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_invitations;
