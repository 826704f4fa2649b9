package jsonlogic

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

func TestD33GoTypesOfData(t *testing.T) {
	at := time.Date(2024, 5, 28, 16, 0, 0, 0, time.UTC)
	data := map[string]any{
		"int": 3, "int8": int8(3), "int16": int16(3), "int32": int32(3), "int64": int64(3), "uint": uint(3), "uint8": uint8(3),
		"uint16": uint16(3), "uint32": uint32(3), "uint64": uint64(3), "float32": float32(3), "float64": 3.0,
		"number": json.Number("3.00"), "decimal": decimal.RequireFromString("3.0"),
		"ints": []int{3}, "int64s": []int64{3}, "floats": []float64{3}, "numbers": []json.Number{"3"}, "decimals": []decimal.Decimal{decimal.NewFromInt(3)},
		"anys": []any{3}, "maps": map[string]int{"0": 3}, "nums": map[string]json.Number{"0": "3"}, "fmap": map[string]float64{"0": 3}, "dmap": map[string]decimal.Decimal{"0": decimal.NewFromInt(3)},
	}
	for _, n := range []Numbers{Decimal, Float64} {
		for name, v := range data {
			path := name
			switch v.(type) {
			case []int, []int64, []float64, []json.Number, []decimal.Decimal, []any, map[string]int, map[string]json.Number, map[string]float64, map[string]decimal.Decimal:
				path += ".0"
			}
			for _, rule := range []string{`{"==":[{"var":"P"},3]}`, `{"===":[3,{"var":"P"}]}`, `{"<":[2,{"var":"P"},4]}`, `{"==":[{"*":[{"var":"P"},2]},6]}`, `{"in":[{"var":"P"},[1,3]]}`, `{"==":[{"cat":{"var":"P"}},"3"]}`, `{"!!":{"var":"P"}}`} {
				is, err := compiled(t, strings.ReplaceAll(rule, "P", path), Options{Lenient: true, Numbers: n}).EvalTruth(t.Context(), data)
				require.NoError(t, err, "%s %s", rule, path)
				require.True(t, is, "%s %s", rule, path)
			}
		}
	}
	more := map[string]any{
		"at": at, "texts": []string{"a", "b"}, "map": map[string]string{"k": "v"}, "bools": map[string]bool{"t": true},
		"rows": []map[string]any{{"n": 1}, {"n": 2}}, "tags": []map[string]string{{"n": "x"}}, "times": []time.Time{at}, "flags": []bool{true}, "nested": [][]any{{1}},
	}
	for rule, want := range map[string]any{
		`{"var":"at"}`: "2024-05-28T16:00:00Z", `{"<":[{"var":"at"},"2024-06-01"]}`: true, `{"in":["b",{"var":"texts"}]}`: true, `{"var":"map.k"}`: "v",
		`{"var":"map"}`: map[string]any{"k": "v"}, `{"var":"bools.t"}`: true, `{"map":[{"var":"rows"},{"var":"n"}]}`: []any{json.Number("1"), json.Number("2")},
		`{"var":"tags"}`: []any{map[string]any{"n": "x"}}, `{"var":"times"}`: []any{"2024-05-28T16:00:00Z"}, `{"var":"flags"}`: []any{true},
		`{"var":"nested.0.0"}`: json.Number("1"), `{"===":[{"date":{"var":"at"}},{"date":"2024-05-28T18:00:00+02:00"}]}`: true, `{"cat":[{"var":"at"}]}`: "2024-05-28T16:00:00Z",
	} {
		got, err := compiled(t, rule, Options{Lenient: true}).Eval(t.Context(), more)
		require.NoError(t, err, rule)
		require.Equal(t, want, got, rule)
	}
	for _, rule := range []string{`{"var":"x"}`, `{"!!":{"var":"x"}}`, `{"var":""}`, `{"===":[{"var":"x"},{"var":"x"}]}`} {
		_, err := compiled(t, rule, Options{Lenient: true}).Eval(t.Context(), map[string]any{"x": struct{ A int }{1}})
		var e *Error
		require.ErrorAs(t, err, &e, rule)
		require.Equal(t, InvalidData, e.Fault)
	}
}

