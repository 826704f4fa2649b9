-- The host's own tables. Every key begins with the organization. Instants are microseconds since 1970, and
-- what is a list or an object is JSON.
CREATE TABLE IF NOT EXISTS customers (
    org_id     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    metadata   TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    restored_version INTEGER NOT NULL,
    search     TEXT    NOT NULL, -- id, name and e-mail address as customer.Table.Search folds them
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS customers_name ON customers (org_id, name, id);
CREATE INDEX IF NOT EXISTS customers_email ON customers (org_id, email, id);

CREATE TABLE IF NOT EXISTS accounts (
    org_id        TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    customer_id   TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    currency      TEXT    NOT NULL,
    net_term_days INTEGER,
    address       TEXT    NOT NULL,
    aliases       TEXT    NOT NULL,
    billing       TEXT    NOT NULL,
    metadata      TEXT    NOT NULL,
    tags          TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    restored_version INTEGER NOT NULL,
    search        TEXT    NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, customer_id) REFERENCES customers (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS accounts_customer ON accounts (org_id, customer_id, id);

-- Which accounts that are not archived have an alias, so that no two have it at the same time.
CREATE TABLE IF NOT EXISTS account_aliases (
    org_id     TEXT NOT NULL,
    value      TEXT NOT NULL,
    account_id TEXT NOT NULL,
    from_at    INTEGER,
    until_at   INTEGER,
    UNIQUE (org_id, value, account_id, from_at)
) STRICT;

CREATE TABLE IF NOT EXISTS plans (
    org_id         TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    version        INTEGER NOT NULL, -- the plan's own
    name           TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    status         TEXT    NOT NULL,
    currencies     TEXT    NOT NULL,
    cycle          TEXT    NOT NULL,
    anniversary    INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    record_version INTEGER NOT NULL, -- counts the changes of this row
    PRIMARY KEY (org_id, id, version)
) STRICT, WITHOUT ROWID;

-- A schedule that was removed keeps its row.
CREATE TABLE IF NOT EXISTS schedules (
    org_id          TEXT    NOT NULL,
    id              TEXT    NOT NULL,
    account_id      TEXT    NOT NULL,
    plan_id         TEXT    NOT NULL,
    plan_version    INTEGER NOT NULL,
    from_at         INTEGER NOT NULL,
    until_at        INTEGER,
    currency        TEXT    NOT NULL,
    cycle           TEXT    NOT NULL,
    rate_cards      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    removed_at      INTEGER,
    removed_by_kind TEXT    NOT NULL,
    removed_by_id   TEXT    NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS schedules_account ON schedules (org_id, account_id, from_at);

CREATE INDEX IF NOT EXISTS schedules_plan ON schedules (org_id, plan_id, plan_version, account_id);
