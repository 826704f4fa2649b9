package people_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// watched is a house whose events are kept.
type watched struct {
	*house
	events []admin.Event
}

func newWatched(t *testing.T, change ...func(*people.Options)) *watched {
	t.Helper()
	w := &watched{}
	w.house = newHouse(t, append(change, func(o *people.Options) {
		o.OnEvent = func(_ context.Context, e admin.Event) { w.events = append(w.events, e) }
	})...)
	w.events = nil
	return w
}

// take returns the events since the last call.
func (w *watched) take() []admin.Event {
	out := w.events
	w.events = nil
	return out
}

func digest(t *testing.T, address string) string {
	t.Helper()
	e, err := people.ParseEmail(address)
	require.NoError(t, err)
	return people.AddressDigest(acme, e)
}

func TestEverySignInIsAnEvent(t *testing.T) {
	w := newWatched(t, func(o *people.Options) { o.Passwords.Optional = true })
	ann := w.ann.User.ID.String()
	gone := w.join("gone@acme.example", people.Analyst).User
	_, err := w.Deactivate(t.Context(), w.ann.Scope, gone.ID, 1, people.DeactivateOptions{})
	require.NoError(t, err)
	_, secret, err := w.Invite(t.Context(), w.ann.Scope, "sso@acme.example", people.Analyst)
	require.NoError(t, err)
	sso, err := w.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Sso"})
	require.NoError(t, err)
	w.take()
	for _, tc := range []struct {
		reason, email string
		password      admin.Secret
		kind          admin.EventKind
		user          string
		why           admin.EventReason
	}{
		{"the right password", "Ann@ACME.example", annsPassword, admin.EventSignIn, ann, ""},
		{"a wrong password", "ann@acme.example", bobsPassword, admin.EventSignInFailed, ann, "wrong_password"},
		{"an unknown address", "no@acme.example", bobsPassword, admin.EventSignInFailed, "", "unknown"},
		{"a deactivated user", "gone@acme.example", bobsPassword, admin.EventSignInFailed, gone.ID.String(), "deactivated"},
		{"a user without a password", "sso@acme.example", bobsPassword, admin.EventSignInFailed, sso.ID.String(), "no_password"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := w.SignIn(t.Context(), acme, people.SignInInput{Email: tc.email, Password: tc.password})
			require.Equal(t, tc.kind == admin.EventSignIn, err == nil)
			require.Equal(t, []admin.Event{{
				Kind: tc.kind, At: w.clock.Now(), Org: acme, UserID: tc.user, Address: digest(t, tc.email), Reason: tc.why,
			}}, w.take())
		})
	}
	_, err = w.SignIn(t.Context(), acme, people.SignInInput{Email: "no address", Password: annsPassword})
	require.Equal(t, people.ErrSignIn, err)
	require.Equal(t, []admin.Event{{Kind: admin.EventSignInFailed, At: w.clock.Now(), Org: acme, Reason: "malformed"}}, w.take())
	_, err = w.SignInVerified(t.Context(), acme, "ann@acme.example")
	require.NoError(t, err)
	require.Equal(t, admin.EventSignIn, w.take()[0].Kind)
	for _, email := range []string{"no@acme.example", "no address"} {
		_, err = w.SignInVerified(t.Context(), acme, email)
		require.Equal(t, people.ErrSignIn, err)
		require.Equal(t, admin.EventSignInFailed, w.take()[0].Kind)
	}
}

func TestTwentyWrongPasswordsAreTwentyEvents(t *testing.T) {
	w := newWatched(t)
	for range 20 {
		_, err := w.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: bobsPassword})
		require.Error(t, err)
	}
	kinds := map[admin.EventKind]int{}
	for _, e := range w.take() {
		kinds[e.Kind]++
		require.Equal(t, digest(t, "ann@acme.example"), e.Address)
		require.NotContains(t, fmt.Sprintf("%+v", e), "ann@")
	}
	require.Equal(t, map[admin.EventKind]int{admin.EventSignInFailed: 10, admin.EventSignInLimited: 10}, kinds)
	for range 11 {
		require.Error(t, changePassword(t.Context(), w, w.ann.Scope, bobsPassword, newPassword))
	}
	for _, e := range w.take() {
		kinds[e.Kind]++
		require.Equal(t, w.ann.User.ID.String(), e.UserID)
	}
	require.Equal(t, 10, kinds[admin.EventPasswordFailed])
	require.Equal(t, 1, kinds[admin.EventPasswordLimited])
}

