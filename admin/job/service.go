package job

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Ports are the stores that a [Service] reads from.
type Ports struct {
	Jobs Store
}

// Options of [NewService].
type Options struct {
	admin.Runtime
	// Readers has the permissions that reading a job requires, by its kind. A job of a kind that is not
	// here cannot be read.
	Readers map[Kind][]admin.Permission
}

// Service reads the jobs of every kind, and finds those that are due. It is safe for concurrent use.
//
// A scope sees the jobs of the kinds whose permissions it has.
type Service struct {
	ports Ports
	*core
}

// core is what services over different ports share.
type core struct {
	runtime admin.Runtime
	readers map[Kind][]admin.Permission
	kinds   []Kind // of readers, in order
}

// NewService returns a service over ports. It fails with [admin.ErrInvalid] if a port is missing.
func NewService(p Ports, o Options) (*Service, error) {
	if p.Jobs == nil {
		return nil, fmt.Errorf("job.Ports.Jobs is required: %w", admin.ErrInvalid)
	}
	readers := maps.Clone(o.Readers)
	for kind, ps := range readers {
		readers[kind] = slices.Clone(ps)
	}
	return &Service{ports: p, core: &core{
		runtime: o.Runtime.WithDefaults(), readers: readers, kinds: slices.Sorted(maps.Keys(readers)),
	}}, nil
}

// In returns the service over other ports, such as those of a transaction.
func (s *Service) In(p Ports) *Service { return &Service{ports: p, core: s.core} }

// Get returns one job. It requires the permissions of its kind.
func (s *Service) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	if _, err := s.readableKinds(scope); err != nil {
		return Job{}, err
	}
	j, err := s.ports.Jobs.Get(ctx, scope.Org(), id)
	if err != nil {
		return Job{}, err
	}
	ps, ok := s.readers[j.Kind]
	if !ok {
		return Job{}, fmt.Errorf("jobs of kind %q are not readable: %w", admin.Clip(string(j.Kind)), admin.ErrForbidden)
	}
	if err := scope.Require(ps...); err != nil {
		return Job{}, err
	}
	return j, nil
}

// readableKinds returns the kinds that the scope may read, and fails with [admin.ErrForbidden] if there are
// none.
func (s *Service) readableKinds(scope admin.Scope) ([]Kind, error) {
	if err := scope.Require(); err != nil {
		return nil, err
	}
	var kinds []Kind
	for _, kind := range s.kinds {
		if scope.Require(s.readers[kind]...) == nil {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		return nil, fmt.Errorf("%s lacks the permissions for jobs of every kind: %w", scope.Actor(), admin.ErrForbidden)
	}
	return kinds, nil
}

// List pages through jobs, newest first. With f.Kind it requires the permissions of that kind; without,
// it returns the jobs of every kind that the scope may read, and fails with [admin.ErrForbidden] if there
// is none.
func (s *Service) List(ctx context.Context, scope admin.Scope, f Filter, q admin.Query) (admin.Page[Job], error) {
	kinds, err := s.readableKinds(scope)
	if err != nil {
		return admin.Page[Job]{}, err
	}
	if err := s.check(f); err != nil {
		return admin.Page[Job]{}, err
	}
	if f.Kind != "" {
		if err := scope.Require(s.readers[f.Kind]...); err != nil {
			return admin.Page[Job]{}, err
		}
		kinds = []Kind{f.Kind}
	}
	list := fmt.Sprintf("jobs %q %q", f.Kind, f.Status)
	return admin.Paginate(scope.Org(), list, q,
		func(seek admin.Seek[uuid.UUID]) ([]Job, error) {
			return s.mergeKinds(ctx, scope.Org(), kinds, f.Status, seek)
		},
		func(j Job) uuid.UUID { return j.ID })
}

// check fails with [admin.ErrInvalid] for values that do not exist.
func (s *Service) check(f Filter) error {
	var p admin.Problems
	if _, ok := s.readers[f.Kind]; !ok && f.Kind != "" {
		p.Add("/kind", admin.CodeUnknown, "%q is not a kind of job: use one of %s",
			admin.Clip(string(f.Kind)), text.Join(s.kinds))
	}
	if f.Status != "" && !f.Status.known() {
		p.Add("/status", admin.CodeUnknown, "%q is not a status of a job", admin.Clip(string(f.Status)))
	}
	return p.Err()
}

// mergeKinds merges the lists of several kinds. There are few kinds, and each list is a walk along an index
// for the page that was asked for.
func (s *Service) mergeKinds(
	ctx context.Context, org admin.OrgID, kinds []Kind, status Status, seek admin.Seek[uuid.UUID],
) ([]Job, error) {
	var jobs []Job
	for _, kind := range kinds {
		more, err := s.ports.Jobs.List(ctx, org, Filter{Kind: kind, Status: status}, seek)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, more...)
	}
	if len(kinds) > 1 {
		slices.SortFunc(jobs, func(a, b Job) int { return slices.Compare(b.ID[:], a.ID[:]) })
	}
	return jobs[:min(len(jobs), seek.Limit)], nil
}

// All iterates over the jobs of [Service.List].
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Job, error] {
	return admin.All(func(q admin.Query) (admin.Page[Job], error) { return s.List(ctx, scope, f, q) })
}

// Entries pages through a job's entries in ascending Seq. It requires the permissions of the job's kind.
func (s *Service) Entries(
	ctx context.Context, scope admin.Scope, id uuid.UUID, f EntryFilter, q admin.Query,
) (admin.Page[Entry], error) {
	if _, err := s.readableKinds(scope); err != nil {
		return admin.Page[Entry]{}, err
	}
	if f.Status != "" && !f.Status.known() {
		var p admin.Problems
		p.Add("/status", admin.CodeUnknown, "%q is not a status of an entry", admin.Clip(string(f.Status)))
		return admin.Page[Entry]{}, p.Err()
	}
	if _, err := s.Get(ctx, scope, id); err != nil {
		return admin.Page[Entry]{}, err
	}
	list := fmt.Sprintf("entries %s %q", id, f.Status)
	return admin.Paginate(scope.Org(), list, q,
		func(seek admin.Seek[int64]) ([]Entry, error) {
			return s.ports.Jobs.Entries(ctx, scope.Org(), id, f, seek)
		},
		func(e Entry) int64 { return e.Seq })
}

// Due returns jobs of every organization that a worker could do now, oldest first: at most limit, which
// is 1 to [admin.MaxLimit]. It is for the host's own scheduler, which then calls the Step of the job's
// package with [admin.System] of the job's organization. It returns only ids, and takes no scope.
func (s *Service) Due(ctx context.Context, limit int) ([]Ref, error) {
	if limit < 1 || limit > admin.MaxLimit {
		return nil, fmt.Errorf("limit %d: use 1 to %d: %w", limit, admin.MaxLimit, admin.ErrInvalid)
	}
	return s.ports.Jobs.Due(ctx, s.runtime.Instant(), limit)
}
