package currency

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// halfEven rounds r to the given digits after the point, a tie to the even neighbor: the reference
// that the package's rounding is compared with.
func halfEven(r *big.Rat, places int) *big.Rat {
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	scaled := new(big.Rat).Mul(r, scale)
	floor := new(big.Int).Div(scaled.Num(), scaled.Denom()) // Euclidean: down, for a positive divisor
	rest := new(big.Rat).Sub(scaled, new(big.Rat).SetInt(floor))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return new(big.Rat).Quo(new(big.Rat).SetInt(floor), scale)
}

// someDecimal draws a number of up to the given digits before the point and 18 after it. Small and round
// numbers are more frequent than in a uniform draw.
func someDecimal(r *rand.Rand, whole int) decimal.Decimal {
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte("0123456789005599"[r.IntN(16)])
		}
		return b.String()
	}
	text := digits(1+r.IntN(whole)) + "." + digits(1+r.IntN(18))
	if r.IntN(2) == 0 {
		text = "-" + text
	}
	return decimal.RequireFromString(text)
}

func TestRoundIsHalfToEven(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		amount := someDecimal(r, 18)
		for _, code := range []iso4217.Code{"JPY", "EUR", "KWD", "CLF"} {
			u, ok := iso4217.Lookup(code)
			require.True(t, ok)
			got, err := Round(amount, code)
			require.NoError(t, err)
			require.Zero(t, halfEven(amount.Rat(), u.MinorUnits).Cmp(got.Rat()), "%s %s: %s", amount, code, got)
		}
	}
}

func TestRound(t *testing.T) {
	for _, tc := range []struct {
		reason, amount string
		code           iso4217.Code
		want           string
	}{
		{"a tie goes down to the even", "0.125", "EUR", "0.12"},
		{"a tie goes up to the even", "0.135", "EUR", "0.14"},
		{"a negative tie goes to the even too", "-0.125", "EUR", "-0.12"},
		{"more than a tie goes up", "0.1250000001", "EUR", "0.13"},
		{"no digits", "0.5", "JPY", "0"},
		{"no digits, odd", "1.5", "JPY", "2"},
		{"three digits", "1.0005", "KWD", "1"},
		{"four digits", "1.00005", "CLF", "1"},
		{"nothing to round", "12", "EUR", "12"},
		{"it carries all the way", "999999999999999999999999999999999999.95", "JPY", "1000000000000000000000000000000000000"},
		{"zero", "0", "EUR", "0"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := Round(decimal.RequireFromString(tc.amount), tc.code)
			require.NoError(t, err)
			require.Equal(t, tc.want, got.String())
		})
	}
	for reason, tc := range map[string]struct {
		amount decimal.Decimal
		code   iso4217.Code
	}{
		"an unknown code":    {decimal.NewFromInt(1), "EURO"},
		"too many digits":    {decimal.New(1, 40), "EUR"},
		"too small a number": {decimal.New(1, -1_000_000_000), "EUR"},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := Round(tc.amount, tc.code)
			require.ErrorIs(t, err, admin.ErrInvalid)
		})
	}
}

func TestConvertIsExactAndRoundsOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	codes := []iso4217.Code{"JPY", "EUR", "KWD", "CLF", "USD"}
	for range 5000 {
		table := Table{rates: map[iso4217.Code]decimal.Decimal{}}
		for _, code := range codes {
			rate := someDecimal(r, 12).Abs()
			if rate.IsZero() {
				rate = decimal.New(1, -18)
			}
			table.rates[code] = admin.CanonicalDecimal(rate)
		}
		amount, from, to := someDecimal(r, 15), codes[r.IntN(len(codes))], codes[r.IntN(len(codes))]
		u, _ := iso4217.Lookup(to)
		exact := new(big.Rat).Mul(amount.Rat(), new(big.Rat).Quo(table.rates[from].Rat(), table.rates[to].Rat()))
		want := halfEven(exact, u.MinorUnits)
		got, err := table.Convert(amount, from, to)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Positive(t, want.Abs(want).Cmp(big.NewRat(1e18, 1)), "only a result of too many digits is refused")
			continue
		}
		require.Zero(t, want.Cmp(got.Rat()), "%s %s at %s to %s at %s: %s", amount, from, table.rates[from], to, table.rates[to], got)
	}
}

