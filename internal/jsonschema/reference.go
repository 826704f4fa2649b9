package jsonschema

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/internal/text"
)

// The keywords that hold schemas, for index.
var (
	schemaKeys = []string{
		"additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not",
		"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
	}
	listKeys = []string{"allOf", "anyOf", "items", "oneOf", "prefixItems"}
	mapKeys  = []string{"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
)

// idOf is the URI that a schema has in itself.
func (c *compiler) idOf(m map[string]any) string {
	name := "$id"
	if c.draft == draft4 {
		name = "id"
	}
	if _, ref := m["$ref"]; ref && c.draft <= draft7 {
		return ""
	}
	id, _ := m[name].(string)
	return id
}

// baseOf is what references in a schema are relative to.
func (c *compiler) baseOf(m map[string]any, base *url.URL) *url.URL {
	id := c.idOf(m)
	if id == "" || strings.HasPrefix(id, "#") {
		return base
	}
	u, err := base.Parse(id)
	if err != nil {
		return base
	}
	u.Fragment = ""
	return u
}

// index notes where the schemas with an "$id" or an anchor are.
func (c *compiler) index(raw any, pointer string, base *url.URL) {
	m, ok := raw.(map[string]any)
	if !ok {
		return
	}
	inner := c.baseOf(m, base)
	if pointer == "" || inner != base {
		c.places[inner.String()] = pointer
	}
	if _, anchor, ok := strings.Cut(c.idOf(m), "#"); ok && anchor != "" { // up to draft 7 an anchor was part of the id
		c.places[inner.String()+"#"+anchor] = pointer
	}
	for _, name := range []string{"$anchor", "$dynamicAnchor"} {
		if anchor, ok := m[name].(string); ok && c.draft >= draft2019 {
			c.places[inner.String()+"#"+anchor] = pointer
		}
	}
	for _, k := range schemaKeys {
		c.index(m[k], pointer+"/"+k, inner)
	}
	for _, k := range listKeys {
		list, _ := m[k].([]any)
		for i, s := range list {
			c.index(s, pointer+"/"+k+"/"+strconv.Itoa(i), inner)
		}
	}
	for _, k := range mapKeys {
		named, _ := m[k].(map[string]any)
		for name, s := range named {
			c.index(s, pointer+"/"+k+"/"+text.PointerToken(name), inner)
		}
	}
}

// referenceTo compiles "$ref".
func referenceTo(o object, name string, v any) {
	ref, ok := v.(string)
	if !ok {
		o.wrong(name, v, "a text")
		return
	}
	at := o.n.pointer + "/" + name
	u, err := o.base.Parse(ref)
	if err != nil {
		o.fail(at, "%q is not a reference: %v", ref, err)
		return
	}
	fragment := u.Fragment
	u.Fragment, u.RawFragment = "", ""
	pointer, ok := o.places[u.String()]
	if !ok {
		o.fail(at, "%q is not in the schema: nothing is loaded from elsewhere, put it under \"$defs\"", ref)
		return
	}
	if fragment != "" && !strings.HasPrefix(fragment, "/") {
		if pointer, ok = o.places[u.String()+"#"+fragment]; !ok {
			o.fail(at, "the anchor %q is not in the schema", fragment)
			return
		}
		fragment = ""
	}
	raw, base, ok := o.find(pointer + fragment)
	if !ok {
		o.fail(at, "%q is not in the schema", ref)
		return
	}
	target := o.node(raw, pointer+fragment, base)
	o.n.inPlace = append(o.n.inPlace, target)
	o.add(func(r *run, v any, seen *evaluated) { r.apply(target, v, seen) })
}

// find follows a JSON Pointer through the document. base is what references there are relative to, without
// those of the schema itself.
func (c *compiler) find(pointer string) (raw any, base *url.URL, ok bool) {
	raw, base = c.document, &url.URL{}
	if pointer == "" {
		return raw, base, true
	}
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		switch at := raw.(type) {
		case map[string]any:
			base = c.baseOf(at, base)
			if raw, ok = at[step]; !ok {
				return nil, nil, false
			}
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at) {
				return nil, nil, false
			}
			raw = at[i]
		default:
			return nil, nil, false
		}
	}
	return raw, base, true
}

// dynamicReference refuses "$dynamicRef" and "$recursiveRef".
func dynamicReference(o object, name string, _ any) {
	o.fail(o.n.pointer+"/"+name, "%q is not supported: use \"$ref\"", name)
}
