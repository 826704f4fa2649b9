package dbtest

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

func TestSQLiteRefusesWhatATokenMustNeverDo(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	db, err := sqlstore.New(t.Context(), pool, sqlstore.SQLite, sqlstore.Options{})
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	for _, statement := range []string{
		`INSERT INTO admincenter_organizations (org_id, name, created_at, version) VALUES ('acme', 'Acme', 0, 1)`,
		`INSERT INTO admincenter_tokens (org_id, id, name, permissions, prefix, last4, state, created_at, created_by_kind,
			created_by_id, updated_at, version, hash_key, digest)
			VALUES ('acme', '1', 'one', 'settings.read', 'adm_live_', 'aB3x', 'deleted', 0, 'system', '', 0, 1, 'sha256', zeroblob(32))`,
	} {
		_, err := pool.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	for reason, tc := range map[string]struct{ statement, want string }{
		"come back from the dead":      {`UPDATE admincenter_tokens SET state = 'active'`, "cannot come back"},
		"get more permissions":         {`UPDATE admincenter_tokens SET permissions = 'users.write'`, "cannot be changed"},
		"hold a secret for its digest": {`UPDATE admincenter_tokens SET digest = CAST('adm_live_secret' AS BLOB)`, "CHECK"},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := pool.ExecContext(t.Context(), tc.statement)
			require.ErrorContains(t, err, tc.want)
		})
	}
}
