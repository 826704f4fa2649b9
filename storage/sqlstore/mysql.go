package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

func mysql() dialect {
	return dialect{
		name:        MySQL,
		placeholder: func(int) string { return "?" },
		forUpdate:   " FOR UPDATE",
		// At REPEATABLE READ, the server's default, a transaction that lost a compare-and-swap
		// goes on reading the old version, and gaps between rows are locked too.
		isolation: sql.LevelReadCommitted,
		upsert:    onDuplicateKey,
		maxParams: 60_000,
		classify:  classifyMySQL,
		check:     checkMySQL,
		migrate:   migrateMySQL,
	}
}

func onDuplicateKey(key, set []string) string {
	if len(set) == 0 {
		return " ON DUPLICATE KEY UPDATE " + key[0] + " = " + key[0]
	}
	assign := make([]string, len(set))
	for i, c := range set {
		assign[i] = c + " = VALUES(" + c + ")" // MariaDB has no row alias
	}
	return " ON DUPLICATE KEY UPDATE " + strings.Join(assign, ", ")
}

// classifyMySQL reads the number from the error's text, "Error 1062 (23000): …": the driver's type
// gives it in a field only, and naming the type would import the driver.
func classifyMySQL(err error) failure {
	for ; err != nil; err = errors.Unwrap(err) {
		rest, ok := strings.CutPrefix(err.Error(), "Error ")
		if !ok {
			continue
		}
		digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if digits <= 0 {
			continue
		}
		switch n, _ := strconv.Atoi(rest[:digits]); n {
		case 1062: // ER_DUP_ENTRY
			return duplicate
		case 1452: // ER_NO_REFERENCED_ROW_2
			return noParent
		case 3819, 4025, 1048, 1406, 1264, 1644: // ER_CHECK_CONSTRAINT_VIOLATED (MySQL, MariaDB), ER_BAD_NULL_ERROR, ER_DATA_TOO_LONG, ER_WARN_DATA_OUT_OF_RANGE, ER_SIGNAL_EXCEPTION
			return refused
		case 1213, 1205, 1020: // ER_LOCK_DEADLOCK, ER_LOCK_WAIT_TIMEOUT; MariaDB's ER_CHECKREAD, in a host's transaction at REPEATABLE READ
			return retryable
		}
		return unknown
	}
	return unknown
}

func checkMySQL(ctx context.Context, db *sql.DB) error {
	var version, mode string
	var autocommit int
	if err := db.QueryRowContext(ctx, `SELECT VERSION(), @@sql_mode, @@autocommit`).Scan(&version, &mode, &autocommit); err != nil {
		return fmt.Errorf("read the server's settings: %w", err)
	}
	least, name := []int{8, 0, 16}, "MySQL"
	if strings.Contains(version, "MariaDB") {
		least, name = []int{10, 6, 0}, "MariaDB"
	}
	if olderThan(version, least) {
		return fmt.Errorf("%s %s is too old: use %d.%d.%d or newer", name, version, least[0], least[1], least[2])
	}
	if !strings.Contains(mode, "STRICT_TRANS_TABLES") && !strings.Contains(mode, "STRICT_ALL_TABLES") {
		return errors.New("sql_mode is not strict, so the server would cut values short instead of refusing them: add sql_mode='STRICT_ALL_TABLES' to the data source name")
	}
	if autocommit != 1 {
		return errors.New("autocommit is off: add autocommit=1 to the data source name")
	}
	return nil
}

func olderThan(version string, least []int) bool {
	for i, part := range strings.SplitN(version, ".", 3) {
		digits := strings.TrimRight(part, strings.TrimLeft(part, "0123456789"))
		n, err := strconv.Atoi(digits)
		if err != nil || n != least[i] {
			return err != nil || n < least[i]
		}
	}
	return false
}

func migrateMySQL(ctx context.Context, db *DB, apply func(*tx) error) error {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// The server commits DDL at once, so a transaction would hold nothing together: the lock is the
	// connection's, and each statement of a migration can be repeated.
	var got sql.NullInt64
	if err := conn.QueryRowContext(ctx, `SELECT GET_LOCK(?, 600)`, db.prefix+"migrate").Scan(&got); err != nil {
		return err
	}
	if got.Int64 != 1 {
		return errors.New("somebody else has been migrating for ten minutes")
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), `DO RELEASE_LOCK(?)`, db.prefix+"migrate") }()
	t := &tx{db: db, raw: conn}
	if err := db.createSchemaTable(ctx, t); err != nil {
		return err
	}
	return apply(t)
}
