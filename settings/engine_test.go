package settings_test

import (
	"context"
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/ruletest"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func newEngine(t *testing.T, o jsonlogic.Options) *settings.Engine {
	t.Helper()
	e, err := settings.NewEngine(o)
	require.NoError(t, err)
	return e
}

func compileRule(t testing.TB, rule string, o jsonlogic.Options) *jsonlogic.Rule {
	t.Helper()
	r, err := jsonlogic.Compile([]byte(rule), o)
	require.NoError(t, err)
	return r
}

func first(_ context.Context, args []any) (any, error) { return args[0], nil }

// everyKind are options that make a difference to every rule.
func everyKind() map[string]jsonlogic.Options {
	return map[string]jsonlogic.Options{
		"exact": {}, "float": {Numbers: jsonlogic.Float64}, "Togai": {Dialect: jsonlogic.Togai}, "lenient": {Lenient: true},
	}
}

var plainDigits = regexp.MustCompile(`^-?\d+(\.\d+)?$`)

// requirePlain holds a result to what Program promises of its numbers.
func requirePlain(t *testing.T, v any, what string) {
	t.Helper()
	switch x := v.(type) {
	case nil, bool, string:
	case json.Number:
		require.Regexp(t, plainDigits, x.String(), what)
	case []any:
		for i := range x {
			requirePlain(t, x[i], what)
		}
	case map[string]any:
		for k := range x {
			requirePlain(t, x[k], what)
		}
	default:
		require.Fail(t, "not in the types of a result", "%T: %s", v, what)
	}
}

func TestProgramsOfAnEngineAreWhatTheyShouldBe(t *testing.T) {
	more := []string{
		`1e21`, `-0`, `{"*":[0,-1]}`, `{"*":[1e21,10]}`, `{"/":[1,10000000]}`, `[{"+":[0.1,0.2]},[1e-7]]`, `{"throw":{"var":"n"}}`,
		`{"preserve":{"a":[1e21,{"b":-0.0}]}}`,
	}
	for name, o := range everyKind() {
		e := newEngine(t, o)
		for _, formula := range append(more, ruletest.Formulas()...) {
			p, err := e.Compile(t.Context(), json.RawMessage(formula))
			if err != nil {
				require.Equal(t, jsonlogic.Togai, o.Dialect, "%s: %v", formula, err)
				continue
			}
			tracer, ok := p.(settings.Tracer)
			require.True(t, ok)
			forker, ok := p.(settings.Forker)
			require.True(t, ok)
			reader, ok := p.(settings.Reader)
			require.True(t, ok)
			require.Equal(t, compileRule(t, formula, o).Reads(), reader.Reads())
			session := forker.Fork()
			for _, event := range append(ruletest.Events(), map[string]any{"n": 1e21, "m": math.Copysign(0, -1), "l": []any{map[string]any{"q": 1e21, "p": 1e-7}}}) {
				what := name + " " + formula
				want, failure := p.Eval(t.Context(), event)
				requirePlain(t, want, what)
				requireThrownPlain(t, failure, what)
				for range 2 {
					got, err := session.Eval(t.Context(), event)
					require.Equal(t, failure, err, what)
					require.Equal(t, want, got, what)
				}
				got, trace, err := tracer.Trace(t.Context(), event)
				require.Equal(t, failure, err, what)
				require.Equal(t, want, got, what)
				for _, step := range trace.Steps {
					requirePlain(t, step.Value, what)
				}
			}
		}
	}
}

// requireThrownPlain holds an evaluation's error to what RuleError promises of its Value.
func requireThrownPlain(t *testing.T, err error, what string) {
	t.Helper()
	if err == nil {
		return
	}
	require.ErrorIs(t, err, jsonlogic.ErrEvaluation, what)
	var failed *jsonlogic.Error
	require.ErrorAs(t, err, &failed, what)
	requirePlain(t, failed.Value, what)
}

