package people

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

const (
	enrollmentLifetime = 10 * time.Minute // between BeginTOTP and ConfirmTOTP
	maxSealed          = 1024             // bytes, what every storage keeps
)

// TOTPEnrollment is what [Service.BeginTOTP] returns, to be shown once to the user in scope.
type TOTPEnrollment struct {
	// URI is for a QR code: "otpauth://totp/…", which has the Secret in it.
	URI admin.Secret `json:"-"`
	// Secret is the shared secret in base32, for a user who cannot scan.
	Secret admin.Secret `json:"-"`
	// ExpiresAt is when the enrollment must be confirmed: after 10 minutes.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

// Factors returns which second factors the user in scope has, never their secrets. It requires
// [PermissionProfileRead] and a user.
func (s *Service) Factors(ctx context.Context, scope admin.Scope) (Factors, error) {
	m, err := s.currentUser(ctx, scope, PermissionProfileRead)
	if err != nil {
		return Factors{}, err
	}
	_, have, err := s.factorsOf(ctx, scope.Org(), m.User.ID)
	return have, err
}

// factorsOf returns what a user has, as it is stored and as it is shown.
func (s *Service) factorsOf(ctx context.Context, org admin.OrgID, user uuid.UUID) (FactorState, Factors, error) {
	state, err := s.ports.Factors.Get(ctx, org, user)
	if err != nil {
		return FactorState{}, Factors{}, err
	}
	have := Factors{TOTP: state.TOTP.ConfirmedAt, RecoveryCodes: state.RecoveryCodes}
	if s.o.Factors.Passkeys != nil {
		if have.Passkeys, err = s.o.Factors.Passkeys.Has(ctx, org, user); err != nil {
			return FactorState{}, Factors{}, fmt.Errorf("passkeys: %w", err)
		}
	}
	return state, have, nil
}

// BeginTOTP begins to enroll an authenticator app for the user in scope. It counts as a second factor once
// [Service.ConfirmTOTP] has had a code of it, within 10 minutes; beginning again makes a new secret.
//
// It requires [PermissionProfileWrite], a user, and a proof that it is them: their current password, or, if that is
// zero, an authentication within Options.Fresh (10 minutes if that is zero). A user who has a second factor must
// have authenticated within that time in either case: the password alone does not stand for it. It fails with
// [ErrPassword], [admin.ErrRateLimited] or [admin.ErrReauthenticate] without the proof, and with [admin.ErrState]
// if an app is enrolled, which must be removed first, or if there is no FactorOptions.Sealer.
func (s *Service) BeginTOTP(ctx context.Context, scope admin.Scope, current admin.Secret) (TOTPEnrollment, error) {
	u, err := s.provenUser(ctx, scope, current)
	if err != nil {
		return TOTPEnrollment{}, err
	}
	if s.o.Factors.Sealer == nil {
		return TOTPEnrollment{}, fmt.Errorf("authenticator apps need Options.Factors.Sealer, which keeps their secrets: %w",
			admin.ErrState)
	}
	o, err := s.ports.Organizations.Get(ctx, scope.Org())
	if err != nil {
		return TOTPEnrollment{}, err
	}
	key := make([]byte, totpKey)
	if _, err := io.ReadFull(s.o.Rand, key); err != nil {
		return TOTPEnrollment{}, fmt.Errorf("read randomness for a shared secret: %w", err)
	}
	f := TOTPFactor{ID: s.o.NewID(), UserID: u.ID, CreatedAt: s.o.Instant()}
	if f.Sealed, err = s.seal(ctx, scope.Org(), f, key); err != nil {
		return TOTPEnrollment{}, err
	}
	err = s.ports.Factors.Begin(ctx, scope.Org(), f, s.userRecord(scope, ActionBeginTOTP, u.ID))
	if errors.Is(err, admin.ErrExists) {
		return TOTPEnrollment{}, fmt.Errorf("an authenticator app is enrolled already, remove it first: %w", admin.ErrState)
	} else if err != nil {
		return TOTPEnrollment{}, err
	}
	issuer := s.o.Factors.Issuer
	if issuer == "" {
		issuer = o.Name
	}
	return TOTPEnrollment{
		URI:       admin.NewSecret(totpURI(issuer, u.Email.Address, key)),
		Secret:    admin.NewSecret(base32Text(key)),
		ExpiresAt: admin.Instant(f.CreatedAt.Add(enrollmentLifetime)),
	}, nil
}

// ConfirmTOTP makes the authenticator app that [Service.BeginTOTP] began to enroll the second factor of the user in
// scope, who gives a code that it shows. It returns ten recovery codes, each of which stands in for the app once;
// show them now, because only their digests are kept. Codes that the user had before are no longer valid. Sessions
// of the user continue: end them if another person may have one. Have the host notify the user by mail.
//
// It requires [PermissionProfileWrite] and a user; the enrollment is the proof that it is them. It fails with
// [ErrFactorCode] for a wrong code, with [admin.ErrRateLimited] after too many, and with [admin.ErrState] if no
// enrollment was begun within 10 minutes.
func (s *Service) ConfirmTOTP(ctx context.Context, scope admin.Scope, code admin.Secret) ([]admin.Secret, error) {
	m, err := s.currentUser(ctx, scope, PermissionProfileWrite)
	if err != nil {
		return nil, err
	}
	u := m.User
	state, err := s.ports.Factors.Get(ctx, scope.Org(), u.ID)
	if err != nil {
		return nil, err
	}
	f, now := state.TOTP, s.o.Instant()
	if f.ID == uuid.Nil || !f.ConfirmedAt.IsZero() || !now.Before(f.CreatedAt.Add(enrollmentLifetime)) {
		return nil, fmt.Errorf("no enrollment of an authenticator app was begun within %v: begin one: %w",
			enrollmentLifetime, admin.ErrState)
	}
	key := limitKey("factor", string(scope.Org()), u.ID.String())
	event := admin.Event{Kind: admin.EventSecondFactorLimited, Org: scope.Org(), UserID: u.ID.String()}
	if err := s.o.Limiter.Attempt(ctx, key, s.o.Limits.Factor); err != nil {
		s.by(scope).emitLimited(ctx, err, event)
		return nil, err
	}
	step, ok, err := s.matchesTOTP(ctx, scope.Org(), &f, code)
	if err != nil {
		return nil, err
	}
	if !ok {
		event.Kind = admin.EventSecondFactorFailed
		s.by(scope).emit(ctx, event)
		return nil, ErrFactorCode
	}
	codes, digests, err := newRecoveryCodes(s.o.Rand)
	if err != nil {
		return nil, err
	}
	f.Step, f.ConfirmedAt = step, now
	rec := s.userRecord(scope, ActionConfirmTOTP, u.ID)
	if err := s.ports.Factors.Confirm(ctx, scope.Org(), f, digests, rec); err != nil {
		return nil, err
	}
	return codes, s.o.Limiter.Reset(ctx, key)
}

// RemoveTOTP removes the authenticator app of the user in scope, confirmed or not, and the recovery codes; a user
// with passkeys can have new ones. Have the host notify the user by mail.
//
// It requires what [Service.BeginTOTP] does. It fails as that does without the proof, and with [admin.ErrState] if
// there is no app.
func (s *Service) RemoveTOTP(ctx context.Context, scope admin.Scope, current admin.Secret) error {
	u, err := s.provenUser(ctx, scope, current)
	if err != nil {
		return err
	}
	state, err := s.ports.Factors.Get(ctx, scope.Org(), u.ID)
	if err != nil {
		return err
	}
	if state.TOTP.ID == uuid.Nil {
		return fmt.Errorf("no authenticator app is enrolled: %w", admin.ErrState)
	}
	return s.ports.Factors.Remove(ctx, scope.Org(), u.ID, state.TOTP.ID, s.userRecord(scope, ActionRemoveTOTP, u.ID))
}

// RegenerateRecoveryCodes returns ten new recovery codes of the user in scope, to be shown once; the old ones are no
// longer valid.
//
// It requires what [Service.BeginTOTP] does. It fails as that does without the proof, and with [admin.ErrState] if
// the user has no second factor.
func (s *Service) RegenerateRecoveryCodes(
	ctx context.Context, scope admin.Scope, current admin.Secret,
) ([]admin.Secret, error) {
	u, err := s.provenUser(ctx, scope, current)
	if err != nil {
		return nil, err
	}
	_, have, err := s.factorsOf(ctx, scope.Org(), u.ID)
	if err != nil {
		return nil, err
	}
	if !have.Any() {
		return nil, fmt.Errorf("recovery codes stand in for a second factor, and there is none: %w", admin.ErrState)
	}
	codes, digests, err := newRecoveryCodes(s.o.Rand)
	if err != nil {
		return nil, err
	}
	rec := s.userRecord(scope, ActionRegenerateRecoveryCodes, u.ID)
	if err := s.ports.Factors.SetRecoveryCodes(ctx, scope.Org(), u.ID, digests, rec); err != nil {
		return nil, err
	}
	return codes, nil
}

// ResetFactors removes every second factor of another user who has lost theirs, passkeys and recovery codes too, and
// ends their sessions. They sign in with the password alone afterwards, so make sure who asks.
//
// It requires [PermissionUsersWrite], every permission of the user's role, and an authentication within
// Options.Fresh. It fails with [admin.ErrForbidden] for the user in scope, also through a token: use
// [Service.RemoveTOTP]; with [admin.ErrNotFound]; with [admin.ErrReauthenticate]; and with [admin.ErrState] if the
// user has no second factor.
func (s *Service) ResetFactors(ctx context.Context, scope admin.Scope, id uuid.UUID) error {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return err
	}
	if err := s.requireFresh(scope); err != nil {
		return err
	}
	if scope.User() == id.String() {
		return fmt.Errorf("users cannot reset their own second factor: remove it, or ask another administrator: %w",
			admin.ErrForbidden)
	}
	if _, _, err := s.userWithin(ctx, scope, id); err != nil {
		return err
	}
	state, have, err := s.factorsOf(ctx, scope.Org(), id)
	if err != nil {
		return err
	}
	if !have.Any() && state.TOTP.ID == uuid.Nil && state.RecoveryCodes == 0 {
		return fmt.Errorf("user %s has no second factor: %w", id, admin.ErrState)
	}
	if have.Passkeys {
		if err := s.o.Factors.Passkeys.Forget(ctx, scope.Org(), id); err != nil {
			return fmt.Errorf("passkeys: %w", err)
		}
	}
	return s.ports.Factors.Reset(ctx, scope.Org(), id, s.userRecord(scope, ActionResetFactors, id))
}

