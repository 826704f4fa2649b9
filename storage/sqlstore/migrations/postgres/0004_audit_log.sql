-- +goose Up
-- What of the trail has no place in the log yet. Every record waits here from its commit on, without a round trip
-- of the writer, and whoever seals it takes it out.
CREATE TABLE admincenter_audit_queue (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, id)
);

-- +goose StatementBegin
CREATE FUNCTION admincenter_audit_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO admincenter_audit_queue (org_id, id) VALUES (NEW.org_id, NEW.id);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER admincenter_audit_waits AFTER INSERT ON admincenter_audit
    FOR EACH ROW EXECUTE FUNCTION admincenter_audit_wait();
ALTER TABLE admincenter_audit ENABLE ALWAYS TRIGGER admincenter_audit_waits;

-- The log: records in the order in which they were sealed, each with a hash of itself and of all before it.
CREATE TABLE admincenter_audit_log (
    org_id    TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    seq       BIGINT NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    sealed_at BIGINT NOT NULL,
    horizon   BIGINT,
    digest    BYTEA  NOT NULL,
    prev      BYTEA  NOT NULL,
    hash      BYTEA  NOT NULL,
    PRIMARY KEY (org_id, seq)
);

-- A record is found along it whatever the planner takes the organization to have.
CREATE UNIQUE INDEX admincenter_audit_log_record ON admincenter_audit_log (record_id, org_id);

CREATE TRIGGER admincenter_audit_log_fixed BEFORE UPDATE OR TRUNCATE ON admincenter_audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse();
ALTER TABLE admincenter_audit_log ENABLE ALWAYS TRIGGER admincenter_audit_log_fixed;
CREATE TRIGGER admincenter_audit_log_no_delete BEFORE DELETE ON admincenter_audit_log
    FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete();
ALTER TABLE admincenter_audit_log ENABLE ALWAYS TRIGGER admincenter_audit_log_no_delete;

-- The end of each log. Whoever seals holds its row.
CREATE TABLE admincenter_audit_heads (
    org_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES admincenter_organizations (org_id),
    seq       BIGINT NOT NULL,
    hash      BYTEA  NOT NULL,
    sealed_at BIGINT,
    horizon   BIGINT
);

-- For followers of every organization: the logs that grew last.
CREATE INDEX admincenter_audit_heads_sealed ON admincenter_audit_heads (sealed_at, org_id);

-- The values in records that tell of a person. They alone can be erased, each once. The change -1 is where the request
-- came from: its source and its user agent.
CREATE TABLE admincenter_audit_values (
    org_id     TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    record_id  TEXT COLLATE "C" NOT NULL,
    change_no  BIGINT NOT NULL,
    salt       BYTEA  NOT NULL,
    from_value TEXT   NOT NULL,
    to_value   TEXT   NOT NULL,
    erasure_id TEXT COLLATE "C", -- the record of the erasure
    PRIMARY KEY (org_id, record_id, change_no)
);
-- +goose StatementBegin
CREATE FUNCTION admincenter_audit_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erasure_id IS NOT NULL OR NEW.erasure_id IS NULL OR NEW.salt <> ''::bytea OR NEW.from_value <> ''
        OR NEW.to_value <> '' OR NEW.org_id <> OLD.org_id OR NEW.record_id <> OLD.record_id
        OR NEW.change_no <> OLD.change_no THEN
        RAISE EXCEPTION 'admincenter: values of audit records cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER admincenter_audit_values_erased BEFORE UPDATE ON admincenter_audit_values
    FOR EACH ROW EXECUTE FUNCTION admincenter_audit_erase();
ALTER TABLE admincenter_audit_values ENABLE ALWAYS TRIGGER admincenter_audit_values_erased;
CREATE TRIGGER admincenter_audit_values_fixed BEFORE TRUNCATE ON admincenter_audit_values
    FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse();
ALTER TABLE admincenter_audit_values ENABLE ALWAYS TRIGGER admincenter_audit_values_fixed;
CREATE TRIGGER admincenter_audit_values_no_delete BEFORE DELETE ON admincenter_audit_values
    FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete();
ALTER TABLE admincenter_audit_values ENABLE ALWAYS TRIGGER admincenter_audit_values_no_delete;

-- +goose Down
DROP TABLE admincenter_audit_values;
DROP FUNCTION admincenter_audit_erase();
DROP TABLE admincenter_audit_heads;
DROP TABLE admincenter_audit_log;
DROP TRIGGER admincenter_audit_waits ON admincenter_audit;
DROP FUNCTION admincenter_audit_wait();
DROP TABLE admincenter_audit_queue;
