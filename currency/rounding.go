package currency

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

// Rounding is how an amount that lies between two numbers of minor units becomes one of them. The modes
// are those of java.math.RoundingMode, with the same results for negative amounts. The zero Rounding is
// RoundHalfEven. An amount that needs no rounding is the same in every mode.
type Rounding string

// The modes. Half is the tie: exactly between the two.
const (
	RoundHalfEven Rounding = "HALF_EVEN" // to the nearer, a tie to the even: 2.5 is 2, 3.5 is 4, -2.5 is -2
	RoundHalfUp   Rounding = "HALF_UP"   // to the nearer, a tie away from zero: 2.5 is 3, -2.5 is -3
	RoundHalfDown Rounding = "HALF_DOWN" // to the nearer, a tie towards zero: 2.5 is 2, -2.5 is -2
	RoundUp       Rounding = "UP"        // away from zero: 2.1 is 3, -2.1 is -3
	RoundDown     Rounding = "DOWN"      // towards zero: 2.9 is 2, -2.9 is -2
	RoundCeiling  Rounding = "CEILING"   // to the larger: 2.1 is 3, -2.9 is -2
	RoundFloor    Rounding = "FLOOR"     // to the smaller: 2.9 is 2, -2.1 is -3
)

// Roundings lists the modes. The caller may change the slice.
func Roundings() []Rounding {
	return []Rounding{
		RoundHalfEven, RoundHalfUp, RoundHalfDown, RoundUp, RoundDown, RoundCeiling, RoundFloor,
	}
}

// Check fails with [admin.ErrInvalid] for a text that is no mode. The zero Rounding is one.
func (r Rounding) Check() error {
	if r == "" || slices.Contains(Roundings(), r) {
		return nil
	}
	return fmt.Errorf("%q is not a rounding mode: use one of %s: %w",
		admin.Clip(string(r)), text.Join(Roundings()), admin.ErrInvalid)
}

// Round is the function [Round] in this mode. It fails with [admin.ErrInvalid] for a mode or a code that
// does not exist, and for an amount out of the range of [admin.CheckDecimal].
func (r Rounding) Round(amount decimal.Decimal, code iso4217.Code) (decimal.Decimal, error) {
	if err := r.Check(); err != nil {
		return decimal.Decimal{}, err
	}
	u, err := iso4217.Parse(code)
	if err != nil {
		return decimal.Decimal{}, err
	}
	if err := admin.CheckDecimal(amount); err != nil {
		return decimal.Decimal{}, fmt.Errorf("amount: %w", err)
	}
	return r.quotient(amount, decimal.NewFromInt(1), int32(u.MinorUnits)), nil
}

// quotient returns n/d to the given digits after the point, rounded once, from the exact remainder. d must
// be positive.
func (r Rounding) quotient(n, d decimal.Decimal, places int32) decimal.Decimal {
	q, rest := n.QuoRem(d, places)
	if rest.IsZero() {
		return q
	}
	ulp := decimal.New(1, -places)
	// rest is n - q·d, and q is n/d towards zero. A step of one ulp in q is worth ulp·d.
	half := rest.Abs().Mul(decimal.NewFromInt(2)).Cmp(ulp.Mul(d))
	odd := q.Shift(places).BigInt().Bit(0) == 1
	if !r.away(n.IsNegative(), half, odd) {
		return q
	}
	if n.IsNegative() {
		return q.Sub(ulp)
	}
	return q.Add(ulp)
}

// away reports whether what lies between two neighbors goes to the one farther from zero. half compares
// it with their middle, and odd is of the one nearer to zero.
func (r Rounding) away(negative bool, half int, odd bool) bool {
	switch r {
	case RoundHalfUp:
		return half >= 0
	case RoundHalfDown:
		return half > 0
	case RoundUp:
		return true
	case RoundDown:
		return false
	case RoundCeiling:
		return !negative
	case RoundFloor:
		return negative
	}
	return half > 0 || half == 0 && odd
}
