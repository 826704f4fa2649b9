-- +goose Up
CREATE TABLE admincenter_event_schemas (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    name            TEXT COLLATE "C" NOT NULL,
    -- Description, attributes and dimensions as JSON: they are read and written as one.
    definition      TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    updated_at      BIGINT NOT NULL,
    updated_by_kind TEXT COLLATE "C" NOT NULL,
    updated_by_id   TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL,
    PRIMARY KEY (org_id, name)
);

-- Each version of each, also of those that were deleted.
CREATE TABLE admincenter_event_schema_versions (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    name            TEXT COLLATE "C" NOT NULL,
    definition      TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    updated_at      BIGINT NOT NULL,
    updated_by_kind TEXT COLLATE "C" NOT NULL,
    updated_by_id   TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL,
    deleted         BIGINT NOT NULL CHECK (deleted IN (0, 1)),
    PRIMARY KEY (org_id, name, version)
);

-- +goose Down
DROP TABLE admincenter_event_schema_versions;
DROP TABLE admincenter_event_schemas;
