package people_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

var carl = people.AcceptInput{Name: "Carl", Password: newPassword}

func TestAccept(t *testing.T) {
	h := newHouse(t)
	i, secret, err := h.Invite(t.Context(), h.ann.Scope, "Carl@Acme.example", people.Developer)
	require.NoError(t, err)
	h.clock.Add(time.Hour)
	u, err := h.Accept(t.Context(), acme, secret, carl)
	require.NoError(t, err)
	require.Equal(t, people.User{
		ID: u.ID, Name: "Carl", Email: i.Email, Role: people.Developer, Status: people.UserActive,
		CreatedAt: h.clock.Now(), UpdatedAt: h.clock.Now(), Version: 1,
	}, u)
	rec := h.lastRecord()
	require.Equal(t, people.ActionAccept, rec.Action)
	require.Equal(t, admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}, rec.Actor)
	session := h.signIn("carl@acme.example", newPassword)
	require.Equal(t, u, session.User)
	i, err = h.Invitation(t.Context(), h.ann.Scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, people.InvitationAccepted, i.Status)
	require.Equal(t, u.ID, i.UserID)
	require.Equal(t, h.clock.Now(), i.SettledAt)
}

// TestAcceptDoesNotRevealWhy has every reason why a secret is invalid; all give one error.
func TestAcceptDoesNotRevealWhy(t *testing.T) {
	invite := func(h *house, by people.Session) admin.Secret {
		_, secret, err := h.Invite(t.Context(), by.Scope, "carl@acme.example", people.Developer)
		require.NoError(t, err)
		return secret
	}
	for _, tc := range []struct {
		reason string
		secret func(t *testing.T, h *house) admin.Secret
	}{
		{"no secret", func(*testing.T, *house) admin.Secret { return admin.Secret{} }},
		{"a wrong one", func(_ *testing.T, h *house) admin.Secret {
			return admin.NewSecret(invite(h, h.ann).Reveal() + "x")
		}},
		{"an expired one", func(_ *testing.T, h *house) admin.Secret {
			defer h.clock.Add(7 * 24 * time.Hour)
			return invite(h, h.ann)
		}},
		{"a revoked one", func(t *testing.T, h *house) admin.Secret {
			secret := invite(h, h.ann)
			page, err := h.Invitations(t.Context(), h.ann.Scope, people.InvitationFilter{}, admin.Query{})
			require.NoError(t, err)
			_, err = h.Revoke(t.Context(), h.ann.Scope, page.Items[0].ID, 1)
			require.NoError(t, err)
			return secret
		}},
		{"a used one", func(t *testing.T, h *house) admin.Secret {
			secret := invite(h, h.ann)
			_, err := h.Accept(t.Context(), acme, secret, carl)
			require.NoError(t, err)
			return secret
		}},
		{"of an inviter who was demoted", func(t *testing.T, h *house) admin.Secret {
			bob := h.join("bob@acme.example", people.Administrator)
			secret := invite(h, bob)
			_, err := h.ChangeRole(t.Context(), h.ann.Scope, bob.User.ID, 1, people.Analyst)
			require.NoError(t, err)
			return secret
		}},
		{"of an inviter who was deactivated", func(t *testing.T, h *house) admin.Secret {
			bob := h.join("bob@acme.example", people.Administrator)
			secret := invite(h, bob)
			_, err := h.Deactivate(t.Context(), h.ann.Scope, bob.User.ID, 1)
			require.NoError(t, err)
			return secret
		}},
		{"to an address that has become a user's", func(_ *testing.T, h *house) admin.Secret {
			secret := invite(h, h.ann)
			h.clock.Add(7 * 24 * time.Hour)
			h.changeEmail(h.ann, annsPassword, "carl@acme.example")
			return secret
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHouse(t)
			u, err := h.Accept(t.Context(), acme, tc.secret(t, h), carl)
			require.ErrorIs(t, err, admin.ErrUnauthenticated)
			require.Equal(t, people.ErrInvitation.Error(), err.Error(), "byte by byte the same")
			require.Zero(t, u)
		})
	}
	t.Run("another organization's", func(t *testing.T) {
		h := newHouse(t)
		secret := invite(h, h.ann)
		_, err := h.Accept(t.Context(), "other", secret, carl)
		require.Equal(t, people.ErrInvitation, err)
	})
	t.Run("nor anything about the input", func(t *testing.T) {
		h := newHouse(t)
		_, err := h.Accept(t.Context(), acme, admin.NewSecret("wrong"), people.AcceptInput{})
		require.Equal(t, people.ErrInvitation, err)
	})
}

