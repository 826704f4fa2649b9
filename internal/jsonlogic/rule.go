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

// Compile reads a rule. It does not keep raw. What is wrong with the rule is an *Error: not JSON or a
// key twice, beyond the limits, and with Options.Strict an operator that does not exist or cannot
// take so many arguments. The Togai dialect also refuses objects that are not one operator, as that
// engine does.
func Compile(raw []byte, o Options) (*Rule, error) {
	s, bad := parse(raw)
	if bad != nil {
		return nil, bad
	}
	return compileRule(s, o, false)
}

func compileRule(s *syntax, o Options, plain bool) (*Rule, error) {
	o = o.own() // a Trace compiles with them once more
	if o.DivisionScale != nil && (*o.DivisionScale < 0 || *o.DivisionScale > 100) {
		return nil, &Error{Kind: InvalidArguments, Detail: "the scale of a division must be from 0 to 100"}
	}
	p, bad := build(s, o, plain, false)
	if bad != nil {
		return nil, bad
	}
	r := &Rule{p: p, syntax: s, options: o}
	r.pool.New = func() any { return newRun(p) }
	return r, nil
}

// Eval runs the rule.
//
// The data is decoded JSON: nil, bool, string, numbers, []any and map[string]any; numbers are
// json.Number, any of Go's integers or floats, or decimal.Decimal. Maps from string to string, bool,
// int, float64, json.Number or decimal.Decimal, slices of the usual of these, and time.Time, which is
// its RFC 3339 text, will do too. Eval neither keeps nor changes the data.
//
// The result is nil, bool, string, a number, []any or map[string]any, and shares nothing with rule
// and data. A number is a json.Number in plain digits, without exponent and without zeros at its
// end (the Togai dialect keeps those), or a float64 in Float64.
//
// What goes wrong is an *Error; a ctx that has ended is its own error.
func (r *Rule) Eval(ctx context.Context, data any) (any, error) {
	c := r.pool.Get().(*run)
	v, err := c.eval(ctx, data)
	r.give(c)
	return v, err
}

// EvalNumber runs a rule that comes to a number. WrongResult if it does not.
func (r *Rule) EvalNumber(ctx context.Context, data any) (decimal.Decimal, error) {
	c := r.pool.Get().(*run)
	v, err := c.evalNumber(ctx, data)
	r.give(c)
	return v, err
}

// EvalFloat is EvalNumber that gives a float64; NaN where the number is out of its range.
func (r *Rule) EvalFloat(ctx context.Context, data any) (float64, error) {
	c := r.pool.Get().(*run)
	v, err := c.evalFloat(ctx, data)
	r.give(c)
	return v, err
}

// EvalText runs a rule that comes to a text. WrongResult if it does not.
func (r *Rule) EvalText(ctx context.Context, data any) (string, error) {
	c := r.pool.Get().(*run)
	v, err := c.evalText(ctx, data)
	r.give(c)
	return v, err
}

// EvalTruth runs a rule and says whether the result counts as true.
func (r *Rule) EvalTruth(ctx context.Context, data any) (bool, error) {
	c := r.pool.Get().(*run)
	v, err := c.evalTruth(ctx, data)
	r.give(c)
	return v, err
}

// Reads lists the paths of the data that the rule may read, sorted, each once, as a var writes
// them: "event.quantity". It is about the data as a whole; what is read of the elements of a list is
// part of the list's path. A path that is computed, or a read of the whole data, is "".
func (r *Rule) Reads() []string { return slices.Clone(r.p.reads) }

// NewSession is a Session of this rule.
func (r *Rule) NewSession() *Session { return &Session{newRun(r.p)} }

// Session evaluates a rule over and over on one goroutine, for less than Rule does. It may keep data
// alive until its next evaluation, but never looks at it again.
type Session struct{ c *run }

// Eval is Rule.Eval.
func (s *Session) Eval(ctx context.Context, data any) (any, error) { return s.c.eval(ctx, data) }

// EvalNumber is Rule.EvalNumber.
func (s *Session) EvalNumber(ctx context.Context, data any) (decimal.Decimal, error) {
	return s.c.evalNumber(ctx, data)
}

// EvalFloat is Rule.EvalFloat.
func (s *Session) EvalFloat(ctx context.Context, data any) (float64, error) {
	return s.c.evalFloat(ctx, data)
}

// EvalText is Rule.EvalText.
func (s *Session) EvalText(ctx context.Context, data any) (string, error) {
	return s.c.evalText(ctx, data)
}

// EvalTruth is Rule.EvalTruth.
func (s *Session) EvalTruth(ctx context.Context, data any) (bool, error) {
	return s.c.evalTruth(ctx, data)
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

// tail is the node that the rule comes to: through an if, the arm that is taken. It is nil where
// there is an error or nothing to evaluate.
func (c *run) tail() *node {
	n := c.p.root
	for n != nil && n.pick != nil {
		if n = n.pick(c); c.err != nil {
			return nil
		}
	}
	return n
}

// result is what a node comes to, as a result.
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

// give puts a run back without the data: a pool must not keep that alive.
func (r *Rule) give(c *run) {
	c.release()
	r.pool.Put(c)
}

// finish gives the error, and makes the run ready for the next evaluation.
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
	if c.p.float { // what comes straight from the data is one of the rule's numbers too
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
