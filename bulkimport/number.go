package bulkimport

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
)

// decimal reads an exact decimal.
func (c *caster) decimal(cell string) (string, *problem) {
	if value, ok := plainDecimal(cell); ok && (c.format.Numbers != CommaNumbers && c.format.Numbers != EitherNumber ||
		!strings.Contains(cell, ".")) {
		return value, nil
	}
	plain, p := c.plain(cell)
	if p != nil {
		return "", p
	}
	if value, ok := plainDecimal(plain); ok {
		return value, nil
	}
	d, err := admin.ParseDecimal(plain)
	if err == nil {
		plain, err = admin.DecimalText(d)
	}
	if err != nil {
		return c.beyond(cell, plain)
	}
	return plain, nil
}

// beyond refuses a number that cannot be kept exactly.
func (c *caster) beyond(cell, plain string) (string, *problem) {
	const readable = 64 // characters of a number that admin.ParseDecimal reads at all
	number := strings.TrimPrefix(plain, "-")
	if len(number) > readable {
		return c.noNumber(cell)
	}
	if strings.Contains(number, ".") {
		number = strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
	}
	if number = strings.TrimLeft(number, "0"); number == "" || number[0] == '.' {
		number = "0" + number
	}
	whole, fraction, _ := strings.Cut(number, ".")
	return wrong(CodeInvalidNumber+".digits", "value", admin.Clip(number), "digits",
		len(strings.TrimLeft(whole, "0"))+len(fraction), "places", len(fraction), "max", admin.MaxDigits, "scale",
		admin.MaxScale)
}

// noNumber refuses what is no number, with a hint for the column's format of numbers.
func (c *caster) noNumber(cell string) (string, *problem) {
	code := CodeInvalidNumber
	switch c.format.Numbers {
	case PointNumbers:
		code += ".point"
	case CommaNumbers:
		code += ".comma"
	case EitherNumber:
		code += ".either"
	}
	return wrong(code, "value", quoted(cell))
}

