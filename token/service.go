package token

import (
	"context"
	"errors"
	"fmt"
	"iter"
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
	ActionDeactivateBy admin.Action = "token.deactivate_by" // all of one creator; its subject is that actor
)

// Options of a Service; the zero value is ready.
type Options struct {
	admin.Runtime
	// Brand begins every secret: 2 to 8 of a-z; empty means DefaultBrand. Secrets of another brand
	// are refused, so keep it once tokens are out.
	Brand string
	// Environment is the secrets' second part; empty means Live. Secrets of the other one are
	// refused.
	Environment Environment
	// Hasher makes the digests that secrets are kept by; nil means SHA256.
	Hasher Hasher
	// Grantable is every permission that a token can be granted; empty means that any can be that
	// the creator has.
	Grantable admin.PermissionSet
	// Authorize, where set, is asked whether a user may still do what their scope says when they
	// hand it on to a token: a scope may be older than their last day. Its error ends the call.
	Authorize func(ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) error
}

// Service is the API Tokens tab, and what a host authenticates its API with. It is safe for
// concurrent use.
type Service struct {
	store   Store
	runtime admin.Runtime
	format  format
	hasher  Hasher
	known   admin.PermissionSet
	ask     func(ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) error
}

// NewService keeps its tokens in store. It fails with admin.ErrInvalid for a brand or an
// environment that is not allowed.
func NewService(store Store, o Options) (*Service, error) {
	f, err := newFormat(o.Brand, o.Environment)
	if err != nil {
		return nil, err
	}
	if o.Hasher == nil {
		o.Hasher = SHA256{}
	}
	return &Service{store: store, runtime: o.WithDefaults(), format: f, hasher: o.Hasher, known: o.Grantable, ask: o.Authorize}, nil
}

// GenerateInput is what a new token is to be.
type GenerateInput struct {
	Name string // 1 to 100 characters
	// Permissions is what the token may do: at least one, each known to Options.Roles, and none
	// that its creator lacks.
	Permissions []admin.Permission
	// ExpiresAt is from when on the token is refused: later than now and before the year 10000.
	// Zero means never. It is truncated to microseconds.
	ExpiresAt time.Time
}

// Generated is a new token with its secret, which is here and nowhere else.
type Generated struct {
	Token  Token
	Secret admin.Secret
}

const maxName = 100

// Generate makes a token. Its secret is in the result and never again. Errors: admin.ErrInvalid
// with every broken rule, and admin.ErrForbidden where the token would be allowed more than its
// creator. A token that creates another must still be good, and the other must not outlive it. It
// requires admin.TokensWrite and everything that the token will be allowed.
func (s *Service) Generate(ctx context.Context, scope admin.Scope, in GenerateInput) (Generated, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Generated{}, err
	}
	now := s.runtime.Instant()
	if !in.ExpiresAt.IsZero() {
		in.ExpiresAt = admin.Instant(in.ExpiresAt)
	}
	if err := s.check(in, now); err != nil {
		return Generated{}, err
	}
	granted := admin.Permissions(in.Permissions...)
	if err := scope.RequireAll(granted); err != nil {
		return Generated{}, err
	}
	if scope.Actor().Kind == admin.ActorToken {
		if err := s.checkCreator(ctx, scope, in, granted); err != nil {
			return Generated{}, err
		}
	}
	if err := s.stillMay(ctx, scope, granted); err != nil {
		return Generated{}, err
	}
	secret, err := s.format.generate(s.runtime.Rand)
	if err != nil {
		return Generated{}, err
	}
	all, err := hashes(s.hasher, secret)
	if err != nil {
		return Generated{}, err
	}
	t := Token{
		ID: s.runtime.NewID(), Name: in.Name, Permissions: granted,
		Prefix: s.format.prefix, Last4: secret[len(secret)-4:], State: Active, ExpiresAt: in.ExpiresAt,
		CreatedAt: now, CreatedBy: scope.Actor(), UpdatedAt: now, Version: 1,
	}
	if err := s.store.Create(ctx, scope.Org(), t, all[0], s.record(scope, ActionGenerate, t)); err != nil {
		return Generated{}, err
	}
	return Generated{Token: t, Secret: admin.NewSecret(secret)}, nil
}

