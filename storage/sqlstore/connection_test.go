package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServersThatAreTooOldAreRefused(t *testing.T) {
	postgres := func(version int64) []driver.Value { return []driver.Value{version, "UTF8", "UTF8", "off", "origin"} }
	for _, tc := range []struct {
		reason  string
		dialect Dialect
		rows    [][]driver.Value
		message string // taken if it is empty
	}{
		{"PostgreSQL 12", PostgreSQL, [][]driver.Value{postgres(120022)}, "PostgreSQL 12.22 is too old: use 13 or newer"},
		{"PostgreSQL 13", PostgreSQL, [][]driver.Value{postgres(130000)}, ""},
		{"PostgreSQL 17", PostgreSQL, [][]driver.Value{postgres(170002)}, ""},
		{"MySQL 5.7", MySQL, mysqlOf("5.7.44-log"), "MySQL 5.7.44-log is too old: use 8.0.16 or newer"},
		{"MySQL that reads CHECK and ignores it", MySQL, mysqlOf("8.0.15"), "MySQL 8.0.15 is too old: use 8.0.16 or newer"},
		{"MySQL 8.0.16", MySQL, mysqlOf("8.0.16"), ""},
		{"MySQL 8.4", MySQL, mysqlOf("8.4.3"), ""},
		{"MySQL 9", MySQL, mysqlOf("9.1.0-commercial"), ""},
		{"MariaDB 10.5", MySQL, mysqlOf("10.5.28-MariaDB"), "MariaDB 10.5.28-MariaDB is too old: use 10.6.0 or newer"},
		{"MariaDB 10.6", MySQL, mysqlOf("10.6.0-MariaDB-log"), ""},
		{"MariaDB 11", MySQL, mysqlOf("11.4.4-MariaDB"), ""},
		{"a version that cannot be read", MySQL, mysqlOf("next"), "MySQL next is too old"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			pool := sql.OpenDB(fakeConnector{&fake{rows: func(string) [][]driver.Value { return tc.rows }}})
			t.Cleanup(func() { require.NoError(t, pool.Close()) })
			_, err := New(t.Context(), pool, tc.dialect, Options{})
			if tc.message == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tc.message)
			}
		})
	}
}

func mysqlOf(version string) [][]driver.Value {
	return [][]driver.Value{
		{"version", version},
		{"sql_mode", "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES"},
		{"autocommit", "ON"},
	}
}
