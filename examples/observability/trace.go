package main

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// step is [admincenter.Center.Step].
type step func(context.Context, job.Ref) (job.Progress, error)

// traced returns a step with a span around it. The spans of its statements are the children, and its log lines
// have the span's ids.
func traced(do step, provider trace.TracerProvider) step {
	tracer := provider.Tracer(scopeName)
	return func(ctx context.Context, r job.Ref) (job.Progress, error) {
		ctx, span := tracer.Start(ctx, "job.step "+string(r.Kind), trace.WithAttributes(
			attribute.String("job.kind", string(r.Kind)), attribute.String("job.id", r.ID.String()),
			attribute.String("admincenter.org", string(r.Org))))
		defer span.End()
		p, err := do(ctx, r)
		span.SetAttributes(attribute.String("job.status", string(p.Status)))
		switch {
		case err != nil && ctx.Err() == nil && !raced(p, err): // if ctx has ended, the worker stops
			span.RecordError(err)
			span.SetStatus(codes.Error, "the batch failed")
		case err == nil && p.Status == job.Failed:
			span.RecordError(errors.New(p.Failure))
			span.SetStatus(codes.Error, "the batch failed, and the job was given up")
		}
		return p, err
	}
}

// raced reports whether a step did nothing because the job was not there to be done: another worker has it, or
// it was paused or cancelled. That is no failure.
func raced(p job.Progress, err error) bool {
	state := errors.Is(err, admin.ErrState) && p.Hold.Reason != job.HoldRetry
	return state || errors.Is(err, job.ErrLeased) || errors.Is(err, job.ErrNotDue) || errors.Is(err, job.ErrLeaseLost)
}
