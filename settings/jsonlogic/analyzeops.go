package jsonlogic

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// analysis is what an operator of the standard dialect does, without data.
type analysis func(a *analyzer, s *syntax, at *outlook) *abstract

// proves lists the paths that are neither null nor missing if the truth of a condition is what is given.
func (a *analyzer) proves(s *syntax, truth bool) []string {
	op, items := s.operator(), operands(s)
	switch op {
	case "var", "val":
		if name, ok := a.named(s); ok && truth && (op == "val" || len(items) < 2) {
			return []string{name}
		}
	case "!!":
		if len(items) == 1 {
			return a.proves(items[0], truth)
		}
	case "!":
		if len(items) == 1 {
			return a.proves(items[0], !truth)
		}
	case "and", "or":
		if truth == (op == "and") {
			var out []string
			for _, item := range items {
				out = append(out, a.proves(item, truth)...)
			}
			return out
		}
	case "!=", "!==", "==", "===":
		if len(items) == 2 && truth == strings.HasPrefix(op, "!") {
			for i, item := range items {
				if name, ok := a.named(items[1-i]); ok && item.form == isNull && len(operands(items[1-i])) < 2 {
					return []string{name}
				}
			}
		}
	case "missing":
		if truth {
			return nil
		}
		var out []string
		for _, item := range items {
			if item.form == isText {
				out = append(out, item.text)
			}
		}
		return out
	case "exists":
		return nil // it may be null
	}
	return nil
}

// named is the path of a var or val that is written in the rule.
func (a *analyzer) named(s *syntax) (string, bool) {
	segments, ok := a.segments(s)
	for _, seg := range segments { // val ["a.b"] is not var "a.b"
		ok = ok && !strings.Contains(seg.key, ".")
	}
	return nameOf(segments), ok && len(segments) > 0
}

func (a *analyzer) segments(s *syntax) ([]segment, bool) {
	k := newCompiler(s, a.rule.options)
	switch s.operator() {
	case "val", "exists":
		return k.staticSteps(s)
	case "var":
		items := operands(s)
		if len(items) == 0 {
			return nil, true
		}
		switch items[0].form {
		case isNull:
			return nil, true
		case isText:
			return pathOf(items[0].text).segments, true
		case isNumber, isBool:
			name, _ := k.folding.keyOf(k.literal(items[0]))
			return pathOf(name).segments, true
		}
	}
	return nil, false
}

// falsy is the part of v that may count as false.
func (a *abstract) falsy() *abstract {
	out := a.without(ofObject, ofDate)
	if out.values != nil {
		out.values = slices.DeleteFunc(slices.Clone(out.values), func(t string) bool { return t != "" })
		if len(out.values) == 0 {
			out = out.without(ofText)
		}
	} else if out.has(ofText) {
		out.values = []string{""}
		if out.form != PlainText {
			out = out.without(ofText)
		}
	}
	if out.has(ofNumber) {
		if !out.mayBeZero() {
			out = out.without(ofNumber)
		} else {
			zero := decimal.Zero
			out.least, out.most = &zero, &zero
		}
	}
	out.element = nil
	out.wild = false
	return out
}

// truthy is the part of v that may count as true.
func (a *abstract) truthyPart() *abstract {
	out := a.without(ofNull)
	if out.values != nil {
		out.values = slices.DeleteFunc(slices.Clone(out.values), func(t string) bool { return t == "" })
		if len(out.values) == 0 {
			out = out.without(ofText)
		}
	}
	return out
}

func analyzeIf(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	if len(items) == 1 {
		return a.value(items[0], at)
	}
	var out *abstract
	for i := 0; i+1 < len(items); i += 2 {
		a.asked(items[i], at)
		out = join(out, a.value(items[i+1], at.given(a.proves(items[i], true))))
		at = at.given(a.proves(items[i], false))
	}
	if len(items)%2 == 1 {
		return join(out, a.value(items[len(items)-1], at))
	}
	return join(out, only(ofNull))
}

func analyzeLogical(decides bool) analysis {
	return func(a *analyzer, s *syntax, at *outlook) *abstract {
		items := operands(s)
		if len(items) == 0 {
			return only(ofBool)
		}
		var out *abstract
		for i, item := range items {
			switch {
			case i == len(items)-1:
				out = join(out, a.value(item, at))
			case decides:
				out = join(out, a.asked(item, at).truthyPart())
			default:
				out = join(out, a.asked(item, at).falsy())
			}
			at = at.given(a.proves(item, !decides))
		}
		return out
	}
}

func analyzeCoalesce(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	if len(items) == 0 {
		return only(ofNull)
	}
	var out *abstract
	for i, item := range items {
		if i < len(items)-1 {
			out = join(out, a.asked(item, at).without(ofNull))
			continue
		}
		v := a.value(item, at)
		out = join(out, v)
	}
	return out
}

func analyzeTry(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	if len(items) == 0 {
		return only(ofNull)
	}
	var out *abstract
	for i, item := range items {
		if i < len(items)-1 {
			a.lenient++
		}
		out = join(out, a.value(item, at))
		if i < len(items)-1 {
			a.lenient--
		}
		if i == 0 {
			at = at.enter(atCatch, anything())
		}
	}
	return out
}

func analyzeLog(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	if len(items) == 0 {
		return only(ofNull)
	}
	return a.value(items[0], at)
}

// paths

