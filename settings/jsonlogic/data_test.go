package jsonlogic

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

type plan string

// TestATypeThatDataMayNotHoldIsNotNothing: an amount must not be 0 because a host put its figures in
// a slice that the engine does not know.
func TestATypeThatDataMayNotHoldIsNotNothing(t *testing.T) {
	data := map[string]any{"plan": plan("pro"), "figures": []int32{1, 2}, "rates": map[string]int64{"k": 5}, "struct": struct{ A int }{1}, "pointer": new(int)}
	for reason, rules := range map[string][]string{
		"in an iteration": {`{"map":[{"var":"figures"},1]}`, `{"filter":[{"var":"figures"},true]}`, `{"some":[{"var":"figures"},true]}`, `{"reduce":[{"var":"figures"},{"var":"current"},0]}`,
			`{"reduce":[{"map":[{"var":"figures"},{"*":[{"var":""},2]}]},{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`},
		"below it":      {`{"+":[{"var":"rates.k"},0]}`, `{"var":"struct.A"}`, `{"var":["figures.0",7]}`, `{"missing":["struct.A"]}`, `{"exists":["struct","A"]}`, `{"val":["rates","k"]}`, `{"var":{"cat":["struct.","A"]}}`},
		"compared":      {`{"===":[{"var":"plan"},"pro"]}`, `{"!==":["pro",{"var":"plan"}]}`, `{"==":[{"var":"plan"},"pro"]}`, `{"<":[1,{"var":"pointer"}]}`},
		"searched":      {`{"in":[{"var":"plan"},["pro"]]}`, `{"in":["x",{"var":"plan"}]}`, `{"in":[1,{"var":"figures"}]}`, `{"in":[{"var":"plan"},"a pro"]}`},
		"as an operand": {`{"+":[{"var":"plan"},1]}`, `{"max":{"var":"figures"}}`, `{"cat":["a",{"var":"plan"}]}`, `{"substr":[{"var":"plan"},0]}`, `{"!!":{"var":"pointer"}}`},
		"as a result":   {`{"var":"plan"}`, `[{"var":"figures"}]`, `{"??":[{"var":"pointer"},1]}`, `{"merge":[{"var":"figures"}]}`},
	} {
		for _, rule := range rules {
			for _, n := range []Numbers{Decimal, Float64} {
				_, err := compiled(t, rule, Options{Lenient: true, Numbers: n}).Eval(t.Context(), data)
				var e *Error
				require.ErrorAs(t, err, &e, "%s: %s", reason, rule)
				require.Equal(t, InvalidData, e.Fault, "%s: %s %v", reason, rule, err)
				require.NotContains(t, err.Error(), "pro")
			}
		}
	}
	for _, rule := range []string{`{"var":"struct.A"}`, `{"===":[{"var":"plan"},"pro"]}`, `{"+":[{"var":"plan"},1]}`, `{"map":[{"var":"figures"},1]}`, `{"var":"figures.0"}`} {
		_, err := compiled(t, rule, Options{Lenient: true, Dialect: Togai}).Eval(t.Context(), data)
		var e *Error
		require.ErrorAs(t, err, &e, rule)
		require.Equal(t, InvalidData, e.Fault, rule)
	}
}

func TestListsOfGoAreChargedForTheirCopies(t *testing.T) {
	data := map[string]any{"l": make([]any, 5000), "texts": make([]string, 50_000), "fields": map[string]string{}}
	requireBudget := func(rule string) {
		t.Helper()
		_, err := compiled(t, rule, Options{Lenient: true}).Eval(t.Context(), data)
		var e *Error
		require.ErrorAs(t, err, &e, rule)
		require.Equal(t, BudgetExceeded, e.Fault)
	}
	requireBudget(`{"all":[{"var":"l"},{"some":[{"val":[[2],"texts"]},true]}]}`)
	requireBudget(`{"all":[{"var":"l"},{"===":[{"val":[[2],"texts"]},{"val":[[2],"texts"]}]}]}`)
	for _, rule := range []string{`{"all":[{"var":"l"},{"!!":[{"val":[[2],"texts"]}]}]}`, `{"all":[{"var":"l"},{"===":[{"val":[[2],"texts",49999]},""]}]}`} {
		is, err := compiled(t, rule, Options{Lenient: true}).EvalTruth(t.Context(), data)
		require.NoError(t, err, "what needs no copy: %s", rule)
		require.True(t, is)
	}
}

func TestANumberThatIsNoneIsNoPath(t *testing.T) {
	for _, key := range []any{json.Number("abc"), math.NaN()} {
		for _, n := range []Numbers{Decimal, Float64} {
			_, err := compiled(t, `{"var":[{"var":"key"}]}`, Options{Lenient: true, Numbers: n}).Eval(t.Context(), map[string]any{"key": key})
			require.Error(t, err)
		}
	}
}
