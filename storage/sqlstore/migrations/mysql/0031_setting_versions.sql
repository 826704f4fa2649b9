-- +goose Up
-- A setting as each change left it. It refers to no setting, because it outlives it.
CREATE TABLE IF NOT EXISTS admincenter_setting_versions (
    org_id          VARBINARY(64)  NOT NULL,
    id              VARBINARY(36)  NOT NULL,
    version         BIGINT         NOT NULL,
    entity_kind     VARBINARY(30)  NOT NULL,
    entity_id       VARBINARY(200) NOT NULL,
    namespace       VARBINARY(100) NOT NULL,
    name            VARBINARY(100) NOT NULL,
    value_type      VARBINARY(30)  NOT NULL,
    value_text      MEDIUMTEXT     NOT NULL,
    schema_text     MEDIUMTEXT     NOT NULL,
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(237) NOT NULL,
    updated_at      BIGINT         NOT NULL,
    updated_by_kind VARBINARY(30)  NOT NULL,
    updated_by_id   VARBINARY(237) NOT NULL,
    deleted         BIGINT         NOT NULL CHECK (deleted IN (0, 1)),
    PRIMARY KEY (org_id, id, version),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What the settings of before are now is the first that is known of them.
INSERT IGNORE INTO admincenter_setting_versions (org_id, id, version, entity_kind, entity_id, namespace, name, value_type, value_text,
    schema_text, created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, deleted)
SELECT org_id, id, version, entity_kind, entity_id, namespace, name, value_type, value_text,
    schema_text, created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, 0
FROM admincenter_settings;

-- How many settings there are. Writes that change it, or what depends on settings, wait here for each
-- other.
CREATE TABLE IF NOT EXISTS admincenter_setting_counts (
    org_id          VARBINARY(64)  NOT NULL,
    settings        BIGINT         NOT NULL CHECK (settings >= 0),
    PRIMARY KEY (org_id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT IGNORE INTO admincenter_setting_counts (org_id, settings)
SELECT org_id, COUNT(*) FROM admincenter_settings GROUP BY org_id;

-- +goose Down
DROP TABLE admincenter_setting_counts;
DROP TABLE admincenter_setting_versions;