func TestExactNumbers(t *testing.T) {
	for rule, want := range map[string]string{
		`{"+":[1.10,2.90]}`: "4", `{"*":[1.10,1.10]}`: "1.21", `{"/":[2,3]}`: "0.6666666666666666666666666667", `{"/":[-2,3]}`: "-0.6666666666666666666666666667", `{"/":[1,20000]}`: "0.00005",
		`{"/":[1,20001]}`: "0.00004999750012499375031248437578", `{"/":[-0.00005,1]}`: "-0.00005", `{"*":[{"/":[1,3]},3]}`: "1", `{"%":[5.5,2]}`: "1.5", `{"%":[-5,3]}`: "-2",
		`{"+":[9223372036854775807,1]}`: "9223372036854775808", `{"-":[-9223372036854775808,1]}`: "-9223372036854775809", `{"*":[9223372036854775807,9223372036854775807]}`: "85070591730234615847396907784232501249",
		`{"-":{"-":[-9223372036854775807,1]}}`: "9223372036854775808", `{"/":[1e30,3]}`: "333333333333333333333333333300", `{"%":[1e30,7]}`: "1", `{"+":[1e-20,1e20]}`: "100000000000000000000.00000000000000000001",
		`{"max":[1e30,1e31]}`: "10000000000000000000000000000000", `{"+":["1e2","-.5"]}`: "99.5", `{"+":[1e3]}`: "1000", `{"+":[-0.0]}`: "0", `{"min":[2,1.50]}`: "1.5", `{"/":[{"-":[-9223372036854775807,1]},-1]}`: "9223372036854775808",
		`{"%":[{"-":[-9223372036854775807,1]},-1]}`: "0", `{"/":[9223372036854775807,1e-18]}`: "9223372036854775807000000000000000000",
	} {
		requireAnswer(t, rule, ``, want, Options{Lenient: true})
		got, err := compiled(t, rule, Options{Lenient: true}).Eval(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, json.Number(want), got, rule)
	}
	two, zero := 2, 0
	requireAnswer(t, `{"/":[2,3]}`, ``, `0.67`, Options{Lenient: true, DivisionScale: &two})
	requireAnswer(t, `{"/":[5,2]}`, ``, `3`, Options{Lenient: true, DivisionScale: &zero})
	for rule, want := range map[string]string{`{"<":[{"var":"f"},0.3]}`: "false", `{"==":[{"var":"f"},0.30000000000000004]}`: "true", `{"<=":[{"var":"f"},0.30000000000000001]}`: "false", `{"==":[{"var":"third"},0.3333333333333333]}`: "true"} {
		got, err := compiled(t, rule, Options{Lenient: true}).EvalTruth(t.Context(), map[string]any{"f": 0.1 + 0.2*one, "third": 1.0 / 3})
		require.NoError(t, err)
		require.Equal(t, want == "true", got, rule)
	}
}

var one = 1.0 // keeps the compiler from adding exactly

func TestBudget(t *testing.T) {
	list := `[` + strings.Repeat(`1,`, 99) + `1]`
	for reason, tc := range map[string]struct {
		rule   string
		budget Budget
	}{
		"steps of an iteration":     {`{"map":[{"var":"l"},{"+":[{"var":""},1]}]}`, Budget{Steps: 50}},
		"steps of the rule itself":  {`{"cat":[1,2,3,4,5,6,7,8,9,10]}`, Budget{Steps: 5}},
		"elements of a list":        {`{"merge":[{"var":"l"},{"var":"l"}]}`, Budget{Array: 150}},
		"bytes made":                {`{"merge":[{"var":"l"},{"var":"l"}]}`, Budget{Bytes: 1000}},
		"bytes of a text":           {`{"cat":[{"var":"s"},{"var":"s"}]}`, Budget{Text: 150}},
		"digits by multiplication":  {`{"reduce":[{"var":"l"},{"*":[{"var":"accumulator"},{"var":"accumulator"}]},3]}`, Budget{}},
		"digits of an exponent":     {`{"+":["1e999999999",1]}`, Budget{}},
		"digits of the data":        {`{"var":"big"}`, Budget{Digits: 50}},
		"levels of data returned":   {`{"var":"deep"}`, Budget{DataDepth: 3}},
		"levels of data compared":   {`{"===":[{"var":"deep"},{"preserve":[[[[[[1]]]]]]}]}`, Budget{DataDepth: 3}},
		"levels of data thrown":     {`{"throw":{"var":"deep"}}`, Budget{DataDepth: 3}},
		"bytes of a returned list":  {`{"var":"l"}`, Budget{Bytes: 100}},
		"no try catches it":         {`{"try":[{"map":[{"var":"l"},{"+":[{"var":""},1]}]},1]}`, Budget{Steps: 50}},
		"search in lists":           {`{"map":[{"var":"l"},{"in":[5,{"val":[[2],"l"]}]}]}`, Budget{Steps: 2000}},
		"elements of a filter":      {`{"filter":[{"var":"l"},true]}`, Budget{Array: 20}},
		"digits of a division":      {`{"/":[1,"1e-900"]}`, Budget{Digits: 500}},
		"digits of a sum":           {`{"+":["1e400","1e-400"]}`, Budget{Digits: 500}},
		"text of nested lists made": {`{"reduce":[{"var":"l"},[{"var":"accumulator"},{"var":"accumulator"}],1]}`, Budget{}},
	} {
		t.Run(reason, func(t *testing.T) {
			data := `{"l":` + list + `,"s":"` + strings.Repeat("x", 100) + `","big":` + strings.Repeat("9", 60) + `,"deep":[[[[[[1]]]]]]}`
			requireAnswer(t, tc.rule, data, `!Budget Exceeded`, Options{Lenient: true, Budget: tc.budget})
		})
	}
}

