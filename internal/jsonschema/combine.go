package jsonschema

// allOf compiles "allOf".
func allOf(o object, name string, v any) {
	subs := o.list(name, v, o.same)
	o.add(func(r *run, v any, seen *evaluated) {
		for _, sub := range subs {
			if r.over() {
				return
			}
			r.apply(sub, v, seen)
		}
	})
}

// anyOf compiles "anyOf". If no schema is met, the violations of all are reported.
func anyOf(o object, name string, v any) {
	subs := o.list(name, v, o.same)
	o.add(func(r *run, v any, seen *evaluated) { r.some(subs, v, seen) })
}

// some applies schemas and returns the places of those that are met. If none is, their violations stay.
func (r *run) some(subs []*node, v any, seen *evaluated) (met []int) {
	failed, before := r.failed, r.violations
	for i, sub := range subs {
		if r.over() {
			return nil
		}
		if r.apply(sub, v, seen) {
			met = append(met, i)
		}
	}
	if len(met) > 0 {
		r.discard(failed, before)
	}
	return met
}

// oneOf compiles "oneOf".
func oneOf(o object, name string, v any) {
	subs := o.list(name, v, o.same)
	o.add(func(r *run, v any, seen *evaluated) {
		if met := r.some(subs, v, seen); len(met) > 1 {
			r.fail("oneOf: the schemas %d and %d are both met, want one", met[0], met[1])
		}
	})
}

// not compiles "not".
func not(o object, name string, v any) {
	sub := o.same(v, name)
	o.add(func(r *run, v any, _ *evaluated) {
		if r.try(sub, v, &evaluated{}) {
			r.fail("not: the schema is met")
		}
	})
}

// ifThenElse compiles "if" with "then" and "else".
func ifThenElse(o object, name string, v any) {
	condition := o.same(v, name)
	var then, otherwise *node
	if raw, ok := o.m["then"]; ok {
		then = o.same(raw, "then")
	}
	if raw, ok := o.m["else"]; ok {
		otherwise = o.same(raw, "else")
	}
	o.add(func(r *run, v any, seen *evaluated) {
		next := otherwise
		if r.try(condition, v, seen) {
			next = then
		}
		if next != nil && !r.over() {
			r.apply(next, v, seen)
		}
	})
}
