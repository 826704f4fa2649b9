package jsonlogic

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"
)

// javaDate is OffsetDateTime.toString: no seconds if they are zero, and 3, 6 or 9 places.
func javaDate(t time.Time) string {
	year := t.Year()
	var out string
	switch {
	case year < 0:
		out = fmt.Sprintf("-%04d", -year)
	case year > 9999:
		out = fmt.Sprintf("+%d", year)
	default:
		out = fmt.Sprintf("%04d", year)
	}
	out += t.Format("-01-02T15:04")
	if nanos := t.Nanosecond(); t.Second() != 0 || nanos != 0 {
		out += t.Format(":05")
		switch {
		case nanos == 0:
		case nanos%1e6 == 0:
			out += fmt.Sprintf(".%03d", nanos/1e6)
		case nanos%1e3 == 0:
			out += fmt.Sprintf(".%06d", nanos/1e3)
		default:
			out += fmt.Sprintf(".%09d", nanos)
		}
	}
	_, offset := t.Zone()
	if offset == 0 {
		return out + "Z"
	}
	out += t.Format("-07:00")
	if seconds := max(offset, -offset) % 60; seconds != 0 {
		out += fmt.Sprintf(":%02d", seconds)
	}
	return out
}

func togaiDate(c *run, s *syntax, args []any) any {
	switch {
	case len(args) == 0:
		return nil
	case len(args) > 1:
		return c.invalid(s, "it takes one argument")
	}
	text, ok := args[0].(string)
	if !ok {
		return false
	}
	t, ok := parseDate(text, false)
	if !ok {
		return c.invalid(s, "the text is no date")
	}
	return date{t}
}

// two are the texts of an operator that takes two arguments and is null for anything else.
func (c *run) two(s *syntax, args []any) (a, b string, ok bool) {
	if len(args) == 0 {
		return "", "", false
	}
	if len(args) != 2 {
		c.invalid(s, "it takes two arguments")
		return "", "", false
	}
	a, okA := args[0].(string)
	b, okB := args[1].(string)
	return a, b, okA && okB
}

// readable reports whether the numbers of a duration are within the budget.
func (c *run) readable(duration string) bool {
	if len(duration) > c.p.budget.Digits {
		c.exceeded("digits in a number")
		return false
	}
	return c.charge(len(duration) >> 4)
}

// togaiAdd reads durations as javax.xml does and ignores their sign; fields wrap at 32 bits.
func togaiAdd(sign int64) eagerFunc {
	return func(c *run, s *syntax, args []any) any {
		a, b, ok := c.two(s, args)
		if !ok {
			return nil
		}
		if !c.readable(b) {
			return nil
		}
		t, okT := parseDate(a, false)
		fields, _, okD := readDuration(b, spelling{fields: "YMD"})
		if !okT || !okD {
			return nil
		}
		part := func(letter byte) int64 {
			n := new(big.Int).And(fields[letter].big(), big.NewInt(math.MaxUint32))
			return int64(int32(uint32(n.Uint64())))
		}
		d := span{seconds: part('D')*86400 + part('H')*3600 + part('m')*60 + part('S')}
		p := period{part('Y'), part('M'), d}
		t, ok = p.addTo(t, sign)
		if !ok {
			return nil
		}
		return javaDate(t)
	}
}

func togaiDurationOf(c *run, s *syntax, args []any) any {
	if len(args) != 2 {
		c.two(s, args)
		return nil
	}
	name, _ := args[1].(string)
	unit, ok := units[name]
	if !ok || name == "WEEKS" {
		return nil
	}
	text, isText := args[0].(string)
	x, ok := c.javaNumber(args[0])
	if isText && strings.TrimFunc(text, javaBlank) == "" {
		x, ok = num{}, true
	}
	// The number must print as a long: no point, no exponent.
	if !ok || x.scale != 0 || x.big != nil {
		return nil
	}
	d, ok := spanOf(new(big.Int).Mul(big.NewInt(x.m), big.NewInt(unit)))
	if !ok {
		return nil
	}
	return d.text()
}

func togaiBetween(c *run, s *syntax, args []any) any {
	a, b, ok := c.two(s, args)
	if !ok {
		return nil
	}
	t, okT := parseDate(a, false)
	u, okU := parseDate(b, false)
	if !okT || !okU {
		return nil
	}
	return between(t, u).text()
}

// togaiDurationAs drops what is less than a unit, but rounds seconds down.
func togaiDurationAs(c *run, s *syntax, args []any) any {
	a, name, ok := c.two(s, args)
	if !ok || !c.readable(a) {
		return nil
	}
	java := spelling{fields: "D", signs: true, plus: true, anyCase: true, comma: true, fraction: 9}
	fields, neg, ok := readDuration(a, java)
	if !ok {
		return nil
	}
	d, ok := fieldsSpan(fields, neg)
	if !ok {
		return nil
	}
	switch name {
	case "SECONDS":
		return ofInt(d.seconds)
	case "MILLIS", "MINUTES", "HOURS", "DAYS":
		n := d.in(units[name])
		if !n.IsInt64() {
			return nil
		}
		return ofBig(n, 0)
	}
	return nil
}
