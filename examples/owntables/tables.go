package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// own returns the stores over the host's tables, for [admincenter.Options].
func own(db *sqlstore.DB, pool *sql.DB) storage.Own {
	return storage.Own{
		Customers: func(s storage.Stores) customer.Store { return newCustomers(tables{db, pool, s}) },
		Accounts:  func(s storage.Stores) customer.AccountStore { return newAccounts(tables{db, pool, s}) },
		Plans:     func(s storage.Stores) priceplan.Store { return newPlans(tables{db, pool, s}) },
		Schedules: func(s storage.Stores) priceplan.ScheduleStore { return newSchedules(tables{db, pool, s}) },
	}
}

// tables is how each store reaches the host's tables.
type tables struct {
	db     *sqlstore.DB
	pool   *sql.DB
	stores storage.Stores // those of a transaction, or those outside of any
}

// reader is where a single query runs: in the transaction that the stores are in, because another
// connection would not see what it has written and might wait for it forever.
func (t tables) reader() conn {
	if tx := sqlstore.TxOf(t.stores); tx != nil {
		return tx
	}
	return t.pool
}

// write runs fn in the transaction that the stores are in, or in a new one, and adds rec to the trail if fn
// changed anything. All of it is written, or nothing.
func (t tables) write(
	ctx context.Context, org admin.OrgID, rec admin.Record, fn func(tx *sql.Tx) (changed bool, err error),
) error {
	if err := rec.Check(); err != nil {
		return err
	}
	in := func(s storage.Stores) error {
		changed, err := fn(sqlstore.TxOf(s))
		if err != nil || !changed {
			return err
		}
		return s.Audit().Append(ctx, org, rec)
	}
	if tx := sqlstore.TxOf(t.stores); tx != nil {
		return savepoint(ctx, tx, func() error { return in(t.stores) })
	}
	return t.db.InTx(ctx, in)
}

// savepoint takes back what fn wrote if it fails: the caller may go on and commit what it did before.
func savepoint(ctx context.Context, tx *sql.Tx, fn func() error) error {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT owntables"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		_, undo := tx.ExecContext(context.WithoutCancel(ctx), "ROLLBACK TO owntables; RELEASE owntables")
		if undo != nil {
			return errors.Join(err, undo)
		}
		return err
	}
	_, err := tx.ExecContext(ctx, "RELEASE owntables")
	return err
}
