package enrich

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// Guard returns a settings.Guard that refuses, with [settings.ErrInUse], a setting that an enrichment takes its rule
// from and that is no rule, or one that reads what the enrichment has not: every event of its event schema would fail.
// It is for settings.Ports, over the same storage.
func Guard(enrichments Store) settings.Guard { return SchemaAwareGuard(enrichments, nil) }

// SchemaAwareGuard is Guard that also refuses a rule that could not work with the event schema of an enrichment.
func SchemaAwareGuard(enrichments Store, schemas eventschema.Store) settings.Guard {
	return func(ctx context.Context, org admin.OrgID, on settings.Setting, program settings.Program) error {
		var refused []error
		for seek := (admin.Seek[string]{Limit: admin.MaxLimit}); ; {
			users, err := enrichments.Users(ctx, org, on.Namespace, on.Name, seek)
			if err != nil {
				return err
			}
			for _, schema := range users {
				e, err := enrichments.Get(ctx, org, schema)
				if errors.Is(err, admin.ErrNotFound) {
					continue // deleted meanwhile
				} else if err != nil {
					return err
				}
				known, err := schemaOf(ctx, schemas, org, schema)
				if err != nil {
					return err
				}
				if err := e.accepts(on, program, known); err != nil && len(refused) < settings.MaxUsersNamed {
					refused = append(refused, err)
				}
			}
			if len(users) < seek.Limit {
				return errors.Join(refused...)
			}
			seek.After = users[len(users)-1]
		}
	}
}

// accepts returns why a dependency could not be a setting, or a field that takes its rule from it could not use it. The
// schema is nil if there is none.
func (e Enrichment) accepts(on settings.Setting, program settings.Program, schema *eventschema.Schema) error {
	for _, d := range e.Dependencies {
		if d.Namespace == on.Namespace && d.Setting == on.Name && d.Type != "" && d.Type != on.Value.Type() {
			return fmt.Errorf("the event schema %q depends on it as %s, and it is %s: change the enrichment first: %w",
				e.EventSchema, d.Type, on.Value.Type(), settings.ErrInUse)
		}
	}
	o := newOutlook(e, schema)
	for _, f := range e.Fields {
		before := *o
		before.attributes, before.dimensions = maps.Clone(o.attributes), maps.Clone(o.dimensions)
		o.ran(field{Field: f}, jsonlogic.Shape{})
		if f.Source != FromDependency {
			continue
		}
		i := e.dependency(f.Value)
		if i < 0 || e.Dependencies[i].Namespace != on.Namespace || e.Dependencies[i].Setting != on.Name {
			continue
		}
		because := func(format string, args ...any) error {
			return fmt.Errorf(
				"the field %s of the event schema %q takes its rule from it, and %s: change the enrichment first: %w", f.Name,
				e.EventSchema, fmt.Sprintf(format, args...), settings.ErrInUse)
		}
		if program == nil {
			return because("it is %s", on.Value.Type())
		}
		if _, unknown := needs(program, e); len(unknown) > 0 {
			return because("it reads the dependency %q, which is not declared", admin.Clip(unknown[0]))
		}
		var p admin.Problems
		if before.examine(&p, "/value", f, program); p.Err() != nil {
			return because("its rule can never work: %v", p.Err())
		}
	}
	return nil
}
