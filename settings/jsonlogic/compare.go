package jsonlogic

import (
	"cmp"
	"encoding/json"
	"strings"
)

type compareOp uint8

const (
	opEq compareOp = iota
	opNe
	opSame
	opNotSame
	opLt
	opLe
	opGt
	opGe
)

// holds reports whether the order of two values, as cmp.Compare has it, satisfies the operator.
func (op compareOp) holds(order int) bool {
	switch op {
	case opEq, opSame:
		return order == 0
	case opNe, opNotSame:
		return order != 0
	case opLt:
		return order < 0
	case opLe:
		return order <= 0
	case opGt:
		return order > 0
	}
	return order >= 0
}

// flipped is the operator with its operands exchanged.
func (op compareOp) flipped() compareOp {
	switch op {
	case opLt:
		return opGt
	case opLe:
		return opGe
	case opGt:
		return opLt
	case opGe:
		return opLe
	}
	return op
}

func comparing(op compareOp) builder {
	return func(k *compiler, s *syntax, sc *lexical) *node { return k.compareForm(op, s, sc) }
}

func (k *compiler) compareForm(op compareOp, s *syntax, sc *lexical) *node {
	items, ok := k.written(s)
	if !ok {
		k.compile(s.items[0], sc)
		return k.invalid(s, mustBeWritten)
	}
	args, _ := k.compileAll(items, sc)
	if len(args) < 2 {
		return k.invalid(s, "it needs two arguments")
	}
	n := &node{kind: ofBool}
	if len(args) == 2 && !k.plain {
		n.truth = k.compareTwo(op, s, args[0], args[1])
		return n
	}
	n.truth = func(c *run) bool {
		a := args[0].val(c)
		for _, next := range args[1:] {
			b := next.val(c)
			if c.err != nil || !c.compare(op, s, a, b) {
				return false
			}
			a = b
		}
		return c.err == nil
	}
	if k.plain {
		is := n.truth
		n.val = func(c *run) any { return is(c) }
		n.truth = nil
	}
	return n
}

// compareTwo picks the quickest way for what is known of the operands.
func (k *compiler) compareTwo(op compareOp, s *syntax, a, b *node) func(*run) bool {
	switch {
	case a.konst && !b.konst:
		op, a, b = op.flipped(), b, a
		if f := k.compareConst(op, s, a, b, true); f != nil {
			return f
		}
		op, a, b = op.flipped(), b, a
	case b.konst:
		if f := k.compareConst(op, s, a, b, false); f != nil {
			return f
		}
	}
	if a.kind == ofNumber && b.kind == ofNumber {
		if k.p.float {
			x, y := a.flt, b.flt
			return func(c *run) bool { return op.holds(cmp.Compare(x(c), y(c))) }
		}
		x, y, orders := a.num, b.num, op.orders()
		return func(c *run) bool { return orders>>(c.cmp(x(c), y(c))+1)&1 != 0 }
	}
	if a.text != nil && b.text != nil {
		x, y := a.text, b.text
		return func(c *run) bool {
			t, w := x(c), y(c)
			return c.along(min(len(t), len(w))) && textHolds(op, t, w)
		}
	}
	x, y := a.val, b.val
	return func(c *run) bool {
		v := x(c)
		w := y(c)
		return c.err == nil && c.compare(op, s, v, w)
	}
}

// compareConst compares with the constant b; exchanged reports that it was written first.
func (k *compiler) compareConst(op compareOp, s *syntax, a, b *node, exchanged bool) func(*run) bool {
	slow := func(c *run, v any) bool {
		if c.err != nil {
			return false
		}
		if exchanged {
			return c.compare(op.flipped(), s, b.value, v)
		}
		return c.compare(op, s, v, b.value)
	}
	read := a.readingOf()
	switch w := b.value.(type) {
	case string:
		if a.text != nil {
			text := a.text
			return func(c *run) bool { return textHolds(op, text(c), w) }
		}
		return compareText(op, read, w, slow)
	case float64:
		if a.kind == ofNumber {
			x, orders := a.flt, op.orders()
			return func(c *run) bool { return orders>>order(x(c), w)&1 != 0 }
		}
		return compareFloat(op, read, w, slow)
	case num:
		if a.kind == ofNumber {
			x, orders := a.num, op.orders()
			return func(c *run) bool { return orders>>(c.cmp(x(c), w)+1)&1 != 0 }
		}
		return compareNum(op, read, w, slow)
	}
	return nil
}

func compareText(op compareOp, read *reading, w string, slow func(*run, any) bool) func(*run) bool {
	switch op {
	case opEq, opSame, opNe, opNotSame:
		equal := op == opEq || op == opSame
		return func(c *run) bool {
			v := c.read(read)
			if t, ok := v.(string); ok {
				return (t == w) == equal
			}
			return slow(c, v)
		}
	}
	orders := op.orders()
	return func(c *run) bool {
		v := c.read(read)
		if t, ok := v.(string); ok {
			return orders>>(strings.Compare(t, w)+1)&1 != 0
		}
		return slow(c, v)
	}
}

