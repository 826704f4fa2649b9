package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
)

var errRollback = errors.New("taken back")

// inTx runs fn with the service in a transaction, which is rolled back if fn fails.
func (o *office) inTx(fn func(*settings.Service) error) (*settings.Service, error) {
	o.t.Helper()
	var bound *settings.Service
	err := o.backend.InTx(o.t.Context(), func(s storage.Stores) error {
		bound = o.In(settings.Ports{Settings: s.Settings()})
		return fn(bound)
	})
	return bound, err
}

func TestInReadsAndWritesInTheTransaction(t *testing.T) {
	o := newOffice(t, settings.Options{Limits: settings.Limits{PerEntity: 2}})
	_, err := o.inTx(func(s *settings.Service) error {
		for _, name := range []string{"a", "b"} {
			_, err := s.Create(t.Context(), o.acme, settings.NewSetting{Entity: organization, Name: name, Value: number(t, "1")})
			require.NoError(t, err)
		}
		_, err := s.Create(t.Context(), o.acme, settings.NewSetting{Entity: organization, Name: "c", Value: number(t, "1")})
		require.ErrorIs(t, err, settings.ErrTooMany, "with the options of the other")
		found, err := s.Resolve(t.Context(), o.acme, settings.Path{}, "", "b")
		require.NoError(t, err)
		require.Equal(t, o.now, found.Setting.CreatedAt, "and its clock")
		return errRollback
	})
	require.ErrorIs(t, err, errRollback)
	_, err = o.Resolve(t.Context(), o.acme, settings.Path{}, "", "b")
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = o.inTx(func(s *settings.Service) error {
		_, err := s.Create(t.Context(), o.acme, settings.NewSetting{Entity: organization, Name: "a", Value: number(t, "1")})
		return err
	})
	require.NoError(t, err)
	_, err = o.Resolve(t.Context(), o.acme, settings.Path{}, "", "a")
	require.NoError(t, err)
}

// TestCompiledRulesOfARollbackAreNotKept: the next writer makes another rule with the same id and version.
func TestCompiledRulesOfARollbackAreNotKept(t *testing.T) {
	o := newOffice(t, settings.Options{})
	made := o.create(organization, "rule", rule(t, `"first"`))
	evaluate := func(s *settings.Service) any {
		r, err := s.Evaluate(t.Context(), o.acme, settings.Path{}, "", "rule", nil)
		require.NoError(t, err)
		return r.Value
	}
	_, err := o.inTx(func(s *settings.Service) error {
		_, err := s.Update(t.Context(), o.acme, made.ID, 1, rule(t, `"rolled back"`))
		require.NoError(t, err)
		require.Equal(t, "rolled back", evaluate(s))
		return errRollback
	})
	require.ErrorIs(t, err, errRollback)
	require.Equal(t, "first", evaluate(o.Service))
	_, err = o.Update(t.Context(), o.acme, made.ID, 1, rule(t, `"second"`))
	require.NoError(t, err)
	require.Equal(t, "second", evaluate(o.Service))
}

func TestChangesCountWrites(t *testing.T) {
	o := newOffice(t, settings.Options{})
	acme, globex := o.Changes("acme"), o.Changes("globex")
	was := acme.Count()
	changed := func(what string) {
		t.Helper()
		require.Greater(t, acme.Count(), was, what)
		was = acme.Count()
	}
	s := o.create(organization, "n", number(t, "1"))
	changed("Create")
	s, err := o.Update(t.Context(), o.acme, s.ID, 1, number(t, "2"))
	require.NoError(t, err)
	changed("Update")
	s, err = o.Restore(t.Context(), o.acme, s.ID, 2, 1)
	require.NoError(t, err)
	changed("Restore")
	require.NoError(t, o.Delete(t.Context(), o.acme, s.ID, 3))
	changed("Delete")
	o.Forget("acme")
	changed("Forget")
	_, err = o.Resolve(t.Context(), o.acme, settings.Path{}, "", "n")
	require.ErrorIs(t, err, admin.ErrNotFound)
	o.Committed()
	require.Equal(t, was, acme.Count(), "reading changes nothing, and neither does Committed outside of a transaction")

	bound, err := o.inTx(func(s *settings.Service) error {
		_, err := s.Create(t.Context(), o.acme, settings.NewSetting{Entity: organization, Name: "n", Value: number(t, "1")})
		changed("a write in a transaction, for caches inside it")
		return err
	})
	require.NoError(t, err)
	bound.Committed()
	changed("its commit, for caches that read before it")
	bound.Committed()
	require.Equal(t, was, acme.Count(), "once")
	require.Zero(t, globex.Count(), "another organization's")
	require.Same(t, acme, o.Changes("acme"))
}

