package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// role returns a custom role that may read users.
func (w *world) role(name people.Role) people.CustomRole {
	return people.CustomRole{
		Name: name, DisplayName: w.mark("role"), Description: "Zoë's role",
		Permissions: admin.Permissions(people.PermissionUsersRead, people.PermissionProfileRead),
		CreatedAt:   epoch, UpdatedAt: epoch, Version: 1,
	}
}

// administering returns a custom role that administers.
func (w *world) administering(name people.Role) people.CustomRole {
	r := w.role(name)
	r.Permissions = r.Permissions.With(people.PermissionUsersWrite, people.PermissionRolesWrite)
	return r
}

func (w *world) addRole(t *testing.T, r people.CustomRole) people.CustomRole {
	t.Helper()
	require.NoError(t, w.b.Roles().Create(t.Context(), w.org, r, 1000, w.rec("role.create")))
	return r
}

// updateRole writes a role under its version and returns it with the next.
func (w *world) updateRole(t *testing.T, r people.CustomRole) people.CustomRole {
	t.Helper()
	require.NoError(t, w.b.Roles().Update(t.Context(), w.org, people.RoleUpdate{Role: r, Rules: rules()},
		w.rec("role.update")))
	r.Version++
	return r
}

func (w *world) getRole(t *testing.T, name people.Role) people.CustomRole {
	t.Helper()
	r, err := w.b.Roles().Get(t.Context(), w.org, name)
	require.NoError(t, err)
	return r
}

func (w *world) deleteRole(ctx context.Context, r people.CustomRole, at time.Time) error {
	d := people.RoleDeletion{Name: r.Name, Version: r.Version, At: at}
	return w.b.Roles().Delete(ctx, w.org, d, w.rec("role.delete"))
}

func versionOf(r people.CustomRole) people.RoleVersion {
	return people.RoleVersion{Name: r.Name, Version: r.Version}
}

func roleCalls() map[string]call {
	return map[string]call{
		"Roles.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Roles().Create(ctx, org, w.role("another"), 1000, rec)
		},
		"Roles.Get": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			r, err := s.Roles().Get(ctx, org, w.seeds.people.role.Name)
			return r, err
		},
		"Roles.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			rs, err := s.Roles().List(ctx, org, page[string](100))
			return rs, err
		},
		"Roles.Update": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			r := w.seeds.people.role
			r.DisplayName = w.mark("renamed")
			return nil, s.Roles().Update(ctx, org, people.RoleUpdate{Role: r, Rules: rules()}, rec)
		},
		"Roles.Delete": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			r := w.seeds.people.unused
			return nil, s.Roles().Delete(ctx, org, people.RoleDeletion{Name: r.Name, Version: r.Version, At: epoch}, rec)
		},
	}
}

