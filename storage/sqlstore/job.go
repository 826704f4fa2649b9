package sqlstore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
)

type jobs struct{ access }

type jobSQL struct {
	insert, get, lock, claimable, update, claim, renew, commit, release string
	due                                                                 dueSQL
	list, entries                                                       list
	effects                                                             string
	prune                                                               pruneSQL
	addEntries, addEffects                                              bulk
}

// jobColumns are the columns that scanJob reads, of the table of that alias.
func jobColumns(alias string) string {
	columns := []string{
		"id", "kind", "status", "start_at", "created_at", "created_by_kind", "created_by_id", "updated_at", "settled_at",
		"pruned_at",
		"total", "completed", "skipped", "failed", "failure", "failures", "retry_at", "decision", "attempt",
		"lease_worker", "lease_until", "tried_at", "cursor_text", "state_text", "version",
	}
	return alias + "." + strings.Join(columns, ", "+alias+".")
}

func newJobSQL(db *DB) jobSQL {
	columns := `SELECT ` + jobColumns("j") + ` FROM {jobs} j{index} WHERE j.org_id = ?`
	key := []string{"org_id", "job_id", "seq"}
	entry := []string{"ref", "status", "reason", "detail", "data"}
	return jobSQL{
		insert: db.bind(`INSERT INTO {jobs} (org_id, id, kind, status, start_at, created_at, created_by_kind, created_by_id,
			updated_at, settled_at, total, completed, skipped, failed, failure, failures, retry_at, decision, attempt,
			lease_worker, lease_until, tried_at, cursor_text, state_text, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get:  db.bind(columns + ` AND j.id = ?`),
		lock: db.bind(columns + ` AND j.id = ?{forUpdate}`),
		claimable: db.bind(`SELECT ` + jobColumns("j") + `,
			(SELECT o.status FROM {organizations} o WHERE o.org_id = j.org_id)
			FROM {jobs} j WHERE j.org_id = ? AND j.id = ?{forUpdate}`),
		list: newList(db, columns, []string{"j.kind", "j.status"}, ` AND j.id < ? ORDER BY j.id DESC LIMIT ?`,
			walk{"jobs_kind_status", "j.kind j.status"}, walk{"jobs_kind", "j.kind"}, walk{"jobs_status", "j.status"}),
		due: newDueSQL(db),
		update: db.bind(`UPDATE {jobs} SET status = ?, start_at = ?, updated_at = ?, settled_at = ?, failure = ?,
			failures = ?, retry_at = ?, decision = ?, attempt = ?, lease_worker = '', lease_until = NULL, version = ?
			WHERE org_id = ? AND id = ?`),
		claim: db.bind(`UPDATE {jobs} SET status = ?, attempt = ?, lease_worker = ?, lease_until = ?, tried_at = ?
			WHERE org_id = ? AND id = ?`),
		renew: db.bind(`UPDATE {jobs} SET lease_until = ?
			WHERE org_id = ? AND id = ? AND status = 'IN_PROGRESS' AND attempt = ? AND lease_worker <> ''`),
		commit: db.bind(`UPDATE {jobs} SET status = ?, cursor_text = ?, state_text = ?, failure = ?, failures = ?,
			retry_at = ?, updated_at = ?, settled_at = CASE WHEN ? = 1 THEN ? ELSE settled_at END, total = total + ?,
			completed = completed + ?, skipped = skipped + ?, failed = failed + ?,
			lease_worker = CASE WHEN ? = 1 THEN lease_worker ELSE '' END, lease_until = ?, version = version + 1
			WHERE org_id = ? AND id = ? AND status = 'IN_PROGRESS' AND attempt = ? AND cursor_text = ?`),
		release: db.bind(`UPDATE {jobs} SET lease_worker = '', lease_until = NULL
			WHERE org_id = ? AND id = ? AND attempt = ?`),
		entries: newList(db, `SELECT seq, ref, status, reason, detail, data FROM {job_entries}{index}
			WHERE org_id = ? AND job_id = ?`, []string{"status"}, ` AND seq > ? ORDER BY seq LIMIT ?`,
			walk{"job_entries_status", "status"}),
		effects: db.bind(`SELECT effects FROM {job_effects}
			WHERE org_id = ? AND job_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?`),
		prune:      newPruneSQL(db),
		addEntries: newBulk(db, "job_entries", slices.Concat([]string{"org_id", "job_id", "seq bigint"}, entry), key, entry),
		addEffects: newBulk(db, "job_effects", []string{"org_id", "job_id", "seq bigint", "effects"}, nil, nil),
	}
}

func (s jobs) Create(ctx context.Context, org admin.OrgID, j job.Job, entries []job.Entry, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error { return s.db.sql.job.create(ctx, t, org, j, entries) })
}

func (s jobSQL) create(ctx context.Context, t *tx, org admin.OrgID, j job.Job, entries []job.Entry) error {
	decision, err := writeDecision(j.Decision)
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, "job", s.insert, org, id(j.ID), j.Kind, j.Status, at(j.StartAt), at(j.CreatedAt),
		j.CreatedBy.Kind, actorID(j.CreatedBy), at(j.UpdatedAt), at(j.SettledAt), j.Counts.Total, j.Counts.Completed,
		j.Counts.Skipped, j.Counts.Failed, j.Failure, j.Failures, at(j.RetryAt), decision, j.Lease.Attempt,
		j.Lease.Worker, at(j.Lease.Until), j.TriedAt.UnixMicro(), j.Cursor, j.State, j.Version); err != nil {
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
	decision, err := writeDecision(want.Decision)
	if err != nil {
		return err
	}
	return s.write(ctx, org, rec, func(t *tx) error {
		j, err := s.locked(ctx, t, org, want.ID, func(j job.Job) (job.Job, error) { return j.Updated(want) })
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, "job", s.db.sql.job.update, j.Status, at(j.StartAt), at(j.UpdatedAt), at(j.SettledAt),
			j.Failure, j.Failures, at(j.RetryAt), decision, j.Lease.Attempt, j.Version, org, id(j.ID))
		return err
	})
}

func (s jobs) Claim(ctx context.Context, org admin.OrgID, jobID uuid.UUID, c job.Claim) (j job.Job, err error) {
	err = s.bookkeep(ctx, func(t *tx) error {
		q, suspended := s.db.sql.job, false
		j, err = one(ctx, t, "job", q.claimable, func(scan func(...any) error, j *job.Job) error {
			var status people.OrganizationStatus
			err := scan(append(jobFields(j), &status)...)
			suspended = status == people.OrganizationSuspended
			return err
		}, org, id(jobID))
		if err == nil && suspended {
			err = admin.ErrSuspended
		}
		if err != nil {
			return err
		}
		if j, err = j.Claimed(c); err != nil {
			return err
		}
		_, err = t.exec(ctx, "job", q.claim, j.Status, j.Lease.Attempt, j.Lease.Worker,
			at(j.Lease.Until), j.TriedAt.UnixMicro(), org, id(jobID))
		return err
	})
	return j, err
}

func (s jobs) Renew(ctx context.Context, org admin.OrgID, jobID uuid.UUID, attempt int64, until time.Time) error {
	return s.bookkeep(ctx, func(t *tx) error {
		n, err := t.exec(ctx, "job", s.db.sql.job.renew, at(until), org, id(jobID), attempt)
		if err != nil || n > 0 {
			return err
		}
		// MySQL counts rows that change, so the lease may be there and end at that instant already.
		j, err := one(ctx, t, "job", s.db.sql.job.get, scanJob, org, id(jobID))
		if errors.Is(err, admin.ErrNotFound) {
			return job.ErrLeaseLost
		}
		if err != nil {
			return err
		}
		_, err = j.Renewed(attempt, until)
		return err
	})
}

func (s jobs) Commit(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
	if err := cp.Check(false); err != nil {
		return err
	}
	return s.settle(ctx, func(t *tx) error { return s.db.sql.job.checkpoint(ctx, t, org, cp) })
}

func (s jobs) Finish(ctx context.Context, org admin.OrgID, cp job.Checkpoint, rec admin.Record) error {
	if err := cp.Check(true); err != nil {
		return err
	}
	if err := rec.Check(); err != nil {
		return err
	}
	return s.settle(ctx, func(t *tx) error {
		if err := s.db.sql.job.checkpoint(ctx, t, org, cp); err != nil {
			return err
		}
		return s.db.sql.audit.insert(ctx, t, org, rec)
	})
}

// settle writes the end of a batch, which a lost lease refuses before anything is written.
func (s jobs) settle(ctx context.Context, fn func(*tx) error) error {
	if s.tx == nil {
		return s.bookkeep(ctx, fn)
	}
	lost := func(err error) bool { return errors.Is(err, job.ErrLeaseLost) }
	return s.tx.refusedFirst(ctx, lost, func() error { return fn(s.tx) })
}

func (s jobSQL) checkpoint(ctx context.Context, t *tx, org admin.OrgID, cp job.Checkpoint) error {
	n, err := t.exec(ctx, "job", s.commit, cp.Status, cp.Cursor, cp.State, cp.Failure, cp.Failures, at(cp.RetryAt),
		at(cp.At), flag(cp.Status.Final()), at(cp.At), cp.Counts.Total, cp.Counts.Completed, cp.Counts.Skipped,
		cp.Counts.Failed, flag(!cp.Until.IsZero()), at(cp.Until), org, id(cp.ID), cp.Attempt, cp.From)
	if err != nil {
		return err
	}
	if n == 0 {
		return job.ErrLeaseLost
	}
	if err := s.putEntries(ctx, t, org, cp.ID, cp.Entries); err != nil {
		return err
	}
	return s.putEffects(ctx, t, org, cp.ID, cp.Effects)
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
	size := 0
	return rows(ctx, s.reader(), "job entry", query, func(scan func(...any) error, e *job.Entry) error {
		if f.Bytes > 0 && size >= f.Bytes {
			return errEnough
		}
		err := scan(&e.Seq, &e.Ref, &e.Status, &e.Reason, &e.Detail, &e.Data)
		size += len(e.Data)
		return err
	}, args...)
}

func scanJob(scan func(...any) error, j *job.Job) error { return scan(jobFields(j)...) }

// jobFields returns where the columns of jobColumns are scanned to.
func jobFields(j *job.Job) []any {
	return []any{
		scanID(&j.ID), &j.Kind, &j.Status, scanAt(&j.StartAt), scanAt(&j.CreatedAt), &j.CreatedBy.Kind,
		scanActorID(&j.CreatedBy), scanAt(&j.UpdatedAt), scanAt(&j.SettledAt), scanAt(&j.PrunedAt),
		&j.Counts.Total, &j.Counts.Completed,
		&j.Counts.Skipped, &j.Counts.Failed, &j.Failure, &j.Failures, scanAt(&j.RetryAt), scanDecision(&j.Decision),
		&j.Lease.Attempt, &j.Lease.Worker, scanAt(&j.Lease.Until), scanAt(&j.TriedAt), &j.Cursor, &j.State, &j.Version,
	}
}
