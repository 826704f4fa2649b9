-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_enrichments (
    org_id          VARBINARY(64)  NOT NULL,
    event_schema    VARBINARY(200) NOT NULL,
    -- Dependencies and fields as JSON: they are read and written as one.
    definition      MEDIUMTEXT     NOT NULL,
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(237) NOT NULL,
    updated_at      BIGINT         NOT NULL,
    updated_by_kind VARBINARY(30)  NOT NULL,
    updated_by_id   VARBINARY(237) NOT NULL,
    version         BIGINT         NOT NULL,
    PRIMARY KEY (org_id, event_schema),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The settings that an enrichment depends on, to be found by the setting.
CREATE TABLE IF NOT EXISTS admincenter_enrichment_dependencies (
    org_id          VARBINARY(64)  NOT NULL,
    namespace       VARBINARY(100) NOT NULL,
    name            VARBINARY(100) NOT NULL,
    event_schema    VARBINARY(200) NOT NULL,
    PRIMARY KEY (org_id, namespace, name, event_schema),
    FOREIGN KEY (org_id, event_schema) REFERENCES admincenter_enrichments (org_id, event_schema),
    KEY enrichment_dependencies_schema (org_id, event_schema)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_enrichment_dependencies;
DROP TABLE admincenter_enrichments;
