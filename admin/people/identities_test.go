package people_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func identity(subject string) people.IdentityInput {
	return people.IdentityInput{Issuer: "https://idp.example", Subject: subject}
}

// fresh returns the scope of a user who has just authenticated.
func (h *house) fresh(s people.Session) admin.Scope {
	return s.Scope.WithAuthenticatedAt(h.clock.Now())
}

// link links an identity to a user.
func (h *house) link(s people.Session, subject string) people.Identity {
	h.t.Helper()
	i, err := h.LinkIdentity(h.t.Context(), h.fresh(s), identity(subject))
	require.NoError(h.t, err)
	return i
}

func (h *house) signInIdentity(in people.IdentityInput) (people.Session, error) {
	h.t.Helper()
	return h.SignInIdentity(h.t.Context(), acme, people.IdentitySignIn{IdentityInput: in})
}

func TestSignInIdentity(t *testing.T) {
	w := newWatched(t)
	h := w.house
	i := h.link(h.ann, "ann")
	require.Equal(t, people.Identity{UserID: h.ann.User.ID, Issuer: "https://idp.example", Subject: "ann", LinkedAt: h.clock.Now()}, i)
	rec := h.lastRecord()
	require.Equal(t, people.ActionLinkIdentity, rec.Action)
	require.Equal(t, []admin.Change{{Field: "issuer", To: "https://idp.example"},
		{Field: "subject", To: "ann", Personal: true}}, rec.Changes)

	at := h.clock.Now().Add(-time.Hour)
	w.take()
	s, err := h.SignInIdentity(t.Context(), acme, people.IdentitySignIn{
		IdentityInput: identity("ann"), AuthenticatedAt: at, Source: "192.0.2.1",
	})
	require.NoError(t, err)
	require.Equal(t, h.ann.User.ID, s.User.ID)
	require.Equal(t, h.ann.Epoch, s.Epoch)
	require.Equal(t, at, s.Scope.AuthenticatedAt(), "when the issuer asked for the password, not now")
	require.Equal(t, []admin.Event{{
		Kind: admin.EventSignIn, At: h.clock.Now(), Org: acme, UserID: s.User.ID.String(), Source: "192.0.2.1",
	}}, w.take())

	for reason, in := range map[string]people.IdentityInput{
		"another issuer":                  {Issuer: "https://evil.example", Subject: "ann"},
		"another subject":                 identity("bob"),
		"the subject in other letters":    identity("Ann"),
		"the e-mail address as a subject": identity("ann@acme.example"),
	} {
		_, err = h.signInIdentity(in)
		require.Equal(t, people.ErrIdentity, err, reason)
		require.Equal(t, people.ReasonUnknown, w.take()[0].Reason)
	}
	_, err = h.SignInIdentity(t.Context(), "other", people.IdentitySignIn{IdentityInput: identity("ann")})
	require.Equal(t, people.ErrIdentity, err, "another organization")
	_, err = h.SignInIdentity(t.Context(), "", people.IdentitySignIn{IdentityInput: identity("ann")})
	require.ErrorIs(t, err, admin.ErrInvalid)
}

// An address that moves from one user to another, or a claim that its owner made up, opens no account.
func TestAnIdentityIsNotItsEmailAddress(t *testing.T) {
	h := newHouse(t)
	h.link(h.ann, "ann")
	bob := h.join("bob@acme.example", people.Developer)
	h.link(bob, "bob")
	s, err := h.signInIdentity(identity("bob"))
	require.NoError(t, err)
	require.Equal(t, bob.User.ID, s.User.ID, "whatever address the issuer has for the subject")
}

func TestIdentityOfADeactivatedUser(t *testing.T) {
	w := newWatched(t)
	bob := w.join("bob@acme.example", people.Developer)
	w.link(bob, "bob")
	_, err := w.Deactivate(t.Context(), w.ann.Scope, bob.User.ID, 1, people.DeactivateOptions{})
	require.NoError(t, err)
	w.take()
	_, err = w.signInIdentity(identity("bob"))
	require.Equal(t, people.ErrIdentity, err)
	e := w.take()[0]
	require.Equal(t, []string{"SIGN_IN_FAILED", "deactivated", bob.User.ID.String()}, []string{string(e.Kind), string(e.Reason), e.UserID})
}

func TestMalformedIdentitiesAreRefused(t *testing.T) {
	h := newHouse(t)
	for _, tc := range []struct {
		reason, path, code string
		in                 people.IdentityInput
	}{
		{"no issuer", "/issuer", admin.CodeRequired, people.IdentityInput{Subject: "ann"}},
		{"no subject", "/subject", admin.CodeRequired, identity("")},
		{"a long issuer", "/issuer", admin.CodeTooLong, people.IdentityInput{Issuer: strings.Repeat("x", 513), Subject: "ann"}},
		{"a long subject", "/subject", admin.CodeTooLong, identity(strings.Repeat("x", 257))},
		{"a long subject in bytes", "/subject", admin.CodeTooLong, identity(strings.Repeat("ä", 129))},
		{"a control character", "/subject", admin.CodeFormat, identity("ann\n")},
		{"a NUL", "/subject", admin.CodeFormat, identity("ann\x00")},
		{"not UTF-8", "/subject", admin.CodeFormat, identity("ann\xff")},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := h.signInIdentity(tc.in)
			requireProblem(t, err, tc.path, tc.code)
			_, err = h.LinkIdentity(t.Context(), h.fresh(h.ann), tc.in)
			requireProblem(t, err, tc.path, tc.code)
			_, err = h.UnlinkIdentity(t.Context(), h.fresh(h.ann), tc.in)
			requireProblem(t, err, tc.path, tc.code)
		})
	}
}

