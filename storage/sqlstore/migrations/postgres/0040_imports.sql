-- +goose Up
CREATE TABLE admincenter_imports (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    id              TEXT COLLATE "C" NOT NULL,
    type            TEXT COLLATE "C" NOT NULL,
    file_name       TEXT COLLATE "C" NOT NULL,
    size            BIGINT NOT NULL,
    sha256          TEXT COLLATE "C" NOT NULL,
    text_sha256     TEXT COLLATE "C" NOT NULL,
    -- What nothing is looked up by, as JSON in a form of its own version.
    details         TEXT COLLATE "C" NOT NULL,
    row_count       BIGINT NOT NULL,
    status          TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    created_by_kind TEXT COLLATE "C" NOT NULL,
    created_by_id   TEXT COLLATE "C" NOT NULL,
    updated_at      BIGINT NOT NULL,
    -- When its file began to be removed, and whether any of it may be left.
    file_removed_at BIGINT,
    file_kept       BIGINT NOT NULL DEFAULT 1 CHECK (file_kept IN (0, 1)),
    version         BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

-- For files whose time is over.
CREATE INDEX admincenter_imports_file ON admincenter_imports (file_kept, updated_at, org_id, id);

-- For lists, in order of id.
CREATE INDEX admincenter_imports_status ON admincenter_imports (org_id, status, id);
CREATE INDEX admincenter_imports_type ON admincenter_imports (org_id, type, id);
CREATE INDEX admincenter_imports_text ON admincenter_imports (org_id, text_sha256, id);
CREATE INDEX admincenter_imports_sha256 ON admincenter_imports (org_id, sha256, id);

-- The text of the files. Pieces are large, so the rows are kept apart from the key.
CREATE TABLE admincenter_import_pieces (
    org_id    TEXT COLLATE "C" NOT NULL,
    import_id TEXT COLLATE "C" NOT NULL,
    start     BIGINT NOT NULL,
    piece     BYTEA NOT NULL,
    PRIMARY KEY (org_id, import_id, start),
    FOREIGN KEY (org_id, import_id) REFERENCES admincenter_imports (org_id, id)
);

-- Not compressed: that takes longer than to write what it saves.
ALTER TABLE admincenter_import_pieces ALTER COLUMN piece SET STORAGE EXTERNAL;

-- What imports have in bulkimport.Blobs, to the end of its removal: without a remove_at it is kept. It outlives the
-- import, and what else there is of a deleted organization.
CREATE TABLE admincenter_import_blobs (
    org_id    TEXT COLLATE "C" NOT NULL REFERENCES admincenter_organizations (org_id),
    import_id TEXT COLLATE "C" NOT NULL,
    remove_at BIGINT,
    removed   BIGINT NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    PRIMARY KEY (org_id, import_id)
);

-- For removals that are due.
CREATE INDEX admincenter_import_blobs_due ON admincenter_import_blobs (remove_at, org_id, import_id);

-- +goose Down
DROP TABLE admincenter_import_blobs;
DROP TABLE admincenter_import_pieces;
DROP TABLE admincenter_imports;
