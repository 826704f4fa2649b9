package job

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Errors of batches that did not return by themselves.
var (
	errTooLong = errors.New("it was ended")
	errExited  = errors.New("the code of the host ended its goroutine by runtime.Goexit")
)

// outcome is what became of an attempt.
type outcome struct {
	job    Job
	counts Counts
	err    error
}

// bounded does the batch on a goroutine of its own, and does not wait for it for longer than a lease after its
// context has ended. A function of the host's that never returns, or that ends its goroutine, costs a goroutine
// for each time that the job is tried: not the worker, and not the other jobs. What is left behind changes
// nothing in the storage, because its context has ended.
func (w *work[P]) bounded(ctx context.Context, keep bool) (Counts, error) {
	late := fmt.Errorf("batch takes longer than %s: %w", w.r.Engine.Batch, errTooLong)
	limited, cancel := context.WithTimeoutCause(ctx, w.r.Engine.Batch, late)
	defer cancel()
	returned := make(chan outcome, 1)
	go func(at work[P]) {
		o := outcome{err: errExited}
		defer func() {
			o.job = at.job
			returned <- o
		}()
		o.counts, o.err = guard(limited, &at, func() (Counts, error) { return at.attempt(limited, keep) })
	}(*w)
	o, ok := w.await(limited, returned)
	if !ok {
		return Counts{}, fmt.Errorf("batch has not returned: %w", context.Cause(limited))
	}
	w.job = o.job
	if o.err != nil && errors.Is(context.Cause(limited), errTooLong) && !errors.Is(o.err, ErrLeaseLost) {
		o.err = late
	}
	return o.counts, o.err
}

// await waits for the outcome of an attempt, until a lease after its context has ended.
func (w *work[P]) await(ctx context.Context, returned <-chan outcome) (o outcome, ok bool) {
	select {
	case o = <-returned:
		return o, true
	case <-ctx.Done():
	}
	if errors.Is(context.Cause(ctx), errTooLong) {
		w.log().WarnContext(ctx, "job batch takes too long", "limit", w.r.Engine.Batch)
	}
	grace := time.NewTimer(w.r.Engine.Lease)
	defer grace.Stop()
	select {
	case o = <-returned:
		return o, true
	case <-grace.C:
		w.log().WarnContext(ctx, "job batch left behind", "cause", context.Cause(ctx))
		return outcome{}, false
	}
}
