// Package ruletest has the rules and data that the tests of several packages run JSON Logic on.
package ruletest

import (
	"encoding/json"
	"time"

	"github.com/shopspring/decimal"
)

// Formulas returns rules of every kind, to be run on all [Events].
func Formulas() []string {
	return []string{
		`null`, `true`, `""`, `"text"`, `0`, `1.50`, `[]`, `[1,[{"var":"n"}]]`, `{"var":""}`,
		`{"var":"n"}`, `{"var":"text"}`, `{"var":"none"}`, `{"var":["o.none",{"var":"n"}]}`,
		`{"var":"o"}`, `{"var":"at"}`, `{"!":{"var":"n"}}`, `{"==":[{"var":"n"},{"var":"m"}]}`,
		`{"<":[{"var":"n"},10]}`, `{"*":[{"var":"n"},{"var":"n"},0.1]}`,
		`{"/":[{"var":"n"},{"var":"m"}]}`, `{"if":[{"var":"o.yes"},{"var":"n"},{"var":"text"}]}`,
		`{"cat":[{"var":"text"},"-",{"var":"n"}]}`, `{"date":{"var":"at"}}`,
		`{"date.add":[{"var":"at"},"P1D"]}`, `{"and":[{"var":"o.yes"},{"var":"l"}]}`,
		`{"missing":["n","o.none","l"]}`, `{"map":[{"var":"l"},{"*":[{"var":"q"},2]}]}`,
		`{"filter":[{"var":"l"},{">":[{"var":"q"},1]}]}`, `{"in":[{"var":"text"},["a","text"]]}`,
		`{"substr":[{"var":"text"},1]}`,
		`{"reduce":[{"map":[{"filter":[{"var":"l"},{">":[{"var":"q"},1]}]},{"*":[{"var":"q"},{"var":"p"}]}]},` +
			`{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`,
	}
}

// Events returns data that Formulas succeed and fail on.
func Events() []any {
	return []any{
		nil, 7, "text", []any{1, "n", nil}, map[string]any{},
		map[string]any{
			"n": 3, "m": 3.0, "text": "text", "at": "2024-05-28T16:00:00Z", "o": map[string]any{"yes": true},
			"l": []any{map[string]any{"q": 2, "p": 1.5}, map[string]any{"q": 1}},
		},
		map[string]any{
			"n": json.Number("-0.10"), "m": json.Number("7"), "text": "", "at": time.Date(2024, 5, 28, 16, 0, 0, 0, time.UTC),
			"o": map[string]bool{"yes": false}, "l": []any{},
		},
		map[string]any{
			"n": decimal.RequireFromString("12345678901234567890.5"), "m": 0, "text": "x",
			"l": []map[string]any{{"q": int8(5), "p": "2"}},
		},
		map[string]any{"n": "no number", "text": 5, "at": "no date", "l": "no list"},
	}
}

// Scribble changes everything in a result that can be changed.
func Scribble(v any) {
	switch x := v.(type) {
	case []any:
		for i := range x {
			Scribble(x[i])
			x[i] = "scribbled"
		}
	case map[string]any:
		for k := range x {
			Scribble(x[k])
			x[k] = "scribbled"
		}
		x["more"] = "scribbled"
	}
}
