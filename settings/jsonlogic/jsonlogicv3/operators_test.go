package jsonlogicv3_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	v3 "github.com/diegoholiveira/jsonlogic/v3"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/ruletest"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
	"github.com/admincenter/admincenter/settings/jsonlogic/jsonlogicv3"
)

// operators are operators of the library. They are the whole process's and cannot be taken away,
// so the names that a test registers are its own.
func operators(t *testing.T, names ...string) map[string]jsonlogic.Operator {
	t.Helper()
	own, err := jsonlogicv3.Operators(names...)
	require.NoError(t, err)
	return own
}

func compileRule(t *testing.T, rule string, o jsonlogic.Options) *jsonlogic.Rule {
	t.Helper()
	r, err := jsonlogic.Compile([]byte(rule), o)
	require.NoError(t, err)
	return r
}

func TestOperatorsRunInAnEngine(t *testing.T) {
	v3.AddOperator("test.area", func(values, _ any) any {
		sides := values.([]any)
		return sides[0].(float64) * sides[1].(float64)
	})
	engine, err := settings.NewEngine(jsonlogic.Options{Operators: operators(t, "test.area", "abs")})
	require.NoError(t, err)
	p, err := engine.Compile(t.Context(), json.RawMessage(`{"+":[{"test.area":[{"var":"a"},{"abs":-3}]},0.1,0.2]}`))
	require.NoError(t, err)
	got, err := p.Eval(t.Context(), decoded(t, `{"a":2.5}`))
	require.NoError(t, err)
	require.Equal(t, json.Number("7.8"), got, "the engine's own arithmetic stays exact")
}

func TestOperatorsGetDataAndNoRules(t *testing.T) {
	v3.AddOperator("test.same", func(values, _ any) any { return values })
	v3.AddOperator("test.second", func(_, data any) any { return data })
	own := jsonlogic.Options{Operators: operators(t, "test.same", "test.second", "set", "in")}
	const event = `{"pwn":{"cat":["pwn","ed"]},"one":{"color":"red"},"read":{"var":"0"},"deep":[[{"var":"secret"},[null,{}]],{"a":{"b":{"cat":[1]}}}],"secret":42}`
	for _, tc := range []struct{ reason, rule, want string }{
		{"no arguments", `{"test.same":[]}`, `[]`},
		{"an argument that stands alone", `{"test.same":1.5}`, `[1.5]`},
		{"a list that is the arguments", `{"test.same":{"var":"deep"}}`, `[[{"var":"secret"},[null,{}]],{"a":{"b":{"cat":[1]}}}]`},
		{"an operator of the library's", `{"test.same":[{"var":"pwn"}]}`, `[{"cat":["pwn","ed"]}]`},
		{"one key", `{"test.same":[{"var":"one"},{"var":"read"}]}`, `[{"color":"red"},{"var":"0"}]`},
		{"lists within each other", `{"test.same":[{"var":"deep"}]}`, `[[[{"var":"secret"},[null,{}]],{"a":{"b":{"cat":[1]}}}]]`},
		{"nothing, truth and texts", `{"test.same":[null,true,"","x"]}`, `[null,true,"","x"]`},
		{"more than ten", `{"test.same":[0,1,2,3,4,5,6,7,8,9,10,11]}`, `[0,1,2,3,4,5,6,7,8,9,10,11]`},
		{"where the library would give the event", `{"test.second":[{"var":"one"},7]}`, `[{"color":"red"},7]`},
		{"what set would run", `{"set":[{"var":"one"},"k",{"var":"pwn"}]}`, `{"color":"red","k":{"cat":["pwn","ed"]}}`},
		{"one in the place of a built-in", `{"in":[0,["x"]]}`, `true`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := compileRule(t, tc.rule, own).Eval(t.Context(), decoded(t, event))
			require.NoError(t, err)
			require.Equal(t, decoded(t, tc.want), got)
		})
	}
	got, err := compileRule(t, `{"in":[0,["x"]]}`, jsonlogic.Options{}).EvalTruth(t.Context(), nil)
	require.NoError(t, err)
	require.False(t, got, "other rules keep their own")
}

func TestOperatorsComputeInFloats(t *testing.T) {
	v3.AddOperator("test.first", func(values, _ any) any { return values.([]any)[0] })
	own := operators(t, "test.first")
	for _, tc := range []struct{ given, want string }{{"9007199254740993", "9007199254740992"}, {"1e21", "1000000000000000000000"}, {"-0.0", "0"}, {"0.1", "0.1"}} {
		for _, numbers := range []jsonlogic.Numbers{jsonlogic.Decimal, jsonlogic.Float64} {
			r := compileRule(t, `{"test.first":[{"var":""}]}`, jsonlogic.Options{Numbers: numbers, Operators: own})
			got, err := r.EvalNumber(t.Context(), json.Number(tc.given))
			require.NoError(t, err)
			require.Equal(t, tc.want, got.String())
		}
	}
}

