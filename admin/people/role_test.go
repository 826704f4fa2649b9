package people_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestRolesWith(t *testing.T) {
	base := people.DefaultRoles()
	roles := base.With("billing", "invoices.read").With(people.Analyst, "reports.read")
	has := func(roles people.Roles, role people.Role, p admin.Permission) bool {
		set, err := roles.Permissions(role)
		require.NoError(t, err)
		return set.Has(p)
	}
	require.True(t, has(roles, "billing", "invoices.read"))
	require.False(t, has(roles, "billing", people.PermissionProfileRead), "a new role has what it was given and no more")
	require.True(t, has(roles, people.Analyst, "reports.read"))
	require.False(t, has(roles, people.Analyst, "invoices.read"))
	require.True(t, has(roles, people.Administrator, "invoices.read") && has(roles, people.Administrator, "reports.read"))
	require.True(t, roles.All().Has("invoices.read"))

	require.False(t, base.All().Has("invoices.read"), "With leaves the roles as they were")
	_, err := base.Permissions("billing")
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorContains(t, err, `role "billing" is not known: use one of [administrator analyst developer product_manager]`)
}

func TestRolesZeroValue(t *testing.T) {
	var none people.Roles
	require.True(t, none.IsZero())
	require.Empty(t, none.Names())
	require.False(t, none.All().Has(people.PermissionProfileRead))
	_, err := none.Permissions(people.Administrator)
	require.ErrorIs(t, err, admin.ErrInvalid)
	some := none.With("clerk", "desk.write")
	require.False(t, some.IsZero())
	require.True(t, some.All().Has("desk.write"))
	require.True(t, none.IsZero())
}

// A scope from before their role lost something does not let users give it back to themselves.
func TestUsersAddNothingToTheirOwnRole(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	everything := admincenter.DefaultRoles().All().List()
	h.createRole(people.NewRole{Name: "deputy", Permissions: everything})
	bob := h.join("bob@acme.example", "deputy")
	less := permissions(people.PermissionUsersWrite, people.PermissionRolesWrite)
	_, err := h.UpdateRole(ctx, h.ann.Scope, "deputy", 1, less)
	require.NoError(t, err)
	for reason, scope := range map[string]admin.Scope{
		"the user":    bob.Scope,
		"their token": token(t, people.Administrator).OnBehalfOf(bob.User.ID.String()),
	} {
		_, err = h.UpdateRole(ctx, scope, "deputy", 2, permissions(everything...))
		require.ErrorIs(t, err, admin.ErrForbidden, reason)
	}
	_, err = h.UpdateRole(ctx, bob.Scope, "deputy", 2, people.RoleChange{DisplayName: ptr("Deputy")})
	require.NoError(t, err)
	_, err = h.UpdateRole(ctx, h.ann.Scope, "deputy", 3, permissions(everything...))
	require.NoError(t, err)
}
