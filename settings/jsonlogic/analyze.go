package jsonlogic

import (
	"maps"
	"slices"
	"strings"
)

// Analyze finds out, without data, what the rule can do on data of a shape, and what of it cannot be meant. It knows
// the standard dialect; in Togai's it checks the paths and nothing else. The results of custom operators are not known.
func (r *Rule) Analyze(data Shape) Analysis {
	a := &analyzer{
		rule: r, ops: standardAnalyses(), unchecked: map[string]bool{}, missing: map[string]bool{},
		seen: map[*syntax]bool{},
	}
	v := a.value(r.syntax, &outlook{data: from(data)})
	if r.p.dialect == Togai {
		v = unknownValue()
	}
	out := Analysis{Result: v.shape(), Warnings: a.warnings, Unchecked: sortedKeys(a.unchecked)}
	out.Missing = sortedKeys(a.missing)
	for _, bad := range a.problems {
		out.Problems = append(out.Problems, bad.of(ErrRule))
	}
	return out
}

func sortedKeys(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }

// outlook is a scope: what a var looks at, and what is known of paths in it since a condition held.
type outlook struct {
	kind     scopeKind
	data     *abstract
	cur, acc *abstract // of atReduce
	outer    *outlook
	there    map[string]bool // paths that are neither null nor missing
}

func (o *outlook) enter(kind scopeKind, data *abstract) *outlook {
	return &outlook{kind: kind, data: data, outer: o}
}

// given is o, knowing that these paths are there.
func (o *outlook) given(paths []string) *outlook {
	if len(paths) == 0 {
		return o
	}
	out := *o
	out.there = maps.Clone(o.there)
	if out.there == nil {
		out.there = map[string]bool{}
	}
	for _, p := range paths {
		out.there[p] = true
	}
	return &out
}

type analyzer struct {
	rule      *Rule
	ops       map[string]analysis
	problems  []*Error
	warnings  []Warning
	unchecked map[string]bool
	missing   map[string]bool
	asking    int // while a part is looked at whose null is one of the answers
	looks     int
	seen      map[*syntax]bool // that have a problem: a body that is looked at twice has it once
	lenient   int              // within what a try catches
	quiet     int              // while a body is looked at before what it gets is known
}

// problem notes what fails. What a try catches is no problem, but a path that does not exist is.
func (a *analyzer) problem(s *syntax, f Fault, format string, args ...any) {
	op := s.operator()
	if op == "" {
		op = s.within()
	}
	a.note(s, op, f, format, args...)
}

// badOperand is problem at an operand of s.
func (a *analyzer) badOperand(s *syntax, i int, f Fault, format string, args ...any) {
	a.note(operandAt(s, i), s.operator(), f, format, args...)
}

func (a *analyzer) note(s *syntax, op string, f Fault, format string, args ...any) {
	if a.quiet > 0 || a.seen[s] || a.lenient > 0 && f != UnknownPath {
		return
	}
	if a.rule.p.dialect == Togai && f != UnknownPath {
		return
	}
	bad := s.fault(f, format, args...)
	bad.Operator = op
	a.seen[s] = true
	a.problems = append(a.problems, bad)
}

func (a *analyzer) warn(s *syntax, code WarningCode, message string) {
	if a.quiet > 0 || slices.ContainsFunc(a.warnings, func(w Warning) bool {
		return w.Code == code && w.Pointer == s.pointer()
	}) {
		return
	}
	op := s.operator()
	if op == "" {
		op = s.within()
	}
	a.warnings = append(a.warnings, Warning{Code: code, Operator: clip(op), Pointer: s.pointer(), Message: message})
}

// maxLooks is how many times an analysis looks at a part of the rule. The body of a reduce is looked at several times,
// and so is a reduce within it.
const maxLooks = 100_000

func (a *analyzer) value(s *syntax, at *outlook) *abstract {
	if a.looks++; a.looks > maxLooks {
		if a.looks == maxLooks+1 {
			bad := s.fault(TooLarge, "the rule has too many reduces within each other to be checked")
			a.problems = append(a.problems, bad)
		}
		return unknownValue()
	}
	switch s.form {
	case isList:
		var e *abstract
		for _, item := range s.items {
			e = join(e, a.value(item, at))
		}
		return listValue(e)
	case isObject:
		return a.operator(s, at)
	}
	return constantValue(a.literal(s))
}

func (a *analyzer) literal(s *syntax) any {
	k := newCompiler(s, a.rule.options)
	return k.literal(s)
}

func (a *analyzer) operator(s *syntax, at *outlook) *abstract {
	op := s.operator()
	if len(s.keys) != 1 {
		return &abstract{kinds: kindsOf(ofObject), closed: true} // an empty one: Compile refuses others
	}
	if _, own := a.rule.options.Operators[op]; own {
		a.all(s, at)
		return unknownValue()
	}
	f, ok := a.ops[op]
	arguments := s.items[0]
	if !ok || literalOnly[op] && arguments.form != isList ||
		arguments.form == isList && !arities[op].takes(len(arguments.items)) {
		a.all(s, at)
		return unknownValue() // a lenient rule fails there
	}
	return f(a, s, at)
}

// all looks at the operands alone.
func (a *analyzer) all(s *syntax, at *outlook) {
	for _, item := range operands(s) {
		a.value(item, at)
	}
}

