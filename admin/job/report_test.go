package job_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

// taking lets a batch take so long by the clock of the world.
func (w *world) taking(d time.Duration, prepare job.Prepare[storage.Stores]) job.Prepare[storage.Stores] {
	return func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		w.wait(d)
		return prepare(ctx, j)
	}
}

// requireLine checks the one line of a message but for its time.
func (w *world) requireLine(message string, want map[string]any) {
	w.t.Helper()
	lines := w.lines(message)
	require.Len(w.t, lines, 1)
	line := lines[0]
	delete(line, "time")
	want["msg"], want["org"], want["kind"] = message, "acme", "toy"
	require.Equal(w.t, want, line)
	w.log.Reset()
}

func TestEventsAndLogOfABatchThatWasDone(t *testing.T) {
	w := newWorld(t)
	id := w.create(3)
	w.wait(5 * time.Second)
	_, err := w.stepWith(id, w.taking(2*time.Second, w.prepare))
	require.NoError(t, err)
	require.Equal(t, []event{{"BatchDone", job.Event{
		Org: acme, Job: w.get(id), Counts: job.Counts{Completed: 2}, Lag: 5 * time.Second, Took: 2 * time.Second,
	}}}, w.events)
	w.requireLine("job batch done", map[string]any{
		"level": "INFO", "job": id.String(), "took": 2e9, "lag": 5e9, "completed": 2.0, "skipped": 0.0, "failed": 0.0,
	})

	w.hooks()
	_, err = w.stepWith(id, w.taking(time.Second, w.prepare))
	require.NoError(t, err)
	require.Equal(t, time.Duration(0), w.events[0].Lag, "it was claimed as soon as it was due")
	require.Equal(t, "Ended", w.events[1].hook)
	w.events[1].hook = "BatchDone"
	require.Equal(t, w.events[0], w.events[1], "the last batch ended the job")
	require.Equal(t, job.Completed, w.events[0].Job.Status)
	w.lines("job batch done")
	w.requireLine("job ended", map[string]any{
		"level": "INFO", "job": id.String(), "status": "COMPLETED", "total": 3.0, "completed": 3.0, "skipped": 0.0, "failed": 0.0, "failure": "",
	})
}

func TestEventsAndLogOfABatchThatFailed(t *testing.T) {
	w := newWorld(t)
	w.runner.Engine.Retry.Failures = 2
	id := w.create(3)
	_, err := w.stepWith(id, w.taking(2*time.Second, failing(errTarget)))
	require.ErrorIs(t, err, errTarget)
	require.Equal(t, []event{{"BatchFailed", job.Event{Org: acme, Job: w.get(id), Took: 2 * time.Second, Err: errTarget}}}, w.events)
	w.requireLine("job batch failed", map[string]any{
		"level": "WARN", "job": id.String(), "took": 2e9, "error": "the target is down", "failures": 1.0, "retryAt": "2026-03-01T10:00:03Z",
	})

	w.hooks()
	w.wait(4 * time.Second) // until 10:00:06
	_, err = w.stepWith(id, failing(errTarget))
	require.NoError(t, err)
	require.Equal(t, []event{
		{"BatchFailed", job.Event{Org: acme, Job: w.get(id), Lag: 3 * time.Second, Err: errTarget}},
		{"Ended", job.Event{Org: acme, Job: w.get(id), Lag: 3 * time.Second, Err: errTarget}},
	}, w.events, "the lag is counted from RetryAt")
	w.requireLine("job ended", map[string]any{
		"level": "ERROR", "job": id.String(), "status": "FAILED", "total": 3.0, "completed": 0.0, "skipped": 0.0, "failed": 0.0,
		"failure": "the target is down",
	})
}

func TestTimesOfARun(t *testing.T) {
	w := newWorld(t)
	id := w.create(5)
	w.wait(time.Second)
	_, err := w.runner.Run(t.Context(), admin.System(acme), id, w.taking(2*time.Second, w.prepare), nil)
	require.NoError(t, err)
	got := ""
	for _, e := range w.events {
		got += fmt.Sprint(e.hook, " ", e.Lag, " ", e.Took, " ", e.Counts.Completed, "; ")
	}
	require.Equal(t, "BatchDone 1s 2s 2; BatchDone 0s 2s 2; BatchDone 0s 2s 1; Ended 0s 2s 1; ", got,
		"a batch that kept the lease was not waited for, and took the time since the one before")
}

// The lag is the time since a worker could have begun, as far as the job knows.
func TestLag(t *testing.T) {
	now := start.Add(time.Hour)
	for _, tc := range []struct {
		reason string
		job    job.Job
		want   time.Duration
	}{
		{"since it was created", job.Job{Status: job.Pending, CreatedAt: start, UpdatedAt: start}, time.Hour},
		{"since it was created, if that is all that is known", job.Job{Status: job.Pending, CreatedAt: start}, time.Hour},
		{"since the batch before", job.Job{Status: job.InProgress, CreatedAt: start, UpdatedAt: start.Add(50 * time.Minute)}, 10 * time.Minute},
		{"since its start", job.Job{Status: job.Scheduled, CreatedAt: start, UpdatedAt: start, StartAt: start.Add(20 * time.Minute)}, 40 * time.Minute},
		{"since it was to be tried again", job.Job{Status: job.InProgress, UpdatedAt: start, RetryAt: start.Add(30 * time.Minute)}, 30 * time.Minute},
		{"not since a start that is to come", job.Job{Status: job.Pending, UpdatedAt: start, StartAt: now.Add(1000)}, time.Hour},
		{"by a clock that is ahead", job.Job{Status: job.Pending, UpdatedAt: now.Add(time.Minute)}, 0},
		{"of a job that knows nothing", job.Job{Status: job.Pending}, 0},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(0, func(j *job.Job) {
				tc.job.ID, tc.job.Kind, tc.job.Version = j.ID, j.Kind, 1
				*j = tc.job
			})
			w.wait(time.Hour)
			_, err := w.step(id)
			require.NoError(t, err)
			require.Equal(t, tc.want, w.events[0].Lag)
		})
	}
}
