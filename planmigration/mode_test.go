package planmigration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
)

// overridden has an account of each kind of terms of its own.
func overridden(h *host) {
	h.account("plain", nil)
	h.account("own cycle", func(a *priceplan.Association) { a.CycleOverride = cycle(h.t, "WEEKLY 5") })
	h.account("own rates", func(a *priceplan.Association) { a.RateCards = "rc-1" })
	h.account("anniversary", func(a *priceplan.Association) { a.CycleOverride = cycle(h.t, "MONTHLY 20 ANNIVERSARY") })
}

func TestModes(t *testing.T) {
	for _, tc := range []struct {
		mode planmigration.Mode
		from map[string]string // when an account is on the target, in Kolkata; empty if never
	}{
		{planmigration.Immediate, map[string]string{
			"plain": "2026-03-10 15:30", "own cycle": "2026-03-10 15:30", "own rates": "2026-03-10 15:30",
			"anniversary": "2026-03-10 15:30",
		}},
		{planmigration.ImmediateIgnoreOverride, map[string]string{
			"plain": "2026-03-10 15:30", "own cycle": "", "own rates": "", "anniversary": "2026-03-10 15:30",
		}},
		{planmigration.NextCycle, map[string]string{
			"plain": "2026-04-01 00:00", "own cycle": "2026-03-13 00:00", "own rates": "2026-04-01 00:00",
			"anniversary": "2026-03-20 00:00",
		}},
		{planmigration.NextCycleIgnoreOverride, map[string]string{
			"plain": "2026-04-01 00:00", "own cycle": "", "own rates": "", "anniversary": "2026-03-20 00:00",
		}},
	} {
		t.Run(string(tc.mode), func(t *testing.T) {
			h := newHost(t)
			overridden(h)
			before := map[string][]priceplan.Schedule{}
			for account := range tc.from {
				before[account] = h.timeline(account)
			}
			m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: tc.mode,
				Policies: planmigration.Policies{Intervals: planmigration.KeepIntervals}})
			progress, entries := h.run(m.ID)
			require.Equal(t, job.Completed, progress.Status)
			require.Len(t, entries, len(tc.from))
			for account, from := range tc.from {
				e, now := entries[account], h.timeline(account)
				requireWhole(t, before[account], now)
				if from == "" {
					require.Equal(t, job.EntrySkipped, e.Status, account)
					require.Equal(t, planmigration.ReasonHasOverrides, e.Reason, account)
					require.Equal(t, before[account], now)
					continue
				}
				require.Equal(t, job.EntryCompleted, e.Status, "%s: %+v", account, e)
				require.Len(t, now, 2)
				at := h.local(from)
				require.Equal(t, at, e.At, account)
				require.Equal(t, []string{e.Old, e.New}, []string{now[0].ID, now[1].ID})
				require.Equal(t, []priceplan.Ref{basic1, basic2}, []priceplan.Ref{now[0].Plan, now[1].Plan})
				require.Equal(t, at, now[1].From)
				require.Equal(t, before[account][0].RateCards, now[1].RateCards, "what was agreed is kept")
			}
			require.EqualValues(t, len(tc.from), progress.Counts.Settled())
			moved := int(progress.Counts.Completed)
			require.Equal(t, (moved+2)/3, h.audited(planmigration.ActionMigrate), "one for each batch")
		})
	}
}