// provenUser returns the user in scope who may change their credentials and has just shown that it is them.
func (s *Service) provenUser(ctx context.Context, scope admin.Scope, current admin.Secret) (User, error) {
	m, err := s.currentUser(ctx, scope, PermissionProfileWrite)
	if err != nil {
		return User{}, err
	}
	enough := false // the password
	if !current.IsZero() && !m.Credential.Hash.IsZero() {
		if err := s.by(scope).reauthenticate(ctx, scope.Org(), m.Credential, current); err != nil {
			return User{}, err
		}
		_, have, err := s.factorsOf(ctx, scope.Org(), m.User.ID)
		if err != nil {
			return User{}, err
		}
		enough = !have.Any()
	}
	if !enough {
		if err := s.requireProof(scope); err != nil {
			return User{}, err
		}
	}
	return m.User, nil
}

// bound is what the shared secret of a factor is sealed with, so that a row that is copied to another user or
// organization does not open.
func bound(org admin.OrgID, f TOTPFactor) []byte {
	return []byte("totp\x00" + string(org) + "\x00" + f.UserID.String() + "\x00" + f.ID.String())
}

func (s *Service) seal(ctx context.Context, org admin.OrgID, f TOTPFactor, key []byte) ([]byte, error) {
	sealed, err := s.o.Factors.Sealer.Seal(ctx, key, bound(org, f))
	if err != nil {
		return nil, fmt.Errorf("seal a shared secret: %w", err)
	}
	if len(sealed) == 0 || len(sealed) > maxSealed {
		return nil, fmt.Errorf("the Sealer returned %d bytes: at most %d are kept", len(sealed), maxSealed)
	}
	return sealed, nil
}

// matchesTOTP returns the step of a right code. It seals the secret of f again if the key is no longer the current
// one. A secret that cannot be opened matches nothing, which is logged.
func (s *Service) matchesTOTP(
	ctx context.Context, org admin.OrgID, f *TOTPFactor, code admin.Secret,
) (step int64, ok bool, err error) {
	digits, ok := parseTOTPCode(code.Reveal())
	if !ok || s.o.Factors.Sealer == nil {
		return 0, false, nil
	}
	key, err := s.o.Factors.Sealer.Open(ctx, f.Sealed, bound(org, *f))
	if errors.Is(err, admin.ErrInvalid) {
		s.o.Logger.ErrorContext(ctx, "the sealed secret of an authenticator app cannot be opened",
			"user", f.UserID, "error", err)
		return 0, false, nil
	} else if err != nil {
		return 0, false, fmt.Errorf("open a shared secret: %w", err)
	}
	step, ok = matchTOTP(key, digits, s.o.Now(), f.Step)
	if ok && s.o.Factors.Sealer.Outdated(f.Sealed) {
		f.Sealed, err = s.seal(ctx, org, *f, key)
	}
	return step, ok, err
}
