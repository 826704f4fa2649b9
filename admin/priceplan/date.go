package priceplan

import "time"

// date is a day on the calendar, in no time zone.
type date struct {
	year  int
	month time.Month
	day   int
}

// dateOf returns the date of at in a location.
func dateOf(at time.Time, in *time.Location) date {
	y, m, d := at.In(in).Date()
	return date{y, m, d}
}

func (d date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

// weekday returns 1 for Monday to 7 for Sunday, as in ISO 8601.
func (d date) weekday() int { return (int(d.utc().Weekday())+6)%7 + 1 }

const secondsPerDay = 24 * 60 * 60

// days counts from Monday, 5 January 1970.
func (d date) days() int { return int(floorDiv(d.utc().Unix(), secondsPerDay)) - 4 }

// dateOfDays is the inverse of days.
func dateOfDays(days int) date {
	return dateOf(time.Unix(int64(days+4)*secondsPerDay, 0), time.UTC)
}

func (d date) after(e date) bool { return d.utc().After(e.utc()) }

// start returns the first instant at which a clock in the location shows d or later. That is midnight,
// but not every day has exactly one: some begin at one o'clock because the clock was put forward at
// midnight, some have two midnights, and Samoa had no 30 December 2011. time.Date does not specify
// what it returns for those.
func (d date) start(in *time.Location) time.Time {
	midnight := d.utc()
	// No clock was ever 16 hours away from UTC.
	at := midnight.Add(-16 * time.Hour).In(in)
	for {
		_, offset := at.Zone()
		begin := midnight.Add(-time.Duration(offset) * time.Second)
		if begin.Before(at) {
			begin = at // midnight was skipped: the clock came in later than that
		}
		_, end := at.ZoneBounds()
		if !end.IsZero() && !end.After(at) {
			// On the last day of leap years from 2040 on, Go 1.26 returns an end that has passed already.
			end = at.Add(time.Hour)
		}
		if end.IsZero() || begin.Before(end) {
			return begin.In(in)
		}
		at = end
	}
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// floorDiv rounds down where / rounds towards zero.
func floorDiv[T int | int64](a, b T) T {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
