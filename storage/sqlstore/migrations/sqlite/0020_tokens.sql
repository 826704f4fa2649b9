-- +goose Up
CREATE TABLE admincenter_tokens (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    permissions     TEXT    NOT NULL CHECK (permissions <> ''),
    prefix          TEXT    NOT NULL,
    last4           TEXT    NOT NULL CHECK (length(last4) = 4),
    state           TEXT    NOT NULL CHECK (state IN ('ACTIVE', 'DEACTIVATED', 'DELETED')),
    -- Whether it is listed without being asked for by its state.
    listed          INTEGER NOT NULL GENERATED ALWAYS AS (CASE WHEN state = 'DELETED' THEN 0 ELSE 1 END) STORED,
    expires_at      INTEGER,
    last_used_at    INTEGER,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    hash_key        TEXT    NOT NULL,
    -- All that is kept of the secret. Unique across organizations: who presents a secret has not
    -- said whose it is.
    digest          BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

-- For lists: of one state, and of all that are not deleted.
CREATE INDEX admincenter_tokens_state ON admincenter_tokens (org_id, state, id);
CREATE INDEX admincenter_tokens_listed ON admincenter_tokens (org_id, listed, id);

-- For switching off everything that somebody created.
CREATE INDEX admincenter_tokens_created_by ON admincenter_tokens (org_id, created_by_kind, created_by_id);

-- A deleted token never comes back, and no token may ever do more than when it was made: neither by
-- a change, nor by another row in its place.
-- +goose StatementBegin
CREATE TRIGGER admincenter_tokens_no_revival BEFORE UPDATE OF state ON admincenter_tokens
WHEN OLD.state = 'DELETED' AND NEW.state <> 'DELETED'
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a deleted token cannot come back');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_tokens_no_widening BEFORE UPDATE OF permissions ON admincenter_tokens
WHEN NEW.permissions <> OLD.permissions
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the permissions of a token cannot be changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_tokens_no_other_id BEFORE UPDATE OF org_id, id ON admincenter_tokens
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the id of a token cannot be changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_tokens_no_delete BEFORE DELETE ON admincenter_tokens
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a token stays, if only as deleted');
END;
-- +goose StatementEnd
-- REPLACE deletes without firing delete triggers unless recursive_triggers is on.
-- +goose StatementBegin
CREATE TRIGGER admincenter_tokens_no_replace BEFORE INSERT ON admincenter_tokens
WHEN EXISTS (
    SELECT 1 FROM admincenter_tokens WHERE (org_id = NEW.org_id AND id = NEW.id) OR digest = NEW.digest
)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: a token cannot be replaced');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_tokens_no_replace_by_update BEFORE UPDATE OF digest ON admincenter_tokens
WHEN NEW.digest <> OLD.digest AND EXISTS (SELECT 1 FROM admincenter_tokens WHERE digest = NEW.digest)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: taken: a token cannot be replaced');
END;
-- +goose StatementEnd

-- +goose Down
DROP TABLE admincenter_tokens;
