package jsonlogic

import "strings"

// segment is a step into data: a key of an object, or an index of a list.
type segment struct {
	key   string
	index int // what key is as an index; -1 if it is none
}

// path is what a var or val reads, split when the rule is compiled.
type path struct {
	segments []segment
	name     string // as a var writes it
}

func segmentOf(key string) segment {
	index := -1
	if key != "" && len(key) < 10 && (key[0] != '0' || len(key) == 1) {
		index = 0
		for i := range len(key) {
			if key[i] < '0' || key[i] > '9' {
				return segment{key, -1}
			}
			index = index*10 + int(key[i]-'0')
		}
	}
	return segment{key, index}
}

// pathOf splits at dots; "" is the whole.
func pathOf(name string) path {
	p := path{name: name}
	if name == "" {
		return p
	}
	for key := range strings.SplitSeq(name, ".") {
		p.segments = append(p.segments, segmentOf(key))
	}
	return p
}

// step goes one segment in.
func (c *run) step(v any, s segment) (any, bool) {
	if m, ok := v.(map[string]any); ok {
		x, ok := m[s.key]
		return x, ok
	}
	return c.stepOther(v, s)
}

func (c *run) stepOther(v any, s segment) (any, bool) {
	if l, ok := v.([]any); ok {
		if s.index >= 0 && s.index < len(l) {
			return l[s.index], true
		}
		return nil, false
	}
	if x, ok := lookup(v, s.key); ok {
		return x, true
	}
	if kindOf(v) == ofList {
		return element(v, s.index)
	}
	c.known(v)
	return nil, false
}

func (c *run) walk(v any, segments []segment) (any, bool) {
	for i := range segments {
		next, ok := c.step(v, segments[i])
		if !ok {
			return nil, false
		}
		v = next
	}
	return v, true
}

// here looks a path up in the current scope.
func (c *run) here(segments []segment) (any, bool) {
	return c.in(&c.scope, segments)
}

func (c *run) in(sc *scope, segments []segment) (any, bool) {
	if sc.kind != atReduce {
		return c.walk(sc.data, segments)
	}
	if len(segments) == 0 {
		if !c.make(8 * perElement) {
			return nil, false
		}
		return map[string]any{"current": sc.current(), "accumulator": sc.accumulator()}, true
	}
	switch segments[0].key {
	case "current":
		return c.walk(sc.current(), segments[1:])
	case "accumulator":
		return c.walk(sc.accumulator(), segments[1:])
	}
	return nil, false
}

func (sc *scope) current() any {
	if !sc.curIs {
		return sc.cur
	}
	return sc.boxed(sc.curN, sc.curF)
}

func (sc *scope) accumulator() any {
	if !sc.accIs {
		return sc.acc
	}
	return sc.boxed(sc.accN, sc.accF)
}

func (sc *scope) boxed(x num, f float64) any {
	if sc.float {
		return f
	}
	return x
}

// keyOf is a computed key of a var or val as text. It has no key for lists and objects.
func (c *run) keyOf(v any) (string, bool) {
	switch k := v.(type) {
	case string:
		return k, true
	case bool:
		return c.textOf(k), true
	}
	switch kindOf(v) {
	case ofNumber, ofText:
		key := c.textOf(v)
		return key, key != "" // a NaN has no text
	}
	return "", false
}

// read counts a read of the data as a whole; through a scope it is a read of the data only if that
// scope is the root.
func (k *compiler) read(name string, sc *lexical) {
	if sc.kind == atRoot {
		k.reads[name] = true
	}
}

// readAnything notes that only the evaluation knows what is read.
func (k *compiler) readAnything(sc *lexical) { k.read("", sc) }

func (k *compiler) varForm(s *syntax, sc *lexical) *node {
	arg := s.items[0]
	items := []*syntax{arg}
	if arg.form == isList {
		items = arg.items
	}
	if len(items) == 0 {
		return k.staticVar(path{}, nil, sc)
	}
	key := items[0]
	var otherwise *node
	if len(items) > 1 {
		otherwise = k.compile(items[1], sc)
	}
	switch key.form {
	case isNull:
		return k.staticVar(path{}, otherwise, sc)
	case isText:
		return k.staticVar(pathOf(key.text), otherwise, sc)
	case isNumber, isBool:
		name, _ := k.folding.keyOf(k.literal(key))
		return k.staticVar(pathOf(name), otherwise, sc)
	}
	k.readAnything(sc)
	if arg.form == isList {
		return k.computedVar(s, k.compile(key, sc), otherwise)
	}
	// The value of a single argument may be a list of the path and the default.
	return k.eagerNode(s, sc, func(c *run, s *syntax, args []any) any {
		if len(args) == 0 {
			args = []any{nil}
		}
		v, ok := c.find(s, args[0])
		if !ok && len(args) > 1 {
			return args[1]
		}
		return v
	})
}

