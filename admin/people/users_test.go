package people_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// TestRolesMayDo has one row an operation: which of the built-in roles may do it.
func TestRolesMayDo(t *testing.T) {
	all := []people.Role{people.Administrator, people.Analyst, people.Developer, people.ProductManager}
	onlyAdministrator := all[:1]
	readers := []people.Role{people.Administrator, people.Analyst, people.ProductManager}
	for _, tc := range []struct {
		operation string
		allowed   []people.Role
		call      func(ctx context.Context, h *house, s people.Session) error
	}{
		{"see one's profile", all, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.Profile(ctx, s.Scope)
			return err
		}},
		{"change one's name", all, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.UpdateProfile(ctx, s.Scope, people.ProfileChange{Version: 1, Name: ptr("Another")})
			return err
		}},
		{"change one's e-mail address", all, func(ctx context.Context, h *house, s people.Session) error {
			_, _, err := h.RequestEmailChange(ctx, s.Scope, people.EmailChangeInput{Email: "another@acme.example", CurrentPassword: bobsPassword})
			return err
		}},
		{"cancel the change of one's e-mail address", all, func(ctx context.Context, h *house, s people.Session) error {
			_, _, err := h.RequestEmailChange(ctx, s.Scope, people.EmailChangeInput{Email: "another@acme.example", CurrentPassword: bobsPassword})
			if err == nil {
				err = h.CancelEmailChange(ctx, s.Scope, s.User.ID)
			}
			return err
		}},
		{"cancel the change of another's e-mail address", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			_, _, err := h.RequestEmailChange(ctx, h.ann.Scope, people.EmailChangeInput{Email: "anna@acme.example", CurrentPassword: annsPassword})
			if err == nil {
				err = h.CancelEmailChange(ctx, s.Scope, h.ann.User.ID)
			}
			return err
		}},
		{"send a password reset", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.SendPasswordReset(ctx, s.Scope, h.ann.User.ID)
			return err
		}},
		{"change one's password", all, func(ctx context.Context, h *house, s people.Session) error {
			return changePassword(ctx, h, s.Scope, bobsPassword, newPassword)
		}},
		{"see the organization", all, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.Organization(ctx, s.Scope)
			return err
		}},
		{"rename the organization", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.RenameOrganization(ctx, s.Scope, 1, "Another")
			return err
		}},
		{"list users", readers, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.Users(ctx, s.Scope, people.UserFilter{}, admin.Query{})
			return err
		}},
		{"see a user", readers, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.User(ctx, s.Scope, h.ann.User.ID)
			return err
		}},
		{"list invitations", readers, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.Invitations(ctx, s.Scope, people.InvitationFilter{}, admin.Query{})
			return err
		}},
		{"see an invitation", readers, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.Invitation(ctx, s.Scope, h.pending(ctx).ID)
			return err
		}},
		{"invite", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			_, _, err := h.Invite(ctx, s.Scope, "carl@acme.example", people.Analyst)
			return err
		}},
		{"send an invitation again", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			i := h.pending(ctx)
			h.clock.Add(2 * 60e9)
			_, _, err := h.Resend(ctx, s.Scope, i.ID, i.Version)
			return err
		}},
		{"revoke an invitation", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			i := h.pending(ctx)
			_, err := h.Revoke(ctx, s.Scope, i.ID, i.Version)
			return err
		}},
		{"see one's sessions", all, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.Sessions(ctx, s.Scope)
			return err
		}},
		{"see a user's sessions", readers, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.SessionsOf(ctx, s.Scope, h.ann.User.ID)
			return err
		}},
		{"end one of one's sessions", all, func(ctx context.Context, h *house, s people.Session) error {
			k, _, err := h.KeepSession(ctx, s, people.KeepInput{})
			if err != nil {
				return err
			}
			return h.EndSession(ctx, s.Scope, k.ID)
		}},
		{"end one's sessions", all, func(ctx context.Context, h *house, s people.Session) error {
			return h.EndSessions(ctx, s.Scope, s.User.ID)
		}},
		{"end one's other sessions", all, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.EndOtherSessions(ctx, s)
			return err
		}},
		{"end a user's sessions", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			return h.EndSessions(ctx, s.Scope, h.join("dora@acme.example", people.Analyst).User.ID)
		}},
		{"change a role", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.ChangeRole(ctx, s.Scope, s.User.ID, 1, otherRole(s.User.Role))
			return err
		}},
		{"deactivate", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.Deactivate(ctx, s.Scope, s.User.ID, 1)
			return err
		}},
		{"list roles", readers, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.Roles(ctx, s.Scope)
			return err
		}},
		{"see a role", readers, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.Role(ctx, s.Scope, people.Analyst)
			return err
		}},
		{"make a role", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			_, err := h.CreateRole(ctx, s.Scope, auditors)
			return err
		}},
		{"change a role's permissions", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			h.createRole(auditors)
			_, err := h.UpdateRole(ctx, s.Scope, "auditors", 1, permissions(people.PermissionUsersRead))
			return err
		}},
		{"delete a role", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			h.createRole(auditors)
			return h.DeleteRole(ctx, s.Scope, "auditors", 1)
		}},
		{"reactivate", onlyAdministrator, func(ctx context.Context, h *house, s people.Session) error {
			u := h.join("gone@acme.example", people.Analyst).User
			if _, err := h.Deactivate(ctx, h.ann.Scope, u.ID, 1); err != nil {
				return err
			}
			_, err := h.Reactivate(ctx, s.Scope, u.ID, 2)
			return err
		}},
	} {
		t.Run(tc.operation, func(t *testing.T) {
			var allowed []people.Role
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
			require.ErrorIs(t, tc.call(t.Context(), h, people.Session{User: h.ann.User}), admin.ErrUnauthenticated, "a zero scope may do nothing")
		})
	}
}

