package job_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

func TestStepDoesOneBatch(t *testing.T) {
	w := newWorld(t)
	id := w.create(5)
	for _, want := range []job.Progress{
		{Status: job.InProgress, Counts: job.Counts{Total: 5, Completed: 2}},
		{Status: job.InProgress, Counts: job.Counts{Total: 5, Completed: 4}},
		{Status: job.Completed, Counts: job.Counts{Total: 5, Completed: 5}},
	} {
		got, err := w.step(id)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, got.Counts.Completed, w.effects())
		w.requireFree(id)
	}
	w.requireDone(id, 5)
	w.requireBatches(id, 5)

	again, err := w.step(id)
	require.NoError(t, err, "a job that is done is left as it is")
	require.True(t, again.Done())
	w.requireDone(id, 5)
	w.requireBatches(id, 5)
}

func TestStepOfAnEmptyJob(t *testing.T) {
	w := newWorld(t)
	id := w.create(0)
	p, err := w.step(id)
	require.NoError(t, err)
	require.Equal(t, job.Completed, p.Status)
}

func TestRunKeepsTheLeaseToTheEnd(t *testing.T) {
	w := newWorld(t)
	id := w.create(5)
	var reports []job.Progress
	p, err := w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, func(p job.Progress) {
		reports = append(reports, p)
		if !p.Done() {
			require.Equal(t, job.Hold{Reason: job.HoldLease, Worker: "this", Until: w.clock().Add(job.DefaultLease)}, p.Hold)
			_, err := w.step(id)
			require.ErrorIs(t, err, admin.ErrBusy, "no other worker gets in between two batches")
		}
		w.wait(14 * time.Second) // together longer than one lease, each less
	})
	require.NoError(t, err)
	require.Len(t, reports, 3)
	require.Equal(t, p, reports[2])
	require.Equal(t, int64(1), w.get(id).Lease.Attempt, "one claim did for all")
	w.requireDone(id, 5)
	w.requireBatches(id, 5)

	again, err := w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, func(job.Progress) { t.Error("nothing is left to report") })
	require.NoError(t, err)
	require.Equal(t, p, again)
}

func TestRunWithoutReport(t *testing.T) {
	w := newWorld(t)
	id := w.create(3)
	_, err := w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
	require.NoError(t, err)
	w.requireDone(id, 3)
}

func TestStepIsRefused(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		reason string
		id     uuid.UUID
		want   error
	}{
		{"an unknown job", w.runner.Runtime.NewID(), admin.ErrNotFound},
		{"a job that waits for confirmation", w.create(1, func(j *job.Job) { j.Status = job.WaitingForConfirmation }), admin.ErrState},
		{"a job that is paused", w.create(1, func(j *job.Job) { j.Status = job.Paused }), admin.ErrState},
		{"a job that is not due", w.create(1, func(j *job.Job) { j.Status, j.StartAt = job.Scheduled, start.Add(time.Hour) }), job.ErrNotDue},
		{"a job that waits for a retry", w.create(1, func(j *job.Job) { j.Status, j.RetryAt = job.InProgress, start.Add(time.Hour) }), job.ErrNotDue},
		{"a job that another worker is at", w.create(1, func(j *job.Job) {
			j.Status, j.Lease = job.InProgress, job.Lease{Attempt: 1, Worker: "other", Until: start.Add(time.Second)}
		}), admin.ErrBusy},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := w.step(tc.id)
			require.ErrorIs(t, err, tc.want)
			_, err = w.runner.Run(t.Context(), admin.System(acme), tc.id, w.prepare, nil)
			require.ErrorIs(t, err, tc.want)
			require.Zero(t, w.effects())
			require.Empty(t, w.hooks(), "no batch was done and none failed")
		})
	}
	_, err := w.runner.Step(t.Context(), admin.System("umbrella"), w.create(1), w.prepare)
	require.ErrorIs(t, err, admin.ErrNotFound, "another organization's job")
}

func TestStepOfAJobThatWaitsForAPersonReturnsWhatFor(t *testing.T) {
	w := newWorld(t)
	p, err := w.step(w.create(1, func(j *job.Job) { j.Status = job.WaitingForConfirmation }))
	require.ErrorIs(t, err, admin.ErrState)
	require.Equal(t, job.Hold{Reason: job.HoldConfirmation}, p.Hold)
}

