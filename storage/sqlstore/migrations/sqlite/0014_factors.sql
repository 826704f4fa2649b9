-- +goose Up
CREATE TABLE admincenter_factors (
    org_id       TEXT    NOT NULL,
    user_id      TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    -- The shared secret of an authenticator app, encrypted with a key that is not here.
    sealed       BLOB    NOT NULL CHECK (length(sealed) BETWEEN 1 AND 1024),
    -- The last period of 30 seconds whose code was accepted: it only rises, so that no code is used twice.
    step         INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER,
    PRIMARY KEY (org_id, user_id),
    -- Of the credential and not the user, because that row is locked when these are written.
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_recovery_codes (
    org_id  TEXT NOT NULL,
    user_id TEXT NOT NULL,
    -- The SHA-256 of the code, which itself is nowhere.
    digest  BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (org_id, user_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE admincenter_pending_sign_ins (
    org_id     TEXT    NOT NULL,
    -- The SHA-256 of the ticket, which itself is nowhere.
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),
    user_id    TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,
    state      BLOB    CHECK (length(state) <= 4096),
    attempts   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, digest),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_credentials (org_id, user_id)
) STRICT, WITHOUT ROWID;

-- For removing those of a user.
CREATE INDEX admincenter_pending_sign_ins_user ON admincenter_pending_sign_ins (org_id, user_id, expires_at);

-- +goose Down
DROP TABLE admincenter_pending_sign_ins;
DROP TABLE admincenter_recovery_codes;
DROP TABLE admincenter_factors;