func TestAnEngineIsStrictAndItsOwn(t *testing.T) {
	own := map[string]jsonlogic.Operator{"mine": {Eager: first}}
	e := newEngine(t, jsonlogic.Options{Lenient: true, Operators: own})
	clear(own)
	_, err := e.Compile(t.Context(), json.RawMessage(`{"mine":[1]}`))
	require.NoError(t, err)
	for _, rule := range []string{`{"bogus":1}`, `{"in":[1]}`} {
		_, err := e.Compile(t.Context(), json.RawMessage(rule))
		require.ErrorIs(t, err, jsonlogic.ErrRule)
		_, err = new(settings.Engine).Compile(t.Context(), json.RawMessage(rule))
		require.ErrorIs(t, err, jsonlogic.ErrRule, "the zero value is strict too")
	}
	raw := json.RawMessage(`{"cat":["a","b"]}`)
	p, err := e.Compile(t.Context(), raw)
	require.NoError(t, err)
	copy(raw[9:], "x")
	got, err := p.Eval(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "ab", got, "it does not keep the bytes")
}

func TestAnEngineRefusesWhatCompileRefuses(t *testing.T) {
	scale := func(n int) jsonlogic.Options { return jsonlogic.Options{DivisionScale: &n} }
	for reason, tc := range map[string]struct {
		rule    string
		options jsonlogic.Options
	}{
		"no JSON":                           {`1 2`, jsonlogic.Options{}},
		"a key twice":                       {`{"if":[true,{"var":"a","var":"b"}]}`, jsonlogic.Options{Lenient: true}},
		"too deep":                          {nested(jsonlogic.MaxDepth + 1), jsonlogic.Options{Lenient: true}},
		"a number that float64 has not":     {`{"+":[1,1e400]}`, jsonlogic.Options{Numbers: jsonlogic.Float64}},
		"an operator that does not exist":   {`{"vat":"km"}`, jsonlogic.Options{}},
		"one that only another dialect has": {`{"val":"a"}`, jsonlogic.Options{Dialect: jsonlogic.Togai}},
		"too many arguments":                {`{"in":["a","b","c"]}`, jsonlogic.Options{Lenient: true}},
		"a division's scale below 0":        {`1`, scale(-1)},
		"numbers that there are not":        {`1`, jsonlogic.Options{Numbers: 2}},
		"a dialect that there is not":       {`1`, jsonlogic.Options{Dialect: 2}},
	} {
		t.Run(reason, func(t *testing.T) {
			engine, err := settings.NewEngine(tc.options)
			if err == nil {
				_, err = engine.Compile(t.Context(), json.RawMessage(tc.rule))
			}
			require.ErrorIs(t, err, jsonlogic.ErrRule)
			require.ErrorAs(t, err, new(*jsonlogic.Error))
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := new(settings.Engine).Compile(ctx, json.RawMessage(`1`))
	require.Equal(t, context.Canceled, err)
}

func TestABadRuleIsRefusedWhereverItIsSaved(t *testing.T) {
	const bad, says = `{"if":[true,1,{"-":[{"var":"a"},{"double":-2}]}]}`, `operator "double" at /if/2/-/1: there is no such operator`
	o := newOffice(t, settings.Options{})
	earlier := o.over(o.backend.Settings(), settings.Options{
		Evaluator: newEngine(t, jsonlogic.Options{Operators: map[string]jsonlogic.Operator{"double": {Eager: first}}}),
	})
	old, err := earlier.Create(t.Context(), o.acme, settings.NewSetting{Entity: organization, Name: "old", Value: rule(t, bad)})
	require.NoError(t, err)
	_, err = earlier.Update(t.Context(), o.acme, old.ID, 1, number(t, "1"))
	require.NoError(t, err)
	s := o.create(organization, "rule", rule(t, `1`))
	for name, tc := range map[string]struct {
		path string
		save func() error
	}{
		"Create": {"/value", func() error {
			_, err := o.Create(t.Context(), o.acme, settings.NewSetting{Entity: organization, Name: "new", Value: rule(t, bad)})
			return err
		}},
		"Update":  {"/value", func() error { _, err := o.Update(t.Context(), o.acme, s.ID, 1, rule(t, bad)); return err }},
		"Restore": {"/value", func() error { _, err := o.Restore(t.Context(), o.acme, old.ID, 2, 1); return err }},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.save()
			require.Equal(t, []string{tc.path}, paths(t, err))
			require.ErrorContains(t, err, says)
		})
	}
}

func TestExplainTracesTheRulesOfAnEngine(t *testing.T) {
	event := map[string]any{"trip": map[string]any{"km": json.Number("1e21")}}
	for _, tc := range []struct {
		numbers      jsonlogic.Numbers
		value, twice json.Number
	}{
		{jsonlogic.Decimal, "2000000000000000000000.1", "2000000000000000000000"},
		{jsonlogic.Float64, "2000000000000000000000", "2000000000000000000000"},
	} {
		o := newOffice(t, settings.Options{Evaluator: newEngine(t, jsonlogic.Options{Numbers: tc.numbers})})
		o.create(organization, "charge", rule(t, `{"if":[{"var":"vip"},0,{"+":[{"*":[{"var":"trip.km"},2]},0.1]}]}`))
		got, err := o.Explain(t.Context(), o.acme, settings.Path{}, "", "charge", event)
		require.NoError(t, err)
		require.True(t, got.Traced)
		require.NoError(t, got.Failure)
		require.Equal(t, tc.value, got.Value)
		require.Equal(t, []jsonlogic.Read{{Path: "vip"}, {Path: "trip.km", Found: true, Value: json.Number("1e21")}}, got.Trace.Reads)
		steps := got.Trace.Steps
		require.Equal(t, jsonlogic.Step{Pointer: "/if/2/+/0", Operator: "*", Value: tc.twice, Index: -1}, steps[2])
		require.Equal(t, jsonlogic.Step{Operator: "if", Value: tc.value, Branch: "/if/2", Index: -1}, steps[len(steps)-1])
	}

	o := newOffice(t, settings.Options{})
	o.create(organization, "charge", rule(t, `{"map":[{"var":"l"},{"/":[1,{"var":""}]}]}`))
	got, err := o.Explain(t.Context(), o.acme, settings.Path{}, "", "charge", map[string]any{"l": []any{4, 0}})
	require.NoError(t, err)
	require.ErrorIs(t, got.Failure, jsonlogic.ErrEvaluation)
	var failed *jsonlogic.Error
	require.ErrorAs(t, got.Failure, &failed)
	require.Equal(t, "/map/1", failed.Pointer)
	var quotients []jsonlogic.Step
	for _, s := range got.Trace.Steps {
		if s.Operator == "/" {
			quotients = append(quotients, s)
		}
	}
	require.Len(t, quotients, 2)
	require.Equal(t, jsonlogic.Step{Pointer: "/map/1", Operator: "/", Value: json.Number("0.25")}, quotients[0])
	require.Equal(t, 1, quotients[1].Index)
	require.Contains(t, quotients[1].Failure, "division by zero")
}

func TestARunAwayRuleFailsItsEventOnly(t *testing.T) {
	o := newOffice(t, settings.Options{})
	doubling := `{"reduce":[[` + strings.TrimSuffix(strings.Repeat("1,", 40), ",") + `],{"cat":[{"var":"accumulator"},{"var":"accumulator"}]},"x"]}`
	s := o.create(organization, "doubling", rule(t, doubling))
	_, err := o.EvaluateID(t.Context(), o.acme, s.ID, nil)
	require.ErrorIs(t, err, jsonlogic.ErrEvaluation)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorContains(t, err, "doubling of ORGANIZATION")
	require.ErrorContains(t, err, "than the budget allows")
}

func TestAnEngineKeepsItsOptions(t *testing.T) {
	scale := 2
	own := map[string]jsonlogic.Operator{"one": {Eager: func(context.Context, []any) (any, error) { return 1, nil }}}
	o := jsonlogic.Options{DivisionScale: &scale, Operators: own}
	e, rule := newEngine(t, o), compileRule(t, `{"/":[2,3]}`, o)
	scale = 5
	clear(own)
	p, err := e.Compile(t.Context(), json.RawMessage(`{"/":[{"*":[2,{"one":[]}]},3]}`))
	require.NoError(t, err)
	v, err := p.Eval(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, json.Number("0.67"), v)
	v, _, err = rule.Trace(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, json.Number("0.67"), v, "a trace is compiled when it is first asked for")
}
