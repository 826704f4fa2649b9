-- +goose Up
-- What of the trail has no place in the log yet. Every record waits here from its commit on, without a round trip
-- of the writer, and sealing takes it out.
CREATE TABLE IF NOT EXISTS admincenter_audit_queue (
    org_id VARBINARY(64) NOT NULL,
    id     VARBINARY(36) NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

DROP TRIGGER IF EXISTS admincenter_audit_waits;
CREATE TRIGGER admincenter_audit_waits AFTER INSERT ON admincenter_audit FOR EACH ROW
    INSERT INTO admincenter_audit_queue (org_id, id) VALUES (NEW.org_id, NEW.id);

-- The log: records in the order in which they were sealed, each with a hash of itself and of all before it.
CREATE TABLE IF NOT EXISTS admincenter_audit_log (
    org_id    VARBINARY(64) NOT NULL,
    seq       BIGINT        NOT NULL,
    record_id VARBINARY(36) NOT NULL,
    sealed_at BIGINT        NOT NULL,
    horizon   BIGINT,
    digest    VARBINARY(64) NOT NULL,
    prev      VARBINARY(64) NOT NULL,
    hash      VARBINARY(64) NOT NULL,
    PRIMARY KEY (org_id, seq),
    -- A record is found along it whatever the planner takes the organization to have.
    UNIQUE KEY audit_log_record (record_id, org_id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
DROP TRIGGER IF EXISTS admincenter_audit_log_no_update;
CREATE TRIGGER admincenter_audit_log_no_update BEFORE UPDATE ON admincenter_audit_log FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the log of the audit trail cannot be changed';

-- Against TRUNCATE, as that of admincenter_audit.
CREATE TABLE IF NOT EXISTS admincenter_audit_log_anchor (
    org_id VARBINARY(64) NOT NULL,
    seq    BIGINT        NOT NULL,
    PRIMARY KEY (org_id, seq),
    FOREIGN KEY (org_id, seq) REFERENCES admincenter_audit_log (org_id, seq)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The end of each log. Whoever seals holds its row.
CREATE TABLE IF NOT EXISTS admincenter_audit_heads (
    org_id    VARBINARY(64) NOT NULL PRIMARY KEY,
    seq       BIGINT        NOT NULL,
    hash      VARBINARY(64) NOT NULL,
    sealed_at BIGINT,
    horizon   BIGINT,
    oldest_at BIGINT, -- when the first record was sealed that is left, but for those of removals
    -- For followers of every organization: the logs that grew last.
    KEY audit_heads_sealed (sealed_at, org_id),
    -- For the removal of records whose time is over: the logs whose first record is the oldest.
    KEY audit_heads_oldest (oldest_at, org_id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Where the start of each log was removed: at or before it rows of the trail may be deleted. It only moves on, to a link
-- that is there, and on record. It is a table of its own, so that what seals needs no right to move it.
CREATE TABLE IF NOT EXISTS admincenter_audit_cuts (
    org_id    VARBINARY(64) NOT NULL PRIMARY KEY,
    seq       BIGINT        NOT NULL,
    hash      VARBINARY(64) NOT NULL,
    sealed_at BIGINT        NOT NULL,
    record_id VARBINARY(36) NOT NULL,
    at        BIGINT        NOT NULL,
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
DROP TRIGGER IF EXISTS admincenter_audit_cuts_made;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_cuts_made BEFORE INSERT ON admincenter_audit_cuts FOR EACH ROW
    IF NOT EXISTS (SELECT 1 FROM admincenter_audit
            WHERE org_id = NEW.org_id AND id = NEW.record_id AND at = NEW.at AND action = 'trail.trim')
        OR NOT EXISTS (SELECT 1 FROM admincenter_audit_log
            WHERE org_id = NEW.org_id AND seq = NEW.seq AND hash = NEW.hash AND sealed_at = NEW.sealed_at) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the audit trail is cut on record, and once at a place';
    END IF;
-- +goose StatementEnd
DROP TRIGGER IF EXISTS admincenter_audit_cuts_moved;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_cuts_moved BEFORE UPDATE ON admincenter_audit_cuts FOR EACH ROW
    IF NEW.org_id <> OLD.org_id OR NEW.seq <= OLD.seq
        OR NOT EXISTS (SELECT 1 FROM admincenter_audit
            WHERE org_id = NEW.org_id AND id = NEW.record_id AND at = NEW.at AND action = 'trail.trim')
        OR NOT EXISTS (SELECT 1 FROM admincenter_audit_log
            WHERE org_id = NEW.org_id AND seq = NEW.seq AND hash = NEW.hash AND sealed_at = NEW.sealed_at) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the audit trail is cut on record, and once at a place';
    END IF;
-- +goose StatementEnd
DROP TRIGGER IF EXISTS admincenter_audit_cuts_no_delete;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_cuts_no_delete BEFORE DELETE ON admincenter_audit_cuts FOR EACH ROW
    IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED') THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: where the audit trail is cut cannot be deleted';
    END IF;
-- +goose StatementEnd
CREATE TABLE IF NOT EXISTS admincenter_audit_cuts_anchor (
    org_id VARBINARY(64) NOT NULL PRIMARY KEY,
    FOREIGN KEY (org_id) REFERENCES admincenter_audit_cuts (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
DROP TRIGGER IF EXISTS admincenter_audit_log_no_delete;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_log_no_delete BEFORE DELETE ON admincenter_audit_log FOR EACH ROW
    IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
        AND NOT EXISTS (SELECT 1 FROM admincenter_audit_cuts WHERE org_id = OLD.org_id AND seq >= OLD.seq) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: the log of the audit trail cannot be deleted';
    END IF;
-- +goose StatementEnd
-- A record goes before its link, which shows that it may.
DROP TRIGGER IF EXISTS admincenter_audit_no_delete;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit FOR EACH ROW
    IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
        AND NOT EXISTS (SELECT 1 FROM admincenter_audit_log l FORCE INDEX (audit_log_record)
            JOIN admincenter_audit_cuts c ON c.org_id = l.org_id
            WHERE l.record_id = OLD.id AND l.org_id = OLD.org_id AND l.seq <= c.seq) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: audit records cannot be deleted';
    END IF;
-- +goose StatementEnd

-- The values in records that are about a person. They alone can be erased, each once. The change -1 is where the request
-- came from: its source and its user agent.
CREATE TABLE IF NOT EXISTS admincenter_audit_values (
    org_id     VARBINARY(64) NOT NULL,
    record_id  VARBINARY(36) NOT NULL,
    change_no  BIGINT        NOT NULL,
    salt       VARBINARY(64) NOT NULL,
    from_value MEDIUMTEXT    NOT NULL,
    to_value   MEDIUMTEXT    NOT NULL,
    erasure_id VARBINARY(36), -- the record of the erasure
    PRIMARY KEY (org_id, record_id, change_no),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
DROP TRIGGER IF EXISTS admincenter_audit_values_erased;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_values_erased BEFORE UPDATE ON admincenter_audit_values FOR EACH ROW
    IF OLD.erasure_id IS NOT NULL OR NEW.erasure_id IS NULL OR NEW.salt <> '' OR NEW.from_value <> ''
        OR NEW.to_value <> '' OR NEW.org_id <> OLD.org_id OR NEW.record_id <> OLD.record_id
        OR NEW.change_no <> OLD.change_no THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: values of audit records cannot be changed';
    END IF;
-- +goose StatementEnd
DROP TRIGGER IF EXISTS admincenter_audit_values_no_delete;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_values_no_delete BEFORE DELETE ON admincenter_audit_values FOR EACH ROW
    IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED')
        AND NOT EXISTS (SELECT 1 FROM admincenter_audit_log l FORCE INDEX (audit_log_record)
            JOIN admincenter_audit_cuts c ON c.org_id = l.org_id
            WHERE l.record_id = OLD.record_id AND l.org_id = OLD.org_id AND l.seq <= c.seq) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: values of audit records cannot be deleted';
    END IF;
-- +goose StatementEnd
CREATE TABLE IF NOT EXISTS admincenter_audit_values_anchor (
    org_id    VARBINARY(64) NOT NULL,
    record_id VARBINARY(36) NOT NULL,
    change_no BIGINT        NOT NULL,
    PRIMARY KEY (org_id, record_id, change_no),
    FOREIGN KEY (org_id, record_id, change_no) REFERENCES admincenter_audit_values (org_id, record_id, change_no)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_audit_values_anchor;
DROP TABLE admincenter_audit_values;
DROP TRIGGER admincenter_audit_no_delete;
-- +goose StatementBegin
CREATE TRIGGER admincenter_audit_no_delete BEFORE DELETE ON admincenter_audit FOR EACH ROW
BEGIN
    IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED') THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: audit records cannot be deleted';
    END IF;
END;
-- +goose StatementEnd
DROP TABLE admincenter_audit_cuts_anchor;
DROP TABLE admincenter_audit_cuts;
DROP TABLE admincenter_audit_heads;
DROP TABLE admincenter_audit_log_anchor;
DROP TABLE admincenter_audit_log;
DROP TRIGGER admincenter_audit_waits;
DROP TABLE admincenter_audit_queue;
