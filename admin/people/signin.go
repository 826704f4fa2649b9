package people

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

var (
	// ErrSignIn is returned for every failed sign-in. It does not show which of the two is wrong, nor
	// whether there is such a user or they were deactivated.
	ErrSignIn = admin.NewError("sign_in", admin.ErrUnauthenticated, "wrong e-mail address or password")
	// ErrSession is returned when a session has ended: it was ended, expired or idle for too long, or the
	// user's password, role or status changed.
	ErrSession = admin.NewError("session_ended", admin.ErrUnauthenticated, "the session has ended: sign in again")
)

// Session is a signed-in user. A host either has the library keep it, by [Service.KeepSession], or keeps the
// user's ID and the Epoch in a session of its own and passes them to [Service.ScopeOf] on each request.
//
// Scope is what the user may do at the moment it is returned, and has no end: it outlives a later deactivation,
// another role and the end of the session. Use it for one request, and keep it nowhere.
type Session struct {
	Scope admin.Scope `json:"-"`
	User  User        `json:"user"`
	Epoch int64       `json:"epoch"`
	// ID is the [KeptSession]'s; zero for a session that the library does not keep.
	ID uuid.UUID `json:"id,omitzero"`
	// NeedsFactor reports whether FactorOptions.Required demands a second factor that the user does not have: send
	// them to enroll one, and let them do nothing else. The Scope is not narrowed by it, and [Service.ScopeOf] does
	// not report it. It is false for a user without a password if FactorOptions.TrustIdentities or TrustVerified is set.
	NeedsFactor bool `json:"needsFactor,omitempty"`
}

// SignInInput is the input of [Service.SignIn].
type SignInInput struct {
	Email    string       `json:"email"`
	Password admin.Secret `json:"-"`
	// Source is where the attempt comes from, at most 255 bytes: the client's network address as the host's
	// own proxy reports it (of IPv6 its first 64 bits, which are one subscriber's), or what else the host
	// limits by; limits keep only a digest of it. Events and records have it if [Service.From] was given no
	// source. If it is empty, only Limits.SignIn holds, by the address alone, and an attacker can delay its owner.
	Source string `json:"-"`
}

