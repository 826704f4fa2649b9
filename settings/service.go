package settings

import (
	"context"
	"runtime"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/jsonschema"
	"github.com/admincenter/admincenter/internal/recent"
)

// Ports are what a Service needs of its surroundings.
type Ports struct {
	Settings Store
	// CustomerOf returns the customer that an account belongs to, for a [Path] that names the account
	// alone; "" if it has none. If CustomerOf is nil, the level of the customer is skipped for such a Path.
	CustomerOf CustomerOf
	// Guard, if set, is asked before a setting is created or gets another value.
	Guard Guard
}

// Guard returns why a setting may not be as on, because what depends on it could not use it, or nil. program is its
// rule, nil if it is not a JSON_LOGIC setting. Settings on entities that no [Path] resolves to are not asked about.
type Guard func(ctx context.Context, org admin.OrgID, on Setting, program Program) error

// CustomerOf returns the customer of an account; "" if it has none.
type CustomerOf func(ctx context.Context, org admin.OrgID, account string) (string, error)

// Options of a Service; the zero value is ready.
type Options struct {
	admin.Runtime
	// Evaluator compiles JSON_LOGIC settings when they are saved and when they are evaluated; nil means an
	// Engine with exact numbers and the built-in operators. Replace it only by one that knows the operators
	// of the rules that are saved already.
	Evaluator Evaluator
	// CustomerOf replaces Ports.CustomerOf for a host that knows accounts itself. It is called on behalf of
	// transactions too, but is not part of them.
	CustomerOf CustomerOf
	// Limits bound the number of settings; a zero field means its default.
	Limits Limits
	// LongChecks is how many checks against JSON Schemas that take more than some milliseconds may run at the same
	// time; others wait for them, as long as their context allows. 0 means half of GOMAXPROCS, at least 1.
	LongChecks int
}

// Service is the Settings tab. It is safe for concurrent use.
type Service struct {
	ports Ports
	*core
	uncommitted *uncommitted // nil unless In made it
}

// core is what a Service shares with those that In makes of it. Its caches are safe to fill within a
// transaction that is rolled back: compiled rules and schemas are found by their text.
type core struct {
	runtime    admin.Runtime
	evaluator  Evaluator
	customerOf CustomerOf
	limits     Limits
	programs   programs
	schemas    *recent.Cache[string, *jsonschema.Schema] // by their text
	longChecks chan struct{}                             // holds an element for each under way
	changes    changes
}

// NewService returns a Service that keeps its settings in ports. It fails with a *admin.ValidationError that
// lists every option that is out of range.
func NewService(ports Ports, o Options) (*Service, error) {
	var p admin.Problems
	if ports.Settings == nil {
		p.Add("/ports/settings", admin.CodeRequired, "is required: give the Store of a storage")
	}
	o.Limits.check(&p)
	if o.LongChecks < 0 {
		p.Add("/longChecks", admin.CodeRange, "%d is negative: give a maximum, or 0 for the default", o.LongChecks)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if o.Evaluator == nil {
		o.Evaluator = &Engine{}
	}
	if o.LongChecks == 0 {
		o.LongChecks = max(1, runtime.GOMAXPROCS(0)/2)
	}
	return &Service{ports: ports, core: &core{
		runtime: o.WithDefaults(), evaluator: o.Evaluator, customerOf: o.CustomerOf,
		limits: o.Limits.withDefaults(), programs: newPrograms(maxPrograms),
		schemas:    recent.New[string, *jsonschema.Schema](maxSchemas),
		longChecks: make(chan struct{}, o.LongChecks),
	}}, nil
}

// In returns a Service over other ports, those of a transaction, that shares the options and caches of s.
// Use it only as long as its ports. Call [Service.Committed] on it after the commit.
func (s *Service) In(ports Ports) *Service {
	return &Service{ports: ports, core: s.core, uncommitted: &uncommitted{}}
}

// guard asks what depends on a setting whether it may be as it is about to be.
func (s *Service) guard(ctx context.Context, org admin.OrgID, on Setting) error {
	if s.ports.Guard == nil || !on.Entity.Kind.Resolved() {
		return nil
	}
	var program Program
	if on.Value.Type() == TypeLogic {
		raw, _ := on.Value.JSON()
		var err error
		if program, err = s.evaluator.Compile(ctx, raw); err != nil {
			return err
		}
	}
	return s.ports.Guard(ctx, org, on, program)
}

func (s *Service) record(
	scope admin.Scope, action admin.Action, on Setting, changes ...admin.Change,
) admin.Record {
	return s.runtime.Record(scope, action, admin.Subject{Kind: "setting", ID: on.ID.String()}, changes...)
}
