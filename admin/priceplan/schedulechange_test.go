package priceplan_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

func (s *shop) endNow(had priceplan.Schedule, later priceplan.LaterPolicy) (priceplan.Schedule, error) {
	return s.EndSchedule(s.t.Context(), s.scope, had.AccountID, had.ID, had.Version,
		priceplan.ScheduleEnd{Until: s.now, Later: later})
}

func TestEndSchedule(t *testing.T) {
	s := newShop(t)
	had := s.account("a", func(a *priceplan.Association) { a.Until = s.day("2026-06-01") })
	end := func(account, id string, version int64, until time.Time) (priceplan.Schedule, error) {
		return s.EndSchedule(t.Context(), s.scope, account, id, version, priceplan.ScheduleEnd{Until: until})
	}
	for reason, until := range map[string]time.Time{
		"at its beginning": had.From, "before it": had.From.AddDate(0, 0, -1), "at its end": had.Until,
		"after it": had.Until.AddDate(0, 0, 1), "at no instant": {},
	} {
		_, err := end("a", had.ID, 1, until)
		require.Equal(t, []string{"/endDate"}, paths(t, err), reason)
	}
	_, err := s.endNow(had, "MAYBE")
	require.Equal(t, []string{"/later"}, paths(t, err))
	_, err = end("b", had.ID, 1, s.now)
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = end("a", had.ID, 2, s.now)
	require.ErrorIs(t, err, admin.ErrConflict)
	ended, err := end("a", had.ID, 1, s.now)
	require.NoError(t, err)
	require.Equal(t, s.now.UTC(), ended.Until)
	require.Equal(t, []priceplan.Schedule{ended}, s.timeline("a"))
	require.Equal(t, []admin.Change{
		{Field: "accountId", To: "a"}, {Field: "endDate", From: "2026-05-31T18:30:00Z", To: "2026-03-10T10:00:00Z"},
	}, s.records(priceplan.ActionEndSchedule)[0].Changes)
}

func TestLeaverDoesNotComeBack(t *testing.T) {
	for _, policy := range []priceplan.LaterPolicy{"", priceplan.RefuseLater, priceplan.WithdrawLater} {
		t.Run(string(policy), func(t *testing.T) {
			s := newShop(t)
			now := s.account("a", func(a *priceplan.Association) { a.Until = s.day("2026-04-01") })
			next := s.account("a", func(a *priceplan.Association) {
				a.Plan, a.From, a.Until = basic2, s.day("2026-04-01"), s.day("2026-05-01")
			})
			gap := s.account("a", func(a *priceplan.Association) { a.Plan, a.From = pro, s.day("2027-01-01") })
			ended, err := s.endNow(now, policy)
			if policy != priceplan.WithdrawLater {
				var later *priceplan.LaterError
				require.ErrorAs(t, err, &later)
				require.ErrorIs(t, err, admin.ErrState)
				require.Equal(t, "later_schedules", admin.Code(err))
				require.Equal(t, []priceplan.Schedule{next, gap}, later.Schedules)
				for _, name := range []string{next.ID, gap.ID, "basic v2", "pro v1"} {
					require.ErrorContains(t, err, name)
				}
				require.Equal(t, []priceplan.Schedule{now, next, gap}, s.timeline("a"))
				require.Empty(t, s.records(priceplan.ActionEndSchedule))
				return
			}
			require.NoError(t, err)
			require.Equal(t, []priceplan.Schedule{ended}, s.timeline("a"))
			require.Equal(t, []priceplan.Schedule{next, gap}, s.removed("a"), "as they were")
			changes := s.records(priceplan.ActionEndSchedule)[0].Changes
			require.Equal(t, []admin.Change{{Field: "later", From: next.ID}, {Field: "later", From: gap.ID}},
				changes[len(changes)-2:])
		})
	}
}

