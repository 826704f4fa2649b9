package admin

// The permissions of this package.
const (
	MigrationsRead  Permission = "migrations.read"  // see price plan migrations and preview them
	MigrationsWrite Permission = "migrations.write" // plan, confirm, run and cancel migrations
)
