package customer

import "github.com/admincenter/admincenter/admin"

// The permissions of this package.
const (
	PermissionRead          admin.Permission = "customers.read"  // see customers and their imports
	PermissionWrite         admin.Permission = "customers.write" // create, change, archive and import customers
	PermissionAccountsRead  admin.Permission = "accounts.read"   // see accounts and their imports
	PermissionAccountsWrite admin.Permission = "accounts.write"  // create, change, archive and import accounts
)
