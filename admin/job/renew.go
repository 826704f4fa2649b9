package job

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// leastRenewal bounds how often a lease is renewed, however short it is.
const leastRenewal = 50 * time.Millisecond

// renewal renews a lease while a batch runs.
type renewal struct {
	stop  func()      // ends it, and waits for its goroutine
	over  atomic.Bool // the batch is about to commit
	given atomic.Bool // the batch was given up while it ran
	cause func() error
}

// ending notes that the batch is about to commit, which ends the lease: a renewal that finds none is right then.
func (l *renewal) ending() { l.over.Store(true) }

// verdict returns why the batch's context ended, if that was not by the caller's: its lease was lost, or it took
// too long.
func (l *renewal) verdict() error {
	cause := l.cause()
	switch {
	case l.given.Load():
		return ErrLeaseLost
	case errors.Is(cause, ErrLeaseLost), errors.Is(cause, errTooLong):
		return cause
	}
	return nil
}

// errTooLong is why a batch is ended that takes longer than Engine.Batch.
var errTooLong = errors.New("it was ended")

// renew starts to renew the lease of the job, and returns a context that ends when the lease is lost or the batch
// takes too long. Ports of a transaction belong to one goroutine, and nothing outside can see their lease: it is
// not renewed.
func (w *work[P]) renew(ctx context.Context) (context.Context, *renewal) {
	l := &renewal{stop: func() {}, cause: func() error { return nil }}
	if w.r.Atomically == nil {
		return ctx, l
	}
	ctx, cancel := context.WithCancelCause(ctx)
	l.cause = func() error { return context.Cause(ctx) }
	done, ended := make(chan struct{}), make(chan struct{})
	l.stop = func() {
		close(done)
		cancel(nil)
		<-ended
	}
	at := *w // as it is: the batch goes on with w
	go func() {
		defer close(ended)
		tick := time.NewTicker(max(w.r.Engine.Lease/3, leastRenewal))
		defer tick.Stop()
		end := time.NewTimer(w.r.Engine.Batch)
		defer end.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-end.C:
				late := fmt.Errorf("batch takes longer than %s: %w", w.r.Engine.Batch, errTooLong)
				at.log().WarnContext(ctx, "job batch takes too long", "limit", w.r.Engine.Batch)
				cancel(late)
				at.giveUp(ctx, l, late, done)
				return
			case <-tick.C:
			}
			at.renewOnce(ctx, l, cancel)
		}
	}()
	return ctx, l
}

// renewOnce renews the lease, and ends the batch's context if it was lost.
func (w *work[P]) renewOnce(ctx context.Context, l *renewal, cancel context.CancelCauseFunc) {
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

// giveUp keeps the failure of a batch that has not returned half a lease after its context ended. A function that
// never returns would be called again with each lease that ends, on another goroutine each time; remembered as a
// failure it is called later and later, and then no more.
func (w *work[P]) giveUp(ctx context.Context, l *renewal, cause error, returned <-chan struct{}) {
	grace := time.NewTimer(w.r.Engine.Lease / 2)
	defer grace.Stop()
	select {
	case <-returned:
		return
	case <-grace.C:
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	committed, err := w.keepFailure(ctx, cause)
	if err != nil || committed {
		w.log().WarnContext(ctx, "job batch that takes too long not given up", "error", err)
		return
	}
	l.given.Store(true)
	w.reportFailure(ctx, cause)
}
