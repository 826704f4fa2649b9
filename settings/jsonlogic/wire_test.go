package jsonlogic_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func TestJSONOfErrorsAndTraces(t *testing.T) {
	_, err := jsonlogic.Compile([]byte(`{"if":[true,{"pluss":[1]}]}`), jsonlogic.Options{})
	raw, jsonErr := json.Marshal(err)
	require.NoError(t, jsonErr)
	require.Equal(t, `{"fault":"UNKNOWN_OPERATOR","operator":"pluss","pointer":"/if/1",`+
		`"message":"operator \"pluss\" at /if/1: there is no such operator"}`, string(raw))

	_, err = compileRule(t, `{"throw":{"var":"a"}}`, jsonlogic.Options{}).Eval(t.Context(), map[string]any{"a": map[string]any{"k": "secret"}})
	raw, jsonErr = json.Marshal(err)
	require.NoError(t, jsonErr)
	require.Equal(t, `{"fault":"THROWN","operator":"throw","pointer":"","message":"operator \"throw\" at the top: thrown"}`, string(raw))

	_, trace, err := compileRule(t, `{"cat":[{"var":"n"},{"var":"none"}]}`, jsonlogic.Options{}).Trace(t.Context(), map[string]any{"n": 1})
	require.NoError(t, err)
	raw, jsonErr = json.Marshal(trace)
	require.NoError(t, jsonErr)
	require.Equal(t, `{"steps":[{"pointer":"/cat/0","operator":"var","value":1,"index":-1},`+
		`{"pointer":"/cat/1","operator":"var","index":-1},{"pointer":"","operator":"cat","value":"1","index":-1}],`+
		`"reads":[{"path":"n","found":true,"value":1},{"path":"none","found":false}]}`, string(raw))
	raw, jsonErr = json.Marshal(jsonlogic.Trace{})
	require.NoError(t, jsonErr)
	require.Equal(t, `{}`, string(raw))
}

// TestAnOperatorsOwnErrorKeepsItsFault: an operator may fail with a fault of its choice, which a try sees.
func TestAnOperatorsOwnErrorKeepsItsFault(t *testing.T) {
	o := jsonlogic.Options{Operators: map[string]jsonlogic.Operator{
		"strict": {Eager: func(context.Context, []any) (any, error) {
			return nil, fmt.Errorf("strict: %w", &jsonlogic.Error{Fault: jsonlogic.NotANumber, Detail: "not in words"})
		}},
	}}
	_, err := compileRule(t, `[{"strict":["ten"]}]`, o).Eval(t.Context(), nil)
	requireError(t, err, jsonlogic.ErrEvaluation, jsonlogic.Error{Fault: jsonlogic.NotANumber, Operator: "strict", Pointer: "/0"})
	require.ErrorContains(t, err, "not in words")
	caught, err := compileRule(t, `{"try":[{"strict":["ten"]},{"var":"type"}]}`, o).EvalText(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "NaN", caught, "by the name that rules know")
}

func TestABudgetBelowZeroIsRefused(t *testing.T) {
	for _, b := range []jsonlogic.Budget{{Steps: -1}, {Bytes: -1}, {Array: -1}, {Text: -1}, {Digits: -1}, {DataDepth: -1}} {
		_, err := jsonlogic.Compile([]byte(`1`), jsonlogic.Options{Budget: b})
		requireError(t, err, jsonlogic.ErrRule, jsonlogic.Error{Fault: jsonlogic.InvalidArguments})
	}
}