func TestOverridesOfMovedAccounts(t *testing.T) {
	for _, tc := range []struct {
		reason    string
		policy    planmigration.OverridePolicy
		own       string // the account's cycle; empty for the plan's
		source    string // "!" for a plan by anniversaries
		target    string
		wantCycle string
		wantRates string
	}{
		{"kept unless asked otherwise", "", "WEEKLY 5", "MONTHLY 1", "MONTHLY 15", "WEEKLY 5", "rc-1"},
		{"kept", planmigration.KeepOverrides, "WEEKLY 5", "MONTHLY 1", "MONTHLY 15", "WEEKLY 5", "rc-1"},
		{"dropped", planmigration.DropOverrides, "WEEKLY 5", "MONTHLY 1", "MONTHLY 15", "", ""},
		{"kept on a plan by anniversaries", planmigration.KeepOverrides, "WEEKLY 5", "MONTHLY 1", "!MONTHLY 1",
			"WEEKLY 5", "rc-1"},
		{"dropped on a plan by anniversaries", planmigration.DropOverrides, "WEEKLY 5", "MONTHLY 1", "!MONTHLY 1",
			"MONTHLY 10 ANNIVERSARY", ""},
		{"the plan's cycle is not kept", planmigration.KeepOverrides, "", "MONTHLY 1", "MONTHLY 15", "", "rc-1"},
		{"an anniversary is no override and ends with its plan", planmigration.KeepOverrides, "", "!MONTHLY 1",
			"MONTHLY 15", "", "rc-1"},
		{"an anniversary goes on", planmigration.KeepOverrides, "", "!MONTHLY 1", "!MONTHLY 1",
			"MONTHLY 5 ANNIVERSARY", "rc-1"},
		{"an anniversary goes on where overrides are dropped", planmigration.DropOverrides, "", "!MONTHLY 1",
			"!MONTHLY 1", "MONTHLY 5 ANNIVERSARY", ""},
		{"an anniversary of another interval begins again", planmigration.KeepOverrides, "", "!MONTHLY 1",
			"!ANNUALLY 1 1", "ANNUALLY 10 3 ANNIVERSARY", "rc-1"},
		{"an anniversary begins", planmigration.KeepOverrides, "", "MONTHLY 1", "!QUARTERLY 1 1",
			"QUARTERLY 10 3 ANNIVERSARY", "rc-1"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHost(t)
			plan := func(id, text string) priceplan.Ref {
				p := priceplan.NewPlan{
					Ref: priceplan.Ref{ID: id, Version: 1}, Name: id, Status: priceplan.Active,
					Currencies: []iso4217.Code{"INR"},
				}
				p.Anniversary = text[0] == '!'
				if p.Anniversary {
					text = text[1:]
				}
				p.Cycle = cycle(t, text)
				_, err := h.catalog.CreatePlan(t.Context(), h.scope, p)
				require.NoError(t, err)
				return p.Ref
			}
			source, target := plan("source", tc.source), plan("target", tc.target)
			h.account("a", func(a *priceplan.Association) {
				a.Plan, a.RateCards = source, "rc-1"
				if tc.own != "" {
					a.CycleOverride = cycle(t, tc.own)
				}
			})
			m := h.create(planmigration.Request{Source: source, Target: target, Mode: planmigration.Immediate,
				Overrides: tc.policy, Policies: planmigration.Policies{Intervals: planmigration.KeepIntervals}})
			progress, _ := h.run(m.ID)
			require.Equal(t, job.Counts{Total: 1, Completed: 1}, progress.Counts)
			now := h.timeline("a")
			require.Equal(t, tc.wantCycle, now[1].CycleOverride.String())
			require.Equal(t, tc.wantRates, now[1].RateCards)
			require.Equal(t, iso4217.Code("INR"), now[1].Currency)
			require.Equal(t, "rc-1", now[0].RateCards, "the past stays as it was")
		})
	}
}

func TestAnniversaryDoesNotDriftOverFebruary(t *testing.T) {
	h := newHost(t)
	for _, ref := range []priceplan.Ref{{ID: "year", Version: 1}, {ID: "year", Version: 2}} {
		_, err := h.catalog.CreatePlan(t.Context(), h.scope, priceplan.NewPlan{
			Ref: ref, Name: "Yearly", Status: priceplan.Active, Currencies: []iso4217.Code{"INR"},
			Cycle: cycle(t, "MONTHLY 1"), Anniversary: true,
		})
		require.NoError(t, err)
	}
	h.account("a", func(a *priceplan.Association) {
		a.Plan, a.From = priceplan.Ref{ID: "year", Version: 1}, h.day("2026-01-30").Add(9*time.Hour)
	})
	h.now = h.day("2026-02-10")
	m := h.create(planmigration.Request{Source: priceplan.Ref{ID: "year", Version: 1}, Mode: planmigration.NextCycle})
	_, entries := h.run(m.ID)
	require.Equal(t, h.day("2026-02-28"), entries["a"].At)
	require.Equal(t, "MONTHLY 30 ANNIVERSARY", h.timeline("a")[1].CycleOverride.String())
}
