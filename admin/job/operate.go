package job

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Pause stops a job until it is resumed, within one batch: a batch that is under way is taken back. A job
// that is paused already is returned as it is. It fails with [admin.ErrState] for a job that is final or
// waits for confirmation. It requires [PermissionWrite] and the permissions for reading the job.
func (s *Service) Pause(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return s.operate(ctx, scope, id, ActionPause, pause)
}

// Resume lets a paused job go on where it was. A job that a worker can do anyway is returned as it is. It
// fails with [admin.ErrState] for any other. It requires [PermissionWrite] and the permissions for
// reading the job.
func (s *Service) Resume(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return s.operate(ctx, scope, id, ActionResume, resume)
}

// Retry lets a [Failed] job go on where it was, with no failures in a row; one that waits for its RetryAt
// is due at once. A job that waits for no retry is returned as it is. It fails with [admin.ErrState] for a
// job that is paused, waits for confirmation or is final in another way. It requires [PermissionWrite]
// and the permissions for reading the job.
func (s *Service) Retry(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return s.operate(ctx, scope, id, ActionRetry, tryAgain)
}

// Cancel stops a job permanently, within one batch; a batch that is under way is taken back. What earlier
// batches did stays done. A job that is cancelled already is returned as it is. It fails with
// [admin.ErrState] for one that has completed or failed. It requires [PermissionWrite] and the permissions
// for reading the job.
func (s *Service) Cancel(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	return s.operate(ctx, scope, id, ActionCancel, cancel)
}

func (s *Service) operate(
	ctx context.Context, scope admin.Scope, id uuid.UUID, action admin.Action, change func(*Job) (bool, error),
) (Job, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Job{}, err
	}
	// Whether the scope may read the job; its kind never changes.
	if _, err := s.Get(ctx, scope, id); err != nil {
		return Job{}, err
	}
	d := decider{runtime: s.runtime, subject: s.subject,
		atomically: func(ctx context.Context, fn func(Store, Announce) error) error {
			do := func(p Ports) error { return fn(p.Jobs, p.Announce) }
			if s.ports.Atomically == nil {
				return do(s.ports)
			}
			return s.ports.Atomically(ctx, do)
		}}
	return d.decide(ctx, scope, id, action, change)
}

func (s *Service) subject(j Job) admin.Subject {
	return admin.Subject{Kind: s.rules[j.Kind].Subject, ID: j.ID.String()}
}
