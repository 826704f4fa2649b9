package planmigration

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Step does the next batch. First it lists the accounts, a batch of them at a time. When the list is complete
// the migration waits for confirmation, or for its effective instant, or goes on to move them: their
// schedules, the entries, the counters, the cursor and the audit record commit together. Any process may call
// it, any number of times; a migration that is final is left as it is. Errors are those of
// [job.Runner.Step]. It requires [PermissionWrite].
func (s *Service) Step(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Progress, error) {
	prepare, err := s.begin(ctx, scope, id)
	if err != nil {
		return job.Progress{}, err
	}
	return s.runner.Step(ctx, scope, id, prepare)
}

// Run does all steps until the migration is final, or waits for confirmation or for its effective instant. It
// calls report after each, unless it is nil. Errors are those of [Service.Step]; after one, Run may be called
// again and continues where it was. It requires [PermissionWrite].
func (s *Service) Run(
	ctx context.Context, scope admin.Scope, id uuid.UUID, report func(job.Progress),
) (job.Progress, error) {
	prepare, err := s.begin(ctx, scope, id)
	if err != nil {
		return job.Progress{}, err
	}
	return s.runner.Run(ctx, scope, id, prepare, report)
}

// begin reads the migration and returns what prepares its batches.
func (s *Service) begin(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Prepare[Ports], error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return nil, err
	}
	m, err := s.ports.Migrations.Get(ctx, scope.Org(), id)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, j job.Job) (job.Batch[Ports], error) {
		m := m
		m.Job = j // a confirmation may have changed the effective instant
		return s.prepare(ctx, scope, m)
	}, nil
}

// prepare reads what the next batch needs, outside of any transaction, and replaces external schedules.
func (s *Service) prepare(ctx context.Context, scope admin.Scope, m Migration) (job.Batch[Ports], error) {
	at, err := stateOf(m.Job)
	if err != nil {
		return nil, job.Fail(err)
	}
	if at.Phase == Listing {
		return s.list(ctx, scope.Org(), m)
	}
	return s.move(ctx, scope, m)
}

// move prepares a batch of the phase Moving. The cursor is the last entry that was moved.
func (s *Service) move(ctx context.Context, scope admin.Scope, m Migration) (job.Batch[Ports], error) {
	after, err := parseMoving(m.Job.Cursor)
	if err != nil {
		return nil, job.Fail(err)
	}
	seek := admin.Seek[int64]{After: after, Limit: s.batch + 1}
	entries, err := s.ports.Jobs.Entries(ctx, scope.Org(), m.ID, job.EntryFilter{}, seek)
	if err != nil {
		return nil, err
	}
	t, err := m.resumed(ctx, s.ports.Plans, scope.Org())
	if err != nil {
		return nil, err
	}
	b := batch{
		org: scope.Org(), migration: m, terms: t,
		entries: entries[:min(len(entries), s.batch)], last: len(entries) <= s.batch,
	}
	if s.ports.External == nil {
		return func(ctx context.Context, ports Ports) (job.Result, error) {
			rec := s.runtime.Record(scope, ActionMigrate, subject(m.ID), b.changes()...)
			return b.move(ctx, recorded{ports.Schedules, rec})
		}, nil
	}
	result, err := b.move(ctx, s.ports.External)
	return func(context.Context, Ports) (job.Result, error) { return result, nil }, err
}
