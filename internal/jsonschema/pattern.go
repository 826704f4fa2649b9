package jsonschema

import (
	"regexp"
	"regexp/syntax"

	"github.com/admincenter/admincenter/internal/text"
)

// pattern is a regular expression that knows its length. Package regexp takes time in proportion to the text,
// but also to the pattern with its repetitions written out: (a{9}){99} is short and long.
type pattern struct {
	*regexp.Regexp
	steps int
}

// pattern compiles a regular expression at a place of the schema.
func (c *compiler) pattern(at, raw string) *pattern {
	if known, ok := c.patterns[raw]; ok {
		return known
	}
	tree, err := syntax.Parse(raw, syntax.Perl)
	if err != nil {
		c.fail(at, "%q is not a pattern: %v", raw, err)
		return nil
	}
	n := patternSteps(tree)
	if c.steps += n; c.limits.Patterns > 0 && c.steps > c.limits.Patterns {
		c.fail(at, "the patterns have more than %d steps together, repetitions written out", c.limits.Patterns)
		return nil
	}
	re, err := regexp.Compile(raw)
	if err != nil {
		c.fail(at, "%q is not a pattern: %v", raw, err)
		return nil
	}
	c.patterns[raw] = &pattern{re, n}
	return c.patterns[raw]
}

// patternSteps is about the length of the program of a pattern.
func patternSteps(tree *syntax.Regexp) int {
	n := 1 + len(tree.Rune)
	if tree.Op == syntax.OpCharClass {
		n = 1
	}
	for _, sub := range tree.Sub {
		n += patternSteps(sub)
	}
	if tree.Op == syntax.OpRepeat {
		n *= max(1, tree.Min, tree.Max)
	}
	return min(n, 1<<30)
}

// match reports whether the text has a match. Without steps it reports that it has.
func (r *run) match(p *pattern, s string) bool {
	return !r.charge(1+len(s)*p.steps/bytesAStep) || p.MatchString(s)
}

// patternOf compiles "pattern".
func patternOf(o object, name string, v any) {
	raw, ok := v.(string)
	if !ok {
		o.wrong(name, v, "a text")
		return
	}
	p := o.pattern(o.n.pointer+"/"+name, raw)
	onText(o, func(r *run, s string) {
		if !r.match(p, s) {
			r.fail("does not match pattern %q", raw)
		}
	})
}

// patternProperties compiles "patternProperties" together with the names that "additionalProperties" must know.
func (o object) patternProperties() (patterns []*pattern, subs []*node) {
	v, ok := o.m["patternProperties"]
	if !ok {
		return nil, nil
	}
	named := o.named("patternProperties", v, o.sub)
	for _, raw := range sortedKeys(named) {
		at := o.n.pointer + "/patternProperties/" + text.PointerToken(raw)
		patterns = append(patterns, o.pattern(at, raw))
		subs = append(subs, named[raw])
	}
	return patterns, subs
}
