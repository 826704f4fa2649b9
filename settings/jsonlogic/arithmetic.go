package jsonlogic

type arithOp uint8

const (
	opAdd arithOp = iota
	opSub
	opMul
	opDiv
	opRem
	opMin
	opMax
)

func arithmetic(op arithOp) builder {
	return func(k *compiler, s *syntax, sc *lexical) *node { return k.arithmeticForm(op, s, sc) }
}

func (k *compiler) arithmeticForm(op arithOp, s *syntax, sc *lexical) *node {
	general := func(c *run, s *syntax, args []any) any {
		if c.p.float {
			return c.computeFloat(op, s, args)
		}
		return c.compute(op, s, args)
	}
	text := k.sumText(s, sc)
	if k.plain {
		if text != "" {
			k.sums[text]++
		}
		return k.eagerNode(s, sc, general)
	}
	args := k.fixed(s, sc)
	spread := s.items[0].form != isList && (args[0].kind == ofAny || args[0].kind == ofList)
	if spread || len(args) == 0 || len(args) == 1 && op == opRem {
		return k.eagerNode(s, sc, general)
	}
	n := &node{kind: ofNumber}
	slot, again := k.sumOf[text]
	switch {
	case k.p.float:
		n.flt = floatArithmetic(op, s, args)
		if again {
			n.flt = rememberedFloat(slot, n.flt)
		}
	default:
		n.num = numArithmetic(op, s, args)
		if again {
			n.num = remembered(slot, n.num)
		}
	}
	return n
}

// none is the value of an operator without arguments.
func (c *run) computeNone(op arithOp, s *syntax) num {
	switch op {
	case opAdd:
		return ofInt(0)
	case opMul:
		return ofInt(1)
	}
	c.invalid(s, "it needs an argument")
	return num{}
}

func (c *run) compute(op arithOp, s *syntax, args []any) any {
	if len(args) == 0 {
		return c.checkedNum(c.computeNone(op, s))
	}
	if len(args) == 1 && op == opRem {
		return c.invalid(s, "it needs two arguments")
	}
	x := c.toNum(args[0], operandAt(s, 0))
	if len(args) == 1 {
		return c.checkedNum(c.unary(op, s, x))
	}
	for i, v := range args[1:] {
		y := c.toNum(v, operandAt(s, i+1))
		if x = c.binary(op, s, x, y); c.err != nil || !c.charge(1) {
			return nil
		}
	}
	return x
}

// checkedNum boxes x unless there was an error.
func (c *run) checkedNum(x num) any {
	if c.err != nil {
		return nil
	}
	return x
}

func (c *run) unary(op arithOp, s *syntax, x num) num {
	switch op {
	case opSub:
		return c.neg(x)
	case opDiv:
		return c.quotient(s, ofInt(1), x)
	}
	return x
}

func (c *run) binary(op arithOp, s *syntax, x, y num) num {
	if c.err != nil {
		return num{}
	}
	switch op {
	case opAdd:
		return c.add(x, y)
	case opSub:
		return c.sub(x, y)
	case opMul:
		return c.mul(x, y)
	case opDiv:
		return c.quotient(s, x, y)
	case opRem:
		return c.remainder(s, x, y)
	case opMin:
		if c.cmp(y, x) < 0 {
			return y
		}
	case opMax:
		if c.cmp(y, x) > 0 {
			return y
		}
	}
	return x
}

const divisionByZero = "division by zero"

func (c *run) quotient(s *syntax, x, y num) num {
	if y.sign() == 0 {
		c.fail(s, NotANumber, divisionByZero)
		return num{}
	}
	if c.p.exact {
		return c.divide(x, y)
	}
	return c.div(x, y, c.p.scale)
}

func (c *run) remainder(s *syntax, x, y num) num {
	if y.sign() == 0 {
		c.fail(s, NotANumber, divisionByZero)
		return num{}
	}
	return c.rem(x, y)
}

// numArithmetic is the operator over one argument or more, unboxed.
func numArithmetic(op arithOp, s *syntax, args []*node) func(*run) num {
	a := args[0].num
	if len(args) == 1 {
		return func(c *run) num { return c.unary(op, s, a(c)) }
	}
	if len(args) > 2 {
		return func(c *run) num {
			x := a(c)
			for _, n := range args[1:] {
				if x = c.binary(op, s, x, n.num(c)); c.err != nil || !c.charge(1) {
					return num{}
				}
			}
			return x
		}
	}
	b := args[1].num
	switch op {
	case opAdd:
		return func(c *run) num { return c.add(a(c), b(c)) }
	case opSub:
		return func(c *run) num { return c.sub(a(c), b(c)) }
	case opMul:
		return func(c *run) num { return c.mul(a(c), b(c)) }
	}
	return func(c *run) num { return c.binary(op, s, a(c), b(c)) }
}
