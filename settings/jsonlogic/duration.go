package jsonlogic

import (
	"math/big"
	"strconv"
	"strings"
	"time"
)

// units of durations in nanoseconds, by their names in java.time.
var units = map[string]int64{
	"NANOS": 1, "MICROS": 1e3, "MILLIS": 1e6, "SECONDS": 1e9, "MINUTES": 60e9, "HOURS": 3600e9,
	"HALF_DAYS": 12 * 3600e9, "DAYS": 24 * 3600e9, "WEEKS": 7 * 24 * 3600e9,
}

func unitOf(v any) (int64, bool) {
	name, _ := v.(string)
	n, ok := units[name]
	return n, ok
}

// span is an exact length of time; nanos is from 0 to 999,999,999.
type span struct {
	seconds int64
	nanos   int32
}

var giga = big.NewInt(1e9)

func (d span) big() *big.Int {
	n := new(big.Int).Mul(big.NewInt(d.seconds), giga)
	return n.Add(n, big.NewInt(int64(d.nanos)))
}

// spanOf is so many nanoseconds, if their seconds fit.
func spanOf(nanos *big.Int) (span, bool) {
	s, n := new(big.Int).DivMod(nanos, giga, new(big.Int))
	return span{s.Int64(), int32(n.Int64())}, s.IsInt64()
}

// in is the number of whole units, rounded towards zero.
func (d span) in(unit int64) *big.Int { return new(big.Int).Quo(d.big(), big.NewInt(unit)) }

func between(a, b time.Time) span {
	d := span{b.Unix() - a.Unix(), int32(b.Nanosecond() - a.Nanosecond())}
	if d.nanos < 0 {
		d.seconds, d.nanos = d.seconds-1, d.nanos+1e9
	}
	return d
}

// text is the span as java.time.Duration prints it: hours and below, a sign on each part.
func (d span) text() string {
	if d == (span{}) {
		return "PT0S"
	}
	whole, nanos := d.seconds, int64(d.nanos)
	if whole < 0 && nanos > 0 {
		whole, nanos = whole+1, 1e9-nanos
	}
	buf := []byte("PT")
	if h := whole / 3600; h != 0 {
		buf = append(strconv.AppendInt(buf, h, 10), 'H')
	}
	if m := whole % 3600 / 60; m != 0 {
		buf = append(strconv.AppendInt(buf, m, 10), 'M')
	}
	seconds := whole % 60
	if seconds == 0 && nanos == 0 {
		return string(buf)
	}
	if d.seconds < 0 && seconds == 0 {
		buf = append(buf, '-')
	}
	buf = strconv.AppendInt(buf, seconds, 10)
	if nanos != 0 {
		fraction := strconv.FormatInt(nanos+1e9, 10)[1:]
		buf = append(append(buf, '.'), strings.TrimRight(fraction, "0")...)
	}
	return string(append(buf, 'S'))
}

// period is a duration with years and months, which have no fixed length.
type period struct {
	years, months int64
	span          span
}

// amount is a number in a duration as it was written.
type amount struct {
	neg      bool
	digits   string
	fraction string
}

func (a amount) big() *big.Int {
	n, ok := new(big.Int).SetString("0"+a.digits, 10)
	if !ok {
		return new(big.Int)
	}
	if a.neg {
		n.Neg(n)
	}
	return n
}

// spelling is what a grammar for durations allows.
type spelling struct {
	fields   string // before T, in their order
	signs    bool   // on each part
	plus     bool   // before P
	anyCase  bool
	comma    bool
	fraction int // most digits; 0 means any number
}

// readDuration parses a duration: field letter to amount, minutes under 'm'.
func readDuration(s string, sp spelling) (fields map[byte]amount, neg, ok bool) {
	if sp.anyCase {
		s = strings.ToUpper(s)
	}
	r := reader{s: s, ok: true}
	neg = r.has("-")
	if !neg && sp.plus {
		r.has("+")
	}
	r.lit("P")
	fields = map[byte]amount{}
	r.parts(fields, sp.fields, sp)
	if r.has("T") {
		before := len(fields)
		r.parts(fields, "HMS", sp)
		if len(fields) == before {
			r.ok = false
		}
	}
	return fields, neg, r.ok && r.at == len(s) && len(fields) > 0
}

