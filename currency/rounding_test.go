package currency

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// randomCases is how many random cases a law is checked on.
func randomCases() int {
	if testing.Short() {
		return 10_000
	}
	return 100_000
}

// rounded rounds r to the given digits after the point by the definition of each mode: of the two neighbors,
// below and above, it picks one.
func rounded(mode Rounding, r *big.Rat, places int) *big.Rat {
	scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	scaled := new(big.Rat).Mul(r, scale)
	below := new(big.Int).Div(scaled.Num(), scaled.Denom()) // Euclidean: down, for a positive divisor
	if scaled.IsInt() {
		return r
	}
	above := new(big.Int).Add(below, big.NewInt(1))
	nearZero, farther := below, above
	if r.Sign() < 0 {
		nearZero, farther = above, below
	}
	even := below
	if below.Bit(0) == 1 {
		even = above
	}
	middle := new(big.Rat).Add(new(big.Rat).SetInt(below), big.NewRat(1, 2))
	nearer := func(tie *big.Int) *big.Int {
		switch scaled.Cmp(middle) {
		case -1:
			return below
		case 1:
			return above
		}
		return tie
	}
	picked := map[Rounding]*big.Int{
		"": nearer(even), RoundHalfEven: nearer(even), RoundHalfUp: nearer(farther), RoundHalfDown: nearer(nearZero),
		RoundUp: farther, RoundDown: nearZero, RoundCeiling: above, RoundFloor: below,
	}[mode]
	return new(big.Rat).Quo(new(big.Rat).SetInt(picked), scale)
}

func modes() []Rounding { return append(Roundings(), "") }

// someTie draws an amount that is often exactly in the middle of two minor units.
func someTie(r *rand.Rand, places int) decimal.Decimal {
	if r.IntN(2) == 0 {
		return someDecimal(r, 18)
	}
	return decimal.New(r.Int64N(20_000)-10_000, 0).Mul(decimal.New(5, -int32(places)-1))
}

func TestEveryModeRoundsAsItIsDefined(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	codes := []iso4217.Code{"JPY", "EUR", "KWD", "CLF"}
	for i := range randomCases() {
		code, mode := codes[i%len(codes)], modes()[i/len(codes)%len(modes())]
		u, _ := iso4217.Lookup(code)
		amount := someTie(r, u.MinorUnits)
		got, err := mode.Round(amount, code)
		if err != nil {
			require.NoError(t, err)
		}
		if want := rounded(mode, amount.Rat(), u.MinorUnits); want.Cmp(got.Rat()) != 0 {
			t.Fatalf("%s %s in mode %q: %s, not %s", code, amount, mode, got, want.FloatString(u.MinorUnits))
		}
	}
}

// The table of java.math.RoundingMode.
func TestModesAreThoseOfJava(t *testing.T) {
	inputs := []string{"5.5", "2.5", "1.6", "1.1", "1.0", "-1.0", "-1.1", "-1.6", "-2.5", "-5.5"}
	for mode, want := range map[Rounding][]string{
		RoundUp:       {"6", "3", "2", "2", "1", "-1", "-2", "-2", "-3", "-6"},
		RoundDown:     {"5", "2", "1", "1", "1", "-1", "-1", "-1", "-2", "-5"},
		RoundCeiling:  {"6", "3", "2", "2", "1", "-1", "-1", "-1", "-2", "-5"},
		RoundFloor:    {"5", "2", "1", "1", "1", "-1", "-2", "-2", "-3", "-6"},
		RoundHalfUp:   {"6", "3", "2", "1", "1", "-1", "-1", "-2", "-3", "-6"},
		RoundHalfDown: {"5", "2", "2", "1", "1", "-1", "-1", "-2", "-2", "-5"},
		RoundHalfEven: {"6", "2", "2", "1", "1", "-1", "-1", "-2", "-2", "-6"},
		"":            {"6", "2", "2", "1", "1", "-1", "-1", "-2", "-2", "-6"},
	} {
		t.Run(string(mode), func(t *testing.T) {
			require.NoError(t, mode.Check())
			for i, in := range inputs {
				got, err := mode.Round(decimal.RequireFromString(in), "JPY")
				require.NoError(t, err)
				require.Equal(t, want[i], got.String(), in)
			}
		})
	}
}

func TestRoundingRefuses(t *testing.T) {
	table := Table{rates: map[iso4217.Code]decimal.Decimal{"EUR": decimal.NewFromInt(1)}}
	for _, mode := range []Rounding{"half_up", "NEAREST", " UP"} {
		require.ErrorIs(t, mode.Check(), admin.ErrInvalid)
		_, err := mode.Round(decimal.NewFromInt(1), "EUR")
		require.EqualError(t, err, mode.Check().Error())
		_, err = table.ConvertWith(decimal.NewFromInt(1), "EUR", "EUR", mode)
		require.EqualError(t, err, mode.Check().Error())
	}
	require.EqualError(t, Rounding("NEAREST").Check(),
		`"NEAREST" is not a rounding mode: use one of HALF_EVEN, HALF_UP, HALF_DOWN, UP, DOWN, CEILING, FLOOR: invalid`)
	_, err := RoundUp.Round(decimal.NewFromInt(1), "EURO")
	require.ErrorIs(t, err, admin.ErrInvalid, "an unknown code")
	_, err = RoundUp.Round(decimal.New(1, 1_000_000_000), "EUR")
	require.ErrorIs(t, err, admin.ErrInvalid, "an amount without bound")
}

// someTable draws a rate for each code.
func someTable(r *rand.Rand, codes []iso4217.Code) Table {
	table := Table{rates: map[iso4217.Code]decimal.Decimal{}}
	for _, code := range codes {
		rate := someDecimal(r, 12).Abs()
		if rate.IsZero() || r.IntN(4) == 0 {
			rate = decimal.New(1<<r.IntN(8), -int32(r.IntN(4))) // ties are frequent
		}
		table.rates[code] = admin.CanonicalDecimal(rate)
	}
	return table
}

// exactly converts without rounding.
func exactly(table Table, amount decimal.Decimal, from, to iso4217.Code) *big.Rat {
	return new(big.Rat).Mul(amount.Rat(), new(big.Rat).Quo(table.rates[from].Rat(), table.rates[to].Rat()))
}

func TestConvertRoundsOnceInEveryMode(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	codes := []iso4217.Code{"JPY", "EUR", "KWD", "CLF", "USD"}
	var table Table
	for i := range randomCases() {
		if i%16 == 0 {
			table = someTable(r, codes)
		}
		from, to, mode := codes[r.IntN(len(codes))], codes[r.IntN(len(codes))], modes()[i%len(modes())]
		u, _ := iso4217.Lookup(to)
		amount := someTie(r, u.MinorUnits)
		want := rounded(mode, exactly(table, amount, from, to), u.MinorUnits)
		got, err := table.ConvertWith(amount, from, to, mode)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Positive(t, new(big.Rat).Abs(want).Cmp(big.NewRat(1e18, 1)), "only a result of too many digits is refused")
			continue
		}
		if want.Cmp(got.Rat()) != 0 {
			t.Fatalf("%s %s at %s to %s at %s in mode %q: %s", amount, from, table.rates[from], to, table.rates[to], mode, got)
		}
	}
}
