package jsonlogic

// arm is a case of a switch.
type arm struct{ is, then *node }

// switchForm compiles switch, and match, its other name: a value, a list of pairs of a case and a result, and a result
// for the rest, without which it is null. The first case that equals the value as === does decides; neither later cases
// nor other results are evaluated.
func (k *compiler) switchForm(s *syntax, sc *lexical) *node {
	items, ok := k.written(s)
	if !ok {
		k.compile(s.items[0], sc)
		return k.invalid(s, mustBeWritten)
	}
	if len(items) < 2 || len(items) > 3 {
		k.compileAll(items, sc)
		return k.invalid(s, "it takes a value, a list of cases, and a result for the rest")
	}
	value, rest := k.compile(items[0], sc), (*node)(nil)
	arms, bad := k.arms(s, items[1], sc)
	if len(items) > 2 {
		rest = k.compile(items[2], sc)
	}
	if bad != nil {
		return bad
	}
	return &node{val: func(c *run) any {
		v := value.val(c)
		if c.err != nil {
			return nil
		}
		for _, a := range arms {
			is := a.is.val(c)
			if c.err != nil {
				return nil
			}
			if c.same(v, is, 0) {
				return a.then.val(c)
			}
		}
		if rest == nil || c.err != nil {
			return nil
		}
		return rest.val(c)
	}}
}

func (k *compiler) arms(s, cases *syntax, sc *lexical) (out []arm, bad *node) {
	const pairs = "the cases must be written as a list of pairs"
	refuse := func() *node {
		if k.strict {
			k.refuse(s.fault(InvalidArguments, pairs))
		}
		return k.invalid(s, pairs)
	}
	if cases.form != isList {
		k.compile(cases, sc)
		return nil, refuse()
	}
	for _, one := range cases.items {
		if one.form != isList || len(one.items) != 2 {
			k.compile(one, sc)
			bad = refuse()
			continue
		}
		out = append(out, arm{k.compile(one.items[0], sc), k.compile(one.items[1], sc)})
	}
	return out, bad
}
