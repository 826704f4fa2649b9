package job_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

var errTarget = errors.New("the target is down")

func TestFailureIsRememberedUntilABatchSucceeds(t *testing.T) {
	for reason, prepare := range map[string]func(*world) job.Prepare[storage.Stores]{
		"while preparing":   func(*world) job.Prepare[storage.Stores] { return failing(errTarget) },
		"after the effects": func(w *world) job.Prepare[storage.Stores] { return w.after(func() error { return errTarget }) },
	} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(3)
			before := w.get(id)
			p, err := w.stepWith(id, prepare(w))
			require.ErrorIs(t, err, errTarget)
			until := start.Add(time.Second)
			require.Equal(t, job.Progress{
				Status: job.InProgress, Counts: job.Counts{Total: 3}, Failure: "the target is down", Failures: 1, RetryAt: until,
				Hold: job.Hold{Reason: job.HoldRetry, Until: until},
			}, p)
			want := before
			want.Status, want.Version, want.TriedAt, want.Lease = job.InProgress, 2, start, job.Lease{Attempt: 1}
			want.Failure, want.Failures, want.RetryAt = "the target is down", 1, until
			require.Equal(t, want, w.get(id))
			require.Zero(t, w.effects(), "what the batch did was taken back")
			require.Zero(t, w.records(job.ActionFail))

			_, err = w.step(id)
			require.ErrorIs(t, err, job.ErrNotDue)
			wait, ok := admin.RetryAfter(err)
			require.True(t, ok)
			require.Equal(t, time.Second, wait)
			w.wait(wait)
			p, err = w.step(id)
			require.NoError(t, err)
			require.Equal(t, job.Progress{Status: job.InProgress, Counts: job.Counts{Total: 3, Completed: 2}}, p)
			_, err = w.step(id)
			require.NoError(t, err)
			w.requireDone(id, 3)
		})
	}
}

// A job waits for a time that doubles up to Most, less at most a half; after the bound it has failed.
func TestWaitsOfFailures(t *testing.T) {
	for _, tc := range []struct {
		reason string
		retry  job.Retry
		random io.Reader
		want   []time.Duration // the longest waits; after them the job has failed
		exact  bool
	}{
		{"double", job.Retry{First: time.Second, Most: time.Minute, Failures: 5}, zeros{}, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}, true},
		{"up to a bound", job.Retry{First: time.Second, Most: 3 * time.Second, Failures: 5}, zeros{}, []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 3 * time.Second}, true},
		{"even the first", job.Retry{First: time.Hour, Most: time.Second, Failures: 3}, zeros{}, []time.Duration{time.Second, time.Second}, true},
		{"by more than there is", job.Retry{First: 1 << 61, Most: 1<<63 - 1, Failures: 4}, zeros{}, []time.Duration{1 << 61, 1 << 62, 1<<63 - 1}, true},
		{"are shortened at random", job.Retry{First: time.Second, Most: 4 * time.Second, Failures: 5}, rand.NewChaCha8([32]byte{1}), []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 4 * time.Second}, false},
		{"are not without randomness", job.Retry{First: time.Second, Most: time.Minute, Failures: 3}, strings.NewReader("short"), []time.Duration{time.Second, 2 * time.Second}, true},
		{"are none after the only try", job.Retry{First: time.Second, Most: time.Minute, Failures: 1}, zeros{}, nil, true},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			w.runner.Engine.Retry, w.runner.Runtime.Rand = tc.retry, tc.random
			id := w.create(1)
			for i, longest := range tc.want {
				now := w.clock()
				_, err := w.stepWith(id, failing(errTarget))
				require.ErrorIs(t, err, errTarget)
				j := w.get(id)
				require.Equal(t, i+1, j.Failures)
				wait := j.RetryAt.Sub(now)
				if longest = longest.Truncate(time.Microsecond); tc.exact {
					require.Equal(t, longest, wait, "failure %d", i+1)
				} else {
					require.LessOrEqual(t, wait, longest)
					require.GreaterOrEqual(t, wait, (longest/2).Truncate(time.Microsecond)-time.Microsecond)
					require.NotEqual(t, longest, wait)
				}
				w.mu.Lock()
				w.now = j.RetryAt
				w.mu.Unlock()
			}
			p, err := w.stepWith(id, failing(errTarget))
			require.NoError(t, err, "that the job failed is an outcome")
			require.Equal(t, job.Failed, p.Status)
			require.Equal(t, tc.retry.Failures, p.Failures)
		})
	}
}

func TestDefaultRetriesTakeFrom39To77Minutes(t *testing.T) {
	w := newWorld(t)
	id := w.create(1)
	for w.get(id).Status != job.Failed {
		if at := w.get(id).RetryAt; !at.IsZero() {
			w.wait(at.Sub(w.clock()))
		}
		_, _ = w.stepWith(id, failing(errTarget))
	}
	require.Equal(t, 15, w.get(id).Failures)
	require.Equal(t, 1023*time.Second+4*15*time.Minute, w.clock().Sub(start))
}

