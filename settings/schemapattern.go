package settings

import (
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// patterns are those of one schema. Go's regexp takes time in proportion to the text, but also to the
// pattern with all repetitions written out: (a{9}){99} is short and long.
type patterns struct {
	byText   map[string]*pattern
	steps    int
	compiled bool // the schema is: from then on values are checked, many at once, by the format "regex"
}

// pattern is one that knows its length.
type pattern struct {
	*regexp.Regexp
	steps int
}

// stepsAQuestion is how many steps of patterns, on one byte, are as much work as one question, about.
const stepsAQuestion = 32

// compile is the jsonschema.RegexpEngine.
func (p *patterns) compile(text string) (jsonschema.Regexp, error) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	if p.compiled {
		return nil, nil //nolint:nilnil // of a value it only counts whether it is a pattern
	}
	if known, ok := p.byText[text]; ok {
		return known, nil
	}
	n := steps(tree)
	if p.steps += n; p.steps > MaxSchemaPatterns {
		return nil, fmt.Errorf("its patterns have more than %d steps together, repetitions written out", MaxSchemaPatterns)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	if p.byText == nil {
		p.byText = map[string]*pattern{}
	}
	p.byText[text] = &pattern{re, n}
	return p.byText[text], nil
}

// steps is the length of a pattern with its repetitions written out, about that of its program.
func steps(tree *syntax.Regexp) int {
	n := 1 + len(tree.Rune)
	if tree.Op == syntax.OpCharClass {
		n = 1
	}
	for _, sub := range tree.Sub {
		n += steps(sub)
	}
	if tree.Op == syntax.OpRepeat {
		n *= max(1, tree.Min, tree.Max)
	}
	return min(n, MaxSchemaPatterns+1)
}

// textSteps are what a schema itself, without its subschemas, does with each byte of a text.
func textSteps(s *jsonschema.Schema) int {
	n := 0
	if p, ok := s.Pattern.(*pattern); ok {
		n += p.steps
	}
	for re := range s.PatternProperties {
		if p, ok := re.(*pattern); ok {
			n += p.steps
		}
	}
	if s.Format != nil {
		n += formatSteps
	}
	return n
}

// formatSteps are for "format", of which "regex" takes the most.
const formatSteps = 8
