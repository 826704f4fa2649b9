package jsonlogic_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/internal/ruletest"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func TestNumbersOfARule(t *testing.T) {
	places := func(n int) jsonlogic.Options { return jsonlogic.Options{DivisionScale: &n} }
	for _, tc := range []struct {
		reason  string
		rule    string
		options jsonlogic.Options
		want    any
	}{
		{"exact unless it says otherwise", `{"+":[0.1,0.2]}`, jsonlogic.Options{}, json.Number("0.3")},
		{"all digits", `{"+":[9007199254740993,0.000000000000000000001]}`, jsonlogic.Options{}, json.Number("9007199254740993.000000000000000000001")},
		{"no zeros at the end", `{"*":[1.10,2.0]}`, jsonlogic.Options{}, json.Number("2.2")},
		{"floats", `{"+":[0.1,0.2]}`, jsonlogic.Options{Numbers: jsonlogic.Float64}, 0.30000000000000004},
		{"which know no division's scale", `{"/":[1,3]}`, jsonlogic.Options{Numbers: jsonlogic.Float64, DivisionScale: new(int)}, 1.0 / 3},
		{"Togai's keeps zeros", `{"*":[1.10,2.0]}`, jsonlogic.Options{Dialect: jsonlogic.Togai}, json.Number("2.200")},
		{"Togai's is exact for all Numbers", `{"+":[0.1,0.2]}`, jsonlogic.Options{Dialect: jsonlogic.Togai, Numbers: jsonlogic.Float64}, json.Number("0.3")},
		{"Togai's division has 4 places for every scale", `{"/":[2,3]}`, jsonlogic.Options{Dialect: jsonlogic.Togai, DivisionScale: new(int)}, json.Number("0.6667")},
		{"Togai's equality looks at zeros", `{"==":[1,1.0]}`, jsonlogic.Options{Dialect: jsonlogic.Togai}, false},
		{"the standard's does not", `{"==":[1,1.0]}`, jsonlogic.Options{}, true},
		{"a result that is no decimal has 28 digits", `{"/":[2,3]}`, jsonlogic.Options{}, json.Number("0.6666666666666666666666666667")},
		{"and none more than it needs", `{"/":[1,4]}`, jsonlogic.Options{}, json.Number("0.25")},
		{"rounded half up, away from 0", `[{"/":[0.00005,1]},{"/":[-0.00005,1]},{"/":[0.00004999,1]}]`, places(4), []any{json.Number("0.0001"), json.Number("-0.0001"), json.Number("0")}},
		{"no places", `{"/":[5,2]}`, places(0), json.Number("3")},
		{"100 places", `{"/":[1,3]}`, places(100), json.Number("0." + strings.Repeat("3", 100))},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := compileRule(t, tc.rule, tc.options).Eval(t.Context(), nil)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestEachBudgetHolds(t *testing.T) {
	event := map[string]any{"list": make([]any, 100), "text": strings.Repeat("x", 100), "digits": json.Number(strings.Repeat("9", 60)), "deep": decoded(t, nested(6))}
	for _, tc := range []struct {
		reason, rule   string
		enough, little jsonlogic.Budget
	}{
		{"steps", `{"map":[{"var":"list"},{"+":[{"var":""},1]}]}`, jsonlogic.Budget{Steps: 2000}, jsonlogic.Budget{Steps: 100}},
		{"bytes", `{"merge":[{"var":"list"},{"var":"list"}]}`, jsonlogic.Budget{Bytes: 20_000}, jsonlogic.Budget{Bytes: 1000}},
		{"elements of an array", `{"merge":[{"var":"list"},{"var":"list"}]}`, jsonlogic.Budget{Array: 200}, jsonlogic.Budget{Array: 199}},
		{"bytes of a text", `{"cat":[{"var":"text"},{"var":"text"}]}`, jsonlogic.Budget{Text: 200}, jsonlogic.Budget{Text: 199}},
		{"digits", `{"+":[{"var":"digits"},0]}`, jsonlogic.Budget{Digits: 70}, jsonlogic.Budget{Digits: 50}},
		{"depth of data", `{"var":"deep"}`, jsonlogic.Budget{DataDepth: 6}, jsonlogic.Budget{DataDepth: 5}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			for _, b := range []jsonlogic.Budget{{}, tc.enough} {
				_, err := compileRule(t, tc.rule, jsonlogic.Options{Budget: b}).Eval(t.Context(), event)
				require.NoError(t, err)
			}
			for _, rule := range []string{tc.rule, `{"try":[` + tc.rule + `,"caught"]}`} {
				_, err := compileRule(t, rule, jsonlogic.Options{Budget: tc.little}).Eval(t.Context(), event)
				requireError(t, err, jsonlogic.ErrEvaluation, jsonlogic.Error{Fault: jsonlogic.BudgetExceeded})
			}
		})
	}
}

