package job

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Ports are what a [Service] works on. Jobs is required.
type Ports struct {
	Jobs Store
	// Announce, if set, is called when a job becomes due by a decision; see [Announce].
	Announce Announce
	// Atomically runs a function over ports that commit together. nil means that the ports are those of one
	// transaction, or that there is no Announce.
	Atomically Atomically[Ports]
}

// Options of [NewService].
type Options struct {
	admin.Runtime
	// Kinds are the kinds of job that there are. A job of another kind cannot be read, and is never due.
	Kinds map[Kind]Rules
	// Poll is how often [Service.Watch] reads a job that is watched, 10 milliseconds to 1 hour; 0 means once a
	// second.
	Poll time.Duration
}

// Rules are what a [Service] knows of a kind of job.
type Rules struct {
	Read []admin.Permission // what reading a job requires
	// Subject is the Kind of the audit subject of such a job, whose ID is the job's; empty means the job's Kind.
	Subject string
}

// Service reads and operates the jobs of every kind, and finds those that are due. It is safe for
// concurrent use.
//
// A scope sees the jobs of the kinds whose permissions it has.
type Service struct {
	ports  Ports
	topics *topics
	*core
}

// core is what services over different ports share.
type core struct {
	runtime admin.Runtime
	rules   map[Kind]Rules
	kinds   []Kind // of rules, in order
	turn    turn
	poll    time.Duration
}

// NewService returns a service over ports. It fails with [admin.ErrInvalid] if a port is missing, or Poll is out
// of its range.
func NewService(p Ports, o Options) (*Service, error) {
	if p.Jobs == nil {
		return nil, fmt.Errorf("job.Ports.Jobs is required: %w", admin.ErrInvalid)
	}
	fill(&o.Poll, defaultPoll)
	var problems admin.Problems
	checkPoll(&problems, o.Poll)
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("job.Options: %w", err)
	}
	rules := maps.Clone(o.Kinds)
	for kind, r := range rules {
		r.Read = slices.Clone(r.Read)
		r.Subject = cmp.Or(r.Subject, string(kind))
		rules[kind] = r
	}
	return (&Service{core: &core{
		runtime: o.Runtime.WithDefaults(), rules: rules, kinds: slices.Sorted(maps.Keys(rules)), poll: o.Poll,
	}}).In(p), nil
}

// In returns the service over other ports, such as those of a transaction.
func (s *Service) In(p Ports) *Service {
	return &Service{ports: p, core: s.core, topics: &topics{poll: s.poll}}
}

// Get returns one job. It requires the permissions of its kind.
func (s *Service) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	if _, err := s.readableKinds(scope); err != nil {
		return Job{}, err
	}
	j, err := s.ports.Jobs.Get(ctx, scope.Org(), id)
	if err != nil {
		return Job{}, err
	}
	rules, ok := s.rules[j.Kind]
	if !ok {
		return Job{}, fmt.Errorf("jobs of kind %q are not readable: %w", admin.Clip(string(j.Kind)), admin.ErrForbidden)
	}
	if err := scope.Require(rules.Read...); err != nil {
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
		if scope.Require(s.rules[kind].Read...) == nil {
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
		if err := scope.Require(s.rules[f.Kind].Read...); err != nil {
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
	if _, ok := s.rules[f.Kind]; !ok && f.Kind != "" {
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
	j, err := s.Get(ctx, scope, id)
	if err != nil {
		return admin.Page[Entry]{}, err
	}
	list := fmt.Sprintf("entries %s %q", id, f.Status)
	return admin.Paginate(scope.Org(), list, q,
		func(seek admin.Seek[int64]) ([]Entry, error) {
			return j.Entries(ctx, s.ports.Jobs, scope.Org(), f, seek)
		},
		func(e Entry) int64 { return e.Seq })
}

// Effects pages through what a job has changed, the last first. It requires the permissions of the job's
// kind.
func (s *Service) Effects(
	ctx context.Context, scope admin.Scope, id uuid.UUID, q admin.Query,
) (admin.Page[Effect], error) {
	j, err := s.Get(ctx, scope, id)
	if err == nil {
		err = j.Complete()
	}
	if err != nil {
		return admin.Page[Effect]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("effects %s", id), q,
		func(seek admin.Seek[int64]) ([]Effect, error) {
			return s.ports.Jobs.Effects(ctx, scope.Org(), id, seek)
		},
		func(e Effect) int64 { return e.Seq })
}
