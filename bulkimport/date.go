package bulkimport

import (
	"strings"
	"time"
	"unicode"
)

// DateOrder is how the dates of a file that are not YYYY-MM-DD are written: 03/04/2024 alone is
// ambiguous.
type DateOrder string

// The orders. Parts are separated by / . or -. A month by its name, as in 15 Jun 2018 or Jun 15, 2018, needs no order.
const (
	ISODates DateOrder = ""    // YYYY-MM-DD only
	DMY      DateOrder = "DMY" // 31/12/2024
	MDY      DateOrder = "MDY" // 12/31/2024
)

// date reads the day of a date, with or without a time. The time is dropped; which day it is then depends on no time
// zone but its own.
func (c *caster) date(cell string) (string, *problem) {
	if isoDay(cell) {
		return cell, nil
	}
	t, _, p := c.moment(cell)
	if p != nil {
		return "", p
	}
	return t.Format(time.DateOnly), nil
}

// instant reads a date with a time as an instant, in RFC 3339 and UTC.
func (c *caster) instant(cell string) (string, *problem) {
	t, zoned, p := c.moment(cell)
	switch {
	case p != nil:
		return "", p
	case zoned:
	case c.zone == nil:
		return wrong(CodeNoTimeZone, "value", quoted(cell))
	default:
		local := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), c.zone)
		if !sameClock(local, t) || twice(local) {
			return wrong(CodeInvalidDate+".clock", "value", quoted(cell), "zone", c.zone)
		}
		t = local
	}
	t = t.UTC().Truncate(time.Microsecond)
	if t.Year() < 1 || t.Year() > 9999 {
		return wrong(CodeInvalidDate+".outside", "value", quoted(cell))
	}
	return t.Format(time.RFC3339Nano), nil
}

func sameClock(a, b time.Time) bool {
	return a.Format("2006-01-02T15:04:05") == b.Format("2006-01-02T15:04:05")
}

// twice reports whether the clock shows the same time an hour or less before or after, when it is set back.
func twice(t time.Time) bool {
	for _, d := range []time.Duration{-time.Hour, time.Hour, -30 * time.Minute, 30 * time.Minute} {
		if sameClock(t.Add(d), t) {
			return true
		}
	}
	return false
}

// isoDay reports whether a cell is a day of the calendar as YYYY-MM-DD.
func isoDay(cell string) bool {
	if len(cell) != 10 || cell[4] != '-' || cell[7] != '-' {
		return false
	}
	y, ok1 := number(cell[:4])
	m, ok2 := number(cell[5:7])
	d, ok3 := number(cell[8:])
	return ok1 && ok2 && ok3 && m >= 1 && m <= 12 && d >= 1 && (d <= 28 || d <= daysIn(y, m))
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// number reads at most 9 digits.
func number(s string) (int, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int(s[i]-'0')
	}
	return n, true
}

// moment reads a day and a time; without a zone it is in UTC and zoned is false.
func (c *caster) moment(cell string) (t time.Time, zoned bool, p *problem) {
	if c.format.Serials != NoSerials && digitsAndPoint(cell) {
		return c.serial(cell)
	}
	dayPart, timePart := cutTime(cell)
	d, ok := parseDay(dayPart)
	if !ok {
		return t, false, notADate(cell)
	}
	if d, p = c.ordered(cell, d); p != nil {
		return t, false, p
	}
	if d.month < 1 || d.month > 12 || d.day < 1 || d.day > daysIn(d.year, d.month) {
		_, p = wrong(CodeInvalidDate+".calendar", "value", quoted(cell))
		return t, false, p
	}
	t = time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)
	if timePart == "" {
		return t, false, nil
	}
	at, offset, zoned, ok := parseTime(timePart)
	if !ok {
		return t, false, notADate(cell)
	}
	return t.Add(at - offset).In(time.FixedZone("", int(offset/time.Second))), zoned, nil
}

func notADate(cell string) *problem {
	if digits(cell) && len(cell) == 5 {
		_, p := wrong(CodeInvalidDate+".serial_number", "value", quoted(cell))
		return p
	}
	_, p := wrong(CodeInvalidDate, "value", quoted(cell))
	return p
}

// ordered puts day and month in the column's order, and the century before a short year.
func (c *caster) ordered(cell string, d day) (day, *problem) {
	order := c.format.Dates
	if order == ISODates {
		order = c.dates
	}
	if d.unordered && order == ISODates {
		_, p := wrong(CodeAmbiguousDate, "value", quoted(cell), "orders", "DMY, MDY")
		return d, p
	}
	if d.unordered && order == MDY {
		d.day, d.month = d.month, d.day
	}
	if d.short {
		if c.format.YearPivot == 0 {
			_, p := wrong(CodeAmbiguousDate+".century", "value", quoted(cell))
			return d, p
		}
		if d.year < c.format.YearPivot {
			d.year += 100
		}
		d.year += 1900
	}
	return d, nil
}

