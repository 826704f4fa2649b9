package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func TestResolveTakesTheMostSpecific(t *testing.T) {
	o := newOffice(t, settings.Options{})
	onAccount := o.create(account("eu"), "rate", number(t, "1"))
	onCustomer := o.create(customer("acme"), "rate", number(t, "2"))
	onOrganization := o.create(organization, "rate", number(t, "3"))
	o.create(customer("eu"), "rate", number(t, "4"))  // a customer with the account's id
	o.create(account("acme"), "rate", number(t, "5")) // and the other way round
	o.create(customer("acme"), "customers_only", number(t, "6"))

	for _, tc := range []struct {
		reason string
		path   settings.Path
		want   []settings.Setting // what counts, then what it hides
	}{
		{"all levels", settings.Path{Account: "eu", Customer: "acme"}, []settings.Setting{onAccount, onCustomer, onOrganization}},
		{"an account without one", settings.Path{Account: "us", Customer: "acme"}, []settings.Setting{onCustomer, onOrganization}},
		{"a customer without one", settings.Path{Account: "eu", Customer: "other"}, []settings.Setting{onAccount, onOrganization}},
		{"neither has one", settings.Path{Account: "us", Customer: "other"}, []settings.Setting{onOrganization}},
		{"a customer alone", settings.Path{Customer: "acme"}, []settings.Setting{onCustomer, onOrganization}},
		{"an account alone, whose customer is not known", settings.Path{Account: "eu"}, []settings.Setting{onAccount, onOrganization}},
		{"the organization", settings.Path{}, []settings.Setting{onOrganization}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := o.Resolve(t.Context(), o.acme, tc.path, "USER", "rate")
			require.NoError(t, err)
			require.Equal(t, tc.want, append([]settings.Setting{got.Setting}, got.Hidden...))
			require.Equal(t, tc.want[0].Entity.Kind, got.Level())
		})
	}
	t.Run("what was hidden counts when the other goes", func(t *testing.T) {
		require.NoError(t, o.Delete(t.Context(), o.acme, onAccount.ID, 1))
		got, err := o.Resolve(t.Context(), o.acme, settings.Path{Account: "eu", Customer: "acme"}, "", "rate")
		require.NoError(t, err)
		require.Equal(t, settings.Customer, got.Level())
	})
	t.Run("no level has one", func(t *testing.T) {
		_, err := o.Resolve(t.Context(), o.acme, settings.Path{Account: "eu", Customer: "other"}, "", "customers_only")
		require.ErrorIs(t, err, admin.ErrNotFound)
		require.ErrorContains(t, err, "customers_only in USER is not on any of ACCOUNT eu, CUSTOMER other, ORGANIZATION")
	})
	t.Run("ids and names that nothing can have", func(t *testing.T) {
		for _, call := range []func() (settings.Resolved, error){
			func() (settings.Resolved, error) {
				return o.Resolve(t.Context(), o.acme, settings.Path{Account: "eu "}, "", "rate")
			},
			func() (settings.Resolved, error) {
				return o.Resolve(t.Context(), o.acme, settings.Path{Customer: "\x00"}, "", "rate")
			},
			func() (settings.Resolved, error) {
				return o.Resolve(t.Context(), o.acme, settings.Path{}, "a.b", "rate")
			},
			func() (settings.Resolved, error) { return o.Resolve(t.Context(), o.acme, settings.Path{}, "", "") },
		} {
			_, err := call()
			require.ErrorIs(t, err, admin.ErrInvalid)
		}
	})
}

func TestResolveAsksForTheCustomer(t *testing.T) {
	unreachable := errors.New("directory is down")
	var asked []string
	o := newOffice(t, settings.Options{CustomerOf: func(_ context.Context, org admin.OrgID, id string) (string, error) {
		asked = append(asked, fmt.Sprintf("%s of %s", id, org))
		switch id {
		case "eu":
			return "acme", nil
		case "lost":
			return "", fmt.Errorf("account: %w", admin.ErrNotFound)
		case "slow":
			return "", unreachable
		}
		return "", nil
	}})
	o.create(customer("acme"), "rate", number(t, "2"))
	o.create(organization, "rate", number(t, "3"))
	level := func(p settings.Path) (settings.EntityKind, error) {
		r, err := o.Resolve(t.Context(), o.acme, p, "", "rate")
		if err != nil {
			return "", err
		}
		return r.Level(), nil
	}
	got, err := level(settings.Path{Account: "eu"})
	require.NoError(t, err)
	require.Equal(t, settings.Customer, got)
	got, err = level(settings.Path{Account: "alone"})
	require.NoError(t, err)
	require.Equal(t, settings.Organization, got)
	require.Equal(t, []string{"eu of acme", "alone of acme"}, asked)

	for _, p := range []settings.Path{{Account: "eu", Customer: "other"}, {Customer: "acme"}, {}} {
		_, err := level(p)
		require.NoError(t, err)
	}
	require.Len(t, asked, 2, "a customer that is named is used as it is, and without an account there is nothing to ask")

	_, err = level(settings.Path{Account: "lost"})
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = level(settings.Path{Account: "slow"})
	require.ErrorIs(t, err, unreachable, "a level that cannot be read is not skipped")
}

