package bulkimport

import (
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// problem is what is wrong with a cell. Its message is made when it is needed: most problems are those of values that
// are only tried.
type problem struct {
	code, variant string
	params        []any // names and values
}

// wrong makes the problem of a cell that cannot be read. code may have a variant, such as ambiguous_date.century;
// params are the names and values of what its message in the catalog has.
func wrong(code string, params ...any) (string, *problem) {
	p := &problem{params: params}
	p.code, p.variant = variantOf(code)
	return "", p
}

// with adds a parameter for translation.
func (p *problem) with(name string, value any) *problem {
	p.params = append(p.params, name, value)
	return p
}

// is reports whether the problem has one of some codes.
func (p *problem) is(codes ...string) bool {
	return slices.Contains(codes, p.code)
}

// said is the problem in English.
func (p *problem) said() said {
	code := p.code
	if p.variant != "" {
		code += "." + p.variant
	}
	return say(kindCell, code, p.params...)
}

// cellError returns the problem as that of a cell.
func (p *problem) cellError(line int64, column int, field, value string) CellError {
	s := p.said()
	return CellError{
		Line: line, Column: column, Field: field, Value: text.Visible(admin.Clip(value)), Code: s.code,
		Message: s.message, Hint: s.hint, Params: s.params,
	}
}

// fault returns the problem of a row that cannot be read.
func fault(code string, params ...any) *CellError {
	_, p := wrong(code, params...)
	e := p.cellError(0, NoColumn, "", "")
	return &e
}

// sentence is the message and the hint, in English.
func (p *problem) sentence() string { return p.said().message }
