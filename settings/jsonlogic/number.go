package jsonlogic

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"
	"strconv"

	"github.com/shopspring/decimal"
)

// num is an exact decimal: m, or big if it does not fit m, times ten to the minus scale. The scale is that
// of BigDecimal: 1.50 has scale 2 and 1e3 has -3. A quotient that is no decimal is a fraction.
type num struct {
	m     int64
	big   *longNum
	scale int32
}

// longNum is a coefficient that does not fit an int64, or with a denominator a fraction in lowest terms, of scale 0.
type longNum struct {
	big.Int
	den *big.Int
}

var pow10 = [...]int64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
}

func ofInt(n int64) num { return num{m: n} }

func (x num) decimal() decimal.Decimal {
	if x.big == nil {
		return decimal.New(x.m, -x.scale)
	}
	if x.fraction() {
		return x.rounded(resultDigits).decimal()
	}
	return decimal.NewFromBigInt(&x.big.Int, -x.scale)
}

func ofDecimal(d decimal.Decimal) num {
	if d.IsInteger() && d.Exponent() == 0 && d.NumDigits() < 19 {
		return num{m: d.IntPart()}
	}
	return ofBig(d.Coefficient(), -d.Exponent())
}

// ofBig keeps b, which must not be changed afterwards.
func ofBig(b *big.Int, scale int32) num {
	if b.IsInt64() {
		return num{m: b.Int64(), scale: scale}
	}
	return num{big: &longNum{Int: *b}, scale: scale}
}

func (x num) sign() int {
	if x.big != nil {
		return x.big.Sign()
	}
	switch {
	case x.m > 0:
		return 1
	case x.m < 0:
		return -1
	}
	return 0
}

// digits is about how many digits the coefficient has, never too few.
func (x num) digits() int {
	if x.big == nil {
		return 19
	}
	bits := x.big.BitLen()
	if x.big.den != nil {
		bits += x.big.den.BitLen()
	}
	return int(float64(bits)*0.30103) + 1
}

// abs is the magnitude, also of the smallest int64.
func abs(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}

// shift is m times ten to the n, if that fits.
func shift(m int64, n int32) (int64, bool) {
	if m == 0 {
		return 0, true
	}
	if n < 0 || int(n) >= len(pow10) {
		return 0, false
	}
	return mul64(m, pow10[n])
}

