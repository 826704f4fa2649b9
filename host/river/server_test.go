package river_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// The server's data source name, and whether it is a failure that it is not there.
const (
	envPostgres = "ADMINCENTER_POSTGRES_DSN"
	envRequire  = "ADMINCENTER_REQUIRE_DATABASES"
	envLong     = "ADMINCENTER_LONG" // the test that kills processes at its full length

	defaultPostgres = "postgres://postgres:postgres@127.0.0.1:5432/postgres?sslmode=disable"
)

// client is a client of River, whatever its transactions are.
type client interface {
	Start(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) (*rivertype.JobInsertResult, error)
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
	Subscribe(kinds ...river.EventKind) (<-chan *river.Event, func())
}

// setup is a database with River over certain drivers.
type setup struct {
	name    string
	dialect sqlstore.Dialect
	driver  string // of database/sql
	// create makes an empty database of its own, dropped with t, and returns the data source name that opens
	// it: also for another process.
	create func(t *testing.T) string
	// inserts is a driver over the Admin Center's pool.
	inserts func(pool *sql.DB) riverdriver.Driver[*sql.Tx]
	// works makes a client that works jobs.
	works func(t *testing.T, dsn string, pool *sql.DB, c *river.Config) client
}

func setups() []setup {
	overPostgres := func(pool *sql.DB) riverdriver.Driver[*sql.Tx] { return riverdatabasesql.New(pool) }
	return []setup{
		{"PostgreSQL pgx", sqlstore.PostgreSQL, "pgx", createPostgres, overPostgres,
			func(t *testing.T, dsn string, _ *sql.DB, c *river.Config) client {
				return newClient(t, riverpgxv5.New(pgxPool(t, dsn, 10)), c)
			}},
		{"PostgreSQL database-sql", sqlstore.PostgreSQL, "pgx", createPostgres, overPostgres,
			func(t *testing.T, dsn string, pool *sql.DB, c *river.Config) client {
				return newClient(t, riverdatabasesql.NewWithPgxListener(pool, pgxPool(t, dsn, 1)), c)
			}},
		{"SQLite", sqlstore.SQLite, "sqlite", createSQLite,
			func(pool *sql.DB) riverdriver.Driver[*sql.Tx] { return riversqlite.New(pool) },
			func(t *testing.T, dsn string, _ *sql.DB, c *river.Config) client {
				one := openPool(t, "sqlite", dsn+"&_txlock=immediate", 1) // as River recommends
				return newClient(t, riversqlite.New(one), c)
			}},
	}
}

// onEach runs a test on every setup in parallel.
func onEach(t *testing.T, test func(t *testing.T, s setup)) {
	t.Helper()
	on(t, setups(), test)
}

// onServers is onEach without SQLite, on which River works in one process.
func onServers(t *testing.T, test func(t *testing.T, s setup)) {
	t.Helper()
	on(t, setups()[:2], test)
}

func on(t *testing.T, setups []setup, test func(t *testing.T, s setup)) {
	t.Helper()
	for _, s := range setups {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

// atLength returns how much of something a test does: all of it, or less with -short.
func atLength(all, short int) int {
	if testing.Short() {
		return short
	}
	return all
}

func newClient[TTx any](t *testing.T, d riverdriver.Driver[TTx], c *river.Config) *river.Client[TTx] {
	t.Helper()
	made, err := river.NewClient(d, c)
	require.NoError(t, err)
	return made
}

// migrate makes the tables of the Admin Center and of River.
func (s setup) migrate(t *testing.T, db *sqlstore.DB, pool *sql.DB) {
	t.Helper()
	require.NoError(t, db.Migrate(t.Context()))
	m, err := rivermigrate.New(s.inserts(pool), nil)
	require.NoError(t, err)
	_, err = m.Migrate(t.Context(), rivermigrate.DirectionUp, nil)
	require.NoError(t, err)
}

func (s setup) open(t *testing.T, dsn string) (*sqlstore.DB, *sql.DB) {
	t.Helper()
	pool := openPool(t, s.driver, dsn, 20)
	db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{})
	require.NoError(t, err)
	return db, pool
}

func openPool(t *testing.T, driver, dsn string, connections int) *sql.DB {
	t.Helper()
	pool, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	pool.SetMaxOpenConns(connections)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return pool
}

func pgxPool(t *testing.T, dsn string, connections int32) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(dsn)
	require.NoError(t, err)
	config.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

func createSQLite(t *testing.T) string {
	t.Helper()
	return "file:" + filepath.Join(t.TempDir(), "admin.db") +
		"?_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"
}

// createPostgres skips the test with one line if there is no server; where databases are required it fails
// with that line.
func createPostgres(t *testing.T) string {
	t.Helper()
	dsn := defaultPostgres
	if v := os.Getenv(envPostgres); v != "" {
		dsn = v
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	root, err := pgx.Connect(ctx, dsn)
	switch {
	case err != nil && os.Getenv(envRequire) == "1":
		t.Fatalf("PostgreSQL is not reachable and %s=1: set %s (%v)", envRequire, envPostgres, err)
	case err != nil:
		t.Skipf("PostgreSQL is not reachable: start it (docker compose up -d) or set %s", envPostgres)
	}
	var b [6]byte
	_, err = rand.Read(b[:])
	require.NoError(t, err)
	name := "admincenter_test_" + hex.EncodeToString(b[:])
	_, err = root.Exec(ctx, `CREATE DATABASE `+name+` ENCODING 'UTF8' TEMPLATE template0`)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		_, err := root.Exec(ctx, `DROP DATABASE `+name+` WITH (FORCE)`)
		require.NoError(t, err)
		require.NoError(t, root.Close(ctx))
	})
	u, err := url.Parse(dsn)
	require.NoError(t, err, envPostgres)
	u.Path = "/" + name
	return u.String()
}
