package people_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// auditors is a custom role that may read the trail and nothing else.
var auditors = people.NewRole{
	Name: "auditors", DisplayName: "Auditors", Description: "From outside",
	Permissions: []admin.Permission{admin.PermissionAuditRead},
}

// createRole makes a custom role as Ann.
func (h *house) createRole(n people.NewRole) people.CustomRole {
	h.t.Helper()
	r, err := h.CreateRole(h.t.Context(), h.ann.Scope, n)
	require.NoError(h.t, err)
	return r
}

func permissions(ps ...admin.Permission) people.RoleChange {
	return people.RoleChange{Permissions: &ps}
}

// withRoleKeepers has a built-in role that may keep users and roles and is otherwise without rights.
func withRoleKeepers(o *people.Options) {
	o.Roles = admincenter.DefaultRoles().With("keeper", people.PermissionUsersRead, people.PermissionUsersWrite,
		people.PermissionRolesWrite, people.PermissionProfileRead, people.PermissionProfileWrite)
}

func TestCustomRole(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	r := h.createRole(auditors)
	require.Equal(t, people.CustomRole{
		Name: "auditors", DisplayName: "Auditors", Description: "From outside",
		Permissions: admin.Permissions(admin.PermissionAuditRead), CreatedAt: h.clock.Now(), UpdatedAt: h.clock.Now(), Version: 1,
	}, r)
	require.Equal(t, people.ActionCreateRole, h.lastRecord().Action)
	require.Equal(t, admin.Subject{Kind: "role", ID: "auditors"}, h.lastRecord().Subject)
	require.Equal(t, []admin.Change{
		{Field: "displayName", To: "Auditors"}, {Field: "description", To: "From outside"}, {Field: "permissions", To: "audit.read"},
	}, h.lastRecord().Changes)
	got, err := h.Role(ctx, h.ann.Scope, "auditors")
	require.NoError(t, err)
	require.Equal(t, people.RoleInfo{CustomRole: r}, got)

	eve := h.join("eve@acme.example", "auditors")
	require.NoError(t, eve.Scope.Require(admin.PermissionAuditRead))
	require.ErrorIs(t, eve.Scope.Require(people.PermissionProfileRead), admin.ErrForbidden, "it has what it was given and no more")

	h.clock.Add(60e9)
	changed, err := h.UpdateRole(ctx, h.ann.Scope, "auditors", 1,
		people.RoleChange{Description: ptr("From inside"), Permissions: &[]admin.Permission{people.PermissionUsersRead}})
	require.NoError(t, err)
	want := r
	want.Description, want.Permissions = "From inside", admin.Permissions(people.PermissionUsersRead)
	want.UpdatedAt, want.Version = h.clock.Now(), 2
	require.Equal(t, want, changed)
	require.Equal(t, []admin.Change{
		{Field: "description", From: "From outside", To: "From inside"}, {Field: "permissions", From: "audit.read", To: "users.read"},
	}, h.lastRecord().Changes)

	scope, err := h.ScopeOf(ctx, acme, eve.User.ID, eve.Epoch)
	require.NoError(t, err, "the session goes on")
	require.NoError(t, scope.Require(people.PermissionUsersRead), "and can do at once what the role can")
	require.ErrorIs(t, scope.Require(admin.PermissionAuditRead), admin.ErrForbidden)
	require.ErrorIs(t, h.Authorize(ctx, acme, eve.Scope.Actor(), admin.PermissionAuditRead), admin.ErrForbidden)
	require.NoError(t, h.Authorize(ctx, acme, eve.Scope.Actor(), people.PermissionUsersRead))

	records := len(h.records())
	same, err := h.UpdateRole(ctx, h.ann.Scope, "auditors", 2, people.RoleChange{Description: ptr("From inside")})
	require.NoError(t, err)
	require.Equal(t, changed, same)
	require.Len(t, h.records(), records, "what changes nothing leaves no record")

	require.ErrorIs(t, h.DeleteRole(ctx, h.ann.Scope, "auditors", 2), people.ErrRoleInUse)
	_, err = h.ChangeRole(ctx, h.ann.Scope, eve.User.ID, 1, people.Analyst)
	require.NoError(t, err)
	require.ErrorIs(t, h.DeleteRole(ctx, h.ann.Scope, "auditors", 1), admin.ErrConflict)
	require.NoError(t, h.DeleteRole(ctx, h.ann.Scope, "auditors", 2))
	require.Equal(t, people.ActionDeleteRole, h.lastRecord().Action)
	_, err = h.Role(ctx, h.ann.Scope, "auditors")
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = h.UpdateRole(ctx, h.ann.Scope, "auditors", 2, people.RoleChange{})
	require.ErrorIs(t, err, admin.ErrNotFound)
	require.ErrorIs(t, h.DeleteRole(ctx, h.ann.Scope, "auditors", 2), admin.ErrNotFound)
	_, err = h.ChangeRole(ctx, h.ann.Scope, eve.User.ID, 2, "auditors")
	requireProblem(t, err, "/role", admin.CodeUnknown)
}

