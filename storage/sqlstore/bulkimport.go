package sqlstore

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

type imports struct{ access }

type importSQL struct {
	insert, append, update, get, content               string
	deletePieces, deleteEntries, deleteEffects, delete string
	lock, expired, markFile, removePieces, fileGone    string
	blob                                               blobSQL
	list                                               list
}

func newImportSQL(db *DB) importSQL {
	const columns = `SELECT id, type, file_name, size, sha256, text_sha256, details, row_count, status, created_at,
		created_by_kind, created_by_id, updated_at, file_removed_at, version FROM {imports}{index} `
	return importSQL{
		insert: db.bind(`INSERT INTO {imports} (org_id, id, type, file_name, size, sha256, text_sha256, details, row_count,
			status, created_at, created_by_kind, created_by_id, updated_at, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		append: db.bind(`INSERT INTO {import_pieces} (org_id, import_id, start, piece) VALUES (?, ?, ?, ?)`),
		update: db.bind(`UPDATE {imports} SET file_name = ?, size = ?, sha256 = ?, text_sha256 = ?, details = ?,
			row_count = ?, status = ?, updated_at = ?, version = version + 1 WHERE org_id = ? AND id = ? AND version = ?`),
		get:  db.bind(columns + `WHERE org_id = ? AND id = ?`),
		lock: db.bind(columns + `WHERE org_id = ? AND id = ?{forUpdate}`),
		expired: db.bindAll(db.along("imports_file", `SELECT i.org_id, i.id FROM {imports} i{index}
			WHERE i.file_kept = 1 AND i.updated_at <= ? AND (i.status <> 'STARTED' OR EXISTS (SELECT 1 FROM {jobs} j
				WHERE j.org_id = i.org_id AND j.id = i.id AND j.settled_at <= ?))
			AND (SELECT o.status FROM {organizations} o WHERE o.org_id = i.org_id) <> 'DELETED'
			ORDER BY i.updated_at, i.org_id, i.id LIMIT ?`)),
		markFile: db.bind(`UPDATE {imports} SET file_removed_at = ?, version = version + 1 WHERE org_id = ? AND id = ?`),
		removePieces: db.bind(db.dialect.deleteSome("import_pieces", `org_id = ? AND import_id = ?`,
			[]string{"org_id", "import_id", "start"})),
		fileGone: db.bind(`UPDATE {imports} SET file_kept = 0 WHERE org_id = ? AND id = ?`),
		list: newList(db, columns+`WHERE org_id = ?`, []string{"type", "status", "sha256", "text_sha256"},
			` AND id < ? ORDER BY id DESC LIMIT ?`,
			walk{"imports_sha256", "sha256"}, walk{"imports_text", "text_sha256"},
			walk{"imports_type", "type"}, walk{"imports_status", "status"}),
		content: db.bind(`SELECT start, piece FROM {import_pieces} WHERE org_id = ? AND import_id = ? AND start <= ?
			ORDER BY start DESC LIMIT 1`),
		deletePieces:  db.bind(`DELETE FROM {import_pieces} WHERE org_id = ? AND import_id = ?`),
		deleteEntries: db.bind(`DELETE FROM {job_entries} WHERE org_id = ? AND job_id = ?`),
		deleteEffects: db.bind(`DELETE FROM {job_effects} WHERE org_id = ? AND job_id = ?`),
		delete:        db.bind(`DELETE FROM {imports} WHERE org_id = ? AND id = ?`),
		blob:          newBlobSQL(db),
	}
}

func (s imports) Create(ctx context.Context, org admin.OrgID, i bulkimport.Import, rec admin.Record) error {
	details, err := importDetails(i)
	if err != nil {
		return err
	}
	return s.write(ctx, org, rec, func(t *tx) error {
		_, err := t.exec(ctx, "import", s.db.sql.imports.insert, org, id(i.ID), i.Type, i.FileName, i.Size, i.SHA256,
			i.TextSHA256, details, i.Rows, i.Status, at(i.CreatedAt), i.CreatedBy.Kind, actorID(i.CreatedBy),
			at(i.UpdatedAt), i.Version)
		if err == nil && i.InBlobs {
			_, err = t.exec(ctx, "import", s.db.sql.imports.blob.insert, org, id(i.ID))
		}
		return err
	})
}

func (s imports) Append(ctx context.Context, org admin.OrgID, importID uuid.UUID, offset int64, piece []byte) error {
	return s.bookkeep(ctx, func(t *tx) error {
		for row := range slices.Chunk(piece, bulkimport.StoredPiece) {
			if _, err := t.exec(ctx, "piece of an import", s.db.sql.imports.append, org, id(importID), offset, row); err != nil {
				return err
			}
			offset += int64(len(row))
		}
		return nil
	})
}

func (s imports) Update(ctx context.Context, org admin.OrgID, i bulkimport.Import, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error { return s.db.sql.imports.set(ctx, t, org, i) })
}

func (s imports) Start(
	ctx context.Context, org admin.OrgID, i bulkimport.Import, j job.Job, entries []job.Entry, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		if err := s.db.sql.imports.set(ctx, t, org, i); err != nil {
			return err
		}
		return s.db.sql.job.create(ctx, t, org, j, entries)
	})
}

// set replaces the stored import whose Version is i.Version, and raises it by one.
func (s importSQL) set(ctx context.Context, t *tx, org admin.OrgID, i bulkimport.Import) error {
	details, err := importDetails(i)
	if err != nil {
		return err
	}
	return t.change(ctx, "import", s.update, []any{
		i.FileName, i.Size, i.SHA256, i.TextSHA256, details, i.Rows, i.Status, at(i.UpdatedAt), org, id(i.ID), i.Version,
	}, s.get, org, id(i.ID))
}

func (s imports) Delete(ctx context.Context, org admin.OrgID, importID uuid.UUID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.imports
		i, err := one(ctx, t, "import", q.lock, scanImport, org, id(importID))
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, "import", q.deletePieces, org, id(importID)); err != nil {
			return err
		}
		if err := q.blob.remove(ctx, t, org, importID, rec.At); err != nil {
			return err
		}
		for _, j := range i.Jobs() {
			for _, part := range []string{q.deleteEntries, q.deleteEffects} {
				if _, err := t.exec(ctx, "import", part, org, id(j)); err != nil {
					return err
				}
			}
		}
		n, err := t.exec(ctx, "import", q.delete, org, id(importID))
		if err == nil && n == 0 {
			err = missing("import")
		}
		return err
	})
}

func (s imports) Get(ctx context.Context, org admin.OrgID, importID uuid.UUID) (bulkimport.Import, error) {
	return one(ctx, s.reader(), "import", s.db.sql.imports.get, scanImport, org, id(importID))
}

func (s imports) List(
	ctx context.Context, org admin.OrgID, f bulkimport.Filter, seek admin.Seek[uuid.UUID],
) ([]bulkimport.Import, error) {
	query, args := s.db.sql.imports.list.page([]any{org}, byText(string(f.Type), string(f.Status), f.SHA256, f.TextSHA256),
		before(seek.After), seek.Limit)
	return rows(ctx, s.reader(), "import", query, scanImport, args...)
}

func (s imports) Content(ctx context.Context, org admin.OrgID, importID uuid.UUID, offset int64) ([]byte, error) {
	type piece struct {
		start int64
		text  []byte
	}
	found, err := rows(ctx, s.reader(), "piece of an import", s.db.sql.imports.content,
		func(scan func(...any) error, p *piece) error {
			return scan(&p.start, &p.text)
		}, org, id(importID), offset)
	if err != nil || len(found) == 0 || offset-found[0].start >= int64(len(found[0].text)) {
		return nil, err
	}
	return found[0].text[offset-found[0].start:], nil
}

func scanImport(scan func(...any) error, i *bulkimport.Import) error {
	var details string
	if err := scan(scanID(&i.ID), &i.Type, &i.FileName, &i.Size, &i.SHA256, &i.TextSHA256, &details, &i.Rows, &i.Status,
		scanAt(&i.CreatedAt),
		&i.CreatedBy.Kind, scanActorID(&i.CreatedBy), scanAt(&i.UpdatedAt), scanAt(&i.FileRemovedAt),
		&i.Version); err != nil {
		return err
	}
	return scanImportDetails(details, i)
}
