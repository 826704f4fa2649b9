package people

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// KeepInput describes a new session. What does not print is dropped from both texts, and what is too long is
// cut off, because they come from the network.
type KeepInput struct {
	Label  string `json:"label,omitempty"`  // at most 200 characters
	Source string `json:"source,omitempty"` // at most 100 characters
}

const (
	maxSessionLabel  = 200
	maxSessionSource = 100
)

// KeepSession has the library keep the session of a user who has just signed in, and returns it with its
// secret, which cannot be read again. Put the secret in a cookie that is Secure, HttpOnly and SameSite, and
// pass it to [Service.ResumeSession] on each request. A host with sessions of its own does without: see
// [Service.ScopeOf].
//
// The user's sessions that have expired are removed, and the oldest ends if there are more than
// SessionRules.PerUser. Call it after [Service.ChangePassword] too, which ends all sessions, to go on in the
// browser that changed the password, with another secret.
//
// It fails with [admin.ErrUnauthenticated] for a Session that has no user, with [admin.ErrState] for one that
// [Service.ResumeSession] returned, and with [ErrSession] if the user's password, role or status changed since
// they signed in.
func (s *Service) KeepSession(
	ctx context.Context, session Session, in KeepInput,
) (KeptSession, admin.Secret, error) {
	if err := session.requireUser(); err != nil {
		return KeptSession{}, admin.Secret{}, err
	}
	if session.ID != uuid.Nil {
		return KeptSession{}, admin.Secret{}, fmt.Errorf("session %s is kept already: sign in for another one: %w",
			session.ID, admin.ErrState)
	}
	secret, err := admin.GenerateSecret(s.o.Rand)
	if err != nil {
		return KeptSession{}, admin.Secret{}, err
	}
	now := s.o.Instant()
	k := KeptSession{
		ID: s.o.NewID(), UserID: session.User.ID, Label: printable(in.Label, maxSessionLabel),
		Source: printable(in.Source, maxSessionSource), CreatedAt: now,
		AuthenticatedAt: session.Scope.AuthenticatedAt(), LastSeenAt: now,
		ExpiresAt: admin.Instant(now.Add(s.o.Sessions.Lifetime)), Epoch: session.Epoch,
	}
	rec := s.sessionRecord(session.Scope, ActionStartSession, k.ID,
		admin.Change{Field: "label", To: k.Label, Personal: true},
		admin.Change{Field: "source", To: k.Source, Personal: true})
	org := session.Scope.Org()
	err = s.ports.Sessions.Create(ctx, org, k, secret.Digest(), s.o.Sessions.at(now), rec)
	if errors.Is(err, admin.ErrConflict) || errors.Is(err, admin.ErrNotFound) {
		return KeptSession{}, admin.Secret{}, ErrSession
	} else if err != nil {
		return KeptSession{}, admin.Secret{}, err
	}
	return k, secret, nil
}

// requireUser fails unless the session is the one of a user that its Scope acts as.
func (s Session) requireUser() error {
	if err := s.Scope.Require(); err != nil {
		return err
	}
	if err := s.Scope.RefuseSupport(); err != nil {
		return err
	}
	if a := s.Scope.Actor(); a.Kind != admin.ActorUser || a.ID != s.User.ID.String() {
		return fmt.Errorf("a session is a user's, and the scope is %s's: %w", a, admin.ErrUnauthenticated)
	}
	return nil
}

