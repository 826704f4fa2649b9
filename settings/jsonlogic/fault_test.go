package jsonlogic_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/ruletest"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func TestCompileRefuses(t *testing.T) {
	scale := func(n int) jsonlogic.Options { return jsonlogic.Options{DivisionScale: &n} }
	takesTwo := jsonlogic.Options{Operators: map[string]jsonlogic.Operator{"rate": {Least: 2, Most: 2, Eager: first}, "none": {}}}
	for _, tc := range []struct {
		reason            string
		rule              string
		options           jsonlogic.Options
		fault             jsonlogic.Fault
		operator, pointer string
		says              string
	}{
		{"nothing", ``, jsonlogic.Options{}, jsonlogic.InvalidSyntax, "", "", "not JSON"},
		{"two documents", `1 2`, jsonlogic.Options{}, jsonlogic.InvalidSyntax, "", "", "not JSON"},
		{"a key twice, and which", `{"if":[true,{"var":"a","var":"b"}]}`, jsonlogic.Options{Lenient: true}, jsonlogic.InvalidSyntax, "var", "/if/1", `key "var" is there twice`},
		{"too many bytes", `"` + strings.Repeat("x", jsonlogic.MaxBytes) + `"`, jsonlogic.Options{Lenient: true}, jsonlogic.TooLarge, "", "", "65538 bytes, more than 65536"},
		{"too deep", nested(jsonlogic.MaxDepth + 1), jsonlogic.Options{Lenient: true}, jsonlogic.TooLarge, "", strings.Repeat("/0", jsonlogic.MaxDepth), "deeper than 64"},
		{"too many nodes", ones(jsonlogic.MaxNodes), jsonlogic.Options{Lenient: true}, jsonlogic.TooLarge, "", "/1999", "more than 2000"},
		{"a number of too many digits", `{"+":[1,1e2000]}`, jsonlogic.Options{}, jsonlogic.TooLarge, "", "/+/1", "1e2000 is out of range"},
		{"a number that float64 has not", `{"+":[1,1e400]}`, jsonlogic.Options{Numbers: jsonlogic.Float64}, jsonlogic.TooLarge, "", "/+/1", "1e400 is out of range"},
		{"an operator that does not exist", `{"vat":"km"}`, jsonlogic.Options{}, jsonlogic.UnknownOperator, "vat", "", "no such operator"},
		{"one in a branch that is hardly ever taken", `{"if":[true,1,{"/":[1,{"a~/b":2}]}]}`, jsonlogic.Options{}, jsonlogic.UnknownOperator, "a~/b", "/if/2/~1/1", "no such operator"},
		{"one that only another dialect has", `{"val":"a"}`, jsonlogic.Options{Dialect: jsonlogic.Togai}, jsonlogic.UnknownOperator, "val", "", "no such operator"},
		{"an object with two keys", `[{"var":"a","default":1}]`, jsonlogic.Options{}, jsonlogic.UnknownOperator, "", "/0", "one key, the operator, and not 2"},
		{"the same in the Togai dialect, lenient or not", `[{"var":"a","default":1}]`, jsonlogic.Options{Dialect: jsonlogic.Togai, Lenient: true}, jsonlogic.InvalidSyntax, "", "/0", "and not 2"},
		{"too few arguments", `{"+":[1,{"%":[5]}]}`, jsonlogic.Options{}, jsonlogic.InvalidArguments, "%", "/+/1", "it has 1 argument and needs at least 2 arguments"},
		{"too many", `{"in":["a","b","c"]}`, jsonlogic.Options{}, jsonlogic.InvalidArguments, "in", "", "it has 3 arguments and takes 2 arguments"},
		{"arguments that are not written as a list", `{"and":{"var":"all"}}`, jsonlogic.Options{}, jsonlogic.InvalidArguments, "and", "", "must be written as a list"},
		{"another number than the host's operator takes", `{"!":{"rate":[1,2,3]}}`, takesTwo, jsonlogic.InvalidArguments, "rate", "/!", "it has 3 arguments and takes 2 arguments"},
		{"an operator of the host's without a function", `{"none":1}`, takesTwo, jsonlogic.UnknownOperator, "none", "", "has no function"},
		{"a division's scale below 0", `1`, scale(-1), jsonlogic.InvalidArguments, "", "", "from 0 to 100"},
		{"and above 100", `1`, scale(101), jsonlogic.InvalidArguments, "", "", "from 0 to 100"},
		{"numbers that there are not", `1`, jsonlogic.Options{Numbers: 2}, jsonlogic.InvalidArguments, "", "", "no numbers 2"},
		{"a dialect that there is not", `1`, jsonlogic.Options{Dialect: 2}, jsonlogic.InvalidArguments, "", "", "no dialect 2"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r, err := jsonlogic.Compile(json.RawMessage(tc.rule), tc.options)
			require.Nil(t, r)
			requireError(t, err, jsonlogic.ErrRule, jsonlogic.Error{Fault: tc.fault, Operator: tc.operator, Pointer: tc.pointer})
			require.ErrorContains(t, err, tc.says)
			require.Less(t, len(err.Error()), 1000, "a huge rule makes no huge error")
		})
	}
	for _, rule := range []string{nested(jsonlogic.MaxDepth), ones(jsonlogic.MaxNodes - 1), `"` + strings.Repeat("x", jsonlogic.MaxBytes-2) + `"`} {
		compileRule(t, rule, jsonlogic.Options{})
	}
}

