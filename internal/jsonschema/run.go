package jsonschema

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/internal/text"
)

// errBudget is returned when a check needs more than its budget.
var errBudget = errors.New("too much to check")

// OverBudget reports whether a check failed because it needed more than its budget.
func OverBudget(err error) bool { return errors.Is(err, errBudget) }

// Budget bounds one check.
type Budget struct {
	// Steps bounds the time: a step is one keyword for one value, 32 bytes of text at one step of a pattern, or 20
	// digits of a number; a violation is ten. It takes about a microsecond at most.
	Steps int
	// Violations is how many are listed; the others are only counted. 0 lists all.
	Violations int
	// Slots, if it is not nil, has as much room as there may be long checks at a time. One of more than
	// 10,000 steps waits for room, as long as its context allows.
	Slots chan struct{}
}

const (
	// violationSteps is the cost of a violation, which takes memory.
	violationSteps = 10
	// maxPointers bounds the pointers of the violations that are listed, in bytes together: each may be as long as
	// the value.
	maxPointers = 64 << 10
	// maxMessage bounds a message, in bytes.
	maxMessage = 200
	// stepsAPause is after how many steps a check looks at its context, and waits for a slot the first time.
	stepsAPause = 10_000
)

// run is the state of one check.
type run struct {
	ctx    context.Context
	budget Budget
	steps  int      // left
	pause  int      // steps until the next look at the context
	holds  bool     // a slot
	path   []string // to the value
	violations
	failed int   // violations so far, those that were discarded included
	quiet  int   // above 0 violations are only counted in failed
	err    error // that ends the check
	tracks bool
}

// violations are those that were not discarded.
type violations struct {
	listed []Violation
	bytes  int // of the pointers of listed
	more   int // that are not listed
}

// charge takes steps from the budget and reports whether the check may continue.
func (r *run) charge(steps int) bool {
	if r.err != nil {
		return false
	}
	if r.steps -= steps; r.steps < 0 {
		r.err = errBudget
		return false
	}
	if r.pause -= steps; r.pause < 0 {
		r.pause = stepsAPause
		r.err = r.wait()
	}
	return r.err == nil
}

// over reports whether the check has ended early.
func (r *run) over() bool { return r.err != nil }

// wait looks at the context, and takes a slot if the check holds none.
func (r *run) wait() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if r.holds || r.budget.Slots == nil {
		return nil
	}
	select {
	case r.budget.Slots <- struct{}{}:
		r.holds = true
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

// release gives the slot back.
func (r *run) release() {
	if r.holds {
		<-r.budget.Slots
	}
}

// fail records a violation at the present place.
func (r *run) fail(format string, args ...any) {
	r.failed++
	if r.quiet > 0 || !r.charge(violationSteps) {
		return
	}
	size := 0
	for _, step := range r.path {
		size += 1 + len(step)
	}
	full := r.budget.Violations > 0 && len(r.listed) >= r.budget.Violations
	if full || len(r.listed) > 0 && r.bytes+size > maxPointers {
		r.more++
		return
	}
	if !r.charge(size / bytesAFormatStep) {
		return
	}
	v := Violation{text.Pointer(r.path...), clip(fmt.Sprintf(format, args...))}
	if slices.Contains(r.listed, v) { // of two schemas for one value
		return
	}
	r.bytes += size
	r.listed = append(r.listed, v)
}

// discard takes the violations since an earlier state back.
func (r *run) discard(failed int, before violations) { r.failed, r.violations = failed, before }

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

// names returns the names of an object in order. Without steps it returns none.
func (r *run) names(m map[string]any) []string {
	if !r.charge(len(m)) {
		return nil
	}
	return sortedKeys(m)
}

// clip bounds a message, which may repeat names of the value and of the schema.
func clip(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	return strings.ToValidUTF8(message[:maxMessage], "") + "…"
}
