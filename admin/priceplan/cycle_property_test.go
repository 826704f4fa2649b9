package priceplan_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/priceplan"
)

// allCycles is every cycle there is.
func allCycles(t testing.TB) []priceplan.Cycle {
	t.Helper()
	var out []priceplan.Cycle
	for _, i := range priceplan.Intervals() {
		for day := priceplan.Last; day <= 31; day++ {
			for month := priceplan.Last; month <= 12; month++ {
				if c, err := priceplan.NewCycle(i, day, month); err == nil {
					out = append(out, c)
				}
			}
		}
	}
	require.Len(t, out, 8+32+32*(3+2)+32*(6+2)+32*(12+2))
	return out
}

// oddZones have, or had, days that do not begin at midnight, or that do not exist.
var oddZones = []string{
	"UTC", "Asia/Kolkata", "Europe/Berlin", "America/Sao_Paulo", "America/Havana", "America/St_Johns",
	"Asia/Beirut", "Pacific/Apia", "Pacific/Kwajalein", "Africa/Cairo", "Antarctica/Troll", "Asia/Manila",
}

func TestCycleProperties(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	cycles := allCycles(t)
	from, until := time.Date(1840, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, name := range oddZones {
		in := zone(t, name)
		t.Run(name, func(t *testing.T) {
			for range 3000 {
				c := cycles[random.IntN(len(cycles))]
				at := from.Add(time.Duration(random.Int64N(int64(until.Sub(from))))).Truncate(time.Microsecond)
				start, next := c.Start(at, in), c.Next(at, in)
				require.False(t, start.After(at), "%s: start %s of %s", c, start, at)
				require.True(t, next.After(at), "%s: next %s of %s", c, next, at)
				require.Equal(t, start, c.Start(start, in), "%s: a start begins its own cycle", c)
				require.Equal(t, start, c.Start(next.Add(-1), in), "%s: one cycle until the next", c)
				require.Equal(t, start, c.Next(start.Add(-1), in), "%s: what comes before a start leads to it", c)
				require.Equal(t, next, c.Next(start, in), "%s: no start in between", c)
				require.Equal(t, next, c.Start(next, in), "%s: the next is a start", c)
				require.GreaterOrEqual(t, next.Sub(start), 6*24*time.Hour, "%s", c)
				_, before := start.Add(-1).Zone()
				_, after := start.Zone()
				if hour, minute, second := start.Clock(); hour+minute+second != 0 {
					require.NotEqual(t, before, after, "%s: %s begins at midnight unless the clock changed", c, start)
				}
			}
		})
	}
}

func TestCyclesOfAYear(t *testing.T) {
	want := map[priceplan.Interval][]int{
		priceplan.Weekly: {52, 53}, priceplan.Monthly: {12}, priceplan.Quarterly: {4},
		priceplan.HalfYearly: {2}, priceplan.Annually: {1},
	}
	berlin := zone(t, "Europe/Berlin")
	for _, c := range allCycles(t) {
		for _, year := range []int{2024, 2025, 2026} {
			begin, end := time.Date(year, 1, 1, 0, 0, 0, 0, berlin), time.Date(year+1, 1, 1, 0, 0, 0, 0, berlin)
			n := 0
			for at := c.Next(begin.Add(-1), berlin); at.Before(end); at = c.Next(at, berlin) {
				n++
			}
			require.Contains(t, want[c.Interval()], n, "%s in %d", c, year)
		}
	}
}

func TestAnniversaryProperties(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	from := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, name := range oddZones {
		in := zone(t, name)
		for _, interval := range priceplan.Intervals() {
			for range 500 {
				at := from.Add(time.Duration(random.Int64N(int64(60 * 365 * 24 * time.Hour))))
				c, err := priceplan.Anniversary(at, interval, in)
				require.NoError(t, err)
				require.Equal(t, interval, c.Interval())
				require.Equal(t, c, cycle(t, c.String()), "an anniversary is a valid cycle")
				require.Less(t, at.Sub(c.Start(at, in)), 26*time.Hour, "%s: the cycle of %s begins that day", c, at)
			}
		}
	}
}
