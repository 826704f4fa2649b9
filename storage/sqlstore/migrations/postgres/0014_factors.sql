-- +goose Up
CREATE TABLE admincenter_factors (
    org_id       TEXT COLLATE "C" NOT NULL,
    user_id      TEXT COLLATE "C" NOT NULL,
    id           TEXT COLLATE "C" NOT NULL,
    -- The shared secret of an authenticator app, encrypted with a key that is not here.
    sealed       BYTEA  NOT NULL CHECK (length(sealed) BETWEEN 1 AND 1024),
    -- The last period of 30 seconds whose code was accepted: it only rises, so that no code is used twice.
    step         BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    confirmed_at BIGINT,
    PRIMARY KEY (org_id, user_id),
    -- Of the credential and not the user, because that row is locked when these are written.
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
);

CREATE TABLE admincenter_recovery_codes (
    org_id  TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    -- The SHA-256 of the code, which itself is nowhere.
    digest  BYTEA NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (org_id, user_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
);

CREATE TABLE admincenter_pending_sign_ins (
    org_id     TEXT COLLATE "C" NOT NULL,
    -- The SHA-256 of the ticket, which itself is nowhere.
    digest     BYTEA  NOT NULL CHECK (length(digest) = 32),
    user_id    TEXT COLLATE "C" NOT NULL,
    epoch      BIGINT NOT NULL,
    state      BYTEA  CHECK (length(state) <= 4096),
    attempts   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
);

-- For removing those of a user.
CREATE INDEX admincenter_pending_sign_ins_user ON admincenter_pending_sign_ins (org_id, user_id, expires_at);

-- +goose Down
DROP TABLE admincenter_pending_sign_ins;
DROP TABLE admincenter_recovery_codes;
DROP TABLE admincenter_factors;
