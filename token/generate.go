package token

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/retry"
)

// GenerateInput describes a new token.
type GenerateInput struct {
	Name string `json:"name"` // 1 to 100 characters
	// Permissions are what the token may do: at least one, each of Options.Grantable, and none that its
	// creator lacks.
	Permissions []admin.Permission `json:"permissions,omitempty"`
	// ExpiresAt is the instant from which on the token is refused: later than now and before the year
	// 10000. Zero means never, which Options.MaxLifetime rules out. It is truncated to microseconds.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
	// Networks, at most [MaxNetworks], are where the token may be used from. None means anywhere, or where
	// the token that creates this one may be used from.
	Networks []netip.Prefix `json:"networks,omitempty"`
}

// Generated is a new token with its secret, which cannot be read again. The secret does not marshal:
// show it by its Reveal method.
type Generated struct {
	Token  Token        `json:"token"`
	Secret admin.Secret `json:"-"`
}

const maxName = 100

// Generate makes a token. Its secret is returned only here. What the creator may do is read again, because a
// scope can be older than the user's last change of role. A token that creates another must still be valid;
// the other can neither outlive it nor be used from elsewhere, and ends with it ([Service.Delete]).
//
// Generate requires [PermissionWrite] and everything that the token will be allowed. It fails with
// [admin.ErrInvalid] with every broken rule, with [admin.ErrForbidden] if the token would be allowed more
// than its creator, and with [ErrTooManyTokens].
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
	t := Token{
		Name: in.Name, Permissions: admin.Permissions(in.Permissions...), Networks: NetworksOf(in.Networks...),
		ExpiresAt: in.ExpiresAt,
	}
	if err := scope.Require(t.Permissions.List()...); err != nil {
		return Generated{}, err
	}
	made, err := s.make(scope, t, now)
	if err != nil {
		return Generated{}, err
	}
	err = retry.Do(func() error {
		g, err := s.grantor(ctx, scope)
		if err != nil {
			return err
		}
		if made.Token, err = g.confine(made.Token); err != nil {
			return err
		}
		t := made.Token
		rec := s.record(scope, ActionGenerate, t, granting(t)...)
		return s.ports.Tokens.Create(ctx, scope.Org(), t, hash(s.hashers[0], made.Secret), g.Grant, rec)
	})
	if err != nil {
		return Generated{}, err
	}
	return made, nil
}

// make returns t as a new token with a secret.
func (s *Service) make(scope admin.Scope, t Token, now time.Time) (Generated, error) {
	secret, err := s.format.generate(s.runtime.Rand)
	if err != nil {
		return Generated{}, err
	}
	t.ID, t.Prefix, t.Last4, t.State = s.runtime.NewID(), s.format.prefix, secret[len(secret)-4:], Active
	t.CreatedAt, t.CreatedBy, t.UpdatedAt, t.Version = now, scope.Actor(), now, 1
	return Generated{Token: t, Secret: admin.NewSecret(secret)}, nil
}

// granting returns what the audit trail keeps of a new token.
func granting(t Token) []admin.Change {
	changes := []admin.Change{
		{Field: "name", To: t.Name, Personal: true}, {Field: "permissions", To: t.Permissions.String()},
	}
	if !t.ExpiresAt.IsZero() {
		changes = append(changes, admin.Change{Field: "expiresAt", To: instant(t.ExpiresAt)})
	}
	if !t.Networks.IsZero() {
		changes = append(changes, admin.Change{Field: "networks", To: t.Networks.String()})
	}
	return changes
}

func instant(t time.Time) string { return t.Format(time.RFC3339Nano) }

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
	checkNetworks(&p, in.Networks)
	s.checkExpiry(&p, in.ExpiresAt, now)
	return p.Err()
}

func (s *Service) checkExpiry(p *admin.Problems, e, now time.Time) {
	const path = "/expiresAt"
	switch {
	case s.maxLifetime > 0 && (e.IsZero() || e.After(now.Add(s.maxLifetime))):
		p.Add(path, admin.CodeRange, "a token expires within %v: use %s at the latest",
			s.maxLifetime, now.Add(s.maxLifetime).Format(time.RFC3339))
	case !e.IsZero() && !e.After(now):
		p.Add(path, admin.CodeRange, "%s is not in the future: it is %s now",
			e.Format(time.RFC3339), now.Format(time.RFC3339))
	case !e.Before(endOfTime):
		p.Add(path, admin.CodeRange, "is after the year 9999: leave it out for a token that does not expire")
	}
}

// confine returns a token as the grantor may create it now. It fails with [admin.ErrForbidden] if it would be
// allowed more, and with [admin.ErrInvalid] if it would outlive the token that creates it or could be used
// from elsewhere.
func (g grantor) confine(t Token) (Token, error) {
	if err := g.require(t.Permissions); err != nil {
		return Token{}, err
	}
	t.UserID = g.UserID
	if g.TokenID == uuid.Nil {
		return t, nil
	}
	var p admin.Problems
	if end := g.token.ExpiresAt; !end.IsZero() && (t.ExpiresAt.IsZero() || t.ExpiresAt.After(end)) {
		p.Add("/expiresAt", admin.CodeRange, "a token cannot outlive the one that creates it: use %s at the latest",
			end.Format(time.RFC3339))
	}
	if t.Networks.IsZero() {
		t.Networks = g.token.Networks
	}
	if !t.Networks.Within(g.token.Networks) {
		p.Add("/networks", admin.CodeRange,
			"a token cannot be used from where the one that creates it cannot: use networks within %s", g.token.Networks)
	}
	return t, p.Err()
}
