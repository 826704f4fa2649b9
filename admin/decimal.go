package admin

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// Limits of an exact decimal. What passes them round-trips unchanged through every storage.
const (
	MaxDigits = 38 // significant digits
	MaxScale  = 18 // digits after the point
)

// ParseDecimal reads an exact decimal: an optional "-", digits, optionally a point and more
// digits. Exponents, a leading "+", blanks, grouping, NaN and infinities are refused, and so is
// what CheckDecimal refuses; nothing is ever rounded. Errors wrap ErrInvalid.
func ParseDecimal(text string) (decimal.Decimal, error) {
	if !plainDecimal(text) {
		return decimal.Decimal{}, fmt.Errorf("%q is not a decimal number: write digits with at most one point, such as -12.50: %w", Clip(text), ErrInvalid)
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("%q is not a decimal number: %w", Clip(text), ErrInvalid)
	}
	if err := CheckDecimal(d); err != nil {
		return decimal.Decimal{}, err
	}
	return d, nil
}

// CheckDecimal fails with ErrInvalid for a number of more than MaxDigits significant digits, or
// more than MaxScale digits after the point, not counting zeros at its end.
func CheckDecimal(d decimal.Decimal) error {
	// Beyond this exponent the number breaks a limit whatever its digits, and writing it out
	// would cost memory in proportion to the exponent.
	if e := d.Exponent(); !d.IsZero() && (e > MaxDigits || e < -10*MaxDigits) {
		return fmt.Errorf("number with exponent %d is outside what is kept exactly: at most %d digits, %d after the point: %w", e, MaxDigits, MaxScale, ErrInvalid)
	}
	text := strings.TrimPrefix(d.String(), "-")
	whole, fraction, _ := strings.Cut(text, ".")
	whole = strings.TrimLeft(whole, "0")
	if digits := len(whole) + len(fraction); digits > MaxDigits || len(fraction) > MaxScale {
		return fmt.Errorf("%s has %d digits, %d after the point: at most %d and %d are kept exactly: %w",
			Clip(text), digits, len(fraction), MaxDigits, MaxScale, ErrInvalid)
	}
	return nil
}

// CanonicalDecimal is d without zeros after its last digit behind the point and without an
// exponent: the one form in which a number is kept, so that every storage gives back the same. Call
// it on what CheckDecimal has passed.
func CanonicalDecimal(d decimal.Decimal) decimal.Decimal {
	c, err := decimal.NewFromString(d.String())
	if err != nil {
		return d // String always parses
	}
	return c
}

// maxDecimalText bounds what is parsed at all: sign, digits, point and superfluous zeros.
const maxDecimalText = 64

func plainDecimal(s string) bool {
	s = strings.TrimPrefix(s, "-")
	if len(s) == 0 || len(s) > maxDecimalText {
		return false
	}
	digits, points := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && i > 0 && i < len(s)-1:
			points++
		default:
			return false
		}
	}
	return digits > 0 && points <= 1
}
