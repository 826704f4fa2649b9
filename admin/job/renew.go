package job

import (
	"context"
	"errors"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// leastRenewal bounds how often a lease is renewed, however short it is.
const leastRenewal = 50 * time.Millisecond

// renewal renews a lease while a batch runs.
type renewal struct {
	stop  func()      // ends it, and waits for its goroutine
	over  atomic.Bool // the batch is about to commit
	cause func() error
}

// ending notes that the batch is about to commit, which ends the lease: a renewal that finds none is right then.
func (l *renewal) ending() { l.over.Store(true) }

// lost reports whether another worker has the job now, or it was paused or cancelled.
func (l *renewal) lost() bool { return errors.Is(l.cause(), ErrLeaseLost) }

// renew starts to renew the lease of the job, and returns a context that ends when the lease is lost. Ports of a
// transaction belong to one goroutine, and nothing outside can see their lease: it is not renewed.
func (w *work[P]) renew(ctx context.Context) (context.Context, *renewal) {
	l := &renewal{stop: func() {}, cause: func() error { return nil }}
	if w.r.Atomically == nil {
		return ctx, l
	}
	ctx, cancel := context.WithCancelCause(ctx)
	l.cause = func() error { return context.Cause(ctx) }
	ended := make(chan struct{})
	l.stop = func() {
		cancel(nil)
		<-ended
	}
	at := *w // as it is: the batch goes on with w
	go func() {
		defer close(ended)
		tick := time.NewTicker(max(at.r.Engine.Lease/3, leastRenewal))
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				at.renewOnce(ctx, l, cancel)
			}
		}
	}()
	return ctx, l
}

// renewOnce renews the lease, and ends the batch's context if it was lost.
func (w *work[P]) renewOnce(ctx context.Context, l *renewal, cancel context.CancelCauseFunc) {
	defer func() { // a host's own storage may panic, on a goroutine that only this recovers
		if value := recover(); value != nil {
			w.log().ErrorContext(ctx, "job lease not renewed", "panic", value, "stack", string(debug.Stack()))
		}
	}()
	until := w.r.Runtime.Instant().Add(w.r.Engine.Lease)
	err := w.r.jobs().Renew(ctx, w.scope.Org(), w.job.ID, w.job.Lease.Attempt, until)
	switch {
	case err == nil, ctx.Err() != nil, l.over.Load():
	case errors.Is(err, ErrLeaseLost):
		cancel(ErrLeaseLost)
	default:
		w.log().WarnContext(ctx, "job lease not renewed", "error", err)
	}
}
