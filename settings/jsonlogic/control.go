package jsonlogic

func (k *compiler) ifForm(s *syntax, sc *lexical) *node {
	items, ok := k.written(s)
	if !ok {
		k.compile(s.items[0], sc)
		return k.invalid(s, mustBeWritten)
	}
	args, _ := k.compileAll(items, sc)
	if !k.plain {
		args = decided(args)
	}
	switch len(args) {
	case 0:
		return k.constant(nil)
	case 1:
		return args[0]
	}
	return k.chosen(s, args)
}

// chosen is an if of two arguments or more.
func (k *compiler) chosen(s *syntax, args []*node) *node {
	n := &node{val: func(c *run) any {
		for i := 0; i+1 < len(args); i += 2 {
			if args[i].truth(c) {
				c.branch(s, i+1)
				return args[i+1].val(c)
			}
			if c.err != nil {
				return nil
			}
		}
		if len(args)%2 == 1 {
			c.branch(s, len(args)-1)
			return args[len(args)-1].val(c)
		}
		return nil
	}}
	if k.plain {
		return n
	}
	n.pick = picking(args)
	if len(args) != 3 {
		return n
	}
	k.ifThree(n, args[0], args[1], args[2])
	return n
}

// picking finds the arm of an if. If a condition fails, the error is in the run.
func picking(args []*node) func(*run) *node {
	var conditions []func(*run) bool
	var arms []*node
	for i := 0; i+1 < len(args); i += 2 {
		conditions, arms = append(conditions, args[i].truth), append(arms, args[i+1])
	}
	if len(args)%2 == 1 {
		arms = append(arms, args[len(args)-1])
	} else {
		arms = append(arms, nil)
	}
	return func(c *run) *node {
		i := 0
		for i < len(conditions) && !conditions[i](c) {
			i++
		}
		return arms[i]
	}
}

// ifThree is condition, one, other without boxing.
func (k *compiler) ifThree(n *node, condition, one, other *node) {
	is := condition.truth
	n.truth = func(c *run) bool {
		if is(c) {
			return one.truth(c)
		}
		return c.err == nil && other.truth(c)
	}
	if one.kind != ofNumber || other.kind != ofNumber {
		return
	}
	n.kind = ofNumber
	x, y := one, other
	if k.p.float {
		n.flt = func(c *run) float64 {
			if is(c) {
				return x.flt(c)
			}
			return y.flt(c)
		}
		return
	}
	n.num = func(c *run) num {
		if is(c) {
			return x.num(c)
		}
		return y.num(c)
	}
}

// decided drops the arms of an if that can never be taken.
func decided(args []*node) []*node {
	var out []*node
	for i := 0; i+1 < len(args); i += 2 {
		condition := args[i]
		if !condition.konst {
			out = append(out, condition, args[i+1])
			continue
		}
		if condition.truth(nil) {
			return append(out, args[i+1])
		}
	}
	if len(args)%2 == 1 {
		return append(out, args[len(args)-1])
	}
	if len(out) == 0 && len(args) > 0 {
		return nil
	}
	return out
}

func (k *compiler) andForm(s *syntax, sc *lexical) *node { return k.logical(s, sc, false) }
func (k *compiler) orForm(s *syntax, sc *lexical) *node  { return k.logical(s, sc, true) }

// logical returns the first operand whose truth decides, or the last one.
func (k *compiler) logical(s *syntax, sc *lexical, decides bool) *node {
	items, ok := k.written(s)
	if !ok {
		k.compile(s.items[0], sc)
		return k.invalid(s, mustBeWritten)
	}
	args, _ := k.compileAll(items, sc)
	if len(args) == 0 {
		return k.constant(false)
	}
	last := len(args) - 1
	n := &node{val: func(c *run) any {
		for i, arg := range args[:last] {
			if v := arg.val(c); c.truthy(v) == decides || c.err != nil {
				c.branch(s, i)
				return v
			}
		}
		c.branch(s, last)
		return args[last].val(c)
	}}
	if k.plain {
		return n
	}
	n.truth = decision(args, decides)
	for _, arg := range args {
		if arg.kind != ofBool {
			return n
		}
	}
	n.kind, n.val = ofBool, nil
	return n
}

