package enrich_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
)

func attributeOf(order int, name string, source enrich.Source, text string) enrich.Field {
	return enrich.Field{Name: name, Type: enrich.Attribute, Source: source, Value: text, Order: order}
}

func dimensionOf(order int, name string, source enrich.Source, text string) enrich.Field {
	return enrich.Field{Name: name, Type: enrich.Dimension, Source: source, Value: text, Order: order}
}

func needing(name, setting string) enrich.Dependency {
	return enrich.Dependency{Name: name, Setting: setting}
}

// trips is an enrichment with every type of field: meters to kilometers and a price by the account.
func trips() enrich.Enrichment {
	return enrich.Enrichment{
		EventSchema:  "trips",
		Dependencies: []enrich.Dependency{needing("per_km", "meters_per_km"), needing("price", "price_rule")},
		Fields: []enrich.Field{
			attributeOf(3, "price", enrich.FromDependency, "price"),
			attributeOf(2, "km", enrich.FromLogic, `{"/":[{"var":"attribute.distance"},{"var":"dependencies.per_km"}]}`),
			dimensionOf(1, "unit", enrich.FromValue, "km"),
		},
	}
}

func TestEnrichmentsArePutReadListedAndDeleted(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.enrich
	made, err := s.Put(t.Context(), o.acme, trips())
	require.NoError(t, err)
	require.Equal(t, int64(1), made.Version)
	require.Equal(t, "unit", made.Fields[0].Name, "in order")
	require.Equal(t, settings.DefaultNamespace, made.Dependencies[0].Namespace)
	require.Equal(t, enrich.ActionCreate, o.last().Action)
	got, err := s.Get(t.Context(), o.acme, "trips")
	require.NoError(t, err)
	require.Equal(t, made, got)

	_, err = s.Put(t.Context(), o.acme, trips())
	require.ErrorIs(t, err, admin.ErrExists)
	o.now = o.now.Add(time.Hour)
	got.Fields = got.Fields[:2]
	changed, err := s.Put(t.Context(), o.acme, got)
	require.NoError(t, err)
	require.Equal(t, int64(2), changed.Version)
	require.Equal(t, made.CreatedAt, changed.CreatedAt)
	require.Equal(t, o.now, changed.UpdatedAt)
	require.Equal(t, []admin.Change{{Field: "dependencies", From: "2", To: "2"}, {Field: "fields", From: "3", To: "2"}}, o.last().Changes)
	_, err = s.Put(t.Context(), o.acme, got)
	require.ErrorIs(t, err, admin.ErrConflict)
	stored, err := s.Get(t.Context(), o.acme, "trips")
	require.NoError(t, err)
	require.Equal(t, changed, stored)

	calls := trips()
	calls.EventSchema = "calls"
	_, err = s.Put(t.Context(), o.acme, calls)
	require.NoError(t, err)
	var all []string
	for e, err := range s.All(t.Context(), o.acme) {
		require.NoError(t, err)
		all = append(all, e.EventSchema)
	}
	require.Equal(t, []string{"calls", "trips"}, all)

	require.ErrorIs(t, s.Delete(t.Context(), o.acme, "trips", 1), admin.ErrConflict)
	require.NoError(t, s.Delete(t.Context(), o.acme, "trips", 2))
	_, err = s.Get(t.Context(), o.acme, "trips")
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = s.Enricher(t.Context(), o.acme, "trips", enrich.EnricherOptions{})
	require.ErrorIs(t, err, admin.ErrNotFound)
	got.Version = 2
	_, err = s.Put(t.Context(), o.acme, got)
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestAnEnricherStaysWithItsEnrichment(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.enrich
	e, err := s.Put(t.Context(), o.acme, enrich.Enrichment{EventSchema: "s", Fields: []enrich.Field{dimensionOf(1, "x", enrich.FromValue, "old")}})
	require.NoError(t, err)
	enricher := func() *enrich.Enricher {
		r, err := s.Enricher(t.Context(), o.acme, "s", enrich.EnricherOptions{})
		require.NoError(t, err)
		return r
	}
	gives := func(r *enrich.Enricher, want string) {
		got, err := r.Enrich(t.Context(), event(""))
		require.NoError(t, err)
		require.Equal(t, want, got.Dimensions["x"])
		require.Equal(t, r.Enrichment().Version, got.Version)
	}
	older := enricher()
	e.Fields[0].Value = "new"
	_, err = s.Put(t.Context(), o.acme, e)
	require.NoError(t, err)
	newer := enricher()
	gives(older, "old")
	gives(newer, "new")
	require.Equal(t, int64(1), older.Enrichment().Version)
	require.Equal(t, int64(2), newer.Enrichment().Version)
	require.NoError(t, s.Delete(t.Context(), o.acme, "s", 2))
	gives(newer, "new")
}

func TestPutRefusesAllThatIsWrongAtOnce(t *testing.T) {
	o := newOffice(t, settings.Options{})
	_, err := o.enrich.Put(t.Context(), o.acme, enrich.Enrichment{
		Dependencies: []enrich.Dependency{
			{Name: "a.b", Namespace: "x y", Setting: ""}, needing("twice", "s"), needing("twice", "s"),
		},
		Fields: []enrich.Field{
			{Name: "a.b", Type: "METER", Source: "CONSTANT", Order: 1},
			attributeOf(2, "n", enrich.FromValue, "1,5"),
			attributeOf(2, "n", enrich.FromLogic, `{"vat":"x"}`),
			attributeOf(4, "m", enrich.FromLogic, `{"var":"dependencies.none"}`),
			attributeOf(5, "o", enrich.FromDependency, "none"),
			dimensionOf(6, "n", enrich.FromValue, "\x00"),
		},
	})
	require.Equal(t, []string{
		"/eventSchema", "/dependencies/0/name", "/dependencies/0/namespace", "/dependencies/0/setting", "/dependencies/2/name",
		"/fields/0/name", "/fields/0/type", "/fields/2/name", "/fields/2/order",
		"/fields/0/enrichmentType", "/fields/1/value", "/fields/2/value", "/fields/3/value", "/fields/4/value", "/fields/5/value",
	}, paths(t, err))
	require.ErrorContains(t, err, `operator "vat"`)

	_, err = o.enrich.Put(t.Context(), o.acme, enrich.Enrichment{EventSchema: "x"})
	require.Equal(t, []string{"/fields"}, paths(t, err))
	many := enrich.Enrichment{EventSchema: "x"}
	for i := range 200 {
		many.Fields = append(many.Fields, attributeOf(i, fmt.Sprint("f", i), enrich.FromValue, "1"))
		many.Dependencies = append(many.Dependencies, needing(fmt.Sprint("d", i), "s"))
	}
	_, err = o.enrich.Put(t.Context(), o.acme, many)
	require.Equal(t, []string{"/dependencies", "/fields"}, paths(t, err))
}

func TestEnrichmentsNeedPermissionAndStayInTheirOrganization(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.enrich
	_, err := s.Put(t.Context(), o.acme, trips())
	require.NoError(t, err)
	for name, call := range map[string]func(admin.Scope) error{
		"Put":    func(scope admin.Scope) error { _, err := s.Put(t.Context(), scope, trips()); return err },
		"Get":    func(scope admin.Scope) error { _, err := s.Get(t.Context(), scope, "trips"); return err },
		"Delete": func(scope admin.Scope) error { return s.Delete(t.Context(), scope, "trips", 1) },
		"List":   func(scope admin.Scope) error { _, err := s.List(t.Context(), scope, admin.Query{}); return err },
		"Uses": func(scope admin.Scope) error {
			_, err := s.Uses(t.Context(), scope, "", "x", admin.Query{})
			return err
		},
		"Enricher": func(scope admin.Scope) error {
			_, err := s.Enricher(t.Context(), scope, "trips", enrich.EnricherOptions{})
			return err
		},
		"NewEnricher": func(scope admin.Scope) error {
			_, err := o.enrich.NewEnricher(t.Context(), scope, trips(), enrich.EnricherOptions{})
			return err
		},
		"DeleteInUse": func(scope admin.Scope) error { return o.DeleteInUse(t.Context(), scope, o.id(), 1) },
	} {
		require.ErrorIs(t, call(admin.Scope{}), admin.ErrUnauthenticated, name)
	}
	_, err = s.Get(t.Context(), o.globex, "trips")
	require.ErrorIs(t, err, admin.ErrNotFound)
	require.ErrorIs(t, s.Delete(t.Context(), o.globex, "trips", 1), admin.ErrNotFound)
	uses, err := s.Uses(t.Context(), o.globex, "", "price_rule", admin.Query{})
	require.NoError(t, err)
	require.Empty(t, uses.Items)
}

func TestASettingInUseIsNotDeletedUnasked(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.enrich
	used := o.create(account("eu"), "price_rule", rule(t, "1"))
	for i := range 12 {
		e := trips()
		e.EventSchema = fmt.Sprintf("trips-%02d", i)
		_, err := s.Put(t.Context(), o.acme, e)
		require.NoError(t, err)
	}
	err := o.Delete(t.Context(), o.acme, used.ID, 1)
	require.ErrorIs(t, err, settings.ErrInUse)
	require.ErrorIs(t, err, admin.ErrState)
	var inUse *settings.InUseError
	require.ErrorAs(t, err, &inUse)
	require.Equal(t, "trips-00", inUse.EventSchemas[0])
	require.True(t, inUse.More)
	require.ErrorContains(t, err, `price_rule of ACCOUNT eu in USER: the enrichments of the event schemas "trips-00", `)
	require.ErrorContains(t, err, "and more depend on it")

	uses, err := s.Uses(t.Context(), o.acme, "", "price_rule", admin.Query{Limit: 10})
	require.NoError(t, err)
	require.Len(t, uses.Items, 10)
	rest, err := s.Uses(t.Context(), o.acme, "", "price_rule", admin.Query{Limit: 10, After: uses.Next})
	require.NoError(t, err)
	require.Equal(t, []string{"trips-10", "trips-11"}, rest.Items)
	_, err = s.Uses(t.Context(), o.acme, "", "no name", admin.Query{})
	require.ErrorIs(t, err, admin.ErrInvalid)

	require.NoError(t, o.DeleteInUse(t.Context(), o.acme, used.ID, 1))
	require.True(t, slices.ContainsFunc(o.last().Changes, func(c admin.Change) bool { return c.Field == "inUse" }))
	free := o.create(account("eu"), "other", number(t, "1"))
	require.NoError(t, o.Delete(t.Context(), o.acme, free.ID, 1))
}

// silent hides what programs can do beside Eval.
type silent struct{ settings.Evaluator }

type silentProgram struct{ program settings.Program }

func (e silent) Compile(ctx context.Context, rule json.RawMessage) (settings.Program, error) {
	p, err := e.Evaluator.Compile(ctx, rule)
	return silentProgram{p}, err
}

func (p silentProgram) Eval(ctx context.Context, event any) (any, error) {
	return p.program.Eval(ctx, event)
}

var longDigits = strings.Repeat("9", enrich.MaxAttributeDigits)
