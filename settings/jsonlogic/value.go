package jsonlogic

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// kind is the JSON Logic type of a value.
type kind uint8

const (
	ofAny kind = iota // only of a node: not known before it is evaluated
	ofNull
	ofBool
	ofNumber
	ofText
	ofList
	ofObject
	ofDate
	ofOther // a Go type that data may not hold
)

func kindOf(v any) kind {
	switch v.(type) {
	case nil:
		return ofNull
	case bool:
		return ofBool
	case string, time.Time:
		return ofText
	case float64, json.Number, int, num, decimal.Decimal, int64, int32, int16, int8,
		uint, uint64, uint32, uint16, uint8, float32:
		return ofNumber
	case date:
		return ofDate
	case map[string]any, map[string]string, map[string]json.Number, map[string]float64, map[string]int,
		map[string]bool, map[string]decimal.Decimal:
		return ofObject
	case []any, []string, []json.Number, []int, []int64, []float64, []bool, []decimal.Decimal,
		[]map[string]any, []map[string]string, []time.Time, [][]any:
		return ofList
	}
	return ofOther
}

// text is v as a text, if it is one.
func text(v any) (string, bool) {
	switch s := v.(type) {
	case string:
		return s, true
	case time.Time:
		return s.Format(time.RFC3339Nano), true
	}
	return "", false
}

// number is v as a decimal, if it is a number; a text is none.
func (c *run) number(v any) (num, bool) {
	var x num
	var how numText
	switch n := v.(type) {
	case float64:
		x, how = ofFloat(n, c.p.budget.Digits)
	case json.Number:
		x, how = c.parseNum(string(n))
	case int:
		return ofInt(int64(n)), true
	case num:
		return n, true
	case int64:
		return ofInt(n), true
	case decimal.Decimal:
		x, how = fromDecimal(n, c.p.budget.Digits)
	case int32:
		return ofInt(int64(n)), true
	case int16:
		return ofInt(int64(n)), true
	case int8:
		return ofInt(int64(n)), true
	case uint:
		x, how = parseNum(strconv.FormatUint(uint64(n), 10), c.p.budget.Digits)
	case uint64:
		x, how = parseNum(strconv.FormatUint(n, 10), c.p.budget.Digits)
	case uint32:
		return ofInt(int64(n)), true
	case uint16:
		return ofInt(int64(n)), true
	case uint8:
		return ofInt(int64(n)), true
	case float32:
		x, how = ofFloat32(n, c.p.budget.Digits)
	default:
		c.known(v)
		return num{}, false
	}
	if how == numLong {
		c.exceeded("digits in a number")
	}
	return x, how == numOK
}

// parseNum is parseNum within the budget.
func (c *run) parseNum(s string) (num, numText) {
	if x, ok := parseShort(s); ok {
		return x, numOK
	}
	if !c.along(len(s)) {
		return num{}, numBad
	}
	return parseNum(s, c.p.budget.Digits)
}

func ofFloat32(f float32, most int) (num, numText) {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return num{}, numBad
	}
	return parseNum(strconv.FormatFloat(float64(f), 'g', -1, 32), most)
}

// float is v as a float64, if it is a finite number.
func (c *run) float(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, n-n == 0 // neither NaN nor infinite
	case int:
		return float64(n), true
	case json.Number:
		return c.floatText(string(n))
	case int64:
		return float64(n), true
	case uint64:
		return float64(n), true
	case uint:
		return float64(n), true
	case float32:
		return float64(n), n-n == 0
	case decimal.Decimal:
		if e := n.Exponent(); e > 1000 || e < -10_000 {
			return 0, n.IsZero()
		}
		if digits := n.NumDigits(); digits > 19 && !c.charge(digits) {
			return 0, false
		}
		f := n.InexactFloat64()
		return f, f-f == 0
	}
	if x, ok := c.number(v); ok {
		return x.float(), true
	}
	return 0, false
}

func (c *run) floatText(s string) (float64, bool) {
	if !c.along(len(s)) {
		return 0, false
	}
	return floatText(s)
}