// SignIn checks an e-mail address and a password. An unknown address, a wrong password and a
// deactivated user give the same [ErrSignIn] after the same work. Attempts are limited by source and by
// address, known or not ([Limits]): more fail with [admin.ErrRateLimited]. Too many sign-ins at the same
// time fail with [admin.ErrBusy], a Source that is too long with [admin.ErrInvalid].
//
// For a user who has a second factor it fails with a [*SecondFactorRequired], for [Service.CompleteSignIn]. With the
// right password it fails with [admin.ErrSuspended] if the organization is suspended.
func (s *Service) SignIn(ctx context.Context, org admin.OrgID, in SignInInput) (Session, error) {
	if err := org.Check(); err != nil {
		return Session{}, err
	}
	if err := checkSource(in.Source); err != nil {
		return Session{}, err
	}
	s = s.at(in.Source)
	e, err := ParseEmail(in.Email)
	if err != nil {
		s.emit(ctx, admin.Event{Kind: admin.EventSignInFailed, Org: org, Reason: ReasonMalformed})
		return Session{}, ErrSignIn // no user has a malformed address
	}
	event := admin.Event{Kind: admin.EventSignIn, Org: org, Address: AddressDigest(org, e)}
	keys := newSignInKeys(org, e, in.Source)
	if err := s.limitSignIn(ctx, keys); err != nil {
		event.Kind = admin.EventSignInLimited
		s.emitLimited(ctx, err, event)
		return Session{}, err
	}
	m, err := s.ports.Users.ByEmail(ctx, org, e.Key)
	if err != nil && !errors.Is(err, admin.ErrNotFound) {
		return Session{}, err
	}
	// Without a user this verifies the zero hash, which matches nothing and takes as long.
	ok, err := s.matches(ctx, m.Credential.Hash, in.Password)
	if err != nil {
		return Session{}, err
	}
	if !ok || m.User.Status != UserActive {
		event.Kind, event.UserID, event.Reason = admin.EventSignInFailed, eventUser(m.User), signInReason(m)
		s.emit(ctx, event)
		return Session{}, ErrSignIn
	}
	if err := s.refuseSuspended(ctx, m, event); err != nil {
		return Session{}, err
	}
	s.rehash(ctx, org, m.Credential, in.Password)
	session, err := s.secondFactor(ctx, org, m, event)
	if errors.Is(err, ErrSecondFactorRequired) {
		// The attempts are kept, so that tickets are limited; but guesses from elsewhere must not keep out the
		// user, who knows the password.
		if err := s.trustSource(ctx, keys); err != nil {
			return Session{}, err
		}
	}
	if err != nil {
		return Session{}, err
	}
	if err := s.signedIn(ctx, keys); err != nil {
		return Session{}, err
	}
	return session, nil
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

// SignInVerified is [Service.SignIn] without a password, for a host that has itself proven that the user owns
// the e-mail address, by a link that it sent there. For single sign-on use [Service.SignInIdentity]: at many
// issuers users write the address that they like. It fails with [ErrSignIn] if no active user has the address. A
// user who has a second factor is asked for it as in SignIn, unless FactorOptions.TrustVerified is set. The
// Session's Scope has the user authenticated now: if the identity provider did so earlier, as auth_time of
// OpenID Connect Core 1.0, 2, reports, give that to Scope.WithAuthenticatedAt.
func (s *Service) SignInVerified(ctx context.Context, org admin.OrgID, email string) (Session, error) {
	if err := org.Check(); err != nil {
		return Session{}, err
	}
	e, err := ParseEmail(email)
	if err != nil {
		s.emit(ctx, admin.Event{Kind: admin.EventSignInFailed, Org: org, Reason: ReasonMalformed})
		return Session{}, ErrSignIn
	}
	m, err := s.ports.Users.ByEmail(ctx, org, e.Key)
	event := admin.Event{Kind: admin.EventSignIn, Org: org, Address: AddressDigest(org, e)}
	if errors.Is(err, admin.ErrNotFound) || err == nil && m.User.Status != UserActive {
		event.Kind, event.UserID, event.Reason = admin.EventSignInFailed, eventUser(m.User), signInReason(m)
		s.emit(ctx, event)
		return Session{}, ErrSignIn
	} else if err != nil {
		return Session{}, err
	}
	return s.admitVerified(ctx, org, m, s.o.Factors.TrustVerified, event)
}

// ScopeOf returns the current scope of the user in a host session. epoch is the [Session]'s when they
// signed in; if it has risen since, or there is no such active user, it fails with [ErrSession]. When the user
// last authenticated is not known to it: give that to Scope.WithAuthenticatedAt if Options.Fresh is set. It fails with
// [admin.ErrSuspended] while the organization is suspended.
func (s *Service) ScopeOf(ctx context.Context, org admin.OrgID, id uuid.UUID, epoch int64) (admin.Scope, error) {
	if err := org.Check(); err != nil {
		return admin.Scope{}, err
	}
	m, err := s.ports.Users.Member(ctx, org, id)
	if errors.Is(err, admin.ErrNotFound) || err == nil && (m.User.Status != UserActive || m.Credential.Epoch != epoch) {
		s.emit(ctx, admin.Event{Kind: admin.EventSessionRefused, Org: org, UserID: id.String()})
		return admin.Scope{}, ErrSession
	} else if err != nil {
		return admin.Scope{}, err
	}
	if m.Suspended {
		s.emit(ctx, admin.Event{
			Kind: admin.EventSessionRefused, Org: org, UserID: id.String(), Reason: ReasonSuspended,
		})
		return admin.Scope{}, admin.ErrSuspended
	}
	return s.scope(org, m)
}

// Authorize checks that an actor may still do ps, as a job does before each batch. The host's own code
// always may; a user must be active and have a role with all of ps, and so must the user in whose place support acted,
// however long ago that was; tokens are refused, because this package does not know them. It fails with
// [admin.ErrForbidden], and for every actor with [admin.ErrSuspended] while the organization is suspended, so that jobs
// wait.
func (s *Service) Authorize(ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) error {
	switch actor.Kind {
	case admin.ActorSystem:
		if err := admin.System(org).Require(ps...); err != nil {
			return err
		}
		o, err := s.ports.Organizations.Get(ctx, org)
		if err == nil && o.Status == OrganizationSuspended {
			err = admin.ErrSuspended
		}
		return err
	case admin.ActorUser, admin.ActorSupport:
		_, scope, err := s.scopeOfActor(ctx, org, actor)
		if err != nil {
			return err
		}
		return scope.Require(ps...)
	}
	return fmt.Errorf("%s is not a user: %w", actor, admin.ErrForbidden)
}

// actingUser returns the id of the user who acts or in whose place support does.
func actingUser(a admin.Actor) string {
	switch a.Kind {
	case admin.ActorUser:
		return a.ID
	case admin.ActorSupport:
		return a.For
	}
	return ""
}

// scopeOfActor returns the current scope of a user, or of the one in whose place support acts, or
// [admin.ErrForbidden] if they are not active and [admin.ErrSuspended] if the organization is suspended.
func (s *Service) scopeOfActor(
	ctx context.Context, org admin.OrgID, actor admin.Actor,
) (Member, admin.Scope, error) {
	inactive := fmt.Errorf("%s is not an active user: %w", actor, admin.ErrForbidden)
	id, err := uuid.Parse(actingUser(actor))
	if err != nil {
		return Member{}, admin.Scope{}, inactive
	}
	m, err := s.ports.Users.Member(ctx, org, id)
	if errors.Is(err, admin.ErrNotFound) || err == nil && m.User.Status != UserActive {
		return Member{}, admin.Scope{}, inactive
	} else if err != nil {
		return Member{}, admin.Scope{}, err
	}
	if m.Suspended {
		return Member{}, admin.Scope{}, admin.ErrSuspended
	}
	scope, err := s.scope(org, m)
	return m, scope, err
}

// session returns the session of a user who has just authenticated.
func (s *Service) session(org admin.OrgID, m Member) (Session, error) {
	scope, err := s.scope(org, m)
	if err != nil {
		return Session{}, err
	}
	return Session{Scope: scope.WithAuthenticatedAt(s.o.Instant()), User: m.User, Epoch: m.Credential.Epoch}, nil
}

func (s *Service) scope(org admin.OrgID, m Member) (admin.Scope, error) {
	granted, err := s.permissions(m)
	if err != nil {
		return admin.Scope{}, err
	}
	return s.userScope(org, m.User.ID, granted), nil
}

// permissions returns what a user may do now.
func (s *Service) permissions(m Member) (admin.PermissionSet, error) {
	u := m.User
	granted, err := s.rules.Permissions(u.Role, m.Custom)
	if err != nil {
		return admin.PermissionSet{}, fmt.Errorf("role %q of user %s no longer exists: give them another one: %w",
			u.Role, u.ID, admin.ErrForbidden)
	}
	return granted, nil
}

// userScope returns the scope of a user in the request that the service is for.
func (s *Service) userScope(org admin.OrgID, id uuid.UUID, granted admin.PermissionSet) admin.Scope {
	actor := admin.Actor{Kind: admin.ActorUser, ID: id.String()}
	return admin.NewScope(org, actor, granted).WithRequest(s.request)
}
