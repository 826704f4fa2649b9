-- +goose Up
CREATE TABLE admincenter_roles (
    org_id       TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    name         TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    description  TEXT COLLATE "C" NOT NULL,
    -- With a blank between two.
    permissions  TEXT COLLATE "C" NOT NULL CHECK (permissions <> ''),
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (org_id, name)
);

-- +goose Down
DROP TABLE admincenter_roles;