// Days from which spreadsheets count, and the largest that they show: 9999-12-31.
const maxSerial = 2_958_465

// serial reads a spreadsheet's number of days and fraction of a day, to the second.
func (c *caster) serial(cell string) (t time.Time, zoned bool, p *problem) {
	whole, fraction, _ := strings.Cut(cell, ".")
	n, ok := number(whole)
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if c.format.Serials == Serial1904 {
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if ok && n < 60 {
		start = start.AddDate(0, 0, 1)
	}
	if !ok || n > maxSerial || (c.format.Serials == Serial1900 && (n == 60 || n == 0)) {
		_, p = wrong(CodeInvalidDate+".serial", "value", quoted(cell))
		return t, false, p
	}
	const places = 9
	if len(fraction) > places {
		fraction = fraction[:places]
	}
	part, _ := number(fraction + strings.Repeat("0", places-len(fraction)))
	seconds := (int64(part)*86400 + 500_000_000) / 1_000_000_000
	if seconds > 86399 {
		seconds = 86399
	}
	return start.AddDate(0, 0, n).Add(time.Duration(seconds) * time.Second), false, nil
}

// cutTime cuts a cell where the time of day begins, if there is one.
func cutTime(cell string) (day, clock string) {
	colon := strings.IndexByte(cell, ':')
	if colon < 0 {
		return cell, ""
	}
	begin := colon
	for begin > 0 && cell[begin-1] >= '0' && cell[begin-1] <= '9' {
		begin--
	}
	before := strings.TrimRightFunc(cell[:begin], unicode.IsSpace)
	if begin == colon || (len(before) == begin && !strings.HasSuffix(before, "T") && !strings.HasSuffix(before, "t")) {
		return cell, ""
	}
	if len(before) == begin {
		before = before[:begin-1]
	}
	return strings.TrimSuffix(before, ","), cell[begin:]
}

// parseTime reads hours and minutes, perhaps seconds and a fraction, AM or PM, and an offset.
func parseTime(s string) (at, offset time.Duration, zoned, ok bool) {
	hour, rest, ok1 := leading(s, 2)
	minute, rest, ok2 := leading(strings.TrimPrefix(rest, ":"), 2)
	if !ok1 || !ok2 || s[len(s)-len(rest)-3] != ':' {
		return 0, 0, false, false
	}
	second, nanos := 0, 0
	if after, has := strings.CutPrefix(rest, ":"); has {
		if second, rest, ok = leading(after, 2); !ok {
			return 0, 0, false, false
		}
		if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
			if nanos, rest, ok = fractionOf(rest[1:]); !ok {
				return 0, 0, false, false
			}
		}
	}
	rest = trim(rest)
	switch half := strings.ToUpper(strings.ReplaceAll(rest, ".", "")); {
	case strings.HasPrefix(half, "AM"), strings.HasPrefix(half, "PM"):
		if hour < 1 || hour > 12 {
			return 0, 0, false, false
		}
		hour %= 12
		if half[0] == 'P' {
			hour += 12
		}
		rest = trim(half[2:])
	}
	if hour > 23 || minute > 59 || second > 59 {
		return 0, 0, false, false
	}
	at = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second +
		time.Duration(nanos)
	if rest == "" {
		return at, 0, false, true
	}
	offset, ok = parseOffset(rest)
	return at, offset, true, ok
}

// leading reads 1 to most digits.
func leading(s string, most int) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && i < most && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	n, ok = number(s[:i])
	return n, s[i:], ok
}

// fractionOf reads a fraction of a second; what is below a nanosecond is dropped.
func fractionOf(s string) (nanos int, rest string, ok bool) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	const places = 9
	part := s[:min(i, places)]
	nanos, ok = number(part + strings.Repeat("0", places-len(part)))
	return nanos, s[i:], ok && i > 0
}

// parseOffset reads Z, UTC, GMT, +02:00, +0200 and +02.
func parseOffset(s string) (time.Duration, bool) {
	switch strings.ToUpper(s) {
	case "Z", "UTC", "GMT", "(UTC)":
		return 0, true
	}
	sign := time.Duration(1)
	switch {
	case s[0] == '-':
		sign = -1
	case s[0] != '+':
		return 0, false
	}
	rest := strings.Replace(s[1:], ":", "", 1)
	if len(rest) == 2 {
		rest += "00"
	}
	n, ok := number(rest)
	if !ok || len(rest) != 4 || n/100 > 14 || n%100 > 59 {
		return 0, false
	}
	return sign * (time.Duration(n/100)*time.Hour + time.Duration(n%100)*time.Minute), true
}