func floatText(s string) (float64, bool) {
	if len(s) < 16 { // small ones are exact and quick this way
		if x, how := parseNum(s, 22); how == numOK && x.scale >= 0 {
			return x.float(), true
		} else if how == numBad {
			return 0, false
		}
	} else if _, how := parseNum(s, 0); how == numBad {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && f-f == 0
}

const blanks = " \t\n\r\v\f\u00a0\ufeff\u2028\u2029"

// trimmed is a text without the white space around it.
func (c *run) trimmed(s string) string {
	if !c.along(len(s)) {
		return ""
	}
	return strings.Trim(s, blanks)
}

// operand is v in arithmetic: null and "" are 0, booleans 0 and 1, texts the number that they contain.
func (c *run) operand(v any) (num, bool) {
	switch n := v.(type) {
	case nil:
		return num{}, true
	case bool:
		if n {
			return ofInt(1), true
		}
		return num{}, true
	case string:
		if n = c.trimmed(n); n == "" {
			return num{}, c.err == nil
		}
		x, how := c.parseNum(n)
		if how == numLong {
			c.exceeded("digits in a number")
		}
		return x, how == numOK
	}
	return c.number(v)
}

// floatOperand is operand in float64.
func (c *run) floatOperand(v any) (float64, bool) {
	switch n := v.(type) {
	case nil:
		return 0, true
	case bool:
		if n {
			return 1, true
		}
		return 0, true
	case string:
		if n = c.trimmed(n); n == "" {
			return 0, c.err == nil
		}
		return c.floatText(n)
	}
	return c.float(v)
}

// toNum is the operand at s, or the error that it is none.
func (c *run) toNum(v any, s *syntax) num {
	switch n := v.(type) {
	case json.Number:
		if x, ok := parseShort(string(n)); ok {
			return x
		}
	case float64:
		if i := int64(n); float64(i) == n && i > -1e15 && i < 1e15 {
			return num{m: i}
		}
		if x, how := ofFloat(n, c.p.budget.Digits); how == numOK {
			return x
		}
	}
	x, ok := c.operand(v)
	if !ok {
		c.noNumber(s)
	}
	return x
}

func (c *run) toFloat(v any, s *syntax) float64 {
	if f, ok := v.(float64); ok && f-f == 0 {
		return f
	}
	x, ok := c.floatOperand(v)
	if !ok {
		c.noNumber(s)
	}
	return x
}

func (c *run) noNumber(s *syntax) {
	if c.err == nil {
		c.err = &Error{
			Fault: NotANumber, Operator: s.within(), Pointer: s.pointer(), Detail: "the operand is no number",
		}
		if c.err.Operator == "" {
			c.err.Operator = s.operator()
		}
	}
}

// truthy reports whether v counts as true: null, false, 0, NaN, "" and the empty list do not.
func (c *run) truthy(v any) bool {
	switch x := v.(type) {
	case nil:
		return false
	case bool:
		return x
	case string:
		return x != ""
	case float64:
		return x != 0 && !math.IsNaN(x)
	case []any:
		return len(x) > 0
	case json.Number:
		return c.nonzero(v)
	case map[string]any, time.Time, date:
		return true
	}
	switch kindOf(v) {
	case ofNumber:
		return c.nonzero(v)
	case ofList:
		return length(v) > 0
	case ofOther:
		return c.unknown(v) != nil
	}
	return true
}

// nonzero reports whether a number is not 0. One that cannot be computed with is an error, and not false.
func (c *run) nonzero(v any) bool {
	if c.p.float {
		f, ok := c.float(v)
		if !ok {
			c.noSuchNumber(v)
		}
		return f != 0
	}
	x, ok := c.number(v)
	if !ok {
		c.noSuchNumber(v)
	}
	return x.sign() != 0
}

func (c *run) noSuchNumber(v any) {
	if c.err == nil {
		c.err = &Error{Fault: InvalidData, Detail: "the data holds a " + typeName(v) + " that is no number within bounds"}
	}
}

// known records an error if v has a Go type that data may not hold. An operator calls it for a value that it
// cannot use: such a value must not count as absent.
func (c *run) known(v any) {
	if kindOf(v) == ofOther {
		c.unknown(v)
	}
}

// unknown records the error of a Go type that data may not hold and returns nil.
func (c *run) unknown(v any) any {
	if c.err == nil {
		c.err = &Error{Fault: InvalidData, Detail: "the data holds a " + typeName(v) +
			": use what JSON decodes to, Go's numbers, decimal.Decimal, time.Time, and maps and slices of these"}
	}
	return nil
}
