// Package sqlstore keeps everything in an SQL database through database/sql.
//
//	pool, err := sql.Open("sqlite",
//		"file:admin.db?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)")
//	db, err := sqlstore.New(ctx, pool, sqlstore.SQLite, sqlstore.Options{})
//	err = db.Migrate(ctx)
//	center, err := admincenter.New(db, admincenter.Options{})
//
// The host opens the pool with the driver it likes; this package imports none. Each write of a port
// is one transaction with its audit record, or a savepoint within [DB.InTx]. Transactions that lose
// against another are run again, a bounded number of times.
//
// A host whose tables are in the same database writes together with the library, or not at all:
//
//	tx, err := pool.BeginTx(ctx, nil)
//	defer tx.Rollback()
//	_, err = tx.ExecContext(ctx, `INSERT INTO tenants (id) VALUES ('acme')`)
//	in := center.In(db.WithTx(tx))
//	_, _, err = in.People.CreateOrganization(ctx, people.NewOrganization{ID: "acme", …})
//	err = tx.Commit()
//
// Instants are stored as whole microseconds, exact decimals so that nothing is rounded, identifiers
// so that they compare byte by byte. What must never change (exchange rates, the audit trail, a
// token's permissions and its end) is refused by triggers too, and TRUNCATE by triggers or foreign
// keys. On MySQL do not grant DROP to the user that the application connects as: with it and
// foreign_key_checks = 0 a TRUNCATE goes past all of that.
package sqlstore
