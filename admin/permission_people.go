package admin

// The permissions of this package.
const (
	OrganizationWrite Permission = "organization.write" // rename the company
	ProfileRead       Permission = "profile.read"       // see one's own profile
	ProfileWrite      Permission = "profile.write"      // change one's own name, e-mail, password
	UsersRead         Permission = "users.read"         // list users and invitations
	UsersWrite        Permission = "users.write"        // invite, change roles, deactivate
)
