package planmigration

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/internal/text"
)

var (
	// ErrConfirmationExpired is returned when a migration is confirmed at its ConfirmBefore or later: reject it.
	ErrConfirmationExpired = admin.NewError("confirmation_expired", admin.ErrState,
		"the time for confirming the migration is over")
	// ErrSamePerson is returned when the user who created a migration with TwoPersons confirms it.
	ErrSamePerson = admin.NewError("second_person_required", admin.ErrForbidden,
		"another user than the one who created the migration must confirm it")
)

// Confirm lets a migration that waits for confirmation go ahead. version is the Job.Version of the migration whose
// list was looked at: any other is [admin.ErrConflict], so that what is confirmed is what was seen. If its effective
// instant has passed, it becomes now. It also fails with [ErrConfirmationExpired] and [ErrSamePerson], and any other
// status is [admin.ErrState]. It requires [PermissionWrite].
func (s *Service) Confirm(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64,
) (Migration, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Migration{}, err
	}
	m, err := s.ports.Migrations.Get(ctx, scope.Org(), id)
	if err != nil {
		return Migration{}, err
	}
	m.Job, err = s.runner.Confirm(ctx, scope, id, func(j *job.Job) error {
		switch {
		case j.Version != version:
			return admin.Conflict("plan migration")
		case !m.ConfirmBefore.IsZero() && !j.UpdatedAt.Before(m.ConfirmBefore):
			return fmt.Errorf("it ended at %s: reject the migration and create it again: %w",
				text.Instant(m.ConfirmBefore), ErrConfirmationExpired)
		case m.TwoPersons && scope.Actor() == j.CreatedBy:
			return ErrSamePerson
		}
		if j.StartAt.Before(j.UpdatedAt) {
			j.StartAt = j.UpdatedAt
		}
		return nil
	})
	if err != nil {
		return Migration{}, err
	}
	return m, nil
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
