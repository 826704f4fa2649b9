-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_event_schemas (
    org_id          VARBINARY(64)  NOT NULL,
    name            VARBINARY(200) NOT NULL,
    -- Description, attributes and dimensions as JSON: they are read and written as one.
    definition      MEDIUMTEXT     NOT NULL,
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(237) NOT NULL,
    updated_at      BIGINT         NOT NULL,
    updated_by_kind VARBINARY(30)  NOT NULL,
    updated_by_id   VARBINARY(237) NOT NULL,
    version         BIGINT         NOT NULL,
    PRIMARY KEY (org_id, name),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Each version of each, also of those that were deleted.
CREATE TABLE IF NOT EXISTS admincenter_event_schema_versions (
    org_id          VARBINARY(64)  NOT NULL,
    name            VARBINARY(200) NOT NULL,
    definition      MEDIUMTEXT     NOT NULL,
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(237) NOT NULL,
    updated_at      BIGINT         NOT NULL,
    updated_by_kind VARBINARY(30)  NOT NULL,
    updated_by_id   VARBINARY(237) NOT NULL,
    version         BIGINT         NOT NULL,
    deleted         BIGINT         NOT NULL CHECK (deleted IN (0, 1)),
    PRIMARY KEY (org_id, name, version),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_event_schema_versions;
DROP TABLE admincenter_event_schemas;
