package jsonlogic

import "encoding/json"

// maxSlots is the number of paths that an evaluation remembers.
const maxSlots = 64

// assignSlots assigns a slot to each path of the root that is read more than once, to common beginnings of
// such paths, and to arithmetic that is written more than once.
func (k *compiler) assignSlots(first *compiler) {
	k.slotOf = map[string]int{}
	k.assign(k.slotOf, first.uses)
	below := map[string]int{}
	for name, keys := range first.below {
		below[name] = len(keys)
	}
	k.assign(k.slotOf, below)
	k.sumOf = map[string]int{}
	k.assign(k.sumOf, first.sums)
	k.p.lasting = 1<<k.p.slots - 1
	k.itemOf = map[string]int{}
	k.assign(k.itemOf, first.items)
	k.folding = newRun(k.p)
}

// assign assigns slots to what is used more than once, as long as there are any.
func (k *compiler) assign(slots map[string]int, times map[string]int) {
	for name, n := range times {
		if _, ok := slots[name]; !ok && n > 1 && k.p.slots < maxSlots {
			slots[name] = k.p.slots
			k.p.slots++
		}
	}
}

// use counts a read of the root for assignSlots.
func (k *compiler) use(p path) {
	if len(p.segments) == 0 {
		return
	}
	k.uses[p.name]++
	if len(p.segments) > 1 {
		first := p.segments[0].key
		if k.below[first] == nil {
			k.below[first] = map[string]bool{}
		}
		k.below[first][p.name] = true
	}
}

// staticVar reads a constant path.
func (k *compiler) staticVar(p path, otherwise *node, sc *lexical) *node {
	k.read(p.name, sc)
	if otherwise != nil {
		return &node{val: func(c *run) any {
			v, ok := c.here(p.segments)
			c.tell(p.name, v, ok)
			if !ok {
				return otherwise.val(c)
			}
			return v
		}}
	}
	switch {
	case sc.kind == atRoot:
		k.use(p)
	case sc.kind == atItem && len(p.segments) == 1:
		k.items[p.name]++
	}
	n := &node{}
	switch {
	case k.plain:
		n.val = func(c *run) any {
			v, ok := c.here(p.segments)
			c.tell(p.name, v, ok)
			return v
		}
	case sc.kind == atReduce:
		k.reduceVar(n, p)
	default:
		r := k.reader(p, sc)
		n.reading, n.val = r, func(c *run) any { return c.read(r) }
		k.numbers(n, p, sc)
	}
	return n
}

// reading is a value made ready to be read, usually that of a path.
type reading struct {
	slot  int    // where it is remembered
	bit   uint64 // of slot; 0 if it is not
	fresh func(*run) any
}

// readingOf is the quickest way to the value of a node.
func (n *node) readingOf() *reading {
	if n.reading != nil {
		return n.reading
	}
	return &reading{fresh: n.val}
}

// read is the value at a path, nil if it is not there.
func (c *run) read(r *reading) any {
	if c.have&r.bit != 0 {
		return c.slots[r.slot]
	}
	return r.fresh(c)
}

func (c *run) remember(r *reading, v any) any {
	if r.bit != 0 {
		c.have |= r.bit
		c.slots[r.slot] = v
	}
	return v
}

// parsed is a number that was read, parsed once if it is read again.
func (c *run) parsed(r *reading, n json.Number) (num, bool) {
	if c.is&r.bit != 0 {
		return c.nums[r.slot], true
	}
	x, how := c.parseNum(string(n))
	if how != numOK {
		return num{}, false
	}
	if r.bit != 0 {
		c.nums[r.slot] = x
		c.is |= r.bit
	}
	return x, true
}

// reader is the quickest way to a path.
func (k *compiler) reader(p path, sc *lexical) *reading {
	r := &reading{}
	slots := k.itemOf
	if sc.kind == atRoot {
		slots = k.slotOf
	}
	if slot, ok := slots[p.name]; ok && len(p.segments) > 0 && sc.kind != atCatch {
		r.slot, r.bit = slot, 1<<slot
	}
	switch segments := p.segments; len(segments) {
	case 0:
		r.fresh = func(c *run) any { return c.scope.data }
	case 1:
		s := segments[0]
		r.fresh = func(c *run) any {
			if m, ok := c.scope.data.(map[string]any); ok {
				return c.remember(r, m[s.key])
			}
			v, _ := c.stepOther(c.scope.data, s)
			return c.remember(r, v)
		}
	default:
		r.fresh = k.readDeep(p, r, sc)
	}
	return r
}