func TestTableConvert(t *testing.T) {
	table := Table{rates: map[iso4217.Code]decimal.Decimal{
		"USD": decimal.NewFromInt(1), "EUR": decimal.RequireFromString("1.08"), "JPY": decimal.RequireFromString("0.0067"),
		"KWD": decimal.RequireFromString("3.25"), "CLF": decimal.New(1, -18), "BHD": decimal.RequireFromString("999999999999.999999999999999999"),
	}}
	for _, tc := range []struct {
		reason, amount string
		from, to       iso4217.Code
		want           string
	}{
		{"to the base", "19.99", "EUR", "USD", "21.59"},
		{"from the base", "21.59", "USD", "EUR", "19.99"},
		{"between two others", "100", "EUR", "JPY", "16119"},
		{"into itself rounds", "1.005", "EUR", "EUR", "1"},
		{"three digits", "10", "USD", "KWD", "3.077"},
		{"a tie", "0.005", "USD", "USD", "0"},
		{"a negative tie", "-0.015", "USD", "USD", "-0.02"},
		{"negative", "-19.99", "EUR", "USD", "-21.59"},
		{"zero", "0", "EUR", "JPY", "0"},
		{"too little to show", "0.001", "JPY", "USD", "0"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := table.Convert(decimal.RequireFromString(tc.amount), tc.from, tc.to)
			require.NoError(t, err)
			require.Equal(t, tc.want, got.String())
		})
	}
	for _, tc := range []struct {
		reason   string
		amount   decimal.Decimal
		from, to iso4217.Code
		want     error
		message  string
	}{
		{"from a currency that is not in use", decimal.NewFromInt(1), "GBP", "USD", admin.ErrNotFound, "currency GBP is not in use: add it with its rate first: not found"},
		{"to a currency that is not in use", decimal.NewFromInt(1), "USD", "GBP", admin.ErrNotFound, "currency GBP is not in use: add it with its rate first: not found"},
		{"a code that does not exist", decimal.NewFromInt(1), "USD", "DOL", admin.ErrInvalid, `"DOL" is not an ISO 4217 currency code: give three capital letters such as EUR: invalid`},
		{"a code in lower case", decimal.NewFromInt(1), "eur", "USD", admin.ErrInvalid, `"eur" is not an ISO 4217 currency code: write EUR: invalid`},
		{"an amount of too many digits", decimal.New(1, -19), "USD", "EUR", admin.ErrInvalid, "amount: "},
		{"a result of too many digits", decimal.New(1, 37), "BHD", "CLF", admin.ErrInvalid, "BHD in CLF: "},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := table.Convert(tc.amount, tc.from, tc.to)
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.message)
		})
	}
	_, err := Table{}.Convert(decimal.NewFromInt(1), "EUR", "EUR")
	require.ErrorIs(t, err, admin.ErrNotFound, "the zero Table has no currency")
}

func FuzzConvert(f *testing.F) {
	f.Add("19.99", "1.08", "1")
	f.Add("-0.015", "1", "1")
	f.Add("0.000000000000000001", "999999999999.999999999999999999", "0.000000000000000001")
	f.Add("99999999999999999999", "0.000000000000000003", "7")
	f.Fuzz(func(t *testing.T, amount, from, to string) {
		a, err := admin.ParseDecimal(amount)
		if err != nil {
			return
		}
		table := Table{rates: map[iso4217.Code]decimal.Decimal{}}
		for code, text := range map[iso4217.Code]string{"EUR": from, "KWD": to} {
			rate, err := admin.ParseDecimal(text)
			if err != nil || check(code, rate) != nil {
				return
			}
			table.rates[code] = rate
		}
		got, err := table.Convert(a, "EUR", "KWD")
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			return
		}
		exact := new(big.Rat).Mul(a.Rat(), new(big.Rat).Quo(table.rates["EUR"].Rat(), table.rates["KWD"].Rat()))
		require.Zero(t, halfEven(exact, 3).Cmp(got.Rat()))
	})
}

func BenchmarkTableConvert(b *testing.B) {
	table := Table{rates: map[iso4217.Code]decimal.Decimal{"USD": decimal.NewFromInt(1), "EUR": decimal.RequireFromString("1.08"), "JPY": decimal.RequireFromString("0.0067")}}
	amount := decimal.RequireFromString("1999.99")
	for name, pair := range map[string][2]iso4217.Code{"to the base": {"EUR", "USD"}, "between two others": {"EUR", "JPY"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := table.Convert(amount, pair[0], pair[1]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