func TestWhatGoesWrongInOperatorsStaysInside(t *testing.T) {
	v3.AddOperator("test.text", func(any, any) any { panic("text") })
	v3.AddOperator("test.error", func(any, any) any { panic(errors.New("no such plan")) })
	v3.AddOperator("test.index", func(values, _ any) any { return values.([]any)[7] })
	v3.AddOperator("test.channel", func(any, any) any { return make(chan int) })
	v3.AddOperator("test.infinite", func(any, any) any { one, none := 1.0, 0.0; return one / none })
	own := jsonlogic.Options{Operators: operators(t, "test.text", "test.error", "test.index", "test.channel", "test.infinite")}
	for _, tc := range []struct{ reason, rule, says string }{
		{"a panic with a text", `{"test.text":[]}`, "panicked"},
		{"a panic with an error", `{"test.error":[]}`, "no such plan"},
		{"a run-time error", `{"test.index":[1]}`, "index out of range"},
		{"a result that is not JSON", `{"test.channel":[]}`, "chan int"},
		{"a result that is no number", `{"test.infinite":[]}`, "+Inf"},
		{"a number that float64 has not", `{"test.index":[{"var":"n"}]}`, "argument /0 is a number out of range"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := compileRule(t, tc.rule, own).Eval(t.Context(), map[string]any{"n": json.Number("1e400")})
			require.ErrorIs(t, err, jsonlogic.ErrEvaluation)
			require.ErrorIs(t, err, admin.ErrInvalid)
			var failed *jsonlogic.Error
			require.ErrorAs(t, err, &failed)
			require.Equal(t, jsonlogic.OperatorFailed, failed.Fault)
			require.Contains(t, tc.rule, failed.Operator)
			require.ErrorContains(t, err, tc.says)
			require.NotErrorIs(t, err, jsonlogic.ErrRule)
			require.Empty(t, failed.Pointer)
			require.Equal(t, 1, strings.Count(err.Error(), jsonlogic.ErrEvaluation.Error()), "said once: %v", err)

			caught, err := compileRule(t, `{"try":[`+tc.rule+`,"caught"]}`, own).EvalText(t.Context(), map[string]any{"n": json.Number("1e400")})
			require.NoError(t, err)
			require.Equal(t, "caught", caught)
		})
	}
}

func TestOperatorsCannotSpoilRuleOrEvent(t *testing.T) {
	var kept []any
	v3.AddOperator("test.overwrites", func(values, data any) any {
		kept = append(kept, values, data)
		for _, list := range []any{values, data} {
			list.([]any)[0].(map[string]any)["a"] = "spoilt"
			list.([]any)[1].([]any)[0] = "spoilt"
		}
		return values
	})
	r := compileRule(t, `{"test.overwrites":[{"var":"o"},{"preserve":[1,2]}]}`, jsonlogic.Options{Operators: operators(t, "test.overwrites")})
	event := decoded(t, `{"o":{"a":{"b":1}}}`)
	for range 2 {
		got, err := r.Eval(t.Context(), event)
		require.NoError(t, err)
		require.Equal(t, decoded(t, `[{"a":"spoilt"},["spoilt",2]]`), got)
		require.Equal(t, decoded(t, `{"o":{"a":{"b":1}}}`), event)
		ruletest.Scribble(got)
	}
	require.Equal(t, map[string]any{"a": "spoilt"}, kept[0].([]any)[0], "what the operator kept is its own too")
}

func TestOperatorsHonourTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	v3.AddOperator("test.ends", func(any, any) any { cancel(); return 1.0 })
	own := operators(t, "test.ends")
	_, err := compileRule(t, `{"try":[{"test.ends":[]},2]}`, jsonlogic.Options{Operators: own}).Eval(ctx, nil)
	require.Equal(t, context.Canceled, err)
	_, err = own["test.ends"].Eager(ctx, nil)
	require.Equal(t, context.Canceled, err)
}

func TestOperatorsThatThereAreNot(t *testing.T) {
	v3.AddOperator("test.exists", func(any, any) any { return nil })
	none, err := jsonlogicv3.Operators("test.exists", "test.mistyped", "map", "", "test.mistyped/2")
	require.Nil(t, none)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.NotErrorIs(t, err, jsonlogic.ErrRule, "no rule is at fault")
	for _, says := range []string{`"test.mistyped" is not registered`, `"map" takes more than values`, `"" is not registered`, `"test.mistyped/2" is not registered`} {
		require.ErrorContains(t, err, says)
	}
	require.NotContains(t, err.Error(), "test.exists")

	require.Empty(t, operators(t))
	builtIn := []string{"abs", "set", "contains_all", "contains_any", "contains_none", "+", "cat", "==", "substr"}
	require.ElementsMatch(t, builtIn, slices.Collect(maps.Keys(operators(t, builtIn...))))
	for _, name := range []string{"if", "?:", "and", "or", "var", "missing", "missing_some", "map", "filter", "reduce", "all", "none", "some"} {
		_, err := jsonlogicv3.Operators(name)
		require.ErrorIs(t, err, admin.ErrInvalid, name)
	}
}
