package token

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Audit actions.
const (
	ActionGenerate     admin.Action = "token.generate"
	ActionDeactivate   admin.Action = "token.deactivate"
	ActionReactivate   admin.Action = "token.reactivate"
	ActionDelete       admin.Action = "token.delete"
	ActionRename       admin.Action = "token.rename"
	ActionRotate       admin.Action = "token.rotate"        // its subject is the new token
	ActionDeactivateBy admin.Action = "token.deactivate_by" // all of one creator; its subject is that actor
)

// Ports are what a [Service] works on. All are required but KeepEvent.
type Ports struct {
	Tokens Store
	// UserPermissions returns the permissions that a user's role has. It fails for a role that no longer
	// exists, and then the user's tokens are refused.
	UserPermissions func(UserAccess) (admin.PermissionSet, error)
	// KeepEvent, if set, keeps an event after it was emitted. It must return soon.
	KeepEvent func(context.Context, admin.Event)
}

// Options of a [Service]; the zero value is ready.
type Options struct {
	admin.Runtime
	// Brand begins every secret: 2 to 8 of a-z; empty means "adm". Secrets of another brand are
	// refused, so keep it once tokens are in use.
	Brand string
	// Environment is the second part of every secret; empty means [Live]. Secrets of the other one are
	// refused.
	Environment Environment
	// Hashers make the digests that secrets are kept by; none means [SHA256]. New tokens are kept under
	// the first. With a second one, at most [MaxHashers], tokens are found by that too and move to the
	// first when they are used.
	//
	// To change from one hasher to another where several processes run, take three steps, each of them
	// in every process before the next: {old, new}, then {new, old}, then {new}. Tokens that were not
	// used during the second step are unknown after the third.
	Hashers []Hasher
	// Grantable has every permission that a token can be granted; empty means all that the creator has.
	Grantable admin.PermissionSet
	// MaxLifetime is how long after its making a token expires at the latest; 0 means that tokens need not
	// expire.
	MaxLifetime time.Duration
	// MaxTokens is how many tokens of an organization can be valid, those that users answer for and the
	// system's together; 0 means 1,000. During the overlap of a rotation there can be one more.
	MaxTokens int
	// Fresh is how long ago a user may last have authenticated when they make tokens or change them: later
	// calls fail with [admin.ErrReauthenticate]. 0 means that it does not matter. See
	// [admin.Scope.RequireRecent].
	Fresh time.Duration
}

const defaultMaxTokens = 1000

func (o Options) check(p *admin.Problems) {
	if o.MaxLifetime < 0 {
		p.Add("/maxLifetime", admin.CodeRange, "%v is negative: give a positive value, or 0 for none", o.MaxLifetime)
	}
	if o.Fresh < 0 {
		p.Add("/fresh", admin.CodeRange, "%v is negative: give a positive value, or 0 for none", o.Fresh)
	}
	if o.MaxTokens < 0 {
		p.Add("/maxTokens", admin.CodeRange, "%d is negative: give a positive value, or 0 for the default", o.MaxTokens)
	}
}

// Service keeps API tokens and verifies their secrets. It is safe for concurrent use.
type Service struct {
	ports Ports
	inTx  bool
	*core
}

// core holds what services made by [Service.In] share.
type core struct {
	runtime     admin.Runtime
	format      format
	hashers     []Hasher
	grantable   admin.PermissionSet
	maxLifetime time.Duration
	maxTokens   int
	fresh       time.Duration
	uses        *uses
}

// NewService returns a Service over ports. It fails with [admin.ErrInvalid] if a port is missing or an
// option is not allowed, with every problem.
func NewService(ports Ports, o Options) (*Service, error) {
	var p admin.Problems
	if ports.Tokens == nil {
		p.Add("/ports/tokens", admin.CodeRequired, "is required: give the token.Store of a storage")
	}
	if ports.UserPermissions == nil {
		p.Add("/ports/userPermissions", admin.CodeRequired, "is required: give what returns the permissions of a user's role")
	}
	o.check(&p)
	f := newFormat(&p, o.Brand, o.Environment)
	checkHashers(&p, o.Hashers)
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	hashers := slices.Clone(o.Hashers)
	if len(hashers) == 0 {
		hashers = []Hasher{SHA256{}}
	}
	if o.MaxTokens == 0 {
		o.MaxTokens = defaultMaxTokens
	}
	return &Service{ports: ports, core: &core{
		runtime: o.WithDefaults(), format: f, hashers: hashers, grantable: o.Grantable,
		maxLifetime: o.MaxLifetime, maxTokens: o.MaxTokens, uses: newUses(),
		fresh: o.Fresh,
	}}, nil
}

// In returns the service over the ports of a transaction, with the same options. What it verifies is noted
// by [Service.Run] of s, after the transaction or during it.
func (s *Service) In(ports Ports) *Service { return &Service{ports: ports, inTx: true, core: s.core} }

// Get returns one token in any state, or [admin.ErrNotFound]. It requires [PermissionRead].
func (s *Service) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Token, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Token{}, err
	}
	s.flushBefore(ctx)
	return s.ports.Tokens.Get(ctx, scope.Org(), id)
}

// List pages through the tokens that match f, newest first; deleted ones only if f asks for them. It
// fails with [admin.ErrInvalid] for an unknown state. It requires [PermissionRead].
func (s *Service) List(ctx context.Context, scope admin.Scope, f Filter, q admin.Query) (admin.Page[Token], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Token]{}, err
	}
	if err := f.check(); err != nil {
		return admin.Page[Token]{}, err
	}
	name := fmt.Sprintf("tokens %q %s %s %s", f.State, f.UserID, instant(f.ExpiringBefore), instant(f.UnusedSince))
	now := s.runtime.Instant()
	s.flushBefore(ctx)
	return admin.Paginate(scope.Org(), name, q,
		func(seek admin.Seek[uuid.UUID]) ([]Token, error) {
			return s.ports.Tokens.List(ctx, scope.Org(), f, now, seek)
		},
		func(t Token) uuid.UUID { return t.ID })
}

// All returns every token that matches f, newest first. It requires [PermissionRead].
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Token, error] {
	return admin.All(func(q admin.Query) (admin.Page[Token], error) { return s.List(ctx, scope, f, q) })
}

// requireFresh fails with [admin.ErrReauthenticate] if the user in scope did not authenticate recently enough to
// change tokens.
func (s *Service) requireFresh(scope admin.Scope) error {
	return scope.RequireRecent(s.runtime.Instant(), s.fresh)
}

// record returns the audit record of an action on a token. It names the token by its id and its last
// four characters, and has nothing else of the secret.
func (s *Service) record(scope admin.Scope, action admin.Action, t Token, more ...admin.Change) admin.Record {
	return s.runtime.Record(scope, action, admin.Subject{Kind: "token", ID: t.ID.String()},
		append([]admin.Change{{Field: "last4", To: t.Last4}}, more...)...)
}
