package job

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Jobs answers questions about jobs of every kind, and finds the ones that are due.
type Jobs struct {
	store   Store
	runtime admin.Runtime
	reads   map[Kind][]admin.Permission
}

// NewJobs reads from store. reads says which permissions it takes to see a job of each kind; kinds
// that are not in it are seen by nobody.
func NewJobs(store Store, runtime admin.Runtime, reads map[Kind][]admin.Permission) *Jobs {
	return &Jobs{store: store, runtime: runtime.WithDefaults(), reads: maps.Clone(reads)}
}

// Get returns one job. It requires the permission that its kind asks for; a job of a kind that the
// scope may not see is admin.ErrForbidden.
func (s *Jobs) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	if err := scope.Require(); err != nil {
		return Job{}, err
	}
	j, err := s.store.Get(ctx, scope.Org(), id)
	if err != nil {
		return Job{}, err
	}
	ps, ok := s.reads[j.Kind]
	if !ok {
		return Job{}, fmt.Errorf("nobody may see jobs of kind %q here: %w", admin.Clip(string(j.Kind)), admin.ErrForbidden)
	}
	if err := scope.Require(ps...); err != nil {
		return Job{}, err
	}
	return j, nil
}

// List pages through the jobs of one kind, newest first. f.Kind is required, and one that NewJobs
// was not told of is admin.ErrInvalid. It requires the permissions that the kind asks for.
func (s *Jobs) List(ctx context.Context, scope admin.Scope, f Filter, q admin.Query) (admin.Page[Job], error) {
	if err := scope.Require(); err != nil {
		return admin.Page[Job]{}, err
	}
	ps, ok := s.reads[f.Kind]
	if !ok {
		return admin.Page[Job]{}, fmt.Errorf("jobs of kind %q are not known here: use one of %q: %w",
			admin.Clip(string(f.Kind)), slices.Sorted(maps.Keys(s.reads)), admin.ErrInvalid)
	}
	if err := scope.Require(ps...); err != nil {
		return admin.Page[Job]{}, err
	}
	list := fmt.Sprintf("jobs %q %q", f.Kind, f.Status)
	return admin.Paginate(scope.Org(), list, q,
		func(seek admin.Seek[uuid.UUID]) ([]Job, error) { return s.store.List(ctx, scope.Org(), f, seek) },
		func(j Job) uuid.UUID { return j.ID })
}

// All is every job of one kind, newest first.
func (s *Jobs) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Job, error] {
	return admin.All(func(q admin.Query) (admin.Page[Job], error) { return s.List(ctx, scope, f, q) })
}

// Entries pages through a job's entries in ascending Seq. Permission and errors are Get's.
func (s *Jobs) Entries(ctx context.Context, scope admin.Scope, id uuid.UUID, f EntryFilter, q admin.Query) (admin.Page[Entry], error) {
	if _, err := s.Get(ctx, scope, id); err != nil {
		return admin.Page[Entry]{}, err
	}
	list := fmt.Sprintf("entries %s %q", id, f.Status)
	return admin.Paginate(scope.Org(), list, q,
		func(seek admin.Seek[int64]) ([]Entry, error) {
			return s.store.Entries(ctx, scope.Org(), id, f, seek)
		},
		func(e Entry) int64 { return e.Seq })
}

// Due lists jobs of every organization that a worker could take forward now, oldest first, limit
// at most (1 to admin.MaxLimit). It is for the host's own scheduler, which then calls the domain's
// Step with admin.System of the job's organization; it gives away nothing but ids.
func (s *Jobs) Due(ctx context.Context, limit int) ([]Ref, error) {
	if limit < 1 || limit > admin.MaxLimit {
		return nil, fmt.Errorf("limit %d: use 1 to %d: %w", limit, admin.MaxLimit, admin.ErrInvalid)
	}
	return s.store.Due(ctx, s.runtime.Instant(), limit)
}