func TestNewServiceChecksPortsAndOptions(t *testing.T) {
	o := newOffice(t, settings.Options{})
	_, err := settings.NewService(settings.Ports{}, settings.Options{Limits: settings.Limits{PerEntity: -1, PerOrganization: -2}})
	require.Equal(t, []string{"/ports/settings", "/limits/perEntity", "/limits/perOrganization"}, paths(t, err), "all of them")
	require.ErrorIs(t, err, admin.ErrInvalid)
	_, err = settings.NewService(settings.Ports{Settings: o.backend.Settings()}, settings.Options{})
	require.NoError(t, err)
}

func TestTheCustomerOfAnAccountIsAskedOfThePorts(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(customer("acme"), "rate", number(t, "2"))
	o.create(customer("other"), "rate", number(t, "3"))
	owner := func(id string) settings.CustomerOf {
		return func(context.Context, admin.OrgID, string) (string, error) { return id, nil }
	}
	rate := func(s *settings.Service) string {
		r, err := s.Resolve(t.Context(), o.acme, settings.Path{Account: "eu"}, "", "rate")
		require.NoError(t, err)
		return r.Setting.Value.Text()
	}
	ports := settings.Ports{Settings: o.backend.Settings(), CustomerOf: owner("acme")}
	s, err := settings.NewService(ports, settings.Options{})
	require.NoError(t, err)
	require.Equal(t, "2", rate(s))
	ports.CustomerOf = owner("other")
	require.Equal(t, "3", rate(s.In(ports)), "in a transaction, of its ports")
	s, err = settings.NewService(ports, settings.Options{CustomerOf: owner("acme")})
	require.NoError(t, err)
	require.Equal(t, "2", rate(s), "unless the host knows better")
	require.Equal(t, "2", rate(s.In(ports)))
}

func TestResolveAllReadsTogether(t *testing.T) {
	o := newOffice(t, settings.Options{})
	onAccount := o.create(account("eu"), "rate", number(t, "1"))
	onOrganization := o.create(organization, "rate", number(t, "2"))
	unit := o.create(organization, "unit", value(t, settings.TypeString, "km"))
	found, err := o.ResolveAll(t.Context(), o.acme, settings.Path{Account: "eu"}, []settings.Ref{
		{Name: "unit"}, {Name: "none"}, {Name: "rate"}, {Namespace: "TOGAI", Name: "unit"}, {Namespace: "USER", Name: "rate"},
	})
	require.NoError(t, err)
	require.Len(t, found, 5)
	require.Equal(t, unit, found[0].Setting)
	require.ErrorIs(t, found[1].Err, admin.ErrNotFound)
	require.ErrorContains(t, found[1].Err, "none in USER is not on any of ACCOUNT eu, ORGANIZATION")
	require.Equal(t, settings.Resolved{Setting: onAccount, Hidden: []settings.Setting{onOrganization}}, found[2].Resolved)
	require.ErrorIs(t, found[3].Err, admin.ErrNotFound)
	require.Equal(t, found[2], found[4], "the same one twice")

	none, err := o.ResolveAll(t.Context(), o.acme, settings.Path{}, nil)
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = o.ResolveAll(t.Context(), o.acme, settings.Path{}, []settings.Ref{{Name: "fine"}, {Namespace: "a.b", Name: "c d"}})
	require.Equal(t, []string{"/namespace", "/name"}, paths(t, err))
	_, err = o.ResolveAll(t.Context(), admin.Scope{}, settings.Path{}, nil)
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
}

func TestProgramIsTheRuleOfASetting(t *testing.T) {
	counts := &countingEvaluator{}
	o := newOffice(t, settings.Options{Evaluator: counts})
	s := o.create(organization, "rule", rule(t, `{"+":[{"var":"n"},1]}`))
	compiled := counts.compiled.Load()
	for range 3 {
		p, err := o.Program(t.Context(), o.acme, s)
		require.NoError(t, err)
		v, err := p.Eval(t.Context(), map[string]any{"n": 2})
		require.NoError(t, err)
		require.Equal(t, json.Number("3"), v)
	}
	require.Equal(t, compiled+1, counts.compiled.Load(), "compiled once")
	_, err := o.Program(t.Context(), o.acme, o.create(organization, "number", number(t, "1")))
	require.ErrorIs(t, err, settings.ErrNotLogic)
}

func TestDataIsTheValueAsRulesReadIt(t *testing.T) {
	for _, tc := range []struct {
		value settings.Value
		want  any
	}{
		{value(t, settings.TypeString, "km"), "km"},
		{number(t, "12.50"), json.Number("12.5")},
		{value(t, settings.TypeJSON, `{"a":[1.10]}`), map[string]any{"a": []any{json.Number("1.10")}}},
		{rule(t, `{"+":[1,1]}`), `{"+":[1,1]}`},
	} {
		got, err := tc.value.Data()
		require.NoError(t, err)
		require.Equal(t, tc.want, got)
	}
}
