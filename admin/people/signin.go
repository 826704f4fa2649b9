package people

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

var (
	// ErrSignIn is returned for every failed sign-in. It does not say which of the two is wrong, nor
	// whether there is such a user or they were deactivated.
	ErrSignIn = admin.NewError("sign_in", admin.ErrUnauthenticated, "wrong e-mail address or password")
	// ErrSession is returned when a session has ended, because the user's password, role or status
	// changed.
	ErrSession = admin.NewError("session_ended", admin.ErrUnauthenticated, "the session has ended: sign in again")
)

// Session is a signed-in user. A host keeps the user's ID and the Epoch in its own session and passes
// them to [Service.ScopeOf] on each request.
type Session struct {
	Scope admin.Scope `json:"-"`
	User  User        `json:"user"`
	Epoch int64       `json:"epoch"`
}

// SignIn checks an e-mail address and a password. An unknown address, a wrong password and a
// deactivated user give the same [ErrSignIn] after the same work. Attempts are limited for each address,
// known or not: more fail with [admin.ErrRateLimited]. Too many sign-ins at the same time fail with
// [admin.ErrBusy].
func (s *Service) SignIn(
	ctx context.Context, org admin.OrgID, email string, password admin.Secret,
) (Session, error) {
	if err := org.Check(); err != nil {
		return Session{}, err
	}
	e, err := ParseEmail(email)
	if err != nil {
		return Session{}, ErrSignIn // no user has a malformed address
	}
	key := limitKey("signin", org, e.Key)
	if err := s.o.Limiter.Attempt(ctx, key); err != nil {
		return Session{}, err
	}
	m, err := s.ports.Users.ByEmail(ctx, org, e.Key)
	if err != nil && !errors.Is(err, admin.ErrNotFound) {
		return Session{}, err
	}
	// Without a user this verifies the zero hash, which matches nothing and takes as long.
	ok, err := s.matches(ctx, m.Credential.Hash, password)
	if err != nil {
		return Session{}, err
	}
	if !ok || m.User.Status != UserActive {
		return Session{}, ErrSignIn
	}
	if err := s.o.Limiter.Reset(ctx, key); err != nil {
		return Session{}, err
	}
	s.rehash(ctx, org, m.Credential, password)
	return s.session(org, m)
}

// rehash replaces an outdated hash while the password is at hand. A failure must not fail the sign-in.
func (s *Service) rehash(ctx context.Context, org admin.OrgID, c Credential, password admin.Secret) {
	if !s.o.Hasher.Outdated(c.Hash) {
		return
	}
	renewed, err := s.o.Hasher.Hash(ctx, password)
	if err == nil {
		err = s.ports.Users.Rehash(ctx, org, c.UserID, c.Hash, renewed)
	}
	if err != nil && !errors.Is(err, admin.ErrConflict) { // another sign-in has replaced it
		s.o.Logger.WarnContext(ctx, "an outdated password hash was not replaced", "user", c.UserID, "error", err)
	}
}

// SignInVerified is [Service.SignIn] without a password, for a host that has already authenticated the
// user, for example by single sign-on. It fails with [ErrSignIn] if no active user has the address.
func (s *Service) SignInVerified(ctx context.Context, org admin.OrgID, email string) (Session, error) {
	if err := org.Check(); err != nil {
		return Session{}, err
	}
	e, err := ParseEmail(email)
	if err != nil {
		return Session{}, ErrSignIn
	}
	m, err := s.ports.Users.ByEmail(ctx, org, e.Key)
	if errors.Is(err, admin.ErrNotFound) || err == nil && m.User.Status != UserActive {
		return Session{}, ErrSignIn
	} else if err != nil {
		return Session{}, err
	}
	return s.session(org, m)
}

// ScopeOf returns the current scope of the user in a host session. epoch is the [Session]'s when they
// signed in; if it has risen since, or there is no such active user, it fails with [ErrSession].
func (s *Service) ScopeOf(ctx context.Context, org admin.OrgID, id uuid.UUID, epoch int64) (admin.Scope, error) {
	if err := org.Check(); err != nil {
		return admin.Scope{}, err
	}
	m, err := s.ports.Users.Member(ctx, org, id)
	if errors.Is(err, admin.ErrNotFound) || err == nil && (m.User.Status != UserActive || m.Credential.Epoch != epoch) {
		return admin.Scope{}, ErrSession
	} else if err != nil {
		return admin.Scope{}, err
	}
	return s.scope(org, m)
}

// Authorize checks that an actor may still do ps, as a job does before each batch. The host's own code
// always may; a user must be active and have a role with all of ps; tokens are refused, because this
// package does not know them. It fails with [admin.ErrForbidden].
func (s *Service) Authorize(ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) error {
	switch actor.Kind {
	case admin.ActorSystem:
		return admin.System(org).Require(ps...)
	case admin.ActorUser:
		_, scope, err := s.scopeOfActor(ctx, org, actor)
		if err != nil {
			return err
		}
		return scope.Require(ps...)
	}
	return fmt.Errorf("%s is not a user: %w", actor, admin.ErrForbidden)
}

// scopeOfActor returns the current scope of a user, or [admin.ErrForbidden] if they are not active.
func (s *Service) scopeOfActor(
	ctx context.Context, org admin.OrgID, actor admin.Actor,
) (Member, admin.Scope, error) {
	inactive := fmt.Errorf("%s is not an active user: %w", actor, admin.ErrForbidden)
	id, err := uuid.Parse(actor.ID)
	if err != nil {
		return Member{}, admin.Scope{}, inactive
	}
	m, err := s.ports.Users.Member(ctx, org, id)
	if errors.Is(err, admin.ErrNotFound) || err == nil && m.User.Status != UserActive {
		return Member{}, admin.Scope{}, inactive
	} else if err != nil {
		return Member{}, admin.Scope{}, err
	}
	scope, err := s.scope(org, m)
	return m, scope, err
}

func (s *Service) session(org admin.OrgID, m Member) (Session, error) {
	scope, err := s.scope(org, m)
	if err != nil {
		return Session{}, err
	}
	return Session{Scope: scope, User: m.User, Epoch: m.Credential.Epoch}, nil
}

func (s *Service) scope(org admin.OrgID, m Member) (admin.Scope, error) {
	u := m.User
	granted, err := s.rules.Permissions(u.Role, m.Custom)
	if err != nil {
		return admin.Scope{}, fmt.Errorf("role %q of user %s no longer exists: give them another one: %w",
			u.Role, u.ID, admin.ErrForbidden)
	}
	return admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}, granted), nil
}
