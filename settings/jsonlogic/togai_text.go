package jsonlogic

import (
	"math/big"
	"strings"
	"unicode/utf16"
)

// javaText is an object's toString.
func (c *run) javaText(v any, depth int) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case date:
		return javaDate(x.Time)
	}
	if n, ok := c.number(v); ok {
		return n.javaText()
	}
	l, ok := c.list(v)
	if !ok {
		return c.textOf(v)
	}
	if !c.deeper(depth) || !c.charge(len(l)) {
		return ""
	}
	var out strings.Builder
	out.WriteByte('[')
	for i, item := range l {
		if i > 0 {
			out.WriteString(", ")
		}
		piece := c.javaText(item, depth+1)
		if out.Len()+len(piece) > c.p.budget.Text {
			c.exceeded("bytes in a text")
		}
		if !c.makeText(len(piece)) {
			return ""
		}
		out.WriteString(piece)
	}
	out.WriteByte(']')
	return out.String()
}

// togaiCat writes a number that ends in .0 as a 32-bit integer, wrapping.
func togaiCat(c *run, s *syntax, args []any) any {
	var out []byte
	for _, v := range args {
		if v == nil {
			return c.invalid(s, "null has no text")
		}
		if kindOf(v) == ofObject {
			return c.invalid(s, "an object has no text")
		}
		t := c.javaText(v, 0)
		if n, ok := c.number(v); ok && strings.HasSuffix(t, ".0") {
			whole := new(big.Int).And(n.decimal().BigInt(), big.NewInt(0xFFFFFFFF))
			t = ofInt(int64(int32(uint32(whole.Uint64())))).javaText()
		}
		if !c.makeText(len(out) + len(t)) {
			return nil
		}
		out = append(out, t...)
	}
	return string(out)
}

func togaiIn(c *run, _ *syntax, args []any) any {
	if len(args) < 2 {
		return false
	}
	if h, ok := text(args[1]); ok {
		return args[0] != nil && c.charge(len(h)>>6) && strings.Contains(h, c.javaText(args[0], 0))
	}
	l, _ := c.list(args[1])
	for _, v := range l {
		if c.javaEquals(args[0], v, 0) {
			return true
		}
	}
	return false
}

// togaiSubstr counts UTF-16 units, and returns "" if the end is beyond the text.
func togaiSubstr(c *run, s *syntax, args []any) any {
	if len(args) != 2 && len(args) != 3 {
		return c.invalid(s, "it takes two or three arguments")
	}
	var at [2]int
	for i, v := range args[1:] {
		x, ok := c.number(v)
		if !ok {
			return c.invalid(s, "start and length must be numbers")
		}
		at[i] = min(max(x.whole(), -1<<40), 1<<40)
	}
	if args[0] == nil {
		return c.invalid(s, "null has no text")
	}
	t := c.javaText(args[0], 0)
	if !c.makeText(2 * len(t)) {
		return nil
	}
	u := utf16.Encode([]rune(t))
	start, end := at[0], len(u)
	if start < 0 {
		if start += len(u); start < 0 {
			return ""
		}
	}
	if len(args) == 3 {
		if end = start + at[1]; at[1] < 0 {
			end = len(u) + at[1]
		}
		if start > end || end > len(u) {
			return ""
		}
	} else if start > end {
		return c.invalid(s, "the start is beyond the end of the text")
	}
	return string(utf16.Decode(u[start:end]))
}
