package people_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// keep has the library keep a session.
func (h *house) keep(s people.Session) (people.KeptSession, admin.Secret) {
	h.t.Helper()
	k, secret, err := h.KeepSession(h.t.Context(), s, people.KeepInput{Label: "Firefox", Source: "2001:db8::1"})
	require.NoError(h.t, err)
	return k, secret
}

// resume returns what ResumeSession does.
func (h *house) resume(secret admin.Secret) (people.Session, error) {
	h.t.Helper()
	return h.ResumeSession(h.t.Context(), acme, secret)
}

// requireEnded checks that a session has ended.
func (h *house) requireEnded(secret admin.Secret) {
	h.t.Helper()
	_, err := h.resume(secret)
	require.ErrorIs(h.t, err, people.ErrSession)
	require.Equal(h.t, people.ErrSession, err, "the error does not say why")
}

// requireLive checks that a session goes on.
func (h *house) requireLive(secret admin.Secret) people.Session {
	h.t.Helper()
	s, err := h.resume(secret)
	require.NoError(h.t, err)
	return s
}

func TestASessionIsKeptAndResumed(t *testing.T) {
	h := newHouse(t)
	signedIn := h.clock.Now()
	h.clock.Add(time.Second)
	k, secret := h.keep(h.ann)
	now := h.clock.Now()
	require.Equal(t, people.KeptSession{
		ID: k.ID, UserID: h.ann.User.ID, Label: "Firefox", Source: "2001:db8::1", CreatedAt: now, AuthenticatedAt: signedIn,
		LastSeenAt: now, ExpiresAt: now.Add(24 * time.Hour), Epoch: h.ann.Epoch,
	}, k)
	require.Len(t, secret.Reveal(), 43, "256 bits")
	rec := h.lastRecord()
	require.Equal(t, people.ActionStartSession, rec.Action)
	require.Equal(t, admin.Subject{Kind: "session", ID: k.ID.String()}, rec.Subject)
	require.Equal(t, h.ann.Scope.Actor(), rec.Actor)
	require.NotContains(t, fmt.Sprintf("%+v", h.records()), secret.Reveal())

	s := h.requireLive(secret)
	require.Equal(t, h.ann.Scope, s.Scope, "with the instant of the sign-in")
	require.Equal(t, signedIn, s.Scope.AuthenticatedAt())
	require.Equal(t, people.Session{Scope: s.Scope, User: h.ann.User, Epoch: h.ann.Epoch, ID: k.ID}, s)

	_, _, err := h.KeepSession(t.Context(), s, people.KeepInput{})
	require.ErrorIs(t, err, admin.ErrState, "a session that is kept would last for ever by being kept again")
	for reason, bad := range map[string]people.Session{
		"no session":              {},
		"a token":                 {Scope: token(t, people.Developer), User: h.ann.User},
		"the host's code":         {Scope: admin.System(acme), User: h.ann.User},
		"the scope of another":    {Scope: h.ann.Scope, User: people.User{ID: uuid.New()}, Epoch: 1},
		"a scope without an user": {Scope: admin.NewScope(acme, admin.Actor{Kind: admin.ActorUser}, admin.PermissionSet{})},
	} {
		_, _, err := h.KeepSession(t.Context(), bad, people.KeepInput{})
		require.ErrorIs(t, err, admin.ErrUnauthenticated, reason)
	}
}

func TestASessionHasTheRoleOfItsUserNow(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Analyst)
	_, err := h.ChangeRole(t.Context(), h.ann.Scope, bob.User.ID, 1, people.Developer)
	require.NoError(t, err)
	_, secret := h.keep(h.signIn("bob@acme.example", bobsPassword))
	s := h.requireLive(secret)
	require.Equal(t, people.Developer, s.User.Role)
	require.False(t, s.Scope.Can(people.PermissionUsersRead))
}

