package priceplan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// randomTimeline has up to five schedules, some of which adjoin.
func randomTimeline(random *rand.Rand) priceplan.Timeline {
	tl := priceplan.Timeline{AccountID: "a"}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range random.IntN(6) {
		s := priceplan.Schedule{ID: fmt.Sprint("s", i), AccountID: "a", Plan: basic1, From: at, Version: int64(1 + i)}
		at = at.AddDate(0, 0, 1+random.IntN(20))
		s.Until = at
		at = at.AddDate(0, 0, random.IntN(2)*random.IntN(10))
		tl.Schedules = append(tl.Schedules, s)
	}
	return tl
}

// randomReplacement is one that often is possible.
func randomReplacement(random *rand.Rand, tl priceplan.Timeline) priceplan.Replacement {
	r := priceplan.Replacement{AccountID: "a"}
	day := func() time.Time { return time.Date(2026, 1, 1+random.IntN(120), 0, 0, 0, 0, time.UTC) }
	for _, s := range tl.Schedules {
		rev := priceplan.RevisionOf(s)
		if random.IntN(20) == 0 {
			rev.Version++
		}
		switch random.IntN(4) {
		case 0:
			r.Remove = append(r.Remove, rev)
		case 1:
			r.Ends = append(r.Ends, priceplan.NewEnd{Revision: rev, Until: day()})
		}
	}
	for i := range random.IntN(3) {
		from := day()
		n := priceplan.Schedule{ID: fmt.Sprint("n", i), AccountID: "a", Plan: pro, From: from}
		if random.IntN(3) > 0 {
			n.Until = from.AddDate(0, 0, random.IntN(20))
		}
		r.Add = append(r.Add, n)
	}
	if random.IntN(4) == 0 {
		r.NoneAfter = day()
	}
	return r
}

// A replacement that is possible leaves no two schedules at one instant, loses none, changes nothing but ends,
// and is not done twice; one that is not possible does nothing.
func TestReplacementsKeepTheRules(t *testing.T) {
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	random, possible := rand.New(rand.NewPCG(2026, 8)), 0
	for range 20_000 {
		tl := randomTimeline(random)
		before := slices.Clone(tl.Schedules)
		r := randomReplacement(random, tl)
		edit, err := tl.Replaced(r, at)
		require.Equal(t, before, tl.Schedules, "the timeline is the caller's")
		if err != nil {
			require.Equal(t, priceplan.Edit{}, edit)
			continue
		}
		possible++
		after := slices.DeleteFunc(slices.Clone(before), func(s priceplan.Schedule) bool {
			return slices.ContainsFunc(slices.Concat(edit.Changed, edit.Removed),
				func(e priceplan.Schedule) bool { return e.ID == s.ID })
		})
		require.Len(t, before, len(after)+len(edit.Changed)+len(edit.Removed), "none is lost")
		after = slices.Concat(after, edit.Changed, edit.Added)
		for i, s := range after {
			require.True(t, s.EndsAfter(s.From))
			require.False(t, slices.ContainsFunc(after[:i], s.Overlaps), "%+v", r)
			require.True(t, r.NoneAfter.IsZero() || !s.EndsAfter(r.NoneAfter))
		}
		for _, s := range edit.Removed {
			require.Contains(t, before, s)
		}
		for _, s := range edit.Changed {
			had, ok := tl.Find(s.ID)
			require.True(t, ok)
			had.Until, had.UpdatedAt, had.Version = s.Until, at, had.Version+1
			require.Equal(t, had, s)
		}
		slices.SortFunc(after, func(a, b priceplan.Schedule) int { return a.From.Compare(b.From) })
		if len(r.Add) > 0 {
			again, err := priceplan.Timeline{AccountID: "a", Schedules: after}.Replaced(r, at)
			require.NoError(t, err)
			require.Equal(t, priceplan.Edit{Repeated: true}, again)
		}
	}
	require.Greater(t, possible, 2000, "or nothing is shown")
}

func TestAccountsOf(t *testing.T) {
	one := priceplan.Replacement{AccountID: "b", Add: []priceplan.Schedule{{ID: "s1"}}}
	two := priceplan.Replacement{AccountID: "a", Add: []priceplan.Schedule{{ID: "s2"}, {ID: "s3"}}}
	accounts, err := priceplan.AccountsOf([]priceplan.Replacement{one, two, {AccountID: "B"}})
	require.NoError(t, err)
	require.Equal(t, []string{"B", "a", "b"}, accounts, "in the order in which stores lock them")
	for reason, second := range map[string]priceplan.Replacement{
		"an account twice":                   {AccountID: "b"},
		"an id that two accounts would have": {AccountID: "c", Add: []priceplan.Schedule{{ID: "s1"}}},
	} {
		_, err := priceplan.AccountsOf([]priceplan.Replacement{one, two, second})
		require.ErrorIs(t, err, admin.ErrInvalid, reason)
	}
}
