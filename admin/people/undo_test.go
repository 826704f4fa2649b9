package people_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// A scope, or the token of a user, can be older than what was done to the user.
func TestNobodyUndoesWhatWasDoneToThem(t *testing.T) {
	for _, tc := range []struct {
		reason string
		scope  func(bob people.Session) admin.Scope
	}{
		{"in a request that is under way", func(bob people.Session) admin.Scope { return bob.Scope }},
		{"through an API token", func(bob people.Session) admin.Scope {
			granted, _ := bob.Scope.Granted()
			return admin.NewScope(acme, admin.Actor{Kind: admin.ActorToken, ID: "t"}, granted).OnBehalfOf(bob.User.ID.String())
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHouse(t)
			bob := h.join("bob@acme.example", people.Administrator)
			scope, id := tc.scope(bob), bob.User.ID
			u, err := h.ChangeRole(t.Context(), h.ann.Scope, id, 1, people.Analyst)
			require.NoError(t, err)
			_, err = h.ChangeRole(t.Context(), scope, id, u.Version, people.Administrator)
			require.ErrorIs(t, err, admin.ErrForbidden)
			u, err = h.Deactivate(t.Context(), h.ann.Scope, id, u.Version, people.DeactivateOptions{})
			require.NoError(t, err)
			_, err = h.Reactivate(t.Context(), scope, id, u.Version)
			require.ErrorIs(t, err, admin.ErrForbidden)
			kept, err := h.User(t.Context(), h.ann.Scope, id)
			require.NoError(t, err)
			require.Equal(t, u, kept)
		})
	}
	t.Run("but a user may take less", func(t *testing.T) {
		h := newHouse(t)
		bob := h.join("bob@acme.example", people.Administrator)
		_, err := h.ChangeRole(t.Context(), bob.Scope, bob.User.ID, 1, people.Analyst)
		require.NoError(t, err)
	})
	t.Run("and leave, though not through an API token", func(t *testing.T) {
		h := newHouse(t)
		bob := h.join("bob@acme.example", people.Administrator)
		granted, _ := bob.Scope.Granted()
		by := admin.NewScope(acme, admin.Actor{Kind: admin.ActorToken, ID: "t"}, granted).OnBehalfOf(bob.User.ID.String())
		_, err := h.Deactivate(t.Context(), by, bob.User.ID, 1, people.DeactivateOptions{})
		require.ErrorIs(t, err, admin.ErrForbidden)
		_, err = h.Deactivate(t.Context(), bob.Scope, bob.User.ID, 1, people.DeactivateOptions{KeepTokens: true})
		require.NoError(t, err)
		for r, err := range admin.NewTrail(h.b.Audit()).All(t.Context(), admin.System(acme), admin.AuditFilter{}) {
			require.NoError(t, err)
			require.Equal(t, []admin.Change{
				{Field: "status", From: "ACTIVE", To: "DEACTIVATED"}, {Field: "tokens", To: "kept"},
			}, r.Changes)
			break
		}
	})
}

func TestNobodyRevokesAnInvitationToMoreThanTheyHave(t *testing.T) {
	h := newHouse(t, withClerk)
	clara := h.join("clara@acme.example", clerk)
	for role, want := range map[people.Role]error{people.Administrator: admin.ErrForbidden, clerk: nil} {
		i, _, err := h.Invite(t.Context(), admin.System(acme), string(role)+"@acme.example", role)
		require.NoError(t, err)
		_, err = h.Revoke(t.Context(), clara.Scope, i.ID, i.Version)
		require.ErrorIs(t, err, want)
	}
}
