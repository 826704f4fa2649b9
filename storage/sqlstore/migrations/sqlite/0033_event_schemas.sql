-- +goose Up
CREATE TABLE admincenter_event_schemas (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    name            TEXT    NOT NULL,
    -- Description, attributes and dimensions as JSON: they are read and written as one.
    definition      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by_kind TEXT    NOT NULL,
    updated_by_id   TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, name)
) STRICT, WITHOUT ROWID;

-- Each version of each, also of those that were deleted.
CREATE TABLE admincenter_event_schema_versions (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    name            TEXT    NOT NULL,
    definition      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by_kind TEXT    NOT NULL,
    updated_by_id   TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    deleted         INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    PRIMARY KEY (org_id, name, version)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE admincenter_event_schema_versions;
DROP TABLE admincenter_event_schemas;
