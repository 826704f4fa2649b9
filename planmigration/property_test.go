package planmigration_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

// With any schedules, migrating leaves every account on a plan exactly when it was on
// one before, and leaves accounts alone that are not on the source.
func TestMigratingLeavesNoOverlapAndNoGap(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 7))
			h := newHost(t)
			h.plan(priceplan.Ref{ID: "basic", Version: 3}, "ANNUALLY LAST 2", priceplan.Active, "USD")
			plans := []priceplan.Ref{basic1, basic2, {ID: "basic", Version: 3}, pro}
			for i := range 25 {
				h.randomSchedules(random, fmt.Sprintf("account %02d", i), plans)
			}
			before := map[string][]priceplan.Schedule{}
			for i := range 25 {
				account := fmt.Sprintf("account %02d", i)
				before[account] = h.timeline(account)
			}
			var expected job.Counts
			for range 1 + random.IntN(4) {
				expected = h.randomMigration(random, plans, before)
			}
			require.Equal(t, expected.Total, expected.Settled())
			for account, was := range before {
				requireWhole(t, was, h.timeline(account))
			}
		})
	}
}

// randomSchedules puts an account on plans one after the other, at times that touch, have gaps in
// between, begin now, or fall on the beginning of a cycle.
func (h *host) randomSchedules(random *rand.Rand, account string, plans []priceplan.Ref) {
	h.t.Helper()
	at := h.day("2025-12-01").Add(time.Duration(random.IntN(1000)) * time.Hour)
	for range random.IntN(4) {
		a := priceplan.Association{AccountID: account, Plan: plans[random.IntN(len(plans))], From: at, Currency: "USD"}
		switch random.IntN(4) {
		case 0:
			a.Until = at.Add(time.Duration(1+random.IntN(4000)) * time.Hour)
		case 1:
			a.Until = h.day("2026-04-01")
		case 2:
			a.Until = h.now.UTC()
		}
		if !a.Until.IsZero() && !a.Until.After(at) {
			return
		}
		if random.IntN(3) == 0 {
			a.CycleOverride = randomCycle(random)
		}
		if random.IntN(4) == 0 {
			a.RateCards = "rc"
		}
		if random.IntN(2) == 0 && a.Plan.ID != "basic" {
			a.Currency = "INR"
		}
		_, err := h.catalog.Associate(h.t.Context(), h.scope, a)
		require.NoError(h.t, err)
		if a.Until.IsZero() {
			return
		}
		at = a.Until.Add(time.Duration(random.IntN(2)*random.IntN(500)) * time.Hour)
	}
}

// randomCycle is any cycle.
func randomCycle(random *rand.Rand) priceplan.Cycle {
	for {
		interval := priceplan.Intervals()[random.IntN(5)]
		day, month := priceplan.Offset(random.IntN(34)-2), priceplan.Offset(random.IntN(15)-2)
		if interval == priceplan.Weekly || interval == priceplan.Monthly {
			month = priceplan.Nil
		}
		if c, err := priceplan.NewCycle(interval, day, month); err == nil {
			return c
		}
	}
}

// randomMigration runs a migration, with time going by, and checks that it left alone what it said
// it would leave alone.
func (h *host) randomMigration(
	random *rand.Rand, plans []priceplan.Ref, all map[string][]priceplan.Schedule,
) job.Counts {
	h.t.Helper()
	source := random.IntN(len(plans))
	target := (source + 1 + random.IntN(len(plans)-1)) % len(plans)
	r := planmigration.Request{Source: plans[source], Target: plans[target],
		Mode: planmigration.Modes()[random.IntN(4)]}
	if random.IntN(2) == 0 && (r.Mode == planmigration.Immediate || r.Mode == planmigration.NextCycle) {
		r.Overrides = planmigration.DropOverrides
	}
	if random.IntN(2) == 0 {
		r.StartAt = h.now.Add(time.Duration(random.IntN(2000)) * time.Hour)
	}
	before := map[string][]priceplan.Schedule{}
	for account := range all {
		before[account] = h.timeline(account)
	}
	m := h.create(r)
	h.now = m.EffectiveAt().Add(time.Duration(random.IntN(100)) * time.Hour)
	progress, entries := h.run(m.ID)
	for account, was := range before {
		e, ok := entries[account]
		now := h.timeline(account)
		if ok && e.Status == job.EntryCompleted {
			require.Equal(h.t, r.Target, requireOn(h.t, now, e.At).Plan)
			require.Equal(h.t, r.Source, requireOn(h.t, was, e.At).Plan)
			continue
		}
		require.Equal(h.t, was, now, "%s was left alone: %+v", account, e)
		if !ok {
			s, on := priceplan.Timeline{Schedules: was}.At(m.EffectiveAt())
			require.False(h.t, on && s.Plan == r.Source, "%s was on the source and has no entry", account)
		}
	}
	return progress.Counts
}

func requireOn(t testing.TB, all []priceplan.Schedule, at time.Time) priceplan.Schedule {
	t.Helper()
	s, ok := priceplan.Timeline{Schedules: all}.At(admin.Instant(at))
	require.True(t, ok)
	return s
}
