package jsonlogic

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// textOf is a value as cat writes it.
func (c *run) textOf(v any) string {
	if s, ok := text(v); ok {
		return s
	}
	return string(c.appendText(nil, v, 0, nil))
}

// appendText writes null as nothing, numbers in digits, and a list as its elements with commas
// between them. An object has no text.
func (c *run) appendText(buf []byte, v any, depth int, s *syntax) []byte {
	switch x := v.(type) {
	case nil:
		return buf
	case string:
		return append(buf, x...)
	case bool:
		if x {
			return append(buf, "true"...)
		}
		return append(buf, "false"...)
	case num:
		return x.plain(buf, true)
	case float64:
		if c.p.float && x-x == 0 {
			return appendFloat(buf, x)
		}
	case json.Number, int:
	case date:
		return append(buf, c.dateText(x)...)
	default:
		if t, ok := text(v); ok {
			return append(buf, t...)
		}
		if l, ok := c.list(v); ok {
			return c.appendList(buf, l, depth, s)
		}
	}
	if kindOf(v) == ofNumber {
		return c.appendNumber(buf, v, s)
	}
	if c.known(v); s != nil {
		c.fail(s, InvalidArguments, "an object has no text")
	}
	return buf
}

func (c *run) appendNumber(buf []byte, v any, s *syntax) []byte {
	if c.p.float {
		if f, ok := c.float(v); ok {
			return appendFloat(buf, f)
		}
	} else if x, ok := c.number(v); ok {
		return x.plain(buf, true)
	}
	if s != nil {
		c.noNumber(s)
	}
	return buf
}

func (c *run) appendList(buf []byte, l []any, depth int, s *syntax) []byte {
	if !c.deeper(depth) || !c.charge(len(l)) {
		return buf
	}
	for i, v := range l {
		if i > 0 {
			buf = append(buf, ',')
		}
		if buf = c.appendPiece(buf, v, depth+1, s); len(buf) > c.p.budget.Text {
			c.exceeded("bytes in a text")
		}
		if c.err != nil {
			return buf
		}
	}
	return buf
}

func (k *compiler) catForm(s *syntax, sc *lexical) *node {
	general := func(c *run, s *syntax, args []any) any {
		if !c.charge(len(args)) {
			return nil
		}
		buf := c.buf[:0]
		for _, v := range args {
			if buf = c.appendPiece(buf, v, 0, s); c.err != nil {
				return nil
			}
		}
		return c.textMade(buf)
	}
	if k.plain || s.items[0].form != isList {
		return k.eagerNode(s, sc, general)
	}
	args, _ := k.compileAll(s.items[0].items, sc)
	return &node{kind: ofText, text: func(c *run) string {
		buf := c.buf[:0]
		c.buf = nil // what the arguments themselves write must be elsewhere
		for _, n := range args {
			if buf = c.appendPiece(buf, n.val(c), 0, s); c.err != nil {
				break
			}
		}
		return c.textMade(buf)
	}}
}

// appendPiece is appendText that checks the length before it writes.
func (c *run) appendPiece(buf []byte, v any, depth int, s *syntax) []byte {
	if t, ok := v.(string); ok {
		if len(buf)+len(t) > c.p.budget.Text {
			c.exceeded("bytes in a text")
			return buf
		}
		return append(buf, t...)
	}
	return c.appendText(buf, v, depth, s)
}

// textMade makes the text of a buffer, and keeps the buffer.
func (c *run) textMade(buf []byte) string {
	c.buf = buf
	if !c.makeText(len(buf)) {
		return ""
	}
	return string(buf)
}

// substr counts code points. A negative start counts from the end, a negative length leaves out that many
// at the end; what is beyond either end is empty.
func (k *compiler) substrForm(s *syntax, sc *lexical) *node {
	general := func(c *run, s *syntax, args []any) any {
		if len(args) == 0 {
			return c.invalid(s, "it needs a text and a start")
		}
		start, length, limited := 0, 0, false
		if len(args) > 1 {
			start = c.index(args[1], operandAt(s, 1))
		}
		if len(args) > 2 {
			length, limited = c.index(args[2], operandAt(s, 2)), true
		}
		t := c.textOf(args[0])
		if c.err != nil {
			return nil
		}
		return c.substr(t, start, length, limited)
	}
	if k.plain || s.items[0].form != isList || len(s.items[0].items) < 2 || len(s.items[0].items) > 3 {
		return k.eagerNode(s, sc, general)
	}
	args, _ := k.compileAll(s.items[0].items, sc)
	for _, n := range args[1:] {
		if !n.konst {
			return &node{val: func(c *run) any { return callEager(c, s, args, general) }}
		}
	}
	source, limited := args[0].readingOf(), len(args) == 3
	c := k.folding
	start, length := c.index(args[1].value, s), 0
	if limited {
		length = c.index(args[2].value, s)
	}
	if c.err != nil {
		c.err = nil
		return &node{val: func(c *run) any { return callEager(c, s, args, general) }}
	}
	end := start + length
	quick := limited && start >= 0 && length >= 0 && end <= 64
	return &node{kind: ofText, text: func(c *run) string {
		v := c.read(source)
		t, ok := v.(string)
		if quick && len(t) >= end && ascii(t[:end]) {
			return t[start:end]
		}
		if !ok {
			t = c.textOf(v)
		}
		return c.substr(t, start, length, limited)
	}}
}

