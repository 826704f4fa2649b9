-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_import_mappings (
    org_id          VARBINARY(64)   NOT NULL,
    id              VARBINARY(36)   NOT NULL,
    type            VARBINARY(100)  NOT NULL,
    name            VARCHAR(100)    NOT NULL,
    -- The form of the name in which there is one of a type.
    name_key        VARBINARY(1000) NOT NULL,
    -- Headers, mapping and settings, as JSON in a form of its own version.
    details         MEDIUMTEXT      NOT NULL,
    created_at      BIGINT          NOT NULL,
    created_by_kind VARBINARY(30)   NOT NULL,
    created_by_id   VARBINARY(237)  NOT NULL,
    updated_at      BIGINT          NOT NULL,
    version         BIGINT          NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE KEY import_mappings_name (org_id, type, name_key),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_import_mappings;