// farthest is the end of what every storage and RFC 3339 can hold.
var farthest = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)

func (s *Service) check(in GenerateInput, now time.Time) error {
	var p admin.Problems
	p.Text("/name", in.Name, 1, maxName)
	if len(in.Permissions) == 0 {
		p.Add("/permissions", admin.CodeRequired, "is required: choose at least one permission")
	}
	for i, perm := range in.Permissions {
		if s.known.Len() > 0 && !s.known.Has(perm) {
			p.Add(fmt.Sprintf("/permissions/%d", i), admin.CodeUnknown, "%q is not a permission that there is", admin.Clip(string(perm)))
		}
	}
	if e := in.ExpiresAt; !e.IsZero() && !e.After(now) {
		p.Add("/expires_at", admin.CodeRange, "%s is not in the future: it is %s now", e.Format(time.RFC3339), now.Format(time.RFC3339))
	} else if !e.Before(farthest) {
		p.Add("/expires_at", admin.CodeRange, "is after the year 9999: leave it out for a token that does not expire")
	}
	return p.Err()
}

// checkCreator holds a token that makes another to what is kept of it now: the scope may be older,
// and knows nothing of its expiry.
func (s *Service) checkCreator(ctx context.Context, scope admin.Scope, in GenerateInput, granted admin.PermissionSet) error {
	creator, err := s.authorize(ctx, scope.Org(), scope.Actor(), granted.With(PermissionWrite).List()...)
	if err != nil {
		return err
	}
	var p admin.Problems
	if end := creator.ExpiresAt; !end.IsZero() && (in.ExpiresAt.IsZero() || in.ExpiresAt.After(end)) {
		p.Add("/expires_at", admin.CodeRange, "a token cannot outlive the one that creates it: use %s at the latest", end.Format(time.RFC3339))
	}
	return p.Err()
}

// stillMay asks about a user who hands their permissions on.
func (s *Service) stillMay(ctx context.Context, scope admin.Scope, granted admin.PermissionSet) error {
	if s.ask == nil || scope.Actor().Kind != admin.ActorUser {
		return nil
	}
	return s.ask(ctx, scope.Org(), scope.Actor(), granted.With(PermissionWrite).List()...)
}

// Get returns one token in whatever state, or admin.ErrNotFound. It requires admin.TokensRead.
func (s *Service) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Token, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Token{}, err
	}
	return s.store.Get(ctx, scope.Org(), id)
}

// List pages through the tokens, newest first; deleted ones only where f asks for them. It requires
// admin.TokensRead.
func (s *Service) List(ctx context.Context, scope admin.Scope, f Filter, q admin.Query) (admin.Page[Token], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Token]{}, err
	}
	if f.State != "" && !f.State.known() {
		return admin.Page[Token]{}, fmt.Errorf("token state %q: use %q, %q, %q or none: %w",
			admin.Clip(string(f.State)), Active, Deactivated, Deleted, admin.ErrInvalid)
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("tokens %q", f.State), q,
		func(seek admin.Seek[uuid.UUID]) ([]Token, error) { return s.store.List(ctx, scope.Org(), f, seek) },
		func(t Token) uuid.UUID { return t.ID })
}

// All is every token that matches, newest first. It requires admin.TokensRead.
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Token, error] {
	return admin.All(func(q admin.Query) (admin.Page[Token], error) { return s.List(ctx, scope, f, q) })
}

// Deactivate switches a token off, at once: the next verification refuses it. One that is off stays
// so, without a further audit record. Errors: admin.ErrNotFound, and ErrDeleted for a deleted
// token. It requires admin.TokensWrite.
func (s *Service) Deactivate(ctx context.Context, scope admin.Scope, id uuid.UUID) (Token, error) {
	return s.turn(ctx, scope, id, Deactivated, ActionDeactivate, func(Token) error { return nil })
}

