package enrich_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// withSchemas gives an office event schemas, and settings and schemas that guard each other.
func (o *office) withSchemas() *eventschema.Service {
	o.t.Helper()
	o.Service = o.Service.In(settings.Ports{
		Settings: o.backend.Settings(), Guard: enrich.SchemaAwareGuard(o.backend.Enrichments(), o.backend.EventSchemas()),
	})
	o.enrich = o.enrich.In(enrich.Ports{
		Settings: o.Service, Enrichments: o.backend.Enrichments(), EventSchemas: o.backend.EventSchemas(),
	})
	schemas, err := eventschema.NewService(
		eventschema.Ports{Schemas: o.backend.EventSchemas(), Guard: enrich.SchemaGuard(o.enrich)},
		eventschema.Options{Runtime: admin.Runtime{Now: func() time.Time { return o.now }, NewID: o.id}})
	require.NoError(o.t, err)
	return schemas
}

func tripSchema() eventschema.Schema {
	one := decimal.NewFromInt(1)
	return eventschema.Schema{
		Name: "trips",
		Attributes: []eventschema.Attribute{
			{Name: "distance", Required: true}, {Name: "riders", Type: eventschema.Integer, Required: true, Minimum: &one}, {Name: "tip"},
		},
		Dimensions: []eventschema.Dimension{
			{Name: "city", Required: true}, {Name: "plan", Values: []string{"free", "pro"}},
			{Name: "start", Type: eventschema.DateTime, Required: true}, {Name: "seats", Type: eventschema.Numeric, Required: true},
		},
	}
}

func logic(name string, t enrich.FieldType, rule string) enrich.Field {
	return enrich.Field{Name: name, Type: t, Source: enrich.FromLogic, Value: rule, Order: 1}
}

