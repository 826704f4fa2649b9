package jsonlogic

// short reports whether the stages are a map alone, or a filter and a map, and notes which.
func (p *pipeline) short() bool {
	last := len(p.stages) - 1
	if last > 1 || last == 1 && !p.stages[0].filter {
		return false
	}
	p.value = p.stages[last].body
	if last == 1 {
		p.keep = p.stages[0].body
	}
	return true
}

// totals are the two arithmetics of the sum of a map over the elements that a filter keeps. Most tiers and
// items are priced by this loop, so it has no case that it does not need.
func (k *compiler) totals(p *pipeline) (func(*run) num, func(*run) float64) {
	if k.p.float {
		return nil, func(c *run) float64 { return c.totalFloat(p) }
	}
	return func(c *run) num { return c.total(p) }, nil
}

func (c *run) total(p *pipeline) num {
	l, _ := c.source(p.source)
	sum := p.first.num(c)
	c.enter(atItem)
	value := p.value.num
	for i := range l {
		if !c.charge(p.cost) {
			break
		}
		c.next(l[i], i)
		if p.keep == nil || p.keep.truth(c) {
			sum = c.add(sum, value(c))
		}
	}
	c.leave()
	return sum
}

func (c *run) totalFloat(p *pipeline) float64 {
	l, _ := c.source(p.source)
	sum := p.first.flt(c)
	c.enter(atItem)
	value := p.value.flt
	for i := range l {
		if !c.charge(p.cost) {
			break
		}
		c.next(l[i], i)
		if p.keep == nil || p.keep.truth(c) {
			sum = c.finite(p.body.at, sum+value(c))
		}
	}
	c.leave()
	return sum
}
