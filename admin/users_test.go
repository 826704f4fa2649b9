package admin_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
)

// TestRolesMayDo has one row an operation: who of the built-in roles may do it.
func TestRolesMayDo(t *testing.T) {
	all := []admin.Role{admin.Administrator, admin.Analyst, admin.Developer, admin.ProductManager}
	onlyAdministrator := all[:1]
	readers := []admin.Role{admin.Administrator, admin.Analyst, admin.ProductManager}
	for _, tc := range []struct {
		operation string
		allowed   []admin.Role
		call      func(ctx context.Context, h *house, s admin.Session) error
	}{
		{"see one's profile", all, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.Profile(ctx, s.Scope)
			return err
		}},
		{"change one's name", all, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.ChangeName(ctx, s.Scope, 1, "Another")
			return err
		}},
		{"change one's e-mail address", all, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.ChangeEmail(ctx, s.Scope, 1, "another@acme.example", bobsPassword)
			return err
		}},
		{"change one's password", all, func(ctx context.Context, h *house, s admin.Session) error {
			return h.ChangePassword(ctx, s.Scope, bobsPassword, newPassword)
		}},
		{"see the organization", all, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.Organization(ctx, s.Scope)
			return err
		}},
		{"rename the organization", onlyAdministrator, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.RenameOrganization(ctx, s.Scope, 1, "Another")
			return err
		}},
		{"list users", readers, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.Users(ctx, s.Scope, admin.UserFilter{}, admin.Query{})
			return err
		}},
		{"see a user", readers, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.User(ctx, s.Scope, h.ann.User.ID)
			return err
		}},
		{"list invitations", readers, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.Invitations(ctx, s.Scope, admin.InvitationFilter{}, admin.Query{})
			return err
		}},
		{"see an invitation", readers, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.Invitation(ctx, s.Scope, h.pending(ctx).ID)
			return err
		}},
		{"invite", onlyAdministrator, func(ctx context.Context, h *house, s admin.Session) error {
			_, _, err := h.Invite(ctx, s.Scope, "carl@acme.example", admin.Analyst)
			return err
		}},
		{"send an invitation again", onlyAdministrator, func(ctx context.Context, h *house, s admin.Session) error {
			i := h.pending(ctx)
			h.clock.Add(2 * 60e9)
			_, _, err := h.Resend(ctx, s.Scope, i.ID, i.Version)
			return err
		}},
		{"revoke an invitation", onlyAdministrator, func(ctx context.Context, h *house, s admin.Session) error {
			i := h.pending(ctx)
			_, err := h.Revoke(ctx, s.Scope, i.ID, i.Version)
			return err
		}},
		{"change a role", onlyAdministrator, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.ChangeRole(ctx, s.Scope, s.User.ID, 1, otherRole(s.User.Role))
			return err
		}},
		{"deactivate", onlyAdministrator, func(ctx context.Context, h *house, s admin.Session) error {
			_, err := h.Deactivate(ctx, s.Scope, s.User.ID, 1)
			return err
		}},
		{"reactivate", onlyAdministrator, func(ctx context.Context, h *house, s admin.Session) error {
			u := h.join("gone@acme.example", admin.Analyst).User
			if _, err := h.Deactivate(ctx, h.ann.Scope, u.ID, 1); err != nil {
				return err
			}
			_, err := h.Reactivate(ctx, s.Scope, u.ID, 2)
			return err
		}},
	} {
		t.Run(tc.operation, func(t *testing.T) {
			var allowed []admin.Role
			for _, role := range all {
				h := newHouse(t)
				err := tc.call(t.Context(), h, h.join("bob@acme.example", role))
				if err == nil {
					allowed = append(allowed, role)
				} else {
					require.ErrorIs(t, err, admin.ErrForbidden)
				}
			}
			require.Equal(t, tc.allowed, allowed)
			h := newHouse(t)
			require.ErrorIs(t, tc.call(t.Context(), h, admin.Session{User: h.ann.User}), admin.ErrUnauthenticated, "nobody may")
		})
	}
}

// pending is an invitation that the host sent.
func (h *house) pending(ctx context.Context) admin.Invitation {
	h.t.Helper()
	i, _, err := h.Invite(ctx, admin.System(acme), "pending@acme.example", admin.Analyst)
	require.NoError(h.t, err)
	return i
}

func otherRole(r admin.Role) admin.Role {
	if r == admin.Analyst {
		return admin.Developer
	}
	return admin.Analyst
}

