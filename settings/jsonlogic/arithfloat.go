package jsonlogic

import "math"

func (c *run) computeFloat(op arithOp, s *syntax, args []any) any {
	if len(args) == 0 {
		return c.checkedFloat(c.computeNone(op, s).float())
	}
	if len(args) == 1 && op == opRem {
		return c.invalid(s, "it needs two arguments")
	}
	x := c.toFloat(args[0], operandAt(s, 0))
	if len(args) == 1 {
		return c.checkedFloat(c.unaryFloat(op, s, x))
	}
	for i, v := range args[1:] {
		y := c.toFloat(v, operandAt(s, i+1))
		if x = c.binaryFloat(op, s, x, y); c.err != nil || !c.charge(1) {
			return nil
		}
	}
	return x
}

func (c *run) checkedFloat(f float64) any {
	if c.err != nil {
		return nil
	}
	return f
}

// finite is f, or the error that the number cannot be computed.
func (c *run) finite(s *syntax, f float64) float64 {
	if f-f != 0 {
		c.infinite(s)
	}
	return f
}

func (c *run) infinite(s *syntax) {
	c.fail(s, NotANumber, "the result is out of range, or a division by zero")
}

func (c *run) unaryFloat(op arithOp, s *syntax, x float64) float64 {
	switch op {
	case opSub:
		return -x
	case opDiv:
		return c.finite(s, 1/x)
	}
	return x
}

func (c *run) binaryFloat(op arithOp, s *syntax, x, y float64) float64 {
	switch op {
	case opAdd:
		x += y
	case opSub:
		x -= y
	case opMul:
		x *= y
	case opDiv:
		x /= y
	case opRem:
		x = math.Mod(x, y)
	case opMin:
		x = min(x, y)
	case opMax:
		x = max(x, y)
	}
	return c.finite(s, x)
}

// floatArithmetic is the operator over one argument or more, unboxed.
func floatArithmetic(op arithOp, s *syntax, args []*node) func(*run) float64 {
	a := args[0].flt
	if len(args) == 1 {
		return func(c *run) float64 { return c.unaryFloat(op, s, a(c)) }
	}
	if len(args) > 2 {
		return func(c *run) float64 {
			x := a(c)
			for _, n := range args[1:] {
				if x = c.binaryFloat(op, s, x, n.flt(c)); c.err != nil || !c.charge(1) {
					return 0
				}
			}
			return x
		}
	}
	b := args[1].flt
	if w, ok := args[1].value.(float64); ok {
		return floatWithConst(op, s, a, w)
	}
	if w, ok := args[0].value.(float64); ok && op == opSub {
		return func(c *run) float64 { return c.finite(s, w-b(c)) }
	}
	switch op {
	case opAdd:
		return func(c *run) float64 { return c.finite(s, a(c)+b(c)) }
	case opSub:
		return func(c *run) float64 { return c.finite(s, a(c)-b(c)) }
	case opMul:
		return func(c *run) float64 { return c.finite(s, a(c)*b(c)) }
	}
	return func(c *run) float64 { return c.binaryFloat(op, s, a(c), b(c)) }
}

// floatWithConst is the operator with a constant as its second operand.
func floatWithConst(op arithOp, s *syntax, a func(*run) float64, w float64) func(*run) float64 {
	switch op {
	case opAdd:
		return func(c *run) float64 { return c.finite(s, a(c)+w) }
	case opSub:
		return func(c *run) float64 { return c.finite(s, a(c)-w) }
	case opMul:
		return func(c *run) float64 { return c.finite(s, a(c)*w) }
	}
	return func(c *run) float64 { return c.binaryFloat(op, s, a(c), w) }
}
