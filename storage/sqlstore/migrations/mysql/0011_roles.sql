-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_roles (
    org_id       VARBINARY(64)  NOT NULL,
    name         VARBINARY(100) NOT NULL,
    display_name TEXT           NOT NULL,
    description  TEXT           NOT NULL,
    -- With a blank between two.
    permissions  TEXT           NOT NULL CHECK (permissions <> ''),
    created_at   BIGINT         NOT NULL,
    updated_at   BIGINT         NOT NULL,
    version      BIGINT         NOT NULL,
    PRIMARY KEY (org_id, name),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_roles;
