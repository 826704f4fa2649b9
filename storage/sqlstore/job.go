package sqlstore

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

type jobs struct{ access }

type jobSQL struct {
	insert, get, lock, due, update, claim, commit, release, cancelEntries string
	list, entries                                                         list
	addEntries                                                            bulk
}

func newJobSQL(db *DB) jobSQL {
	const columns = `SELECT id, kind, status, start_at, created_at, created_by_kind, created_by_id, updated_at,
		settled_at, total, completed, skipped, failed, cursor_text, failure, attempt, lease_owner, lease_until, version
		FROM {jobs}{index} `
	key := []string{"org_id", "job_id", "seq"}
	set := []string{"ref", "status", "reason", "detail", "data"}
	return jobSQL{
		insert: db.bind(`INSERT INTO {jobs} (org_id, id, kind, status, start_at, created_at, created_by_kind, created_by_id,
			updated_at, settled_at, total, completed, skipped, failed, cursor_text, failure, attempt, lease_owner,
			lease_until, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get:  db.bind(columns + `WHERE org_id = ? AND id = ?`),
		lock: db.bind(columns + `WHERE org_id = ? AND id = ?{forUpdate}`),
		list: newList(db, columns+`WHERE org_id = ?`, []string{"kind", "status"}, ` AND id < ? ORDER BY id DESC LIMIT ?`,
			walk{"jobs_kind_status", "kind status"}, walk{"jobs_kind", "kind"}, walk{"jobs_status", "status"}),
		due: db.bind(`SELECT org_id, id, kind FROM {jobs} WHERE status IN ('SCHEDULED', 'PENDING', 'IN_PROGRESS')
			AND (start_at IS NULL OR start_at <= ?) AND (lease_owner IS NULL OR lease_until <= ?)
			ORDER BY id, org_id LIMIT ?`),
		update: db.bind(`UPDATE {jobs} SET status = ?, start_at = ?, updated_at = ?, settled_at = ?, failure = ?,
			attempt = ?, lease_owner = NULL, lease_until = NULL, version = ? WHERE org_id = ? AND id = ?`),
		claim: db.bind(`UPDATE {jobs} SET status = ?, attempt = ?, lease_owner = ?, lease_until = ?
			WHERE org_id = ? AND id = ?`),
		commit: db.bind(`UPDATE {jobs} SET status = ?, cursor_text = ?, failure = ?, updated_at = ?,
			settled_at = CASE WHEN ? = 1 THEN ? ELSE settled_at END, total = total + ?,
			completed = completed + ?, skipped = skipped + ?, failed = failed + ?,
			lease_owner = CASE WHEN ? = 1 THEN lease_owner ELSE NULL END, lease_until = ?, version = version + 1
			WHERE org_id = ? AND id = ? AND status = 'IN_PROGRESS' AND attempt = ? AND cursor_text = ?`),
		release: db.bind(`UPDATE {jobs} SET lease_owner = NULL, lease_until = NULL
			WHERE org_id = ? AND id = ? AND attempt = ?`),
		cancelEntries: db.bind(`UPDATE {job_entries} SET status = 'CANCELLED'
			WHERE org_id = ? AND job_id = ? AND status IN ('PENDING', 'IN_PROGRESS')`),
		entries: newList(db, `SELECT seq, ref, status, reason, detail, data FROM {job_entries}{index}
			WHERE org_id = ? AND job_id = ?`, []string{"status"}, ` AND seq > ? ORDER BY seq LIMIT ?`,
			walk{"job_entries_status", "status"}),
		addEntries: newBulk(db, "job_entries", slices.Concat([]string{"org_id", "job_id", "seq bigint"}, set), key, set),
	}
}

func (s jobs) Create(ctx context.Context, org admin.OrgID, j job.Job, entries []job.Entry, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error { return s.db.sql.job.create(ctx, t, org, j, entries) })
}

func (s jobSQL) create(ctx context.Context, t *tx, org admin.OrgID, j job.Job, entries []job.Entry) error {
	if _, err := t.exec(ctx, "job", s.insert, org, id(j.ID), j.Kind, j.Status, at(j.StartAt), at(j.CreatedAt),
		j.CreatedBy.Kind, j.CreatedBy.ID, at(j.UpdatedAt), at(j.SettledAt), j.Counts.Total, j.Counts.Completed,
		j.Counts.Skipped, j.Counts.Failed, j.Cursor, j.Failure, j.Lease.Attempt, id(j.Lease.Owner),
		at(j.Lease.Until), j.Version); err != nil {
		return err
	}
	return s.putEntries(ctx, t, org, j.ID, entries)
}

func (s jobSQL) putEntries(ctx context.Context, t *tx, org admin.OrgID, jobID uuid.UUID, entries []job.Entry) error {
	return s.addEntries.insert(ctx, t, "job entry", len(entries), func(i int) []any {
		e := entries[i]
		return []any{org, id(jobID), e.Seq, e.Ref, e.Status, e.Reason, e.Detail, e.Data}
	})
}

func (s jobs) Get(ctx context.Context, org admin.OrgID, jobID uuid.UUID) (job.Job, error) {
	return one(ctx, s.reader(), "job", s.db.sql.job.get, scanJob, org, id(jobID))
}

func (s jobs) List(ctx context.Context, org admin.OrgID, f job.Filter, seek admin.Seek[uuid.UUID]) ([]job.Job, error) {
	query, args := s.db.sql.job.list.page([]any{org}, byText(string(f.Kind), string(f.Status)),
		before(seek.After), seek.Limit)
	return rows(ctx, s.reader(), "job", query, scanJob, args...)
}

func (s jobs) Due(ctx context.Context, now time.Time, limit int) ([]job.Ref, error) {
	return rows(ctx, s.reader(), "job", s.db.sql.job.due, func(scan func(...any) error, r *job.Ref) error {
		return scan(&r.Org, scanID(&r.ID), &r.Kind)
	}, at(now), at(now), limit)
}

// locked changes a job by what change makes of it, with the row held in between.
func (s jobs) locked(
	ctx context.Context, t *tx, org admin.OrgID, jobID uuid.UUID, change func(job.Job) (job.Job, error),
) (job.Job, error) {
	j, err := one(ctx, t, "job", s.db.sql.job.lock, scanJob, org, id(jobID))
	if err != nil {
		return j, err
	}
	return change(j)
}

func (s jobs) Update(ctx context.Context, org admin.OrgID, want job.Job, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		j, err := s.locked(ctx, t, org, want.ID, func(j job.Job) (job.Job, error) { return j.Updated(want) })
		if err != nil {
			return err
		}
		q := s.db.sql.job
		if _, err := t.exec(ctx, "job", q.update, j.Status, at(j.StartAt), at(j.UpdatedAt), at(j.SettledAt),
			j.Failure, j.Lease.Attempt, j.Version, org, id(j.ID)); err != nil {
			return err
		}
		if j.Status == job.Cancelled {
			_, err = t.exec(ctx, "job entry", q.cancelEntries, org, id(j.ID))
		}
		return err
	})
}

func (s jobs) Claim(ctx context.Context, org admin.OrgID, jobID uuid.UUID, c job.Claim) (j job.Job, err error) {
	err = s.bookkeep(ctx, func(t *tx) error {
		j, err = s.locked(ctx, t, org, jobID, func(j job.Job) (job.Job, error) { return j.Claimed(c) })
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, "job", s.db.sql.job.claim, j.Status, j.Lease.Attempt, id(j.Lease.Owner),
			at(j.Lease.Until), org, id(jobID))
		return err
	})
	return j, err
}

func (s jobs) Commit(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
	if err := cp.Check(false); err != nil {
		return err
	}
	return s.bookkeep(ctx, func(t *tx) error { return s.db.sql.job.checkpoint(ctx, t, org, cp) })
}

func (s jobs) Finish(ctx context.Context, org admin.OrgID, cp job.Checkpoint, rec admin.Record) error {
	if err := cp.Check(true); err != nil {
		return err
	}
	return s.write(ctx, org, rec, func(t *tx) error { return s.db.sql.job.checkpoint(ctx, t, org, cp) })
}

func (s jobSQL) checkpoint(ctx context.Context, t *tx, org admin.OrgID, cp job.Checkpoint) error {
	n, err := t.exec(ctx, "job", s.commit, cp.Status, cp.Cursor, cp.Failure, at(cp.At), flag(cp.Status.Final()), at(cp.At),
		cp.Counts.Total, cp.Counts.Completed, cp.Counts.Skipped, cp.Counts.Failed, flag(!cp.Until.IsZero()), at(cp.Until),
		org, id(cp.ID), cp.Attempt, cp.From)
	if err != nil {
		return err
	}
	if n == 0 {
		return job.ErrLeaseLost
	}
	return s.putEntries(ctx, t, org, cp.ID, cp.Entries)
}

func (s jobs) Release(ctx context.Context, org admin.OrgID, jobID uuid.UUID, attempt int64) error {
	return s.bookkeep(ctx, func(t *tx) error {
		n, err := t.exec(ctx, "job", s.db.sql.job.release, org, id(jobID), attempt)
		if err != nil || n > 0 {
			return err
		}
		_, err = one(ctx, t, "job", s.db.sql.job.get, scanJob, org, id(jobID))
		return err
	})
}

func (s jobs) Entries(
	ctx context.Context, org admin.OrgID, jobID uuid.UUID, f job.EntryFilter, seek admin.Seek[int64],
) ([]job.Entry, error) {
	query, args := s.db.sql.job.entries.page([]any{org, id(jobID)}, byText(string(f.Status)), seek.After, seek.Limit)
	return rows(ctx, s.reader(), "job entry", query, func(scan func(...any) error, e *job.Entry) error {
		return scan(&e.Seq, &e.Ref, &e.Status, &e.Reason, &e.Detail, &e.Data)
	}, args...)
}

func scanJob(scan func(...any) error, j *job.Job) error {
	return scan(scanID(&j.ID), &j.Kind, &j.Status, scanAt(&j.StartAt), scanAt(&j.CreatedAt), &j.CreatedBy.Kind,
		&j.CreatedBy.ID, scanAt(&j.UpdatedAt), scanAt(&j.SettledAt), &j.Counts.Total, &j.Counts.Completed,
		&j.Counts.Skipped, &j.Counts.Failed, &j.Cursor, &j.Failure, &j.Lease.Attempt,
		scanID(&j.Lease.Owner), scanAt(&j.Lease.Until), &j.Version)
}
