package token

import (
	"context"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// GenerateInput describes a new token.
type GenerateInput struct {
	Name string `json:"name"` // 1 to 100 characters
	// Permissions are what the token may do: at least one, each of Options.Grantable, and none that its
	// creator lacks.
	Permissions []admin.Permission `json:"permissions,omitempty"`
	// ExpiresAt is the instant from which on the token is refused: later than now and before the year
	// 10000. Zero means never. It is truncated to microseconds.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

// Generated is a new token with its secret, which cannot be read again. The secret does not marshal:
// show it by its Reveal method.
type Generated struct {
	Token  Token        `json:"token"`
	Secret admin.Secret `json:"-"`
}

const maxName = 100

// Generate makes a token. Its secret is returned only here. A token that creates another must still be
// valid, and the other must not outlive it. Generate requires [PermissionWrite] and everything that the
// token will be allowed. It fails with [admin.ErrInvalid] with every broken rule, and with
// [admin.ErrForbidden] if the token would be allowed more than its creator.
func (s *Service) Generate(ctx context.Context, scope admin.Scope, in GenerateInput) (Generated, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Generated{}, err
	}
	if err := s.requireFresh(scope); err != nil {
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
	if err := s.checkCreator(ctx, scope, in, granted); err != nil {
		return Generated{}, err
	}
	secret, err := s.format.generate(s.runtime.Rand)
	if err != nil {
		return Generated{}, err
	}
	t := Token{
		ID: s.runtime.NewID(), Name: in.Name, Permissions: granted,
		Prefix: s.format.prefix, Last4: secret[len(secret)-4:], State: Active, ExpiresAt: in.ExpiresAt,
		CreatedAt: now, CreatedBy: scope.Actor(), UpdatedAt: now, Version: 1,
	}
	made := Generated{Token: t, Secret: admin.NewSecret(secret)}
	rec := s.record(scope, ActionGenerate, t, granting(t)...)
	if err := s.ports.Tokens.Create(ctx, scope.Org(), t, hash(s.hashers[0], made.Secret), rec); err != nil {
		return Generated{}, err
	}
	return made, nil
}

// granting returns what the audit trail keeps of a new token.
func granting(t Token) []admin.Change {
	changes := []admin.Change{{Field: "name", To: t.Name}, {Field: "permissions", To: t.Permissions.String()}}
	if !t.ExpiresAt.IsZero() {
		changes = append(changes, admin.Change{Field: "expiresAt", To: t.ExpiresAt.Format(time.RFC3339Nano)})
	}
	return changes
}

// endOfTime is the end of what every storage and RFC 3339 can hold.
var endOfTime = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)

func (s *Service) check(in GenerateInput, now time.Time) error {
	var p admin.Problems
	p.Text("/name", in.Name, 1, maxName)
	if len(in.Permissions) == 0 {
		p.Add("/permissions", admin.CodeRequired, "is required: choose at least one permission")
	}
	for i, perm := range in.Permissions {
		if s.grantable.Len() > 0 && !s.grantable.Has(perm) {
			p.Add(fmt.Sprintf("/permissions/%d", i), admin.CodeUnknown,
				"%q is not a permission that a token can have: use one that a role has", admin.Clip(string(perm)))
		}
	}
	if e := in.ExpiresAt; !e.IsZero() && !e.After(now) {
		p.Add("/expiresAt", admin.CodeRange, "%s is not in the future: it is %s now",
			e.Format(time.RFC3339), now.Format(time.RFC3339))
	} else if !e.Before(endOfTime) {
		p.Add("/expiresAt", admin.CodeRange, "is after the year 9999: leave it out for a token that does not expire")
	}
	return p.Err()
}

// checkCreator fails unless the creator may grant the token what it asks for, now and not only when
// the scope was made.
func (s *Service) checkCreator(
	ctx context.Context, scope admin.Scope, in GenerateInput, granted admin.PermissionSet,
) error {
	if err := scope.Require(granted.List()...); err != nil {
		return err
	}
	if scope.Actor().Kind != admin.ActorToken {
		return s.checkUser(ctx, scope, granted)
	}
	creator, err := s.authorized(ctx, scope.Org(), scope.Actor(), granted.With(PermissionWrite).List()...)
	if err != nil {
		return err
	}
	var p admin.Problems
	if end := creator.ExpiresAt; !end.IsZero() && (in.ExpiresAt.IsZero() || in.ExpiresAt.After(end)) {
		p.Add("/expiresAt", admin.CodeRange, "a token cannot outlive the one that creates it: use %s at the latest",
			end.Format(time.RFC3339))
	}
	return p.Err()
}

// checkUser asks Authorize about a user who grants permissions to a token.
func (s *Service) checkUser(ctx context.Context, scope admin.Scope, granted admin.PermissionSet) error {
	authorize := s.authorize
	if s.ports.Authorize != nil {
		authorize = s.ports.Authorize
	}
	if authorize == nil || scope.Actor().Kind != admin.ActorUser {
		return nil
	}
	return authorize(ctx, scope.Org(), scope.Actor(), granted.With(PermissionWrite).List()...)
}
