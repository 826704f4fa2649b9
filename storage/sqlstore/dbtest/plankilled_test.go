//go:build unix

package dbtest

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/planmigration"
)

// A migration's worker is killed again and again: before it has claimed the job, between batches, within a
// transaction, and every fifth time right before a COMMIT. Each time another continues from what was
// committed.
func TestMigrationKilledAtRandomMoments(t *testing.T) {
	if work(t) {
		return
	}
	accounts, kills := atLength(1500, 400), atLength(50, 10)
	const batch = 10
	onEach(t, func(t *testing.T, s server) {
		m := newMovers(t, s, accounts, batch)
		created := m.create(t, planmigration.NextCycleIgnoreOverride)
		settled := func() int {
			got, err := m.center.Migrations.Get(t.Context(), m.scope, created.ID)
			require.NoError(t, err)
			return int(got.Job.Counts.Settled())
		}
		e := errand{Place: m.place, Job: created.ID, Migration: true, Batch: batch}
		random := rand.New(rand.NewPCG(2026, uint64(kills)))
		for kill := range kills {
			before := settled()
			left := max(0, accounts*9/10-before) / batch
			batches := random.IntN(2*left/(kills-kill) + 1)
			if kill%5 == 4 {
				inside := e
				inside.Signal, inside.After, inside.Inside = syscall.SIGKILL, batches, true
				inside.send(t).killed(t)
				want := before + batches*batch
				require.Contains(t, []int{want, want + batch}, settled(), "what was not committed did not happen")
				continue
			}
			w := e.send(t)
			w.hear(t, sayReady)
			for range batches {
				w.hear(t, saySettled)
			}
			time.Sleep(time.Duration(random.IntN(4000)) * time.Microsecond)
			require.NoError(t, w.process.Process.Kill())
			w.killed(t)
		}
		require.Less(t, settled(), accounts)
		m.requireMoved(t, created.ID, settled())
		require.Equal(t, endDone, e.send(t).ended(t))
		got, err := m.center.Migrations.Get(t.Context(), m.scope, created.ID)
		require.NoError(t, err)
		require.Equal(t, job.Completed, got.Job.Status)
		m.requireMoved(t, created.ID, accounts)
	})
}

// A migration's worker is stopped past the end of its lease, another finishes, and the first changes
// nothing when it continues.
func TestMigrationStoppedPastItsLease(t *testing.T) {
	if work(t) {
		return
	}
	const accounts, batch = 100, 10
	onEach(t, func(t *testing.T, s server) {
		m := newMovers(t, s, accounts, batch)
		created := m.create(t, planmigration.NextCycleIgnoreOverride)
		first := errand{Place: m.place, Job: created.ID, Migration: true, Batch: batch, Signal: syscall.SIGSTOP,
			After: 3}.send(t)
		first.stopped(t)
		m.requireMoved(t, created.ID, 3*batch)
		_, err := m.center.Migrations.Run(t.Context(), m.scope, created.ID, nil)
		require.NoError(t, err)
		first.goOn(t)
		require.Equal(t, endLeaseLost, first.ended(t))
		m.requireMoved(t, created.ID, accounts)
	})
}
