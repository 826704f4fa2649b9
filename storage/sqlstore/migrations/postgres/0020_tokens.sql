-- +goose Up
CREATE TABLE admincenter_tokens (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    -- Who answers for it: the user at the root of the tokens that created each other.
    user_id         TEXT COLLATE "C",
    permissions     TEXT COLLATE "C" NOT NULL CHECK (permissions <> ''),
    networks        TEXT COLLATE "C" NOT NULL,
    prefix          TEXT COLLATE "C" NOT NULL,
    last4           TEXT COLLATE "C" NOT NULL CHECK (length(last4) = 4),
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('ACTIVE', 'DEACTIVATED', 'DELETED')),
    -- Whether it is listed without being asked for by its state.
    listed          BIGINT NOT NULL GENERATED ALWAYS AS (CASE WHEN state = 'DELETED' THEN 0 ELSE 1 END) STORED,
    expires_at      BIGINT,
    last_used_at    BIGINT,
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    updated_at      BIGINT NOT NULL,
    rotated_from    TEXT COLLATE "C",
    rotated_to      TEXT COLLATE "C",
    version         BIGINT NOT NULL,
    hash_key        TEXT COLLATE "C" NOT NULL,
    -- All that is kept of the secret. Unique across organizations: who presents a secret has not
    -- said whose it is.
    digest          BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
);

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
-- by a change, nor by another row in its place. ALWAYS: also for a session in the replica role.
-- +goose StatementBegin
CREATE FUNCTION admincenter_tokens_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'DELETED' AND NEW.state <> 'DELETED' THEN
        RAISE EXCEPTION 'admincenter: a deleted token cannot come back' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.permissions <> OLD.permissions THEN
        RAISE EXCEPTION 'admincenter: the permissions of a token cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.networks <> OLD.networks THEN
        RAISE EXCEPTION 'admincenter: the networks of a token cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at) THEN
        RAISE EXCEPTION 'admincenter: a token cannot live longer' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.user_id IS DISTINCT FROM OLD.user_id OR NEW.created_by_kind <> OLD.created_by_kind
        OR NEW.created_by_id <> OLD.created_by_id OR NEW.rotated_from IS DISTINCT FROM OLD.rotated_from THEN
        RAISE EXCEPTION 'admincenter: where a token comes from cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.org_id <> OLD.org_id OR NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'admincenter: the id of a token cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER admincenter_tokens_guarded BEFORE UPDATE ON admincenter_tokens
    FOR EACH ROW EXECUTE FUNCTION admincenter_tokens_guard();
ALTER TABLE admincenter_tokens ENABLE ALWAYS TRIGGER admincenter_tokens_guarded;
CREATE TRIGGER admincenter_tokens_kept BEFORE TRUNCATE ON admincenter_tokens
    FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse();
ALTER TABLE admincenter_tokens ENABLE ALWAYS TRIGGER admincenter_tokens_kept;
CREATE TRIGGER admincenter_tokens_no_delete BEFORE DELETE ON admincenter_tokens
    FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete();
ALTER TABLE admincenter_tokens ENABLE ALWAYS TRIGGER admincenter_tokens_no_delete;

-- +goose Down
DROP TABLE admincenter_tokens;
DROP FUNCTION admincenter_tokens_guard();