func TestChangeSchedule(t *testing.T) {
	s, ctx := newShop(t), t.Context()
	change := func(had priceplan.Schedule, c priceplan.ScheduleChanges) (priceplan.Schedule, error) {
		return s.ChangeSchedule(ctx, s.scope, had.AccountID, had.ID, had.Version, c)
	}
	until := s.day("2026-06-01")
	bounded := func(a *priceplan.Association) { a.Until, a.RateCards = until, "rc-1" }

	t.Run("new terms take over from now on", func(t *testing.T) {
		had := s.account("now", bounded)
		got, err := change(had, priceplan.ScheduleChanges{
			Currency: "USD", CycleOverride: pointer(cycle(t, "WEEKLY 5")), RateCards: pointer(""),
		})
		require.NoError(t, err)
		want := had
		want.ID, want.From, want.Currency = got.ID, s.now.UTC(), "USD"
		want.CycleOverride, want.RateCards = cycle(t, "WEEKLY 5"), ""
		require.Equal(t, want, got)
		had.Until, had.Version = s.now.UTC(), 2
		require.Equal(t, []priceplan.Schedule{had, got}, s.timeline("now"), "the past keeps its terms")
		require.Empty(t, s.removed("now"))
		record := s.records(priceplan.ActionChangeSchedule)[0]
		require.Equal(t, admin.Subject{Kind: "schedule", ID: had.ID}, record.Subject)
		require.Contains(t, record.Changes, admin.Change{Field: "rateCards", From: "rc-1"})
		require.Contains(t, record.Changes, admin.Change{Field: "id", From: had.ID, To: got.ID})
	})
	t.Run("from an instant within it", func(t *testing.T) {
		had := s.account("then", bounded)
		got, err := change(had, priceplan.ScheduleChanges{From: s.day("2026-04-01"), RateCards: pointer("rc-2")})
		require.NoError(t, err)
		require.Equal(t, []time.Time{s.day("2026-04-01"), until}, []time.Time{got.From, got.Until})
		require.Equal(t, s.day("2026-04-01"), s.timeline("then")[0].Until)
		for reason, from := range map[string]time.Time{
			"before it": had.From.Add(-1), "at its end": s.day("2026-04-01"),
		} {
			_, err := change(s.timeline("then")[0], priceplan.ScheduleChanges{From: from, RateCards: pointer("rc-3")})
			require.Equal(t, []string{"/effectiveFrom"}, paths(t, err), reason)
		}
	})
	t.Run("terms that never were in force are kept as removed", func(t *testing.T) {
		had := s.account("future", func(a *priceplan.Association) { a.From, a.RateCards = s.day("2026-04-01"), "rc-1" })
		got, err := change(had, priceplan.ScheduleChanges{RateCards: pointer("rc-2")})
		require.NoError(t, err)
		require.Equal(t, had.From, got.From, "the change of a schedule that has not begun is one from its beginning")
		require.Equal(t, []priceplan.Schedule{got}, s.timeline("future"))
		require.Equal(t, []priceplan.Schedule{had}, s.removed("future"))
	})
	t.Run("a later end alone keeps the schedule", func(t *testing.T) {
		had := s.account("longer", bounded)
		next := s.account("longer", func(a *priceplan.Association) { a.From = s.day("2026-08-01") })
		for reason, c := range map[string]priceplan.ScheduleChanges{
			"into the next": {Until: s.day("2026-08-02")}, "without end": {OpenEnd: true},
		} {
			_, err := change(had, c)
			require.ErrorIs(t, err, priceplan.ErrOverlap, reason)
		}
		got, err := change(had, priceplan.ScheduleChanges{Until: s.day("2026-08-01")})
		require.NoError(t, err)
		had.Until, had.Version = s.day("2026-08-01"), 2
		require.Equal(t, had, got)
		require.Equal(t, []priceplan.Schedule{had, next}, s.timeline("longer"))
		require.NoError(t, s.WithdrawSchedule(ctx, s.scope, "longer", next.ID, 1,
			priceplan.Withdrawal{Previous: priceplan.LeavePrevious}))
		got, err = change(had, priceplan.ScheduleChanges{OpenEnd: true, Currency: "USD"})
		require.NoError(t, err)
		require.Zero(t, got.Until, "an end and terms at one stroke")
	})
	t.Run("nothing is written if nothing changes", func(t *testing.T) {
		had, before := s.account("same", bounded), len(s.records(priceplan.ActionChangeSchedule))
		got, err := change(had, priceplan.ScheduleChanges{Currency: "INR", RateCards: pointer("rc-1"), Until: until})
		require.NoError(t, err)
		require.Equal(t, had, got)
		require.Len(t, s.records(priceplan.ActionChangeSchedule), before)
	})
	t.Run("refuses", func(t *testing.T) {
		had := s.account("refused", bounded)
		for _, tc := range []struct {
			reason  string
			changes priceplan.ScheduleChanges
			paths   []string
		}{
			{"an earlier end, which could let the account come back",
				priceplan.ScheduleChanges{Until: s.day("2026-05-01")}, []string{"/endDate"}},
			{"an end and none", priceplan.ScheduleChanges{Until: s.day("2026-07-01"), OpenEnd: true},
				[]string{"/openEnd"}},
			{"a currency without rates", priceplan.ScheduleChanges{Currency: "EUR"}, []string{"/currency"}},
			{"rate cards on two lines", priceplan.ScheduleChanges{RateCards: pointer("a\nb")}, []string{"/rateCards"}},
		} {
			_, err := change(had, tc.changes)
			require.Equal(t, tc.paths, paths(t, err), tc.reason)
		}
		had.Version = 7
		_, err := change(had, priceplan.ScheduleChanges{Currency: "USD"})
		require.ErrorIs(t, err, admin.ErrConflict)
		had.ID = "none"
		_, err = change(had, priceplan.ScheduleChanges{Currency: "USD"})
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("an account without an override of its own goes by its anniversary again", func(t *testing.T) {
		p, err := s.CreatePlan(ctx, s.scope, priceplan.NewPlan{
			Ref: priceplan.Ref{ID: "joined", Version: 1}, Name: "By anniversary", Status: priceplan.Active,
			Currencies: codes("INR"), Cycle: cycle(t, "MONTHLY 1"), Anniversary: true,
		})
		require.NoError(t, err)
		had := s.account("joined", func(a *priceplan.Association) {
			a.Plan, a.CycleOverride = p.Ref, cycle(t, "WEEKLY 5")
		})
		got, err := change(had, priceplan.ScheduleChanges{CycleOverride: &priceplan.Cycle{}})
		require.NoError(t, err)
		require.Equal(t, "MONTHLY 5 ANNIVERSARY", got.CycleOverride.String())
	})
}

func TestWithdrawSchedule(t *testing.T) {
	s, ctx := newShop(t), t.Context()
	april, may := s.day("2026-04-01"), s.day("2026-05-01")
	// scheduled is an account that moves to the next version on 1 April, and to another plan in May.
	scheduled := func(account string) (now, next, last priceplan.Schedule) {
		now = s.account(account, func(a *priceplan.Association) { a.Until = april })
		next = s.account(account, func(a *priceplan.Association) { a.Plan, a.From, a.Until = basic2, april, may })
		last = s.account(account, func(a *priceplan.Association) { a.Plan, a.From = pro, may })
		return now, next, last
	}
	withdraw := func(had priceplan.Schedule, w priceplan.Withdrawal) error {
		return s.WithdrawSchedule(ctx, s.scope, had.AccountID, had.ID, had.Version, w)
	}
	t.Run("the account stays on the plan before", func(t *testing.T) {
		now, next, last := scheduled("stays")
		require.NoError(t, withdraw(next, priceplan.Withdrawal{Previous: priceplan.ExtendPrevious}))
		now.Until, now.Version = may, 2
		require.Equal(t, []priceplan.Schedule{now, last}, s.timeline("stays"))
		require.Equal(t, []priceplan.Schedule{next}, s.removed("stays"))
		require.NoError(t, withdraw(last, priceplan.Withdrawal{Previous: priceplan.ExtendPrevious}))
		require.Zero(t, s.timeline("stays")[0].Until, "its end is the one that the withdrawn one had")
		require.Contains(t, s.records(priceplan.ActionWithdrawSchedule)[1].Changes,
			admin.Change{Field: "previous/endDate", From: "2026-03-31T18:30:00Z", To: "2026-04-30T18:30:00Z"})
	})
	t.Run("the account leaves", func(t *testing.T) {
		now, next, last := scheduled("leaves")
		err := withdraw(next, priceplan.Withdrawal{Previous: priceplan.LeavePrevious})
		var later *priceplan.LaterError
		require.ErrorAs(t, err, &later)
		require.Equal(t, []priceplan.Schedule{last}, later.Schedules)
		both := priceplan.Withdrawal{Previous: priceplan.LeavePrevious, Later: priceplan.WithdrawLater}
		require.NoError(t, withdraw(next, both))
		require.Equal(t, []priceplan.Schedule{now}, s.timeline("leaves"))
		require.Equal(t, []priceplan.Schedule{next, last}, s.removed("leaves"))
	})
	t.Run("one that nothing comes before", func(t *testing.T) {
		only := s.account("alone", func(a *priceplan.Association) { a.From = april })
		err := withdraw(only, priceplan.Withdrawal{Previous: priceplan.ExtendPrevious})
		require.Equal(t, []string{"/previous"}, paths(t, err))
		require.NoError(t, withdraw(only, priceplan.Withdrawal{}))
		require.Empty(t, s.timeline("alone"))
		require.Equal(t, []priceplan.Schedule{only}, s.removed("alone"))
		require.ErrorIs(t, withdraw(only, priceplan.Withdrawal{}), admin.ErrNotFound)
	})
	t.Run("refuses to guess whether the account stays or leaves", func(t *testing.T) {
		_, _, last := scheduled("asked")
		require.Equal(t, []string{"/previous"}, paths(t, withdraw(last, priceplan.Withdrawal{})))
		err := withdraw(last, priceplan.Withdrawal{Previous: "X", Later: "Y"})
		require.Equal(t, []string{"/later", "/previous"}, paths(t, err))
		require.Len(t, s.timeline("asked"), 3)
	})
	t.Run("refuses what has begun", func(t *testing.T) {
		now, next, _ := scheduled("begun")
		err := withdraw(now, priceplan.Withdrawal{})
		require.ErrorIs(t, err, priceplan.ErrBegun)
		require.ErrorIs(t, err, admin.ErrState)
		before := s.now
		s.now = april
		require.ErrorIs(t, withdraw(next, priceplan.Withdrawal{Previous: priceplan.ExtendPrevious}), priceplan.ErrBegun)
		s.now = before
		next.Version = 2
		require.ErrorIs(t, withdraw(next, priceplan.Withdrawal{Previous: priceplan.ExtendPrevious}), admin.ErrConflict)
	})
}

type meddled struct {
	priceplan.ScheduleStore
	meddle func()
}

func (m *meddled) ReplaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement, rec admin.Record,
) ([]priceplan.ReplaceResult, error) {
	if meddle := m.meddle; meddle != nil {
		m.meddle = nil
		meddle()
	}
	return m.ScheduleStore.ReplaceAll(ctx, org, set, rec)
}

func TestScheduleThatIsAddedWhileTheAccountLeaves(t *testing.T) {
	for policy, want := range map[priceplan.LaterPolicy]error{
		priceplan.RefuseLater: admin.ErrState, priceplan.WithdrawLater: admin.ErrConflict,
	} {
		t.Run(string(policy), func(t *testing.T) {
			s := newShop(t)
			now := s.account("a", func(a *priceplan.Association) { a.Until = s.day("2026-06-01") })
			store := &meddled{ScheduleStore: s.b.Schedules()}
			between := s.In(priceplan.Ports{Plans: s.b.Plans(), Schedules: store})
			store.meddle = func() { s.account("a", func(a *priceplan.Association) { a.From = s.day("2026-06-01") }) }
			_, err := between.EndSchedule(t.Context(), s.scope, "a", now.ID, 1,
				priceplan.ScheduleEnd{Until: s.now, Later: policy})
			require.ErrorIs(t, err, want)
			require.Len(t, s.timeline("a"), 2, "the account is where it was")
		})
	}
}
