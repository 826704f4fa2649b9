-- +goose Up
-- What of the trail has no place in the log yet. Every record waits here from its commit on, without a round trip
-- of the writer, and sealing takes it out.
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

-- The end of each log. Whoever seals holds its row.
CREATE TABLE admincenter_audit_heads (
    org_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES admincenter_organizations (org_id),
    seq       BIGINT NOT NULL,
    hash      BYTEA  NOT NULL,
    sealed_at BIGINT,
    horizon   BIGINT,
    oldest_at BIGINT -- when the first record was sealed that is left, but for those of removals
);

-- For followers of every organization: the logs that grew last.
CREATE INDEX admincenter_audit_heads_sealed ON admincenter_audit_heads (sealed_at, org_id);
-- For the removal of records whose time is over: the logs whose first record is the oldest.
CREATE INDEX admincenter_audit_heads_oldest ON admincenter_audit_heads (oldest_at, org_id);

-- Where the start of each log was removed: at or before it rows of the trail may be deleted. It only moves on, to a link
-- that is there, and on record. It is a table of its own, so that what seals needs no right to move it.
CREATE TABLE admincenter_audit_cuts (
    org_id    TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES admincenter_organizations (org_id),
    seq       BIGINT NOT NULL,
    hash      BYTEA  NOT NULL,
    sealed_at BIGINT NOT NULL,
    record_id TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL
);
-- The name of the schema and the path keep what a session has elsewhere out of it.
-- +goose StatementBegin
CREATE FUNCTION admincenter_audit_cut() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    recorded BOOLEAN;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I.admincenter_audit
            WHERE org_id = $1 AND id = $2 AND at = $3 AND action = ''trail.trim'')
        AND EXISTS (SELECT 1 FROM %1$I.admincenter_audit_log
            WHERE org_id = $1 AND seq = $4 AND hash = $5 AND sealed_at = $6)', TG_TABLE_SCHEMA)
        INTO recorded USING NEW.org_id, NEW.record_id, NEW.at, NEW.seq, NEW.hash, NEW.sealed_at;
    IF recorded AND TG_OP = 'UPDATE' THEN
        recorded := NEW.org_id = OLD.org_id AND NEW.seq > OLD.seq;
    END IF;
    IF NOT recorded THEN
        RAISE EXCEPTION 'admincenter: the audit trail is cut on record, and once at a place'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER admincenter_audit_cuts_moved BEFORE INSERT OR UPDATE ON admincenter_audit_cuts
    FOR EACH ROW EXECUTE FUNCTION admincenter_audit_cut();
ALTER TABLE admincenter_audit_cuts ENABLE ALWAYS TRIGGER admincenter_audit_cuts_moved;
CREATE TRIGGER admincenter_audit_cuts_fixed BEFORE TRUNCATE ON admincenter_audit_cuts
    FOR EACH STATEMENT EXECUTE FUNCTION admincenter_refuse();
ALTER TABLE admincenter_audit_cuts ENABLE ALWAYS TRIGGER admincenter_audit_cuts_fixed;
CREATE TRIGGER admincenter_audit_cuts_no_delete BEFORE DELETE ON admincenter_audit_cuts
    FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete();
ALTER TABLE admincenter_audit_cuts ENABLE ALWAYS TRIGGER admincenter_audit_cuts_no_delete;

-- A record goes before its link, which shows that it may. OFFSET 0 has the link found by its record, also if the planner
-- does not know yet how long the log is.
-- +goose StatementBegin
CREATE FUNCTION admincenter_audit_refuse_delete() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone BOOLEAN;
    sought TEXT;
BEGIN
    IF TG_ARGV[0] = 'link' THEN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_audit_cuts WHERE org_id = $1 AND seq >= $2)',
            TG_TABLE_SCHEMA) INTO gone USING OLD.org_id, OLD.seq;
    ELSE
        IF TG_ARGV[0] = 'record' THEN
            sought := OLD.id;
        ELSE
            sought := OLD.record_id;
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM
            (SELECT org_id, seq FROM %1$I.admincenter_audit_log WHERE record_id = $2 OFFSET 0) l
            JOIN %1$I.admincenter_audit_cuts c ON c.org_id = l.org_id
            WHERE c.org_id = $1 AND l.seq <= c.seq)', TG_TABLE_SCHEMA) INTO gone USING OLD.org_id, sought;
    END IF;
    IF NOT gone THEN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.admincenter_organizations WHERE org_id = $1 AND status = ''DELETED'')',
            TG_TABLE_SCHEMA) INTO gone USING OLD.org_id;
    END IF;
    IF gone THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'admincenter: % cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER admincenter_audit_log_no_delete BEFORE DELETE ON admincenter_audit_log
    FOR EACH ROW EXECUTE FUNCTION admincenter_audit_refuse_delete('link');
ALTER TABLE admincenter_audit_log ENABLE ALWAYS TRIGGER admincenter_audit_log_no_delete;
DROP TRIGGER admincenter_audit_no_delete ON admincenter_audit;
CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit
    FOR EACH ROW EXECUTE FUNCTION admincenter_audit_refuse_delete('record');
ALTER TABLE admincenter_audit ENABLE ALWAYS TRIGGER admincenter_audit_no_delete;

-- The values in records that are about a person. They alone can be erased, each once. The change -1 is where the request
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
    FOR EACH ROW EXECUTE FUNCTION admincenter_audit_refuse_delete('value');
ALTER TABLE admincenter_audit_values ENABLE ALWAYS TRIGGER admincenter_audit_values_no_delete;

-- +goose Down
DROP TABLE admincenter_audit_values;
DROP FUNCTION admincenter_audit_erase();
DROP TABLE admincenter_audit_cuts;
DROP FUNCTION admincenter_audit_cut();
DROP TABLE admincenter_audit_heads;
DROP TABLE admincenter_audit_log;
DROP TRIGGER admincenter_audit_no_delete ON admincenter_audit;
DROP FUNCTION admincenter_audit_refuse_delete();
CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit
    FOR EACH ROW EXECUTE FUNCTION admincenter_refuse_delete();
ALTER TABLE admincenter_audit ENABLE ALWAYS TRIGGER admincenter_audit_no_delete;
DROP TRIGGER admincenter_audit_waits ON admincenter_audit;
DROP FUNCTION admincenter_audit_wait();
DROP TABLE admincenter_audit_queue;
