package settings

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Event is what an Enricher takes of a usage event.
type Event struct {
	// Account and Customer are for whom dependencies are resolved, as in Path.
	Account  string `json:"accountId,omitempty"`
	Customer string `json:"customerId,omitempty"`
	// Attributes are exact decimals: digits with at most one point, or with a small exponent. In JSON
	// they are numbers or texts.
	Attributes map[string]json.Number `json:"attributes,omitempty"`
	Dimensions map[string]string      `json:"dimensions,omitempty"`
}

// Enriched is an event with what it was given.
type Enriched struct {
	// Attributes and Dimensions are the event's own and the fields'. Attributes are plain digits with
	// at most one point, every digit that was given or computed.
	Attributes map[string]json.Number `json:"attributes,omitempty"`
	Dimensions map[string]string      `json:"dimensions,omitempty"`
	// Dependencies are the settings that were found, in the order of the enrichment: what the result
	// can be explained by later. The slice is shared by events: do not change it.
	Dependencies []Used `json:"dependencies,omitempty"`
	// Version is that of the Enrichment, 0 for one that was never put.
	Version int64 `json:"enrichmentVersion,omitempty"`
	// LeftOut are the fields that failed under the policy LeaveOut, in Order.
	LeftOut []*FieldError `json:"-"`
}

// Used is a setting that an event was enriched with.
type Used struct {
	Name      string     `json:"name"` // of the Dependency
	Namespace string     `json:"namespace"`
	Setting   string     `json:"setting"`
	Level     EntityKind `json:"level"` // where it was found
	ID        uuid.UUID  `json:"id"`
	Version   int64      `json:"version"` // with ID, the Version in Service.History
	Value     Value      `json:"value"`
}

// FieldError says why a field has no value. It wraps the reason: ErrEvaluation; ErrNotLogic, or ErrRule
// for a rule that was saved under another Evaluator, where a dependency should be a rule;
// admin.ErrNotFound for a dependency that no level has; or admin.ErrInvalid for a result that is not of
// the field's kind. The message does not repeat the event's data.
type FieldError struct {
	EventSchema string
	Field       string
	Kind        FieldKind
	Err         error
}

// Error names the field.
func (e *FieldError) Error() string {
	return fmt.Sprintf("event schema %q: %s %s: %v", admin.Clip(e.EventSchema), strings.ToLower(string(e.Kind)), e.Field, e.Err)
}

// Unwrap is the reason.
func (e *FieldError) Unwrap() error { return e.Err }

// MaxAttributeDigits is how many digits an attribute has at most, on either side of the point;
// Togai has the same limit before it.
const MaxAttributeDigits = 512

// What is wrong with an attribute. They do not say what it is: that is the event's data.
var (
	errNotDecimal = fmt.Errorf("is not a decimal number, such as -12.50: %w", admin.ErrInvalid)
	errDigits     = fmt.Errorf("has too many digits: at most %d on either side of the point: %w", MaxAttributeDigits, admin.ErrInvalid)
)

// attribute is a number in plain digits without zeros before them. It is computed in texts: a number
// of 512 digits is rare and one of 5 is not, so the usual one should cost no arithmetic.
func attribute(text string) (json.Number, error) {
	digits, fraction, exponent, ok := numberParts(text)
	if !ok {
		return "", errNotDecimal
	}
	if len(digits) > MaxAttributeDigits || len(fraction) > MaxAttributeDigits {
		return "", errDigits
	}
	if exponent {
		return withoutExponent(text)
	}
	if len(digits) > 1 && digits[0] == '0' {
		return json.Number(trimmed(text)), nil
	}
	return json.Number(text), nil
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

// asAttribute takes a rule's result for an attribute: a number, or a text that is one. It is a
// json.Number, v itself where that is one in plain digits.
func asAttribute(v any) (any, error) {
	switch n := v.(type) {
	case json.Number:
		plain, err := attribute(n.String())
		if err == nil && plain == n {
			return v, nil
		}
		return plain, cameTo("a number that", err)
	case string:
		plain, err := attribute(n)
		return plain, cameTo("a text that", err)
	}
	return nil, fmt.Errorf("it came to %s and an attribute is a number: %w", kindOf(v), admin.ErrInvalid)
}

// cameTo says what is wrong with a rule's result.
func cameTo(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("it came to %s %w", what, err)
}

// asDimension takes a rule's result for a dimension: a text, or a number or truth value in words. It
// is a string, v itself where that is one.
func asDimension(v any) (any, error) {
	switch x := v.(type) {
	case string:
		return v, nil
	case json.Number:
		return x.String(), nil
	case bool:
		return strconv.FormatBool(x), nil
	}
	return nil, fmt.Errorf("it came to %s and a dimension is a text: %w", kindOf(v), admin.ErrInvalid)
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "nothing (null)"
	case bool:
		return "a truth value"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("a %T", v)
}

// attributeProblems says of all attributes which are not numbers.
func attributeProblems(attributes map[string]json.Number) error {
	var p admin.Problems
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if _, err := attribute(attributes[name].String()); err != nil {
			p.AddError("/attributes/"+text.Pointer(name), admin.CodeFormat, err)
		}
	}
	return p.Err()
}