func TestOwnOperators(t *testing.T) {
	var given []any
	kept := map[string]any{"kept": []any{"a"}}
	own := map[string]jsonlogic.Operator{
		"eager": {Eager: func(_ context.Context, args []any) (any, error) {
			given = append(given, args...)
			ruletest.Scribble(args)
			return nil, nil
		}},
		"lazy": {Lazy: func(_ context.Context, args jsonlogic.Arguments) (any, error) {
			for i := range args.Len() {
				if v, err := args.Eval(i); err != nil || v != nil {
					return v, err
				}
			}
			return args.Eval(args.Len())
		}},
		"both": {
			Eager: func(context.Context, []any) (any, error) { return "eager", nil },
			Lazy:  func(context.Context, jsonlogic.Arguments) (any, error) { return "lazy", nil },
		},
		"cat":   {Eager: func(context.Context, []any) (any, error) { return "mine", nil }},
		"keeps": {Eager: func(context.Context, []any) (any, error) { return kept, nil }},
		"types": {Eager: func(context.Context, []any) (any, error) {
			return []any{int64(1), decimal.RequireFromString("1.50"), 0.1, time.Unix(0, 0).UTC(), map[string]int{"n": 2}, []string{"x"}}, nil
		}},
		"hides": {Lazy: func(_ context.Context, args jsonlogic.Arguments) (any, error) {
			if _, err := args.Eval(0); err == nil {
				return nil, nil
			}
			return "hidden", nil
		}},
	}
	o := jsonlogic.Options{Operators: own}
	event := decoded(t, `{"a":{"n":[1.10]},"none":null}`)
	eval := func(rule string, o jsonlogic.Options) (any, error) {
		r := compileRule(t, rule, o)
		return r.Eval(t.Context(), event)
	}

	for rule, want := range map[string]any{
		`{"lazy":[{"var":"none"},"taken",{"throw":"not evaluated"}]}`: "taken",
		`{"lazy":[]}`: nil, `{"both":[]}`: "eager", `{"cat":["a"]}`: "mine",
		`{"types":[]}`: []any{json.Number("1"), json.Number("1.5"), json.Number("0.1"), "1970-01-01T00:00:00Z", map[string]any{"n": json.Number("2")}, []any{"x"}},
	} {
		got, err := eval(rule, o)
		require.NoError(t, err, rule)
		require.Equal(t, want, got, rule)
	}
	got, err := compileRule(t, `{"cat":["a"]}`, jsonlogic.Options{}).Eval(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "a", got, "they belong to the rules that they were given to")
	_, err = jsonlogic.Compile(json.RawMessage(`{"lazy":[]}`), jsonlogic.Options{})
	require.ErrorIs(t, err, jsonlogic.ErrRule)

	for _, tc := range []struct {
		numbers jsonlogic.Numbers
		want    any
	}{{jsonlogic.Decimal, json.Number("1.1")}, {jsonlogic.Float64, 1.1}} {
		given = nil
		_, err := eval(`{"eager":[{"var":"a"},[2]]}`, jsonlogic.Options{Numbers: tc.numbers, Operators: map[string]jsonlogic.Operator{
			"eager": {Eager: func(_ context.Context, args []any) (any, error) { given = args; return nil, nil }},
		}})
		require.NoError(t, err)
		require.Equal(t, map[string]any{"n": []any{tc.want}}, given[0], "arguments have the types of a result")
	}
	for range 2 {
		_, err := eval(`{"eager":[{"var":"a"},{"preserve":[1]}]}`, o)
		require.NoError(t, err)
		result, err := eval(`{"keeps":[]}`, o)
		require.NoError(t, err)
		require.Equal(t, map[string]any{"kept": []any{"a"}}, result)
		ruletest.Scribble(result)
	}
	require.Equal(t, decoded(t, `{"a":{"n":[1.10]},"none":null}`), event)
	require.Equal(t, map[string]any{"kept": []any{"a"}}, kept, "a result is not what the operator keeps")

	_, err = eval(`{"hides":[{"throw":"seen"}]}`, o)
	requireError(t, err, jsonlogic.ErrEvaluation, jsonlogic.Error{Fault: jsonlogic.Thrown, Operator: "throw", Pointer: "/hides/0"})

	r := compileRule(t, `{"both":[]}`, o)
	clear(own)
	text, err := r.EvalText(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "eager", text, "the map is the caller's again")
}

