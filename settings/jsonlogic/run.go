package jsonlogic

import (
	"context"
	"fmt"
	"strings"
)

// scopeKind is what a var finds: the whole data, an element, or accumulator and current.
type scopeKind uint8

const (
	atRoot scopeKind = iota
	atItem
	atReduce
	atCatch // what a try caught
)

// scope is where a var looks. A number that only arithmetic has used stays unboxed: then curIs or accIs is
// true, and cur or acc is nil.
type scope struct {
	kind         scopeKind
	data         any
	index        int
	cur, acc     any
	curIs, accIs bool
	float        bool // which of N and F
	curN, accN   num
	curF, accF   float64
}

// run is the state of one evaluation. The first error stays: operators continue with zero values until the
// nearest loop or the end checks it.
type run struct {
	p      *program
	ctx    context.Context
	err    *Error
	scope  scope
	outer  []scope
	have   uint64 // which slots are filled
	slots  []any
	nums   []num           // numbers, of the slots in is
	flts   []float64       // the same in Float64
	is     uint64          // which slots have a number
	stack  []any           // arguments of eager operators
	buf    []byte          // texts in the making
	digits strings.Builder // numbers that were returned, and room for more
	steps  int             // left
	look   int             // at this many steps left the context is checked
	bytes  int             // left
	trace  *tracer
}

const lookEvery = 256 // steps

func newRun(p *program) *run {
	c := &run{p: p, slots: make([]any, p.slots)}
	if p.float {
		c.flts = make([]float64, p.slots)
	} else {
		c.nums = make([]num, p.slots)
	}
	return c
}

func (c *run) start(ctx context.Context, data any) error {
	if ctx.Done() != nil {
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	c.ctx, c.have, c.is = ctx, 0, 0 // err is nil: finish clears it
	c.scope.kind, c.scope.data = atRoot, data
	c.bytes = c.p.budget.Bytes
	c.steps = c.p.budget.Steps - c.p.cost
	c.look = c.steps - lookEvery
	if c.steps < 0 {
		c.exceeded("steps")
	}
	return nil
}

// release forgets the data.
func (c *run) release() {
	c.ctx, c.scope.data = nil, nil
	clear(c.slots)
	if cap(c.stack) > 0 {
		clear(c.stack[:cap(c.stack)])
	}
	if cap(c.outer) > 0 {
		clear(c.outer[:cap(c.outer)])
		c.scope = scope{}
	}
}

// failure is the error to return: the context's own, or an *Error that shares nothing with the run.
func (c *run) failure() error {
	if c.err.Fault == ended {
		return c.err.cause
	}
	return c.err.of(ErrEvaluation)
}

// fail records an error at an operator unless there is one already.
func (c *run) fail(s *syntax, k Fault, format string, args ...any) {
	if c.err != nil {
		return
	}
	c.err = s.fault(k, format, args...)
	if c.err.Operator == "" {
		c.err.Operator = s.within()
	}
}

func (c *run) invalid(s *syntax, detail string) any {
	c.fail(s, InvalidArguments, "%s", detail)
	return nil
}

func (c *run) exceeded(what string) {
	if c.err == nil || c.err.caught() {
		c.err = &Error{Fault: BudgetExceeded, Detail: fmt.Sprintf("more %s than the budget allows", what)}
	}
}

// charge takes n steps and reports whether to continue.
func (c *run) charge(n int) bool {
	c.steps -= n
	if c.steps < c.look {
		return c.checked()
	}
	return c.err == nil
}

func (c *run) checked() bool {
	if c.steps < 0 {
		c.exceeded("steps")
		return false
	}
	c.look = c.steps - lookEvery
	if err := c.ctx.Err(); err != nil && (c.err == nil || c.err.caught()) {
		c.err = &Error{Fault: ended, cause: err}
	}
	return c.err == nil
}

// along charges for work along a text of n bytes; short ones, as most are, cost nothing.
func (c *run) along(n int) bool { return n < 64 || c.charge(n>>6) }

// make takes n bytes, before they are allocated.
func (c *run) make(n int) bool {
	if c.bytes -= n; c.bytes < 0 {
		c.exceeded("bytes")
	}
	return c.err == nil
}

const perElement = 16 // bytes that an element of a list costs

// makeList reports whether a list of n elements may be made.
func (c *run) makeList(n int) bool {
	if n > c.p.budget.Array {
		c.exceeded("elements in a list")
	}
	return c.make(n * perElement)
}

// makeText reports whether a text of n bytes may be made.
func (c *run) makeText(n int) bool {
	if n > c.p.budget.Text {
		c.exceeded("bytes in a text")
	}
	return c.make(n) && c.charge(n>>4)
}

// enter begins an inner scope, and leave ends it.
func (c *run) enter(k scopeKind) {
	c.outer = append(c.outer, c.scope)
	c.scope = scope{kind: k}
	c.forget()
}

// next makes v the current element of an iteration.
func (c *run) next(v any, i int) {
	c.scope.data, c.scope.index = v, i
	c.forget()
}

// forget empties the slots of paths of an element.
func (c *run) forget() {
	c.have &= c.p.lasting
	c.is &= c.p.lasting
}

func (c *run) leave() {
	last := len(c.outer) - 1
	c.scope, c.outer[last] = c.outer[last], scope{}
	c.outer = c.outer[:last]
	c.forget()
}