// orders are the results of a comparison, plus one, for which the operator holds, as bits.
func (op compareOp) orders() uint8 {
	var bits uint8
	for order := -1; order <= 1; order++ {
		if op.holds(order) {
			bits |= 1 << (order + 1)
		}
	}
	return bits
}

// textHolds compares once; cmp.Compare would do so several times.
func textHolds(op compareOp, t, w string) bool {
	switch op {
	case opEq, opSame:
		return t == w
	case opNe, opNotSame:
		return t != w
	case opLt:
		return t < w
	case opLe:
		return t <= w
	case opGt:
		return t > w
	}
	return t >= w
}

// order is that of two numbers plus one.
func order(f, w float64) uint8 {
	switch {
	case f < w:
		return 0
	case f > w:
		return 2
	}
	return 1
}

func compareFloat(op compareOp, read *reading, w float64, slow func(*run, any) bool) func(*run) bool {
	orders := op.orders()
	return func(c *run) bool {
		v := c.read(read)
		if f, ok := v.(float64); ok && f-f == 0 {
			return orders>>order(f, w)&1 != 0
		}
		return slow(c, v)
	}
}

// compareNum compares floats of the data as floats if the constant is the shortest decimal of one:
// shortest decimals have the order of their floats.
func compareNum(op compareOp, read *reading, w num, slow func(*run, any) bool) func(*run) bool {
	near := w.float()
	back, how := ofFloat(near, 400)
	exact, orders := how == numOK && !w.fraction() && w.decimal().Equal(back.decimal()), op.orders()
	return func(c *run) bool {
		v := c.read(read)
		switch n := v.(type) {
		case float64:
			if exact && n-n == 0 {
				return orders>>order(n, near)&1 != 0
			}
		case json.Number:
			if x, ok := c.parsed(read, n); ok {
				return orders>>(c.cmp(x, w)+1)&1 != 0
			}
		case int:
			return orders>>(c.cmp(ofInt(int64(n)), w)+1)&1 != 0
		}
		return slow(c, v)
	}
}

// compare is the operator over two values.
func (c *run) compare(op compareOp, s *syntax, a, b any) bool {
	switch op {
	case opSame:
		return c.same(a, b, 0)
	case opNotSame:
		return !c.same(a, b, 0) && c.err == nil
	}
	ta, okA := text(a)
	tb, okB := text(b)
	if okA && okB {
		return c.along(min(len(ta), len(tb))) && textHolds(op, ta, tb)
	}
	_, dateA := a.(date)
	_, dateB := b.(date)
	if (a == nil || b == nil) && (okA || okB || dateA || dateB) {
		return c.compareNull(op, a, b)
	}
	if dateA || dateB {
		return c.compareDates(op, s, a, b)
	}
	return c.compareNumbers(op, s, a, b)
}

// compareNull compares null with a text or a date, so that a rule that reads what an event lacks has an answer. It
// equals neither. It is 0 beside a text that is a number, and with another text or a date no order holds.
func (c *run) compareNull(op compareOp, a, b any) bool {
	switch op {
	case opEq:
		return false
	case opNe:
		return true
	}
	if a == nil {
		a, op = b, op.flipped()
	}
	t, ok := text(a)
	if !ok {
		return false
	}
	if c.p.float {
		x, ok := c.floatOperand(t)
		return ok && c.err == nil && op.holds(cmp.Compare(x, 0))
	}
	x, ok := c.operand(t)
	return ok && c.err == nil && op.holds(x.sign())
}

func (c *run) compareNumbers(op compareOp, s *syntax, a, b any) bool {
	var order int
	var ok bool
	if c.p.float {
		x, okA := c.floatOperand(a)
		y, okB := c.floatOperand(b)
		order, ok = cmp.Compare(x, y), okA && okB
	} else {
		x, okA := c.operand(a)
		y, okB := c.operand(b)
		if ok = okA && okB; ok {
			order = c.cmp(x, y)
		}
	}
	if !ok {
		c.fail(s, NotANumber, "the operands are not both texts, numbers or dates")
	}
	return c.err == nil && op.holds(order)
}

// compareDates compares if one operand is a date: the other must be one too, or the text of one.
func (c *run) compareDates(op compareOp, s *syntax, a, b any) bool {
	x, okA := asDate(a)
	y, okB := asDate(b)
	if okA && okB {
		return op.holds(x.Compare(y.Time))
	}
	switch op {
	case opEq:
		return false
	case opNe:
		return true
	}
	c.fail(s, NotANumber, "a date can be compared with a date only")
	return false
}
