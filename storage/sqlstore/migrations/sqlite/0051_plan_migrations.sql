-- +goose Up
CREATE TABLE admincenter_plan_migrations (
    org_id               TEXT    NOT NULL,
    id                   TEXT    NOT NULL,
    source_id            TEXT    NOT NULL,
    source_version       INTEGER NOT NULL,
    target_id            TEXT    NOT NULL,
    target_version       INTEGER NOT NULL,
    mode                 TEXT    NOT NULL,
    overrides            TEXT    NOT NULL,
    require_confirmation INTEGER NOT NULL CHECK (require_confirmation IN (0, 1)),
    zone                 TEXT    NOT NULL,
    PRIMARY KEY (org_id, id),
    -- What changes about a migration is its job, which has the same id.
    FOREIGN KEY (org_id, id) REFERENCES admincenter_jobs (org_id, id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE admincenter_plan_migrations;
