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

// Type is how the value of a setting is read.
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

// Limits of a value. Togai publishes none; these keep one setting from becoming a document store and its readers
// from running out of stack.
const (
	MaxString = 4096     // characters (Unicode code points) of a STRING
	MaxJSON   = 64 << 10 // bytes of a JSON or JSON_LOGIC value, as given
	MaxDepth  = 64       // arrays and objects within each other in JSON or JSON_LOGIC
)

// Value is the checked value of a setting. Only [ParseValue] and the functions named after the types make one, so
// a Value need not be checked again. Two are equal (==) if their types and canonical texts are. The zero Value is
// none and cannot be saved.
type Value struct {
	kind Type
	text string
}

// ParseValue reads the text of a value of the given type: [String], [Numeric] from its text, [JSON] or [Logic].
// The result of [Value.Text] parses to the same Value. Errors wrap [admin.ErrInvalid].
func ParseValue(t Type, raw string) (Value, error) {
	switch t {
	case TypeString:
		return String(raw)
	case TypeNumeric:
		d, err := parseNumber(raw)
		if err != nil {
			return Value{}, err
		}
		return Numeric(d)
	case TypeJSON:
		return JSON(json.RawMessage(raw))
	case TypeLogic:
		return Logic(json.RawMessage(raw))
	}
	return Value{}, fmt.Errorf("%q is not a type of setting: use one of %s: %w",
		admin.Clip(string(t)), text.Join(Types()), admin.ErrInvalid)
}

// String makes a STRING of any text: valid UTF-8 without NUL (which not every database keeps), at most [MaxString]
// characters. It may be empty, and white space is kept.
func String(text string) (Value, error) {
	switch {
	case !utf8.ValidString(text):
		return Value{}, fmt.Errorf("the text is not valid UTF-8: %w", admin.ErrInvalid)
	case strings.ContainsRune(text, 0):
		return Value{}, fmt.Errorf("the text has a NUL character: remove it: %w", admin.ErrInvalid)
	}
	if n := utf8.RuneCountInString(text); n > MaxString {
		return Value{}, fmt.Errorf("the text has %d characters: give at most %d: %w", n, MaxString, admin.ErrInvalid)
	}
	return Value{TypeString, text}, nil
}

// parseNumber is [admin.ParseDecimal] with errors that do not have the text, which may be a secret in the wrong place.
func parseNumber(raw string) (decimal.Decimal, error) {
	d, err := admin.ParseDecimal(raw)
	if err != nil && strings.Trim(raw, "+-.0123456789") != "" {
		return d, fmt.Errorf("a text of %s is not a decimal number: write digits with at most one point, such as -12.50: %w",
			text.Size(raw), admin.ErrInvalid)
	}
	return d, err
}

// Numeric makes a NUMERIC of a number within the limits of [admin.CheckDecimal]. Zeros without meaning are dropped:
// 12.50 and 12.5 are the same Value.
func Numeric(d decimal.Decimal) (Value, error) {
	plain, err := admin.DecimalText(d)
	if err != nil {
		return Value{}, err
	}
	return Value{TypeNumeric, plain}, nil
}

// JSON makes a JSON value of one document: at most [MaxJSON] bytes of valid UTF-8, nested at most [MaxDepth] deep, no
// key twice in an object, no \u0000 and no half of a surrogate pair, which JSON readers disagree about (RFC 7493).
// The order of keys and every digit of a number stay; only the white space between tokens is dropped.
func JSON(raw json.RawMessage) (Value, error) {
	text, err := compactJSON(string(raw))
	if err != nil {
		return Value{}, fmt.Errorf("%w: %w", err, admin.ErrInvalid)
	}
	return Value{TypeJSON, text}, nil
}

// Logic makes a JSON_LOGIC value of one rule, under the limits of [JSON]. Whether its operators exist depends on the
// [Evaluator]: [Service.Create] and [Service.Update] compile it before they save it.
func Logic(raw json.RawMessage) (Value, error) {
	v, err := JSON(raw)
	if err != nil {
		return Value{}, err
	}
	return Value{TypeLogic, v.text}, nil
}

// Type is how the value is read; empty for the zero Value.
func (v Value) Type() Type { return v.kind }

// Text is the value in its canonical form: the text itself, the number in plain digits, or JSON without white space
// between tokens.
func (v Value) Text() string { return v.text }

// IsZero reports whether there is no value.
func (v Value) IsZero() bool { return v.kind == "" }

// Decimal returns the number of a NUMERIC; other types have none.
func (v Value) Decimal() (decimal.Decimal, bool) {
	if v.kind != TypeNumeric {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(v.text)
	return d, err == nil
}

// JSON returns the document of a JSON value or the rule of a JSON_LOGIC value; other types have none. The caller may
// change the bytes. Decode them with json.Decoder.UseNumber to keep the digits.
func (v Value) JSON() (json.RawMessage, bool) {
	if v.kind != TypeJSON && v.kind != TypeLogic {
		return nil, false
	}
	return json.RawMessage(v.text), true
}

// Data returns the value as rules read it: the text of a STRING, the number of a NUMERIC as a json.Number, the
// decoded document of a JSON value, and the text of a JSON_LOGIC rule, which is data and is not run.
func (v Value) Data() (any, error) {
	switch v.kind {
	case TypeNumeric:
		return json.Number(v.text), nil
	case TypeJSON:
		return decodeJSON(v.text)
	}
	return v.text, nil
}
