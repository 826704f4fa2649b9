package jsonlogicv3

import (
	"maps"
	"slices"
	"strconv"

	"github.com/admincenter/admincenter/settings"
)

var _ settings.Reader = program{}

// Reads lists what var, missing and missing_some name. The body of an iterator counts like the rest, because
// the library looks a name up in the whole event first.
func (p program) Reads() []string {
	found := map[string]bool{}
	readsOf(p.rule, found)
	return slices.Sorted(maps.Keys(found))
}

func readsOf(rule any, found map[string]bool) {
	switch r := rule.(type) {
	case []any:
		for _, item := range r {
			readsOf(item, found)
		}
	case map[string]any:
		for op, args := range r {
			readsOf(args, found)
			switch op {
			case "var":
				namesIn(first(args, 0), found)
			case "missing":
				namesIn(args, found)
			case "missing_some":
				namesIn(first(args, 1), found)
			}
			if !standard(op) {
				found[""] = true // a custom operator may read anything
			}
		}
	}
}

// first is argument i; one that stands alone is argument 0.
func first(args any, i int) any {
	list, ok := args.([]any)
	switch {
	case !ok && i == 0:
		return args
	case i < len(list):
		return list[i]
	}
	return nil
}

// namesIn adds the constant names in an argument; a computed one stands for everything.
func namesIn(arg any, found map[string]bool) {
	switch a := arg.(type) {
	case string:
		found[a] = true
	case float64:
		found[strconv.FormatFloat(a, 'f', -1, 64)] = true
	case []any:
		for _, item := range a {
			namesIn(item, found)
		}
	default:
		found[""] = true
	}
}

// standard reports whether an operator is one of the library's own.
func standard(op string) bool {
	switch op {
	case "==", "===", "!=", "!==", "<", "<=", ">", ">=", "!", "!!", "or", "and", "if", "?:", "var", "set",
		"missing", "missing_some", "in", "cat", "substr", "+", "-", "*", "/", "%", "abs", "min", "max",
		"map", "filter", "reduce", "all", "none", "some", "merge", "contains_all", "contains_any", "contains_none":
		return true
	}
	return false
}
