-- +goose Up
CREATE TABLE admincenter_tokens (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    -- Who answers for it: the user at the root of the tokens that created each other.
    user_id         TEXT,
    permissions     TEXT    NOT NULL CHECK (permissions <> ''),
    networks        TEXT    NOT NULL,
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
    rotated_from    TEXT,
    rotated_to      TEXT,
    version         INTEGER NOT NULL,
    hash_key        TEXT    NOT NULL,
    -- All that is kept of the secret. Unique across organizations: who presents a secret has not
    -- said whose it is.
    digest          BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
) STRICT, WITHOUT ROWID;

-- For counting those that are valid.
CREATE INDEX admincenter_tokens_live ON admincenter_tokens (org_id, state, expires_at);

-- For lists: of all that are not deleted, and of one state, of everybody and of one user.
CREATE INDEX admincenter_tokens_listed ON admincenter_tokens (org_id, listed, id);
CREATE INDEX admincenter_tokens_state ON admincenter_tokens (org_id, state, id);
CREATE INDEX admincenter_tokens_user_listed ON admincenter_tokens (org_id, user_id, listed, id);
CREATE INDEX admincenter_tokens_user_state ON admincenter_tokens (org_id, user_id, state, id);

-- For switching off everything that somebody created.
CREATE INDEX admincenter_tokens_created_by ON admincenter_tokens (org_id, created_by_kind, created_by_id);

-- A deleted token never comes back, and no token may ever do more or live longer than when it was made: neither
-- by a change, nor by another row in its place.
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
CREATE TRIGGER admincenter_tokens_no_other_networks BEFORE UPDATE OF networks ON admincenter_tokens
WHEN NEW.networks <> OLD.networks
BEGIN
    SELECT RAISE(ABORT, 'admincenter: the networks of a token cannot be changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_tokens_no_longer_life BEFORE UPDATE OF expires_at ON admincenter_tokens
WHEN OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at)
BEGIN
    SELECT RAISE(ABORT, 'admincenter: a token cannot live longer');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER admincenter_tokens_no_other_origin
BEFORE UPDATE OF user_id, created_by_kind, created_by_id, rotated_from ON admincenter_tokens
WHEN NEW.user_id IS NOT OLD.user_id OR NEW.created_by_kind IS NOT OLD.created_by_kind
    OR NEW.created_by_id IS NOT OLD.created_by_id OR NEW.rotated_from IS NOT OLD.rotated_from
BEGIN
    SELECT RAISE(ABORT, 'admincenter: where a token comes from cannot be changed');
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
WHEN NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
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