func TestJobFailsAfterTheBoundAndGoesOnFromItsCursor(t *testing.T) {
	w := newWorld(t)
	w.runner.Engine.Retry.Failures = 3
	id := w.create(5)
	_, err := w.step(id)
	require.NoError(t, err)
	for range 2 {
		_, err = w.stepWith(id, failing(errTarget))
		require.ErrorIs(t, err, errTarget)
		w.wait(time.Minute)
	}
	p, err := w.stepWith(id, w.after(func() error { return fmt.Errorf("row 3: %w", errTarget) }))
	require.NoError(t, err)
	counts := job.Counts{Total: 5, Completed: 2}
	require.Equal(t, job.Progress{Status: job.Failed, Counts: counts, Failure: "row 3: the target is down", Failures: 3}, p)
	failed := w.get(id)
	require.Equal(t, "2", failed.Cursor)
	require.Equal(t, w.clock(), failed.SettledAt)
	require.Equal(t, 1, w.records(job.ActionFail))
	require.Zero(t, w.records(job.ActionComplete))
	w.requireFree(id)
	again, err := w.step(id)
	require.NoError(t, err)
	require.Equal(t, p, again, "a job that has failed is left as it is")
	require.Equal(t, []string{"BatchDone", "BatchFailed", "BatchFailed", "BatchFailed", "Ended"}, w.hooks())

	j, err := w.runner.Retry(t.Context(), admin.System(acme), id)
	require.NoError(t, err)
	require.Equal(t, job.Pending, j.Status)
	require.Equal(t, "row 3: the target is down", j.Failure, "until a batch has succeeded")
	require.Zero(t, j.Failures)
	require.Zero(t, j.SettledAt)
	_, err = w.stepWith(id, failing(errTarget))
	require.ErrorIs(t, err, errTarget)
	require.Equal(t, 1, w.get(id).Failures, "it is tried as often as before")
	w.wait(time.Minute)
	p, err = w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
	require.NoError(t, err)
	require.Equal(t, job.Progress{Status: job.Completed, Counts: job.Counts{Total: 5, Completed: 5}}, p)
	require.Equal(t, int64(5), w.effects(), "it went on where it was")
}

func TestFailEndsTheJob(t *testing.T) {
	changed := errors.New("the file changed")
	for _, tc := range []struct {
		reason string
		breaks func(w *world) job.Prepare[storage.Stores]
	}{
		{"while preparing", func(*world) job.Prepare[storage.Stores] { return failing(job.Fail(changed)) }},
		{"in the middle of a batch, whose effects are taken back", func(w *world) job.Prepare[storage.Stores] {
			return w.after(func() error { return job.Fail(changed) })
		}},
		{"under other errors", func(*world) job.Prepare[storage.Stores] {
			return failing(fmt.Errorf("the file%w", job.Fail(errors.New(" changed"))))
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(4)
			_, err := w.step(id)
			require.NoError(t, err)
			w.wait(time.Second)
			p, err := w.stepWith(id, tc.breaks(w))
			require.NoError(t, err, "that the job failed is its outcome and not a failure to take it forward")
			require.Equal(t, job.Progress{Status: job.Failed, Counts: job.Counts{Total: 4, Completed: 2}, Failure: "the file changed", Failures: 1}, p)
			j := w.get(id)
			require.Equal(t, start.Add(time.Second), j.SettledAt)
			require.Equal(t, "2", j.Cursor, "it is how far the job got")
			require.Equal(t, int64(2), w.effects(), "what earlier batches did stays done")
			require.Equal(t, 1, w.records(job.ActionFail))
			w.requireFree(id)
		})
	}
}

func TestFailKeepsTheCause(t *testing.T) {
	require.ErrorIs(t, job.Fail(fmt.Errorf("ann: %w", admin.ErrForbidden)), admin.ErrForbidden)
	require.EqualError(t, job.Fail(errors.New("why")), "why")
}

type unreadable struct{ text *string }

func (u unreadable) Error() string { return *u.text }

func TestFailureIsWhatEveryStorageCanKeep(t *testing.T) {
	for _, tc := range []struct {
		reason string
		cause  error
		want   string
	}{
		{"as it is", errors.New("row 3: no such account"), "row 3: no such account"},
		{"bytes that are no text", errors.New("row \xff\xfe: x\x00y"), "row \uFFFD: x\uFFFDy"},
		{"as long as may be", errors.New(strings.Repeat("é", 2000)), strings.Repeat("é", 2000)},
		{"a whole file", errors.New(strings.Repeat("é", 1<<20)), strings.Repeat("é", 1999) + "…"},
		{"an error whose text panics", unreadable{}, "an error whose text cannot be read"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(1)
			p, err := w.stepWith(id, failing(job.Fail(tc.cause)))
			require.NoError(t, err)
			require.Equal(t, tc.want, p.Failure)
			require.Equal(t, tc.want, w.get(id).Failure)
			require.True(t, utf8.ValidString(p.Failure))
		})
	}
}

