package people

import "github.com/admincenter/admincenter/admin"

// The permissions of this package.
const (
	PermissionOrganizationWrite admin.Permission = "organization.write" // rename the company
	PermissionProfileRead       admin.Permission = "profile.read"       // read one's own profile
	PermissionProfileWrite      admin.Permission = "profile.write"      // change one's own name, e-mail, password
	PermissionUsersRead         admin.Permission = "users.read"         // list users, invitations and roles
	PermissionUsersWrite        admin.Permission = "users.write"        // invite, change roles, deactivate
	PermissionRolesWrite        admin.Permission = "roles.write"        // keep roles of the organization's own
)
