package token

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/retry"
)

// MaxOverlap is how long both tokens of a rotation can be valid.
const MaxOverlap = 7 * 24 * time.Hour

// RotateInput describes a rotation.
type RotateInput struct {
	// Overlap is how long the old token stays valid, so that its secret can be replaced without a gap: 0 to
	// [MaxOverlap]. 0 ends it immediately.
	Overlap time.Duration `json:"overlap,omitempty"` // nanoseconds
}

// Rotate makes a new token with another secret in the place of an old one: with the same name, networks and
// expiry, and those of its permissions that the actor in scope may grant now. It can do no more and lives no
// longer than the old one. The old one expires after the overlap, if not before. Of parallel rotations one
// succeeds.
//
// The actor in scope creates the new token, and answers for it as for any other; but if the system rotates a
// user's token, that user goes on answering for it, and must be active. The tokens that the old one
// created stay as they are, and descend from it still; [Service.Deactivate] and [Service.Delete] of the new
// token end the old one and these too. If a secret has leaked, delete its token, so that those are ended that
// the thief has created.
//
// It requires [PermissionWrite] and, unless the token is one's own, all of its permissions. It fails with
// [admin.ErrInvalid], [admin.ErrNotFound], [ErrDeleted], [ErrDeactivated], [ErrExpired], [ErrRotated],
// [ErrUserNotActive] and [ErrTooManyTokens], and with [admin.ErrForbidden] if nothing is left to grant.
func (s *Service) Rotate(ctx context.Context, scope admin.Scope, id uuid.UUID, in RotateInput) (Generated, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Generated{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return Generated{}, err
	}
	var p admin.Problems
	if in.Overlap < 0 || in.Overlap > MaxOverlap {
		p.Add("/overlap", admin.CodeRange, "%v is not an overlap: use 0 to %v", in.Overlap, MaxOverlap)
	}
	if err := p.Err(); err != nil {
		return Generated{}, err
	}
	var made Generated
	err := retry.Do(func() (err error) {
		made, err = s.rotate(ctx, scope, id, in.Overlap)
		return err
	})
	if err != nil {
		return Generated{}, err
	}
	return made, nil
}

func (s *Service) rotate(
	ctx context.Context, scope admin.Scope, id uuid.UUID, overlap time.Duration,
) (Generated, error) {
	old, err := s.ports.Tokens.Get(ctx, scope.Org(), id)
	if err != nil {
		return Generated{}, err
	}
	now := s.runtime.Instant()
	if _, err := old.Rotated(old); err != nil {
		return Generated{}, err
	}
	if old.RefusedAt(now) == ReasonExpired {
		return Generated{}, ErrExpired
	}
	g, err := s.grantor(ctx, scope)
	if err != nil {
		return Generated{}, err
	}
	if g.all && old.UserID != uuid.Nil {
		if g, err = s.answering(ctx, scope.Org(), g, old.UserID); err != nil {
			return Generated{}, err
		}
	}
	t, err := s.replacement(scope, g, old, now)
	if err != nil {
		return Generated{}, err
	}
	made, err := s.make(scope, t, now)
	if err != nil {
		return Generated{}, err
	}
	old.RotatedTo, old.UpdatedAt = made.Token.ID, now
	old.ExpiresAt = earlier(old.ExpiresAt, now.Add(overlap))
	rec := s.record(scope, ActionRotate, made.Token, append(granting(made.Token),
		admin.Change{Field: "rotatedFrom", To: id.String()},
		admin.Change{Field: "overlapUntil", To: instant(old.ExpiresAt)})...)
	r := Rotation{Old: old, New: made.Token, Hash: hash(s.hashers[0], made.Secret), Grant: g.Grant}
	if err := s.ports.Tokens.Rotate(ctx, scope.Org(), r, rec); err != nil {
		return Generated{}, err
	}
	return made, nil
}

// answering returns the system as a grantor for whose grants a user answers, with what that user may do now.
// Otherwise the new token would do what the user may do no longer, and not end with the user.
func (s *Service) answering(ctx context.Context, org admin.OrgID, g grantor, user uuid.UUID) (grantor, error) {
	u, err := s.ports.Tokens.User(ctx, org, user)
	if errors.Is(err, admin.ErrNotFound) || err == nil && !u.Active {
		return grantor{}, ErrUserNotActive
	} else if err != nil {
		return grantor{}, err
	}
	g.UserID, g.UserEpoch, g.all = u.ID, u.Epoch, false
	g.may, err = s.ports.UserPermissions(u)
	if errors.Is(err, admin.ErrInvalid) {
		return g, nil // a role that no longer exists may do nothing
	}
	return g, err
}

// replacement returns the token that takes the place of old, as far as g may grant it.
func (s *Service) replacement(scope admin.Scope, g grantor, old Token, now time.Time) (Token, error) {
	if _, all := scope.Granted(); !all && !own(scope, old) {
		if err := g.require(old.Permissions); err != nil {
			return Token{}, err
		}
	}
	t := Token{
		Name: old.Name, Permissions: g.within(old.Permissions), Networks: old.Networks, ExpiresAt: old.ExpiresAt,
		RotatedFrom: old.ID,
	}
	if s.grantable.Len() > 0 {
		t.Permissions = s.grantable.Intersect(t.Permissions)
	}
	if t.Permissions.Len() == 0 {
		return Token{}, fmt.Errorf("%s may do nothing any longer of what token %s was granted: %w",
			g.actor, old.ID, admin.ErrForbidden)
	}
	if s.maxLifetime > 0 {
		t.ExpiresAt = earlier(t.ExpiresAt, now.Add(s.maxLifetime))
	}
	if g.TokenID != uuid.Nil {
		t.ExpiresAt = earlier(t.ExpiresAt, g.token.ExpiresAt)
	}
	return g.confine(t)
}

// earlier returns the earlier of two ends, of which zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
