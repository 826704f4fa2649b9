package admin_test

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

func TestParseDecimal(t *testing.T) {
	nines := func(n int) string { return strings.Repeat("9", n) }
	for _, tc := range []struct{ reason, text, want string }{
		{"a whole number", "42", "42"},
		{"zero", "0", "0"},
		{"negative zero is zero", "-0.00", "0"},
		{"negative", "-12.50", "-12.5"},
		{"zeros at the end go", "1.500", "1.5"},
		{"zeros at the start go", "0001.5", "1.5"},
		{"zeros at the end of a whole number stay", "1200", "1200"},
		{"all digits before the point", nines(38), nines(38)},
		{"as many digits as there may be", nines(20) + "." + nines(18), nines(20) + "." + nines(18)},
		{"the smallest number", "0.000000000000000001", "0.000000000000000001"},
		{"zeros behind the last digit do not count", "1." + strings.Repeat("0", 30), "1"},
		{"zeros before the first digit do not count", strings.Repeat("0", 20) + nines(38), nines(38)},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			d, err := admin.ParseDecimal(tc.text)
			require.NoError(t, err)
			require.Equal(t, tc.want, d.String())
			require.Equal(t, tc.want, admin.CanonicalDecimal(d).String())
		})
	}
	for _, tc := range []struct{ reason, text string }{
		{"nothing", ""},
		{"a sign alone", "-"},
		{"a point alone", "."},
		{"a point first", ".5"},
		{"a point last", "5."},
		{"a sign and a point", "-.5"},
		{"two points", "1.2.3"},
		{"two signs", "--1"},
		{"a sign in the middle", "1-1"},
		{"a plus", "+1"},
		{"an exponent", "1e3"},
		{"a capital exponent", "1E3"},
		{"not a number", "NaN"},
		{"infinite", "Inf"},
		{"infinite by name", "-Infinity"},
		{"a blank first", " 1"},
		{"a blank last", "1 "},
		{"a line break", "1\n"},
		{"grouped", "1,000"},
		{"a comma for a point", "1,5"},
		{"hexadecimal", "0x10"},
		{"underscores", "1_000"},
		{"Arabic digits", "١٢"},
		{"full-width digits", "１２"},
		{"a NUL", "1\x00"},
		{"39 digits", nines(39)},
		{"39 digits with a point", nines(21) + "." + nines(18)},
		{"19 digits after the point", "0." + nines(19)},
		{"longer than any number", strings.Repeat("0", 65)},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			d, err := admin.ParseDecimal(tc.text)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Equal(t, decimal.Decimal{}, d)
			require.Less(t, len(err.Error()), 400)
		})
	}
}

// decimal.New and arithmetic make numbers that no text makes. Those that would take memory in
// proportion to their exponent are refused, without delay.
func TestCheckDecimalIsQuick(t *testing.T) {
	for _, tc := range []struct {
		reason string
		d      decimal.Decimal
		ok     bool
	}{
		{"the zero value", decimal.Decimal{}, true},
		{"a small exponent", decimal.New(12, 3), true},
		{"the largest power of ten", decimal.New(1, 37), true},
		{"a power of ten too large", decimal.New(1, 38), false},
		{"zeros behind the limit of the scale", decimal.New(1_000_000, -24), true},
		{"a digit behind the limit of the scale", decimal.New(1, -19), false},
		{"the product of two at the limit of the scale", decimal.New(5, -18).Mul(decimal.New(2, 0)), true},
		{"huge", decimal.New(1, 1_000_000_000), false},
		{"tiny", decimal.New(1, -1_000_000_000), false},
		{"the largest exponent", decimal.New(1, math.MaxInt32), false},
		{"the smallest exponent", decimal.New(1, math.MinInt32), false},
		{"zero with a huge exponent", decimal.New(0, 1_000_000_000), false},
		{"zero with a tiny exponent", decimal.New(0, -1_000_000_000), false},
		{"a coefficient of a million digits", decimal.NewFromBigInt(new(big.Int).Lsh(big.NewInt(1), 3_000_000), 0), false},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			start := time.Now()
			err := admin.CheckDecimal(tc.d)
			require.Less(t, time.Since(start), time.Second)
			if tc.ok {
				require.NoError(t, err)
				require.True(t, admin.CanonicalDecimal(tc.d).Equal(tc.d))
				return
			}
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Less(t, len(err.Error()), 300)
		})
	}
}

func TestDecimalsDoNotHangOnVariablesOfTheHost(t *testing.T) {
	zeros, scientific := decimal.TrimTrailingZeros, decimal.UseScientificNotation
	t.Cleanup(func() { decimal.TrimTrailingZeros, decimal.UseScientificNotation = zeros, scientific })
	decimal.TrimTrailingZeros, decimal.UseScientificNotation = false, true
	for text, want := range map[string]string{"1.500": "1.5", "-1200.00": "-1200", "0.000": "0"} {
		d, err := admin.ParseDecimal(text)
		require.NoError(t, err)
		require.Equal(t, want, admin.CanonicalDecimal(d).String())
	}
	require.Equal(t, "1200", admin.CanonicalDecimal(decimal.New(12, 2)).String())
	require.NoError(t, admin.CheckDecimal(decimal.New(1_000_000, -24)))
}

func TestCanonicalDecimalIsOneForm(t *testing.T) {
	want := admin.CanonicalDecimal(decimal.New(1200, 0))
	for _, d := range []decimal.Decimal{decimal.New(12, 2), decimal.New(12000, -1), decimal.RequireFromString("1200.000"), decimal.RequireFromString("1.2e3")} {
		require.Equal(t, want, admin.CanonicalDecimal(d), "equal numbers have one form, down to the fields")
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, seed := range []string{"0", "-1.50", "1e3", ".5", "5.", "99999999999999999999.999999999999999999", "+1", " 1", "1,5", "NaN", "00.00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := admin.ParseDecimal(text)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			return
		}
		exact, ok := new(big.Rat).SetString(text)
		require.True(t, ok)
		require.Zero(t, exact.Cmp(d.Rat()), "nothing is rounded")
		canonical := admin.CanonicalDecimal(d)
		require.True(t, canonical.Equal(d))
		again, err := admin.ParseDecimal(canonical.String())
		require.NoError(t, err)
		require.Equal(t, canonical, admin.CanonicalDecimal(again), "the canonical form is a fixed point")
		whole, fraction, _ := strings.Cut(strings.TrimPrefix(canonical.String(), "-"), ".")
		require.LessOrEqual(t, len(fraction), admin.MaxScale)
		require.LessOrEqual(t, len(strings.TrimLeft(whole, "0"))+len(fraction), admin.MaxDigits)
	})
}
