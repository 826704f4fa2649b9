package settings

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Type says how a setting's value is to be read.
type Type string

// The types.
const (
	TypeString  Type = "STRING"     // any text
	TypeNumeric Type = "NUMERIC"    // an exact decimal
	TypeJSON    Type = "JSON"       // any JSON document
	TypeLogic   Type = "JSON_LOGIC" // a rule to be evaluated
)

// Types lists the types. The caller may change the slice.
func Types() []Type { return []Type{TypeString, TypeNumeric, TypeJSON, TypeLogic} }

// Limits of a value. Togai publishes none; these keep one setting from becoming a document store
// and what reads it from running out of stack.
const (
	MaxString = 4096     // characters (Unicode code points) of a STRING
	MaxJSON   = 64 << 10 // bytes of a JSON or JSON_LOGIC value, as given
	MaxDepth  = 64       // arrays and objects within each other in JSON or JSON_LOGIC
)

// Value is the checked value of a setting. ParseValue and the functions named after the types make
// one; there is no other way, so a Value need never be checked again. Two are equal (==) where
// their types and canonical texts are. The zero Value is none and is refused where one is saved.
type Value struct {
	kind Type
	text string
}

// ParseValue reads the text of a value of the given type: String, Numeric from its text, JSON or
// Logic. What Value.Text gives back parses to the same Value. Errors wrap admin.ErrInvalid.
func ParseValue(t Type, raw string) (Value, error) {
	switch t {
	case TypeString:
		return String(raw)
	case TypeNumeric:
		d, err := admin.ParseDecimal(raw)
		if err != nil {
			return Value{}, err
		}
		return Numeric(d)
	case TypeJSON:
		return JSON(json.RawMessage(raw))
	case TypeLogic:
		return Logic(json.RawMessage(raw))
	}
	return Value{}, fmt.Errorf("%q is not a type of setting: use one of %s: %w", admin.Clip(string(t)), text.Join(Types()), admin.ErrInvalid)
}

// String makes a STRING of any text: valid UTF-8 without NUL (which not every database keeps), at
// most MaxString characters. It may be empty, and blanks and line breaks are kept.
func String(text string) (Value, error) {
	switch {
	case !utf8.ValidString(text):
		return Value{}, fmt.Errorf("text %q is not valid UTF-8: %w", admin.Clip(text), admin.ErrInvalid)
	case strings.ContainsRune(text, 0):
		return Value{}, fmt.Errorf("text %q has a NUL character: remove it: %w", admin.Clip(text), admin.ErrInvalid)
	}
	if n := utf8.RuneCountInString(text); n > MaxString {
		return Value{}, fmt.Errorf("text %q has %d characters: give at most %d: %w", admin.Clip(text), n, MaxString, admin.ErrInvalid)
	}
	return Value{TypeString, text}, nil
}

// Numeric makes a NUMERIC of a number within the limits of admin.CheckDecimal. Zeros that do not
// count are dropped: 12.50 and 12.5 are the same Value.
func Numeric(d decimal.Decimal) (Value, error) {
	if err := admin.CheckDecimal(d); err != nil {
		return Value{}, err
	}
	return Value{TypeNumeric, d.String()}, nil
}

// JSON makes a JSON value of one document: at most MaxJSON bytes of valid UTF-8, nested at most
// MaxDepth deep, no key twice in an object, no \u0000 and no half of a surrogate pair, which readers
// of JSON disagree about (RFC 7493). It is kept as given but for the blanks between tokens: the
// order of keys and every digit of a number stay.
func JSON(raw json.RawMessage) (Value, error) {
	text, err := compactJSON(string(raw))
	if err != nil {
		return Value{}, fmt.Errorf("%w: %w", err, admin.ErrInvalid)
	}
	return Value{TypeJSON, text}, nil
}

// Logic makes a JSON_LOGIC value of one rule, under the limits of JSON. Whether its operators exist
// depends on the Evaluator: Service.Create and Service.Update compile it before they save it.
func Logic(raw json.RawMessage) (Value, error) {
	v, err := JSON(raw)
	if err != nil {
		return Value{}, err
	}
	return Value{TypeLogic, v.text}, nil
}

// Type is how the value is to be read; empty for the zero Value.
func (v Value) Type() Type { return v.kind }

// Text is the value in its canonical form: the text itself, the number in plain digits, or JSON
// without blanks between tokens.
func (v Value) Text() string { return v.text }

// IsZero reports whether there is no value.
func (v Value) IsZero() bool { return v.kind == "" }

// Decimal is the number of a NUMERIC; of other types there is none.
func (v Value) Decimal() (decimal.Decimal, bool) {
	if v.kind != TypeNumeric {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(v.text)
	return d, err == nil
}

// JSON is the document of a JSON value or the rule of a JSON_LOGIC value; of other types there is
// none. The caller may change the bytes. Decode them with json.Decoder.UseNumber to keep the digits.
func (v Value) JSON() (json.RawMessage, bool) {
	if v.kind != TypeJSON && v.kind != TypeLogic {
		return nil, false
	}
	return json.RawMessage(v.text), true
}

// wireValue is a value in Togai's field names; its value is text whatever the type.
type wireValue struct {
	Type Type   `json:"dataType"`
	Text string `json:"value"`
}

// MarshalJSON writes {"dataType":"NUMERIC","value":"12.5"}, Togai's two fields: the value is a text
// whatever its type.
func (v Value) MarshalJSON() ([]byte, error) { return json.Marshal(wireValue{v.kind, v.text}) }

// UnmarshalJSON reads what MarshalJSON writes and checks it like ParseValue.
func (v *Value) UnmarshalJSON(raw []byte) error {
	var w wireValue
	if err := json.Unmarshal(raw, &w); err != nil {
		return fmt.Errorf("setting value: %w: %w", err, admin.ErrInvalid)
	}
	parsed, err := ParseValue(w.Type, w.Text)
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}
