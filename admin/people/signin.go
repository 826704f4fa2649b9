package people

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

var (
	// ErrSignIn is all that a failed sign-in tells: which of the two is wrong, and whether there is
	// such a user or they were deactivated, is not for strangers.
	ErrSignIn = admin.NewError("sign_in", admin.ErrUnauthenticated, "wrong e-mail address or password")
	// ErrSession: the session has ended, because the user's password, role or status changed.
	ErrSession = admin.NewError("session_ended", admin.ErrUnauthenticated, "the session has ended: sign in again")
)

// Session is somebody who signed in. A host keeps the user's ID and the Epoch in its own session
// and asks ScopeOf with them on each request.
type Session struct {
	Scope admin.Scope
	User  User
	Epoch int64
}

// SignIn checks an e-mail address and a password. Whoever has no such address, another password or
// no access any more gets the same ErrSignIn after the same work. Attempts are limited for each
// address, whether or not it is anybody's: ErrRateLimited. ErrBusy: too many sign in at once.
func (s *Service) SignIn(ctx context.Context, org admin.OrgID, email string, password admin.Secret) (Session, error) {
	if err := org.Check(); err != nil {
		return Session{}, err
	}
	e, err := ParseEmail(email)
	if err != nil {
		return Session{}, ErrSignIn // nobody's, as anybody can see
	}
	key := limitKey("signin", org, e.Key)
	if err := s.o.Limiter.Attempt(ctx, key); err != nil {
		return Session{}, err
	}
	u, c, err := s.users.ByEmail(ctx, org, e.Key)
	if err != nil && !errors.Is(err, admin.ErrNotFound) {
		return Session{}, err
	}
	// Nobody has the zero hash, which takes as long as anybody's.
	ok, err := s.matches(ctx, c.Hash, password)
	if err != nil {
		return Session{}, err
	}
	if !ok || u.Status != UserActive {
		return Session{}, ErrSignIn
	}
	if err := s.o.Limiter.Reset(ctx, key); err != nil {
		return Session{}, err
	}
	s.rehash(ctx, org, c, password)
	return s.session(org, u, c)
}

// rehash brings an outdated hash up to date while the password is at hand. That it may fail must
// keep nobody out.
func (s *Service) rehash(ctx context.Context, org admin.OrgID, c Credential, password admin.Secret) {
	if !s.o.Hasher.Outdated(c.Hash) {
		return
	}
	renewed, err := s.o.Hasher.Hash(ctx, password)
	if err == nil {
		err = s.users.Rehash(ctx, org, c.UserID, c.Hash, renewed)
	}
	if err != nil && !errors.Is(err, admin.ErrConflict) { // somebody else replaced it: just as well
		s.o.Logger.WarnContext(ctx, "an outdated password hash was not replaced", "user", c.UserID, "error", err)
	}
}

// SignInVerified is SignIn for a host that has found out by itself that the e-mail address is that
// of whoever is there (single sign-on): no password is asked for. It fails with ErrSignIn where no
// active user has the address.
func (s *Service) SignInVerified(ctx context.Context, org admin.OrgID, email string) (Session, error) {
	if err := org.Check(); err != nil {
		return Session{}, err
	}
	e, err := ParseEmail(email)
	if err != nil {
		return Session{}, ErrSignIn
	}
	u, c, err := s.users.ByEmail(ctx, org, e.Key)
	if errors.Is(err, admin.ErrNotFound) || err == nil && u.Status != UserActive {
		return Session{}, ErrSignIn
	} else if err != nil {
		return Session{}, err
	}
	return s.session(org, u, c)
}

// ScopeOf is the scope of a user whom the host's own session names, as of now. epoch is the Session's
// when they signed in; where it has risen since, or there is no such active user, the session has
// ended: ErrSession.
func (s *Service) ScopeOf(ctx context.Context, org admin.OrgID, id uuid.UUID, epoch int64) (admin.Scope, error) {
	if err := org.Check(); err != nil {
		return admin.Scope{}, err
	}
	u, c, err := s.users.Credential(ctx, org, id)
	if errors.Is(err, admin.ErrNotFound) || err == nil && (u.Status != UserActive || c.Epoch != epoch) {
		return admin.Scope{}, ErrSession
	} else if err != nil {
		return admin.Scope{}, err
	}
	return s.scope(org, u)
}

// Authorize checks that an actor who once asked for something may still do ps: what a job does
// before it goes on. The host's own code always may; a user must be active and have a role with all
// of ps; of tokens it knows nothing and refuses them. Errors: ErrForbidden.
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

// scopeOfActor is what a user may do now, or ErrForbidden where they are not active.
func (s *Service) scopeOfActor(ctx context.Context, org admin.OrgID, actor admin.Actor) (Credential, admin.Scope, error) {
	gone := fmt.Errorf("%s is not an active user: %w", actor, admin.ErrForbidden)
	id, err := uuid.Parse(actor.ID)
	if err != nil {
		return Credential{}, admin.Scope{}, gone
	}
	u, c, err := s.users.Credential(ctx, org, id)
	if errors.Is(err, admin.ErrNotFound) || err == nil && u.Status != UserActive {
		return Credential{}, admin.Scope{}, gone
	} else if err != nil {
		return Credential{}, admin.Scope{}, err
	}
	scope, err := s.scope(org, u)
	return c, scope, err
}

func (s *Service) session(org admin.OrgID, u User, c Credential) (Session, error) {
	scope, err := s.scope(org, u)
	if err != nil {
		return Session{}, err
	}
	return Session{Scope: scope, User: u, Epoch: c.Epoch}, nil
}

func (s *Service) scope(org admin.OrgID, u User) (admin.Scope, error) {
	granted, err := s.o.Roles.Permissions(u.Role)
	if err != nil {
		// The host took the role away: nobody knows what its users may do.
		return admin.Scope{}, fmt.Errorf("role %q of user %s is not known any more: give them another one: %w", u.Role, u.ID, admin.ErrForbidden)
	}
	return admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}, granted), nil
}
