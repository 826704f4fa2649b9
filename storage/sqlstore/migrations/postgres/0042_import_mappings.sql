-- +goose Up
CREATE TABLE admincenter_import_mappings (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT COLLATE "C" NOT NULL,
    type            TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    -- The form of the name in which there is one of a type.
    name_key        TEXT COLLATE "C" NOT NULL,
    -- Headers, mapping and settings, as JSON in a form of its own version.
    details         TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

CREATE UNIQUE INDEX admincenter_import_mappings_name ON admincenter_import_mappings (org_id, type, name_key);

-- +goose Down
DROP TABLE admincenter_import_mappings;
