-- +goose Up
-- The JSON Schema that a JSON value must meet; empty where anything goes.
ALTER TABLE admincenter_settings ADD COLUMN schema_text TEXT NOT NULL DEFAULT '';

-- A setting as each change left it. It refers to no setting, because it outlives it.
CREATE TABLE admincenter_setting_versions (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    entity_kind     TEXT    NOT NULL,
    entity_id       TEXT    NOT NULL,
    namespace       TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    value_type      TEXT    NOT NULL,
    value_text      TEXT    NOT NULL,
    schema_text     TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by_kind TEXT    NOT NULL,
    updated_by_id   TEXT    NOT NULL,
    deleted         INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    PRIMARY KEY (org_id, id, version)
) STRICT, WITHOUT ROWID;

-- What the settings of before are now is the first that is known of them.
INSERT INTO admincenter_setting_versions (org_id, id, version, entity_kind, entity_id, namespace, name, value_type, value_text,
    schema_text, created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, deleted)
SELECT org_id, id, version, entity_kind, entity_id, namespace, name, value_type, value_text,
    schema_text, created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, 0
FROM admincenter_settings;

-- How many settings there are. Writes that change it, or what depends on settings, wait here for each
-- other.
CREATE TABLE admincenter_setting_counts (
    org_id   TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    settings INTEGER NOT NULL CHECK (settings >= 0),
    PRIMARY KEY (org_id)
) STRICT, WITHOUT ROWID;

INSERT INTO admincenter_setting_counts (org_id, settings)
SELECT org_id, COUNT(*) FROM admincenter_settings GROUP BY org_id;

-- +goose Down
DROP TABLE admincenter_setting_counts;
DROP TABLE admincenter_setting_versions;
ALTER TABLE admincenter_settings DROP COLUMN schema_text;
