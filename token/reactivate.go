package token

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/retry"
)

// Reactivate switches a token on again, and it alone: those that were switched off with it stay off. A token
// that is on stays on, without another audit record. It grants the token's permissions again, so it
// requires all of them besides [PermissionWrite], as [Service.Generate] does. A token can switch on neither
// itself nor a token that it comes from, by creation or by rotation.
//
// It fails with [admin.ErrNotFound], [ErrDeleted], [ErrUserNotActive], [ErrTooManyTokens], and with
// [ErrExpired] if the token would not be valid.
func (s *Service) Reactivate(ctx context.Context, scope admin.Scope, id uuid.UUID) (t Token, err error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Token{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return Token{}, err
	}
	err = retry.Do(func() error {
		t, err = s.reactivate(ctx, scope, id)
		return err
	})
	return t, err
}

func (s *Service) reactivate(ctx context.Context, scope admin.Scope, id uuid.UUID) (Token, error) {
	t, err := s.ports.Tokens.Get(ctx, scope.Org(), id)
	if err != nil || t.State == Active {
		return t, err
	}
	want := t
	want.UpdatedAt = s.runtime.Instant()
	next, err := t.Reactivated(want)
	if err != nil {
		return Token{}, err
	}
	if err := scope.Require(t.Permissions.List()...); err != nil {
		return Token{}, err
	}
	g, err := s.grantor(ctx, scope)
	if err != nil {
		return Token{}, err
	}
	if err := g.require(t.Permissions); err != nil {
		return Token{}, err
	}
	if from, err := s.descends(ctx, scope, id); err != nil {
		return Token{}, err
	} else if from {
		return Token{}, fmt.Errorf("%s comes from the token %s and cannot switch it on: %w",
			scope.Actor(), id, admin.ErrForbidden)
	}
	if next.RefusedAt(want.UpdatedAt) == ReasonExpired {
		return Token{}, ErrExpired
	}
	err = s.ports.Tokens.Reactivate(ctx, scope.Org(), want, g.Grant, s.record(scope, ActionReactivate, t))
	if err != nil {
		return Token{}, err
	}
	return next, nil
}
