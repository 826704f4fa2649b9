package job_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

func TestEngineDefaults(t *testing.T) {
	e := job.Engine{}.WithDefaults()
	require.Equal(t, 15*time.Second, e.Lease)
	require.Equal(t, 10*time.Minute, e.Batch)
	require.Equal(t, job.Retry{First: time.Second, Most: 15 * time.Minute, Failures: 15}, e.Retry)
	require.True(t, strings.HasSuffix(e.Worker, "/"+strconv.Itoa(os.Getpid())), e.Worker)
	var p admin.Problems
	e.Check(&p, "/jobs")
	job.Engine{}.Check(&p, "/jobs")
	require.NoError(t, p.Err())

	set := job.Engine{Worker: "w", Lease: 1, Batch: 5, Retry: job.Retry{First: 2, Most: 3, Failures: 4}}
	require.Equal(t, set, set.WithDefaults())
}

func TestEngineOr(t *testing.T) {
	called := ""
	hook := func(name string) func(context.Context, job.Event) {
		return func(context.Context, job.Event) { called += name }
	}
	ours := job.Engine{Lease: time.Minute, Retry: job.Retry{Most: time.Hour}, Hooks: job.Hooks{BatchFailed: hook("ours ")}}
	theirs := job.Engine{
		Worker: "theirs", Lease: time.Second, Batch: 5, Retry: job.Retry{First: 1, Most: 2, Failures: 3},
		Hooks: job.Hooks{BatchDone: hook("done "), BatchFailed: hook("theirs "), Ended: hook("ended ")},
	}
	got := ours.Or(theirs)
	got.Hooks.BatchDone(t.Context(), job.Event{})
	got.Hooks.BatchFailed(t.Context(), job.Event{})
	got.Hooks.Ended(t.Context(), job.Event{})
	require.Equal(t, "done ours ended ", called)
	got.Hooks = job.Hooks{}
	require.Equal(t, job.Engine{Worker: "theirs", Lease: time.Minute, Batch: 5, Retry: job.Retry{First: 1, Most: time.Hour, Failures: 3}}, got)
}

func TestEngineCheck(t *testing.T) {
	var p admin.Problems
	job.Engine{
		Worker: strings.Repeat("w", 200) + "\x00", Lease: -1, Batch: -1, Retry: job.Retry{First: -1, Most: -1, Failures: -1},
	}.Check(&p, "/jobs")
	err := p.Err()
	require.ErrorIs(t, err, admin.ErrInvalid)
	requirePaths(t, err, "/jobs/worker", "/jobs/worker", "/jobs/lease", "/jobs/batch", "/jobs/retry/first", "/jobs/retry/most", "/jobs/retry/failures")
	require.ErrorContains(t, err, "has 201 bytes: use at most 200")
	require.ErrorContains(t, err, "-1ns is less than no time")
}
