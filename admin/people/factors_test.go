package people_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// guarded is a house with a key ring.
func guarded(t *testing.T, change ...func(*people.Options)) *house {
	t.Helper()
	sealer := func(o *people.Options) { o.Factors.Sealer = keyRing(t, sealingKey("2026", 1)) }
	return newHouse(t, append([]func(*people.Options){sealer}, change...)...)
}

// app is an authenticator app, as its own implementation of RFC 6238.
type app struct {
	t      testing.TB
	clock  *clock
	secret admin.Secret
}

// code returns what the app shows some periods from now.
func (a app) code(periods int) admin.Secret {
	a.t.Helper()
	key, err := base32.StdEncoding.DecodeString(a.secret.Reveal())
	require.NoError(a.t, err)
	mac := hmac.New(sha1.New, key)
	step := a.clock.Now().Unix()/30 + int64(periods)
	require.NoError(a.t, binary.Write(mac, binary.BigEndian, step))
	sum := mac.Sum(nil)
	o := sum[19] & 15
	n := binary.BigEndian.Uint32(sum[o:o+4]) &^ (1 << 31)
	return admin.NewSecret(fmt.Sprintf("%06d", n%1_000_000))
}

// wrongCode returns a code that the app does not show around now.
func (a app) wrongCode() admin.Secret {
	a.t.Helper()
	shown := map[string]bool{}
	for p := -2; p <= 2; p++ {
		shown[a.code(p).Reveal()] = true
	}
	for n := 0; ; n++ {
		if c := fmt.Sprintf("%06d", n); !shown[c] {
			return admin.NewSecret(c)
		}
	}
}

// enroll enrolls an app, waits for the next code, and returns the recovery codes too.
func (h *house) enroll(s people.Session, password admin.Secret) (app, []admin.Secret) {
	h.t.Helper()
	e, err := h.BeginTOTP(h.t.Context(), s.Scope, password)
	require.NoError(h.t, err)
	a := app{h.t, h.clock, e.Secret}
	codes, err := h.ConfirmTOTP(h.t.Context(), s.Scope, a.code(0))
	require.NoError(h.t, err)
	h.clock.Add(30 * time.Second)
	return a, codes
}

func TestEnrollingAnAuthenticatorApp(t *testing.T) {
	h := guarded(t)
	have, err := h.Factors(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, people.Factors{}, have)
	require.False(t, have.Any())

	e, err := h.BeginTOTP(t.Context(), h.ann.Scope, annsPassword)
	require.NoError(t, err)
	require.Equal(t, h.clock.Now().Add(10*time.Minute), e.ExpiresAt)
	require.Equal(t, people.ActionBeginTOTP, h.lastRecord().Action)
	u, err := url.Parse(e.URI.Reveal())
	require.NoError(t, err)
	require.Equal(t, "/Acme Ltd:Ann@Acme.example", u.Path)
	require.Equal(t, e.Secret.Reveal(), u.Query().Get("secret"))
	require.Equal(t, "Acme Ltd", u.Query().Get("issuer"))
	have, err = h.Factors(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, people.Factors{}, have, "it is not confirmed")
	h.signIn("ann@acme.example", annsPassword) // and not asked for

	a := app{t, h.clock, e.Secret}
	_, err = h.ConfirmTOTP(t.Context(), h.ann.Scope, a.wrongCode())
	require.ErrorIs(t, err, people.ErrFactorCode)
	codes, err := h.ConfirmTOTP(t.Context(), h.ann.Scope, a.code(0))
	require.NoError(t, err)
	require.Len(t, codes, 10)
	require.Equal(t, people.ActionConfirmTOTP, h.lastRecord().Action)
	have, err = h.Factors(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, people.Factors{TOTP: h.clock.Now(), RecoveryCodes: 10}, have)
	require.True(t, have.Any())
	_, err = h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
	require.NoError(t, err, "sessions continue")

	_, err = h.ConfirmTOTP(t.Context(), h.ann.Scope, a.code(1))
	require.ErrorIs(t, err, admin.ErrState, "it is confirmed")
	_, err = h.BeginTOTP(t.Context(), h.ann.Scope, annsPassword)
	require.ErrorIs(t, err, admin.ErrState, "one must be removed first")
	require.NoError(t, h.RemoveTOTP(t.Context(), h.ann.Scope, annsPassword))
	require.Equal(t, people.ActionRemoveTOTP, h.lastRecord().Action)
	have, err = h.Factors(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, people.Factors{}, have)
	require.ErrorIs(t, h.RemoveTOTP(t.Context(), h.ann.Scope, annsPassword), admin.ErrState)
	h.signIn("ann@acme.example", annsPassword)
}

