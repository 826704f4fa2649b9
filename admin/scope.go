package admin

import (
	"fmt"
	"strings"
)

// OrgID names an organization: one tenant of the host. The host chooses it (its own tenant id,
// say) when it creates the organization: 1 to 64 of the characters A-Z a-z 0-9 _ . : -, compared
// byte by byte. The zero value is no organization and is refused everywhere.
type OrgID string

const (
	orgCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-"
	maxOrg        = 64
)

// Check is nil for a well-formed id, else ErrInvalid.
func (o OrgID) Check() error {
	if o == "" || len(o) > maxOrg || strings.Trim(string(o), orgCharacters) != "" {
		return fmt.Errorf("organization id %q: use 1 to 64 of A-Z a-z 0-9 _ . : -: %w", Clip(string(o)), ErrInvalid)
	}
	return nil
}

// ActorKind says what sort of actor an Actor is.
type ActorKind string

// The kinds of actor.
const (
	ActorUser   ActorKind = "user"   // a person; ID is the user's
	ActorToken  ActorKind = "token"  // an API token; ID is the token's
	ActorSystem ActorKind = "system" // the host's own trusted code
)

// Actor is who did something, as the audit trail keeps it.
type Actor struct {
	Kind ActorKind
	ID   string // empty for ActorSystem
}

// String is "user 0190…", "token 0190…" or "system".
func (a Actor) String() string {
	if a.ID == "" {
		return string(a.Kind)
	}
	return string(a.Kind) + " " + a.ID
}

// Scope is who acts, in which organization, with which permissions. Every service method takes
// one and requires its permission before anything else. A Scope comes from a user's membership
// (People.ScopeOf, People.SignIn), from a verified API token (token.Service.Verify) or from
// System; it is a value to pass along, never hidden in a context. The zero Scope may do nothing.
type Scope struct {
	org     OrgID
	actor   Actor
	granted PermissionSet
	system  bool
}

// System is the host's own trusted code acting in org, with every permission. Whoever can call it
// can do anything there: call it in schedulers and set-up code, never for a request.
func System(org OrgID) Scope {
	return Scope{org: org, actor: Actor{Kind: ActorSystem}, system: true}
}

// NewScope is for code that authenticated an actor by itself, as this library's token and user
// services do. It grants exactly the permissions given.
func NewScope(org OrgID, actor Actor, granted PermissionSet) Scope {
	return Scope{org: org, actor: actor, granted: granted}
}

// Org is the organization that the scope acts in.
func (s Scope) Org() OrgID { return s.org }

// Actor is who acts.
func (s Scope) Actor() Actor { return s.actor }

// Can reports whether the scope may do p: whether Require(p) is nil.
func (s Scope) Can(p Permission) bool { return s.Require(p) == nil }

// Require is nil where the scope may do everything in ps. It fails with ErrUnauthenticated for the
// zero Scope, ErrInvalid for a malformed organization id, and ErrForbidden, naming what is missing.
func (s Scope) Require(ps ...Permission) error {
	if s.org == "" || s.actor.Kind == "" {
		return fmt.Errorf("nobody is acting: get a Scope from a user, a token or admin.System: %w", ErrUnauthenticated)
	}
	if err := s.org.Check(); err != nil {
		return err
	}
	return s.covers(Permissions(ps...))
}

// RequireAll is Require for a whole set: nobody may hand out more than they have, so granting a
// role or a token's permissions requires all of it.
func (s Scope) RequireAll(set PermissionSet) error { return s.Require(set.sorted...) }

func (s Scope) covers(set PermissionSet) error {
	if s.system {
		return nil
	}
	if lacks := s.granted.Missing(set); len(lacks) > 0 {
		return fmt.Errorf("%s lacks the permission %s: %w", s.actor, joinPermissions(lacks), ErrForbidden)
	}
	return nil
}

// Permissions is what the scope was granted; for System it is empty although it may do everything,
// so ask Can or Require.
func (s Scope) Permissions() PermissionSet { return s.granted }

// String is the actor and the organization.
func (s Scope) String() string { return s.actor.String() + " in " + string(s.org) }
