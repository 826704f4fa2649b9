package priceplan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

func cycle(t testing.TB, text string) priceplan.Cycle {
	t.Helper()
	c, err := priceplan.ParseCycle(text)
	require.NoError(t, err)
	return c
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	in, err := time.LoadLocation(name)
	require.NoError(t, err)
	return in
}

// local reads a wall clock in a location.
func local(t testing.TB, text string, in *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, in)
	require.NoError(t, err)
	return at
}

func TestCycleStarts(t *testing.T) {
	for _, tc := range []struct {
		reason, cycle string
		at            string
		start, next   string
	}{
		{"a week from Monday", "WEEKLY 1", "2026-03-04 12:00", "2026-03-02", "2026-03-09"},
		{"a week from Sunday", "WEEKLY 7", "2026-03-04 12:00", "2026-03-01", "2026-03-08"},
		{"LAST of a week is Sunday", "WEEKLY LAST", "2026-03-04 12:00", "2026-03-01", "2026-03-08"},
		{"a week over the turn of the year", "WEEKLY 5", "2026-01-01 00:00", "2025-12-26", "2026-01-02"},
		{"a week before 1970", "WEEKLY 3", "1969-12-30 00:00", "1969-12-24", "1969-12-31"},

		{"a month from the 1st", "MONTHLY 1", "2026-03-15 00:00", "2026-03-01", "2026-04-01"},
		{"the instant of a start belongs to the new cycle", "MONTHLY 15", "2026-03-15 00:00", "2026-03-15",
			"2026-04-15"},
		{"the minute before belongs to the old one", "MONTHLY 15", "2026-03-14 23:59", "2026-02-15", "2026-03-15"},
		{"the 30th in February is its last day", "MONTHLY 30", "2026-02-28 00:00", "2026-02-28", "2026-03-30"},
		{"the 30th in February of a leap year", "MONTHLY 30", "2028-02-28 00:00", "2028-01-30", "2028-02-29"},
		{"the 31st in April", "MONTHLY 31", "2026-04-30 10:00", "2026-04-30", "2026-05-31"},
		{"LAST of every month", "MONTHLY LAST", "2026-02-27 00:00", "2026-01-31", "2026-02-28"},
		{"over the turn of the year", "MONTHLY 31", "2026-01-15 00:00", "2025-12-31", "2026-01-31"},

		{"a quarter from its first month", "QUARTERLY 1 FIRST", "2026-05-15 00:00", "2026-04-01", "2026-07-01"},
		{"a quarter from its second", "QUARTERLY 15 2", "2026-05-14 00:00", "2026-02-15", "2026-05-15"},
		{"a quarter from its last month is three months long", "QUARTERLY 10 LAST", "2026-05-15 00:00", "2026-03-10",
			"2026-06-10"},
		{"LAST of FIRST is 31 July, not 30", "QUARTERLY LAST FIRST", "2026-05-15 00:00", "2026-04-30", "2026-07-31"},
		{"LAST of the second month is 28 February", "QUARTERLY LAST 2", "2026-01-15 00:00", "2025-11-30", "2026-02-28"},
		{"LAST of the second month is 29 February", "QUARTERLY LAST 2", "2028-01-15 00:00", "2027-11-30", "2028-02-29"},

		{"a half-year from its sixth month", "HALF_YEARLY 15 6", "2026-01-01 00:00", "2025-12-15", "2026-06-15"},
		{"a half-year from the 31st of its second month", "HALF_YEARLY 31 2", "2026-03-01 00:00", "2026-02-28",
			"2026-08-31"},
		{"LAST month of a half-year", "HALF_YEARLY 1 LAST", "2026-06-01 00:00", "2026-06-01", "2026-12-01"},

		{"a year from April", "ANNUALLY 1 4", "2026-03-31 23:59", "2025-04-01", "2026-04-01"},
		{"LAST of February in a leap year", "ANNUALLY LAST 2", "2028-02-28 23:59", "2027-02-28", "2028-02-29"},
		{"the 29th of February outside leap years", "ANNUALLY 29 2", "2026-02-28 00:00", "2026-02-28", "2027-02-28"},
		{"LAST month of a year", "ANNUALLY 31 LAST", "2026-12-31 00:00", "2026-12-31", "2027-12-31"},
		{"1900 was no leap year", "ANNUALLY 29 2", "1900-02-28 00:00", "1900-02-28", "1901-02-28"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			for _, in := range []*time.Location{time.UTC, zone(t, "Asia/Kolkata"), time.FixedZone("west", -11*3600)} {
				c, at := cycle(t, tc.cycle), local(t, tc.at, in)
				require.Equal(t, local(t, tc.start+" 00:00", in), c.Start(at, in))
				require.Equal(t, local(t, tc.next+" 00:00", in), c.Next(at, in))
				require.Equal(t, c.Next(at, in), c.Next(at.UTC(), in),
					"the instant counts, not the location it is written in")
			}
		})
	}
}

