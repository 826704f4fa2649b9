package jsonlogic

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFaultsAreFoundWithoutData(t *testing.T) {
	for _, tc := range []struct {
		reason, rule string
		at           []string
	}{
		{"a constant", `5`, nil},
		{"what reads", `{"/":[1,{"var":"x"}]}`, nil},
		{"the whole rule", `{"/":[1,0]}`, []string{""}},
		{"several parts", `[{"/":[{"var":"x"},{"%":[1,0]}]},{"+":["abc",{"var":"y"}]},{"round":"x"}]`, []string{"/0/~1/1", "/1/+/0", "/2"}},
		{"the innermost operator", `{"if":[{"var":"x"},{"cat":["a",{"-":["b"]}]}]}`, []string{"/if/1/cat/1/-/0"}},
		{"an arm that is never taken", `{"if":[true,1,{"/":[1,0]}]}`, nil},
		{"a division by 0 of what reads", `{"/":[{"var":"x"},0]}`, []string{""}},
		{"0 divided", `{"/":[0,{"var":"x"}]}`, nil},
		{"a list in a sum", `{"+":[{"var":"x"},[1,2]]}`, []string{"/+/1"}},
		{"within a try", `{"try":[{"/":[1,0]},1]}`, nil},
		{"within preserve", `{"preserve":{"/":[1,0]}}`, nil},
		{"a thrown error", `{"throw":"x"}`, nil},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			var at []string
			for _, bad := range compiled(t, tc.rule, Options{}).Faults() {
				require.ErrorIs(t, bad, ErrEvaluation)
				at = append(at, bad.Pointer)
			}
			require.Equal(t, tc.at, at)
		})
	}
	own := Options{Operators: map[string]Operator{"/": {Eager: func(context.Context, []any) (any, error) { return 1, nil }}}}
	rule := compiled(t, `{"/":[1,0]}`, own)
	require.Empty(t, rule.Faults(), "a host's operator is not called")
	_, ok := rule.Constant()
	require.False(t, ok)
}

// TestWhatIsForetoldComesTrue holds Faults, Constant and ResultType of random rules to their evaluation.
func TestWhatIsForetoldComesTrue(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(5, 6))}
	n := 20_000
	if testing.Short() {
		n = 2000
	}
	constants, types := 0, 0
	for range n {
		text := g.rule(3)
		for _, o := range []Options{{Lenient: true}, {Lenient: true, Numbers: Float64}, {Lenient: true, Dialect: Togai}} {
			rule, err := Compile([]byte(text), o)
			if err != nil {
				continue
			}
			faults := rule.Faults()
			got, failed := rule.Eval(t.Context(), decodeFor(t, []byte(generatedData), o.Numbers))
			if want, ok := rule.Constant(); ok {
				constants++
				require.NoError(t, failed, text)
				require.Equal(t, want, got, text)
			}
			if arithmetics[rule.syntax.operator()] && slices.ContainsFunc(faults, func(e *Error) bool { return e.Pointer == "" }) {
				require.Error(t, failed, text)
			}
			if failed != nil {
				continue
			}
			if is := rule.ResultType(); is != AnyType {
				types++
				require.Equal(t, is, typeOfResult(got), "%s is %v", text, got)
			}
		}
	}
	require.Positive(t, constants)
	require.Positive(t, types)
}

func typeOfResult(v any) Type {
	switch typeOf(newRun(&program{}), nil, v) {
	case "null":
		return NullType
	case "boolean":
		return BooleanType
	case "number":
		return NumberType
	case "string":
		return StringType
	case "array":
		return ArrayType
	}
	return ObjectType
}
