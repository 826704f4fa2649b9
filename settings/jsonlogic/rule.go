package jsonlogic

import (
	"context"
	"slices"
	"sync"

	"github.com/shopspring/decimal"
)

// Rule is a compiled rule. It never changes and is safe for concurrent use.
type Rule struct {
	p    *program
	pool sync.Pool

	syntax  *syntax
	options Options
	traced  sync.Once
	tracing *program
}

// Compile compiles a rule. It does not keep raw.
//
// It fails with an [*Error], which wraps [ErrRule], if raw is not JSON or has a key twice in an object,
// if the rule is beyond MaxBytes, MaxDepth or MaxNodes, if the options are out of range, and, unless
// they are lenient, if an operator does not exist or cannot take that many arguments. The Togai dialect
// also refuses objects that are not exactly one operator, as that engine does.
func Compile(raw []byte, o Options) (*Rule, error) {
	s, bad := parse(raw)
	if bad != nil {
		return nil, bad.of(ErrRule)
	}
	return compileRule(s, o, false)
}

func compileRule(s *syntax, o Options, plain bool) (*Rule, error) {
	if bad := o.check(); bad != nil {
		return nil, bad.of(ErrRule)
	}
	o = o.Clone() // a Trace compiles with them again
	p, bad := build(s, o, plain, false)
	if bad != nil {
		return nil, bad.of(ErrRule)
	}
	r := &Rule{p: p, syntax: s, options: o}
	r.pool.New = func() any { return newRun(p) }
	return r, nil
}

// Eval evaluates the rule on data.
//
// The data is decoded JSON: nil, bool, string, numbers, []any and map[string]any. A number is a
// json.Number, any of Go's integers or floats, or a decimal.Decimal; a float64 stands for its shortest
// decimal. Maps from string to string, bool, int, float64, json.Number or decimal.Decimal, slices of
// these types, and time.Time, which is its RFC 3339 text, are accepted too. Eval neither keeps nor
// changes the data.
//
// The result is nil, bool, string, a number, []any or map[string]any of these. It shares nothing with
// the rule and the data, and the caller may change it. A number is a json.Number in plain digits,
// without an exponent and without zeros at the end (the Togai dialect keeps those), or with Float64 a
// float64.
//
// If there is no result, Eval fails with an [*Error], which wraps [ErrEvaluation]. If ctx has ended it
// fails with the error of ctx.
func (r *Rule) Eval(ctx context.Context, data any) (any, error) {
	c := r.pool.Get().(*run)
	v, err := c.eval(ctx, data)
	r.give(c)
	return v, err
}

// EvalNumber is Eval for a rule whose result is a number. It does not box the number, and fails with
// WrongResult if the result is something else.
func (r *Rule) EvalNumber(ctx context.Context, data any) (decimal.Decimal, error) {
	c := r.pool.Get().(*run)
	v, err := c.evalNumber(ctx, data)
	r.give(c)
	return v, err
}

// EvalFloat is EvalNumber that returns the nearest float64. It fails with NotANumber if the number is
// beyond the largest one.
func (r *Rule) EvalFloat(ctx context.Context, data any) (float64, error) {
	c := r.pool.Get().(*run)
	v, err := c.evalFloat(ctx, data)
	r.give(c)
	return v, err
}

// EvalText is Eval for a rule whose result is a text. It does not box the text, and fails with
// WrongResult if the result is something else.
func (r *Rule) EvalText(ctx context.Context, data any) (string, error) {
	c := r.pool.Get().(*run)
	v, err := c.evalText(ctx, data)
	r.give(c)
	return v, err
}

// EvalTruth reports whether the result counts as true: null, false, 0, "" and [] do not.
func (r *Rule) EvalTruth(ctx context.Context, data any) (bool, error) {
	c := r.pool.Get().(*run)
	v, err := c.evalTruth(ctx, data)
	r.give(c)
	return v, err
}

// Reads lists the paths of the data that the rule may read, sorted, each once, as var writes them:
// "event.quantity". It may list more than an evaluation reads, never less. What is read of the elements
// of a list is part of the path of the list. The empty path stands for the whole data, and for a path
// that the rule computes.
func (r *Rule) Reads() []string { return slices.Clone(r.p.reads) }

// NewMachine returns a Machine for the rule.
func (r *Rule) NewMachine() *Machine { return &Machine{newRun(r.p)} }

// Machine evaluates a rule repeatedly on one goroutine. It has its working memory at hand, which a
// [Rule] has to find for each evaluation at the cost of some nanoseconds. It may keep the data of an
// evaluation alive until the next one, but does not look at it again.
type Machine struct{ c *run }

// Eval is [Rule.Eval].
func (m *Machine) Eval(ctx context.Context, data any) (any, error) { return m.c.eval(ctx, data) }

// EvalNumber is [Rule.EvalNumber].
func (m *Machine) EvalNumber(ctx context.Context, data any) (decimal.Decimal, error) {
	return m.c.evalNumber(ctx, data)
}