func TestEnrollmentEndsAfterTenMinutes(t *testing.T) {
	h := guarded(t)
	e, err := h.BeginTOTP(t.Context(), h.ann.Scope, annsPassword)
	require.NoError(t, err)
	a := app{t, h.clock, e.Secret}
	h.clock.Add(10 * time.Minute)
	_, err = h.ConfirmTOTP(t.Context(), h.ann.Scope, a.code(0))
	require.ErrorIs(t, err, admin.ErrState)
	again, err := h.BeginTOTP(t.Context(), h.ann.Scope, annsPassword)
	require.NoError(t, err)
	require.NotEqual(t, e.Secret.Reveal(), again.Secret.Reveal())
	_, err = h.ConfirmTOTP(t.Context(), h.ann.Scope, a.code(0))
	require.ErrorIs(t, err, people.ErrFactorCode, "the first secret was replaced")
}

func TestConfirmingIsLimited(t *testing.T) {
	h := guarded(t)
	e, err := h.BeginTOTP(t.Context(), h.ann.Scope, annsPassword)
	require.NoError(t, err)
	a := app{t, h.clock, e.Secret}
	for range 10 {
		_, err = h.ConfirmTOTP(t.Context(), h.ann.Scope, a.wrongCode())
		require.ErrorIs(t, err, people.ErrFactorCode)
	}
	_, err = h.ConfirmTOTP(t.Context(), h.ann.Scope, a.code(0))
	require.ErrorIs(t, err, admin.ErrRateLimited)
}

func TestAppsAreNotEnrolledWithoutASealer(t *testing.T) {
	h := newHouse(t)
	_, err := h.BeginTOTP(t.Context(), h.ann.Scope, annsPassword)
	require.ErrorIs(t, err, admin.ErrState)
	require.ErrorContains(t, err, "Sealer")
}

// failing is a Sealer that is down, or returns too much.
type failing struct {
	people.Sealer
	err  error
	size int
}

func (f failing) Seal(context.Context, []byte, []byte) ([]byte, error) {
	return make([]byte, f.size), f.err
}

func TestWhatASealerReturnsIsChecked(t *testing.T) {
	down := errors.New("down")
	for _, f := range []failing{{err: down}, {size: 1025}, {}} {
		h := newHouse(t, func(o *people.Options) { o.Factors.Sealer = f })
		_, err := h.BeginTOTP(t.Context(), h.ann.Scope, annsPassword)
		require.Error(t, err)
		require.True(t, f.err == nil || errors.Is(err, down))
		require.Equal(t, people.ActionCreateOrganization, h.lastRecord().Action, "nothing was written")
	}
}

// Every call that changes a user's factors wants a proof that it is them.
func TestChangingFactorsNeedsAProof(t *testing.T) {
	calls := map[string]func(*house, admin.Scope, admin.Secret) error{
		"BeginTOTP": func(h *house, s admin.Scope, p admin.Secret) error {
			_, err := h.BeginTOTP(h.t.Context(), s, p)
			return err
		},
		"RemoveTOTP": func(h *house, s admin.Scope, p admin.Secret) error { return h.RemoveTOTP(h.t.Context(), s, p) },
		"RegenerateRecoveryCodes": func(h *house, s admin.Scope, p admin.Secret) error {
			_, err := h.RegenerateRecoveryCodes(h.t.Context(), s, p)
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			h := guarded(t, func(o *people.Options) { o.Fresh = 2 * time.Minute })
			h.t = t
			if name != "BeginTOTP" {
				h.enroll(h.ann, annsPassword)
			}
			now := h.clock.Now()
			require.ErrorIs(t, call(h, h.ann.Scope, bobsPassword), people.ErrPassword, "a wrong password, however recent")
			stale := h.ann.Scope.WithAuthenticatedAt(now.Add(-2*time.Minute - time.Microsecond))
			require.ErrorIs(t, call(h, stale, admin.Secret{}), admin.ErrReauthenticate)
			unknown, err := h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
			require.NoError(t, err)
			require.ErrorIs(t, call(h, unknown, admin.Secret{}), admin.ErrReauthenticate)
			require.ErrorIs(t, call(h, token(t, people.Administrator), annsPassword), admin.ErrForbidden, "a token is no user")
			require.ErrorIs(t, call(h, admin.System(acme), admin.Secret{}), admin.ErrForbidden)
			require.ErrorIs(t, call(h, admin.Scope{}, annsPassword), admin.ErrUnauthenticated)
			lacking := admin.NewScope(acme, h.ann.Scope.Actor(), admin.Permissions(people.PermissionProfileRead))
			require.ErrorIs(t, call(h, lacking, annsPassword), admin.ErrForbidden)
			require.NoError(t, call(h, stale.WithAuthenticatedAt(now.Add(-2*time.Minute)), admin.Secret{}))
		})
		t.Run(name+" by password", func(t *testing.T) {
			h := guarded(t)
			h.t = t
			if name != "BeginTOTP" {
				h.enroll(h.ann, annsPassword)
			}
			unknown, err := h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
			require.NoError(t, err)
			require.ErrorIs(t, call(h, unknown, admin.Secret{}), admin.ErrReauthenticate, "also where Fresh is zero")
			if name != "BeginTOTP" {
				err = call(h, unknown, annsPassword)
				require.ErrorIs(t, err, admin.ErrReauthenticate, "the password is no second factor")
				unknown = unknown.WithAuthenticatedAt(h.clock.Now())
			}
			require.NoError(t, call(h, unknown, annsPassword))
		})
	}
}