// ones is a list of n numbers, which is a rule of n+1 nodes.
func ones(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]" }

// requireError holds an error to what every *RuleError promises.
func requireError(t *testing.T, err, sentinel error, want jsonlogic.Error) {
	t.Helper()
	var got *jsonlogic.Error
	require.ErrorAs(t, err, &got)
	require.Equal(t, []string{string(want.Fault), want.Operator, want.Pointer}, []string{string(got.Fault), got.Operator, got.Pointer}, "%v", err)
	require.ErrorIs(t, err, sentinel)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.NotEqual(t, errors.Is(err, jsonlogic.ErrRule), errors.Is(err, jsonlogic.ErrEvaluation), "%v", err)
	require.Equal(t, 1, strings.Count(err.Error(), sentinel.Error()), "said once: %v", err)
}

func TestLenientRulesFailWhereTheyAreReached(t *testing.T) {
	o := jsonlogic.Options{Lenient: true, Operators: map[string]jsonlogic.Operator{"rate": {Least: 2, Most: 2, Eager: first}}}
	for _, tc := range []struct {
		reason, rule string
		want         jsonlogic.Error
	}{
		{"an unknown operator", `{"vat":"km"}`, jsonlogic.Error{Fault: jsonlogic.UnknownOperator, Operator: "vat", Pointer: "/if/1"}},
		{"an object with two keys", `{"var":"a","default":1}`, jsonlogic.Error{Fault: jsonlogic.UnknownOperator, Pointer: "/if/1"}},
		{"too few arguments", `{"%":[5]}`, jsonlogic.Error{Fault: jsonlogic.InvalidArguments, Operator: "%", Pointer: "/if/1"}},
		{"too few for the host's operator", `{"rate":[5]}`, jsonlogic.Error{Fault: jsonlogic.InvalidArguments, Operator: "rate", Pointer: "/if/1"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r := compileRule(t, `{"if":[{"var":"reach"},`+tc.rule+`,"not reached"]}`, o)
			text, err := r.EvalText(t.Context(), map[string]any{"reach": false})
			require.NoError(t, err)
			require.Equal(t, "not reached", text)
			_, err = r.EvalText(t.Context(), map[string]any{"reach": true})
			requireError(t, err, jsonlogic.ErrEvaluation, tc.want)
		})
	}
}

var errNoPlan = errors.New("no such plan")

