package jsonlogic

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
)

// maxShownDepth is how many arrays and objects of the data that a trace writes are within each other.
// Beyond it encoding/json takes data for a cycle too.
const maxShownDepth = 1000

// MarshalJSON writes "path", "found" and "value". A decimal.Decimal in the data is written as a text,
// also if decimal.MarshalJSONWithoutQuotes is set; numbers of other types are written as encoding/json does.
func (r Read) MarshalJSON() ([]byte, error) {
	type plain Read
	value, err := shownData(r.Value, 0)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", admin.Clip(r.Path), err)
	}
	r.Value = value
	return json.Marshal(plain(r))
}

// shownData returns data with its decimals as texts.
func shownData(v any, depth int) (any, error) {
	if depth > maxShownDepth {
		return nil, errors.New("the data is nested too deep to be shown")
	}
	switch x := v.(type) {
	case decimal.Decimal:
		return shownDecimal(x), nil
	case map[string]any:
		return shownObject(x, depth)
	case map[string]decimal.Decimal:
		return shownObject(x, depth)
	case []any:
		return shownList(x, depth)
	case []decimal.Decimal:
		return shownList(x, depth)
	case []map[string]any:
		return shownList(x, depth)
	case [][]any:
		return shownList(x, depth)
	}
	return v, nil
}

func shownObject[T any](object map[string]T, depth int) (any, error) {
	if object == nil {
		return object, nil
	}
	out := make(map[string]any, len(object))
	for name, v := range object {
		shown, err := shownData(v, depth+1)
		if err != nil {
			return nil, err
		}
		out[name] = shown
	}
	return out, nil
}

func shownList[T any](list []T, depth int) (any, error) {
	if list == nil {
		return list, nil
	}
	out := make([]any, len(list))
	for i, v := range list {
		shown, err := shownData(v, depth+1)
		if err != nil {
			return nil, err
		}
		out[i] = shown
	}
	return out, nil
}

// shownDecimal writes what is out of the range of plain digits with an exponent, so that a large one does
// not cost memory.
func shownDecimal(d decimal.Decimal) string {
	if plain, err := admin.DecimalText(d); err == nil {
		return plain
	}
	return fmt.Sprintf("%se%d", d.Coefficient(), d.Exponent())
}
