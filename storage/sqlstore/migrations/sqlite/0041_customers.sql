-- +goose Up
CREATE TABLE admincenter_customers (
    org_id        TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id            TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    primary_email TEXT    NOT NULL,
    phone_number  TEXT    NOT NULL,
    line1         TEXT    NOT NULL,
    line2         TEXT    NOT NULL,
    postal_code   TEXT    NOT NULL,
    city          TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    country       TEXT    NOT NULL,
    metadata      TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    -- Id, name and e-mail address without capitals and accents, for lists by text.
    search        TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    -- The version whose values it has again since an undo, or 0.
    restored_version INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_customers_name ON admincenter_customers (org_id, name, id);
CREATE INDEX admincenter_customers_email ON admincenter_customers (org_id, primary_email, id);
CREATE INDEX admincenter_customers_status ON admincenter_customers (org_id, status, id);

CREATE TABLE admincenter_accounts (
    org_id              TEXT    NOT NULL,
    id                  TEXT    NOT NULL,
    name                TEXT    NOT NULL,
    customer_id         TEXT    NOT NULL,
    invoice_currency    TEXT    NOT NULL,
    primary_email       TEXT    NOT NULL,
    net_term_days       INTEGER,
    phone_number        TEXT    NOT NULL,
    line1               TEXT    NOT NULL,
    line2               TEXT    NOT NULL,
    postal_code         TEXT    NOT NULL,
    city                TEXT    NOT NULL,
    state               TEXT    NOT NULL,
    country             TEXT    NOT NULL,
    aliases             TEXT    NOT NULL,
    billing_information TEXT    NOT NULL,
    metadata            TEXT    NOT NULL,
    tags                TEXT    NOT NULL,
    status              TEXT    NOT NULL,
    search              TEXT    NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    -- The version whose values it has again since an undo, or 0.
    restored_version INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, customer_id) REFERENCES admincenter_customers (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_accounts_status ON admincenter_accounts (org_id, status, id);
CREATE INDEX admincenter_accounts_customer ON admincenter_accounts (org_id, customer_id, id);

-- Who has an alias and when. A transaction that gives it to an account locks the row, which stays
-- when no account has it any more.
CREATE TABLE admincenter_account_aliases (
    org_id  TEXT NOT NULL REFERENCES admincenter_organizations (org_id),
    value   TEXT NOT NULL,
    holders TEXT NOT NULL,
    PRIMARY KEY (org_id, value)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE admincenter_account_aliases;
DROP TABLE admincenter_accounts;
DROP TABLE admincenter_customers;
