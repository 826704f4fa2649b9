package jsonlogic_test

import (
	"encoding/json"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func TestReadsShowDecimalsAsTexts(t *testing.T) {
	d := decimal.RequireFromString("12.50")
	for _, tc := range []struct {
		reason string
		value  any
		want   string
	}{
		{"a decimal", d, `"12.5"`},
		{"within an object", map[string]any{"a": d, "b": 1.5}, `{"a":"12.5","b":1.5}`},
		{"within a list", []any{d, json.Number("2.50")}, `["12.5",2.50]`},
		{"a list of decimals", []decimal.Decimal{d}, `["12.5"]`},
		{"an object of decimals", map[string]decimal.Decimal{"a": d}, `{"a":"12.5"}`},
		{"objects in a list", []map[string]any{{"a": d}}, `[{"a":"12.5"}]`},
		{"lists in a list", [][]any{{d}, nil}, `[["12.5"],null]`},
		{"null objects stay null", map[string]any(nil), `null`},
		{"without bound", decimal.New(-3, 1_000_000_000), `"-3e1000000000"`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			text, err := json.Marshal(jsonlogic.Read{Path: "a", Found: true, Value: tc.value})
			require.NoError(t, err)
			require.Equal(t, `{"path":"a","found":true,"value":`+tc.want+`}`, string(text))
		})
	}
	text, err := json.Marshal(jsonlogic.Read{Path: "a"})
	require.NoError(t, err)
	require.Equal(t, `{"path":"a","found":false}`, string(text), "what was not found has no value")
	cycle := map[string]any{}
	cycle["a"], cycle["b"] = cycle, cycle
	_, err = json.Marshal(jsonlogic.Read{Path: "a", Found: true, Value: cycle})
	require.ErrorContains(t, err, "nested too deep")
}
