package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

func sqlite() dialect {
	return dialect{
		name:        SQLite,
		placeholder: func(int) string { return "?" },
		// A transaction that reads first and writes later fails at once when somebody else wrote
		// in between, whatever busy_timeout says. Writing first takes the lock, and waits for it.
		begin:          "UPDATE {organizations} SET version = version WHERE org_id = ''",
		lockMigrations: "DELETE FROM {schema} WHERE version < 0",
		upsert:         onConflict,
		maxParams:      30_000,
		classify:       classifySQLite,
		check:          checkSQLite,
	}
}

// SQLite's extended result codes (https://sqlite.org/rescode.html).
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteCheck      = 275
	sqliteForeignKey = 787
	sqliteNotNull    = 1299
	sqliteTrigger    = 1811
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
	sqliteRowID      = 2579
)

func classifySQLite(err error) failure {
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return unknown
	}
	switch code := coded.Code(); {
	case code == sqliteUnique, code == sqlitePrimaryKey, code == sqliteRowID:
		return duplicate
	case code == sqliteTrigger && strings.Contains(err.Error(), "admincenter: taken:"):
		return duplicate // a table that refuses REPLACE sees a second INSERT before its key does
	case code == sqliteForeignKey:
		return noParent
	case code == sqliteCheck, code == sqliteNotNull, code == sqliteTrigger:
		return refused
	case code&0xff == sqliteBusy, code&0xff == sqliteLocked:
		return retryable
	}
	return unknown
}

// checkSQLite looks at two connections: a PRAGMA run by hand reaches only one of a pool.
func checkSQLite(ctx context.Context, db *sql.DB) error {
	conns := 2
	if limit := db.Stats().MaxOpenConnections; limit == 1 {
		conns = 1
	}
	for range conns {
		conn, err := db.Conn(ctx)
		if err != nil {
			return fmt.Errorf("open a connection: %w", err)
		}
		defer conn.Close() // held until the end, so that the next is another one
		var foreignKeys, busyTimeout int
		if err := conn.QueryRowContext(ctx, "PRAGMA foreign_keys").Scan(&foreignKeys); err != nil {
			return fmt.Errorf("PRAGMA foreign_keys: %w", err)
		}
		if err := conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&busyTimeout); err != nil {
			return fmt.Errorf("PRAGMA busy_timeout: %w", err)
		}
		if foreignKeys != 1 || busyTimeout <= 0 {
			return errors.New("SQLite needs foreign_keys on and a busy_timeout on every connection: " +
				"put them in the data source name, such as file:admin.db?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL) with modernc.org/sqlite")
		}
	}
	return nil
}
