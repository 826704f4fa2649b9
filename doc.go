// Package admincenter is the Admin Center of a usage-based billing product, for a Go application to
// embed: profile, users, currencies, API tokens, bulk import, price plan migration, settings.
//
//	pool, err := sql.Open("sqlite", dsn)
//	db, err := sqlstore.New(ctx, pool, sqlstore.SQLite, sqlstore.Options{})
//	err = db.Migrate(ctx)
//	center, err := admincenter.New(db, admincenter.Options{})
//
//	session, err := center.People.SignIn(ctx, "acme", email, password)
//	page, err := center.Currencies.List(ctx, session.Scope, admin.Query{})
//
// There is no server and no transport: a host calls the services from its own handlers, and the
// steps of imports and migrations from its own workers. [New] starts no goroutine and does no I/O.
//
// # The packages
//
//   - admin: who acts (Scope), what was done (Record), how calls fail and lists page, and the
//     organization's people
//   - admin/job: how imports and migrations run in steps that survive a crash
//   - currency, token, settings, bulkimport, planmigration: one domain each
//   - storage: the ports that an adapter implements; storage/memory and storage/sqlstore are two, and
//     storage/storagetest is the suite that any adapter has to pass
//
// # The import rule
//
// admin knows nothing of the others; admin/job knows admin; the domains know these two, and neither
// each other nor storage; storage knows the domains; adapters know storage. This package is above
// all of them: it wires the services and hands each what it needs of another.
package admincenter