func TestRefusedInvitationsAndSessionsAreEvents(t *testing.T) {
	w := newWatched(t)
	_, err := w.Accept(t.Context(), acme, admin.NewSecret("made up"), carl)
	require.Equal(t, people.ErrInvitation, err)
	require.Equal(t, []admin.Event{{Kind: admin.EventInvitationRefused, At: w.clock.Now(), Org: acme}}, w.take())
	_, err = w.ScopeOf(t.Context(), acme, w.ann.User.ID, w.ann.Epoch+1)
	require.Equal(t, people.ErrSession, err)
	require.Equal(t, admin.EventSessionRefused, w.take()[0].Kind)
}

func TestResetsAreEvents(t *testing.T) {
	w := newWatched(t)
	ann := w.ann.User.ID.String()
	request := func(email string) people.Mail {
		t.Helper()
		m, err := w.RequestPasswordReset(t.Context(), acme, people.ResetRequest{Email: email, Source: "10.0.0.1"})
		require.NoError(t, err)
		return m
	}
	m := request("Ann@acme.example")
	request("no@acme.example")
	request("no address")
	at := w.clock.Now()
	requested := admin.Event{Kind: admin.EventResetRequested, At: at, Org: acme, Source: "10.0.0.1"}
	hers, nobodys, none := requested, requested, requested
	hers.UserID, hers.Address = ann, digest(t, "ann@acme.example")
	nobodys.Address = digest(t, "no@acme.example")
	none.Reason = "malformed"
	require.Equal(t, []admin.Event{hers, nobodys, none}, w.take())
	_, err := w.ResetPassword(t.Context(), acme, admin.NewSecret("made up"), newPassword)
	require.Equal(t, people.ErrTicket, err)
	_, err = w.ResetPassword(t.Context(), acme, m.Secret, admin.NewSecret("short"))
	require.ErrorIs(t, err, admin.ErrInvalid)
	_, err = w.ResetPassword(t.Context(), acme, m.Secret, newPassword)
	require.NoError(t, err)
	require.Equal(t, []admin.Event{
		{Kind: admin.EventResetRefused, At: at, Org: acme}, {Kind: admin.EventResetUsed, At: at, Org: acme, UserID: ann},
	}, w.take())
	for range 9 {
		request("ann@acme.example")
	}
	w.take()
	_, err = w.RequestPasswordReset(t.Context(), acme, people.ResetRequest{Email: "ann@acme.example", Source: "10.0.0.1"})
	require.ErrorIs(t, err, admin.ErrRateLimited)
	hers.Kind, hers.UserID = admin.EventResetLimited, ""
	require.Equal(t, []admin.Event{hers}, w.take())
}

