package people

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

const (
	pendingLifetime = 10 * time.Minute // of a sign-in that waits for its second factor
	pendingAttempts = 5                // of one
	maxPasskeyState = 4096             // bytes, what every storage keeps
	maxPasskey      = 64 << 10         // bytes of a browser's response
)

// secondFactor ends a sign-in whose password was right: with a session, or with a [*SecondFactorRequired] if the
// user has a second factor.
func (s *Service) secondFactor(ctx context.Context, org admin.OrgID, m Member, e admin.Event) (Session, error) {
	_, have, err := s.factorsOf(ctx, org, m.User.ID)
	if err != nil {
		return Session{}, err
	}
	if have.Any() {
		return Session{}, s.pend(ctx, org, m.Credential, have)
	}
	session, err := s.admit(ctx, org, m, e)
	session.NeedsFactor = err == nil && s.demandsFactor(m)
	return session, err
}

// demandsFactor reports whether a user must have a second factor.
func (s *Service) demandsFactor(m Member) bool {
	o := s.o.Factors
	elsewhere := (o.TrustVerified || o.TrustIdentities) && m.Credential.Hash.IsZero()
	return o.Required != nil && !elsewhere && o.Required(m.User)
}

// needsFactor reports whether a user must have a second factor and has none.
func (s *Service) needsFactor(ctx context.Context, org admin.OrgID, m Member) (bool, error) {
	if !s.demandsFactor(m) {
		return false, nil
	}
	_, have, err := s.factorsOf(ctx, org, m.User.ID)
	return err == nil && !have.Any(), err
}

// pend keeps a sign-in that waits, and returns its ticket in a [*SecondFactorRequired].
func (s *Service) pend(ctx context.Context, org admin.OrgID, c Credential, have Factors) error {
	ticket, err := admin.GenerateSecret(s.o.Rand)
	if err != nil {
		return err
	}
	now := s.o.Instant()
	end := admin.Instant(now.Add(pendingLifetime))
	p := PendingSignIn{UserID: c.UserID, Epoch: c.Epoch, CreatedAt: now, ExpiresAt: end}
	required := &SecondFactorRequired{Ticket: ticket, Methods: have.kinds(), ExpiresAt: end}
	if have.Passkeys {
		challenge, err := s.o.Factors.Passkeys.Begin(ctx, org, c.UserID)
		if n := len(challenge.State); err == nil && (n == 0 || n > maxPasskeyState) {
			err = fmt.Errorf("the PasskeyVerifier returned a state of %d bytes: 1 to %d are kept", n, maxPasskeyState)
		}
		if err != nil {
			return fmt.Errorf("passkeys: %w", err)
		}
		p.State, required.Challenge = challenge.State, challenge.Options
	}
	if err := s.ports.Factors.Pend(ctx, org, p, ticket.Digest()); err != nil {
		return err
	}
	return required
}

// CompleteInput is the input of [Service.CompleteSignIn]: the ticket, and one of the others.
type CompleteInput struct {
	// Ticket is the [SecondFactorRequired]'s.
	Ticket admin.Secret `json:"-"`
	// Code is the six digits of an authenticator app. Blanks between them are ignored.
	Code admin.Secret `json:"-"`
	// RecoveryCode is one of the recovery codes. Blanks, hyphens and the case of letters are ignored.
	RecoveryCode admin.Secret `json:"-"`
	// Passkey is what the browser responded to the Challenge, as the [PasskeyVerifier] reads it, at most 64 KiB.
	Passkey json.RawMessage `json:"passkey,omitempty"`
}

func (in CompleteInput) check() error {
	var p admin.Problems
	given := 0
	for _, g := range []bool{!in.Code.IsZero(), !in.RecoveryCode.IsZero(), len(in.Passkey) > 0} {
		if g {
			given++
		}
	}
	switch {
	case given == 0:
		p.Add("/code", admin.CodeRequired, "is required: give a code, a recovery code or a passkey")
	case given > 1:
		p.Add("/code", admin.CodeDuplicate, "give one of a code, a recovery code and a passkey")
	case len(in.Passkey) > maxPasskey:
		p.Add("/passkey", admin.CodeTooLong, "has %d bytes: give at most %d", len(in.Passkey), maxPasskey).
			With("max", maxPasskey)
	}
	return p.Err()
}

