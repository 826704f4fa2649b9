package currency

import "github.com/admincenter/admincenter/admin"

// The permissions of this package.
const (
	PermissionRead  admin.Permission = "currencies.read"  // list currencies, convert
	PermissionWrite admin.Permission = "currencies.write" // set the base, add and archive currencies, correct rates
)
