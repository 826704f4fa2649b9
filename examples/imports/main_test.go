package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata/output.txt")

func TestWalk(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(nil, &out, &out))
	golden := filepath.Join("testdata", "output.txt")
	if *update {
		require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "run the test with -update if this is right")
}

func TestSaysWhatIsWrong(t *testing.T) {
	db := filepath.Join(t.TempDir(), "with blanks & signs?.db")
	for _, tc := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"an unknown option", []string{"-nope"}, "flag provided but not defined"},
		{"a file without its option", []string{"customers.csv"}, "name a file with -db"},
		{"a folder that is not there", []string{"-db", filepath.Join("nowhere", "i.db")}, "nowhere"},
		{"a new file", []string{"-db", db}, ""},
		{"a file that was used", []string{"-db", db}, db},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			var out bytes.Buffer
			err := run(tc.args, &out, &out)
			if tc.want == "" {
				require.NoError(t, err)
				require.FileExists(t, db)
				return
			}
			require.ErrorContains(t, err, tc.want)
		})
	}
	require.ErrorIs(t, run([]string{"-h"}, &bytes.Buffer{}, &bytes.Buffer{}), flag.ErrHelp)
}
