package enrich_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func (o *office) enricher(e enrich.Enrichment, options enrich.EnricherOptions) *enrich.Enricher {
	o.t.Helper()
	r, err := o.enrich.NewEnricher(o.t.Context(), o.acme, e, options)
	require.NoError(o.t, err)
	return r
}

func event(account string, attributes ...string) enrich.Event {
	e := enrich.Event{Account: account, Attributes: enrich.Attributes{}}
	for i := 0; i < len(attributes); i += 2 {
		e.Attributes[attributes[i]] = json.Number(attributes[i+1])
	}
	return e
}

func TestEnrich(t *testing.T) {
	o := newOffice(t, settings.Options{CustomerOf: func(context.Context, admin.OrgID, string) (string, error) { return "acme-group", nil }})
	perKM := o.create(organization, "meters_per_km", number(t, "1000"))
	o.create(organization, "price_rule", rule(t, `0`))
	price := o.create(customer("acme-group"), "price_rule", rule(t, `{"*":[{"var":"attribute.km"},2]}`))
	r := o.enricher(trips(), enrich.EnricherOptions{})
	in := event("eu", "distance", "2500", "exact", "12345678901234567890.10")
	in.Dimensions = map[string]string{"unit": "m", "region": "eu"}
	got, err := r.Enrich(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, enrich.Enriched{
		Attributes: enrich.Attributes{"distance": "2500", "exact": "12345678901234567890.10", "km": "2.5", "price": "5"},
		Dimensions: map[string]string{"unit": "km", "region": "eu"},
		Dependencies: []enrich.Used{
			{Name: "per_km", Namespace: "USER", Setting: "meters_per_km", Level: settings.Organization, ID: perKM.ID, Version: 1, Value: perKM.Value},
			{Name: "price", Namespace: "USER", Setting: "price_rule", Level: settings.Customer, ID: price.ID, Version: 1, Value: price.Value},
		},
	}, got)
	require.Equal(t, map[string]string{"unit": "m", "region": "eu"}, in.Dimensions, "the event is not changed")
	require.Len(t, in.Attributes, 2)

	text, err := json.Marshal(got)
	require.NoError(t, err)
	require.Contains(t, string(text), `"exact":"12345678901234567890.10"`)
	require.Contains(t, string(text), `"value":{"dataType":"NUMERIC","value":"1000"}`)
}

func TestLaterFieldsSeeEarlierResults(t *testing.T) {
	o := newOffice(t, settings.Options{})
	r := o.enricher(enrich.Enrichment{EventSchema: "s", Fields: []enrich.Field{
		attributeOf(30, "c", enrich.FromLogic, `{"+":[{"var":"attribute.a"},{"var":"attribute.b"}]}`),
		attributeOf(-1, "a", enrich.FromValue, "007.50"),
		attributeOf(2, "b", enrich.FromLogic, `{"+":[{"var":"attribute.a"},1]}`),
		dimensionOf(31, "size", enrich.FromLogic, `{"if":[{">":[{"var":"attribute.c"},10]},"large","small"]}`),
		dimensionOf(32, "large", enrich.FromLogic, `{"==":[{"var":"dimension.size"},"large"]}`),
		dimensionOf(33, "text", enrich.FromLogic, `{"var":"attribute.c"}`),
	}}, enrich.EnricherOptions{})
	got, err := r.Enrich(t.Context(), event("", "a", "1000"))
	require.NoError(t, err)
	require.Equal(t, enrich.Attributes{"a": "7.50", "b": "8.5", "c": "16"}, got.Attributes)
	require.Equal(t, map[string]string{"size": "large", "large": "true", "text": "16"}, got.Dimensions)
}

