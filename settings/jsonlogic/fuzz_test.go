package jsonlogic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wide is a budget that no generated rule reaches, so that the builds are compared on all of them.
var wide = Budget{Steps: 1 << 30, Bytes: 1 << 30, Array: 1 << 20, Text: 1 << 24}

// answer is a result or an error as text. Which of two errors comes first is not compared: fusion
// runs a pipeline element by element.
func answer(r *Rule, data any) string {
	v, err := r.Eval(context.Background(), data)
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e.Fault == BudgetExceeded {
			return "budget"
		}
		return "error"
	}
	out, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

func requireBuildsAgree(t testing.TB, rule []byte, o Options, data any) {
	t.Helper()
	s, bad := parse(rule)
	if bad != nil {
		return
	}
	fast, err := compileRule(s, o, false)
	slow, plainErr := compileRule(s, o, true)
	require.Equal(t, plainErr == nil, err == nil, "%s", rule)
	if err != nil {
		return
	}
	got, want := answer(fast, data), answer(slow, data)
	if got == "budget" || want == "budget" {
		return
	}
	require.Equal(t, want, got, "%s %v", rule, o.Numbers)
	requireTypedAgree(t, fast, data, string(rule))
}

// requireTypedAgree holds the variants that do not box to Eval, and a session that is used twice to
// one that is used once.
func requireTypedAgree(t testing.TB, r *Rule, data any, rule string) {
	t.Helper()
	ctx := context.Background()
	v, err := r.Eval(ctx, data)
	s := r.NewMachine()
	for range 2 {
		again, againErr := s.Eval(ctx, data)
		require.Equal(t, err == nil, againErr == nil, rule)
		require.Equal(t, v, again, rule)
	}
	truth, truthErr := r.EvalTruth(ctx, data)
	number, numberErr := r.EvalNumber(ctx, data)
	text, textErr := r.EvalText(ctx, data)
	if err != nil {
		require.Error(t, numberErr, rule)
		require.Error(t, textErr, rule)
		return
	}
	switch x := v.(type) {
	case json.Number:
		require.NoError(t, numberErr, rule)
		require.Equal(t, x.String(), number.String(), rule)
	case float64:
		f, floatErr := r.EvalFloat(ctx, data)
		require.NoError(t, floatErr, rule)
		require.Equal(t, fmt.Sprint(x), fmt.Sprint(f), rule)
	case string:
		require.NoError(t, textErr, rule)
		require.Equal(t, x, text, rule)
	case bool:
		require.NoError(t, truthErr, rule)
		require.Equal(t, x, truth, rule)
	}
}

func TestBuildsAgreeOnRandomRules(t *testing.T) {
	n := 8_000
	if testing.Short() {
		n = 1_000
	}
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for i := range n {
		numbers := Numbers(i % 2)
		rule := g.rule(1 + i%4)
		requireBuildsAgree(t, []byte(rule), Options{Lenient: true, Numbers: numbers, Budget: wide}, decodeFor(t, []byte(generatedData), Numbers(i/2%2)))
	}
}

func FuzzBuildsAgree(f *testing.F) {
	f.Add(uint64(1), uint8(3))
	f.Add(uint64(99), uint8(5))
	f.Fuzz(func(t *testing.T, seed uint64, depth uint8) {
		g := generator{rand.New(rand.NewPCG(seed, 7))}
		rule := []byte(g.rule(int(depth % 6)))
		for _, n := range []Numbers{Decimal, Float64} {
			requireBuildsAgree(t, rule, Options{Lenient: true, Numbers: n, Budget: wide}, decode(t, []byte(generatedData)))
		}
	})
}

// FuzzNothingPanics runs any rule on any data in both dialects within the default budget.
func FuzzNothingPanics(f *testing.F) {
	f.Add([]byte(`{"reduce":[{"var":"a"},{"+":[{"var":"current"},{"var":"accumulator"}]},0]}`), []byte(`{"a":[1,"2",null]}`))
	f.Add([]byte(`{"cat":[{"substr":["é",-1,1]},{"date":"2024-05-28T00:00:00Z"}]}`), []byte(`null`))
	f.Add([]byte(`{"try":[{"throw":{"var":""}},{"val":[[2],"a"]}]}`), []byte(`{"a":1e400}`))
	f.Add([]byte(`{"date.add":["2024-01-31T00:00:00Z","P1M-2DT1.5S"]}`), []byte(`[]`))
	f.Add([]byte(`{"%":[1e999,{"/":[1,3e-999]}]}`), []byte(`-0`))
	f.Fuzz(func(t *testing.T, rule, raw []byte) {
		var data any
		if json.Unmarshal(raw, &data) != nil {
			data = string(raw)
		}
		for _, o := range []Options{{Lenient: true}, {Lenient: true, Numbers: Float64}, {Lenient: true, Dialect: Togai}, {}} {
			r, err := Compile(rule, o)
			if err != nil {
				continue
			}
			_, _ = r.Eval(context.Background(), data)
			if _, _, err = r.Trace(context.Background(), data); err != nil && !errors.Is(err, ErrEvaluation) {
				t.Fatal(err)
			}
		}
	})
}

// TestMorePathsThanSlots: a rule may read more paths twice than an evaluation can remember.
func TestMorePathsThanSlots(t *testing.T) {
	for _, n := range []int{20, 21, 31, 32, 33, 63, 64, 65, 120} {
		parts, data := []string{`{"reduce":[{"map":[{"var":"l"},{"+":[{"var":"x"},{"var":"x"},{"var":"y"}]}]},{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`}, map[string]any{}
		var list []any
		for i := range n {
			path := fmt.Sprintf("p%d", i)
			fields := map[string]any{"x": json.Number(fmt.Sprint(i)), "y": float64(i)}
			data[path], list = fields, append(list, fields)
			sum := fmt.Sprintf(`{"*":[{"var":"%s.x"},{"var":"%s.y"}]}`, path, path)
			parts = append(parts, sum, sum)
		}
		data["l"] = list
		rule := `{"+":[` + strings.Join(parts, ",") + `]}`
		for _, numbers := range []Numbers{Decimal, Float64} {
			require.LessOrEqual(t, compiled(t, rule, Options{Lenient: true, Numbers: numbers}).p.slots, maxSlots)
			requireBuildsAgree(t, []byte(rule), Options{Lenient: true, Numbers: numbers, Budget: wide}, data)
		}
	}
}
