-- +goose Up
CREATE TABLE admincenter_settings (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    entity_kind     TEXT    NOT NULL,
    -- Empty for the organization's own settings.
    entity_id       TEXT    NOT NULL CHECK (entity_kind <> 'ORGANIZATION' OR entity_id = ''),
    namespace       TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    value_type      TEXT    NOT NULL CHECK (value_type IN ('STRING', 'NUMERIC', 'JSON', 'JSON_LOGIC')),
    -- Text whatever the type: a column of numbers would round, one of JSON would reorder.
    value_text      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by_kind TEXT    NOT NULL,
    updated_by_id   TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    -- The entity first: an account has few settings, while every account may have this one.
    UNIQUE (org_id, entity_kind, entity_id, namespace, name)
) STRICT, WITHOUT ROWID;

-- For lists, in order of id.
CREATE INDEX admincenter_settings_entity_kind ON admincenter_settings (org_id, entity_kind, id);
CREATE INDEX admincenter_settings_value_type ON admincenter_settings (org_id, value_type, id);
CREATE INDEX admincenter_settings_namespace ON admincenter_settings (org_id, namespace, id);
CREATE INDEX admincenter_settings_name ON admincenter_settings (org_id, name, id);
CREATE INDEX admincenter_settings_entity ON admincenter_settings (org_id, entity_kind, entity_id, id);

-- +goose Down
DROP TABLE admincenter_settings;
