package jsonlogic

import (
	"math/big"
	"math/bits"
)

// A quotient that is no decimal, such as 1/3, stays a fraction until the evaluation ends or writes it as text, so that
// a price for a million divided by a million and multiplied again is what it was.
const (
	// resultDigits is how many significant digits a fraction has as a result or in a text.
	resultDigits = 28
	// fractionDigits is the most digits of a numerator and its denominator together. A longer fraction, which only sums
	// of many different ones are, is rounded to longDigits significant digits.
	fractionDigits = 300
	longDigits     = 100
)

func (x num) fraction() bool { return x.big != nil && x.big.den != nil }

// rat is the number as a fraction. The caller has checked that it fits.
func (x num) rat() *big.Rat {
	if x.fraction() {
		return new(big.Rat).SetFrac(&x.big.Int, x.big.den)
	}
	n := big.NewInt(x.m)
	if x.big != nil {
		n = &x.big.Int
	}
	if x.scale > 0 {
		return new(big.Rat).SetFrac(n, tenTo(int(x.scale)))
	}
	return new(big.Rat).SetInt(new(big.Int).Mul(n, tenTo(-int(x.scale))))
}

func tenTo(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// ofRat is the decimal of a fraction, if it has one. r must not be used afterwards.
func (c *run) ofRat(r *big.Rat) num {
	n, den := r.Num(), r.Denom()
	rest := new(big.Int).Rsh(den, den.TrailingZeroBits())
	places := int(den.TrailingZeroBits())
	five, left := big.NewInt(5), new(big.Int)
	fives := 0
	for q := new(big.Int); ; fives++ {
		if q.QuoRem(rest, five, left); left.Sign() != 0 {
			break
		}
		rest.Set(q)
	}
	if rest.IsInt64() && rest.Int64() == 1 {
		places = max(places, fives)
		up := new(big.Int).Quo(tenTo(places), den)
		return c.kept(ofBig(up.Mul(up, n), int32(places)))
	}
	x := num{big: &longNum{Int: *n, den: den}}
	if x.digits() > fractionDigits {
		return c.kept(x.rounded(longDigits))
	}
	return x
}

// divide is the exact quotient. y is not zero.
func (c *run) divide(x, y num) num {
	if a, b, _, ok := aligned(x, y); ok {
		if q, ok := quotientOf(a, b); ok {
			return q
		}
	}
	if !c.fits(x, y) {
		return num{}
	}
	return c.ofRat(new(big.Rat).Quo(x.rat(), y.rat()))
}

// quotientOf is a/b if it is a decimal that fits.
func quotientOf(a, b int64) (num, bool) {
	if b != -1 && a%b == 0 {
		return num{m: a / b}, true
	}
	if a == 0 || abs(a) > 1<<62 || abs(b) > 1<<62 {
		return num{}, false
	}
	if b < 0 {
		a, b = -a, -b
	}
	shared := int64(gcd(abs(a), abs(b)))
	a, b = a/shared, b/shared
	twos := bits.TrailingZeros64(uint64(b))
	rest, fives := b>>twos, 0
	for rest%5 == 0 {
		rest /= 5
		fives++
	}
	places := max(twos, fives)
	if rest != 1 || places >= len(pow10) {
		return num{}, false
	}
	m, ok := mul64(a, pow10[places]/b)
	return num{m: m, scale: int32(places)}, ok
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// ratRem is the remainder with the sign of x. y is not zero.
func (c *run) ratRem(x, y num) num {
	a, b := x.rat(), y.rat()
	q := new(big.Rat).Quo(a, b)
	whole := new(big.Int).Quo(q.Num(), q.Denom())
	return c.ofRat(a.Sub(a, b.Mul(b, new(big.Rat).SetInt(whole))))
}

// truncated is the number without its places.
func (x num) truncated() *big.Int {
	if x.fraction() {
		return new(big.Int).Quo(&x.big.Int, x.big.den)
	}
	return x.decimal().BigInt()
}

// rounded is a fraction at a number of significant digits, half up, away from zero.
func (x num) rounded(digits int) num {
	n, den := &x.big.Int, x.big.den
	scale := digits - decimalLen(n) + decimalLen(den)
	q := halfUp(n, den, scale)
	if decimalLen(q) > digits {
		scale--
		q = halfUp(n, den, scale)
	}
	return ofBig(q, int32(scale))
}

// halfUp is n/den times ten to the scale, rounded.
func halfUp(n, den *big.Int, scale int) *big.Int {
	a, b := new(big.Int).Abs(n), den
	if scale >= 0 {
		a.Mul(a, tenTo(scale))
	} else {
		b = new(big.Int).Mul(den, tenTo(-scale))
	}
	q, r := a.QuoRem(a, b, new(big.Int))
	if r.Lsh(r, 1).Cmp(b) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if n.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

// decimalLen is the number of digits.
func decimalLen(b *big.Int) int {
	n := len(b.Text(10))
	if b.Sign() < 0 {
		n--
	}
	return n
}
