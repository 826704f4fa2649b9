package jsonlogic

import "strings"

func togaiEqual(equal func(c *run, a, b any) bool, is bool) eagerFunc {
	return func(c *run, s *syntax, args []any) any {
		if len(args) != 2 {
			return c.invalid(s, "it takes two arguments")
		}
		return equal(c, args[0], args[1]) == is
	}
}

// togaiLoose is ==: numbers are equal only with the same scale, but not to texts.
func togaiLoose(c *run, a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if rank(a) > rank(b) {
		a, b = b, a
	}
	x, isNumber := c.number(a)
	switch y := b.(type) {
	case date:
		switch x := a.(type) {
		case date:
			return x.Equal(y.Time)
		case string:
			t, ok := parseDate(strings.TrimFunc(x, javaBlank), false)
			return ok && t.Equal(y.Time)
		}
	case string:
		if isNumber {
			return c.togaiNumberText(x, y)
		}
		if s, ok := a.(string); ok {
			return s == y
		}
	case bool:
		switch x := a.(type) {
		case bool:
			return x == y
		case string:
			return (x != "") == y
		}
		if isNumber {
			n := num{}
			if y {
				n = ofInt(1)
			}
			return sameScale(c, x, n)
		}
	default:
		if z, ok := c.number(b); ok && isNumber {
			return sameScale(c, x, z)
		}
	}
	return !c.truthy(a) && !c.truthy(b)
}

// rank orders kinds, so that only one order of a pair has to be handled.
func rank(v any) int {
	switch kindOf(v) {
	case ofNumber:
		return 0
	case ofText:
		return 1
	case ofBool:
		return 2
	case ofDate:
		return 3
	}
	return 4
}

func javaBlank(r rune) bool { return r <= ' ' }

func (c *run) togaiNumberText(x num, s string) bool {
	if strings.TrimFunc(s, javaBlank) == "" {
		s = "0"
	}
	y, ok := c.javaNumber(s)
	return ok && c.cmp(x, y) == 0
}

// sameScale is BigDecimal.equals.
func sameScale(c *run, x, y num) bool { return x.scale == y.scale && c.cmp(x, y) == 0 }

// togaiStrict is ===: two numbers by value, all else by Java's equals.
func togaiStrict(c *run, a, b any) bool {
	x, okX := c.number(a)
	y, okY := c.number(b)
	if okX && okY {
		return c.cmp(x, y) == 0
	}
	return c.javaEquals(a, b, 0)
}

func (c *run) javaEquals(a, b any, depth int) bool {
	if !c.charge(1) || !c.deeper(depth) {
		return false
	}
	if kindOf(a) != kindOf(b) {
		c.known(a)
		c.known(b)
		return false
	}
	switch kindOf(a) {
	case ofNumber:
		x, okX := c.number(a)
		y, okY := c.number(b)
		return okX && okY && sameScale(c, x, y)
	case ofDate:
		x, y := a.(date), b.(date)
		_, ox := x.Zone()
		_, oy := y.Zone()
		return x.Equal(y.Time) && ox == oy
	case ofList:
		return c.sameList(a, b, func(x, y any) bool { return c.javaEquals(x, y, depth+1) })
	case ofObject:
		return c.sameObject(a, b, func(x, y any) bool { return c.javaEquals(x, y, depth+1) })
	}
	return c.same(a, b, depth)
}