func TestASessionEnds(t *testing.T) {
	for _, tc := range []struct {
		reason string
		end    func(t *testing.T, h *house, bob people.Session, k people.KeptSession, secret admin.Secret) error
	}{
		{"at its end, however much it is used", func(t *testing.T, h *house, _ people.Session, _ people.KeptSession, s admin.Secret) error {
			for range 47 {
				h.clock.Add(30 * time.Minute)
				h.requireLive(s)
			}
			h.clock.Add(30*time.Minute - time.Microsecond)
			h.requireLive(s)
			h.clock.Add(time.Microsecond)
			return nil
		}},
		{"when it was idle", func(_ *testing.T, h *house, _ people.Session, _ people.KeptSession, s admin.Secret) error {
			h.clock.Add(time.Hour - time.Microsecond)
			h.requireLive(s)
			h.clock.Add(time.Hour)
			return nil
		}},
		{"by signing out", func(t *testing.T, h *house, _ people.Session, _ people.KeptSession, s admin.Secret) error {
			return h.SignOut(t.Context(), acme, s)
		}},
		{"by its user", func(t *testing.T, h *house, bob people.Session, k people.KeptSession, _ admin.Secret) error {
			return h.EndSession(t.Context(), bob.Scope, k.ID)
		}},
		{"by an administrator", func(t *testing.T, h *house, _ people.Session, k people.KeptSession, _ admin.Secret) error {
			return h.EndSession(t.Context(), h.ann.Scope, k.ID)
		}},
		{"by the host", func(t *testing.T, h *house, _ people.Session, k people.KeptSession, _ admin.Secret) error {
			return h.EndSession(t.Context(), admin.System(acme), k.ID)
		}},
		{"with all, by an administrator", func(t *testing.T, h *house, bob people.Session, _ people.KeptSession, _ admin.Secret) error {
			return h.EndSessions(t.Context(), h.ann.Scope, bob.User.ID)
		}},
		{"with all, by its user", func(t *testing.T, h *house, bob people.Session, _ people.KeptSession, _ admin.Secret) error {
			return h.EndSessions(t.Context(), bob.Scope, bob.User.ID)
		}},
		{"with all others, from another one", func(t *testing.T, h *house, bob people.Session, _ people.KeptSession, _ admin.Secret) error {
			_, err := h.EndOtherSessions(t.Context(), bob)
			return err
		}},
		{"by another password", func(t *testing.T, h *house, bob people.Session, _ people.KeptSession, _ admin.Secret) error {
			return changePassword(t.Context(), h, bob.Scope, bobsPassword, newPassword)
		}},
		{"by a password that was forgotten", func(t *testing.T, h *house, _ people.Session, _ people.KeptSession, _ admin.Secret) error {
			_, err := h.ResetPassword(t.Context(), acme, h.forgot("bob@acme.example").Secret, newPassword)
			return err
		}},
		{"by another e-mail address", func(_ *testing.T, h *house, bob people.Session, _ people.KeptSession, _ admin.Secret) error {
			h.changeEmail(bob, bobsPassword, "robert@acme.example")
			return nil
		}},
		{"by an identity that is taken away", func(t *testing.T, h *house, bob people.Session, _ people.KeptSession, _ admin.Secret) error {
			i := h.link(bob, "bob")
			_, err := h.UnlinkIdentity(t.Context(), h.fresh(bob), people.IdentityInput{Issuer: i.Issuer, Subject: i.Subject})
			return err
		}},
		{"by a directory that deprovisions", func(t *testing.T, h *house, bob people.Session, _ people.KeptSession, _ admin.Secret) error {
			return h.Deprovision(t.Context(), h.ann.Scope, bob.User.ID)
		}},
		{"by another role", func(t *testing.T, h *house, bob people.Session, _ people.KeptSession, _ admin.Secret) error {
			_, err := h.ChangeRole(t.Context(), h.ann.Scope, bob.User.ID, 1, people.Administrator)
			return err
		}},
		{"by deactivation, for good", func(t *testing.T, h *house, bob people.Session, _ people.KeptSession, s admin.Secret) error {
			if _, err := h.Deactivate(t.Context(), h.ann.Scope, bob.User.ID, 1, people.DeactivateOptions{}); err != nil {
				return err
			}
			h.requireEnded(s)
			_, err := h.Reactivate(t.Context(), h.ann.Scope, bob.User.ID, 2)
			return err
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHouse(t)
			bob := h.join("bob@acme.example", people.Analyst)
			k, secret := h.keep(bob)
			_, anns := h.keep(h.ann)
			require.NoError(t, tc.end(t, h, bob, k, secret))
			h.requireEnded(secret)
			listed, err := h.SessionsOf(t.Context(), admin.System(acme), bob.User.ID)
			require.NoError(t, err)
			require.Empty(t, listed)
			_, _, err = h.Reauthenticate(t.Context(), acme, secret, bobsPassword)
			require.ErrorIs(t, err, people.ErrSession)
			_, _, err = h.ReauthenticateVerified(t.Context(), acme, secret, h.clock.Now())
			require.ErrorIs(t, err, people.ErrSession)
			require.NoError(t, h.SignOut(t.Context(), acme, secret), "which it is already")
			if s, err := h.resume(anns); err == nil {
				require.Equal(t, h.ann.User.ID, s.User.ID, "another user's goes on")
			} else {
				require.GreaterOrEqual(t, h.clock.Now().Sub(h.ann.User.CreatedAt), time.Hour, "but for the time")
			}
		})
	}
}

