package jsonschema

import (
	"context"
	"slices"
	"strings"
)

// Limits of a schema and of the numbers that are checked; the zero value has none.
type Limits struct {
	Patterns int // steps of all patterns together: characters and classes, each as often as it is repeated
	Number   int // characters of a number, and the magnitude of its exponent
}

// Schema is a compiled JSON Schema. It never changes and is safe for concurrent use.
type Schema struct {
	root   *node
	limits Limits
	tracks bool // what was evaluated matters
}

// Violation is one rule of a schema that a value breaks.
type Violation struct {
	Pointer string // JSON Pointer (RFC 6901) to the place in the value; empty for the whole value
	Message string
}

// node is a compiled schema or subschema.
type node struct {
	pointer string // to it in the schema
	never   bool   // the schema false
	checks  []check
	inPlace []*node // those that it applies to the same value
	// unevaluated has the checks of unevaluatedItems and unevaluatedProperties, which come last, because they depend
	// on what all others evaluated.
	unevaluated []check
}

// check is what one keyword demands of a value.
type check func(r *run, v any, seen *evaluated)

// Check returns what is wrong with a value, in order of the place, and how many violations there are besides,
// which the budget does not list. The value is decoded JSON with json.Number for numbers. It fails with an
// error that [OverBudget] reports if the check needs more than the budget, and with the context's if that ends.
func (s *Schema) Check(ctx context.Context, v any, b Budget) (found []Violation, more int, err error) {
	if problem := numberProblem(v, s.limits.Number); problem != "" {
		return []Violation{{Message: problem}}, 0, nil
	}
	r := &run{ctx: ctx, budget: b, steps: b.Steps, pause: stepsAPause, tracks: s.tracks}
	defer r.release()
	r.apply(s.root, v, &evaluated{})
	if r.err != nil {
		return nil, 0, r.err
	}
	slices.SortFunc(r.listed, func(a, b Violation) int {
		if c := strings.Compare(a.Pointer, b.Pointer); c != 0 {
			return c
		}
		return strings.Compare(a.Message, b.Message)
	})
	return r.listed, r.more, nil
}

// apply checks a value against a schema and reports whether it is valid. What the schema evaluated is added to
// seen if it is.
func (r *run) apply(n *node, v any, seen *evaluated) bool {
	if !r.charge(1) {
		return false
	}
	if n.never {
		r.fail("no value is allowed here")
		return false
	}
	before := r.failed
	own := evaluated{off: !r.tracks}
	for _, c := range n.checks {
		if r.over() {
			return false
		}
		c(r, v, &own)
	}
	for _, c := range n.unevaluated {
		if r.over() {
			return false
		}
		c(r, v, &own)
	}
	if r.failed != before {
		return false
	}
	if own.len() > 0 && !r.charge(own.len()) {
		return false
	}
	seen.add(&own)
	return true
}
