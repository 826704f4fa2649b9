package dbtest

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// A database that has settings from before versions were kept gets one of each.
func TestSQLiteSettingsOfBeforeBeginTheirHistory(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	files, err := sqlstore.Migrations(sqlstore.SQLite)
	require.NoError(t, err)
	up := func(name string) {
		text, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		statements, _, _ := strings.Cut(string(text), "-- +goose Down")
		_, err = pool.ExecContext(t.Context(), statements)
		require.NoError(t, err, name)
	}
	for _, name := range []string{"0001_organizations.sql", "0030_settings.sql"} {
		up(name)
	}
	for _, statement := range []string{
		`INSERT INTO admincenter_organizations (org_id, name, status, status_at, created_at, version) VALUES ('acme', 'Acme', 'ACTIVE', 0, 0, 1)`,
		`INSERT INTO admincenter_settings VALUES ('acme', '1', 'ACCOUNT', 'a', 'USER', 'rate', 'NUMERIC', '7', 1, 'system', '', 2, 'user', 'u', 3)`,
		`INSERT INTO admincenter_settings VALUES ('acme', '2', 'ACCOUNT', 'a', 'USER', 'other', 'NUMERIC', '8', 1, 'system', '', 1, 'system', '', 1)`,
	} {
		_, err := pool.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	up("0031_setting_versions.sql")
	require.Equal(t, []string{"1 3 7 user 0", "2 1 8 system 0"}, strs(t, pool,
		`SELECT id || ' ' || version || ' ' || value_text || ' ' || updated_by_kind || ' ' || deleted FROM admincenter_setting_versions ORDER BY id`))
	require.Equal(t, []string{"acme 2"}, strs(t, pool, `SELECT org_id || ' ' || settings FROM admincenter_setting_counts`))
}
