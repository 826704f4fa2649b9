package job_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

// oddError is an error that a host made carelessly: a nil one is an error, and panics when it is looked at.
type oddError struct{ cause error }

func (e *oddError) Error() string { return "odd: " + e.cause.Error() }
func (e *oddError) Unwrap() error { return e.cause }

// choosy is an error whose Is panics.
type choosy struct{ error }

func (choosy) Is(error) bool { panic("no comparison") }

// oddPanic is a runtime.Error whose text cannot be read.
type oddPanic struct{}

func (oddPanic) Error() string { panic("no text") }
func (oddPanic) RuntimeError() {}

// Whatever a host's code returns is a failure that the job remembers.
func TestOddErrorsAreRemembered(t *testing.T) {
	for _, tc := range []struct {
		reason string
		err    func() error
	}{
		{"a nil pointer in an error", func() error { return (*oddError)(nil) }},
		{"a nil pointer under a message", func() error { return fmt.Errorf("target: %w", (*oddError)(nil)) }},
		{"an error that panics when it is compared", func() error { return choosy{errTarget} }},
		{"a panic with a runtime error that has no text", func() error { panic(oddPanic{}) }},
		{"a panic with nil", func() error { panic(nil) }},
		{"a panic with a nil pointer in an error", func() error { panic((*oddError)(nil)) }},
		{"a lease lost elsewhere", func() error { return fmt.Errorf("target's own job: %w", job.ErrLeaseLost) }},
		{"a job leased elsewhere", func() error { return fmt.Errorf("target's own job: %w", job.ErrLeased) }},
		{"a context that ended elsewhere", func() error { return fmt.Errorf("target: %w", context.Canceled) }},
		{"another deadline", func() error { return context.DeadlineExceeded }},
	} {
		for _, where := range []string{"Authorize", "Prepare", "Batch", "Announce"} {
			t.Run(tc.reason+" in "+where, func(t *testing.T) {
				w := newWorld(t)
				id := w.create(4, func(j *job.Job) { j.StartAt = start.Add(time.Hour) })
				odd := true
				at := func(here string) error {
					if where == here && odd {
						return tc.err()
					}
					return nil
				}
				w.announce(func() error { return at("Announce") })
				w.runner.Authorize = func(context.Context, admin.OrgID, job.Job) error { return at("Authorize") }
				_, err := w.stepWith(id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
					if err := at("Prepare"); err != nil {
						return nil, err
					}
					batch, err := w.prepare(ctx, j)
					return func(ctx context.Context, s storage.Stores) (job.Result, error) {
						res, err := batch(ctx, s)
						if odd := at("Batch"); odd != nil {
							return res, odd
						}
						res.Then = job.AtStart
						return res, err
					}, err
				})
				require.NotNil(t, err)
				j := w.get(id)
				require.Equal(t, 1, j.Failures)
				require.NotEmpty(t, j.Failure)
				require.Equal(t, start.Add(time.Second), j.RetryAt)
				require.Zero(t, w.effects())
				w.requireFree(id)
				require.Equal(t, []string{"BatchFailed"}, w.hooks())
				odd = false
				w.wait(time.Minute)
				_, err = w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
				require.NoError(t, err)
				w.requireDone(id, 4)
			})
		}
	}
}

// A host's function that ends its goroutine, as a test's FailNow does, has failed the batch.
func TestGoexitIsAFailedBatch(t *testing.T) {
	for _, where := range []string{"Authorize", "Prepare", "Batch", "Announce"} {
		t.Run(where, func(t *testing.T) {
			w := newWorld(t)
			id := w.create(4, func(j *job.Job) { j.StartAt = start.Add(time.Hour) })
			at := func(here string) {
				if where == here {
					runtime.Goexit()
				}
			}
			w.announce(func() error { at("Announce"); return nil })
			w.runner.Authorize = func(context.Context, admin.OrgID, job.Job) error { at("Authorize"); return nil }
			_, err := w.stepWith(id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
				at("Prepare")
				batch, err := w.prepare(ctx, j)
				return func(ctx context.Context, s storage.Stores) (job.Result, error) {
					res, err := batch(ctx, s)
					at("Batch")
					res.Then = job.AtStart
					return res, err
				}, err
			})
			require.ErrorContains(t, err, "Goexit", "it ends the goroutine of the batch, and not the caller's")
			j := w.get(id)
			require.Equal(t, 1, j.Failures)
			require.Contains(t, j.Failure, "Goexit")
			require.Zero(t, w.effects())
			require.Zero(t, w.records("toy.announce"))
			w.requireFree(id)
			require.Equal(t, []string{"BatchFailed"}, w.hooks())
		})
	}
}

// What a worker's ports do by mistake costs it nothing.
func TestWorkerWithOddPorts(t *testing.T) {
	a, b := ref("a", 1), ref("b", 1)
	for _, tc := range []struct {
		reason string
		list   func(limit int) []job.Ref
		do     func(r job.Ref)
	}{
		{"a job that is listed twice", func(int) []job.Ref { return []job.Ref{a, a, b, a, b} }, func(job.Ref) {}},
		{"jobs without an organization or an id", func(int) []job.Ref { return []job.Ref{{}, a, {}, b, {Org: "c"}} }, func(job.Ref) {}},
		{"a step that ends its goroutine", func(int) []job.Ref { return []job.Ref{a, b} }, func(r job.Ref) {
			if r == a {
				runtime.Goexit()
			}
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				board := newBoard(t)
				board.list = func(limit int) ([]job.Ref, error) { return tc.list(limit), nil }
				board.do = func(_ context.Context, r job.Ref) (job.Progress, error) {
					time.Sleep(time.Second)
					tc.do(r)
					return job.Progress{}, nil
				}
				board.run(time.Minute)
				require.Greater(t, len(board.of(b)), 25)
				require.Greater(t, len(board.of(a)), 25)
			})
		})
	}
}
