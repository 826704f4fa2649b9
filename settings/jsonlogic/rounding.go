package jsonlogic

import (
	"math/big"
)

// mode is how a number is rounded; the names are those of Java's RoundingMode.
type mode uint8

const (
	halfUpMode mode = iota
	halfDownMode
	halfEvenMode
	upMode
	downMode
	ceilingMode
	floorMode
)

var modes = map[string]mode{
	"HALF_UP": halfUpMode, "HALF_DOWN": halfDownMode, "HALF_EVEN": halfEvenMode,
	"UP": upMode, "DOWN": downMode, "CEILING": ceilingMode, "FLOOR": floorMode,
}

// maxPlaces bounds the places of round, on both sides of the point.
const maxPlaces = 100

// roundOf is round: a number, the places that it keeps (0; less than 0 for tens and more), and the mode (HALF_UP).
func roundOf(c *run, s *syntax, args []any) any {
	if len(args) == 0 || len(args) > 3 {
		return c.invalid(s, "it takes a number, the places and the mode")
	}
	x, ok := c.strictNumber(args[0])
	if !ok {
		return c.invalid(s, "it rounds a number")
	}
	places, how := 0, halfUpMode
	if len(args) > 1 {
		if places = c.index(args[1], operandAt(s, 1)); places < -maxPlaces || places > maxPlaces {
			return c.invalid(s, "the places must be from -100 to 100")
		}
	}
	if len(args) > 2 {
		name, _ := text(args[2])
		if how, ok = modes[name]; !ok {
			return c.invalid(s, "the mode is HALF_UP, HALF_DOWN, HALF_EVEN, UP, DOWN, CEILING or FLOOR")
		}
	}
	return c.asResult(s, c.roundTo(x, places, how))
}

func floorOf(c *run, s *syntax, args []any) any {
	return c.eachNumber(s, args, func(x num) num { return c.roundTo(x, 0, floorMode) })
}

func ceilOf(c *run, s *syntax, args []any) any {
	return c.eachNumber(s, args, func(x num) num { return c.roundTo(x, 0, ceilingMode) })
}

func absOf(c *run, s *syntax, args []any) any {
	return c.eachNumber(s, args, func(x num) num {
		if x.sign() < 0 {
			return c.neg(x)
		}
		return x
	})
}

// eachNumber is f of the argument, or a list of those of several.
func (c *run) eachNumber(s *syntax, args []any, f func(num) num) any {
	if len(args) == 0 || !c.charge(len(args)) || !c.makeList(len(args)) {
		return c.invalid(s, "it needs a number")
	}
	out := make([]any, len(args))
	for i, v := range args {
		x, ok := c.strictNumber(v)
		if !ok {
			return c.invalid(s, "it takes numbers only")
		}
		if out[i] = c.asResult(s, f(x)); c.err != nil {
			return nil
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

// strictNumber is a number, or a text that is one: null is none.
func (c *run) strictNumber(v any) (num, bool) {
	t, isText := v.(string)
	if isText {
		if t = c.trimmed(t); t == "" {
			return num{}, false
		}
		v = t
	}
	switch {
	case c.p.float && kindOf(v) != ofNull && kindOf(v) != ofBool:
		f, ok := c.floatOperand(v)
		if !ok {
			return num{}, false
		}
		x, how := ofFloat(f, floatDigits)
		return x, how == numOK
	case isText:
		return c.operand(v)
	}
	return c.number(v)
}

// floatDigits is more digits than any float64 has, before and after the point together.
const floatDigits = 800

// asResult is a number in the arithmetic of the rule.
func (c *run) asResult(s *syntax, x num) any {
	if c.err != nil {
		return nil
	}
	if c.p.float {
		if f := c.finite(s, x.float()); c.err == nil {
			return f
		}
		return nil
	}
	return x
}

// roundTo is x at a number of places.
func (c *run) roundTo(x num, places int, how mode) num {
	if !x.fraction() && int(x.scale) <= places {
		return x
	}
	cut := max(int(x.scale)-places, places-int(x.scale)) // digits that are written to be cut off
	if !c.within(x.digits() + cut) {
		return num{}
	}
	n, den := new(big.Int), big.NewInt(1)
	switch {
	case x.fraction():
		n.Set(&x.big.Int)
		if den.Set(x.big.den); places >= 0 {
			n.Mul(n, tenTo(places))
		} else {
			den.Mul(den, tenTo(-places))
		}
	case x.big != nil:
		n, den = n.Set(&x.big.Int), tenTo(int(x.scale)-places)
	default:
		n, den = n.SetInt64(x.m), tenTo(int(x.scale)-places)
	}
	sign := n.Sign()
	rest := new(big.Int)
	n.QuoRem(n, den, rest)
	if rest.Sign() != 0 && how.away(sign, rest.Lsh(rest.Abs(rest), 1).Cmp(den), n.Bit(0) == 1) {
		n.Add(n, big.NewInt(int64(sign)))
	}
	return c.kept(ofBig(n, int32(places)))
}

// away reports whether a number that was cut off is rounded away from zero: half is how twice the rest compares with
// one unit, and odd is about what is left.
func (how mode) away(sign, half int, odd bool) bool {
	switch how {
	case upMode:
		return true
	case downMode:
		return false
	case ceilingMode:
		return sign > 0
	case floorMode:
		return sign < 0
	case halfDownMode:
		return half > 0
	case halfEvenMode:
		return half > 0 || half == 0 && odd
	}
	return half >= 0
}
