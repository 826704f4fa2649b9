package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// database is one that a group runs on. Servers are looked for where the tests look.
type database struct {
	name    string
	dialect sqlstore.Dialect
	// open makes an empty database, which drop removes again.
	open func(ctx context.Context) (pool *sql.DB, drop func(), err error)
}

func databases() []database {
	return []database{
		{"sqlite", sqlstore.SQLite, openSQLite},
		{"postgres", sqlstore.PostgreSQL, openPostgres},
		{"mariadb", sqlstore.MySQL, openMariaDB},
	}
}

// measure measures something on a database.
type measure func(ctx context.Context, d database, pool *sql.DB, db *sqlstore.DB) error

// onDatabases runs fn on each database that answers, and prints which does not.
func onDatabases(ctx context.Context, fn measure) error {
	for _, d := range databases() {
		if err := onDatabase(ctx, d, fn); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return nil
}

func onDatabase(ctx context.Context, d database, fn measure) error {
	pool, drop, err := d.open(ctx)
	if err != nil {
		fmt.Printf("skip %s: %v\n", d.name, err)
		return nil
	}
	defer drop()
	db, err := sqlstore.New(ctx, pool, d.dialect, sqlstore.Options{})
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	pool.SetMaxOpenConns(20)
	return fn(ctx, d, pool, db)
}

func openSQLite(context.Context) (*sql.DB, func(), error) {
	dir, err := os.MkdirTemp("", "admincenter-bench")
	if err != nil {
		return nil, nil, err
	}
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bench.db")+
		"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"+
		"&_pragma=cache_size(-65536)")
	return pool, func() { _, _ = pool.Close(), os.RemoveAll(dir) }, err
}

func openPostgres(ctx context.Context) (*sql.DB, func(), error) {
	const otherwise = "postgres://postgres:postgres@127.0.0.1:5432/postgres?sslmode=disable"
	u, err := url.Parse(env("ADMINCENTER_POSTGRES_DSN", otherwise))
	if err != nil {
		return nil, nil, err
	}
	root, err := sql.Open("pgx", u.String())
	if err != nil {
		return nil, nil, err
	}
	name := databaseName()
	if _, err := root.ExecContext(ctx, "CREATE DATABASE "+name+" ENCODING 'UTF8' TEMPLATE template0"); err != nil {
		_ = root.Close()
		return nil, nil, err
	}
	u.Path = "/" + name
	pool, err := sql.Open("pgx", u.String())
	return pool, func() {
		_ = pool.Close()
		_, _ = root.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
		_ = root.Close()
	}, err
}

func openMariaDB(ctx context.Context) (*sql.DB, func(), error) {
	config, err := mysql.ParseDSN(env("ADMINCENTER_MYSQL_DSN", "root@tcp(127.0.0.1:3306)/"))
	if err != nil {
		return nil, nil, err
	}
	root, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		return nil, nil, err
	}
	config.DBName = databaseName()
	if _, err := root.ExecContext(ctx, "CREATE DATABASE "+config.DBName); err != nil {
		_ = root.Close()
		return nil, nil, err
	}
	pool, err := sql.Open("mysql", config.FormatDSN())
	return pool, func() {
		_ = pool.Close()
		_, _ = root.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+config.DBName)
		_ = root.Close()
	}, err
}

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

func databaseName() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return "admincenter_bench_" + hex.EncodeToString(b[:])
}
