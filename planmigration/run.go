package planmigration

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Step moves the next batch of accounts: their schedules, the entries, the counters, the cursor and the
// audit record commit together. Any process may call it, any number of times; a migration that is final is
// left as it is. It fails with [admin.ErrNotFound], [admin.ErrState] while it waits for confirmation,
// [job.ErrNotDue], [admin.ErrBusy] while another worker has it, and [job.ErrLeaseLost] if another worker
// took over. After any other error it is as it was, to be tried again. It requires [PermissionWrite].
func (s *Service) Step(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Progress, error) {
	prepare, err := s.begin(ctx, scope, id)
	if err != nil {
		return job.Progress{}, err
	}
	return s.runner.Step(ctx, scope, id, prepare)
}

// Run does all steps until the migration is final. It calls report after each, unless it is nil. Errors are
// those of [Service.Step]; after one, Run may be called again and continues where it was. It requires
// [PermissionWrite].
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
	seek := admin.Seek[int64]{Limit: s.batch + 1}
	if m.Job.Cursor != "" {
		after, err := strconv.ParseInt(m.Job.Cursor, 10, 64)
		if err != nil {
			return nil, job.Fail(fmt.Errorf("cursor %q is not an entry's number: %w", m.Job.Cursor, admin.ErrInvalid))
		}
		seek.After = after
	}
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