func TestAttributesAreExactDecimals(t *testing.T) {
	o := newOffice(t, settings.Options{})
	r := o.enricher(enrich.Enrichment{EventSchema: "s", Fields: []enrich.Field{dimensionOf(1, "x", enrich.FromValue, "x")}}, enrich.EnricherOptions{})
	for _, tc := range []struct{ text, want string }{
		{"0", "0"}, {"-0.10", "-0.10"}, {"007", "7"}, {"-00.5", "-0.5"}, {"000", "0"},
		{"12345678901234567890.123456789012345678901", "12345678901234567890.123456789012345678901"},
		{longDigits + "." + longDigits, longDigits + "." + longDigits},
		{"1e3", "1000"}, {"1.5E-3", "0.0015"}, {"-12e+2", "-1200"}, {"1e511", "1" + strings.Repeat("0", 511)},
	} {
		got, err := r.Enrich(t.Context(), event("", "n", tc.text))
		require.NoError(t, err, tc.text)
		require.Equal(t, json.Number(tc.want), got.Attributes["n"])
	}
	for _, text := range []string{"", "-", "+1", "1.", ".5", "1,5", " 1", "0x10", "NaN", "Infinity", "1e", "1e+", "1e1000", "1e512", "1e-600", "1e3x", longDigits + "9", "1." + longDigits + "9"} {
		_, err := r.Enrich(t.Context(), event("", "a/b", text, "fine", "1", "c", "x"))
		require.Equal(t, []string{"/attributes/a~1b", "/attributes/c"}, paths(t, err), text)
	}
	_, err := r.Enrich(t.Context(), enrich.Event{Account: strings.Repeat("x", 51)})
	require.ErrorIs(t, err, admin.ErrInvalid)

	var decoded enrich.Event
	require.NoError(t, json.Unmarshal([]byte(`{"accountId":"a","attributes":{"n":1.10,"t":"2.20"},"dimensions":{"d":"x"}}`), &decoded))
	require.Equal(t, enrich.Attributes{"n": "1.10", "t": "2.20"}, decoded.Attributes)
}

func TestAFailingFieldNamesItself(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "text", value(t, settings.TypeString, "x"))
	o.create(organization, "undeclared", rule(t, `{"var":"dependencies.other"}`))
	for _, tc := range []struct {
		reason string
		field  enrich.Field
		needs  string
		is     error
		says   string
	}{
		{"a rule without result", attributeOf(1, "f", enrich.FromLogic, `{"/":[1,0]}`), "", jsonlogic.ErrEvaluation, "division by zero"},
		{"a truth value for an attribute", attributeOf(1, "f", enrich.FromLogic, `true`), "", admin.ErrInvalid, "a boolean"},
		{"a text for an attribute", attributeOf(1, "f", enrich.FromLogic, `"abc"`), "", admin.ErrInvalid, "a text that is not a decimal"},
		{"nothing for a dimension", dimensionOf(1, "f", enrich.FromLogic, `{"var":"attribute.none"}`), "", admin.ErrInvalid, "null"},
		{"an array for a dimension", dimensionOf(1, "f", enrich.FromLogic, `[1]`), "", admin.ErrInvalid, "an array"},
		{"an object for a dimension", dimensionOf(1, "f", enrich.FromLogic, `{"var":"attribute"}`), "", admin.ErrInvalid, "an object"},
		{"a dependency that no level has", attributeOf(1, "f", enrich.FromLogic, `{"var":["dependencies.d",1]}`), "none", admin.ErrNotFound, "dependency d"},
		{"a rule that no level has", attributeOf(1, "f", enrich.FromDependency, `d`), "none", admin.ErrNotFound, "dependency d"},
		{"all dependencies, of which one is missing", attributeOf(1, "f", enrich.FromLogic, `{"var":"dependencies"}`), "none", admin.ErrNotFound, "dependency d"},
		{"a rule that is none", attributeOf(1, "f", enrich.FromDependency, `d`), "text", settings.ErrNotLogic, "STRING"},
		{"a rule that reads what is not declared", attributeOf(1, "f", enrich.FromDependency, `d`), "undeclared", jsonlogic.ErrEvaluation, `"other"`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			e := enrich.Enrichment{EventSchema: "trips", Fields: []enrich.Field{
				tc.field, attributeOf(2, "after", enrich.FromLogic, `{"var":["attribute.f",5]}`),
			}}
			if tc.needs != "" {
				e.Dependencies = []enrich.Dependency{needing("d", tc.needs)}
			}
			_, err := o.enricher(e, enrich.EnricherOptions{}).Enrich(t.Context(), event("eu", "f", "3"))
			var failed *enrich.FieldError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, "f", failed.Field)
			require.Equal(t, "trips", failed.EventSchema)
			require.ErrorIs(t, err, tc.is)
			require.ErrorContains(t, err, tc.says)

			got, err := o.enricher(e, enrich.EnricherOptions{OnError: enrich.LeaveOut}).Enrich(t.Context(), event("eu", "f", "3"))
			require.NoError(t, err)
			require.Len(t, got.LeftOut, 1)
			require.ErrorIs(t, got.LeftOut[0], tc.is)
			require.Equal(t, "f", got.LeftOut[0].Field)
			if tc.field.Type == enrich.Attribute {
				require.Equal(t, enrich.Attributes{"after": "5"}, got.Attributes, "what the event had is not taken for the result")
			} else {
				require.Equal(t, enrich.Attributes{"f": "3", "after": "3"}, got.Attributes)
				require.Empty(t, got.Dimensions)
			}
		})
	}
	_, err := o.enrich.NewEnricher(t.Context(), o.acme, trips(), enrich.EnricherOptions{OnError: "SKIP"})
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestAFailingRuleOfASettingNamesTheSetting(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "rule", rule(t, `1`))
	o.create(account("eu"), "rule", rule(t, `{"/":[1,{"var":"attribute.n"}]}`))
	o.create(account("us"), "rule", rule(t, `"ten"`))
	r := o.enricher(enrich.Enrichment{
		EventSchema: "trips", Dependencies: []enrich.Dependency{needing("d", "rule")}, Fields: []enrich.Field{attributeOf(1, "f", enrich.FromDependency, "d")},
	}, enrich.EnricherOptions{})
	for account, says := range map[string]string{
		"eu": `event schema "trips": attribute f: setting rule of ACCOUNT eu in USER: operator "/" at the top: division by zero`,
		"us": `event schema "trips": attribute f: setting rule of ACCOUNT us in USER: the result is a text that is not a decimal number`,
	} {
		_, err := r.Enrich(t.Context(), event(account, "n", "0"))
		require.ErrorContains(t, err, says)
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
}

