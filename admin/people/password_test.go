package people_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestChangePassword(t *testing.T) {
	h := newHouse(t)
	h.clock.Add(time.Hour)
	kept, err := h.ChangePassword(t.Context(), h.ann.Scope, annsPassword, newPassword)
	require.NoError(t, err)
	_, err = h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
	require.ErrorIs(t, err, people.ErrSession, "every session has ended")
	scope, err := h.ScopeOf(t.Context(), acme, kept.User.ID, kept.Epoch)
	require.NoError(t, err, "but the one that the call returned")
	require.Equal(t, kept.Scope, scope.WithAuthenticatedAt(h.clock.Now()))
	_, err = h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.ErrorIs(t, err, people.ErrSignIn)
	s := h.signIn("ann@acme.example", newPassword)
	require.Equal(t, h.ann.Epoch+1, s.Epoch)
	require.Equal(t, s, kept)
	m, err := h.b.Users().Member(t.Context(), acme, h.ann.User.ID)
	require.NoError(t, err)
	require.Equal(t, h.clock.Now(), m.Credential.ChangedAt)
	rec := h.lastRecord()
	require.Equal(t, people.ActionChangePassword, rec.Action)
	require.Empty(t, rec.Changes)
}

func TestChangePasswordRequiresTheCurrentOne(t *testing.T) {
	h := newHouse(t)
	require.ErrorIs(t, changePassword(t.Context(), h, h.ann.Scope, bobsPassword, newPassword), people.ErrPassword)
	err := changePassword(t.Context(), h, h.ann.Scope, admin.Secret{}, newPassword)
	require.ErrorIs(t, err, admin.ErrForbidden)
	require.NotErrorIs(t, err, admin.ErrUnauthenticated, "the session has not ended: a host must not sign the user out")
	require.Equal(t, "wrong_password", admin.Code(err))
	require.Equal(t, people.ErrPassword, changePassword(t.Context(), h, h.ann.Scope, bobsPassword, bobsPassword),
		"without it the call reveals nothing about the new one")
	for range 7 {
		require.ErrorIs(t, changePassword(t.Context(), h, h.ann.Scope, bobsPassword, newPassword), people.ErrPassword)
	}
	require.ErrorIs(t, changePassword(t.Context(), h, h.ann.Scope, annsPassword, newPassword), admin.ErrRateLimited)
	_, _, err = h.RequestEmailChange(t.Context(), h.ann.Scope, people.EmailChangeInput{Email: "anna@acme.example", CurrentPassword: annsPassword})
	require.ErrorIs(t, err, admin.ErrRateLimited, "it is the same password")
	h.signIn("ann@acme.example", annsPassword)
	h.clock.Add(time.Minute)
	require.NoError(t, changePassword(t.Context(), h, h.ann.Scope, annsPassword, newPassword))
}

func TestChangePasswordTwiceAtTheSameTime(t *testing.T) {
	m := &meddlingHasher{PasswordHasher: cheap(t)}
	h := newHouse(t, func(o *people.Options) { o.Hasher = m })
	m.meddle = func() {
		require.NoError(t, changePassword(t.Context(), h, h.ann.Scope, annsPassword, newPassword))
	}
	require.ErrorIs(t, changePassword(t.Context(), h, h.ann.Scope, annsPassword, bobsPassword), admin.ErrConflict)
	h.signIn("ann@acme.example", newPassword)
}

