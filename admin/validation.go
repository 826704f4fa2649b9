package admin

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/admincenter/admincenter/internal/text"
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
	// the input's JSON form. What cannot be seen in a key is escaped, as in "/metadata/a\u202eb": a path is
	// for people and logs as well.
	Path string `json:"path"`
	Code string `json:"code"` // one of the Code constants, or a package's own
	// Message is what was wrong with which value, and what would be right. It is escaped as Path is.
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
	return text.Visible(b.String()) // the fields can be a host's own
}

// Unwrap returns [ErrInvalid].
func (e *ValidationError) Unwrap() error { return ErrInvalid }

// Problems collects broken rules, so that a caller learns all of them together. The zero value is
// ready; [Problems.Err] returns the result.
type Problems struct {
	fields []FieldError
}

// Add records that the value at path breaks a rule. Parameters for translation can be added to the
// result until the next call. Characters that cannot be seen, or that change how text is shown, are escaped in the
// path and in the message: keys and values that a caller chose cannot forge a line of a log.
func (p *Problems) Add(path, code, format string, args ...any) *FieldError {
	p.fields = append(p.fields, FieldError{
		Path: text.Visible(path), Code: code, Message: text.Visible(fmt.Sprintf(format, args...)),
	})
	return &p.fields[len(p.fields)-1]
}

// AddError records that the value at path was refused with err, by [ParseDecimal] for example. The
// message is err's text without the kind of failure at its end. The fields of a [*ValidationError] are
// added as they are, each under path.
func (p *Problems) AddError(path, code string, err error) *FieldError {
	var invalid *ValidationError
	if errors.As(err, &invalid) && len(invalid.Fields) > 0 {
		for _, f := range invalid.Fields {
			f.Path, f.Message = text.Visible(path+f.Path), text.Visible(f.Message)
			p.fields = append(p.fields, f)
		}
		return &p.fields[len(p.fields)-1]
	}
	message := strings.TrimRight(publicText(err), " :")
	if message == "" {
		message = err.Error()
	}
	return p.Add(path, code, "%s", message)
}

// Err returns a [*ValidationError] with everything that was added, or nil if nothing was.
func (p *Problems) Err() error {
	if len(p.fields) == 0 {
		return nil
	}
	return &ValidationError{Fields: p.fields}
}

// Text checks a value that people read: valid UTF-8, no character that cannot be seen or that changes how the text
// around it is shown, no white space at either end, and between least and most characters (Unicode code points). It
// adds the first rule that value breaks. Refused are control and format characters such as U+00AD, U+200B or U+202E,
// line and paragraph separators, tags, blanks that count as letters (U+3164), private use and noncharacters, as RFC
// 8264 (PRECIS) has it. Joiners are taken between letters of scripts that use them and in emoji, variation selectors
// after what they vary.
func (p *Problems) Text(path, value string, least, most int) {
	n := utf8.RuneCountInString(value)
	r, hidden := text.Hidden(value)
	switch {
	case value == "" && least > 0:
		p.Add(path, CodeRequired, "is required: give %d to %d characters", least, most).
			With("min", least).With("max", most)
	case !utf8.ValidString(value):
		p.Add(path, CodeFormat, "is not valid UTF-8")
	case hidden:
		p.Add(path, CodeFormat, "%q has a control character or one that cannot be seen, %U: use plain text on one line",
			Clip(value), r)
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
// huge error. Write it with %q, which escapes what cannot be seen; the few characters that %q takes for letters and
// symbols, such as U+3164, become U+FFFD.
func Clip(value string) string { return text.Printable(text.Clip(value, 60)) }
