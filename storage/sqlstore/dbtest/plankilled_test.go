//go:build unix

package dbtest

import (
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

// A migration's worker is killed again and again, and then those of the migrations that withdraw and reverse it: before
// they have claimed the job, between batches, within a transaction, and every fifth time right before a COMMIT. Each
// time another continues from what was committed. In the end every account has the schedules that it had.
func TestMigrationKilledAtRandomMoments(t *testing.T) {
	if work(t) {
		return
	}
	accounts, kills, batch := atLength(2500, 400), atLength(12, 5), atLength(25, 10)
	if os.Getenv(envLong) != "" {
		accounts, kills, batch = 20_000, 50, 100
	}
	onEach(t, func(t *testing.T, s server) {
		m := newMovers(t, s, accounts, batch)
		before := m.timelines(t)
		created := m.create(t, planmigration.NextCycleIgnoreOverride)
		m.killWorkers(t, created.ID, kills, batch)
		m.requireMoved(t, created.ID, m.movable())
		withdrawn, err := m.center.Migrations.Withdraw(t.Context(), m.scope, created.ID, planmigration.FollowUp{})
		require.NoError(t, err)
		m.killWorkers(t, withdrawn.ID, kills, batch)
		m.requireBack(t, before)

		again := m.create(t, planmigration.ImmediateIgnoreOverride)
		_, err = m.center.Migrations.Run(t.Context(), m.scope, again.ID, nil)
		require.NoError(t, err)
		reversed, err := m.center.Migrations.Reverse(t.Context(), m.scope, again.ID, planmigration.FollowUp{})
		require.NoError(t, err)
		m.killWorkers(t, reversed.ID, kills, batch)
		m.requireBack(t, before)
	})
}

// killWorkers has workers do a job to its end, of whom all but the last are killed.
func (m movers) killWorkers(t *testing.T, id uuid.UUID, kills, batch int) {
	t.Helper()
	state := func() planmigration.Migration {
		got, err := m.center.Migrations.Get(t.Context(), m.scope, id)
		require.NoError(t, err)
		return got
	}
	for state().Phase() == planmigration.Listing {
		_, err := m.center.Migrations.Step(t.Context(), m.scope, id)
		require.NoError(t, err)
	}
	all := int(state().Job.Pending())
	require.Equal(t, m.movable(), all)
	moved := func() int { return int(state().Job.Counts.Completed) }
	e := errand{Place: m.place, Job: id, Migration: true, Batch: batch}
	random := rand.New(rand.NewPCG(2026, uint64(kills)))
	for kill := range kills {
		before := moved()
		left := max(0, all*9/10-before) / batch
		batches := random.IntN(2*left/(kills-kill) + 1)
		if kill%5 == 4 {
			inside := e
			inside.Signal, inside.After, inside.Inside = syscall.SIGKILL, batches, true
			inside.send(t).killed(t)
			want := before + batches*batch
			require.Contains(t, []int{want, want + batch}, moved(), "what was not committed did not happen")
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
	require.Less(t, moved(), all)
	require.Equal(t, endDone, e.send(t).ended(t))
	got := state()
	require.Equal(t, job.Completed, got.Job.Status)
	require.EqualValues(t, all, got.Job.Counts.Completed)
}

// timelines are those of all accounts.
func (m movers) timelines(t *testing.T) []priceplan.Timeline {
	t.Helper()
	var out []priceplan.Timeline
	for i := 0; i < m.accounts; i += 500 {
		var accounts []string
		for k := i; k < min(i+500, m.accounts); k++ {
			accounts = append(accounts, m.account(k))
		}
		page, err := m.b.Schedules().Timelines(t.Context(), m.scope.Org(), accounts, time.Time{})
		require.NoError(t, err)
		out = append(out, page...)
	}
	return out
}

// requireBack checks that every account is on its first plan without an end and with its own terms, whatever was in
// between.
func (m movers) requireBack(t *testing.T, before []priceplan.Timeline) {
	t.Helper()
	for i, tl := range m.timelines(t) {
		was := before[i].Schedules[0]
		for n, s := range tl.Schedules {
			if n > 0 {
				require.Equal(t, tl.Schedules[n-1].Until, s.From, "no gap and no overlap")
			}
		}
		last := tl.Schedules[len(tl.Schedules)-1]
		require.Equal(t, was.From, tl.Schedules[0].From)
		require.Equal(t, []any{was.Plan, was.Until, was.RateCards, was.CycleOverride, was.Currency},
			[]any{last.Plan, last.Until, last.RateCards, last.CycleOverride, last.Currency})
	}
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
		m.requireMoved(t, created.ID, m.movable())
	})
}
