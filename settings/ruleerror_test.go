package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

func TestCompileRuleRefuses(t *testing.T) {
	scale := func(n int) settings.RuleOptions { return settings.RuleOptions{DivisionScale: &n} }
	takesTwo := settings.RuleOptions{Operators: map[string]settings.Operator{"rate": {Least: 2, Most: 2, Eager: first}, "none": {}}}
	for _, tc := range []struct {
		reason            string
		rule              string
		options           settings.RuleOptions
		fault             settings.Fault
		operator, pointer string
		says              string
	}{
		{"nothing", ``, settings.RuleOptions{}, settings.InvalidSyntax, "", "", "not JSON"},
		{"two documents", `1 2`, settings.RuleOptions{}, settings.InvalidSyntax, "", "", "not JSON"},
		{"a key twice, and which", `{"if":[true,{"var":"a","var":"b"}]}`, settings.RuleOptions{Lenient: true}, settings.InvalidSyntax, "var", "/if/1", `key "var" is there twice`},
		{"too many bytes", `"` + strings.Repeat("x", settings.MaxRule) + `"`, settings.RuleOptions{Lenient: true}, settings.TooLarge, "", "", "65538 bytes, more than 65536"},
		{"too deep", nested(settings.MaxRuleDepth + 1), settings.RuleOptions{Lenient: true}, settings.TooLarge, "", strings.Repeat("/0", settings.MaxRuleDepth), "deeper than 64"},
		{"too many nodes", ones(settings.MaxRuleNodes), settings.RuleOptions{Lenient: true}, settings.TooLarge, "", "/1999", "more than 2000"},
		{"a number of too many digits", `{"+":[1,1e2000]}`, settings.RuleOptions{}, settings.TooLarge, "", "/+/1", "1e2000 is out of range"},
		{"a number that float64 has not", `{"+":[1,1e400]}`, settings.RuleOptions{Numbers: settings.FloatNumbers}, settings.TooLarge, "", "/+/1", "1e400 is out of range"},
		{"an operator that does not exist", `{"vat":"km"}`, settings.RuleOptions{}, settings.UnknownOperator, "vat", "", "no such operator"},
		{"one in a branch that is hardly ever taken", `{"if":[true,1,{"/":[1,{"a~/b":2}]}]}`, settings.RuleOptions{}, settings.UnknownOperator, "a~/b", "/if/2/~1/1", "no such operator"},
		{"one that only another dialect has", `{"val":"a"}`, settings.RuleOptions{Dialect: settings.TogaiDialect}, settings.UnknownOperator, "val", "", "no such operator"},
		{"an object with two keys", `[{"var":"a","default":1}]`, settings.RuleOptions{}, settings.UnknownOperator, "", "/0", "one key, the operator, and not 2"},
		{"the same in the Togai dialect, lenient or not", `[{"var":"a","default":1}]`, settings.RuleOptions{Dialect: settings.TogaiDialect, Lenient: true}, settings.InvalidSyntax, "", "/0", "and not 2"},
		{"too few arguments", `{"+":[1,{"%":[5]}]}`, settings.RuleOptions{}, settings.InvalidArguments, "%", "/+/1", "it has 1 argument and needs at least 2 arguments"},
		{"too many", `{"in":["a","b","c"]}`, settings.RuleOptions{}, settings.InvalidArguments, "in", "", "it has 3 arguments and takes 2 arguments"},
		{"arguments that are not written as a list", `{"and":{"var":"all"}}`, settings.RuleOptions{}, settings.InvalidArguments, "and", "", "must be written as a list"},
		{"another number than the host's operator takes", `{"!":{"rate":[1,2,3]}}`, takesTwo, settings.InvalidArguments, "rate", "/!", "it has 3 arguments and takes 2 arguments"},
		{"an operator of the host's without a function", `{"none":1}`, takesTwo, settings.UnknownOperator, "none", "", "has no function"},
		{"a division's scale below 0", `1`, scale(-1), settings.InvalidArguments, "", "", "from 0 to 100"},
		{"and above 100", `1`, scale(101), settings.InvalidArguments, "", "", "from 0 to 100"},
		{"numbers that there are not", `1`, settings.RuleOptions{Numbers: 2}, settings.InvalidArguments, "", "", "no numbers 2"},
		{"a dialect that there is not", `1`, settings.RuleOptions{Dialect: 2}, settings.InvalidArguments, "", "", "no dialect 2"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r, err := settings.CompileRule(json.RawMessage(tc.rule), tc.options)
			require.Nil(t, r)
			requireRuleError(t, err, settings.ErrRule, settings.RuleError{Fault: tc.fault, Operator: tc.operator, Pointer: tc.pointer})
			require.ErrorContains(t, err, tc.says)
			require.Less(t, len(err.Error()), 1000, "a huge rule makes no huge error")

			engine, err := settings.NewEngine(tc.options)
			if err == nil {
				_, err = engine.Compile(t.Context(), json.RawMessage(tc.rule))
			}
			require.ErrorIs(t, err, settings.ErrRule, "an engine refuses it too")
		})
	}
	for _, rule := range []string{nested(settings.MaxRuleDepth), ones(settings.MaxRuleNodes - 1), `"` + strings.Repeat("x", settings.MaxRule-2) + `"`} {
		compileRule(t, rule, settings.RuleOptions{})
	}
}