func TestLimitsOfRules(t *testing.T) {
	for reason, rule := range map[string]string{
		"too many bytes": `"` + strings.Repeat("x", MaxBytes) + `"`,
		"too deep":       strings.Repeat(`[`, MaxDepth+1) + strings.Repeat(`]`, MaxDepth+1),
		"too many nodes": `[` + strings.Repeat(`1,`, MaxNodes) + `1]`,
		"number too big": `1e2000`,
	} {
		_, err := Compile([]byte(rule), Options{Lenient: true})
		var e *Error
		require.ErrorAs(t, err, &e, reason)
		require.Equal(t, TooLarge, e.Fault, reason)
	}
	for _, rule := range []string{``, `{`, `{"a":1}x`, `{"var":"a","var":"b"}`, `{"if":[{"+":[1]},{"a":1,"a":2}]}`, `{"preserve":{"a":1,"\u0061":2}}`, "\xef\xbb\xbf{}", "\"\xff\"", "{\"\xfe\":1}"} {
		_, err := Compile([]byte(rule), Options{Lenient: true})
		var e *Error
		require.ErrorAs(t, err, &e, rule)
		require.Equal(t, InvalidSyntax, e.Fault, rule)
	}
	_, err := Compile([]byte(strings.Repeat(`[`, MaxDepth)+strings.Repeat(`]`, MaxDepth)), Options{})
	require.NoError(t, err)
	bad := 101
	_, err = Compile([]byte(`1`), Options{Lenient: true, DivisionScale: &bad})
	require.Error(t, err)
}

func TestContextEndsAnEvaluation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stop := Operator{Eager: func(context.Context, []any) (any, error) { cancel(); return 1, nil }}
	long := make([]any, 2000)
	r := compiled(t, `{"try":[{"map":[{"var":""},{"stop":[]}]},"caught"]}`, Options{Lenient: true, Operators: map[string]Operator{"stop": stop}})
	s := r.NewMachine()
	_, err := s.Eval(ctx, long)
	require.Equal(t, context.Canceled, err)
	_, err = s.Eval(ctx, long)
	require.Equal(t, context.Canceled, err)
	v, err := s.Eval(t.Context(), []any{1})
	require.NoError(t, err)
	require.Equal(t, []any{json.Number("1")}, v)
}

func TestASessionForgetsErrorsAndData(t *testing.T) {
	s := compiled(t, `{"+":[{"var":"a"},{"var":"a"},{"cat":[{"var":"b.c"},{"var":"b.c"}]}]}`, Options{Lenient: true}).NewMachine()
	for range 2 {
		_, err := s.Eval(t.Context(), map[string]any{"a": "x"})
		require.Error(t, err)
		v, err := s.EvalNumber(t.Context(), map[string]any{"a": 2, "b": map[string]any{"c": "3"}})
		require.NoError(t, err)
		require.Equal(t, "37", v.String())
		v, err = s.EvalNumber(t.Context(), map[string]any{"a": 1})
		require.NoError(t, err)
		require.Equal(t, "2", v.String())
	}
}

func TestOneRuleOnManyGoroutines(t *testing.T) {
	for _, w := range workloads() {
		for _, n := range []Numbers{Decimal, Float64} {
			r := compiled(t, w.rule, Options{Lenient: true, Numbers: n})
			want := canonical(w.hand(w.data()))
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					data := w.data()
					for range 50 {
						got, err := r.Eval(context.Background(), data)
						if err != nil || !equal(want, canonical(got)) {
							t.Errorf("%s: %v %v", w.name, got, err)
							return
						}
					}
					if _, _, err := r.Trace(context.Background(), data); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
		}
	}
}

