package dbtest

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// What must not happen is refused by the database itself, whoever asks for it: these tests go past
// the ports.

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

func TestSavedRatesAndRecordsCannotBeChanged(t *testing.T) {
	for _, tc := range []struct{ reason, statement string }{
		{"update of a rate", "UPDATE admincenter_currencies SET rate = '2'"},
		{"update of a code", "UPDATE admincenter_currencies SET code = 'GBP' WHERE code = 'EUR'"},
		{"update of the base", "UPDATE admincenter_currencies SET base_slot = NULL"},
		{"update to the same", "UPDATE admincenter_currencies SET rate = rate"},
		{"update or ignore", "UPDATE OR IGNORE admincenter_currencies SET rate = '2'"},
		{"update or replace", "UPDATE OR REPLACE admincenter_currencies SET code = 'USD' WHERE code = 'EUR'"},
		{"delete of one", "DELETE FROM admincenter_currencies WHERE code = 'EUR'"},
		{"delete of all", "DELETE FROM admincenter_currencies"},
		{"replace", "REPLACE INTO admincenter_currencies VALUES ('acme', 'EUR', '2', NULL, 1, 'system', '')"},
		{"replace of the base by another code", "REPLACE INTO admincenter_currencies VALUES ('acme', 'GBP', '1', 1, 1, 'system', '')"},
		{"insert or replace", "INSERT OR REPLACE INTO admincenter_currencies VALUES ('acme', 'EUR', '2', NULL, 1, 'system', '')"},
		{"insert or ignore", "INSERT OR IGNORE INTO admincenter_currencies VALUES ('acme', 'EUR', '2', NULL, 1, 'system', '')"},
		{"insert or fail", "INSERT OR FAIL INTO admincenter_currencies VALUES ('acme', 'EUR', '2', NULL, 1, 'system', '')"},
		{"upsert", "INSERT INTO admincenter_currencies VALUES ('acme', 'EUR', '2', NULL, 1, 'system', '') ON CONFLICT (org_id, code) DO UPDATE SET rate = '2'"},
		{"upsert of the base", "INSERT INTO admincenter_currencies VALUES ('acme', 'GBP', '1', 1, 1, 'system', '') ON CONFLICT (org_id, base_slot) DO UPDATE SET rate = '2'"},
		{"update of a record", "UPDATE admincenter_audit SET action = 'nothing.happened'"},
		{"delete of one record", "DELETE FROM admincenter_audit WHERE action = 'currency.add'"},
		{"delete of all records", "DELETE FROM admincenter_audit"},
		{"replace of a record", "REPLACE INTO admincenter_audit SELECT org_id, id, at, actor_kind, actor_id, 'nothing.happened', subject_kind, subject_id, changes FROM admincenter_audit"},
		{"upsert of a record", "INSERT INTO admincenter_audit SELECT * FROM admincenter_audit WHERE true ON CONFLICT (org_id, id) DO UPDATE SET action = 'nothing.happened'"},
		{"delete of the organization", "DELETE FROM admincenter_organizations"},
		{"a new id for the organization", "UPDATE admincenter_organizations SET org_id = 'umbrella'"},
	} {
		for _, recursive := range []string{"OFF", "ON"} {
			t.Run(tc.reason+", recursive triggers "+recursive, func(t *testing.T) {
				pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
				pool.SetMaxOpenConns(1)
				db := migrated(t, pool, sqlstore.Options{})
				createOrganization(t, db, "acme")
				base := aCurrency("USD", "1")
				base.Base = true
				require.NoError(t, db.Currencies().Create(t.Context(), "acme", base, rec("currency.set_base")))
				require.NoError(t, db.Currencies().Create(t.Context(), "acme", aCurrency("EUR", "1.08"), rec("currency.add")))
				_, err := pool.ExecContext(t.Context(), "PRAGMA recursive_triggers = "+recursive)
				require.NoError(t, err)
				everything := func() (out []string) {
					out = append(out, strs(t, pool, "SELECT org_id || code || rate || coalesce(base_slot, '-') FROM admincenter_currencies ORDER BY 1")...)
					out = append(out, strs(t, pool, "SELECT org_id || id || action FROM admincenter_audit ORDER BY 1")...)
					return append(out, strs(t, pool, "SELECT org_id || name FROM admincenter_organizations ORDER BY 1")...)
				}
				before := everything()
				require.Len(t, before, 6)
				_, err = pool.ExecContext(t.Context(), tc.statement)
				require.Error(t, err)
				require.Equal(t, before, everything())
			})
		}
	}
}

func TestRateThatIsNoneIsRefused(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	createOrganization(t, migrated(t, pool, sqlstore.Options{}), "acme")
	insert := func(rate any) error {
		_, err := pool.ExecContext(t.Context(), "INSERT INTO admincenter_currencies VALUES ('acme', 'EUR', ?, NULL, 1, 'system', '')", rate)
		return err
	}
	for _, rate := range []any{
		"1e3", "1E3", "NaN", "nan", "Inf", "Infinity", "-1", "+1", "0", "0.0", "0.000000000000000000", "", " ", " 1", "1 ", "1.", ".5", ".", "1.2.3", "1,5", "0x1", "1\n",
		"1000000000000", "1000000000000.0", "0000000000001", "0.1234567890123456789", "999999999999.9999999999999999999", "١", "1é", nil, 1e12, -1, 0,
	} {
		require.Error(t, insert(rate), "%v", rate)
	}
	require.Empty(t, strs(t, pool, "SELECT rate FROM admincenter_currencies"))
	for _, rate := range []string{"0.000000000000000001", "999999999999.999999999999999999", "1", "1.08"} {
		require.NoError(t, insert(rate), rate)
		require.Equal(t, []string{rate}, strs(t, pool, "SELECT rate FROM admincenter_currencies"))
		// Made anew, since no row can be taken away.
		pool = sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
		createOrganization(t, migrated(t, pool, sqlstore.Options{}), "acme")
	}
}

func TestForeignKeysKeepOrganizationsApart(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	db := migrated(t, pool, sqlstore.Options{})
	createOrganization(t, db, "acme")
	createOrganization(t, db, "umbrella")
	err := db.Currencies().Create(t.Context(), "nobody", aCurrency("EUR", "1"), rec("currency.add"))
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = pool.ExecContext(t.Context(), `INSERT INTO admincenter_credentials (org_id, user_id, hash, epoch, changed_at)
		SELECT 'umbrella', id, '', 1, 1 FROM admincenter_users WHERE org_id = 'acme'`)
	require.ErrorContains(t, err, "FOREIGN KEY", "a row cannot point into another organization")
}
