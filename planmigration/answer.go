package planmigration

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/internal/text"
)

// Confirm lets a migration that waits for confirmation go ahead. If its effective instant has passed, it
// becomes now. Any other status is [admin.ErrState]; [admin.ErrConflict] means that another caller answered
// at the same time. It requires [PermissionWrite].
func (s *Service) Confirm(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	return s.answer(ctx, scope, id, job.ActionConfirm, func(j *job.Job) {
		j.Status = job.Scheduled
		if !j.StartAt.After(j.UpdatedAt) {
			j.Status, j.StartAt = job.Pending, j.UpdatedAt
		}
	})
}

// Reject cancels a migration that waits for confirmation. Errors are those of [Service.Confirm]. It requires
// [PermissionWrite].
func (s *Service) Reject(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	return s.answer(ctx, scope, id, job.ActionCancel, func(j *job.Job) {
		j.Status, j.SettledAt = job.Cancelled, j.UpdatedAt
	})
}

// answer settles the question whether a waiting migration goes ahead. It is not tried again after a
// conflict, because another caller has answered.
func (s *Service) answer(
	ctx context.Context, scope admin.Scope, id uuid.UUID, action admin.Action, change func(*job.Job),
) (Migration, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Migration{}, err
	}
	m, err := s.ports.Migrations.Get(ctx, scope.Org(), id)
	if err != nil {
		return Migration{}, err
	}
	if m.Job.Status != job.WaitingForConfirmation {
		return Migration{}, fmt.Errorf("migration is %s and not %s: %w",
			m.Job.Status, job.WaitingForConfirmation, admin.ErrState)
	}
	j := m.Job
	j.UpdatedAt = s.runtime.Instant()
	change(&j)
	changes := []admin.Change{{Field: "status", From: string(m.Job.Status), To: string(j.Status)}}
	if !j.StartAt.Equal(m.Job.StartAt) {
		changes = append(changes, admin.Change{
			Field: "effectiveAt", From: text.Instant(m.Job.StartAt), To: text.Instant(j.StartAt),
		})
	}
	rec := s.runtime.Record(scope, action, subject(id), changes...)
	if err := s.ports.Jobs.Update(ctx, scope.Org(), j, rec); err != nil {
		return Migration{}, err
	}
	return s.ports.Migrations.Get(ctx, scope.Org(), id)
}

// Cancel stops a migration for good, within one batch. Accounts that were moved stay moved. A migration that
// has completed or failed is [admin.ErrState]; one that is cancelled already is returned as it is. It
// requires [PermissionWrite].
func (s *Service) Cancel(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Migration{}, err
	}
	// The runner would cancel jobs of other kinds too.
	if _, err := s.ports.Migrations.Get(ctx, scope.Org(), id); err != nil {
		return Migration{}, err
	}
	if _, err := s.runner.Cancel(ctx, scope, id); err != nil {
		return Migration{}, err
	}
	return s.ports.Migrations.Get(ctx, scope.Org(), id)
}
