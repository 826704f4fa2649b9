-- +goose Up
CREATE TABLE admincenter_plans (
    org_id      TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id          TEXT    NOT NULL,
    version     INTEGER NOT NULL CHECK (version > 0),
    name        TEXT    NOT NULL,
    description TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    -- Codes with spaces in between.
    currencies  TEXT    NOT NULL,
    cycle       TEXT    NOT NULL,
    anniversary INTEGER NOT NULL CHECK (anniversary IN (0, 1)),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    -- That of the record; version is the plan's own.
    record_version INTEGER NOT NULL,
    PRIMARY KEY (org_id, id, version)
) STRICT, WITHOUT ROWID;

-- For lists by status, in order of id.
CREATE INDEX admincenter_plans_status ON admincenter_plans (org_id, status, id, version);

-- One row for each account that has schedules. A transaction that changes an account's schedules locks it
-- first, because no unique key can keep two spans of time from overlapping.
CREATE TABLE admincenter_schedule_accounts (
    org_id     TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    account_id TEXT    NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, account_id)
) STRICT, WITHOUT ROWID;

-- The plan is no foreign key: a host may keep its plans elsewhere and only the schedules here.
CREATE TABLE admincenter_schedules (
    org_id         TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    account_id     TEXT    NOT NULL,
    plan_id        TEXT    NOT NULL,
    plan_version   INTEGER NOT NULL,
    from_at        INTEGER NOT NULL,
    until_at       INTEGER CHECK (until_at > from_at),
    currency       TEXT    NOT NULL,
    cycle_override TEXT    NOT NULL,
    rate_cards     TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    -- A schedule that was removed keeps its row, and its id.
    removed_at      INTEGER,
    removed_by_kind TEXT   NOT NULL,
    removed_by_id   TEXT   NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES admincenter_schedule_accounts (org_id, account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_schedules_account ON admincenter_schedules (org_id, account_id, from_at);

CREATE INDEX admincenter_schedules_plan ON admincenter_schedules (org_id, plan_id, plan_version, account_id);

-- +goose Down
DROP TABLE admincenter_schedules;
DROP TABLE admincenter_schedule_accounts;
DROP TABLE admincenter_plans;
