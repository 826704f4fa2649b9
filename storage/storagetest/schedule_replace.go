package storagetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/storage"
)

func testReplacingSchedules(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(53 << 40)
	create := func(t *testing.T, w *world, account string, from, until time.Time) priceplan.Schedule {
		t.Helper()
		s := w.schedule(account, from, until)
		require.NoError(t, w.add(b, s))
		return s
	}

	t.Run("refuses two schedules of an account at one instant", func(t *testing.T) {
		w := newWorld(t, b, c)
		create(t, w, "a", day(10), day(20))
		for reason, span := range map[string][2]time.Time{
			"the same": {day(10), day(20)}, "within": {day(12), day(13)}, "around": {day(5), day(25)},
			"its end": {day(19), never()}, "its beginning": {day(5), day(10).Add(time.Microsecond)},
			"from before on": {day(1), never()},
		} {
			require.ErrorIs(t, w.add(b, w.schedule("a", span[0], span[1])), priceplan.ErrOverlap, reason)
		}
		create(t, w, "a", day(5), day(10))
		create(t, w, "a", day(20), never())
		create(t, w, "b", day(10), day(20))
		require.Len(t, w.timeline("a", never()), 3)
	})
	t.Run("accepts one of many at the same time", func(t *testing.T) {
		w := newWorld(t, b, c)
		var group sync.WaitGroup
		results := make(chan error, 8)
		for i := range cap(results) {
			s, rec := w.schedule("a", day(i), never()), w.rec("schedule.associate")
			set := []priceplan.Replacement{{AccountID: "a", Add: []priceplan.Schedule{s}}}
			group.Go(func() {
				done, err := b.Schedules().ReplaceAll(t.Context(), w.org, set, rec)
				if err == nil {
					err = done[0].Err
				}
				results <- err
			})
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
		require.Len(t, w.timeline("a", never()), 1)
	})
	t.Run("refuses an id that is taken, also by another account or a removed schedule", func(t *testing.T) {
		w := newWorld(t, b, c)
		s, gone := create(t, w, "a", day(0), day(10)), create(t, w, "a", day(10), never())
		require.NoError(t, w.replace(b, remove(gone), w.rec("schedule.withdraw")))
		for _, account := range []string{"a", "b"} {
			reused := w.schedule(account, day(20), never())
			reused.ID = gone.ID
			require.ErrorIs(t, w.add(b, reused), admin.ErrExists, account)
		}
		other := s
		other.AccountID = "b"
		require.ErrorIs(t, w.add(b, other), admin.ErrExists)
		both := priceplan.Replacement{AccountID: "a", Add: []priceplan.Schedule{w.schedule("a", day(20), day(21)), s}}
		require.ErrorIs(t, w.replace(b, both, w.rec("schedule.associate")), admin.ErrExists,
			"the account has but one of the two")
		require.Empty(t, w.timeline("b", never()))
		require.Equal(t, []priceplan.Schedule{s}, w.timeline("a", never()))
	})
	t.Run("moves the end of the version that was read, and nothing else", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(0), day(10))
		next := create(t, w, "a", day(20), never())
		for i, until := range []time.Time{day(5), day(20), day(1)} {
			rec := w.rec("schedule.end")
			rec.At = day(100 + i)
			require.NoError(t, w.replace(b, end(s, until), rec))
			require.ErrorIs(t, w.replace(b, end(s, until), w.rec("schedule.end")), admin.ErrConflict)
			s.Until, s.UpdatedAt, s.Version = until, rec.At, s.Version+1
			require.Equal(t, []priceplan.Schedule{s, next}, w.timeline("a", never()))
		}
		for reason, tc := range map[string]struct {
			until time.Time
			want  error
		}{
			"into the next":       {day(20).Add(time.Microsecond), priceplan.ErrOverlap},
			"never":               {never(), priceplan.ErrOverlap},
			"at its beginning":    {day(0), admin.ErrInvalid},
			"before it has begun": {day(-1), admin.ErrInvalid},
		} {
			require.ErrorIs(t, w.replace(b, end(s, tc.until), w.rec("schedule.end")), tc.want, reason)
		}
		other := s
		other.AccountID = "b"
		require.ErrorIs(t, w.replace(b, end(other, day(2)), w.rec("schedule.end")), admin.ErrNotFound,
			"a schedule does not change its account")
		other.AccountID, other.ID = "a", "none"
		require.ErrorIs(t, w.replace(b, end(other, day(2)), w.rec("schedule.end")), admin.ErrNotFound)
		require.Equal(t, []priceplan.Schedule{s, next}, w.timeline("a", never()))
	})
	t.Run("replaces from an instant on, once", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(0), day(30))
		create(t, w, "a", day(30), never())
		r := w.moved(s, day(7))
		require.NoError(t, w.replace(b, r, w.rec("schedule.migrate")))
		left := s
		left.Until, left.Version = day(7), 2
		require.Equal(t, []priceplan.Schedule{left, r.Add[0]}, w.timeline("a", never())[:2])
		require.Empty(t, w.removed("a"))

		results, err := b.Schedules().ReplaceAll(t.Context(), w.org, []priceplan.Replacement{r},
			w.rec("schedule.again"))
		require.NoError(t, err)
		require.Equal(t, []priceplan.ReplaceResult{{Repeated: true}}, results)
		require.Len(t, w.timeline("a", never()), 3)
		require.Zero(t, w.recordsOf("schedule.again"))
	})
	t.Run("replaces the whole of a schedule from its beginning, and keeps it", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(0), never())
		r, rec := w.moved(s, day(0)), w.rec("schedule.migrate")
		require.NoError(t, w.replace(b, r, rec))
		require.Equal(t, []priceplan.Schedule{r.Add[0]}, w.timeline("a", never()))
		require.Equal(t, []priceplan.RemovedSchedule{{Schedule: s, RemovedAt: rec.At, RemovedBy: rec.Actor}},
			w.removed("a"))
	})
	t.Run("removes, extends and adds in one change", func(t *testing.T) {
		w := newWorld(t, b, c)
		one, two, three := create(t, w, "a", day(0), day(10)), create(t, w, "a", day(10), day(20)),
			create(t, w, "a", day(20), day(30))
		n := w.schedule("a", day(25), never())
		r := priceplan.Replacement{
			AccountID: "a",
			Ends: []priceplan.NewEnd{
				{Revision: priceplan.RevisionOf(one), Until: day(20)},
				{Revision: priceplan.RevisionOf(three), Until: day(25)},
			},
			Remove: []priceplan.Revision{priceplan.RevisionOf(two)}, Add: []priceplan.Schedule{n},
		}
		require.NoError(t, w.replace(b, r, w.rec("schedule.change")))
		one.Until, one.Version = day(20), 2
		three.Until, three.Version = day(25), 2
		require.Equal(t, []priceplan.Schedule{one, three, n}, w.timeline("a", never()))
		require.Equal(t, two, w.removed("a")[0].Schedule)
	})
	t.Run("lets an account leave only if nothing brings it back", func(t *testing.T) {
		w := newWorld(t, b, c)
		now, later, last := create(t, w, "a", day(0), day(10)), create(t, w, "a", day(10), day(20)),
			create(t, w, "a", day(40), never())
		leave := end(now, day(5))
		leave.NoneAfter = day(5)
		err := w.replace(b, leave, w.rec("schedule.end"))
		var refused *priceplan.LaterError
		require.ErrorAs(t, err, &refused)
		require.ErrorIs(t, err, admin.ErrState)
		require.Equal(t, []priceplan.Schedule{later, last}, refused.Schedules)
		require.Equal(t, []priceplan.Schedule{now, later, last}, w.timeline("a", never()))
		leave.Remove = []priceplan.Revision{priceplan.RevisionOf(later), priceplan.RevisionOf(last)}
		require.NoError(t, w.replace(b, leave, w.rec("schedule.end")))
		now.Until, now.Version = day(5), 2
		require.Equal(t, []priceplan.Schedule{now}, w.timeline("a", never()))
		require.Len(t, w.removed("a"), 2)
	})
	t.Run("replaces nothing that is not as it was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(10), day(30))
		create(t, w, "b", day(0), never())
		for reason, tc := range map[string]struct {
			change func(*priceplan.Replacement)
			want   error
		}{
			"another version":  {func(r *priceplan.Replacement) { r.Ends[0].Version = 2 }, admin.ErrConflict},
			"no such schedule": {func(r *priceplan.Replacement) { r.Ends[0].ID = "none" }, admin.ErrNotFound},
			"another account": {func(r *priceplan.Replacement) {
				r.AccountID, r.Add[0].AccountID = "b", "b"
			}, admin.ErrNotFound},
			"adds to another account": {func(r *priceplan.Replacement) {
				r.Add[0].AccountID = "b"
			}, admin.ErrInvalid},
			"ends before it begins": {func(r *priceplan.Replacement) {
				r.Add[0].Until = day(14)
			}, admin.ErrInvalid},
			"begins before the old end": {func(r *priceplan.Replacement) {
				r.Add[0].From = day(14)
			}, priceplan.ErrOverlap},
			"removes what it ends": {func(r *priceplan.Replacement) {
				r.Remove = []priceplan.Revision{r.Ends[0].Revision}
			}, admin.ErrNotFound},
		} {
			r := w.moved(s, day(15))
			tc.change(&r)
			require.ErrorIs(t, w.replace(b, r, w.rec("schedule.migrate")), tc.want, reason)
		}
		require.Equal(t, []priceplan.Schedule{s}, w.timeline("a", never()))
		require.Len(t, w.timeline("b", never()), 1)
		require.Empty(t, w.removed("a"))
		require.Zero(t, w.recordsOf("schedule.migrate"))
	})
	t.Run("takes a replacement back with its transaction", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := create(t, w, "a", day(0), never())
		stop := errors.New("stop")
		for _, from := range []time.Time{day(0), day(5)} {
			require.ErrorIs(t, b.InTx(t.Context(), func(st storage.Stores) error {
				if err := w.replace(st, w.moved(s, from), w.rec("schedule.migrate")); err != nil {
					return err
				}
				return stop
			}), stop)
			require.Equal(t, []priceplan.Schedule{s}, w.timeline("a", never()))
			require.Empty(t, w.removed("a"))
		}
	})
}

