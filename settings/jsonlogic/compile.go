package jsonlogic

import (
	"encoding/json"
	"maps"
	"slices"
)

// How it is built: parse.go reads a rule, compile.go makes a node of each piece of it. A node has its value
// as a closure, and beside it the same as a truth, a number or a text if that needs no boxing. The
// specialised build uses these, folds constants, remembers paths that are read more than once and fuses
// reduce, map and filter. The plain build does none of that; traces run on it, and a fuzz test holds the two
// equal.
//
// The first error of an evaluation stays in the run, and operators continue with zero values until the
// nearest loop, try or end checks it: no closure returns an error beside its value, and nothing panics.

// program is a compiled rule.
type program struct {
	root    *node
	float   bool
	dialect Dialect
	exact   bool  // a division does not round
	scale   int32 // of one that does
	budget  Budget
	slots   int
	lasting uint64 // the slots that hold for the whole evaluation, not for one element
	cost    int    // steps of running it once
	reads   []string
}

// node is a compiled piece of a rule: val returns its value, and the others return it without boxing it.
// truth, and num or flt after the arithmetic, are always set; text only if kind is ofText.
type node struct {
	at      *syntax
	kind    kind // what its value always is, if that is known; only the specialised build uses it
	konst   bool
	value   any  // of a constant
	ready   bool // shown is its value as a result, which can be returned as it is
	shown   any
	own     bool       // its value is a list that nothing else has
	reading *reading   // of a var
	iter    *iteration // a map or filter that a reduce can take in

	// pick is the arm that an if takes, so that the result of a rule is not boxed on its way through;
	// nil is null.
	pick func(*run) *node

	val   func(*run) any
	truth func(*run) bool
	num   func(*run) num
	flt   func(*run) float64
	text  func(*run) string
}

// lexical is the scope of a node, known before an evaluation.
type lexical struct {
	kind  scopeKind
	outer *lexical
}

type builder func(k *compiler, s *syntax, sc *lexical) *node

type compiler struct {
	p       *program
	ops     map[string]builder
	custom  map[string]Operator
	strict  bool
	plain   bool // nothing specialised, folded or fused: the reference that the other build is held to
	traced  bool
	bad     *Error
	reads   map[string]bool
	uses    map[string]int // of the root's paths
	items   map[string]int // of the paths of elements
	below   map[string]map[string]bool
	sums    map[string]int // of arithmetic on the root, by its text
	slotOf  map[string]int // of the root's paths
	itemOf  map[string]int
	sumOf   map[string]int
	climbs  int // scopes that something looks out of
	folding *run
}

// build compiles. The specialised build does it twice: the first time to see which paths are read
// more than once.
func build(s *syntax, o Options, plain, traced bool) (*program, *Error) {
	k := newCompiler(s, o)
	k.plain, k.traced = plain || o.Dialect == Togai, traced
	if k.bad != nil {
		return nil, k.bad
	}
	if !k.plain {
		first := newCompiler(s, o)
		first.plain = true
		first.compile(s, &lexical{})
		k.assignSlots(first)
	}
	k.p.root = k.compile(s, &lexical{})
	if k.bad != nil {
		return nil, k.bad
	}
	k.p.reads = slices.Sorted(maps.Keys(k.reads))
	return k.p, nil
}

func newCompiler(s *syntax, o Options) *compiler {
	k := &compiler{
		custom: o.Operators, strict: !o.Lenient, reads: map[string]bool{}, uses: map[string]int{},
		items: map[string]int{}, sums: map[string]int{}, below: map[string]map[string]bool{},
	}
	k.p = &program{
		float: o.Numbers == Float64 && o.Dialect == Standard, dialect: o.Dialect, scale: togaiScale,
		exact: o.Dialect == Standard && o.DivisionScale == nil, budget: o.Budget.orDefault(), cost: s.size,
	}
	if o.DivisionScale != nil && o.Dialect == Standard {
		k.p.scale = int32(*o.DivisionScale)
	}
	k.ops = standardOperators
	if o.Dialect == Togai {
		k.ops = togaiOperators
	}
	k.folding = newRun(k.p)
	return k
}

// refuse is an error of the compilation; the first stays.
func (k *compiler) refuse(e *Error) {
	if k.bad == nil {
		k.bad = e
	}
}

func (k *compiler) compile(s *syntax, sc *lexical) *node {
	n := k.form(s, sc)
	n.at = s
	k.fill(n)
	if k.traced {
		k.watch(n)
	}
	return n
}

func (k *compiler) form(s *syntax, sc *lexical) *node {
	switch s.form {
	case isList:
		return k.listForm(s, sc)
	case isObject:
		return k.objectForm(s, sc)
	}
	return k.constant(k.literal(s))
}

// literal is the value of JSON in the rule.
func (k *compiler) literal(s *syntax) any {
	switch s.form {
	case isBool:
		return s.flag
	case isText:
		return s.text
	case isNumber:
		return k.numberLiteral(s)
	case isList:
		out := make([]any, len(s.items))
		for i, item := range s.items {
			out[i] = k.literal(item)
		}
		return out
	case isObject:
		out := make(map[string]any, len(s.items))
		for i, item := range s.items {
			out[s.keys[i]] = k.literal(item)
		}
		return out
	}
	return nil
}

func (k *compiler) numberLiteral(s *syntax) any {
	if k.p.float {
		if f, ok := floatText(s.text); ok {
			return f
		}
	} else if x, how := parseNum(s.text, k.p.budget.Digits); how == numOK {
		return x
	}
	k.refuse(s.fault(TooLarge, "number %s is out of range", clip(s.text)))
	return nil
}