func TestPutChecksRulesAgainstTheEventSchema(t *testing.T) {
	for _, tc := range []struct {
		reason string
		field  enrich.Field
		says   string // nothing if it is accepted
	}{
		{"a misspelled attribute", logic("f", enrich.Attribute, `{"*":[{"var":"attribute.distnace"},2]}`), `operator "var" at /*/0: it reads attribute.distnace, which cannot be there: did you mean attribute.distance?`},
		{"a misspelled root", logic("f", enrich.Attribute, `{"*":[{"var":"attributes.distance"},2]}`), "did you mean attribute.distance?"},
		{"a dimension that is read as an attribute", logic("f", enrich.Attribute, `{"var":"attribute.city"}`), "cannot be there"},
		{"a text as an amount", logic("f", enrich.Attribute, `{"cat":["a","b"]}`), "the result is a text"},
		{"a text of the event as an amount", logic("f", enrich.Attribute, `{"var":"dimension.city"}`), "the result may be a text that is no number"},
		{"a number in a text of the event", logic("f", enrich.Attribute, `{"var":"dimension.seats"}`), ""},
		{"a division by zero", logic("f", enrich.Attribute, `{"/":[1,0]}`), `operator "/" at the top`},
		{"a date that is none", logic("f", enrich.Attribute, `{"date":"not a date"}`), `operator "date"`},
		{"a text in arithmetic", logic("f", enrich.Attribute, `{"*":[{"var":"dimension.city"},2]}`), `operator "*" at /*/0: the operand may be a text that is no number`},
		{"a boolean as an amount", logic("f", enrich.Attribute, `{">":[{"var":"attribute.distance"},1]}`), "boolean"},
		{"what may be missing as an amount", logic("f", enrich.Attribute, `{"var":"attribute.tip"}`), "the result may be null"},
		{"the same with a default", logic("f", enrich.Attribute, `{"var":["attribute.tip",0]}`), ""},
		{"the same, that is then an error", enrich.Field{Name: "f", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `{"var":"attribute.tip"}`, Missing: enrich.MissingError}, ""},
		{"the same, that has a default then", enrich.Field{Name: "f", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `{"var":"attribute.tip"}`, Missing: enrich.MissingDefault, Default: "0"}, ""},
		{"a plan that is compared with what it can be", logic("f", enrich.Attribute, `{"if":[{"===":[{"var":"dimension.plan"},"pro"]},1,2]}`), ""},
		{"the time of the event", logic("f", enrich.Dimension, `{"cat":[{"now":[]}]}`), ""},
		{"a dependency that is not declared", logic("f", enrich.Attribute, `{"var":"dependencies.rtae"}`), `reads the dependency "rtae"`},
		{"a dependency with a type", logic("f", enrich.Attribute, `{"*":[{"var":"dependencies.rate"},{"var":"attribute.distance"}]}`), ""},
		{"a dependency of a type that does not fit", logic("f", enrich.Attribute, `{"*":[{"var":"dependencies.note"},2]}`), "no number"},
		{"the result of an earlier field", logic("f", enrich.Attribute, `{"*":[{"var":"attribute.km"},2]}`), ""},
		{"the result of an earlier field, misspelled", logic("f", enrich.Attribute, `{"*":[{"var":"attribute.km2"},2]}`), "did you mean attribute.km?"},
		{"the result of an earlier field of another type", logic("f", enrich.Attribute, `{"*":[{"var":"dimension.label"},2]}`), "no number"},
		{"a default that is no number", enrich.Field{Name: "f", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `1`, Missing: enrich.MissingDefault, Default: "x"}, "/fields/2/default"},
		{"a default that is not used", enrich.Field{Name: "f", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `1`, Default: "1"}, "/fields/2/default"},
		{"a way that is none", enrich.Field{Name: "f", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `1`, Missing: "SKIP"}, "/fields/2/missing"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			o := newOffice(t, settings.Options{})
			schemas := o.withSchemas()
			_, err := schemas.Put(t.Context(), o.acme, tripSchema())
			require.NoError(t, err)
			tc.field.Order = 3
			e := enrich.Enrichment{
				EventSchema: "trips",
				Dependencies: []enrich.Dependency{
					{Name: "rate", Setting: "rate", Type: settings.TypeNumeric}, {Name: "note", Setting: "note", Type: settings.TypeString},
				},
				Fields: []enrich.Field{
					{Name: "km", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `{"/":[{"var":"attribute.distance"},1000]}`, Order: 1},
					{Name: "label", Type: enrich.Dimension, Source: enrich.FromLogic, Value: `{"cat":["trip ",{"var":"dimension.city"}]}`, Order: 2},
					tc.field,
				},
			}
			_, err = o.enrich.Put(t.Context(), o.acme, e)
			_, checked := o.enrich.Check(t.Context(), o.acme, e)
			require.Equal(t, err, checked, "Check finds what Put does")
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.says)
			require.Contains(t, paths(t, err)[0], "/fields/2/")
		})
	}
}

func TestPutWarns(t *testing.T) {
	o := newOffice(t, settings.Options{})
	schemas := o.withSchemas()
	_, err := schemas.Put(t.Context(), o.acme, tripSchema())
	require.NoError(t, err)
	e := enrich.Enrichment{
		EventSchema:  "trips",
		Dependencies: []enrich.Dependency{{Name: "rate", Setting: "rate"}},
		Fields: []enrich.Field{
			{Name: "a", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `{"*":[{"var":"attribute.tip"},{"var":"dependencies.rate"}]}`, Order: 1},
			{Name: "b", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `{"if":[{"<":[{"var":"dimension.start"},"2024-01-31"]},1,2]}`, Order: 2},
		},
	}
	saved, err := o.enrich.Put(t.Context(), o.acme, e)
	require.NoError(t, err)
	var got []string
	for _, w := range saved.Warnings {
		got = append(got, fmt.Sprintf("%s %s %s", w.Path, w.Code, w.Pointer))
	}
	require.Equal(t, []string{
		"/fields/0/value MISSING_IS_ZERO /*/0", "/fields/0/value UNCHECKED_DEPENDENCY ", "/fields/1/value COMPARES_TEXTS /if/0",
	}, got)
	kept, err := o.enrich.Get(t.Context(), o.acme, "trips")
	require.NoError(t, err)
	require.Empty(t, kept.Warnings, "they are found again, not kept")
}

