-- +goose Up
-- Identifiers compare by bytes: COLLATE "C", whatever the database's own collation is.
CREATE TABLE admincenter_organizations (
    org_id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);

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
    source       TEXT COLLATE "C" NOT NULL,
    user_agent   TEXT   NOT NULL,
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

-- What was done stays on record. ALWAYS: also for a session in the replica role.
-- +goose StatementBegin
CREATE FUNCTION admincenter_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER admincenter_audit_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON admincenter_audit
    FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse();
ALTER TABLE admincenter_audit ENABLE ALWAYS TRIGGER admincenter_audit_fixed;

-- +goose Down
DROP TABLE admincenter_audit;
DROP FUNCTION admincenter_refuse();
DROP TABLE admincenter_credentials;
DROP TABLE admincenter_users;
DROP TABLE admincenter_organizations;
