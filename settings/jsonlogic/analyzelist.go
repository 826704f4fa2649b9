package jsonlogic

// source is what an iterator looks at: its list, and an element of it, which is nothing if there is never one.
func (a *analyzer) source(s *syntax, at *outlook, list bool) (element *abstract) {
	items := operands(s)
	v := a.value(items[0], at)
	if bad := v.outside(ofList); list && bad != "" {
		a.badOperand(s, 0, InvalidArguments, "it needs a list, and this may be %s", bad)
	}
	if v.has(ofList) || v.unknown {
		element = v.elements()
	}
	return element
}

// body is what is done with an element.
func (a *analyzer) body(s *syntax, at *outlook, element *abstract) *abstract {
	if element == nil {
		a.quiet++
		defer func() { a.quiet-- }()
		element = &abstract{}
	}
	return a.value(s, at.enter(atItem, element))
}

func analyzeIteration(filter bool) analysis {
	return func(a *analyzer, s *syntax, at *outlook) *abstract {
		items := operands(s)
		for i, item := range items {
			if item.form == isNull {
				a.problem(s, InvalidArguments, "%s", []string{"the list is null", "what to do with the elements is null"}[i])
				return listValue(nil)
			}
		}
		element := a.source(s, at, false)
		done := a.body(items[1], at, element)
		switch {
		case element == nil:
			return listValue(nil)
		case filter:
			return listValue(element)
		}
		return listValue(done)
	}
}

func analyzeQuantifier(a *analyzer, s *syntax, at *outlook) *abstract {
	element := a.source(s, at, true)
	a.body(operands(s)[1], at, element)
	return only(ofBool)
}

func analyzeReduce(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	element := a.source(s, at, false)
	acc := join(element, only(ofNull))
	if len(items) > 2 {
		acc = a.value(items[2], at)
	}
	if element == nil {
		return acc
	}
	// What the body makes is what the next element finds: look until that is nothing new.
	a.quiet++
	settled := false
	for range 4 {
		next := join(acc, a.value(items[1], at.reducing(element, acc)))
		if settled = sameAbstract(acc, next, 8); settled {
			break
		}
		acc = next
	}
	if !settled {
		acc = widened(acc)
		for range 2 { // of the kinds alone, which are few
			acc = widened(join(acc, a.value(items[1], at.reducing(element, acc))))
		}
		if next := join(acc, a.value(items[1], at.reducing(element, acc))); !sameAbstract(acc, widened(next), 8) {
			acc = anything()
		}
	}
	a.quiet--
	a.value(items[1], at.reducing(element, acc))
	return acc
}

func (o *outlook) reducing(element, acc *abstract) *outlook {
	return &outlook{kind: atReduce, cur: element, acc: acc, outer: o}
}

// widened is v without what may change from element to element.
func widened(v *abstract) *abstract {
	out := v.copied()
	out.values, out.least, out.most, out.form, out.years = nil, nil, nil, PlainText, 0
	if v.has(ofList) || v.has(ofObject) {
		if v.element != nil || v.fields != nil || v.has(ofObject) {
			return join(anything(), v)
		}
	}
	return out
}

// sameAbstract reports whether b has nothing that a has not; it looks so many levels deep.
func sameAbstract(a, b *abstract, deep int) bool {
	switch {
	case a == b:
		return true
	case a == nil || b == nil || deep == 0:
		return false
	case a.kinds != b.kinds || a.absent != b.absent || a.unknown != b.unknown || a.wild != b.wild:
		return false
	case a.form != b.form, a.years != b.years, len(a.values) != len(b.values), (a.values == nil) != (b.values == nil):
		return false
	case (a.least == nil) != (b.least == nil) || (a.most == nil) != (b.most == nil):
		return false
	case a.least != nil && !a.least.Equal(*b.least) || a.most != nil && !a.most.Equal(*b.most):
		return false
	case len(a.fields) != len(b.fields) || a.closed != b.closed:
		return false
	}
	for key, f := range a.fields {
		if g, ok := b.fields[key]; !ok || !sameAbstract(f, g, deep-1) {
			return false
		}
	}
	return sameAbstract(a.element, b.element, deep-1)
}

