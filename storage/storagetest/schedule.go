package storagetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/storage"
)

func (w *world) schedule(account string, from, until time.Time) priceplan.Schedule {
	return priceplan.Schedule{
		ID: w.id().String(), AccountID: account, Plan: priceplan.Ref{ID: "basic", Version: 1}, From: from, Until: until,
		Currency: "USD", CycleOverride: mustCycle(w.t, "QUARTERLY 31 LAST"), RateCards: w.mark("rates"), Version: 1,
	}
}

// change moves a schedule to another plan from an instant on.
func (w *world) change(s priceplan.Schedule, from time.Time) priceplan.Change {
	n := s
	n.ID, n.From, n.Plan, n.Version = w.id().String(), from, priceplan.Ref{ID: "pro", Version: 1}, 1
	return priceplan.Change{Old: s.ID, Version: s.Version, New: n}
}

func scheduleCalls() map[string]call {
	return map[string]call{
		"Schedules.OnPlan": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			tls, err := s.Schedules().OnPlan(ctx, org, w.seeds.plans.schedule.Plan, epoch, page[string](10))
			return tls, err
		},
		"Schedules.Timeline": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			tl, err := s.Schedules().Timeline(ctx, org, w.seeds.plans.schedule.AccountID, time.Time{})
			return tl, err
		},
		"Schedules.Replace": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			return nil, s.Schedules().Replace(ctx, org, w.change(w.seeds.plans.schedule, epoch.Add(time.Hour)), rec)
		},
		"Schedules.Create": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			return nil, s.Schedules().Create(ctx, org, w.schedule("another", epoch, time.Time{}), rec)
		},
		"Schedules.Update": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			changed := w.seeds.plans.schedule
			changed.Until = epoch.Add(time.Hour)
			return nil, s.Schedules().Update(ctx, org, changed, rec)
		},
	}
}