func TestFailureThatCannotBeKeptIsTriedAgain(t *testing.T) {
	for method, cause := range map[string]error{"Finish": job.Fail(errTarget), "Commit": errTarget, "Get": errTarget} {
		t.Run(method, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(1)
			w.around = down(method)
			_, err := w.stepWith(id, failing(cause))
			require.ErrorIs(t, err, errStruck)
			require.ErrorIs(t, err, errTarget, "both errors are returned")
			w.requireFree(id)
			require.Zero(t, w.get(id).Failures)
			require.Empty(t, w.hooks())
			w.around = nil
			p, err := w.stepWith(id, failing(job.Fail(errTarget)))
			require.NoError(t, err)
			require.Equal(t, job.Failed, p.Status)
		})
	}
}

func TestOvertakenWorkerCannotFailTheJob(t *testing.T) {
	for reason, at := range map[string]string{"before it looks": "", "after it has looked": "Finish"} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(4)
			overtake := func(method string) {
				if method == at {
					w.wait(job.DefaultLease)
					claim := job.Claim{Worker: "other", Now: w.clock(), Until: w.clock().Add(time.Minute)}
					_, err := w.backend.Jobs().Claim(t.Context(), acme, id, claim)
					require.NoError(t, err)
				}
			}
			w.around = before(func(method string) error { overtake(method); return nil })
			_, err := w.stepWith(id, func(context.Context, job.Job) (job.Batch[storage.Stores], error) {
				overtake("")
				return nil, job.Fail(errTarget)
			})
			require.ErrorIs(t, err, job.ErrLeaseLost)
			require.ErrorIs(t, err, errTarget)
			require.Equal(t, job.InProgress, w.get(id).Status)
			require.Equal(t, "other", w.get(id).Lease.Worker, "the other's lease stays")
			require.Empty(t, w.hooks())
		})
	}
}

// A storage may lose the answer to a COMMIT. A batch that moved no cursor is not taken for one that failed.
func TestCommitWithoutAnAnswer(t *testing.T) {
	for _, tc := range []struct {
		reason string
		result job.Result
		want   job.Status
	}{
		{"of a batch that moved the cursor", job.Result{Cursor: "1", State: "new", Counts: job.Counts{Completed: 1}}, job.InProgress},
		{"of a batch that did not", job.Result{State: "new", Counts: job.Counts{Completed: 1}}, job.InProgress},
		{"of the last one", job.Result{State: "new", Counts: job.Counts{Completed: 1}, Then: job.Done}, job.Completed},
	} {
		for _, failed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, committed: %t", tc.reason, !failed), func(t *testing.T) {
				w := newWorld(t)
				id := w.create(2, func(j *job.Job) { j.State = "old" })
				w.runner.Atomically = func(ctx context.Context, fn func(storage.Stores) error) error {
					return errors.Join(w.backend.InTx(ctx, func(s storage.Stores) error {
						if err := fn(s); err != nil || !failed {
							return err
						}
						return errTarget
					}), errStruck)
				}
				p, err := w.stepWith(id, then(tc.result))
				j := w.get(id)
				w.requireFree(id)
				if failed {
					require.ErrorIs(t, err, errStruck)
					require.Equal(t, "old", j.State)
					require.Equal(t, 1, j.Failures)
					require.Zero(t, j.Counts.Completed)
					require.Equal(t, []string{"BatchFailed"}, w.hooks())
					return
				}
				require.NoError(t, err)
				require.Len(t, w.lines("job batch committed without an answer"), 1)
				require.Equal(t, tc.want, p.Status)
				require.Equal(t, "new", j.State)
				require.Zero(t, j.Failures)
				require.Equal(t, int64(1), j.Counts.Completed)
				require.Equal(t, int64(1), w.events[0].Counts.Completed)
				require.Equal(t, "BatchDone", w.hooks()[0])
			})
		}
	}
}

func TestBatchThatIsBlockedPausesTheJob(t *testing.T) {
	w := newWorld(t)
	id := w.create(3)
	cause := errors.New("the plan takes no accounts")
	p, err := w.runner.Run(t.Context(), admin.System(acme), id, failing(fmt.Errorf("batch: %w", job.Block(cause))), nil)
	require.NoError(t, err, "a worker has nothing to try again")
	require.Equal(t, job.Progress{
		Status: job.Paused, Counts: job.Counts{Total: 3}, Failure: "batch: the plan takes no accounts",
		Hold: job.Hold{Reason: job.HoldPause},
	}, p)
	_, err = w.step(id)
	require.ErrorIs(t, err, admin.ErrState)
	require.Empty(t, w.effects(), "what the batch did was taken back")
	j, err := w.runner.Resume(t.Context(), w.ann(), id)
	require.NoError(t, err)
	require.Equal(t, job.Pending, j.Status)
	p, err = w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
	require.NoError(t, err)
	require.Equal(t, job.Completed, p.Status)
	require.EqualValues(t, 3, w.effects())
}
