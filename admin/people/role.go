package people

import (
	"fmt"
	"maps"
	"slices"

	"github.com/admincenter/admincenter/admin"
)

// Role names a set of permissions: a built-in role, which is the host's, or a [CustomRole] of the
// organization. The four roles of Togai's Admin Center are built in.
type Role string

// The built-in roles.
const (
	Administrator  Role = "administrator"   // everything, including what a host adds
	Analyst        Role = "analyst"         // reads everything, changes nothing but their own profile
	Developer      Role = "developer"       // customers, accounts, settings and tokens
	ProductManager Role = "product_manager" // price plans and migrations; reads the rest
)

// Roles holds the permissions of each built-in role. It is immutable: [Roles.With] returns a changed copy, so one
// value can be shared by every service of a host. The zero value has no role; start from [DefaultRoles].
type Roles struct {
	sets map[Role]admin.PermissionSet
}

// DefaultRoles returns the four built-in roles with the permissions of this package; a host adds
// those of other packages by [Roles.With]. The Center's own roles are admincenter.DefaultRoles.
func DefaultRoles() Roles {
	// Every user may change their own profile and password.
	everyone := admin.Permissions(PermissionProfileRead, PermissionProfileWrite)
	reader := everyone.With(PermissionUsersRead, admin.PermissionAuditRead)
	return Roles{sets: map[Role]admin.PermissionSet{
		Administrator:  reader.With(PermissionOrganizationWrite, PermissionUsersWrite, PermissionRolesWrite),
		Analyst:        reader,
		Developer:      everyone,
		ProductManager: reader,
	}}
}

// With returns Roles in which role also has ps. An unknown role is added. The [Administrator] gets
// every permission that any role gets.
func (r Roles) With(role Role, ps ...admin.Permission) Roles {
	sets := maps.Clone(r.sets)
	if sets == nil {
		sets = map[Role]admin.PermissionSet{}
	}
	sets[role] = sets[role].With(ps...)
	sets[Administrator] = sets[Administrator].With(ps...)
	return Roles{sets: sets}
}

// Permissions returns the permissions of role. It fails with [admin.ErrInvalid] for an unknown role.
func (r Roles) Permissions(role Role) (admin.PermissionSet, error) {
	s, ok := r.sets[role]
	if !ok {
		return admin.PermissionSet{}, r.unknown(role)
	}
	return s, nil
}

func (r Roles) unknown(role Role) error {
	return fmt.Errorf("role %q is not known: use one of %v or one of the organization's own: %w",
		admin.Clip(string(role)), r.Names(), admin.ErrInvalid)
}

// Has reports whether role is a built-in role.
func (r Roles) Has(role Role) bool {
	_, ok := r.sets[role]
	return ok
}

// All returns every permission that any role has.
func (r Roles) All() admin.PermissionSet { return r.sets[Administrator] }

// Names returns the roles in order.
func (r Roles) Names() []Role { return slices.Sorted(maps.Keys(r.sets)) }

// IsZero reports whether there is no role, as in the zero value.
func (r Roles) IsZero() bool { return len(r.sets) == 0 }
