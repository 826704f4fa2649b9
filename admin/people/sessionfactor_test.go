package people_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// A client that has the password and a session of long ago does not pass for one who gave the second factor.
func TestThePasswordDoesNotStandForTheSecondFactor(t *testing.T) {
	h := guarded(t, func(o *people.Options) { o.Fresh = 10 * time.Minute })
	a, _ := h.enroll(h.ann, annsPassword)
	h.clock.Add(time.Hour)
	scope := h.ann.Scope
	require.ErrorIs(t, h.RemoveTOTP(t.Context(), scope, annsPassword), admin.ErrReauthenticate)
	_, err := h.RegenerateRecoveryCodes(t.Context(), scope, annsPassword)
	require.ErrorIs(t, err, admin.ErrReauthenticate)
	require.ErrorIs(t, h.RemoveTOTP(t.Context(), scope, bobsPassword), people.ErrPassword, "which is checked still")

	s, err := h.ChangePassword(t.Context(), scope, annsPassword, newPassword)
	require.NoError(t, err)
	require.Equal(t, scope.AuthenticatedAt(), s.Scope.AuthenticatedAt())
	require.ErrorIs(t, h.EndSessions(t.Context(), s.Scope, s.User.ID), admin.ErrReauthenticate)

	_, secret, err := h.KeepSession(t.Context(), s, people.KeepInput{})
	require.NoError(t, err)
	same, renewed, err := h.ReauthenticateVerified(t.Context(), acme, secret, h.clock.Now())
	require.ErrorIs(t, err, people.ErrSecondFactorRequired)
	require.Zero(t, same)
	require.True(t, renewed.IsZero())
	var required *people.SecondFactorRequired
	require.ErrorAs(t, err, &required)
	s, err = h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: required.Ticket, Code: a.code(0)})
	require.NoError(t, err)
	require.NoError(t, h.RemoveTOTP(t.Context(), s.Scope, newPassword))
}

// A host that sends users to enroll a second factor looks at the session of each request.
func TestEverySessionTellsThatAFactorIsNeeded(t *testing.T) {
	h := guarded(t, func(o *people.Options) {
		o.Factors.Required = func(u people.User) bool { return u.Role == people.Administrator }
	})
	kept, secret, err := h.KeepSession(t.Context(), h.ann, people.KeepInput{})
	require.NoError(t, err)
	resumed := func() people.Session {
		t.Helper()
		s, err := h.ResumeSession(t.Context(), acme, secret)
		require.NoError(t, err)
		require.Equal(t, kept.ID, s.ID)
		return s
	}
	require.True(t, resumed().NeedsFactor)
	s, secret2, err := h.Reauthenticate(t.Context(), acme, secret, annsPassword)
	require.NoError(t, err)
	require.True(t, s.NeedsFactor)
	s, secret, err = h.ReauthenticateVerified(t.Context(), acme, secret2, h.clock.Now())
	require.NoError(t, err)
	require.True(t, s.NeedsFactor)
	s, err = h.EndOtherSessions(t.Context(), s)
	require.NoError(t, err)
	require.True(t, s.NeedsFactor)
	h.link(s, "ann")
	s, err = h.UnlinkIdentity(t.Context(), s.Scope, identity("ann"))
	require.NoError(t, err)
	require.True(t, s.NeedsFactor)
	s, err = h.ChangePassword(t.Context(), s.Scope, annsPassword, newPassword)
	require.NoError(t, err)
	require.True(t, s.NeedsFactor)
	kept, secret, err = h.KeepSession(t.Context(), s, people.KeepInput{})
	require.NoError(t, err)
	h.enroll(s, newPassword)
	require.False(t, resumed().NeedsFactor)
	s, err = h.ChangePassword(t.Context(), s.Scope, newPassword, annsPassword)
	require.NoError(t, err)
	require.False(t, s.NeedsFactor)
}

// A signed-in user cannot make any number of sign-ins that wait.
func TestReauthenticatingWithASecondFactorIsLimited(t *testing.T) {
	h := guarded(t)
	h.enroll(h.ann, annsPassword)
	_, secret, err := h.KeepSession(t.Context(), h.ann, people.KeepInput{})
	require.NoError(t, err)
	for range 10 {
		_, _, err = h.Reauthenticate(t.Context(), acme, secret, annsPassword)
		require.ErrorIs(t, err, people.ErrSecondFactorRequired)
	}
	_, _, err = h.Reauthenticate(t.Context(), acme, secret, annsPassword)
	require.ErrorIs(t, err, admin.ErrRateLimited)
	_, _, err = h.ReauthenticateVerified(t.Context(), acme, secret, h.clock.Now())
	require.ErrorIs(t, err, admin.ErrRateLimited)
	h.clock.Add(time.Minute)
	_, _, err = h.Reauthenticate(t.Context(), acme, secret, annsPassword)
	require.ErrorIs(t, err, people.ErrSecondFactorRequired)
}
