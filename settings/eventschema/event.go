package eventschema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// Years of a DateTime.
const (
	firstYear = "1000"
	lastYear  = "8999"
	// yearsAround is how far they are from the first and the last year that rules know.
	yearsAround = 1000
)

// CheckEvent fails with a *admin.ValidationError that lists everything in which an event breaks the schema: attributes
// and dimensions that are missing, not in the schema, or not of their type or beyond their limits. The messages do not
// repeat the event.
func (s Schema) CheckEvent(attributes map[string]json.Number, dimensions map[string]string) error {
	var p admin.Problems
	known := map[string]bool{}
	for _, a := range s.complete().Attributes {
		known[a.Name] = true
		at := "/attributes/" + a.Name
		if n, ok := attributes[a.Name]; ok {
			a.checkNumber(&p, at, n.String())
		} else if a.Required {
			p.Add(at, admin.CodeRequired, "is required by the event schema")
		}
	}
	unknown(&p, "/attributes/", attributes, known)
	clear(known)
	for _, d := range s.complete().Dimensions {
		known[d.Name] = true
		at := "/dimensions/" + d.Name
		if t, ok := dimensions[d.Name]; ok {
			d.checkValue(&p, at, t)
		} else if d.Required {
			p.Add(at, admin.CodeRequired, "is required by the event schema")
		}
	}
	unknown(&p, "/dimensions/", dimensions, known)
	return p.Err()
}

func unknown[T any](p *admin.Problems, at string, has map[string]T, known map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(has)) {
		if known[name] {
			continue
		}
		hint := ""
		if near := jsonlogic.Nearest(name, slices.Sorted(maps.Keys(known))); near != "" {
			hint = fmt.Sprintf(": did you mean %s?", near)
		}
		p.Add(at+text.PointerToken(name), admin.CodeUnknown, "is not in the event schema%s", hint)
	}
}

func (a Attribute) checkNumber(p *admin.Problems, at, raw string) {
	d, ok := number(raw)
	if !ok {
		p.Add(at, admin.CodeFormat, "is not a decimal number, such as -12.50")
		return
	}
	switch places := max(0, -reduced(d).Exponent()); {
	case a.Type == Integer && places > 0:
		p.Add(at, admin.CodeFormat, "is not a whole number")
	case a.Places > 0 && int(places) > a.Places:
		p.Add(at, admin.CodeRange, "has more than %d digits after the point", a.Places)
	}
	if a.Minimum != nil && d.LessThan(*a.Minimum) {
		p.Add(at, admin.CodeRange, "is less than %s", a.Minimum)
	}
	if a.Maximum != nil && d.GreaterThan(*a.Maximum) {
		p.Add(at, admin.CodeRange, "is more than %s", a.Maximum)
	}
}

// mostDigits of an attribute, before and after the point.
const mostDigits = 512

// number reads a number that a rule can compute with; it may have an exponent, as JSON has.
func number(raw string) (decimal.Decimal, bool) {
	if len(raw) > 2*mostDigits+10 || !json.Valid([]byte(raw)) || strings.Trim(raw, "-+.0123456789eE") != "" {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(raw)
	ok := err == nil && d.Exponent() >= -mostDigits && d.Exponent() <= mostDigits &&
		d.NumDigits()+int(d.Exponent()) <= mostDigits
	return d, ok
}

// reduced is d without zeros at its end.
func reduced(d decimal.Decimal) decimal.Decimal {
	plain := d.String()
	out, err := decimal.NewFromString(plain)
	if err != nil {
		return d
	}
	return out
}

func (d Dimension) checkValue(p *admin.Problems, at, t string) {
	if !checkText(p, at, t, d.MaxLength) {
		return
	}
	switch d.Type {
	case Numeric, Integer:
		n, ok := plainNumber(t)
		if !ok {
			p.Add(at, admin.CodeFormat, "is not a number in digits, such as -12.50")
		} else if d.Type == Integer && reduced(n).Exponent() < 0 {
			p.Add(at, admin.CodeFormat, "is not a whole number")
		}
	case Boolean:
		if t != "true" && t != "false" {
			p.Add(at, admin.CodeFormat, "is neither true nor false")
		}
	case DateTime:
		if !jsonlogic.DateTimeText.Holds(t) || t[:4] < firstYear || t[:4] > lastYear {
			p.Add(at, admin.CodeFormat,
				"is not a date such as 2024-05-28 or 2024-05-28T16:00:00Z of the years %s to %s", firstYear, lastYear)
		}
	}
	if len(d.Values) > 0 && !slices.Contains(d.Values, t) {
		p.Add(at, admin.CodeUnknown, "is not one of the values of the event schema")
	}
}

// plainNumber reads digits with at most one point.
func plainNumber(t string) (decimal.Decimal, bool) {
	digits, fraction, point := strings.Cut(strings.TrimPrefix(t, "-"), ".")
	if digits == "" || point && fraction == "" || strings.Trim(digits+fraction, "0123456789") != "" ||
		len(digits) > mostDigits || len(fraction) > mostDigits {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(t)
	return d, err == nil
}

// checkText adds what is wrong with a text and reports whether nothing is.
func checkText(p *admin.Problems, at, t string, most int) bool {
	if most == 0 {
		most = MaxText
	}
	switch {
	case !utf8.ValidString(t) || strings.ContainsRune(t, 0):
		p.Add(at, admin.CodeFormat, "is not valid UTF-8 without NUL")
	case utf8.RuneCountInString(t) > most:
		p.Add(at, admin.CodeTooLong, "has more than %d characters", most)
	default:
		return true
	}
	return false
}

// Shape is what a rule reads an attribute as.
func (a Attribute) Shape() jsonlogic.Shape {
	return jsonlogic.Shape{
		Types: []jsonlogic.Type{jsonlogic.NumberType}, Optional: !a.Required, Least: clone(a.Minimum), Most: clone(a.Maximum),
	}
}

// Shape is what a rule reads a dimension as.
func (d Dimension) Shape() jsonlogic.Shape {
	s := jsonlogic.Shape{
		Types: []jsonlogic.Type{jsonlogic.StringType}, Optional: !d.Required, Values: slices.Clone(d.Values),
	}
	switch d.Type {
	case Numeric, Integer:
		s.Format = jsonlogic.NumericText
	case Boolean:
		s.Values = []string{"false", "true"}
	case DateTime:
		s.Format, s.Years = jsonlogic.DateTimeText, yearsAround
	}
	return s
}