func TestTypedVariantsAndMachinesSayWhatEvalSays(t *testing.T) {
	for name, o := range everyKind() {
		for _, formula := range ruletest.Formulas() {
			r, err := jsonlogic.Compile(json.RawMessage(formula), o)
			require.NoError(t, err, formula)
			s := r.NewMachine()
			for i, event := range ruletest.Events() {
				requireOneAnswer(t, r, s, event, fmt.Sprintf("%s %s on event %d", name, formula, i))
			}
		}
	}
}

// requireOneAnswer holds all ways to evaluate a rule to Eval.
func requireOneAnswer(t testing.TB, r *jsonlogic.Rule, s *jsonlogic.Machine, event any, what string) {
	t.Helper()
	want, failure := r.Eval(t.Context(), event)
	for range 2 {
		got, err := s.Eval(t.Context(), event)
		require.Equal(t, failure, err, what)
		require.Equal(t, want, got, what)
	}
	number, numberErr := r.EvalNumber(t.Context(), event)
	float, floatErr := r.EvalFloat(t.Context(), event)
	text, textErr := r.EvalText(t.Context(), event)
	truth, truthErr := r.EvalTruth(t.Context(), event)
	again, err := s.EvalNumber(t.Context(), event)
	require.Equal(t, []any{number, numberErr}, []any{again, err}, what)
	floatAgain, err := s.EvalFloat(t.Context(), event)
	require.Equal(t, []any{float, floatErr}, []any{floatAgain, err}, what)
	textAgain, err := s.EvalText(t.Context(), event)
	require.Equal(t, []any{text, textErr}, []any{textAgain, err}, what)
	truthAgain, err := s.EvalTruth(t.Context(), event)
	require.Equal(t, []any{truth, truthErr}, []any{truthAgain, err}, what)

	if failure != nil {
		for _, err := range []error{failure, numberErr, floatErr, textErr} {
			require.ErrorIs(t, err, jsonlogic.ErrEvaluation, what)
		}
		return
	}
	require.NoError(t, truthErr, what)
	require.Equal(t, truthOf(want), truth, what)
	switch v := want.(type) {
	case json.Number:
		require.NoError(t, numberErr, what)
		require.True(t, decimal.RequireFromString(v.String()).Equal(number), what)
		nearest, err := v.Float64()
		require.Equal(t, err == nil, floatErr == nil, what)
		if err == nil {
			require.Equal(t, fmt.Sprint(nearest), fmt.Sprint(float), what)
		}
	case float64:
		require.NoError(t, floatErr, what)
		require.Equal(t, fmt.Sprint(v), fmt.Sprint(float), what)
		require.NoError(t, numberErr, what)
		require.Equal(t, v+0, number.InexactFloat64(), what) // a decimal has no -0
	default:
		require.Error(t, numberErr, what)
		require.Error(t, floatErr, what)
	}
	if v, ok := want.(string); ok {
		require.NoError(t, textErr, what)
		require.Equal(t, v, text, what)
	} else {
		require.Error(t, textErr, what)
	}
}

// truthOf is what counts as true, of a result.
func truthOf(v any) bool {
	switch x := v.(type) {
	case nil:
		return false
	case bool:
		return x
	case string:
		return x != ""
	case float64:
		return x != 0
	case json.Number:
		return strings.Trim(x.String(), "-0.") != ""
	case []any:
		return len(x) > 0
	}
	return true
}

func TestOneRuleOnManyGoroutines(t *testing.T) {
	o := jsonlogic.Options{Operators: map[string]jsonlogic.Operator{
		"eager": {Eager: first}, "lazy": {Lazy: func(_ context.Context, args jsonlogic.Arguments) (any, error) { return args.Eval(0) }},
	}}
	r := compileRule(t, `{"reduce":[{"map":[{"var":"l"},{"*":[{"eager":[{"var":"q"}]},{"lazy":[2]}]}]},{"+":[{"var":"accumulator"},{"var":"current"}]},{"var":"n"}]}`, o)
	shared := decoded(t, `{"n":0.5,"l":[{"q":1},{"q":2.25},{"q":3}]}`)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			s := r.NewMachine()
			for range 50 {
				v, err := r.Eval(t.Context(), shared)
				n, numberErr := r.EvalNumber(t.Context(), shared)
				mine, sessionErr := s.Eval(t.Context(), shared)
				traced, _, traceErr := r.Trace(t.Context(), shared)
				if err != nil || numberErr != nil || sessionErr != nil || traceErr != nil || v != json.Number("13") || n.String() != "13" || mine != v || traced != v {
					t.Errorf("%v %v %v %v", v, n, mine, traced)
					return
				}
			}
		})
	}
	group.Wait()
}

