package currency_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
)

func TestPreviewShowsBothDirections(t *testing.T) {
	s, b, _ := newDated(t)
	for _, tc := range []struct {
		reason     string
		code       iso4217.Code
		rate       string
		there, way string
	}{
		{"above one", "EUR", "1.0800", "1 EUR = 1.08 USD", "1 USD = 0.925926 EUR"},
		{"below one", "JPY", "0.0067", "1 JPY = 0.0067 USD", "1 USD = 149.254 JPY"},
		{"far below one", "IDR", "0.000061", "1 IDR = 0.000061 USD", "1 USD = 16393.4 IDR"},
		{"a large inverse", "IRR", "0.0000023", "1 IRR = 0.0000023 USD", "1 USD = 434783 IRR"},
		{"the smallest rate", "IRR", "0.000000000000000001", "1 IRR = 0.000000000000000001 USD", "1 USD = 1000000000000000000 IRR"},
		{"the largest rate", "IRR", "999999999999.999999999999999999", "1 IRR = 999999999999.999999999999999999 USD", "1 USD = 0.000000000001 IRR"},
		{"a small inverse", "IRR", "300000000000", "1 IRR = 300000000000 USD", "1 USD = 0.00000000000333333 IRR"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			p, err := s.Preview(t.Context(), reader, tc.code, dec(tc.rate))
			require.NoError(t, err)
			require.Equal(t, []string{tc.there, tc.way}, []string{p.Text, p.InverseText})
			require.Nil(t, p.FarOff)
		})
	}
	for _, tc := range []struct {
		reason string
		scope  admin.Scope
		code   iso4217.Code
		rate   string
		want   error
	}{
		{"a rate that is none", reader, "EUR", "0", admin.ErrInvalid},
		{"a code that is none", reader, "EEE", "1", admin.ErrInvalid},
		{"the base", reader, "USD", "1", currency.ErrBaseFixed},
		{"no base", admin.System("umbrella"), "EUR", "1", currency.ErrNoBase},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := s.Preview(t.Context(), tc.scope, tc.code, dec(tc.rate))
			require.ErrorIs(t, err, tc.want)
		})
	}
	require.Len(t, records(t, b, currency.ActionAdd), 1, "it saves nothing")
}

func TestYenTypedTheOtherWayRoundMustBeConfirmed(t *testing.T) {
	s, _, _ := newDated(t)
	_, err := s.Add(t.Context(), writer, "JPY", dec("150"))
	require.ErrorIs(t, err, currency.ErrFarOff)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.Equal(t, "rate_far_off", admin.Code(err))
	const message = "1 JPY = 150 USD is far off: about 1 JPY = 0.01 USD is expected. The inverse would fit: 1 USD = 150 JPY is a rate of 0.00666667"
	require.EqualError(t, err, message+": confirm the rate if it is meant: invalid")
	require.Equal(t, message+": confirm the rate if it is meant.", admin.Message(err))
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, []admin.FieldError{{Path: "/rate", Code: "far_off", Message: message, Params: map[string]string{
		"rate": "150", "expected": "0.01", "inverse": "0.00666667", "inverseFits": "true",
	}}}, invalid.Fields)
	_, err = s.Get(t.Context(), reader, "JPY")
	require.ErrorIs(t, err, admin.ErrNotFound, "it is not saved")

	preview, err := s.Preview(t.Context(), reader, "JPY", dec("150"))
	require.NoError(t, err)
	text, err := json.Marshal(preview)
	require.NoError(t, err)
	require.JSONEq(t, `{"code":"JPY","base":"USD","rate":"150","text":"1 JPY = 150 USD","inverse":"0.00666667","inverseText":"1 USD = 0.00666667 JPY",
		"farOff":{"expected":"0.01","source":"MAGNITUDE","inverseFits":true,"message":"`+message+`"}}`, string(text))

	_, err = s.Add(t.Context(), writer, "JPY", dec("0.0067"))
	require.NoError(t, err)
	_, err = s.Add(t.Context(), writer, "JPY", dec("150"))
	require.ErrorIs(t, err, admin.ErrExists, "one that is there is not asked about")
	_, err = s.Add(t.Context(), writer, "KRW", dec("1350"), currency.Confirmed)
	require.NoError(t, err, "a caller who confirms it means it")
}

func TestFarOffComparesWithTheBestThatIsKnown(t *testing.T) {
	market := map[iso4217.Code]decimal.Decimal{}
	var down error
	_, b := newService(t)
	s, err := currency.NewService(currency.Ports{Currencies: b.Currencies()}, currency.Options{
		Runtime: admin.Runtime{Now: func() time.Time { return noon }},
		Reference: func(_ context.Context, code, base iso4217.Code) (decimal.Decimal, bool, error) {
			require.Equal(t, iso4217.Code("USD"), base)
			rate, known := market[code]
			return rate, known, down
		},
	})
	require.NoError(t, err)
	_, err = s.SetBase(t.Context(), writer, "USD")
	require.NoError(t, err)
	farOff := func(code iso4217.Code, rate string) *currency.FarOff {
		t.Helper()
		p, err := s.Preview(t.Context(), reader, code, dec(rate))
		require.NoError(t, err)
		return p.FarOff
	}
	source := func(f *currency.FarOff) currency.Source {
		if f == nil {
			return ""
		}
		return f.Source
	}
	require.Empty(t, source(farOff("EUR", "10")), "exactly a factor of 10")
	require.Equal(t, currency.FromMagnitude, farOff("EUR", "10.01").Source)
	require.Empty(t, source(farOff("EUR", "0.1")))
	require.Equal(t, currency.FromMagnitude, farOff("EUR", "0.0999").Source)
	require.False(t, farOff("EUR", "0.0999").InverseFits)
	require.Empty(t, source(farOff("VES", "1000000")), "of the bolívar nothing is known")

	_, err = s.Add(t.Context(), writer, "EUR", dec("1.08"))
	require.NoError(t, err)
	require.Equal(t, currency.FromLatestRate, farOff("EUR", "2.17").Source, "its own rate is better known")
	require.Empty(t, source(farOff("EUR", "2.16")))
	_, err = s.AddRate(t.Context(), writer, "EUR", currency.RateInput{Rate: dec("2.17")})
	require.ErrorIs(t, err, currency.ErrFarOff)
	_, err = s.AddRate(t.Context(), writer, "EUR", currency.RateInput{Rate: dec("2.17"), Confirmed: true})
	require.NoError(t, err)
	require.Empty(t, source(farOff("EUR", "4.34")), "it is the latest that counts")

	market["EUR"] = dec("1.07")
	require.Equal(t, currency.FromReference, farOff("EUR", "2.17").Source, "the market's is best")
	require.Equal(t, "1.07", farOff("EUR", "2.17").Expected.String())
	market["EUR"] = decimal.Decimal{}
	_, err = s.Preview(t.Context(), reader, "EUR", dec("1"))
	require.ErrorContains(t, err, "reference rate of EUR in USD is no rate")
	down = errors.New("no answer")
	_, err = s.Add(t.Context(), writer, "GBP", dec("1.27"))
	require.ErrorIs(t, err, down)
	_, err = s.Add(t.Context(), writer, "GBP", dec("1.27"), currency.Confirmed)
	require.NoError(t, err, "what is confirmed is compared with nothing")
}
