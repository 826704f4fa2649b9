package planmigration

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/internal/text"
)

// DefaultBatch is how many accounts one batch moves.
const DefaultBatch = 100

// Options of a Service; the zero value is ready.
type Options struct {
	admin.Runtime
	Zone  priceplan.Zone // nil means UTC for all
	Batch int            // accounts a batch; 0 means DefaultBatch
	Lease time.Duration  // how long a worker may take over a batch; 0 means job.DefaultLease
	// Authorize, where set, is asked before each batch whether the migration's creator may still do
	// this; its admin.ErrForbidden or admin.ErrNotFound fails the migration for good.
	Authorize func(ctx context.Context, org admin.OrgID, j job.Job) error
}

// Service is the Price Plan Migration tab. It is safe for concurrent use.
type Service struct {
	ports   Ports
	runner  job.Runner[Ports]
	runtime admin.Runtime
	zone    priceplan.Zone
	batch   int
}

// NewService reads through ports, and moves accounts through those that atomically gives it.
func NewService(ports Ports, atomically job.Atomically[Ports], o Options) *Service {
	s := &Service{ports: ports, runtime: o.WithDefaults(), zone: o.Zone, batch: o.Batch}
	if s.zone == nil {
		s.zone = priceplan.UTC
	}
	if s.batch <= 0 {
		s.batch = DefaultBatch
	}
	s.runner = job.Runner[Ports]{
		Jobs: ports.Jobs, Atomically: atomically, JobsOf: func(p Ports) job.Store { return p.Jobs },
		Subject: func(j job.Job) admin.Subject { return subject(j.ID) },
		Runtime: s.runtime, Lease: o.Lease, Authorize: o.Authorize,
	}
	return s
}

func subject(id uuid.UUID) admin.Subject {
	return admin.Subject{Kind: "plan_migration", ID: id.String()}
}

// Create plans a migration. Its accounts are fixed here, in one write with the migration and its
// job: those on the source at the effective instant, as their schedules are now. The job is
// job.WaitingForConfirmation where r requires that, else job.Scheduled or job.Pending; Step and Run
// take it forward. A *admin.ValidationError lists everything that is wrong with r. It requires
// admin.MigrationsWrite.
func (s *Service) Create(ctx context.Context, scope admin.Scope, r Request) (Migration, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Migration{}, err
	}
	now := s.runtime.Instant()
	zone, t, err := s.terms(ctx, scope.Org(), r, now)
	if err != nil {
		return Migration{}, err
	}
	var entries []job.Entry
	for tl, err := range s.timelines(ctx, scope.Org(), t) {
		if err != nil {
			return Migration{}, err
		}
		entries = append(entries, job.Entry{Seq: int64(len(entries) + 1), Ref: tl.AccountID, Status: job.EntryPending})
	}
	m := Migration{
		ID: s.runtime.NewID(), Source: t.source.Ref, Target: t.target.Ref, Mode: t.mode, Overrides: t.overrides,
		RequireConfirmation: r.RequireConfirmation, Zone: zone,
	}
	m.Job = job.Job{
		ID: m.ID, Kind: Kind, Status: job.Pending, StartAt: t.at, CreatedAt: now, CreatedBy: scope.Actor(),
		UpdatedAt: now, Counts: job.Counts{Total: int64(len(entries))}, Version: 1,
	}
	switch {
	case r.RequireConfirmation:
		m.Job.Status = job.WaitingForConfirmation
	case t.at.After(now):
		m.Job.Status = job.Scheduled
	}
	rec := s.runtime.Record(scope, ActionCreate, subject(m.ID),
		admin.Change{Field: "plan", From: m.Source.String(), To: m.Target.String()},
		admin.Change{Field: "mode", To: string(m.Mode)},
		admin.Change{Field: "overrides", To: string(m.Overrides)},
		admin.Change{Field: "effective_at", To: text.Instant(m.EffectiveAt())},
		admin.Change{Field: "accounts", To: strconv.Itoa(len(entries))})
	if err := s.ports.Migrations.Create(ctx, scope.Org(), m, entries, rec); err != nil {
		return Migration{}, err
	}
	return m, nil
}

// timelines is every account on the source at the effective instant, in order of id.
func (s *Service) timelines(ctx context.Context, org admin.OrgID, t terms) iter.Seq2[priceplan.Timeline, error] {
	return func(yield func(priceplan.Timeline, error) bool) {
		seek := admin.Seek[string]{Limit: admin.MaxLimit}
		for {
			page, err := s.ports.Schedules.OnPlan(ctx, org, t.source.Ref, t.at, seek)
			if err != nil {
				yield(priceplan.Timeline{}, err)
				return
			}
			for _, tl := range page {
				if !yield(tl, nil) {
					return
				}
			}
			if len(page) < seek.Limit {
				return
			}
			seek.After = page[len(page)-1].AccountID
		}
	}
}

// Get returns a migration, or admin.ErrNotFound. It requires admin.MigrationsRead.
func (s *Service) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Migration{}, err
	}
	return s.ports.Migrations.Get(ctx, scope.Org(), id)
}

// List pages through the migrations, newest first. It requires admin.MigrationsRead.
func (s *Service) List(ctx context.Context, scope admin.Scope, f Filter, q admin.Query) (admin.Page[Migration], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Migration]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("plan migrations %q", f.Status), q,
		func(seek admin.Seek[uuid.UUID]) ([]Migration, error) {
			return s.ports.Migrations.List(ctx, scope.Org(), f, seek)
		},
		func(m Migration) uuid.UUID { return m.ID })
}

// All is every migration that matches, newest first. It requires admin.MigrationsRead.
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Migration, error] {
	return admin.All(func(q admin.Query) (admin.Page[Migration], error) { return s.List(ctx, scope, f, q) })
}

// Entries pages through a migration's accounts: what was done with each, or that it is still
// pending. It requires admin.MigrationsRead.
func (s *Service) Entries(ctx context.Context, scope admin.Scope, id uuid.UUID, f job.EntryFilter, q admin.Query) (admin.Page[Entry], error) {
	if _, err := s.Get(ctx, scope, id); err != nil {
		return admin.Page[Entry]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("plan migration %s entries %q", id, f.Status), q,
		func(seek admin.Seek[int64]) ([]Entry, error) {
			stored, err := s.ports.Jobs.Entries(ctx, scope.Org(), id, f, seek)
			if err != nil {
				return nil, err
			}
			entries := make([]Entry, len(stored))
			for i, j := range stored {
				if entries[i], err = entryOf(j); err != nil {
					return nil, err
				}
			}
			return entries, nil
		},
		func(e Entry) int64 { return e.Seq })
}

// AllEntries is every account of a migration that matches. It requires admin.MigrationsRead.
func (s *Service) AllEntries(ctx context.Context, scope admin.Scope, id uuid.UUID, f job.EntryFilter) iter.Seq2[Entry, error] {
	return admin.All(func(q admin.Query) (admin.Page[Entry], error) { return s.Entries(ctx, scope, id, f, q) })
}
