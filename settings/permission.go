package settings

import "github.com/admincenter/admincenter/admin"

// The permissions that the methods of [Service], and of the packages that build on it, require.
const (
	PermissionRead  admin.Permission = "settings.read"  // read, resolve and evaluate settings
	PermissionWrite admin.Permission = "settings.write" // create, update and delete settings
)
