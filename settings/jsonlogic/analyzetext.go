package jsonlogic

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// scalar checks an operand that has a text: all but lists and objects.
func (a *analyzer) scalar(s *syntax, i int, v *abstract) {
	if bad := v.outside(ofNull, ofBool, ofNumber, ofText, ofDate); bad != "" {
		a.badOperand(s, i, InvalidArguments, "it takes a text, and this may be %s", bad)
	}
}

func analyzeCat(a *analyzer, s *syntax, at *outlook) *abstract {
	args, _ := a.args(s, at)
	for i, v := range args {
		a.written(s, i, v, 0)
	}
	return anyText()
}

// written checks that there is no object in what cat writes.
func (a *analyzer) written(s *syntax, i int, v *abstract, depth int) {
	switch {
	case v.has(ofObject):
		a.badOperand(s, i, InvalidArguments, "the operand may be an object, which has no text")
	case v.has(ofList) && depth < MaxDepth:
		if e := v.elements(); e != nil {
			a.written(s, i, e, depth+1)
		}
	}
}

// changing is upper, lower and trim, after which a number or a date in a text still is one.
func changing(f func(string) string) analysis {
	return func(a *analyzer, s *syntax, at *outlook) *abstract {
		args := a.fixedArgs(s, at)
		out := anyText()
		for i, v := range args {
			a.scalar(s, i, v)
			if v.kinds != kindsOf(ofText) || v.unknown || v.values == nil {
				continue
			}
			for _, t := range v.values {
				out.values = append(out.values, f(t))
			}
			slices.Sort(out.values)
			out.values = slices.Compact(out.values)
		}
		return out
	}
}

func analyzeAffix(a *analyzer, s *syntax, at *outlook) *abstract {
	for i, v := range a.fixedArgs(s, at) {
		a.scalar(s, i, v)
	}
	return only(ofBool)
}

func analyzeSplit(a *analyzer, s *syntax, at *outlook) *abstract {
	for i, v := range a.fixedArgs(s, at) {
		a.scalar(s, i, v)
	}
	return listValue(anyText())
}

func analyzeSubstr(a *analyzer, s *syntax, at *outlook) *abstract {
	args := a.fixedArgs(s, at)
	a.whole(s, args, 1)
	a.whole(s, args, 2)
	return anyText()
}

func analyzeLength(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	if len(items) == 1 {
		v := a.value(items[0], at)
		if bad := v.outside(ofText, ofList, ofObject, ofDate); bad != "" {
			a.badOperand(s, 0, InvalidArguments, "only a text, a list or an object has a length, and this may be %s", bad)
		}
	}
	zero := decimal.Zero
	return number(&zero, nil)
}

func analyzeType(a *analyzer, s *syntax, at *outlook) *abstract {
	a.all(s, at)
	return &abstract{kinds: kindsOf(ofText), values: []string{
		"array", "boolean", "datetime", "null", "number", "object", "string",
	}}
}

// dateLike reports whether v is surely a date, or the text of one.
func (a *abstract) dateLike() bool {
	return a.kinds&^kindsOf(ofDate, ofText) == 0 && a.kinds != 0 && !a.unknown && a.texts(DateTimeText)
}

func analyzeDate(a *analyzer, s *syntax, at *outlook) *abstract {
	out := only(ofDate)
	for _, v := range a.fixedArgs(s, at) {
		bad := v.outside(ofNull, ofText, ofDate)
		if bad == "" && !v.texts(DateTimeText) {
			bad = "a text that is none"
		}
		if bad != "" {
			a.badOperand(s, 0, InvalidArguments, "it takes a date like 2024-05-28 or 2024-05-28T16:00:00Z, "+
				"and this may be %s", bad)
		}
		out.years = v.years
		if v.has(ofNull) || v.unknown {
			out = out.orNull()
			out.absent = v.absent
		}
	}
	return out
}

// analyzeMoved is date.add and date.sub: null if a date or a duration is none, or the year has not four digits.
func analyzeMoved(a *analyzer, s *syntax, at *outlook) *abstract {
	args := a.fixedArgs(s, at)
	out := textValue(DateTimeText)
	out.years = -1
	if len(args) == 2 && args[0].dateLike() && args[1].kinds == kindsOf(ofText) && args[1].values != nil {
		out.years = args[0].years
		for _, t := range args[1].values {
			out.years = min(out.years, args[0].years-periodYears(t))
		}
	}
	if out.years < 0 {
		return out.orNull()
	}
	return out
}

// periodYears is how far a duration moves a date at most; a large number if it is none.
func periodYears(t string) int {
	const none = 1 << 20
	p, ok := parsePeriod(t)
	if !ok {
		return none
	}
	days := p.span.seconds / 86400
	for _, n := range []int64{p.years, p.months, days} {
		if n > none || n < -none {
			return none
		}
	}
	abs := func(n int64) int64 { return max(n, -n) }
	return int(abs(p.years) + abs(p.months)/12 + abs(days)/365 + 3)
}