// EvalFloat is [Rule.EvalFloat].
func (m *Machine) EvalFloat(ctx context.Context, data any) (float64, error) {
	return m.c.evalFloat(ctx, data)
}

// EvalText is [Rule.EvalText].
func (m *Machine) EvalText(ctx context.Context, data any) (string, error) {
	return m.c.evalText(ctx, data)
}

// EvalTruth is [Rule.EvalTruth].
func (m *Machine) EvalTruth(ctx context.Context, data any) (bool, error) {
	return m.c.evalTruth(ctx, data)
}

func (c *run) eval(ctx context.Context, data any) (any, error) {
	if err := c.start(ctx, data); err != nil {
		return nil, err
	}
	root := c.p.root
	if root.pick != nil {
		root = c.tail()
	}
	v := c.result(root)
	if c.err != nil {
		return nil, c.finish()
	}
	return v, nil
}

// tail is the node whose value is the result: through an if, the arm that is taken. It is nil if there
// is an error or nothing to evaluate.
func (c *run) tail() *node {
	n := c.p.root
	for n != nil && n.pick != nil {
		if n = n.pick(c); c.err != nil {
			return nil
		}
	}
	return n
}

// result is the value of a node in the types of a result.
func (c *run) result(n *node) any {
	if n == nil {
		return nil
	}
	if n.ready {
		return n.shown
	}
	switch n.kind {
	case ofBool:
		return n.truth(c)
	case ofText:
		if n.text != nil {
			return n.text(c)
		}
	case ofNumber:
		if c.p.float {
			return c.checkedFloat(n.flt(c))
		}
		if x := n.num(c); c.err == nil {
			return c.exportNum(x)
		}
		return nil
	}
	v := n.val(c)
	if c.err != nil {
		return nil
	}
	if l, ok := v.([]any); ok && n.own {
		c.exportOwn(l)
		return v
	}
	return c.export(v, 0)
}

// give returns a run to the pool without the data: a pool must not keep that alive.
func (r *Rule) give(c *run) {
	c.release()
	r.pool.Put(c)
}

// finish returns the error, and makes the run ready for the next evaluation.
func (c *run) finish() error {
	if c.err == nil {
		return nil
	}
	err := c.failure()
	c.err, c.outer, c.stack = nil, c.outer[:0], c.stack[:0]
	return err
}

func (c *run) evalNumber(ctx context.Context, data any) (decimal.Decimal, error) {
	if err := c.start(ctx, data); err != nil {
		return decimal.Decimal{}, err
	}
	x := c.numberResult()
	if err := c.finish(); err != nil {
		return decimal.Decimal{}, err
	}
	return x.decimal(), nil
}

func (c *run) numberResult() num {
	root := c.tail()
	if root != nil && root.kind == ofNumber && !c.p.float {
		return root.num(c)
	}
	var v any
	if root != nil {
		v = root.val(c)
	}
	if c.err != nil {
		return num{}
	}
	if c.p.float { // a number that is read from the data is one of the rule's numbers too
		if f, ok := c.float(v); ok {
			v = f
		} else {
			v = nil
		}
	}
	x, ok := c.number(v)
	if !ok {
		c.wrong("number")
	}
	return x
}

func (c *run) wrong(want string) {
	c.fail(c.p.root.at, WrongResult, "the result is no %s", want)
}

func (c *run) evalFloat(ctx context.Context, data any) (float64, error) {
	if err := c.start(ctx, data); err != nil {
		return 0, err
	}
	var f float64
	if c.p.float {
		f = c.floatResult()
	} else if x := c.numberResult(); c.err == nil {
		f = c.finite(c.p.root.at, x.float())
	}
	if err := c.finish(); err != nil {
		return 0, err
	}
	return f, nil
}

func (c *run) floatResult() float64 {
	root := c.tail()
	if root == nil {
		c.wrong("number")
		return 0
	}
	if root.kind == ofNumber {
		return root.flt(c)
	}
	f, ok := c.float(root.val(c))
	if !ok {
		c.wrong("number")
	}
	return f
}

func (c *run) evalText(ctx context.Context, data any) (string, error) {
	if err := c.start(ctx, data); err != nil {
		return "", err
	}
	var s string
	if root := c.tail(); root != nil && root.text != nil {
		s = root.text(c)
	} else {
		var v any
		var ok bool
		if root != nil {
			v = root.val(c)
		}
		if d, isDate := v.(date); isDate {
			v = c.dateText(d)
		}
		if s, ok = text(v); !ok {
			c.wrong("text")
		}
	}
	if err := c.finish(); err != nil {
		return "", err
	}
	return s, nil
}

func (c *run) evalTruth(ctx context.Context, data any) (bool, error) {
	if err := c.start(ctx, data); err != nil {
		return false, err
	}
	is := c.err == nil && c.p.root.truth(c)
	if err := c.finish(); err != nil {
		return false, err
	}
	return is, nil
}
