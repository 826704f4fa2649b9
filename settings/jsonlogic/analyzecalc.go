package jsonlogic

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

var kindNames = []struct {
	kind kind
	name string
}{
	{ofNull, "null"}, {ofBool, "a boolean"}, {ofNumber, "a number"}, {ofText, "a text"}, {ofDate, "a date"},
	{ofList, "a list"}, {ofObject, "an object"},
}

// outside names the first kind of v that is not among those allowed; "" if there is none.
func (a *abstract) outside(allowed ...kind) string {
	rest := a.kinds &^ kindsOf(allowed...)
	for _, k := range kindNames {
		if !rest.has(k.kind) {
			continue
		}
		if k.kind == ofNull && a.absent {
			return "missing"
		}
		return k.name
	}
	return ""
}

// numeric reports whether the texts that it may be are numbers, or blank if that is allowed.
func (a *abstract) numeric(blank bool) bool {
	if !a.has(ofText) || a.form == NumericText {
		return true
	}
	if a.values == nil {
		return false
	}
	for _, t := range a.values {
		if t = strings.Trim(t, blanks); t == "" && blank {
			continue
		}
		if _, how := parseNum(t, maxNumeric); how != numOK {
			return false
		}
	}
	return true
}

// operand checks what arithmetic does with an operand: null, booleans, numbers, and texts that are numbers.
func (a *analyzer) operand(s *syntax, i int, v *abstract) {
	at := operandAt(s, i)
	if bad := v.outside(ofNull, ofBool, ofNumber, ofText); bad != "" {
		a.badOperand(s, i, NotANumber, "the operand may be %s, and arithmetic takes numbers", bad)
	} else if !v.numeric(true) {
		a.badOperand(s, i, NotANumber, "the operand may be a text that is no number")
	} else if v.absent && !v.unknown {
		a.warn(at, WarnMissingZero, "the operand may be missing, and counts as 0 then: give var a default, or say in the "+
			"field what to do")
	}
}

// strict checks an operand that must be a number, or a text that is one.
func (a *analyzer) strict(s *syntax, i int, v *abstract) {
	if bad := v.outside(ofNumber, ofText); bad != "" {
		a.badOperand(s, i, InvalidArguments, "the operand may be %s, and it takes numbers only", bad)
	} else if !v.numeric(false) {
		a.badOperand(s, i, InvalidArguments, "the operand may be a text that is no number")
	}
}

// whole checks an operand that is a position or a count.
func (a *analyzer) whole(s *syntax, args []*abstract, i int) {
	if i < len(args) {
		a.operand(s, i, args[i])
	}
}

func analyzeArithmetic(op arithOp) analysis {
	return func(a *analyzer, s *syntax, at *outlook) *abstract {
		args, many := a.args(s, at)
		switch {
		case many && op != opAdd && op != opMul:
			a.problem(s, InvalidArguments, "its argument may be an empty list: write the arguments as a list")
		case many && op == opRem, len(args) == 1 && op == opRem:
			a.problem(s, InvalidArguments, "it needs two arguments")
		case len(args) == 0 && op != opAdd && op != opMul && !many:
			a.problem(s, InvalidArguments, "it needs an argument")
		}
		for i, v := range args {
			a.operand(s, i, v)
			divides := op == opDiv && (i > 0 || len(args) == 1) || op == opRem && i > 0
			if divides && !v.unknown && v.mayDivideByZero() {
				a.warn(operandAt(s, i), WarnZeroDivisor, "the divisor may be 0, for which there is no result")
			}
		}
		if many {
			return only(ofNumber)
		}
		return bounds(op, args)
	}
}

func (a *abstract) mayDivideByZero() bool {
	return a.has(ofNull) || a.has(ofBool) || a.has(ofText) && a.values == nil || a.has(ofNumber) && a.mayBeZero()
}

