package jsonlogic

import (
	"strings"
	"time"
)

// date is the value of the date operator: an instant with its offset.
type date struct{ time.Time }

// dateText is a date in a result: RFC 3339, or as Java writes it.
func (c *run) dateText(d date) string {
	if c.p.dialect == Togai {
		return javaDate(d.Time)
	}
	return d.Format(time.RFC3339Nano)
}

// asDate converts a date, or a text or time.Time with one. A text without a time is the beginning of the day in UTC.
func asDate(v any) (date, bool) {
	switch d := v.(type) {
	case date:
		return d, true
	case time.Time:
		return date{d}, true
	case string:
		t, ok := parseDate(d, true)
		if !ok && len(d) == len(time.DateOnly) {
			t, ok = parseDate(d+"T00:00:00Z", true)
		}
		return date{t}, ok
	}
	return date{}, false
}

// parseDate reads date, time and offset in ISO 8601: seconds may be missing, the offset may not. lax
// accepts an offset without its colon too, and no year beyond four digits.
func parseDate(s string, lax bool) (time.Time, bool) {
	r := reader{s: s, ok: true}
	year := r.year(lax)
	r.lit("-")
	month := r.two()
	r.lit("-")
	day := r.two()
	r.lit("Tt")
	hour := r.two()
	r.lit(":")
	minute := r.two()
	second, nanos := 0, 0
	if r.has(":") {
		second = r.two()
		if r.has(".") {
			nanos = r.fraction()
		}
	}
	offset := r.offset(lax)
	if !r.ok || r.at != len(s) || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 ||
		offset > 18*3600 || offset < -18*3600 {
		return time.Time{}, false
	}
	if day < 1 || day > daysIn(year, month) {
		return time.Time{}, false
	}
	zone := time.UTC
	if offset != 0 {
		zone = time.FixedZone("", offset)
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, nanos, zone), true
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// reader parses a text; once something is missing, ok stays false.
type reader struct {
	s  string
	at int
	ok bool
}

// has reads one of the characters, if it is next.
func (r *reader) has(chars string) bool {
	if r.at < len(r.s) && strings.IndexByte(chars, r.s[r.at]) >= 0 {
		r.at++
		return true
	}
	return false
}

func (r *reader) lit(chars string) {
	if !r.has(chars) {
		r.ok = false
	}
}

// digits reads from least to most digits, as many as there are.
func (r *reader) digits(least, most int) string {
	from := r.at
	for r.at < len(r.s) && r.at-from < most && r.s[r.at] >= '0' && r.s[r.at] <= '9' {
		r.at++
	}
	if r.at-from < least {
		r.ok = false
	}
	return r.s[from:r.at]
}

func (r *reader) two() int { return smallInt(r.digits(2, 2)) }

func smallInt(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

func (r *reader) year(lax bool) int {
	switch {
	case !lax && r.has("+"):
		return smallInt(r.digits(5, 9))
	case !lax && r.has("-"):
		n := smallInt(r.digits(4, 9))
		if n == 0 {
			r.ok = false
		}
		return -n
	}
	return smallInt(r.digits(4, 4))
}

func (r *reader) fraction() int {
	f := r.digits(0, 9)
	return smallInt(f + strings.Repeat("0", 9-len(f)))
}

// offset is Z or ±HH[:MM[:SS]] in seconds.
func (r *reader) offset(lax bool) int {
	if r.has("Zz") {
		return 0
	}
	sign := 1
	if r.has("-") {
		sign = -1
	} else {
		r.lit("+")
	}
	hours, minutes, seconds := r.two(), 0, 0
	if r.has(":") {
		minutes = r.two()
		if r.has(":") {
			seconds = r.two()
		}
	} else if lax && r.at < len(r.s) {
		minutes = r.two()
	}
	if minutes > 59 || seconds > 59 {
		r.ok = false
	}
	return sign * (hours*3600 + minutes*60 + seconds)
}

// dateOf is the date operator. Null is null, so that a missing field is no error.
func dateOf(c *run, s *syntax, args []any) any {
	if len(args) != 1 {
		return c.invalid(s, "it takes one argument")
	}
	if args[0] == nil {
		return nil
	}
	d, ok := asDate(args[0])
	if !ok {
		return c.invalid(s, "a date is a text like 2024-05-28 or 2024-05-28T16:00:00Z, with an offset if it has a time")
	}
	return d
}

func dateAdd(c *run, s *syntax, args []any) any { return c.addToDate(s, args, 1) }
func dateSub(c *run, s *syntax, args []any) any { return c.addToDate(s, args, -1) }

// addToDate is null if an argument is not valid or the year is not from 0 to 9999.
func (c *run) addToDate(s *syntax, args []any, sign int64) any {
	if len(args) != 2 {
		return c.invalid(s, "it takes a date and a duration")
	}
	d, ok := asDate(args[0])
	t, isText := text(args[1])
	if !ok || !isText {
		return nil
	}
	p, ok := parsePeriod(t)
	if !ok {
		return nil
	}
	end, ok := p.addTo(d.Time, sign)
	if !ok || end.Year() < 0 || end.Year() > 9999 {
		return nil
	}
	return end.Format(time.RFC3339Nano)
}

func durationOf(c *run, s *syntax, args []any) any {
	if len(args) != 2 {
		return c.invalid(s, "it takes a number and a unit")
	}
	unit, ok := unitOf(args[1])
	if !ok || args[0] == nil {
		return nil
	}
	x, ok := c.operand(args[0])
	if !ok {
		return nil
	}
	d, ok := spanOf(c.mul(x, ofInt(unit)).decimal().BigInt())
	if !ok || c.err != nil {
		return nil
	}
	return d.text()
}

func durationBetween(c *run, s *syntax, args []any) any {
	if len(args) != 2 {
		return c.invalid(s, "it takes two dates")
	}
	a, okA := asDate(args[0])
	b, okB := asDate(args[1])
	if !okA || !okB {
		return nil
	}
	return between(a.Time, b.Time).text()
}

// durationAs is the number of whole units in a duration.
func durationAs(c *run, s *syntax, args []any) any {
	if len(args) != 2 {
		return c.invalid(s, "it takes a duration and a unit")
	}
	unit, okU := unitOf(args[1])
	t, isText := text(args[0])
	if !okU || !isText {
		return nil
	}
	p, ok := parsePeriod(t)
	if !ok || p.years != 0 || p.months != 0 {
		return nil
	}
	x := ofBig(p.span.in(unit), 0)
	if c.p.float {
		return x.float()
	}
	return x
}