// pending returns an invitation that the host sent.
func (h *house) pending(ctx context.Context) people.Invitation {
	h.t.Helper()
	i, _, err := h.Invite(ctx, admin.System(acme), "pending@acme.example", people.Analyst)
	require.NoError(h.t, err)
	return i
}

func otherRole(r people.Role) people.Role {
	if r == people.Analyst {
		return people.Developer
	}
	return people.Analyst
}

func TestUsersPageAndFilter(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Developer)
	carl := h.join("carl@acme.example", people.Developer)
	_, err := h.Deactivate(t.Context(), h.ann.Scope, carl.User.ID, 1)
	require.NoError(t, err)

	names := func(f people.UserFilter) (out []string) {
		for u, err := range h.AllUsers(t.Context(), h.ann.Scope, f) {
			require.NoError(t, err)
			out = append(out, u.Email.Key)
		}
		return out
	}
	require.Equal(t, []string{"ann@acme.example", "bob@acme.example", "carl@acme.example"}, names(people.UserFilter{}))
	require.Equal(t, []string{"bob@acme.example"}, names(people.UserFilter{Status: people.UserActive, Role: people.Developer}))

	first, err := h.Users(t.Context(), h.ann.Scope, people.UserFilter{}, admin.Query{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, h.ann.User.ID, first.Items[0].ID)
	second, err := h.Users(t.Context(), h.ann.Scope, people.UserFilter{}, admin.Query{Limit: 1, After: first.Next})
	require.NoError(t, err)
	require.Equal(t, bob.User.ID, second.Items[0].ID)
	_, err = h.Users(t.Context(), h.ann.Scope, people.UserFilter{Role: people.Developer}, admin.Query{After: first.Next})
	require.ErrorIs(t, err, admin.ErrInvalid, "a cursor is for its own filter")
}

func TestChangeRole(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Developer)
	u, err := h.ChangeRole(t.Context(), h.ann.Scope, bob.User.ID, 1, people.Analyst)
	require.NoError(t, err)
	require.Equal(t, people.Analyst, u.Role)
	require.Equal(t, int64(2), u.Version)
	stored, err := h.User(t.Context(), h.ann.Scope, u.ID)
	require.NoError(t, err)
	require.Equal(t, stored, u)
	require.Equal(t, []admin.Change{{Field: "role", From: "developer", To: "analyst"}}, h.lastRecord().Changes)
	_, err = h.ScopeOf(t.Context(), acme, u.ID, bob.Epoch)
	require.ErrorIs(t, err, people.ErrSession, "another role ends the sessions")

	_, err = h.ChangeRole(t.Context(), h.ann.Scope, u.ID, 1, people.Developer)
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = h.ChangeRole(t.Context(), h.ann.Scope, u.ID, 2, people.Analyst)
	require.ErrorIs(t, err, admin.ErrState)
	_, err = h.ChangeRole(t.Context(), h.ann.Scope, u.ID, 2, "emperor")
	requireProblem(t, err, "/role", admin.CodeUnknown)
	_, err = h.ChangeRole(t.Context(), h.ann.Scope, uuid.New(), 1, people.Analyst)
	require.ErrorIs(t, err, admin.ErrNotFound)
}

