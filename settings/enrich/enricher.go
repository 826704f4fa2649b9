package enrich

import (
	"context"
	"sync"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/recent"
	"github.com/admincenter/admincenter/internal/text"
	"github.com/admincenter/admincenter/settings"
)

// Policy is what happens to an event if one of its fields fails.
type Policy string

// The policies. The empty one is FailEvent.
const (
	FailEvent Policy = "FAIL_EVENT" // the event fails with the *FieldError
	LeaveOut  Policy = "LEAVE_OUT"  // the event continues without the field, which is in Enriched.LeftOut
)

// Policies lists the policies. The caller may change the slice.
func Policies() []Policy { return []Policy{FailEvent, LeaveOut} }

// Defaults of EnricherOptions.
const (
	DefaultFresh = 10 * time.Second
	DefaultPaths = 10_000
)

// EnricherOptions of an Enricher; the zero value is ready.
type EnricherOptions struct {
	OnError Policy
	// Fresh is how long settings, and the customer of an account, are kept in memory; 0 means DefaultFresh, and
	// a negative value keeps nothing. A change by the same settings.Service is seen by the next event; one by a
	// Service that its In returned after settings.Service.Committed. A change by another process is seen when Fresh
	// has passed, or within a second while this process runs admincenter.Center.Follow or a worker.
	Fresh time.Duration
	// Paths is for how many accounts and customers settings are kept; 0 means DefaultPaths.
	Paths int
}

// complete checks the options and fills in the defaults.
func (o EnricherOptions) complete() (EnricherOptions, error) {
	var p admin.Problems
	if o.OnError != "" && o.OnError != FailEvent && o.OnError != LeaveOut {
		p.Add("/onError", admin.CodeUnknown, "%q is not a policy: use one of %s",
			admin.Clip(string(o.OnError)), text.Join(Policies()))
	}
	if o.Paths < 0 {
		p.Add("/paths", admin.CodeRange, "%d is negative: give a maximum, or 0 for the default", o.Paths)
	}
	if o.Fresh == 0 {
		o.Fresh = DefaultFresh
	}
	if o.Paths == 0 {
		o.Paths = DefaultPaths
	}
	return o, p.Err()
}

// Enricher enriches the events of one event schema of one organization. It is made once, with its rules
// compiled, and is safe for concurrent use. It sees changes of settings, as EnricherOptions.Fresh describes,
// but not of the Enrichment. It acts on the scope that it was made with: its callers need no other.
type Enricher struct {
	service *Service
	scope   admin.Scope
	def     Enrichment
	refs    []settings.Ref // of the dependencies
	fields  []field
	now     bool   // one of the fields' rules reads the time of the event
	ruled   []bool // by dependency, whether a field takes its rule from it
	options EnricherOptions
	instead map[string]settings.Value // of dependencies, for a trial
	changes *settings.Changes
	paths   *recent.Cache[settings.Path, *bundle]
	streams sync.Pool
}

// NewEnricher returns an Enricher. It fails with a *admin.ValidationError for options that are out of range,
// and for what [Service.Put] would refuse: an enrichment that was kept under another Evaluator may be refused
// now. It requires [settings.PermissionRead].
func (s *Service) NewEnricher(
	ctx context.Context, scope admin.Scope, e Enrichment, o EnricherOptions,
) (*Enricher, error) {
	if err := scope.Require(settings.PermissionRead); err != nil {
		return nil, err
	}
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	e = e.complete()
	fields, err := s.compile(ctx, e)
	if err != nil {
		return nil, err
	}
	r := &Enricher{
		service: s, scope: scope, def: e, fields: fields, options: o, ruled: make([]bool, len(e.Dependencies)),
		changes: s.ports.Settings.Changes(scope.Org()), paths: recent.New[settings.Path, *bundle](o.Paths),
	}
	for _, d := range e.Dependencies {
		r.refs = append(r.refs, settings.Ref{Namespace: d.Namespace, Name: d.Setting})
	}
	for _, f := range fields {
		r.now = r.now || f.program != nil && readsNow(f.program)
		if f.rule >= 0 {
			r.ruled[f.rule] = true
		}
	}
	r.streams.New = func() any { return r.NewStream() }
	return r, nil
}

// Enrichment returns what the Enricher was made from. One that is kept has a Version, by which a host can see
// that there is a newer one.
func (r *Enricher) Enrichment() Enrichment { return r.def.Clone() }
