package jsonlogic

// same is ===: equal without converting types.
func (c *run) same(a, b any, depth int) bool {
	if s, ok := a.(string); ok {
		t, ok := text(b)
		if !ok {
			c.known(b)
		}
		return ok && len(s) == len(t) && c.along(len(s)) && s == t
	}
	if c.err != nil {
		return false
	}
	k := kindOf(a)
	if k != kindOf(b) {
		c.known(a)
		c.known(b)
		return false
	}
	if depth > c.p.budget.DataDepth {
		c.exceeded("levels of data")
		return false
	}
	switch k {
	case ofNull:
		return true
	case ofBool:
		return a == b
	case ofText:
		s, _ := text(a)
		t, _ := text(b)
		return s == t
	case ofNumber:
		return c.sameNumber(a, b)
	case ofDate:
		return a.(date).Equal(b.(date).Time)
	case ofList:
		return c.sameList(a, b, func(x, y any) bool { return c.same(x, y, depth+1) })
	case ofObject:
		return c.sameObject(a, b, func(x, y any) bool { return c.same(x, y, depth+1) })
	}
	return c.unknown(a) != nil
}

func (c *run) sameNumber(a, b any) bool {
	if c.p.float {
		x, okA := c.float(a)
		y, okB := c.float(b)
		return okA && okB && x == y
	}
	x, okA := c.number(a)
	y, okB := c.number(b)
	return okA && okB && c.cmp(x, y) == 0
}

// sameList and sameObject compare element by element, as equal does.
func (c *run) sameList(a, b any, equal func(x, y any) bool) bool {
	if length(a) != length(b) || !c.charge(length(a)) {
		return false
	}
	l, _ := c.list(a)
	m, _ := c.list(b)
	if c.err != nil {
		return false
	}
	for i := range l {
		if !equal(l[i], m[i]) {
			return false
		}
	}
	return true
}

func (c *run) sameObject(a, b any, equal func(x, y any) bool) bool {
	if length(a) != length(b) || !c.charge(length(a)) {
		return false
	}
	l, m := c.object(a), c.object(b)
	if c.err != nil {
		return false
	}
	for k, x := range l {
		y, ok := m[k]
		if !ok || !equal(x, y) {
			return false
		}
	}
	return true
}
