package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // the host chooses the driver

	"github.com/admincenter/admincenter/storage/sqlstore"
)

//go:embed schema.sql
var schema string

// open opens a database with the library's tables and the host's.
func open(ctx context.Context, file string) (*sql.DB, *sqlstore.DB, error) {
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+
		"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	if err != nil {
		return nil, nil, err
	}
	db, err := prepare(ctx, pool)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", file, err), pool.Close())
	}
	return pool, db, nil
}

// prepare makes the tables that are not there yet.
func prepare(ctx context.Context, pool *sql.DB) (*sqlstore.DB, error) {
	db, err := sqlstore.New(ctx, pool, sqlstore.SQLite, sqlstore.Options{})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	_, err = pool.ExecContext(ctx, schema)
	return db, err
}
