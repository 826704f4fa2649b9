package admin_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// somePermissions draws up to six of ten permissions, with repetitions and in any order.
func somePermissions(r *rand.Rand) []admin.Permission {
	ps := make([]admin.Permission, r.IntN(7))
	for i := range ps {
		ps[i] = admin.Permission([]string{"a", "b", "c", "d", "e"}[r.IntN(5)] + []string{".read", ".write"}[r.IntN(2)])
	}
	return ps
}

func TestPermissionSetLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		ps, qs := somePermissions(r), somePermissions(r)
		given := slices.Clone(ps)
		a, b := admin.Permissions(ps...), admin.Permissions(qs...)
		require.Equal(t, given, ps, "the arguments are left as they were")

		for _, p := range ps {
			require.True(t, a.Has(p))
		}
		require.True(t, slices.IsSorted(a.List()))
		require.Equal(t, len(slices.Compact(a.List())), a.Len(), "duplicates count once")
		shuffled := slices.Clone(ps)
		r.Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
		require.Equal(t, a, admin.Permissions(shuffled...), "order does not matter")

		union := a.With(qs...)
		require.Equal(t, union, b.With(ps...), "adding is commutative")
		require.Equal(t, union, union.With(qs...), "adding is idempotent")
		require.Equal(t, admin.Permissions(given...), a, "With leaves the set as it was")
		require.Empty(t, union.Missing(a))
		require.Empty(t, union.Missing(b))
		require.Empty(t, a.Missing(a))
		require.Empty(t, a.Missing(admin.PermissionSet{}), "every set covers the empty one")

		missing := a.Missing(b)
		require.True(t, slices.IsSorted(missing))
		for _, p := range b.List() {
			require.Equal(t, !a.Has(p), slices.Contains(missing, p))
		}
		require.Equal(t, union, a.With(missing...), "what is missing is what it takes")
		require.Equal(t, a, admin.ParsePermissions(a.String()))
	}
}

func TestPermissionSetIsImmutable(t *testing.T) {
	set := admin.Permissions("a.read", "b.read")
	set.List()[0] = "c.write"
	require.Equal(t, "a.read b.read", set.String())
	first, second := set.With("c.read"), set.With("d.read")
	require.Equal(t, "a.read b.read c.read", first.String(), "two sets made of one share nothing")
	require.Equal(t, "a.read b.read d.read", second.String())
}

func TestParsePermissionsTakesAnyBlanks(t *testing.T) {
	require.Equal(t, admin.Permissions("a.read", "b.read"), admin.ParsePermissions("  b.read\ta.read\n b.read "))
	require.Zero(t, admin.ParsePermissions(" ").Len())
}

// The matrix is Togai's four roles over the areas of the Admin Center; "r" reads, "w" reads and
// writes, "." may do neither.
func TestRoles(t *testing.T) {
	areas := []string{"users", "audit", "currencies", "tokens", "customers", "accounts", "settings", "plans", "migrations"}
	roles := admin.DefaultRoles()
	for role, want := range map[admin.Role]string{
		admin.Administrator:  "wrwwwwwww",
		admin.Analyst:        "rrrrrrrrr",
		admin.Developer:      "..rwwwwrr",
		admin.ProductManager: "rrrrrrrww",
	} {
		t.Run(string(role), func(t *testing.T) {
			set, err := roles.Permissions(role)
			require.NoError(t, err)
			got := ""
			for _, area := range areas {
				read, write := set.Has(admin.Permission(area+".read")), set.Has(admin.Permission(area+".write"))
				switch {
				case write:
					require.True(t, read || area == "audit", "who writes %s can read it", area)
					got += "w"
				case read:
					got += "r"
				default:
					got += "."
				}
			}
			require.Equal(t, want, got)
			require.True(t, set.Has(admin.ProfileRead) && set.Has(admin.ProfileWrite), "everybody keeps their own profile")
			require.Equal(t, role == admin.Administrator, set.Has(admin.OrganizationWrite))
			require.False(t, set.Has("audit.write"), "nobody writes the trail by hand")
			administrator, err := roles.Permissions(admin.Administrator)
			require.NoError(t, err)
			require.Empty(t, administrator.Missing(set), "the Administrator can do what %s can", role)
		})
	}
	require.Equal(t, []admin.Role{admin.Administrator, admin.Analyst, admin.Developer, admin.ProductManager}, roles.Names())
}

func TestRolesWith(t *testing.T) {
	base := admin.DefaultRoles()
	roles := base.With("billing", "invoices.read").With(admin.Analyst, "reports.read")
	has := func(roles admin.Roles, role admin.Role, p admin.Permission) bool {
		set, err := roles.Permissions(role)
		require.NoError(t, err)
		return set.Has(p)
	}
	require.True(t, has(roles, "billing", "invoices.read"))
	require.False(t, has(roles, "billing", admin.ProfileRead), "a new role has what it was given and no more")
	require.True(t, has(roles, admin.Analyst, "reports.read"))
	require.False(t, has(roles, admin.Analyst, "invoices.read"))
	require.True(t, has(roles, admin.Administrator, "invoices.read") && has(roles, admin.Administrator, "reports.read"))
	require.True(t, roles.Known("invoices.read"))

	require.False(t, base.Known("invoices.read"), "With leaves the roles as they were")
	_, err := base.Permissions("billing")
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorContains(t, err, `role "billing" is not known: use one of [administrator analyst developer product_manager]`)
}

func TestRolesZeroValue(t *testing.T) {
	var none admin.Roles
	require.True(t, none.IsZero())
	require.Empty(t, none.Names())
	require.False(t, none.Known(admin.ProfileRead))
	_, err := none.Permissions(admin.Administrator)
	require.ErrorIs(t, err, admin.ErrInvalid)
	some := none.With("clerk", "desk.write")
	require.False(t, some.IsZero())
	require.True(t, some.Known("desk.write"))
	require.True(t, none.IsZero())
}

func TestPermissionSetsAsJSON(t *testing.T) {
	for _, tc := range []struct {
		reason string
		set    admin.PermissionSet
		json   string
	}{
		{"none is an empty list and not null", admin.PermissionSet{}, `[]`},
		{"in order", admin.Permissions(admin.UsersRead, admin.AuditRead), `["audit.read","users.read"]`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			b, err := json.Marshal(tc.set)
			require.NoError(t, err)
			require.JSONEq(t, tc.json, string(b))
			var back admin.PermissionSet
			require.NoError(t, json.Unmarshal(b, &back))
			require.Equal(t, tc.set.List(), back.List())
		})
	}
	require.Error(t, json.Unmarshal([]byte(`{"a":1}`), new(admin.PermissionSet)))
}