// decision is the truth of and, or. Most rules have two or three operands.
func decision(args []*node, decides bool) func(*run) bool {
	switch len(args) {
	case 2:
		a, b := args[0].truth, args[1].truth
		return func(c *run) bool {
			if a(c) == decides {
				return decides
			}
			return b(c)
		}
	case 3:
		a, b, d := args[0].truth, args[1].truth, args[2].truth
		return func(c *run) bool {
			if a(c) == decides || b(c) == decides {
				return decides
			}
			return d(c)
		}
	}
	return func(c *run) bool {
		for _, arg := range args {
			if arg.truth(c) == decides {
				return decides
			}
		}
		return !decides
	}
}

func (k *compiler) notForm(s *syntax, sc *lexical) *node   { return k.negation(s, sc, true) }
func (k *compiler) truthForm(s *syntax, sc *lexical) *node { return k.negation(s, sc, false) }

func (k *compiler) negation(s *syntax, sc *lexical, not bool) *node {
	args := k.fixed(s, sc)
	if len(args) == 0 {
		return k.constant(not)
	}
	if k.plain {
		return &node{val: func(c *run) any { return c.truthy(args[0].val(c)) != not }}
	}
	is := args[0].truth
	return &node{kind: ofBool, truth: func(c *run) bool { return is(c) != not }}
}

func (k *compiler) coalesceForm(s *syntax, sc *lexical) *node {
	args := k.fixed(s, sc)
	return &node{val: func(c *run) any {
		for i, arg := range args {
			if v := arg.val(c); v != nil || c.err != nil {
				c.branch(s, i)
				return v
			}
		}
		return nil
	}}
}

// tryForm returns the first argument without an error. Those after the first see the error before them
// as their data. An error from before the try is not caught.
func (k *compiler) tryForm(s *syntax, sc *lexical) *node {
	items := s.items
	if items[0].form == isList {
		items = items[0].items
	}
	if len(items) == 0 {
		return k.constant(nil)
	}
	first := k.compile(items[0], sc)
	rest, _ := k.compileAll(items[1:], &lexical{atCatch, sc})
	return &node{val: func(c *run) any {
		if c.err != nil {
			return nil
		}
		depth, stack := len(c.outer), len(c.stack)
		v := first.val(c)
		for i, next := range rest {
			if c.err == nil {
				c.branch(s, i)
				return v
			}
			if !c.err.caught() || !c.charge1() {
				return nil
			}
			c.outer, c.stack = c.outer[:depth], c.stack[:stack]
			thrown := c.err.object()
			c.err = nil
			c.enter(atCatch)
			c.scope.data = thrown
			v = next.val(c)
			c.leave()
		}
		if c.err == nil {
			c.branch(s, len(rest))
		}
		return v
	}}
}

// charge1 takes a step even if there is an error.
func (c *run) charge1() bool {
	if c.steps--; c.steps < 0 {
		c.exceeded("steps")
		return false
	}
	return true
}

// throwForm raises a text as {"type": text} and anything else as it is.
func (k *compiler) throwForm(s *syntax, sc *lexical) *node {
	args := k.fixed(s, sc)
	return &node{val: func(c *run) any {
		var v any
		if len(args) > 0 {
			v = args[0].val(c)
		}
		if v = c.export(v, 0); c.err != nil {
			return nil
		}
		if _, ok := v.(map[string]any); !ok {
			v = map[string]any{"type": v}
		}
		c.fail(s, Thrown, "")
		c.err.Value = v
		return nil
	}}
}

// preserveForm is its argument as it was written, not evaluated.
func (k *compiler) preserveForm(s *syntax, _ *lexical) *node {
	return k.constant(k.literal(s.items[0]))
}

func (k *compiler) logForm(s *syntax, sc *lexical) *node {
	args := k.fixed(s, sc)
	if len(args) == 0 {
		return k.constant(nil)
	}
	n := *args[0]
	return &n
}
