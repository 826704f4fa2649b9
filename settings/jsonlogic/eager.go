package jsonlogic

// eagerFunc is an operator over its evaluated arguments. They belong to the run and are valid during the
// call.
type eagerFunc func(c *run, s *syntax, args []any) any

// eager builds an operator that evaluates all its arguments first. If the only argument is not written
// as a list but its value is one, its elements are the arguments.
func eager(f eagerFunc) builder {
	return func(k *compiler, s *syntax, sc *lexical) *node {
		return k.eagerNode(s, sc, f)
	}
}

func (k *compiler) eagerNode(s *syntax, sc *lexical, f eagerFunc) *node {
	if s.items[0].form != isList {
		arg := k.compile(s.items[0], sc)
		return &node{val: func(c *run) any {
			v := arg.val(c)
			if c.err != nil {
				return nil
			}
			if l, ok := c.list(v); ok {
				return f(c, s, l)
			}
			base := len(c.stack)
			c.stack = append(c.stack, v)
			out := f(c, s, c.stack[base:base+1:base+1])
			c.stack = c.stack[:base]
			return out
		}}
	}
	args, _ := k.compileAll(s.items[0].items, sc)
	return &node{val: func(c *run) any { return callEager(c, s, args, f) }}
}

func callEager(c *run, s *syntax, args []*node, f eagerFunc) any {
	base := len(c.stack)
	for _, n := range args {
		v := n.val(c)
		c.stack = append(c.stack, v)
	}
	var out any
	if c.err == nil {
		end := base + len(args)
		out = f(c, s, c.stack[base:end:end])
	}
	c.stack = c.stack[:base]
	return out
}

// fixed compiles arguments that are not spread: the written list, or a single argument.
func (k *compiler) fixed(s *syntax, sc *lexical) []*node {
	if s.items[0].form == isList {
		args, _ := k.compileAll(s.items[0].items, sc)
		return args
	}
	return []*node{k.compile(s.items[0], sc)}
}

// literal arguments of those operators that accept nothing else.
func (k *compiler) written(s *syntax) ([]*syntax, bool) {
	if s.items[0].form != isList {
		return nil, false
	}
	return s.items[0].items, true
}

const mustBeWritten = "the arguments must be written as a list"

// operandAt is the syntax of argument i.
func operandAt(s *syntax, i int) *syntax {
	if a := s.items[0]; a.form != isList {
		return a
	} else if i < len(a.items) {
		return a.items[i]
	}
	return s
}