func TestStepTakesOverWhatIsDue(t *testing.T) {
	w := newWorld(t)
	scheduled := w.create(1, func(j *job.Job) { j.Status, j.StartAt = job.Scheduled, start.Add(time.Hour) })
	w.wait(time.Hour)
	p, err := w.step(scheduled)
	require.NoError(t, err)
	require.True(t, p.Done())
}

func TestStepOfAJobThatAnotherWorkerJustFinished(t *testing.T) {
	w := newWorld(t)
	id := w.create(1)
	other := *w.runner
	other.JobsOf = func(s storage.Stores) job.Store { return s.Jobs() }
	finished := false
	w.around = before(func(method string) error {
		if method == "Claim" && !finished {
			finished = true
			_, err := other.Step(t.Context(), admin.System(acme), id, w.prepare)
			require.NoError(t, err)
		}
		return nil
	})
	p, err := w.step(id)
	require.NoError(t, err, "between reading and claiming is no moment to fail at")
	require.True(t, p.Done())
	w.requireDone(id, 1)
}

func TestStepOfAFinalJobThatCannotBeRead(t *testing.T) {
	w := newWorld(t)
	w.around = down("Get")
	_, err := w.step(w.create(1, func(j *job.Job) { j.Status = job.Completed }))
	require.ErrorIs(t, err, admin.ErrState)
}

func TestOvertakenWorkerChangesNothing(t *testing.T) {
	w := newWorld(t)
	id := w.create(4)
	slow := func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		work, err := w.prepare(ctx, j)
		w.wait(job.DefaultLease) // the lease ends while this worker is at it
		p, other := w.step(id)
		require.NoError(t, other, "another worker takes over")
		require.Equal(t, int64(2), p.Counts.Completed)
		return work, err
	}
	_, err := w.stepWith(id, slow)
	require.ErrorIs(t, err, job.ErrLeaseLost)
	require.Equal(t, int64(2), w.effects(), "the overtaken worker's effects were taken back")
	require.Equal(t, int64(2), w.get(id).Counts.Completed)
	_, err = w.step(id)
	require.NoError(t, err)
	w.requireDone(id, 4)
	w.requireBatches(id, 4)
}

func TestSlowWorkerThatWasNotOvertakenCommits(t *testing.T) {
	w := newWorld(t)
	id := w.create(1)
	_, err := w.stepWith(id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		w.wait(24 * time.Hour)
		return w.prepare(ctx, j)
	})
	require.NoError(t, err, "the attempt is what fences, not the clock")
	w.requireDone(id, 1)
}

func TestLeaseLastsAsLongAsItIsSetTo(t *testing.T) {
	w := newWorld(t)
	w.runner.Engine.Lease = 10 * time.Minute
	id := w.create(1)
	_, err := w.stepWith(id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		require.Equal(t, job.Lease{Attempt: 1, Worker: "this", Until: start.Add(10 * time.Minute)}, j.Lease)
		require.Equal(t, start, j.TriedAt)
		return w.prepare(ctx, j)
	})
	require.NoError(t, err)
}

func TestManyWorkersDoEachEffectOnce(t *testing.T) {
	w := newWorld(t)
	const entries, workers = 40, 4
	id := w.create(entries)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for {
				p, err := w.step(id)
				if err != nil && !errors.Is(err, admin.ErrBusy) && !errors.Is(err, job.ErrLeaseLost) {
					t.Error(err)
					return
				}
				if p.Done() {
					return
				}
			}
		})
	}
	group.Wait()
	w.requireDone(id, entries)
	w.requireBatches(id, entries)
}

func TestContextThatEndsInTheMiddle(t *testing.T) {
	for reason, cancelAt := range map[string]int64{"of the first batch": 0, "of a later batch": 2} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(5)
			ctx, cancel := context.WithCancel(t.Context())
			_, err := w.runner.Run(ctx, admin.System(acme), id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
				work, err := w.prepare(ctx, j)
				return func(ctx context.Context, s storage.Stores) (job.Result, error) {
					res, err := work(ctx, s)
					if j.Counts.Completed == cancelAt {
						cancel()
					}
					return res, err
				}, err
			}, nil)
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, cancelAt, w.effects())
			w.requireFree(id)
			j := w.get(id)
			require.Zero(t, j.Failures, "that the worker stops is no failure of the job")
			require.Zero(t, j.Failure)
			require.NotContains(t, w.hooks(), "BatchFailed")
			_, err = w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
			require.NoError(t, err, "it is due at once")
			w.requireDone(id, 5)
			w.requireBatches(id, 5)
		})
	}
}