// ones is a list of n numbers, which is a rule of n+1 nodes.
func ones(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]" }

// requireRuleError holds an error to what every *RuleError promises.
func requireRuleError(t *testing.T, err, sentinel error, want settings.RuleError) {
	t.Helper()
	var got *settings.RuleError
	require.ErrorAs(t, err, &got)
	require.Equal(t, []string{string(want.Fault), want.Operator, want.Pointer}, []string{string(got.Fault), got.Operator, got.Pointer}, "%v", err)
	require.ErrorIs(t, err, sentinel)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.NotEqual(t, errors.Is(err, settings.ErrRule), errors.Is(err, settings.ErrEvaluation), "%v", err)
	require.Equal(t, 1, strings.Count(err.Error(), sentinel.Error()), "said once: %v", err)
}

func TestLenientRulesFailWhereTheyAreReached(t *testing.T) {
	o := settings.RuleOptions{Lenient: true, Operators: map[string]settings.Operator{"rate": {Least: 2, Most: 2, Eager: first}}}
	for _, tc := range []struct {
		reason, rule string
		want         settings.RuleError
	}{
		{"an unknown operator", `{"vat":"km"}`, settings.RuleError{Fault: settings.UnknownOperator, Operator: "vat", Pointer: "/if/1"}},
		{"an object with two keys", `{"var":"a","default":1}`, settings.RuleError{Fault: settings.UnknownOperator, Pointer: "/if/1"}},
		{"too few arguments", `{"%":[5]}`, settings.RuleError{Fault: settings.InvalidArguments, Operator: "%", Pointer: "/if/1"}},
		{"too few for the host's operator", `{"rate":[5]}`, settings.RuleError{Fault: settings.InvalidArguments, Operator: "rate", Pointer: "/if/1"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r := compileRule(t, `{"if":[{"var":"reach"},`+tc.rule+`,"not reached"]}`, o)
			text, err := r.EvalText(t.Context(), map[string]any{"reach": false})
			require.NoError(t, err)
			require.Equal(t, "not reached", text)
			_, err = r.EvalText(t.Context(), map[string]any{"reach": true})
			requireRuleError(t, err, settings.ErrEvaluation, tc.want)
		})
	}
}

var errNoPlan = errors.New("no such plan")

