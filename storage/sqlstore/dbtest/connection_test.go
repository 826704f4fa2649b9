package dbtest

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
	"github.com/admincenter/admincenter/storage/storagetest"
)

// with adds options to a data source name.
func with(dsn, options string) string {
	switch {
	case options == "":
		return dsn
	case strings.Contains(dsn, "?"):
		return dsn + "&" + options
	}
	return dsn + "?" + options
}

func TestPostgresConnectionThatCouldNotBeCorrectIsRefused(t *testing.T) {
	dsn := createPostgres(t)
	for _, tc := range []struct {
		reason, options, message string // taken where message is empty
	}{
		{"as it should be", "", ""},
		{"prepares nothing", "default_query_exec_mode=exec", ""},
		{"another encoding of the client", "client_encoding=LATIN1", "client_encoding to UTF8"},
		{"read-only by default", "default_transaction_read_only=on", "set default_transaction_read_only to off, or use the primary"},
		{"foreign keys switched off", "session_replication_role=replica", "session_replication_role is replica, so foreign keys would not be checked: set it to origin"},
	} {
		for _, driver := range []string{"pgx", "postgres"} {
			if driver == "postgres" && strings.HasPrefix(tc.options, "default_query_exec_mode") {
				continue // pgx's own
			}
			if driver == "postgres" && strings.HasPrefix(tc.options, "client_encoding") {
				continue // which lib/pq refuses by itself
			}
			t.Run(driver+": "+tc.reason, func(t *testing.T) {
				requireNew(t, sqlstore.PostgreSQL, driver, with(dsn, tc.options), tc.message)
			})
		}
	}
	t.Run("a database in no encoding", func(t *testing.T) {
		root := openPool(t, "pgx", env(envPostgres, defaultPostgres))
		name := databaseName(t)
		run(t, root, `CREATE DATABASE `+name+` ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`)
		t.Cleanup(func() { run(t, root, `DROP DATABASE `+name+` WITH (FORCE)`) })
		u, err := url.Parse(dsn)
		require.NoError(t, err)
		u.Path = "/" + name
		for _, driver := range []string{"pgx", "postgres"} {
			requireNew(t, sqlstore.PostgreSQL, driver, u.String(), "the database's encoding is SQL_ASCII: create it with ENCODING 'UTF8'")
		}
	})
}

func TestMySQLConnectionThatCouldNotBeCorrectIsRefused(t *testing.T) {
	dsn := createMySQL(t)
	for _, tc := range []struct {
		reason, options, message string // taken where message is empty
	}{
		{"as it should be", "", ""},
		{"as it should be, spelt out", "charset=utf8mb4&autocommit=1&foreign_key_checks=1&unique_checks=1&clientFoundRows=true&sql_mode='STRICT_ALL_TABLES'", ""},
		{"cuts values short", "sql_mode=''", "add sql_mode='STRICT_ALL_TABLES' to the data source name"},
		{"keeps no empty text", "sql_mode='STRICT_ALL_TABLES,EMPTY_STRING_IS_NULL'", "sql_mode has EMPTY_STRING_IS_NULL"},
		{"keeps nothing", "autocommit=0", "autocommit is OFF, so single writes would not be kept: add autocommit=1 to the data source name"},
		{"an old encoding", "charset=latin1", "character_set_client is latin1, so text would be changed or refused on its way: add charset=utf8mb4"},
		{"an encoding without emoji", "charset=utf8", "add charset=utf8mb4 to the data source name"},
		{"another encoding of results", "character_set_results=latin1", "character_set_results is latin1"},
		{"foreign keys switched off", "foreign_key_checks=0", "add foreign_key_checks=1 to the data source name"},
		{"unique keys switched off", "unique_checks=0", "add unique_checks=1 to the data source name"},
		{"checks switched off", "check_constraint_checks=0", "add check_constraint_checks=1 to the data source name"},
		{"read-only", "tx_read_only=1", "read_only is ON, so nothing could be written: add "},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			if strings.HasPrefix(tc.options, "check_") || strings.HasPrefix(tc.options, "tx_") || strings.Contains(tc.options, "EMPTY_") {
				requireMariaDB(t, dsn)
			}
			requireNew(t, sqlstore.MySQL, "mysql", with(dsn, strings.ReplaceAll(tc.options, "'", "%27")), tc.message)
		})
	}
}

// requireMariaDB skips what MySQL does not have.
func requireMariaDB(t *testing.T, dsn string) {
	t.Helper()
	if version := cells(t, openPool(t, "mysql", dsn), "SELECT VERSION()")[0][0]; !strings.Contains(version, "MariaDB") {
		t.Skip("MySQL " + version + " has no such setting")
	}
}

func requireNew(t *testing.T, d sqlstore.Dialect, driver, dsn, message string) {
	t.Helper()
	pool := openPool(t, driver, dsn)
	_, err := sqlstore.New(t.Context(), pool, d, sqlstore.Options{})
	if message == "" {
		require.NoError(t, err)
	} else {
		require.ErrorContains(t, err, message)
	}
	require.Zero(t, pool.Stats().InUse, "no connection is kept")
}

// Settings of drivers and servers that change how values travel and what is counted as changed,
// and must change no answer.
func TestConformanceOnOtherConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the suite runs on the usual connections only")
	}
	for _, tc := range []struct {
		name string
		s    server
	}{
		{"pgx without prepared statements", onPgxWith("default_query_exec_mode=simple_protocol")},
		{"pgx that describes nothing", onPgxWith("default_query_exec_mode=exec")},
		{"MySQL that counts rows found, in another dialect of SQL, with values in the text", server{
			dialect: sqlstore.MySQL, create: func(t *testing.T) (string, string) {
				return "mysql", with(createMySQL(t), "clientFoundRows=true&interpolateParams=true&"+
					"sql_mode=%27STRICT_ALL_TABLES,ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES%27")
			},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			// One database for all of it: what is on trial is the connection.
			db := tc.s.open(t)
			storagetest.Run(t, func(*testing.T) storage.Backend { return db })
		})
	}
}

// onPgxWith does not wait for the disk: what a crash of the server would take is not on trial.
func onPgxWith(options string) server {
	return server{dialect: sqlstore.PostgreSQL, create: func(t *testing.T) (string, string) {
		return "pgx", with(createPostgres(t), "synchronous_commit=off&"+options)
	}}
}
