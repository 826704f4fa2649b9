package priceplan_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

func TestAssociateRefuses(t *testing.T) {
	s := newShop(t)
	s.plan(priceplan.Ref{ID: "draft", Version: 1}, "MONTHLY 1", priceplan.Draft)
	s.account("taken", nil)
	for _, tc := range []struct {
		reason string
		change func(*priceplan.Association)
		paths  []string
	}{
		{"no account", func(a *priceplan.Association) { a.AccountID = "" }, []string{"/accountId"}},
		{"an unknown plan", func(a *priceplan.Association) { a.Plan.ID = "none" }, []string{"/pricePlan"}},
		{"a draft", func(a *priceplan.Association) { a.Plan = priceplan.Ref{ID: "draft", Version: 1} },
			[]string{"/pricePlan"}},
		{"a plan without an active version", func(a *priceplan.Association) { a.Plan = priceplan.Ref{ID: "draft"} },
			[]string{"/pricePlan"}},
		{"a currency without rates", func(a *priceplan.Association) { a.Currency = "EUR" }, []string{"/currency"}},
		{"a currency that does not exist", func(a *priceplan.Association) { a.Currency = "QQQ" },
			[]string{"/currency"}},
		{"gold", func(a *priceplan.Association) { a.Currency = "XAU" }, []string{"/currency"}},
		{"no beginning", func(a *priceplan.Association) { a.From = time.Time{} }, []string{"/startDate"}},
		{"an end at its beginning", func(a *priceplan.Association) { a.Until = a.From }, []string{"/endDate"}},
		{"rate cards on two lines", func(a *priceplan.Association) { a.RateCards = "a\nb" }, []string{"/rateCards"}},
		{"everything, all at once", func(a *priceplan.Association) { *a = priceplan.Association{} },
			[]string{"/pricePlan/id", "/accountId", "/currency", "/startDate"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			a := priceplan.Association{AccountID: "a", Plan: basic1, From: s.now, Currency: "INR"}
			tc.change(&a)
			_, err := s.Associate(t.Context(), s.scope, a)
			require.Equal(t, tc.paths, paths(t, err))
		})
	}
	t.Run("an account that is on a plan then", func(t *testing.T) {
		_, err := s.Associate(t.Context(), s.scope, priceplan.Association{
			AccountID: "taken", Plan: pro, From: s.now, Currency: "INR",
		})
		require.ErrorIs(t, err, priceplan.ErrOverlap)
		require.ErrorIs(t, err, admin.ErrExists)
	})
}

func TestAssociateStoresWhatItReturns(t *testing.T) {
	s := newShop(t)
	got := s.account("a", func(a *priceplan.Association) { a.Plan, a.RateCards = priceplan.Ref{ID: "basic"}, "rc-1" })
	require.Equal(t, basic2, got.Plan, "the latest active version")
	require.Equal(t, []time.Time{s.now.UTC(), s.now.UTC()}, []time.Time{got.CreatedAt, got.UpdatedAt})
	require.Equal(t, []priceplan.Schedule{got}, s.timeline("a"))
	require.Equal(t, []admin.Change{
		{Field: "accountId", To: "a"}, {Field: "pricePlan", To: "basic v2"},
		{Field: "startDate", To: "2026-01-04T18:30:00Z"},
		{Field: "endDate", To: "open end"}, {Field: "currency", To: "INR"}, {Field: "rateCards", To: "rc-1"},
	}, s.records(priceplan.ActionAssociate)[0].Changes)
}

