package jsonlogic

// pipeline is a reduce over maps and filters, element by element: no list is made in between, and a
// number goes from one to the next unboxed.
type pipeline struct {
	source *node
	stages []*iteration // in the order of the data
	body   *node
	first  *node
	cost   int  // steps for each element
	unbox  bool // the value of the last map is a number
	number bool // the value of the body is a number
	sum    bool // the body adds current to accumulator
	// total reports that it is a sum of numbers over one map, and keep is the filter before it, if any.
	total bool
	keep  *node
	value *node // the map's
}

// fused builds a reduce with the maps and filters that its source is made of.
func (k *compiler) fused(s *syntax, it *iteration, first *node) *node {
	p := &pipeline{source: it.source, body: it.body, first: first, cost: it.cost, number: it.body.kind == ofNumber}
	for p.source.iter != nil {
		stage := p.source.iter
		p.stages = append([]*iteration{stage}, p.stages...)
		p.cost += stage.cost
		p.source = stage.source
	}
	if n := len(p.stages); n > 0 && !p.stages[n-1].filter {
		p.unbox = p.stages[n-1].body.kind == ofNumber
	}
	_, own := k.custom["var"]
	p.sum = p.unbox && p.number && !own && adds(it.body.at)
	p.total = p.sum && first.kind == ofNumber && p.short()
	n := &node{val: func(c *run) any {
		c.reduce(p)
		acc := c.scope.accumulator()
		c.leave()
		if c.err != nil {
			return nil
		}
		return acc
	}}
	if !p.number {
		return n
	}
	// The result is a number only if there was an element; the initial value may be of any type.
	if first.kind == ofNumber {
		n.val, n.kind = nil, ofNumber
	}
	if p.total {
		n.num, n.flt = k.totals(p)
		return n
	}
	if k.p.float {
		n.flt = func(c *run) float64 {
			c.reduce(p)
			f := c.scope.accF
			if !c.scope.accIs {
				f = c.toFloat(c.scope.acc, s)
			}
			c.leave()
			return f
		}
		return n
	}
	n.num = func(c *run) num {
		c.reduce(p)
		x := c.scope.accN
		if !c.scope.accIs {
			x = c.toNum(c.scope.acc, s)
		}
		c.leave()
		return x
	}
	return n
}

// reduce runs the pipeline and leaves the accumulator in its scope, which the caller leaves.
func (c *run) reduce(p *pipeline) {
	l, _ := c.source(p.source)
	var acc any
	if c.err == nil {
		acc = p.first.val(c)
	}
	c.enter(atReduce)
	sc := &c.scope
	sc.acc, sc.float = acc, c.p.float
	for i := range l {
		if !c.charge(p.cost) {
			return
		}
		sc.index = i
		if !c.pass(p, l[i]) || c.err != nil {
			continue
		}
		sc.kind = atReduce
		switch {
		case p.sum && sc.accIs && sc.float:
			sc.accF = c.finite(p.body.at, sc.accF+sc.curF)
		case p.sum && sc.accIs:
			sc.accN = c.add(sc.accN, sc.curN)
		case !p.number:
			sc.acc = p.body.val(c)
		case sc.float:
			sc.accF, sc.accIs = p.body.flt(c), true
		default:
			sc.accN, sc.accIs = p.body.num(c), true
		}
	}
	sc.kind = atReduce
}

// pass sends an element through the stages to the reduce, or drops it.
func (c *run) pass(p *pipeline, v any) bool {
	sc := &c.scope
	last := len(p.stages) - 1
	if last >= 0 {
		sc.kind, sc.data = atItem, v
		c.forget()
	}
	for i, stage := range p.stages {
		switch {
		case stage.filter:
			if !stage.body.truth(c) {
				return false
			}
		case i < last || !p.unbox:
			sc.data = stage.body.val(c)
			c.forget()
		case sc.float:
			sc.curF, sc.curIs = stage.body.flt(c), true
			return true
		default:
			sc.curN, sc.curIs = stage.body.num(c), true
			return true
		}
	}
	if last >= 0 {
		v = sc.data
	}
	sc.cur, sc.curIs = v, false
	return true
}

// adds recognizes {"+":[accumulator, current]}, either way round.
func adds(s *syntax) bool {
	if s.operator() != "+" || s.items[0].form != isList || len(s.items[0].items) != 2 {
		return false
	}
	a, b := varName(s.items[0].items[0]), varName(s.items[0].items[1])
	return a == "accumulator" && b == "current" || a == "current" && b == "accumulator"
}

// varName is the path of a var of a path alone.
func varName(s *syntax) string {
	if s.operator() != "var" {
		return ""
	}
	arg := s.items[0]
	if arg.form == isList && len(arg.items) == 1 {
		arg = arg.items[0]
	}
	return arg.text
}
