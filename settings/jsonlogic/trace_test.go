package jsonlogic

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTraceTellsHowAResultCameAbout(t *testing.T) {
	r := compiled(t, `{"if":[{">":[{"var":"q"},10]},{"*":[{"var":"q"},{"var":["rate",2]}]},{"cat":["no"]}]}`, Options{Lenient: true})
	v, got, err := r.Trace(t.Context(), map[string]any{"q": 12})
	require.NoError(t, err)
	require.Equal(t, json.Number("24"), v)
	require.Equal(t, []Read{{"q", true, 12}, {"rate", false, nil}}, got.Reads)
	require.Equal(t, []Step{
		{Pointer: "/if/0/>/0", Operator: "var", Value: json.Number("12"), Index: -1},
		{Pointer: "/if/0", Operator: ">", Value: true, Index: -1},
		{Pointer: "/if/1/*/0", Operator: "var", Value: json.Number("12"), Index: -1},
		{Pointer: "/if/1/*/1", Operator: "var", Value: json.Number("2"), Index: -1},
		{Pointer: "/if/1", Operator: "*", Value: json.Number("24"), Index: -1},
		{Pointer: "", Operator: "if", Value: json.Number("24"), Branch: "/if/1", Index: -1},
	}, got.Steps)
}

func TestTraceOfIterationsAndErrors(t *testing.T) {
	v, got, err := compiled(t, `{"try":[{"map":[{"var":"l"},{"+":[{"var":""},1]}]},"caught"]}`, Options{Lenient: true}).Trace(t.Context(), map[string]any{"l": []any{1, "x"}})
	require.NoError(t, err)
	require.Equal(t, "caught", v)
	var bodies []Step
	for _, s := range got.Steps {
		if s.Operator == "+" {
			bodies = append(bodies, s)
		}
	}
	require.Len(t, bodies, 2)
	require.Equal(t, json.Number("2"), bodies[0].Value)
	require.Equal(t, 0, bodies[0].Index)
	require.Equal(t, 1, bodies[1].Index)
	require.Contains(t, bodies[1].Failure, "the operand is no number")
	require.Equal(t, "/try/1", got.Steps[len(got.Steps)-1].Branch)
}

func TestTraceAgreesWithEval(t *testing.T) {
	for _, w := range workloads() {
		for _, o := range []Options{{}, {Numbers: Float64}} {
			r := compiled(t, w.rule, o)
			want, err := r.Eval(t.Context(), w.data())
			require.NoError(t, err)
			got, _, err := r.Trace(t.Context(), w.data())
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
}

// TestTraceGoesOnWhereAValueCannotBeShown: what Eval only passes through may hold what no result can.
func TestTraceGoesOnWhereAValueCannotBeShown(t *testing.T) {
	r := compiled(t, `{"if":[{"!!":[{"var":"o"}]},{"var":"o.n"}]}`, Options{Lenient: true})
	data := map[string]any{"o": map[string]any{"n": 1, "other": struct{}{}}}
	want, err := r.Eval(t.Context(), data)
	require.NoError(t, err)
	v, got, err := r.Trace(t.Context(), data)
	require.NoError(t, err)
	require.Equal(t, want, v)
	require.Contains(t, got.Steps[0].Failure, "struct {}")
	require.Nil(t, got.Steps[0].Value)
}