func TestLinkingTakesARecentAuthentication(t *testing.T) {
	h := newHouse(t)
	for reason, scope := range map[string]admin.Scope{
		"unknown": h.ann.Scope.WithAuthenticatedAt(time.Time{}),
		"old":     h.ann.Scope.WithAuthenticatedAt(h.clock.Now().Add(-11 * time.Minute)),
	} {
		_, err := h.LinkIdentity(t.Context(), scope, identity("ann"))
		require.ErrorIs(t, err, admin.ErrReauthenticate, reason)
		_, err = h.UnlinkIdentity(t.Context(), scope, identity("ann"))
		require.ErrorIs(t, err, admin.ErrReauthenticate, reason)
	}
	_, err := h.LinkIdentity(t.Context(), admin.System(acme), identity("ann"))
	require.ErrorIs(t, err, admin.ErrForbidden, "only a user has identities")
	_, err = h.LinkIdentity(t.Context(), token(t, people.Administrator), identity("ann"))
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = h.LinkIdentity(t.Context(), admin.Scope{}, identity("ann"))
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
}

func TestIdentitiesAreLinkedOnceAndFew(t *testing.T) {
	h := newHouse(t)
	h.link(h.ann, "0")
	bob := h.join("bob@acme.example", people.Developer)
	for _, s := range []people.Session{h.ann, bob} {
		_, err := h.LinkIdentity(t.Context(), h.fresh(s), identity("0"))
		require.Equal(t, people.ErrIdentityTaken, err)
	}
	for n := 1; n < 10; n++ {
		h.link(h.ann, fmt.Sprint(n))
	}
	_, err := h.LinkIdentity(t.Context(), h.fresh(h.ann), identity("10"))
	require.Equal(t, people.ErrTooManyIdentities, err)
	own, err := h.Identities(t.Context(), bob.Scope, bob.User.ID)
	require.NoError(t, err)
	require.Empty(t, own)
	_, err = h.Identities(t.Context(), bob.Scope, h.ann.User.ID)
	require.ErrorIs(t, err, admin.ErrForbidden, "a developer reads no users")
	list, err := h.Identities(t.Context(), token(t, people.Analyst), h.ann.User.ID)
	require.NoError(t, err)
	require.Len(t, list, 10)
	_, err = h.Identities(t.Context(), h.ann.Scope, uuid.New())
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestUnlinkIdentity(t *testing.T) {
	h := newHouse(t)
	h.link(h.ann, "ann")
	kept, err := h.UnlinkIdentity(t.Context(), h.fresh(h.ann), identity("ann"))
	require.NoError(t, err, "there is a password")
	require.Equal(t, people.ActionUnlinkIdentity, h.lastRecord().Action)
	_, err = h.signInIdentity(identity("ann"))
	require.Equal(t, people.ErrIdentity, err)
	_, err = h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
	require.Equal(t, people.ErrSession, err, "sessions have ended")
	_, err = h.ScopeOf(t.Context(), acme, h.ann.User.ID, kept.Epoch)
	require.NoError(t, err, "but the one that was returned")
	require.Equal(t, h.clock.Now(), kept.Scope.AuthenticatedAt())
	_, err = h.UnlinkIdentity(t.Context(), h.fresh(kept), identity("ann"))
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestAcceptByIdentity(t *testing.T) {
	h := newHouse(t)
	h.link(h.ann, "ann")
	_, secret, err := h.Invite(t.Context(), h.ann.Scope, "bob@acme.example", people.Developer)
	require.NoError(t, err)
	accept := func(secret admin.Secret, in people.IdentityInput) (people.User, error) {
		return h.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Bob", Identity: &in})
	}
	_, err = accept(secret, identity("ann"))
	require.Equal(t, people.ErrIdentityTaken, err)
	_, err = accept(secret, identity("bob\n"))
	requireProblem(t, err, "/identity/subject", admin.CodeFormat)
	_, err = accept(admin.NewSecret("made up"), identity("ann"))
	require.Equal(t, people.ErrInvitation, err, "without the secret it reveals nothing")
	bob, err := accept(secret, identity("bob"))
	require.NoError(t, err, "no password is needed")
	s, err := h.signInIdentity(identity("bob"))
	require.NoError(t, err)
	require.Equal(t, bob, s.User)
	_, err = h.UnlinkIdentity(t.Context(), h.fresh(s), identity("bob"))
	require.Equal(t, people.ErrLastIdentity, err)
	h.link(s, "another")
	kept, err := h.UnlinkIdentity(t.Context(), h.fresh(s), identity("bob"))
	require.NoError(t, err)
	_, err = h.UnlinkIdentity(t.Context(), h.fresh(kept), identity("another"))
	require.Equal(t, people.ErrLastIdentity, err)
	_, err = accept(secret, identity("carl"))
	require.Equal(t, people.ErrInvitation, err)
}