// faults are rules that fail on any event in each way that there is.
var faults = []struct {
	reason, rule string
	want         settings.RuleError
	says         string
}{
	{"an operand is no number", `{"*":[2,{"var":"secret"}]}`, settings.RuleError{Fault: settings.NotANumber, Operator: "*", Pointer: "/*/1"}, "no number"},
	{"a division by zero", `{"if":[true,{"/":[1,{"-":[1,1]}]}]}`, settings.RuleError{Fault: settings.NotANumber, Operator: "/", Pointer: "/if/1"}, "division by zero"},
	{"a text and a number compared", `{"<":[{"var":"secret"},1]}`, settings.RuleError{Fault: settings.NotANumber, Operator: "<", Pointer: ""}, ""},
	{"an argument that the operator does not take", `{"all":[{"var":"none"},true]}`, settings.RuleError{Fault: settings.InvalidArguments, Operator: "all", Pointer: ""}, "needs a list"},
	{"a number of arguments that only the event tells", `{"rate":{"var":"list"}}`, settings.RuleError{Fault: settings.InvalidArguments, Operator: "rate", Pointer: ""}, "it has 3 arguments and takes 2 arguments"},
	{"the rule throws", `{"if":[true,{"throw":{"var":"secret"}}]}`, settings.RuleError{Fault: settings.Thrown, Operator: "throw", Pointer: "/if/1"}, "thrown"},
	{"the host's operator fails", `[{"fails":[{"var":"secret"}]}]`, settings.RuleError{Fault: settings.OperatorFailed, Operator: "fails", Pointer: "/0"}, "no such plan"},
	{"the host's operator panics", `[{"panics":[{"var":"secret"}]}]`, settings.RuleError{Fault: settings.OperatorPanicked, Operator: "panics", Pointer: "/0"}, "has to be mended"},
	{"a Go type that JSON does not decode to", `{"var":"struct"}`, settings.RuleError{Fault: settings.InvalidData}, "struct"},
	{"a number that is none", `[{"var":"number"}]`, settings.RuleError{Fault: settings.InvalidData}, "json.Number"},
	{"no budget left", `{"map":[{"var":"long"},[1,2,{"var":""}]]}`, settings.RuleError{Fault: settings.BudgetExceeded}, "than the budget allows"},
}

// secretive is an event with all that rules fail at, and failing are the options for it.
func secretive() map[string]any {
	return map[string]any{
		"secret": "hunter2", "number": json.Number("hunter2"), "list": []any{1, "hunter2", 3}, "long": make([]any, 30_000),
		"struct": struct{ Password string }{"hunter2"},
	}
}

func failing() settings.RuleOptions {
	return settings.RuleOptions{Operators: map[string]settings.Operator{
		"rate":   {Least: 2, Most: 2, Eager: first},
		"fails":  {Eager: func(context.Context, []any) (any, error) { return nil, fmt.Errorf("plan: %w", errNoPlan) }},
		"panics": {Eager: func(_ context.Context, args []any) (any, error) { panic(args[0]) }},
	}}
}

func first(_ context.Context, args []any) (any, error) { return args[0], nil }

func TestWhatGoesWrongIsTypedAndSaysNothingOfTheEvent(t *testing.T) {
	for _, tc := range faults {
		t.Run(tc.reason, func(t *testing.T) {
			r, session := compileRule(t, tc.rule, failing()), compileRule(t, tc.rule, failing()).Session()
			for name, eval := range map[string]func(context.Context, any) error{
				"Eval":         func(ctx context.Context, data any) error { _, err := r.Eval(ctx, data); return err },
				"Trace":        func(ctx context.Context, data any) error { _, _, err := r.Trace(ctx, data); return err },
				"Session.Eval": func(ctx context.Context, data any) error { _, err := session.Eval(ctx, data); return err },
			} {
				err := eval(t.Context(), secretive())
				requireRuleError(t, err, settings.ErrEvaluation, tc.want)
				require.ErrorContains(t, err, tc.says, name)
				require.NotContains(t, err.Error(), "hunter2", name)
			}
		})
	}
	for reason, eval := range map[string]func(*settings.Rule) error{
		"no number": func(r *settings.Rule) error { _, err := r.EvalNumber(t.Context(), secretive()); return err },
		"no float":  func(r *settings.Rule) error { _, err := r.EvalFloat(t.Context(), secretive()); return err },
		"no text":   func(r *settings.Rule) error { _, err := r.EvalText(t.Context(), secretive()); return err },
	} {
		r := compileRule(t, `{"if":[true,[{"var":"secret"}]]}`, settings.RuleOptions{})
		requireRuleError(t, eval(r), settings.ErrEvaluation, settings.RuleError{Fault: settings.WrongResult, Operator: "if"})
		require.NotContains(t, eval(r).Error(), "hunter2", reason)
	}
}

