package jsonschema

// required compiles "required".
func required(o object, name string, v any) {
	needed := o.words(name, v)
	onObject(o, func(r *run, m map[string]any, _ *evaluated) { needs(r, m, needed) })
}

// needs reports the names that an object lacks.
func needs(r *run, m map[string]any, names []string) {
	if !r.charge(len(names)) {
		return
	}
	var missing []string
	for _, name := range names {
		if _, ok := m[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		r.fail("missing properties %s", nameList(missing))
	}
}

// namedProperties compiles "properties".
func namedProperties(o object, name string, v any) {
	subs := o.named(name, v, o.sub)
	order := sortedKeys(subs)
	onObject(o, func(r *run, m map[string]any, seen *evaluated) {
		for _, name := range order {
			if !r.charge(1) {
				return
			}
			if v, ok := m[name]; ok {
				r.below(subs[name], name, v)
				seen.prop(name)
			}
		}
	})
}

// matchingProperties compiles "patternProperties".
func matchingProperties(o object, _ string, _ any) {
	patterns, subs := o.patternProperties()
	onObject(o, func(r *run, m map[string]any, seen *evaluated) {
		for _, name := range r.names(m) {
			for i, p := range patterns {
				if r.over() {
					return
				}
				if r.match(p, name) {
					r.below(subs[i], name, m[name])
					seen.prop(name)
				}
			}
		}
	})
}

// additionalProperties compiles "additionalProperties".
func additionalProperties(o object, name string, v any) {
	sub := o.orBoolean(v, name)
	known, _ := o.m["properties"].(map[string]any)
	patterns, _ := o.patternProperties()
	onObject(o, func(r *run, m map[string]any, seen *evaluated) {
		var extra []string
		for _, name := range r.names(m) {
			if _, ok := known[name]; ok {
				continue
			}
			matched := false
			for _, p := range patterns {
				matched = matched || r.match(p, name)
			}
			if matched || !r.charge(1) {
				continue
			}
			if seen.prop(name); sub.never {
				extra = append(extra, name)
			} else {
				r.below(sub, name, m[name])
			}
		}
		if len(extra) > 0 {
			r.fail("additional properties %s are not allowed", nameList(extra))
		}
	})
}

// propertyNames compiles "propertyNames".
func propertyNames(o object, name string, v any) {
	sub := o.sub(v, name)
	onObject(o, func(r *run, m map[string]any, _ *evaluated) {
		for _, name := range r.names(m) {
			if r.over() {
				return
			}
			if !r.try(sub, name, &evaluated{}) {
				r.fail("property name %q is not allowed", name)
			}
		}
	})
}

// dependentRequired compiles "dependentRequired".
func dependentRequired(o object, name string, v any) {
	raw, ok := v.(map[string]any)
	if !ok {
		o.wrong(name, v, "an object")
		return
	}
	for _, property := range sortedKeys(raw) {
		o.requiredWith(name, property, raw[property])
	}
}

// requiredWith adds the names that an object needs beside a property.
func (o object) requiredWith(name, property string, v any) {
	if one, ok := v.(string); ok && o.draft == draft4 {
		v = []any{one}
	}
	names := o.words(name, v)
	onObject(o, func(r *run, m map[string]any, _ *evaluated) {
		if _, ok := m[property]; ok {
			needs(r, m, names)
		}
	})
}

// dependentSchemas compiles "dependentSchemas".
func dependentSchemas(o object, name string, v any) {
	subs := o.named(name, v, o.same)
	for _, property := range sortedKeys(subs) {
		o.schemaWith(property, subs[property])
	}
}

// schemaWith adds a schema that an object with a property must meet.
func (o object) schemaWith(property string, sub *node) {
	onObject(o, func(r *run, m map[string]any, seen *evaluated) {
		if _, ok := m[property]; ok {
			r.apply(sub, m, seen)
		}
	})
}

// dependencies compiles "dependencies", which later drafts split in two.
func dependencies(o object, name string, v any) {
	raw, ok := v.(map[string]any)
	if !ok {
		o.wrong(name, v, "an object")
		return
	}
	for _, property := range sortedKeys(raw) {
		switch raw[property].(type) {
		case []any, string:
			o.requiredWith(name, property, raw[property])
		default:
			o.schemaWith(property, o.same(raw[property], name, property))
		}
	}
}

// unevaluatedProperties compiles "unevaluatedProperties".
func unevaluatedProperties(o object, name string, v any) {
	sub := o.sub(v, name)
	o.tracks = true
	o.n.unevaluated = append(o.n.unevaluated, func(r *run, v any, seen *evaluated) {
		m, ok := v.(map[string]any)
		if !ok || seen.allProps {
			return
		}
		for _, name := range r.names(m) {
			if !r.charge(1) {
				return
			}
			if !seen.props[name] {
				r.below(sub, name, m[name])
			}
		}
		seen.allProps = true
	})
}
