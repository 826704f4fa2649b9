package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

func (w *world) job() job.Job {
	return job.Job{
		ID: w.id(), Kind: "test", Status: job.Pending, CreatedAt: epoch, UpdatedAt: epoch,
		CreatedBy: admin.Actor{Kind: admin.ActorUser, ID: w.mark("user")}, Counts: job.Counts{Total: 3}, Version: 1,
	}
}

func (w *world) entries() []job.Entry {
	return []job.Entry{
		{Seq: 1, Ref: w.mark("one"), Status: job.EntryPending},
		{Seq: 2, Ref: w.mark("two"), Status: job.EntryCompleted, Data: `{"a":1}`},
		{Seq: 3, Ref: w.mark("three"), Status: job.EntrySkipped, Reason: "because", Detail: "it is so"},
	}
}

func (w *world) seedJobs() {
	w.t.Helper()
	j := w.job()
	w.seeds.job = j.ID
	require.NoError(w.t, w.b.Jobs().Create(w.t.Context(), w.org, j, w.entries(), w.rec("job.create")))
	_, err := w.b.Jobs().Claim(w.t.Context(), w.org, j.ID,
		job.Claim{Worker: w.mark("worker"), Now: epoch, Until: epoch.Add(time.Minute)})
	require.NoError(w.t, err)
	require.NoError(w.t, w.b.Jobs().Commit(w.t.Context(), w.org, job.Checkpoint{
		ID: j.ID, Attempt: 1, Effects: w.effects(), Status: job.InProgress, At: epoch, Until: epoch.Add(time.Minute),
	}))
}

func (w *world) effects() []job.Effect {
	return []job.Effect{
		{Seq: 1, Kind: "customer", Ref: w.mark("one"), Version: 1},
		{Seq: 2, Kind: "account", Ref: w.mark("two"), Before: `{"id":"two"}`, Version: 7},
	}
}

func jobCalls() map[string]call {
	return map[string]call{
		"Jobs.Create": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			return nil, s.Jobs().Create(ctx, org, w.job(), w.entries(), rec)
		},
		"Jobs.Get": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			j, err := s.Jobs().Get(ctx, org, w.seeds.job)
			return j, err
		},
		"Jobs.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			js, err := s.Jobs().List(ctx, org, job.Filter{}, page[uuid.UUID](10))
			return js, err
		},
		"Jobs.Due": func(ctx context.Context, s storage.Stores, _ *world, _ admin.OrgID, _ admin.Record) (any, error) {
			refs, err := s.Jobs().Due(ctx, epoch.Add(time.Hour), everyDue())
			return refs, err
		},
		"Jobs.Update": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			j := w.job()
			j.ID, j.Status, j.Version = w.seeds.job, job.Cancelled, 2
			return nil, s.Jobs().Update(ctx, org, j, rec)
		},
		"Jobs.Claim": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			j, err := s.Jobs().Claim(ctx, org, w.seeds.job,
				job.Claim{Worker: w.mark("worker"), Now: epoch.Add(time.Minute), Until: epoch.Add(2 * time.Minute)})
			return j, err
		},
		"Jobs.Commit": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			cp := job.Checkpoint{ID: w.seeds.job, Attempt: 1, Cursor: "next", Status: job.InProgress, At: epoch}
			return nil, w.unleased(org, s.Jobs().Commit(ctx, org, cp))
		},
		"Jobs.Finish": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			cp := job.Checkpoint{ID: w.seeds.job, Attempt: 1, Cursor: "end", Status: job.Completed, At: epoch}
			return nil, w.unleased(org, s.Jobs().Finish(ctx, org, cp, rec))
		},
		"Jobs.Release": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			return nil, s.Jobs().Release(ctx, org, w.seeds.job, 1)
		},
		"Jobs.Renew": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			return nil, w.unleased(org, s.Jobs().Renew(ctx, org, w.seeds.job, 1, epoch.Add(time.Hour)))
		},
		"Jobs.Effects": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			es, err := s.Jobs().Effects(ctx, org, w.seeds.job, page[int64](10))
			return es, err
		},
		"Jobs.Entries": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			es, err := s.Jobs().Entries(ctx, org, w.seeds.job, job.EntryFilter{}, page[int64](10))
			return es, err
		},
	}
}

// unleased turns the error of another organization into the one that the suite expects: an organization
// without the job has no lease of it either, and the port does not distinguish the two.
func (w *world) unleased(org admin.OrgID, err error) error {
	if org != w.org && err != nil {
		require.ErrorIs(w.t, err, job.ErrLeaseLost)
		return admin.ErrNotFound
	}
	return err
}

