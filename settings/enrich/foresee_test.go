package enrich_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func TestPutRefusesRulesThatCanNeverWork(t *testing.T) {
	for _, tc := range []struct {
		reason, rule string
		is           enrich.FieldType
		says         string // nothing if it is accepted
	}{
		{"a root that no event has", `{"*":[{"var":"attributes.distance"},2]}`, enrich.Attribute, "reads attributes.distance, which no event has"},
		{"a name without its root", `{"*":[{"var":"distance"},2]}`, enrich.Attribute, "reads distance, which no event has"},
		{"the same by val", `{"val":["attributes","distance"]}`, enrich.Attribute, "reads attributes.distance"},
		{"the same by missing", `{"if":[{"missing":["att.a"]},1,2]}`, enrich.Attribute, "reads att.a"},
		{"the right one", `{"*":[{"var":"attribute.distance"},2]}`, enrich.Attribute, ""},
		{"all of a part", `{"var":"attribute.a"}`, enrich.Attribute, ""},
		{"a computed path", `{"var":{"cat":["attribute.",{"var":"dimension.by"}]}}`, enrich.Attribute, ""},
		{"elements have names of their own", `{"reduce":[{"map":[{"var":"dependencies.steps"},{"var":"price"}]},{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`, enrich.Attribute, ""},
		{"a path that begins with a dot", `{"var":".attribute.km"}`, enrich.Attribute, "reads .attribute.km"},
		{"a share of users", `{"fractional":[{"var":"dimension.user"},[1,50],[2,50]]}`, enrich.Attribute, ""},
		{"a constant that is no number", `{"cat":["a","b"]}`, enrich.Attribute, "the result is a text that"},
		{"a constant text that is a number", `{"cat":["1","2"]}`, enrich.Attribute, ""},
		{"a constant truth", `{"==":[1,1]}`, enrich.Attribute, "the result is"},
		{"which a dimension takes", `{"==":[1,1]}`, enrich.Dimension, ""},
		{"a constant list", `[1,2]`, enrich.Dimension, "the result is"},
		{"a constant null", `null`, enrich.Attribute, "the result is"},
		{"a truth of the event", `{"==":[{"var":"attribute.a"},1]}`, enrich.Attribute, "always of type boolean"},
		{"a list of the event", `{"map":[{"var":"dependencies.steps"},{"var":""}]}`, enrich.Dimension, "always of type array"},
		{"a text that is no number", `{"+":["abc",1]}`, enrich.Attribute, `operator "+" at`},
		{"a division by zero", `{"*":[{"var":"attribute.a"},{"/":[1,0]}]}`, enrich.Attribute, `operator "/" at /*/1: `},
		{"in an arm of an if", `{"if":[{"var":"attribute.a"},1,{"/":[1,0]}]}`, enrich.Attribute, "at /if/2"},
		{"which may be meant within a try", `{"try":[{"/":[{"var":"attribute.a"},0]},{"/":[1,0]},7]}`, enrich.Attribute, ""},
		{"a date that is none", `{"duration.as":[{"duration.between":[{"date":"soon"},{"var":"dimension.at"}]},"DAYS"]}`, enrich.Attribute, `operator "date"`},
		{"a thrown error is meant", `{"if":[{"var":"attribute.a"},1,{"throw":"no a"}]}`, enrich.Attribute, ""},
		{"a text of a number", `{"cat":["1",{"var":"attribute.a"}]}`, enrich.Attribute, ""},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			for name, options := range map[string]jsonlogic.Options{"decimal": {}, "float": {Numbers: jsonlogic.Float64}} {
				o := newOffice(t, settings.Options{Evaluator: newEngine(t, options)})
				e := enrich.Enrichment{EventSchema: "trips", Dependencies: []enrich.Dependency{needing("steps", "steps")},
					Fields: []enrich.Field{{Name: "f", Type: tc.is, Source: enrich.FromLogic, Value: tc.rule, Order: 1}}}
				_, err := o.enrich.Put(t.Context(), o.acme, e)
				if tc.says == "" {
					require.NoError(t, err, name)
					continue
				}
				require.Equal(t, []string{"/fields/0/value"}, paths(t, err), name)
				require.ErrorContains(t, err, tc.says, name)
				_, err = o.enrich.NewEnricher(t.Context(), o.acme, e, enrich.EnricherOptions{})
				require.NoError(t, err, "an enrichment that was saved before still runs")
			}
		})
	}
}

