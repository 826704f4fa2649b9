// Package admincenter is the Admin Center of a usage-based billing product, for a Go application to
// embed: profile, users, currencies, API tokens, bulk import, price plan migration, settings.
//
//	pool, err := sql.Open("sqlite", dsn)
//	db, err := sqlstore.New(ctx, pool, sqlstore.SQLite, sqlstore.Options{})
//	err = db.Migrate(ctx)
//	center, err := admincenter.New(db, admincenter.Options{})
//
//	session, err := center.People.SignIn(ctx, "acme", people.SignInInput{
//		Email: email, Password: password, Source: address,
//	})
//	page, err := center.Currencies.List(ctx, session.Scope, currency.Filter{}, admin.Query{})
//
// There is no server and no transport: a host calls the services from its own handlers, and
// [Center.Step] for the jobs that are due from its own workers. [New] starts no goroutine and does no I/O.
// [Center.InTx] and [Center.In] move all services into one transaction, the library's or the host's. A host
// with tables of its own gives them as [Options.Own].
//
// # The packages
//
//   - admin: the vocabulary: who acts (Scope), what was done (Record), how calls fail and lists page
//   - admin/job: how imports and migrations run in steps that survive a crash
//   - admin/people, admin/customer, admin/priceplan, currency, token, settings: the records
//   - currency/iso4217, settings/jsonlogic: the list of currency codes, the JSON Logic engine
//   - bulkimport, planmigration, settings/enrich: the processes that work on records
//   - storage: the ports that an adapter implements; storage/memory and storage/sqlstore are two, and
//     storage/storagetest is the suite that every adapter must pass
//
// # The import rule
//
//	admin ← admin/job ← records ← processes ← storage ← adapters
//	                                                  ← this package
//
// Imports point left and never sideways. A record can be used without any process; what a record needs of
// another record, this package gives it as a function. internal/archtest holds the rule.
package admincenter
