package jsonlogic

import (
	"strings"
	"unicode/utf8"
)

// upperOf and lowerOf take each letter's own other case, as Unicode has it for one letter: ß stays.
func upperOf(c *run, s *syntax, args []any) any { return c.changed(s, args, strings.ToUpper) }
func lowerOf(c *run, s *syntax, args []any) any { return c.changed(s, args, strings.ToLower) }

// trimOf takes white space off both ends.
func trimOf(c *run, s *syntax, args []any) any { return c.changed(s, args, strings.TrimSpace) }

// changed is a text after a change that makes it three times as long at most.
func (c *run) changed(s *syntax, args []any, f func(string) string) any {
	if len(args) != 1 {
		return c.invalid(s, "it takes one text")
	}
	t, ok := c.scalarText(args[0])
	if !ok {
		return c.invalid(s, needsText)
	}
	if !c.makeText(len(t)) {
		return nil
	}
	out := f(t)
	if len(out) > len(t) && !c.makeText(len(out)) {
		return nil
	}
	return out
}

const needsText = "it takes a text: a list and an object have none"

// scalarText is a value as cat writes it, unless it is a list or an object.
func (c *run) scalarText(v any) (string, bool) {
	switch kindOf(v) {
	case ofList, ofObject, ofOther:
		c.known(v)
		return "", false
	}
	t := c.textOf(v)
	return t, c.err == nil
}

func startsWith(c *run, s *syntax, args []any) any { return c.affix(s, args, strings.HasPrefix) }
func endsWith(c *run, s *syntax, args []any) any   { return c.affix(s, args, strings.HasSuffix) }

// affix is false for null, which is no text.
func (c *run) affix(s *syntax, args []any, has func(t, part string) bool) any {
	if len(args) != 2 {
		return c.invalid(s, "it takes a text and its beginning or end")
	}
	if args[0] == nil || args[1] == nil {
		return false
	}
	t, okT := c.scalarText(args[0])
	part, okP := c.scalarText(args[1])
	if !okT || !okP {
		return c.invalid(s, needsText)
	}
	return c.along(len(part)) && has(t, part)
}

// splitOf is the list of the parts of a text between separators; an empty one separates code points.
func splitOf(c *run, s *syntax, args []any) any {
	if len(args) != 2 {
		return c.invalid(s, "it takes a text and a separator")
	}
	t, okT := c.scalarText(args[0])
	sep, okS := c.scalarText(args[1])
	if !okT || !okS {
		return c.invalid(s, needsText)
	}
	if !c.along(len(t)) {
		return nil
	}
	n := utf8.RuneCountInString(t)
	if sep != "" {
		n = strings.Count(t, sep) + 1
	}
	if !c.makeList(n) || !c.charge(n) {
		return nil
	}
	out := make([]any, 0, n)
	for part := range strings.SplitSeq(t, sep) {
		out = append(out, part)
	}
	return out
}

// lengthOf is how many code points a text has, elements a list, or fields an object.
func lengthOf(c *run, s *syntax, v any) any {
	var n int
	switch kindOf(v) {
	case ofText:
		t, _ := text(v)
		if !c.along(len(t)) {
			return nil
		}
		n = utf8.RuneCountInString(t)
	case ofDate:
		n = len(c.dateText(v.(date)))
	case ofList, ofObject:
		n = length(v)
	default:
		c.known(v)
		return c.invalid(s, "only a text, a list or an object has a length")
	}
	return c.asResult(s, ofInt(int64(n)))
}

// typeOf is the JSON type of a value, or datetime.
func typeOf(c *run, _ *syntax, v any) any {
	switch kindOf(v) {
	case ofNull:
		return "null"
	case ofBool:
		return "boolean"
	case ofNumber:
		return "number"
	case ofText:
		return "string"
	case ofList:
		return "array"
	case ofDate:
		return "datetime"
	case ofOther:
		return c.unknown(v)
	}
	return "object"
}

// single builds an operator that takes one argument as it is, also if its value is a list. Without any it gets null, if
// it may have none.
func single(f func(c *run, s *syntax, v any) any) builder {
	return func(k *compiler, s *syntax, sc *lexical) *node {
		args := k.fixed(s, sc)
		switch {
		case len(args) == 0 && arities[s.operator()].least == 0:
			args = []*node{k.compile(&syntax{form: isNull}, sc)}
		case len(args) != 1:
			return k.invalid(s, "it takes one argument")
		}
		arg := args[0].val
		return &node{val: func(c *run) any {
			v := arg(c)
			if c.err != nil {
				return nil
			}
			return f(c, s, v)
		}}
	}
}
