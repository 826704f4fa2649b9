-- +goose Up
-- Identifiers compare by bytes: COLLATE "C", whatever the database's own collation is.
CREATE TABLE admincenter_organizations (
    org_id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    status     TEXT COLLATE "C" NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'DELETED')),
    status_at  BIGINT NOT NULL,
    -- Whether no other row is left of one that is deleted.
    purged     BIGINT NOT NULL DEFAULT 0 CHECK (purged = 0 OR purged = 1 AND status = 'DELETED'),
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);

-- For the deleted ones that have rows left.
CREATE INDEX admincenter_organizations_status ON admincenter_organizations (status, purged, org_id);

CREATE TABLE admincenter_users (
    org_id     TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id         TEXT COLLATE "C" NOT NULL,
    name       TEXT   NOT NULL,
    email      TEXT   NOT NULL,
    email_key  TEXT COLLATE "C" NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    status     TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, email_key)
);

-- For lists by role and status, and for finding another administrator.
CREATE INDEX admincenter_users_status ON admincenter_users (org_id, status, id);
CREATE INDEX admincenter_users_role ON admincenter_users (org_id, role, id);
CREATE INDEX admincenter_users_role_status ON admincenter_users (org_id, role, status, id);

-- For the organizations in which an address is a user's.
CREATE INDEX admincenter_users_email ON admincenter_users (email_key, status, org_id);

CREATE TABLE admincenter_credentials (
    org_id     TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL,
    hash       TEXT   NOT NULL,
    epoch      BIGINT NOT NULL,
    changed_at BIGINT,
    PRIMARY KEY (org_id, user_id),
    FOREIGN KEY (org_id, user_id) REFERENCES admincenter_users (org_id, id)
);

CREATE TABLE admincenter_audit (
    org_id       TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id           TEXT COLLATE "C" NOT NULL,
    at           BIGINT NOT NULL,
    actor_kind   TEXT COLLATE "C" NOT NULL,
    actor_id     TEXT COLLATE "C" NOT NULL,
    actor_for    TEXT COLLATE "C" NOT NULL,
    action       TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id   TEXT COLLATE "C" NOT NULL,
    changes      TEXT   NOT NULL,
    request_sum  BYTEA  NOT NULL, -- of the source and the user agent in admincenter_audit_values
    request_id   TEXT COLLATE "C" NOT NULL,
    digest       BYTEA  NOT NULL,
    PRIMARY KEY (org_id, at, id),
    UNIQUE (org_id, id)
);

-- PostgreSQL without statistics takes of several indexes that seem alike the one made last, so those
-- that find fewer rows come last, here and in what follows.

-- One for each filter of the trail but the kind of actor, which is one of three. The time comes
-- before the id, so that they serve the filters by time too.
CREATE INDEX admincenter_audit_subject_kind ON admincenter_audit (org_id, subject_kind, at, id);
CREATE INDEX admincenter_audit_action ON admincenter_audit (org_id, action, at, id);
CREATE INDEX admincenter_audit_actor ON admincenter_audit (org_id, actor_kind, actor_id, at, id);
CREATE INDEX admincenter_audit_subject ON admincenter_audit (org_id, subject_kind, subject_id, at, id);
-- Few records are of support, and only they pay for it.
CREATE INDEX admincenter_audit_support ON admincenter_audit (org_id, actor_for, at, id) WHERE actor_for <> '';

-- What was done stays on record. ALWAYS: also for a session in the replica role.
-- +goose StatementBegin
CREATE FUNCTION admincenter_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER admincenter_audit_fixed BEFORE UPDATE OR TRUNCATE ON admincenter_audit
    FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse();
ALTER TABLE admincenter_audit ENABLE ALWAYS TRIGGER admincenter_audit_fixed;

-- Only the rows of an organization that is deleted are. Every table with rows that stay has a trigger with this
-- function. The name of the schema and the path keep a table, a type or an operator of the same name that a session has
-- elsewhere out of it.
-- +goose StatementBegin
CREATE FUNCTION admincenter_refuse_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone BOOLEAN;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_organizations WHERE org_id = $1 AND status = ''DELETED'')',
        TG_TABLE_SCHEMA) INTO gone USING OLD.org_id;
    IF gone THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit
    FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete();
ALTER TABLE admincenter_audit ENABLE ALWAYS TRIGGER admincenter_audit_no_delete;

-- An organization is made active, is suspended before it is deleted, is deleted for good and on record, and keeps its
-- row. A deleted one changes once more, when the last of its other rows is removed.
-- +goose StatementBegin
CREATE FUNCTION admincenter_organizations_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    recorded BOOLEAN;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'ACTIVE' THEN
            RAISE EXCEPTION 'admincenter: an organization is made active' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.org_id <> OLD.org_id THEN
        RAISE EXCEPTION 'admincenter: the id of an organization cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'DELETED' AND (OLD.purged = 1 OR NEW.purged = 0 OR NEW.status <> 'DELETED'
        OR NEW.name <> '' OR NEW.status_at <> OLD.status_at OR NEW.created_at <> OLD.created_at
        OR NEW.version <> OLD.version) THEN
        RAISE EXCEPTION 'admincenter: a deleted organization cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'DELETED' AND NEW.status = 'DELETED' THEN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_audit
            WHERE org_id = $1 AND action = ''organization.delete'' AND at = $2)', TG_TABLE_SCHEMA)
            INTO recorded USING NEW.org_id, NEW.status_at;
        IF OLD.status <> 'SUSPENDED' OR NEW.version <> OLD.version + 1 OR NEW.name <> '' OR NEW.purged <> 0
            OR NOT recorded THEN
            RAISE EXCEPTION 'admincenter: an organization is suspended first, and deleted on record'
                USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER admincenter_organizations_made BEFORE INSERT ON admincenter_organizations
    FOR EACH ROW EXECUTE FUNCTION admincenter_organizations_guard();
ALTER TABLE admincenter_organizations ENABLE ALWAYS TRIGGER admincenter_organizations_made;
CREATE TRIGGER admincenter_organizations_guarded BEFORE UPDATE ON admincenter_organizations
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION admincenter_organizations_guard();
ALTER TABLE admincenter_organizations ENABLE ALWAYS TRIGGER admincenter_organizations_guarded;
CREATE TRIGGER admincenter_organizations_fixed BEFORE DELETE OR TRUNCATE ON admincenter_organizations
    FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse();
ALTER TABLE admincenter_organizations ENABLE ALWAYS TRIGGER admincenter_organizations_fixed;

-- +goose Down
DROP TABLE admincenter_audit;
DROP TABLE admincenter_credentials;
DROP TABLE admincenter_users;
DROP TABLE admincenter_organizations;
DROP FUNCTION admincenter_organizations_guard();
DROP FUNCTION admincenter_refuse_delete();
DROP FUNCTION admincenter_refuse();