func analyzeVar(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	var otherwise *abstract
	if len(items) > 1 {
		otherwise = a.value(items[1], at)
	}
	segments, ok := a.segments(s)
	if !ok {
		if s.items[0].form != isList {
			a.computed(s, a.fixedArgs(s, at))
		} else {
			a.computed(s, []*abstract{a.value(items[0], at)})
		}
		return anything()
	}
	if len(items) > 0 && items[0].form == isText {
		a.lintPath(s, items[0].text)
	}
	v := a.read(s, segments, at)
	if otherwise == nil || !v.absent {
		a.lacks(segments, at, v)
		return v.settled()
	}
	given := v.copied()
	given.absent = false
	return join(given, otherwise)
}

// computed checks a path that the evaluation computes.
func (a *analyzer) computed(s *syntax, keys []*abstract) {
	for i, k := range keys {
		if bad := k.outside(ofNull, ofBool, ofNumber, ofText); bad != "" && i == 0 {
			a.problem(s, InvalidArguments, "a path must be a text or a number, and this one may be %s", bad)
		}
	}
	a.warn(s, WarnComputedPath, "only the evaluation knows the path, so that nothing checks it")
}

func (a *analyzer) lintPath(s *syntax, path string) {
	if strings.Contains(path, `\`) || strings.Contains(path, "../") {
		a.warn(s, WarnPath, `a path has neither escapes nor ../ here: use val with a list of steps, or [[2], …] to look out`)
	}
}

func analyzeVal(a *analyzer, s *syntax, at *outlook) *abstract {
	if segments, ok := a.segments(s); ok {
		for _, seg := range segments {
			a.lintPath(s, seg.key)
		}
		v := a.read(s, segments, at)
		if s.operator() == "val" {
			a.lacks(segments, at, v)
		}
		return v.settled()
	}
	if up, segments, ok := a.climbing(s); ok {
		for range up / 2 {
			if at = at.outer; at == nil {
				a.problem(s, UnknownPath, "it climbs out of more scopes than there are")
				return nowhere().settled()
			}
		}
		if up%2 == 0 {
			v := a.read(s, segments, at)
			a.lacks(segments, at, v)
			return v.settled()
		}
		return only(ofNull, ofNumber)
	}
	if args, many := a.args(s, at); many || len(args) > 0 && args[0].has(ofList) {
		a.problem(s, InvalidArguments, "a climb is a list of one number that is written in the rule")
	}
	a.warn(s, WarnComputedPath, "only the evaluation knows the path, so that nothing checks it")
	return anything()
}

// climbing is a val that looks out of its scope, with steps that are written in the rule.
func (a *analyzer) climbing(s *syntax) (up int, segments []segment, ok bool) {
	if len(s.items) != 1 || s.items[0].form != isList || len(s.items[0].items) == 0 {
		return 0, nil, false
	}
	items := s.items[0].items
	first := items[0]
	if first.form != isList || len(first.items) != 1 || first.items[0].form != isNumber {
		return 0, nil, false
	}
	k := newCompiler(s, a.rule.options)
	n := k.folding.toNum(constantOf(k, first.items[0]), first).whole()
	if up = max(n, -n); up > 1000 {
		return 0, nil, false
	}
	for _, item := range items[1:] {
		if item.form != isText && item.form != isNumber {
			return 0, nil, false
		}
		key, _ := k.folding.keyOf(k.literal(item))
		segments = append(segments, segmentOf(key))
	}
	return up, segments, true
}

func constantOf(k *compiler, s *syntax) any { return k.literal(s) }

func analyzeExists(a *analyzer, s *syntax, at *outlook) *abstract {
	analyzeVal(a, s, at)
	return only(ofBool)
}

func analyzeMissing(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	if s.items[0].form == isList && len(items) > 0 && items[0].form == isList {
		items = items[0].items // its elements are the paths, and what follows is not looked at
	}
	for i, item := range items {
		a.missingPath(item, at, i == 0)
	}
	return listValue(anyKey())
}

// anyKey is a path as it was written or computed.
func anyKey() *abstract { return only(ofNull, ofBool, ofNumber, ofText) }

func anyText() *abstract { return textValue(PlainText) }

// missingPath checks a path that missing looks for. The first may be a list of them.
func (a *analyzer) missingPath(item *syntax, at *outlook, list bool) {
	switch item.form {
	case isText:
		a.lintPath(item, item.text)
		a.read(item, pathOf(item.text).segments, at)
	case isNumber, isBool, isNull:
	default:
		v := a.value(item, at)
		if e := v.elements(); e != nil && list && item.form == isObject {
			v = join(v.without(ofList), e)
		}
		a.computed(item, []*abstract{v})
	}
}

func analyzeMissingSome(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	if len(items) != 2 || s.items[0].form != isList {
		a.problem(s, InvalidArguments, "it needs a number and a list of paths, written as a list")
		return listValue(anyKey())
	}
	a.operand(s, 0, a.value(items[0], at))
	if items[1].form == isList {
		for _, item := range items[1].items {
			if item.form == isList {
				a.problem(item, InvalidArguments, "a path must be a text or a number")
				continue
			}
			a.missingPath(item, at, false)
		}
		return listValue(anyKey())
	}
	v := a.value(items[1], at)
	if bad := v.outside(ofList); bad != "" {
		a.problem(s, InvalidArguments, "its second argument must be a list of paths, and it may be %s", bad)
	}
	if e := v.elements(); e != nil {
		a.computed(s, []*abstract{e})
	}
	return listValue(anyKey())
}
