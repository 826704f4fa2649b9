package currency

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// MaxParts is the largest number of parts that an amount is allocated to, split or converted in.
const MaxParts = 100_000

// Allocate divides the amount in the proportion of weights, into whole minor units that sum exactly to it: 0.05 EUR
// by 3 and 7 is 0.02 and 0.03. Each part is its exact share rounded down or up; what rounding down leaves goes, one
// minor unit each, to the parts that lost most, and of equals to the first (the method of largest remainders). The
// parts of a negative amount are those of the positive one, negated. A weight of 0 gets nothing.
//
// Weights are exact decimals, 0 or above and not all 0, at most [MaxParts] of them. An amount that is not whole minor
// units is refused, because its parts could not sum to it: call [Money.Round] first. Errors are a
// [*admin.ValidationError] for /weights, or wrap [admin.ErrInvalid].
func (m Money) Allocate(weights ...decimal.Decimal) ([]Money, error) {
	if err := m.checkWhole(); err != nil {
		return nil, err
	}
	total, err := checkWeights(weights)
	if err != nil {
		return nil, err
	}
	shares := make([]decimal.Decimal, len(weights))
	for i, w := range weights {
		shares[i] = m.amount.Mul(w)
	}
	return m.parts(apportion(m.amount, shares, total, m.places())), nil
}

// Split divides the amount into n parts that differ by at most one minor unit, the larger first, and sum exactly to
// it: 100.00 EUR in 3 is 33.34, 33.33 and 33.33. n is 1 to [MaxParts]. It fails as [Money.Allocate] does.
func (m Money) Split(n int) ([]Money, error) {
	if n < 1 || n > MaxParts {
		return nil, fmt.Errorf("%d is not a number of parts: use 1 to %d: %w", n, MaxParts, admin.ErrInvalid)
	}
	one := decimal.NewFromInt(1)
	return m.Allocate(slices.Repeat([]decimal.Decimal{one}, n)...)
}

func (m Money) parts(amounts []decimal.Decimal) []Money {
	out := make([]Money, len(amounts))
	for i, a := range amounts {
		out[i] = Money{admin.CanonicalDecimal(a), m.code}
	}
	return out
}

// checkWeights returns the sum of the weights.
func checkWeights(weights []decimal.Decimal) (total decimal.Decimal, err error) {
	var p admin.Problems
	if len(weights) == 0 {
		p.Add("/weights", admin.CodeRequired, "are required: give one for each part")
	} else if len(weights) > MaxParts {
		p.Add("/weights", admin.CodeTooLong, "are %d: give at most %d", len(weights), MaxParts).With("max", MaxParts)
		return total, p.Err()
	}
	for i, w := range weights {
		path := fmt.Sprintf("/weights/%d", i)
		if err := admin.CheckDecimal(w); err != nil {
			p.AddError(path, admin.CodeRange, err)
		} else if w.IsNegative() {
			p.Add(path, admin.CodeRange, "%s is below zero: a weight is 0 or above", w).With("min", 0)
		} else {
			total = total.Add(w)
		}
	}
	if err := p.Err(); err != nil {
		return total, err
	}
	if total.IsZero() {
		p.Add("/weights", admin.CodeRange, "are all 0: give at least one part a weight above 0")
	}
	return total, p.Err()
}

// ConvertParts converts the parts of one amount, such as the lines of an invoice, so that the results sum exactly to
// the conversion of their sum by [Table.ConvertWith]: three lines of 33.335 USD are 33.34, 33.33 and 33.33 in USD,
// because their sum of 100.005 is 100.00, a tie to the even; rounded half up they are 33.34, 33.34 and 33.33. Each
// result is its exact value rounded down or up to minor units of to; up goes to the parts that come closest, and of
// equals to the first. Negated parts give negated results if the mode is one of the halves, UP or DOWN. Parts may be
// negative, such as a discount.
//
// It fails as [Table.ConvertWith] does, for a part, the sum or a result, and with [admin.ErrInvalid] for more than
// [MaxParts]. No parts give no results.
func (t Table) ConvertParts(
	parts []decimal.Decimal, from, to iso4217.Code, rounding Rounding,
) ([]decimal.Decimal, error) {
	if len(parts) > MaxParts {
		return nil, fmt.Errorf("%d parts: give at most %d: %w", len(parts), MaxParts, admin.ErrInvalid)
	}
	var sum decimal.Decimal
	for i, part := range parts {
		if err := admin.CheckDecimal(part); err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		sum = sum.Add(part)
	}
	total, err := t.ConvertWith(sum, from, to, rounding)
	if err != nil {
		return nil, fmt.Errorf("sum of the parts: %w", err)
	}
	p, err := t.pair(from, to)
	if err != nil {
		return nil, err
	}
	shares := make([]decimal.Decimal, len(parts))
	for i, part := range parts {
		shares[i] = part.Mul(p.have)
	}
	out := apportion(total, shares, p.want, p.places)
	for i, result := range out {
		if err := admin.CheckDecimal(result); err != nil {
			return nil, fmt.Errorf("part %d, %s in %s: %w", i, from, to, err)
		}
	}
	return out, nil
}

// apportion rounds each share ÷ d down or up to the given digits after the point, so that the results sum to total,
// which is the sum of the shares ÷ d rounded in some mode to those digits. d must be positive.
func apportion(total decimal.Decimal, shares []decimal.Decimal, d decimal.Decimal, places int32) []decimal.Decimal {
	// What is negative is done as the positive and negated again, so that both come out alike.
	negative := isNegative(shares)
	if negative {
		total = total.Neg()
	}
	type part struct {
		index int
		rest  decimal.Decimal // share - floor·d: d times what rounding down takes
	}
	ulp := decimal.New(1, -places)
	floors, rests := make([]decimal.Decimal, len(shares)), make([]part, len(shares))
	left := total
	for i, share := range shares {
		if negative {
			share = share.Neg()
		}
		q, rest := share.QuoRem(d, places) // towards zero
		if rest.IsNegative() {
			q, rest = q.Sub(ulp), rest.Add(ulp.Mul(d))
		}
		floors[i], rests[i] = q, part{i, rest}
		left = left.Sub(q)
	}
	// The rests sum to less than one ulp each, and total is less than one ulp from the exact sum, so there are at
	// least as many parts with a rest as there are units left.
	slices.SortStableFunc(rests, func(a, b part) int { return b.rest.Cmp(a.rest) })
	for _, p := range rests[:left.Shift(places).IntPart()] {
		floors[p.index] = floors[p.index].Add(ulp)
	}
	if negative {
		for i := range floors {
			floors[i] = floors[i].Neg()
		}
	}
	return floors
}

// isNegative reports the sign of a sum, or if that is zero of the first part that is not.
func isNegative(shares []decimal.Decimal) bool {
	var sum decimal.Decimal
	first := 0
	for _, s := range shares {
		sum = sum.Add(s)
		first = cmp.Or(first, s.Sign())
	}
	return cmp.Or(sum.Sign(), first) < 0
}
