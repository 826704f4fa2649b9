package jsonlogic

func (k *compiler) togaiMap(s *syntax, sc *lexical) *node {
	return k.togaiIterator(s, sc, func(c *run, it *iteration, v any) any {
		c.known(v)
		l, _ := c.list(v)
		return c.collect(it, l)
	})
}

func (k *compiler) togaiFilter(s *syntax, sc *lexical) *node {
	return k.togaiIterator(s, sc, func(c *run, it *iteration, v any) any {
		l, ok := c.list(v)
		if !ok {
			return c.invalid(s, "its first argument must be a list")
		}
		keep := *it
		keep.filter = true
		return c.collect(&keep, l)
	})
}

// togaiIterator is an operator of a list and a body that sees its elements.
func (k *compiler) togaiIterator(s *syntax, sc *lexical, f func(c *run, it *iteration, v any) any) *node {
	it, bad := k.togaiParts(s, sc, 2, atItem)
	if bad != nil {
		return bad
	}
	return &node{val: func(c *run) any {
		v := it.source.val(c)
		if c.err != nil {
			return nil
		}
		return f(c, &it, v)
	}}
}

func (k *compiler) togaiParts(s *syntax, sc *lexical, n int, kind scopeKind) (it iteration, bad *node) {
	items, ok := k.written(s)
	if !ok || len(items) != n {
		k.fixed(s, sc)
		return it, k.invalid(s, "it takes "+count(n))
	}
	it = iteration{at: s, source: k.compile(items[0], sc), cost: items[1].size + 1}
	it.body = k.compile(items[1], &lexical{kind, sc})
	return it, nil
}

func togaiQuantifier(op string) builder {
	return func(k *compiler, s *syntax, sc *lexical) *node {
		return k.togaiIterator(s, sc, func(c *run, it *iteration, v any) any {
			if v == nil && op != "all" {
				return op == "none"
			}
			l, ok := c.list(v)
			if !ok {
				return c.invalid(s, "its first argument must be a list")
			}
			stopped := false
			c.enter(atItem)
			for i, v := range l {
				if stopped || !c.charge(it.cost) {
					break
				}
				c.next(v, i)
				stopped = it.body.truth(c) == (op != "all")
			}
			c.leave()
			switch op {
			case "all":
				return len(l) > 0 && !stopped
			case "some":
				return stopped
			}
			return !stopped
		})
	}
}

func (k *compiler) togaiReduce(s *syntax, sc *lexical) *node {
	it, bad := k.togaiParts(s, sc, 3, atReduce)
	if bad != nil {
		return bad
	}
	first := k.compile(s.items[0].items[2], sc)
	return &node{val: func(c *run) any {
		l, _ := c.source(it.source)
		acc := first.val(c)
		return c.accumulate(&it, l, acc)
	}}
}