// clerk may administer users and is otherwise an Analyst.
const clerk = people.Role("clerk")

func withClerk(o *people.Options) {
	o.Roles = admincenter.DefaultRoles().With(clerk, people.PermissionUsersRead, people.PermissionUsersWrite, people.PermissionProfileRead, people.PermissionProfileWrite)
}

func TestUsersGrantOrRevokeNoMoreThanTheyHave(t *testing.T) {
	h := newHouse(t, withClerk)
	clara := h.join("clara@acme.example", clerk)
	other := h.join("other@acme.example", clerk)
	dev := h.join("dev@acme.example", people.Developer)
	for reason, call := range map[string]func(ctx context.Context) error{
		"promotes oneself": func(ctx context.Context) error {
			_, err := h.ChangeRole(ctx, clara.Scope, clara.User.ID, 1, people.Administrator)
			return err
		},
		"promotes another": func(ctx context.Context) error {
			_, err := h.ChangeRole(ctx, clara.Scope, other.User.ID, 1, people.Developer)
			return err
		},
		"demotes a user who has more": func(ctx context.Context) error {
			_, err := h.ChangeRole(ctx, clara.Scope, dev.User.ID, 1, clerk)
			return err
		},
		"deactivates a user who has more": func(ctx context.Context) error {
			_, err := h.Deactivate(ctx, clara.Scope, h.ann.User.ID, 1)
			return err
		},
		"reactivates a user who has more": func(ctx context.Context) error {
			u := h.join("gone@acme.example", people.Developer).User
			_, err := h.Deactivate(ctx, h.ann.Scope, u.ID, 1)
			require.NoError(t, err)
			_, err = h.Reactivate(ctx, clara.Scope, u.ID, 2)
			return err
		},
		"invites to more": func(ctx context.Context) error {
			_, _, err := h.Invite(ctx, clara.Scope, "eve@acme.example", people.Administrator)
			return err
		},
		"sends an invitation to more again": func(ctx context.Context) error {
			i, _, err := h.Invite(ctx, h.ann.Scope, "eve@acme.example", people.Administrator)
			require.NoError(t, err)
			h.clock.Add(60e9)
			_, _, err = h.Resend(ctx, clara.Scope, i.ID, i.Version)
			return err
		},
		"promotes by a token": func(ctx context.Context) error {
			_, err := h.ChangeRole(ctx, admin.NewScope(acme, admin.Actor{Kind: admin.ActorToken, ID: "t"}, admin.Permissions(people.PermissionUsersWrite)), other.User.ID, 1, people.Analyst)
			return err
		},
	} {
		t.Run(reason, func(t *testing.T) {
			require.ErrorIs(t, call(t.Context()), admin.ErrForbidden)
		})
	}
	t.Run("but no less", func(t *testing.T) {
		u, err := h.Deactivate(t.Context(), clara.Scope, other.User.ID, 1)
		require.NoError(t, err)
		_, err = h.Reactivate(t.Context(), clara.Scope, u.ID, u.Version)
		require.NoError(t, err)
		_, _, err = h.Invite(t.Context(), clara.Scope, "clerk@acme.example", clerk)
		require.NoError(t, err)
	})
}

func TestUserWhoseRoleTheHostRemoved(t *testing.T) {
	h := newHouse(t, withClerk)
	clara := h.join("clara@acme.example", clerk)
	later := h.service(people.Options{Hasher: cheap(t)})
	_, err := later.SignIn(t.Context(), acme, people.SignInInput{Email: "clara@acme.example", Password: bobsPassword})
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = later.ScopeOf(t.Context(), acme, clara.User.ID, clara.Epoch)
	require.ErrorIs(t, err, admin.ErrForbidden)
	u, err := later.ChangeRole(t.Context(), h.ann.Scope, clara.User.ID, 1, people.Analyst)
	require.NoError(t, err)
	require.Equal(t, people.Analyst, u.Role)
}

