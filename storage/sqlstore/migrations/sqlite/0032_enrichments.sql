-- +goose Up
CREATE TABLE admincenter_enrichments (
    org_id          TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    event_schema    TEXT    NOT NULL,
    -- Dependencies and fields as JSON: they are read and written as one.
    definition      TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    created_by_kind TEXT    NOT NULL,
    created_by_id   TEXT    NOT NULL,
    updated_at      INTEGER NOT NULL,
    updated_by_kind TEXT    NOT NULL,
    updated_by_id   TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (org_id, event_schema)
) STRICT, WITHOUT ROWID;

-- The settings that an enrichment depends on, to be found by the setting.
CREATE TABLE admincenter_enrichment_dependencies (
    org_id       TEXT NOT NULL,
    namespace    TEXT NOT NULL,
    name         TEXT NOT NULL,
    event_schema TEXT NOT NULL,
    PRIMARY KEY (org_id, namespace, name, event_schema),
    FOREIGN KEY (org_id, event_schema) REFERENCES admincenter_enrichments (org_id, event_schema)
) STRICT, WITHOUT ROWID;

CREATE INDEX admincenter_enrichment_dependencies_schema ON admincenter_enrichment_dependencies (org_id, event_schema);

-- +goose Down
DROP TABLE admincenter_enrichment_dependencies;
DROP TABLE admincenter_enrichments;
