package jsonschema

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
)

var jsonTypes = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

// typeKeyword compiles "type". 1.0 is an integer in every draft; draft 4 allows that.
func typeKeyword(o object, name string, v any) {
	wanted := []string{}
	switch t := v.(type) {
	case string:
		wanted = append(wanted, t)
	case []any:
		wanted = o.words(name, v)
	default:
		o.wrong(name, v, "a text or an array of texts")
	}
	slices.Sort(wanted)
	wanted = slices.Compact(wanted)
	for _, t := range wanted {
		if !slices.Contains(jsonTypes, t) {
			o.fail(o.n.pointer+"/"+name, "%q is not a type: use one of %s", t, strings.Join(jsonTypes, ", "))
		}
	}
	want, integer := strings.Join(wanted, " or "), slices.Contains(wanted, "integer")
	o.add(func(r *run, v any, _ *evaluated) {
		got := typeOf(v)
		if !r.charge(1) || slices.Contains(wanted, got) {
			return
		}
		if n, ok := v.(json.Number); ok && integer && (!r.charge(numberSteps(n)) || rat(n).IsInt()) {
			return
		}
		r.fail("got %s, want %s", got, want)
	})
}

// enum compiles "enum".
func enum(o object, name string, v any) {
	list, ok := v.([]any)
	if !ok {
		o.wrong(name, v, "an array")
		return
	}
	oneOfValues(o, list)
}

// oneOfValues adds the check of "enum" and "const".
func oneOfValues(o object, list []any) {
	allowed := make(map[string]bool, len(list))
	shown := make([]string, 0, len(list))
	for _, v := range list {
		k, _ := key(v)
		allowed[k] = true
		raw, err := json.Marshal(v)
		if err == nil {
			shown = append(shown, string(raw))
		}
	}
	message := clip(strings.Join(shown, ", "))
	if len(list) != 1 {
		message = "one of " + message
	}
	o.add(func(r *run, v any, _ *evaluated) {
		k, steps := key(v)
		if r.charge(steps) && !allowed[k] {
			r.fail("must be %s", message)
		}
	})
}

// bound compiles "minimum" (side -1) and "maximum" (side 1). In draft 4 exclusive is a boolean beside it.
func bound(exclusive string, side int) func(object, string, any) {
	return func(o object, name string, v any) {
		limit, ok := v.(json.Number)
		if !ok {
			o.wrong(name, v, "a number")
			return
		}
		open := false
		if o.draft == draft4 {
			open, _ = o.m[exclusive].(bool)
		}
		addBound(o, name, limit, side, open)
	}
}

// exclusiveBound compiles "exclusiveMinimum" (side -1) and "exclusiveMaximum" (side 1).
func exclusiveBound(side int) func(object, string, any) {
	return func(o object, name string, v any) {
		limit, ok := v.(json.Number)
		if !ok {
			o.wrong(name, v, "a number")
			return
		}
		addBound(o, name, limit, side, true)
	}
}

func addBound(o object, name string, limit json.Number, side int, open bool) {
	most, steps := rat(limit), numberSteps(limit)
	onNumber(o, func(r *run, n json.Number) {
		if !r.charge(steps) {
			return
		}
		if c := rat(n).Cmp(most) * side; c > 0 || c == 0 && open {
			r.fail("%s: got %s, want %s", name, n, limit)
		}
	})
}

// multipleOf compiles "multipleOf".
func multipleOf(o object, name string, v any) {
	divisor, ok := v.(json.Number)
	if !ok || rat(divisor).Sign() <= 0 {
		o.wrong(name, v, "a number above 0")
		return
	}
	d, steps := rat(divisor), numberSteps(divisor)
	onNumber(o, func(r *run, n json.Number) {
		if r.charge(steps) && !new(big.Rat).Quo(rat(n), d).IsInt() {
			r.fail("%s: got %s, want %s", name, n, divisor)
		}
	})
}
