package admin

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Codes of a [FieldError], for programs; its Message is for people.
const (
	CodeRequired  = "required"  // nothing was given
	CodeTooShort  = "too_short" // fewer characters or items than allowed
	CodeTooLong   = "too_long"  // more characters or items than allowed
	CodeFormat    = "format"    // not written the way it must be
	CodeUnknown   = "unknown"   // not one of the values that exist
	CodeRange     = "range"     // a number or instant outside its limits
	CodeDuplicate = "duplicate" // given more than once
)

// FieldError is one broken rule.
type FieldError struct {
	// Path is the JSON Pointer (RFC 6901) to the value in the input, such as "/name", in the names of
	// the input's JSON form.
	Path string `json:"path"`
	Code string `json:"code"` // one of the Code constants, or a package's own
	// Message says what was wrong with which value, and what would be right.
	Message string `json:"message"`
	// Params are the values that a translation of the message needs, by name: "max" of a CodeTooLong.
	Params map[string]string `json:"params,omitempty"`
}

// With adds a parameter for translation and returns f.
func (f *FieldError) With(name string, value any) *FieldError {
	if f.Params == nil {
		f.Params = map[string]string{}
	}
	f.Params[name] = fmt.Sprint(value)
	return f
}

// ValidationError lists every broken rule of one input. It wraps [ErrInvalid].
type ValidationError struct {
	Fields []FieldError `json:"fields,omitempty"`
}

// Error joins the messages, each under its path.
func (e *ValidationError) Error() string {
	var b strings.Builder
	b.WriteString("invalid input")
	for i, f := range e.Fields {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(f.Path)
		b.WriteString(": ")
		b.WriteString(f.Message)
	}
	return b.String()
}

// Unwrap returns [ErrInvalid].
func (e *ValidationError) Unwrap() error { return ErrInvalid }

// Problems collects broken rules, so that a caller learns all of them together. The zero value is
// ready; [Problems.Err] returns the result.
type Problems struct {
	fields []FieldError
}

// Add records that the value at path breaks a rule. Parameters for translation can be added to the
// result until the next call.
func (p *Problems) Add(path, code, format string, args ...any) *FieldError {
	p.fields = append(p.fields, FieldError{Path: path, Code: code, Message: fmt.Sprintf(format, args...)})
	return &p.fields[len(p.fields)-1]
}

// AddError records that the value at path was refused with err, by [ParseDecimal] for example. The
// message is err's text without the kind of failure at its end. The fields of a [*ValidationError] are
// added as they are, each under path.
func (p *Problems) AddError(path, code string, err error) *FieldError {
	var invalid *ValidationError
	if errors.As(err, &invalid) && len(invalid.Fields) > 0 {
		for _, f := range invalid.Fields {
			f.Path = path + f.Path
			p.fields = append(p.fields, f)
		}
		return &p.fields[len(p.fields)-1]
	}
	text := strings.TrimRight(publicText(err), " :")
	if text == "" {
		text = err.Error()
	}
	return p.Add(path, code, "%s", text)
}

// Err returns a [*ValidationError] with everything that was added, or nil if nothing was.
func (p *Problems) Err() error {
	if len(p.fields) == 0 {
		return nil
	}
	return &ValidationError{Fields: p.fields}
}

// Text checks a value that people read: valid UTF-8, no control characters, no white space at either
// end, and between least and most characters (Unicode code points). It adds the first rule that value
// breaks.
func (p *Problems) Text(path, value string, least, most int) {
	n := utf8.RuneCountInString(value)
	switch {
	case value == "" && least > 0:
		p.Add(path, CodeRequired, "is required: give %d to %d characters", least, most).
			With("min", least).With("max", most)
	case !utf8.ValidString(value):
		p.Add(path, CodeFormat, "is not valid UTF-8")
	case strings.ContainsFunc(value, unicode.IsControl):
		p.Add(path, CodeFormat, "%q has a control character: use plain text on one line", Clip(value))
	case strings.TrimSpace(value) != value:
		p.Add(path, CodeFormat, "%q starts or ends with white space: remove it", Clip(value))
	case n < least:
		p.Add(path, CodeTooShort, "%q has %d characters: give at least %d", value, n, least).
			With("min", least)
	case n > most:
		p.Add(path, CodeTooLong, "%q has %d characters: give at most %d", Clip(value), n, most).
			With("max", most)
	}
}

// MaxID is the largest number of characters in an identifier that a caller chooses, such as that of a
// customer, an account or a price plan. Togai's API has the same limit.
const MaxID = 50

// ID checks an identifier that the caller chose: [Problems.Text] of 1 to [MaxID] characters.
// Identifiers compare byte by byte on every storage: "acme" and "ACME" are two.
func (p *Problems) ID(path, value string) { p.Text(path, value, 1, MaxID) }

// Clip shortens a value to 60 characters for an error message, so that a huge input does not make a
// huge error.
func Clip(value string) string {
	const most = 60
	n := 0
	for i := range value {
		if n == most {
			return value[:i] + "…"
		}
		n++
	}
	return value
}
