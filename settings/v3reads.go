package settings

import (
	"maps"
	"slices"
	"strconv"
)

var _ Reader = v3Program{}

// Reads walks the rule for what var, missing and missing_some name. The body of an iterator counts
// like the rest, because the library looks a name up in the whole event first.
func (p v3Program) Reads() []string {
	found := map[string]bool{}
	v3Reads(p.rule, found)
	return slices.Sorted(maps.Keys(found))
}

func v3Reads(rule any, found map[string]bool) {
	switch r := rule.(type) {
	case []any:
		for _, item := range r {
			v3Reads(item, found)
		}
	case map[string]any:
		for op, args := range r {
			v3Reads(args, found)
			switch op {
			case "var":
				v3Names(first(args, 0), found)
			case "missing":
				v3Names(args, found)
			case "missing_some":
				v3Names(first(args, 1), found)
			}
			if !v3Standard(op) {
				found[""] = true // an operator of the host's may read anything
			}
		}
	}
}

// first is the i-th argument; one that stands alone is the first.
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

// v3Names adds the constant names in an argument; what is computed stands for everything.
func v3Names(arg any, found map[string]bool) {
	switch a := arg.(type) {
	case string:
		found[a] = true
	case float64:
		found[strconv.FormatFloat(a, 'f', -1, 64)] = true
	case []any:
		for _, item := range a {
			v3Names(item, found)
		}
	default:
		found[""] = true
	}
}

// v3Standard tells the library's own operators.
func v3Standard(op string) bool {
	switch op {
	case "==", "===", "!=", "!==", "<", "<=", ">", ">=", "!", "!!", "or", "and", "if", "?:", "var", "set",
		"missing", "missing_some", "in", "cat", "substr", "+", "-", "*", "/", "%", "abs", "min", "max",
		"map", "filter", "reduce", "all", "none", "some", "merge", "contains_all", "contains_any", "contains_none":
		return true
	}
	return false
}
