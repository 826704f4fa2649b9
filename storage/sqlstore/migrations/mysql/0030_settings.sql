-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_settings (
    org_id          VARBINARY(64)  NOT NULL,
    id              VARBINARY(36)  NOT NULL,
    entity_kind     VARBINARY(30)  NOT NULL,
    -- Empty for the organization's own settings.
    entity_id       VARBINARY(200) NOT NULL,
    namespace       VARBINARY(100) NOT NULL,
    name            VARBINARY(100) NOT NULL,
    value_type      VARBINARY(30)  NOT NULL CHECK (value_type IN ('STRING', 'NUMERIC', 'JSON', 'JSON_LOGIC')),
    -- Text whatever the type: a column of numbers would round, one of JSON would reorder.
    value_text      MEDIUMTEXT     NOT NULL,
    -- The JSON Schema that a JSON value must meet; empty where anything goes. It is here because
    -- adding a column cannot be repeated.
    schema_text     MEDIUMTEXT     NOT NULL,
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(237) NOT NULL,
    updated_at      BIGINT         NOT NULL,
    updated_by_kind VARBINARY(30)  NOT NULL,
    updated_by_id   VARBINARY(237) NOT NULL,
    version         BIGINT         NOT NULL,
    PRIMARY KEY (org_id, id),
    CHECK (entity_kind <> 'ORGANIZATION' OR entity_id = ''),
    -- The entity first: an account has few settings, while every account may have this one.
    UNIQUE (org_id, entity_kind, entity_id, namespace, name),
    -- For lists, in order of id.
    KEY settings_entity (org_id, entity_kind, entity_id, id),
    KEY settings_entity_kind (org_id, entity_kind, id),
    KEY settings_namespace (org_id, namespace, id),
    KEY settings_name (org_id, name, id),
    KEY settings_value_type (org_id, value_type, id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_settings;