func mul64(a, b int64) (int64, bool) {
	if int64(int32(a)) == a && int64(int32(b)) == b {
		return a * b, true
	}
	hi, lo := bits.Mul64(abs(a), abs(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	return a * b, true
}

// aligned returns both at the larger scale, if both fit.
func aligned(x, y num) (a, b int64, scale int32, ok bool) {
	if x.big != nil || y.big != nil {
		return 0, 0, 0, false
	}
	switch up := x.scale - y.scale; {
	case up == 0:
		return x.m, y.m, x.scale, true
	case 0 < up && up < 10 && y.m == int64(int32(y.m)):
		return x.m, y.m * pow10[up], x.scale, true
	case -10 < up && up < 0 && x.m == int64(int32(x.m)):
		return x.m * pow10[-up], y.m, y.scale, true
	case up < 0:
		a, ok = shift(x.m, y.scale-x.scale)
		return a, y.m, y.scale, ok
	}
	b, ok = shift(y.m, x.scale-y.scale)
	return x.m, b, x.scale, ok
}

// fits checks that aligning x and y stays within the budget, before it is done.
func (c *run) fits(x, y num) bool {
	spread := int(x.scale) - int(y.scale) // the one with the smaller scale becomes so much longer
	return c.within(max(x.digits()+max(-spread, 0), y.digits()+max(spread, 0)))
}

func (c *run) within(digits int) bool {
	if digits > c.p.budget.Digits+40 {
		c.exceeded("digits in a number")
		return false
	}
	return c.make(digits/2) && c.charge(1+digits/64*(digits/64))
}

// kept checks the result's own digits.
func (c *run) kept(x num) num {
	if x.longer(c.p.budget.Digits) {
		c.exceeded("digits in a number")
		return num{}
	}
	return x
}

// longer reports whether the number has more digits than most, before and after the point together. The
// digits of an int64 are not counted.
func (x num) longer(most int) bool {
	scale := int(x.scale)
	if scale > most || -scale > most {
		return true
	}
	if x.big == nil && scale >= 0 {
		return false
	}
	digits := x.digits()
	if end := digits - min(scale, 0); end <= most || end > most+20 {
		return end > most // sure, although rough
	}
	if x.big == nil {
		digits = len(strconv.FormatUint(abs(x.m), 10))
	} else if digits = len(x.big.Text(10)); x.big.Sign() < 0 {
		digits--
	}
	return digits-min(scale, 0) > most
}

func (c *run) add(x, y num) num {
	if x.scale == y.scale && x.scale >= 0 && x.big == nil && y.big == nil {
		if s := x.m + y.m; (s^x.m)&(s^y.m) >= 0 {
			return num{m: s, scale: x.scale}
		}
	}
	if a, b, scale, ok := aligned(x, y); ok {
		if s := a + b; (s^a)&(s^b) >= 0 {
			if scale >= 0 {
				return num{m: s, scale: scale}
			}
			return c.kept(num{m: s, scale: scale})
		}
	}
	if !c.fits(x, y) {
		return num{}
	}
	if x.fraction() || y.fraction() {
		return c.ofRat(new(big.Rat).Add(x.rat(), y.rat()))
	}
	return c.kept(ofDecimal(x.decimal().Add(y.decimal())))
}

func (c *run) sub(x, y num) num {
	if a, b, scale, ok := aligned(x, y); ok {
		if s := a - b; (a^b)&(s^a) >= 0 {
			if scale >= 0 {
				return num{m: s, scale: scale}
			}
			return c.kept(num{m: s, scale: scale})
		}
	}
	if !c.fits(x, y) {
		return num{}
	}
	if x.fraction() || y.fraction() {
		return c.ofRat(new(big.Rat).Sub(x.rat(), y.rat()))
	}
	return c.kept(ofDecimal(x.decimal().Sub(y.decimal())))
}

func (c *run) neg(x num) num {
	if x.big == nil && x.m != math.MinInt64 {
		x.m = -x.m
		return x
	}
	if x.fraction() {
		return c.ofRat(new(big.Rat).Neg(x.rat()))
	}
	return ofDecimal(x.decimal().Neg())
}

func (c *run) mul(x, y num) num {
	if x.big == nil && y.big == nil {
		if p, ok := mul64(x.m, y.m); ok {
			if scale := x.scale + y.scale; scale >= 0 && scale <= 18 {
				return num{m: p, scale: scale}
			}
			return c.kept(num{m: p, scale: x.scale + y.scale})
		}
	}
	if !c.within(x.digits() + y.digits()) {
		return num{}
	}
	if x.fraction() || y.fraction() {
		if !c.fits(x, y) {
			return num{}
		}
		return c.ofRat(new(big.Rat).Mul(x.rat(), y.rat()))
	}
	return c.kept(ofDecimal(x.decimal().Mul(y.decimal())))
}

// div rounds half up, away from zero, to the scale. y is not zero.
func (c *run) div(x, y num, scale int32) num {
	if x.big == nil && y.big == nil {
		n, d := x.m, y.m
		var ok bool
		if e := scale + y.scale - x.scale; e >= 0 {
			n, ok = shift(n, e)
		} else {
			d, ok = shift(d, -e)
		}
		if ok && (n != math.MinInt64 || d != -1) {
			q, r := n/d, abs(n%d)
			if r >= abs(d)-r {
				q += sign64(n) * sign64(d)
			}
			return num{m: q, scale: scale}
		}
	}
	reach := int(scale) + int(y.scale) - int(x.scale)
	if !c.within(max(x.digits()+max(reach, 0), y.digits()+max(-reach, 0))) {
		return num{}
	}
	d := x.decimal().DivRound(y.decimal(), scale)
	return c.kept(rescaled(d, scale))
}

func sign64(n int64) int64 {
	if n < 0 {
		return -1
	}
	return 1
}

// rescaled is d, which has at most scale places, at exactly that scale.
func rescaled(d decimal.Decimal, scale int32) num {
	b := d.Coefficient()
	if up := int64(scale) + int64(d.Exponent()); up > 0 {
		b.Mul(b, new(big.Int).Exp(big.NewInt(10), big.NewInt(up), nil))
	} else if up < 0 {
		b.Quo(b, new(big.Int).Exp(big.NewInt(10), big.NewInt(-up), nil))
	}
	return ofBig(b, scale)
}

// rem has the sign of x. y is not zero.
func (c *run) rem(x, y num) num {
	if a, b, scale, ok := aligned(x, y); ok {
		if b == -1 {
			return num{scale: scale}
		}
		return num{m: a % b, scale: scale}
	}
	if !c.fits(x, y) {
		return num{}
	}
	if x.fraction() || y.fraction() {
		return c.ratRem(x, y)
	}
	return c.kept(rescaled(x.decimal().Mod(y.decimal()), max(x.scale, y.scale)))
}

func (c *run) cmp(x, y num) int {
	if x.scale == y.scale && x.big == nil && y.big == nil {
		return cmp.Compare(x.m, y.m)
	}
	if a, b, _, ok := aligned(x, y); ok {
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}
	s, t := x.sign(), y.sign()
	switch { // numbers far apart need not be written out
	case s != t:
		return cmp.Compare(s, t)
	case x.fraction() || y.fraction():
		if !c.fits(x, y) {
			return 0
		}
		return x.rat().Cmp(y.rat())
	case -int(x.scale) >= y.digits()-int(y.scale):
		return s
	case -int(y.scale) >= x.digits()-int(x.scale):
		return -s
	}
	if !c.fits(x, y) {
		return 0
	}
	return x.decimal().Cmp(y.decimal())
}

// whole is the number without its places, held within an int.
func (x num) whole() int {
	if x.big == nil && x.scale == 0 {
		return int(x.m)
	}
	if x.scale > 0 && x.big == nil {
		if int(x.scale) >= len(pow10) {
			return 0
		}
		return int(x.m / pow10[x.scale])
	}
	switch size := x.digits(); {
	case !x.fraction() && int(x.scale) > size+1: // below 1
		return 0
	case !x.fraction() && -int(x.scale) > 20 && x.sign() > 0: // which need not be written out
		return math.MaxInt
	case !x.fraction() && -int(x.scale) > 20 && x.sign() < 0:
		return math.MinInt
	}
	b := x.truncated()
	switch {
	case b.IsInt64():
		return int(b.Int64())
	case b.Sign() < 0:
		return math.MinInt
	}
	return math.MaxInt
}
