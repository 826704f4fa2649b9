package jsonlogic

import "unicode/utf8"

// sliceOf is a part of a list or of the code points of a text: from a start to before an end, by a step. Negative
// positions count from the end, null ones are the beginning and the end, and a negative step goes backwards, as in
// Python. null stays null.
func sliceOf(c *run, s *syntax, args []any) any {
	if len(args) == 0 || len(args) > 4 {
		return c.invalid(s, "it takes a list or a text, a start, an end and a step")
	}
	if args[0] == nil {
		return nil
	}
	t, isText := text(args[0])
	l, isList := c.list(args[0])
	if !isText && !isList {
		c.known(args[0])
		return c.invalid(s, "it takes a list or a text")
	}
	var runes []rune
	n := len(l)
	if isText {
		if n = utf8.RuneCountInString(t); !c.make(4*n) || !c.charge(1+n>>4) {
			return nil
		}
		runes = []rune(t)
	}
	step := 1
	if len(args) > 3 && args[3] != nil {
		if step = c.index(args[3], operandAt(s, 3)); step == 0 && c.err == nil {
			return c.invalid(s, "the step must not be 0")
		}
	}
	first, last := c.bound(s, args, 1, n, step, true), c.bound(s, args, 2, n, step, false)
	if c.err != nil {
		return nil
	}
	count := 0
	if span := last - first; span != 0 && (span > 0) == (step > 0) {
		count = (span-sign(step))/step + 1
	}
	if isText {
		out := make([]rune, 0, count)
		for i := range count {
			out = append(out, runes[first+i*step])
		}
		if made := string(out); c.makeText(len(made)) {
			return made
		}
		return nil
	}
	if !c.makeList(count) || !c.charge(count) {
		return nil
	}
	out := make([]any, 0, count)
	for i := range count {
		out = append(out, l[first+i*step])
	}
	return out
}

// bound is a position of n that a slice begins at or ends before.
func (c *run) bound(s *syntax, args []any, i, n, step int, begins bool) int {
	low, high := 0, n
	if step < 0 {
		low, high = -1, n-1
	}
	if i >= len(args) || args[i] == nil {
		if begins == (step > 0) {
			return low
		}
		return high
	}
	at := c.index(args[i], operandAt(s, i))
	if at < 0 {
		at += n
	}
	return min(max(at, low), high)
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}