func TestWhatReliesOnASchemaGuardsIt(t *testing.T) {
	o := newOffice(t, settings.Options{})
	schemas := o.withSchemas()
	saved, err := schemas.Put(t.Context(), o.acme, tripSchema())
	require.NoError(t, err)
	price := o.create(organization, "price", rule(t, `{"*":[{"var":"attribute.distance"},2]}`))
	e, err := o.enrich.Put(t.Context(), o.acme, enrich.Enrichment{
		EventSchema:  "trips",
		Dependencies: []enrich.Dependency{{Name: "price", Setting: "price", Type: settings.TypeLogic}},
		Fields: []enrich.Field{
			{Name: "riders2", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `{"*":[{"var":"attribute.riders"},2]}`, Order: 1},
			{Name: "price", Type: enrich.Attribute, Source: enrich.FromDependency, Value: "price", Order: 2},
		},
	})
	require.NoError(t, err)
	t.Run("an attribute that a field reads is not removed", func(t *testing.T) {
		next := saved.Clone()
		next.Attributes = next.Attributes[:1]
		_, err := schemas.Put(t.Context(), o.acme, next)
		require.ErrorIs(t, err, eventschema.ErrInUse)
		require.ErrorContains(t, err, "attribute.riders")
	})
	t.Run("an attribute that the rule of a setting reads is not removed", func(t *testing.T) {
		next := saved.Clone()
		next.Attributes = next.Attributes[1:]
		_, err := schemas.Put(t.Context(), o.acme, next)
		require.ErrorIs(t, err, eventschema.ErrInUse)
		require.ErrorContains(t, err, "attribute.distance")
	})
	t.Run("what nothing reads may go", func(t *testing.T) {
		next := saved.Clone()
		next.Attributes = next.Attributes[:2]
		next, err := schemas.Put(t.Context(), o.acme, next)
		require.NoError(t, err)
		saved, err = schemas.Restore(t.Context(), o.acme, "trips", next.Version, 1)
		require.NoError(t, err)
		require.Len(t, saved.Attributes, 3)
	})
	t.Run("a setting is not changed to a rule that the schema refuses", func(t *testing.T) {
		_, err := o.Update(t.Context(), o.acme, price.ID, price.Version, rule(t, `{"*":[{"var":"attribute.distanec"},2]}`))
		require.ErrorIs(t, err, settings.ErrInUse)
		require.ErrorContains(t, err, "did you mean attribute.distance?")
		_, err = o.Create(t.Context(), o.acme, settings.NewSetting{Entity: account("a"), Name: "price", Value: rule(t, `{"var":"attribute.tip"}`)})
		require.ErrorIs(t, err, settings.ErrInUse)
		_, err = o.Update(t.Context(), o.acme, price.ID, price.Version, number(t, "2"))
		require.ErrorIs(t, err, settings.ErrInUse, "the dependency states its type")
	})
	t.Run("it is not deleted before its enrichment", func(t *testing.T) {
		require.ErrorIs(t, schemas.Delete(t.Context(), o.acme, "trips", saved.Version), eventschema.ErrInUse)
		require.NoError(t, o.enrich.Delete(t.Context(), o.acme, "trips", e.Version))
		require.NoError(t, schemas.Delete(t.Context(), o.acme, "trips", saved.Version))
	})
}

func TestAnEnrichmentIsRefusedForTheSettingThatItTakesARuleFrom(t *testing.T) {
	o := newOffice(t, settings.Options{})
	schemas := o.withSchemas()
	_, err := schemas.Put(t.Context(), o.acme, tripSchema())
	require.NoError(t, err)
	o.create(account("a"), "price", rule(t, `{"var":"dimension.city"}`))
	_, err = o.enrich.Put(t.Context(), o.acme, enrich.Enrichment{
		EventSchema: "trips", Dependencies: []enrich.Dependency{needing("price", "price")},
		Fields: []enrich.Field{{Name: "price", Type: enrich.Attribute, Source: enrich.FromDependency, Value: "price", Order: 1}},
	})
	require.Equal(t, []string{"/dependencies/0"}, paths(t, err))
	require.ErrorContains(t, err, "ACCOUNT a")
}

