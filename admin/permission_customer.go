package admin

// The permissions of this package.
const (
	CustomersRead  Permission = "customers.read"  // see customers and their imports
	CustomersWrite Permission = "customers.write" // create, change, archive and import customers
	AccountsRead   Permission = "accounts.read"   // see accounts and their imports
	AccountsWrite  Permission = "accounts.write"  // create, change, archive and import accounts
)
