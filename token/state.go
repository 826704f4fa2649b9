package token

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Deactivate switches a token off: the next verification refuses it. A token that is off stays off,
// without another audit record. It requires [PermissionWrite] and fails with [admin.ErrNotFound], and
// with [ErrDeleted] for a deleted token.
func (s *Service) Deactivate(ctx context.Context, scope admin.Scope, id uuid.UUID) (Token, error) {
	return s.setState(ctx, scope, id, Deactivated, ActionDeactivate, func(Token) error { return nil })
}

// Reactivate switches a token on again. A token that is on stays on, without another audit record. It
// grants the token's permissions again, so it requires all of them besides [PermissionWrite]. It fails
// with [admin.ErrNotFound], [ErrDeleted], and with [ErrExpired] if the token would not be valid.
func (s *Service) Reactivate(ctx context.Context, scope admin.Scope, id uuid.UUID) (Token, error) {
	return s.setState(ctx, scope, id, Active, ActionReactivate, func(t Token) error {
		if err := scope.Require(t.Permissions.List()...); err != nil {
			return err
		}
		if err := s.checkUser(ctx, scope, t.Permissions); err != nil {
			return err
		}
		t.State = Active
		if t.RefusedAt(s.runtime.Instant()) == ReasonExpired {
			return ErrExpired
		}
		return nil
	})
}

// Delete ends a token for good. It stays as a tombstone, so that its secret is still recognized.
// Deleting it again does nothing. It requires [PermissionWrite] and fails with [admin.ErrNotFound].
func (s *Service) Delete(ctx context.Context, scope admin.Scope, id uuid.UUID) error {
	_, err := s.setState(ctx, scope, id, Deleted, ActionDelete, func(Token) error { return nil })
	return err
}

// maxTries bounds how often setState tries while other callers change the same token.
const maxTries = 5

// setState moves a token to a state if check allows it, retrying on conflict: callers mean the state
// that they want, not the version that they saw.
func (s *Service) setState(
	ctx context.Context, scope admin.Scope, id uuid.UUID, to State, action admin.Action, check func(Token) error,
) (Token, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Token{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return Token{}, err
	}
	for try := 1; ; try++ {
		t, err := s.ports.Tokens.Get(ctx, scope.Org(), id)
		if err != nil || t.State == to {
			return t, err
		}
		if t.State != Deleted {
			if err := check(t); err != nil {
				return Token{}, err
			}
		}
		want := t
		want.State, want.UpdatedAt = to, s.runtime.Instant()
		next, err := t.Updated(want)
		if err != nil {
			return Token{}, err
		}
		err = s.ports.Tokens.Update(ctx, scope.Org(), want, s.record(scope, action, t))
		if err == nil {
			return next, nil
		}
		if !errors.Is(err, admin.ErrConflict) || try == maxTries {
			return Token{}, err
		}
	}
}

// DeactivateBy switches off every active token that actor created, and those that they created in
// turn, in one write, and returns their number. It is for when a user is deactivated or a token has
// leaked. Stop the actor first, or it can create another token meanwhile. The tokens stay off when the
// actor is reactivated. It requires [PermissionWrite] and fails with [admin.ErrInvalid] for an actor of
// an unknown kind.
func (s *Service) DeactivateBy(ctx context.Context, scope admin.Scope, actor admin.Actor) (int, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return 0, err
	}
	if err := s.requireFresh(scope); err != nil {
		return 0, err
	}
	var p admin.Problems
	switch actor.Kind {
	case admin.ActorUser, admin.ActorToken, admin.ActorSystem:
	default:
		p.Add("/actor/kind", admin.CodeUnknown, "%q is not a kind of actor that creates tokens: use %s, %s or %s",
			admin.Clip(string(actor.Kind)), admin.ActorUser, admin.ActorToken, admin.ActorSystem)
	}
	if err := p.Err(); err != nil {
		return 0, err
	}
	rec := s.runtime.Record(scope, ActionDeactivateBy, actor.Subject())
	return s.ports.Tokens.DeactivateBy(ctx, scope.Org(), actor, rec.At, rec)
}
