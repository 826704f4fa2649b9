package jsonlogic

import (
	"context"
	"strconv"
)

var background = context.Background()

// arity is the number of arguments that an operator can take.
type arity struct{ least, most int }

const many = 1 << 30

// arities of the operators, for strict compilation.
var arities = map[string]arity{
	"var": {0, 2}, "val": {0, many}, "exists": {1, many}, "missing": {0, many}, "missing_some": {2, 2},
	"if": {0, many}, "?:": {0, many}, "and": {0, many}, "or": {0, many}, "!": {0, 1}, "!!": {0, 1}, "??": {0, many},
	"try": {0, many}, "throw": {1, 1}, "preserve": {0, many}, "log": {0, 1},
	"==": {2, many}, "!=": {2, many}, "===": {2, many}, "!==": {2, many},
	"<": {2, many}, "<=": {2, many}, ">": {2, many}, ">=": {2, many},
	"+": {0, many}, "*": {0, many}, "-": {1, many}, "/": {1, many}, "%": {2, many}, "min": {1, many}, "max": {1, many},
	"map": {2, 2}, "filter": {2, 2}, "all": {2, 2}, "some": {2, 2}, "none": {2, 2}, "reduce": {2, 3},
	"merge": {0, many}, "in": {2, 2}, "cat": {0, many}, "substr": {2, 3},
	"round": {1, 3}, "floor": {1, many}, "ceil": {1, many}, "abs": {1, many},
	"length": {1, 1}, "type": {0, 1}, "slice": {1, 4}, "sort": {1, 3}, "switch": {2, 3}, "match": {2, 3},
	"upper": {1, 1}, "lower": {1, 1}, "trim": {1, 1}, "split": {2, 2}, "starts_with": {2, 2}, "ends_with": {2, 2},
	"fractional": {1, many}, "sem_ver": {3, 3},
	"date": {1, 1}, "date.add": {2, 2}, "date.sub": {2, 2},
	"duration.of": {2, 2}, "duration.between": {2, 2}, "duration.as": {2, 2}, "now": {0, 0},
}

// togaiArities are those that differ in that dialect.
var togaiArities = map[string]arity{
	"==": {2, 2}, "!=": {2, 2}, "===": {2, 2}, "!==": {2, 2}, ">": {2, 2}, ">=": {2, 2}, "reduce": {3, 3},
	"and": {1, many}, "or": {1, many}, "-": {0, many}, "/": {0, many}, "%": {0, many}, "min": {0, many}, "max": {0, many},
	"date": {0, 1}, "in": {0, many}, "<": {2, many}, "<=": {2, many},
}

// literalOnly are the operators whose arguments must be written as a list.
var literalOnly = map[string]bool{
	"if": true, "?:": true, "and": true, "or": true,
	"map": true, "filter": true, "reduce": true, "all": true, "some": true, "none": true,
	"<": true, "<=": true, ">": true, ">=": true, "==": true, "!=": true, "===": true, "!==": true,
	"switch": true, "match": true,
}

// pure operators return the same for the same arguments and depend on nothing else.
var pure = map[string]bool{
	"if": true, "?:": true, "and": true, "or": true, "!": true, "!!": true, "??": true, "preserve": true, "log": true,
	"==": true, "!=": true, "===": true, "!==": true, "<": true, "<=": true, ">": true, ">=": true,
	"+": true, "*": true, "-": true, "/": true, "%": true, "min": true, "max": true,
	"merge": true, "in": true, "cat": true, "substr": true,
	"round": true, "floor": true, "ceil": true, "abs": true,
	"length": true, "slice": true, "upper": true, "lower": true, "trim": true, "split": true,
	"starts_with": true, "ends_with": true, "sem_ver": true,
	"date.add": true, "date.sub": true, "duration.of": true, "duration.between": true, "duration.as": true,
}

