package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

func postgres() dialect {
	return dialect{
		name:        PostgreSQL,
		placeholder: func(n int) string { return "$" + strconv.Itoa(n) },
		forUpdate:   " FOR UPDATE",
		forShare:    " FOR SHARE",
		keep:        " FOR KEY SHARE",
		// At REPEATABLE READ a transaction reads on what it read first, and a row that others only locked does
		// not show it that they have decided something; a row that they wrote fails it.
		hold: func(table, column string) string {
			return `UPDATE {` + table + `} SET ` + column + ` = ` + column + ` WHERE org_id = ? RETURNING ` + column
		},
		// Rows that are about to change are locked by {forUpdate}; what a statement reads besides
		// is either immutable or guarded by the statement that writes.
		isolation: sql.LevelReadCommitted,
		useIndex:  func(string) string { return "" },
		join:      "CROSS JOIN", // in either order, because there are no hints
		pack:      func(columns []string) string { return "concat_ws(chr(31), " + strings.Join(columns, ", ") + ")" },
		upsert:    onConflict,
		deleteSome: func(table, where string, _ []string) string {
			return `DELETE FROM {` + table + `}
				WHERE ctid = ANY (ARRAY (SELECT ctid FROM {` + table + `} WHERE ` + where + ` LIMIT ?))`
		},
		arrays:    true,
		maxParams: 60_000,
		classify:  classifyPostgres,
		tables: "SELECT table_name FROM information_schema.tables " +
			"WHERE table_schema = current_schema() AND table_name = ?",
		check:   checkPostgres,
		migrate: migratePostgres,
	}
}

// classifyPostgres knows the SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html);
// the drivers of pgx and lib/pq both give them through this method.
func classifyPostgres(err error) failure {
	var coded interface{ SQLState() string }
	if !errors.As(err, &coded) {
		return unknown
	}
	switch coded.SQLState() {
	case "23505": // unique_violation
		return duplicate
	case "23503": // foreign_key_violation
		return noParent
	case "23514", // check_violation
		"23502", // not_null_violation
		"23001", // restrict_violation
		"22001", // string_data_right_truncation
		"22003", // numeric_value_out_of_range
		"54000": // program_limit_exceeded: too long for an index
		return refused
	case "40001", // serialization_failure
		"40P01", // deadlock_detected
		"55P03": // lock_not_available, if the host sets lock_timeout
		return retryable
	}
	return unknown
}

func checkPostgres(ctx context.Context, db *sql.DB) error {
	var version int
	var encoding, client, readOnly, role string
	err := db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
		current_setting('client_encoding'), current_setting('transaction_read_only'),
		current_setting('session_replication_role')`).
		Scan(&version, &encoding, &client, &readOnly, &role)
	if err != nil {
		return fmt.Errorf("read the server's settings: %w", err)
	}
	switch {
	case version < 130000:
		return fmt.Errorf("PostgreSQL %d.%d is too old: use 13 or newer", version/10000, version%10000)
	case encoding != "UTF8":
		return fmt.Errorf("the database's encoding is %s: create it with ENCODING 'UTF8'", encoding)
	case client != "UTF8":
		return fmt.Errorf("the connection's encoding is %s: set client_encoding to UTF8", client)
	case role != "origin":
		return fmt.Errorf("session_replication_role is %s, so foreign keys would not be checked: set it to origin", role)
	case readOnly != "off": // by the default, or because the server is a standby
		return errors.New("transactions are read-only by default: " +
			"set default_transaction_read_only to off, or use the primary")
	}
	return nil
}

func migratePostgres(ctx context.Context, db *DB, apply func(*tx) error) error {
	// Two concurrent CREATE TABLE IF NOT EXISTS collide in the catalog, so the lock comes first. Its
	// number is the prefix's, so that two prefixes do not wait for each other.
	lock := "SELECT pg_advisory_xact_lock(hashtextextended('" + db.prefix + "', 0))"
	return db.transact(ctx, lock, func(t *tx) error {
		if err := db.createSchemaTable(ctx, t); err != nil {
			return err
		}
		return apply(t)
	})
}
