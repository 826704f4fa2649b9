package token

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// grantor is an actor who grants permissions to a token: what they may do now, and what must hold still
// when the token is stored.
type grantor struct {
	Grant
	actor admin.Actor
	may   admin.PermissionSet // empty for the system
	all   bool                // for the system
	token Token               // that acts, if one does
}

// require fails with [admin.ErrForbidden] unless the grantor may do everything in set now.
func (g grantor) require(set admin.PermissionSet) error {
	if g.all {
		return nil
	}
	if lacks := g.may.Missing(set); len(lacks) > 0 {
		return fmt.Errorf("%s lacks the permission %s: %w", g.actor, admin.Permissions(lacks...), admin.ErrForbidden)
	}
	return nil
}

// within returns what of set the grantor may do now.
func (g grantor) within(set admin.PermissionSet) admin.PermissionSet {
	if g.all {
		return set
	}
	return g.may.Intersect(set)
}

// grantor returns who acts in scope with what they may do now, which can be less than when the scope was
// made. It fails with [admin.ErrForbidden] unless that includes [PermissionWrite].
func (s *Service) grantor(ctx context.Context, scope admin.Scope) (g grantor, err error) {
	granted, all := scope.Granted()
	g = grantor{Grant: Grant{Limit: s.maxTokens}, actor: scope.Actor(), all: all}
	if all {
		return g, nil
	}
	switch g.actor.Kind {
	case admin.ActorUser:
		g.may, err = s.userGrantor(ctx, scope, &g)
	case admin.ActorToken:
		g.may, err = s.tokenGrantor(ctx, scope, &g)
	default:
		err = fmt.Errorf("%s cannot grant permissions, only a user or a token can: %w", g.actor, admin.ErrForbidden)
	}
	if err != nil {
		return grantor{}, err
	}
	g.may = g.may.Intersect(granted)
	return g, g.require(admin.Permissions(PermissionWrite))
}

func (s *Service) userGrantor(ctx context.Context, scope admin.Scope, g *grantor) (admin.PermissionSet, error) {
	inactive := fmt.Errorf("%s is not an active user: %w", g.actor, admin.ErrForbidden)
	id, err := uuid.Parse(g.actor.ID)
	if err != nil || id.String() != g.actor.ID {
		return admin.PermissionSet{}, inactive
	}
	u, err := s.ports.Tokens.User(ctx, scope.Org(), id)
	if errors.Is(err, admin.ErrNotFound) || err == nil && !u.Active {
		return admin.PermissionSet{}, inactive
	} else if err != nil {
		return admin.PermissionSet{}, err
	}
	if u.Suspended {
		return admin.PermissionSet{}, admin.ErrSuspended
	}
	g.UserID, g.UserEpoch = u.ID, u.Epoch
	return s.ports.UserPermissions(u)
}

func (s *Service) tokenGrantor(ctx context.Context, scope admin.Scope, g *grantor) (admin.PermissionSet, error) {
	t, u, set, err := s.authorized(ctx, scope.Org(), g.actor)
	if err != nil {
		return admin.PermissionSet{}, err
	}
	g.token, g.TokenID = t, t.ID
	g.UserID, g.UserEpoch = u.ID, u.Epoch
	return set, nil
}

// effective returns what a token may do at this moment: what it was granted, of that what the user who
// answers for it may do. It returns [ReasonSuspended] if the organization is suspended, and [ReasonUser] if that user
// may do nothing any longer.
func (s *Service) effective(t *Bearer, u *UserAccess) (admin.PermissionSet, Reason) {
	if u.Suspended {
		return admin.PermissionSet{}, ReasonSuspended
	}
	if t.UserID == uuid.Nil {
		return t.Permissions, ""
	}
	if u.ID != t.UserID || !u.Active {
		return admin.PermissionSet{}, ReasonUser
	}
	set, err := s.ports.UserPermissions(*u)
	if err != nil {
		return admin.PermissionSet{}, ReasonUser
	}
	return set.Intersect(t.Permissions), ""
}

// own reports whether a token is one of those whose owner acts in scope: a user's are those that the user
// answers for, a token's are itself and those that it created.
func own(scope admin.Scope, t Token) bool {
	switch actor := scope.Actor(); actor.Kind {
	case admin.ActorUser:
		return t.UserID != uuid.Nil && t.UserID.String() == actor.ID
	case admin.ActorToken:
		return t.CreatedBy == actor || t.Actor() == actor
	}
	return false
}

// descends reports whether the token that acts in scope comes from the token id, by creation or by
// rotation, or is that token.
func (s *Service) descends(ctx context.Context, scope admin.Scope, id uuid.UUID) (bool, error) {
	actor := scope.Actor()
	if actor.Kind != admin.ActorToken {
		return false, nil
	}
	next := []string{actor.ID}
	for seen := map[string]bool{}; len(next) > 0; next = next[1:] {
		if next[0] == id.String() {
			return true, nil
		}
		at, err := uuid.Parse(next[0])
		if seen[next[0]] || err != nil {
			continue
		}
		seen[next[0]] = true
		t, err := s.ports.Tokens.Get(ctx, scope.Org(), at)
		if errors.Is(err, admin.ErrNotFound) {
			continue
		} else if err != nil {
			return false, err
		}
		if t.CreatedBy.Kind == admin.ActorToken {
			next = append(next, t.CreatedBy.ID)
		}
		if t.RotatedFrom != uuid.Nil {
			next = append(next, t.RotatedFrom.String())
		}
	}
	return false, nil
}
