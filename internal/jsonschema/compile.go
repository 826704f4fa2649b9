package jsonschema

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/internal/text"
)

// Drafts, as numbers that can be compared.
const (
	draft4    = 4
	draft6    = 6
	draft7    = 7
	draft2019 = 2019
	draft2020 = 2020
)

// drafts are the values of "$schema", without the # at the end that some write.
var drafts = map[string]int{
	"http://json-schema.org/draft-04/schema":       draft4,
	"http://json-schema.org/draft-06/schema":       draft6,
	"http://json-schema.org/draft-07/schema":       draft7,
	"https://json-schema.org/draft/2019-09/schema": draft2019,
	"https://json-schema.org/draft/2020-12/schema": draft2020,
}

// Compile compiles a schema: decoded JSON with json.Number for numbers. "$schema" names its draft, which is
// 2020-12 if it is missing. The error names the place in the schema.
func Compile(document any, l Limits) (*Schema, error) {
	if problem := numberProblem(document, l.Number); problem != "" {
		return nil, errors.New(problem)
	}
	c := &compiler{
		document: document, keywords: keywords(), draft: draft2020, limits: l,
		nodes: map[string]*node{}, places: map[string]string{}, patterns: map[string]*pattern{},
	}
	if m, ok := document.(map[string]any); ok {
		if err := c.readDraft(m["$schema"]); err != nil {
			return nil, err
		}
	}
	base := &url.URL{}
	c.index(document, "", base)
	root := c.node(document, "", base)
	if c.err == nil {
		c.err = c.endless()
	}
	if c.err != nil {
		return nil, c.err
	}
	return &Schema{root, l, c.tracks}, nil
}

type compiler struct {
	document any
	keywords []keyword
	draft    int
	limits   Limits
	nodes    map[string]*node  // by pointer
	places   map[string]string // pointers by URI: those of schemas with an "$id" or an anchor
	patterns map[string]*pattern
	steps    int  // of the patterns
	tracks   bool // a schema has an unevaluated keyword
	err      error
}

func (c *compiler) readDraft(v any) error {
	if v == nil {
		return nil
	}
	name, _ := v.(string)
	d, ok := drafts[strings.TrimSuffix(name, "#")]
	if !ok {
		return fmt.Errorf("at %q: %q is not a known draft and nothing is loaded from elsewhere: use one of %s",
			"/$schema", clip(name), text.Join(slices.Sorted(maps.Keys(drafts))))
	}
	c.draft = d
	return nil
}

// fail keeps the first error.
func (c *compiler) fail(pointer, format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("at %q: %s", clip(pointer), clip(fmt.Sprintf(format, args...)))
	}
}

// object is a schema that is being compiled.
type object struct {
	*compiler
	n    *node
	m    map[string]any
	base *url.URL
}

// node compiles the schema at a pointer, once.
func (c *compiler) node(raw any, pointer string, base *url.URL) *node {
	if n, ok := c.nodes[pointer]; ok {
		return n
	}
	n := &node{pointer: pointer}
	c.nodes[pointer] = n
	switch s := raw.(type) {
	case bool:
		n.never = !s
		if c.draft < draft6 {
			c.fail(pointer, "is a boolean, which is no schema in draft 4")
		}
	case map[string]any:
		o := object{c, n, s, c.baseOf(s, base)}
		if ref, ok := s["$ref"]; ok && c.draft <= draft7 {
			referenceTo(o, "$ref", ref) // all others beside it are ignored
			return n
		}
		for _, k := range c.keywords {
			if k.from <= c.draft && c.draft <= k.until {
				o.keyword(k)
			}
		}
	default:
		c.fail(pointer, "is a %s, and a schema is an object or a boolean", typeOf(raw))
	}
	return n
}

func (o object) keyword(k keyword) {
	if v, ok := o.m[k.name]; ok && o.err == nil {
		k.compile(o, k.name, v)
	}
}

// add is for a keyword that has a check.
func (o object) add(c check) { o.n.checks = append(o.n.checks, c) }

// wrong is the error for a value that a keyword cannot have.
func (o object) wrong(name string, v any, want string) {
	o.fail(o.n.pointer+"/"+text.PointerToken(name), "got %s, want %s", typeOf(v), want)
}

// sub compiles a subschema.
func (o object) sub(raw any, steps ...string) *node {
	pointer := o.n.pointer
	for _, s := range steps {
		pointer += "/" + text.PointerToken(s)
	}
	return o.node(raw, pointer, o.base)
}

// same is sub for a schema that applies to the same value.
func (o object) same(raw any, steps ...string) *node {
	n := o.sub(raw, steps...)
	o.n.inPlace = append(o.n.inPlace, n)
	return n
}

// list is the schemas of a keyword that has an array of them.
func (o object) list(name string, v any, of func(any, ...string) *node) []*node {
	raw, ok := v.([]any)
	if !ok || len(raw) == 0 && name != "prefixItems" && name != "items" {
		o.wrong(name, v, "an array of schemas")
		return nil
	}
	out := make([]*node, len(raw))
	for i, s := range raw {
		out[i] = of(s, name, strconv.Itoa(i))
	}
	return out
}

// named is the schemas of a keyword that has an object of them, in order of the name.
func (o object) named(name string, v any, of func(any, ...string) *node) map[string]*node {
	raw, ok := v.(map[string]any)
	if !ok {
		o.wrong(name, v, "an object of schemas")
		return nil
	}
	out := make(map[string]*node, len(raw))
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		out[key] = of(raw[key], name, key)
	}
	return out
}

// count is the value of a keyword that has a number of something.
func (o object) count(name string, v any) (int, bool) {
	if n, ok := v.(json.Number); ok {
		if x := rat(n); x.IsInt() && x.Sign() >= 0 {
			if x.Num().IsInt64() {
				return int(min(x.Num().Int64(), 1<<40)), true
			}
			return 1 << 40, true // more than anything has
		}
	}
	o.wrong(name, v, "a number of 0 or more")
	return 0, false
}

// words is the value of a keyword that has an array of texts.
func (o object) words(name string, v any) []string {
	list, ok := v.([]any)
	out := make([]string, 0, len(list))
	for _, item := range list {
		word, isText := item.(string)
		ok = ok && isText
		out = append(out, word)
	}
	if !ok {
		o.wrong(name, v, "an array of texts")
		return nil
	}
	return out
}

// endless finds a schema that applies itself to the same value, over others perhaps: a check would not end.
func (c *compiler) endless() error {
	const walking, done = 1, 2
	state := map[*node]int{}
	var walk func(n *node) *node
	walk = func(n *node) *node {
		switch state[n] {
		case walking:
			return n
		case done:
			return nil
		}
		state[n] = walking
		for _, next := range n.inPlace {
			if bad := walk(next); bad != nil {
				return bad
			}
		}
		state[n] = done
		return nil
	}
	for _, pointer := range sortedKeys(c.nodes) {
		bad := walk(c.nodes[pointer])
		if bad == nil {
			continue
		}
		return fmt.Errorf("at %q: the schema refers to itself for the same value: the check would not end",
			clip(bad.pointer))
	}
	return nil
}
