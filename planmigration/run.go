package planmigration

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/internal/text"
)

// Step moves the next batch of accounts: their schedules, the entries, the counters, the cursor and
// the audit records commit together. Any process may call it, any number of times; a migration that
// is final is left as it is. Errors: admin.ErrNotFound, admin.ErrState while it waits for
// confirmation, job.ErrNotDue, admin.ErrBusy while another worker is at it, job.ErrLeaseLost where
// one took over; any other error left it as it was, to be tried again. It requires
// admin.MigrationsWrite.
func (s *Service) Step(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Progress, error) {
	prepare, err := s.begin(ctx, scope, id)
	if err != nil {
		return job.Progress{}, err
	}
	return s.runner.Step(ctx, scope, id, prepare)
}

// Run does all steps until the migration is final. report, where not nil, is told after each. Errors
// are Step's; after one, Run may be called again and goes on where it was. It requires
// admin.MigrationsWrite.
func (s *Service) Run(ctx context.Context, scope admin.Scope, id uuid.UUID, report func(job.Progress)) (job.Progress, error) {
	prepare, err := s.begin(ctx, scope, id)
	if err != nil {
		return job.Progress{}, err
	}
	return s.runner.Run(ctx, scope, id, prepare, report)
}

// begin reads the migration and gives what its batches do.
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
		m.Job = j // a confirmation may have moved the effective instant
		seek := admin.Seek[int64]{Limit: s.batch + 1}
		if j.Cursor != "" {
			after, err := strconv.ParseInt(j.Cursor, 10, 64)
			if err != nil {
				return nil, job.Fail(fmt.Errorf("cursor %q is not an entry's number: %w", j.Cursor, admin.ErrInvalid))
			}
			seek.After = after
		}
		entries, err := s.ports.Jobs.Entries(ctx, scope.Org(), j.ID, job.EntryFilter{}, seek)
		if err != nil {
			return nil, err
		}
		return s.move(scope, m, entries[:min(len(entries), s.batch)], len(entries) <= s.batch), nil
	}, nil
}

// move is one batch. It reads and decides within the transaction that it writes in.
func (s *Service) move(scope admin.Scope, m Migration, entries []job.Entry, last bool) job.Batch[Ports] {
	return func(ctx context.Context, ports Ports) (job.Result, error) {
		res := job.Result{Cursor: m.Job.Cursor, Done: last}
		t, err := m.resumed(ctx, ports.Plans, scope.Org())
		if err != nil {
			return job.Result{}, err
		}
		for _, pending := range entries {
			e, err := s.account(ctx, scope, ports, m, t, pending.Ref)
			if err != nil {
				return job.Result{}, fmt.Errorf("account %s: %w", pending.Ref, err)
			}
			e.Seq = pending.Seq
			done, err := e.stored()
			if err != nil {
				return job.Result{}, err
			}
			res.Entries = append(res.Entries, done)
			res.Counts = res.Counts.Add(e.counted())
			res.Cursor = strconv.FormatInt(pending.Seq, 10)
		}
		return res, nil
	}
}

// account moves one account, or says why not. Its error is one that concerns the whole batch.
func (s *Service) account(ctx context.Context, scope admin.Scope, ports Ports, m Migration, t terms, account string) (Entry, error) {
	tl, err := ports.Schedules.Timeline(ctx, scope.Org(), account, t.at)
	if err != nil {
		return Entry{}, err
	}
	e, change := t.decide(tl, m.scheduleID(account))
	if change == nil {
		return e, nil
	}
	rec := s.runtime.Record(scope, ActionMigrate, admin.Subject{Kind: "schedule", ID: change.Old},
		admin.Change{Field: "migration", To: m.ID.String()},
		admin.Change{Field: "account", To: account},
		admin.Change{Field: "plan", From: m.Source.String(), To: m.Target.String()},
		admin.Change{Field: "from", To: text.Instant(e.At)},
		admin.Change{Field: "schedule", From: e.Old, To: e.New})
	err = ports.Schedules.Replace(ctx, scope.Org(), *change, rec)
	switch {
	case err == nil:
		return e, nil
	case errors.Is(err, admin.ErrConflict), errors.Is(err, admin.ErrNotFound):
		return e.failed(ReasonChanged, "its schedule was changed while it was being moved: migrate again"), nil
	case errors.Is(err, admin.ErrInvalid), errors.Is(err, admin.ErrState), errors.Is(err, admin.ErrForbidden), errors.Is(err, admin.ErrExists):
		return e.failed(ReasonRefused, "%v", err), nil
	}
	return Entry{}, err
}
