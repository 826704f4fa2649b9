package job

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Audit actions of people on jobs.
const (
	ActionConfirm admin.Action = "job.confirm"
	ActionCancel  admin.Action = "job.cancel"
)

// Confirm lets a job that waits for confirmation start, at its StartAt if that is still to come.
// Any other status is admin.ErrState.
func (r *Runner[P]) Confirm(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return r.transition(ctx, scope, id, ActionConfirm, func(j *Job) error {
		if j.Status != WaitingForConfirmation {
			return fmt.Errorf("job is %s and not %s: %w", j.Status, WaitingForConfirmation, admin.ErrState)
		}
		j.Status = Pending
		if j.StartAt.After(j.UpdatedAt) {
			j.Status = Scheduled
		}
		return nil
	})
}

// Cancel stops a job for good, within one batch; it is also how one that waits for confirmation is
// rejected. What earlier batches did stays done. A job that has already completed or failed is
// admin.ErrState; one that is cancelled already is returned as it is.
func (r *Runner[P]) Cancel(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return r.transition(ctx, scope, id, ActionCancel, func(j *Job) error {
		if j.Status.Final() {
			return fmt.Errorf("job is already %s: %w", j.Status, admin.ErrState)
		}
		j.Status, j.SettledAt = Cancelled, j.UpdatedAt
		return nil
	})
}

// transition retries while batches commit in between, because what a person decided does not
// depend on how far the job got.
func (r *Runner[P]) transition(ctx context.Context, scope admin.Scope, id uuid.UUID, action admin.Action, change func(*Job) error) (Job, error) {
	const tries = 10
	var err error
	for range tries {
		var j Job
		if j, err = r.Jobs.Get(ctx, scope.Org(), id); err != nil {
			return Job{}, err
		}
		if action == ActionCancel && j.Status == Cancelled {
			return j, nil
		}
		from := j.Status
		j.UpdatedAt = r.Runtime.Instant()
		if err = change(&j); err != nil {
			return Job{}, err
		}
		rec := r.Runtime.Record(scope, action, r.Subject(j), admin.Change{Field: "status", From: string(from), To: string(j.Status)})
		if err = r.Jobs.Update(ctx, scope.Org(), j, rec); !errors.Is(err, admin.ErrConflict) {
			break
		}
	}
	if err != nil {
		return Job{}, err
	}
	return r.Jobs.Get(ctx, scope.Org(), id)
}