// plainDecimal reads what [admin.ParseDecimal] does and returns what [admin.DecimalText] writes, for numbers that are
// clearly within its limits; ok is false for all others.
func plainDecimal(cell string) (value string, ok bool) {
	s := strings.TrimPrefix(cell, "-")
	point := -1
	for i := range len(s) {
		switch b := s[i]; {
		case b >= '0' && b <= '9':
		case b == '.' && point < 0 && i > 0 && i < len(s)-1:
			point = i
		default:
			return "", false
		}
	}
	if s == "" || len(s) > 30 || (point >= 0 && len(s)-point-1 > admin.MaxScale) {
		return "", false
	}
	if point >= 0 {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	start := 0
	for start < len(s)-1 && s[start] == '0' && s[start+1] != '.' {
		start++
	}
	switch negative := cell[0] == '-'; {
	case !negative || s[start:] == "0":
		return s[start:], true
	case start == 0:
		return cell[:len(s)+1], true
	}
	return "-" + s[start:], true
}

// integer reads a whole number.
func (c *caster) integer(f *Field, cell string) (string, *problem) {
	plain := cell
	if c.format != (Format{}) {
		var p *problem
		if plain, p = c.plain(cell); p != nil {
			return "", p
		}
	}
	if unsigned := strings.TrimPrefix(plain, "-"); !digits(unsigned) || len(unsigned) > 18 {
		return wrong(CodeInvalidNumber+".integer", "value", quoted(cell))
	}
	n, err := strconv.ParseInt(plain, 10, 64)
	if err != nil {
		return wrong(CodeInvalidNumber+".integer", "value", quoted(cell))
	}
	if f.Max > 0 && (n < f.Min || n > f.Max) {
		return wrong(admin.CodeRange, "value", n, "min", f.Min, "max", f.Max)
	}
	return strconv.FormatInt(n, 10), nil
}

// plain makes of a number in the column's format the form that all programs write.
func (c *caster) plain(cell string) (string, *problem) {
	body, negative, p := c.amount(cell)
	if p != nil {
		return "", p
	}
	var number string
	var ok bool
	switch c.format.Numbers {
	case PointNumbers:
		number, ok = ungroup(body, '.')
	case CommaNumbers:
		number, ok = ungroup(body, ',')
	case EitherNumber:
		mark, sure := decimalMark(body)
		if !sure {
			return ambiguousNumber(cell, body)
		}
		number, ok = ungroup(body, mark)
	default:
		if number, ok = body, digitsAndPoint(body); !ok && grouped(body) {
			return ambiguousNumber(cell, body)
		}
	}
	if !ok {
		return c.noNumber(cell)
	}
	if negative {
		number = "-" + number
	}
	return number, nil
}

// ambiguousNumber names both readings.
func ambiguousNumber(cell, body string) (string, *problem) {
	_, p := wrong(CodeAmbiguousNumber, "value", quoted(cell))
	for name, mark := range map[string]byte{"point": '.', "comma": ','} {
		if n, ok := ungroup(body, mark); ok {
			p = p.with(name, n)
		}
	}
	return "", p
}

// amount takes the sign and the currency off a number.
func (c *caster) amount(cell string) (body string, negative bool, p *problem) {
	if c.format.Numbers == PlainNumbers && c.format.Currency == "" && !c.format.Accounting {
		if rest, ok := strings.CutPrefix(cell, "-"); ok && rest != "" {
			return rest, true, nil
		}
		return cell, false, nil
	}
	body = cell
	signs := 0
	if c.format.Accounting && len(body) > 2 && body[0] == '(' && body[len(body)-1] == ')' {
		body, negative, signs = trim(body[1:len(body)-1]), true, 1
	}
	currencies := 0
	for again := true; again && body != ""; {
		again = false
		if rest, minus, ok := cutSign(body); ok && c.format.Numbers != PlainNumbers || ok && minus && body[0] == '-' {
			body, negative, again = trim(rest), negative || minus, true
			signs++
		} else if rest, code, ok := cutCurrency(body); ok && c.takes(code) {
			body, again = trim(rest), true
			currencies++
		}
	}
	if signs > 1 || currencies > 1 {
		_, p = c.noNumber(cell)
	}
	return body, negative, p
}

// takes reports whether the column's numbers may have the sign or code of one of some currencies.
func (c *caster) takes(codes []string) bool {
	if c.format.Currency == "" {
		return false
	}
	for _, code := range codes {
		if c.format.Currency == AnyCurrency || code == c.format.Currency {
			return true
		}
	}
	return false
}

// cutSign takes a sign off either end.
func cutSign(s string) (rest string, minus, ok bool) {
	for _, sign := range []string{"-", "−", "－", "﹣", "+"} {
		if rest, ok = strings.CutPrefix(s, sign); !ok {
			rest, ok = strings.CutSuffix(s, sign)
		}
		if ok {
			return rest, sign != "+", true
		}
	}
	return s, false, false
}

// cutCurrency takes what is no digit, mark or sign of a number off either end, if it is a currency.
func cutCurrency(s string) (rest string, codes []string, ok bool) {
	number := func(r rune) bool {
		return r >= '0' && r <= '9' || strings.ContainsRune("+-−－﹣,.'’() ", r) || isBlank(r)
	}
	if at := strings.IndexFunc(s, number); at > 0 {
		if codes = currenciesOf(s[:at]); len(codes) > 0 {
			return s[at:], codes, true
		}
	}
	last := strings.LastIndexFunc(s, number)
	if last < 0 || last == len(s)-1 {
		return s, nil, false
	}
	_, size := utf8.DecodeRuneInString(s[last:])
	if codes = currenciesOf(s[last+size:]); len(codes) > 0 {
		return s[:last+size], codes, true
	}
	return s, nil, false
}

// currenciesOf returns the currencies that have a sign or code.
func currenciesOf(s string) []string {
	if up := strings.ToUpper(s); money(up) {
		return []string{up}
	}
	return currencySigns(s)
}

// isBlank knows the blanks that are between groups of digits.
func isBlank(r rune) bool {
	switch r {
	case ' ', '\u00a0', '\u2007', '\u2009', '\u202f':
		return true
	}
	return false
}

// groupMark makes one of all marks between groups.
func groupMark(r rune) rune {
	switch {
	case isBlank(r):
		return ' '
	case r == '’':
		return '\''
	}
	return r
}

// ungroup returns a number without the marks between its groups and with a point. Groups have three digits, or all but
// the last have two, and one kind of mark is between them, which is not the decimal mark.
func ungroup(body string, decimal byte) (string, bool) {
	whole, fraction, has := strings.Cut(body, string(decimal))
	if has && !digits(fraction) {
		return "", false
	}
	var b strings.Builder
	var mark rune
	var sizes []int
	size := 0
	for _, r := range whole {
		if r >= '0' && r <= '9' {
			size++
			b.WriteByte(byte(r))
			continue
		}
		r = groupMark(r)
		if !strings.ContainsRune(" ',.", r) || (mark != 0 && r != mark) || size == 0 {
			return "", false
		}
		mark = r
		sizes, size = append(sizes, size), 0
	}
	if sizes != nil && (whole[0] == '0' && !has || !groups(append(sizes, size))) || (whole == "" && !has) {
		return "", false
	}
	if whole == "" {
		b.WriteByte('0')
	}
	if has {
		b.WriteString("." + fraction)
	}
	return b.String(), true
}

// groups reports whether the numbers of digits between marks are those of a grouped number.
func groups(sizes []int) bool {
	last := len(sizes) - 1
	thousands, indian := sizes[0] <= 3, sizes[0] <= 2
	for _, n := range sizes[1:last] {
		thousands, indian = thousands && n == 3, indian && n == 2
	}
	return sizes[last] == 3 && (thousands || indian)
}

// decimalMark returns the decimal mark of a number that can be read in one way only.
func decimalMark(body string) (mark byte, sure bool) {
	commas, points := strings.Count(body, ","), strings.Count(body, ".")
	switch {
	case commas == 0 && points == 0:
		return '.', true
	case commas > 0 && points > 0:
		if strings.LastIndexByte(body, ',') > strings.LastIndexByte(body, '.') {
			return ',', true
		}
		return '.', true
	case commas > 1:
		return '.', true
	case points > 1:
		return ',', true
	}
	one, other := byte('.'), byte(',')
	if commas == 1 {
		one, other = ',', '.'
	}
	_, decimal := ungroup(body, one)
	_, group := ungroup(body, other)
	if decimal && group {
		return 0, false
	}
	return one, true
}

func digitsAndPoint(s string) bool {
	whole, fraction, point := strings.Cut(s, ".")
	return digits(whole) && (!point || digits(fraction))
}

// grouped reports whether a text may be a number in another style.
func grouped(body string) bool {
	return strings.ContainsAny(body, ",'’") && strings.Trim(body, "+-0123456789.,'’ \u00a0\u202f") == ""
}