// endNow ends an account's schedule now.
// An account that leaves while its next plan is scheduled must not be on that plan one day.
// meddled calls a function once between reading and replacing an account's schedules.
// After any change of an account, its timeline and its removed schedules have every schedule that it ever
// had, with its terms, and the trail has every end that was moved.
func TestNothingIsLost(t *testing.T) {
	s, ctx := newShop(t), t.Context()
	ever := map[string]priceplan.Schedule{}
	remember := func(all ...priceplan.Schedule) {
		for _, one := range all {
			ever[one.ID] = one
		}
	}
	now := s.account("a", func(a *priceplan.Association) { a.Until, a.RateCards = s.day("2026-04-01"), "rc-1" })
	next := s.account("a", func(a *priceplan.Association) {
		a.Plan, a.From, a.Until = basic2, s.day("2026-04-01"), s.day("2026-07-01")
	})
	last := s.account("a", func(a *priceplan.Association) {
		a.Plan, a.From, a.Currency = pro, s.day("2026-07-01"), "USD"
	})
	remember(now, next, last)
	next, err := s.ChangeSchedule(ctx, s.scope, "a", next.ID, 1, priceplan.ScheduleChanges{RateCards: pointer("rc-2")})
	require.NoError(t, err)
	remember(next)
	changed, err := s.ChangeSchedule(ctx, s.scope, "a", now.ID, 1, priceplan.ScheduleChanges{Currency: "USD"})
	require.NoError(t, err)
	remember(changed)
	require.NoError(t, s.WithdrawSchedule(ctx, s.scope, "a", next.ID, 1,
		priceplan.Withdrawal{Previous: priceplan.ExtendPrevious}))
	_, err = s.EndSchedule(ctx, s.scope, "a", changed.ID, 2,
		priceplan.ScheduleEnd{Until: s.day("2026-03-20"), Later: priceplan.WithdrawLater})
	require.NoError(t, err)

	found := slices.Concat(s.timeline("a"), s.removed("a"))
	require.Len(t, found, len(ever))
	for _, f := range found {
		want := ever[f.ID]
		want.Until, want.Version, want.UpdatedAt = f.Until, f.Version, f.UpdatedAt
		require.Equal(t, want, f, "the terms are those of the beginning")
	}
	ends := map[string]bool{}
	for _, action := range []admin.Action{
		priceplan.ActionEndSchedule, priceplan.ActionChangeSchedule, priceplan.ActionWithdrawSchedule,
	} {
		for _, r := range s.records(action) {
			for _, c := range r.Changes {
				ends[c.From] = true
			}
		}
	}
	require.True(t, ends["2026-03-31T18:30:00Z"] && ends["2026-06-30T18:30:00Z"], "%v", ends)
}

func TestOverrides(t *testing.T) {
	for reason, tc := range map[string]struct {
		cycle, rates string
		want         []priceplan.Override
	}{
		"none":       {"", "", nil},
		"a cycle":    {"MONTHLY 1", "", []priceplan.Override{priceplan.OverrideCycle}},
		"rate cards": {"", "rc", []priceplan.Override{priceplan.OverrideRateCard}},
		"both": {"MONTHLY 1", "rc",
			[]priceplan.Override{priceplan.OverrideCycle, priceplan.OverrideRateCard}},
		"an anniversary is none": {"MONTHLY 1 ANNIVERSARY", "", nil},
		"rate cards besides an anniversary": {"MONTHLY 1 ANNIVERSARY", "rc",
			[]priceplan.Override{priceplan.OverrideRateCard}},
	} {
		t.Run(reason, func(t *testing.T) {
			s := priceplan.Schedule{RateCards: tc.rates}
			if tc.cycle != "" {
				s.CycleOverride = cycle(t, tc.cycle)
			}
			require.Equal(t, tc.want, s.Overrides())
		})
	}
}

// silent is a store that breaks its contract.
type silent struct{ priceplan.ScheduleStore }

func (silent) ReplaceAll(
	context.Context, admin.OrgID, []priceplan.Replacement, admin.Record,
) ([]priceplan.ReplaceResult, error) {
	return nil, nil
}

func TestStoreThatDoesNotAnswer(t *testing.T) {
	s := newShop(t)
	in := s.In(priceplan.Ports{Plans: s.b.Plans(), Schedules: silent{s.b.Schedules()}})
	_, err := in.Associate(t.Context(), s.scope, priceplan.Association{
		AccountID: "a", Plan: basic1, From: s.now, Currency: "INR",
	})
	require.Error(t, err)
	require.False(t, errors.Is(err, admin.ErrInvalid))
}
