package enrich

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// MaxAttributeDigits is the maximum number of digits of an attribute, on either side of the point. Togai has
// the same limit before the point.
const MaxAttributeDigits = 512

// What is wrong with an attribute. The messages do not repeat it, because it is data of the event.
var (
	errNotDecimal = fmt.Errorf("is not a decimal number, such as -12.50: %w", admin.ErrInvalid)
	errDigits     = fmt.Errorf("has too many digits: at most %d on either side of the point: %w",
		MaxAttributeDigits, admin.ErrInvalid)
)

// attribute is a number in plain digits without leading zeros. It works on the text, because most numbers are
// short and need no arithmetic.
func attribute(raw string) (json.Number, error) {
	digits, fraction, exponent, ok := numberParts(raw)
	if !ok {
		return "", errNotDecimal
	}
	if len(digits) > MaxAttributeDigits || len(fraction) > MaxAttributeDigits {
		return "", errDigits
	}
	if exponent {
		return withoutExponent(raw)
	}
	if len(digits) > 1 && digits[0] == '0' {
		return json.Number(trimmed(raw)), nil
	}
	return json.Number(raw), nil
}

// trimmed drops zeros before the digits of a number without exponent.
func trimmed(text string) string {
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	for len(text) > 1 && text[0] == '0' && text[1] != '.' {
		text = text[1:]
	}
	return sign + text
}

func withoutExponent(text string) (json.Number, error) {
	d, err := decimal.NewFromString(text)
	if err != nil || d.Exponent() < -MaxAttributeDigits || d.NumDigits()+int(d.Exponent()) > MaxAttributeDigits {
		return "", errDigits
	}
	return json.Number(d.StringFixed(max(0, -d.Exponent()))), nil
}

// numberParts splits a number; exponents have three digits at most.
func numberParts(text string) (digits, fraction string, exponent, ok bool) {
	rest := strings.TrimPrefix(text, "-")
	n := leadingDigits(rest)
	if digits, rest = rest[:n], rest[n:]; n == 0 {
		return "", "", false, false
	}
	if strings.HasPrefix(rest, ".") {
		n = leadingDigits(rest[1:])
		if fraction, rest = rest[1:1+n], rest[1+n:]; n == 0 {
			return "", "", false, false
		}
	}
	if rest == "" {
		return digits, fraction, false, true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return "", "", false, false
	}
	rest = rest[1:]
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		rest = rest[1:]
	}
	n = leadingDigits(rest)
	return digits, fraction, true, n > 0 && n <= 3 && n == len(rest)
}

func leadingDigits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// asAttribute converts the result of a rule to an attribute: a number, or a text that is one. It returns a
// json.Number, which is v itself if that is one in plain digits.
func asAttribute(v any) (any, error) {
	switch n := v.(type) {
	case json.Number:
		plain, err := attribute(n.String())
		if err == nil && plain == n {
			return v, nil
		}
		return plain, wrongResult("number", err)
	case string:
		plain, err := attribute(n)
		return plain, wrongResult("text", err)
	}
	return nil, fmt.Errorf("the result is %s and an attribute is a number: %w", typeOf(v), admin.ErrInvalid)
}

// wrongResult is the error for the result of a rule; nil if err is.
func wrongResult(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the result is a %s that %w", what, err)
}

// asDimension converts the result of a rule to a dimension: a text, or a number or boolean in words. It returns
// a string, which is v itself if that is one.
func asDimension(v any) (any, error) {
	switch x := v.(type) {
	case string:
		return v, nil
	case json.Number:
		return x.String(), nil
	case bool:
		return strconv.FormatBool(x), nil
	}
	return nil, fmt.Errorf("the result is %s and a dimension is a text: %w", typeOf(v), admin.ErrInvalid)
}

func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("a %T", v)
}

// attributeProblems lists the attributes that are not numbers.
func attributeProblems(attributes Attributes) error {
	var p admin.Problems
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if _, err := attribute(attributes[name].String()); err != nil {
			p.AddError("/attributes/"+text.PointerToken(name), admin.CodeFormat, err)
		}
	}
	return p.Err()
}