func TestResultsAreTheCallers(t *testing.T) {
	const event = `{"a":{"b":[1]},"l":[{"c":{}}]}`
	for _, formula := range []string{
		`{"var":""}`, `[{"var":"a"},{"preserve":{"k":[1]}}]`, `{"merge":[{"var":"l"},[["x"]]]}`, `{"filter":[{"var":"l"},true]}`,
		`{"reduce":[{"var":"l"},{"merge":[{"var":"accumulator"},{"var":"current"}]},[]]}`, `{"if":[true,{"var":"l.0"}]}`, `{"??":[null,{"val":["a","b"]}]}`,
	} {
		r := compileRule(t, formula, jsonlogic.Options{})
		data := decoded(t, event)
		var before []string
		for _, eval := range []func(context.Context, any) (any, error){
			r.Eval, r.NewMachine().Eval,
			func(ctx context.Context, data any) (any, error) {
				v, trace, err := r.Trace(ctx, data)
				for _, step := range trace.Steps {
					ruletest.Scribble(step.Value)
				}
				return v, err
			},
			r.Eval,
		} {
			v, err := eval(t.Context(), data)
			require.NoError(t, err)
			text, err := json.Marshal(v)
			require.NoError(t, err)
			before = append(before, string(text))
			require.Equal(t, before[0], string(text), formula)
			ruletest.Scribble(v)
			require.Equal(t, decoded(t, event), data, formula)
		}
	}
}

func TestReadsOfARule(t *testing.T) {
	for _, tc := range []struct {
		reason, rule string
		want         []string
	}{
		{"nothing", `{"+":[1,2]}`, nil},
		{"each once, in order, defaults too", `{"+":[{"var":"b"},{"var":["a.x",{"var":"c"}]},{"var":"b"}]}`, []string{"a.x", "b", "c"}},
		{"by val and exists", `{"if":[{"exists":["a","b"]},{"val":["c","d"]}]}`, []string{"a.b", "c.d"}},
		{"by missing", `[{"missing":["a","b.c"]},{"missing_some":[1,["d"]]}]`, []string{"a", "b.c", "d"}},
		{"the list and not its elements", `{"map":[{"var":"items"},{"var":"price"}]}`, []string{"items"}},
		{"out of an iteration", `{"map":[{"var":"items"},{"val":[[2],"rate"]}]}`, []string{"", "items"}},
		{"everything", `{"var":""}`, []string{""}},
		{"what only a run knows", `{"var":{"cat":["a",{"var":"b"}]}}`, []string{"", "b"}},
		{"branches that are not taken", `{"if":[false,{"var":"a"},{"var":"b"}]}`, []string{"a", "b"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r := compileRule(t, tc.rule, jsonlogic.Options{})
			require.Equal(t, tc.want, r.Reads())
			if len(tc.want) > 0 {
				r.Reads()[0] = "spoilt"
				require.Equal(t, tc.want, r.Reads())
			}
		})
	}
}

func TestTraceOfARule(t *testing.T) {
	r := compileRule(t, `{"if":[{"some":[{"var":"l"},{">":[{"var":"q"},2]}]},{"??":[{"var":"rate"},{"var":["trip.rate",3]}]},{"/":[1,0]}]}`, jsonlogic.Options{})
	event := map[string]any{"l": []any{map[string]any{"q": 1}, map[string]any{"q": json.Number("2.50")}}, "rate": nil}
	v, trace, err := r.Trace(t.Context(), event)
	require.NoError(t, err)
	require.Equal(t, json.Number("3"), v)
	require.Equal(t, jsonlogic.Trace{
		Steps: []jsonlogic.Step{
			{Pointer: "/if/0/some/0", Operator: "var", Value: decoded(t, `[{"q":1},{"q":2.5}]`), Index: -1},
			{Pointer: "/if/0/some/1/>/0", Operator: "var", Value: json.Number("1")},
			{Pointer: "/if/0/some/1", Operator: ">", Value: false},
			{Pointer: "/if/0/some/1/>/0", Operator: "var", Value: json.Number("2.5"), Index: 1},
			{Pointer: "/if/0/some/1", Operator: ">", Value: true, Index: 1},
			{Pointer: "/if/0", Operator: "some", Value: true, Index: -1},
			{Pointer: "/if/1/??/0", Operator: "var", Index: -1},
			{Pointer: "/if/1/??/1", Operator: "var", Value: json.Number("3"), Index: -1},
			{Pointer: "/if/1", Operator: "??", Value: json.Number("3"), Branch: "/if/1/??/1", Index: -1},
			{Pointer: "", Operator: "if", Value: json.Number("3"), Branch: "/if/1", Index: -1},
		},
		Reads: []jsonlogic.Read{{Path: "l", Found: true, Value: event["l"]}, {Path: "rate", Found: true}, {Path: "trip.rate"}},
	}, trace)

	_, trace, err = compileRule(t, `[{"var":"n"},{"/":[1,{"var":"n"}]},{"var":"m"}]`, jsonlogic.Options{}).Trace(t.Context(), map[string]any{"n": 0})
	requireError(t, err, jsonlogic.ErrEvaluation, jsonlogic.Error{Fault: jsonlogic.NotANumber, Operator: "/", Pointer: "/1"})
	require.Equal(t, []jsonlogic.Read{{Path: "n", Found: true, Value: 0}}, trace.Reads, "it has what was recorded until then")
	failed := trace.Steps[2]
	require.Equal(t, "/1", failed.Pointer)
	require.Contains(t, failed.Failure, "division by zero")
	require.Nil(t, failed.Value)

	endless := make([]any, jsonlogic.MaxTrace+1)
	_, trace, err = compileRule(t, `{"all":[{"var":""},{"!":{"var":"none"}}]}`, jsonlogic.Options{}).Trace(t.Context(), endless)
	require.NoError(t, err)
	require.True(t, trace.Truncated)
	require.Len(t, trace.Steps, jsonlogic.MaxTrace)
}

