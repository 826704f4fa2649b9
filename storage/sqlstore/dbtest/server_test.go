package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// The servers' data source names, and whether it is a failure that one is not there.
const (
	envPostgres = "ADMINCENTER_POSTGRES_DSN"
	envMySQL    = "ADMINCENTER_MYSQL_DSN"
	envRequire  = "ADMINCENTER_REQUIRE_DATABASES"
	envLong     = "ADMINCENTER_LONG" // what takes many minutes at its full length

	defaultPostgres = "postgres://postgres:postgres@127.0.0.1:5432/postgres?sslmode=disable"
	defaultMySQL    = "root@tcp(127.0.0.1:3306)/"
)

// server is one kind of database, through one driver.
type server struct {
	name    string
	dialect sqlstore.Dialect
	// create makes an empty database of its own, dropped with t, and returns the driver and the
	// data source name that open it: also for another process.
	create func(t *testing.T) (driver, dsn string)
}

// servers returns each database, through one driver of it.
func servers() []server {
	return []server{
		{"SQLite", sqlstore.SQLite, createSQLite},
		{"PostgreSQL pgx", sqlstore.PostgreSQL, func(t *testing.T) (string, string) { return "pgx", createPostgres(t) }},
		{"MySQL", sqlstore.MySQL, func(t *testing.T) (string, string) { return "mysql", createMySQL(t) }},
	}
}

// drivers returns servers and, beside them, a server through another driver.
func drivers() []server {
	return append(servers(), server{
		"PostgreSQL pq", sqlstore.PostgreSQL, func(t *testing.T) (string, string) { return "postgres", createPostgres(t) },
	})
}

// onEach runs a test on every server in parallel, each on databases of its own.
func onEach(t *testing.T, test func(t *testing.T, s server)) { onEachOf(t, servers(), test) }

// onEachDriver is onEach for what depends on the driver: how values travel, which errors there are, and what a
// transaction or a connection that ends leaves behind.
func onEachDriver(t *testing.T, test func(t *testing.T, s server)) { onEachOf(t, drivers(), test) }

func onEachOf(t *testing.T, servers []server, test func(t *testing.T, s server)) {
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

// onMemoryAndEach is onEach with the storage in memory.
func onMemoryAndEach(t *testing.T, test func(t *testing.T, b storage.Backend)) {
	t.Run("memory", func(t *testing.T) { test(t, memory.New()) })
	onEach(t, func(t *testing.T, s server) { test(t, s.open(t)) })
}

// atLength is how much of something a test does: all of it, or less with -short.
func atLength(all, short int) int {
	if testing.Short() {
		return short
	}
	return all
}

// open is a migrated Backend on a database of its own.
func (s server) open(t *testing.T) storage.Backend {
	t.Helper()
	db, _ := s.openPool(t)
	return db
}

func (s server) openPool(t *testing.T) (*sqlstore.DB, *sql.DB) {
	t.Helper()
	driver, dsn := s.create(t)
	pool := openPool(t, driver, dsn)
	db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{})
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	return db, pool
}

func openPool(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	pool, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	pool.SetMaxOpenConns(20) // several tests share one server's connections
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return pool
}

func createSQLite(t *testing.T) (driver, dsn string) {
	t.Helper()
	return "sqlite", "file:" + filepath.Join(t.TempDir(), "admin.db") +
		"?_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"
}

func createPostgres(t *testing.T) string {
	t.Helper()
	dsn := env(envPostgres, defaultPostgres)
	root := reach(t, "PostgreSQL", envPostgres, "pgx", dsn)
	name := databaseName(t)
	run(t, root, `CREATE DATABASE `+name+` ENCODING 'UTF8' TEMPLATE template0`)
	t.Cleanup(func() { run(t, root, `DROP DATABASE `+name+` WITH (FORCE)`); require.NoError(t, root.Close()) })
	u, err := url.Parse(dsn)
	require.NoError(t, err, envPostgres)
	u.Path = "/" + name
	return u.String()
}

func createMySQL(t *testing.T) string {
	t.Helper()
	dsn := env(envMySQL, defaultMySQL)
	root := reach(t, "MySQL or MariaDB", envMySQL, "mysql", dsn)
	name := databaseName(t)
	run(t, root, `CREATE DATABASE `+name)
	t.Cleanup(func() { run(t, root, `DROP DATABASE `+name); require.NoError(t, root.Close()) })
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err, envMySQL)
	config.DBName = name
	return config.FormatDSN()
}

// reach connects to a server, or skips the test with one line that says what to do; where databases
// are required it fails with that line.
func reach(t *testing.T, name, variable, driver, dsn string) *sql.DB {
	t.Helper()
	root, err := sql.Open(driver, dsn)
	require.NoError(t, err, variable)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err = root.PingContext(ctx); err == nil {
		return root
	}
	_ = root.Close()
	if os.Getenv(envRequire) == "1" {
		t.Fatalf("%s is not reachable and %s=1: set %s (%v)", name, envRequire, variable, err)
	}
	t.Skipf("%s is not reachable: start it (docker compose up -d) or set %s", name, variable)
	return nil
}

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// databaseName is one that no other test or process has.
func databaseName(t *testing.T) string {
	t.Helper()
	var b [6]byte
	_, err := rand.Read(b[:])
	require.NoError(t, err)
	return "admincenter_test_" + strings.ToLower(hex.EncodeToString(b[:]))
}

// run runs a statement that must succeed, in a cleanup too, when t's context is over.
func run(t *testing.T, pool *sql.DB, statement string) {
	t.Helper()
	_, err := pool.ExecContext(context.WithoutCancel(t.Context()), statement)
	require.NoError(t, err, statement)
}
