package main

import (
	"bytes"
	"flag"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// output runs the program on a file and returns what it printed.
func output(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), args, &out, &errs)
	return out.String(), err
}

// counts returns the numbers of rows of the host's tables.
func counts(t *testing.T, file string) map[string]int {
	t.Helper()
	pool, _, err := open(t.Context(), file)
	require.NoError(t, err)
	defer func() { require.NoError(t, pool.Close()) }()
	out := map[string]int{}
	for _, name := range []string{"customers", "accounts", "plans", "schedules"} {
		n, err := read(t.Context(), pool, single[int], "SELECT COUNT(*) FROM "+name)
		require.NoError(t, err)
		out[name] = n[0]
		n, err = read(t.Context(), pool, single[int], "SELECT COUNT(*) FROM admincenter_"+name)
		require.NoError(t, err)
		require.Zero(t, n[0], "the library's own table of %s is not used", name)
	}
	return out
}

func TestRunsTwice(t *testing.T) {
	file := filepath.Join(t.TempDir(), "with blanks & signs?.db")
	out, err := output(t, "-db", file)
	require.NoError(t, err)
	for _, want := range []string{
		"customers.csv: 4 created, 0 updated, 0 unchanged, 0 failed",
		"accounts.csv: 5 created, 0 updated, 0 unchanged, 0 failed",
		"metered v1 to metered v2: COMPLETED, 5 moved, 0 failed",
		"C-1  Lumen & Söhne GmbH   ACTIVE", "A-2  C-1  EUR", "metered  v2  ACTIVE",
		"import.write", "plan.create", "schedule.associate", "schedule.migrate",
	} {
		require.Contains(t, out, want)
	}
	want := map[string]int{"customers": 4, "accounts": 5, "plans": 2, "schedules": 10}
	require.Equal(t, want, counts(t, file))

	out, err = output(t, "-db", file)
	require.NoError(t, err)
	require.Contains(t, out, "customers.csv: 0 created, 0 updated, 4 unchanged, 0 failed")
	require.Contains(t, out, "accounts.csv: 0 created, 0 updated, 5 unchanged, 0 failed")
	require.Equal(t, want, counts(t, file), "the second run duplicates nothing")
}

func TestNamesWhatIsWrong(t *testing.T) {
	for _, tc := range []struct {
		reason, want string
		args         []string
	}{
		{"an unknown option", "flag provided but not defined", []string{"-nope"}},
		{"a file without its option", "name a file with -db", []string{"own.db"}},
		{"a folder that is not there", "nowhere", []string{"-db", filepath.Join(t.TempDir(), "nowhere", "own.db")}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := output(t, tc.args...)
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, err := output(t, "-h")
	require.ErrorIs(t, err, flag.ErrHelp)
}
