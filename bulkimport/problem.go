package bulkimport

import (
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// problem is what is wrong with a cell.
type problem struct {
	code, message, hint string
	params              map[string]string
}

// wrong makes the problem of a cell that cannot be read. hint is what would be right; it may be empty.
func wrong(code, hint, format string, args ...any) (string, *problem) {
	return "", &problem{code: code, message: visible(fmt.Sprintf(format, args...)), hint: hint}
}

// with adds a parameter for translation.
func (p *problem) with(name string, value any) *problem {
	if p.params == nil {
		p.params = map[string]string{}
	}
	p.params[name] = text.Visible(admin.Clip(fmt.Sprint(value)))
	return p
}

// sentence is the message and the hint.
func (p *problem) sentence() string {
	if p.hint == "" {
		return p.message
	}
	return p.message + ": " + p.hint
}

// cellError returns the problem as that of a cell.
func (p *problem) cellError(line int64, column int, field, value string) CellError {
	return CellError{
		Line: line, Column: column, Field: field, Value: text.Visible(admin.Clip(value)), Code: p.code,
		Message: p.sentence(), Hint: p.hint, Params: p.params,
	}
}

// visible escapes what cannot be seen in a message.
func visible(message string) string { return text.Visible(message) }
