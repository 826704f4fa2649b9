-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_plans (
    org_id      VARBINARY(64)  NOT NULL,
    id          VARBINARY(200) NOT NULL,
    version     BIGINT         NOT NULL CHECK (version > 0),
    name        VARCHAR(255)   NOT NULL,
    status      VARBINARY(30)  NOT NULL,
    -- Codes with blanks in between.
    currencies  TEXT           NOT NULL,
    cycle       VARCHAR(100)   NOT NULL,
    anniversary TINYINT        NOT NULL CHECK (anniversary IN (0, 1)),
    PRIMARY KEY (org_id, id, version),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One row for each account that has schedules: whoever changes an account's schedules locks it
-- first, because no unique key can say that two spans of time do not overlap.
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
    version        BIGINT         NOT NULL,
    PRIMARY KEY (org_id, id),
    CHECK (until_at > from_at),
    UNIQUE KEY schedules_account (org_id, account_id, from_at),
    FOREIGN KEY (org_id, account_id) REFERENCES admincenter_schedule_accounts (org_id, account_id),
    KEY schedules_plan (org_id, plan_id, plan_version, account_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_schedules;
DROP TABLE admincenter_schedule_accounts;
DROP TABLE admincenter_plans;