func TestCycleStartsWhereMidnightIsNotOne(t *testing.T) {
	for _, tc := range []struct {
		reason, zone, cycle string
		at                  string // UTC, before the start
		start               string // UTC
	}{
		{"summer time begins on the day", "Europe/Berlin", "MONTHLY 29", "2026-03-15 00:00", "2026-03-28 23:00"},
		{"summer time began before", "Europe/Berlin", "MONTHLY 30", "2026-03-15 00:00", "2026-03-29 22:00"},
		{"summer time ended before", "America/New_York", "MONTHLY 2", "2026-10-15 00:00", "2026-11-02 05:00"},
		{"midnight is skipped: the day begins at one", "America/Sao_Paulo", "MONTHLY 4", "2018-10-15 00:00",
			"2018-11-04 03:00"},
		{"midnight is skipped east of Greenwich too", "Asia/Beirut", "WEEKLY 7", "2024-03-29 00:00",
			"2024-03-30 22:00"},
		{"midnight comes twice: the day begins with the first", "America/Havana", "MONTHLY 1", "2020-10-15 00:00",
			"2020-11-01 04:00"},
		{"the clock goes back over midnight", "America/St_Johns", "MONTHLY 31", "2004-10-15 00:00", "2004-10-31 02:30"},
		{"the day does not exist: 30 December 2011 in Samoa", "Pacific/Apia", "MONTHLY 30", "2011-12-15 00:00",
			"2011-12-30 10:00"},
		{"nearly sixteen hours off", "Asia/Manila", "MONTHLY 1", "1844-11-15 00:00", "1844-12-01 15:56"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			in, c := zone(t, tc.zone), cycle(t, tc.cycle)
			at, start := local(t, tc.at, time.UTC), local(t, tc.start, time.UTC)
			got := c.Next(at, in)
			require.WithinDuration(t, start, got, time.Minute, "local mean time had seconds")
			require.Equal(t, got, c.Start(got, in))
			require.Equal(t, got, c.Next(got.Add(-1), in))
			require.True(t, c.Start(got.Add(-1), in).Before(got))
			require.Equal(t, got, c.Start(got.Add(20*time.Hour), in))
		})
	}
}

func TestCycleInstantAfterTheClockWentBackOverMidnight(t *testing.T) {
	// One minute after 30 October 1988 had begun in St. John's, the clock went back and showed the
	// 29th again. A cycle that began with the 30th has begun, whatever the date says.
	in, c := zone(t, "America/St_Johns"), cycle(t, "MONTHLY 30")
	begin := c.Next(time.Date(1988, 10, 20, 0, 0, 0, 0, time.UTC), in)
	require.Equal(t, 30, begin.Day())
	second := begin.Add(30 * time.Minute)
	require.Equal(t, 29, second.In(in).Day())
	require.Equal(t, begin, c.Start(second, in))
}

func TestZeroCycleHasNoBeginning(t *testing.T) {
	var c priceplan.Cycle
	require.True(t, c.IsZero())
	require.Zero(t, c.Start(time.Now(), time.UTC))
	require.Zero(t, c.Next(time.Now(), time.UTC))
	require.Empty(t, c.String())
}

func TestAnniversary(t *testing.T) {
	for _, tc := range []struct {
		reason   string
		date     string
		interval priceplan.Interval
		want     string
	}{
		{"a Sunday", "2023-10-29", priceplan.Weekly, "WEEKLY 7 ANNIVERSARY"},
		{"a Monday", "2023-10-30", priceplan.Weekly, "WEEKLY 1 ANNIVERSARY"},
		{"the 30th of a month with 31 days", "2023-10-30", priceplan.Monthly, "MONTHLY 30 ANNIVERSARY"},
		{"the 31st", "2023-10-31", priceplan.Monthly, "MONTHLY LAST ANNIVERSARY"},
		{"the last of a shorter month stays a number", "2023-11-30", priceplan.Monthly, "MONTHLY 30 ANNIVERSARY"},
		{"the last of February in a month", "2023-02-28", priceplan.Monthly, "MONTHLY 28 ANNIVERSARY"},
		{"15 August is in a quarter's second month", "2023-08-15", priceplan.Quarterly, "QUARTERLY 15 2 ANNIVERSARY"},
		{"31 January", "2023-01-31", priceplan.Quarterly, "QUARTERLY LAST 1 ANNIVERSARY"},
		{"15 December is in a half-year's sixth month", "2023-12-15", priceplan.HalfYearly,
			"HALF_YEARLY 15 6 ANNIVERSARY"},
		{"29 February in a half-year stays a number, for August", "2024-02-29", priceplan.HalfYearly,
			"HALF_YEARLY 29 2 ANNIVERSARY"},
		{"29 February", "2024-02-29", priceplan.Annually, "ANNUALLY LAST 2 ANNIVERSARY"},
		{"28 February, the last", "2023-02-28", priceplan.Annually, "ANNUALLY LAST 2 ANNIVERSARY"},
		{"28 February, not the last", "2024-02-28", priceplan.Annually, "ANNUALLY 28 2 ANNIVERSARY"},
		{"27 February", "2023-02-27", priceplan.Annually, "ANNUALLY 27 2 ANNIVERSARY"},
		{"30 November", "2023-11-30", priceplan.Annually, "ANNUALLY 30 11 ANNIVERSARY"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			for _, in := range []*time.Location{time.UTC, zone(t, "Pacific/Auckland")} {
				at := local(t, tc.date+" 13:30", in)
				c, err := priceplan.Anniversary(at, tc.interval, in)
				require.NoError(t, err)
				require.Equal(t, tc.want, c.String())
				require.True(t, c.Anniversary())
				require.Equal(t, local(t, tc.date+" 00:00", in), c.Start(at, in),
					"the first cycle begins on the day itself")
			}
		})
	}
	t.Run("an interval that does not exist", func(t *testing.T) {
		_, err := priceplan.Anniversary(time.Now(), "DAILY", time.UTC)
		require.ErrorIs(t, err, admin.ErrInvalid)
	})
}

