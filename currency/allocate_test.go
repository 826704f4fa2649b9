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

func decimals(texts ...string) (out []decimal.Decimal) {
	for _, t := range texts {
		out = append(out, decimal.RequireFromString(t))
	}
	return out
}

func texts(m []Money) (out []string) {
	for _, x := range m {
		out = append(out, x.String())
	}
	return out
}

func TestAllocate(t *testing.T) {
	for _, tc := range []struct {
		reason, amount string
		weights        []decimal.Decimal
		want           []string
	}{
		{"the larger remainder gets the cent", "0.05 EUR", decimals("3", "7"), []string{"0.02 EUR", "0.03 EUR"}},
		{"of equal remainders the first does", "1.00 EUR", decimals("1", "1", "1"), []string{"0.34 EUR", "0.33 EUR", "0.33 EUR"}},
		{"a negative amount is the same negated", "-1.00 EUR", decimals("1", "1", "1"), []string{"-0.34 EUR", "-0.33 EUR", "-0.33 EUR"}},
		{"a weight of zero gets nothing", "0.02 EUR", decimals("0", "1", "1", "1"), []string{"0.00 EUR", "0.01 EUR", "0.01 EUR", "0.00 EUR"}},
		{"one part gets all", "12.34 EUR", decimals("0.001"), []string{"12.34 EUR"}},
		{"no minor units", "100 JPY", decimals("1", "2"), []string{"33 JPY", "67 JPY"}},
		{"three digits", "1.000 KWD", decimals("1", "1", "1"), []string{"0.334 KWD", "0.333 KWD", "0.333 KWD"}},
		{"exact weights", "100.00 EUR", decimals("0.333333333333333333", "0.666666666666666667"), []string{"33.33 EUR", "66.67 EUR"}},
		{"nothing to allocate", "0.00 EUR", decimals("1", "2"), []string{"0.00 EUR", "0.00 EUR"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			m, err := ParseMoney(tc.amount)
			require.NoError(t, err)
			parts, err := m.Allocate(tc.weights...)
			require.NoError(t, err)
			require.Equal(t, tc.want, texts(parts))
		})
	}
	m, err := ParseMoney("100.00 EUR")
	require.NoError(t, err)
	parts, err := m.Split(3)
	require.NoError(t, err)
	require.Equal(t, []string{"33.34 EUR", "33.33 EUR", "33.33 EUR"}, texts(parts))
	parts, err = Money{}.Split(2)
	require.NoError(t, err)
	require.Equal(t, []string{"0", "0"}, texts(parts), "the zero Money is harmless")
}

func TestAllocateRefuses(t *testing.T) {
	m, err := ParseMoney("1.00 EUR")
	require.NoError(t, err)
	for _, tc := range []struct {
		reason  string
		weights []decimal.Decimal
		message string
	}{
		{"no weight", nil, "/weights: are required: give one for each part"},
		{"all zero", decimals("0", "0.00"), "/weights: are all 0: give at least one part a weight above 0"},
		{"below zero", decimals("1", "-1"), "/weights/1: -1 is below zero: a weight is 0 or above"},
		{"out of range", []decimal.Decimal{decimal.New(1, 1_000_000_000), decimal.New(1, -19)}, "/weights/1: "},
		{"too many", make([]decimal.Decimal, MaxParts+1), "/weights: are 100001: give at most 100000"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := m.Allocate(tc.weights...)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.ErrorContains(t, err, tc.message)
		})
	}
	for _, n := range []int{0, -1, MaxParts + 1} {
		_, err := m.Split(n)
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
	fine, err := NewMoney(decimal.RequireFromString("33.335"), "EUR")
	require.NoError(t, err)
	_, err = fine.Split(3)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorContains(t, err, "33.335 EUR is not a whole number of minor units, which have 2 digits after the point: round it first")
}

