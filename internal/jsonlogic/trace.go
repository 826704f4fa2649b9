package jsonlogic

import "context"

// Trace is how an evaluation came to its result.
type Trace struct {
	Result any   // as Eval gives it
	Err    error // as Eval gives it
	// Steps are the nodes that were evaluated, each after its operands. A constant is no step. What
	// iterates has the steps of its body once for each element.
	Steps []Step
	// Reads are the paths of the data that were asked for, in the order of their first read.
	Reads     []Read
	Truncated bool // there were more than MaxTrace steps or reads
}

// Step is one evaluation of one node.
type Step struct {
	Pointer  string // JSON Pointer to the node in the rule
	Operator string // "" for a list
	Value    any    // what it came to, in the types of a result
	Failure  string // or why it did not, or cannot be shown
	// Branch is the JSON Pointer to the argument that decided, of if, ?:, and, or, ??, and try; empty
	// for others and where none did.
	Branch string
	// Index is which element the nearest iteration was at; -1 outside of any.
	Index int
}

// Read is a path of the data that was asked for.
type Read struct {
	Path  string // as a var writes it
	Found bool   // it is there, even as null
	Value any    // what is there, the data's own
}

// MaxTrace is how many steps, and how many reads, a Trace keeps.
const MaxTrace = 10_000

// tracer collects a Trace while it comes about.
type tracer struct {
	trace    Trace
	branches map[*syntax]string
	read     map[string]bool // the paths of Reads
}

// Trace evaluates the rule and tells how it came to its result. It is much slower than Eval, and
// steps and bytes of the budget count what it records too.
func (r *Rule) Trace(ctx context.Context, data any) (*Trace, error) {
	r.traced.Do(func() {
		// It compiled before, so that it compiles again.
		if p, bad := build(r.syntax, r.options, true, true); bad == nil {
			r.tracing = p
		}
	})
	c := newRun(r.tracing)
	c.trace = &tracer{branches: map[*syntax]string{}, read: map[string]bool{}}
	v, err := c.eval(ctx, data)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	t := &c.trace.trace
	t.Result, t.Err = v, err
	return t, nil
}

// watch makes a node record each of its evaluations.
func (k *compiler) watch(n *node) {
	s, inner := n.at, n.val
	if s.form != isObject && s.form != isList || n.konst && s.form == isList {
		return
	}
	n.val = func(c *run) any {
		if c.err != nil {
			return nil
		}
		v := inner(c)
		c.record(s, v)
		return v
	}
	val := n.val
	n.truth = func(c *run) bool { return c.truthy(val(c)) }
	n.num = func(c *run) num { return c.toNum(val(c), s) }
	n.flt = func(c *run) float64 { return c.toFloat(val(c), s) }
}

func (c *run) record(s *syntax, v any) {
	t := c.trace
	if t == nil {
		return
	}
	if len(t.trace.Steps) >= MaxTrace {
		t.trace.Truncated = true
		return
	}
	step := Step{Pointer: s.pointer(), Operator: s.operator(), Index: -1}
	if b, ok := t.branches[s]; ok {
		step.Branch = b
		delete(t.branches, s)
	}
	if c.scope.kind == atItem || c.scope.kind == atReduce {
		step.Index = c.scope.index
	}
	fails := c.err != nil
	if !fails {
		step.Value = c.export(v, 0)
	}
	if c.err != nil {
		step.Value, step.Failure = nil, c.failure().Error()
	}
	if !fails && c.err != nil && c.err.Kind == InvalidData {
		c.err = nil // it cannot be shown, but nobody said that the rule is to come to it
	}
	t.trace.Steps = append(t.trace.Steps, step)
}

// branch notes which argument decided.
func (c *run) branch(s *syntax, i int) {
	if c.trace != nil && c.err == nil {
		c.trace.branches[s] = operandAt(s, i).pointer()
	}
}

// tell notes a read of the data as a whole.
func (c *run) tell(name string, v any, found bool) {
	if c.trace == nil || c.scope.kind != atRoot {
		return
	}
	t := &c.trace.trace
	if c.trace.read[name] {
		return
	}
	if len(t.Reads) >= MaxTrace {
		t.Truncated = true
		return
	}
	c.trace.read[name] = true
	t.Reads = append(t.Reads, Read{name, found, v})
}

func (c *run) tellSteps(segments []segment, v any, found bool) {
	if c.trace != nil {
		c.tell(nameOf(segments), v, found)
	}
}
