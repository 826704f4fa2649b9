package river

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Worker is a River worker that does the jobs of an Admin Center. Add it by river.AddWorker. It is safe for
// concurrent use.
type Worker struct {
	river.WorkerDefaults[Args]
	step func(context.Context, job.Ref) (job.Progress, error)
	get  func(context.Context, job.Ref) (job.Job, error)
	o    Options // complete
}

// NewWorker returns a worker of the jobs of a center. It fails with [admin.ErrInvalid] if the center is
// missing or an option is out of its range.
func NewWorker(c *admincenter.Center, o Options) (*Worker, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fmt.Errorf("river: NewWorker has no center: use one of admincenter.New: %w", admin.ErrInvalid)
	}
	get := func(ctx context.Context, r job.Ref) (job.Job, error) {
		return c.Jobs.Get(ctx, admin.System(r.Org), r.ID)
	}
	return &Worker{step: c.Step, get: get, o: o}, nil
}

// Timeout returns Slice and Batch of the options together.
func (w *Worker) Timeout(*river.Job[Args]) time.Duration { return w.o.timeout() }

// Work does batches of the job, and returns to the queue after a slice. It completes the River job when the
// job is final, waits for a person or its StartAt, or is done by another worker, and when another River job has
// done a slice of it while this one waited in the queue. A batch that failed is remembered by the job, and the
// River job waits for the job's next try. When River stops the client, the batch under way is taken back and the
// job's lease ends, so that another process goes on at once.
func (w *Worker) Work(ctx context.Context, j *river.Job[Args]) error {
	if w.overtaken(ctx, j) {
		return nil
	}
	began := time.Now()
	for {
		p, err := w.step(ctx, j.Args.ref())
		switch {
		case err != nil:
			return w.outcome(ctx, j.Args, p, err)
		case p.Status != job.InProgress:
			return nil
		case ctx.Err() != nil, time.Since(began) >= w.o.Slice:
			return river.JobSnooze(0)
		}
	}
}

// overtaken reports whether the job was claimed while its River job waited in the queue: there is another River
// job for it then, because a sweep cannot distinguish one that waits from one whose process is gone. Without this there
// would be one more with each slice, as long as the queue is longer than the time between two sweeps. If the clocks
// of processes differ, the answer may be wrong, and the sweep inserts another River job.
func (w *Worker) overtaken(ctx context.Context, row *river.Job[Args]) bool {
	j, err := w.get(ctx, row.Args.ref())
	return err == nil && j.TriedAt.After(row.ScheduledAt)
}

// outcome returns what River does after a step that failed.
func (w *Worker) outcome(ctx context.Context, a Args, p job.Progress, err error) error {
	wait, hasWait := admin.RetryAfter(err)
	switch {
	case errors.Is(err, job.ErrLeased), errors.Is(err, job.ErrLeaseLost):
		// Another worker is at it. If that one dies, the sweep finds the job; if this River job waited for
		// that, there would be one more with each sweep.
		return nil
	case errors.Is(err, admin.ErrSuspended):
		return nil // the sweep finds the job when its organization is reactivated
	case errors.Is(err, job.ErrNotDue) && wait > w.o.Every:
		return nil // what made it due at another instant has inserted a River job for that
	case errors.Is(err, job.ErrNotDue):
		return river.JobSnooze(wait)
	case errors.Is(context.Cause(ctx), context.DeadlineExceeded):
		w.o.Logger.WarnContext(ctx, "job batch stopped by River's time-out", "org", a.Org, "kind", a.JobKind, "job", a.ID,
			"timeout", w.o.timeout())
		return river.JobCancel(fmt.Errorf("a batch was not done after %s: make batches smaller, or Options.Batch longer: %w",
			w.o.timeout(), err))
	case ctx.Err() != nil:
		return river.JobSnooze(0)
	case p.Status.Runnable() && p.Failures > 0: // the batch failed, whatever its error is
		return river.JobSnooze(max(0, p.RetryAt.Sub(w.o.Now())))
	case errors.Is(err, admin.ErrNotFound):
		return river.JobCancel(err)
	case errors.Is(err, admin.ErrState): // paused, or waits for confirmation
		return nil
	case errors.Is(err, admin.ErrBusy):
		if !hasWait {
			wait = w.o.Every
		}
		return river.JobSnooze(wait)
	}
	// Nothing has remembered it. A River job that is to be retried would not keep the sweep from inserting others.
	w.o.Logger.WarnContext(ctx, "job step failed", "org", a.Org, "kind", a.JobKind, "job", a.ID, "error", err,
		"wait", patience)
	return river.JobSnooze(patience)
}

// patience is how long a job is left alone whose step fails without being remembered.
const patience = 30 * time.Second