func TestConvertParts(t *testing.T) {
	table := Table{rates: map[iso4217.Code]decimal.Decimal{"USD": decimal.NewFromInt(1), "EUR": decimal.RequireFromString("1.08"), "JPY": decimal.RequireFromString("0.0067")}}
	for _, tc := range []struct {
		reason   string
		parts    []decimal.Decimal
		from, to iso4217.Code
		mode     Rounding
		want     []string
	}{
		{"three lines, half to even", decimals("33.335", "33.335", "33.335"), "USD", "USD", "", []string{"33.34", "33.33", "33.33"}},
		{"three lines, half up", decimals("33.335", "33.335", "33.335"), "USD", "USD", RoundHalfUp, []string{"33.34", "33.34", "33.33"}},
		{"negative", decimals("-33.335", "-33.335", "-33.335"), "USD", "USD", RoundHalfUp, []string{"-33.34", "-33.34", "-33.33"}},
		{"a discount", decimals("10.005", "-0.005"), "USD", "USD", "", []string{"10.01", "-0.01"}},
		{"between two currencies", decimals("10", "10", "10"), "USD", "EUR", "", []string{"9.26", "9.26", "9.26"}},
		{"into one without minor units", decimals("0.01", "0.01"), "USD", "JPY", "", []string{"2", "1"}},
		{"no parts", nil, "USD", "EUR", "", nil},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := table.ConvertParts(tc.parts, tc.from, tc.to, tc.mode)
			require.NoError(t, err)
			var out []string
			sum, whole := decimal.Zero, decimal.Zero
			for i, d := range got {
				out, sum, whole = append(out, d.String()), sum.Add(d), whole.Add(tc.parts[i])
			}
			require.Equal(t, tc.want, out)
			total, err := table.ConvertWith(whole, tc.from, tc.to, tc.mode)
			require.NoError(t, err)
			require.True(t, total.Equal(sum), "%s and %s", total, sum)
		})
	}
	for reason, tc := range map[string]struct {
		parts    []decimal.Decimal
		from, to iso4217.Code
		mode     Rounding
		want     error
	}{
		"a currency that is not in use": {decimals("1"), "USD", "GBP", "", admin.ErrNotFound},
		"such a currency and no parts":  {nil, "GBP", "USD", "", admin.ErrNotFound},
		"a mode that does not exist":    {decimals("1"), "USD", "EUR", "NEAREST", admin.ErrInvalid},
		"a part out of range":           {[]decimal.Decimal{decimal.New(1, -19)}, "USD", "EUR", "", admin.ErrInvalid},
		"a sum out of range":            {[]decimal.Decimal{decimal.New(9, 37), decimal.New(9, 37)}, "USD", "EUR", "", admin.ErrInvalid},
		"a part too large to be shown":  {[]decimal.Decimal{decimal.New(9, 37), decimal.New(-9, 37)}, "USD", "JPY", "", admin.ErrInvalid},
		"too many parts":                {make([]decimal.Decimal, MaxParts+1), "USD", "EUR", "", admin.ErrInvalid},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := table.ConvertParts(tc.parts, tc.from, tc.to, tc.mode)
			require.ErrorIs(t, err, tc.want)
		})
	}
}

// requireApportioned checks parts in minor units against the exact shares in minor units: they sum to total, each is
// its share rounded down or up, and what was rounded up lost at least as much as what was rounded down, and of equals
// came first. Of a negative sum that holds for the negated.
func requireApportioned(t *testing.T, total *big.Rat, shares, parts []*big.Rat) {
	t.Helper()
	sum, exact := new(big.Rat), new(big.Rat)
	for i := range parts {
		sum.Add(sum, parts[i])
		exact.Add(exact, shares[i])
	}
	if total.Cmp(sum) != 0 {
		t.Fatalf("%s, not %s", sum, total)
	}
	sign := exact.Sign()
	for i := 0; sign == 0 && i < len(shares); i++ {
		sign = shares[i].Sign()
	}
	up, rest := make([]bool, len(parts)), make([]*big.Rat, len(parts))
	for i := range parts {
		share, part := shares[i], parts[i]
		if sign < 0 {
			share, part = new(big.Rat).Neg(share), new(big.Rat).Neg(part)
		}
		below := new(big.Rat).SetInt(new(big.Int).Div(share.Num(), share.Denom()))
		rest[i] = new(big.Rat).Sub(share, below)
		step := new(big.Rat).Sub(part, below)
		up[i] = step.Cmp(big.NewRat(1, 1)) == 0
		if !up[i] && step.Sign() != 0 || up[i] && rest[i].Sign() == 0 {
			t.Fatalf("part %d is %s of a share of %s", i, part, share)
		}
	}
	for i := range up {
		for j := range up {
			if up[i] && !up[j] && (rest[j].Cmp(rest[i]) > 0 || rest[j].Cmp(rest[i]) == 0 && j < i) {
				t.Fatalf("%d is rounded up and %d is not: %s, %s", i, j, rest[i], rest[j])
			}
		}
	}
}

