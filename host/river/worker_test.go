package river

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// stepped is what a step of the job returns.
type stepped struct {
	p   job.Progress
	err error
}

// workerOf returns a worker whose steps take a second each and return one after the other; the last one is
// repeated.
func workerOf(t *testing.T, steps ...stepped) (w *Worker, calls *int) {
	t.Helper()
	o, err := Options{}.complete()
	require.NoError(t, err)
	calls = new(int)
	get := func(context.Context, job.Ref) (job.Job, error) { return job.Job{}, nil }
	return &Worker{o: o, get: get, step: func(ctx context.Context, r job.Ref) (job.Progress, error) {
		require.Equal(t, job.Ref{Org: "acme", ID: uuid.Max, Kind: "import.customers"}, r)
		s := steps[min(*calls, len(steps)-1)]
		*calls++
		if !sleep(ctx, time.Second) {
			return job.Progress{}, ctx.Err()
		}
		return s.p, s.err
	}}, calls
}

func testJob() *river.Job[Args] {
	return &river.Job[Args]{
		JobRow: &rivertype.JobRow{ScheduledAt: time.Now()}, Args: Args{Org: "acme", ID: uuid.Max, JobKind: "import.customers"},
	}
}

func requireSnoozed(t *testing.T, want time.Duration, err error) {
	t.Helper()
	var snooze *rivertype.JobSnoozeError
	require.ErrorAs(t, err, &snooze)
	require.Equal(t, want, snooze.Duration)
}

func requireCancelled(t *testing.T, err error) {
	t.Helper()
	var cancel *rivertype.JobCancelError
	require.ErrorAs(t, err, &cancel)
}

func in(s job.Status) job.Progress { return job.Progress{Status: s} }

func TestWorkCompletesTheRiverJob(t *testing.T) {
	more := stepped{p: in(job.InProgress)}
	for reason, last := range map[string]stepped{
		"the job is completed":                 {p: in(job.Completed)},
		"the job was given up":                 {p: in(job.Failed)},
		"the job was cancelled":                {p: in(job.Cancelled)},
		"it waits for confirmation":            {p: in(job.WaitingForConfirmation)},
		"it waits for its start":               {p: in(job.Scheduled)},
		"it is paused":                         {in(job.Paused), fmt.Errorf("job is PAUSED: %w", admin.ErrState)},
		"it was paused after a failure":        {job.Progress{Status: job.Paused, Failures: 1, RetryAt: time.Now()}, admin.ErrState},
		"another worker has it":                {err: admin.WithRetryAfter(job.ErrLeased, 15*time.Second)},
		"another worker overtook it":           {err: job.ErrLeaseLost},
		"it was scheduled for another instant": {err: admin.WithRetryAfter(job.ErrNotDue, time.Hour)},
	} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, calls := workerOf(t, more, more, last)
				require.NoError(t, w.Work(t.Context(), testJob()))
				require.Equal(t, 3, *calls)
			})
		})
	}
}

// A River job that waited in the queue while another one did a slice of the same job is one too many.
func TestWorkLeavesAJobToAnotherRiverJob(t *testing.T) {
	for reason, tc := range map[string]struct {
		tried time.Duration // after the River job came to the queue
		err   error
		want  int // steps
	}{
		"if the job was claimed meanwhile":      {time.Microsecond, nil, 0},
		"not if it was claimed before":          {-time.Microsecond, nil, 1},
		"not if the job cannot be read":         {time.Hour, errors.New("the database is down"), 1},
		"not if it was claimed at that instant": {0, nil, 1},
	} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, calls := workerOf(t, stepped{p: in(job.Completed)})
				row := testJob()
				w.get = func(_ context.Context, r job.Ref) (job.Job, error) {
					require.Equal(t, row.Args.ref(), r)
					return job.Job{TriedAt: row.ScheduledAt.Add(tc.tried)}, tc.err
				}
				require.NoError(t, w.Work(t.Context(), row))
				require.Equal(t, tc.want, *calls)
			})
		})
	}
}

func TestWorkSnoozes(t *testing.T) {
	for reason, tc := range map[string]struct {
		step stepped
		want time.Duration
	}{
		"for the retry of a batch that failed": {stepped{
			job.Progress{Status: job.InProgress, Failures: 2, RetryAt: time.Date(2000, 1, 1, 0, 1, 0, 0, time.UTC)}, errors.New("no"),
		}, 59 * time.Second},
		"for the retry whatever the error says": {stepped{
			job.Progress{Status: job.InProgress, Failures: 1, RetryAt: time.Date(2000, 1, 1, 0, 1, 0, 0, time.UTC)}, admin.ErrNotFound,
		}, 59 * time.Second},
		"not at all for a retry that is due": {stepped{
			job.Progress{Status: job.InProgress, Failures: 1, RetryAt: time.Date(2000, 1, 1, 0, 0, 0, 1, time.UTC)}, errors.New("no"),
		}, 0},
		"until the job is due, on clocks that differ a little": {stepped{err: admin.WithRetryAfter(job.ErrNotDue, time.Second)}, time.Second},
		"while the database is busy":                           {stepped{err: admin.ErrBusy}, defaultEvery},
		"as long as a busy database says":                      {stepped{err: admin.WithRetryAfter(admin.ErrBusy, time.Minute)}, time.Minute},
	} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, _ := workerOf(t, tc.step)
				requireSnoozed(t, tc.want, w.Work(t.Context(), testJob()))
			})
		})
	}
}

func TestWorkReturnsToTheQueueAfterASlice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, calls := workerOf(t, stepped{p: in(job.InProgress)})
		requireSnoozed(t, 0, w.Work(t.Context(), testJob()))
		require.Equal(t, 20, *calls)
		require.Less(t, w.o.Slice, w.Timeout(testJob()))
	})
}

func TestWorkEndsWithItsContext(t *testing.T) {
	t.Run("at once when the client stops", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(2500*time.Millisecond, cancel)
			w, calls := workerOf(t, stepped{p: in(job.InProgress)})
			requireSnoozed(t, 0, w.Work(ctx, testJob()))
			require.Equal(t, 3, *calls)
		})
	})
	t.Run("for good when a batch takes too long, because it would again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w, _ := workerOf(t, stepped{p: in(job.InProgress)})
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			err := w.Work(ctx, testJob())
			requireCancelled(t, err)
			require.ErrorContains(t, err, "Options.Batch")
		})
	})
}

func TestWorkFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := workerOf(t, stepped{err: admin.ErrNotFound})
		requireCancelled(t, w.Work(t.Context(), testJob())) // a job that is not there
		down := errors.New("the database is down")
		w, _ = workerOf(t, stepped{err: down})
		// It could not even be claimed. A retry of River's would let each sweep insert another River job.
		requireSnoozed(t, 30*time.Second, w.Work(t.Context(), testJob()))
	})
}
