package job_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

// bubble runs test in a bubble of synctest, in a world whose clock is the bubble's.
func bubble(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.runner.Runtime.Now = time.Now
		test(t, w)
	})
}

// slow is a batch that takes so long to prepare, unless its context ends. then is called with its error.
func (w *world) slow(d time.Duration, then func(ctx context.Context)) job.Prepare[storage.Stores] {
	return func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
		then(ctx)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return w.prepare(ctx, j)
	}
}

func TestLeaseIsRenewedWhileABatchRuns(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.runner.Engine.Batch = 2 * time.Hour
		id := w.create(1)
		began := time.Now()
		done := make(chan error)
		go func() {
			_, err := w.stepWith(id, w.slow(time.Hour, func(ctx context.Context) { require.NoError(t, ctx.Err()) }))
			done <- err
		}()
		for range 100 {
			time.Sleep(10 * time.Second)
			_, err := w.step(id)
			require.ErrorIs(t, err, job.ErrLeased)
			until := w.get(id).Lease.Until
			require.Greater(t, time.Until(until), 9*time.Second, "a third of the lease is never used up")
			require.LessOrEqual(t, time.Until(until), 15*time.Second)
		}
		require.NoError(t, <-done)
		require.Equal(t, time.Hour, time.Since(began))
		w.requireDone(id, 1)
		require.Equal(t, int64(2), w.get(id).Version, "a renewal raises no version")
	})
}

func TestLeaseThatIsLostEndsTheBatch(t *testing.T) {
	for _, tc := range []struct {
		reason string
		lose   func(*world, uuid.UUID) error
	}{
		{"it was paused", func(w *world, id uuid.UUID) error {
			_, err := w.runner.Pause(w.t.Context(), admin.System(acme), id)
			return err
		}},
		{"it was cancelled", func(w *world, id uuid.UUID) error {
			_, err := w.runner.Cancel(w.t.Context(), admin.System(acme), id)
			return err
		}},
		{"another worker took over, by a clock that is ahead", func(w *world, id uuid.UUID) error {
			now := time.Now().Add(time.Hour)
			_, err := w.backend.Jobs().Claim(w.t.Context(), acme, id, job.Claim{Worker: "other", Now: now, Until: now.Add(time.Hour)})
			return err
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				id := w.create(1)
				done := make(chan error)
				began := time.Now()
				go func() {
					_, err := w.stepWith(id, w.slow(time.Hour, func(ctx context.Context) {
						require.ErrorIs(t, context.Cause(ctx), job.ErrLeaseLost)
					}))
					done <- err
				}()
				time.Sleep(7 * time.Second)
				require.NoError(t, tc.lose(w, id))
				lost := w.get(id)
				require.Equal(t, job.ErrLeaseLost, <-done)
				require.Equal(t, 10*time.Second, time.Since(began), "at the next renewal")
				require.Equal(t, lost, w.get(id), "the worker that lost the lease changes nothing")
				require.Empty(t, w.hooks())
			})
		})
	}
}

func TestRenewalThatFailsIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		id := w.create(1)
		tries := 0
		w.around = before(func(method string) error {
			if method == "Renew" {
				if tries++; tries == 1 || tries == 3 {
					return errStruck
				}
			}
			return nil
		})
		_, err := w.stepWith(id, w.slow(22*time.Second, func(context.Context) {
			require.Equal(t, 13*time.Second, time.Until(w.get(id).Lease.Until), "the fourth, two seconds ago, succeeded")
		}))
		require.NoError(t, err)
		require.Equal(t, 4, tries)
		lines := w.lines("job lease not renewed")
		require.Len(t, lines, 2)
		require.Equal(t, "WARN", lines[0]["level"])
		require.Equal(t, "struck", lines[0]["error"])
		require.Equal(t, id.String(), lines[0]["job"])
		require.Equal(t, "acme", lines[0]["org"])
		w.requireDone(id, 1)
	})
}

