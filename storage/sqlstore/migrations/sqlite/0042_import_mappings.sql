-- +goose Up
CREATE TABLE admincenter_import_mappings (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT    NOT NULL,
    type            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    -- The form of the name in which there is one of a type.
    name_key        TEXT    NOT NULL,
    -- Headers, mapping and settings, as JSON in a form of its own version.
    details         TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX admincenter_import_mappings_name ON admincenter_import_mappings (org_id, type, name_key);

-- +goose Down
DROP TABLE admincenter_import_mappings;