// bounds are those of a result, where they are easily known.
func bounds(op arithOp, args []*abstract) *abstract {
	if len(args) == 0 {
		return only(ofNumber)
	}
	least, most := args[0].limits()
	for _, v := range args[1:] {
		low, high := v.limits()
		switch op {
		case opAdd:
			least, most = plus(least, low), plus(most, high)
		case opMin: // at most as much as the least, and at least the least of all
			least = both(least, low, smaller)
			most = either(most, high, smaller)
		case opMax:
			least = either(least, low, larger)
			most = both(most, high, larger)
		case opMul:
			least, most = product(least, low), nil
		default:
			least, most = nil, nil
		}
	}
	switch {
	case len(args) == 1 && (op == opSub || op == opDiv), op == opSub, op == opDiv, op == opRem:
		least, most = nil, nil
	}
	return number(least, most)
}

// limits are the bounds of v as an operand; nil is none.
func (a *abstract) limits() (least, most *decimal.Decimal) {
	if a.kinds&^kindsOf(ofNumber, ofNull, ofBool) != 0 || a.unknown {
		return nil, nil
	}
	zero, one := decimal.Zero, decimal.NewFromInt(1)
	add := func(low, high *decimal.Decimal) {
		least, most = both(least, low, smaller), both(most, high, larger)
	}
	first := true
	for _, part := range []struct {
		kind      kind
		low, high *decimal.Decimal
	}{{ofNumber, a.least, a.most}, {ofNull, &zero, &zero}, {ofBool, &zero, &one}} {
		switch {
		case !a.has(part.kind):
		case first:
			least, most, first = part.low, part.high, false
		default:
			add(part.low, part.high)
		}
	}
	return least, most
}

func plus(a, b *decimal.Decimal) *decimal.Decimal {
	if a == nil || b == nil {
		return nil
	}
	sum := a.Add(*b)
	return &sum
}

// product is the lower bound of a product of two that are not negative.
func product(a, b *decimal.Decimal) *decimal.Decimal {
	if a == nil || b == nil || a.IsNegative() || b.IsNegative() {
		return nil
	}
	p := a.Mul(*b)
	return &p
}

func both(a, b *decimal.Decimal, pick func(a, b *decimal.Decimal) *decimal.Decimal) *decimal.Decimal {
	if a == nil || b == nil {
		return nil
	}
	return pick(a, b)
}

func either(a, b *decimal.Decimal, pick func(a, b *decimal.Decimal) *decimal.Decimal) *decimal.Decimal {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	return pick(a, b)
}

// within reports whether a number is surely from low to high.
func (a *abstract) within(low, high int64) bool {
	least, most := a.limits()
	return least != nil && most != nil &&
		!least.LessThan(decimal.NewFromInt(low)) && !most.GreaterThan(decimal.NewFromInt(high))
}

func analyzeRound(a *analyzer, s *syntax, at *outlook) *abstract {
	args := a.fixedArgs(s, at)
	for i, v := range args {
		switch i {
		case 0:
			a.strict(s, 0, v)
		case 1:
			a.operand(s, 1, v)
			if !v.unknown && !v.within(-maxPlaces, maxPlaces) {
				a.badOperand(s, 1, InvalidArguments, "the places may be beyond -100 to 100: write a number")
			}
		case 2:
			ok := v.kinds == kindsOf(ofText) && v.values != nil || v.unknown && v.kinds == 0
			for _, t := range v.values {
				_, known := modes[t]
				ok = ok && known
			}
			if !ok {
				a.badOperand(s, 2, InvalidArguments,
					"the mode is HALF_UP, HALF_DOWN, HALF_EVEN, UP, DOWN, CEILING or FLOOR")
			}
		}
	}
	return only(ofNumber)
}

