package priceplan

import "time"

// Start returns when the cycle that contains at began: the first instant, in the given location, of
// the last starting date up to at. It is never after at. It is the zero time for the zero Cycle.
func (c Cycle) Start(at time.Time, in *time.Location) time.Time {
	if c.IsZero() {
		return time.Time{}
	}
	return c.date(c.containing(at, in)).start(in)
}

// Next returns when the next cycle begins: the first instant, in the given location, of the next
// starting date. It is always after at, even if a cycle begins exactly at at. It is the zero time for
// the zero Cycle.
func (c Cycle) Next(at time.Time, in *time.Location) time.Time {
	if c.IsZero() {
		return time.Time{}
	}
	return c.date(c.containing(at, in) + 1).start(in)
}

// containing returns the number of the cycle that at is in. Its date decides, with one exception: if
// the clock was put back over midnight, an instant after a cycle's beginning has the date before it.
func (c Cycle) containing(at time.Time, in *time.Location) int {
	n := c.number(dateOf(at, in))
	for !c.date(n + 1).start(in).After(at) {
		n++
	}
	return n
}

// number returns the number of the cycle that d is in, by dates alone: date(number(d)) <= d <
// date(number(d)+1).
func (c Cycle) number(d date) int {
	if c.interval == Weekly {
		return floorDiv(d.days()-c.dayOfWeek()+1, 7)
	}
	n := floorDiv(d.year*12+int(d.month)-1-c.firstMonth(), c.interval.months())
	if c.date(n).after(d) {
		n--
	}
	return n
}

// date returns the starting date of the cycle with that number.
func (c Cycle) date(n int) date {
	if c.interval == Weekly {
		return dateOfDays(n*7 + c.dayOfWeek() - 1)
	}
	months := n*c.interval.months() + c.firstMonth()
	year := floorDiv(months, 12)
	month := time.Month(months - year*12 + 1)
	last := daysIn(year, month)
	if c.day == Last {
		return date{year, month, last}
	}
	return date{year, month, min(int(c.day), last)}
}

func (c Cycle) dayOfWeek() int {
	if c.day == Last {
		return 7
	}
	return int(c.day)
}

// firstMonth returns the month offset, counted from 0.
func (c Cycle) firstMonth() int {
	switch c.month {
	case Nil, First:
		return 0
	case Last:
		return c.interval.months() - 1
	}
	return int(c.month) - 1
}