func TestPathsToAllDependenciesNeedThemAll(t *testing.T) {
	dialects := map[jsonlogic.Dialect][]string{
		jsonlogic.Standard: {`{"var":""}`, `{"var":"dependencies"}`, `{"val":["dependencies"]}`, `{"var":{"cat":["dependencies",".d"]}}`},
		jsonlogic.Togai:    {`{"var":""}`, `{"var":"dependencies"}`, `{"var":"dependencies."}`, `{"var":"."}`},
	}
	for dialect, rules := range dialects {
		o := newOffice(t, settings.Options{Evaluator: newEngine(t, jsonlogic.Options{Dialect: dialect})})
		for _, all := range rules {
			_, err := o.enricher(enrich.Enrichment{
				EventSchema: "s", Dependencies: []enrich.Dependency{needing("d", "none")},
				Fields: []enrich.Field{attributeOf(1, "f", enrich.FromLogic, `{"if":[`+all+`,1,2]}`)},
			}, enrich.EnricherOptions{}).Enrich(t.Context(), event(""))
			require.ErrorIs(t, err, admin.ErrNotFound, all)
		}
	}
}

func TestErrorsSayNothingOfTheEvent(t *testing.T) {
	o := newOffice(t, settings.Options{})
	for _, tc := range []struct {
		reason, attribute, dimension, says string
	}{
		{"an attribute that is no number", "confidential", "", "/attributes/n: is not a decimal number"},
		{"an attribute of too many digits", longDigits + "4111", "", "/attributes/n: has too many digits"},
		{"an attribute of too great an exponent", "4111e512", "", "/attributes/n: has too many digits"},
		{"a text for an attribute", "1", "confidential", "attribute f: the result is a text that is not a decimal number"},
		{"a text of too many digits", "1", longDigits + "4111", "attribute f: the result is a text that has too many digits"},
		{"a number of too many digits", strings.Repeat("4111", 100), "2", "attribute g: the result is a number that has too many digits"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			in := event("", "n", tc.attribute)
			in.Dimensions = map[string]string{"d": tc.dimension}
			_, err := o.enricher(enrich.Enrichment{EventSchema: "s", Fields: []enrich.Field{
				attributeOf(1, "f", enrich.FromLogic, `{"var":"dimension.d"}`),
				attributeOf(2, "g", enrich.FromLogic, `{"*":[{"var":"attribute.n"},{"var":"attribute.n"}]}`),
			}}, enrich.EnricherOptions{}).Enrich(t.Context(), in)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.ErrorContains(t, err, tc.says)
			for _, data := range []string{"confidential", "4111", "999", "169"} { // 4111 * 4111 is 16900321
				require.NotContains(t, err.Error(), data)
			}
		})
	}
}

