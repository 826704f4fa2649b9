package priceplan

import "github.com/admincenter/admincenter/admin"

// The permissions of this package.
const (
	PermissionRead  admin.Permission = "plans.read"  // see price plans and account schedules
	PermissionWrite admin.Permission = "plans.write" // change price plans and account schedules
)
