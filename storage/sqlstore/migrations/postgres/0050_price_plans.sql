-- +goose Up
CREATE TABLE admincenter_plans (
    org_id      TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id          TEXT COLLATE "C" NOT NULL,
    version     BIGINT NOT NULL CHECK (version > 0),
    name        TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    status      TEXT COLLATE "C" NOT NULL,
    -- Codes with spaces in between.
    currencies  TEXT COLLATE "C" NOT NULL,
    cycle       TEXT COLLATE "C" NOT NULL,
    anniversary BIGINT NOT NULL CHECK (anniversary IN (0, 1)),
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    -- That of the record; version is the plan's own.
    record_version BIGINT NOT NULL,
    PRIMARY KEY (org_id, id, version)
);

-- For lists by status, in order of id.
CREATE INDEX admincenter_plans_status ON admincenter_plans (org_id, status, id, version);

-- One row for each account that has schedules. A transaction that changes an account's schedules locks it
-- first, because no unique key can keep two spans of time from overlapping.
CREATE TABLE admincenter_schedule_accounts (
    org_id     TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    account_id TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, account_id)
);

-- The plan is no foreign key: a host may keep its plans elsewhere and only the schedules here.
CREATE TABLE admincenter_schedules (
    org_id         TEXT COLLATE "C" NOT NULL,
    id             TEXT COLLATE "C" NOT NULL,
    account_id     TEXT COLLATE "C" NOT NULL,
    plan_id        TEXT COLLATE "C" NOT NULL,
    plan_version   BIGINT NOT NULL,
    from_at        BIGINT NOT NULL,
    until_at       BIGINT CHECK (until_at > from_at),
    currency       TEXT COLLATE "C" NOT NULL,
    cycle_override TEXT COLLATE "C" NOT NULL,
    rate_cards     TEXT COLLATE "C" NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    -- A schedule that was removed keeps its row, and its id.
    removed_at      BIGINT,
    removed_by_kind TEXT COLLATE "C" NOT NULL,
    removed_by_id   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, account_id) REFERENCES admincenter_schedule_accounts (org_id, account_id)
);

CREATE INDEX admincenter_schedules_account ON admincenter_schedules (org_id, account_id, from_at);

CREATE INDEX admincenter_schedules_plan ON admincenter_schedules (org_id, plan_id, plan_version, account_id);

-- +goose Down
DROP TABLE admincenter_schedules;
DROP TABLE admincenter_schedule_accounts;
DROP TABLE admincenter_plans;
