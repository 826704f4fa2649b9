-- +goose Up
CREATE TABLE admincenter_roles (
    org_id       TEXT    NOT NULL REFERENCES admincenter_organizations (org_id),
    name         TEXT    NOT NULL,
    display_name TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    -- With a blank between two.
    permissions  TEXT    NOT NULL CHECK (permissions <> ''),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    PRIMARY KEY (org_id, name)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE admincenter_roles;
