package sqlstore

import (
	"database/sql"

	"github.com/admincenter/admincenter/storage"
)

// WithTx gives stores that write within the host's own transaction, so that the host's writes and
// these commit together, or not at all. The transaction stays the host's to commit or roll back,
// and must be on the same database.
//
// Each write takes a savepoint and releases it: a write that is refused (a duplicate key, a lost
// compare-and-swap) is rolled back alone, and the host may go on. After any other error the stores
// refuse to do more; the host should roll back, and if it commits nevertheless, nothing of the
// failed write is committed. An error that is admin.ErrBusy means that the transaction lost against
// another one: roll back and do all of it again.
//
// A host on SQLite should begin with a statement that writes, or with BEGIN IMMEDIATE: one that
// reads first and writes later fails if another connection wrote in between. A host on PostgreSQL
// or MySQL that chose an isolation level above READ COMMITTED will see admin.ErrBusy more often.
func (db *DB) WithTx(host *sql.Tx) storage.Stores {
	return stores{access{db: db, tx: &tx{db: db, raw: host, inTx: true, host: true}}}
}

// TxOf returns the transaction that stores write in, for a host whose own tables are to commit with the
// library's: a port of [storage.Own], or a function given to [DB.InTx]. It is nil for stores outside a
// transaction and for those of another adapter.
//
// The transaction stays the library's to commit, roll back and, after a deadlock or a serialization
// failure, to run again from the start: return the database's error as it is, or wrapped, and do not
// keep the transaction. On PostgreSQL a statement that fails aborts the transaction, so return its error
// even if it was expected, or take a savepoint around the statement.
func TxOf(s storage.Stores) *sql.Tx {
	for s != nil {
		switch of := s.(type) {
		case stores:
			if of.tx == nil {
				return nil
			}
			switch raw := of.tx.raw.(type) {
			case inside: // ours
				return raw.Tx
			case *sql.Tx: // the host's
				return raw
			}
			return nil
		case interface{ Unwrap() storage.Stores }:
			s = of.Unwrap()
		default:
			return nil
		}
	}
	return nil
}