func TestNewCycleRefuses(t *testing.T) {
	for _, tc := range []struct {
		reason     string
		interval   priceplan.Interval
		day, month priceplan.Offset
		paths      []string
	}{
		{"an unknown interval", "DAILY", 1, priceplan.Nil, []string{"/interval"}},
		{"no interval", "", 1, priceplan.Nil, []string{"/interval"}},
		{"an eighth day of the week", priceplan.Weekly, 8, priceplan.Nil, []string{"/startOffset/dayOffset"}},
		{"FIRST as a day", priceplan.Weekly, priceplan.First, priceplan.Nil, []string{"/startOffset/dayOffset"}},
		{"no day", priceplan.Monthly, priceplan.Nil, priceplan.Nil, []string{"/startOffset/dayOffset"}},
		{"a 32nd", priceplan.Monthly, 32, priceplan.Nil, []string{"/startOffset/dayOffset"}},
		{"an offset that is none", priceplan.Monthly, -3, priceplan.Nil, []string{"/startOffset/dayOffset"}},
		{"a month in a week", priceplan.Weekly, 1, 1, []string{"/startOffset/monthOffset"}},
		{"a month in a month", priceplan.Monthly, 1, priceplan.First, []string{"/startOffset/monthOffset"}},
		{"a quarter without a month", priceplan.Quarterly, 1, priceplan.Nil, []string{"/startOffset/monthOffset"}},
		{"a fourth month of a quarter", priceplan.Quarterly, 1, 4, []string{"/startOffset/monthOffset"}},
		{"a seventh month of a half-year", priceplan.HalfYearly, 1, 7, []string{"/startOffset/monthOffset"}},
		{"a 13th month", priceplan.Annually, 1, 13, []string{"/startOffset/monthOffset"}},
		{"a wrong day and a wrong month, both", priceplan.Annually, 0, 13,
			[]string{"/startOffset/dayOffset", "/startOffset/monthOffset"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := priceplan.NewCycle(tc.interval, tc.day, tc.month)
			require.Equal(t, tc.paths, paths(t, err))
		})
	}
}

func TestParseCycle(t *testing.T) {
	c := cycle(t, "QUARTERLY 15 LAST")
	require.Equal(t, priceplan.Quarterly, c.Interval())
	require.Equal(t, priceplan.Offset(15), c.Day())
	require.Equal(t, priceplan.Last, c.Month())
	require.False(t, c.Anniversary())
	require.Equal(t, cycle(t, "MONTHLY 5"), cycle(t, "MONTHLY 5 NIL"), "Togai's examples write NIL out")
	for reason, text := range map[string]string{
		"nothing": "", "an interval alone": "MONTHLY", "small letters": "monthly 1", "a leading zero": "MONTHLY 01",
		"a sign": "MONTHLY +1", "a fraction": "MONTHLY 1.0", "two blanks": "MONTHLY  1",
		"a blank at the end": "MONTHLY 1 ",
		"a word too many":    "QUARTERLY 1 2 3", "anniversary of nothing": "ANNIVERSARY", "a tab": "MONTHLY\t1",
		"anniversary twice": "MONTHLY 1 ANNIVERSARY" + " ANNIVERSARY", "a word for a month": "QUARTERLY 1 MAY",
		"no month": "ANNUALLY 1",
	} {
		t.Run("refuses "+reason, func(t *testing.T) {
			_, err := priceplan.ParseCycle(text)
			require.ErrorIs(t, err, admin.ErrInvalid)
		})
	}
}

func FuzzParseCycle(f *testing.F) {
	for _, text := range []string{
		"WEEKLY LAST", "MONTHLY 31", "MONTHLY 1 NIL", "QUARTERLY 15 2", "HALF_YEARLY LAST 6",
		"ANNUALLY LAST FIRST ANNIVERSARY", "MONTHLY 032", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := priceplan.ParseCycle(text)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.True(t, c.IsZero())
			return
		}
		again, err := priceplan.ParseCycle(c.String())
		require.NoError(t, err)
		require.Equal(t, c, again)
		at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
		require.False(t, c.Start(at, time.UTC).After(at))
		require.True(t, c.Next(at, time.UTC).After(at))
	})
}