// CompleteSignIn is the second step of [Service.SignIn] for a user who has a second factor. A ticket completes one
// sign-in, within 10 minutes and with at most 5 attempts. A code of an authenticator app is accepted once, in the 30
// seconds that it is shown and the 30 before and after; of several sign-ins with one code one succeeds.
//
// A wrong code or passkey, one that was used, a ticket that is wrong, expired or used, and a user whose password or
// access changed meanwhile all give the same [ErrSecondFactor]. Attempts are limited for each user: more fail with
// [admin.ErrRateLimited]. It fails with [admin.ErrInvalid] unless one factor is given, and for a valid ticket with
// [admin.ErrSuspended] while the organization is suspended. A recovery code that was used
// leaves an audit record; have the host notify the user by mail.
func (s *Service) CompleteSignIn(ctx context.Context, org admin.OrgID, in CompleteInput) (Session, error) {
	if err := org.Check(); err != nil {
		return Session{}, err
	}
	if err := in.check(); err != nil {
		return Session{}, err
	}
	c := SignInCompletion{Digest: in.Ticket.Digest(), At: s.o.Instant()}
	p, err := s.ports.Factors.Pending(ctx, org, c.Digest)
	account := p.UserID.String()
	if errors.Is(err, admin.ErrNotFound) {
		account = hex.EncodeToString(c.Digest[:]) // so that one who guesses does not use up the attempts of all
	} else if err != nil {
		return Session{}, err
	}
	event := admin.Event{Kind: admin.EventSecondFactorLimited, Org: org}
	if p.UserID != uuid.Nil {
		event.UserID = p.UserID.String()
	}
	key := limitKey("factor", string(org), account)
	if err := s.o.Limiter.Attempt(ctx, key, s.o.Limits.Factor); err != nil {
		s.emitLimited(ctx, err, event)
		return Session{}, err
	}
	session, err := s.complete(ctx, org, in, p, c)
	if errors.Is(err, admin.ErrNotFound) || errors.Is(err, admin.ErrConflict) || errors.Is(err, ErrSecondFactor) {
		event.Kind = admin.EventSecondFactorFailed
		s.emit(ctx, event)
		return Session{}, ErrSecondFactor
	} else if err != nil {
		if errors.Is(err, admin.ErrSuspended) {
			event.Kind, event.Reason = admin.EventSecondFactorFailed, ReasonSuspended
			s.emit(ctx, event)
		}
		return Session{}, err
	}
	event.Kind = admin.EventSecondFactor
	s.emit(ctx, event)
	if err := s.o.Limiter.Reset(ctx, key); err != nil {
		return Session{}, err
	}
	return session, nil
}

// complete checks the factor and ends a pending sign-in. It looks up the same of a ticket that is not known, for
// which p is zero.
func (s *Service) complete(
	ctx context.Context, org admin.OrgID, in CompleteInput, p PendingSignIn, c SignInCompletion,
) (Session, error) {
	attempt := s.ports.Factors.Attempt(ctx, org, c.Digest, c.At, pendingAttempts)
	if attempt != nil && !errors.Is(attempt, admin.ErrNotFound) {
		return Session{}, attempt
	}
	m, err := s.ports.Users.Member(ctx, org, p.UserID)
	if err != nil && !errors.Is(err, admin.ErrNotFound) {
		return Session{}, err
	}
	state, stored := s.ports.Factors.Get(ctx, org, p.UserID)
	if err := errors.Join(attempt, err, stored); err != nil {
		return Session{}, err
	}
	if m.User.Status != UserActive || m.Credential.Epoch != p.Epoch {
		return Session{}, ErrSecondFactor
	}
	session, err := s.session(org, m)
	if err != nil {
		return Session{}, err
	}
	if m.Suspended {
		return Session{}, admin.ErrSuspended // the password was right, and the code is not used up
	}
	if !in.RecoveryCode.IsZero() {
		rec := s.userRecord(session.Scope, ActionUseRecoveryCode, m.User.ID)
		return session, s.ports.Factors.CompleteByCode(ctx, org, c, recoveryDigest(in.RecoveryCode), rec)
	}
	if err := s.checkFactor(ctx, org, in, p, state.TOTP, &c); err != nil {
		return Session{}, err
	}
	return session, s.ports.Factors.Complete(ctx, org, c)
}

// checkFactor fails with [ErrSecondFactor] unless the code or passkey is right. It puts into c what is to be written.
func (s *Service) checkFactor(
	ctx context.Context, org admin.OrgID, in CompleteInput, p PendingSignIn, f TOTPFactor, c *SignInCompletion,
) error {
	if len(in.Passkey) > 0 {
		if s.o.Factors.Passkeys == nil || p.State == nil {
			return ErrSecondFactor
		}
		err := s.o.Factors.Passkeys.Finish(ctx, org, p.UserID, p.State, in.Passkey)
		if errors.Is(err, admin.ErrUnauthenticated) || errors.Is(err, admin.ErrInvalid) {
			return ErrSecondFactor
		} else if err != nil {
			return fmt.Errorf("passkeys: %w", err)
		}
		return nil
	}
	if f.ID == uuid.Nil || f.ConfirmedAt.IsZero() {
		return ErrSecondFactor
	}
	step, ok, err := s.matchesTOTP(ctx, org, &f, in.Code)
	if err != nil {
		return err
	}
	if !ok {
		return ErrSecondFactor
	}
	f.Step = step
	c.TOTP = f
	return nil
}
