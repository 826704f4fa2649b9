package currency

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/currency/iso4217"
)

func TestMagnitudesAreOfCurrenciesThatExistOnceEach(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range magnitudes() {
		for code := range strings.FieldsSeq(m.codes) {
			u, ok := iso4217.Lookup(iso4217.Code(code))
			require.True(t, ok && u.HoldsMoney(), code)
			require.False(t, seen[code], code)
			seen[code] = true
			power, ok := powerOf(u.Code)
			require.True(t, ok)
			require.Equal(t, m.power, power, code)
		}
	}
	require.Greater(t, len(seen), 100)
}

// A rate as it was at the end of 2024 is never far off, whatever the base: the table is coarse, but not that coarse.
func TestMagnitudesAskAboutNoUsualRate(t *testing.T) {
	perDollar := map[iso4217.Code]string{
		"USD": "1", "EUR": "0.96", "GBP": "0.8", "CHF": "0.9", "KWD": "0.308", "BHD": "0.377", "TND": "3.18", "AUD": "1.6", "CNY": "7.3",
		"INR": "85.6", "JPY": "157", "KRW": "1475", "IDR": "16100", "VND": "25480", "MXN": "20.8", "BRL": "6.18", "TRY": "35.4", "HUF": "397",
		"CLP": "995", "COP": "4400", "NGN": "1540", "ZAR": "18.8", "PLN": "4.13", "UZS": "12900", "PYG": "7800", "XOF": "630", "TWD": "32.8",
	}
	for code, units := range perDollar {
		for base, baseUnits := range perDollar {
			rate := decimal.RequireFromString(baseUnits).DivRound(decimal.RequireFromString(units), 18)
			expected, known := magnitude(code, base)
			require.True(t, known)
			require.False(t, far(rate, expected, FromMagnitude.factor()), "1 %s = %s %s, not %s", code, rate, base, expected)
		}
	}
	_, known := magnitude("USD", "VES")
	require.False(t, known)
	_, known = magnitude("VES", "USD")
	require.False(t, known)
}
