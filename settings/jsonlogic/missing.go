package jsonlogic

// absent: missing counts null and "" as missing.
func (c *run) absent(s *syntax, key any) bool {
	v, ok := c.find(s, key)
	return !ok || nothing(v)
}

func nothing(v any) bool {
	t, isText := v.(string)
	return v == nil || isText && t == ""
}

func missing(c *run, s *syntax, args []any) any {
	if len(args) > 0 {
		if l, ok := c.list(args[0]); ok {
			args = l
		}
	}
	return c.absentOf(s, args)
}

func (c *run) absentOf(s *syntax, keys []any) any {
	if !c.makeList(len(keys)) || !c.charge(len(keys)) {
		return nil
	}
	out := []any{}
	for _, key := range keys {
		if c.absent(s, key) {
			if cap(out) == 0 {
				out = make([]any, 0, len(keys))
			}
			out = append(out, key)
		}
		if c.err != nil {
			return nil
		}
	}
	return out
}

func missingSome(c *run, s *syntax, args []any) any {
	if len(args) < 2 {
		return c.invalid(s, "it needs a number and a list of paths")
	}
	keys, ok := c.list(args[1])
	if !ok {
		return c.invalid(s, "its second argument must be a list of paths")
	}
	need := c.toNum(args[0], operandAt(s, 0)).whole()
	out, _ := c.absentOf(s, keys).([]any)
	if c.err != nil {
		return nil
	}
	if len(keys)-len(out) >= need {
		return []any{}
	}
	return out
}

// readingPaths notes the paths that missing and missing_some are written with.
func readingPaths(b builder) builder {
	return func(k *compiler, s *syntax, sc *lexical) *node {
		k.readPaths(s.items[0], s.operator() == "missing_some", sc)
		n := b(k, s, sc)
		if quick := k.missingWritten(s); quick != nil && !k.plain {
			n.val = quick
		}
		n.own = true
		return n
	}
}

// missingWritten is missing or missing_some of constant paths, split when the rule is compiled; nil if
// they are not constant.
func (k *compiler) missingWritten(s *syntax) func(*run) any {
	args, need := s.items[0], 1<<30
	if s.operator() == "missing_some" {
		if args.form != isList || len(args.items) != 2 || args.items[0].form != isNumber || args.items[1].form != isList {
			return nil
		}
		need, args = k.folding.toNum(k.literal(args.items[0]), s).whole(), args.items[1]
	}
	items := []*syntax{args}
	if args.form == isList {
		items = args.items
	}
	keys, paths := make([]any, len(items)), make([][]segment, len(items))
	for i, item := range items {
		if item.form != isText {
			return nil
		}
		keys[i], paths[i] = item.text, pathOf(item.text).segments
	}
	return func(c *run) any {
		if !c.makeList(len(keys)) || !c.charge(len(keys)) {
			return nil
		}
		out := []any{}
		for i, segments := range paths {
			if v, ok := c.here(segments); ok && !nothing(v) {
				continue
			}
			if cap(out) == 0 {
				out = make([]any, 0, len(keys)-i)
			}
			out = append(out, keys[i])
		}
		if len(keys)-len(out) >= need {
			return []any{}
		}
		return out
	}
}

func (k *compiler) readPaths(s *syntax, skipFirst bool, sc *lexical) {
	switch s.form {
	case isText, isNumber, isBool:
		name, _ := k.folding.keyOf(k.literal(s))
		k.read(name, sc)
	case isObject, isNull:
		k.readAnything(sc)
	case isList:
		if len(s.items) == 0 { // it may be the path of all the data
			k.readAnything(sc)
		}
		for i, item := range s.items {
			if i > 0 || !skipFirst {
				k.readPaths(item, false, sc)
			}
		}
	}
}
