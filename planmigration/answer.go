package planmigration

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Confirm lets a migration that waits for confirmation go ahead. If its effective instant has passed, it
// becomes now. Any other status is [admin.ErrState]. It requires [PermissionWrite].
func (s *Service) Confirm(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	return s.decide(ctx, scope, id, func() (job.Job, error) {
		return s.runner.Confirm(ctx, scope, id, func(j *job.Job) {
			if j.StartAt.Before(j.UpdatedAt) {
				j.StartAt = j.UpdatedAt
			}
		})
	})
}

// Reject cancels a migration that waits for confirmation. Any other status is [admin.ErrState]. It requires
// [PermissionWrite].
func (s *Service) Reject(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	return s.decide(ctx, scope, id, func() (job.Job, error) { return s.runner.Reject(ctx, scope, id) })
}

// Cancel stops a migration for good, within one batch. Accounts that were moved stay moved. A migration that
// has completed or failed is [admin.ErrState]; one that is cancelled already is returned as it is. It
// requires [PermissionWrite].
func (s *Service) Cancel(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	return s.decide(ctx, scope, id, func() (job.Job, error) { return s.runner.Cancel(ctx, scope, id) })
}

// Pause stops a migration until it is resumed; see [job.Service.Pause]. It requires [PermissionWrite].
func (s *Service) Pause(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	return s.decide(ctx, scope, id, func() (job.Job, error) { return s.runner.Pause(ctx, scope, id) })
}

// Resume lets a paused migration go on; see [job.Service.Resume]. Its effective instant stays. It requires
// [PermissionWrite].
func (s *Service) Resume(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	return s.decide(ctx, scope, id, func() (job.Job, error) { return s.runner.Resume(ctx, scope, id) })
}

// Retry lets a failed migration go on where it was; see [job.Service.Retry]. It requires [PermissionWrite].
func (s *Service) Retry(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	return s.decide(ctx, scope, id, func() (job.Job, error) { return s.runner.Retry(ctx, scope, id) })
}

// decide makes a decision about a migration, and not about a job of another kind.
func (s *Service) decide(
	ctx context.Context, scope admin.Scope, id uuid.UUID, decide func() (job.Job, error),
) (Migration, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Migration{}, err
	}
	m, err := s.ports.Migrations.Get(ctx, scope.Org(), id)
	if err != nil {
		return Migration{}, err
	}
	if m.Job, err = decide(); err != nil {
		return Migration{}, err
	}
	return m, nil
}