func FuzzRule(f *testing.F) {
	for i, formula := range ruletest.Formulas() {
		f.Add([]byte(formula), []byte(`{"n":3,"m":0.10,"text":"x","o":{"yes":true},"l":[{"q":2,"p":1.5},{"q":"1"},null]}`), byte(i))
	}
	f.Add([]byte(`{"try":[{"throw":{"var":"a"}},{"val":[[2],"a"]}]}`), []byte(`{"a":1e400}`), byte(0))
	f.Add([]byte(`{"val":"a"}`), []byte(`{"a":1e700}`), byte(1))
	f.Add([]byte(`{"val":"a"}`), []byte(`{"a":0e1010}`), byte(1))
	f.Add([]byte(`{"map":[{"var":"l"},{"val":[[2],"n"]}]}`), []byte(`{"n":-0.0,"l":[1]}`), byte(1))
	f.Add([]byte(`{"preserve":{"a":[{}]}}`), []byte(`[1e21]`), byte(7))
	f.Fuzz(func(t *testing.T, rule, data []byte, kind byte) {
		o := jsonlogic.Options{Numbers: jsonlogic.Numbers(kind & 1), Dialect: jsonlogic.Dialect(kind >> 1 & 1), Lenient: kind&4 != 0}
		r, err := jsonlogic.Compile(rule, o)
		if err != nil {
			require.ErrorIs(t, err, jsonlogic.ErrRule)
			require.ErrorAs(t, err, new(*jsonlogic.Error))
			return
		}
		if !json.Valid(data) {
			return
		}
		event := decoded(t, string(data))
		requireOneAnswer(t, r, r.NewMachine(), event, string(rule))
		want, failure := r.Eval(t.Context(), event)
		_, err = json.Marshal(want)
		require.NoError(t, err, "a result is JSON")
		requireReadsSuffice(t, r, event, want, failure)

		got, _, err := r.Trace(t.Context(), event)
		if isFault(err, jsonlogic.BudgetExceeded) || isFault(failure, jsonlogic.BudgetExceeded) || strings.Contains(string(rule), "try") {
			return // a trace is charged for its record; and which of two errors comes first may differ
		}
		require.Equal(t, failure == nil, err == nil, "%v %v", failure, err)
		require.Equal(t, want, got)
		require.Equal(t, decoded(t, string(data)), event, "the event stays as it was")
	})
}

// requireReadsSuffice evaluates a rule on what it says that it reads.
func requireReadsSuffice(t *testing.T, r *jsonlogic.Rule, event, want any, failure error) {
	t.Helper()
	all, ok := event.(map[string]any)
	if !ok {
		return
	}
	part := maps.Clone(all)
	for key := range part {
		read := false
		for _, path := range r.Reads() {
			read = read || path == "" || path == key || strings.HasPrefix(path, key+".")
		}
		if !read {
			delete(part, key)
		}
	}
	got, err := r.Eval(t.Context(), part)
	require.Equal(t, failure, err)
	require.Equal(t, want, got)
}

func isFault(err error, fault jsonlogic.Fault) bool {
	var failed *jsonlogic.Error
	return errors.As(err, &failed) && failed.Fault == fault
}
