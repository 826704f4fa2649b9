package jsonlogic

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

func typeName(v any) string { return fmt.Sprintf("%T", v) }

// export copies a value into the types of a result.
func (c *run) export(v any, depth int) any {
	switch x := v.(type) {
	case nil, bool, string:
		return v
	case num:
		return c.exportNum(x)
	case float64:
		if c.p.float && x-x == 0 {
			return v
		}
	case json.Number:
		if !c.p.float && c.p.dialect == Standard && isPlain(string(x)) {
			return v
		}
	case []any:
		return c.exportList(x, depth)
	case map[string]any:
		return c.exportObject(x, depth)
	case time.Time:
		return x.Format(time.RFC3339Nano)
	case date:
		return c.dateText(x)
	}
	switch kindOf(v) {
	case ofNumber:
		return c.exportNumber(v)
	case ofList:
		l, _ := c.list(v)
		return c.exportList(l, depth)
	case ofObject:
		return c.exportObject(c.object(v), depth)
	}
	return c.unknown(v)
}

func (c *run) exportNumber(v any) any {
	if c.p.float {
		if f, ok := c.float(v); ok {
			return f
		}
	} else if x, ok := c.number(v); ok {
		return c.exportNum(x)
	}
	c.noSuchNumber(v)
	return nil
}

// isPlain reports whether a short number is written as in results: no exponent, no leading zeros, and no
// zeros at the end of its places.
func isPlain(s string) bool {
	if len(s) > 18 {
		return false
	}
	digits := strings.TrimPrefix(s, "-")
	whole, places, point := strings.Cut(digits, ".")
	switch {
	case !onlyDigits(whole), whole[0] == '0' && len(whole) > 1, s == "-0":
		return false
	case point:
		return onlyDigits(places) && places[len(places)-1] != '0'
	}
	return true
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func (c *run) exportNum(x num) any {
	if c.p.float {
		return x.float()
	}
	c.buf = x.plain(c.buf[:0], c.p.dialect == Standard)
	return json.Number(c.keep(c.buf))
}

// keep makes a text of digits. Several share one allocation, which is small enough to be kept alive by one
// of them.
func (c *run) keep(number []byte) string {
	if c.digits.Cap()-c.digits.Len() < len(number) {
		c.digits = strings.Builder{}
		c.digits.Grow(max(keptTogether, len(number)))
	}
	from := c.digits.Len()
	c.digits.Write(number)
	return c.digits.String()[from:]
}

const keptTogether = 128 // bytes

func (c *run) exportList(l []any, depth int) any {
	if !c.deeper(depth) || !c.make(len(l)*perElement) || !c.charge(len(l)) {
		return nil
	}
	out := make([]any, len(l))
	for i, v := range l {
		out[i] = c.export(v, depth+1)
	}
	return out
}

// exportOwn is exportList of a list that nothing else refers to: it is changed in place.
func (c *run) exportOwn(l []any) {
	if !c.charge(len(l)) {
		return
	}
	for i, v := range l {
		l[i] = c.export(v, 1)
	}
}

func (c *run) exportObject(m map[string]any, depth int) any {
	if !c.deeper(depth) || !c.make(4*len(m)*perElement) || !c.charge(len(m)) {
		return nil
	}
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = c.export(v, depth+1)
	}
	return out
}

func (c *run) deeper(depth int) bool {
	if depth >= c.p.budget.DataDepth {
		c.exceeded("levels of data")
	}
	return c.err == nil
}
