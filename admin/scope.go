package admin

import (
	"fmt"
	"strings"
	"time"
)

// OrgID identifies an organization: one tenant of the host. The host chooses it when it creates the
// organization, its own tenant id for example: 1 to 64 of the characters A-Z a-z 0-9 _ . : -, compared
// byte by byte. The zero value is no organization and is refused everywhere.
type OrgID string

const (
	orgCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-"
	maxOrg        = 64
)

// Check returns nil for a well-formed id, else [ErrInvalid].
func (o OrgID) Check() error {
	if o == "" || len(o) > maxOrg || strings.Trim(string(o), orgCharacters) != "" {
		return fmt.Errorf("organization id %q: use 1 to 64 of A-Z a-z 0-9 _ . : -: %w", Clip(string(o)), ErrInvalid)
	}
	return nil
}

// Scope is who acts, in which organization, with which permissions. A Scope comes from a signed-in
// user (people.Service.SignIn, ResumeSession, ScopeOf), from a verified API token (token.Service.Verify) or from
// [System]. It is a value to pass along, never hidden in a context. The zero Scope may do nothing.
type Scope struct {
	org     OrgID
	actor   Actor
	granted PermissionSet
	system  bool
	user    string    // who answers for a token
	proven  time.Time // when the user last authenticated
	request *Request  // clean; nil if it is not known, so that a Scope is small to copy
}

// System returns the scope of the host's own trusted code in org, which may do everything there. Call
// it in schedulers and set-up code, never for a request.
func System(org OrgID) Scope {
	return Scope{org: org, actor: Actor{Kind: ActorSystem}, system: true}
}

// NewScope returns a scope with exactly the permissions given. It is for code that has authenticated an
// actor by itself, as this library's token and user services do.
func NewScope(org OrgID, actor Actor, granted PermissionSet) Scope {
	return Scope{org: org, actor: actor, granted: granted}
}

// Org returns the organization that the scope acts in.
func (s Scope) Org() OrgID { return s.org }

// Actor returns who acts.
func (s Scope) Actor() Actor { return s.actor }

// User returns the id of the user who answers for what is done: the actor, or for an API token the user
// at the root of the tokens that generated it. For support it is the user in whose place it acts, whose limits hold for
// it. It is empty for [System] and for tokens that it generated.
func (s Scope) User() string {
	switch s.actor.Kind {
	case ActorUser:
		return s.actor.ID
	case ActorSupport:
		return s.actor.For
	}
	return s.user
}

// OnBehalfOf returns the scope of a token with the id of the user who answers for it. Package token sets it.
func (s Scope) OnBehalfOf(user string) Scope {
	s.user = user
	return s
}

// AuthenticatedAt returns when the user in scope last proved who they are, by a password, a second factor or
// single sign-on. It is zero if that is not known, and for tokens and [System].
func (s Scope) AuthenticatedAt() time.Time { return s.proven }

// WithAuthenticatedAt returns the scope with the instant at which its user last proved who they are. A host
// with sessions of its own keeps the instant in them. The zero time means that it is not known. It is ignored for
// actors that are not users.
func (s Scope) WithAuthenticatedAt(at time.Time) Scope {
	if s.actor.Kind == ActorUser {
		s.proven = Instant(at)
	}
	return s
}

// RequireRecent returns nil if the user in scope proved who they are within the given time before now, or if
// the actor is not a user: tokens and [System] do not authenticate again. Otherwise it fails with
// [ErrReauthenticate]. An instant after now is not recent, and neither is an unknown one.
//
// Support that acts for a user fails with [ErrSupport] whatever within is: what needs a recent authentication is
// the user's own.
func (s Scope) RequireRecent(now time.Time, within time.Duration) error {
	if err := s.RefuseSupport(); err != nil {
		return err
	}
	if s.actor.Kind != ActorUser || within <= 0 {
		return nil
	}
	if s.proven.IsZero() || s.proven.After(now) || now.Sub(s.proven) > within {
		return fmt.Errorf("%s must have authenticated within %v: %w", s.actor, within, ErrReauthenticate)
	}
	return nil
}

// RefuseSupport returns nil unless the scope is that of support, which acts for a user: then it fails with
// [ErrSupport].
func (s Scope) RefuseSupport() error {
	if s.actor.Kind == ActorSupport {
		return fmt.Errorf("%s: %w", s.actor, ErrSupport)
	}
	return nil
}

// Can reports whether the scope may do p: whether [Scope.Require] returns nil.
func (s Scope) Can(p Permission) bool { return s.Require(p) == nil }

// Require returns nil if the scope may do everything in ps. It fails with [ErrUnauthenticated] for the
// zero Scope, with [ErrInvalid] for a malformed organization id, and with [ErrForbidden], naming what is
// missing.
func (s Scope) Require(ps ...Permission) error {
	if s.org == "" || s.actor.Kind == "" {
		return fmt.Errorf("the scope is empty: authentication is required: %w", ErrUnauthenticated)
	}
	if err := s.org.Check(); err != nil {
		return err
	}
	return s.covers(Permissions(ps...))
}

func (s Scope) covers(set PermissionSet) error {
	if s.system {
		return nil
	}
	if lacks := s.granted.Missing(set); len(lacks) > 0 {
		return fmt.Errorf("%s lacks the permission %s: %w", s.actor, joinPermissions(lacks), ErrForbidden)
	}
	return nil
}

// Granted returns the permissions that the scope was granted. all is true for [System], which may do
// everything: the set is empty then, so that it cannot be copied into something that lasts.
func (s Scope) Granted() (set PermissionSet, all bool) { return s.granted, s.system }

// String returns the actor and the organization: "user 0190… in acme".
func (s Scope) String() string { return s.actor.String() + " in " + string(s.org) }
