package storagetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// day is the n-th day of the suite's schedules.
func day(n int) time.Time { return epoch.AddDate(0, 0, n) }

// never is the end of a schedule that has none.
func never() time.Time { return time.Time{} }

func testSchedules(t *testing.T, open Open) {
	t.Run("Reading", func(t *testing.T) { testReadingSchedules(t, open) })
	t.Run("Replacing", func(t *testing.T) { testReplacingSchedules(t, open) })
	t.Run("Sets", func(t *testing.T) { testScheduleSets(t, open) })
}

func testReadingSchedules(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(51 << 40)
	create := func(t *testing.T, w *world, account string, from, until time.Time) priceplan.Schedule {
		t.Helper()
		s := w.schedule(account, from, until)
		require.NoError(t, w.add(b, s))
		return s
	}

	t.Run("gives an account's schedules that end after an instant, in order", func(t *testing.T) {
		w := newWorld(t, b, c)
		late := create(t, w, "a", day(20), never())
		early := create(t, w, "a", day(0), day(10))
		create(t, w, "A", day(0), never())
		require.Equal(t, []priceplan.Schedule{early, late}, w.timeline("a", never()))
		require.Equal(t, []priceplan.Schedule{early, late}, w.timeline("a", day(10).Add(-time.Microsecond)))
		require.Equal(t, []priceplan.Schedule{late}, w.timeline("a", day(10)), "Until is not in it")
		require.Equal(t, []priceplan.Schedule{late}, w.timeline("a", day(1000)))
		require.Empty(t, w.timeline("b", never()))
	})
	t.Run("gives the timelines of many accounts, in the order in which they were asked for", func(t *testing.T) {
		w := newWorld(t, b, c)
		const many = 1100 // more than one statement takes
		var set []priceplan.Replacement
		var accounts []string
		var want []priceplan.Timeline
		for i := many; i > 0; i-- {
			account := fmt.Sprintf("account %d", i)
			accounts = append(accounts, account)
			if i%7 == 0 {
				want = append(want, priceplan.Timeline{AccountID: account})
				continue
			}
			now, later := w.schedule(account, day(0), day(10)), w.schedule(account, day(10), never())
			set = append(set, priceplan.Replacement{AccountID: account, Add: []priceplan.Schedule{later, now}})
			want = append(want, priceplan.Timeline{AccountID: account, Schedules: []priceplan.Schedule{now, later}})
		}
		results, err := b.Schedules().ReplaceAll(t.Context(), w.org, set, w.rec("schedule.associate"))
		require.NoError(t, err)
		for _, r := range results {
			require.Equal(t, priceplan.ReplaceResult{}, r)
		}
		got, err := b.Schedules().Timelines(t.Context(), w.org, accounts, day(5))
		require.NoError(t, err)
		require.Equal(t, want, got)
		none, err := b.Schedules().Timelines(t.Context(), w.org, nil, day(5))
		require.NoError(t, err)
		require.Empty(t, none)
	})
	t.Run("pages through the accounts on a plan, with what comes later", func(t *testing.T) {
		w := newWorld(t, b, c)
		want := []priceplan.Timeline{}
		for _, account := range []string{"A", "Z", "a", "b", "é"} {
			now, later := create(t, w, account, day(0), day(10)), create(t, w, account, day(10), never())
			want = append(want, priceplan.Timeline{AccountID: account, Schedules: []priceplan.Schedule{now, later}})
		}
		create(t, w, "ended", day(0), day(5))
		later := create(t, w, "later", day(6), never())
		want = slices.Insert(want, 4, priceplan.Timeline{AccountID: "later", Schedules: []priceplan.Schedule{later}})
		require.NoError(t, w.replace(b, remove(create(t, w, "removed", day(0), never())), w.rec("schedule.withdraw")))
		other := w.schedule("other version", day(0), never())
		other.Plan.Version = 2
		require.NoError(t, w.add(b, other))
		on := func(plan priceplan.Ref, at time.Time) []priceplan.Timeline {
			return pages(t, func(seek admin.Seek[string]) ([]priceplan.Timeline, error) {
				return b.Schedules().OnPlan(t.Context(), w.org, plan, at, seek)
			}, func(tl priceplan.Timeline) string { return tl.AccountID })
		}
		require.Equal(t, want, on(priceplan.Ref{ID: "basic", Version: 1}, day(5)))
		require.Equal(t, "other version", on(priceplan.Ref{ID: "basic", Version: 2}, day(5))[0].AccountID)
		require.Empty(t, on(priceplan.Ref{ID: "Basic", Version: 1}, day(5)))
		require.Len(t, on(priceplan.Ref{ID: "basic", Version: 1}, day(0).Add(-time.Microsecond)), 7,
			"those that come to it later")
		require.Len(t, on(priceplan.Ref{ID: "basic", Version: 1}, day(5).Add(-time.Microsecond)), 7, "Until is not in it")
		require.Len(t, on(priceplan.Ref{ID: "basic", Version: 1}, day(10)), 6)
	})
	t.Run("keeps what was removed, and by which actor", func(t *testing.T) {
		w := newWorld(t, b, c)
		late, early := create(t, w, "a", day(20), never()), create(t, w, "a", day(0), day(10))
		other := create(t, w, "A", day(0), never())
		require.Empty(t, w.removed("a"))
		var want []priceplan.RemovedSchedule
		for i, s := range []priceplan.Schedule{early, late, other} {
			rec := w.rec("schedule.withdraw")
			rec.At, rec.Actor = day(i), admin.Actor{Kind: admin.ActorUser, ID: fmt.Sprintf("user %d", i)}
			require.NoError(t, w.replace(b, remove(s), rec))
			want = append(want, priceplan.RemovedSchedule{Schedule: s, RemovedAt: rec.At, RemovedBy: rec.Actor})
		}
		require.Equal(t, want[:2], w.removed("a"))
		require.Equal(t, want[2:], w.removed("A"))
		require.Empty(t, w.timeline("a", never()))
		require.Empty(t, w.removed("b"))
	})
}

// recorded counts the records of an action.
func (w *world) recordsOf(action admin.Action) int {
	w.t.Helper()
	found, err := w.b.Audit().List(w.t.Context(), w.org, admin.AuditFilter{Action: action}, page[admin.RecordKey](100))
	require.NoError(w.t, err)
	return len(found)
}