func TestAFieldStatesWhatIsDoneWithoutWhatItsRuleReads(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "price", rule(t, `{"*":[{"var":"attribute.km"},{"var":["attribute.factor",3]}]}`))
	e := enrich.Enrichment{EventSchema: "trips", Dependencies: []enrich.Dependency{needing("price", "price")}}
	add := func(f enrich.Field) {
		f.Type, f.Order = enrich.Attribute, len(e.Fields)+1
		e.Fields = append(e.Fields, f)
	}
	const times = `{"*":[{"var":"attribute.km"},2]}`
	add(enrich.Field{Name: "null", Source: enrich.FromLogic, Value: times})
	add(enrich.Field{Name: "default", Source: enrich.FromLogic, Value: times, Missing: enrich.MissingDefault, Default: "-1.50"})
	add(enrich.Field{Name: "error", Source: enrich.FromLogic, Value: times, Missing: enrich.MissingError})
	add(enrich.Field{Name: "ruled", Source: enrich.FromDependency, Value: "price", Missing: enrich.MissingDefault, Default: "9"})
	add(enrich.Field{Name: "asks", Source: enrich.FromLogic, Value: `{"if":[{"missing":["attribute.km"]},5,{"var":"attribute.km"}]}`, Missing: enrich.MissingError})
	r, err := o.enrich.NewEnricher(t.Context(), o.acme, e, enrich.EnricherOptions{OnError: enrich.LeaveOut})
	require.NoError(t, err)
	got, err := r.Enrich(t.Context(), enrich.Event{Account: "a"})
	require.NoError(t, err)
	require.Equal(t, enrich.Attributes{"null": "0", "default": "-1.50", "ruled": "9", "asks": "5"}, got.Attributes)
	require.Len(t, got.LeftOut, 1)
	require.ErrorIs(t, got.LeftOut[0], enrich.ErrMissing)
	require.ErrorContains(t, got.LeftOut[0], "reads attribute.km")
	got, err = r.Enrich(t.Context(), enrich.Event{Account: "a", Attributes: enrich.Attributes{"km": "2"}})
	require.NoError(t, err)
	require.Equal(t, enrich.Attributes{"km": "2", "null": "4", "default": "4", "error": "4", "ruled": "6", "asks": "2"}, got.Attributes)
}

