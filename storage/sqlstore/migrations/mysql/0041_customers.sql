-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_customers (
    org_id        VARBINARY(64)  NOT NULL,
    id            VARBINARY(200) NOT NULL,
    name          VARBINARY(1020) NOT NULL,
    primary_email VARBINARY(1280) NOT NULL,
    phone_number  VARCHAR(255)   NOT NULL,
    line1         VARCHAR(255)   NOT NULL,
    line2         VARCHAR(255)   NOT NULL,
    postal_code   VARCHAR(255)   NOT NULL,
    city          VARCHAR(255)   NOT NULL,
    state         VARCHAR(255)   NOT NULL,
    country       VARCHAR(255)   NOT NULL,
    metadata      MEDIUMTEXT     NOT NULL,
    status        VARBINARY(30)  NOT NULL,
    -- Id, name and e-mail address without capitals and accents, for lists by text.
    search        MEDIUMTEXT     NOT NULL,
    created_at    BIGINT         NOT NULL,
    updated_at    BIGINT         NOT NULL,
    version       BIGINT         NOT NULL,
    -- The version whose values it has again since an undo, or 0.
    restored_version BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    KEY customers_name (org_id, name, id),
    KEY customers_email (org_id, primary_email, id),
    KEY customers_status (org_id, status, id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS admincenter_accounts (
    org_id              VARBINARY(64)  NOT NULL,
    id                  VARBINARY(200) NOT NULL,
    name                VARCHAR(255)   NOT NULL,
    customer_id         VARBINARY(200) NOT NULL,
    invoice_currency    VARBINARY(3)   NOT NULL,
    primary_email       VARCHAR(320)   NOT NULL,
    net_term_days       BIGINT,
    phone_number        VARCHAR(255)   NOT NULL,
    line1               VARCHAR(255)   NOT NULL,
    line2               VARCHAR(255)   NOT NULL,
    postal_code         VARCHAR(255)   NOT NULL,
    city                VARCHAR(255)   NOT NULL,
    state               VARCHAR(255)   NOT NULL,
    country             VARCHAR(255)   NOT NULL,
    aliases             MEDIUMTEXT     NOT NULL,
    billing_information MEDIUMTEXT     NOT NULL,
    metadata            MEDIUMTEXT     NOT NULL,
    tags                MEDIUMTEXT     NOT NULL,
    status              VARBINARY(30)  NOT NULL,
    search              MEDIUMTEXT     NOT NULL,
    created_at          BIGINT         NOT NULL,
    updated_at          BIGINT         NOT NULL,
    version             BIGINT         NOT NULL,
    -- The version whose values it has again since an undo, or 0.
    restored_version BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, customer_id) REFERENCES admincenter_customers (org_id, id),
    KEY accounts_customer (org_id, customer_id, id),
    KEY accounts_status (org_id, status, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Who has an alias and when. A transaction that gives it to an account locks the row, which stays
-- when no account has it any more.
CREATE TABLE IF NOT EXISTS admincenter_account_aliases (
    org_id  VARBINARY(64)  NOT NULL,
    value   VARBINARY(200) NOT NULL,
    holders MEDIUMTEXT     NOT NULL,
    PRIMARY KEY (org_id, value),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_account_aliases;
DROP TABLE admincenter_accounts;
DROP TABLE admincenter_customers;