func TestTypedResults(t *testing.T) {
	for _, n := range []Numbers{Decimal, Float64} {
		for rule, kind := range map[string]string{`"a"`: "text", `{"+":[1,1]}`: "number", `{"var":"missing"}`: "", `{"if":[false,1]}`: "", `{"if":[true,2,"a"]}`: "number", `{"if":[false,2,"a"]}`: "text", `{"var":"n"}`: "number", `{"date":"2024-01-01T00:00Z"}`: "text"} {
			r := compiled(t, rule, Options{Lenient: true, Numbers: n})
			data := map[string]any{"n": 1.5}
			_, err := r.EvalNumber(t.Context(), data)
			require.Equal(t, kind == "number", err == nil, rule)
			_, err = r.EvalFloat(t.Context(), data)
			require.Equal(t, kind == "number", err == nil, rule)
			_, err = r.EvalText(t.Context(), data)
			require.Equal(t, kind == "text", err == nil, rule)
			_, err = r.EvalTruth(t.Context(), data)
			require.NoError(t, err, rule)
		}
	}
}

func TestANumberBeyondFloatsIsNoFloat(t *testing.T) {
	r := compiled(t, `{"*":[{"var":"n"},1e300]}`, Options{Lenient: true})
	for _, n := range []string{"1e300", "-1e300"} {
		data := map[string]any{"n": json.Number(n)}
		_, err := r.EvalNumber(t.Context(), data)
		require.NoError(t, err)
		_, err = r.EvalFloat(t.Context(), data)
		var e *Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, NotANumber, e.Fault)
	}
}

func TestANumberOfTheDataIsOneOfTheRules(t *testing.T) {
	r := compiled(t, `{"var":""}`, Options{Lenient: true, Numbers: Float64})
	n, err := r.EvalNumber(t.Context(), json.Number("9007199254740993"))
	require.NoError(t, err)
	require.Equal(t, "9007199254740992", n.String(), "as Eval has it")
	_, err = r.EvalNumber(t.Context(), json.Number("1e700"))
	require.Error(t, err)
}

func TestReads(t *testing.T) {
	for rule, want := range map[string][]string{
		`1`: nil,
		`{"if":[{"var":"a.b"},{"var":["c",{"var":"d"}]},{"val":["e","f"]}]}`: {"a.b", "c", "d", "e.f"},
		`{"map":[{"var":"items"},{"var":"qty"}]}`:                            {"items"},
		`{"var":{"cat":["a","b"]}}`:                                          {""},
		`{"exists":["a","b"]}`:                                               {"a.b"},
		`{"missing":["a","b.c"]}`:                                            {"a", "b.c"},
		`{"missing_some":[1,["a","b"]]}`:                                     {"a", "b"},
		`{"reduce":[{"var":"l"},{"var":"current.x"},{"var":"i"}]}`:           {"i", "l"},
	} {
		require.Equal(t, want, compiled(t, rule, Options{Lenient: true}).Reads(), rule)
	}
}

