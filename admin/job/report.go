package job

import (
	"context"
	"log/slog"
	"runtime/debug"
)

// log returns the logger with what identifies the job.
func (w *work[P]) log() *slog.Logger {
	return w.r.Runtime.Logger.With("org", w.scope.Org(), "kind", w.job.Kind, "job", w.job.ID)
}

// done logs a batch that was committed, and calls the hooks.
func (w *work[P]) done(ctx context.Context, counts Counts) {
	e := w.event(counts)
	w.log().InfoContext(ctx, "job batch done", "took", e.Took, "lag", e.Lag,
		"completed", counts.Completed, "skipped", counts.Skipped, "failed", counts.Failed)
	w.hook(ctx, w.r.Engine.Hooks.BatchDone, e)
	w.ended(ctx, e)
}

// reportFailure logs a batch that failed, and calls the hooks.
func (w *work[P]) reportFailure(ctx context.Context, cause error) {
	e := w.event(Counts{})
	e.Err = cause
	w.log().WarnContext(ctx, "job batch failed", "took", e.Took, "error", cause,
		"failures", w.job.Failures, "retryAt", w.job.RetryAt)
	w.hook(ctx, w.r.Engine.Hooks.BatchFailed, e)
	w.ended(ctx, e)
}

func (w *work[P]) ended(ctx context.Context, e Event) {
	if !w.job.Status.Final() {
		return
	}
	level := slog.LevelInfo
	if w.job.Status == Failed {
		level = slog.LevelError
	}
	c := w.job.Counts
	w.log().Log(ctx, level, "job ended", "status", w.job.Status, "total", c.Total, "completed", c.Completed,
		"skipped", c.Skipped, "failed", c.Failed, "failure", w.job.Failure)
	w.hook(ctx, w.r.Engine.Hooks.Ended, e)
}

// event returns what became of the batch that has just ended, and begins the next.
func (w *work[P]) event(counts Counts) Event {
	now := w.r.Runtime.Instant()
	e := Event{Org: w.scope.Org(), Job: w.job, Counts: counts, Lag: w.lag, Took: now.Sub(w.began)}
	w.began, w.lag = now, 0
	return e
}

func (w *work[P]) hook(ctx context.Context, hook func(context.Context, Event), e Event) {
	if hook != nil {
		w.call(ctx, "job hook panicked", func() { hook(ctx, e) })
	}
}

// call calls a function of the host's after a batch, and logs a panic in it. The batch is committed, so that
// the panic changes nothing.
func (w *work[P]) call(ctx context.Context, message string, fn func()) {
	defer func() {
		if value := recover(); value != nil {
			w.log().ErrorContext(ctx, message, "panic", value, "stack", string(debug.Stack()))
		}
	}()
	fn()
}
