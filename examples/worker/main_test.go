package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain makes the test's program the example's when the example starts itself as a worker.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args, "-work") {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestEveryRowAndAccountIsDoneOnceWhateverIsKilled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // kills the workers of a run that hangs
	defer cancel()
	o := options{dir: t.TempDir(), rows: 8000, lease: 500 * time.Millisecond}
	var out bytes.Buffer
	err := walkIn(ctx, o, &out)
	printed := out.String()
	if err != nil {
		for _, name := range []string{"worker-1", "worker-2", "worker-3"} {
			log, _ := os.ReadFile(filepath.Join(o.dir, name+".log"))
			t.Logf("%s:\n%s", name, log)
		}
	}
	require.NoError(t, err, printed)
	for reason, want := range map[string]string{
		"a worker was killed":            `SIGKILL: worker-[12] is gone`,
		"the other one went on":          `worker-[12] goes on with row [1-9]\d*[05]01, after`,
		"that was ended":                 `SIGTERM: worker-[12] has ended after row [1-9]\d*[05]00, and has given its lease up`,
		"a new one went on":              `worker-3, which is new, goes on with row [1-9]\d*, after`,
		"rows that are invalid failed":   `Import: COMPLETED_WITH_FAILURES, 7920 rows imported and 80 failed; there are 7920 customers`,
		"accounts with overrides stayed": `Migration: COMPLETED, 990 accounts moved and 10 left alone; 990 are on the new version, 0 of them twice`,
	} {
		require.Regexp(t, want, printed, reason)
	}
	require.ErrorContains(t, walkIn(ctx, o, io.Discard), "is there already", "a folder is used once")
}

func TestRefusesOptionsThatShowNothing(t *testing.T) {
	for _, tc := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"an unknown option", []string{"-nope"}, "flag provided but not defined"},
		{"a folder without its option", []string{"folder"}, "name a folder with -dir"},
		{"too few rows to have a middle", []string{"-rows", "10"}, "use 5000 or more"},
		{"a worker without a database", []string{"-work", "worker-9"}, "name it with -dir"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			require.ErrorContains(t, run(tc.args, io.Discard, io.Discard), tc.want)
		})
	}
	require.ErrorIs(t, run([]string{"-h"}, io.Discard, io.Discard), flag.ErrHelp)
}
