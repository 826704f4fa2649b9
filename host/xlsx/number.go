package xlsx

import (
	"strconv"
	"strings"
)

// appendNumber appends a stored number as plain decimals: the value that a spreadsheet has, without an exponent and
// without the digits that only its binary form has.
func appendNumber(out []byte, stored string) []byte {
	if simple(stored) {
		return append(out, stored...)
	}
	v, err := strconv.ParseFloat(stored, 64)
	if err != nil || strings.ContainsAny(stored, "xXpPnN_") {
		return append(out, stored...) // no number: it stays as it is
	}
	// Programs store 1.1 as 1.1000000000000001, which is the same in binary.
	short := strconv.FormatFloat(v, 'e', -1, 64)
	if mantissa(short) > 15 {
		// A sum may be 0.30000000000000004, which a spreadsheet shows as 0.3: it computes with 15 digits. What still has
		// many digits then is no noise.
		if round := strconv.FormatFloat(v, 'e', 14, 64); mantissa(round) <= 12 {
			short = round
		} else {
			short = strings.ToLower(stored)
		}
	}
	return appendPlain(out, short)
}

// simple reports whether a number is plain already, and exact: an integer, or decimals of at most 15 digits.
func simple(s string) bool {
	digits, point := 0, false
	for i := range len(s) {
		switch b := s[i]; {
		case b >= '0' && b <= '9':
			digits++
		case b == '.' && !point && digits > 0 && i < len(s)-1:
			point = true
		case b == '-' && i == 0:
		default:
			return false
		}
	}
	return digits > 0 && (!point || digits <= 15 && !strings.HasSuffix(s, "0"))
}

// mantissa counts the digits of a number with an exponent, without zeros at the end.
func mantissa(s string) int {
	m, _, _ := strings.Cut(s, "e")
	m = strings.TrimLeft(strings.Replace(strings.TrimPrefix(m, "-"), ".", "", 1), "0")
	return len(strings.TrimRight(m, "0"))
}

// appendPlain writes a number that may have an exponent without it.
func appendPlain(out []byte, s string) []byte {
	m, e, _ := strings.Cut(s, "e")
	exponent, _ := strconv.Atoi(e) // within the range of float64
	if strings.HasPrefix(m, "-") {
		m = m[1:]
		if strings.Trim(m, "0.") != "" {
			out = append(out, '-')
		}
	}
	whole, fraction, _ := strings.Cut(m, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	point := len(digits) - len(fraction) + exponent
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return append(out, '0')
	}
	switch {
	case point <= 0:
		out = append(out, "0."...)
		out = append(out, strings.Repeat("0", -point)...)
		return append(out, digits...)
	case point >= len(digits):
		out = append(out, digits...)
		return append(out, strings.Repeat("0", point-len(digits))...)
	}
	out = append(out, digits[:point]...)
	return append(append(out, '.'), digits[point:]...)
}

// appendPadded writes an integer into a mask such as 00000; what is none has no such form.
func appendPadded(out []byte, stored string, f numberFormat) ([]byte, bool) {
	digits := string(appendNumber(nil, stored))
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return out, false
		}
	}
	if n := f.digits - len(digits); n > 0 {
		digits = strings.Repeat("0", n) + digits
	}
	beyond := len(digits) - f.digits // go before the first of the mask
	first := true
	for i := range len(f.mask) {
		if f.mask[i] != 0 {
			out = append(out, f.mask[i])
			continue
		}
		n := 1
		if first {
			n, first = 1+beyond, false
		}
		out = append(out, digits[:n]...)
		digits = digits[n:]
	}
	return out, true
}