func TestDependenciesThatFieldsDoWithout(t *testing.T) {
	e := enrich.Enrichment{
		EventSchema:  "s",
		Dependencies: []enrich.Dependency{needing("missing", "none"), {Name: "factor", Setting: "factor", Optional: true}},
		Fields:       []enrich.Field{attributeOf(1, "f", enrich.FromLogic, `{"*":[{"var":"attribute.n"},{"var":["dependencies.factor",2]}]}`)},
	}
	o := newOffice(t, settings.Options{})
	r := o.enricher(e, enrich.EnricherOptions{})
	got, err := r.Enrich(t.Context(), event("", "n", "3"))
	require.NoError(t, err, "what is missing is not read")
	require.Equal(t, json.Number("6"), got.Attributes["f"])
	require.Empty(t, got.Dependencies)
	o.create(organization, "factor", number(t, "3"))
	got, err = r.Enrich(t.Context(), event("", "n", "3"))
	require.NoError(t, err)
	require.Equal(t, json.Number("9"), got.Attributes["f"])

	unsure := newOffice(t, settings.Options{Evaluator: silent{new(settings.Engine)}})
	_, err = unsure.enricher(e, enrich.EnricherOptions{}).Enrich(t.Context(), event("", "n", "3"))
	require.ErrorIs(t, err, admin.ErrNotFound, "a program that does not say what it reads may read everything")
}

func TestRulesReadDocumentsAndTextsOfSettings(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "tiers", value(t, settings.TypeJSON, `{"eu":[{"rate":"0.5"}]}`))
	o.create(organization, "unit", value(t, settings.TypeString, "km"))
	o.create(organization, "rule", rule(t, `{"+":[1,1]}`))
	r := o.enricher(enrich.Enrichment{
		EventSchema:  "s",
		Dependencies: []enrich.Dependency{needing("tiers", "tiers"), needing("unit", "unit"), needing("rule", "rule")},
		Fields: []enrich.Field{
			attributeOf(1, "rate", enrich.FromLogic, `{"var":"dependencies.tiers.eu.0.rate"}`),
			dimensionOf(2, "unit", enrich.FromLogic, `{"var":"dependencies.unit"}`),
			dimensionOf(3, "rule", enrich.FromLogic, `{"var":"dependencies.rule"}`),
		},
	}, enrich.EnricherOptions{})
	got, err := r.Enrich(t.Context(), event(""))
	require.NoError(t, err)
	require.Equal(t, json.Number("0.5"), got.Attributes["rate"])
	require.Equal(t, map[string]string{"unit": "km", "rule": `{"+":[1,1]}`}, got.Dimensions, "a rule is data and is not run")
}

// counting counts look-ups, and fails if fail is set.
type counting struct {
	settings.Store
	n    atomic.Int64
	fail error
}

func (c *counting) Lookup(ctx context.Context, org admin.OrgID, keys []settings.Key) ([]settings.Setting, error) {
	c.n.Add(1)
	if c.fail != nil {
		return nil, c.fail
	}
	return c.Store.Lookup(ctx, org, keys)
}