// index is the integer part of an operand.
func (c *run) index(v any, s *syntax) int {
	if c.p.float {
		f := c.toFloat(v, s)
		return int(min(max(f, -1<<40), 1<<40))
	}
	return min(max(c.toNum(v, s).whole(), -1<<40), 1<<40)
}

func (c *run) substr(t string, start, length int, limited bool) string {
	if !c.charge(len(t) >> 6) {
		return ""
	}
	if start < 0 || limited && length < 0 {
		n := utf8.RuneCountInString(t)
		if start < 0 {
			start = max(0, n+start)
		}
		if limited && length < 0 {
			length = max(0, n+length-start)
		}
	}
	t = t[runes(t, start):]
	if limited {
		t = t[:runes(t, length)]
	}
	return t
}

func ascii(t string) bool {
	for i := range len(t) {
		if t[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// runes is the number of bytes of the first n code points of t.
func runes(t string, n int) int {
	at := 0
	for ; n > 0 && at < len(t); n-- {
		if t[at] < utf8.RuneSelf {
			at++
			continue
		}
		_, size := utf8.DecodeRuneInString(t[at:])
		at += size
	}
	return at
}

// inForm finds a text in a text, or an element in a list as === compares.
func (k *compiler) inForm(s *syntax, sc *lexical) *node {
	general := func(c *run, _ *syntax, args []any) any {
		if len(args) < 2 {
			return false
		}
		return c.contains(args[0], args[1])
	}
	if k.plain || s.items[0].form != isList || len(s.items[0].items) != 2 {
		return k.eagerNode(s, sc, general)
	}
	args, _ := k.compileAll(s.items[0].items, sc)
	needle, hay := args[0].readingOf(), args[1].val
	if l, ok := args[1].value.([]any); ok && args[1].konst {
		if words, ok := textsOnly(l); ok {
			return &node{kind: ofBool, truth: func(c *run) bool {
				v := c.read(needle)
				t, ok := v.(string)
				if !ok {
					return c.err == nil && c.contains(v, l)
				}
				for _, w := range words {
					if w == t {
						return true
					}
				}
				return false
			}}
		}
	}
	return &node{kind: ofBool, truth: func(c *run) bool {
		v := c.read(needle)
		w := hay(c)
		return c.err == nil && c.contains(v, w)
	}}
}

const fewWords = 16 // in a list that is searched without charging for it

func textsOnly(l []any) ([]string, bool) {
	if len(l) > fewWords {
		return nil, false
	}
	out := make([]string, len(l))
	for i, v := range l {
		s, ok := v.(string)
		if !ok {
			return nil, false
		}
		out[i] = s
	}
	return out, true
}

func (c *run) contains(needle, hay any) bool {
	if h, ok := text(hay); ok {
		if needle == nil || !c.charge(len(h)>>6) {
			return false
		}
		switch kindOf(needle) {
		case ofList, ofObject:
			return false
		}
		return strings.Contains(h, c.textOf(needle))
	}
	l, ok := c.list(hay)
	if !ok {
		c.known(hay)
		return false
	}
	if !c.charge(len(l)) {
		return false
	}
	for _, v := range l {
		if c.same(needle, v, 0) {
			return true
		}
	}
	return false
}

// mergeForm makes one list of the elements of lists and of all other values.
func (k *compiler) mergeForm(s *syntax, sc *lexical) *node {
	n := k.eagerNode(s, sc, merge)
	n.own = true
	return n
}

func merge(c *run, _ *syntax, args []any) any {
	n := 0
	for _, v := range args {
		if kindOf(v) == ofList {
			n += length(v)
		} else {
			n++
		}
	}
	if !c.makeList(n) || !c.charge(n) {
		return nil
	}
	out := make([]any, 0, n)
	for _, v := range args {
		if l, ok := c.list(v); ok {
			out = append(out, l...)
		} else {
			out = append(out, v)
		}
	}
	return out
}