// ResumeSession returns the session with a secret, with the scope that its user has now and when they last
// authenticated. Call it on each request. It costs one statement, one more for a user of whom
// FactorOptions.Required demands a second factor, and notes the use once a minute at most, which does not fail the
// request.
//
// It fails with [ErrSession] if there is no such session in org, or it was ended, expired or idle for too long,
// or the user's password, role or status changed since: the error does not show which. For a session that goes on it
// fails with [admin.ErrSuspended] while the organization is suspended.
func (s *Service) ResumeSession(ctx context.Context, org admin.OrgID, secret admin.Secret) (Session, error) {
	o, err := s.liveSession(ctx, org, secret)
	if err != nil {
		return Session{}, err
	}
	session, err := s.sessionOf(ctx, org, o)
	if err != nil {
		return Session{}, err
	}
	now := s.o.Instant()
	if before := admin.Instant(now.Add(-s.o.Sessions.noting())); !o.Session.LastSeenAt.After(before) {
		if err := s.ports.Sessions.Touch(ctx, org, session.ID, now, before); err != nil {
			s.o.Logger.WarnContext(ctx, "the use of a session was not noted", "session", session.ID, "error", err)
		}
	}
	return session, nil
}

// maxSessionSecret is more than the length of any secret of a session: longer ones are not hashed.
const maxSessionSecret = 64

// liveSession returns a session that has not ended, or [ErrSession]; of one that has not, [admin.ErrSuspended] if the
// organization is suspended.
func (s *Service) liveSession(ctx context.Context, org admin.OrgID, secret admin.Secret) (SessionOwner, error) {
	if err := org.Check(); err != nil {
		return SessionOwner{}, err
	}
	if secret.IsZero() {
		return SessionOwner{}, ErrSession // none was presented
	}
	refused := admin.Event{Kind: admin.EventSessionRefused, Org: org}
	if len(secret.Reveal()) > maxSessionSecret {
		s.emit(ctx, refused)
		return SessionOwner{}, ErrSession
	}
	o, err := s.ports.Sessions.ByDigest(ctx, org, secret.Digest())
	switch {
	case errors.Is(err, admin.ErrNotFound):
	case err != nil:
		return SessionOwner{}, err
	case s.o.Sessions.at(s.o.Instant()).Ended(o.Session), o.User.Status != UserActive,
		o.Session.Epoch != o.Credential.Epoch:
		refused.UserID = eventUser(o.User)
	case o.Suspended:
		refused.UserID, refused.Reason = eventUser(o.User), ReasonSuspended
		s.emit(ctx, refused)
		return SessionOwner{}, admin.ErrSuspended
	default:
		return o, nil
	}
	s.emit(ctx, refused)
	return SessionOwner{}, ErrSession
}

// sessionOf returns a kept session as its user's.
func (s *Service) sessionOf(ctx context.Context, org admin.OrgID, o SessionOwner) (Session, error) {
	scope, err := s.scope(org, o.Member)
	if err != nil {
		return Session{}, err
	}
	scope = scope.WithAuthenticatedAt(o.Session.AuthenticatedAt)
	needs, err := s.needsFactor(ctx, org, o.Member)
	if err != nil {
		return Session{}, err
	}
	return Session{
		Scope: scope, User: o.User, Epoch: o.Credential.Epoch, ID: o.Session.ID, NeedsFactor: needs,
	}, nil
}

// Reauthenticate checks the password of the user of a kept session again, so that calls that require a recent
// authentication succeed (Options.Fresh). The session gets another secret, which takes the place of the one
// given: a thief who has the old one gains nothing by it. Of two calls at the same time one succeeds.
//
// It fails with [ErrSession] as [Service.ResumeSession] does; with [ErrPassword], and [admin.ErrRateLimited]
// after too many wrong ones; with [ErrNoPassword] and with [admin.ErrBusy]. For a user who has a second factor it
// fails with a [*SecondFactorRequired]: keep the session that [Service.CompleteSignIn] returns, and end this one.
func (s *Service) Reauthenticate(
	ctx context.Context, org admin.OrgID, secret, password admin.Secret,
) (Session, admin.Secret, error) {
	o, err := s.liveSession(ctx, org, secret)
	if err != nil {
		return Session{}, admin.Secret{}, err
	}
	if o.Credential.Hash.IsZero() {
		return Session{}, admin.Secret{}, ErrNoPassword
	}
	if err := s.reauthenticate(ctx, org, o.Credential, password); err != nil {
		return Session{}, admin.Secret{}, err
	}
	if err := s.askFactor(ctx, org, o); err != nil {
		return Session{}, admin.Secret{}, err
	}
	return s.renew(ctx, org, o, secret, s.o.Instant())
}