func TestChangesAreSeenAtOnceHereAndInTimeElsewhere(t *testing.T) {
	o := newOffice(t, settings.Options{})
	store := &counting{Store: o.backend.Settings()}
	clock := settings.Options{Runtime: admin.Runtime{Now: func() time.Time { return o.now }, NewID: o.id}}
	here, elsewhere := o.settings(store, clock), o.settings(o.backend.Settings(), clock)
	def := enrich.Enrichment{
		EventSchema: "s", Dependencies: []enrich.Dependency{needing("n", "n")},
		Fields: []enrich.Field{attributeOf(1, "n", enrich.FromLogic, `{"var":"dependencies.n"}`)},
	}
	r, err := o.over(here).NewEnricher(t.Context(), o.acme, def, enrich.EnricherOptions{Fresh: time.Minute})
	require.NoError(t, err)
	stream := r.NewStream()
	sees := func(want string) {
		t.Helper()
		for range 3 {
			got, err := r.Enrich(t.Context(), event("a"))
			require.NoError(t, err)
			require.Equal(t, json.Number(want), got.Attributes["n"])
			got, err = stream.Enrich(t.Context(), event("a"))
			require.NoError(t, err)
			require.Equal(t, json.Number(want), got.Attributes["n"])
		}
	}
	create := func(s *settings.Service, e settings.Entity, text string) settings.Setting {
		made, err := s.Create(t.Context(), o.acme, settings.NewSetting{Entity: e, Name: "n", Value: number(t, text)})
		require.NoError(t, err)
		return made
	}
	first := create(here, organization, "1")
	sees("1")
	require.Equal(t, int64(1), store.n.Load(), "read once")
	_, err = here.Update(t.Context(), o.acme, first.ID, 1, number(t, "2"))
	require.NoError(t, err)
	sees("2")
	_, err = here.Restore(t.Context(), o.acme, first.ID, 2, 1)
	require.NoError(t, err)
	sees("1")
	mine := create(here, account("a"), "3")
	sees("3")
	require.NoError(t, here.Delete(t.Context(), o.acme, mine.ID, 1))
	sees("1")

	_, err = elsewhere.Update(t.Context(), o.acme, first.ID, 3, number(t, "4"))
	require.NoError(t, err)
	o.now = o.now.Add(time.Minute - time.Microsecond)
	sees("1")
	o.now = o.now.Add(time.Microsecond)
	sees("4")

	_, err = elsewhere.Update(t.Context(), o.acme, first.ID, 4, number(t, "5"))
	require.NoError(t, err)
	here.Forget("acme")
	sees("5")

	always, err := o.over(here).NewEnricher(t.Context(), o.acme, def, enrich.EnricherOptions{Fresh: -1})
	require.NoError(t, err)
	for i := range 3 {
		_, err = elsewhere.Update(t.Context(), o.acme, first.ID, int64(5+i), number(t, fmt.Sprint(i)))
		require.NoError(t, err)
		got, err := always.NewStream().Enrich(t.Context(), event("a"))
		require.NoError(t, err)
		require.Equal(t, json.Number(fmt.Sprint(i)), got.Attributes["n"])
	}
}

func TestAChangeDuringALookUpIsNotMissed(t *testing.T) {
	o := newOffice(t, settings.Options{})
	changing := &during{Store: o.backend.Settings()}
	s := o.settings(changing, settings.Options{})
	made, err := s.Create(t.Context(), o.acme, settings.NewSetting{Entity: organization, Name: "n", Value: number(t, "1")})
	require.NoError(t, err)
	r, err := o.over(s).NewEnricher(t.Context(), o.acme, enrich.Enrichment{
		EventSchema: "s", Dependencies: []enrich.Dependency{needing("n", "n")},
		Fields: []enrich.Field{attributeOf(1, "n", enrich.FromLogic, `{"var":"dependencies.n"}`)},
	}, enrich.EnricherOptions{})
	require.NoError(t, err)
	changing.after = func() {
		_, err := s.Update(t.Context(), o.acme, made.ID, 1, number(t, "2"))
		require.NoError(t, err)
	}
	got, err := r.Enrich(t.Context(), event("a"))
	require.NoError(t, err)
	require.Equal(t, json.Number("1"), got.Attributes["n"], "it began before the change")
	got, err = r.Enrich(t.Context(), event("a"))
	require.NoError(t, err)
	require.Equal(t, json.Number("2"), got.Attributes["n"])
}

// during runs something once, after a look-up has read and before it returns.
type during struct {
	settings.Store
	after func()
}

func (d *during) Lookup(ctx context.Context, org admin.OrgID, keys []settings.Key) ([]settings.Setting, error) {
	found, err := d.Store.Lookup(ctx, org, keys)
	if after := d.after; after != nil {
		d.after = nil
		after()
	}
	return found, err
}

func TestWhatKeepsSettingsFromBeingReadFailsTheEvent(t *testing.T) {
	o := newOffice(t, settings.Options{})
	store := &counting{Store: o.backend.Settings(), fail: errors.New("no database")}
	s := o.settings(store, settings.Options{})
	r, err := o.over(s).NewEnricher(t.Context(), o.acme, trips(), enrich.EnricherOptions{OnError: enrich.LeaveOut})
	require.NoError(t, err)
	_, err = r.Enrich(t.Context(), event("a", "distance", "1"))
	require.ErrorIs(t, err, store.fail, "under every policy")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = r.Enrich(ctx, event("a", "distance", "1"))
	require.ErrorIs(t, err, context.Canceled)
}

