package sqlstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// blobSQL keeps the rows of what imports have in bulkimport.Blobs. A row outlives its import, and what is left of an
// organization that was purged.
type blobSQL struct {
	insert, due, removals, set, forget string
	purge                              string
}

func newBlobSQL(db *DB) blobSQL {
	const removal = ` WHERE org_id = ? AND import_id = ? AND remove_at IS NOT NULL`
	return blobSQL{
		insert: db.bind(`INSERT INTO {import_blobs} (org_id, import_id) VALUES (?, ?)`),
		due: db.bind(`UPDATE {import_blobs} SET remove_at = ?
			WHERE org_id = ? AND import_id = ? AND remove_at IS NULL`),
		removals: db.bindAll(db.along("import_blobs_due", `SELECT org_id, import_id, remove_at, removed
			FROM {import_blobs}{index} WHERE remove_at <= ? ORDER BY remove_at, org_id, import_id LIMIT ?`)),
		set:    db.bindAll(`UPDATE {import_blobs} SET remove_at = ?, removed = ?` + removal),
		forget: db.bindAll(`DELETE FROM {import_blobs}` + removal),
		// MySQL takes a LIMIT only within another table.
		purge: db.bindAll(`UPDATE {import_blobs} SET remove_at = 0 WHERE org_id = ? AND import_id IN
			(SELECT import_id FROM
				(SELECT import_id FROM {import_blobs} WHERE org_id = ? AND remove_at IS NULL LIMIT ?) AS kept)`),
	}
}

// remove records that what an import has in Blobs, if anything, is to be removed.
func (q blobSQL) remove(ctx context.Context, t *tx, org admin.OrgID, importID uuid.UUID, when time.Time) error {
	_, err := t.exec(ctx, "import", q.due, at(when), org, id(importID))
	return err
}

func (s imports) Removals(ctx context.Context, until time.Time, limit int) ([]bulkimport.Removal, error) {
	return rows(ctx, s.reader(), "import", s.db.sql.imports.blob.removals,
		func(scan func(...any) error, r *bulkimport.Removal) error {
			return scan(&r.Org, scanID(&r.ID), scanAt(&r.Due), &r.Removed)
		}, at(until), limit)
}

func (s imports) SetRemoval(ctx context.Context, org admin.OrgID, r bulkimport.Removal) error {
	return s.bookkeep(ctx, func(t *tx) error {
		q := s.db.sql.imports.blob
		query, args := q.set, []any{at(r.Due), flag(r.Removed), org, id(r.ID)}
		if r.Due.IsZero() {
			query, args = q.forget, args[2:]
		}
		n, err := t.exec(ctx, "import", query, args...)
		if err == nil && n == 0 {
			err = missing("import")
		}
		return err
	})
}