func (k *compiler) constant(v any) *node {
	n := &node{konst: true, value: v, val: func(*run) any { return v }}
	if k.plain {
		return n
	}
	n.kind = kindOf(v)
	is := k.folding.truthy(v)
	n.truth = func(*run) bool { return is }
	n.ready, n.shown = true, v
	switch x := v.(type) {
	case nil, bool:
	case num:
		n.num = func(*run) num { return x }
		n.shown = json.Number(x.plain(nil, k.p.dialect == Standard))
	case float64:
		n.flt = func(*run) float64 { return x }
	case string:
		n.text = func(*run) string { return x }
	default:
		n.ready = false // each result is a list or object of its own
	}
	return n
}

func (k *compiler) listForm(s *syntax, sc *lexical) *node {
	items, konst := k.compileAll(s.items, sc)
	if konst && !k.plain {
		return k.constant(k.values(items))
	}
	return &node{own: true, kind: ofList, val: func(c *run) any {
		if !c.makeList(len(items)) {
			return nil
		}
		out := make([]any, len(items))
		for i, n := range items {
			out[i] = n.val(c)
		}
		return out
	}}
}

// compileAll also reports whether they are all constants.
func (k *compiler) compileAll(items []*syntax, sc *lexical) ([]*node, bool) {
	out, konst := make([]*node, len(items)), true
	for i, item := range items {
		out[i] = k.compile(item, sc)
		konst = konst && out[i].konst
	}
	return out, konst
}

func (k *compiler) values(nodes []*node) []any {
	out := make([]any, len(nodes))
	for i, n := range nodes {
		out[i] = n.value
	}
	return out
}

func (k *compiler) objectForm(s *syntax, sc *lexical) *node {
	op := s.operator()
	if len(s.keys) == 0 && k.p.dialect == Standard {
		return k.constant(map[string]any{})
	}
	if own, ok := k.custom[op]; ok && op != "" {
		return k.customForm(s, own, sc)
	}
	if b, ok := k.ops[op]; ok {
		k.checkArity(s)
		n := b(k, s, sc)
		return k.fold(n, s)
	}
	return k.noOperator(s)
}

func (k *compiler) noOperator(s *syntax) *node {
	problem := s.fault(UnknownOperator, "there is no such operator")
	if len(s.keys) != 1 {
		problem = s.fault(UnknownOperator, "an object of a rule has one key, the operator, and not %d", len(s.keys))
		if k.p.dialect == Togai {
			problem.Fault = InvalidSyntax
			k.refuse(problem)
		}
	}
	if k.strict {
		k.refuse(problem)
	}
	return k.failing(problem)
}

// failing is a node that is an error when it is reached.
func (k *compiler) failing(e *Error) *node {
	return &node{val: func(c *run) any {
		if c.err == nil {
			c.err = e.copied()
		}
		return nil
	}}
}

func (k *compiler) invalid(s *syntax, detail string) *node {
	return k.failing(s.fault(InvalidArguments, "%s", detail))
}

// fill derives the variants that a node does not have from those that it has.
func (k *compiler) fill(n *node) {
	k.fillVal(n)
	val, at := n.val, n.at
	switch {
	case n.truth != nil:
	case n.kind == ofNumber && n.num != nil:
		f := n.num
		n.truth = func(c *run) bool { return f(c).sign() != 0 }
	case n.kind == ofNumber && n.flt != nil:
		f := n.flt
		n.truth = func(c *run) bool { return f(c) != 0 }
	case n.text != nil:
		f := n.text
		n.truth = func(c *run) bool { return f(c) != "" }
	default:
		n.truth = func(c *run) bool { return c.truthy(val(c)) }
	}
	if n.num == nil && !k.p.float {
		n.num = func(c *run) num { return c.toNum(val(c), at) }
	}
	if n.flt == nil && k.p.float {
		n.flt = func(c *run) float64 { return c.toFloat(val(c), at) }
	}
}

func (k *compiler) fillVal(n *node) {
	switch {
	case n.val != nil:
	case n.kind == ofBool:
		f := n.truth
		n.val = func(c *run) any { return f(c) }
	case n.num != nil:
		f := n.num
		n.val = func(c *run) any {
			if x := f(c); c.err == nil {
				return x
			}
			return nil
		}
	case n.flt != nil:
		f := n.flt
		n.val = func(c *run) any {
			if x := f(c); c.err == nil {
				return x
			}
			return nil
		}
	case n.text != nil:
		f := n.text
		n.val = func(c *run) any { return f(c) }
	}
	if k.plain {
		n.kind = ofAny
	}
}

// fold evaluates an operator whose operands are all constants when the rule is compiled. If that fails,
// the error is left to the evaluation that reaches it.
func (k *compiler) fold(n *node, s *syntax) *node {
	if k.plain || n.konst || !k.foldable(s) {
		return n
	}
	n.at = s
	k.fill(n)
	c := k.folding
	if c.start(background, nil) != nil {
		return n
	}
	v := n.val(c)
	if c.err != nil || kindOf(v) == ofDate {
		c.err = nil
		return n
	}
	return k.constant(v)
}

// foldable reports whether nothing under s reads data or calls a custom operator.
func (k *compiler) foldable(s *syntax) bool {
	op := s.operator()
	_, own := k.custom[op]
	switch {
	case s.form != isObject && s.form != isList:
		return true
	case s.form == isObject && (own || !pure[op]):
		return false
	case op == "preserve":
		return true
	}
	return !slices.ContainsFunc(s.items, func(item *syntax) bool { return !k.foldable(item) })
}
