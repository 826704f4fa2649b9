-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_currencies (
    org_id          VARBINARY(64)  NOT NULL,
    code            VARBINARY(3)   NOT NULL CHECK (LENGTH(code) = 3),
    -- An exact decimal above 0 and below 10^12, with up to 18 digits after the point, as text: a
    -- DECIMAL rounds what has more without an error, before any CHECK or trigger could see it. The
    -- column is wider than that, so that a session that is not strict cuts nothing into a rate. No
    -- $ alone: it also matches before a line end.
    rate            VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (
        rate NOT REGEXP '[^0-9.]' AND rate REGEXP '[1-9]' AND rate REGEXP '^[0-9]{1,12}([.][0-9]{1,18})?$'
    ),
    -- 1 for the base currency, NULL for the others: one base an organization.
    base_slot       BIGINT CHECK (base_slot = 1),
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(237) NOT NULL,
    PRIMARY KEY (org_id, code),
    UNIQUE KEY base (org_id, base_slot),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A saved rate never changes.
DROP TRIGGER IF EXISTS admincenter_currencies_no_update;
CREATE TRIGGER admincenter_currencies_no_update BEFORE UPDATE ON admincenter_currencies FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a saved exchange rate cannot be changed';
DROP TRIGGER IF EXISTS admincenter_currencies_no_delete;
-- +goose StatementBegin
CREATE TRIGGER admincenter_currencies_no_delete BEFORE DELETE ON admincenter_currencies FOR EACH ROW
BEGIN
    IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED') THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a saved exchange rate cannot be deleted';
    END IF;
END;
-- +goose StatementEnd

-- TRUNCATE fires no trigger, but is refused for a table that a foreign key refers to. This table is
-- there for its foreign key and stays empty. What gets past it, SET foreign_key_checks = 0, is stopped
-- by not granting DROP, which TRUNCATE needs, to the user that the application connects as.
CREATE TABLE IF NOT EXISTS admincenter_currencies_anchor (
    org_id VARBINARY(64) NOT NULL,
    code   VARBINARY(3)  NOT NULL,
    PRIMARY KEY (org_id, code),
    FOREIGN KEY (org_id, code) REFERENCES admincenter_currencies (org_id, code)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The currencies that are archived at the moment. A row of its own, because those above never change.
CREATE TABLE IF NOT EXISTS admincenter_archived_currencies (
    org_id           VARBINARY(64)  NOT NULL,
    code             VARBINARY(3)   NOT NULL,
    archived_at      BIGINT         NOT NULL,
    archived_by_kind VARBINARY(30)  NOT NULL,
    archived_by_id   VARBINARY(237) NOT NULL,
    PRIMARY KEY (org_id, code),
    FOREIGN KEY (org_id, code) REFERENCES admincenter_currencies (org_id, code)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The rates of a currency after its first, which is above. Valid at an instant is the one with the latest valid_from
-- that is not after it, and of several the one with the highest seq.
CREATE TABLE IF NOT EXISTS admincenter_exchange_rates (
    org_id          VARBINARY(64)  NOT NULL,
    code            VARBINARY(3)   NOT NULL,
    valid_from      BIGINT         NOT NULL,
    seq             BIGINT         NOT NULL CHECK (seq > 1),
    rate            VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL CHECK (
        rate NOT REGEXP '[^0-9.]' AND rate REGEXP '[1-9]' AND rate REGEXP '^[0-9]{1,12}([.][0-9]{1,18})?$'
    ),
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(237) NOT NULL,
    PRIMARY KEY (org_id, code, valid_from, seq),
    UNIQUE KEY seq (org_id, code, seq),
    FOREIGN KEY (org_id, code) REFERENCES admincenter_currencies (org_id, code),
    CHECK (valid_from >= created_at) -- the past is not rewritten
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

DROP TRIGGER IF EXISTS admincenter_exchange_rates_no_update;
CREATE TRIGGER admincenter_exchange_rates_no_update BEFORE UPDATE ON admincenter_exchange_rates FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a saved exchange rate cannot be changed';
DROP TRIGGER IF EXISTS admincenter_exchange_rates_no_delete;
-- +goose StatementBegin
CREATE TRIGGER admincenter_exchange_rates_no_delete BEFORE DELETE ON admincenter_exchange_rates FOR EACH ROW
    IF NOT EXISTS (SELECT 1 FROM admincenter_organizations WHERE org_id = OLD.org_id AND status = 'DELETED') THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a saved exchange rate cannot be deleted';
    END IF;
-- +goose StatementEnd

-- Against TRUNCATE, as above.
CREATE TABLE IF NOT EXISTS admincenter_exchange_rates_anchor (
    org_id VARBINARY(64) NOT NULL,
    code   VARBINARY(3)  NOT NULL,
    seq    BIGINT        NOT NULL,
    PRIMARY KEY (org_id, code, seq),
    FOREIGN KEY (org_id, code, seq) REFERENCES admincenter_exchange_rates (org_id, code, seq)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_exchange_rates_anchor;
DROP TABLE admincenter_exchange_rates;
DROP TABLE admincenter_archived_currencies;
DROP TABLE admincenter_currencies_anchor;
DROP TABLE admincenter_currencies;
