package people

import (
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// CustomRole is a role that an organization keeps for itself.
type CustomRole struct {
	// Name identifies the role within the organization and never changes: 1 to 50 of a-z 0-9 _ -, a letter
	// first. It is not the name of a built-in role.
	Name        Role   `json:"name"`
	DisplayName string `json:"displayName,omitempty"` // for people, at most 100 characters
	Description string `json:"description,omitempty"` // at most 500 characters
	// Permissions are what the role may do, at least one. One that the host no longer allows has no effect.
	Permissions admin.PermissionSet `json:"permissions"`
	CreatedAt   time.Time           `json:"createdAt,omitzero"`
	UpdatedAt   time.Time           `json:"updatedAt,omitzero"`
	Version     int64               `json:"version"` // 1 when created, +1 with every change
}

// Updated returns the role as [RoleStore].Update must leave it: with the texts, Permissions and UpdatedAt
// of want and the next Version. It fails with [admin.ErrConflict] unless want.Version is the role's.
func (r CustomRole) Updated(want CustomRole) (CustomRole, error) {
	if r.Version != want.Version {
		return CustomRole{}, admin.Conflict("role")
	}
	want.Name, want.CreatedAt, want.Version = r.Name, r.CreatedAt, r.Version+1
	return want, nil
}

// RoleRules decide what roles may do: the built-in roles, and what custom ones can have.
type RoleRules struct {
	BuiltIn Roles
	// Allowed are the permissions that have an effect in a custom role.
	Allowed admin.PermissionSet
}

// Permissions returns what a role may do now. custom is the organization's own role of this name, nil if
// there is none; a built-in role goes before it. It fails with [admin.ErrInvalid] if there is no such role.
func (r RoleRules) Permissions(role Role, custom *CustomRole) (admin.PermissionSet, error) {
	if set, ok := r.BuiltIn.sets[role]; ok {
		return set, nil
	}
	if custom == nil {
		return admin.PermissionSet{}, r.BuiltIn.unknown(role)
	}
	return custom.Permissions.Intersect(r.Allowed), nil
}

// Administering returns the roles that administer, of the built-in ones and of custom: the
// [Administrator], and those with [PermissionUsersWrite] and [PermissionRolesWrite].
func (r RoleRules) Administering(custom []CustomRole) []Role {
	needed := admin.Permissions(PermissionUsersWrite, PermissionRolesWrite)
	out := []Role{Administrator}
	for _, name := range r.BuiltIn.Names() {
		if name != Administrator && len(r.BuiltIn.sets[name].Missing(needed)) == 0 {
			out = append(out, name)
		}
	}
	for i := range custom {
		set, err := r.Permissions(custom[i].Name, &custom[i])
		if err == nil && len(set.Missing(needed)) == 0 && !slices.Contains(out, custom[i].Name) {
			out = append(out, custom[i].Name)
		}
	}
	return out
}

// CheckUpdate fails with [ErrLastAdministrator] if the custom role next no longer administers, although
// active users have it, and no active user has another role that administers. custom are the
// organization's roles with next as it was. held reports whether an active user has a role.
func (r RoleRules) CheckUpdate(custom []CustomRole, next CustomRole, held func(Role) (bool, error)) error {
	before := r.Administering(custom)
	after := slices.Clone(custom)
	for i := range after {
		if after[i].Name == next.Name {
			after[i] = next
		}
	}
	remaining := r.Administering(after)
	if !slices.Contains(before, next.Name) || slices.Contains(remaining, next.Name) {
		return nil
	}
	if used, err := held(next.Name); err != nil || !used {
		return err
	}
	for _, role := range remaining {
		if ok, err := held(role); err != nil || ok {
			return err
		}
	}
	return ErrLastAdministrator
}

// RoleVersion is a custom role as it was when a decision was made by it.
type RoleVersion struct {
	Name    Role
	Version int64
}

// Member is a user with all that decides over their access, read as of one moment.
type Member struct {
	User       User
	Credential Credential
	// Custom is the organization's own role with the name User.Role, nil if there is none: the user's role
	// is a built-in one then.
	Custom *CustomRole
	// Suspended reports whether the organization is suspended, so that the user may do nothing.
	Suspended bool
}