func TestASessionIsKnownByItsSecretAndItsOrganizationOnly(t *testing.T) {
	h := newHouse(t)
	_, secret := h.keep(h.ann)
	for _, bad := range []string{"", "x", secret.Reveal() + "x", strings.ToLower(secret.Reveal()), strings.Repeat("x", 1<<20)} {
		h.requireEnded(admin.NewSecret(bad))
		require.NoError(t, h.SignOut(t.Context(), acme, admin.NewSecret(bad)))
	}
	for _, org := range []admin.OrgID{"other", "Acme"} {
		_, err := h.ResumeSession(t.Context(), org, secret)
		require.ErrorIs(t, err, people.ErrSession)
		require.NoError(t, h.SignOut(t.Context(), org, secret))
	}
	_, err := h.ResumeSession(t.Context(), "", secret)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorIs(t, h.SignOut(t.Context(), "", secret), admin.ErrInvalid)
	h.requireLive(secret)
}

// touches is a SessionStore that counts what notes a use, and can fail at it.
type touches struct {
	people.SessionStore
	n   int
	err error
}

func (s *touches) Touch(ctx context.Context, org admin.OrgID, id uuid.UUID, at, before time.Time) error {
	s.n++
	if s.err != nil {
		return s.err
	}
	return s.SessionStore.Touch(ctx, org, id, at, before)
}

func TestTheUseOfASessionIsNotedOnceAMinute(t *testing.T) {
	h := newHouse(t)
	store := &touches{SessionStore: h.b.Sessions()}
	p := ports(h.b)
	p.Sessions = store
	h.Service = h.In(p)
	_, secret := h.keep(h.ann)
	for range 180 {
		h.clock.Add(time.Second)
		h.requireLive(secret)
	}
	require.Equal(t, 3, store.n)
	listed, err := h.Sessions(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, h.clock.Now(), listed[0].LastSeenAt)

	store.err = errors.New("the disk is full")
	h.clock.Add(time.Minute)
	h.requireLive(secret)
	require.Equal(t, 4, store.n, "which does not fail the request")
}

func TestAShortIdleTimeIsNotedMoreOften(t *testing.T) {
	h := newHouse(t, func(o *people.Options) { o.Sessions.Idle = 20 * time.Second })
	_, secret := h.keep(h.ann)
	for range 100 {
		h.clock.Add(10 * time.Second)
		h.requireLive(secret)
	}
	h.clock.Add(20 * time.Second)
	h.requireEnded(secret)
}

func TestTheOldestSessionEndsWhenThereAreTooMany(t *testing.T) {
	h := newHouse(t, func(o *people.Options) { o.Sessions.PerUser = 2 })
	bob := h.join("bob@acme.example", people.Analyst)
	_, others := h.keep(bob)
	_, first := h.keep(h.ann)
	h.clock.Add(time.Minute)
	second, secondSecret := h.keep(h.ann)
	h.requireLive(first) // which makes it no younger
	third, _ := h.keep(h.ann)
	h.requireEnded(first)
	h.requireLive(secondSecret)
	h.requireLive(others)
	listed, err := h.Sessions(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, []people.KeptSession{third, second}, listed, "newest first")
}

func TestSessionsAreSeenByTheirUserAndReaders(t *testing.T) {
	h := newHouse(t)
	bob, dev := h.join("bob@acme.example", people.Analyst), h.join("dev@acme.example", people.Developer)
	k, _ := h.keep(bob)
	anns, secret := h.keep(h.ann)
	own, err := h.Sessions(t.Context(), bob.Scope)
	require.NoError(t, err)
	require.Equal(t, []people.KeptSession{k}, own)
	seen, err := h.SessionsOf(t.Context(), bob.Scope, h.ann.User.ID)
	require.NoError(t, err)
	require.Equal(t, []people.KeptSession{anns}, seen)
	_, err = h.SessionsOf(t.Context(), dev.Scope, h.ann.User.ID)
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = h.SessionsOf(t.Context(), h.ann.Scope, uuid.New())
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = h.Sessions(t.Context(), token(t, people.Administrator))
	require.ErrorIs(t, err, admin.ErrForbidden)

	require.ErrorIs(t, h.EndSession(t.Context(), bob.Scope, anns.ID), admin.ErrNotFound)
	require.ErrorIs(t, h.EndSession(t.Context(), h.ann.Scope, uuid.New()), admin.ErrNotFound)
	require.ErrorIs(t, h.EndSessions(t.Context(), h.ann.Scope, uuid.New()), admin.ErrNotFound)
	h.requireLive(secret)
}

