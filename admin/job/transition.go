package job

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/retry"
)

// Audit actions of people on jobs.
const (
	ActionConfirm admin.Action = "job.confirm"
	ActionCancel  admin.Action = "job.cancel"
)

// Confirm lets a job that waits for confirmation start, at its StartAt if that is still to come. For any
// other status it fails with [admin.ErrState].
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

// Cancel stops a job permanently, within one batch; a job that waits for confirmation is rejected by it.
// What earlier batches did stays done. A job that is cancelled already is returned as it is; for one that
// has completed or failed it fails with [admin.ErrState].
func (r *Runner[P]) Cancel(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return r.transition(ctx, scope, id, ActionCancel, func(j *Job) error {
		if j.Status.Final() {
			return fmt.Errorf("job is already %s: %w", j.Status, admin.ErrState)
		}
		j.Status, j.SettledAt = Cancelled, j.UpdatedAt
		return nil
	})
}

// transition retries when a batch commits in between, because the decision of a person does not depend
// on the progress of the job.
func (r *Runner[P]) transition(
	ctx context.Context, scope admin.Scope, id uuid.UUID, action admin.Action, change func(*Job) error,
) (Job, error) {
	return retry.OnConflict(func() (Job, error) {
		j, err := r.Jobs.Get(ctx, scope.Org(), id)
		if err != nil || action == ActionCancel && j.Status == Cancelled {
			return j, err
		}
		from := j.Status
		j.UpdatedAt = r.Runtime.Instant()
		if err := change(&j); err != nil {
			return Job{}, err
		}
		rec := r.Runtime.Record(scope, action, r.Subject(j),
			admin.Change{Field: "status", From: string(from), To: string(j.Status)})
		if err := r.Jobs.Update(ctx, scope.Org(), j, rec); err != nil {
			return Job{}, err
		}
		return r.Jobs.Get(ctx, scope.Org(), id)
	})
}
