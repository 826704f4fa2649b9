package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

type imports struct{ access }

type importSQL struct {
	insert, append, update, get, content, deletePieces, delete string
	list                                                       list
}

func newImportSQL(db *DB) importSQL {
	const columns = `SELECT id, type, file_name, size, sha256, content, file_columns, row_count, warnings, mapping, settings,
		status, created_at, created_by_kind, created_by_id, updated_at, version FROM {imports}{index} `
	return importSQL{
		insert: db.bind(`INSERT INTO {imports} (org_id, id, type, file_name, size, sha256, content, file_columns, row_count,
			warnings, mapping, settings, status, created_at, created_by_kind, created_by_id, updated_at, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		append: db.bind(`INSERT INTO {import_pieces} (org_id, import_id, start, piece) VALUES (?, ?, ?, ?)`),
		update: db.bind(`UPDATE {imports} SET file_name = ?, size = ?, sha256 = ?, content = ?, file_columns = ?, row_count = ?,
			warnings = ?, mapping = ?, settings = ?, status = ?, updated_at = ?, version = version + 1
			WHERE org_id = ? AND id = ? AND version = ?`),
		get: db.bind(columns + `WHERE org_id = ? AND id = ?`),
		list: newList(db, columns+`WHERE org_id = ?`, []string{"type", "status", "sha256"}, ` AND id < ? ORDER BY id DESC LIMIT ?`,
			walk{"imports_sha256", "sha256"}, walk{"imports_type", "type"}, walk{"imports_status", "status"}),
		content: db.bind(`SELECT start, piece FROM {import_pieces} WHERE org_id = ? AND import_id = ? AND start <= ?
			ORDER BY start DESC LIMIT 1`),
		deletePieces: db.bind(`DELETE FROM {import_pieces} WHERE org_id = ? AND import_id = ?`),
		delete:       db.bind(`DELETE FROM {imports} WHERE org_id = ? AND id = ?`),
	}
}

// importTexts are the parts of an import that are kept as JSON: nothing is searched in them.
func importTexts(i bulkimport.Import) (content, columns, warnings, mapping, settings string, err error) {
	for _, part := range []struct {
		into  *string
		value any
	}{{&content, i.Content}, {&columns, i.Columns}, {&warnings, i.Warnings}, {&mapping, i.Mapping}, {&settings, i.Settings}} {
		b, e := json.Marshal(part.value)
		if e != nil {
			return "", "", "", "", "", fmt.Errorf("import: %w", e)
		}
		*part.into = string(b)
	}
	return content, columns, warnings, mapping, settings, nil
}

func (s imports) Create(ctx context.Context, org admin.OrgID, i bulkimport.Import, rec admin.Record) error {
	content, columns, warnings, mapping, settings, err := importTexts(i)
	if err != nil {
		return err
	}
	return s.write(ctx, org, rec, func(t *tx) error {
		_, err := t.exec(ctx, "import", s.db.sql.imports.insert, org, id(i.ID), i.Type, i.FileName, i.Size, i.SHA256, content, columns,
			i.Rows, warnings, mapping, settings, i.Status, at(i.CreatedAt), i.CreatedBy.Kind, i.CreatedBy.ID, at(i.UpdatedAt), i.Version)
		return err
	})
}

func (s imports) Append(ctx context.Context, org admin.OrgID, importID uuid.UUID, offset int64, piece []byte) error {
	return s.bookkeep(ctx, func(t *tx) error {
		_, err := t.exec(ctx, "piece of an import", s.db.sql.imports.append, org, id(importID), offset, piece)
		return err
	})
}

func (s imports) Update(ctx context.Context, org admin.OrgID, i bulkimport.Import, rec admin.Record) error {
	content, columns, warnings, mapping, settings, err := importTexts(i)
	if err != nil {
		return err
	}
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.imports
		return t.change(ctx, "import", q.update, []any{
			i.FileName, i.Size, i.SHA256, content, columns, i.Rows, warnings, mapping, settings, i.Status, at(i.UpdatedAt),
			org, id(i.ID), i.Version,
		}, q.get, org, id(i.ID))
	})
}

func (s imports) Delete(ctx context.Context, org admin.OrgID, importID uuid.UUID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.imports
		if _, err := t.exec(ctx, "import", q.deletePieces, org, id(importID)); err != nil {
			return err
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

func (s imports) List(ctx context.Context, org admin.OrgID, f bulkimport.Filter, seek admin.Seek[uuid.UUID]) ([]bulkimport.Import, error) {
	query, args := s.db.sql.imports.list.page([]any{org}, byText(string(f.Type), string(f.Status), f.SHA256), before(seek.After), seek.Limit)
	return rows(ctx, s.reader(), "import", query, scanImport, args...)
}

func (s imports) Content(ctx context.Context, org admin.OrgID, importID uuid.UUID, offset int64) ([]byte, error) {
	type piece struct {
		start int64
		text  []byte
	}
	found, err := rows(ctx, s.reader(), "piece of an import", s.db.sql.imports.content, func(scan func(...any) error, p *piece) error {
		return scan(&p.start, &p.text)
	}, org, id(importID), offset)
	if err != nil || len(found) == 0 || offset-found[0].start >= int64(len(found[0].text)) {
		return nil, err
	}
	return found[0].text[offset-found[0].start:], nil
}

func scanImport(scan func(...any) error, i *bulkimport.Import) error {
	var content, columns, warnings, mapping, settings string
	if err := scan(scanID(&i.ID), &i.Type, &i.FileName, &i.Size, &i.SHA256, &content, &columns, &i.Rows, &warnings, &mapping, &settings,
		&i.Status, scanAt(&i.CreatedAt), &i.CreatedBy.Kind, &i.CreatedBy.ID, scanAt(&i.UpdatedAt), &i.Version); err != nil {
		return err
	}
	for _, part := range []struct {
		text string
		into any
	}{{content, &i.Content}, {columns, &i.Columns}, {warnings, &i.Warnings}, {mapping, &i.Mapping}, {settings, &i.Settings}} {
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return err
		}
	}
	return nil
}
