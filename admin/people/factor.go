package people

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// FactorKind is a sort of second factor.
type FactorKind string

// The kinds of second factor.
const (
	FactorTOTP         FactorKind = "TOTP"          // six digits from an authenticator app (RFC 6238)
	FactorRecoveryCode FactorKind = "RECOVERY_CODE" // one of ten codes, each for one sign-in
	FactorPasskey      FactorKind = "PASSKEY"       // WebAuthn, by the host's [PasskeyVerifier]
)

// FactorOptions are about second factors; the zero value is ready, and then users who enrolled before are still
// asked for their factor.
type FactorOptions struct {
	// Sealer encrypts the shared secrets of authenticator apps; without one no app can be enrolled, and the codes
	// of those that are enrolled are refused.
	Sealer Sealer
	// Passkeys lets users sign in with passkeys as their second factor; nil means that none has any.
	Passkeys PasskeyVerifier
	// Issuer is what authenticator apps show beside the user's address, without a colon; empty means the
	// organization's name.
	Issuer string
	// Required reports whether a user must have a second factor; nil means that none must. One who has none is
	// signed in, with Session.NeedsFactor.
	Required func(User) bool
	// TrustIdentities lets [Service.SignInIdentity] return a session without a second factor. Set it if every
	// issuer of the host's single sign-on asks for one itself.
	TrustIdentities bool
	// TrustVerified does the same for [Service.SignInVerified] and [Service.ReauthenticateVerified]. Set it only if
	// the host asks for a second factor before it calls them: a link that was mailed is none.
	TrustVerified bool
}

func (o FactorOptions) check(p *admin.Problems) {
	if o.Issuer != "" {
		p.Text("/factors/issuer", o.Issuer, 1, maxName)
	}
	if withoutColon(o.Issuer) != o.Issuer {
		p.Add("/factors/issuer", admin.CodeFormat, "%q has a colon, which ends an issuer: leave it out",
			admin.Clip(o.Issuer))
	}
}

// PasskeyVerifier is a host's WebAuthn library, which keeps the users' public keys, registers new ones and checks
// what a browser sends. This library keeps nothing of WebAuthn but the State of a sign-in that waits for a passkey.
// It must be safe for concurrent use, and keep the keys of organizations apart.
type PasskeyVerifier interface {
	// Has reports whether the user has a passkey.
	Has(ctx context.Context, org admin.OrgID, user uuid.UUID) (bool, error)

	// Begin returns a challenge for one of the user's passkeys.
	Begin(ctx context.Context, org admin.OrgID, user uuid.UUID) (PasskeyChallenge, error)

	// Finish checks the browser's response to the challenge of which this is the state. It fails with
	// [admin.ErrUnauthenticated] or [admin.ErrInvalid] if the response is wrong. It is called at most five times
	// with one State, and no more after it returned nil.
	Finish(ctx context.Context, org admin.OrgID, user uuid.UUID, state, response []byte) error

	// Forget removes the user's passkeys, when an administrator resets their factors. None is not an error.
	Forget(ctx context.Context, org admin.OrgID, user uuid.UUID) error
}

// PasskeyChallenge is what [PasskeyVerifier.Begin] returns.
type PasskeyChallenge struct {
	// Options are for the browser's navigator.credentials.get, as JSON.
	Options json.RawMessage
	// State is for Finish, 1 to 4,096 bytes; it does not leave the server.
	State []byte
}

// Factors are the second factors of a user.
type Factors struct {
	// TOTP is when an authenticator app was enrolled; zero if none was.
	TOTP time.Time `json:"totp,omitzero"`
	// Passkeys reports whether the user has any.
	Passkeys bool `json:"passkeys"`
	// RecoveryCodes is how many are left.
	RecoveryCodes int `json:"recoveryCodes"`
}

// Any reports whether the user has a second factor. Recovery codes alone are none.
func (f Factors) Any() bool { return !f.TOTP.IsZero() || f.Passkeys }

// kinds returns what the user can sign in with.
func (f Factors) kinds() []FactorKind {
	var out []FactorKind
	if f.Passkeys {
		out = append(out, FactorPasskey)
	}
	if !f.TOTP.IsZero() {
		out = append(out, FactorTOTP)
	}
	if f.RecoveryCodes > 0 {
		out = append(out, FactorRecoveryCode)
	}
	return out
}