func TestSessionsThatEndAndThatHaveEndedAreEvents(t *testing.T) {
	w := newWatched(t)
	keep := func() (people.KeptSession, admin.Secret) {
		t.Helper()
		k, secret, err := w.KeepSession(t.Context(), w.ann, people.KeepInput{})
		require.NoError(t, err)
		return k, secret
	}
	event := func(kind admin.EventKind, user string) []admin.Event {
		return []admin.Event{{Kind: kind, At: w.clock.Now(), Org: acme, UserID: user}}
	}
	ann := w.ann.User.ID.String()
	_, secret := keep()
	require.NoError(t, w.SignOut(t.Context(), acme, secret))
	require.Equal(t, event(admin.EventSessionEnded, ann), w.take())
	require.NoError(t, w.SignOut(t.Context(), acme, secret))
	require.Empty(t, w.take())
	for _, presented := range []admin.Secret{secret, admin.NewSecret(strings.Repeat("x", 65))} {
		_, err := w.ResumeSession(t.Context(), acme, presented)
		require.Equal(t, people.ErrSession, err)
		require.Equal(t, event(admin.EventSessionRefused, ""), w.take())
	}
	_, err := w.ResumeSession(t.Context(), acme, admin.Secret{})
	require.Equal(t, people.ErrSession, err)
	require.Empty(t, w.take(), "there was none")
	k, _ := keep()
	require.NoError(t, w.EndSession(t.Context(), w.ann.Scope, k.ID))
	require.Equal(t, event(admin.EventSessionEnded, ann), w.take())
	keep()
	_, err = w.EndOtherSessions(t.Context(), w.ann)
	require.NoError(t, err)
	require.Equal(t, event(admin.EventSessionEnded, ann), w.take())
	require.NoError(t, w.EndSessions(t.Context(), w.ann.Scope, w.ann.User.ID))
	require.Equal(t, event(admin.EventSessionEnded, ann), w.take())
	w.ann = w.signIn("ann@acme.example", annsPassword)
	_, secret = keep()
	w.take()
	w.clock.Add(2 * time.Hour)
	_, err = w.ResumeSession(t.Context(), acme, secret)
	require.Equal(t, people.ErrSession, err)
	require.Equal(t, event(admin.EventSessionRefused, ann), w.take())
}

func TestEventsAreLoggedWithoutAHook(t *testing.T) {
	var log bytes.Buffer
	h := newHouse(t, func(o *people.Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	log.Reset()
	_, err := h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: bobsPassword})
	require.Error(t, err)
	require.Contains(t, log.String(), "level=WARN")
	require.Contains(t, log.String(), "event.kind=SIGN_IN_FAILED")
	require.NotContains(t, log.String(), "ann@")
	require.NotContains(t, log.String(), bobsPassword.Reveal())
}

// Whatever is refused after too many attempts is an event, so that none is lost to a monitor.
func TestEveryLockOutIsAnEvent(t *testing.T) {
	w := newWatched(t, func(o *people.Options) { o.Factors.Sealer = keyRing(t, sealingKey("2026", 1)) })
	ann := w.ann.User.ID.String()
	reset, err := w.SendPasswordReset(t.Context(), w.ann.Scope, w.ann.User.ID)
	require.NoError(t, err)
	_, kept, err := w.KeepSession(t.Context(), w.ann, people.KeepInput{})
	require.NoError(t, err)
	e, err := w.BeginTOTP(t.Context(), w.ann.Scope, annsPassword)
	require.NoError(t, err)
	a := app{t, w.clock, e.Secret}
	locked := func(reason string, kind admin.EventKind, attempt func() error) {
		t.Run(reason, func(t *testing.T) {
			w.take()
			for range 11 {
				err = attempt()
			}
			require.ErrorIs(t, err, admin.ErrRateLimited)
			seen := w.take()
			last := seen[len(seen)-1]
			require.Equal(t, admin.Event{Kind: kind, At: w.clock.Now(), Org: acme, UserID: ann}, last)
		})
	}
	locked("a reset", admin.EventResetLimited, func() error {
		_, err := w.ResetPassword(t.Context(), acme, reset.Secret, admin.NewSecret("short"))
		return err
	})
	locked("a code that confirms an app", admin.EventSecondFactorLimited, func() error {
		_, err := w.ConfirmTOTP(t.Context(), w.ann.Scope, a.wrongCode())
		return err
	})
	w.clock.Add(5 * time.Minute)
	_, err = w.ConfirmTOTP(t.Context(), w.ann.Scope, a.code(0))
	require.NoError(t, err)
	locked("a password of a session", admin.EventPasswordLimited, func() error {
		_, _, err := w.Reauthenticate(t.Context(), acme, kept, annsPassword)
		return err
	})
}
