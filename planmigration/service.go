package planmigration

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/internal/text"
)

// The number of accounts that one batch moves.
const (
	DefaultBatch = 1000 // if Options.Batch is 0
	MaxBatch     = 1000
)

// Options of a [Service]; the zero value is ready.
type Options struct {
	admin.Runtime
	Zone  priceplan.Zone // the time zone of an organization's cycles; nil means UTC for all
	Batch int            // accounts a batch, 1 to MaxBatch; 0 means DefaultBatch
	Jobs  job.Engine     // how batches are run and tried again
	// Authorize, if set, is asked before each batch whether the migration's creator still has
	// [PermissionWrite]; an error that wraps admin.ErrForbidden or admin.ErrNotFound fails the migration
	// for good.
	Authorize admin.Authorize
}

func (o Options) check(p *admin.Problems) {
	if o.Batch < 0 || o.Batch > MaxBatch {
		p.Add("/options/batch", admin.CodeRange, "%d accounts a batch: use 1 to %d, or 0 for %d",
			o.Batch, MaxBatch, DefaultBatch).With("max", MaxBatch)
	}
	o.Jobs.Check(p, "/options/jobs")
}

// Service is the Price Plan Migration tab. It is safe for concurrent use.
type Service struct {
	ports  Ports
	runner job.Runner[Ports]
	*core
}

// core is what a service shares with those made from it by [Service.In].
type core struct {
	runtime   admin.Runtime
	zone      priceplan.Zone
	batch     int
	authorize admin.Authorize
}

// NewService returns a Service that reads through ports, and moves accounts through those that
// ports.Atomically hands over. It fails with [admin.ErrInvalid] if a port is missing or an option is out of
// its range.
func NewService(ports Ports, o Options) (*Service, error) {
	var p admin.Problems
	ports.check(&p)
	o.check(&p)
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("planmigration: %w", err)
	}
	if o.Zone == nil {
		o.Zone = priceplan.UTC
	}
	if o.Batch == 0 {
		o.Batch = DefaultBatch
	}
	s := &Service{core: &core{
		runtime: o.WithDefaults(), zone: o.Zone, batch: o.Batch, authorize: o.Authorize,
	}}
	s.runner = job.Runner[Ports]{
		JobsOf:     func(p Ports) job.Store { return p.Jobs },
		AnnounceOf: func(p Ports) job.Announce { return p.Announce },
		Subject:    func(j job.Job) admin.Subject { return subject(j.ID) },
		Runtime:    s.runtime, Engine: o.Jobs.WithDefaults(),
	}
	return s.In(ports), nil
}

// In returns the service over other ports, such as those of a transaction, with the same options. All of
// ports must be set as for [NewService].
func (s *Service) In(ports Ports) *Service {
	in := *s
	in.ports, in.runner.Ports, in.runner.Atomically = ports, ports, ports.Atomically
	if ports.Authorize == nil {
		ports.Authorize = s.authorize
	}
	if authorize := ports.Authorize; authorize != nil {
		in.runner.Authorize = func(ctx context.Context, org admin.OrgID, j job.Job) error {
			return authorize(ctx, org, j.CreatedBy, PermissionWrite)
		}
	}
	return &in
}

// SubjectKind is the kind of the audit subject of a migration.
const SubjectKind = "plan_migration"

func subject(id uuid.UUID) admin.Subject { return admin.Subject{Kind: SubjectKind, ID: id.String()} }

// timelines iterates over every account on the source at the effective instant, in order of id.
func (s *Service) timelines(ctx context.Context, org admin.OrgID, t terms) iter.Seq2[priceplan.Timeline, error] {
	return func(yield func(priceplan.Timeline, error) bool) {
		seek := admin.Seek[string]{Limit: admin.MaxLimit}
		for {
			page, err := s.onPlan(ctx, org, t.source.Ref, t.at, seek)
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

// Get returns a migration, or [admin.ErrNotFound]. It requires [PermissionRead].
func (s *Service) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Migration, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Migration{}, err
	}
	return s.ports.Migrations.Get(ctx, scope.Org(), id)
}

// List pages through the migrations, newest first. It requires [PermissionRead].
func (s *Service) List(
	ctx context.Context, scope admin.Scope, f Filter, q admin.Query,
) (admin.Page[Migration], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Migration]{}, err
	}
	if err := checkStatus(f.Status, job.Statuses()); err != nil {
		return admin.Page[Migration]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("plan migrations %q", f.Status), q,
		func(seek admin.Seek[uuid.UUID]) ([]Migration, error) {
			return s.ports.Migrations.List(ctx, scope.Org(), f, seek)
		},
		func(m Migration) uuid.UUID { return m.ID })
}

// checkStatus refuses a filter by a status that does not exist.
func checkStatus[S ~string](status S, known []S) error {
	if status == "" || slices.Contains(known, status) {
		return nil
	}
	var p admin.Problems
	p.Add("/status", admin.CodeUnknown, "%q is not a status: use one of %s",
		admin.Clip(string(status)), text.Join(known))
	return p.Err()
}

// All iterates over every migration that matches, newest first. It requires [PermissionRead].
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Migration, error] {
	return admin.All(func(q admin.Query) (admin.Page[Migration], error) { return s.List(ctx, scope, f, q) })
}

// Entries pages through a migration's accounts: what was done with each, or that it is pending. It requires
// [PermissionRead].
func (s *Service) Entries(
	ctx context.Context, scope admin.Scope, id uuid.UUID, f job.EntryFilter, q admin.Query,
) (admin.Page[Entry], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Entry]{}, err
	}
	if err := checkStatus(f.Status, job.EntryStatuses()); err != nil {
		return admin.Page[Entry]{}, err
	}
	m, err := s.Get(ctx, scope, id)
	if err != nil {
		return admin.Page[Entry]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("plan migration %s entries %q", id, f.Status), q,
		func(seek admin.Seek[int64]) ([]Entry, error) {
			stored, err := m.Job.Entries(ctx, s.ports.Jobs, scope.Org(), f, seek)
			if err != nil {
				return nil, err
			}
			entries := make([]Entry, len(stored))
			for i, j := range stored {
				if entries[i], _, err = m.entryOf(j); err != nil {
					return nil, err
				}
			}
			return entries, nil
		},
		func(e Entry) int64 { return e.Seq })
}

// AllEntries iterates over every account of a migration that matches. It requires [PermissionRead].
func (s *Service) AllEntries(
	ctx context.Context, scope admin.Scope, id uuid.UUID, f job.EntryFilter,
) iter.Seq2[Entry, error] {
	return admin.All(func(q admin.Query) (admin.Page[Entry], error) { return s.Entries(ctx, scope, id, f, q) })
}
