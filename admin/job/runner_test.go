package job_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

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

	again, err := w.step(id)
	require.NoError(t, err, "a job that is done is left as it is")
	require.True(t, again.Done())
	w.requireDone(id, 5)
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
			_, err := w.step(id)
			require.ErrorIs(t, err, admin.ErrBusy, "no other worker gets in between two batches")
		}
		w.wait(50 * time.Second) // together longer than one lease, each less
	})
	require.NoError(t, err)
	require.Len(t, reports, 3)
	require.Equal(t, p, reports[2])
	require.Equal(t, int64(1), w.get(id).Lease.Attempt, "one claim did for all")
	w.requireDone(id, 5)

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
		{"a job that is not due", w.create(1, func(j *job.Job) { j.Status, j.StartAt = job.Scheduled, start.Add(time.Hour) }), job.ErrNotDue},
		{"a job that another worker is at", w.create(1, func(j *job.Job) {
			j.Status, j.Lease = job.InProgress, job.Lease{Attempt: 1, Owner: one, Until: start.Add(time.Second)}
		}), admin.ErrBusy},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := w.step(tc.id)
			require.ErrorIs(t, err, tc.want)
			_, err = w.runner.Run(t.Context(), admin.System(acme), tc.id, w.prepare, nil)
			require.ErrorIs(t, err, tc.want)
			require.Zero(t, w.effects())
		})
	}
	_, err := w.runner.Step(t.Context(), admin.System("umbrella"), w.create(1), w.prepare)
	require.ErrorIs(t, err, admin.ErrNotFound, "another organization's job")
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
	finished := false
	other := *w.runner
	w.runner.Jobs = hooked{Store: w.backend.Jobs(), before: func(method string) error {
		if method == "Claim" && !finished {
			finished = true
			_, err := other.Step(t.Context(), admin.System(acme), id, w.prepare)
			require.NoError(t, err)
		}
		return nil
	}}
	p, err := w.step(id)
	require.NoError(t, err, "between reading and claiming is no moment to fail at")
	require.True(t, p.Done())
	w.requireDone(id, 1)
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
	_, err := w.runner.Step(t.Context(), admin.System(acme), id, slow)
	require.ErrorIs(t, err, job.ErrLeaseLost)
	require.Equal(t, int64(2), w.effects(), "the overtaken worker's effects were taken back")
	require.Equal(t, int64(2), w.get(id).Counts.Completed)
	_, err = w.step(id)
	require.NoError(t, err)
	w.requireDone(id, 4)
}

func TestSlowWorkerThatNobodyOvertookCommits(t *testing.T) {
	w := newWorld(t)
	id := w.create(1)
	_, err := w.runner.Step(t.Context(), admin.System(acme), id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		w.wait(24 * time.Hour)
		return w.prepare(ctx, j)
	})
	require.NoError(t, err, "the attempt is what fences, not the clock")
	w.requireDone(id, 1)
}

func TestLeaseLastsAsLongAsItIsSetTo(t *testing.T) {
	w := newWorld(t)
	w.runner.Lease = 10 * time.Minute
	id := w.create(1)
	_, err := w.runner.Step(t.Context(), admin.System(acme), id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		require.Equal(t, start.Add(10*time.Minute), j.Lease.Until)
		return w.prepare(ctx, j)
	})
	require.NoError(t, err)
}