func TestContextThatEndsIsNotALostLease(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		id := w.create(1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := w.runner.Step(ctx, admin.System(acme), id, w.slow(time.Hour, func(ctx context.Context) {
			require.ErrorIs(t, context.Cause(ctx), context.DeadlineExceeded)
		}))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, job.ErrLeaseLost)
		w.requireFree(id)
		require.Zero(t, w.get(id).Failures)
	})
}

// A renewal that waits for the storage while the batch commits finds no lease. That is no loss.
func TestRenewalThatComesAfterTheCommit(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		id := w.create(1)
		renewing, committed := make(chan struct{}), make(chan struct{})
		var renewed error
		w.around = func(s job.Store) job.Store {
			return renewer{Store: s, renew: func(renew func() error) error {
				close(renewing)
				<-committed
				renewed = renew()
				return renewed
			}}
		}
		w.runner.Atomically = func(ctx context.Context, fn func(storage.Stores) error) error {
			err := w.backend.InTx(ctx, fn)
			close(committed)
			synctest.Wait()
			require.NoError(t, ctx.Err(), "the batch does not learn that its lease is lost")
			return err
		}
		_, err := w.stepWith(id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
			<-renewing
			return w.prepare(ctx, j)
		})
		require.NoError(t, err)
		require.ErrorIs(t, renewed, job.ErrLeaseLost)
		w.requireDone(id, 1)
	})
}

type renewer struct {
	job.Store
	renew func(func() error) error
}

func (r renewer) Renew(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64, until time.Time) error {
	return r.renew(func() error { return r.Store.Renew(ctx, org, id, attempt, until) })
}

func TestLeaseIsNotRenewedInATransactionOfTheCaller(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		id := w.create(1)
		w.runner.Atomically = nil
		w.around = before(func(method string) error {
			require.NotEqual(t, "Renew", method, "the ports belong to one goroutine")
			return nil
		})
		_, err := w.stepWith(id, w.slow(time.Hour, func(context.Context) {}))
		require.NoError(t, err)
		w.requireDone(id, 1)
	})
}

func TestShortLeaseIsNotRenewedWithoutPause(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		id := w.create(1)
		w.runner.Engine.Lease = time.Nanosecond
		renewals := 0
		w.around = before(func(method string) error {
			if method == "Renew" {
				renewals++
			}
			return nil
		})
		_, err := w.stepWith(id, w.slow(time.Second-time.Millisecond, func(context.Context) {}))
		require.NoError(t, err)
		require.Equal(t, 19, renewals, "one each 50 ms")
	})
}

// A function of the host's that never returns costs its goroutine, and nothing else: another worker does the job.
func TestBatchThatTakesTooLong(t *testing.T) {
	for _, honors := range []bool{true, false} {
		t.Run(fmt.Sprintf("its context is honored: %t", honors), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				w.runner.Engine.Batch = time.Minute
				id := w.create(1)
				free, done := make(chan struct{}), make(chan error, 1)
				go func() {
					_, err := w.stepWith(id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
						if honors {
							<-ctx.Done()
							return nil, ctx.Err()
						}
						<-free
						return w.prepare(ctx, j)
					})
					done <- err
				}()
				time.Sleep(59 * time.Second)
				_, err := w.step(id)
				require.ErrorIs(t, err, job.ErrLeased)
				time.Sleep(time.Minute)
				lines := w.lines("job batch takes too long")
				require.Len(t, lines, 1, "it is logged even if it never returns")
				require.Equal(t, "WARN", lines[0]["level"])
				require.Equal(t, id.String(), lines[0]["job"])
				if honors {
					require.ErrorContains(t, <-done, "batch takes longer than 1m0s")
					require.Contains(t, w.get(id).Failure, "batch takes longer than 1m0s")
				}
				require.Equal(t, 1, w.get(id).Failures, "it is remembered even if it never returns")
				_, err = w.step(id)
				require.NoError(t, err, "another worker does it")
				close(free)
				if !honors {
					require.ErrorContains(t, <-done, "batch takes longer than 1m0s", "Step has returned all the same")
				}
				w.requireDone(id, 1)
			})
		})
	}
}
