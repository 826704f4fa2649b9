package settings

import (
	"context"
	"fmt"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Path is for whom a setting is resolved. Both ids are optional; the zero Path is the organization alone.
type Path struct {
	Account string `json:"accountId,omitempty"`
	// Customer is the one that Account belongs to. If it is empty, CustomerOf is asked for it.
	Customer string `json:"customerId,omitempty"`
}

func (p Path) check() error {
	var problems admin.Problems
	if p.Account != "" {
		problems.ID("/accountId", p.Account)
	}
	if p.Customer != "" {
		problems.ID("/customerId", p.Customer)
	}
	return problems.Err()
}

// levels lists the entities that the path looks at, the most specific first.
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
	Setting Setting `json:"setting"`
	// Hidden are those of the levels above it, the most specific first: the first of them would count if
	// Setting were deleted.
	Hidden []Setting `json:"hidden,omitempty"`
}

// Level is where the setting was found: Account, Customer or Organization.
func (r Resolved) Level() EntityKind { return r.Setting.Entity.Kind }

// Ref names settings of all levels. An empty Namespace means [DefaultNamespace].
type Ref struct {
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// Resolution is what [Service.ResolveAll] found under one Ref.
type Resolution struct {
	Resolved
	Err error `json:"-"` // wraps admin.ErrNotFound if no level has the setting, else nil
}

// Resolve returns the setting that counts on a path: that of the account, else that of its customer, else
// that of the organization. If none has one, it fails with [admin.ErrNotFound]. All levels are read in one
// query. An empty namespace means [DefaultNamespace]. It requires [PermissionRead].
func (s *Service) Resolve(
	ctx context.Context, scope admin.Scope, path Path, namespace, name string,
) (Resolved, error) {
	found, err := s.ResolveAll(ctx, scope, path, []Ref{{namespace, name}})
	if err != nil {
		return Resolved{}, err
	}
	return found[0].Resolved, found[0].Err
}

// ResolveAll is Resolve for several settings, which are read together. The result has the order of refs. It
// requires [PermissionRead].
func (s *Service) ResolveAll(ctx context.Context, scope admin.Scope, path Path, refs []Ref) ([]Resolution, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return nil, err
	}
	refs = slices.Clone(refs)
	var p admin.Problems
	for i := range refs {
		k := newKey(Entity{Kind: Organization}, refs[i].Namespace, refs[i].Name)
		k.check(&p)
		refs[i].Namespace = k.Namespace
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	path, err := s.complete(ctx, scope.Org(), path)
	if err != nil {
		return nil, err
	}
	levels := path.levels()
	found, err := s.lookUp(ctx, scope.Org(), levels, refs)
	if err != nil {
		return nil, err
	}
	out := make([]Resolution, len(refs))
	for i, r := range refs {
		out[i].Resolved, out[i].Err = resolved(levels, r, found[r])
	}
	return out, nil
}

// lookUp reads the settings of all refs on all levels together.
func (s *Service) lookUp(
	ctx context.Context, org admin.OrgID, levels []Entity, refs []Ref,
) (map[Ref][]Setting, error) {
	out := make(map[Ref][]Setting, len(refs))
	keys := make([]Key, 0, len(refs)*len(levels))
	for _, r := range refs {
		if _, ok := out[r]; ok {
			continue
		}
		out[r] = nil
		for _, e := range levels {
			keys = append(keys, Key{e, r.Namespace, r.Name})
		}
	}
	if len(keys) == 0 {
		return out, nil
	}
	found, err := s.ports.Settings.Lookup(ctx, org, keys)
	if err != nil {
		return nil, err
	}
	for _, set := range found {
		r := Ref{set.Namespace, set.Name}
		out[r] = append(out[r], set)
	}
	return out, nil
}

// resolved puts what was found of one setting in the order of the levels. It changes found.
func resolved(levels []Entity, r Ref, found []Setting) (Resolved, error) {
	if len(found) == 0 {
		return Resolved{}, fmt.Errorf("%s in %s is not on any of %s: %w",
			r.Name, r.Namespace, names(levels), admin.NotFound("setting"))
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
	customerOf := s.customerOf
	if customerOf == nil {
		customerOf = s.ports.CustomerOf
	}
	if p.Account == "" || p.Customer != "" || customerOf == nil {
		return p, nil
	}
	customer, err := customerOf(ctx, org, p.Account)
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
