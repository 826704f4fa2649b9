package dbtest

import (
	"context"
	"database/sql"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

var update = flag.Bool("update", false, "write the golden files anew")

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
	rows, err := pool.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		out = append(out, s)
	}
	require.NoError(t, rows.Err())
	return out
}

// schema is the SQL of everything in a database, table by table.
func schema(t *testing.T, pool *sql.DB) string {
	t.Helper()
	return strings.Join(strs(t, pool, `SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL
		ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 ELSE 1 END, name`), "\n\n") + "\n"
}

// The schema as it is after all migrations, to be read in one piece and to show what a new migration
// changes. Where migrations of several branches meet, run go test -run Schema -update.
func TestSQLiteSchemaIsAsItWas(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	migrated(t, pool, sqlstore.Options{})
	golden := filepath.Join("testdata", "sqlite_schema.sql")
	got := schema(t, pool)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestSQLiteSchemaKeepsTheRules(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	migrated(t, pool, sqlstore.Options{})
	for _, table := range strs(t, pool, `SELECT name FROM sqlite_schema WHERE type = 'table'`) {
		if table == "admincenter_schema" {
			continue // the migrations' own, which belongs to no organization
		}
		t.Run(table, func(t *testing.T) {
			create := strs(t, pool, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = '"+table+"'")[0]
			kind := `STRICT, WITHOUT ROWID$`
			if table == "admincenter_import_pieces" {
				kind = `STRICT$` // its rows are large, which a table without rowid keeps badly
			}
			require.Regexp(t, kind, create)
			require.Regexp(t, `(?m)^\s+org_id\s+TEXT\s+NOT NULL`, create, "no row is without organization, and none has one by default")
			require.NotRegexp(t, `(?i)org_id[^,]* DEFAULT|CASCADE|SET NULL`, create)
			require.Equal(t, "org_id", strs(t, pool, "SELECT name FROM pragma_table_info('"+table+"') WHERE pk = 1")[0], "the primary key begins with the organization")
			for _, foreign := range strs(t, pool, "SELECT \"from\" || ' to ' || \"to\" FROM pragma_foreign_key_list('"+table+"') WHERE seq = 0") {
				require.Equal(t, "org_id to org_id", foreign, "a foreign key cannot point into another organization")
			}
		})
	}
}

func TestMigrateAgainDoesNothing(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	db := migrated(t, pool, sqlstore.Options{})
	before, applied := schema(t, pool), strs(t, pool, "SELECT version || ' ' || name || ' ' || applied_at FROM admincenter_schema")
	require.NoError(t, db.Migrate(t.Context()))
	require.Equal(t, before, schema(t, pool))
	require.Equal(t, applied, strs(t, pool, "SELECT version || ' ' || name || ' ' || applied_at FROM admincenter_schema"))
}

func TestMigrateFromManyGoroutines(t *testing.T) {
	file := filepath.Join(t.TempDir(), "admin.db")
	const many = 8
	errs := make([]error, many)
	var group sync.WaitGroup
	for i := range many {
		pool := sqlitePool(t, file)
		group.Go(func() {
			db, err := sqlstore.New(t.Context(), pool, sqlstore.SQLite, sqlstore.Options{})
			if err == nil {
				err = db.Migrate(t.Context())
			}
			errs[i] = err
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	requireMigratedOnce(t, file)
}

// migrateVariable names the file that a child process is to migrate.
const migrateVariable = "DBTEST_MIGRATE"

func TestMigrateFromManyProcesses(t *testing.T) {
	if file := os.Getenv(migrateVariable); file != "" {
		migrated(t, sqlitePool(t, file), sqlstore.Options{})
		return
	}
	file := filepath.Join(t.TempDir(), "admin.db")
	const many = 4
	outs, errs := make([][]byte, many), make([]error, many)
	var group sync.WaitGroup
	for i := range many {
		group.Go(func() {
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
			child.Env = append(os.Environ(), migrateVariable+"="+file)
			outs[i], errs[i] = child.CombinedOutput()
		})
	}
	group.Wait()
	for i, err := range errs {
		require.NoError(t, err, "%s", outs[i])
	}
	requireMigratedOnce(t, file)
}

// requireMigratedOnce checks that a file has the one schema, each of its migrations applied once.
func requireMigratedOnce(t *testing.T, file string) {
	t.Helper()
	alone := sqlitePool(t, filepath.Join(t.TempDir(), "alone.db"))
	migrated(t, alone, sqlstore.Options{})
	pool := sqlitePool(t, file)
	require.Equal(t, schema(t, alone), schema(t, pool))
	const versions = "SELECT version || ' ' || name FROM admincenter_schema ORDER BY version"
	require.Equal(t, strs(t, alone, versions), strs(t, pool, versions))
}

func TestMigrateRefuses(t *testing.T) {
	for _, tc := range []struct{ reason, change, message string }{
		{"a schema that is newer", "INSERT INTO admincenter_schema VALUES (9999, '9999_later.sql', 1)", "the schema is at version 9999 and this library knows "},
		{"a schema that lacks a migration in the middle", "DELETE FROM admincenter_schema WHERE version = 2", "migration 0002_jobs.sql was left out although version "},
		{"tables that are there without a record of it", "DELETE FROM admincenter_schema", "admincenter_organizations already exists"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
			db := migrated(t, pool, sqlstore.Options{})
			_, err := pool.ExecContext(t.Context(), tc.change)
			require.NoError(t, err)
			before, versions := schema(t, pool), strs(t, pool, "SELECT version FROM admincenter_schema")
			require.ErrorContains(t, db.Migrate(t.Context()), tc.message)
			require.Equal(t, before, schema(t, pool))
			require.Equal(t, versions, strs(t, pool, "SELECT version FROM admincenter_schema"))
		})
	}
	t.Run("once the context has ended", func(t *testing.T) {
		pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
		db, err := sqlstore.New(t.Context(), pool, sqlstore.SQLite, sqlstore.Options{})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, db.Migrate(ctx), context.Canceled)
		require.Empty(t, strs(t, pool, "SELECT name FROM sqlite_schema"))
	})
}

func TestPrefixesLiveSideBySide(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	first := migrated(t, pool, sqlstore.Options{})
	second := migrated(t, pool, sqlstore.Options{Prefix: "other_"})
	tables := strs(t, pool, "SELECT name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
	for _, name := range tables {
		require.Regexp(t, "^(admincenter|other)_", name)
	}
	count := strings.Count(strings.Join(tables, " "), "admincenter_")
	require.Len(t, tables, 2*count, "each has all of it")
	for _, text := range strs(t, pool, "SELECT sql FROM sqlite_schema WHERE name LIKE 'other\\_%' ESCAPE '\\' AND sql IS NOT NULL") {
		require.NotContains(t, text, "admincenter_", "nothing of one refers to the other")
	}
	createOrganization(t, first, "acme")
	_, err := second.Organizations().Get(t.Context(), "acme")
	require.ErrorIs(t, err, admin.ErrNotFound)
	createOrganization(t, second, "acme")
}
