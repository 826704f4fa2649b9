package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// Policy says what happens to an event of which a field fails.
type Policy string

// The policies. The empty one is FailEvent.
const (
	FailEvent Policy = "FAIL_EVENT" // the event fails with the *FieldError
	LeaveOut  Policy = "LEAVE_OUT"  // the event goes on without the field, which is in Enriched.LeftOut
)

// DefaultFresh is for how long a setting may be taken from memory where EnricherOptions do not say.
const DefaultFresh = 10 * time.Second

// DefaultPaths is for how many paths an Enricher keeps the settings where EnricherOptions do not say.
const DefaultPaths = 10_000

// EnricherOptions of an Enricher; the zero value is ready.
type EnricherOptions struct {
	OnError Policy
	// Fresh is how long settings, and which customer an account belongs to, are kept in memory: what
	// another process changes is seen after that at the latest. What the same Service changes is seen
	// at once, whatever this says. 0 means DefaultFresh; below 0 nothing is kept.
	Fresh time.Duration
	// Paths is for how many accounts and customers settings are kept; 0 means DefaultPaths.
	Paths int
}

// Enricher enriches the events of one event schema of one organization. It is made once, with its
// rules compiled, and is safe for concurrent use. It sees changes of settings, as EnricherOptions.Fresh
// says, but not of the Enrichment. It acts on the scope that it was made with: whoever holds it needs
// no other.
type Enricher struct {
	service  *Service
	org      admin.OrgID
	def      Enrichment
	fields   []field
	onError  Policy
	fresh    time.Duration
	epoch    *atomic.Uint64
	paths    *recently[Path, *bundle]
	sessions sync.Pool
}

// field is a Field made ready.
type field struct {
	Field
	constant any     // of a FromValue field, as Session.set takes it
	program  Program // of a FromLogic field
	rule     int     // of a FromDependency field: the place of the dependency
	needs    []int   // the places of the dependencies that program may read
}

// bundle is what the dependencies are for one path.
type bundle struct {
	epoch   uint64
	until   time.Time
	used    []Used
	values  map[string]any
	failed  []error   // by dependency, why it cannot be read
	rules   []Program // by dependency, those that a field takes its rule from
	sources []Setting // by dependency, what rules is from
	unready []error   // by dependency, why there is no rule
	needs   [][]int   // by dependency, the places of those that the rule may read
}

// NewEnricher makes an Enricher. It fails with a *admin.ValidationError for what Enrichments.Put would
// refuse: an enrichment that was kept under another Evaluator may be refused now. It requires
// admin.SettingsRead.
func (s *Service) NewEnricher(ctx context.Context, scope admin.Scope, e Enrichment, o EnricherOptions) (*Enricher, error) {
	if err := scope.Require(admin.SettingsRead); err != nil {
		return nil, err
	}
	if o.OnError != "" && o.OnError != FailEvent && o.OnError != LeaveOut {
		return nil, fmt.Errorf("policy %q: use %s or %s: %w", admin.Clip(string(o.OnError)), FailEvent, LeaveOut, admin.ErrInvalid)
	}
	e = e.complete()
	fields, err := s.compileFields(ctx, e)
	if err != nil {
		return nil, err
	}
	if o.Fresh == 0 {
		o.Fresh = DefaultFresh
	}
	if o.Paths <= 0 {
		o.Paths = DefaultPaths
	}
	r := &Enricher{
		service: s, org: scope.Org(), def: e, fields: fields, onError: o.OnError, fresh: o.Fresh,
		epoch: s.epochs.of(scope.Org()), paths: newRecently[Path, *bundle](o.Paths),
	}
	r.sessions.New = func() any { return r.Session() }
	return r, nil
}

// Enrichment is what the Enricher was made from. One that Enrichments keeps has a Version, by which a
// host notices that there is a newer.
func (r *Enricher) Enrichment() Enrichment { return r.def.Clone() }

