package storagetest

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

func testLargestJobs(t *testing.T, w *world) {
	ctx := t.Context()
	wide := func(n int) string { return strings.Repeat("\U0001f418", n) } // four bytes each
	t.Run("more entries than a server takes in one statement", func(t *testing.T) {
		j := w.job()
		var entries []job.Entry
		for seq := range int64(18) {
			entries = append(entries, job.Entry{
				Seq: seq + 1, Ref: wide(50), Status: job.EntryFailed, Reason: "too_long", Detail: wide(20_000),
				Data: strings.Repeat(fmt.Sprint(seq%10), 1<<20),
			})
		}
		j.Failure, j.Cursor, j.State = wide(20_000), wide(job.MaxCursor/4), wide(job.MaxState/4)
		j.Kind, j.Lease.Worker = job.Kind(wide(25)), wide(50)
		j.Decision = job.Decision{Action: job.ActionPause, By: admin.Actor{Kind: admin.ActorUser, ID: wide(50)}, At: epoch}
		require.NoError(t, w.b.Jobs().Create(ctx, w.org, j, entries, w.rec("job.create")))
		got, err := w.b.Jobs().Entries(ctx, w.org, j.ID, job.EntryFilter{}, page[int64](100))
		require.NoError(t, err)
		require.Len(t, got, len(entries))
		for i := range got {
			require.True(t, entries[i] == got[i], "entry %d", i) // a diff of texts this long is unreadable
		}
		stored, err := w.b.Jobs().Get(ctx, w.org, j.ID)
		require.NoError(t, err)
		require.Equal(t, j, stored)
	})
	t.Run("more effects than a server takes in one statement", func(t *testing.T) {
		j := w.createJob(t, w.job())
		_, err := w.b.Jobs().Claim(ctx, w.org, j.ID, job.Claim{Worker: "w", Now: epoch, Until: epoch.Add(time.Hour)})
		require.NoError(t, err)
		cp := job.Checkpoint{ID: j.ID, Attempt: 1, Status: job.InProgress, At: epoch}
		for seq := range int64(18) {
			cp.Effects = append(cp.Effects, job.Effect{
				Seq: seq + 1, Kind: wide(25), Ref: wide(250), Before: strings.Repeat(fmt.Sprint(seq%10), 1<<20),
				Version: math.MaxInt64,
			})
		}
		require.NoError(t, w.b.Jobs().Commit(ctx, w.org, cp))
		got := w.effectsOf(t, j.ID)
		require.Len(t, got, len(cp.Effects))
		for i := range got {
			require.True(t, cp.Effects[len(got)-1-i] == got[i], "effect %d", i)
		}
	})
}