func TestRegeneratingRecoveryCodes(t *testing.T) {
	h := guarded(t)
	_, err := h.RegenerateRecoveryCodes(t.Context(), h.ann.Scope, annsPassword)
	require.ErrorIs(t, err, admin.ErrState, "there is no second factor")
	_, old := h.enroll(h.ann, annsPassword)
	renewed, err := h.RegenerateRecoveryCodes(t.Context(), h.ann.Scope, annsPassword)
	require.NoError(t, err)
	require.Len(t, renewed, 10)
	require.Equal(t, people.ActionRegenerateRecoveryCodes, h.lastRecord().Action)
	_, err = h.complete(people.CompleteInput{RecoveryCode: old[0]})
	require.ErrorIs(t, err, people.ErrSecondFactor)
	_, err = h.complete(people.CompleteInput{RecoveryCode: renewed[0]})
	require.NoError(t, err)
}

func TestAnAdministratorResetsFactors(t *testing.T) {
	h := guarded(t, func(o *people.Options) { o.Fresh = time.Hour })
	bob := h.join("bob@acme.example", people.Developer)
	require.ErrorIs(t, h.ResetFactors(t.Context(), h.ann.Scope, bob.User.ID), admin.ErrState, "he has none")
	h.enroll(bob, bobsPassword)
	h.enroll(h.ann, annsPassword)
	carl := h.join("carl@acme.example", people.Analyst)
	stale := h.ann.Scope.WithAuthenticatedAt(h.clock.Now().Add(-2 * time.Hour))
	hers := token(t, people.Administrator).OnBehalfOf(h.ann.User.ID.String())
	for reason, tc := range map[string]struct {
		scope admin.Scope
		id    uuid.UUID
		want  error
	}{
		"without the permission":      {carl.Scope, bob.User.ID, admin.ErrForbidden},
		"the zero scope":              {admin.Scope{}, bob.User.ID, admin.ErrUnauthenticated},
		"less than the user has":      {limited(h.ann.Scope), bob.User.ID, admin.ErrForbidden},
		"one's own":                   {h.ann.Scope, h.ann.User.ID, admin.ErrForbidden},
		"one's own, through a token":  {hers, h.ann.User.ID, admin.ErrForbidden},
		"without a recent proof":      {stale, bob.User.ID, admin.ErrReauthenticate},
		"nobody":                      {h.ann.Scope, uuid.New(), admin.ErrNotFound},
		"in another organization":     {admin.System("globex"), bob.User.ID, admin.ErrNotFound},
		"a user who has none to lose": {h.ann.Scope, carl.User.ID, admin.ErrState},
	} {
		require.ErrorIs(t, h.ResetFactors(t.Context(), tc.scope, tc.id), tc.want, reason)
	}
	require.NoError(t, h.ResetFactors(t.Context(), h.ann.Scope, bob.User.ID))
	require.Equal(t, people.ActionResetFactors, h.lastRecord().Action)
	require.Equal(t, h.ann.Scope.Actor(), h.lastRecord().Actor)
	_, err := h.ScopeOf(t.Context(), acme, bob.User.ID, bob.Epoch)
	require.ErrorIs(t, err, people.ErrSession, "his sessions have ended")
	h.signIn("bob@acme.example", bobsPassword)
	have, err := h.Factors(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.True(t, have.Any(), "hers are untouched")
	require.NoError(t, h.ResetFactors(t.Context(), admin.System(acme), h.ann.User.ID), "the host helps the last one")
}

// limited returns the scope with the permission to write users alone.
func limited(s admin.Scope) admin.Scope {
	return admin.NewScope(acme, s.Actor(), admin.Permissions(people.PermissionUsersWrite)).
		WithAuthenticatedAt(s.AuthenticatedAt())
}