func TestRulesReadTheTimeOfTheEvent(t *testing.T) {
	o := newOffice(t, settings.Options{})
	e := enrich.Enrichment{EventSchema: "trips", Fields: []enrich.Field{logic("at", enrich.Dimension, `{"cat":[{"now":[]}]}`)}}
	r, err := o.enrich.NewEnricher(t.Context(), o.acme, e, enrich.EnricherOptions{})
	require.NoError(t, err)
	got, err := r.Enrich(t.Context(), enrich.Event{Time: time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	require.Equal(t, "2025-12-31T23:00:00Z", got.Dimensions["at"])
	got, err = r.Enrich(t.Context(), enrich.Event{})
	require.NoError(t, err)
	require.Equal(t, "2026-03-01T10:00:00Z", got.Dimensions["at"], "the clock of the service, if the event has no time")
}

// The law: an enrichment that was accepted against a schema, with dependencies that state their types, fails on no event
// that meets the schema for the type of a value.
func TestNoEventOfTheSchemaFailsForAType(t *testing.T) {
	o := newOffice(t, settings.Options{})
	schemas := o.withSchemas()
	o.create(organization, "rate", number(t, "1.5"))
	o.create(organization, "note", value(t, settings.TypeString, "a note"))
	rounds, accepted := 800, 0
	if testing.Short() {
		rounds = 300
	}
	for i := range rounds {
		g := world{rand.New(rand.NewPCG(uint64(i), 4))}
		schema := g.schema()
		schema.Name = fmt.Sprint("s", i)
		_, err := schemas.Put(t.Context(), o.acme, schema)
		require.NoError(t, err)
		e := enrich.Enrichment{EventSchema: schema.Name, Dependencies: []enrich.Dependency{
			{Name: "rate", Setting: "rate", Type: settings.TypeNumeric}, {Name: "note", Setting: "note", Type: settings.TypeString},
			{Name: "none", Setting: "none", Type: settings.TypeNumeric, Optional: true},
		}}
		for range 4 { // a field that is refused is left out
			next := e.Clone()
			next.Fields = append(next.Fields, g.field(len(e.Fields)))
			if _, err := o.enrich.Check(t.Context(), o.acme, next); err == nil {
				e = next
			}
		}
		if len(e.Fields) == 0 {
			require.NoError(t, schemas.Delete(t.Context(), o.acme, schema.Name, 1))
			continue
		}
		accepted++
		_, err = o.enrich.Put(t.Context(), o.acme, e)
		require.NoError(t, err)
		r, err := o.enrich.Enricher(t.Context(), o.acme, schema.Name, enrich.EnricherOptions{})
		require.NoError(t, err)
		for range 10 {
			event := g.event(schema)
			require.NoError(t, schema.CheckEvent(event.Attributes, event.Dimensions))
			_, err := r.Enrich(t.Context(), event)
			var field *enrich.FieldError
			if err == nil || errors.Is(err, enrich.ErrMissing) {
				continue
			}
			require.ErrorAs(t, err, &field)
			var bad *jsonlogic.Error
			ok := errors.As(err, &bad) && (bad.Fault == jsonlogic.BudgetExceeded || bad.Fault == jsonlogic.Thrown ||
				strings.Contains(bad.Detail, "division by zero"))
			require.True(t, ok, "%v\n%v\n%v", err, e.Fields, event)
		}
		require.NoError(t, o.enrich.Delete(t.Context(), o.acme, schema.Name, 1))
		require.NoError(t, schemas.Delete(t.Context(), o.acme, schema.Name, 1))
	}
	require.Greater(t, accepted, rounds/4, "the generator makes fields that are accepted")
}

// world makes random schemas, rules and events.
type world struct{ r *rand.Rand }

func (g world) pick(options ...string) string { return options[g.r.IntN(len(options))] }

func (g world) schema() eventschema.Schema {
	var s eventschema.Schema
	for _, name := range []string{"a", "b", "c"}[:1+g.r.IntN(3)] {
		a := eventschema.Attribute{Name: name, Required: g.r.IntN(2) == 0, Type: eventschema.AttributeTypes()[g.r.IntN(2)]}
		if g.r.IntN(2) == 0 {
			least, most := decimal.NewFromInt(int64(g.r.IntN(3)-1)), decimal.NewFromInt(int64(3+g.r.IntN(5)))
			a.Minimum, a.Maximum = &least, &most
		}
		s.Attributes = append(s.Attributes, a)
	}
	for _, name := range []string{"p", "q", "r"}[:1+g.r.IntN(3)] {
		d := eventschema.Dimension{Name: name, Required: g.r.IntN(2) == 0, Type: eventschema.DimensionTypes()[g.r.IntN(5)]}
		if d.Type == eventschema.String && g.r.IntN(2) == 0 {
			d.Values = []string{"1", "x", "2024-01-01"}[:1+g.r.IntN(3)]
		}
		s.Dimensions = append(s.Dimensions, d)
	}
	return s
}

func (g world) event(s eventschema.Schema) enrich.Event {
	e := enrich.Event{Account: "a", Attributes: enrich.Attributes{}, Dimensions: map[string]string{}}
	for _, a := range s.Attributes {
		if !a.Required && g.r.IntN(2) == 0 {
			continue
		}
		n := g.pick("0", "1", "-3", "1e2", "123456789012345678901234567890")
		if a.Type != eventschema.Integer && g.r.IntN(2) == 0 {
			n = "2.5"
		}
		if a.Minimum != nil {
			n = a.Minimum.Add(decimal.NewFromInt(int64(g.r.IntN(3)))).String()
		}
		e.Attributes[a.Name] = json.Number(n)
	}
	for _, d := range s.Dimensions {
		if !d.Required && g.r.IntN(2) == 0 {
			continue
		}
		switch d.Type {
		case eventschema.Numeric:
			e.Dimensions[d.Name] = g.pick("1", "0", "-2.50", "007")
		case eventschema.Integer:
			e.Dimensions[d.Name] = g.pick("1", "0", "-2.0", "12")
		case eventschema.Boolean:
			e.Dimensions[d.Name] = g.pick("true", "false")
		case eventschema.DateTime:
			e.Dimensions[d.Name] = g.pick("2024-02-29", "8999-12-31T23:59:59-18:00", "1000-01-01T00:00:00Z")
		default:
			e.Dimensions[d.Name] = g.pick("", "x", "1", "é", "2024-05-28")
			if len(d.Values) > 0 {
				e.Dimensions[d.Name] = g.pick(d.Values...)
			}
		}
	}
	return e
}

func (g world) field(n int) enrich.Field {
	f := enrich.Field{
		Name: fmt.Sprint("f", n), Type: enrich.FieldTypes()[g.r.IntN(2)], Source: enrich.FromLogic, Order: n,
		Value: g.rule(1 + g.r.IntN(3)),
	}
	switch g.r.IntN(4) {
	case 0:
		f.Missing = enrich.MissingError
	case 1:
		f.Missing, f.Default = enrich.MissingDefault, g.pick("1", "0", "7.5")
	}
	return f
}

func (g world) rule(depth int) string {
	if depth == 0 {
		return g.pick(`{"var":"attribute.a"}`, `{"var":"attribute.b"}`, `{"var":["attribute.c",1]}`, `{"var":"dimension.p"}`, `{"var":["dimension.q","1"]}`,
			`{"var":"dimension.r"}`, `{"var":"attribute.f0"}`, `{"var":"dimension.f0"}`, `{"var":"attribute.f1"}`, `{"var":"dimension.f1"}`, `{"var":"dependencies.rate"}`,
			`{"var":"dependencies.note"}`, `{"var":"dependencies.none"}`, `1`, `0`, `"x"`, `"2"`, `2.5`, `{"now":[]}`, `null`, `true`, `"P1M"`)
	}
	sub := func() string { return g.rule(depth - 1) }
	switch g.r.IntN(11) {
	case 0, 1:
		return fmt.Sprintf(`{%q:[%s,%s]}`, g.pick("+", "-", "*", "/", "%", "min", "max"), sub(), sub())
	case 2:
		return fmt.Sprintf(`{"if":[%s,%s,%s]}`, sub(), sub(), sub())
	case 3:
		return fmt.Sprintf(`{"if":[{%q:[%s,%s]},%s,%s]}`, g.pick("==", "<", ">=", "===", "!="), sub(), sub(), sub(), sub())
	case 4:
		return fmt.Sprintf(`{%q:[%s,%s]}`, g.pick("cat", "??", "and", "or", "merge", "in", "starts_with"), sub(), sub())
	case 5:
		return fmt.Sprintf(`{%q:[%s]}`, g.pick("round", "floor", "abs", "date", "upper", "trim", "length", "!", "type", "cat"), sub())
	case 6:
		return fmt.Sprintf(`{"date.add":[%s,%s]}`, sub(), g.pick(`"P1M"`, `"P3000Y"`, sub()))
	case 7:
		return fmt.Sprintf(`{"duration.as":[{"duration.between":[%s,%s]},"HOURS"]}`, sub(), sub())
	case 8:
		return fmt.Sprintf(`{"reduce":[[%s,%s],{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`, sub(), sub())
	case 9:
		return fmt.Sprintf(`{"switch":[%s,[["x",%s],[1,%s]],%s]}`, sub(), sub(), sub(), sub())
	}
	return sub()
}