func TestCustomOperators(t *testing.T) {
	failure := errors.New("no such plan")
	ops := map[string]Operator{
		"double": {Least: 1, Most: 1, Eager: func(_ context.Context, args []any) (any, error) {
			n, _ := args[0].(json.Number)
			d, err := decimal.NewFromString(n.String())
			return d.Add(d), err
		}},
		"fails": {Eager: func(context.Context, []any) (any, error) { return nil, failure }},
		"throws": {Eager: func(context.Context, []any) (any, error) {
			return nil, &Error{Fault: Thrown, Value: map[string]any{"type": "mine"}}
		}},
		"first": {Lazy: func(_ context.Context, args Arguments) (any, error) {
			for i := range args.Len() {
				if v, err := args.Eval(i); err != nil || v != nil {
					return v, err
				}
			}
			return args.Eval(args.Len())
		}},
		"strange": {Eager: func(context.Context, []any) (any, error) { return struct{}{}, nil }},
	}
	o := Options{Operators: ops}
	requireAnswer(t, `{"+":[{"double":[1.05]},{"double":{"var":"x"}}]}`, `{"x":2}`, `6.1`, o)
	requireAnswer(t, `{"first":[{"var":"no"},{"var":"x"},{"throw":"not lazy"}]}`, `{"x":2}`, `2`, o)
	requireAnswer(t, `{"first":[{"throw":"gone"}]}`, ``, `!Thrown`, o)
	requireAnswer(t, `{"first":[]}`, ``, `null`, o)
	requireAnswer(t, `{"fails":[]}`, ``, `!Operator Failed`, o)
	requireAnswer(t, `{"strange":[]}`, ``, `!Invalid Data`, o)
	requireAnswer(t, `{"try":[{"fails":[]},{"var":"type"}]}`, ``, `"Operator Failed"`, o)
	requireAnswer(t, `{"try":[{"throws":[]},{"var":"type"}]}`, ``, `"mine"`, o)
	_, err := compiled(t, `{"fails":[{"var":""}]}`, o).Eval(t.Context(), nil)
	require.ErrorIs(t, err, failure)
	_, err = Compile([]byte(`{"double":[1,2]}`), o)
	require.ErrorContains(t, err, "takes 1 argument")
	for _, rule := range []string{`{"double":[]}`, `{"double":[1,2]}`, `{"double":{"var":"l"}}`} {
		requireAnswer(t, rule, `{"l":[1,2]}`, `!Invalid Arguments`, Options{Lenient: true, Operators: ops})
	}
	_, err = Compile([]byte(`{"none":1}`), Options{Lenient: true, Operators: map[string]Operator{"none": {}}})
	require.Error(t, err)
}

func TestCustomOperatorsInThePlaceOfBuiltInOnes(t *testing.T) {
	var calls int64
	counts := Operator{Eager: func(context.Context, []any) (any, error) { calls++; return calls, nil }}
	for rule, op := range map[string]string{
		`{"+":[{"==":[1,2]},0]}`: "==", `{"if":[true,{"cat":["a"]}]}`: "cat", `{"+":[{"preserve":1},0]}`: "preserve",
		`{"reduce":[{"map":[[1,2],{"*":[{"val":[]},1]}]},{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`: "var",
	} {
		calls = 0
		r := compiled(t, rule, Options{Operators: map[string]Operator{op: counts}})
		require.Zero(t, calls, "compiling %s calls nothing", rule)
		first, err := r.EvalNumber(t.Context(), nil)
		require.NoError(t, err)
		second, err := r.EvalNumber(t.Context(), nil)
		require.NoError(t, err)
		if op == "var" {
			require.Equal(t, []string{"7", "15"}, []string{first.String(), second.String()}, "3 + 4, then 7 + 8")
			continue
		}
		require.Equal(t, []string{"1", "2"}, []string{first.String(), second.String()}, rule)
	}
}

func TestScopes(t *testing.T) {
	data := `{"n":1,"items":[{"q":5},{"q":6}]}`
	for rule, want := range map[string]string{
		`{"map":[{"var":"items"},{"val":[[1],"index"]}]}`:                                                              `[0,1]`,
		`{"map":[{"var":"items"},{"+":[{"val":[[2],"n"]},{"var":"q"}]}]}`:                                              `[6,7]`,
		`{"map":[{"var":"items"},{"val":[[-2],"n"]}]}`:                                                                 `[1,1]`,
		`{"map":[{"var":"items"},{"map":[[1],{"val":[[2],"q"]}]}]}`:                                                    `[[5],[6]]`,
		`{"map":[{"var":"items"},{"map":[[1,1],{"val":[[3],"index"]}]}]}`:                                              `[[0,0],[1,1]]`,
		`{"map":[{"var":"items"},{"try":[{"throw":"x"},{"val":[[2],"q"]}]}]}`:                                          `[5,6]`,
		`{"reduce":[{"var":"items"},{"+":[{"var":"accumulator"},{"var":"current.q"},{"val":[[2],"n"]}]},0]}`:           `13`,
		`{"reduce":[{"map":[{"filter":[{"var":"items"},{">":[{"var":"q"},5]}]},{"val":[[1],"index"]}]},{"var":""},9]}`: `{"current":0,"accumulator":9}`,
		`{"val":[[9],"n"]}`: `null`, `{"val":[[1],"index"]}`: `null`, `{"val":[[2,3],"n"]}`: `!Invalid Arguments`,
		`{"map":[{"var":"items"},{"var":"n"}]}`: `[null,null]`,
	} {
		for _, n := range []Numbers{Decimal, Float64} {
			requireAnswer(t, rule, data, want, Options{Lenient: true, Numbers: n})
		}
	}
}