// analyzeEach is floor, ceil and abs: of one number, or a list of those of several.
func analyzeEach(a *analyzer, s *syntax, at *outlook) *abstract {
	args, many := a.args(s, at)
	if many {
		a.problem(s, InvalidArguments, "its argument may be an empty list: write the arguments as a list")
	}
	for i, v := range args {
		a.strict(s, i, v)
	}
	switch {
	case many:
		return join(only(ofNumber), listValue(only(ofNumber)))
	case len(args) == 1 && s.operator() == "abs":
		zero := decimal.Zero
		return number(&zero, nil)
	case len(args) == 1:
		return only(ofNumber)
	}
	return listValue(only(ofNumber))
}

func comparable2(op compareOp, a, b *abstract) string {
	const texts = "a text that is no number may be compared with "
	order := op != opEq && op != opNe
	for _, x := range kindNames {
		for _, y := range kindNames {
			if !a.has(x.kind) || !b.has(y.kind) {
				continue
			}
			pair := kindsOf(x.kind, y.kind)
			switch {
			case pair == kindsOf(ofText), pair.has(ofNull) && (pair.has(ofText) || pair.has(ofDate)):
			case pair.has(ofDate):
				other := x.kind
				if x.kind == ofDate {
					other = y.kind
				}
				side := b
				if y.kind == ofDate {
					side = a
				}
				if !order || other == ofDate || other == ofText && side.texts(DateTimeText) {
					continue
				}
				return "a date may be compared with what is no date"
			case pair.has(ofList):
				return "a list may be compared: only === and !== compare lists"
			case pair.has(ofObject):
				return "an object may be compared: only === and !== compare objects"
			case x.kind == ofText && !a.numeric(true):
				return texts + y.name
			case y.kind == ofText && !b.numeric(true):
				return texts + x.name
			}
		}
	}
	return ""
}

func analyzeCompare(op compareOp) analysis {
	return func(a *analyzer, s *syntax, at *outlook) *abstract {
		items := operands(s)
		args := make([]*abstract, len(items))
		null := slices.ContainsFunc(items, func(item *syntax) bool { return item.form == isNull })
		for i, item := range items {
			if null && op != opLt && op != opLe && op != opGt && op != opGe {
				args[i] = a.asked(item, at)
			} else {
				args[i] = a.value(item, at)
			}
		}
		for i := 1; i < len(args); i++ {
			x, y := args[i-1], args[i]
			if op != opSame && op != opNotSame {
				if bad := comparable2(op, x, y); bad != "" {
					a.problem(s, NotANumber, "%s", bad)
				}
			}
			a.lintCompare(op, s, items[i-1], items[i], x, y)
		}
		return only(ofBool)
	}
}

func (a *analyzer) lintCompare(op compareOp, s, left, right *syntax, x, y *abstract) {
	if op == opEq || op == opNe {
		null := left.form == isNull || right.form == isNull
		if !null && (x.absent && y.missingMatters() || y.absent && x.missingMatters()) {
			a.warn(s, WarnMissingEqual, "what it compares may be missing, and null equals 0 and false: use ===, or "+
				"give var a default")
		}
	}
	texty := func(v *abstract) bool { return v.has(ofText) || v.unknown }
	if texty(x) && texty(y) && (looks(x) || looks(y)) {
		a.warn(s, WarnTextOrder, "it compares texts by their characters, and they look like dates or numbers: "+
			"give dates to date, and numbers without quotes")
	}
}

// missingMatters reports whether null may equal the value, or nothing is known of it.
func (a *abstract) missingMatters() bool {
	return a.unknown || a.has(ofNumber) && a.mayBeZero() || a.has(ofBool) || a.has(ofText) || a.has(ofNull)
}

// looks reports whether it is a text that looks like a date or a number.
func looks(a *abstract) bool {
	if !a.has(ofText) {
		return false
	}
	if a.values == nil {
		return a.form == NumericText || a.form == DateTimeText
	}
	for _, t := range a.values {
		if !DateTimeText.holds(t) && (strings.Trim(t, "0123456789") == t || !NumericText.holds(t)) {
			return false
		}
	}
	return true
}
