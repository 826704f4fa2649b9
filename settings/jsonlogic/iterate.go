package jsonlogic

import "slices"

// iteration is a map or filter: where its elements come from and what is done with each.
type iteration struct {
	at     *syntax
	source *node
	body   *node
	filter bool
	cost   int // steps for each element
}

// iterator compiles what all iterators have: a source in this scope and a body in its own. Without them
// the node is the error.
func (k *compiler) iterator(s *syntax, sc *lexical, kind scopeKind) (it iteration, bad *node) {
	items, ok := k.written(s)
	if !ok {
		k.compile(s.items[0], sc)
		return it, k.invalid(s, mustBeWritten)
	}
	if len(items) < 2 {
		k.compileAll(items, sc)
		return it, k.invalid(s, "it needs a list and what to do with its elements")
	}
	it = iteration{at: s, source: k.compile(items[0], sc), cost: items[1].size + 1}
	it.body = k.compile(items[1], &lexical{kind, sc})
	return it, nil
}

// source evaluates the list. The operator decides what to do if it is not a list.
func (c *run) source(n *node) ([]any, bool) {
	v := n.val(c)
	if c.err != nil {
		return nil, false
	}
	if l, ok := v.([]any); ok {
		return l, true
	}
	c.known(v)
	return c.list(v)
}

func (k *compiler) mapForm(s *syntax, sc *lexical) *node    { return k.mapOrFilter(s, sc, false) }
func (k *compiler) filterForm(s *syntax, sc *lexical) *node { return k.mapOrFilter(s, sc, true) }

func (k *compiler) mapOrFilter(s *syntax, sc *lexical, filter bool) *node {
	climbs := k.climbs
	it, bad := k.iterator(s, sc, atItem)
	if bad != nil {
		return bad
	}
	for i, item := range s.items[0].items[:2] {
		if item.form == isNull {
			return k.invalid(s, []string{"the list is null", "what to do with the elements is null"}[i])
		}
	}
	it.filter = filter
	n := &node{own: true, kind: ofList, val: func(c *run) any {
		l, _ := c.source(it.source)
		if c.err != nil {
			return nil
		}
		return c.collect(&it, l)
	}}
	if !k.plain && k.climbs == climbs {
		n.iter = &it
	}
	return n
}

// collect runs a map or filter over a list.
func (c *run) collect(it *iteration, l []any) any {
	if !it.filter && !c.makeList(len(l)) {
		return nil
	}
	out := []any{}
	if !it.filter {
		out = make([]any, 0, len(l))
	}
	c.enter(atItem)
	for i, v := range l {
		if !c.charge(it.cost) {
			break
		}
		c.next(v, i)
		if !it.filter {
			v = it.body.val(c)
			out = append(out, v)
		} else if it.body.truth(c) && c.err == nil {
			if len(out) == cap(out) {
				room := min(max(8, 2*len(out)), len(l))
				if !c.makeList(room) {
					break
				}
				out = slices.Grow(out, room-len(out))
			}
			out = append(out, v)
		}
	}
	c.leave()
	if c.err != nil {
		return nil
	}
	return out
}

func (k *compiler) allForm(s *syntax, sc *lexical) *node {
	return k.quantifier(s, sc, func(n int, stopped bool) bool { return n > 0 && !stopped }, false)
}

func (k *compiler) someForm(s *syntax, sc *lexical) *node {
	return k.quantifier(s, sc, func(_ int, stopped bool) bool { return stopped }, true)
}

func (k *compiler) noneForm(s *syntax, sc *lexical) *node {
	return k.quantifier(s, sc, func(_ int, stopped bool) bool { return !stopped }, true)
}

// quantifier stops at the first element whose truth is stop.
func (k *compiler) quantifier(s *syntax, sc *lexical, result func(n int, stopped bool) bool, stop bool) *node {
	it, bad := k.iterator(s, sc, atItem)
	if bad != nil {
		return bad
	}
	is := func(c *run) bool {
		l, ok := c.source(it.source)
		if !ok {
			c.invalid(s, "it needs a list")
			return false
		}
		stopped := false
		c.enter(atItem)
		for i, v := range l {
			if stopped || !c.charge(it.cost) {
				break
			}
			c.next(v, i)
			stopped = it.body.truth(c) == stop
		}
		c.leave()
		return result(len(l), stopped) && c.err == nil
	}
	if k.plain {
		return &node{val: func(c *run) any { return is(c) }}
	}
	return &node{kind: ofBool, truth: is}
}

func (k *compiler) reduceForm(s *syntax, sc *lexical) *node {
	climbs := k.climbs
	it, bad := k.iterator(s, sc, atReduce)
	if bad != nil {
		return bad
	}
	var first *node
	if items := s.items[0].items; len(items) > 2 {
		first = k.compile(items[2], sc)
	}
	if !k.plain && k.climbs == climbs && first != nil {
		return k.fused(s, &it, first)
	}
	return &node{val: func(c *run) any {
		l, _ := c.source(it.source)
		var acc any
		if first != nil {
			acc = first.val(c)
		} else if len(l) > 0 {
			acc, l = l[0], l[1:]
		}
		if c.err != nil {
			return nil
		}
		return c.accumulate(&it, l, acc)
	}}
}

// accumulate runs the body of a reduce over a list.
func (c *run) accumulate(it *iteration, l []any, acc any) any {
	c.enter(atReduce)
	for i, v := range l {
		if !c.charge(it.cost) {
			break
		}
		c.scope.cur, c.scope.acc, c.scope.index = v, acc, i
		acc = it.body.val(c)
	}
	c.leave()
	return acc
}
