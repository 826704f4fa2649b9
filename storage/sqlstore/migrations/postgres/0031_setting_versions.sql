-- +goose Up
-- The JSON Schema that a JSON value must meet; empty where anything goes.
ALTER TABLE admincenter_settings ADD COLUMN schema_text TEXT COLLATE "C" NOT NULL DEFAULT '';

-- A setting as each change left it. It refers to no setting, because it outlives it.
CREATE TABLE admincenter_setting_versions (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL,
    entity_kind     TEXT COLLATE "C" NOT NULL,
    entity_id       TEXT COLLATE "C" NOT NULL,
    namespace       TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    value_type      TEXT COLLATE "C" NOT NULL,
    value_text      TEXT COLLATE "C" NOT NULL,
    schema_text     TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    updated_at      BIGINT NOT NULL,
    updated_by_kind TEXT COLLATE "C" NOT NULL,
    updated_by_id   TEXT COLLATE "C" NOT NULL,
    deleted         BIGINT NOT NULL CHECK (deleted IN (0, 1)),
    PRIMARY KEY (org_id, id, version)
);

-- What the settings of before are now is the first that is known of them.
INSERT INTO admincenter_setting_versions (org_id, id, version, entity_kind, entity_id, namespace, name, value_type, value_text,
    schema_text, created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, deleted)
SELECT org_id, id, version, entity_kind, entity_id, namespace, name, value_type, value_text,
    schema_text, created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, 0
FROM admincenter_settings;

-- How many settings there are. Writes that change it, or what depends on settings, wait here for each
-- other.
CREATE TABLE admincenter_setting_counts (
    org_id   TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    settings BIGINT NOT NULL CHECK (settings >= 0),
    PRIMARY KEY (org_id)
);

INSERT INTO admincenter_setting_counts (org_id, settings)
SELECT org_id, COUNT(*) FROM admincenter_settings GROUP BY org_id;

-- +goose Down
DROP TABLE admincenter_setting_counts;
DROP TABLE admincenter_setting_versions;
ALTER TABLE admincenter_settings DROP COLUMN schema_text;