func TestDeactivateAndReactivate(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Administrator)
	i, secret, err := h.Invite(t.Context(), bob.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err)

	u, err := h.Deactivate(t.Context(), h.ann.Scope, bob.User.ID, 1)
	require.NoError(t, err)
	require.Equal(t, people.UserDeactivated, u.Status)
	_, err = h.SignIn(t.Context(), acme, people.SignInInput{Email: "bob@acme.example", Password: bobsPassword})
	require.ErrorIs(t, err, people.ErrSignIn)
	_, err = h.SignInVerified(t.Context(), acme, "bob@acme.example")
	require.ErrorIs(t, err, people.ErrSignIn)
	_, err = h.ScopeOf(t.Context(), acme, u.ID, bob.Epoch)
	require.ErrorIs(t, err, people.ErrSession)
	_, err = h.Profile(t.Context(), bob.Scope)
	require.ErrorIs(t, err, people.ErrSession, "not even in a request that is under way")
	revoked, err := h.Invitation(t.Context(), h.ann.Scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, people.InvitationRevoked, revoked.Status)
	_, err = h.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Carl", Password: newPassword})
	require.ErrorIs(t, err, people.ErrInvitation)
	_, err = h.Deactivate(t.Context(), h.ann.Scope, u.ID, u.Version)
	require.ErrorIs(t, err, admin.ErrState)

	u, err = h.Reactivate(t.Context(), h.ann.Scope, u.ID, u.Version)
	require.NoError(t, err)
	_, err = h.ScopeOf(t.Context(), acme, u.ID, bob.Epoch)
	require.ErrorIs(t, err, people.ErrSession, "the old session has ended")
	h.signIn("bob@acme.example", bobsPassword)
	_, err = h.Reactivate(t.Context(), h.ann.Scope, u.ID, u.Version)
	require.ErrorIs(t, err, admin.ErrState)
}

func TestLastAdministratorStays(t *testing.T) {
	h := newHouse(t)
	for _, scope := range []admin.Scope{h.ann.Scope, admin.System(acme)} {
		_, err := h.Deactivate(t.Context(), scope, h.ann.User.ID, 1)
		require.ErrorIs(t, err, people.ErrLastAdministrator)
		require.ErrorIs(t, err, admin.ErrState)
		_, err = h.ChangeRole(t.Context(), scope, h.ann.User.ID, 1, people.Developer)
		require.ErrorIs(t, err, people.ErrLastAdministrator)
	}
	_, err := h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
	require.NoError(t, err)
}

func TestTwoAdministratorsDemoteEachOther(t *testing.T) {
	for range 20 {
		h := newHouse(t)
		bob := h.join("bob@acme.example", people.Administrator)
		var group sync.WaitGroup
		group.Go(func() { _, _ = h.ChangeRole(t.Context(), h.ann.Scope, bob.User.ID, 1, people.Analyst) })
		group.Go(func() { _, _ = h.Deactivate(t.Context(), bob.Scope, h.ann.User.ID, 1) })
		group.Wait()
		page, err := h.Users(t.Context(), admin.System(acme), people.UserFilter{Role: people.Administrator, Status: people.UserActive}, admin.Query{})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
	}
}

func TestAccessUpdatedAsksForAnotherAdministratorOnlyIfItMatters(t *testing.T) {
	ann := people.User{Role: people.Administrator, Status: people.UserActive, Version: 3}
	down := errors.New("down")
	for _, tc := range []struct {
		reason  string
		want    people.User
		another func() (bool, error)
		err     error
	}{
		{"stays an administrator", people.User{Role: people.Administrator, Status: people.UserActive, Version: 3}, nil, nil},
		{"another version", people.User{Role: people.Analyst, Status: people.UserActive, Version: 2}, nil, admin.ErrConflict},
		{"demoted beside another", people.User{Role: people.Analyst, Status: people.UserActive, Version: 3},
			func() (bool, error) { return true, nil }, nil},
		{"demoted as the last", people.User{Role: people.Analyst, Status: people.UserActive, Version: 3},
			func() (bool, error) { return false, nil }, people.ErrLastAdministrator},
		{"deactivated as the last", people.User{Role: people.Administrator, Status: people.UserDeactivated, Version: 3},
			func() (bool, error) { return false, nil }, people.ErrLastAdministrator},
		{"a storage that fails", people.User{Role: people.Analyst, Status: people.UserActive, Version: 3},
			func() (bool, error) { return true, down }, down},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			next, err := ann.AccessUpdated(tc.want, []people.Role{"chief", people.Administrator}, tc.another)
			require.ErrorIs(t, err, tc.err)
			if tc.err != nil {
				require.Zero(t, next)
				return
			}
			require.Equal(t, []any{tc.want.Role, tc.want.Status, int64(4)}, []any{next.Role, next.Status, next.Version})
		})
	}
}
