-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_factors (
    org_id       VARBINARY(64)   NOT NULL,
    user_id      VARBINARY(36)   NOT NULL,
    id           VARBINARY(36)   NOT NULL,
    -- The shared secret of an authenticator app, encrypted with a key that is not here.
    sealed       VARBINARY(1024) NOT NULL CHECK (length(sealed) >= 1),
    -- The last period of 30 seconds whose code was accepted: it only rises, so that no code is used twice.
    step         BIGINT          NOT NULL,
    created_at   BIGINT          NOT NULL,
    confirmed_at BIGINT,
    PRIMARY KEY (org_id, user_id),
    -- Of the credential and not the user, because that row is locked when these are written.
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS admincenter_recovery_codes (
    org_id  VARBINARY(64) NOT NULL,
    user_id VARBINARY(36) NOT NULL,
    -- The SHA-256 of the code, which itself is nowhere.
    digest  VARBINARY(32) NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (org_id, user_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS admincenter_pending_sign_ins (
    org_id     VARBINARY(64)   NOT NULL,
    -- The SHA-256 of the ticket, which itself is nowhere.
    digest     VARBINARY(32)   NOT NULL CHECK (length(digest) = 32),
    user_id    VARBINARY(36)   NOT NULL,
    epoch      BIGINT          NOT NULL,
    state      VARBINARY(4096),
    attempts   BIGINT          NOT NULL,
    created_at BIGINT          NOT NULL,
    expires_at BIGINT          NOT NULL,
    PRIMARY KEY (org_id, digest),
    -- For removing those of a user.
    KEY pending_sign_ins_user (org_id, user_id, expires_at),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_pending_sign_ins;
DROP TABLE admincenter_recovery_codes;
DROP TABLE admincenter_factors;