func TestRolesListsBuiltInAndCustomOnes(t *testing.T) {
	h := newHouse(t, func(o *people.Options) { o.CustomRoles.Limit = 3 })
	for _, name := range []people.Role{"zoo", "a", "m_1"} {
		r := auditors
		r.Name = name
		h.createRole(r)
	}
	all, err := h.Roles(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	var names []people.Role
	for i, r := range all {
		names = append(names, r.Name)
		require.Equal(t, i < 4, r.BuiltIn)
		one, err := h.Role(t.Context(), h.ann.Scope, r.Name)
		require.NoError(t, err)
		require.Equal(t, r, one)
	}
	require.Equal(t, []people.Role{people.Administrator, people.Analyst, people.Developer, people.ProductManager, "a", "m_1", "zoo"}, names)
	_, err = h.CreateRole(t.Context(), h.ann.Scope, auditors)
	require.ErrorIs(t, err, people.ErrTooManyRoles)
}

func TestCustomRolesHaveLimits(t *testing.T) {
	h := newHouse(t, func(o *people.Options) {
		o.CustomRoles.Allowed = admin.Permissions(people.PermissionUsersRead, admin.PermissionAuditRead)
	})
	h.createRole(auditors)
	for reason, tc := range map[string]struct {
		change     func(*people.NewRole)
		path, code string
	}{
		"no name":                 {func(n *people.NewRole) { n.Name = "" }, "/name", admin.CodeRequired},
		"a name in capitals":      {func(n *people.NewRole) { n.Name = "Auditors" }, "/name", admin.CodeFormat},
		"a name of two words":     {func(n *people.NewRole) { n.Name = "the auditors" }, "/name", admin.CodeFormat},
		"a digit first":           {func(n *people.NewRole) { n.Name = "1st" }, "/name", admin.CodeFormat},
		"a name that is too long": {func(n *people.NewRole) { n.Name = people.Role(strings.Repeat("a", 51)) }, "/name", admin.CodeFormat},
		"a name to be shown that is too long": {
			func(n *people.NewRole) { n.DisplayName = strings.Repeat("é", 101) }, "/displayName", admin.CodeTooLong,
		},
		"a description that is too long": {
			func(n *people.NewRole) { n.Description = strings.Repeat("é", 501) }, "/description", admin.CodeTooLong,
		},
		"no permission": {func(n *people.NewRole) { n.Permissions = nil }, "/permissions", admin.CodeRequired},
		"a permission that the host does not allow": {
			func(n *people.NewRole) {
				n.Permissions = []admin.Permission{admin.PermissionAuditRead, people.PermissionUsersWrite}
			}, "/permissions/1", admin.CodeUnknown,
		},
		"a permission that is none": {
			func(n *people.NewRole) { n.Permissions = []admin.Permission{"*"} }, "/permissions/0", admin.CodeUnknown,
		},
		"more permissions than there are": {
			func(n *people.NewRole) {
				n.Permissions = []admin.Permission{admin.PermissionAuditRead, admin.PermissionAuditRead, admin.PermissionAuditRead}
			}, "/permissions", admin.CodeTooLong,
		},
	} {
		t.Run(reason, func(t *testing.T) {
			n := auditors
			n.Name = "others"
			tc.change(&n)
			for _, scope := range []admin.Scope{h.ann.Scope, admin.System(acme)} {
				_, err := h.CreateRole(t.Context(), scope, n)
				requireProblem(t, err, tc.path, tc.code)
				if tc.path == "/name" {
					continue
				}
				_, err = h.UpdateRole(t.Context(), scope, "auditors", 1,
					people.RoleChange{DisplayName: &n.DisplayName, Description: &n.Description, Permissions: &n.Permissions})
				requireProblem(t, err, tc.path, tc.code)
			}
		})
	}
	_, err := h.CreateRole(t.Context(), h.ann.Scope, people.NewRole{Name: "No", Description: "\x00"})
	var v *admin.ValidationError
	require.ErrorAs(t, err, &v)
	require.Len(t, v.Fields, 3, "every problem at once")
	for _, name := range []people.Role{people.Administrator, "auditors"} {
		n := auditors
		n.Name = name
		_, err := h.CreateRole(t.Context(), h.ann.Scope, n)
		require.ErrorIs(t, err, admin.ErrExists)
	}
	_, err = h.UpdateRole(t.Context(), admin.System(acme), people.Analyst, 0, people.RoleChange{Description: ptr("a")})
	require.ErrorIs(t, err, admin.ErrState, "built-in roles are the host's")
	require.ErrorIs(t, h.DeleteRole(t.Context(), admin.System(acme), people.Analyst, 0), admin.ErrState)
}

func TestUsersKeepNoRoleThatMayDoMoreThanThey(t *testing.T) {
	h := newHouse(t, withRoleKeepers)
	kim := h.join("kim@acme.example", "keeper")
	own := h.createRole(people.NewRole{Name: "own", Permissions: []admin.Permission{people.PermissionUsersRead}})
	wider := h.createRole(people.NewRole{Name: "wider", Permissions: []admin.Permission{people.PermissionUsersRead, admin.PermissionAuditRead}})
	bob := h.join("bob@acme.example", "wider")
	// A token with every right of the keeper's and no more.
	set, _ := kim.Scope.Granted()
	token := admin.NewScope(acme, admin.Actor{Kind: admin.ActorToken, ID: uuid.NewString()}, set)
	for who, scope := range map[string]admin.Scope{"a user": kim.Scope, "a token": token} {
		for what, call := range map[string]func(ctx context.Context) error{
			"makes a wider one": func(ctx context.Context) error {
				_, err := h.CreateRole(ctx, scope, auditors)
				return err
			},
			"widens one": func(ctx context.Context) error {
				_, err := h.UpdateRole(ctx, scope, "own", own.Version, permissions(people.PermissionUsersRead, admin.PermissionAuditRead))
				return err
			},
			"narrows a wider one": func(ctx context.Context) error {
				_, err := h.UpdateRole(ctx, scope, "wider", wider.Version, permissions(people.PermissionUsersRead))
				return err
			},
			"renames a wider one": func(ctx context.Context) error {
				_, err := h.UpdateRole(ctx, scope, "wider", wider.Version, people.RoleChange{DisplayName: ptr("Mine")})
				return err
			},
			"deletes a wider one": func(ctx context.Context) error { return h.DeleteRole(ctx, scope, "wider", wider.Version) },
			"gives a wider one": func(ctx context.Context) error {
				_, err := h.ChangeRole(ctx, scope, kim.User.ID, 1, "wider")
				return err
			},
			"takes a wider one": func(ctx context.Context) error {
				_, err := h.ChangeRole(ctx, scope, bob.User.ID, 1, "own")
				return err
			},
			"deactivates who has a wider one": func(ctx context.Context) error {
				_, err := h.Deactivate(ctx, scope, bob.User.ID, 1)
				return err
			},
			"invites to a wider one": func(ctx context.Context) error {
				_, _, err := h.Invite(ctx, scope, "x@acme.example", "wider")
				return err
			},
		} {
			t.Run(who+" "+what, func(t *testing.T) { require.ErrorIs(t, call(t.Context()), admin.ErrForbidden) })
		}
		_, err := h.UpdateRole(t.Context(), scope, "own", own.Version, people.RoleChange{DisplayName: ptr(who)})
		require.NoError(t, err)
		own.Version++
	}
}

func TestPermissionsThatTheHostTakesBackHaveNoEffect(t *testing.T) {
	h := newHouse(t)
	h.createRole(people.NewRole{Name: "chief", Permissions: []admin.Permission{
		people.PermissionUsersRead, people.PermissionUsersWrite, people.PermissionRolesWrite,
	}})
	charles := h.join("charles@acme.example", "chief")
	later := h.service(people.Options{
		Runtime: admin.Runtime{Now: h.clock.Now}, Hasher: cheap(t), Roles: admincenter.DefaultRoles(),
		CustomRoles: people.CustomRoleOptions{Allowed: admin.Permissions(people.PermissionUsersRead, people.PermissionUsersWrite)},
	})
	scope, err := later.ScopeOf(t.Context(), acme, charles.User.ID, charles.Epoch)
	require.NoError(t, err)
	set, _ := scope.Granted()
	require.Equal(t, "users.read users.write", set.String())
	info, err := later.Role(t.Context(), h.ann.Scope, "chief")
	require.NoError(t, err)
	require.Equal(t, set, info.Permissions)
	_, err = later.Deactivate(t.Context(), h.ann.Scope, h.ann.User.ID, 1)
	require.ErrorIs(t, err, people.ErrLastAdministrator, "who cannot keep roles any longer does not administer")

	// A built-in role that the host adds goes before the organization's own of the same name.
	builtIn := h.service(people.Options{
		Runtime: admin.Runtime{Now: h.clock.Now}, Hasher: cheap(t),
		Roles: admincenter.DefaultRoles().With("chief", admin.PermissionAuditRead),
	})
	scope, err = builtIn.ScopeOf(t.Context(), acme, charles.User.ID, charles.Epoch)
	require.NoError(t, err)
	set, _ = scope.Granted()
	require.Equal(t, "audit.read", set.String())
	_, err = builtIn.Deactivate(t.Context(), h.ann.Scope, h.ann.User.ID, 1)
	require.ErrorIs(t, err, people.ErrLastAdministrator)
	all, err := builtIn.Roles(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Len(t, all, 5, "it is listed once")
}

func TestWhoAdministersByACustomRole(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	everything := admincenter.DefaultRoles().All().List()
	h.createRole(people.NewRole{Name: "owner", Permissions: everything})
	u, err := h.ChangeRole(ctx, admin.System(acme), h.ann.User.ID, 1, "owner")
	require.NoError(t, err, "the last one stays one by another name")
	ann := h.signIn("ann@acme.example", annsPassword)

	_, err = h.ChangeRole(ctx, ann.Scope, u.ID, u.Version, people.Analyst)
	require.ErrorIs(t, err, people.ErrLastAdministrator)
	_, err = h.Deactivate(ctx, ann.Scope, u.ID, u.Version)
	require.ErrorIs(t, err, people.ErrLastAdministrator)
	for _, p := range []admin.Permission{people.PermissionUsersWrite, people.PermissionRolesWrite} {
		var less []admin.Permission
		for _, q := range everything {
			if q != p {
				less = append(less, q)
			}
		}
		_, err = h.UpdateRole(ctx, ann.Scope, "owner", 1, permissions(less...))
		require.ErrorIs(t, err, people.ErrLastAdministrator, "without %s", p)
	}
	require.ErrorIs(t, h.DeleteRole(ctx, ann.Scope, "owner", 1), people.ErrRoleInUse)
	h.join("bob@acme.example", people.Administrator)
	_, err = h.UpdateRole(ctx, ann.Scope, "owner", 1, permissions(people.PermissionUsersRead))
	require.NoError(t, err)
}

// changing is a store of users or roles that changes something before each write.
type changing struct {
	people.UserStore
	before func()
}

func (c changing) UpdateAccess(ctx context.Context, org admin.OrgID, a people.AccessUpdate, rec admin.Record) error {
	c.before()
	return c.UserStore.UpdateAccess(ctx, org, a, rec)
}

// Rights that were checked against a role do not hold for what the role has become meanwhile.
func TestARoleThatChangesMeanwhileIsNotGiven(t *testing.T) {
	h := newHouse(t, withRoleKeepers)
	kim := h.join("kim@acme.example", "keeper")
	h.createRole(people.NewRole{Name: "own", Permissions: []admin.Permission{people.PermissionUsersRead}})
	version := int64(1)
	p := ports(h.b)
	p.Users = changing{p.Users, func() {
		_, err := h.UpdateRole(t.Context(), h.ann.Scope, "own", version,
			people.RoleChange{Description: ptr(fmt.Sprint(version)), Permissions: &[]admin.Permission{admin.PermissionAuditRead}})
		require.NoError(t, err)
		version++
	}}
	_, err := h.In(p).ChangeRole(t.Context(), kim.Scope, kim.User.ID, 1, "own")
	require.ErrorIs(t, err, admin.ErrConflict)
	u, err := h.User(t.Context(), h.ann.Scope, kim.User.ID)
	require.NoError(t, err)
	require.Equal(t, people.Role("keeper"), u.Role)
}

// A version that is not the one the rights were checked against is refused, even if it is the next.
func TestAVersionThatIsYetToComeIsRefused(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Analyst)
	r := h.createRole(auditors)
	p := ports(h.b)
	p.Users = changing{p.Users, func() { require.Fail(t, "nothing is written") }}
	in := h.In(p)
	_, err := in.ChangeRole(t.Context(), h.ann.Scope, bob.User.ID, bob.User.Version+1, people.Developer)
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = in.Deactivate(t.Context(), h.ann.Scope, bob.User.ID, bob.User.Version+1)
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = in.UpdateRole(t.Context(), h.ann.Scope, r.Name, r.Version+1, people.RoleChange{Description: ptr("x")})
	require.ErrorIs(t, err, admin.ErrConflict)
	require.ErrorIs(t, in.DeleteRole(t.Context(), h.ann.Scope, r.Name, r.Version+1), admin.ErrConflict)
}

func TestInvitationsToACustomRole(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.createRole(people.NewRole{Name: "chief", Permissions: []admin.Permission{
		people.PermissionUsersRead, people.PermissionUsersWrite, people.PermissionRolesWrite, admin.PermissionAuditRead,
	}})
	h.createRole(auditors)
	charles := h.join("charles@acme.example", "chief")
	i, secret, err := h.Invite(ctx, charles.Scope, "eve@acme.example", "auditors")
	require.NoError(t, err)
	require.Equal(t, people.Role("auditors"), i.Role)
	require.ErrorIs(t, h.DeleteRole(ctx, h.ann.Scope, "auditors", 1), people.ErrRoleInUse)

	// The inviter's role no longer has what the invitation gives.
	_, err = h.UpdateRole(ctx, h.ann.Scope, "chief", 1, permissions(people.PermissionUsersRead, people.PermissionUsersWrite))
	require.NoError(t, err)
	_, err = h.Accept(ctx, acme, secret, people.AcceptInput{Name: "Eve", Password: bobsPassword})
	require.ErrorIs(t, err, people.ErrInvitation)
	_, err = h.UpdateRole(ctx, h.ann.Scope, "chief", 2, permissions(people.PermissionUsersWrite, admin.PermissionAuditRead))
	require.NoError(t, err)
	u, err := h.Accept(ctx, acme, secret, people.AcceptInput{Name: "Eve", Password: bobsPassword})
	require.NoError(t, err)
	require.Equal(t, people.Role("auditors"), u.Role)

	// The role has been deleted since the invitation expired.
	r := auditors
	r.Name = "others"
	h.createRole(r)
	late, _, err := h.Invite(ctx, h.ann.Scope, "late@acme.example", "others")
	require.NoError(t, err)
	h.clock.Add(8 * 24 * 3600e9)
	require.NoError(t, h.DeleteRole(ctx, h.ann.Scope, "others", 1))
	_, _, err = h.Resend(ctx, h.ann.Scope, late.ID, late.Version)
	require.ErrorIs(t, err, admin.ErrInvalid)
	_, err = h.Revoke(ctx, h.ann.Scope, late.ID, late.Version)
	require.NoError(t, err)
}
