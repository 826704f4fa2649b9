package enrich_test

import (
	"encoding/json"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
)

// priced has a price of a rate and a label.
func priced(rule string) enrich.Enrichment {
	return enrich.Enrichment{
		EventSchema: "trips", Dependencies: []enrich.Dependency{needing("rate", "rate"), {Name: "formula", Setting: "formula", Optional: true}},
		Fields: []enrich.Field{
			{Name: "price", Type: enrich.Attribute, Source: enrich.FromLogic, Value: rule, Order: 1},
			{Name: "size", Type: enrich.Dimension, Source: enrich.FromLogic, Value: `{"if":[{">":[{"var":"attribute.km"},10]},"long","short"]}`, Order: 2},
		},
	}
}

const byRate = `{"*":[{"var":"attribute.km"},{"var":"dependencies.rate"}]}`

func trip(km string) enrich.Event {
	return enrich.Event{Account: "a", Attributes: enrich.Attributes{"km": json.Number(km)}}
}

func TestASaveWhoseCasesFailIsRefusedWithAll(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "rate", number(t, "1.5"))
	e := priced(byRate)
	at := time.Date(2026, 1, 2, 3, 4, 5, 678, time.FixedZone("", 3600))
	timed := trip("2")
	timed.Time = at
	e.Cases = []enrich.Case{
		{Name: "a short one", Event: timed, Attributes: enrich.Attributes{"price": "3.00"}, Dimensions: map[string]string{"size": "short"}},
		{Name: "what is no number", Event: enrich.Event{Account: "a", Dimensions: map[string]string{}}, Attributes: enrich.Attributes{"price": "0"}},
	}
	saved, err := o.enrich.Put(t.Context(), o.acme, e)
	require.NoError(t, err)
	kept, err := o.enrich.Get(t.Context(), o.acme, "trips")
	require.NoError(t, err)
	require.Equal(t, saved.Cases, kept.Cases)
	require.Equal(t, at.UTC().Truncate(time.Microsecond), kept.Cases[0].Event.Time)

	wrong := kept.Clone()
	wrong.Fields[0].Value = `{"*":[{"var":"attribute.km"},2]}`
	wrong.Cases = append(wrong.Cases,
		enrich.Case{Name: "of another account", Event: trip("20"), Attributes: enrich.Attributes{"price": "40", "tax": "1"}, Dimensions: map[string]string{"size": "short", "city": "x"}},
		enrich.Case{Name: "should fail", Event: trip("1"), Fails: []string{"price"}},
		enrich.Case{Name: "an attribute that is no number", Event: trip("x")})
	_, err = o.enrich.Put(t.Context(), o.acme, wrong)
	require.Equal(t, []string{"/cases/0", "/cases/2", "/cases/2", "/cases/2", "/cases/3", "/cases/4"}, paths(t, err))
	for _, want := range []string{
		`the case "a short one" does not hold: the attribute price is 4 and should be 3.00`, "there is no attribute tax, which should be 1",
		`the dimension size is "long" and should be "short"`, `there is no dimension city`, "the field price does not fail",
	} {
		require.ErrorContains(t, err, want)
	}
	var invalid *admin.ValidationError
	require.True(t, errors.As(err, &invalid))
	require.Equal(t, enrich.CodeCase, invalid.Fields[0].Code)
	kept, err = o.enrich.Get(t.Context(), o.acme, "trips")
	require.NoError(t, err)
	require.EqualValues(t, 1, kept.Version, "nothing was saved")
}

func TestCasesAreChecked(t *testing.T) {
	for reason, tc := range map[string]struct {
		path  string
		cases []enrich.Case
	}{
		"a case without a name":             {"/cases/0/name", []enrich.Case{{}}},
		"a name twice":                      {"/cases/1/name", []enrich.Case{{Name: "a"}, {Name: "a"}}},
		"a wanted attribute that is a text": {"/cases/0/attributes", []enrich.Case{{Name: "a", Attributes: enrich.Attributes{"price": "x"}}}},
		"a failure of no field":             {"/cases/0/fails", []enrich.Case{{Name: "a", Fails: []string{"prize"}}}},
		"too many":                          {"/cases", make([]enrich.Case, enrich.MaxCases+1)},
	} {
		t.Run(reason, func(t *testing.T) {
			o := newOffice(t, settings.Options{})
			e := priced(byRate)
			e.Cases = tc.cases
			_, err := o.enrich.Put(t.Context(), o.acme, e)
			require.Equal(t, tc.path, paths(t, err)[0])
		})
	}
}

