-- +goose Up
CREATE TABLE admincenter_customers (
    org_id        TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id            TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    primary_email TEXT COLLATE "C" NOT NULL,
    phone_number  TEXT COLLATE "C" NOT NULL,
    line1         TEXT COLLATE "C" NOT NULL,
    line2         TEXT COLLATE "C" NOT NULL,
    postal_code   TEXT COLLATE "C" NOT NULL,
    city          TEXT COLLATE "C" NOT NULL,
    state         TEXT COLLATE "C" NOT NULL,
    country       TEXT COLLATE "C" NOT NULL,
    metadata      TEXT COLLATE "C" NOT NULL,
    status        TEXT COLLATE "C" NOT NULL,
    -- Id, name and e-mail address without capitals and accents, for lists by text.
    search        TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    -- The version whose values it has again since an undo, or 0.
    restored_version BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

CREATE INDEX admincenter_customers_name ON admincenter_customers (org_id, name, id);
CREATE INDEX admincenter_customers_email ON admincenter_customers (org_id, primary_email, id);
CREATE INDEX admincenter_customers_status ON admincenter_customers (org_id, status, id);

CREATE TABLE admincenter_accounts (
    org_id              TEXT COLLATE "C" NOT NULL,
    id                  TEXT COLLATE "C" NOT NULL,
    name                TEXT COLLATE "C" NOT NULL,
    customer_id         TEXT COLLATE "C" NOT NULL,
    invoice_currency    TEXT COLLATE "C" NOT NULL,
    primary_email       TEXT COLLATE "C" NOT NULL,
    net_term_days       BIGINT,
    phone_number        TEXT COLLATE "C" NOT NULL,
    line1               TEXT COLLATE "C" NOT NULL,
    line2               TEXT COLLATE "C" NOT NULL,
    postal_code         TEXT COLLATE "C" NOT NULL,
    city                TEXT COLLATE "C" NOT NULL,
    state               TEXT COLLATE "C" NOT NULL,
    country             TEXT COLLATE "C" NOT NULL,
    aliases             TEXT COLLATE "C" NOT NULL,
    billing_information TEXT COLLATE "C" NOT NULL,
    metadata            TEXT COLLATE "C" NOT NULL,
    tags                TEXT COLLATE "C" NOT NULL,
    status              TEXT COLLATE "C" NOT NULL,
    search              TEXT COLLATE "C" NOT NULL,
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    version             BIGINT NOT NULL,
    -- The version whose values it has again since an undo, or 0.
    restored_version BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, customer_id) REFERENCES admincenter_customers (org_id, id)
);

CREATE INDEX admincenter_accounts_status ON admincenter_accounts (org_id, status, id);
CREATE INDEX admincenter_accounts_customer ON admincenter_accounts (org_id, customer_id, id);

-- Who has an alias and when. A transaction that gives it to an account locks the row, which stays
-- when no account has it any more.
CREATE TABLE admincenter_account_aliases (
    org_id  TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    value   TEXT COLLATE "C" NOT NULL,
    holders TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, value)
);

-- +goose Down
DROP TABLE admincenter_account_aliases;
DROP TABLE admincenter_accounts;
DROP TABLE admincenter_customers;
