package settings

import (
	"context"
	"fmt"
	"iter"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Get returns one setting, or [admin.ErrNotFound]. It requires [PermissionRead].
func (s *Service) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Setting, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Setting{}, err
	}
	return s.ports.Settings.Get(ctx, scope.Org(), id)
}

// Find returns the setting that is on the entity itself, or [admin.ErrNotFound]; [Service.Resolve] looks at the
// levels above it too. An empty namespace means [DefaultNamespace]. It requires [PermissionRead].
func (s *Service) Find(ctx context.Context, scope admin.Scope, e Entity, namespace, name string) (Setting, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Setting{}, err
	}
	k := newKey(e, namespace, name)
	var p admin.Problems
	k.check(&p)
	if err := p.Err(); err != nil {
		return Setting{}, err
	}
	found, err := s.ports.Settings.Lookup(ctx, scope.Org(), []Key{k})
	if err != nil {
		return Setting{}, err
	}
	if len(found) == 0 {
		return Setting{}, fmt.Errorf("%s: %w", k, admin.NotFound("setting"))
	}
	return found[0], nil
}

// List pages through the settings that match, oldest first. A Filter that no setting can match is
// [admin.ErrInvalid]. It requires [PermissionRead].
func (s *Service) List(ctx context.Context, scope admin.Scope, f Filter, q admin.Query) (admin.Page[Setting], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Setting]{}, err
	}
	if err := f.check(); err != nil {
		return admin.Page[Setting]{}, err
	}
	return admin.Paginate(scope.Org(), f.list(), q,
		func(seek admin.Seek[uuid.UUID]) ([]Setting, error) {
			return s.ports.Settings.List(ctx, scope.Org(), f, seek)
		},
		func(s Setting) uuid.UUID { return s.ID })
}

// All iterates over the settings that match, oldest first. It requires [PermissionRead].
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Setting, error] {
	return admin.All(func(q admin.Query) (admin.Page[Setting], error) { return s.List(ctx, scope, f, q) })
}