func TestTryRunsWhatIsNotSaved(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "rate", number(t, "1.5"))
	o.create(account("a"), "rate", number(t, "4"))
	got, err := o.enrich.Try(t.Context(), o.acme, enrich.TryInput{
		Enrichment: priced(byRate), Events: []enrich.Event{trip("2"), trip("x"), {Account: "b", Attributes: enrich.Attributes{"km": "2"}}},
	})
	require.NoError(t, err)
	require.Equal(t, json.Number("8"), got[0].Enriched.Attributes["price"], "the rate of the account")
	require.ErrorIs(t, got[1].Err, admin.ErrInvalid)
	require.Equal(t, json.Number("3"), got[2].Enriched.Attributes["price"])
	raw, err := json.Marshal(got[1])
	require.NoError(t, err)
	require.Contains(t, string(raw), `"failure":`)
	_, err = o.enrich.Get(t.Context(), o.acme, "trips")
	require.ErrorIs(t, err, admin.ErrNotFound)

	ruled := priced(byRate)
	ruled.Fields[0].Source, ruled.Fields[0].Value = enrich.FromDependency, "formula"
	got, err = o.enrich.Try(t.Context(), o.acme, enrich.TryInput{
		Enrichment: ruled, Events: []enrich.Event{trip("2")},
		Instead: map[string]settings.Value{"formula": rule(t, `{"+":[{"var":"attribute.km"},{"var":"dependencies.rate"}]}`)},
	})
	require.NoError(t, err)
	require.Equal(t, json.Number("6"), got[0].Enriched.Attributes["price"], "a rule before its setting is saved")
	_, err = o.enrich.Try(t.Context(), o.acme, enrich.TryInput{Enrichment: ruled, Instead: map[string]settings.Value{"x": number(t, "1")}})
	require.Equal(t, []string{"/instead"}, paths(t, err))
}

func stream(events ...enrich.Event) iter.Seq2[enrich.Event, error] {
	return func(yield func(enrich.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestCompareSumsTheDifferences(t *testing.T) {
	o := newOffice(t, settings.Options{})
	o.create(organization, "rate", number(t, "0.1"))
	got, err := o.enrich.Compare(t.Context(), o.acme, enrich.CompareInput{
		Old: priced(byRate), New: priced(`{"if":[{">":[{"var":"attribute.km"},5]},{"*":[{"var":"attribute.km"},0.2]},` + byRate + `]}`),
		Events: stream(trip("1"), trip("2"), trip("3"), trip("10"), trip("x")),
	})
	require.NoError(t, err)
	require.Equal(t, enrich.Sum{Old: "1.6", New: "2.6", Difference: "1"}, got.Sums["price"], "exactly")
	require.Equal(t, []int{5, 1, 1, 1}, []int{got.Events, got.Different, got.OldFailed, got.NewFailed})
	require.Len(t, got.Differences, 1)
	require.Equal(t, 4, got.Differences[0].Number)
	require.Equal(t, json.Number("1"), got.Differences[0].Old.Enriched.Attributes["price"])
	require.Equal(t, json.Number("2"), got.Differences[0].New.Enriched.Attributes["price"])
	raw, err := json.Marshal(got)
	require.NoError(t, err)
	require.Contains(t, string(raw), `"difference":"1"`)

	gone := errors.New("gone")
	_, err = o.enrich.Compare(t.Context(), o.acme, enrich.CompareInput{Old: priced(byRate), New: priced(byRate),
		Events: func(yield func(enrich.Event, error) bool) { yield(enrich.Event{}, gone) }})
	require.ErrorIs(t, err, gone)
}