// readDeep reads a path of two segments or more, the beginning of which may be remembered.
func (k *compiler) readDeep(p path, r *reading, sc *lexical) func(*run) any {
	last := len(p.segments) - 1
	head := k.reader(path{name: p.segments[0].key, segments: p.segments[:1]}, sc)
	switch {
	case last > 1:
		return readBelow(r, readWithin(head, p.segments[1:last]), p.segments[last])
	case head.bit == 0:
		return readTwo(r, p.segments)
	}
	return readBelow(r, head, p.segments[last])
}

func readTwo(r *reading, segments []segment) func(*run) any {
	first, second := segments[0].key, segments[1].key
	return func(c *run) any {
		if m, ok := c.scope.data.(map[string]any); ok {
			if m, ok := m[first].(map[string]any); ok {
				return c.remember(r, m[second])
			}
		}
		v, _ := c.walk(c.scope.data, segments)
		return c.remember(r, v)
	}
}

func readWithin(head *reading, segments []segment) *reading {
	return &reading{fresh: func(c *run) any {
		v, _ := c.walk(c.read(head), segments)
		return v
	}}
}

func readBelow(r, head *reading, last segment) func(*run) any {
	return func(c *run) any {
		var v any
		if c.have&head.bit != 0 {
			v = c.slots[head.slot]
		} else {
			v = head.fresh(c)
		}
		if m, ok := v.(map[string]any); ok {
			v = m[last.key]
		} else {
			v, _ = c.stepOther(v, last)
		}
		if r.bit != 0 {
			c.have |= r.bit
			c.slots[r.slot] = v
		}
		return v
	}
}

// numbers are the unboxed variants of a read.
func (k *compiler) numbers(n *node, p path, sc *lexical) {
	r := n.reading
	switch {
	case k.p.float && sc.kind == atItem && len(p.segments) == 1:
		n.flt = floatField(n, r, p.segments[0].key)
	case k.p.float:
		n.flt = func(c *run) float64 {
			v := c.read(r)
			if f, ok := v.(float64); ok && f-f == 0 {
				return f
			}
			return c.toFloat(v, n.at)
		}
	case r.bit == 0:
		n.num = func(c *run) num { return c.toNum(c.read(r), n.at) }
	default:
		n.num = remembered(r.slot, func(c *run) num { return c.toNum(c.read(r), n.at) })
	}
}

// floatField is a field of the current element, which loops read most, in one closure.
func floatField(n *node, r *reading, key string) func(*run) float64 {
	return func(c *run) float64 {
		var v any
		if c.have&r.bit != 0 {
			v = c.slots[r.slot]
		} else if m, ok := c.scope.data.(map[string]any); ok {
			v = c.remember(r, m[key])
		} else {
			v = r.fresh(c)
		}
		if f, ok := v.(float64); ok && f-f == 0 {
			return f
		}
		return c.toFloat(v, n.at)
	}
}

// reduceVar reads current, accumulator or below them; a number may still be unboxed there.
func (k *compiler) reduceVar(n *node, p path) {
	n.val = func(c *run) any {
		v, _ := c.here(p.segments)
		return v
	}
	if len(p.segments) != 1 {
		return
	}
	switch p.segments[0].key {
	case "current":
		n.flt = func(c *run) float64 {
			if c.scope.curIs {
				return c.scope.curF
			}
			return c.toFloat(c.scope.cur, n.at)
		}
		n.num = func(c *run) num {
			if c.scope.curIs {
				return c.scope.curN
			}
			return c.toNum(c.scope.cur, n.at)
		}
	case "accumulator":
		n.flt = func(c *run) float64 {
			if c.scope.accIs {
				return c.scope.accF
			}
			return c.toFloat(c.scope.acc, n.at)
		}
		n.num = func(c *run) num {
			if c.scope.accIs {
				return c.scope.accN
			}
			return c.toNum(c.scope.acc, n.at)
		}
	}
	if k.p.float {
		n.num = nil
	} else {
		n.flt = nil
	}
}