func testJobs(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(3 << 40)
	get := func(t *testing.T, w *world, id uuid.UUID) job.Job {
		t.Helper()
		j, err := b.Jobs().Get(t.Context(), w.org, id)
		require.NoError(t, err)
		return j
	}
	claim := func(t *testing.T, w *world, id uuid.UUID, now time.Time) (job.Job, error) {
		t.Helper()
		return b.Jobs().Claim(t.Context(), w.org, id,
			job.Claim{Worker: w.mark("worker"), Now: now, Until: now.Add(time.Minute)})
	}
	create := func(t *testing.T, w *world, j job.Job) job.Job {
		t.Helper()
		require.NoError(t, b.Jobs().Create(t.Context(), w.org, j, w.entries(), w.rec("job.create")))
		return j
	}

	t.Run("returns what was created", func(t *testing.T) {
		w := newWorld(t, b, c)
		j := w.job()
		j.Status, j.Cursor, j.State, j.Failure, j.Failures = job.Failed, "é", `{"phase":"ü"}`, "why", 3
		j.StartAt, j.SettledAt = epoch.Add(time.Hour), epoch.Add(time.Microsecond)
		j.RetryAt, j.TriedAt = epoch.Add(time.Minute), epoch.Add(time.Second)
		j.Decision = job.Decision{Action: job.ActionPause, From: job.InProgress, By: w.user(), At: epoch}
		j.Counts = job.Counts{Total: 1 << 40, Completed: 2, Skipped: 3, Failed: 4}
		j.Lease = job.Lease{Attempt: 7, Worker: "web-3/4711", Until: epoch}
		create(t, w, j)
		require.Equal(t, j, get(t, w, j.ID))
		require.ErrorIs(t, b.Jobs().Create(t.Context(), w.org, j, nil, w.rec("job.create")), admin.ErrExists)
		got := pages(t, func(seek admin.Seek[int64]) ([]job.Entry, error) {
			return b.Jobs().Entries(t.Context(), w.org, j.ID, job.EntryFilter{}, seek)
		}, func(e job.Entry) int64 { return e.Seq })
		require.Equal(t, w.entries(), got)
		skipped, err := b.Jobs().Entries(t.Context(), w.org, j.ID, job.EntryFilter{Status: job.EntrySkipped}, page[int64](10))
		require.NoError(t, err)
		require.Equal(t, w.entries()[2:], skipped)
		few, err := b.Jobs().Entries(t.Context(), w.org, j.ID, job.EntryFilter{Bytes: 1}, page[int64](10))
		require.NoError(t, err)
		require.Equal(t, w.entries()[:upTo(w.entries(), 1)], few, "a page ends with the entry that fills it")
	})
	t.Run("lists newest first and by kind and status", func(t *testing.T) {
		w := newWorld(t, b, c)
		var made []job.Job
		for i := range 5 {
			j := w.job()
			if i%2 == 1 {
				j.Kind, j.Status = "other", job.Completed
			}
			made = append([]job.Job{create(t, w, j)}, made...)
		}
		list := func(f job.Filter) []job.Job {
			return pages(t, func(seek admin.Seek[uuid.UUID]) ([]job.Job, error) {
				return b.Jobs().List(t.Context(), w.org, f, seek)
			}, func(j job.Job) uuid.UUID { return j.ID })
		}
		require.Equal(t, made, list(job.Filter{}))
		require.Equal(t, []job.Job{made[1], made[3]}, list(job.Filter{Kind: "other"}))
		require.Equal(t, []job.Job{made[0], made[2], made[4]}, list(job.Filter{Status: job.Pending}))
	})
	t.Run("claims once, then only when the lease has ended", func(t *testing.T) {
		w := newWorld(t, b, c)
		j := create(t, w, w.job())
		first, err := claim(t, w, j.ID, epoch)
		require.NoError(t, err)
		require.Equal(t, job.InProgress, first.Status)
		require.Equal(t, int64(1), first.Lease.Attempt)
		require.Equal(t, first, get(t, w, j.ID))
		_, err = claim(t, w, j.ID, epoch.Add(59*time.Second))
		require.ErrorIs(t, err, admin.ErrBusy)
		second, err := claim(t, w, j.ID, epoch.Add(time.Minute))
		require.NoError(t, err)
		require.Equal(t, int64(2), second.Lease.Attempt)
		require.NoError(t, b.Jobs().Release(t.Context(), w.org, j.ID, 1), "an old attempt releases nothing")
		_, err = claim(t, w, j.ID, epoch.Add(61*time.Second))
		require.ErrorIs(t, err, admin.ErrBusy)
		require.NoError(t, b.Jobs().Release(t.Context(), w.org, j.ID, 2))
		_, err = claim(t, w, j.ID, epoch.Add(61*time.Second))
		require.NoError(t, err)
	})
	t.Run("does not claim what is not to be run", func(t *testing.T) {
		w := newWorld(t, b, c)
		for _, status := range job.Statuses() {
			if status.Runnable() {
				continue
			}
			j := w.job()
			j.Status = status
			create(t, w, j)
			_, err := claim(t, w, j.ID, epoch)
			require.ErrorIs(t, err, admin.ErrState, status)
		}
		scheduled, failed := w.job(), w.job()
		scheduled.Status, scheduled.StartAt = job.Scheduled, epoch.Add(time.Hour)
		failed.RetryAt = epoch.Add(time.Hour)
		for _, j := range []job.Job{scheduled, failed} {
			create(t, w, j)
			_, err := claim(t, w, j.ID, epoch.Add(time.Hour-time.Microsecond))
			require.ErrorIs(t, err, job.ErrNotDue)
			_, err = claim(t, w, j.ID, epoch.Add(time.Hour))
			require.NoError(t, err)
		}
	})
	t.Run("commits a batch under its attempt and cursor only", func(t *testing.T) {
		w := newWorld(t, b, c)
		j := create(t, w, w.job())
		claimed, err := claim(t, w, j.ID, epoch)
		require.NoError(t, err)
		cp := job.Checkpoint{
			ID: j.ID, Attempt: 1, Cursor: "2", State: `{"n":1}`,
			Counts: job.Counts{Total: 1, Completed: 2, Skipped: 3, Failed: 4},
			Entries: []job.Entry{
				{Seq: 1, Ref: "r", Status: job.EntryFailed, Reason: "x", Detail: "d", Data: "{}"},
				{Seq: 9, Ref: "n", Status: job.EntryCompleted},
			},
			Effects: w.effects(), Failure: "why", Failures: 2, RetryAt: epoch.Add(time.Hour),
			Status: job.InProgress, At: epoch.Add(time.Second), Until: epoch.Add(2 * time.Minute),
		}
		want, err := claimed.Committed(cp)
		require.NoError(t, err)
		require.NoError(t, b.Jobs().Commit(t.Context(), w.org, cp))
		require.Equal(t, want, get(t, w, j.ID))
		es, err := b.Jobs().Entries(t.Context(), w.org, j.ID, job.EntryFilter{}, page[int64](10))
		require.NoError(t, err)
		require.Equal(t, []job.Entry{cp.Entries[0], w.entries()[1], w.entries()[2], cp.Entries[1]}, es)

		require.ErrorIs(t, b.Jobs().Commit(t.Context(), w.org, cp), job.ErrLeaseLost, "the cursor has advanced")
		late := cp
		late.From, late.Attempt = "2", 0
		late.Effects = []job.Effect{{Seq: 3, Kind: "customer"}}
		require.ErrorIs(t, b.Jobs().Commit(t.Context(), w.org, late), job.ErrLeaseLost, "another attempt")
		require.Equal(t, want, get(t, w, j.ID))
		require.Len(t, w.effectsOf(t, j.ID), 2)

		last := job.Checkpoint{
			ID: j.ID, Attempt: 1, From: "2", Cursor: "3", Status: job.Completed, At: epoch.Add(time.Minute),
		}
		require.ErrorIs(t, b.Jobs().Commit(t.Context(), w.org, last), admin.ErrInvalid, "the end needs a record")
		unfinished := last
		unfinished.Status = job.InProgress
		require.ErrorIs(t, b.Jobs().Finish(t.Context(), w.org, unfinished, w.rec("job.complete")), admin.ErrInvalid)
		require.Equal(t, want, get(t, w, j.ID))
		require.NoError(t, b.Jobs().Finish(t.Context(), w.org, last, w.rec("job.complete")))
		done := get(t, w, j.ID)
		require.Equal(t, job.Completed, done.Status)
		require.Equal(t, last.At, done.SettledAt)
		require.Equal(t, job.Lease{Attempt: 1}, done.Lease)
	})
	t.Run("follows package job in any order", func(t *testing.T) { testJobModel(t, newWorld(t, b, c)) })
	t.Run("cancels under a running worker", func(t *testing.T) {
		w := newWorld(t, b, c)
		j := create(t, w, w.job())
		_, err := claim(t, w, j.ID, epoch)
		require.NoError(t, err)
		now := get(t, w, j.ID)
		now.Status, now.UpdatedAt, now.SettledAt = job.Cancelled, epoch.Add(time.Second), epoch.Add(time.Second)
		stale := now
		stale.Version--
		require.ErrorIs(t, b.Jobs().Update(t.Context(), w.org, stale, w.rec("job.cancel")), admin.ErrConflict)
		require.NoError(t, b.Jobs().Update(t.Context(), w.org, now, w.rec("job.cancel")))
		cp := job.Checkpoint{ID: j.ID, Attempt: 1, Cursor: "2", Status: job.InProgress, At: epoch}
		require.ErrorIs(t, b.Jobs().Commit(t.Context(), w.org, cp), job.ErrLeaseLost)
		es, err := b.Jobs().Entries(t.Context(), w.org, j.ID, job.EntryFilter{}, page[int64](10))
		require.NoError(t, err)
		require.Equal(t, w.entries(), es, "which Job.Entries shows as cancelled")
	})
	t.Run("renews a lease under its attempt only", func(t *testing.T) { testJobRenewals(t, newWorld(t, b, c)) })
	t.Run("erases entries and effects", func(t *testing.T) { testEraseRows(t, b, c) })
	t.Run("keeps effects, the last first", func(t *testing.T) { testJobEffects(t, newWorld(t, b, c)) })
	t.Run("finds what is due", func(t *testing.T) { testJobsDue(t, b, c) })
}

// upTo returns how many entries a page of so many bytes has.
func upTo(entries []job.Entry, bytes int) int {
	size := 0
	for i, e := range entries {
		if size += len(e.Data); size >= bytes {
			return i + 1
		}
	}
	return len(entries)
}
