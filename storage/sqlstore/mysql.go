package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func mysql() dialect {
	return dialect{
		name:        MySQL,
		placeholder: func(int) string { return "?" },
		forUpdate:   " FOR UPDATE",
		forShare:    " LOCK IN SHARE MODE",
		keep:        " LOCK IN SHARE MODE",
		latest:      " LOCK IN SHARE MODE",
		hold:        selectForUpdate,
		// At REPEATABLE READ, the server's default, a transaction that lost a compare-and-swap
		// goes on reading the old version, and gaps between rows are locked too.
		isolation: sql.LevelReadCommitted,
		useIndex:  func(index string) string { return " FORCE INDEX (" + index + ")" },
		join:      "STRAIGHT_JOIN",
		pack:      func(columns []string) string { return "CONCAT_WS(CHAR(31), " + strings.Join(columns, ", ") + ")" },
		upsert:    onDuplicateKey,
		deleteSome: func(table, where string, _ []string) string {
			return `DELETE FROM {` + table + `} WHERE ` + where + ` LIMIT ?`
		},
		// A server holds 16,382 statements by default (max_prepared_stmt_count), and has 151 connections.
		prepared:  64,
		maxParams: 60_000,
		classify:  classifyMySQL,
		tables:    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
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
		case 1451, 1452: // ER_ROW_IS_REFERENCED_2, ER_NO_REFERENCED_ROW_2
			return noParent
		case 3819, 4025, // ER_CHECK_CONSTRAINT_VIOLATED of MySQL and of MariaDB
			1048, // ER_BAD_NULL_ERROR
			1406, // ER_DATA_TOO_LONG
			1264, // ER_WARN_DATA_OUT_OF_RANGE
			1644: // ER_SIGNAL_EXCEPTION
			return refused
		case 1213, // ER_LOCK_DEADLOCK
			1205, // ER_LOCK_WAIT_TIMEOUT
			1020: // MariaDB's ER_CHECKREAD, in a host's transaction at REPEATABLE READ
			return retryable
		}
		return unknown
	}
	return unknown
}

func checkMySQL(ctx context.Context, db *sql.DB) error {
	is, err := mysqlVariables(ctx, db)
	if err != nil {
		return fmt.Errorf("read the server's settings: %w", err)
	}
	least, name := []int{8, 0, 16}, "MySQL"
	if strings.Contains(is["version"], "MariaDB") {
		least, name = []int{10, 6, 0}, "MariaDB"
	}
	if olderThan(is["version"], least) {
		return fmt.Errorf("%s %s is too old: use %d.%d.%d or newer", name, is["version"], least[0], least[1], least[2])
	}
	modes := strings.Split(is["sql_mode"], ",")
	if !slices.Contains(modes, "STRICT_TRANS_TABLES") && !slices.Contains(modes, "STRICT_ALL_TABLES") {
		return errors.New("sql_mode is not strict, so the server would cut values short instead of refusing them: " +
			"add sql_mode='STRICT_ALL_TABLES' to the data source name")
	}
	if slices.Contains(modes, "EMPTY_STRING_IS_NULL") {
		return errors.New("sql_mode has EMPTY_STRING_IS_NULL, so empty texts would be lost: " +
			"leave it out, such as by sql_mode='STRICT_ALL_TABLES' in the data source name")
	}
	for _, v := range mysqlSettings() {
		if value, ok := is[v.name]; ok && value != v.want {
			return fmt.Errorf("%s is %s, so %s: add %s to the data source name", v.name, value, v.otherwise, v.set)
		}
	}
	return nil
}

// mysqlSetting is what a variable of the session must be, if the server has it.
type mysqlSetting struct{ name, want, otherwise, set string }

func mysqlSettings() []mysqlSetting {
	const charset = "text would be changed or refused on its way"
	return []mysqlSetting{
		{"autocommit", "ON", "single writes would not be kept", "autocommit=1"},
		{"character_set_client", "utf8mb4", charset, "charset=utf8mb4"},
		{"character_set_connection", "utf8mb4", charset, "charset=utf8mb4"},
		{"character_set_results", "utf8mb4", charset, "charset=utf8mb4"},
		{"foreign_key_checks", "ON", "rows could belong to nothing", "foreign_key_checks=1"},
		{"unique_checks", "ON", "unique keys might not be", "unique_checks=1"},
		// MariaDB only.
		{"check_constraint_checks", "ON", "values that must be refused would be stored", "check_constraint_checks=1"},
		// MariaDB before 11.1; the next one is of later versions and of MySQL.
		{"tx_read_only", "OFF", "nothing could be written", "tx_read_only=0"},
		{"transaction_read_only", "OFF", "nothing could be written", "transaction_read_only=0"},
	}
}

// mysqlVariables asks with SHOW, because MySQL and MariaDB do not have the same variables and
// selecting one that is not there is an error.
func mysqlVariables(ctx context.Context, db *sql.DB) (map[string]string, error) {
	names := []string{"version", "sql_mode"}
	for _, v := range mysqlSettings() {
		names = append(names, v.name)
	}
	rs, err := db.QueryContext(ctx, `SHOW SESSION VARIABLES WHERE Variable_name IN ('`+strings.Join(names, `', '`)+`')`)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	is := map[string]string{}
	for rs.Next() {
		var name, value string
		if err := rs.Scan(&name, &value); err != nil {
			return nil, err
		}
		is[name] = value
	}
	return is, rs.Err()
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
	// The server commits each DDL statement, so a transaction would hold nothing together: the lock is the
	// connection's, and each statement of a migration can be repeated. Its name is known to the
	// whole server, and 64 characters at most.
	const lock = `CONCAT(?, LEFT(SHA2(COALESCE(DATABASE(), ''), 256), 32))`
	var got sql.NullInt64
	if err := conn.QueryRowContext(ctx, `SELECT GET_LOCK(`+lock+`, 600)`, db.prefix+"migrate_").Scan(&got); err != nil {
		return err
	}
	if got.Int64 != 1 {
		return errors.New("another process has been migrating for ten minutes: call Migrate again when it has ended")
	}
	defer func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), `DO RELEASE_LOCK(`+lock+`)`, db.prefix+"migrate_")
	}()
	t := &tx{db: db, raw: conn}
	if err := db.createSchemaTable(ctx, t); err != nil {
		return err
	}
	return apply(t)
}
