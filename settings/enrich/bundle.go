package enrich

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// bundle is what the dependencies are for one path.
type bundle struct {
	changes uint64
	until   time.Time
	used    []Used
	values  map[string]any
	failed  []error            // by dependency, why it cannot be read
	rules   []settings.Program // by dependency, those that a field takes its rule from
	sources []settings.Setting // by dependency, the setting of rules
	unready []error            // by dependency, why there is no rule
	needs   [][]int            // by dependency, the places of those that the rule may read
	lacks   []lacking          // by field, for those that take their rule from a dependency
	now     bool               // one of the rules reads the time of the event
}

func newBundle(dependencies int) *bundle {
	return &bundle{
		values: make(map[string]any, dependencies), failed: make([]error, dependencies),
		rules: make([]settings.Program, dependencies), sources: make([]settings.Setting, dependencies),
		unready: make([]error, dependencies), needs: make([][]int, dependencies),
	}
}

func (b *bundle) good(changes uint64, now time.Time) bool {
	return b.changes == changes && now.Before(b.until)
}

// bundle returns the dependencies for a path, from memory while they are fresh and nothing was written since.
func (r *Enricher) bundle(ctx context.Context, path settings.Path) (*bundle, error) {
	// The count comes before the look-up: what is written during it makes the result out of date.
	changes := r.changes.Count()
	now := r.service.runtime.Now()
	if b, ok := r.paths.Get(path); ok && b.good(changes, now) {
		return b, nil
	}
	b, err := r.resolve(ctx, path)
	if err != nil {
		return nil, err
	}
	b.changes, b.until = changes, now.Add(r.options.Fresh)
	if r.options.Fresh > 0 {
		r.paths.Put(path, b)
	}
	return b, nil
}

func (r *Enricher) resolve(ctx context.Context, path settings.Path) (*bundle, error) {
	found, err := r.service.ports.Settings.ResolveAll(ctx, r.scope, path, r.refs)
	if err != nil {
		return nil, fmt.Errorf("event schema %q: %w", r.def.EventSchema, err)
	}
	b := newBundle(len(found))
	for i, d := range r.def.Dependencies {
		if v, ok := r.instead[d.Name]; ok {
			found[i] = settings.Resolution{Resolved: settings.Resolved{Setting: settings.Setting{
				Entity: settings.Entity{Kind: settings.Organization}, Namespace: d.Namespace, Name: d.Setting, Value: v,
			}}}
		}
		if err := found[i].Err; err != nil {
			missing := fmt.Errorf("dependency %s: %w", d.Name, err)
			b.unready[i] = missing
			if !d.Optional {
				b.failed[i] = missing
			}
			continue
		}
		set := found[i].Setting
		if d.Type != "" && set.Value.Type() != d.Type {
			b.failed[i] = fmt.Errorf("dependency %s is %s and should be %s: %w",
				d.Name, set.Value.Type(), d.Type, admin.ErrState)
			b.unready[i] = b.failed[i]
			continue
		}
		b.used = append(b.used, Used{d.Name, d.Namespace, d.Setting, found[i].Level(), set.ID, set.Version, set.Value})
		if b.values[d.Name], err = set.Value.Data(); err != nil {
			b.failed[i] = fmt.Errorf("dependency %s: %w", d.Name, err)
		}
		if r.ruled[i] {
			if err := r.ready(ctx, b, i, set); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// ready compiles the rule of a dependency. Its error is not about the rule.
func (r *Enricher) ready(ctx context.Context, b *bundle, i int, set settings.Setting) error {
	program, err := r.service.ports.Settings.Program(ctx, r.scope, set)
	if err == nil {
		var unknown []string
		if b.needs[i], unknown = needs(program, r.def); len(unknown) > 0 {
			err = fmt.Errorf("it reads the dependency %q, which event schema %q does not declare: %w",
				admin.Clip(unknown[0]), r.def.EventSchema, jsonlogic.ErrEvaluation)
		}
	}
	switch {
	case errors.Is(err, admin.ErrInvalid), errors.Is(err, settings.ErrNotLogic):
		b.unready[i] = inSetting(set, err)
	case err != nil:
		return inSetting(set, err)
	}
	b.rules[i], b.sources[i] = program, set
	if program == nil {
		return nil
	}
	b.now = b.now || readsNow(program)
	for at, f := range r.fields {
		if f.Source == FromDependency && f.rule == i && f.Missing != "" {
			if b.lacks == nil {
				b.lacks = make([]lacking, len(r.fields))
			}
			b.lacks[at] = lackingOf(f.Field, program)
		}
	}
	return nil
}

func inSetting(set settings.Setting, err error) error {
	return fmt.Errorf("setting %s: %w", set.Key(), err)
}
