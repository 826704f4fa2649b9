package river_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	adminriver "github.com/admincenter/admincenter/host/river"
)

func TestStartAndRiverJobCommitTogether(t *testing.T) {
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{})
		id := h.upload(t, 10)
		start := func(commit bool) {
			tx, err := h.pool.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			in := h.center.In(h.db.WithTx(tx))
			_, err = in.Imports.Start(t.Context(), h.scope, id)
			require.NoError(t, err)
			if commit {
				require.NoError(t, tx.Commit())
			} else {
				require.NoError(t, tx.Rollback())
			}
		}
		start(false)
		require.Empty(t, h.rows(t))
		_, err := h.center.Jobs.Get(t.Context(), h.scope, id)
		require.ErrorIs(t, err, admin.ErrNotFound)

		start(true)
		require.Equal(t, job.Pending, h.job(t, id).Status)
		rows := h.rows(t)
		require.Len(t, rows, 1)
		var args adminriver.Args
		require.NoError(t, json.Unmarshal(rows[0].EncodedArgs, &args))
		require.Equal(t, adminriver.Args{Org: "acme", ID: id, JobKind: bulkimport.JobKind(bulkimport.CustomersType)}, args)
		require.Equal(t, rivertype.JobStateAvailable, rows[0].State)
	})
}

func TestNothingStartsIfTheRiverJobCannotBeInserted(t *testing.T) {
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{})
		id := h.upload(t, 10)
		_, err := h.pool.ExecContext(t.Context(), "ALTER TABLE river_job RENAME TO gone")
		require.NoError(t, err)
		_, err = h.center.Imports.Start(t.Context(), h.scope, id)
		require.ErrorContains(t, err, "river_job")
		_, err = h.center.Jobs.Get(t.Context(), h.scope, id)
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}

func TestAnnouncedJobRunsToItsEnd(t *testing.T) {
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{batch: 10})
		events := h.work(t)
		id := h.upload(t, 100)
		h.start(t, id)
		require.EqualValues(t, 1, requireEnded(t, events).Attempt)
		require.Equal(t, job.CompletedWithFailures, h.job(t, id).Status)
		h.requireImported(t, id, 100, 10)
		require.Len(t, h.rows(t), 1)
	})
}

func TestJobGoesOnFromSliceToSlice(t *testing.T) {
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{batch: 10, river: adminriver.Options{Slice: 1}})
		events := h.work(t)
		id := h.upload(t, 30)
		h.start(t, id)
		row := requireEnded(t, events)
		require.EqualValues(t, 1, row.Attempt, "a slice uses no attempt up")
		require.Contains(t, string(row.Metadata), `"snoozes"`)
		h.requireImported(t, id, 30, 10)
	})
}

func TestBrokenJobUsesUpItsOwnTriesAndNotRivers(t *testing.T) {
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{batch: 10, engine: job.Engine{Retry: job.Retry{First: time.Millisecond, Failures: 3}}})
		id := h.upload(t, 30)
		h.start(t, id)
		h.broken.Store(true)
		events := h.work(t)
		row := requireEnded(t, events)
		require.EqualValues(t, 1, row.Attempt)
		require.Empty(t, row.Errors)
		j := h.job(t, id)
		require.Equal(t, job.Failed, j.Status)
		require.Equal(t, 3, j.Failures)
		require.Equal(t, "no transaction today", j.Failure)

		h.broken.Store(false)
		_, err := h.center.Jobs.Retry(t.Context(), h.scope, id)
		require.NoError(t, err)
		require.Greater(t, requireEnded(t, events).ID, row.ID, "the retry was announced")
		require.Equal(t, job.CompletedWithFailures, h.job(t, id).Status)
		h.requireImported(t, id, 30, 10)
		require.Len(t, h.rows(t), 2)
	})
}

