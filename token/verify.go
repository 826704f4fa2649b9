package token

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Verified is the result of a successful [Service.Verify].
type Verified struct {
	Scope admin.Scope `json:"-"`     // the token acting in its organization
	Token Token       `json:"token"` // as it was before this use
}

const (
	// lastUsedEvery is the precision of LastUsedAt: a token in constant use costs one write in this time.
	lastUsedEvery = time.Minute
	// bookkeepingWithin is how long a verification waits for its bookkeeping.
	bookkeepingWithin = time.Second
)

// Verify recognizes a secret and returns the scope of its token. If the secret is not that of a valid
// token it fails with [ErrBadToken], with the same text for every reason; the [*Refusal] in it has the
// reason. A text that is not in the format of this service's secrets is refused without reading the
// storage. Any other error is the storage's and says nothing about the secret.
//
// Verify notes that the token was used, at most once a minute. Failures of that are logged and do not
// affect the result.
func (s *Service) Verify(ctx context.Context, secret admin.Secret) (Verified, error) {
	if reason := s.format.refuses(secret.Reveal()); reason != "" {
		return Verified{}, s.refuse(ctx, secret, &Refusal{Reason: reason})
	}
	digests := make([]admin.SecretDigest, len(s.hashers))
	for i, h := range s.hashers {
		digests[i] = h.Digest(secret)
	}
	found, err := s.ports.Tokens.ByDigest(ctx, digests)
	if errors.Is(err, admin.ErrNotFound) {
		return Verified{}, s.refuse(ctx, secret, &Refusal{Reason: ReasonUnknown})
	} else if err != nil {
		return Verified{}, fmt.Errorf("verify an API token: %w", err)
	}
	// Storages may compare digests loosely or in variable time, so the match is confirmed here.
	if !slices.ContainsFunc(digests, func(d admin.SecretDigest) bool { return sameDigest(d, found.Hash.Digest) }) {
		return Verified{}, s.refuse(ctx, secret, &Refusal{Reason: ReasonUnknown})
	}
	now := s.runtime.Instant()
	t := found.Token
	if reason := t.RefusedAt(now); reason != "" {
		return Verified{}, s.refuse(ctx, secret, &Refusal{Reason: reason, Org: found.Org, TokenID: t.ID})
	}
	s.noteUse(ctx, found, Hash{Key: s.hashers[0].Key(), Digest: digests[0]}, now)
	return Verified{Scope: admin.NewScope(found.Org, t.Actor(), t.Permissions), Token: t}, nil
}

// refuse emits the event of a refusal and returns the refusal.
func (s *Service) refuse(ctx context.Context, secret admin.Secret, r *Refusal) *Refusal {
	e := admin.Event{Kind: admin.EventTokenRefused, Org: r.Org, Reason: string(r.Reason)}
	e.TokenPrefix, _ = split(secret.Reveal()) // nothing of a text that is not a token
	if r.TokenID != uuid.Nil {
		e.TokenID = r.TokenID.String()
	}
	s.runtime.Emit(ctx, e)
	return r
}

// noteUse notes the use of a valid token and moves it to the current key. Its errors are logged: a host
// whose storage is full or read-only still serves its API.
func (s *Service) noteUse(ctx context.Context, found Stored, current Hash, now time.Time) {
	touch := now.Sub(found.Token.LastUsedAt) >= lastUsedEvery
	rehash := found.Hash.Key != current.Key
	if !touch && !rehash {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, bookkeepingWithin)
	defer cancel()
	if touch {
		if err := s.ports.Tokens.Touch(ctx, found.Org, found.Token.ID, now, now.Add(-lastUsedEvery)); err != nil {
			s.log(ctx, slog.LevelWarn, "the last use of an API token was not noted", found, slog.Any("error", err))
		}
	}
	if rehash {
		if err := s.ports.Tokens.Rehash(ctx, found.Org, found.Token.ID, found.Hash, current); err != nil {
			s.log(ctx, slog.LevelWarn, "an API token was not moved to the current key", found, slog.Any("error", err))
		}
	}
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
