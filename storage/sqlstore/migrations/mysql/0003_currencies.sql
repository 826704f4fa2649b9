-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_currencies (
    org_id          VARBINARY(64)   NOT NULL,
    code            VARBINARY(3)    NOT NULL CHECK (LENGTH(code) = 3),
    rate            DECIMAL(56, 18) NOT NULL CHECK (rate > 0 AND rate < 1000000000000),
    -- 1 for the base currency, NULL for the others: one base an organization.
    base_slot       BIGINT CHECK (base_slot = 1),
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(200) NOT NULL,
    PRIMARY KEY (org_id, code),
    UNIQUE KEY base (org_id, base_slot),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- A saved rate never changes.
DROP TRIGGER IF EXISTS admincenter_currencies_no_update;
CREATE TRIGGER admincenter_currencies_no_update BEFORE UPDATE ON admincenter_currencies FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a saved exchange rate cannot be changed';
DROP TRIGGER IF EXISTS admincenter_currencies_no_delete;
CREATE TRIGGER admincenter_currencies_no_delete BEFORE DELETE ON admincenter_currencies FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'admincenter: a saved exchange rate cannot be deleted';

-- +goose Down
DROP TABLE admincenter_currencies;
