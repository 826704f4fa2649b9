package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// The reasons of an [admin.EventSignInFailed]. An [admin.EventResetRequested] can have the first.
const (
	ReasonMalformed     admin.EventReason = "malformed"      // what was given is no e-mail address
	ReasonUnknown       admin.EventReason = "unknown"        // no user has the e-mail address or the identity
	ReasonDeactivated   admin.EventReason = "deactivated"    // the user is deactivated; the password may be right
	ReasonNoPassword    admin.EventReason = "no_password"    // the user signs in elsewhere
	ReasonWrongPassword admin.EventReason = "wrong_password" // a user has the address, and this is not their password
	ReasonSuspended     admin.EventReason = "suspended"      // the organization is, and nothing else is wrong
)

// EventReasons returns the reasons of the events of this package.
func EventReasons() []admin.EventReason {
	return []admin.EventReason{
		ReasonMalformed, ReasonUnknown, ReasonDeactivated, ReasonNoPassword, ReasonWrongPassword, ReasonSuspended,
	}
}

// AddressDigest returns what stands for an e-mail address in an [admin.Event], so that a host finds the events
// of an address that it knows: 64 hexadecimal digits. It is a digest without a key, so an address can be
// guessed from it.
func AddressDigest(org admin.OrgID, e Email) string { return digestOf(string(org), e.Key) }

// digestOf returns the SHA-256 of what parts identify. No part but the last may have a NUL in it.
func digestOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// signInReason returns why the member, who is zero if there is none, was not signed in.
func signInReason(m Member) admin.EventReason {
	switch {
	case m.User.ID == uuid.Nil:
		return ReasonUnknown
	case m.User.Status != UserActive:
		return ReasonDeactivated
	case m.Credential.Hash.IsZero():
		return ReasonNoPassword
	}
	return ReasonWrongPassword
}

// eventUser returns the UserID of an event.
func eventUser(u User) string {
	if u.ID == uuid.Nil {
		return ""
	}
	return u.ID.String()
}

// emit emits an event with the request that the service is for.
func (s *Service) emit(ctx context.Context, e admin.Event) {
	e = s.o.Emit(ctx, e.WithRequest(s.request))
	if s.ports.KeepEvent != nil {
		s.ports.KeepEvent(ctx, e)
	}
}

// emitLimited emits e if err is that of a limit.
func (s *Service) emitLimited(ctx context.Context, err error, e admin.Event) {
	if errors.Is(err, admin.ErrRateLimited) {
		s.emit(ctx, e)
	}
}

// refuseSuspended fails with [admin.ErrSuspended], and emits the event of it, if the organization of the member is
// suspended. Call it when everything else has been found right, so that only a user who could sign in learns it.
func (s *Service) refuseSuspended(ctx context.Context, m Member, e admin.Event) error {
	if !m.Suspended {
		return nil
	}
	e.Kind, e.UserID, e.Reason = admin.EventSignInFailed, eventUser(m.User), ReasonSuspended
	s.emit(ctx, e)
	return admin.ErrSuspended
}

// admitVerified ends a sign-in of which the host has authenticated the user, by a second factor too if trusted.
func (s *Service) admitVerified(
	ctx context.Context, org admin.OrgID, m Member, trusted bool, e admin.Event,
) (Session, error) {
	if err := s.refuseSuspended(ctx, m, e); err != nil {
		return Session{}, err
	}
	if !trusted {
		return s.secondFactor(ctx, org, m, e)
	}
	needs, err := s.needsFactor(ctx, org, m)
	if err != nil {
		return Session{}, err
	}
	session, err := s.admit(ctx, org, m, e)
	session.NeedsFactor = err == nil && needs
	return session, err
}

// admit returns the session of a user who has signed in, and emits the event of it.
func (s *Service) admit(ctx context.Context, org admin.OrgID, m Member, e admin.Event) (Session, error) {
	session, err := s.session(org, m)
	if err != nil {
		return Session{}, err
	}
	e.UserID = eventUser(m.User)
	s.emit(ctx, e)
	return session, nil
}