// compileFields checks a completed enrichment and makes its fields ready.
func (s *Service) compileFields(ctx context.Context, e Enrichment) ([]field, error) {
	var p admin.Problems
	e.checkShape(&p)
	if len(e.Fields) > MaxFields || len(e.Dependencies) > MaxDependencies {
		return nil, p.Err()
	}
	out := make([]field, len(e.Fields))
	for i, f := range e.Fields {
		out[i] = field{Field: f, rule: -1}
		if err := s.compileField(ctx, &p, fmt.Sprintf("/fields/%d", i), e, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, p.Err()
}

// compileField adds what is wrong with one field. Its error is another failure.
func (s *Service) compileField(ctx context.Context, p *admin.Problems, at string, e Enrichment, f *field) error {
	switch f.Type {
	case FromValue:
		var err error
		if f.constant = f.Value; f.Kind == Attribute {
			if f.constant, err = attribute(f.Value); err != nil {
				err = fmt.Errorf("%q %w", admin.Clip(f.Value), err)
			}
		} else {
			_, err = String(f.Value)
		}
		if err != nil {
			p.AddError(at+"/value", admin.CodeFormat, err)
		}
	case FromDependency:
		if f.rule = e.dependency(f.Value); f.rule < 0 {
			p.Add(at+"/value", admin.CodeUnknown, "%q is not the name of a dependency: declare it", admin.Clip(f.Value))
		}
	case FromLogic:
		rule, err := Logic(json.RawMessage(f.Value))
		if err == nil {
			f.program, err = s.evaluator.Compile(ctx, json.RawMessage(rule.Text()))
		}
		if errors.Is(err, admin.ErrInvalid) {
			p.AddError(at+"/value", admin.CodeFormat, err)
			return nil
		}
		if err != nil {
			return err
		}
		var unknown []string
		f.needs, unknown = needs(f.program, e)
		for _, name := range unknown {
			p.Add(at+"/value", admin.CodeUnknown, "reads the dependency %q, which is not declared", admin.Clip(name))
		}
	default:
		p.Add(at+"/type", admin.CodeUnknown, "%q is not a type of enrichment: use one of %s", admin.Clip(string(f.Type)), text.Join(FieldTypes()))
	}
	return nil
}

// needs tells the dependencies that a program may read, and the names it reads that are none. One
// that cannot say what it reads may read all.
func needs(program Program, e Enrichment) (places []int, unknown []string) {
	every := make([]int, len(e.Dependencies))
	for i := range every {
		every[i] = i
	}
	reader, ok := program.(Reader)
	if !ok {
		return every, nil
	}
	everything := false
	for _, path := range reader.Reads() {
		name, all := readsDependency(path)
		everything = everything || all
		if name == "" {
			continue
		}
		if i := e.dependency(name); i < 0 {
			unknown = append(unknown, name)
		} else if !slices.Contains(places, i) {
			places = append(places, i)
		}
	}
	if everything {
		return every, unknown
	}
	return places, unknown
}

// bundle is what the dependencies are for a path: from memory while it is fresh and nothing was
// written since.
func (r *Enricher) bundle(ctx context.Context, path Path) (*bundle, error) {
	// The epoch comes before the look-up: what is written during it makes the result old.
	epoch := r.epoch.Load()
	now := r.service.runtime.Now()
	if b, ok := r.paths.get(path); ok && b.good(epoch, now) {
		return b, nil
	}
	b, err := r.resolve(ctx, path)
	if err != nil {
		return nil, err
	}
	b.epoch, b.until = epoch, now.Add(r.fresh)
	if r.fresh > 0 {
		r.paths.put(path, b)
	}
	return b, nil
}

func (b *bundle) good(epoch uint64, now time.Time) bool {
	return b.epoch == epoch && now.Before(b.until)
}

func (r *Enricher) resolve(ctx context.Context, path Path) (*bundle, error) {
	path, err := r.service.complete(ctx, r.org, path)
	if err != nil {
		return nil, err
	}
	n := len(r.def.Dependencies)
	b := &bundle{
		values: make(map[string]any, n), failed: make([]error, n), rules: make([]Program, n),
		sources: make([]Setting, n), unready: make([]error, n), needs: make([][]int, n),
	}
	levels := path.levels()
	found, err := r.lookUp(ctx, levels)
	if err != nil {
		return nil, err
	}
	for i, d := range r.def.Dependencies {
		found, err := resolved(levels, d.Namespace, d.Setting, found[Key{Namespace: d.Namespace, Name: d.Setting}])
		if err != nil {
			missing := fmt.Errorf("dependency %s: %w", d.Name, err)
			b.unready[i] = missing
			if !d.Optional {
				b.failed[i] = missing
			}
			continue
		}
		set := found.Setting
		b.used = append(b.used, Used{d.Name, d.Namespace, d.Setting, found.Level(), set.ID, set.Version, set.Value})
		if b.values[d.Name], err = dataOf(set.Value); err != nil {
			b.failed[i] = fmt.Errorf("dependency %s: %w", d.Name, err)
		}
		if err := r.ready(ctx, b, i, set); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// lookUp reads all dependencies at once, and gives those of the same namespace and name together.
func (r *Enricher) lookUp(ctx context.Context, levels []Entity) (map[Key][]Setting, error) {
	var keys []Key
	out := make(map[Key][]Setting, len(r.def.Dependencies))
	for _, d := range r.def.Dependencies {
		k := Key{Namespace: d.Namespace, Name: d.Setting}
		if _, ok := out[k]; !ok { // two dependencies may take the same setting
			out[k] = nil
			keys = append(keys, keysOn(levels, d.Namespace, d.Setting)...)
		}
	}
	if len(keys) == 0 {
		return out, nil
	}
	found, err := r.service.store.Lookup(ctx, r.org, keys)
	if err != nil {
		return nil, fmt.Errorf("dependencies of event schema %q: %w", r.def.EventSchema, err)
	}
	for _, s := range found {
		k := Key{Namespace: s.Namespace, Name: s.Name}
		out[k] = append(out[k], s)
	}
	return out, nil
}

// ready compiles the setting where a field takes its rule from it. Its error is none of the rule's.
func (r *Enricher) ready(ctx context.Context, b *bundle, i int, set Setting) error {
	if !slices.ContainsFunc(r.fields, func(f field) bool { return f.rule == i }) {
		return nil
	}
	program, err := r.service.program(ctx, r.org, set)
	if err == nil {
		var unknown []string
		if b.needs[i], unknown = needs(program, r.def); len(unknown) > 0 {
			err = fmt.Errorf("it reads the dependency %q, which event schema %q does not declare: %w",
				admin.Clip(unknown[0]), r.def.EventSchema, jsonlogic.ErrEvaluation)
		}
	}
	switch {
	case errors.Is(err, admin.ErrInvalid), errors.Is(err, ErrNotLogic):
		b.unready[i] = inSetting(set, err)
	case err != nil:
		return inSetting(set, err)
	}
	b.rules[i], b.sources[i] = program, set
	return nil
}

// dataOf is what rules read of a setting: the text, the exact number, or the document. Of a rule it is
// the text, which is data and is not run.
func dataOf(v Value) (any, error) {
	switch v.Type() {
	case TypeNumeric:
		return json.Number(v.Text()), nil
	case TypeJSON:
		return decodeJSON(v.Text())
	}
	return v.Text(), nil
}

// epochs count the writes of organizations, so that Enrichers notice them without a lock. An
// organization shares a counter with some others, which bounds the memory: theirs are then read anew
// once too often, never once too seldom.
type epochs struct {
	seed     maphash.Seed
	counters [256]atomic.Uint64
}

func newEpochs() *epochs { return &epochs{seed: maphash.MakeSeed()} }

func (e *epochs) of(org admin.OrgID) *atomic.Uint64 {
	return &e.counters[maphash.String(e.seed, string(org))%uint64(len(e.counters))]
}

// Forget makes every Enricher of this Service read the organization's settings anew. The Service does
// so after each write of its own; call it after a write that went past it and should be seen at once:
// through another Service, over the stores of a transaction say, once that has committed.
func (s *Service) Forget(org admin.OrgID) { s.epochs.of(org).Add(1) }