// checkArity refuses what can never work, in strict compilation.
func (k *compiler) checkArity(s *syntax) {
	if !k.strict {
		return
	}
	op, args := s.operator(), s.items[0]
	a := arities[op]
	if t, ok := togaiArities[op]; ok && k.p.dialect == Togai {
		a = t
	}
	n := 1
	switch {
	case args.form == isList:
		n = len(args.items)
	case op == "preserve":
		return
	case k.p.dialect == Standard && literalOnly[op]:
		k.refuse(s.fault(InvalidArguments, "the arguments must be written as a list"))
		return
	case args.form == isObject:
		n = max(1, a.least) // its value may be a list
	}
	if k.p.dialect == Togai && n == 1 && args.form == isList &&
		(args.items[0].form == isObject || args.items[0].form == isList) {
		return // the elements of a single list are the arguments
	}
	if !a.takes(n) {
		k.refuse(s.fault(InvalidArguments, "%s", a.says(n)))
	}
}

func (a arity) takes(n int) bool { return n >= a.least && n <= a.most }

func (a arity) says(n int) string {
	switch {
	case a.most == many:
		return "it has " + count(n) + " and needs at least " + count(a.least)
	case a.least == a.most:
		return "it has " + count(n) + " and takes " + count(a.least)
	}
	return "it has " + count(n) + " and takes " + itoa(a.least) + " to " + count(a.most)
}

func itoa(n int) string { return strconv.Itoa(n) }

func count(n int) string {
	if n == 1 {
		return "1 argument"
	}
	return itoa(n) + " arguments"
}

// standardOperators are the built-in ones of the standard dialect.
var standardOperators = map[string]builder{
	"var": (*compiler).varForm, "val": (*compiler).valForm, "exists": (*compiler).existsForm,
	"missing": readingPaths(eager(missing)), "missing_some": readingPaths(eager(missingSome)),
	"if": (*compiler).ifForm, "?:": (*compiler).ifForm, "and": (*compiler).andForm, "or": (*compiler).orForm,
	"!": (*compiler).notForm, "!!": (*compiler).truthForm, "??": (*compiler).coalesceForm,
	"try": (*compiler).tryForm, "throw": (*compiler).throwForm,
	"preserve": (*compiler).preserveForm, "log": (*compiler).logForm,
	"==": comparing(opEq), "!=": comparing(opNe), "===": comparing(opSame), "!==": comparing(opNotSame),
	"<": comparing(opLt), "<=": comparing(opLe), ">": comparing(opGt), ">=": comparing(opGe),
	"+": arithmetic(opAdd), "-": arithmetic(opSub), "*": arithmetic(opMul),
	"/": arithmetic(opDiv), "%": arithmetic(opRem),
	"min": arithmetic(opMin), "max": arithmetic(opMax),
	"map": (*compiler).mapForm, "filter": (*compiler).filterForm, "reduce": (*compiler).reduceForm,
	"all": (*compiler).allForm, "some": (*compiler).someForm, "none": (*compiler).noneForm,
	"merge": (*compiler).mergeForm, "in": (*compiler).inForm,
	"cat": (*compiler).catForm, "substr": (*compiler).substrForm,
	"round": eager(roundOf), "floor": eager(floorOf), "ceil": eager(ceilOf), "abs": eager(absOf),
	"length": single(lengthOf), "type": single(typeOf), "slice": eager(sliceOf), "sort": (*compiler).sortForm,
	"switch": (*compiler).switchForm, "match": (*compiler).switchForm,
	"upper": eager(upperOf), "lower": eager(lowerOf), "trim": eager(trimOf), "split": eager(splitOf),
	"starts_with": eager(startsWith), "ends_with": eager(endsWith),
	"fractional": (*compiler).fractionalForm, "sem_ver": eager(semVer),
	"date": eager(dateOf), "date.add": eager(dateAdd), "date.sub": eager(dateSub),
	"duration.of": eager(durationOf), "duration.between": eager(durationBetween), "duration.as": eager(durationAs),
	"now": (*compiler).nowForm,
}
