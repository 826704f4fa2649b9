package token

import "github.com/admincenter/admincenter/admin"

// The permissions of this package.
const (
	PermissionRead   admin.Permission = "tokens.read"   // list API tokens, never their secrets
	PermissionWrite  admin.Permission = "tokens.write"  // generate, rotate, rename, switch off and on, delete
	PermissionRevoke admin.Permission = "tokens.revoke" // switch off and delete any token, also one that may do more
)
