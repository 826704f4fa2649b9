-- +goose Up
CREATE TABLE admincenter_enrichments (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    event_schema    TEXT COLLATE "C" NOT NULL,
    -- Dependencies and fields as JSON: they are read and written as one.
    definition      TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    updated_at      BIGINT NOT NULL,
    updated_by_kind TEXT COLLATE "C" NOT NULL,
    updated_by_id   TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL,
    PRIMARY KEY (org_id, event_schema)
);

-- The settings that an enrichment depends on, to be found by the setting.
CREATE TABLE admincenter_enrichment_dependencies (
    org_id       TEXT COLLATE "C" NOT NULL,
    namespace    TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    event_schema TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, namespace, name, event_schema),
    FOREIGN KEY (org_id, event_schema) REFERENCES admincenter_enrichments (org_id, event_schema)
);

CREATE INDEX admincenter_enrichment_dependencies_schema ON admincenter_enrichment_dependencies (org_id, event_schema);

-- +goose Down
DROP TABLE admincenter_enrichment_dependencies;
DROP TABLE admincenter_enrichments;