// faults are rules that fail on any event in each way that there is.
var faults = []struct {
	reason, rule string
	want         jsonlogic.Error
	says         string
}{
	{"an operand is no number", `{"*":[2,{"var":"secret"}]}`, jsonlogic.Error{Fault: jsonlogic.NotANumber, Operator: "*", Pointer: "/*/1"}, "no number"},
	{"a division by zero", `{"if":[true,{"/":[1,{"-":[1,1]}]}]}`, jsonlogic.Error{Fault: jsonlogic.NotANumber, Operator: "/", Pointer: "/if/1"}, "division by zero"},
	{"a text and a number compared", `{"<":[{"var":"secret"},1]}`, jsonlogic.Error{Fault: jsonlogic.NotANumber, Operator: "<", Pointer: ""}, ""},
	{"an argument that the operator does not take", `{"all":[{"var":"none"},true]}`, jsonlogic.Error{Fault: jsonlogic.InvalidArguments, Operator: "all", Pointer: ""}, "needs a list"},
	{"a number of arguments that only the event has", `{"rate":{"var":"list"}}`, jsonlogic.Error{Fault: jsonlogic.InvalidArguments, Operator: "rate", Pointer: ""}, "it has 3 arguments and takes 2 arguments"},
	{"the rule throws", `{"if":[true,{"throw":{"var":"secret"}}]}`, jsonlogic.Error{Fault: jsonlogic.Thrown, Operator: "throw", Pointer: "/if/1"}, "thrown"},
	{"the host's operator fails", `[{"fails":[{"var":"secret"}]}]`, jsonlogic.Error{Fault: jsonlogic.OperatorFailed, Operator: "fails", Pointer: "/0"}, "no such plan"},
	{"the host's operator panics", `[{"panics":[{"var":"secret"}]}]`, jsonlogic.Error{Fault: jsonlogic.OperatorPanicked, Operator: "panics", Pointer: "/0"}, "panicked"},
	{"a Go type that JSON does not decode to", `{"var":"struct"}`, jsonlogic.Error{Fault: jsonlogic.InvalidData}, "struct"},
	{"a number that is none", `[{"var":"number"}]`, jsonlogic.Error{Fault: jsonlogic.InvalidData}, "json.Number"},
	{"no budget left", `{"map":[{"var":"long"},[1,2,{"var":""}]]}`, jsonlogic.Error{Fault: jsonlogic.BudgetExceeded}, "than the budget allows"},
}

// secretive is an event with all that rules fail at, and failing are the options for it.
func secretive() map[string]any {
	return map[string]any{
		"secret": "hunter2", "number": json.Number("hunter2"), "list": []any{1, "hunter2", 3}, "long": make([]any, 30_000),
		"struct": struct{ Password string }{"hunter2"},
	}
}

func failing() jsonlogic.Options {
	return jsonlogic.Options{Operators: map[string]jsonlogic.Operator{
		"rate":   {Least: 2, Most: 2, Eager: first},
		"fails":  {Eager: func(context.Context, []any) (any, error) { return nil, fmt.Errorf("plan: %w", errNoPlan) }},
		"panics": {Eager: func(_ context.Context, args []any) (any, error) { panic(args[0]) }},
	}}
}

func first(_ context.Context, args []any) (any, error) { return args[0], nil }

func TestWhatGoesWrongIsTypedAndSaysNothingOfTheEvent(t *testing.T) {
	for _, tc := range faults {
		t.Run(tc.reason, func(t *testing.T) {
			r, session := compileRule(t, tc.rule, failing()), compileRule(t, tc.rule, failing()).NewMachine()
			for name, eval := range map[string]func(context.Context, any) error{
				"Eval":         func(ctx context.Context, data any) error { _, err := r.Eval(ctx, data); return err },
				"Trace":        func(ctx context.Context, data any) error { _, _, err := r.Trace(ctx, data); return err },
				"Machine.Eval": func(ctx context.Context, data any) error { _, err := session.Eval(ctx, data); return err },
			} {
				err := eval(t.Context(), secretive())
				requireError(t, err, jsonlogic.ErrEvaluation, tc.want)
				require.ErrorContains(t, err, tc.says, name)
				require.NotContains(t, err.Error(), "hunter2", name)
			}
		})
	}
	for reason, eval := range map[string]func(*jsonlogic.Rule) error{
		"no number": func(r *jsonlogic.Rule) error { _, err := r.EvalNumber(t.Context(), secretive()); return err },
		"no float":  func(r *jsonlogic.Rule) error { _, err := r.EvalFloat(t.Context(), secretive()); return err },
		"no text":   func(r *jsonlogic.Rule) error { _, err := r.EvalText(t.Context(), secretive()); return err },
	} {
		r := compileRule(t, `{"if":[true,[{"var":"secret"}]]}`, jsonlogic.Options{})
		requireError(t, eval(r), jsonlogic.ErrEvaluation, jsonlogic.Error{Fault: jsonlogic.WrongResult, Operator: "if"})
		require.NotContains(t, eval(r).Error(), "hunter2", reason)
	}
}