func TestPasswordRules(t *testing.T) {
	plain, mfa := people.PasswordRules{}, people.PasswordRules{MFA: true}
	product := people.PasswordRules{Words: []string{"Meterverse"}}
	for _, tc := range []struct {
		reason, password string
		rules            people.PasswordRules
		code             string // empty if it is accepted
	}{
		{"unrelated words", "correct horse battery", plain, ""},
		{"15 characters", "kx8vqm2trzw5pnh", plain, ""},
		{"15 characters of several bytes", "żółć gęślą jaźń", plain, ""},
		{"14 characters", "kx8vqm2trzw5pn", plain, admin.CodeTooShort},
		{"14 characters of several bytes", "żółć gęślą jaź", plain, admin.CodeTooShort},
		{"spaces at the ends, which belong to it", "  kx8vqm2trzw5p ", plain, ""},
		{"1,024 bytes", strings.Repeat("kx8vqm2trzw5pnh1", 64), plain, ""},
		{"1,025 bytes", strings.Repeat("kx8vqm2trzw5pnh1", 64) + "k", plain, admin.CodeTooLong},
		{"none", "", plain, admin.CodeRequired},
		{"not text", "kx8vqm2trzw5pnh\xff", plain, admin.CodeFormat},
		{"a common one", "passwordpassword", plain, people.CodeGuessable},
		{"a common one in other letters", "PassWordPassWord", plain, people.CodeGuessable},
		{"a common one with signs for letters", "p4$$w0rdp4$$w0rd", plain, people.CodeGuessable},
		{"a common one with a tail", "football12345678!", plain, people.CodeGuessable},
		{"a walk over the keyboard", "qwertyuiopasdfgh", plain, people.CodeGuessable},
		{"one character", "zzzzzzzzzzzzzzzzz", plain, people.CodeGuessable},
		{"a run", "abcdefghijklmnopqrs", plain, people.CodeGuessable},
		{"a run of another alphabet", "абвгдежзийклмнопрст", plain, people.CodeGuessable},
		{"runs", "11112222333344445555", plain, people.CodeGuessable},
		{"a repetition", "xk4xk4xk4xk4xk4xk4", plain, people.CodeGuessable},
		{"the company's name", "Acme Ltd Acme Ltd!", plain, people.CodeGuessable},
		{"the user's e-mail address", "ann@acme.example", plain, people.CodeGuessable},
		{"the product's name", "meterverse2meterverse", product, people.CodeGuessable},
		{"the product's name, if the rules do not have it", "meterverse7meter", plain, ""},
		{"a name among much else", "acme kx8vqm2trzw5", plain, ""},
		{"8 characters with a second factor", "kx8vqm2t", mfa, ""},
		{"7 characters with a second factor", "kx8vqm2", mfa, admin.CodeTooShort},
		{"a common one with a second factor", "letmein1", mfa, people.CodeGuessable},
		{"a common one of 8 with a second factor", "Trustno1", mfa, people.CodeGuessable},
		{"no kinds of characters are required", "plumbingteapotgiraffe", plain, ""},
		{"the current one", annsPassword.Reveal(), plain, people.CodeSame},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHouse(t, func(o *people.Options) { o.Passwords = tc.rules })
			err := changePassword(t.Context(), h, h.ann.Scope, annsPassword, admin.NewSecret(tc.password))
			if tc.code == "" {
				require.NoError(t, err)
				h.signIn("ann@acme.example", admin.NewSecret(tc.password))
				return
			}
			requireProblem(t, err, "/password", tc.code)
		})
	}
}

// breaches knows one password, or fails.
type breaches struct {
	known string
	err   error
	hang  bool
}

func (b *breaches) Breached(ctx context.Context, password admin.Secret) (bool, error) {
	if b.hang {
		<-ctx.Done()
		return false, ctx.Err()
	}
	return password.Reveal() == b.known, b.err
}

func TestBreaches(t *testing.T) {
	change := func(t *testing.T, rules people.PasswordRules) (string, error) {
		var log bytes.Buffer
		h := newHouse(t)
		p := h.service(people.Options{
			Hasher: cheap(t), Passwords: rules,
			Runtime: admin.Runtime{Now: h.clock.Now, Logger: slog.New(slog.NewTextHandler(&log, nil))},
		})
		err := changePassword(t.Context(), p, h.ann.Scope, annsPassword, newPassword)
		return log.String(), err
	}
	t.Run("refuses a known password", func(t *testing.T) {
		_, err := change(t, people.PasswordRules{Breaches: &breaches{known: newPassword.Reveal()}})
		requireProblem(t, err, "/password", people.CodeBreached)
	})
	t.Run("accepts an unknown password", func(t *testing.T) {
		_, err := change(t, people.PasswordRules{Breaches: &breaches{known: "another"}})
		require.NoError(t, err)
	})
	t.Run("refuses what cannot be checked", func(t *testing.T) {
		log, err := change(t, people.PasswordRules{Breaches: &breaches{err: errors.New("cause")}})
		require.ErrorIs(t, err, admin.ErrBusy)
		require.NotContains(t, err.Error(), "cause")
		require.Contains(t, log, "cause")
		require.NotContains(t, log, newPassword.Reveal())
	})
	t.Run("accepts what cannot be checked if the host chooses so", func(t *testing.T) {
		log, err := change(t, people.PasswordRules{Breaches: &breaches{err: errors.New("cause")}, BreachesFailOpen: true})
		require.NoError(t, err)
		require.Contains(t, log, "accepted=true")
	})
	t.Run("waits no longer than it may", func(t *testing.T) {
		_, err := change(t, people.PasswordRules{Breaches: &breaches{hang: true}, BreachTimeout: time.Nanosecond})
		require.ErrorIs(t, err, admin.ErrBusy)
	})
	t.Run("ends with the context, open or not", func(t *testing.T) {
		h := newHouse(t)
		ctx, cancel := context.WithCancel(t.Context())
		p := h.service(people.Options{
			Hasher: cheap(t), Passwords: people.PasswordRules{Breaches: cancelling{cancel}, BreachesFailOpen: true},
		})
		require.ErrorIs(t, changePassword(ctx, p, h.ann.Scope, annsPassword, newPassword), context.Canceled)
		h.signIn("ann@acme.example", annsPassword)
	})
}

// cancelling cancels the caller's context.
type cancelling struct{ cancel context.CancelFunc }

func (c cancelling) Breached(ctx context.Context, _ admin.Secret) (bool, error) {
	c.cancel()
	return false, ctx.Err()
}
