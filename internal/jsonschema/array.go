package jsonschema

import "math"

// uniqueItems compiles "uniqueItems".
func uniqueItems(o object, name string, v any) {
	unique, ok := v.(bool)
	if !ok {
		o.wrong(name, v, "a boolean")
		return
	}
	if !unique {
		return
	}
	onArray(o, func(r *run, list []any, _ *evaluated) {
		first := make(map[string]int, len(list))
		for i, item := range list {
			k, steps := key(item)
			if !r.charge(steps) {
				return
			}
			if j, twice := first[k]; twice {
				r.fail("items %d and %d are equal", j, i)
				return
			}
			first[k] = i
		}
	})
}

// each applies a schema to the items from one on.
func each(r *run, n *node, list []any, from int) {
	for i := from; i < len(list) && !r.over(); i++ {
		r.item(n, i, list[i])
	}
}

// prefix applies the schemas to the first items, one to each.
func prefix(r *run, subs []*node, list []any, seen *evaluated) {
	n := min(len(subs), len(list))
	for i := range n {
		if r.over() {
			return
		}
		r.item(subs[i], i, list[i])
	}
	seen.items = max(seen.items, n)
}

// prefixItems compiles "prefixItems".
func prefixItems(o object, name string, v any) {
	subs := o.list(name, v, o.sub)
	onArray(o, func(r *run, list []any, seen *evaluated) { prefix(r, subs, list, seen) })
}

// restOfItems compiles "items" of draft 2020-12.
func restOfItems(o object, name string, v any) {
	if _, ok := v.([]any); ok {
		o.wrong(name, v, "a schema: an array of them is \"prefixItems\" in draft 2020-12")
		return
	}
	first, _ := o.m["prefixItems"].([]any)
	sub := o.sub(v, name)
	onArray(o, func(r *run, list []any, seen *evaluated) {
		each(r, sub, list, len(first))
		seen.allItems = true
	})
}

// itemsOfOldDrafts compiles "items" and "additionalItems" up to draft 2019-09.
func itemsOfOldDrafts(o object, name string, v any) {
	if _, ok := v.([]any); !ok {
		sub := o.sub(v, name)
		onArray(o, func(r *run, list []any, seen *evaluated) {
			each(r, sub, list, 0)
			seen.allItems = true
		})
		return
	}
	subs := o.list(name, v, o.sub)
	var rest *node
	if raw, ok := o.m["additionalItems"]; ok {
		rest = o.itemsRest(raw)
	}
	onArray(o, func(r *run, list []any, seen *evaluated) {
		prefix(r, subs, list, seen)
		if rest != nil {
			each(r, rest, list, len(subs))
			seen.allItems = true
		}
	})
}

// itemsRest compiles "additionalItems", which may be a boolean in draft 4 too.
func (o object) itemsRest(raw any) *node { return o.orBoolean(raw, "additionalItems") }

// orBoolean compiles a schema that may be a boolean in draft 4 too.
func (o object) orBoolean(raw any, name string) *node {
	if allowed, ok := raw.(bool); ok {
		return &node{pointer: o.n.pointer + "/" + name, never: !allowed}
	}
	return o.sub(raw, name)
}

// contains compiles "contains" with "minContains" and "maxContains".
func contains(o object, name string, v any) {
	sub := o.sub(v, name)
	least, most := 1, math.MaxInt
	if o.draft >= draft2019 {
		if raw, ok := o.m["minContains"]; ok {
			least, _ = o.count("minContains", raw)
		}
		if raw, ok := o.m["maxContains"]; ok {
			most, _ = o.count("maxContains", raw)
		}
	}
	marks := o.draft >= draft2020
	onArray(o, func(r *run, list []any, seen *evaluated) {
		found := 0
		for i, item := range list {
			if r.over() {
				return
			}
			if r.try(sub, item, &evaluated{}) {
				found++
				if marks {
					seen.item(i)
				}
			}
		}
		switch {
		case found < least:
			r.fail("contains: %d items match, want at least %d", found, least)
		case found > most:
			r.fail("contains: %d items match, want at most %d", found, most)
		}
	})
}

// unevaluatedItems compiles "unevaluatedItems".
func unevaluatedItems(o object, name string, v any) {
	sub := o.sub(v, name)
	o.tracks = true
	o.n.unevaluated = append(o.n.unevaluated, func(r *run, v any, seen *evaluated) {
		list, ok := v.([]any)
		if !ok || seen.allItems {
			return
		}
		for i := seen.items; i < len(list) && r.charge(1); i++ {
			if !seen.at[i] {
				r.item(sub, i, list[i])
			}
		}
		seen.allItems = true
	})
}