func inMinor(d decimal.Decimal, places int) *big.Rat { return d.Shift(int32(places)).Rat() }

func TestAllocatedPartsSumToTheAmount(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	codes := []iso4217.Code{"JPY", "EUR", "KWD", "CLF"}
	for i := range randomCases() {
		u, _ := iso4217.Lookup(codes[i%len(codes)])
		m := Money{amount: admin.CanonicalDecimal(someDecimal(r, 12).Truncate(int32(u.MinorUnits))), code: u.Code}
		weights, sum := make([]decimal.Decimal, 1+r.IntN(6)), decimal.Zero
		for i := range weights {
			weights[i] = decimal.NewFromInt(r.Int64N(4)) // equals and zeros are frequent
			if r.IntN(2) == 0 {
				weights[i] = someDecimal(r, 6).Abs()
			}
			sum = sum.Add(weights[i])
		}
		parts, err := m.Allocate(weights...)
		if sum.IsZero() {
			require.ErrorIs(t, err, admin.ErrInvalid)
			continue
		}
		if err != nil {
			require.NoError(t, err)
		}
		shares, got := make([]*big.Rat, len(parts)), make([]*big.Rat, len(parts))
		negated, err := m.Neg().Allocate(weights...)
		for i, part := range parts {
			shares[i] = new(big.Rat).Mul(inMinor(m.amount, u.MinorUnits), new(big.Rat).Quo(weights[i].Rat(), sum.Rat()))
			got[i] = inMinor(part.amount, u.MinorUnits)
			if err != nil || !negated[i].amount.Neg().Equal(part.amount) {
				t.Fatalf("%s by %s: the parts of the negated amount differ", m, weights)
			}
		}
		requireApportioned(t, inMinor(m.amount, u.MinorUnits), shares, got)
	}
}

func TestConvertedPartsSumToTheConvertedSum(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	codes := []iso4217.Code{"JPY", "EUR", "KWD", "CLF", "USD"}
	var table Table
	for i := range randomCases() {
		if i%16 == 0 {
			table = someTable(r, codes)
		}
		from, to, mode := codes[r.IntN(len(codes))], codes[r.IntN(len(codes))], modes()[i%len(modes())]
		u, _ := iso4217.Lookup(to)
		parts, sum := make([]decimal.Decimal, r.IntN(7)), decimal.Zero
		for i := range parts {
			parts[i] = someTie(r, u.MinorUnits)
			if i > 0 && r.IntN(3) == 0 {
				parts[i] = parts[i-1]
			}
			sum = sum.Add(parts[i])
		}
		got, err := table.ConvertParts(parts, from, to, mode)
		total, all := table.ConvertWith(sum, from, to, mode)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid, "a result of too many digits")
			continue
		}
		if all != nil {
			require.NoError(t, all)
		}
		shares, in := make([]*big.Rat, len(parts)), make([]*big.Rat, len(parts))
		for i := range parts {
			exact := exactly(table, parts[i], from, to)
			shares[i] = exact.Mul(exact, decimal.New(1, int32(u.MinorUnits)).Rat())
			in[i] = inMinor(got[i], u.MinorUnits)
		}
		requireApportioned(t, inMinor(total, u.MinorUnits), shares, in)
	}
}

func BenchmarkAllocate(b *testing.B) {
	m, err := ParseMoney("1999.99 EUR")
	require.NoError(b, err)
	for b.Loop() {
		if _, err := m.Split(12); err != nil {
			b.Fatal(err)
		}
	}
}
