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

// What follows on a batch, by its result and what the job has counted.
func TestThen(t *testing.T) {
	later := start.Add(time.Hour)
	for _, tc := range []struct {
		reason   string
		job      func(*job.Job)
		result   job.Result
		want     job.Status
		announce bool
		hooks    []string
	}{
		{"another batch", func(*job.Job) {}, job.Result{Then: job.More}, job.InProgress, false, []string{"BatchDone"}},
		{"another batch, for an unknown value", func(*job.Job) {}, job.Result{Then: 99}, job.InProgress, false, []string{"BatchDone"}},
		{"a confirmation", func(*job.Job) {}, job.Result{Then: job.Confirm}, job.WaitingForConfirmation, false, []string{"BatchDone"}},
		{"a wait for the start", func(j *job.Job) { j.StartAt = later }, job.Result{Then: job.AtStart}, job.Scheduled, true, []string{"BatchDone"}},
		{"no wait for a start that has passed", func(j *job.Job) { j.StartAt = start }, job.Result{Then: job.AtStart}, job.InProgress, false, []string{"BatchDone"}},
		{"no wait without a start", func(*job.Job) {}, job.Result{Then: job.AtStart}, job.InProgress, false, []string{"BatchDone"}},
		{"nothing", func(*job.Job) {}, job.Result{Then: job.Done}, job.Completed, false, []string{"BatchDone", "Ended"}},
		{"nothing, after entries that were skipped", func(*job.Job) {}, job.Result{Then: job.Done, Counts: job.Counts{Skipped: 1}}, job.Completed, false, []string{"BatchDone", "Ended"}},
		{"nothing, after entries that failed in the batch", func(*job.Job) {}, job.Result{Then: job.Done, Counts: job.Counts{Failed: 1}}, job.CompletedWithFailures, false, []string{"BatchDone", "Ended"}},
		{"nothing, after entries that failed before", func(j *job.Job) { j.Counts.Failed = 1 }, job.Result{Then: job.Done}, job.CompletedWithFailures, false, []string{"BatchDone", "Ended"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			w.announce(func() error { return nil })
			id := w.create(4, func(j *job.Job) { j.State = "kept" }, tc.job)
			p, err := w.stepWith(id, then(tc.result))
			require.NoError(t, err)
			require.Equal(t, tc.want, p.Status)
			j := w.get(id)
			require.Equal(t, tc.want, j.Status)
			require.Equal(t, "kept", j.State, "an empty State keeps the one before")
			require.Equal(t, tc.want.Final(), !j.SettledAt.IsZero())
			w.requireFree(id)
			if tc.announce {
				require.Equal(t, []announcement{{j.Ref(acme), later}}, w.announced, "in the transaction of the batch")
			} else {
				require.Empty(t, w.announced)
			}
			require.Equal(t, tc.hooks, w.hooks())
			if tc.want.Final() {
				require.Equal(t, 1, w.records(job.ActionComplete))
				require.Zero(t, w.records(job.ActionFail))
			}
		})
	}
}

func TestRecordOfTheEndHasTheCounts(t *testing.T) {
	w := newWorld(t)
	id := w.create(9, func(j *job.Job) { j.Counts = job.Counts{Total: 9, Completed: 2, Skipped: 1} })
	_, err := w.stepWith(id, then(job.Result{Then: job.Done, Counts: job.Counts{Completed: 3, Failed: 3}}))
	require.NoError(t, err)
	rec := w.lastRecord(job.ActionComplete)
	require.Equal(t, []admin.Change{{Field: "completed", To: "5"}, {Field: "skipped", To: "1"}, {Field: "failed", To: "3"}}, rec.Changes)
	require.Equal(t, admin.Subject{Kind: "toy", ID: id.String()}, rec.Subject)
}

func TestAnnouncementOfTheStartThatFailsTakesTheBatchBack(t *testing.T) {
	w := newWorld(t)
	w.announce(func() error { return errStruck })
	id := w.create(4, func(j *job.Job) { j.StartAt = start.Add(time.Hour) })
	_, err := w.stepWith(id, then(job.Result{Cursor: "1", Then: job.AtStart}))
	require.ErrorIs(t, err, errStruck)
	j := w.get(id)
	require.Equal(t, job.InProgress, j.Status)
	require.Empty(t, j.Cursor)
	require.Equal(t, "struck", j.Failure)
	require.Zero(t, w.records("toy.announce"))
}

// A canary: some batches, a confirmation, the rest.
func TestConfirmationInTheMiddleOfARun(t *testing.T) {
	w := newWorld(t)
	id := w.create(6)
	_, err := w.step(id)
	require.NoError(t, err)
	p, err := w.runner.Run(t.Context(), admin.System(acme), id, then(job.Result{Cursor: "2", State: "tried", Then: job.Confirm}), nil)
	require.NoError(t, err)
	require.Equal(t, job.Progress{
		Status: job.WaitingForConfirmation, Counts: job.Counts{Total: 6, Completed: 2}, Hold: job.Hold{Reason: job.HoldConfirmation},
	}, p)
	_, err = w.step(id)
	require.ErrorIs(t, err, admin.ErrState)
	j, err := w.runner.Confirm(t.Context(), w.ann(), id, nil)
	require.NoError(t, err)
	require.Equal(t, "2", j.Cursor)
	require.Equal(t, "tried", j.State)
	p, err = w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
	require.NoError(t, err)
	require.Equal(t, job.Completed, p.Status)
	require.Equal(t, int64(6), w.effects())
}

func TestRunGoesOnIfItsStartHasPassed(t *testing.T) {
	for _, at := range []time.Duration{0, time.Hour} {
		w := newWorld(t)
		id := w.create(1, func(j *job.Job) { j.StartAt = start.Add(at) })
		results := []job.Result{{Then: job.AtStart, Cursor: "x"}, {Then: job.Done}}
		next := func() (res job.Result) {
			res, results = results[0], results[1:]
			return res
		}
		run := func() (job.Progress, error) {
			return w.runner.Run(t.Context(), admin.System(acme), id, doing(func(context.Context, storage.Stores) (job.Result, error) { return next(), nil }), nil)
		}
		p, err := run()
		require.NoError(t, err)
		if at > 0 {
			require.Equal(t, job.Hold{Reason: job.HoldStart, Until: start.Add(at)}, p.Hold)
			_, err = run()
			require.ErrorIs(t, err, job.ErrNotDue)
			w.wait(at)
			p, err = run()
			require.NoError(t, err)
		}
		require.Equal(t, job.Completed, p.Status)
	}
}