func TestMemoryOfPathsIsBounded(t *testing.T) {
	o := newOffice(t, settings.Options{})
	store := &counting{Store: o.backend.Settings()}
	s := o.settings(store, settings.Options{})
	o.create(organization, "n", number(t, "1"))
	r, err := o.over(s).NewEnricher(t.Context(), o.acme, enrich.Enrichment{
		EventSchema: "s", Dependencies: []enrich.Dependency{needing("n", "n")}, Fields: []enrich.Field{dimensionOf(1, "x", enrich.FromValue, "x")},
	}, enrich.EnricherOptions{Paths: 4})
	require.NoError(t, err)
	for range 2 {
		for i := range 8 {
			_, err := r.Enrich(t.Context(), event(fmt.Sprint("a", i)))
			require.NoError(t, err)
		}
	}
	require.Equal(t, int64(16), store.n.Load(), "those that come last push the first out")
}

func TestDependenciesAreLookedUpTogether(t *testing.T) {
	o := newOffice(t, settings.Options{})
	store := &counting{Store: o.backend.Settings()}
	s := o.settings(store, settings.Options{})
	def := enrich.Enrichment{EventSchema: "s"}
	for i := range enrich.MaxDependencies {
		name := fmt.Sprint("n", i/2) // two dependencies may take the same setting
		if i%2 == 0 {
			o.create([]settings.Entity{organization, customer("c"), account("a")}[i%3], name, number(t, fmt.Sprint(i)))
		}
		def.Dependencies = append(def.Dependencies, needing(fmt.Sprint("d", i), name))
		def.Fields = append(def.Fields, attributeOf(i, fmt.Sprint("x", i), enrich.FromLogic, fmt.Sprintf(`{"var":"dependencies.d%d"}`, i)))
	}
	r, err := o.over(s).NewEnricher(t.Context(), o.acme, def, enrich.EnricherOptions{})
	require.NoError(t, err)
	e := event("a")
	e.Customer = "c"
	got, err := r.Enrich(t.Context(), e)
	require.NoError(t, err)
	for i := range enrich.MaxDependencies {
		require.Equal(t, json.Number(fmt.Sprint(i/2*2)), got.Attributes[fmt.Sprint("x", i)])
	}
	require.Equal(t, int64(1), store.n.Load())
}

func TestEnricherIsSafeForConcurrentUse(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "meters_per_km", number(t, "1000"))
	r := o.enricher(enrich.Enrichment{
		EventSchema: "trips", Dependencies: []enrich.Dependency{needing("per_km", "meters_per_km")},
		Fields: []enrich.Field{attributeOf(1, "km", enrich.FromLogic, `{"/":[{"var":"attribute.distance"},{"var":"dependencies.per_km"}]}`)},
	}, enrich.EnricherOptions{Paths: 4})
	var group sync.WaitGroup
	for g := range 4 {
		stream := r.NewStream()
		group.Go(func() {
			for i := range 100 {
				in := event(fmt.Sprint("a", i%6), "distance", fmt.Sprint(g*1000))
				mine, err := r.Enrich(t.Context(), in)
				if err != nil || mine.Attributes["km"] != json.Number(fmt.Sprint(g)) {
					t.Errorf("%v %v", mine, err)
				}
				same, err := stream.Enrich(t.Context(), in)
				if err != nil || same.Attributes["km"] != json.Number(fmt.Sprint(g)) {
					t.Errorf("%v %v", same, err)
				}
			}
		})
	}
	for i := range 20 {
		_, err := o.Create(t.Context(), o.acme, settings.NewSetting{Entity: account(fmt.Sprint("b", i)), Name: "n", Value: number(t, "1")})
		require.NoError(t, err)
	}
	group.Wait()
}