func TestASettingThatARuleIsTakenFromStaysARule(t *testing.T) {
	for _, tc := range []struct {
		reason string
		value  func(*testing.T) settings.Value
		says   string
	}{
		{"another rule", func(t *testing.T) settings.Value { return rule(t, `{"*":[{"var":"attribute.km"},3]}`) }, ""},
		{"one that reads what is declared", func(t *testing.T) settings.Value { return rule(t, `{"var":"dependencies.per_km"}`) }, ""},
		{"a text", func(t *testing.T) settings.Value { return value(t, settings.TypeString, "x") }, "it is STRING"},
		{"a number", func(t *testing.T) settings.Value { return number(t, "5") }, "it is NUMERIC"},
		{"a rule that reads what is not declared", func(t *testing.T) settings.Value { return rule(t, `{"var":"dependencies.other"}`) }, `reads the dependency "other"`},
		{"a rule that can never work", func(t *testing.T) settings.Value { return rule(t, `{"/":[1,0]}`) }, "can never work"},
		{"a rule whose result is no number", func(t *testing.T) settings.Value { return rule(t, `{"cat":["a","b"]}`) }, "can never work"},
		{"a rule that reads what no event has", func(t *testing.T) settings.Value { return rule(t, `{"var":"attributes.km"}`) }, "reads attributes.km"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			o := newOffice(t, settings.Options{})
			ports := settings.Ports{Settings: o.backend.Settings(), Guard: enrich.Guard(o.backend.Enrichments())}
			o.Service = o.Service.In(ports)
			s := o.create(organization, "price_rule", rule(t, `{"*":[{"var":"attribute.km"},2]}`))
			was, err := o.Update(t.Context(), o.acme, s.ID, s.Version, tc.value(t))
			require.NoError(t, err, "nothing depends on it yet")
			s, err = o.Update(t.Context(), o.acme, s.ID, was.Version, rule(t, `1`))
			require.NoError(t, err)
			_, err = o.enrich.Put(t.Context(), o.acme, trips())
			require.NoError(t, err)

			_, update := o.Update(t.Context(), o.acme, s.ID, s.Version, tc.value(t))
			_, create := o.Create(t.Context(), o.acme, settings.NewSetting{Entity: account("eu"), Name: "price_rule", Value: tc.value(t)})
			_, other := o.Create(t.Context(), o.acme, settings.NewSetting{Entity: organization, Name: "per_hour", Value: tc.value(t)})
			require.NoError(t, other, "nothing takes a rule from it")
			_, elsewhere := o.Create(t.Context(), o.globex, settings.NewSetting{Entity: organization, Name: "price_rule", Value: tc.value(t)})
			require.NoError(t, elsewhere, "another organization")
			_, unresolved := o.Create(t.Context(), o.acme, settings.NewSetting{
				Entity: settings.Entity{Kind: settings.Invoice, ID: "i"}, Name: "price_rule", Value: tc.value(t)})
			require.NoError(t, unresolved, "no event resolves to it")
			if tc.says == "" {
				require.NoError(t, update)
				require.NoError(t, create)
				return
			}
			_, restore := o.Restore(t.Context(), o.acme, s.ID, s.Version, was.Version)
			for _, err := range []error{update, create, restore} {
				require.ErrorIs(t, err, settings.ErrInUse)
				require.ErrorIs(t, err, admin.ErrState)
				require.ErrorContains(t, err, tc.says)
				require.ErrorContains(t, err, `the field price of the event schema "trips"`)
			}
			got, err := o.Get(t.Context(), o.acme, s.ID)
			require.NoError(t, err)
			require.Equal(t, s, got, "nothing was changed")
		})
	}
}

func TestANumberThatADependencyReadsMayChangeItsType(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.Service = o.Service.In(settings.Ports{Settings: o.backend.Settings(), Guard: enrich.Guard(o.backend.Enrichments())})
	s := o.create(organization, "meters_per_km", number(t, "1000"))
	_, err := o.enrich.Put(t.Context(), o.acme, trips())
	require.NoError(t, err)
	_, err = o.Update(t.Context(), o.acme, s.ID, s.Version, value(t, settings.TypeJSON, `{"m":1000}`))
	require.NoError(t, err, "a rule may read anything of a setting")
	var v any
	require.NoError(t, json.Unmarshal([]byte(`{"m":1000}`), &v))
}
