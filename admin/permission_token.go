package admin

// The permissions of this package.
const (
	TokensRead  Permission = "tokens.read"  // list API tokens, never their secrets
	TokensWrite Permission = "tokens.write" // generate, switch off and on, delete
)
