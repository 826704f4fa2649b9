package jsonschema

import (
	"encoding/json"
	"maps"
	"slices"
)

// keyword is what compiles one keyword of a schema, in the drafts that have it.
type keyword struct {
	name        string
	from, until int
	compile     func(o object, name string, v any)
}

// keywords returns those that check something, in the order in which they do.
func keywords() []keyword {
	return []keyword{
		{"$dynamicRef", draft2020, draft2020, dynamicReference},
		{"$recursiveRef", draft2019, draft2019, dynamicReference},
		{"$ref", draft4, draft2020, referenceTo},
		{"type", draft4, draft2020, typeKeyword},
		{"enum", draft4, draft2020, enum},
		{"const", draft6, draft2020, func(o object, _ string, v any) { oneOfValues(o, []any{v}) }},

		{"minimum", draft4, draft2020, bound("exclusiveMinimum", -1)},
		{"maximum", draft4, draft2020, bound("exclusiveMaximum", 1)},
		{"exclusiveMinimum", draft6, draft2020, exclusiveBound(-1)},
		{"exclusiveMaximum", draft6, draft2020, exclusiveBound(1)},
		{"multipleOf", draft4, draft2020, multipleOf},

		{"minLength", draft4, draft2020, length("characters", func(v any) (int, bool) {
			s, ok := v.(string)
			return characters(s), ok
		}, atLeast)},
		{"maxLength", draft4, draft2020, length("characters", func(v any) (int, bool) {
			s, ok := v.(string)
			return characters(s), ok
		}, atMost)},
		{"pattern", draft4, draft2020, patternOf},
		{"format", draft4, draft7, format},

		{"minItems", draft4, draft2020, length("items", items, atLeast)},
		{"maxItems", draft4, draft2020, length("items", items, atMost)},
		{"uniqueItems", draft4, draft2020, uniqueItems},
		{"prefixItems", draft2020, draft2020, prefixItems},
		{"items", draft2020, draft2020, restOfItems},
		{"items", draft4, draft2019, itemsOfOldDrafts},
		{"contains", draft6, draft2020, contains},

		{"minProperties", draft4, draft2020, length("properties", properties, atLeast)},
		{"maxProperties", draft4, draft2020, length("properties", properties, atMost)},
		{"required", draft4, draft2020, required},
		{"properties", draft4, draft2020, namedProperties},
		{"patternProperties", draft4, draft2020, matchingProperties},
		{"additionalProperties", draft4, draft2020, additionalProperties},
		{"propertyNames", draft6, draft2020, propertyNames},
		{"dependentRequired", draft2019, draft2020, dependentRequired},
		{"dependentSchemas", draft2019, draft2020, dependentSchemas},
		{"dependencies", draft4, draft2020, dependencies},

		{"allOf", draft4, draft2020, allOf},
		{"anyOf", draft4, draft2020, anyOf},
		{"oneOf", draft4, draft2020, oneOf},
		{"not", draft4, draft2020, not},
		{"if", draft7, draft2020, ifThenElse},

		{"unevaluatedItems", draft2019, draft2020, unevaluatedItems},
		{"unevaluatedProperties", draft2019, draft2020, unevaluatedProperties},

		// Only so that what is wrong in them is found.
		{"$defs", draft2019, draft2020, definitions},
		{"definitions", draft4, draft2020, definitions},
	}
}

func definitions(o object, name string, v any) { o.named(name, v, o.sub) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// onText adds a check of texts.
func onText(o object, c func(*run, string)) {
	o.add(func(r *run, v any, _ *evaluated) {
		if s, ok := v.(string); ok && r.charge(1) {
			c(r, s)
		}
	})
}

// onNumber adds a check of numbers.
func onNumber(o object, c func(*run, json.Number)) {
	o.add(func(r *run, v any, _ *evaluated) {
		if n, ok := v.(json.Number); ok && r.charge(numberSteps(n)) {
			c(r, n)
		}
	})
}

// onArray adds a check of arrays.
func onArray(o object, c func(*run, []any, *evaluated)) {
	o.add(func(r *run, v any, seen *evaluated) {
		if list, ok := v.([]any); ok && r.charge(1) {
			c(r, list, seen)
		}
	})
}

// onObject adds a check of objects.
func onObject(o object, c func(*run, map[string]any, *evaluated)) {
	o.add(func(r *run, v any, seen *evaluated) {
		if m, ok := v.(map[string]any); ok && r.charge(1) {
			c(r, m, seen)
		}
	})
}

func atLeast(n, bound int) bool { return n >= bound }
func atMost(n, bound int) bool  { return n <= bound }

func items(v any) (int, bool) {
	list, ok := v.([]any)
	return len(list), ok
}

func properties(v any) (int, bool) {
	m, ok := v.(map[string]any)
	return len(m), ok
}

// length is for the keywords that bound how much of something there is.
func length(noun string, of func(any) (int, bool), allowed func(n, bound int) bool) func(object, string, any) {
	return func(o object, name string, v any) {
		bound, ok := o.count(name, v)
		if !ok {
			return
		}
		o.add(func(r *run, v any, _ *evaluated) {
			if s, isText := v.(string); isText && !r.charge(len(s)/bytesAStep) {
				return
			}
			if n, ok := of(v); ok && r.charge(1) && !allowed(n, bound) {
				r.fail("%s: got %d %s, want %d", name, n, noun, bound)
			}
		})
	}
}
