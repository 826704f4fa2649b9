package people

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
)

var (
	// ErrRoleInUse is returned when a role is deleted that a user has, active or not, or a pending
	// invitation. Give the users another role and revoke the invitations first.
	ErrRoleInUse = admin.NewError("role_in_use", admin.ErrState,
		"a user or a pending invitation has the role: give the user another one or revoke the invitation first")
	// ErrTooManyRoles is returned when the organization has as many custom roles as
	// CustomRoleOptions.Limit allows.
	ErrTooManyRoles = admin.NewError("too_many_roles", admin.ErrState,
		"the organization has as many roles of its own as it can have: delete one first")
)

// CheckRoles fails with [ErrTooManyRoles] if others, the number of the organization's other custom roles,
// is limit or more.
func CheckRoles(others, limit int) error {
	if others >= limit {
		return ErrTooManyRoles
	}
	return nil
}

// RoleUpdate is the input of [RoleStore].Update.
type RoleUpdate struct {
	// Role has the texts, Permissions and UpdatedAt to write, the Name, and the Version to compare.
	Role  CustomRole
	Rules RoleRules // by which roles administer
}

// RoleDeletion is the input of [RoleStore].Delete.
type RoleDeletion struct {
	Name    Role
	Version int64
	At      time.Time // when, for telling which invitations are pending
}

// RoleStore keeps the roles that an organization makes for itself. Each method that writes locks the
// organization as UserStore.UpdateAccess does, so that no role is given while it is deleted.
type RoleStore interface {
	// Create adds r. It fails with the error of [CheckRoles], which comes first, and with
	// [admin.ErrExists] if the organization has a role of this name.
	Create(ctx context.Context, org admin.OrgID, r CustomRole, limit int, rec admin.Record) error

	// Get returns the role, or [admin.ErrNotFound].
	Get(ctx context.Context, org admin.OrgID, name Role) (CustomRole, error)

	// List returns at most seek.Limit roles, in ascending order of the bytes of the name, with a name above
	// seek.After.
	List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]CustomRole, error)

	// Update replaces the role with what [CustomRole.Updated] makes of it and u.Role. It raises no
	// credential's Epoch. It fails with [admin.ErrNotFound], with the error of Updated, and with that of
	// [RoleRules.CheckUpdate].
	Update(ctx context.Context, org admin.OrgID, u RoleUpdate, rec admin.Record) error

	// Delete removes the role. It fails with [admin.ErrNotFound], with [admin.ErrConflict] unless d.Version
	// is the role's, and with [ErrRoleInUse] if a user has the role, or an invitation that is pending at
	// d.At.
	Delete(ctx context.Context, org admin.OrgID, d RoleDeletion, rec admin.Record) error
}