func TestLeaseThatCannotBeReleasedIsLogged(t *testing.T) {
	w := newWorld(t)
	w.around = down("Release")
	id := w.create(1)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := w.runner.Step(ctx, admin.System(acme), id, func(ctx context.Context, _ job.Job) (job.Batch[storage.Stores], error) {
		cancel()
		return nil, ctx.Err()
	})
	require.ErrorIs(t, err, context.Canceled, "the caller gets what went wrong")
	require.NotErrorIs(t, err, errStruck)
	lines := w.lines("job lease not released")
	require.Len(t, lines, 1)
	require.Equal(t, "WARN", lines[0]["level"])
	require.Equal(t, "acme", lines[0]["org"])
	require.Equal(t, id.String(), lines[0]["job"])
	_, err = w.step(id)
	require.ErrorIs(t, err, admin.ErrBusy)
	w.wait(job.DefaultLease)
	_, err = w.step(id)
	require.NoError(t, err, "it ended by itself")
}

func TestAuthorize(t *testing.T) {
	var answer error
	asked := 0
	setUp := func(t *testing.T) (*world, uuid.UUID) {
		w := newWorld(t)
		asked, answer = 0, nil
		w.runner.Authorize = func(_ context.Context, org admin.OrgID, j job.Job) error {
			asked++
			require.Equal(t, acme, org)
			require.Equal(t, "ann", j.CreatedBy.ID)
			return answer
		}
		return w, w.create(5)
	}
	t.Run("is asked before each batch", func(t *testing.T) {
		w, id := setUp(t)
		_, err := w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
		require.NoError(t, err)
		require.Equal(t, 3, asked)
	})
	for _, gone := range []error{admin.ErrForbidden, fmt.Errorf("user: %w", admin.ErrNotFound)} {
		t.Run("ends a job whose creator is "+gone.Error(), func(t *testing.T) {
			w, id := setUp(t)
			p, err := w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, func(job.Progress) { answer = gone })
			require.NoError(t, err)
			require.Equal(t, job.Failed, p.Status)
			require.Equal(t, "user ann may no longer do this: "+gone.Error(), p.Failure)
			require.Equal(t, int64(2), w.effects())
		})
	}
	t.Run("is asked again when it does not know", func(t *testing.T) {
		w, id := setUp(t)
		answer = errStruck
		_, err := w.step(id)
		require.ErrorIs(t, err, errStruck)
		require.Equal(t, job.InProgress, w.get(id).Status)
		require.Equal(t, 1, w.get(id).Failures)
		w.requireFree(id)
	})
}

// With the ports of one transaction a step is part of what its caller commits or takes back.
func TestStepInATransactionOfTheCaller(t *testing.T) {
	w := newWorld(t)
	id := w.create(3)
	step := func(prepare job.Prepare[storage.Stores]) (err error) {
		return w.backend.InTx(t.Context(), func(s storage.Stores) error {
			r := *w.runner
			r.Ports, r.Atomically = s, nil
			_, err := r.Step(t.Context(), admin.System(acme), id, prepare)
			return err
		})
	}
	require.NoError(t, step(w.prepare))
	require.Equal(t, int64(2), w.effects())
	before := w.get(id)
	require.Equal(t, int64(1), before.Lease.Attempt)
	for reason, err := range map[string]error{"once more": errStruck, "no more": job.Fail(errStruck)} {
		require.ErrorIs(t, step(w.after(func() error { return err })), errStruck, reason)
		require.Equal(t, before, w.get(id), "what the batch wrote cannot be taken back without what would be kept of its error")
		require.Equal(t, int64(2), w.effects())
	}
	require.ErrorContains(t, step(doing(func(context.Context, storage.Stores) (job.Result, error) { panic("x") })), "panic")
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, w.backend.InTx(t.Context(), func(s storage.Stores) error {
		r := *w.runner
		r.Ports, r.Atomically = s, nil
		_, err := r.Step(ctx, admin.System(acme), id, w.after(func() error { cancel(); return ctx.Err() }))
		return err
	}), context.Canceled)
	require.Equal(t, before, w.get(id))
	require.Empty(t, w.lines("job lease not released"))
	require.Equal(t, []string{"BatchDone", "BatchFailed", "BatchFailed", "BatchFailed"}, w.hooks())
	require.NoError(t, step(w.prepare))
	w.requireDone(id, 3)
	w.requireBatches(id, 3)
}
