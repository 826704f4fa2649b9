package sqlstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// pruneSQL removes what is kept of jobs that are over.
type pruneSQL struct {
	settled, mark, entries, effects, done string
	bare                                  string
	left, remove                          []string // what keeps a job from being removed, and what removes it
}

func newPruneSQL(db *DB) pruneSQL {
	const ofJob = `org_id = ? AND job_id = ?`
	key := []string{"org_id", "job_id", "seq"}
	return pruneSQL{
		settled: db.bindAll(db.along("jobs_settled", `SELECT j.org_id, j.id, j.kind, j.tried_at FROM {jobs} j{index}
			WHERE j.prunable = ? AND j.settled_at <= ?
			AND (SELECT o.status FROM {organizations} o WHERE o.org_id = j.org_id) <> 'DELETED'
			ORDER BY j.settled_at, j.org_id, j.id LIMIT ?`)),
		mark:    db.bind(`UPDATE {jobs} SET pruned_at = ?, version = ? WHERE org_id = ? AND id = ?`),
		entries: db.bind(db.dialect.deleteSome("job_entries", ofJob, key)),
		effects: db.bind(db.dialect.deleteSome("job_effects", ofJob, key)),
		done:    db.bind(`UPDATE {jobs} SET prunable = 0 WHERE org_id = ? AND id = ?`),
		bare:    db.bind(`SELECT id FROM {jobs} WHERE org_id = ? AND id = ? AND prunable = 0{forUpdate}`),
		left: []string{
			db.bind(`SELECT import_id FROM {import_pieces} WHERE org_id = ? AND import_id = ? LIMIT 1`),
			db.bind(`SELECT job_id FROM {job_entries} WHERE org_id = ? AND job_id = ? LIMIT 1`),
			db.bind(`SELECT job_id FROM {job_effects} WHERE org_id = ? AND job_id = ? LIMIT 1`),
		},
		remove: []string{
			db.bind(`DELETE FROM {plan_migrations} WHERE org_id = ? AND id = ?`),
			db.bind(`DELETE FROM {imports} WHERE org_id = ? AND id = ?`),
			db.bind(`DELETE FROM {jobs} WHERE org_id = ? AND id = ?`),
		},
	}
}

func (s jobs) Settled(ctx context.Context, q job.SettledQuery) ([]job.Ref, error) {
	return rows(ctx, s.reader(), "job", s.db.sql.job.prune.settled, func(scan func(...any) error, r *job.Ref) error {
		return scan(&r.Org, scanID(&r.ID), &r.Kind, scanAt(&r.TriedAt))
	}, flag(!q.Pruned), at(q.Until), q.Limit)
}

func (s jobs) Prune(
	ctx context.Context, org admin.OrgID, jobID uuid.UUID, limit int, rec admin.Record,
) (more bool, err error) {
	err = s.record(ctx, org, rec, func(t *tx) (first bool, err error) {
		q := s.db.sql.job
		j, err := one(ctx, t, "job", q.lock, scanJob, org, id(jobID))
		if err != nil {
			return false, err
		}
		first = j.PrunedAt.IsZero()
		if j, err = j.Pruned(rec.At); err != nil {
			return false, err
		}
		if first {
			if _, err := t.exec(ctx, "job", q.prune.mark, at(j.PrunedAt), j.Version, org, id(jobID)); err != nil {
				return false, err
			}
		}
		more, err = t.removeSome(ctx, "job", limit, []string{q.prune.entries, q.prune.effects}, org, id(jobID))
		if err == nil && !more {
			_, err = t.exec(ctx, "job", q.prune.done, org, id(jobID))
		}
		return first, err
	})
	return more && err == nil, err
}

// removeSome runs statements of dialect.deleteSome with the same arguments until they have removed limit rows, and
// reports whether they have.
func (t *tx) removeSome(
	ctx context.Context, noun string, limit int, statements []string, args ...any,
) (more bool, err error) {
	left := int64(limit)
	for _, remove := range statements {
		n, err := t.exec(ctx, noun, remove, append(append([]any{}, args...), left)...)
		if err != nil {
			return false, err
		}
		if left -= n; left <= 0 {
			return true, nil
		}
	}
	return false, nil
}

func (s jobs) Remove(ctx context.Context, org admin.OrgID, jobID uuid.UUID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.job
		if _, err := one(ctx, t, "job", q.lock, scanJob, org, id(jobID)); err != nil {
			return err
		}
		bare, err := rows(ctx, t, "job", q.prune.bare, scanText, org, id(jobID))
		if err != nil {
			return err
		}
		for _, left := range q.prune.left {
			found, err := rows(ctx, t, "job", left, scanText, org, id(jobID))
			if err != nil {
				return err
			}
			if len(found) > 0 {
				bare = nil
			}
		}
		if err := job.CheckBare(len(bare) > 0); err != nil {
			return err
		}
		if err := s.db.sql.imports.blob.remove(ctx, t, org, jobID, rec.At); err != nil {
			return err
		}
		for _, remove := range q.prune.remove {
			if _, err := t.exec(ctx, "job", remove, org, id(jobID)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s imports) ExpiredFiles(ctx context.Context, until time.Time, limit int) ([]bulkimport.FileRef, error) {
	return rows(ctx, s.reader(), "import", s.db.sql.imports.expired,
		func(scan func(...any) error, r *bulkimport.FileRef) error { return scan(&r.Org, scanID(&r.ID)) },
		at(until), at(until), limit)
}

func (s imports) RemoveFile(
	ctx context.Context, org admin.OrgID, importID uuid.UUID, limit int, rec admin.Record,
) (more bool, err error) {
	err = s.record(ctx, org, rec, func(t *tx) (first bool, err error) {
		q := s.db.sql.imports
		i, err := one(ctx, t, "import", q.lock, scanImport, org, id(importID))
		if err != nil {
			return false, err
		}
		running, err := rows(ctx, t, "job", s.db.sql.job.lock, scanJob, org, id(importID))
		if err != nil {
			return false, err
		}
		for _, j := range running {
			if err := bulkimport.CheckFileUnused(j); err != nil {
				return false, err
			}
		}
		if first = i.FileRemovedAt.IsZero(); first {
			if _, err := t.exec(ctx, "import", q.markFile, at(rec.At), org, id(importID)); err != nil {
				return false, err
			}
			if err := q.blob.remove(ctx, t, org, importID, rec.At); err != nil {
				return false, err
			}
		}
		more, err = t.removeSome(ctx, "piece of an import", limit, []string{q.removePieces}, org, id(importID))
		if err == nil && !more {
			_, err = t.exec(ctx, "import", q.fileGone, org, id(importID))
		}
		return first, err
	})
	return more && err == nil, err
}