func TestAcceptNeverChangesAUser(t *testing.T) {
	h := newHouse(t)
	_, secret, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Developer)
	require.NoError(t, err)
	h.clock.Add(7 * 24 * time.Hour)
	h.changeEmail(h.ann, annsPassword, "carl@acme.example")
	_, err = h.Accept(t.Context(), acme, secret, carl)
	require.ErrorIs(t, err, people.ErrInvitation)
	session := h.signIn("carl@acme.example", annsPassword)
	require.Equal(t, h.ann.User.ID, session.User.ID)
	require.Equal(t, people.Administrator, session.User.Role)
	_, err = h.SignIn(t.Context(), acme, people.SignInInput{Email: "carl@acme.example", Password: newPassword})
	require.ErrorIs(t, err, people.ErrSignIn)
}

func TestAcceptChecksTheInput(t *testing.T) {
	h := newHouse(t)
	_, secret, err := h.Invite(t.Context(), h.ann.Scope, "carl.gustav@acme.example", people.Developer)
	require.NoError(t, err)
	_, err = h.Accept(t.Context(), acme, secret, people.AcceptInput{Password: newPassword})
	requireProblem(t, err, "/name", admin.CodeRequired)
	_, err = h.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Carl"})
	requireProblem(t, err, "/password", admin.CodeRequired)
	_, err = h.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Carl", Password: admin.NewSecret("gustav-acme-gustav-1234")})
	requireProblem(t, err, "/password", people.CodeGuessable)
	_, err = h.Accept(t.Context(), acme, secret, carl)
	require.NoError(t, err, "a failed call does not use it up")
}

func TestAcceptWithoutPassword(t *testing.T) {
	h := newHouse(t, func(o *people.Options) { o.Passwords.Optional = true })
	_, secret, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Developer)
	require.NoError(t, err)
	_, err = h.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Carl", Password: admin.NewSecret("short")})
	requireProblem(t, err, "/password", admin.CodeTooShort)
	u, err := h.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Carl"})
	require.NoError(t, err)
	session, err := h.SignInVerified(t.Context(), acme, "carl@acme.example")
	require.NoError(t, err)
	require.Equal(t, u, session.User)
}

func TestAcceptSucceedsOnce(t *testing.T) {
	h := newHouse(t)
	_, secret, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Developer)
	require.NoError(t, err)
	var group sync.WaitGroup
	var accepted atomic.Int64
	for range 8 {
		group.Go(func() {
			if _, err := h.Accept(t.Context(), acme, secret, carl); err == nil {
				accepted.Add(1)
			} else if !errors.Is(err, people.ErrInvitation) {
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	group.Wait()
	require.Equal(t, int64(1), accepted.Load())
	page, err := h.Users(t.Context(), h.ann.Scope, people.UserFilter{Role: people.Developer}, admin.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
}

// meddlingHasher calls meddle while a password is hashed.
type meddlingHasher struct {
	people.PasswordHasher
	meddle func()
}

func (m *meddlingHasher) Hash(ctx context.Context, password admin.Secret) (people.PasswordHash, error) {
	if do := m.meddle; do != nil {
		m.meddle = nil
		do()
	}
	return m.PasswordHasher.Hash(ctx, password)
}

func TestAcceptWhileTheInviterChanges(t *testing.T) {
	setUp := func(t *testing.T) (*house, *meddlingHasher, people.Session, admin.Secret) {
		m := &meddlingHasher{PasswordHasher: cheap(t)}
		h := newHouse(t, func(o *people.Options) { o.Hasher = m })
		bob := h.join("bob@acme.example", people.Administrator)
		_, secret, err := h.Invite(t.Context(), bob.Scope, "carl@acme.example", people.Developer)
		require.NoError(t, err)
		return h, m, bob, secret
	}
	t.Run("is demoted: no", func(t *testing.T) {
		h, m, bob, secret := setUp(t)
		m.meddle = func() {
			_, err := h.ChangeRole(t.Context(), h.ann.Scope, bob.User.ID, 1, people.Analyst)
			require.NoError(t, err)
		}
		_, err := h.Accept(t.Context(), acme, secret, carl)
		require.Equal(t, people.ErrInvitation, err)
	})
	t.Run("gets another password: yes", func(t *testing.T) {
		h, m, bob, secret := setUp(t)
		m.meddle = func() {
			require.NoError(t, changePassword(t.Context(), h, bob.Scope, bobsPassword, admin.NewSecret("walnut prairie cobalt 9")))
		}
		_, err := h.Accept(t.Context(), acme, secret, carl)
		require.NoError(t, err)
	})
}
