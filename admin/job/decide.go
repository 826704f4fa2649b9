package job

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/retry"
	"github.com/admincenter/admincenter/internal/text"
)

// Audit actions of people on jobs.
const (
	ActionConfirm admin.Action = "job.confirm" // a job that waited for confirmation goes on
	ActionReject  admin.Action = "job.reject"  // a job that waited for confirmation was cancelled
	ActionPause   admin.Action = "job.pause"
	ActionResume  admin.Action = "job.resume"
	ActionRetry   admin.Action = "job.retry" // a failed job goes on, or one that waited for its RetryAt
	ActionCancel  admin.Action = "job.cancel"
)

// Confirm lets a job that waits for confirmation go on, at its StartAt if that is still to come, and rejects
// any other status with [admin.ErrState]. adjust, if not nil, changes the job with it, whose UpdatedAt is
// the instant of the confirmation, or refuses the confirmation by its error.
func (r *Runner[P]) Confirm(
	ctx context.Context, scope admin.Scope, id uuid.UUID, adjust func(*Job) error,
) (Job, error) {
	return r.decider().decide(ctx, scope, id, ActionConfirm, func(j *Job) (bool, error) {
		if j.Status != WaitingForConfirmation {
			return false, j.refused(WaitingForConfirmation)
		}
		if adjust != nil {
			if err := adjust(j); err != nil {
				return false, err
			}
		}
		j.goOn()
		return true, nil
	})
}

// Reject cancels a job that waits for confirmation, and rejects any other status with [admin.ErrState]. The
// job's Decision has ActionReject, other than that of one that was cancelled.
func (r *Runner[P]) Reject(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return r.decider().decide(ctx, scope, id, ActionReject, func(j *Job) (bool, error) {
		if j.Status != WaitingForConfirmation {
			return false, j.refused(WaitingForConfirmation)
		}
		j.end(Cancelled)
		return true, nil
	})
}

// Pause is [Service.Pause].
func (r *Runner[P]) Pause(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return r.decider().decide(ctx, scope, id, ActionPause, pause)
}

// Resume is [Service.Resume].
func (r *Runner[P]) Resume(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return r.decider().decide(ctx, scope, id, ActionResume, resume)
}

// Retry is [Service.Retry].
func (r *Runner[P]) Retry(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return r.decider().decide(ctx, scope, id, ActionRetry, tryAgain)
}

// Cancel is [Service.Cancel].
func (r *Runner[P]) Cancel(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return r.decider().decide(ctx, scope, id, ActionCancel, cancel)
}

// pause stops a job that a worker could do. A paused one stays as it is.
func pause(j *Job) (changed bool, err error) {
	switch {
	case j.Status == Paused:
		return false, nil
	case !j.Status.Runnable():
		return false, j.refused(Scheduled, Pending, InProgress)
	}
	j.Status = Paused
	return true, nil
}

// resume lets a paused job go on as it was. A job that was not paused stays as it is if it goes on anyway.
func resume(j *Job) (changed bool, err error) {
	switch {
	case j.Status.Runnable():
		return false, nil
	case j.Status != Paused:
		return false, j.refused(Paused)
	}
	j.Status = Pending
	if j.Decision.From == Scheduled {
		j.Status = Scheduled
	}
	return true, nil
}

// tryAgain lets a failed job go on, and one that waits for its RetryAt do so at once.
func tryAgain(j *Job) (changed bool, err error) {
	switch {
	case j.Status.Runnable() && !j.RetryAt.After(j.UpdatedAt):
		return false, nil
	case !j.Status.Runnable() && j.Status != Failed:
		return false, j.refused(Failed)
	case j.Status == Failed:
		if err := j.Complete(); err != nil {
			return false, err
		}
		j.Status = Pending
	}
	j.SettledAt, j.RetryAt = time.Time{}, time.Time{}
	j.Failures = 0
	return true, nil
}

// cancel ends a job that is not final. A cancelled one stays as it is.
func cancel(j *Job) (changed bool, err error) {
	switch {
	case j.Status == Cancelled:
		return false, nil
	case j.Status.Final():
		return false, fmt.Errorf("job is already %s: %w", j.Status, admin.ErrState)
	}
	j.end(Cancelled)
	return true, nil
}

func (j *Job) refused(want ...Status) error {
	return fmt.Errorf("job is %s and not %s: %w", j.Status, text.Join(want), admin.ErrState)
}

// goOn makes the job runnable, from its StartAt on if that is still to come.
func (j *Job) goOn() {
	j.Status = Pending
	if j.StartAt.After(j.UpdatedAt) {
		j.Status = Scheduled
	}
}

func (j *Job) end(s Status) { j.Status, j.SettledAt = s, j.UpdatedAt }

// decider stores decisions.
type decider struct {
	runtime admin.Runtime
	subject func(Job) admin.Subject
	// atomically runs a function over the store and what announces, in one transaction.
	atomically func(context.Context, func(Store, Announce) error) error
}

func (r *Runner[P]) decider() decider {
	return decider{runtime: r.Runtime, subject: r.Subject,
		atomically: func(ctx context.Context, fn func(Store, Announce) error) error {
			return r.atomically(ctx, func(p P) error { return fn(r.JobsOf(p), r.announce(p)) })
		}}
}

// decide changes a job by a decision of scope's actor, and announces it if it is due by that. It is made
// again when a batch commits in between, because it does not depend on the progress of the job. change
// returns false if there is nothing to change.
func (d decider) decide(
	ctx context.Context, scope admin.Scope, id uuid.UUID, action admin.Action, change func(*Job) (bool, error),
) (Job, error) {
	return retry.OnConflict(func() (Job, error) {
		var after Job
		decided := false
		err := d.atomically(ctx, func(jobs Store, announce Announce) error {
			before, err := jobs.Get(ctx, scope.Org(), id)
			if err != nil {
				return err
			}
			after = before
			after.UpdatedAt = d.runtime.Instant()
			if decided, err = change(&after); err != nil || !decided {
				after = before
				return err
			}
			after.Decision = Decision{Action: action, From: before.Status, By: scope.Actor(), At: after.UpdatedAt}
			rec := d.runtime.Record(scope, action, d.subject(before), before.changes(after)...)
			if err := jobs.Update(ctx, scope.Org(), after, rec); err != nil {
				return err
			}
			if after, err = before.Updated(after); err != nil {
				return err
			}
			return announce.announce(ctx, after.Ref(scope.Org()), after)
		})
		if err != nil {
			return Job{}, err
		}
		if decided {
			d.runtime.Logger.InfoContext(ctx, "job decided", "org", scope.Org(), "kind", after.Kind, "job", id,
				"action", action, "from", after.Decision.From, "status", after.Status, "by", scope.Actor())
		}
		return after, nil
	})
}

// changes returns what a decision changed, for the trail.
func (j Job) changes(after Job) []admin.Change {
	out := []admin.Change{{Field: "status", From: string(j.Status), To: string(after.Status)}}
	if !j.StartAt.Equal(after.StartAt) {
		out = append(out, admin.Change{Field: "startAt", From: text.Instant(j.StartAt), To: text.Instant(after.StartAt)})
	}
	return out
}
