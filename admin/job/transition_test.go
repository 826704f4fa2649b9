package job_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

func (w *world) cancel(id [16]byte) (job.Job, error) {
	return w.runner.Cancel(w.t.Context(), admin.System(acme), id)
}

func (w *world) confirm(id [16]byte) (job.Job, error) {
	return w.runner.Confirm(w.t.Context(), admin.System(acme), id)
}

func TestConfirm(t *testing.T) {
	waiting := func(at time.Time) func(*job.Job) {
		return func(j *job.Job) { j.Status, j.StartAt = job.WaitingForConfirmation, at }
	}
	for _, tc := range []struct {
		reason string
		at     time.Time
		want   job.Status
	}{
		{"starts immediately", time.Time{}, job.Pending},
		{"starts immediately if the time has come meanwhile", start.Add(time.Minute), job.Pending},
		{"starts when it is due", start.Add(time.Hour), job.Scheduled},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(1, waiting(tc.at))
			w.wait(time.Minute)
			j, err := w.confirm(id)
			require.NoError(t, err)
			require.Equal(t, tc.want, j.Status)
			require.Equal(t, tc.at, j.StartAt)
			require.Equal(t, int64(2), j.Version)
			require.Equal(t, start.Add(time.Minute), j.UpdatedAt)
			require.Equal(t, 1, w.records(job.ActionConfirm))
			_, err = w.confirm(id)
			require.ErrorIs(t, err, admin.ErrState, "once is enough")
			w.wait(time.Hour)
			p, err := w.step(id)
			require.NoError(t, err)
			require.True(t, p.Done())
		})
	}
	for _, status := range []job.Status{job.Scheduled, job.Pending, job.InProgress, job.Completed, job.Failed, job.Cancelled} {
		t.Run("refuses a job that is "+string(status), func(t *testing.T) {
			w := newWorld(t)
			id := w.create(1, func(j *job.Job) { j.Status = status })
			_, err := w.confirm(id)
			require.ErrorIs(t, err, admin.ErrState)
			require.ErrorContains(t, err, string(status))
			require.Equal(t, int64(1), w.get(id).Version)
			require.Zero(t, w.records(job.ActionConfirm))
		})
	}
	w := newWorld(t)
	_, err := w.confirm(one)
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestCancel(t *testing.T) {
	for _, status := range []job.Status{job.Scheduled, job.WaitingForConfirmation, job.Pending, job.InProgress} {
		t.Run("ends a job that is "+string(status), func(t *testing.T) {
			w := newWorld(t)
			id := w.create(2, func(j *job.Job) { j.Status = status })
			w.wait(time.Minute)
			j, err := w.cancel(id)
			require.NoError(t, err)
			require.Equal(t, job.Cancelled, j.Status)
			require.Equal(t, start.Add(time.Minute), j.SettledAt)
			entries, err := w.backend.Jobs().Entries(t.Context(), acme, id, job.EntryFilter{Status: job.EntryCancelled}, admin.Seek[int64]{Limit: 9})
			require.NoError(t, err)
			require.Len(t, entries, 2)
			again, err := w.cancel(id)
			require.NoError(t, err, "the second caller wanted the same")
			require.Equal(t, j, again)
			require.Equal(t, 1, w.records(job.ActionCancel))
			p, err := w.step(id)
			require.NoError(t, err)
			require.Equal(t, job.Cancelled, p.Status)
			require.Zero(t, w.effects())
		})
	}
	for _, status := range []job.Status{job.Completed, job.Failed} {
		t.Run("refuses a job that is "+string(status), func(t *testing.T) {
			w := newWorld(t)
			_, err := w.cancel(w.create(1, func(j *job.Job) { j.Status = status }))
			require.ErrorIs(t, err, admin.ErrState)
		})
	}
	w := newWorld(t)
	_, err := w.cancel(one)
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestCancelBetweenBatches(t *testing.T) {
	w := newWorld(t)
	id := w.create(5)
	p, err := w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, func(job.Progress) {
		_, err := w.cancel(id)
		require.NoError(t, err)
	})
	require.ErrorIs(t, err, job.ErrLeaseLost)
	require.Equal(t, int64(2), p.Counts.Completed)
	require.Equal(t, int64(2), w.effects(), "what was done stays done and no more is done")
	require.Equal(t, job.Cancelled, w.get(id).Status)
}

func TestCancelUnderABatch(t *testing.T) {
	w := newWorld(t)
	id := w.create(5)
	_, err := w.runner.Step(t.Context(), admin.System(acme), id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		_, err := w.cancel(id)
		require.NoError(t, err)
		return w.prepare(ctx, j)
	})
	require.ErrorIs(t, err, job.ErrLeaseLost)
	require.Zero(t, w.effects())
	require.Equal(t, job.Cancelled, w.get(id).Status)
}

// What a person decided does not depend on how far the job got meanwhile.
func TestCancelWhileBatchesCommit(t *testing.T) {
	w := newWorld(t)
	id := w.create(9)
	between := 0
	other := *w.runner
	w.runner.Jobs = hooked{Store: w.backend.Jobs(), before: func(method string) error {
		if method == "Update" && between < 3 {
			between++
			_, err := other.Step(t.Context(), admin.System(acme), id, w.prepare)
			require.NoError(t, err)
		}
		return nil
	}}
	j, err := w.cancel(id)
	require.NoError(t, err)
	require.Equal(t, job.Cancelled, j.Status)
	require.Equal(t, int64(6), j.Counts.Completed)
	require.Equal(t, 1, w.records(job.ActionCancel))
}

func TestCancelGivesUpInTheEnd(t *testing.T) {
	w := newWorld(t)
	w.size = 1
	id := w.create(100)
	other := *w.runner
	w.runner.Jobs = hooked{Store: w.backend.Jobs(), before: func(method string) error {
		if method == "Update" {
			_, err := other.Step(t.Context(), admin.System(acme), id, w.prepare)
			require.NoError(t, err)
		}
		return nil
	}}
	_, err := w.cancel(id)
	require.ErrorIs(t, err, admin.ErrConflict)
}
