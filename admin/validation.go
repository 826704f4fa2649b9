package admin

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Codes of FieldError, for programs; Message is for people.
const (
	CodeRequired  = "required"   // nothing was given
	CodeTooShort  = "too_short"  // fewer characters or items than allowed
	CodeTooLong   = "too_long"   // more characters or items than allowed
	CodeFormat    = "format"     // not written the way it must be
	CodeUnknown   = "unknown"    // not one of the values that exist
	CodeRange     = "range"      // a number or instant outside its limits
	CodeDuplicate = "duplicate"  // given more than once
	CodeNotUnique = "not_unique" // already taken by another record
)

// FieldError is one broken rule.
type FieldError struct {
	Path    string // JSON Pointer (RFC 6901) to the value in the input, such as "/name"
	Code    string // one of the Code constants, or a domain's own
	Message string // what was wrong with which value and what would be right
}

// ValidationError lists every broken rule of one input. It wraps ErrInvalid.
type ValidationError struct {
	Fields []FieldError
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

// Unwrap makes errors.Is(err, ErrInvalid) true.
func (e *ValidationError) Unwrap() error { return ErrInvalid }

// Problems collects broken rules, so that a caller learns all of them at once. The zero value is
// ready; Err ends it.
type Problems struct {
	fields []FieldError
}

// Add records that the value at path breaks a rule.
func (p *Problems) Add(path, code, format string, args ...any) {
	p.fields = append(p.fields, FieldError{Path: path, Code: code, Message: fmt.Sprintf(format, args...)})
}

// AddError records that the value at path was refused with err, by ParseEmail or CheckDecimal say. Its
// text is the message, less the ErrInvalid at its end, which the whole already says.
func (p *Problems) AddError(path, code string, err error) {
	p.Add(path, code, "%s", strings.TrimSuffix(err.Error(), ": "+ErrInvalid.Error()))
}

// Err is nil where nothing was added, else a *ValidationError with everything that was.
func (p *Problems) Err() error {
	if len(p.fields) == 0 {
		return nil
	}
	return &ValidationError{Fields: p.fields}
}

// Text checks a value that people read: valid UTF-8, no control characters, no blank at either
// end, and between least and most characters (Unicode code points). It reports the first rule
// that value breaks.
func (p *Problems) Text(path, value string, least, most int) {
	n := utf8.RuneCountInString(value)
	switch {
	case value == "" && least > 0:
		p.Add(path, CodeRequired, "is required: give %d to %d characters", least, most)
	case !utf8.ValidString(value):
		p.Add(path, CodeFormat, "is not valid UTF-8")
	case strings.ContainsFunc(value, unicode.IsControl):
		p.Add(path, CodeFormat, "%q has a control character: use plain text on one line", Clip(value))
	case strings.TrimSpace(value) != value:
		p.Add(path, CodeFormat, "%q starts or ends with a blank: remove it", Clip(value))
	case n < least:
		p.Add(path, CodeTooShort, "%q has %d characters: give at least %d", value, n, least)
	case n > most:
		p.Add(path, CodeTooLong, "%q has %d characters: give at most %d", Clip(value), n, most)
	}
}

// MaxID is the longest identifier a caller may choose for a customer, an account, a price plan or
// a setting, in characters. Togai's API has the same limit.
const MaxID = 50

// ID checks an identifier that the caller chose: Text of 1 to MaxID characters. Identifiers are
// compared byte by byte on every storage: "acme" and "ACME" are two.
func (p *Problems) ID(path, value string) { p.Text(path, value, 1, MaxID) }

// Clip shortens a value for an error message, so that a huge input does not make a huge error.
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
