package token

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// EndOptions are the options of [Service.Deactivate] and [Service.Delete]; the zero value is ready.
type EndOptions struct {
	// KeepChildren leaves the tokens alone that the token created.
	KeepChildren bool `json:"keepChildren,omitempty"`
}

// Deactivate switches a token off, with those that it created, that these created and so on, and with the
// token that it replaces, if it does: the next verification refuses them. Those that are off stay off; if
// all are, there is no further audit record.
//
// It requires [PermissionWrite] and, unless the token is one's own, all of its permissions, because actors
// take away no more than they have; or else [PermissionRevoke]. A user's own are the tokens that the user
// answers for, a token's own are itself and those that it created. It fails with [admin.ErrNotFound], and
// with [ErrDeleted] for a deleted token.
func (s *Service) Deactivate(ctx context.Context, scope admin.Scope, id uuid.UUID, o EndOptions) (Token, error) {
	return s.end(ctx, scope, Ending{Token: id, State: Deactivated, KeepChildren: o.KeepChildren}, ActionDeactivate)
}

// Delete ends a token for good, with the others that [Service.Deactivate] switches off. They stay as
// tombstones, so that their secrets are still recognized. Deleting a token again deletes only what is left
// of those. It requires what Deactivate does and fails with [admin.ErrNotFound].
func (s *Service) Delete(ctx context.Context, scope admin.Scope, id uuid.UUID, o EndOptions) error {
	_, err := s.end(ctx, scope, Ending{Token: id, State: Deleted, KeepChildren: o.KeepChildren}, ActionDelete)
	return err
}

func (s *Service) end(ctx context.Context, scope admin.Scope, e Ending, action admin.Action) (Token, error) {
	if err := s.requireEnding(scope); err != nil {
		return Token{}, err
	}
	t, err := s.ports.Tokens.Get(ctx, scope.Org(), e.Token)
	if err != nil {
		return Token{}, err
	}
	if !own(scope, t) {
		e.Within = within(scope)
	}
	var kept []admin.Change
	if e.KeepChildren {
		kept = []admin.Change{{Field: "children", To: "kept"}}
	}
	rec := s.record(scope, action, t, kept...)
	e.At = rec.At
	if _, err := s.ports.Tokens.End(ctx, scope.Org(), e, rec); err != nil {
		return Token{}, err
	}
	return s.ports.Tokens.Get(ctx, scope.Org(), e.Token)
}

// DeactivateBy switches off every active token that actor created, and those that they created in
// turn, in one write, and returns their number. It is for when a token has leaked; people.Service.Deactivate
// does it for a user. Stop the actor first, or it can create another token meanwhile. The tokens stay off
// when the actor is reactivated.
//
// It requires [PermissionWrite] and, unless actor is the one in scope or a token of theirs, every permission
// that the tokens have; or else [PermissionRevoke]. It fails with [admin.ErrInvalid] for an actor of an unknown kind.
func (s *Service) DeactivateBy(ctx context.Context, scope admin.Scope, actor admin.Actor) (int, error) {
	if err := s.requireEnding(scope); err != nil {
		return 0, err
	}
	var p admin.Problems
	switch actor.Kind {
	case admin.ActorUser, admin.ActorToken, admin.ActorSystem:
	default:
		p.Add("/actor/kind", admin.CodeUnknown, "%q is not a kind of actor that creates tokens: use %s, %s or %s",
			admin.Clip(string(actor.Kind)), admin.ActorUser, admin.ActorToken, admin.ActorSystem)
	}
	actor.For = "" // of kinds that act for no other user
	if err := p.Err(); err != nil {
		return 0, err
	}
	rec := s.runtime.Record(scope, ActionDeactivateBy, actor.Subject())
	e := Ending{State: Deactivated, At: rec.At}
	mine, err := s.ownActor(ctx, scope, actor)
	if err != nil {
		return 0, err
	}
	if !mine {
		e.Within = within(scope)
	}
	return s.ports.Tokens.DeactivateBy(ctx, scope.Org(), actor, e, rec)
}

// ownActor reports whether an actor is the one in scope or a token of theirs.
func (s *Service) ownActor(ctx context.Context, scope admin.Scope, actor admin.Actor) (bool, error) {
	if actor == scope.Actor() {
		return true, nil
	}
	id, invalid := uuid.Parse(actor.ID)
	if actor.Kind == admin.ActorToken && invalid == nil {
		t, err := s.ports.Tokens.Get(ctx, scope.Org(), id)
		if err == nil {
			return own(scope, t), nil
		} else if !errors.Is(err, admin.ErrNotFound) {
			return false, err
		}
	}
	return false, nil
}

// requireEnding fails unless scope may end tokens.
func (s *Service) requireEnding(scope admin.Scope) error {
	if !scope.Can(PermissionRevoke) {
		if err := scope.Require(PermissionWrite); err != nil {
			return err
		}
	}
	return s.requireFresh(scope)
}

// within returns what the tokens that scope ends must not have more than; nil if it may end all.
func within(scope admin.Scope) *admin.PermissionSet {
	granted, all := scope.Granted()
	if all || granted.Has(PermissionRevoke) {
		return nil
	}
	return &granted
}