// operands are the written arguments.
func operands(s *syntax) []*syntax {
	if len(s.items) == 1 && s.items[0].form == isList {
		return s.items[0].items
	}
	return s.items
}

// args are the arguments of an operator that evaluates them first. If many, any number of them may be like the only
// one: it is a list that is not written in the rule.
func (a *analyzer) args(s *syntax, at *outlook) (out []*abstract, many bool) {
	if s.items[0].form == isList {
		for _, item := range s.items[0].items {
			out = append(out, a.value(item, at))
		}
		return out, false
	}
	v := a.value(s.items[0], at)
	if !v.has(ofList) {
		return []*abstract{v}, false
	}
	single := v.without(ofList)
	single.element = nil
	if single.kinds == 0 && !single.unknown {
		single = nil
	}
	out = []*abstract{join(single, v.elements())}
	if out[0] == nil {
		return nil, true
	}
	return out, true
}

// fixedArgs is args of an operator that needs a number of arguments that is known.
func (a *analyzer) fixedArgs(s *syntax, at *outlook) []*abstract {
	out, many := a.args(s, at)
	if n := arities[s.operator()]; many || !n.takes(len(out)) {
		a.problem(s, InvalidArguments, "how many arguments it gets depends on the data: write them as a list")
		return nil
	}
	return out
}

// step goes one segment in.
func (a *abstract) step(seg segment) *abstract {
	var out *abstract
	if a.wild {
		out = anything()
	}
	if a.unknown {
		out = join(out, unknownValue())
	}
	if a.has(ofObject) && !a.wild {
		switch f, ok := a.fields[seg.key]; {
		case ok:
			out = join(out, f)
		case !a.closed:
			out = join(out, unknownValue())
		default:
			out = join(out, nowhere())
		}
	}
	if a.has(ofList) && !a.wild && seg.index >= 0 && a.element != nil {
		out = join(out, a.element.maybe())
	}
	if out == nil || a.absent || a.kinds&^kindsOf(ofObject) != 0 {
		out = join(out, nowhere())
	}
	return out
}

// lost reports whether there can be nothing under a segment.
func (a *abstract) lost(seg segment) bool {
	switch {
	case a.unknown || a.wild:
		return false
	case a.has(ofObject):
		_, ok := a.fields[seg.key]
		return !ok && a.closed
	case a.has(ofList):
		return a.element == nil || seg.index < 0
	}
	return true
}

// read is what a path finds, and notes one that can find nothing.
func (a *analyzer) read(s *syntax, segments []segment, at *outlook) *abstract {
	data := at.data
	name := nameOf(segments)
	if at.kind == atReduce {
		if len(segments) == 0 {
			return &abstract{kinds: kindsOf(ofObject), closed: true, fields: map[string]*abstract{
				"current": orNone(at.cur), "accumulator": orNone(at.acc),
			}}
		}
		data = &abstract{kinds: kindsOf(ofObject), closed: true, fields: map[string]*abstract{
			"current": orNone(at.cur), "accumulator": orNone(at.acc),
		}}
	}
	if data == nil {
		return &abstract{} // of an element of a list that has none
	}
	for i, seg := range segments {
		if data.lost(seg) {
			a.lostPath(s, segments, i, data, at)
			return nowhere()
		}
		data = data.step(seg)
	}
	if at.kind == atRoot && data.unknown && name != "" {
		a.unchecked[name] = true
	}
	if at.there[name] {
		return data.without(ofNull)
	}
	return data
}

// lacks notes a path that a rule reads and may not find.
func (a *analyzer) lacks(segments []segment, at *outlook, v *abstract) {
	if v.absent && a.asking == 0 && a.quiet == 0 && at.kind == atRoot && len(segments) > 0 {
		a.missing[nameOf(segments)] = true
	}
}

// asked is the value of a part of which only the truth counts, or whether it is null.
func (a *analyzer) asked(s *syntax, at *outlook) *abstract {
	if op := s.operator(); op == "var" || op == "val" {
		a.asking++
		defer func() { a.asking-- }()
	}
	return a.value(s, at)
}

func orNone(v *abstract) *abstract {
	if v == nil {
		return &abstract{}
	}
	return v
}

// lostPath notes a path that finds nothing on any data.
func (a *analyzer) lostPath(s *syntax, segments []segment, i int, data *abstract, at *outlook) {
	name := nameOf(segments)
	var hint string
	switch {
	case data.has(ofObject) && data.closed:
		if near := Nearest(segments[i].key, slices.Sorted(maps.Keys(data.fields))); near != "" {
			with := slices.Clone(segments)
			with[i].key = near
			hint = ": did you mean " + clip(nameOf(with)) + "?"
		}
	case i > 0:
		hint = ": there is nothing below " + clip(nameOf(segments[:i]))
	}
	switch at.kind {
	case atReduce:
		hint = ": the body of a reduce reads current and accumulator" + hint
	case atItem:
		hint = ": the body of an iteration reads its element" + hint
	}
	a.problem(s, UnknownPath, "it reads %s, which cannot be there%s", clip(name), hint)
}

// Nearest returns the name that is most like a misspelled one, or "" if none is near.
func Nearest(name string, names []string) string {
	best, least := "", len([]rune(name))/3+1
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n), least); d <= least && (best == "" || d < least) {
			best, least = n, d
		}
	}
	return best
}

// distance is the number of letters to change, add, leave out or exchange with the next one; above most it stops.
func distance(a, b string, most int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > most || -d > most {
		return most + 1
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
