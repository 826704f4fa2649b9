package jsonlogic

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// numText is the outcome of parsing a number.
type numText uint8

const (
	numOK numText = iota
	numBad
	numLong // more digits than allowed
)

// parseNum reads [+-]digits[.digits][e[+-]digits] with at least one digit before the e; .5 and 5. are
// numbers too, blanks, names and other bases are not.
func parseNum(s string, most int) (num, numText) {
	if x, ok := parseShort(s); ok {
		return x, numOK
	}
	i, neg := 0, false
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		neg = s[i] == '-'
		i++
	}
	first, point := i, -1
	var m int64
	significant, seen := 0, false
	for ; i < len(s); i++ {
		d := s[i]
		if d == '.' && point < 0 {
			point = i
			continue
		}
		if d < '0' || d > '9' {
			break
		}
		seen = true
		if significant > 0 || d != '0' {
			significant++
		}
		if significant <= 18 {
			m = m*10 + int64(d-'0')
		}
	}
	if !seen {
		return num{}, numBad
	}
	last, scale := i, 0
	if point >= 0 {
		scale = i - point - 1
	}
	if i < len(s) {
		exp, ok := exponent(s[i:])
		if !ok {
			return num{}, numBad
		}
		scale -= exp
	}
	if significant == 0 && max(scale, -scale) > most { // 0 is 0 with any exponent
		scale = 0
	}
	if max(significant, scale, significant-scale, -scale) > most {
		return num{}, numLong
	}
	if significant <= 18 {
		if neg {
			m = -m
		}
		return num{m: m, scale: int32(scale)}, numOK
	}
	digits := s[first:last]
	if point >= 0 {
		digits = s[first:point] + s[point+1:last]
	}
	b, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return num{}, numBad
	}
	if neg {
		b.Neg(b)
	}
	return ofBig(b, int32(scale)), numOK
}

// parseShort reads a number of few digits with at most a point, as most are.
func parseShort(s string) (num, bool) {
	if len(s) > 18 {
		return num{}, false
	}
	var m int64
	first, point := 0, -1
	if s != "" && s[0] == '-' {
		first = 1
	}
	for i := first; i < len(s); i++ {
		switch d := s[i] - '0'; {
		case d <= 9:
			m = m*10 + int64(d)
		case s[i] == '.' && point < 0:
			point = i
		default:
			return num{}, false
		}
	}
	x := num{m: m}
	digits := len(s) - first
	if point >= 0 {
		x.scale = int32(len(s) - point - 1)
		digits--
	}
	if first > 0 {
		x.m = -m
	}
	return x, digits > 0
}

// exponent reads e[+-]digits; beyond every budget it is capped.
func exponent(s string) (int, bool) {
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	s = s[1:]
	neg := strings.HasPrefix(s, "-")
	if neg || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if s == "" {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = min(n*10+int(s[i]-'0'), 1<<30)
	}
	if neg {
		n = -n
	}
	return n, true
}

var tens = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5}

// ofFloat is the shortest decimal that reads as f. Up to 15 digits no two decimals read as the same float,
// so any that reads as f is the shortest.
func ofFloat(f float64, most int) (num, numText) {
	if f > -1e15 && f < 1e15 {
		if n := int64(f); float64(n) == f {
			return num{m: n}, numOK
		}
	}
	if f > -1e9 && f < 1e9 {
		for k := int32(1); k <= 5; k++ {
			ten := tens[k]
			up := f * ten
			n := int64(up + math.Copysign(0.5, up))
			if float64(n)/ten == f {
				return num{m: n, scale: k}, numOK
			}
		}
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return num{}, numBad
	}
	var buf [32]byte
	return parseNum(string(strconv.AppendFloat(buf[:0], f, 'g', -1, 64)), most)
}

// float is the nearest float64.
func (x num) float() float64 {
	if x.big == nil && x.m > -1<<53 && x.m < 1<<53 && x.scale >= 0 && int(x.scale) < len(pow10) {
		return float64(x.m) / float64(pow10[x.scale]) // one rounding of two exact numbers
	}
	f, err := strconv.ParseFloat(string(x.plain(nil, false)), 64)
	if err != nil {
		return math.Inf(x.sign())
	}
	return f
}

// plain appends the number in digits with at most one point and no exponent; trim removes zeros
// at its end, after the point.
func (x num) plain(buf []byte, trim bool) []byte {
	start := len(buf)
	if x.fraction() {
		x = x.rounded(resultDigits)
	}
	if x.big != nil {
		buf = x.big.Append(buf, 10)
	} else {
		buf = strconv.AppendInt(buf, x.m, 10)
	}
	switch {
	case x.scale < 0:
		if x.sign() != 0 {
			for range -x.scale {
				buf = append(buf, '0')
			}
		}
		return buf
	case x.scale == 0:
		return buf
	}
	first := start
	if buf[first] == '-' {
		first++
	}
	scale := int(x.scale)
	for len(buf)-first <= scale { // at least one digit before the point
		buf = append(buf, 0)
		copy(buf[first+1:], buf[first:])
		buf[first] = '0'
	}
	point := len(buf) - scale
	end := len(buf)
	if trim {
		for end > point && buf[end-1] == '0' {
			end--
		}
		if end == point {
			return buf[:end]
		}
	}
	buf = append(buf, 0)
	copy(buf[point+1:end+1], buf[point:end])
	buf[point] = '.'
	return buf[:end+1]
}

// javaText is BigDecimal.toString: plain if the scale is not negative and the number not tiny, else in
// scientific notation.
func (x num) javaText() string {
	digits := strconv.FormatInt(x.m, 10)
	if x.big != nil {
		digits = x.big.String()
	}
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	adjusted := len(digits) - 1 - int(x.scale)
	if x.scale >= 0 && adjusted >= -6 {
		return string(x.plain(nil, false))
	}
	out := sign + digits[:1]
	if len(digits) > 1 {
		out += "." + digits[1:]
	}
	if adjusted == 0 {
		return out
	}
	out += "E"
	if adjusted > 0 {
		out += "+"
	}
	return out + strconv.Itoa(adjusted)
}

// fromDecimal converts a decimal of the data, within the budget.
func fromDecimal(d decimal.Decimal, most int) (num, numText) {
	if e := int(d.Exponent()); e > most || e < -most {
		if d.IsZero() {
			return num{}, numOK
		}
		return num{}, numLong
	}
	x := ofDecimal(d)
	if x.longer(most) {
		return num{}, numLong
	}
	return x, numOK
}

// appendFloat writes f as JavaScript does.
func appendFloat(buf []byte, f float64) []byte {
	if f == 0 {
		return append(buf, '0')
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e21 {
		return strconv.AppendFloat(buf, f, 'f', -1, 64)
	}
	start := len(buf)
	buf = strconv.AppendFloat(buf, f, 'e', -1, 64)
	// JavaScript has no zero before a one-digit exponent: 1e-7.
	if n := len(buf); n-start > 4 && buf[n-2] == '0' && (buf[n-3] == '-' || buf[n-3] == '+') {
		buf[n-2] = buf[n-1]
		buf = buf[:n-1]
	}
	return buf
}