func testRoles(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(12 << 40)
	create := func(w *world, r people.CustomRole, limit int) error {
		return b.Roles().Create(t.Context(), w.org, r, limit, w.rec("role.create"))
	}
	update := func(w *world, r people.CustomRole) error {
		return b.Roles().Update(t.Context(), w.org, people.RoleUpdate{Role: r, Rules: rules()}, w.rec("role.update"))
	}

	t.Run("returns what was created, by the bytes of its name", func(t *testing.T) {
		w := newWorld(t, b, c)
		r := w.addRole(t, w.role("clerk"))
		require.Equal(t, r, w.getRole(t, "clerk"))
		bare := people.CustomRole{Name: "bare", Permissions: r.Permissions, CreatedAt: epoch, UpdatedAt: epoch, Version: 1}
		require.Equal(t, w.addRole(t, bare), w.getRole(t, "bare"))
		for _, name := range []people.Role{"Clerk", "clerk ", "clérk", "", people.Administrator} {
			_, err := b.Roles().Get(t.Context(), w.org, name)
			require.ErrorIs(t, err, admin.ErrNotFound, "%q", name)
		}
	})
	t.Run("refuses a name that is taken", func(t *testing.T) {
		w := newWorld(t, b, c)
		r := w.addRole(t, w.role("clerk"))
		require.ErrorIs(t, create(w, w.administering("clerk"), 1000), admin.ErrExists)
		require.Equal(t, r, w.getRole(t, "clerk"))
		newWorld(t, b, c).addRole(t, r)
	})
	t.Run("has at most limit, also when many are created at the same time", func(t *testing.T) {
		w := newWorld(t, b, c)
		errs := atOnce(t, 6, func(ctx context.Context, n int) error {
			return b.Roles().Create(ctx, w.org, w.role(people.Role(fmt.Sprintf("role-%d", n))), 3, w.rec("role.create"))
		})
		require.Len(t, succeeded(t, errs, people.ErrTooManyRoles), 3)
		require.ErrorIs(t, create(w, w.role("role-0"), 3), people.ErrTooManyRoles, "which comes before that it exists")
	})
	t.Run("lists in order of the name", func(t *testing.T) {
		w := newWorld(t, b, c)
		var want []people.CustomRole
		for _, name := range []people.Role{"a", "a-b", "a_b", "ab", "b"} {
			want = append(want, w.role(name))
		}
		for _, i := range []int{3, 0, 4, 1, 2} {
			w.addRole(t, want[i])
		}
		require.Equal(t, want, pages(t, func(seek admin.Seek[string]) ([]people.CustomRole, error) {
			return b.Roles().List(t.Context(), w.org, seek)
		}, func(r people.CustomRole) string { return string(r.Name) }))
	})
	t.Run("changes the version that was read, for its users at once and without ending a session", func(t *testing.T) {
		w := newWorld(t, b, c)
		r := w.addRole(t, w.role("clerk"))
		u := w.member(t, "clara", "clerk")
		before, err := b.Users().Member(t.Context(), w.org, u.ID)
		require.NoError(t, err)
		require.Equal(t, &r, before.Custom)
		asked := r
		asked.DisplayName, asked.Description, asked.UpdatedAt = "Clerk", "", epoch.Add(time.Second)
		asked.Permissions = admin.Permissions(people.PermissionProfileRead)
		asked.CreatedAt = epoch.Add(time.Hour)
		require.NoError(t, update(w, asked))
		want := asked
		want.CreatedAt, want.Version = epoch, 2
		require.Equal(t, want, w.getRole(t, "clerk"))
		after, err := b.Users().Member(t.Context(), w.org, u.ID)
		require.NoError(t, err)
		before.Custom = &want
		require.Equal(t, revealed(before), revealed(after))
		byEmail, err := b.Users().ByEmail(t.Context(), w.org, u.Email.Key)
		require.NoError(t, err)
		require.Equal(t, revealed(after), revealed(byEmail))

		require.ErrorIs(t, update(w, asked), admin.ErrConflict)
		require.Equal(t, want, w.getRole(t, "clerk"))
		asked.Name = "none"
		require.ErrorIs(t, update(w, asked), admin.ErrNotFound)
	})
	t.Run("is deleted only if no user has it or can get it", func(t *testing.T) {
		w := newWorld(t, b, c)
		r := w.addRole(t, w.role("clerk"))
		stale := r
		stale.Version = 2
		require.ErrorIs(t, w.deleteRole(t.Context(), stale, epoch), admin.ErrConflict)
		require.ErrorIs(t, w.deleteRole(t.Context(), w.role("none"), epoch), admin.ErrNotFound)

		i := w.invitation("clara")
		i.Role = "clerk"
		require.NoError(t, b.Invitations().Create(t.Context(), w.org, sending(i, w.digest("clara"), 1000),
			w.rec("invitation.create")))
		require.ErrorIs(t, w.deleteRole(t.Context(), r, i.ExpiresAt.Add(-time.Microsecond)), people.ErrRoleInUse,
			"an invitation is pending")
		a := w.acceptance(i)
		require.NoError(t, b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")))
		require.ErrorIs(t, w.deleteRole(t.Context(), r, epoch), people.ErrRoleInUse, "a user has it")
		u := a.User
		u.Status = people.UserDeactivated
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(u), w.rec("user.deactivate")))
		require.ErrorIs(t, w.deleteRole(t.Context(), r, epoch), people.ErrRoleInUse, "so has a user who may come back")
		require.Equal(t, r, w.getRole(t, "clerk"))
		u.Role, u.Version = people.Analyst, 2
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(u), w.rec("user.change_role")))

		j := w.invitation("bob")
		j.Role = "clerk"
		require.NoError(t, b.Invitations().Create(t.Context(), w.org, sending(j, w.digest("bob"), 1000),
			w.rec("invitation.create")))
		require.NoError(t, w.deleteRole(t.Context(), r, j.ExpiresAt), "nor is an expired or an accepted invitation a use")
		_, err := b.Roles().Get(t.Context(), w.org, "clerk")
		require.ErrorIs(t, err, admin.ErrNotFound)
		w.addRole(t, w.role("clerk"))
	})
	t.Run("of the last who administers goes on doing so", func(t *testing.T) {
		w := newWorld(t, b, c)
		chief := w.addRole(t, w.administering("chief"))
		second := w.addRole(t, w.administering("second"))
		u := w.member(t, "charles", "chief")
		sleeper := w.member(t, "sleeper", "second")
		sleeper.Status = people.UserDeactivated
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(sleeper), w.rec("user.deactivate")))
		first := w.first
		first.Role = people.Analyst
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(first), w.rec("user.change_role")),
			"a custom role administers too")

		for _, p := range []admin.Permission{people.PermissionUsersWrite, people.PermissionRolesWrite} {
			less := chief
			less.Permissions = admin.Permissions(people.PermissionUsersWrite, people.PermissionRolesWrite).
				Intersect(admin.Permissions(p))
			require.ErrorIs(t, update(w, less), people.ErrLastAdministrator, "with %s alone", p)
		}
		require.Equal(t, chief, w.getRole(t, "chief"))
		u.Status = people.UserDeactivated
		require.ErrorIs(t, b.Users().UpdateAccess(t.Context(), w.org, access(u), w.rec("user.deactivate")),
			people.ErrLastAdministrator)
		chief.Description, chief.Permissions = "more", chief.Permissions.With(people.PermissionProfileWrite)
		chief = w.updateRole(t, chief)
		second.Permissions = admin.Permissions(people.PermissionUsersRead)
		w.updateRole(t, second) // which no active user has

		first.Role, first.Version = people.Administrator, 2
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(first), w.rec("user.change_role")))
		chief.Permissions = admin.Permissions(people.PermissionUsersRead)
		w.updateRole(t, chief)
	})
	t.Run("is given only as it was when that was decided", func(t *testing.T) {
		w := newWorld(t, b, c)
		r := w.addRole(t, w.role("clerk"))
		stale, gone := versionOf(r), people.RoleVersion{Name: "gone", Version: 1}
		i := w.invitation("clara")
		i.Role = "clerk"
		require.NoError(t, b.Invitations().Create(t.Context(), w.org, sending(i, w.digest("clara"), 1000, stale),
			w.rec("invitation.create")))
		r = w.updateRole(t, r)
		u := w.member(t, "bob", people.Developer)
		u.Role = "clerk"
		another := w.invitation("dora")
		another.Role = "clerk"
		a := w.acceptance(i)
		for _, v := range []people.RoleVersion{stale, gone} {
			a.Custom = []people.RoleVersion{versionOf(r), v}
			for where, err := range map[string]error{
				"by ChangeRole": b.Users().UpdateAccess(t.Context(), w.org, access(u, v), w.rec("user.change_role")),
				"by Invite": b.Invitations().Create(t.Context(), w.org, sending(another, w.digest("dora"), 1000, v),
					w.rec("invitation.create")),
				"by Resend": b.Invitations().Resend(t.Context(), w.org, sending(i, w.digest("again"), 1000, v),
					w.rec("invitation.resend")),
				"by Accept": b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")),
			} {
				require.ErrorIs(t, err, admin.ErrConflict, where)
			}
		}
		require.Equal(t, i, w.get(t, i.ID))
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(u, versionOf(r)), w.rec("user.change_role")))
		a.Custom = []people.RoleVersion{versionOf(r)}
		require.NoError(t, b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")))
	})
	t.Run("is not given while it is deleted", func(t *testing.T) {
		for range 10 {
			w := newWorld(t, b, c)
			r := w.addRole(t, w.role("clerk"))
			u := w.member(t, "bob", people.Developer)
			u.Role = "clerk"
			i := w.invitation("clara")
			i.Role = "clerk"
			errs := atOnce(t, 3, func(ctx context.Context, n int) error {
				switch n {
				case 0:
					return w.deleteRole(ctx, r, epoch)
				case 1:
					return b.Users().UpdateAccess(ctx, w.org, access(u, versionOf(r)), w.rec("user.change_role"))
				}
				return b.Invitations().Create(ctx, w.org, sending(i, w.digest("clara"), 1000, versionOf(r)),
					w.rec("invitation.create"))
			})
			done := succeeded(t, errs, people.ErrRoleInUse, admin.ErrConflict)
			require.NotEmpty(t, done)
			require.Equal(t, errs[0] == nil, len(done) == 1, "either it is deleted or it is given: %v", errs)
		}
	})
}