func analyzeSort(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	v := a.value(items[0], at)
	if bad := v.outside(ofList, ofNull); bad != "" || items[0].form == isNull && s.items[0].form != isList {
		a.badOperand(s, 0, InvalidArguments, "it sorts a list, and this may be %s", bad)
	}
	if len(items) > 1 {
		a.value(items[1], at)
	}
	element := v.elements()
	if len(items) > 2 {
		a.body(items[2], at, element)
	}
	out := listValue(element)
	if v.has(ofNull) || v.unknown {
		out = out.orNull()
	}
	return out
}

func analyzeMerge(a *analyzer, s *syntax, at *outlook) *abstract {
	args, many := a.args(s, at)
	var e *abstract
	for _, v := range args {
		single := v.without(ofList)
		if single.kinds != 0 {
			e = join(e, single)
		}
		if v.has(ofList) || v.unknown {
			e = join(e, v.elements())
		}
	}
	_ = many
	return listValue(e)
}

func analyzeSlice(a *analyzer, s *syntax, at *outlook) *abstract {
	args := a.fixedArgs(s, at)
	if len(args) == 0 {
		return only(ofList, ofText, ofNull)
	}
	v := args[0]
	if bad := v.outside(ofNull, ofText, ofList); bad != "" {
		a.badOperand(s, 0, InvalidArguments, "it takes a list or a text, and this may be %s", bad)
	}
	for i := 1; i < len(args); i++ {
		a.operandQuietly(s, i, args[i])
	}
	if len(args) > 3 && !args[3].unknown {
		step := args[3].without(ofNull)
		least, most := step.limits()
		away := least != nil && least.IsPositive() && least.IntPart() > 0 ||
			most != nil && most.IsNegative() && most.IntPart() < 0
		if step.kinds != 0 && !away {
			a.badOperand(s, 3, InvalidArguments, "the step may be 0")
		}
	}
	out := v.without(ofBool, ofNumber, ofObject, ofDate)
	out.values, out.form, out.years, out.absent = nil, PlainText, 0, v.absent
	return out
}

// operandQuietly is operand of a position, of which null is no mistake.
func (a *analyzer) operandQuietly(s *syntax, i int, v *abstract) {
	there := v.copied()
	there.absent = false
	a.operand(s, i, there)
}

func analyzeSwitch(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	a.value(items[0], at)
	out := only(ofNull)
	if len(items) > 2 {
		out = a.value(items[2], at)
	}
	if items[1].form != isList {
		return unknownValue() // a lenient rule fails there
	}
	for _, one := range items[1].items {
		if one.form != isList || len(one.items) != 2 {
			return unknownValue()
		}
		a.value(one.items[0], at)
		out = join(out, a.value(one.items[1], at))
	}
	return out
}

func analyzeFractional(a *analyzer, s *syntax, at *outlook) *abstract {
	items := operands(s)
	bad := func(at *syntax) *abstract {
		a.problem(at, InvalidArguments, "its results must be written as pairs of a result and a weight from 0 to 2147483647")
		return anything()
	}
	if s.items[0].form != isList || len(items) == 0 {
		return bad(s)
	}
	if items[0].form != isList {
		if a.value(items[0], at).has(ofList) {
			return bad(items[0])
		}
		items = items[1:]
	}
	out, total := only(ofNull), 0
	for _, pair := range items {
		if pair.form != isList || len(pair.items) < 1 || len(pair.items) > 2 {
			return bad(pair)
		}
		weight := 1
		if len(pair.items) == 2 {
			if pair.items[1].form != isNumber {
				return bad(pair.items[1])
			}
			k := newCompiler(s, a.rule.options)
			weight = max(0, k.folding.toNum(k.literal(pair.items[1]), pair.items[1]).whole())
		}
		if total += min(weight, 1<<31); total > 1<<31-1 {
			return bad(pair)
		}
		out = join(out, a.value(pair.items[0], at))
	}
	return out
}
