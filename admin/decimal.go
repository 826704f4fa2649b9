package admin

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// Limits of an exact decimal. A number within them round-trips unchanged through every storage.
const (
	MaxDigits = 38 // significant digits
	MaxScale  = 18 // digits after the point
)

// ParseDecimal reads an exact decimal: an optional "-", digits, optionally a point and more digits. It
// refuses exponents, a leading "+", white space, grouping, NaN and infinities, and what [CheckDecimal]
// refuses; it never rounds. Errors wrap [ErrInvalid].
func ParseDecimal(text string) (decimal.Decimal, error) {
	if !plainDecimal(text) {
		return decimal.Decimal{}, fmt.Errorf(
			"%q is not a decimal number: write digits with at most one point, such as -12.50: %w", Clip(text), ErrInvalid)
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

// CheckDecimal fails with [ErrInvalid] for a number of more than [MaxDigits] significant digits, or more
// than [MaxScale] digits after the point, not counting zeros at its end. A number that was made with an
// exponent or a coefficient far beyond those limits is refused too, even if it equals zero or a short
// number: handling it would cost time and memory without bound.
func CheckDecimal(d decimal.Decimal) error {
	if e, bits := d.Exponent(), d.Coefficient().BitLen(); e > MaxDigits || e < -maxExponent || bits > maxBits {
		return fmt.Errorf("number with exponent %d and a coefficient of %d bits is outside what is kept exactly: "+
			"at most %d digits, %d after the point: %w", e, bits, MaxDigits, MaxScale, ErrInvalid)
	}
	text := strings.TrimPrefix(plain(d), "-")
	whole, fraction, _ := strings.Cut(text, ".")
	whole = strings.TrimLeft(whole, "0")
	if digits := len(whole) + len(fraction); digits > MaxDigits || len(fraction) > MaxScale {
		return fmt.Errorf("%s has %d digits, %d after the point: at most %d and %d are kept exactly: %w",
			Clip(text), digits, len(fraction), MaxDigits, MaxScale, ErrInvalid)
	}
	return nil
}

// CanonicalDecimal returns d without zeros at the end of its fraction and without an exponent: the one
// form in which a number is kept, so that every storage returns the same. Call it on a number that
// [CheckDecimal] has passed.
func CanonicalDecimal(d decimal.Decimal) decimal.Decimal {
	c, err := decimal.NewFromString(plain(d))
	if err != nil {
		return d // what plain wrote always parses
	}
	return c
}

// DecimalText writes d as [ParseDecimal] reads it and as JSON has it: a text of plain digits, without an
// exponent and without zeros at the end of its fraction. The variables of package decimal,
// MarshalJSONWithoutQuotes among them, do not change what it returns: a bare number in JSON loses digits in
// readers that hold numbers in float64. It fails as [CheckDecimal] does.
func DecimalText(d decimal.Decimal) (string, error) {
	if err := CheckDecimal(d); err != nil {
		return "", err
	}
	return plain(d), nil
}

// plain writes d without an exponent and without zeros at the end of its fraction. It does not use
// String, which variables of package decimal change.
func plain(d decimal.Decimal) string {
	text := d.StringFixed(max(0, -d.Exponent()))
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// Limits within which CheckDecimal looks at the digits: superfluous zeros, such as a product of
// decimals has, are no reason to refuse.
const (
	maxExponent = 10 * MaxDigits
	maxBits     = 4 * (maxExponent + MaxDigits) // a decimal digit takes less than 4 bits
)

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
