package token

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Verified is the result of a successful [Service.Verify].
type Verified struct {
	Scope admin.Scope `json:"-"`     // the token acting in its organization
	Token Bearer      `json:"token"` // as it was before this use
}

// Verify recognizes a secret and returns the scope of its token. If the secret is not that of a valid
// token it fails with [ErrBadToken], with the same text for every reason; the [*Refusal] in it has the
// reason. A text that is not in the format of this service's secrets is refused without reading the
// storage. Any other error is the storage's and says nothing about the secret.
//
// The scope has those of the token's permissions that the role of the user who answers for it has now, and
// names that user ([admin.Scope.User]). The tokens of a user who is not active are refused, and those of an
// organization that is suspended. A token that is
// confined to networks is refused too, because the peer is not known: use [Service.VerifyFrom].
//
// Verify reads the storage once and writes nothing: that the token was used is kept in the process, and
// written by [Service.Run].
func (s *Service) Verify(ctx context.Context, secret admin.Secret) (Verified, error) {
	return s.VerifyFrom(ctx, secret, netip.Addr{})
}

// VerifyFrom is [Service.Verify] of a secret that peer presented. peer must be the address that the connection
// came from, as the host or its own proxy saw it, and not what the request says of itself. The zero Addr
// stands for an unknown peer, whom only tokens without networks serve. The scope's records have the peer as their
// source; call [admin.Scope.WithRequest] for the rest of the request.
func (s *Service) VerifyFrom(ctx context.Context, secret admin.Secret, peer netip.Addr) (Verified, error) {
	if reason := s.format.refuses(secret.Reveal()); reason != "" {
		return Verified{}, s.refuse(ctx, secret, peer, &Refusal{reason: reason})
	}
	var found Stored
	if err := s.find(ctx, secret, &found); errors.Is(err, admin.ErrNotFound) {
		return Verified{}, s.refuse(ctx, secret, peer, &Refusal{reason: ReasonUnknown})
	} else if err != nil {
		return Verified{}, fmt.Errorf("verify an API token: %w", err)
	}
	now := s.runtime.Instant()
	t := &found.Token
	may, reason := s.standing(&found, peer, now)
	if reason != "" {
		return Verified{}, s.refuse(ctx, secret, peer, &Refusal{reason: reason, org: found.Org, id: t.ID})
	}
	s.noteUse(ctx, &found, secret, now)
	ids := found.Texts
	if ids.ID == "" {
		ids = t.Texts()
	}
	scope := admin.NewScope(found.Org, admin.Actor{Kind: admin.ActorToken, ID: ids.ID}, may).OnBehalfOf(ids.User)
	if peer.IsValid() {
		scope = scope.WithRequest(admin.Request{Source: peer.String()})
	}
	return Verified{Scope: scope, Token: *t}, nil
}

// texts returns a as [uuid.UUID.String] does, and b, unless that is zero. They share their memory, because this
// may run with every request.
func texts(a, b uuid.UUID) (string, string) {
	const n = 36 // characters
	var both [2 * n]byte
	writeID(both[:n], &a)
	if b == uuid.Nil {
		return string(both[:n]), ""
	}
	writeID(both[n:], &b)
	text := string(both[:])
	return text[:n], text[n:]
}

func writeID(to []byte, id *uuid.UUID) {
	const digits = "0123456789abcdef"
	at := 0
	for i, b := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			to[at] = '-'
			at++
		}
		to[at], to[at+1] = digits[b>>4], digits[b&15]
		at += 2
	}
}

// standing returns what a recognized token may do now, or the reason why it is refused.
func (s *Service) standing(found *Stored, peer netip.Addr, now time.Time) (may admin.PermissionSet, reason Reason) {
	if reason = found.Token.RefusedAt(now); reason != "" {
		return may, reason
	}
	if may, reason = s.effective(&found.Token, &found.User); reason != "" {
		return may, reason
	}
	if !found.Token.Networks.Allow(peer) {
		return admin.PermissionSet{}, ReasonNetwork
	}
	return may, ""
}

// refuse emits the event of a refusal and returns the refusal.
func (s *Service) refuse(ctx context.Context, secret admin.Secret, peer netip.Addr, r *Refusal) *Refusal {
	e := admin.Event{Kind: admin.EventTokenRefused, Org: r.org, Reason: admin.EventReason(r.reason)}
	e.TokenPrefix, _ = split(secret.Reveal()) // nothing of a text that is not a token
	if peer.IsValid() {
		e.Source = peer.String()
	}
	if r.id != uuid.Nil {
		e.TokenID = r.id.String()
	}
	e = s.runtime.Emit(ctx, e)
	if s.ports.KeepEvent != nil {
		s.ports.KeepEvent(ctx, e)
	}
	return r
}

// find reads the token that a secret is found by into found, which is large and not copied therefore, or fails
// with [admin.ErrNotFound]. While the host changes its hasher, a token that has not moved yet takes a second look,
// and one that moves meanwhile a third.
func (s *Service) find(ctx context.Context, secret admin.Secret, found *Stored) (err error) {
	looks := len(s.hashers)
	if looks > 1 {
		looks++
	}
	for i := range looks {
		digest := s.hashers[i%len(s.hashers)].Digest(secret)
		*found, err = s.ports.Tokens.ByDigest(ctx, digest)
		// Storages may compare digests loosely or in variable time, so the match is confirmed here.
		if err == nil && found.Hash.Digest.Equal(digest) {
			return nil
		}
		if err != nil && !errors.Is(err, admin.ErrNotFound) {
			return err
		}
	}
	return admin.NotFound("token")
}

// Authorize checks that a token may still do ps. It is for work that a token began and that continues
// later, such as a job, which keeps the actor and not the scope. It fails with [admin.ErrSuspended] if the organization
// is suspended; with [admin.ErrForbidden] if
// the token is deactivated, deleted or expired, if the user who answers for it is not active, if it or the
// user's role lacks a permission, and if actor is not a token; with [admin.ErrNotFound] if org has no such
// token; and with [admin.ErrInvalid] for a malformed org.
func (s *Service) Authorize(ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) error {
	_, _, may, err := s.authorized(ctx, org, actor)
	if err != nil {
		return err
	}
	return admin.NewScope(org, actor, may).Require(ps...)
}

// authorized returns a token that is valid with the user who answers for it and what it may do now.
func (s *Service) authorized(
	ctx context.Context, org admin.OrgID, actor admin.Actor,
) (t Token, u UserAccess, may admin.PermissionSet, err error) {
	if err := org.Check(); err != nil {
		return t, u, may, err
	}
	if actor.Kind != admin.ActorToken {
		return t, u, may, fmt.Errorf("%s is not an API token: %w", actor, admin.ErrForbidden)
	}
	id, err := uuid.Parse(actor.ID)
	if err != nil {
		return t, u, may, admin.NotFound("token")
	}
	if t, u, err = s.ports.Tokens.WithUser(ctx, org, id); err != nil {
		return t, u, may, err
	}
	reason := t.RefusedAt(s.runtime.Instant())
	if reason == "" {
		b := t.Bearer()
		may, reason = s.effective(&b, &u)
	}
	switch {
	case reason == ReasonSuspended:
		err = admin.ErrSuspended
	case reason == ReasonUser:
		err = fmt.Errorf("the user who answers for %s is not active: %w", actor, admin.ErrForbidden)
	case reason != "":
		err = fmt.Errorf("%s is %s: %w", actor, reason, admin.ErrForbidden)
	}
	return t, u, may, err
}