// A user who may change users, but less than another one may, cannot end the other's sessions.
func TestSessionsAreEndedByWhoMayDoAsMuch(t *testing.T) {
	h := newHouse(t)
	k, secret := h.keep(h.ann)
	helpdesk := admin.NewScope(acme, admin.Actor{Kind: admin.ActorUser, ID: uuid.NewString()},
		admin.Permissions(people.PermissionUsersRead, people.PermissionUsersWrite))
	require.ErrorIs(t, h.EndSession(t.Context(), helpdesk, k.ID), admin.ErrForbidden)
	require.ErrorIs(t, h.EndSessions(t.Context(), helpdesk, h.ann.User.ID), admin.ErrForbidden)
	h.requireLive(secret)
}

func TestEndingOtherSessionsKeepsTheCurrentOne(t *testing.T) {
	h := newHouse(t)
	_, current := h.keep(h.ann)
	_, other := h.keep(h.ann)
	s := h.requireLive(current)
	ended, err := h.EndOtherSessions(t.Context(), s)
	require.NoError(t, err)
	h.requireEnded(other)
	require.Equal(t, ended, h.requireLive(current))
	_, err = h.ScopeOf(t.Context(), acme, s.User.ID, s.Epoch)
	require.ErrorIs(t, err, people.ErrSession, "those that the host keeps end too")
	_, err = h.ScopeOf(t.Context(), acme, s.User.ID, ended.Epoch)
	require.NoError(t, err)
	_, err = h.EndOtherSessions(t.Context(), s)
	require.ErrorIs(t, err, people.ErrSession, "a session of before has ended")
	h.requireLive(current)
	rec := h.lastRecord()
	require.Equal(t, people.ActionEndOtherSessions, rec.Action)
}

func TestAnotherPasswordGoesOnInAnotherSession(t *testing.T) {
	h := newHouse(t)
	_, secret := h.keep(h.ann)
	h.clock.Add(time.Minute)
	s, err := h.ChangePassword(t.Context(), h.requireLive(secret).Scope, annsPassword, newPassword)
	require.NoError(t, err)
	h.requireEnded(secret)
	k, renewed := h.keep(s)
	require.Equal(t, h.clock.Now(), k.AuthenticatedAt)
	require.NotEqual(t, secret.Reveal(), renewed.Reveal())
	h.requireLive(renewed)
	_, _, err = h.KeepSession(t.Context(), h.ann, people.KeepInput{})
	require.ErrorIs(t, err, people.ErrSession, "a sign-in of before has ended")
}

func TestAuthenticatingAgainReplacesTheSecret(t *testing.T) {
	h := newHouse(t)
	k, old := h.keep(h.ann)
	h.clock.Add(30 * time.Minute)
	_, _, err := h.Reauthenticate(t.Context(), acme, old, bobsPassword)
	require.ErrorIs(t, err, people.ErrPassword)
	s, secret, err := h.Reauthenticate(t.Context(), acme, old, annsPassword)
	require.NoError(t, err)
	require.Equal(t, h.clock.Now(), s.Scope.AuthenticatedAt())
	h.requireEnded(old)
	require.Equal(t, s, h.requireLive(secret))
	require.Equal(t, people.ActionReauthenticate, h.lastRecord().Action)
	listed, err := h.Sessions(t.Context(), s.Scope)
	require.NoError(t, err)
	require.Equal(t, k.ExpiresAt, listed[0].ExpiresAt, "it lasts no longer")

	h.clock.Add(time.Minute)
	for _, at := range []time.Time{h.clock.Now().Add(time.Microsecond), h.clock.Now().Add(-time.Hour), {}} {
		_, _, err = h.ReauthenticateVerified(t.Context(), acme, secret, at)
		requireProblem(t, err, "/authenticatedAt", admin.CodeRange)
	}
	at := h.clock.Now().Add(-time.Second)
	s, verified, err := h.ReauthenticateVerified(t.Context(), acme, secret, at)
	require.NoError(t, err)
	require.Equal(t, at, s.Scope.AuthenticatedAt())
	h.requireEnded(secret)
	h.requireLive(verified)

	for range 10 {
		_, _, err = h.Reauthenticate(t.Context(), acme, verified, bobsPassword)
		require.Error(t, err)
	}
	_, _, err = h.Reauthenticate(t.Context(), acme, verified, annsPassword)
	require.ErrorIs(t, err, admin.ErrRateLimited)
}

