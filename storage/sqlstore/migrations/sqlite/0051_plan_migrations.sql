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
    idempotency_key      TEXT,
    request_digest       TEXT NOT NULL, -- of the request under the key
    of_id                TEXT, -- the migration that it takes back or tries again
    follows              TEXT NOT NULL,
    options              TEXT NOT NULL, -- JSON
    -- The source_version while it is the one migration that moves accounts of that version.
    held_version         INTEGER,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, idempotency_key),
    UNIQUE (org_id, source_id, held_version),
    -- What changes about a migration is its job, which has the same id.
    FOREIGN KEY (org_id, id) REFERENCES admincenter_jobs (org_id, id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE admincenter_plan_migrations;
