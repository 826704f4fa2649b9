package jsonlogic

import "context"

// MaxTrace is the maximum number of steps, and of reads, in a [Trace].
const MaxTrace = 10_000

// Trace is the record of one evaluation.
type Trace struct {
	// Steps are the parts of the rule that were evaluated, in the order in which they ended: operands
	// before their operator, and the whole rule last. A constant is not a step. The body of an iterator
	// has its steps once for each element.
	Steps []Step `json:"steps,omitempty"`
	// Reads are the paths that were read, in the order of their first read, each once.
	Reads     []Read `json:"reads,omitempty"`
	Truncated bool   `json:"truncated,omitempty"` // more than MaxTrace steps or reads; the later ones are missing
}

// Step is one evaluation of one part of a rule.
type Step struct {
	Pointer  string `json:"pointer"`            // JSON Pointer (RFC 6901) to the part; empty for the whole rule
	Operator string `json:"operator,omitempty"` // empty for a list
	Value    any    `json:"value,omitempty"`    // in the types of a result; nil if it failed
	Failure  string `json:"failure,omitempty"`  // why the part has no value, or none that can be shown
	// Branch is the Pointer to the argument that decided the result of if, ?:, and, or, ??, or try;
	// empty for other operators and if none did.
	Branch string `json:"branch,omitempty"`
	// Index is the position of the element that the nearest iterator was at, from 0; -1 outside of any.
	Index int `json:"index"`
}

// Read is one path of the data that was read.
type Read struct {
	Path  string `json:"path"`            // as var writes it; empty for the whole data
	Found bool   `json:"found"`           // the data has the path, perhaps as null
	Value any    `json:"value,omitempty"` // what was found; it is the data's own
}

// tracer collects a Trace.
type tracer struct {
	trace    Trace
	branches map[*syntax]string
	read     map[string]bool // the paths of Reads
}

// Trace is Eval that records what it did. It is much slower, and its record counts towards the Budget.
// If there is no result, the Trace has what was recorded until then.
func (r *Rule) Trace(ctx context.Context, data any) (any, Trace, error) {
	r.traced.Do(func() {
		// It compiled before, so it compiles again.
		if p, bad := build(r.syntax, r.options, true, true); bad == nil {
			r.tracing = p
		}
	})
	c := newRun(r.tracing)
	c.trace = &tracer{branches: map[*syntax]string{}, read: map[string]bool{}}
	v, err := c.eval(ctx, data)
	if ctx.Err() != nil {
		return nil, Trace{}, ctx.Err()
	}
	return v, c.trace.trace, err
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
		step.Value, step.Failure = nil, c.shown()
	}
	if !fails && c.err != nil && c.err.Fault == InvalidData {
		c.err = nil // it cannot be shown, but it need not be the rule's result
	}
	t.trace.Steps = append(t.trace.Steps, step)
}

// shown is the error for a Step.
func (c *run) shown() string {
	if c.err.Fault == ended {
		return c.err.cause.Error()
	}
	return c.err.Message()
}

// branch notes which argument decided.
func (c *run) branch(s *syntax, i int) {
	if c.trace != nil && c.err == nil {
		c.trace.branches[s] = operandAt(s, i).pointer()
	}
}

// tell notes a read of the whole data.
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
