package job_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

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
		w.around = func(store job.Store) job.Store {
			return hooked{
				Store:  store,
				before: func(method string) error { return strike("before " + method) },
				after:  func(method string) error { return strike("after " + method) },
			}
		}
		w.within = w.around
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
			case errors.Is(err, job.ErrNotDue):
				wait, ok := admin.RetryAfter(err)
				require.True(t, ok)
				w.wait(wait)
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