func TestErrorsOfTheHostsOperatorsAreFound(t *testing.T) {
	_, err := compileRule(t, `[{"fails":[]}]`, failing()).Eval(t.Context(), nil)
	require.ErrorIs(t, err, errNoPlan)
	var panicked *jsonlogic.PanicError
	require.NotErrorAs(t, err, &panicked)

	_, err = compileRule(t, `{"try":[{"panics":["a text"]},"not caught"]}`, failing()).Eval(t.Context(), nil)
	require.ErrorAs(t, err, &panicked)
	require.Equal(t, "a text", panicked.Value)
	require.Contains(t, string(panicked.Stack), "fault_test.go")

	// One that runs a rule itself: each error keeps its own place.
	inner := compileRule(t, `{"+":[1,{"var":"x"}]}`, jsonlogic.Options{})
	outer := compileRule(t, `{"!":{"inner":[{"throw":"x"}]}}`, jsonlogic.Options{Operators: map[string]jsonlogic.Operator{
		"inner": {Lazy: func(ctx context.Context, args jsonlogic.Arguments) (any, error) {
			return inner.Eval(ctx, map[string]any{"x": "text"})
		}},
	}})
	_, err = outer.Eval(t.Context(), nil)
	requireError(t, err, jsonlogic.ErrEvaluation, jsonlogic.Error{Fault: jsonlogic.OperatorFailed, Operator: "inner", Pointer: "/!"})
	require.ErrorContains(t, err, `operator "+" at /+/1`)
}

func TestWhatIsThrownIsTheErrorsValue(t *testing.T) {
	event := map[string]any{"a": map[string]any{"n": 1.5, "deep": []any{[]any{"x"}}}}
	r := compileRule(t, `{"throw":{"var":"a"}}`, jsonlogic.Options{})
	for range 2 {
		_, err := r.Eval(t.Context(), event)
		var thrown *jsonlogic.Error
		require.ErrorAs(t, err, &thrown)
		require.Equal(t, map[string]any{"n": json.Number("1.5"), "deep": []any{[]any{"x"}}}, thrown.Value)
		ruletest.Scribble(thrown.Value)
	}
	require.Equal(t, map[string]any{"n": 1.5, "deep": []any{[]any{"x"}}}, event["a"])
	caught, err := compileRule(t, `{"try":[{"throw":{"var":"a"}},{"var":"n"}]}`, jsonlogic.Options{}).EvalNumber(t.Context(), event)
	require.NoError(t, err)
	require.Equal(t, "1.5", caught.String())
	kept := compileRule(t, `{"throw":{"preserve":{"type":"mine","of":[1]}}}`, jsonlogic.Options{})
	for range 2 {
		_, err := kept.Eval(t.Context(), nil)
		var thrown *jsonlogic.Error
		require.ErrorAs(t, err, &thrown)
		require.Equal(t, map[string]any{"type": "mine", "of": []any{json.Number("1")}}, thrown.Value)
		ruletest.Scribble(thrown.Value)
	}
}

func TestAContextThatEndedIsItsOwnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := jsonlogic.Options{Operators: map[string]jsonlogic.Operator{
		"cancel": {Eager: func(context.Context, []any) (any, error) { cancel(); return nil, nil }},
		"ask":    {Eager: func(ctx context.Context, _ []any) (any, error) { return nil, fmt.Errorf("asking: %w", ctx.Err()) }},
	}}
	during := compileRule(t, `{"try":[[{"cancel":[]},{"ask":[]}],"caught"]}`, o)
	_, err := during.Eval(ctx, nil)
	require.Equal(t, context.Canceled, err)
	r := compileRule(t, `1`, jsonlogic.Options{})
	s := r.NewMachine()
	for name, eval := range map[string]func() error{
		"Eval":               func() error { _, err := r.Eval(ctx, nil); return err },
		"EvalNumber":         func() error { _, err := r.EvalNumber(ctx, nil); return err },
		"EvalFloat":          func() error { _, err := r.EvalFloat(ctx, nil); return err },
		"EvalText":           func() error { _, err := r.EvalText(ctx, nil); return err },
		"EvalTruth":          func() error { _, err := r.EvalTruth(ctx, nil); return err },
		"Trace":              func() error { _, _, err := r.Trace(ctx, nil); return err },
		"Machine.Eval":       func() error { _, err := s.Eval(ctx, nil); return err },
		"Machine.EvalNumber": func() error { _, err := s.EvalNumber(ctx, nil); return err },
		"Machine.EvalFloat":  func() error { _, err := s.EvalFloat(ctx, nil); return err },
		"Machine.EvalText":   func() error { _, err := s.EvalText(ctx, nil); return err },
		"Machine.EvalTruth":  func() error { _, err := s.EvalTruth(ctx, nil); return err },
	} {
		require.Equal(t, context.Canceled, eval(), name)
		require.NotErrorIs(t, eval(), admin.ErrInvalid, name)
	}
}
