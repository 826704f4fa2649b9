package xlsx

import (
	"math"
	"strconv"
	"time"
)

// The first day behind those that a spreadsheet has: 10000-01-01, counted in the system of 1900 and of 1904.
const (
	end1900 = 2958466
	end1904 = end1900 - 1462
)

const dayMillis = 24 * 60 * 60 * 1000

// appendTime appends a stored number in the form of ISO 8601 that its format asks for. What is no day of a
// spreadsheet has none.
func appendTime(out []byte, stored string, f numberFormat, from1904 bool) ([]byte, bool) {
	v, err := strconv.ParseFloat(stored, 64)
	end := float64(end1900)
	if from1904 {
		end = end1904
	}
	if err != nil || v < 0 || v >= end || math.IsNaN(v) {
		return out, false
	}
	step := int64(1000) // a time that was computed is not exact to the last digit
	if f.millis {
		step = 1
	}
	millis := int64(math.Round(v*dayMillis/float64(step))) * step
	if f.shape == date {
		millis = int64(v) * dayMillis // a day does not round up
	}
	day, rest := millis/dayMillis, millis%dayMillis
	is := f.shape
	switch {
	case is == elapsed:
		return appendClock(out, millis), true
	case is == anyTime && day == 0, is == clock && day == 0, is == dateTime && day == 0 && !from1904:
		return appendClock(out, rest), true
	case is == anyTime && rest == 0:
		is = date
	}
	out, ok := appendDay(out, day, from1904)
	if !ok || is == date {
		return out, ok
	}
	return appendClock(append(out, 'T'), rest), true
}

// appendDay appends a day by its number.
func appendDay(out []byte, day int64, from1904 bool) ([]byte, bool) {
	switch {
	case from1904:
		day += 1462
	case day == 0:
		return out, false
	case day == 60:
		return append(out, "1900-02-29"...), true // a day that the system of 1900 has and the calendar has not
	case day < 60:
		day++
	}
	t := time.Date(1899, time.December, 30+int(day), 0, 0, 0, 0, time.UTC)
	return t.AppendFormat(out, time.DateOnly), true
}

func appendClock(out []byte, millis int64) []byte {
	two := func(n int64) {
		if n < 10 {
			out = append(out, '0')
		}
		out = strconv.AppendInt(out, n, 10)
	}
	seconds := millis / 1000
	two(seconds / 3600)
	out = append(out, ':')
	two(seconds / 60 % 60)
	out = append(out, ':')
	two(seconds % 60)
	if rest := millis % 1000; rest > 0 {
		out = append(out, '.', byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
	}
	return out
}