func (k *compiler) computedVar(s *syntax, key, otherwise *node) *node {
	return &node{val: func(c *run) any {
		name := key.val(c)
		if c.err != nil {
			return nil
		}
		v, ok := c.find(s, name)
		if !ok && otherwise != nil && c.err == nil {
			return otherwise.val(c)
		}
		return v
	}}
}

// find reads a computed path.
func (c *run) find(s *syntax, key any) (any, bool) {
	name, ok := c.keyOf(key)
	switch {
	case key == nil || kindOf(key) == ofList && length(key) == 0:
		name = ""
	case !ok:
		c.invalid(s, "a path must be text or number")
		return nil, false
	}
	if !c.charge(1 + len(name)>>4) {
		return nil, false
	}
	v, ok := c.named(name)
	c.tell(name, v, ok)
	return v, ok
}

// named looks a dotted path up in the current scope and splits it on the way.
func (c *run) named(name string) (any, bool) {
	if c.scope.kind == atReduce {
		return c.here(pathOf(name).segments)
	}
	v, more := c.scope.data, name != ""
	for more {
		var key string
		key, name, more = strings.Cut(name, ".")
		next, ok := c.step(v, segmentOf(key))
		if !ok {
			return nil, false
		}
		v = next
	}
	return v, true
}

func (k *compiler) valForm(s *syntax, sc *lexical) *node {
	return k.pathForm(s, sc, func(v any, _ bool) any { return v })
}

func (k *compiler) existsForm(s *syntax, sc *lexical) *node {
	return k.pathForm(s, sc, func(_ any, ok bool) any { return ok })
}

// pathForm is an operator whose arguments are the steps of a path. A list as the first one climbs out
// of scopes: [[1]] is the position of the iteration, [[2]] the data around it, and so on.
func (k *compiler) pathForm(s *syntax, sc *lexical, f func(any, bool) any) *node {
	segments, static := k.staticSteps(s)
	if static {
		k.read(covered(segments), sc)
		return &node{val: func(c *run) any {
			v, ok := c.here(segments)
			c.tellSteps(segments, v, ok)
			return f(v, ok)
		}}
	}
	k.climbs++
	k.reads[""] = true
	return k.eagerNode(s, sc, func(c *run, s *syntax, args []any) any {
		v, ok := c.climb(s, args)
		if c.err != nil {
			return nil
		}
		return f(v, ok)
	})
}

func nameOf(segments []segment) string {
	keys := make([]string, len(segments))
	for i, s := range segments {
		keys[i] = s.key
	}
	return strings.Join(keys, ".")
}

// covered is the path that the steps are part of, as a var writes it: a var cannot write what is below a
// key with a dot.
func covered(segments []segment) string {
	for i, s := range segments {
		if strings.Contains(s.key, ".") {
			return nameOf(segments[:i])
		}
	}
	return nameOf(segments)
}

// staticSteps are the steps if all are constants.
func (k *compiler) staticSteps(s *syntax) ([]segment, bool) {
	items := s.items
	if items[0].form == isList {
		items = items[0].items
	}
	segments := make([]segment, len(items))
	for i, item := range items {
		if item.form != isText && item.form != isNumber {
			return nil, false
		}
		key, _ := k.folding.keyOf(k.literal(item))
		segments[i] = segmentOf(key)
	}
	return segments, true
}

func (c *run) climb(s *syntax, args []any) (any, bool) {
	at := &c.scope
	if len(args) > 0 {
		if up, ok := c.list(args[0]); ok {
			args = args[1:]
			if len(up) != 1 {
				c.invalid(s, "a climb is a list of one number")
				return nil, false
			}
			n := c.toNum(up[0], s).whole()
			n = max(n, -n)
			if n/2 > len(c.outer) || n < 0 {
				return nil, false
			}
			if n/2 > 0 {
				at = &c.outer[len(c.outer)-n/2]
			}
			if n%2 == 1 {
				at = &scope{data: map[string]any{"index": float64(at.index)}, kind: at.kind}
				if at.kind == atRoot || at.kind == atCatch {
					return nil, false
				}
				at.kind = atItem
			}
		}
	}
	segments := make([]segment, 0, 4)
	for _, v := range args {
		key, ok := c.keyOf(v)
		if !ok {
			return nil, false
		}
		segments = append(segments, segmentOf(key))
	}
	v, ok := c.in(at, segments)
	c.tellSteps(segments, v, ok)
	return v, ok
}