func TestPausedJobIsAnnouncedWhenItIsResumed(t *testing.T) {
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{batch: 10})
		id := h.upload(t, 30)
		h.start(t, id)
		_, err := h.center.Jobs.Pause(t.Context(), h.scope, id)
		require.NoError(t, err)
		events := h.work(t)
		requireEnded(t, events)
		require.Equal(t, job.Paused, h.job(t, id).Status)
		_, err = h.center.Jobs.Resume(t.Context(), h.scope, id)
		require.NoError(t, err)
		requireEnded(t, events)
		h.requireImported(t, id, 30, 10)
	})
}

func TestRiverJobOfAJobThatIsGoneIsCancelled(t *testing.T) {
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{})
		id := h.upload(t, 10)
		tx, err := h.pool.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		ref := job.Ref{Org: "acme", ID: id, Kind: bulkimport.JobKind(bulkimport.CustomersType)}
		inserts := newClient(t, s.inserts(h.pool), &river.Config{})
		require.NoError(t, adminriver.Enqueue(inserts, adminriver.Options{})(t.Context(), h.db.WithTx(tx), ref, time.Now()))
		require.NoError(t, tx.Commit())
		events := h.work(t)
		e := <-events
		require.Equal(t, rivertype.JobStateCancelled, e.Job.State)
		require.Len(t, e.Job.Errors, 1)
	})
}

func TestSweepFindsWhatWasNotAnnounced(t *testing.T) {
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{batch: 10, swept: true})
		id := h.upload(t, 30)
		h.start(t, id)
		require.Empty(t, h.rows(t))
		for _, want := range []int{1, 0} {
			n, err := h.sweep.Once(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, n)
		}
		events := h.work(t)
		requireEnded(t, events)
		h.requireImported(t, id, 30, 10)
	})
}

// The rows of processes that were killed stay "running".
func TestSweepPassesRowsOfProcessesThatAreGone(t *testing.T) {
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{batch: 10})
		id := h.upload(t, 30)
		h.start(t, id)
		sweep := func(want int) {
			n, err := h.sweep.Once(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, n)
		}
		kill := func(at string) {
			_, err := h.pool.ExecContext(t.Context(), `UPDATE river_job SET state = 'running', attempted_at = `+at+` WHERE state = 'available'`)
			require.NoError(t, err)
		}
		now, ago := `now()`, `now() - interval '1 hour'`
		if s.name == "SQLite" {
			now, ago = `datetime('now')`, `datetime('now', '-1 hour')`
		}
		kill(now)
		sweep(0) // it may be alive, and has not yet claimed the job
		_, err := h.db.Jobs().Claim(t.Context(), "acme", id, job.Claim{Worker: "gone", Now: time.Now().Add(-time.Hour), Until: time.Now().Add(-time.Minute)})
		require.NoError(t, err)
		sweep(1) // it has claimed the job, and its lease has ended
		sweep(0)
		kill(ago)
		sweep(1) // killed before it claimed the job
		events := h.work(t)
		requireEnded(t, events)
		h.requireImported(t, id, 30, 10)
		require.Len(t, h.rows(t), 3)
	})
}

func TestStopGivesTheLeaseBack(t *testing.T) {
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{batch: 2})
		id := h.upload(t, 400)
		require.NoError(t, h.client.Start(t.Context()))
		h.start(t, id)
		for h.job(t, id).Counts.Settled() == 0 {
			time.Sleep(time.Millisecond)
		}
		require.NoError(t, h.client.StopAndCancel(t.Context()))
		j := h.job(t, id)
		require.Equal(t, job.InProgress, j.Status)
		require.True(t, j.Lease.IsZero())
		require.Zero(t, j.Failures)
		require.Equal(t, rivertype.JobStateAvailable, h.rows(t)[0].State)
		second := s.openHost(t, h.dsn, config{batch: 2})
		events := second.work(t)
		requireEnded(t, events)
		h.requireImported(t, id, 400, 2)
	})
}
