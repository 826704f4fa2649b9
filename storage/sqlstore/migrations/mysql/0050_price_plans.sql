-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_plans (
    org_id      VARBINARY(64)  NOT NULL,
    id          VARBINARY(200) NOT NULL,
    version     BIGINT         NOT NULL CHECK (version > 0),
    name        VARCHAR(255)   NOT NULL,
    description VARCHAR(255)   NOT NULL,
    status      VARBINARY(30)  NOT NULL,
    -- Codes with spaces in between.
    currencies  TEXT           NOT NULL,
    cycle       VARCHAR(100)   NOT NULL,
    anniversary TINYINT        NOT NULL CHECK (anniversary IN (0, 1)),
    created_at  BIGINT         NOT NULL,
    updated_at  BIGINT         NOT NULL,
    -- That of the record; version is the plan's own.
    record_version BIGINT      NOT NULL,
    PRIMARY KEY (org_id, id, version),
    -- For lists by status, in order of id.
    KEY plans_status (org_id, status, id, version),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row for each account that has schedules. A transaction that changes an account's schedules locks it
-- first, because no unique key can keep two spans of time from overlapping.
CREATE TABLE IF NOT EXISTS admincenter_schedule_accounts (
    org_id     VARBINARY(64)  NOT NULL,
    account_id VARBINARY(200) NOT NULL,
    changed_at BIGINT         NOT NULL,
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The plan is no foreign key: a host may keep its plans elsewhere and only the schedules here.
CREATE TABLE IF NOT EXISTS admincenter_schedules (
    org_id         VARBINARY(64)  NOT NULL,
    id             VARBINARY(200) NOT NULL,
    account_id     VARBINARY(200) NOT NULL,
    plan_id        VARBINARY(200) NOT NULL,
    plan_version   BIGINT         NOT NULL,
    from_at        BIGINT         NOT NULL,
    until_at       BIGINT,
    currency       VARBINARY(3)   NOT NULL,
    cycle_override VARCHAR(100)   NOT NULL,
    rate_cards     VARCHAR(255)   NOT NULL,
    created_at     BIGINT         NOT NULL,
    updated_at     BIGINT         NOT NULL,
    version        BIGINT         NOT NULL,
    -- A schedule that was removed keeps its row, and its id.
    removed_at      BIGINT,
    removed_by_kind VARBINARY(30)  NOT NULL,
    removed_by_id   VARBINARY(237) NOT NULL,
    PRIMARY KEY (org_id, id),
    CHECK (until_at > from_at),
    KEY schedules_account (org_id, account_id, from_at),
    FOREIGN KEY (org_id, account_id) REFERENCES admincenter_schedule_accounts (org_id, account_id),
    KEY schedules_plan (org_id, plan_id, plan_version, account_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_schedules;
DROP TABLE admincenter_schedule_accounts;
DROP TABLE admincenter_plans;
