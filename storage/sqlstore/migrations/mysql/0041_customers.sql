-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_customers (
    org_id        VARBINARY(64)  NOT NULL,
    id            VARBINARY(200) NOT NULL,
    name          VARCHAR(255)   NOT NULL,
    primary_email VARCHAR(320)   NOT NULL,
    phone_number  VARCHAR(255)   NOT NULL,
    line1         VARCHAR(255)   NOT NULL,
    line2         VARCHAR(255)   NOT NULL,
    postal_code   VARCHAR(255)   NOT NULL,
    city          VARCHAR(255)   NOT NULL,
    state         VARCHAR(255)   NOT NULL,
    country       VARCHAR(255)   NOT NULL,
    status        VARBINARY(30)  NOT NULL,
    extra         MEDIUMTEXT     NOT NULL,
    created_at    BIGINT         NOT NULL,
    updated_at    BIGINT         NOT NULL,
    version       BIGINT         NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS admincenter_accounts (
    org_id           VARBINARY(64)  NOT NULL,
    id               VARBINARY(200) NOT NULL,
    name             VARCHAR(255)   NOT NULL,
    customer_id      VARBINARY(200) NOT NULL,
    invoice_currency VARBINARY(3)   NOT NULL,
    primary_email    VARCHAR(320)   NOT NULL,
    net_term_days    BIGINT,
    phone_number     VARCHAR(255)   NOT NULL,
    line1            VARCHAR(255)   NOT NULL,
    line2            VARCHAR(255)   NOT NULL,
    postal_code      VARCHAR(255)   NOT NULL,
    city             VARCHAR(255)   NOT NULL,
    state            VARCHAR(255)   NOT NULL,
    country          VARCHAR(255)   NOT NULL,
    status           VARBINARY(30)  NOT NULL,
    extra            MEDIUMTEXT     NOT NULL,
    created_at       BIGINT         NOT NULL,
    updated_at       BIGINT         NOT NULL,
    version          BIGINT         NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, customer_id) REFERENCES admincenter_customers (org_id, id),
    KEY accounts_customer (org_id, customer_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_accounts;
DROP TABLE admincenter_customers;
