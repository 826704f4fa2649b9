package settings

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Path says for whom a setting is resolved. Both ids are optional; the zero Path is the
// organization alone.
type Path struct {
	Account string
	// Customer is the one that Account belongs to. Where it is empty, Options.CustomerOf is asked.
	Customer string
}

func (p Path) check() error {
	var problems admin.Problems
	if p.Account != "" {
		problems.ID("/account", p.Account)
	}
	if p.Customer != "" {
		problems.ID("/customer", p.Customer)
	}
	return problems.Err()
}

// levels is what the path looks at, the most specific first.
func (p Path) levels() []Entity {
	var out []Entity
	if p.Account != "" {
		out = append(out, Entity{Account, p.Account})
	}
	if p.Customer != "" {
		out = append(out, Entity{Customer, p.Customer})
	}
	return append(out, Entity{Kind: Organization})
}

// Resolved is the setting that counts for a Path.
type Resolved struct {
	// Setting is the most specific one.
	Setting Setting
	// Hidden are those of the levels above it, the most specific first: the first of them would
	// count if Setting were deleted.
	Hidden []Setting
}

// Level is where the setting was found: Account, Customer or Organization.
func (r Resolved) Level() EntityKind { return r.Setting.Entity.Kind }

// Resolve finds the setting that counts on a path: the account's own, else its customer's, else the
// organization's; where none has one it is admin.ErrNotFound. All levels are read in one query. An
// empty namespace means DefaultNamespace. It requires admin.SettingsRead.
func (s *Service) Resolve(ctx context.Context, scope admin.Scope, path Path, namespace, name string) (Resolved, error) {
	if err := scope.Require(admin.SettingsRead); err != nil {
		return Resolved{}, err
	}
	k := newKey(Entity{Kind: Organization}, namespace, name)
	var p admin.Problems
	k.check(&p)
	if err := p.Err(); err != nil {
		return Resolved{}, err
	}
	path, err := s.complete(ctx, scope.Org(), path)
	if err != nil {
		return Resolved{}, err
	}
	return s.resolve(ctx, scope.Org(), path.levels(), k.Namespace, k.Name)
}

func (s *Service) resolve(ctx context.Context, org admin.OrgID, levels []Entity, namespace, name string) (Resolved, error) {
	found, err := s.store.Lookup(ctx, org, keysOn(levels, namespace, name))
	if err != nil {
		return Resolved{}, err
	}
	return resolved(levels, namespace, name, found)
}

// keysOn are the keys of a setting on each level.
func keysOn(levels []Entity, namespace, name string) []Key {
	out := make([]Key, len(levels))
	for i, e := range levels {
		out[i] = Key{e, namespace, name}
	}
	return out
}

// resolved puts what was found of one setting in the order of the levels. It changes found.
func resolved(levels []Entity, namespace, name string, found []Setting) (Resolved, error) {
	if len(found) == 0 {
		return Resolved{}, fmt.Errorf("setting %s in %s is not on any of %s: %w", name, namespace, names(levels), admin.ErrNotFound)
	}
	slices.SortFunc(found, func(a, b Setting) int {
		return slices.Index(levels, a.Entity) - slices.Index(levels, b.Entity)
	})
	return Resolved{Setting: found[0], Hidden: found[1:]}, nil
}

// complete fills in the customer of a path that names the account alone.
func (s *Service) complete(ctx context.Context, org admin.OrgID, p Path) (Path, error) {
	if err := p.check(); err != nil {
		return Path{}, err
	}
	if p.Account == "" || p.Customer != "" || s.customerOf == nil {
		return p, nil
	}
	customer, err := s.customerOf(ctx, org, p.Account)
	if err != nil {
		return Path{}, fmt.Errorf("customer of account %q: %w", p.Account, err)
	}
	p.Customer = customer
	return p, p.check()
}

func names(es []Entity) string {
	out := make([]string, len(es))
	for i, e := range es {
		out[i] = e.String()
	}
	return text.Join(out)
}

// Evaluate resolves a JSON_LOGIC setting like Resolve and runs it on an event; see Program.Eval for
// what an event may hold. It fails with ErrNotLogic where the setting that counts is of another
// type, whatever is above it, and with ErrEvaluation where the rule has no result on this event. It
// requires admin.SettingsRead.
func (s *Service) Evaluate(ctx context.Context, scope admin.Scope, path Path, namespace, name string, event any) (Result, error) {
	r, err := s.Resolve(ctx, scope, path, namespace, name)
	if err != nil {
		return Result{}, err
	}
	return s.run(ctx, scope.Org(), r.Setting, event)
}

// EvaluateID is Evaluate for the setting with this id.
func (s *Service) EvaluateID(ctx context.Context, scope admin.Scope, id uuid.UUID, event any) (Result, error) {
	rule, err := s.Get(ctx, scope, id)
	if err != nil {
		return Result{}, err
	}
	return s.run(ctx, scope.Org(), rule, event)
}

func (s *Service) run(ctx context.Context, org admin.OrgID, rule Setting, event any) (Result, error) {
	program, err := s.program(ctx, org, rule)
	if err != nil {
		return Result{}, inSetting(rule, err)
	}
	value, err := program.Eval(ctx, event)
	if err != nil {
		return Result{}, inSetting(rule, err)
	}
	return Result{Value: value, Setting: rule}, nil
}

func inSetting(rule Setting, err error) error { return fmt.Errorf("setting %s: %w", rule.Key(), err) }

func (s *Service) program(ctx context.Context, org admin.OrgID, rule Setting) (Program, error) {
	if t := rule.Value.Type(); t != TypeLogic {
		return nil, fmt.Errorf("it is %s: %w", t, ErrNotLogic)
	}
	if p, ok := s.programs.get(org, rule); ok {
		return p, nil
	}
	raw, _ := rule.Value.JSON()
	// Two that come at once both compile, which costs less than making one wait for the other.
	p, err := s.evaluator.Compile(ctx, raw)
	if err != nil {
		return nil, err
	}
	s.programs.put(org, rule, p)
	return p, nil
}