func (r *reader) parts(fields map[byte]amount, letters string, sp spelling) {
	for letters != "" && r.ok {
		from := r.at
		var a amount
		if sp.signs && !r.has("+") {
			a.neg = r.has("-")
		}
		if a.digits = r.digits(0, len(r.s)); a.digits == "" {
			r.at = from
			return
		}
		point := r.has(".") || sp.comma && r.has(",")
		if point {
			a.fraction = r.digits(0, len(r.s))
		}
		if r.at == len(r.s) {
			r.ok = false
			return
		}
		letter := r.s[r.at]
		i := strings.IndexByte(letters, letter)
		if i < 0 || point && (letter != 'S' || sp.fraction > 0 && len(a.fraction) > sp.fraction) {
			r.ok = false
			return
		}
		r.at++
		letters = letters[i+1:]
		if letter == 'M' && !strings.Contains(sp.fields, "M") || letter == 'M' && letters == "S" {
			letter = 'm'
		}
		fields[letter] = a
	}
}

// isoSpelling is ISO 8601 with common extensions: weeks, and signs before the whole and each part.
var isoSpelling = spelling{fields: "YMWD", signs: true, plus: true, anyCase: true, comma: true, fraction: 9}

const mostYears = 1_000_000_000 // of a duration

func parsePeriod(s string) (period, bool) {
	if len(s) > 200 {
		return period{}, false
	}
	fields, neg, ok := readDuration(s, isoSpelling)
	if !ok {
		return period{}, false
	}
	d, ok := fieldsSpan(fields, neg)
	years, months := fields['Y'].big(), fields['M'].big()
	if limit := big.NewInt(mostYears); years.CmpAbs(limit) > 0 || months.CmpAbs(limit) > 0 {
		return period{}, false
	}
	p := period{years.Int64(), months.Int64(), d}
	if neg {
		p.years, p.months = -p.years, -p.months
	}
	return p, ok
}

// fieldsSpan adds the fields of fixed length.
func fieldsSpan(fields map[byte]amount, neg bool) (span, bool) {
	total := new(big.Int)
	for letter, unit := range map[byte]int64{'W': 7 * 86400e9, 'D': 86400e9, 'H': 3600e9, 'm': 60e9, 'S': 1e9} {
		n := fields[letter].big()
		total.Add(total, n.Mul(n, big.NewInt(unit)))
	}
	if seconds := fields['S']; seconds.fraction != "" {
		f := int64(smallInt(seconds.fraction + strings.Repeat("0", 9-len(seconds.fraction))))
		if seconds.neg {
			f = -f
		}
		total.Add(total, big.NewInt(f))
	}
	if neg {
		total.Neg(total)
	}
	return spanOf(total)
}

// addTo moves the local date by years, then months, each to the last day of a shorter month, and then
// by the rest. The offset stays.
func (p period) addTo(t time.Time, sign int64) (time.Time, bool) {
	t, ok := addMonths(t, sign*p.years*12)
	if !ok {
		return t, false
	}
	if t, ok = addMonths(t, sign*p.months); !ok {
		return t, false
	}
	d := p.span
	if sign < 0 {
		var fits bool
		if d, fits = spanOf(new(big.Int).Neg(d.big())); !fits {
			return t, false
		}
	}
	return addSpan(t, d)
}

const yearsOfTime = 1_000_000_000 // java.time ends at year 999,999,999

func addSpan(t time.Time, d span) (time.Time, bool) {
	const reach = yearsOfTime * 366 * 86400
	if d.seconds > reach || d.seconds < -reach {
		return t, false
	}
	t = time.Unix(t.Unix()+d.seconds, int64(t.Nanosecond())+int64(d.nanos)).In(t.Location())
	return t, t.Year() < yearsOfTime && t.Year() > -yearsOfTime
}

func addMonths(t time.Time, n int64) (time.Time, bool) {
	if n == 0 {
		return t, true
	}
	months := int64(t.Year())*12 + int64(t.Month()) - 1 + n
	year, month := months/12, months%12
	if month < 0 {
		year, month = year-1, month+12
	}
	if year >= yearsOfTime || year <= -yearsOfTime {
		return t, false
	}
	day := min(t.Day(), daysIn(int(year), int(month)+1))
	h, m, s := t.Clock()
	return time.Date(int(year), time.Month(month+1), day, h, m, s, t.Nanosecond(), t.Location()), true
}
