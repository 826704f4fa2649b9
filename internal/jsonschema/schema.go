package jsonschema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/internal/text"
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

// Check returns what is wrong with a value, in order of the place. The value is decoded JSON with json.Number
// for numbers. If the check needs more than so many steps, done is false and found is nil.
func (s *Schema) Check(v any, steps int) (found []Violation, done bool) {
	if problem := numberProblem(v, s.limits.Number); problem != "" {
		return []Violation{{Message: problem}}, true
	}
	r := &run{steps: steps, tracks: s.tracks}
	r.apply(s.root, v, &evaluated{})
	if r.steps < 0 {
		return nil, false
	}
	slices.SortFunc(r.found, func(a, b Violation) int {
		if c := strings.Compare(a.Pointer, b.Pointer); c != 0 {
			return c
		}
		return strings.Compare(a.Message, b.Message)
	})
	return slices.Compact(r.found), true
}

// run is the state of one check.
type run struct {
	steps  int      // left
	path   []string // to the value
	found  []Violation
	failed int // violations so far, those that were discarded included
	quiet  int // above 0 violations are only counted
	tracks bool
}

// evaluated is what keywords evaluated of one array or object, for unevaluatedItems and unevaluatedProperties.
type evaluated struct {
	off      bool // nothing asks for it
	items    int  // the first so many
	allItems bool
	at       map[int]bool // others
	allProps bool
	props    map[string]bool
}

func (e *evaluated) add(other *evaluated) {
	e.items = max(e.items, other.items)
	e.allItems = e.allItems || other.allItems
	e.allProps = e.allProps || other.allProps
	for i := range other.at {
		e.item(i)
	}
	for name := range other.props {
		e.prop(name)
	}
}

func (e *evaluated) item(i int) {
	if e.off {
		return
	}
	if e.at == nil {
		e.at = map[int]bool{}
	}
	e.at[i] = true
}

func (e *evaluated) prop(name string) {
	if e.off {
		return
	}
	if e.props == nil {
		e.props = map[string]bool{}
	}
	e.props[name] = true
}

// charge takes steps from the budget and reports whether the check may continue.
func (r *run) charge(steps int) bool {
	r.steps -= steps
	return r.steps >= 0
}

// violationSteps is the cost of a violation, which takes memory.
const violationSteps = 10

// fail records a violation at the present place.
func (r *run) fail(format string, args ...any) {
	r.failed++
	if r.quiet > 0 || !r.charge(violationSteps) {
		return
	}
	var pointer strings.Builder
	for _, step := range r.path {
		pointer.WriteString("/" + text.PointerToken(step))
	}
	r.found = append(r.found, Violation{pointer.String(), clip(fmt.Sprintf(format, args...))})
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
		if r.steps < 0 {
			return false
		}
		c(r, v, &own)
	}
	for _, c := range n.unevaluated {
		if r.steps < 0 {
			return false
		}
		c(r, v, &own)
	}
	if r.failed != before {
		return false
	}
	seen.add(&own)
	return true
}

// below applies a schema to a part of the value.
func (r *run) below(n *node, step string, v any) {
	r.path = append(r.path, step)
	r.apply(n, v, &evaluated{})
	r.path = r.path[:len(r.path)-1]
}

// item is below for an element of an array.
func (r *run) item(n *node, i int, v any) { r.below(n, strconv.Itoa(i), v) }

// try applies a schema without reporting its violations.
func (r *run) try(n *node, v any, seen *evaluated) bool {
	before := r.failed
	r.quiet++
	ok := r.apply(n, v, seen)
	r.quiet--
	r.failed = before
	return ok
}

// clip bounds a message, which may repeat names of the value and of the schema.
func clip(message string) string {
	const most = 200 // bytes
	if len(message) <= most {
		return message
	}
	return strings.ToValidUTF8(message[:most], "") + "…"
}
