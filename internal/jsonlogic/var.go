package jsonlogic

// maxSlots is how many paths an evaluation remembers.
const maxSlots = 64

// assignSlots gives a slot to each path of the root that is read more than once, and to what several
// such paths begin with.
func (k *compiler) assignSlots(first *compiler) {
	k.slotOf = map[string]int{}
	for name, n := range first.uses {
		if n > 1 && k.p.slots < maxSlots {
			k.slotOf[name] = k.p.slots
			k.p.slots++
		}
	}
	for name, keys := range first.below {
		if _, ok := k.slotOf[name]; !ok && len(keys) > 1 && k.p.slots < maxSlots {
			k.slotOf[name] = k.p.slots
			k.p.slots++
		}
	}
	k.p.lasting = 1<<k.p.slots - 1
	k.itemOf = map[string]int{}
	for name, n := range first.items {
		if n > 1 && k.p.slots < maxSlots {
			k.itemOf[name] = k.p.slots
			k.p.slots++
		}
	}
	k.folding = newRun(k.p)
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

// staticVar reads a path that is known.
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
	n := &node{path: &p}
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
		n.val = k.reader(p, sc)
	}
	if n.num == nil && n.flt == nil && !k.plain {
		k.numbers(n, p, sc)
	}
	return n
}

// reader is the quickest way to a path.
func (k *compiler) reader(p path, sc *lexical) func(*run) any {
	if slot, ok := k.slot(p, sc); ok {
		return k.slotted(slot, k.unslotted(p, sc))
	}
	return k.unslotted(p, sc)
}

// slot is where the path is remembered.
func (k *compiler) slot(p path, sc *lexical) (int, bool) {
	slot, ok := 0, false
	switch {
	case len(p.segments) == 0:
	case sc.kind == atRoot:
		slot, ok = k.slotOf[p.name]
	case sc.kind == atItem:
		slot, ok = k.itemOf[p.name]
	}
	return slot, ok
}

func (k *compiler) slotted(slot int, read func(*run) any) func(*run) any {
	bit := uint64(1) << slot
	return func(c *run) any {
		if c.have&bit != 0 {
			return c.slots[slot]
		}
		v := read(c)
		c.have |= bit
		c.slots[slot] = v
		return v
	}
}

func (k *compiler) unslotted(p path, sc *lexical) func(*run) any {
	segs := p.segments
	switch len(segs) {
	case 0:
		return func(c *run) any { return c.scope.data }
	case 1:
		s := segs[0]
		return func(c *run) any {
			if m, ok := c.scope.data.(map[string]any); ok {
				return m[s.key]
			}
			v, _ := c.stepOther(c.scope.data, s)
			return v
		}
	}
	if slot, ok := k.slotOf[segs[0].key]; ok && sc.kind == atRoot {
		first := k.slotted(slot, k.unslotted(path{segments: segs[:1]}, sc))
		rest := segs[1:]
		if len(rest) == 1 {
			s := rest[0]
			bit := uint64(1) << slot
			return func(c *run) any {
				var v any
				if c.have&bit != 0 {
					v = c.slots[slot]
				} else {
					v = first(c)
				}
				if m, ok := v.(map[string]any); ok {
					return m[s.key]
				}
				v, _ = c.stepOther(v, s)
				return v
			}
		}
		return func(c *run) any {
			v, _ := c.walk(first(c), rest)
			return v
		}
	}
	if len(segs) == 2 {
		s, t := segs[0], segs[1]
		return func(c *run) any {
			if m, ok := c.scope.data.(map[string]any); ok {
				if m, ok := m[s.key].(map[string]any); ok {
					return m[t.key]
				}
			}
			v, _ := c.walk(c.scope.data, segs)
			return v
		}
	}
	return func(c *run) any {
		v, _ := c.walk(c.scope.data, segs)
		return v
	}
}

// numbers are the unboxed variants of a read: the common case without a call.
func (k *compiler) numbers(n *node, p path, sc *lexical) {
	read := n.val
	slot, ok := k.slot(p, sc)
	bit := uint64(1) << slot
	if k.p.float {
		n.flt = func(c *run) float64 {
			var v any
			if ok && c.have&bit != 0 {
				v = c.slots[slot]
			} else {
				v = read(c)
			}
			if f, ok := v.(float64); ok && f-f == 0 {
				return f
			}
			return c.toFloat(v, n.at)
		}
		return
	}
	if !ok || sc.kind == atItem { // of an element a number is rarely read twice
		n.num = func(c *run) num { return c.toNum(read(c), n.at) }
		return
	}
	n.num = func(c *run) num {
		if c.is&bit != 0 {
			return c.nums[slot]
		}
		x := c.toNum(read(c), n.at)
		if c.err == nil {
			c.nums[slot] = x
			c.is |= bit
		}
		return x
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
	read, float := n.val, k.p.float
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
	default:
		n.val = read
		return
	}
	if float {
		n.num = nil
	} else {
		n.flt = nil
	}
}
