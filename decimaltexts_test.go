package admincenter_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/settings"
)

// bareDecimal is the decimal that samples hold. It stands in no JSON without quotes.
const bareDecimal = "8191.25"

// resultsOfRules are values that are never a decimal.Decimal, by the contract of settings.Program: numbers
// in them are json.Number, as in the JSON of the rule.
func resultsOfRules() map[string]bool {
	return map[string]bool{"settings.Result.Value": true, "settings.Explanation.Value": true, "jsonlogic.Step.Value": true}
}

// fill sets every exported field of v, down to the elements of lists and maps, so that each decimal in it
// is bareDecimal. within are the types around it, which are not filled once more.
func fill(v reflect.Value, path string, within []reflect.Type) {
	d := decimal.RequireFromString(bareDecimal)
	switch t := v.Type(); {
	case t == reflect.TypeFor[decimal.Decimal]():
		v.Set(reflect.ValueOf(d))
	case t == reflect.TypeFor[time.Time](), !v.CanSet(), resultsOfRules()[path]:
	case t == reflect.TypeFor[settings.Value]():
		if n, err := settings.Numeric(d); err == nil {
			v.Set(reflect.ValueOf(n))
		}
	case t.Kind() == reflect.Interface:
		if t.NumMethod() == 0 {
			v.Set(reflect.ValueOf(map[string]any{"a": d, "b": []any{d}}))
		}
	case t.Kind() == reflect.Pointer:
		p := reflect.New(t.Elem())
		fill(p.Elem(), path, within)
		v.Set(p)
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		l := reflect.MakeSlice(t, 1, 1)
		fill(l.Index(0), path, within)
		v.Set(l)
	case t.Kind() == reflect.Map:
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		fill(value, path, within)
		m := reflect.MakeMap(t)
		m.SetMapIndex(key, value)
		v.Set(m)
	case t.Kind() == reflect.Struct:
		for _, outer := range within {
			if outer == t {
				return
			}
		}
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				fill(v.Field(i), t.String()+"."+f.Name, append(within, t))
			}
		}
	}
}

// decimalVariables sets what package decimal lets a host set, for all of its process, until the test ends. A
// test that calls it must not run in parallel with others.
func decimalVariables(t *testing.T) {
	t.Helper()
	bare, zeros, scientific := decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation
	t.Cleanup(func() {
		decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation = bare, zeros, scientific
	})
	decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation = true, false, true
}

func requireNoBareDecimal(t *testing.T, text []byte) {
	t.Helper()
	require.NotContains(t, strings.ReplaceAll(string(text), `"`+bareDecimal+`"`, ""), "8191", "a decimal is a text")
	require.NotContains(t, string(text), "8.191", "a decimal has plain digits")
}

// A host that sets decimal.MarshalJSONWithoutQuotes for its own records does not change those of the library: a
// client that holds numbers in float64 would lose digits of a rate.
func TestWireTypesHaveDecimalsAsTexts(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	samples := decimalSamples(t, h)
	decimalVariables(t)
	found := 0
	for _, typ := range records(allMethods(h.Center)) {
		if typ.Kind() != reflect.Struct {
			continue
		}
		t.Run(typ.String(), func(t *testing.T) {
			v := reflect.New(typ).Elem()
			fill(v, typ.String(), nil)
			text, err := json.Marshal(v.Interface())
			require.NoError(t, err)
			requireNoBareDecimal(t, text)
			if strings.Contains(string(text), `"`+bareDecimal+`"`) {
				found++
			}
		})
	}
	require.GreaterOrEqual(t, found, 10, "currencies, settings and traces have decimals, and what holds them")
	for name, sample := range samples {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(sample)
			require.NoError(t, err)
			requireNoBareDecimal(t, text)
			require.Contains(t, string(text), `"`+bareDecimal+`"`)
		})
	}
	bare, err := json.Marshal(decimal.RequireFromString(bareDecimal))
	require.NoError(t, err)
	require.NotContains(t, string(bare), `"`, "the test does set the variable")
}

// decimalSamples are values that cannot be filled from outside their package.
func decimalSamples(t *testing.T, h *house) map[string]any {
	t.Helper()
	_, err := h.Currencies.SetBase(t.Context(), h.ann.Scope, "USD")
	require.NoError(t, err)
	_, err = h.Currencies.Add(t.Context(), h.ann.Scope, "EUR", decimal.RequireFromString(bareDecimal), currency.Confirmed)
	require.NoError(t, err)
	rates, err := h.Currencies.Table(t.Context(), admin.System(acme))
	require.NoError(t, err)
	money, err := currency.ParseMoney(bareDecimal + " EUR")
	require.NoError(t, err)
	return map[string]any{"a table of rates": rates, "an amount": money}
}
