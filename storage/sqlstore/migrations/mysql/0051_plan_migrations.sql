-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_plan_migrations (
    org_id               VARBINARY(64)  NOT NULL,
    id                   VARBINARY(36)  NOT NULL,
    source_id            VARBINARY(200) NOT NULL,
    source_version       BIGINT         NOT NULL,
    target_id            VARBINARY(200) NOT NULL,
    target_version       BIGINT         NOT NULL,
    mode                 VARBINARY(30)  NOT NULL,
    overrides            VARBINARY(30)  NOT NULL,
    require_confirmation TINYINT        NOT NULL CHECK (require_confirmation IN (0, 1)),
    zone                 VARCHAR(100)   NOT NULL,
    idempotency_key      VARBINARY(1020),
    request_digest       VARBINARY(64) NOT NULL, -- of the request under the key
    of_id                VARBINARY(36), -- the migration that it takes back or tries again
    follows              VARBINARY(30) NOT NULL,
    options              MEDIUMTEXT NOT NULL, -- JSON
    -- The source_version while it is the one migration that moves accounts of that version.
    held_version         BIGINT,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, idempotency_key),
    UNIQUE (org_id, source_id, held_version),
    -- What changes about a migration is its job, which has the same id.
    FOREIGN KEY (org_id, id) REFERENCES admincenter_jobs (org_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_plan_migrations;