func TestResultsOfEnrichAreTheCallers(t *testing.T) {
	o := newOffice(t, settings.Options{})
	r := o.enricher(enrich.Enrichment{EventSchema: "s", Fields: []enrich.Field{dimensionOf(1, "x", enrich.FromValue, "x")}}, enrich.EnricherOptions{})
	first, err := r.Enrich(t.Context(), event("", "n", "1"))
	require.NoError(t, err)
	for range 10 {
		_, err := r.Enrich(t.Context(), event("", "n", "2"))
		require.NoError(t, err)
	}
	require.Equal(t, json.Number("1"), first.Attributes["n"])
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			kept := make([]enrich.Enriched, 50)
			for i := range kept {
				var err error
				if kept[i], err = r.Enrich(t.Context(), event("", "n", fmt.Sprint(100*g+i))); err != nil {
					t.Error(err)
				}
				kept[i].Dimensions["mine"] = fmt.Sprint(g, i)
			}
			for i, mine := range kept {
				if mine.Attributes["n"] != json.Number(fmt.Sprint(100*g+i)) || mine.Dimensions["mine"] != fmt.Sprint(g, i) || len(mine.Dimensions) != 2 {
					t.Errorf("%d %d: %v", g, i, mine)
				}
			}
		})
	}
	group.Wait()
	def := r.Enrichment()
	def.Fields[0].Name = "changed"
	require.Equal(t, "x", r.Enrichment().Fields[0].Name)
}

func TestARuleThatChangesIsSeenByTheNextEvent(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "meters_per_km", number(t, "1000"))
	price := o.create(organization, "price_rule", rule(t, `{"*":[{"var":"attribute.km"},2]}`))
	r := o.enricher(trips(), enrich.EnricherOptions{})
	stream := r.NewStream()
	costs := func(want string) {
		t.Helper()
		for _, enrich := range []func(context.Context, enrich.Event) (enrich.Enriched, error){r.Enrich, stream.Enrich} {
			got, err := enrich(t.Context(), event("eu", "distance", "2500"))
			require.NoError(t, err)
			require.Equal(t, json.Number(want), got.Attributes["price"])
		}
	}
	costs("5")
	_, err := o.Update(t.Context(), o.acme, price.ID, 1, rule(t, `{"*":[{"var":"attribute.km"},3]}`))
	require.NoError(t, err)
	costs("7.5")
	mine := o.create(account("eu"), "price_rule", rule(t, `1`))
	costs("1")
	require.NoError(t, o.Delete(t.Context(), o.acme, mine.ID, 1))
	_, err = o.Restore(t.Context(), o.acme, price.ID, 2, 1)
	require.NoError(t, err)
	costs("5")
}

func TestEnrichedNumbersAreExact(t *testing.T) {
	e := enrich.Enrichment{EventSchema: "s", Fields: []enrich.Field{
		attributeOf(1, "sum", enrich.FromLogic, `{"+":[{"var":"attribute.a"},{"var":"attribute.b"}]}`),
		attributeOf(2, "same", enrich.FromLogic, `{"var":"attribute.large"}`),
		attributeOf(3, "more", enrich.FromLogic, `{"+":[{"var":"attribute.large"},{"var":"attribute.small"}]}`),
		attributeOf(4, "third", enrich.FromLogic, `{"/":[{"var":"attribute.a"},3]}`),
		attributeOf(5, "half_up", enrich.FromLogic, `{"/":[{"var":"attribute.half"},1]}`),
		dimensionOf(6, "text", enrich.FromLogic, `{"cat":["sum ",{"var":"attribute.sum"}]}`),
	}}
	in := event("", "a", "0.1", "b", "0.2", "large", "9007199254740993", "small", "0.000000000000000001", "half", "0.00005")
	o := newOffice(t, settings.Options{})
	got, err := o.enricher(e, enrich.EnricherOptions{}).Enrich(t.Context(), in)
	require.NoError(t, err)
	for name, want := range map[string]json.Number{
		"sum": "0.3", "same": "9007199254740993", "more": "9007199254740993.000000000000000001", "third": "0.03333333333333333333333333333", "half_up": "0.00005",
	} {
		require.Equal(t, want, got.Attributes[name], name)
	}
	require.Equal(t, "sum 0.3", got.Dimensions["text"])

	six := 6
	o = newOffice(t, settings.Options{Evaluator: newEngine(t, jsonlogic.Options{DivisionScale: &six})})
	got, err = o.enricher(e, enrich.EnricherOptions{}).Enrich(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, json.Number("0.033333"), got.Attributes["third"])

	o = newOffice(t, settings.Options{Evaluator: newEngine(t, jsonlogic.Options{Numbers: jsonlogic.Float64})})
	got, err = o.enricher(e, enrich.EnricherOptions{}).Enrich(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, json.Number("0.30000000000000004"), got.Attributes["sum"])
	require.Equal(t, json.Number("9007199254740992"), got.Attributes["same"])
}