// countingEvaluator counts compilations.
type countingEvaluator struct {
	settings.Engine
	compiled atomic.Int64
}

func (e *countingEvaluator) Compile(ctx context.Context, rule json.RawMessage) (settings.Program, error) {
	e.compiled.Add(1)
	return e.Engine.Compile(ctx, rule)
}

func TestEvaluate(t *testing.T) {
	o := newOffice(t, settings.Options{})
	onOrganization := o.create(organization, "charge", rule(t, `{"*": [{"var": "units"}, 2]}`))
	onAccount := o.create(account("eu"), "charge", rule(t, `{"*": [{"var": "units"}, 3]}`))
	event := map[string]any{"units": json.Number("12.5")}

	r, err := o.Evaluate(t.Context(), o.acme, settings.Path{Account: "eu"}, "", "charge", event)
	require.NoError(t, err)
	require.Equal(t, settings.Result{Value: json.Number("37.5"), Setting: onAccount}, r)
	d, err := r.Decimal()
	require.NoError(t, err)
	require.Equal(t, "37.5", d.String())

	r, err = o.Evaluate(t.Context(), o.acme, settings.Path{Account: "us"}, "", "charge", event)
	require.NoError(t, err)
	require.Equal(t, settings.Result{Value: json.Number("25"), Setting: onOrganization}, r)

	r, err = o.EvaluateID(t.Context(), o.acme, onAccount.ID, event)
	require.NoError(t, err)
	require.Equal(t, json.Number("37.5"), r.Value)

	_, err = o.Evaluate(t.Context(), o.acme, settings.Path{Account: "eu"}, "", "charge", map[string]any{"units": []any{}})
	require.ErrorIs(t, err, jsonlogic.ErrEvaluation)
	require.ErrorContains(t, err, "charge of ACCOUNT eu in USER")
	_, err = o.Evaluate(t.Context(), o.acme, settings.Path{}, "", "nothing", event)
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = o.EvaluateID(t.Context(), o.acme, o.id(), event)
	require.ErrorIs(t, err, admin.ErrNotFound)

	o.create(customer("acme"), "charge", number(t, "5"))
	_, err = o.Evaluate(t.Context(), o.acme, settings.Path{Account: "us", Customer: "acme"}, "", "charge", event)
	require.ErrorIs(t, err, settings.ErrNotLogic, "the rule above it does not step in")
	require.ErrorIs(t, err, admin.ErrState)
}

func TestResultIsANumberOrNot(t *testing.T) {
	o := newOffice(t, settings.Options{})
	for text, want := range map[string]string{
		`{"/":[1,3000]}`: "0.0003333333333333333333333333333", `-5`: "-5", `1e30`: "1000000000000000000000000000000",
	} {
		s := o.create(organization, fmt.Sprintf("n%d", o.ids), rule(t, text))
		r, err := o.EvaluateID(t.Context(), o.acme, s.ID, nil)
		require.NoError(t, err)
		d, err := r.Decimal()
		require.NoError(t, err)
		require.Equal(t, want, d.String())
	}
	for _, text := range []string{`"5"`, `null`, `true`, `[5]`} {
		s := o.create(organization, fmt.Sprintf("x%d", o.ids), rule(t, text))
		r, err := o.EvaluateID(t.Context(), o.acme, s.ID, nil)
		require.NoError(t, err)
		_, err = r.Decimal()
		require.ErrorIs(t, err, jsonlogic.ErrEvaluation, text)
	}
	_, err := settings.Result{Value: json.Number("1x")}.Decimal()
	require.ErrorIs(t, err, jsonlogic.ErrEvaluation)
}

func TestRulesAreCompiledOnce(t *testing.T) {
	e := &countingEvaluator{}
	o := newOffice(t, settings.Options{Evaluator: e})
	s := o.create(organization, "rule", rule(t, `1`))
	require.EqualValues(t, 1, e.compiled.Load(), "when it is saved")
	evaluate := func(want string) {
		t.Helper()
		r, err := o.EvaluateID(t.Context(), o.acme, s.ID, nil)
		require.NoError(t, err)
		require.Equal(t, json.Number(want), r.Value)
	}
	for range 3 {
		evaluate("1")
	}
	require.EqualValues(t, 2, e.compiled.Load(), "and when it is first evaluated")
	_, err := o.Update(t.Context(), o.acme, s.ID, 1, rule(t, `2`))
	require.NoError(t, err)
	evaluate("2")
	evaluate("2")
	require.EqualValues(t, 4, e.compiled.Load(), "a changed rule is another one")
}

// strictEvaluator knows no operator at all.
type strictEvaluator struct{}

func (strictEvaluator) Compile(context.Context, json.RawMessage) (settings.Program, error) {
	return nil, fmt.Errorf("nothing is allowed: %w", jsonlogic.ErrRule)
}

func TestRuleThatTheEvaluatorNoLongerKnows(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.create(organization, "rule", rule(t, `1`))
	strict := o.over(o.backend.Settings(), settings.Options{Evaluator: strictEvaluator{}})
	_, err := strict.EvaluateID(t.Context(), o.acme, s.ID, nil)
	require.ErrorIs(t, err, jsonlogic.ErrRule)
	require.ErrorContains(t, err, "rule of ORGANIZATION in USER")
}
