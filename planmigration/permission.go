package planmigration

import "github.com/admincenter/admincenter/admin"

// The permissions of this package.
const (
	PermissionRead  admin.Permission = "migrations.read"  // see price plan migrations and preview them
	PermissionWrite admin.Permission = "migrations.write" // plan, confirm, run and cancel migrations
)