// For each failure, before or after it took effect, at any call and at any batch: going on gives each
// effect once.
func TestEffectsHappenOnceWhateverFails(t *testing.T) {
	const entries = 5
	for at := 1; ; at++ {
		w := newWorld(t)
		calls, where := 0, ""
		strike := func(point string) error {
			if calls++; calls == at {
				where = point
				return fmt.Errorf("%s: %w", point, errStruck)
			}
			return nil
		}
		around := func(store job.Store) job.Store {
			return hooked{
				Store:  store,
				before: func(method string) error { return strike("before " + method) },
				after:  func(method string) error { return strike("after " + method) },
			}
		}
		w.runner.Jobs = around(w.backend.Jobs())
		w.runner.JobsOf = func(s storage.Stores) job.Store { return around(s.Jobs()) }
		w.runner.Atomically = func(ctx context.Context, fn func(storage.Stores) error) error {
			if err := strike("before the transaction"); err != nil {
				return err
			}
			if err := strike("a serialization failure"); err != nil {
				// The first run is taken back and the function run again, as storages do.
				_ = w.backend.InTx(ctx, func(s storage.Stores) error { return errors.Join(fn(s), err) })
			}
			if err := w.backend.InTx(ctx, func(s storage.Stores) error {
				if err := fn(s); err != nil {
					return err
				}
				return strike("at the commit")
			}); err != nil {
				return err
			}
			return strike("the commit without an answer")
		}
		id := w.create(entries)
		steps := 0
		for done := false; !done; steps++ {
			require.Less(t, steps, 20, "%s: it does not end", where)
			p, err := w.step(id)
			switch {
			case errors.Is(err, admin.ErrBusy):
				w.wait(job.DefaultLease) // a lease was lost without a trace; it ends by itself
			case err != nil:
				require.ErrorIs(t, err, errStruck)
			}
			done = p.Done()
		}
		w.requireDone(id, entries)
		if where == "" {
			require.Greater(t, at, 20, "the points to strike at are many")
			return // nothing is left to strike at
		}
	}
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
}

func TestFailEndsTheJob(t *testing.T) {
	for _, tc := range []struct {
		reason string
		breaks func(w *world) job.Prepare[storage.Stores]
	}{
		{"while preparing", func(*world) job.Prepare[storage.Stores] {
			return func(context.Context, job.Job) (job.Batch[storage.Stores], error) {
				return nil, job.Fail(errors.New("the file changed"))
			}
		}},
		{"in the middle of a batch, whose effects are taken back", func(w *world) job.Prepare[storage.Stores] {
			return func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
				work, err := w.prepare(ctx, j)
				return func(ctx context.Context, s storage.Stores) (job.Result, error) {
					res, err := work(ctx, s)
					return res, errors.Join(err, job.Fail(errors.New("the file changed")))
				}, err
			}
		}},
		{"under other errors", func(*world) job.Prepare[storage.Stores] {
			return func(context.Context, job.Job) (job.Batch[storage.Stores], error) {
				return nil, fmt.Errorf("the file%w", job.Fail(errors.New(" changed")))
			}
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(4)
			_, err := w.step(id)
			require.NoError(t, err)
			w.wait(time.Second)
			p, err := w.runner.Step(t.Context(), admin.System(acme), id, tc.breaks(w))
			require.NoError(t, err, "that the job failed is its outcome and not a failure to take it forward")
			require.Equal(t, job.Progress{Status: job.Failed, Counts: job.Counts{Total: 4, Completed: 2}, Failure: "the file changed"}, p)
			j := w.get(id)
			require.Equal(t, start.Add(time.Second), j.SettledAt)
			require.Equal(t, "2", j.Cursor, "it tells how far the job got")
			require.Equal(t, int64(2), w.effects(), "what earlier batches did stays done")
			require.Equal(t, 1, w.records(job.ActionFail))
			w.requireFree(id)
			again, err := w.step(id)
			require.NoError(t, err)
			require.Equal(t, p, again)
		})
	}
}

func TestFailKeepsTheCause(t *testing.T) {
	require.ErrorIs(t, job.Fail(fmt.Errorf("ann: %w", admin.ErrForbidden)), admin.ErrForbidden)
	require.EqualError(t, job.Fail(errors.New("why")), "why")
}

func TestFailureIsWhatEveryStorageCanKeep(t *testing.T) {
	for _, tc := range []struct{ reason, cause, want string }{
		{"as it is", "row 3: no such account", "row 3: no such account"},
		{"bytes that are no text", "row \xff\xfe: x\x00y", "row \uFFFD: x\uFFFDy"},
		{"a whole file", strings.Repeat("é", 1<<20), strings.Repeat("é", 2000) + "…"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(1)
			p, err := w.runner.Step(t.Context(), admin.System(acme), id, func(context.Context, job.Job) (job.Batch[storage.Stores], error) {
				return nil, job.Fail(errors.New(tc.cause))
			})
			require.NoError(t, err)
			require.Equal(t, tc.want, p.Failure)
			require.Equal(t, tc.want, w.get(id).Failure)
			require.True(t, utf8.ValidString(p.Failure))
		})
	}
}

func TestFailureThatCannotBeWrittenIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	id := w.create(1)
	fail := func(context.Context, job.Job) (job.Batch[storage.Stores], error) {
		return nil, job.Fail(errors.New("the file changed"))
	}
	down := true
	w.runner.Jobs = hooked{Store: w.backend.Jobs(), before: func(method string) error {
		if method == "Finish" && down {
			return errStruck
		}
		return nil
	}}
	_, err := w.runner.Step(t.Context(), admin.System(acme), id, fail)
	require.ErrorIs(t, err, errStruck)
	require.ErrorContains(t, err, "the file changed", "both errors are told")
	w.requireFree(id)
	down = false
	p, err := w.runner.Step(t.Context(), admin.System(acme), id, fail)
	require.NoError(t, err)
	require.Equal(t, job.Failed, p.Status)
}

func TestOvertakenWorkerCannotFailTheJob(t *testing.T) {
	w := newWorld(t)
	id := w.create(4)
	_, err := w.runner.Step(t.Context(), admin.System(acme), id, func(context.Context, job.Job) (job.Batch[storage.Stores], error) {
		w.wait(job.DefaultLease)
		_, other := w.backend.Jobs().Claim(t.Context(), acme, id, job.Claim{Owner: one, Now: w.clock(), Until: w.clock().Add(time.Minute)})
		require.NoError(t, other)
		return nil, job.Fail(errors.New("the file changed"))
	})
	require.ErrorIs(t, err, job.ErrLeaseLost)
	require.Equal(t, job.InProgress, w.get(id).Status)
	require.Equal(t, one, w.get(id).Lease.Owner, "the other's lease stays")
}

func TestAnyOtherErrorLeavesTheJobToBeTriedAgain(t *testing.T) {
	down := errors.New("the target is down")
	for reason, prepare := range map[string]func(w *world) job.Prepare[storage.Stores]{
		"while preparing": func(*world) job.Prepare[storage.Stores] {
			return func(context.Context, job.Job) (job.Batch[storage.Stores], error) { return nil, down }
		},
		"after the effects": func(w *world) job.Prepare[storage.Stores] {
			return func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
				work, err := w.prepare(ctx, j)
				return func(ctx context.Context, s storage.Stores) (job.Result, error) {
					res, err := work(ctx, s)
					return res, errors.Join(err, down)
				}, err
			}
		},
	} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(3)
			before := w.get(id)
			_, err := w.runner.Step(t.Context(), admin.System(acme), id, prepare(w))
			require.ErrorIs(t, err, down)
			j := w.get(id)
			require.Equal(t, job.InProgress, j.Status)
			require.Equal(t, before.Counts, j.Counts)
			require.Equal(t, before.Version, j.Version)
			require.Zero(t, w.effects())
			w.requireFree(id)
			_, err = w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
			require.NoError(t, err)
			w.requireDone(id, 3)
		})
	}
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
			_, err = w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
			require.NoError(t, err)
			w.requireDone(id, 5)
		})
	}
}

func TestLeaseThatCannotBeReleasedIsLogged(t *testing.T) {
	w := newWorld(t)
	var log bytes.Buffer
	w.runner.Runtime.Logger = slog.New(slog.NewTextHandler(&log, nil))
	w.runner.Jobs = hooked{Store: w.backend.Jobs(), before: func(method string) error {
		if method == "Release" {
			return errStruck
		}
		return nil
	}}
	id := w.create(1)
	down := errors.New("the target is down")
	_, err := w.runner.Step(t.Context(), admin.System(acme), id, func(context.Context, job.Job) (job.Batch[storage.Stores], error) { return nil, down })
	require.ErrorIs(t, err, down, "the caller hears of what went wrong")
	require.NotErrorIs(t, err, errStruck)
	require.Contains(t, log.String(), `level=WARN msg="lease not released" org=acme`)
	require.Contains(t, log.String(), id.String())
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
	t.Run("tries again where it does not know", func(t *testing.T) {
		w, id := setUp(t)
		answer = errStruck
		_, err := w.step(id)
		require.ErrorIs(t, err, errStruck)
		require.Equal(t, job.InProgress, w.get(id).Status)
		w.requireFree(id)
	})
}
