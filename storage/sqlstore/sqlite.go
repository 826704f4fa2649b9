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
		// A transaction that reads first and writes later fails without waiting if another
		// transaction wrote in between, because busy_timeout does not apply there. Writing first
		// takes the lock, and waits for it.
		begin: "UPDATE {organizations} SET version = version WHERE org_id = ''",
		// An index that is not there would be an error, but the migrations make it.
		hold:     selectForUpdate,
		useIndex: func(index string) string { return " INDEXED BY {" + index + "}" },
		// concat_ws is younger than the oldest SQLite that is supported.
		pack:       func(columns []string) string { return strings.Join(columns, " || char(31) || ") },
		join:       "CROSS JOIN", // https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join
		migrate:    migrateSQLite,
		upsert:     onConflict,
		deleteSome: deleteByKey,
		prepared:   250, // all of them
		maxParams:  30_000,
		classify:   classifySQLite,
		tables:     "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?",
		check:      checkSQLite,
	}
}

// SQLite's result codes (https://sqlite.org/rescode.html).
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteConstraint = 19
	sqliteCheck      = 275
	sqliteForeignKey = 787
	sqliteNotNull    = 1299
	sqliteTrigger    = 1811
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
	sqliteRowID      = 2579
)

func classifySQLite(err error) failure {
	code := 0
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		code = coded.Code()
	}
	switch {
	case code == sqliteUnique, code == sqlitePrimaryKey, code == sqliteRowID:
		return duplicate
	case code == sqliteForeignKey:
		return noParent
	case code == sqliteCheck, code == sqliteNotNull:
		return refused
	case code&0xff == sqliteBusy, code&0xff == sqliteLocked:
		return retryable
	case code == 0, code == sqliteConstraint:
		return classifySQLiteText(err.Error())
	case code == sqliteTrigger:
		if f := classifySQLiteText(err.Error()); f != unknown {
			return f
		}
		return refused
	}
	return unknown
}

// classifySQLiteText goes by SQLite's own words, for drivers whose errors have no method that gives
// the code, or not the extended one, and for the triggers here. The words hold no values, so no
// input can forge them.
func classifySQLiteText(text string) failure {
	switch {
	case strings.Contains(text, "UNIQUE constraint failed"):
		return duplicate
	case strings.Contains(text, "admincenter: taken:"):
		return duplicate // a table that refuses REPLACE sees a second INSERT before its key does
	case strings.Contains(text, "FOREIGN KEY constraint failed"):
		return noParent
	case strings.Contains(text, "CHECK constraint failed"), strings.Contains(text, "NOT NULL constraint failed"):
		return refused
	case strings.Contains(text, "database is locked"), strings.Contains(text, "database table is locked"):
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
		if err := checkSQLiteConn(ctx, conn, conns == 1); err != nil {
			return err
		}
	}
	return nil
}

func checkSQLiteConn(ctx context.Context, conn *sql.Conn, single bool) error {
	var foreignKeys, busyTimeout int
	var file string
	for _, q := range []struct {
		query string
		into  any
	}{
		{"PRAGMA foreign_keys", &foreignKeys},
		{"PRAGMA busy_timeout", &busyTimeout},
		{"SELECT file FROM pragma_database_list WHERE name = 'main'", &file},
	} {
		if err := conn.QueryRowContext(ctx, q.query).Scan(q.into); err != nil {
			return fmt.Errorf("%s: %w", q.query, err)
		}
	}
	var lacks []string
	if foreignKeys != 1 {
		lacks = append(lacks, "PRAGMA foreign_keys = ON")
	}
	if busyTimeout <= 0 {
		lacks = append(lacks, "a PRAGMA busy_timeout")
	}
	if len(lacks) > 0 {
		return fmt.Errorf("SQLite needs %s on every connection: put it in the data source name, such as "+
			"file:admin.db?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL) with modernc.org/sqlite",
			strings.Join(lacks, " and "))
	}
	if file == "" && !single {
		return errors.New("an SQLite database in memory is another one for each connection: " +
			"use a file, or SetMaxOpenConns(1) before New")
	}
	return nil
}

func migrateSQLite(ctx context.Context, db *DB, apply func(*tx) error) error {
	// In a transaction of its own, so that the first statement of the next can be the one that
	// takes the lock.
	if err := db.transact(ctx, "", func(t *tx) error { return db.createSchemaTable(ctx, t) }); err != nil {
		return err
	}
	return db.transact(ctx, db.oneOff("DELETE FROM {schema} WHERE version < 0"), apply)
}
