package planmigration

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Step does the next batch. First it lists the accounts and what becomes of each, a batch of them at a time. When the
// list is complete the migration waits for confirmation, or for its effective instant, or goes on to move them: their
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
		return s.list(ctx, scope.Org(), m, at)
	}
	return s.move(ctx, scope, m, at)
}

// move prepares a batch of the phase Moving. The cursor is the last entry that was moved.
func (s *Service) move(ctx context.Context, scope admin.Scope, m Migration, at state) (job.Batch[Ports], error) {
	org := scope.Org()
	t, err := m.resumed(ctx, s.ports.Plans, org, s.runtime.Instant())
	if err != nil {
		return nil, err
	}
	b := batch{org: org, migration: m, terms: t, state: at}
	if err := s.pending(ctx, &b); err != nil {
		return nil, err
	}
	if s.ports.External == nil {
		return func(ctx context.Context, ports Ports) (job.Result, error) {
			if err := ports.Migrations.Hold(ctx, org, m.ID); err != nil {
				return job.Result{}, blockedBy(err)
			}
			rec := s.runtime.Record(scope, ActionMigrate, subject(m.ID), b.changes()...)
			return b.move(ctx, inside{ports.Schedules, rec})
		}, nil
	}
	if err := s.ports.Migrations.Hold(ctx, org, m.ID); err != nil {
		return nil, blockedBy(err)
	}
	result, err := b.move(ctx, outside{s.ports.External})
	return func(context.Context, Ports) (job.Result, error) { return result, nil }, err
}

// pending reads the next pending entries, and what they take back.
func (s *Service) pending(ctx context.Context, b *batch) error {
	m := b.migration
	after, err := parseNumber(moved, m.Job.Cursor)
	if err != nil {
		return job.Fail(err)
	}
	seek := admin.Seek[int64]{After: after, Limit: s.batch}
	stored, err := s.ports.Jobs.Entries(ctx, b.org, m.ID, job.EntryFilter{Status: job.EntryPending}, seek)
	if err != nil {
		return err
	}
	b.last = len(stored) < s.batch || m.Job.Counts.Pending() <= int64(len(stored))
	for _, j := range stored {
		e, l, err := m.entryOf(j)
		if err != nil {
			return job.Fail(err)
		}
		b.entries, b.listed = append(b.entries, e), append(b.listed, l)
	}
	if !m.takesBack() || len(b.listed) == 0 {
		return nil
	}
	of, err := m.original(ctx, s.ports.Migrations, b.org)
	if err != nil {
		return err
	}
	b.undo, err = s.effects(ctx, b.org, of, b.listed[0].of, b.listed[len(b.listed)-1].of)
	return err
}

// effects returns what a migration did, by number, from one effect back to another.
func (s *Service) effects(
	ctx context.Context, org admin.OrgID, of Migration, first, last int64,
) (map[int64]applied, error) {
	out := map[int64]applied{}
	seek := admin.Seek[int64]{After: first + 1, Limit: s.batch}
	for {
		page, err := s.ports.Jobs.Effects(ctx, org, of.ID, seek)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if out[e.Seq], err = of.applied(e); err != nil {
				return nil, job.Fail(err)
			}
			if seek.After = e.Seq; e.Seq <= last {
				return out, nil
			}
		}
		if len(page) < seek.Limit {
			return out, nil
		}
	}
}
