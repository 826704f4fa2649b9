package dbtest

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// sqlitePool opens a database file that is gone after the test.
func sqlitePool(t *testing.T, file string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("sqlite", "file:"+file+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return pool
}

// migrated opens a migrated DB over a pool.
func migrated(t *testing.T, pool *sql.DB, o sqlstore.Options) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.New(t.Context(), pool, sqlstore.SQLite, o)
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	return db
}

// strs is the first column of a query.
func strs(t *testing.T, pool *sql.DB, query string) (out []string) {
	t.Helper()
	for _, r := range cells(t, pool, query) {
		out = append(out, r[0])
	}
	return out
}
