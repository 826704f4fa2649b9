package jsonlogic

import (
	"strconv"
	"strings"
)

// togaiVar reads data. A default is evaluated without data, and used for null too.
func (k *compiler) togaiVar(s *syntax, sc *lexical) *node {
	args := k.fixed(s, sc)
	if len(args) > 0 && s.items[0].form != isObject && args[0].konst {
		name, _ := k.folding.keyOf(args[0].value)
		k.read(name, sc)
	} else {
		k.readAnything(sc)
	}
	return &node{val: func(c *run) any {
		data := c.togaiData()
		if len(args) == 0 {
			return data
		}
		key := args[0].val(c)
		if c.err != nil {
			return nil
		}
		v := c.togaiFind(s, data, key)
		if name, ok := c.keyOf(key); ok {
			c.tell(name, v, v != nil)
		}
		if v != nil || c.err != nil || len(args) < 2 {
			return v
		}
		c.enter(atItem)
		v = args[1].val(c)
		c.leave()
		return v
	}}
}

// togaiData is the data of the scope; in a reduce it is an object of current and accumulator.
func (c *run) togaiData() any {
	if c.scope.kind == atReduce {
		v, _ := c.in(&c.scope, nil)
		return v
	}
	return c.scope.data
}

func (c *run) togaiFind(s *syntax, data, key any) any {
	if data == nil {
		return nil
	}
	if key == nil || kindOf(key) == ofList && length(key) == 0 {
		return data
	}
	if name, ok := key.(string); ok {
		if name == "" {
			return data
		}
		return c.togaiWalk(s, data, name)
	}
	x, ok := c.number(key)
	if !ok {
		return c.invalid(s, "a path must be null, number or text")
	}
	return c.elementAt(data, x.whole())
}

func (c *run) elementAt(data any, i int) any {
	if kindOf(data) != ofList {
		c.known(data)
		return nil
	}
	v, _ := element(data, i)
	return v
}

// togaiWalk tries the whole name as a key, and then follows it segment by segment. At each object it also
// tries what follows the first dot of the name, as that engine always does.
func (c *run) togaiWalk(s *syntax, data any, name string) any {
	if v, ok := lookup(data, name); ok && v != nil {
		return v
	}
	_, tail, dotted := strings.Cut(name, ".")
	if !c.charge(1 + len(name)>>4) {
		return nil
	}
	segments := strings.Split(name, ".")
	for len(segments) > 0 && segments[len(segments)-1] == "" {
		segments = segments[:len(segments)-1] // as Java's String.split
	}
	for _, key := range segments {
		if !c.charge(1 + len(tail)>>6) {
			return nil
		}
		if data = c.togaiStep(s, data, key); data == nil || c.err != nil {
			return nil
		}
		if v, ok := lookup(data, tail); dotted && ok && v != nil {
			return v
		}
	}
	return data
}

func (c *run) togaiStep(s *syntax, data any, key string) any {
	if kindOf(data) != ofList {
		c.known(data)
		v, _ := lookup(data, key)
		return v
	}
	i, err := strconv.ParseInt(key, 10, 32)
	if err != nil {
		return c.invalid(s, "an element of a list has a number for its key")
	}
	return c.elementAt(data, int(i))
}

// togaiPresent reports whether a name is a leaf of the data: objects are flattened, lists are leaves.
func (c *run) togaiPresent(data any, name string, depth int) bool {
	if kindOf(data) != ofObject || !c.deeper(depth) || !c.charge(1) {
		return false
	}
	if v, ok := lookup(data, name); ok && kindOf(v) != ofObject {
		return true
	}
	for i := range len(name) {
		if name[i] != '.' {
			continue
		}
		if !c.charge(1 + i>>6) {
			return false
		}
		if v, ok := lookup(data, name[:i]); ok && c.togaiPresent(v, name[i+1:], depth+1) {
			return true
		}
	}
	return false
}

func togaiMissing(c *run, _ *syntax, args []any) any {
	data := c.togaiData()
	if !c.makeList(len(args)) {
		return nil
	}
	out := []any{}
	for _, key := range args {
		if !c.togaiPresent(data, c.javaText(key, 0), 0) {
			out = append(out, key)
		}
	}
	return out
}

func togaiMissingSome(c *run, s *syntax, args []any) any {
	if len(args) < 2 {
		return c.invalid(s, "it needs a number and a list of paths")
	}
	need, ok := c.number(args[0])
	keys, isList := c.list(args[1])
	if !ok || !isList {
		return c.invalid(s, "it needs a number and a list of paths")
	}
	out, _ := togaiMissing(c, s, keys).([]any)
	if c.err != nil || len(keys)-len(out) < need.whole() {
		return out
	}
	return []any{}
}
