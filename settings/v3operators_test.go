package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/diegoholiveira/jsonlogic/v3"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

// v3Operators are operators of the library. They are the whole process's and cannot be taken away,
// so the names that a test registers are its own.
func v3Operators(t *testing.T, names ...string) map[string]settings.Operator {
	t.Helper()
	own, err := settings.V3Operators(names...)
	require.NoError(t, err)
	return own
}

func TestV3OperatorsRunInAnEngine(t *testing.T) {
	jsonlogic.AddOperator("test.area", func(values, _ any) any {
		sides := values.([]any)
		return sides[0].(float64) * sides[1].(float64)
	})
	engine, err := settings.NewEngine(settings.RuleOptions{Operators: v3Operators(t, "test.area", "abs")})
	require.NoError(t, err)
	o := newOffice(t, settings.Options{Evaluator: engine})
	s := o.create(organization, "charge", rule(t, `{"+":[{"test.area":[{"var":"a"},{"abs":-3}]},0.1,0.2]}`))
	got, err := o.EvaluateID(t.Context(), o.acme, s.ID, decoded(t, `{"a":2.5}`))
	require.NoError(t, err)
	require.Equal(t, json.Number("7.8"), got.Value, "the engine's own arithmetic stays exact")
}

func TestV3OperatorsGetDataAndNoRules(t *testing.T) {
	jsonlogic.AddOperator("test.same", func(values, _ any) any { return values })
	jsonlogic.AddOperator("test.second", func(_, data any) any { return data })
	own := settings.RuleOptions{Operators: v3Operators(t, "test.same", "test.second", "set", "in")}
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
	got, err := compileRule(t, `{"in":[0,["x"]]}`, settings.RuleOptions{}).EvalTruth(t.Context(), nil)
	require.NoError(t, err)
	require.False(t, got, "other rules keep their own")
}

func TestV3OperatorsComputeInFloats(t *testing.T) {
	jsonlogic.AddOperator("test.first", func(values, _ any) any { return values.([]any)[0] })
	own := v3Operators(t, "test.first")
	for _, tc := range []struct{ given, want string }{{"9007199254740993", "9007199254740992"}, {"1e21", "1000000000000000000000"}, {"-0.0", "0"}, {"0.1", "0.1"}} {
		for _, numbers := range []settings.Numbers{settings.ExactNumbers, settings.FloatNumbers} {
			r := compileRule(t, `{"test.first":[{"var":""}]}`, settings.RuleOptions{Numbers: numbers, Operators: own})
			got, err := r.EvalNumber(t.Context(), json.Number(tc.given))
			require.NoError(t, err)
			require.Equal(t, tc.want, got.String())
		}
	}
}

func TestWhatGoesWrongInV3OperatorsStaysInside(t *testing.T) {
	jsonlogic.AddOperator("test.text", func(any, any) any { panic("text") })
	jsonlogic.AddOperator("test.error", func(any, any) any { panic(errors.New("no such plan")) })
	jsonlogic.AddOperator("test.index", func(values, _ any) any { return values.([]any)[7] })
	jsonlogic.AddOperator("test.channel", func(any, any) any { return make(chan int) })
	jsonlogic.AddOperator("test.infinite", func(any, any) any { one, none := 1.0, 0.0; return one / none })
	own := settings.RuleOptions{Operators: v3Operators(t, "test.text", "test.error", "test.index", "test.channel", "test.infinite")}
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
			require.ErrorIs(t, err, settings.ErrEvaluation)
			require.ErrorIs(t, err, admin.ErrInvalid)
			var failed *settings.RuleError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, settings.OperatorFailed, failed.Fault)
			require.Contains(t, tc.rule, failed.Operator)
			require.ErrorContains(t, err, tc.says)
			requireRuleError(t, err, settings.ErrEvaluation, settings.RuleError{Fault: settings.OperatorFailed, Operator: failed.Operator})

			caught, err := compileRule(t, `{"try":[`+tc.rule+`,"caught"]}`, own).EvalText(t.Context(), map[string]any{"n": json.Number("1e400")})
			require.NoError(t, err)
			require.Equal(t, "caught", caught)
		})
	}
}

func TestV3OperatorsCannotSpoilRuleOrEvent(t *testing.T) {
	var kept []any
	jsonlogic.AddOperator("test.overwrites", func(values, data any) any {
		kept = append(kept, values, data)
		for _, list := range []any{values, data} {
			list.([]any)[0].(map[string]any)["a"] = "spoilt"
			list.([]any)[1].([]any)[0] = "spoilt"
		}
		return values
	})
	r := compileRule(t, `{"test.overwrites":[{"var":"o"},{"preserve":[1,2]}]}`, settings.RuleOptions{Operators: v3Operators(t, "test.overwrites")})
	event := decoded(t, `{"o":{"a":{"b":1}}}`)
	for range 2 {
		got, err := r.Eval(t.Context(), event)
		require.NoError(t, err)
		require.Equal(t, decoded(t, `[{"a":"spoilt"},["spoilt",2]]`), got)
		require.Equal(t, decoded(t, `{"o":{"a":{"b":1}}}`), event)
		scribble(got)
	}
	require.Equal(t, map[string]any{"a": "spoilt"}, kept[0].([]any)[0], "what the operator kept is its own too")
}

func TestV3OperatorsHonourTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	jsonlogic.AddOperator("test.ends", func(any, any) any { cancel(); return 1.0 })
	own := v3Operators(t, "test.ends")
	_, err := compileRule(t, `{"try":[{"test.ends":[]},2]}`, settings.RuleOptions{Operators: own}).Eval(ctx, nil)
	require.Equal(t, context.Canceled, err)
	_, err = own["test.ends"].Eager(ctx, nil)
	require.Equal(t, context.Canceled, err)
}

func TestV3OperatorsThatThereAreNot(t *testing.T) {
	jsonlogic.AddOperator("test.exists", func(any, any) any { return nil })
	none, err := settings.V3Operators("test.exists", "test.mistyped", "map", "", "test.mistyped/2")
	require.Nil(t, none)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.NotErrorIs(t, err, settings.ErrRule, "no rule is at fault")
	for _, says := range []string{`"test.mistyped" is not registered`, `"map" takes more than values`, `"" is not registered`, `"test.mistyped/2" is not registered`} {
		require.ErrorContains(t, err, says)
	}
	require.NotContains(t, err.Error(), "test.exists")

	require.Empty(t, v3Operators(t))
	builtIn := []string{"abs", "set", "contains_all", "contains_any", "contains_none", "+", "cat", "==", "substr"}
	require.ElementsMatch(t, builtIn, slices.Collect(maps.Keys(v3Operators(t, builtIn...))))
	for _, name := range []string{"if", "?:", "and", "or", "var", "missing", "missing_some", "map", "filter", "reduce", "all", "none", "some"} {
		_, err := settings.V3Operators(name)
		require.ErrorIs(t, err, admin.ErrInvalid, name)
	}
}
