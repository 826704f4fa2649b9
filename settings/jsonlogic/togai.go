package jsonlogic

import "strings"

// The Togai dialect has the results of that product's engine, a fork of json-logic-java, peculiarities
// included: equality compares the scale of numbers, a dotted key is found one level down and no deeper,
// durations lose their sign. It is for rules that were written for that engine. It is not specialised: it
// costs as much as the plain build.

var togaiOperators = map[string]builder{
	"var":     (*compiler).togaiVar,
	"missing": readingPaths(togaiEager(togaiMissing)), "missing_some": readingPaths(togaiEager(togaiMissingSome)),
	"if": (*compiler).togaiIf, "?:": (*compiler).togaiIf, "and": togaiLogical(false), "or": togaiLogical(true),
	"!": togaiEager(togaiNot(true)), "!!": togaiEager(togaiNot(false)), "log": togaiEager(togaiLog),
	"==": togaiEager(togaiEqual(togaiLoose, true)), "!=": togaiEager(togaiEqual(togaiLoose, false)),
	"===": togaiEager(togaiEqual(togaiStrict, true)), "!==": togaiEager(togaiEqual(togaiStrict, false)),
	"<": togaiEager(togaiCompare(opLt)), "<=": togaiEager(togaiCompare(opLe)),
	">": togaiEager(togaiCompare(opGt)), ">=": togaiEager(togaiCompare(opGe)),
	"+": togaiArithmetic(opAdd), "-": togaiArithmetic(opSub), "*": togaiArithmetic(opMul), "/": togaiArithmetic(opDiv),
	"%": togaiArithmetic(opRem), "min": togaiArithmetic(opMin), "max": togaiArithmetic(opMax),
	"map": (*compiler).togaiMap, "filter": (*compiler).togaiFilter, "reduce": (*compiler).togaiReduce,
	"all": togaiQuantifier("all"), "some": togaiQuantifier("some"), "none": togaiQuantifier("none"),
	"merge": togaiEager(merge), "in": togaiEager(togaiIn), "cat": togaiEager(togaiCat), "substr": togaiEager(togaiSubstr),
	"date": togaiEager(togaiDate), "date.add": togaiEager(togaiAdd(1)), "date.sub": togaiEager(togaiAdd(-1)),
	"duration.of": togaiEager(togaiDurationOf), "duration.between": togaiEager(togaiBetween),
	"duration.as": togaiEager(togaiDurationAs),
}

// togaiEager evaluates the arguments; the elements of a single list are the arguments, however it is
// written.
func togaiEager(f eagerFunc) builder {
	return func(k *compiler, s *syntax, sc *lexical) *node {
		args := k.fixed(s, sc)
		return &node{val: func(c *run) any {
			return callEager(c, s, args, func(c *run, s *syntax, args []any) any {
				if len(args) == 1 {
					if l, ok := c.list(args[0]); ok {
						args = l
					}
				}
				return f(c, s, args)
			})
		}}
	}
}

// javaNumber is v as a number, or a text that BigDecimal reads as one.
func (c *run) javaNumber(v any) (num, bool) {
	s, ok := v.(string)
	if !ok {
		return c.number(v)
	}
	x, how := c.parseNum(s)
	if how == numLong {
		c.exceeded("digits in a number")
	}
	return x, how == numOK
}

// togaiArithmetic is null if an argument is no number; - / and % use two arguments at most.
func togaiArithmetic(op arithOp) builder {
	return togaiEager(func(c *run, s *syntax, args []any) any {
		if len(args) == 0 || len(args) == 1 && op == opDiv {
			return nil
		}
		x, ok := c.javaNumber(args[0])
		if len(args) == 1 {
			_, isText := args[0].(string)
			switch {
			case !ok && op == opAdd && isText:
				return c.invalid(s, "the text is no number")
			case !ok:
				return nil
			case op == opSub && !isText:
				return c.neg(x)
			}
			return x
		}
		for i, v := range args[1:] {
			y, isNumber := c.javaNumber(v)
			if ok = ok && isNumber; !ok || c.err != nil {
				return nil
			}
			if i == 0 || op == opAdd || op == opMul || op == opMin || op == opMax {
				if _, rest := c.restNumbers(args[i+2:]); !rest {
					return nil // before a division by zero is an error
				}
				was := x
				if x = c.binary(op, s, x, y); op == opRem && c.err == nil {
					x = javaRem(was, y, x)
				}
			}
		}
		return c.checkedNum(x)
	})
}

// javaRem gives the remainder of x by y the scale of BigDecimal.remainder: x less a whole quotient times y, where zeros
// at the end of the quotient are not written as far as the scales of x and y allow it.
func javaRem(x, y, remainder num) num {
	if x.scale >= y.scale {
		return remainder
	}
	scale := x.scale
	quotient := x.decimal().Sub(remainder.decimal()).DivRound(y.decimal(), 0).BigInt()
	if quotient.Sign() != 0 {
		digits := quotient.Text(10)
		zeros := len(digits) - len(strings.TrimRight(digits, "0"))
		scale = max(scale, y.scale-int32(zeros))
	}
	return rescaled(remainder.decimal(), scale)
}

func (c *run) restNumbers(args []any) (int, bool) {
	for i, v := range args {
		if _, ok := c.javaNumber(v); !ok || !c.charge(1) {
			return i, false
		}
	}
	return len(args), true
}

func togaiCompare(op compareOp) eagerFunc {
	return func(c *run, s *syntax, args []any) any {
		if len(args) < 2 {
			return c.invalid(s, "it needs two arguments")
		}
		var x [3]num
		n := min(len(args), 3)
		for i, v := range args[:n] {
			var ok bool
			if x[i], ok = c.javaNumber(v); !ok {
				return false
			}
		}
		if len(args) == 3 {
			if op == opGt || op == opGe {
				return c.invalid(s, "it takes two arguments")
			}
			return op.holds(c.cmp(x[0], x[1])) && op.holds(c.cmp(x[1], x[2]))
		}
		return op.holds(c.cmp(x[0], x[1]))
	}
}

func togaiNot(not bool) eagerFunc {
	return func(c *run, _ *syntax, args []any) any {
		if len(args) == 0 {
			return not
		}
		return c.truthy(args[0]) != not
	}
}

func togaiLog(c *run, s *syntax, args []any) any {
	if len(args) == 0 {
		return c.invalid(s, "it needs an argument")
	}
	return args[0]
}

func (k *compiler) togaiIf(s *syntax, sc *lexical) *node {
	args := k.fixed(s, sc)
	return &node{val: func(c *run) any {
		i := 0
		for ; i+1 < len(args); i += 2 {
			if args[i].truth(c) {
				c.branch(s, i+1)
				return args[i+1].val(c)
			}
			if c.err != nil {
				return nil
			}
		}
		if i == len(args) {
			return nil
		}
		c.branch(s, i)
		return args[i].val(c)
	}}
}

func togaiLogical(decides bool) builder {
	return func(k *compiler, s *syntax, sc *lexical) *node {
		args := k.fixed(s, sc)
		return &node{val: func(c *run) any {
			if len(args) == 0 {
				return c.invalid(s, "it needs an argument")
			}
			for i, arg := range args {
				v := arg.val(c)
				if c.err != nil || i == len(args)-1 || c.truthy(v) == decides {
					c.branch(s, i)
					return v
				}
			}
			return nil
		}}
	}
}
