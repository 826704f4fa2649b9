package token

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Verified is the result of a successful [Service.Verify].
type Verified struct {
	Scope admin.Scope `json:"-"`     // the token acting in its organization
	Token Token       `json:"token"` // as it was before this use
}

// Verify recognizes a secret and returns the scope of its token. If the secret is not that of a valid
// token it fails with [ErrBadToken], with the same text for every reason; the [*Refusal] in it has the
// reason. A text that is not in the format of this service's secrets is refused without reading the
// storage. Any other error is the storage's and says nothing about the secret.
//
// Verify reads the storage once and writes nothing: that the token was used is kept in the process, and
// written by [Service.Run].
func (s *Service) Verify(ctx context.Context, secret admin.Secret) (Verified, error) {
	if reason := s.format.refuses(secret.Reveal()); reason != "" {
		return Verified{}, &Refusal{reason: reason}
	}
	found, err := s.find(ctx, secret)
	if errors.Is(err, admin.ErrNotFound) {
		return Verified{}, &Refusal{reason: ReasonUnknown}
	} else if err != nil {
		return Verified{}, fmt.Errorf("verify an API token: %w", err)
	}
	now := s.runtime.Instant()
	t := found.Token
	if reason := t.RefusedAt(now); reason != "" {
		s.log(ctx, slog.LevelInfo, "a known API token was refused", found, slog.String("reason", string(reason)))
		return Verified{}, &Refusal{reason: reason, org: found.Org, id: t.ID}
	}
	s.noteUse(ctx, found, secret, now)
	return Verified{Scope: admin.NewScope(found.Org, t.Actor(), t.Permissions), Token: t}, nil
}

// find returns the token that a secret is found by, or [admin.ErrNotFound]. While the host changes its hasher,
// a token that has not moved yet takes a second look, and one that moves meanwhile a third.
func (s *Service) find(ctx context.Context, secret admin.Secret) (Stored, error) {
	looks := len(s.hashers)
	if looks > 1 {
		looks++
	}
	for i := range looks {
		digest := s.hashers[i%len(s.hashers)].Digest(secret)
		found, err := s.ports.Tokens.ByDigest(ctx, digest)
		// Storages may compare digests loosely or in variable time, so the match is confirmed here.
		if err == nil && found.Hash.Digest.Equal(digest) {
			return found, nil
		}
		if err != nil && !errors.Is(err, admin.ErrNotFound) {
			return Stored{}, err
		}
	}
	return Stored{}, admin.NotFound("token")
}

func (s *Service) log(ctx context.Context, level slog.Level, message string, found Stored, attr slog.Attr) {
	s.runtime.Logger.LogAttrs(ctx, level, message,
		slog.String("organization", string(found.Org)), slog.String("token", found.Token.ID.String()), attr)
}

// Authorize checks that a token may still do ps. It is for work that a token began and that continues
// later, such as a job, which keeps the actor and not the scope. It fails with [admin.ErrForbidden] if
// the token is deactivated, deleted or expired, if it lacks a permission, and if actor is not a token;
// with [admin.ErrNotFound] if org has no such token; and with [admin.ErrInvalid] for a malformed org.
func (s *Service) Authorize(ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) error {
	_, err := s.authorized(ctx, org, actor, ps...)
	return err
}

// authorized is [Service.Authorize] that returns the token.
func (s *Service) authorized(
	ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission,
) (Token, error) {
	if err := org.Check(); err != nil {
		return Token{}, err
	}
	if actor.Kind != admin.ActorToken {
		return Token{}, fmt.Errorf("%s is not an API token: %w", actor, admin.ErrForbidden)
	}
	id, err := uuid.Parse(actor.ID)
	if err != nil {
		return Token{}, admin.NotFound("token")
	}
	t, err := s.ports.Tokens.Get(ctx, org, id)
	if err != nil {
		return Token{}, err
	}
	if reason := t.RefusedAt(s.runtime.Instant()); reason != "" {
		return Token{}, fmt.Errorf("%s is %s: %w", actor, reason, admin.ErrForbidden)
	}
	return t, admin.NewScope(org, actor, t.Permissions).Require(ps...)
}
