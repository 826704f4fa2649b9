-- +goose Up
CREATE TABLE IF NOT EXISTS admincenter_imports (
    org_id          VARBINARY(64)  NOT NULL,
    id              VARBINARY(36)  NOT NULL,
    type            VARBINARY(100) NOT NULL,
    file_name       VARCHAR(255)   NOT NULL,
    size            BIGINT         NOT NULL,
    sha256          VARBINARY(64)  NOT NULL,
    text_sha256     VARBINARY(64)  NOT NULL,
    -- What nothing is looked up by, as JSON in a form of its own version.
    details         MEDIUMTEXT     NOT NULL,
    row_count       BIGINT         NOT NULL,
    status          VARBINARY(30)  NOT NULL,
    created_at      BIGINT         NOT NULL,
    created_by_kind VARBINARY(30)  NOT NULL,
    created_by_id   VARBINARY(237) NOT NULL,
    updated_at      BIGINT         NOT NULL,
    -- When its file began to be removed, and whether any of it may be left.
    file_removed_at BIGINT,
    file_kept       BIGINT NOT NULL DEFAULT 1 CHECK (file_kept IN (0, 1)),
    version         BIGINT         NOT NULL,
    PRIMARY KEY (org_id, id),
    -- For what is over and not yet removed.
    KEY imports_file (file_kept, updated_at, org_id, id),
    -- For lists, in order of id.
    KEY imports_text (org_id, text_sha256, id),
    KEY imports_sha256 (org_id, sha256, id),
    KEY imports_type (org_id, type, id),
    KEY imports_status (org_id, status, id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The text of the files. Pieces are large, so the rows are kept apart from the key.
CREATE TABLE IF NOT EXISTS admincenter_import_pieces (
    org_id    VARBINARY(64) NOT NULL,
    import_id VARBINARY(36) NOT NULL,
    start     BIGINT        NOT NULL,
    piece     MEDIUMBLOB    NOT NULL,
    PRIMARY KEY (org_id, import_id, start),
    FOREIGN KEY (org_id, import_id) REFERENCES admincenter_imports (org_id, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What imports have in bulkimport.Blobs, to the end of its removal: without a remove_at it is kept. It outlives the
-- import, and what else there is of a deleted organization.
CREATE TABLE IF NOT EXISTS admincenter_import_blobs (
    org_id    VARBINARY(64) NOT NULL,
    import_id VARBINARY(36) NOT NULL,
    remove_at BIGINT,
    removed   BIGINT        NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    PRIMARY KEY (org_id, import_id),
    -- For removals that are due.
    KEY import_blobs_due (remove_at, org_id, import_id),
    FOREIGN KEY (org_id) REFERENCES admincenter_organizations (org_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE admincenter_import_blobs;
DROP TABLE admincenter_import_pieces;
DROP TABLE admincenter_imports;
