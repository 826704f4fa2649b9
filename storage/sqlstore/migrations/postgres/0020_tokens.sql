-- +goose Up
CREATE TABLE admincenter_tokens (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    permissions     TEXT COLLATE "C" NOT NULL CHECK (permissions <> ''),
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
    version         BIGINT NOT NULL,
    hash_key        TEXT COLLATE "C" NOT NULL,
    -- All that is kept of the secret. Unique across organizations: who presents a secret has not
    -- said whose it is.
    digest          BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    PRIMARY KEY (org_id, id)
);

-- For lists: of one state, and of all that are not deleted.
CREATE INDEX admincenter_tokens_state ON admincenter_tokens (org_id, state, id);
CREATE INDEX admincenter_tokens_listed ON admincenter_tokens (org_id, listed, id);

-- For switching off everything that somebody created.
CREATE INDEX admincenter_tokens_created_by ON admincenter_tokens (org_id, created_by_kind, created_by_id);

-- A deleted token never comes back, and no token may ever do more than when it was made: neither by
-- a change, nor by another row in its place. ALWAYS: also for a session in the replica role.
-- +goose StatementBegin
CREATE FUNCTION admincenter_tokens_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'DELETED' AND NEW.state <> 'DELETED' THEN
        RAISE EXCEPTION 'admincenter: a deleted token cannot come back' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.permissions <> OLD.permissions THEN
        RAISE EXCEPTION 'admincenter: the permissions of a token cannot be changed' USING ERRCODE = 'restrict_violation';
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
CREATE TRIGGER admincenter_tokens_kept BEFORE DELETE OR TRUNCATE ON admincenter_tokens
    FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse();
ALTER TABLE admincenter_tokens ENABLE ALWAYS TRIGGER admincenter_tokens_kept;

-- +goose Down
DROP TABLE admincenter_tokens;
DROP FUNCTION admincenter_tokens_guard();