// SecondFactorRequired is the error of a sign-in whose password is right, by a user who has a second factor. It
// wraps [ErrSecondFactorRequired]; find it by errors.As. Pass its Ticket and the factor to
// [Service.CompleteSignIn].
type SecondFactorRequired struct {
	// Ticket stands for the password. It is for this user's browser only, and completes one sign-in.
	Ticket admin.Secret `json:"-"`
	// Methods are the kinds of factor that the user has.
	Methods []FactorKind `json:"methods"`
	// Challenge is PasskeyChallenge.Options, for the browser; nil if the user has no passkey.
	Challenge json.RawMessage `json:"challenge,omitempty"`
	// ExpiresAt is when the sign-in must be completed: 10 minutes after the password.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

// Error returns the text of [ErrSecondFactorRequired].
func (e *SecondFactorRequired) Error() string { return ErrSecondFactorRequired.Error() }

// Unwrap returns [ErrSecondFactorRequired].
func (e *SecondFactorRequired) Unwrap() error { return ErrSecondFactorRequired }

var (
	// ErrSecondFactorRequired is returned when the password is right and the user must give a second factor: see
	// [SecondFactorRequired].
	ErrSecondFactorRequired = admin.NewError("second_factor_required", admin.ErrUnauthenticated,
		"a second factor is required")
	// ErrSecondFactor is returned for every sign-in that could not be completed: the code or passkey is wrong or
	// was used before, or the ticket is wrong, expired or used. It does not show which.
	ErrSecondFactor = admin.NewError("second_factor", admin.ErrUnauthenticated,
		"this code is not valid or no longer valid: try the next one, or sign in again")
	// ErrFactorCode is returned when the code that confirms an authenticator app is wrong.
	ErrFactorCode = admin.NewError("factor_code", admin.ErrForbidden,
		"the code is wrong: check the clock of the device and give the code that it shows now")
)

// TOTPFactor is a user's authenticator app, as it is stored.
type TOTPFactor struct {
	ID     uuid.UUID // of this enrollment
	UserID uuid.UUID
	// Sealed is the shared secret, encrypted: 1 to 1,024 bytes.
	Sealed []byte
	// Step is the last period of 30 seconds since 1970 whose code was accepted; 0 before the first.
	Step        int64
	CreatedAt   time.Time
	ConfirmedAt time.Time // when the user gave the first code; zero before, and then it is not asked for
}

// FactorState is what is stored of a user's factors.
type FactorState struct {
	TOTP          TOTPFactor // zero if there is none
	RecoveryCodes int        // that are left
}

// PendingSignIn is a sign-in that waits for its second factor.
type PendingSignIn struct {
	UserID    uuid.UUID
	Epoch     int64  // of the user's credential when the password was right
	State     []byte // of the [PasskeyVerifier], 1 to 4,096 bytes; nil if the user has no passkey
	Attempts  int    // so far
	CreatedAt time.Time
	ExpiresAt time.Time // it cannot be completed from this instant on
}

// SignInCompletion is the input of [FactorStore].Complete: the pending sign-in to end, and on which condition.
type SignInCompletion struct {
	Digest admin.SecretDigest // of the ticket
	At     time.Time
	// TOTP, if its ID is not zero, is the user's factor whose code was given: Step is what is written, and must be
	// above the stored one; Sealed replaces the stored secret. Its other fields are ignored.
	TOTP TOTPFactor
}

// FactorStore keeps the second factors of an organization's users and the sign-ins that wait for one. Each method
// that changes what a user has locks that user against the others. The methods fail with [admin.ErrNotFound] if the
// organization has no such user. Digests of recovery codes in one call are distinct.
type FactorStore interface {
	// Get returns what the user has, as of one moment.
	Get(ctx context.Context, org admin.OrgID, user uuid.UUID) (FactorState, error)

	// Begin adds f, which is not confirmed, in place of another one that is not. It fails with [admin.ErrExists] if
	// the user has a confirmed one.
	Begin(ctx context.Context, org admin.OrgID, f TOTPFactor, rec admin.Record) error

	// Confirm sets the Step and ConfirmedAt of the factor of user f.UserID, and replaces the user's recovery codes
	// by those with these digests. It fails with [admin.ErrConflict] unless the user has the factor f.ID and it is
	// not confirmed.
	Confirm(ctx context.Context, org admin.OrgID, f TOTPFactor, codes []admin.SecretDigest, rec admin.Record) error

	// SetRecoveryCodes replaces the user's recovery codes by those with these digests.
	SetRecoveryCodes(
		ctx context.Context, org admin.OrgID, user uuid.UUID, codes []admin.SecretDigest, rec admin.Record,
	) error

	// Remove removes the user's factor with this id, confirmed or not, the recovery codes and the pending sign-ins.
	// It fails with [admin.ErrConflict] if the user has no such factor.
	Remove(ctx context.Context, org admin.OrgID, user, factor uuid.UUID, rec admin.Record) error

	// Reset removes the user's factor, recovery codes and pending sign-ins, as far as there are any, and raises the
	// Epoch of the credential by one.
	Reset(ctx context.Context, org admin.OrgID, user uuid.UUID, rec admin.Record) error

	// Pend adds a pending sign-in with the digest of its ticket, and removes those of the user that are expired at
	// p.CreatedAt. It fails with [admin.ErrExists] if the digest is taken. It is bookkeeping and leaves no audit
	// record, as Attempt and Complete do.
	Pend(ctx context.Context, org admin.OrgID, p PendingSignIn, digest admin.SecretDigest) error

	// Pending returns the pending sign-in whose ticket has this digest, expired or not, or [admin.ErrNotFound].
	Pending(ctx context.Context, org admin.OrgID, digest admin.SecretDigest) (PendingSignIn, error)

	// Attempt raises the Attempts of a pending sign-in by one. It fails with [admin.ErrNotFound] if there is none
	// that is not expired at the given instant with less than limit Attempts: of any number at the same time no
	// more than limit pass.
	Attempt(ctx context.Context, org admin.OrgID, digest admin.SecretDigest, at time.Time, limit int) error

	// Complete removes a pending sign-in and writes the Step and Sealed of c.TOTP; all of it or nothing. It fails
	// with [admin.ErrNotFound] if there is no such sign-in or it is expired at c.At; with [admin.ErrConflict] if the
	// Epoch of the user's credential is another than the sign-in's, or if c.TOTP has an ID and is not the user's,
	// is not confirmed, or has a Step that is as high. So of several uses of one code one succeeds.
	Complete(ctx context.Context, org admin.OrgID, c SignInCompletion) error

	// CompleteByCode is Complete with a recovery code of this digest, which it removes; c.TOTP is ignored. It fails
	// with [admin.ErrConflict] if the user has no such code.
	CompleteByCode(
		ctx context.Context, org admin.OrgID, c SignInCompletion, code admin.SecretDigest, rec admin.Record,
	) error
}

// CheckCompletion fails with [admin.ErrNotFound] if a pending sign-in is expired at an instant, and with
// [admin.ErrConflict] if the user's credential has another epoch.
func (p PendingSignIn) CheckCompletion(at time.Time, epoch int64) error {
	switch {
	case !at.Before(p.ExpiresAt):
		return admin.NotFound("pending sign in")
	case p.Epoch != epoch:
		return admin.Conflict("credential")
	}
	return nil
}

// Confirmed returns the factor as [FactorStore].Confirm must leave it: with the Step and ConfirmedAt of want. It
// fails with [admin.ErrConflict] if it is another factor than want, or confirmed.
func (f TOTPFactor) Confirmed(want TOTPFactor) (TOTPFactor, error) {
	if f.ID == uuid.Nil || f.ID != want.ID || !f.ConfirmedAt.IsZero() {
		return TOTPFactor{}, admin.Conflict("factor")
	}
	f.Step, f.ConfirmedAt = want.Step, want.ConfirmedAt
	return f, nil
}

// Used returns the factor as [FactorStore].Complete must leave it: with the Step and Sealed of want. It fails with
// [admin.ErrConflict] if it is another factor than want, not confirmed, or its Step is as high as that of want.
func (f TOTPFactor) Used(want TOTPFactor) (TOTPFactor, error) {
	if f.ID == uuid.Nil || f.ID != want.ID || f.ConfirmedAt.IsZero() || f.Step >= want.Step {
		return TOTPFactor{}, admin.Conflict("factor")
	}
	f.Step, f.Sealed = want.Step, want.Sealed
	return f, nil
}