func TestABadRuleIsRefusedByPutAndNewEnricher(t *testing.T) {
	const bad, says = `{"if":[true,1,{"-":[{"var":"a"},{"double":-2}]}]}`, `operator "double" at /if/2/-/1: there is no such operator`
	o := newOffice(t, settings.Options{})
	trips := trips()
	trips.Fields = append(trips.Fields, attributeOf(9, "bad", enrich.FromLogic, bad))
	for name, save := range map[string]func() error{
		"Put": func() error { _, err := o.enrich.Put(t.Context(), o.acme, trips); return err },
		"NewEnricher": func() error {
			_, err := o.enrich.NewEnricher(t.Context(), o.acme, trips, enrich.EnricherOptions{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := save()
			require.Equal(t, []string{"/fields/3/value"}, paths(t, err))
			require.ErrorContains(t, err, says)
		})
	}
}

// TestAChangeInATransactionIsSeenAfterItsCommit: a cache that reads between the write and the commit reads the old value.
func TestAChangeInATransactionIsSeenAfterItsCommit(t *testing.T) {
	o := newOffice(t, settings.Options{})
	n := o.create(organization, "n", number(t, "1"))
	def := enrich.Enrichment{
		EventSchema: "s", Dependencies: []enrich.Dependency{needing("n", "n")},
		Fields: []enrich.Field{attributeOf(1, "n", enrich.FromLogic, `{"var":"dependencies.n"}`)},
	}
	outside := o.enricher(def, enrich.EnricherOptions{Fresh: time.Hour})
	sees := func(r *enrich.Enricher, want string) {
		t.Helper()
		got, err := r.Enrich(t.Context(), event("a"))
		require.NoError(t, err)
		require.Equal(t, json.Number(want), got.Attributes["n"])
	}
	sees(outside, "1")

	// The stores of the transaction, and what others read while it is open.
	tx := &uncommitted{Store: o.backend.Settings()}
	bound := o.In(settings.Ports{Settings: tx})
	inside, err := o.enrich.In(enrich.Ports{Settings: bound, Enrichments: o.backend.Enrichments()}).
		NewEnricher(t.Context(), o.acme, def, enrich.EnricherOptions{Fresh: time.Hour})
	require.NoError(t, err)
	sees(inside, "1")
	_, err = bound.Update(t.Context(), o.acme, n.ID, 1, number(t, "2"))
	require.NoError(t, err)
	sees(inside, "2")
	sees(outside, "1")
	require.NoError(t, tx.commit())
	bound.Committed()
	sees(outside, "2")

	// One that is rolled back.
	tx = &uncommitted{Store: o.backend.Settings()}
	bound = o.In(settings.Ports{Settings: tx})
	_, err = bound.Update(t.Context(), o.acme, n.ID, 2, number(t, "3"))
	require.NoError(t, err)
	sees(outside, "2")
}

// uncommitted is a store of a transaction with one update: it reads it, and others do not until commit.
type uncommitted struct {
	settings.Store
	changed settings.Setting
	commit  func() error
}

func (u *uncommitted) Update(ctx context.Context, org admin.OrgID, s settings.Setting, rec admin.Record) error {
	u.changed = s
	u.changed.Version++
	u.commit = func() error { return u.Store.Update(ctx, org, s, rec) }
	return nil
}

func (u *uncommitted) Lookup(ctx context.Context, org admin.OrgID, keys []settings.Key) ([]settings.Setting, error) {
	found, err := u.Store.Lookup(ctx, org, keys)
	for i := range found {
		if found[i].ID == u.changed.ID {
			found[i] = u.changed
		}
	}
	return found, err
}

func TestOptionsOutOfRange(t *testing.T) {
	o := newOffice(t, settings.Options{})
	_, err := o.enrich.NewEnricher(t.Context(), o.acme, trips(), enrich.EnricherOptions{OnError: "SKIP", Paths: -1})
	require.Equal(t, []string{"/onError", "/paths"}, paths(t, err))
	_, err = enrich.NewService(enrich.Ports{}, enrich.Options{})
	require.Equal(t, []string{"/ports/settings", "/ports/enrichments"}, paths(t, err))
}
