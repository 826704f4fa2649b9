package admincenter_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// The matrix is Togai's four roles over the areas of the Admin Center; "r" reads, "w" reads and
// writes, "." may do neither.
func TestDefaultRoles(t *testing.T) {
	areas := []string{"users", "audit", "currencies", "tokens", "customers", "accounts", "settings", "plans", "migrations"}
	roles := admincenter.DefaultRoles()
	for role, want := range map[people.Role]string{
		people.Administrator:  "wrwwwwwww",
		people.Analyst:        "rrrrrrrrr",
		people.Developer:      "..rwwwwrr",
		people.ProductManager: "rrrrrrrww",
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
			require.True(t, set.Has(people.PermissionProfileRead) && set.Has(people.PermissionProfileWrite), "every role keeps its own profile")
			require.Equal(t, role == people.Administrator, set.Has(people.PermissionOrganizationWrite))
			require.False(t, set.Has("audit.write"), "the trail is not written by hand")
			administrator, err := roles.Permissions(people.Administrator)
			require.NoError(t, err)
			require.Empty(t, administrator.Missing(set), "the Administrator can do what %s can", role)
		})
	}
	require.Equal(t, []people.Role{people.Administrator, people.Analyst, people.Developer, people.ProductManager}, roles.Names())
}
