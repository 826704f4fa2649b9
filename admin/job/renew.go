package job

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// leastRenewal bounds how often a lease is renewed, however short it is.
const leastRenewal = 50 * time.Millisecond

// renewal renews a lease while a batch runs.
type renewal struct {
	stop  func()      // ends it, and waits for its goroutine
	over  atomic.Bool // the batch is about to commit
	cause func() error
}

// ending says that the batch is about to commit, which ends the lease: that it is gone is no news then.
func (l *renewal) ending() { l.over.Store(true) }

// verdict returns why the batch's context ended, if that was not by the caller's: its lease was lost, or it took
// too long.
func (l *renewal) verdict() error {
	cause := l.cause()
	if errors.Is(cause, ErrLeaseLost) || errors.Is(cause, errTooLong) {
		return cause
	}
	return nil
}

// errTooLong is why a batch is ended that takes longer than Engine.Batch.
var errTooLong = errors.New("it was ended")

// renew starts to renew the lease of j, and returns a context that ends when the lease is lost or the batch takes
// too long. Ports of a transaction belong to one goroutine, and nothing outside can see their lease: it is not
// renewed.
func (r *Runner[P]) renew(ctx context.Context, org admin.OrgID, j Job) (context.Context, *renewal) {
	l := &renewal{stop: func() {}, cause: func() error { return nil }}
	if r.Atomically == nil {
		return ctx, l
	}
	ctx, cancel := context.WithCancelCause(ctx)
	l.cause = func() error { return context.Cause(ctx) }
	ended := make(chan struct{})
	l.stop = func() {
		cancel(nil)
		<-ended
	}
	go func() {
		defer close(ended)
		tick := time.NewTicker(max(r.Engine.Lease/3, leastRenewal))
		defer tick.Stop()
		end := time.NewTimer(r.Engine.Batch)
		defer end.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-end.C:
				// A function that does not honor its context never returns to say so.
				r.Runtime.Logger.ErrorContext(ctx, "job batch takes too long", "org", org, "kind", j.Kind, "job", j.ID,
					"most", r.Engine.Batch)
				cancel(fmt.Errorf("batch takes longer than %s: %w", r.Engine.Batch, errTooLong))
				return
			case <-tick.C:
			}
			err := r.jobs().Renew(ctx, org, j.ID, j.Lease.Attempt, r.Runtime.Instant().Add(r.Engine.Lease))
			switch {
			case err == nil, ctx.Err() != nil, l.over.Load():
			case errors.Is(err, ErrLeaseLost):
				cancel(ErrLeaseLost)
			default:
				r.Runtime.Logger.WarnContext(ctx, "job lease not renewed", "org", org, "job", j.ID, "error", err)
			}
		}
	}()
	return ctx, l
}