func analyzeDurationOf(a *analyzer, s *syntax, at *outlook) *abstract {
	args := a.fixedArgs(s, at)
	out := textValue(DurationText)
	if len(args) == 2 && args[0].kinds == kindsOf(ofNumber) && args[0].within(-1e9, 1e9) && args[1].unit() {
		return out
	}
	return out.orNull()
}

// unit reports whether v is surely the name of a unit.
func (a *abstract) unit() bool {
	other := func(t string) bool {
		_, ok := units[t]
		return !ok
	}
	return a.kinds == kindsOf(ofText) && a.values != nil && !a.unknown && !slices.ContainsFunc(a.values, other)
}

func analyzeDurationBetween(a *analyzer, s *syntax, at *outlook) *abstract {
	args := a.fixedArgs(s, at)
	out := textValue(DurationText)
	if len(args) == 2 && args[0].dateLike() && args[1].dateLike() {
		return out
	}
	return out.orNull()
}

func analyzeDurationAs(a *analyzer, s *syntax, at *outlook) *abstract {
	args := a.fixedArgs(s, at)
	out := only(ofNumber)
	if len(args) == 2 && args[0].kinds == kindsOf(ofText) && !args[0].unknown && args[0].texts(DurationText) &&
		args[1].unit() {
		return out
	}
	return out.orNull()
}

func analyzeIn(a *analyzer, s *syntax, at *outlook) *abstract {
	a.args(s, at)
	return only(ofBool)
}

func analyzeSemVer(a *analyzer, s *syntax, at *outlook) *abstract {
	a.args(s, at)
	return only(ofBool, ofNull)
}

func analyzeThrow(a *analyzer, s *syntax, at *outlook) *abstract {
	a.all(s, at)
	return &abstract{} // it has no value
}

func analyzePreserve(a *analyzer, s *syntax, _ *outlook) *abstract {
	return constantValue(a.literal(s.items[0]))
}

// standardAnalyses are what the operators of the standard dialect do; a test holds that each has one.
func standardAnalyses() map[string]analysis {
	return map[string]analysis{
		"var": analyzeVar, "val": analyzeVal, "exists": analyzeExists,
		"missing": analyzeMissing, "missing_some": analyzeMissingSome,
		"if": analyzeIf, "?:": analyzeIf, "and": analyzeLogical(false), "or": analyzeLogical(true),
		"!": truthOf, "!!": truthOf, "??": analyzeCoalesce,
		"try": analyzeTry, "throw": analyzeThrow, "preserve": analyzePreserve, "log": analyzeLog,
		"==": analyzeCompare(opEq), "!=": analyzeCompare(opNe),
		"===": analyzeCompare(opSame), "!==": analyzeCompare(opNotSame),
		"<": analyzeCompare(opLt), "<=": analyzeCompare(opLe), ">": analyzeCompare(opGt), ">=": analyzeCompare(opGe),
		"+": analyzeArithmetic(opAdd), "-": analyzeArithmetic(opSub), "*": analyzeArithmetic(opMul),
		"/": analyzeArithmetic(opDiv), "%": analyzeArithmetic(opRem),
		"min": analyzeArithmetic(opMin), "max": analyzeArithmetic(opMax),
		"map": analyzeIteration(false), "filter": analyzeIteration(true), "reduce": analyzeReduce,
		"all": analyzeQuantifier, "some": analyzeQuantifier, "none": analyzeQuantifier,
		"merge": analyzeMerge, "in": analyzeIn, "cat": analyzeCat, "substr": analyzeSubstr,
		"round": analyzeRound, "floor": analyzeEach, "ceil": analyzeEach, "abs": analyzeEach,
		"length": analyzeLength, "type": analyzeType, "slice": analyzeSlice, "sort": analyzeSort,
		"switch": analyzeSwitch, "match": analyzeSwitch,
		"upper": changing(strings.ToUpper), "lower": changing(strings.ToLower), "trim": changing(strings.TrimSpace),
		"split":       analyzeSplit,
		"starts_with": analyzeAffix, "ends_with": analyzeAffix,
		"fractional": analyzeFractional, "sem_ver": analyzeSemVer,
		"date": analyzeDate, "date.add": analyzeMoved, "date.sub": analyzeMoved,
		"duration.of": analyzeDurationOf, "duration.between": analyzeDurationBetween, "duration.as": analyzeDurationAs,
		"now": analyzeNow,
	}
}

func truthOf(a *analyzer, s *syntax, at *outlook) *abstract {
	for _, item := range operands(s) {
		a.asked(item, at)
	}
	return only(ofBool)
}
