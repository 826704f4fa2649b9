-- +goose Up
CREATE TABLE admincenter_plan_migrations (
    org_id               TEXT COLLATE "C" NOT NULL,
    id                   TEXT COLLATE "C" NOT NULL,
    source_id            TEXT COLLATE "C" NOT NULL,
    source_version       BIGINT NOT NULL,
    target_id            TEXT COLLATE "C" NOT NULL,
    target_version       BIGINT NOT NULL,
    mode                 TEXT COLLATE "C" NOT NULL,
    overrides            TEXT COLLATE "C" NOT NULL,
    require_confirmation BIGINT NOT NULL CHECK (require_confirmation IN (0, 1)),
    zone                 TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, id),
    -- What changes about a migration is its job, which has the same id.
    FOREIGN KEY (org_id, id) REFERENCES admincenter_jobs (org_id, id)
);

-- +goose Down
DROP TABLE admincenter_plan_migrations;