func testScheduleSets(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(54 << 40)

	t.Run("replaces what can be, with one record", func(t *testing.T) {
		w := newWorld(t, b, c)
		accounts := map[string]priceplan.Schedule{}
		for _, account := range []string{"b", "a", "é", "A", "z"} {
			accounts[account] = w.schedule(account, day(0), never())
			require.NoError(t, w.add(b, accounts[account]))
		}
		set := []priceplan.Replacement{
			w.moved(accounts["é"], day(5)), w.moved(accounts["b"], day(5)), w.moved(accounts["A"], day(5)),
			w.moved(accounts["a"], day(5)), w.moved(w.schedule("unknown", day(0), never()), day(5)),
			w.moved(accounts["z"], day(0)),
		}
		set[2].Ends[0].Version = 7
		require.NoError(t, w.replace(b, set[3], w.rec("schedule.before")))
		rec := w.rec("schedule.migrate")
		results, err := b.Schedules().ReplaceAll(t.Context(), w.org, set, rec)
		require.NoError(t, err)
		require.Len(t, results, len(set))
		for i, want := range []error{nil, nil, admin.ErrConflict, nil, admin.ErrNotFound, nil} {
			require.ErrorIs(t, results[i].Err, want, set[i].AccountID)
			require.Equal(t, i == 3, results[i].Repeated)
		}
		for account, want := range map[string]int{"é": 2, "b": 2, "A": 1, "a": 2, "unknown": 0, "z": 1} {
			require.Len(t, w.timeline(account, never()), want, account)
		}
		requireRecorded(t, b, w, rec)

		results, err = b.Schedules().ReplaceAll(t.Context(), w.org, set, w.rec("schedule.again"))
		require.NoError(t, err)
		for i, r := range results {
			require.Equal(t, r.Err == nil, r.Repeated, set[i].AccountID)
		}
		require.Zero(t, w.recordsOf("schedule.again"), "nothing was changed")
	})
	t.Run("does nothing for an empty set", func(t *testing.T) {
		w := newWorld(t, b, c)
		results, err := b.Schedules().ReplaceAll(t.Context(), w.org, nil, w.rec("schedule.nothing"))
		require.NoError(t, err)
		require.Empty(t, results)
		require.Zero(t, w.recordsOf("schedule.nothing"))
	})
	t.Run("refuses a set that names an account or an id twice", func(t *testing.T) {
		w := newWorld(t, b, c)
		one, two := w.schedule("a", day(0), day(1)), w.schedule("a", day(1), day(2))
		same := w.schedule("b", day(0), day(1))
		same.ID = one.ID
		for _, second := range []priceplan.Schedule{two, same} {
			_, err := b.Schedules().ReplaceAll(t.Context(), w.org, []priceplan.Replacement{
				{AccountID: "a", Add: []priceplan.Schedule{one}},
				{AccountID: second.AccountID, Add: []priceplan.Schedule{second}},
			}, w.rec("schedule.twice"))
			require.ErrorIs(t, err, admin.ErrInvalid)
		}
		require.Empty(t, w.timeline("a", never()))
		require.Zero(t, w.recordsOf("schedule.twice"))
	})
	t.Run("moves each account once when sets are replaced concurrently", func(t *testing.T) {
		w := newWorld(t, b, c)
		const many, workers = 60, 6
		var all []priceplan.Replacement
		for i := range many {
			s := w.schedule(fmt.Sprintf("account %02d", i), day(0), never())
			require.NoError(t, w.add(b, s))
			all = append(all, w.moved(s, day(5)))
		}
		var group sync.WaitGroup
		errs := make([]error, workers)
		done := make([][]priceplan.ReplaceResult, workers)
		for n := range workers {
			set := make([]priceplan.Replacement, many)
			for i, r := range all { // each worker in another order, with ids of its own
				r.Add = []priceplan.Schedule{r.Add[0]}
				r.Add[0].ID = w.id().String()
				set[(i*[]int{7, 53}[n%2]+n)%many] = r
			}
			rec := w.rec("schedule.race")
			group.Go(func() { done[n], errs[n] = b.Schedules().ReplaceAll(t.Context(), w.org, set, rec) })
		}
		group.Wait()
		moved := 0
		for n, err := range errs {
			require.NoError(t, err)
			for _, r := range done[n] {
				if r.Err == nil {
					moved++
				} else {
					require.ErrorIs(t, r.Err, admin.ErrConflict)
				}
			}
		}
		require.Equal(t, many, moved)
		for _, r := range all {
			require.Len(t, w.timeline(r.AccountID, never()), 2)
		}
		found, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: "schedule.race"},
			page[admin.RecordKey](workers+1))
		require.NoError(t, err)
		require.Len(t, found, 1, "one worker has moved all accounts, and the others nothing")
	})
}
