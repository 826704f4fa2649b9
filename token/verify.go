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

// Verified is whom a good secret stands for.
type Verified struct {
	Scope admin.Scope // the token acting in its organization
	Token Token       // as it was before this use
}

const (
	// lastUsedEvery is how exact LastUsedAt is: a token in constant use costs one write in this time.
	lastUsedEvery = time.Minute
	// bookkeepingWithin is how long a verification waits for its bookkeeping.
	bookkeepingWithin = time.Second
)

// Verify recognises a secret and returns the scope of its token. Whatever is wrong with it, the
// error is ErrBadToken with the same text; its *Refusal has the reason. What is not written as a
// secret of this service is refused without asking the storage. Any other error is the storage's
// and says nothing about the secret.
//
// It notes that the token was used, at most once a minute; where that fails it is logged and the
// token is as good as without.
func (s *Service) Verify(ctx context.Context, secret string) (Verified, error) {
	if reason := s.format.refuses(secret); reason != "" {
		return Verified{}, &Refusal{Reason: reason}
	}
	all, err := hashes(s.hasher, secret)
	if err != nil {
		return Verified{}, err
	}
	digests := make([]Digest, len(all))
	for i, h := range all {
		digests[i] = h.Digest
	}
	found, err := s.store.ByDigest(ctx, digests)
	if errors.Is(err, admin.ErrNotFound) {
		return Verified{}, &Refusal{Reason: ReasonUnknown}
	} else if err != nil {
		return Verified{}, fmt.Errorf("verify an API token: %w", err)
	}
	// The storage found it; that it is the very digest does not depend on how the storage compares.
	if !slices.ContainsFunc(digests, found.Hash.Digest.same) {
		return Verified{}, &Refusal{Reason: ReasonUnknown}
	}
	now := s.runtime.Instant()
	t := found.Token
	if reason := t.RefusedAt(now); reason != "" {
		s.log(ctx, slog.LevelInfo, "a known API token was refused", found, slog.String("reason", string(reason)))
		return Verified{}, &Refusal{Reason: reason, Org: found.Org, TokenID: t.ID}
	}
	s.bookkeep(ctx, found, all[0], now)
	return Verified{Scope: admin.NewScope(found.Org, actorOf(t), t.Permissions), Token: t}, nil
}

func actorOf(t Token) admin.Actor { return admin.Actor{Kind: admin.ActorToken, ID: t.ID.String()} }

// bookkeep notes the use of a good token and moves it to the current key. Its errors are logged: a
// host whose storage is full or read-only still serves its API.
func (s *Service) bookkeep(ctx context.Context, found Stored, current Hash, now time.Time) {
	used := now.Sub(found.Token.LastUsedAt) >= lastUsedEvery
	moved := found.Hash.Key != current.Key
	if !used && !moved {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, bookkeepingWithin)
	defer cancel()
	if used {
		if err := s.store.Touch(ctx, found.Org, found.Token.ID, now, now.Add(-lastUsedEvery)); err != nil {
			s.log(ctx, slog.LevelWarn, "the last use of an API token was not noted", found, slog.Any("error", err))
		}
	}
	if moved {
		if err := s.store.Rehash(ctx, found.Org, found.Token.ID, found.Hash, current); err != nil {
			s.log(ctx, slog.LevelWarn, "an API token was not moved to the current key", found, slog.Any("error", err))
		}
	}
}

func (s *Service) log(ctx context.Context, level slog.Level, message string, found Stored, attr slog.Attr) {
	s.runtime.Logger.LogAttrs(ctx, level, message,
		slog.String("organization", string(found.Org)), slog.String("token", found.Token.ID.String()), attr)
}

// Authorize checks that a token may still do ps: for work that a token began and that goes on
// later, such as a job, which keeps the actor and not the scope. It fails with admin.ErrForbidden
// where the token is deactivated, deleted or expired, lacks a permission, or where actor is no
// token; with admin.ErrNotFound where org has no such token; and with admin.ErrInvalid for a
// malformed org.
func (s *Service) Authorize(ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) error {
	_, err := s.authorize(ctx, org, actor, ps...)
	return err
}

func (s *Service) authorize(ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) (Token, error) {
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
	t, err := s.store.Get(ctx, org, id)
	if err != nil {
		return Token{}, err
	}
	if reason := t.RefusedAt(s.runtime.Instant()); reason != "" {
		return Token{}, fmt.Errorf("%s is %s: %w", actor, reason, admin.ErrForbidden)
	}
	return t, admin.NewScope(org, actor, t.Permissions).Require(ps...)
}
