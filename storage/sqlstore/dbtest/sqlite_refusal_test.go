package dbtest

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// The database itself refuses what must not happen, on any connection: these tests bypass the ports.

func TestConnectionThatCouldNotBeCorrectIsRefused(t *testing.T) {
	for _, tc := range []struct {
		reason, options string
		one             bool
		message         string // empty where it is taken
	}{
		{"as it should be", "?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)", false, ""},
		{"no foreign keys", "?_pragma=busy_timeout(5000)", false, "SQLite needs PRAGMA foreign_keys = ON on every connection"},
		{"foreign keys off", "?_pragma=foreign_keys(0)&_pragma=busy_timeout(5000)", false, "SQLite needs PRAGMA foreign_keys = ON on every connection"},
		{"no busy timeout", "?_pragma=foreign_keys(1)&_pragma=busy_timeout(0)", false, "SQLite needs a PRAGMA busy_timeout on every connection"},
		{"neither", "?_pragma=busy_timeout(0)", false, "SQLite needs PRAGMA foreign_keys = ON and a PRAGMA busy_timeout on every connection"},
		{"neither on the only connection", "?_pragma=busy_timeout(0)", true, "SQLite needs PRAGMA foreign_keys = ON and a PRAGMA busy_timeout on every connection"},
		{"one connection", "?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)", true, ""},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			pool, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "admin.db")+tc.options)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, pool.Close()) })
			if tc.one {
				pool.SetMaxOpenConns(1)
			}
			_, err = sqlstore.New(t.Context(), pool, sqlstore.SQLite, sqlstore.Options{})
			if tc.message == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tc.message)
				require.ErrorContains(t, err, "_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)", "it says what to write")
			}
			require.Zero(t, pool.Stats().InUse, "no connection is kept")
		})
	}
	t.Run("a pragma that reached one connection of the pool", func(t *testing.T) {
		pool, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "admin.db")+"?_pragma=busy_timeout(5000)")
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, pool.Close()) })
		_, err = pool.ExecContext(t.Context(), "PRAGMA foreign_keys = ON")
		require.NoError(t, err)
		_, err = sqlstore.New(t.Context(), pool, sqlstore.SQLite, sqlstore.Options{})
		require.ErrorContains(t, err, "PRAGMA foreign_keys = ON")
	})
}

func TestDatabaseInMemory(t *testing.T) {
	open := func(t *testing.T) *sql.DB {
		pool, err := sql.Open("sqlite", "file::memory:?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)")
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, pool.Close()) })
		return pool
	}
	t.Run("is refused where each connection would have its own", func(t *testing.T) {
		_, err := sqlstore.New(t.Context(), open(t), sqlstore.SQLite, sqlstore.Options{})
		require.ErrorContains(t, err, "SetMaxOpenConns(1)")
	})
	t.Run("works over one connection", func(t *testing.T) {
		pool := open(t)
		pool.SetMaxOpenConns(1)
		createOrganization(t, migrated(t, pool, sqlstore.Options{}), "acme")
	})
}

func TestForeignKeysKeepOrganizationsApart(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	db := migrated(t, pool, sqlstore.Options{})
	createOrganization(t, db, "acme")
	createOrganization(t, db, "umbrella")
	err := db.Currencies().Create(t.Context(), "missing", aCurrency("EUR", "1"), rec("currency.add"))
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = pool.ExecContext(t.Context(), `INSERT INTO admincenter_credentials (org_id, user_id, hash, epoch, changed_at)
		SELECT 'umbrella', id, '', 1, 1 FROM admincenter_users WHERE org_id = 'acme'`)
	require.ErrorContains(t, err, "FOREIGN KEY", "a row cannot point into another organization")
}