func TestAUserWithoutAPasswordAuthenticatesAgainElsewhere(t *testing.T) {
	h := newHouse(t, func(o *people.Options) { o.Passwords.Optional = true })
	_, invited, err := h.Invite(t.Context(), h.ann.Scope, "bob@acme.example", people.Analyst)
	require.NoError(t, err)
	_, err = h.Accept(t.Context(), acme, invited, people.AcceptInput{Name: "Bob"})
	require.NoError(t, err)
	bob, err := h.SignInVerified(t.Context(), acme, "bob@acme.example")
	require.NoError(t, err)
	require.Equal(t, h.clock.Now(), bob.Scope.AuthenticatedAt())
	_, secret := h.keep(bob)
	_, _, err = h.Reauthenticate(t.Context(), acme, secret, bobsPassword)
	require.ErrorIs(t, err, people.ErrNoPassword)
	_, _, err = h.ReauthenticateVerified(t.Context(), acme, secret, h.clock.Now())
	require.NoError(t, err)
}

func TestAuthenticatingAgainTwiceAtOnceHasOneWinner(t *testing.T) {
	h := newHouse(t)
	_, secret := h.keep(h.ann)
	var group sync.WaitGroup
	errs, secrets := make([]error, 8), make([]admin.Secret, 8)
	for i := range errs {
		group.Go(func() { _, secrets[i], errs[i] = h.Reauthenticate(t.Context(), acme, secret, annsPassword) })
	}
	group.Wait()
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
			h.requireLive(secrets[i])
			continue
		}
		require.True(t, errors.Is(err, people.ErrSession) || errors.Is(err, admin.ErrBusy), "%v", err)
	}
	require.Equal(t, 1, won)
}

func TestWhatASessionIsKnownByIsClean(t *testing.T) {
	h := newHouse(t)
	for _, tc := range []struct{ reason, given, want string }{
		{"plain text stays", "Firefox 140 on Zoë's Mac", "Firefox 140 on Zoë's Mac"},
		{"control characters are dropped", "a\x00b\r\nc\x1b[31m", "abc[31m"},
		{"format characters are dropped", "a\u202eb\u200bc\u2028d\U000e0041e", "abcde"},
		{"letters and symbols that are blank are dropped", "\u3164 a\u115f\u2800b", "ab"},
		{"what is no UTF-8 is dropped", "a\xff\xfeb\ufffd", "ab"},
		{"white space at the ends is dropped", "  a b  ", "a b"},
		{"what is too long is cut off", strings.Repeat("é", 300), strings.Repeat("é", 200)},
		{"nothing is left", "\x00\n \u200d", ""},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			k, _, err := h.KeepSession(t.Context(), h.ann, people.KeepInput{Label: tc.given, Source: tc.given})
			require.NoError(t, err)
			require.Equal(t, tc.want, k.Label)
			require.LessOrEqual(t, len([]rune(k.Source)), 100)
			require.True(t, strings.HasPrefix(k.Label, k.Source))
		})
	}
}

func TestMembershipsOfAnAddress(t *testing.T) {
	h := newHouse(t)
	for _, org := range []admin.OrgID{"globex", "umbrella"} {
		_, _, err := h.CreateOrganization(t.Context(), people.NewOrganization{
			ID: org, Name: "Company " + string(org),
			Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: annsPassword},
		})
		require.NoError(t, err)
	}
	ms, err := h.Memberships(t.Context(), "ANN@acme.example")
	require.NoError(t, err)
	require.Len(t, ms, 3)
	require.Equal(t, people.Membership{Org: acme, Company: "Acme Ltd", UserID: h.ann.User.ID}, ms[0])
	require.Equal(t, []admin.OrgID{"globex", "umbrella"}, []admin.OrgID{ms[1].Org, ms[2].Org})
	for _, none := range []string{"nobody@acme.example", "", "no address"} {
		ms, err := h.Memberships(t.Context(), none)
		require.NoError(t, err)
		require.Empty(t, ms)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, email := range []string{"ann@acme.example", "no address"} {
		_, err = h.Memberships(ctx, email)
		require.ErrorIs(t, err, context.Canceled)
	}
}

// A Scope has no end: it is for one request.
func TestAScopeOutlivesTheSession(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Analyst)
	_, secret := h.keep(bob)
	_, err := h.Deactivate(t.Context(), h.ann.Scope, bob.User.ID, 1, people.DeactivateOptions{})
	require.NoError(t, err)
	require.True(t, bob.Scope.Can(people.PermissionUsersRead))
	h.requireEnded(secret)
}