// ReauthenticateVerified is [Service.Reauthenticate] without a password, for a host that has authenticated the
// user again, for example by single sign-on, at the instant given. It fails with [admin.ErrInvalid] for an
// instant in the future or before the session's own. For a user who has a second factor it fails as Reauthenticate
// does, unless FactorOptions.TrustVerified is set.
func (s *Service) ReauthenticateVerified(
	ctx context.Context, org admin.OrgID, secret admin.Secret, at time.Time,
) (Session, admin.Secret, error) {
	o, err := s.liveSession(ctx, org, secret)
	if err != nil {
		return Session{}, admin.Secret{}, err
	}
	at = admin.Instant(at)
	var p admin.Problems
	if now := s.o.Instant(); at.After(now) || at.Before(o.Session.AuthenticatedAt) {
		p.Add("/authenticatedAt", admin.CodeRange, "is in the future or before the user last authenticated: "+
			"give the instant at which the user authenticated again, %s at the latest", now.Format(time.RFC3339))
	}
	if err := p.Err(); err != nil {
		return Session{}, admin.Secret{}, err
	}
	if !s.o.Factors.TrustVerified {
		if err := s.askFactor(ctx, org, o); err != nil {
			return Session{}, admin.Secret{}, err
		}
	}
	return s.renew(ctx, org, o, secret, at)
}

// askFactor fails with a [*SecondFactorRequired] if the user of a session has a second factor.
func (s *Service) askFactor(ctx context.Context, org admin.OrgID, o SessionOwner) error {
	_, have, err := s.factorsOf(ctx, org, o.User.ID)
	if err != nil || !have.Any() {
		return err
	}
	// A right password forgets its attempts, so the sign-ins that wait have a limit of their own.
	key := limitKey("reauthenticate", string(org), o.User.ID.String())
	if err := s.o.Limiter.Attempt(ctx, key, s.o.Limits.Password); err != nil {
		s.emitLimited(ctx, err, admin.Event{Kind: admin.EventPasswordLimited, Org: org, UserID: o.User.ID.String()})
		return err
	}
	return s.pend(ctx, org, o.Credential, have)
}

// renew replaces the secret of a session whose user authenticated again.
func (s *Service) renew(
	ctx context.Context, org admin.OrgID, o SessionOwner, old admin.Secret, at time.Time,
) (Session, admin.Secret, error) {
	renewed, err := admin.GenerateSecret(s.o.Rand)
	if err != nil {
		return Session{}, admin.Secret{}, err
	}
	o.Session.AuthenticatedAt, o.Session.LastSeenAt = at, s.o.Instant()
	session, err := s.sessionOf(ctx, org, o)
	if err != nil {
		return Session{}, admin.Secret{}, err
	}
	rec := s.sessionRecord(session.Scope, ActionReauthenticate, session.ID)
	err = s.ports.Sessions.Replace(ctx, org, o.Session, old.Digest(), renewed.Digest(), rec)
	if errors.Is(err, admin.ErrConflict) || errors.Is(err, admin.ErrNotFound) {
		return Session{}, admin.Secret{}, ErrSession // replaced or ended meanwhile
	} else if err != nil {
		return Session{}, admin.Secret{}, err
	}
	return session, renewed, nil
}

// printable returns value without what does not print or cannot be seen, cut off after most characters.
func printable(value string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range value {
		if n == most {
			break
		}
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) || n == 0 && r == ' ' {
			continue
		}
		b.WriteRune(r)
		n++
	}
	return strings.Trim(text.Label(b.String()), " ")
}

// sessionRecord returns the audit record of an action on a session.
func (s *Service) sessionRecord(
	scope admin.Scope, action admin.Action, id uuid.UUID, changes ...admin.Change,
) admin.Record {
	return s.o.Record(scope, action, admin.Subject{Kind: subjectSession, ID: id.String()}, changes...)
}