func testSchedules(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(51 << 40)
	day := func(n int) time.Time { return epoch.AddDate(0, 0, n) }
	var never time.Time
	create := func(t *testing.T, w *world, account string, from, until time.Time) priceplan.Schedule {
		t.Helper()
		s := w.schedule(account, from, until)
		require.NoError(t, b.Schedules().Create(t.Context(), w.org, s, w.rec("schedule.associate")))
		return s
	}
	timeline := func(t *testing.T, w *world, account string, after time.Time) []priceplan.Schedule {
		t.Helper()
		tl, err := b.Schedules().Timeline(t.Context(), w.org, account, after)
		require.NoError(t, err)
		require.Equal(t, account, tl.AccountID)
		return tl.Schedules
	}

	t.Run("gives an account's schedules that end after an instant, in order", func(t *testing.T) {
		w := newWorld(t, b, c)
		late := create(t, w, "a", day(20), never)
		early := create(t, w, "a", day(0), day(10))
		create(t, w, "A", day(0), never)
		require.Equal(t, []priceplan.Schedule{early, late}, timeline(t, w, "a", never))
		require.Equal(t, []priceplan.Schedule{early, late}, timeline(t, w, "a", day(10).Add(-time.Microsecond)))
		require.Equal(t, []priceplan.Schedule{late}, timeline(t, w, "a", day(10)), "Until is not in it")
		require.Equal(t, []priceplan.Schedule{late}, timeline(t, w, "a", day(1000)))
		require.Empty(t, timeline(t, w, "b", never))
	})
	t.Run("refuses two schedules of an account at one instant", func(t *testing.T) {
		w := newWorld(t, b, c)
		create(t, w, "a", day(10), day(20))
		for reason, span := range map[string][2]time.Time{
			"the same": {day(10), day(20)}, "within": {day(12), day(13)}, "around": {day(5), day(25)},
			"its end": {day(19), never}, "its beginning": {day(5), day(10).Add(time.Microsecond)}, "from before on": {day(1), never},
		} {
			err := b.Schedules().Create(t.Context(), w.org, w.schedule("a", span[0], span[1]), w.rec("schedule.associate"))
			require.ErrorIs(t, err, priceplan.ErrOverlap, reason)
		}
		create(t, w, "a", day(5), day(10))
		create(t, w, "a", day(20), never)
		create(t, w, "b", day(10), day(20))
		require.Len(t, timeline(t, w, "a", never), 3)
	})
	t.Run("lets one of many at once in", func(t *testing.T) {
		w := newWorld(t, b, c)
		var group sync.WaitGroup
		results := make(chan error, 8)
		for i := range cap(results) {
			s, rec := w.schedule("a", day(i), never), w.rec("schedule.associate")
			group.Go(func() { results <- b.Schedules().Create(t.Context(), w.org, s, rec) })
		}
		group.Wait()
		close(results)
		refused := 0
		for err := range results {
			if err != nil {
				require.ErrorIs(t, err, priceplan.ErrOverlap)
				refused++
			}
		}
		require.Equal(t, cap(results)-1, refused)
		require.Len(t, timeline(t, w, "a", never), 1)
	})
	t.Run("refuses an id that is taken, also by another account", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(0), never)
		s.AccountID = "b"
		err := b.Schedules().Create(t.Context(), w.org, s, w.rec("schedule.associate"))
		require.ErrorIs(t, err, admin.ErrExists)
		require.Empty(t, timeline(t, w, "b", never))
	})
	t.Run("updates the version that was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(0), day(10))
		create(t, w, "a", day(20), never)
		update := func(s priceplan.Schedule) error {
			return b.Schedules().Update(t.Context(), w.org, s, w.rec("schedule.update"))
		}
		s.From, s.Until, s.Currency, s.CycleOverride, s.RateCards = day(1), day(20), "EUR", priceplan.Cycle{}, ""
		s.Plan = priceplan.Ref{ID: "pro", Version: 2}
		require.NoError(t, update(s))
		require.ErrorIs(t, update(s), admin.ErrConflict)
		s.Version = 2
		require.Equal(t, s, timeline(t, w, "a", never)[0])
		longer := s
		longer.Until = never
		require.ErrorIs(t, update(longer), priceplan.ErrOverlap)
		other := s
		other.AccountID = "b"
		require.ErrorIs(t, update(other), admin.ErrNotFound, "a schedule does not change its account")
		other.AccountID, other.ID = "a", "none"
		require.ErrorIs(t, update(other), admin.ErrNotFound)
		require.Equal(t, s, timeline(t, w, "a", never)[0])
	})
	t.Run("replaces from an instant on", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(0), day(30))
		create(t, w, "a", day(30), never)
		ch := w.change(s, day(7))
		require.NoError(t, b.Schedules().Replace(t.Context(), w.org, ch, w.rec("schedule.migrate")))
		left := s
		left.Until, left.Version = day(7), 2
		require.Equal(t, []priceplan.Schedule{left, ch.New}, timeline(t, w, "a", never)[:2])

		again := w.rec("schedule.again")
		require.NoError(t, b.Schedules().Replace(t.Context(), w.org, ch, again), "once carried out, it is done")
		require.Len(t, timeline(t, w, "a", never), 3)
		recorded, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: again.Action}, page[admin.RecordKey](10))
		require.NoError(t, err)
		require.Empty(t, recorded)
	})
	t.Run("replaces the whole of a schedule from its beginning", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(0), never)
		ch := w.change(s, day(0))
		require.NoError(t, b.Schedules().Replace(t.Context(), w.org, ch, w.rec("schedule.migrate")))
		require.Equal(t, []priceplan.Schedule{ch.New}, timeline(t, w, "a", never))
		reused := w.schedule("b", day(0), never)
		reused.ID = s.ID
		require.NoError(t, b.Schedules().Create(t.Context(), w.org, reused, w.rec("schedule.associate")))
	})
	t.Run("replaces nothing that is not as it was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(10), day(30))
		create(t, w, "b", day(0), never)
		for reason, tc := range map[string]struct {
			change func(*priceplan.Change)
			want   error
		}{
			"another version":        {func(c *priceplan.Change) { c.Version = 2 }, admin.ErrConflict},
			"no such schedule":       {func(c *priceplan.Change) { c.Old = "none" }, admin.ErrNotFound},
			"another account":        {func(c *priceplan.Change) { c.New.AccountID = "b" }, admin.ErrNotFound},
			"begins before it":       {func(c *priceplan.Change) { c.New.From = day(9) }, admin.ErrInvalid},
			"begins when it ended":   {func(c *priceplan.Change) { c.New.From = day(30) }, admin.ErrInvalid},
			"would leave a gap":      {func(c *priceplan.Change) { c.New.Until = day(29) }, admin.ErrInvalid},
			"would go on for longer": {func(c *priceplan.Change) { c.New.Until = never }, admin.ErrInvalid},
		} {
			ch := w.change(s, day(15))
			tc.change(&ch)
			require.ErrorIs(t, b.Schedules().Replace(t.Context(), w.org, ch, w.rec("schedule.migrate")), tc.want, reason)
		}
		require.Equal(t, []priceplan.Schedule{s}, timeline(t, w, "a", never))
		require.Len(t, timeline(t, w, "b", never), 1)
	})
	t.Run("takes a replacement back with its transaction", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(0), never)
		stop := errors.New("stop")
		for _, from := range []time.Time{day(0), day(5)} {
			require.ErrorIs(t, b.InTx(t.Context(), func(st storage.Stores) error {
				if err := st.Schedules().Replace(t.Context(), w.org, w.change(s, from), w.rec("schedule.migrate")); err != nil {
					return err
				}
				return stop
			}), stop)
			require.Equal(t, []priceplan.Schedule{s}, timeline(t, w, "a", never))
		}
	})
	t.Run("pages through the accounts on a plan, with what comes later", func(t *testing.T) {
		w := newWorld(t, b, c)
		want := []priceplan.Timeline{}
		for _, account := range []string{"A", "Z", "a", "b", "é"} {
			now, later := create(t, w, account, day(0), day(10)), create(t, w, account, day(10), never)
			want = append(want, priceplan.Timeline{AccountID: account, Schedules: []priceplan.Schedule{now, later}})
		}
		create(t, w, "ended", day(0), day(5))
		create(t, w, "later", day(6), never)
		other := w.schedule("other version", day(0), never)
		other.Plan.Version = 2
		require.NoError(t, b.Schedules().Create(t.Context(), w.org, other, w.rec("schedule.associate")))
		on := func(plan priceplan.Ref, at time.Time) []priceplan.Timeline {
			return pages(t, func(seek admin.Seek[string]) ([]priceplan.Timeline, error) {
				return b.Schedules().OnPlan(t.Context(), w.org, plan, at, seek)
			}, func(tl priceplan.Timeline) string { return tl.AccountID })
		}
		require.Equal(t, want, on(priceplan.Ref{ID: "basic", Version: 1}, day(5)))
		require.Equal(t, "other version", on(priceplan.Ref{ID: "basic", Version: 2}, day(5))[0].AccountID)
		require.Empty(t, on(priceplan.Ref{ID: "Basic", Version: 1}, day(5)))
		require.Empty(t, on(priceplan.Ref{ID: "basic", Version: 1}, day(0).Add(-time.Microsecond)))
		require.Len(t, on(priceplan.Ref{ID: "basic", Version: 1}, day(10)), 6, "From is in it, Until is not")
	})
}
