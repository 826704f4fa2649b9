package token

import "github.com/admincenter/admincenter/admin"

// The permissions of this package.
const (
	PermissionRead  admin.Permission = "tokens.read"  // list API tokens, never their secrets
	PermissionWrite admin.Permission = "tokens.write" // generate, rotate, rename, switch off and on, delete
	// PermissionRevoke lets its holder switch off and delete every token, also those that may do more than
	// the holder: for the response to an incident.
	PermissionRevoke admin.Permission = "tokens.revoke"
)
