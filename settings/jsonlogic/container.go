package jsonlogic

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/shopspring/decimal"
)

// lookup finds a key of an object.
func lookup(v any, key string) (any, bool) {
	switch m := v.(type) {
	case map[string]any:
		x, ok := m[key]
		return x, ok
	case map[string]string:
		return field(m, key)
	case map[string]json.Number:
		return field(m, key)
	case map[string]float64:
		return field(m, key)
	case map[string]int:
		return field(m, key)
	case map[string]bool:
		return field(m, key)
	case map[string]decimal.Decimal:
		return field(m, key)
	}
	return nil, false
}

func field[T any](m map[string]T, key string) (any, bool) {
	x, ok := m[key]
	if !ok {
		return nil, false
	}
	return x, true
}

// object is v with its fields as values, v itself if it has them already. As with list, a copy is charged.
func (c *run) object(v any) map[string]any {
	if m, ok := v.(map[string]any); ok {
		return m
	}
	if kindOf(v) != ofObject {
		return nil
	}
	if n := length(v); !c.make(4*n*perElement) || !c.charge(n) {
		return nil
	}
	switch m := v.(type) {
	case map[string]string:
		return fields(m)
	case map[string]json.Number:
		return fields(m)
	case map[string]float64:
		return fields(m)
	case map[string]int:
		return fields(m)
	case map[string]bool:
		return fields(m)
	case map[string]decimal.Decimal:
		return fields(m)
	}
	return nil
}

func fields[T any](m map[string]T) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// list is v as a list, v itself if it is a []any already. Others are copied, which is charged first; if the
// budget does not allow that, the list is empty and the run has the error.
func (c *run) list(v any) ([]any, bool) {
	if l, ok := v.([]any); ok {
		return l, true
	}
	if kindOf(v) != ofList {
		return nil, false
	}
	if n := length(v); !c.make(n*perElement) || !c.charge(n) {
		return nil, true
	}
	switch l := v.(type) {
	case []string:
		return elements(l), true
	case []json.Number:
		return elements(l), true
	case []int:
		return elements(l), true
	case []int64:
		return elements(l), true
	case []float64:
		return elements(l), true
	case []bool:
		return elements(l), true
	case []decimal.Decimal:
		return elements(l), true
	case []map[string]any:
		return elements(l), true
	case []map[string]string:
		return elements(l), true
	case []time.Time:
		return elements(l), true
	case [][]any:
		return elements(l), true
	}
	return nil, false
}

func elements[T any](l []T) []any {
	out := make([]any, len(l))
	for i, v := range l {
		out[i] = v
	}
	return out
}

// length is how many elements a list has, or fields an object.
func length(v any) int {
	switch x := v.(type) {
	case []any:
		return len(x)
	case map[string]any:
		return len(x)
	}
	return reflect.ValueOf(v).Len()
}

// element is that of a list, without a copy of the others.
func element(l any, i int) (any, bool) {
	if l, ok := l.([]any); ok {
		if i < 0 || i >= len(l) {
			return nil, false
		}
		return l[i], true
	}
	v := reflect.ValueOf(l)
	if i < 0 || i >= v.Len() {
		return nil, false
	}
	return v.Index(i).Interface(), true
}