func TestErrorsOfTheHostsOperatorsAreFound(t *testing.T) {
	_, err := compileRule(t, `[{"fails":[]}]`, failing()).Eval(t.Context(), nil)
	require.ErrorIs(t, err, errNoPlan)
	var panicked *settings.PanicError
	require.NotErrorAs(t, err, &panicked)

	_, err = compileRule(t, `{"try":[{"panics":["a text"]},"not caught"]}`, failing()).Eval(t.Context(), nil)
	require.ErrorAs(t, err, &panicked)
	require.Equal(t, "a text", panicked.Value)
	require.Contains(t, string(panicked.Stack), "ruleerror_test.go")

	// One that runs a rule itself: each error keeps its own place.
	inner := compileRule(t, `{"+":[1,{"var":"x"}]}`, settings.RuleOptions{})
	outer := compileRule(t, `{"!":{"inner":[{"throw":"x"}]}}`, settings.RuleOptions{Operators: map[string]settings.Operator{
		"inner": {Lazy: func(ctx context.Context, args settings.Arguments) (any, error) {
			return inner.Eval(ctx, map[string]any{"x": "text"})
		}},
	}})
	_, err = outer.Eval(t.Context(), nil)
	requireRuleError(t, err, settings.ErrEvaluation, settings.RuleError{Fault: settings.OperatorFailed, Operator: "inner", Pointer: "/!"})
	require.ErrorContains(t, err, `operator "+" at /+/1`)
}

func TestWhatIsThrownIsTheErrorsValue(t *testing.T) {
	event := map[string]any{"a": map[string]any{"n": 1.5, "deep": []any{[]any{"x"}}}}
	r := compileRule(t, `{"throw":{"var":"a"}}`, settings.RuleOptions{})
	for range 2 {
		_, err := r.Eval(t.Context(), event)
		var thrown *settings.RuleError
		require.ErrorAs(t, err, &thrown)
		require.Equal(t, map[string]any{"n": json.Number("1.5"), "deep": []any{[]any{"x"}}}, thrown.Value)
		scribble(thrown.Value)
	}
	require.Equal(t, map[string]any{"n": 1.5, "deep": []any{[]any{"x"}}}, event["a"])
	caught, err := compileRule(t, `{"try":[{"throw":{"var":"a"}},{"var":"n"}]}`, settings.RuleOptions{}).EvalNumber(t.Context(), event)
	require.NoError(t, err)
	require.Equal(t, "1.5", caught.String())
	kept := compileRule(t, `{"throw":{"preserve":{"type":"mine","of":[1]}}}`, settings.RuleOptions{})
	for range 2 {
		_, err := kept.Eval(t.Context(), nil)
		var thrown *settings.RuleError
		require.ErrorAs(t, err, &thrown)
		require.Equal(t, map[string]any{"type": "mine", "of": []any{json.Number("1")}}, thrown.Value)
		scribble(thrown.Value)
	}
}

func TestAContextThatEndedIsItsOwnError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := settings.RuleOptions{Operators: map[string]settings.Operator{
		"cancel": {Eager: func(context.Context, []any) (any, error) { cancel(); return nil, nil }},
		"ask":    {Eager: func(ctx context.Context, _ []any) (any, error) { return nil, fmt.Errorf("asking: %w", ctx.Err()) }},
	}}
	during := compileRule(t, `{"try":[[{"cancel":[]},{"ask":[]}],"caught"]}`, o)
	_, err := during.Eval(ctx, nil)
	require.Equal(t, context.Canceled, err)
	r := compileRule(t, `1`, settings.RuleOptions{})
	s := r.Session()
	for name, eval := range map[string]func() error{
		"Eval":               func() error { _, err := r.Eval(ctx, nil); return err },
		"EvalNumber":         func() error { _, err := r.EvalNumber(ctx, nil); return err },
		"EvalFloat":          func() error { _, err := r.EvalFloat(ctx, nil); return err },
		"EvalText":           func() error { _, err := r.EvalText(ctx, nil); return err },
		"EvalTruth":          func() error { _, err := r.EvalTruth(ctx, nil); return err },
		"Trace":              func() error { _, _, err := r.Trace(ctx, nil); return err },
		"Session.Eval":       func() error { _, err := s.Eval(ctx, nil); return err },
		"Session.EvalNumber": func() error { _, err := s.EvalNumber(ctx, nil); return err },
		"Session.EvalFloat":  func() error { _, err := s.EvalFloat(ctx, nil); return err },
		"Session.EvalText":   func() error { _, err := s.EvalText(ctx, nil); return err },
		"Session.EvalTruth":  func() error { _, err := s.EvalTruth(ctx, nil); return err },
		"Engine.Compile":     func() error { _, err := new(settings.Engine).Compile(ctx, json.RawMessage(`1`)); return err },
	} {
		require.Equal(t, context.Canceled, eval(), name)
		require.NotErrorIs(t, eval(), admin.ErrInvalid, name)
	}
}
