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
    idempotency_key      TEXT COLLATE "C",
    request_digest       TEXT COLLATE "C" NOT NULL, -- of the request under the key
    of_id                TEXT COLLATE "C", -- the migration that it takes back or tries again
    follows              TEXT COLLATE "C" NOT NULL,
    options              TEXT COLLATE "C" NOT NULL, -- JSON
    -- The source_version while it is the one migration that moves accounts of that version.
    held_version         BIGINT,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, idempotency_key),
    UNIQUE (org_id, source_id, held_version),
    -- What changes about a migration is its job, which has the same id.
    FOREIGN KEY (org_id, id) REFERENCES admincenter_jobs (org_id, id)
);

-- +goose Down
DROP TABLE admincenter_plan_migrations;
