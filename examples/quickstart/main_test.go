package main

import (
	"bytes"
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// tourOn runs the quickstart and returns what it printed.
func tourOn(t *testing.T, db string, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), append([]string{"-db", db}, args...), &out, &errs)
	return out.String(), err
}

// count counts the rows of a table.
func count(t *testing.T, db, table string) int {
	t.Helper()
	pool, err := sql.Open("sqlite", dsn(db))
	require.NoError(t, err)
	defer func() { require.NoError(t, pool.Close()) }()
	var n int
	require.NoError(t, pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM admincenter_"+table).Scan(&n))
	return n
}

func counts(t *testing.T, db string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, table := range []string{
		"organizations", "users", "invitations", "currencies", "tokens", "customers", "accounts", "settings", "schedules", "plan_migrations",
	} {
		out[table] = count(t, db, table)
	}
	return out
}

func TestWalksThroughAllSevenAreas(t *testing.T) {
	db := filepath.Join(t.TempDir(), "with blanks & signs?.db")
	out, err := tourOn(t, db)
	require.NoError(t, err)
	for _, tab := range []string{"Profile", "Users", "Currencies", "API Tokens", "Bulk import", "Customers", "Price plan migration", "Settings", "Audit trail"} {
		require.Contains(t, out, "\n"+tab)
	}
	require.Contains(t, out, "A check of the file finds: 11 to create, 0 to update, 1 would fail.\n    1 × invalid_email in ")
	require.Contains(t, out, "COMPLETED_WITH_FAILURES: 11 of 12 imported (11 created")
	require.Contains(t, out, "line 13: primary_email:")
	require.Contains(t, out, "WAITING_FOR_CONFIRMATION after 1 row, confirmed, imported, and taken back: 2 customers removed.")
	require.Contains(t, out, "Walk-in Ltd (walk-in) is at Dublin, IE; version 2.")
	require.Contains(t, out, `has accounts that are not archived: "walk-in-main"`)
	require.Contains(t, out, "11 customers are active")
	require.Contains(t, out, "walk-in  Walk-in Ltd  ARCHIVED")
	require.Contains(t, out, "COMPLETED, 7 moved, 1 skipped, 0 failed")
	require.Contains(t, out, "minimum_charge of account C-1001-main is 7.5, from its CUSTOMER")
	require.FileExists(t, db)

	first := counts(t, db)
	again, err := tourOn(t, db)
	require.NoError(t, err)
	require.Contains(t, again, "COMPLETED_WITH_FAILURES: 11 of 12 imported (0 created, 0 updated, 11 unchanged)")
	require.Contains(t, again, "was shown when it was generated")
	require.Equal(t, first, counts(t, db), "the second run duplicates nothing")
	_, err = tourOn(t, db)
	require.NoError(t, err, "the passwords take turns")
}

func TestSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "customers.csv")
	require.NoError(t, os.WriteFile(file, []byte("id,name,city\nc1,Lumen,NULL\n"), 0o600))
	for _, tc := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"an unknown option", []string{"-nope"}, "flag provided but not defined"},
		{"a file without its option", []string{"customers.csv"}, "name a file with -customers"},
		{"a file that is not there", []string{"-customers", "nowhere.csv"}, "nowhere.csv"},
		{"a file without a required column", []string{"-customers", file}, "was not imported"},
		{"a field that does not exist", []string{"-customers", file, "-optional", "primary_email,fax"}, "was not imported"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := tourOn(t, filepath.Join(t.TempDir(), "q.db"), tc.args...)
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, err := tourOn(t, "q.db", "-h")
	require.ErrorIs(t, err, flag.ErrHelp)
}

func TestWritesNothingUntilTheMappingIsComplete(t *testing.T) {
	dir := t.TempDir()
	db, file := filepath.Join(dir, "q.db"), filepath.Join(dir, "customers.csv")
	require.NoError(t, os.WriteFile(file, []byte("id,name,city\nc1,Lumen,NULL\n"), 0o600))
	out, err := tourOn(t, db, "-customers", file)
	require.Error(t, err)
	require.Contains(t, out, "/mapping/primary_email: primary_email (Primary e-mail) has no column")
	require.Contains(t, out, "1 cells say NULL")
	require.Zero(t, count(t, db, "customers"))
	require.Zero(t, count(t, db, "imports"))

	out, err = tourOn(t, db, "-customers", file, "-optional", "primary_email", "-blank", "NULL")
	require.NoError(t, err)
	require.Contains(t, out, "COMPLETED: 1 of 1 imported")
}

// The public sample databases' customers, where they are at hand.
func TestImportsRealFiles(t *testing.T) {
	data := os.Getenv("ADMINCENTER_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(data); err != nil {
		t.Skipf("no sample data at %s: set ADMINCENTER_DATA", data)
	}
	for _, tc := range []struct {
		file string
		args []string
		want string
	}{
		{"chinook_customers.csv", nil, "COMPLETED: 59 of 59 imported (59 created"},
		{"northwind_customers.csv", []string{"-optional", "primary_email", "-blank", "NULL"}, "COMPLETED: 91 of 91 imported (91 created"},
	} {
		t.Run(tc.file, func(t *testing.T) {
			out, err := tourOn(t, filepath.Join(t.TempDir(), "q.db"), append(tc.args, "-customers", filepath.Join(data, tc.file))...)
			require.NoError(t, err)
			require.Contains(t, out, tc.want)
		})
	}
}