func TestUsersPageAndFilter(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", admin.Developer)
	carl := h.join("carl@acme.example", admin.Developer)
	_, err := h.Deactivate(t.Context(), h.ann.Scope, carl.User.ID, 1)
	require.NoError(t, err)

	names := func(f admin.UserFilter) (out []string) {
		for u, err := range h.AllUsers(t.Context(), h.ann.Scope, f) {
			require.NoError(t, err)
			out = append(out, u.Email.Key)
		}
		return out
	}
	require.Equal(t, []string{"ann@acme.example", "bob@acme.example", "carl@acme.example"}, names(admin.UserFilter{}))
	require.Equal(t, []string{"bob@acme.example"}, names(admin.UserFilter{Status: admin.UserActive, Role: admin.Developer}))

	first, err := h.Users(t.Context(), h.ann.Scope, admin.UserFilter{}, admin.Query{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, h.ann.User.ID, first.Items[0].ID)
	second, err := h.Users(t.Context(), h.ann.Scope, admin.UserFilter{}, admin.Query{Limit: 1, After: first.Next})
	require.NoError(t, err)
	require.Equal(t, bob.User.ID, second.Items[0].ID)
	_, err = h.Users(t.Context(), h.ann.Scope, admin.UserFilter{Role: admin.Developer}, admin.Query{After: first.Next})
	require.ErrorIs(t, err, admin.ErrInvalid, "a cursor is for its own filter")
}

func TestChangeRole(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", admin.Developer)
	u, err := h.ChangeRole(t.Context(), h.ann.Scope, bob.User.ID, 1, admin.Analyst)
	require.NoError(t, err)
	require.Equal(t, admin.Analyst, u.Role)
	require.Equal(t, int64(2), u.Version)
	stored, err := h.User(t.Context(), h.ann.Scope, u.ID)
	require.NoError(t, err)
	require.Equal(t, stored, u)
	require.Equal(t, []admin.Change{{Field: "role", From: "developer", To: "analyst"}}, h.lastRecord().Changes)
	_, err = h.ScopeOf(t.Context(), acme, u.ID, bob.Epoch)
	require.ErrorIs(t, err, admin.ErrSession, "another role ends the sessions")

	_, err = h.ChangeRole(t.Context(), h.ann.Scope, u.ID, 1, admin.Developer)
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = h.ChangeRole(t.Context(), h.ann.Scope, u.ID, 2, admin.Analyst)
	require.ErrorIs(t, err, admin.ErrState)
	_, err = h.ChangeRole(t.Context(), h.ann.Scope, u.ID, 2, "emperor")
	requireProblem(t, err, "/role", admin.CodeUnknown)
	_, err = h.ChangeRole(t.Context(), h.ann.Scope, uuid.New(), 1, admin.Analyst)
	require.ErrorIs(t, err, admin.ErrNotFound)
}

// clerk may administer users and is otherwise an Analyst.
const clerk = admin.Role("clerk")

func withClerk(o *admin.PeopleOptions) {
	o.Roles = admincenter.DefaultRoles().With(clerk, admin.UsersRead, admin.UsersWrite, admin.ProfileRead, admin.ProfileWrite)
}

func TestNobodyHandsOutOrTakesMoreThanTheyHave(t *testing.T) {
	h := newHouse(t, withClerk)
	clara := h.join("clara@acme.example", clerk)
	other := h.join("other@acme.example", clerk)
	dev := h.join("dev@acme.example", admin.Developer)
	for reason, call := range map[string]func(ctx context.Context) error{
		"promotes oneself": func(ctx context.Context) error {
			_, err := h.ChangeRole(ctx, clara.Scope, clara.User.ID, 1, admin.Administrator)
			return err
		},
		"promotes another": func(ctx context.Context) error {
			_, err := h.ChangeRole(ctx, clara.Scope, other.User.ID, 1, admin.Developer)
			return err
		},
		"demotes who has more": func(ctx context.Context) error {
			_, err := h.ChangeRole(ctx, clara.Scope, dev.User.ID, 1, clerk)
			return err
		},
		"deactivates who has more": func(ctx context.Context) error {
			_, err := h.Deactivate(ctx, clara.Scope, h.ann.User.ID, 1)
			return err
		},
		"reactivates who has more": func(ctx context.Context) error {
			u := h.join("gone@acme.example", admin.Developer).User
			_, err := h.Deactivate(ctx, h.ann.Scope, u.ID, 1)
			require.NoError(t, err)
			_, err = h.Reactivate(ctx, clara.Scope, u.ID, 2)
			return err
		},
		"invites to more": func(ctx context.Context) error {
			_, _, err := h.Invite(ctx, clara.Scope, "eve@acme.example", admin.Administrator)
			return err
		},
		"sends an invitation to more again": func(ctx context.Context) error {
			i, _, err := h.Invite(ctx, h.ann.Scope, "eve@acme.example", admin.Administrator)
			require.NoError(t, err)
			h.clock.Add(60e9)
			_, _, err = h.Resend(ctx, clara.Scope, i.ID, i.Version)
			return err
		},
		"promotes by a token": func(ctx context.Context) error {
			_, err := h.ChangeRole(ctx, admin.NewScope(acme, admin.Actor{Kind: admin.ActorToken, ID: "t"}, admin.Permissions(admin.UsersWrite)), other.User.ID, 1, admin.Analyst)
			return err
		},
	} {
		t.Run(reason, func(t *testing.T) {
			require.ErrorIs(t, call(t.Context()), admin.ErrForbidden)
		})
	}
	t.Run("but what they have they may", func(t *testing.T) {
		u, err := h.Deactivate(t.Context(), clara.Scope, other.User.ID, 1)
		require.NoError(t, err)
		_, err = h.Reactivate(t.Context(), clara.Scope, u.ID, u.Version)
		require.NoError(t, err)
		_, _, err = h.Invite(t.Context(), clara.Scope, "clerk@acme.example", clerk)
		require.NoError(t, err)
	})
}

func TestUserWhoseRoleTheHostTookAway(t *testing.T) {
	h := newHouse(t, withClerk)
	clara := h.join("clara@acme.example", clerk)
	later := admin.NewPeople(h.b.Organizations(), h.b.Users(), h.b.Invitations(), admin.PeopleOptions{Hasher: cheap(t)})
	_, err := later.SignIn(t.Context(), acme, "clara@acme.example", bobsPassword)
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = later.ScopeOf(t.Context(), acme, clara.User.ID, clara.Epoch)
	require.ErrorIs(t, err, admin.ErrForbidden)
	u, err := later.ChangeRole(t.Context(), h.ann.Scope, clara.User.ID, 1, admin.Analyst)
	require.NoError(t, err)
	require.Equal(t, admin.Analyst, u.Role)
}

func TestDeactivateAndReactivate(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", admin.Administrator)
	i, secret, err := h.Invite(t.Context(), bob.Scope, "carl@acme.example", admin.Analyst)
	require.NoError(t, err)

	u, err := h.Deactivate(t.Context(), h.ann.Scope, bob.User.ID, 1)
	require.NoError(t, err)
	require.Equal(t, admin.UserDeactivated, u.Status)
	_, err = h.SignIn(t.Context(), acme, "bob@acme.example", bobsPassword)
	require.ErrorIs(t, err, admin.ErrSignIn)
	_, err = h.SignInVerified(t.Context(), acme, "bob@acme.example")
	require.ErrorIs(t, err, admin.ErrSignIn)
	_, err = h.ScopeOf(t.Context(), acme, u.ID, bob.Epoch)
	require.ErrorIs(t, err, admin.ErrSession)
	_, err = h.Profile(t.Context(), bob.Scope)
	require.ErrorIs(t, err, admin.ErrSession, "not even in a request that is under way")
	revoked, err := h.Invitation(t.Context(), h.ann.Scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, admin.InvitationRevoked, revoked.Status)
	_, err = h.Accept(t.Context(), acme, secret, admin.AcceptInput{Name: "Carl", Password: newPassword})
	require.ErrorIs(t, err, admin.ErrInvitation)
	_, err = h.Deactivate(t.Context(), h.ann.Scope, u.ID, u.Version)
	require.ErrorIs(t, err, admin.ErrState)

	u, err = h.Reactivate(t.Context(), h.ann.Scope, u.ID, u.Version)
	require.NoError(t, err)
	_, err = h.ScopeOf(t.Context(), acme, u.ID, bob.Epoch)
	require.ErrorIs(t, err, admin.ErrSession, "the old session stays dead")
	h.signIn("bob@acme.example", bobsPassword)
	_, err = h.Reactivate(t.Context(), h.ann.Scope, u.ID, u.Version)
	require.ErrorIs(t, err, admin.ErrState)
}

func TestLastAdministratorStays(t *testing.T) {
	h := newHouse(t)
	for _, scope := range []admin.Scope{h.ann.Scope, admin.System(acme)} {
		_, err := h.Deactivate(t.Context(), scope, h.ann.User.ID, 1)
		require.ErrorIs(t, err, admin.ErrLastAdministrator)
		require.ErrorIs(t, err, admin.ErrState)
		_, err = h.ChangeRole(t.Context(), scope, h.ann.User.ID, 1, admin.Developer)
		require.ErrorIs(t, err, admin.ErrLastAdministrator)
	}
	_, err := h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
	require.NoError(t, err)
}

func TestTwoAdministratorsDemoteEachOther(t *testing.T) {
	for range 20 {
		h := newHouse(t)
		bob := h.join("bob@acme.example", admin.Administrator)
		var group sync.WaitGroup
		group.Go(func() { _, _ = h.ChangeRole(t.Context(), h.ann.Scope, bob.User.ID, 1, admin.Analyst) })
		group.Go(func() { _, _ = h.Deactivate(t.Context(), bob.Scope, h.ann.User.ID, 1) })
		group.Wait()
		page, err := h.Users(t.Context(), admin.System(acme), admin.UserFilter{Role: admin.Administrator, Status: admin.UserActive}, admin.Query{})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
	}
}
