package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// readers makes programs that know what they read and cannot trace.
type readers struct{ settings.Engine }

type readerProgram struct{ settings.Program }

func (e readers) Compile(ctx context.Context, rule json.RawMessage) (settings.Program, error) {
	p, err := e.Engine.Compile(ctx, rule)
	return readerProgram{p}, err
}

func (p readerProgram) Reads() []string { return p.Program.(settings.Reader).Reads() }

func TestExplainWithWhatAProgramWithoutTraceKnows(t *testing.T) {
	o := newOffice(t, settings.Options{Evaluator: readers{}})
	o.create(organization, "charge", rule(t, `1`))
	mine := o.create(account("eu"), "charge", rule(t, `{"if":[{"var":"vip"},0,{"*":[{"var":"trip.km"},{"var":["rates.1",2]}]}]}`))
	event := map[string]any{"trip": map[string]any{"km": json.Number("3")}, "rates": []any{json.Number("5")}}
	got, err := o.Explain(t.Context(), o.acme, settings.Path{Account: "eu"}, "", "charge", event)
	require.NoError(t, err)
	require.Equal(t, mine, got.Resolved.Setting)
	require.Len(t, got.Resolved.Hidden, 1)
	require.Equal(t, json.Number("6"), got.Value)
	require.NoError(t, got.Failure)
	require.False(t, got.Traced)
	require.Equal(t, []jsonlogic.Read{
		{Path: "rates.1"}, {Path: "trip.km", Found: true, Value: json.Number("3")}, {Path: "vip"},
	}, got.Trace.Reads)
	require.Empty(t, got.Trace.Steps)
}

func TestExplainAnswersAlsoWhereTheRuleFails(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "charge", rule(t, `{"/":[1,{"var":"n"}]}`))
	got, err := o.Explain(t.Context(), o.acme, settings.Path{}, "", "charge", map[string]any{"n": 0})
	require.NoError(t, err)
	require.ErrorIs(t, got.Failure, jsonlogic.ErrEvaluation)
	require.ErrorContains(t, got.Failure, "charge")
	require.Nil(t, got.Value)
	require.Equal(t, []jsonlogic.Read{{Path: "n", Found: true, Value: 0}}, got.Trace.Reads)
}

func TestExplainFailsLikeEvaluate(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "number", number(t, "1"))
	o.create(organization, "charge", rule(t, `1`))
	_, err := o.Explain(t.Context(), o.acme, settings.Path{}, "", "none", nil)
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = o.Explain(t.Context(), o.acme, settings.Path{}, "", "number", nil)
	require.ErrorIs(t, err, settings.ErrNotLogic)
	_, err = o.Explain(t.Context(), admin.Scope{}, settings.Path{}, "", "charge", nil)
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = o.Explain(ctx, o.acme, settings.Path{}, "", "charge", nil)
	require.ErrorIs(t, err, context.Canceled)
}

// tracing is an evaluator whose programs trace.
type tracing struct{ err error }

func (e tracing) Compile(context.Context, json.RawMessage) (settings.Program, error) { return e, nil }

func (e tracing) Eval(context.Context, any) (any, error) { return nil, errors.New("not to be called") }

func (e tracing) Trace(context.Context, any) (any, jsonlogic.Trace, error) {
	return "result", jsonlogic.Trace{Steps: []jsonlogic.Step{{Pointer: "/if/0", Branch: "/if/1"}}}, e.err
}

func TestExplainTakesTheTraceOfAProgramThatHasOne(t *testing.T) {
	for reason, failure := range map[string]error{"a result": nil, "a failure": jsonlogic.ErrEvaluation} {
		t.Run(reason, func(t *testing.T) {
			o := newOffice(t, settings.Options{Evaluator: tracing{failure}})
			o.create(organization, "charge", rule(t, `1`))
			got, err := o.Explain(t.Context(), o.acme, settings.Path{}, "", "charge", nil)
			require.NoError(t, err)
			require.True(t, got.Traced)
			require.Equal(t, "/if/1", got.Trace.Steps[0].Branch)
			require.ErrorIs(t, got.Failure, failure)
		})
	}
}