// Reactivate switches a token on again. One that is on stays so, without a further audit record.
// Errors: admin.ErrNotFound, ErrDeleted, and ErrExpired where it would not be good again. It hands
// out the token's permissions anew, so it requires all of them, and admin.TokensWrite.
func (s *Service) Reactivate(ctx context.Context, scope admin.Scope, id uuid.UUID) (Token, error) {
	return s.turn(ctx, scope, id, Active, ActionReactivate, func(t Token) error {
		if err := scope.RequireAll(t.Permissions); err != nil {
			return err
		}
		if err := s.stillMay(ctx, scope, t.Permissions); err != nil {
			return err
		}
		t.State = Active
		if t.RefusedAt(s.runtime.Instant()) == ReasonExpired {
			return ErrExpired
		}
		return nil
	})
}

// Delete ends a token for good. It stays as a tombstone, so that its secret is recognised where it
// turns up. Deleting it again does nothing. It fails with admin.ErrNotFound for a token that never
// was, and requires admin.TokensWrite.
func (s *Service) Delete(ctx context.Context, scope admin.Scope, id uuid.UUID) error {
	_, err := s.turn(ctx, scope, id, Deleted, ActionDelete, func(Token) error { return nil })
	return err
}

// maxTurns bounds how often a switch is tried while others switch the same token.
const maxTurns = 5

// turn brings a token into a state. Whoever uses a switch means the state that they want and not the
// one that they saw, so a token that changed meanwhile is read again instead of being refused.
func (s *Service) turn(ctx context.Context, scope admin.Scope, id uuid.UUID, to State, action admin.Action, allowed func(Token) error) (Token, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Token{}, err
	}
	for try := 1; ; try++ {
		t, err := s.store.Get(ctx, scope.Org(), id)
		if err != nil || t.State == to {
			return t, err
		}
		if t.State != Deleted {
			if err := allowed(t); err != nil {
				return Token{}, err
			}
		}
		want := t
		want.State, want.UpdatedAt = to, s.runtime.Instant()
		next, err := t.Updated(want)
		if err != nil {
			return Token{}, err
		}
		err = s.store.Update(ctx, scope.Org(), want, s.record(scope, action, t))
		if err == nil {
			return next, nil
		}
		if !errors.Is(err, admin.ErrConflict) || try == maxTurns {
			return Token{}, err
		}
	}
}

// DeactivateBy switches off every active token that actor created, and what those created in turn,
// in one write, and returns how many they were: for when a user is deactivated or a token has
// leaked. Stop the actor first, or it may create another meanwhile. The tokens stay off when the
// actor comes back. It fails with admin.ErrInvalid for an actor of no known kind, and requires
// admin.TokensWrite.
func (s *Service) DeactivateBy(ctx context.Context, scope admin.Scope, actor admin.Actor) (int, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return 0, err
	}
	switch actor.Kind {
	case admin.ActorUser, admin.ActorToken, admin.ActorSystem:
	default:
		return 0, fmt.Errorf("actor of kind %q: use %q, %q or %q: %w", admin.Clip(string(actor.Kind)),
			admin.ActorUser, admin.ActorToken, admin.ActorSystem, admin.ErrInvalid)
	}
	rec := s.runtime.Record(scope, ActionDeactivateBy, actor.Subject())
	return s.store.DeactivateBy(ctx, scope.Org(), actor, rec.At, rec)
}

// record names the token by its id and last four characters, and nothing else of it.
func (s *Service) record(scope admin.Scope, action admin.Action, t Token) admin.Record {
	return s.runtime.Record(scope, action, admin.Subject{Kind: "token", ID: t.ID.String()},
		admin.Change{Field: "last4", To: t.Last4})
}
