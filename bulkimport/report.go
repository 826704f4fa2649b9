package bulkimport

import (
	"slices"

	"github.com/admincenter/admincenter/bulkimport/message"
)

// ReportOptions are how rows are reported. A method that takes several uses the first.
type ReportOptions struct {
	// OmitSensitive leaves out what is in the cells of columns that are mapped to sensitive fields ([Field].Sensitive),
	// also in the messages of errors, in keys and in changes. The columns stay, so that the file has its form. Of a row
	// that could not be split all cells are left out. What is in columns that are not mapped is not known to be
	// sensitive and stays: map them, or take them out of the file.
	OmitSensitive bool
	// Messages is the language of errors; the zero Catalog is English.
	Messages message.Catalog
}

// report writes rows of an import as options have it.
type report struct {
	i      Import
	hidden map[string]bool // fields
	column map[int]bool    // columns that are mapped to them
	key    bool            // the field that rows find records by is one of them
	id     bool            // the id of the records is one of them
	fields map[string]bool // of the schema
	texts  message.Catalog
}

// report returns what writes rows of an import.
func (t Type) report(i Import, options []ReportOptions) *report {
	r := &report{i: i, hidden: map[string]bool{}, column: map[int]bool{}}
	if len(options) == 0 {
		return r
	}
	r.texts = options[0].Messages
	if !options[0].OmitSensitive {
		return r
	}
	r.fields = map[string]bool{}
	for _, f := range t.Schema.Fields {
		r.fields[f.Name] = true
		if f.Sensitive || t.Schema.sensitiveBy(i.Mapping[f.Name].By) {
			r.hide(f.Name)
		}
	}
	for more := true; more; { // a column may be the source of several fields
		more = false
		for _, f := range t.Schema.Fields {
			shares := slices.ContainsFunc(i.Mapping[f.Name].Columns, func(k int) bool { return r.column[k] })
			if shares && !r.hidden[f.Name] {
				r.hide(f.Name)
				more = true
			}
		}
	}
	for _, f := range t.Schema.Fields {
		r.key = r.key || r.hidden[f.Name] && (f.Name == i.Settings.Match || f.Key && i.Settings.Match == "")
		r.id = r.id || r.hidden[f.Name] && f.Key
	}
	return r
}

func (r *report) hide(field string) {
	r.hidden[field] = true
	for _, k := range r.i.Mapping[field].Columns {
		r.column[k] = true
	}
}

// hides reports whether a changed field is left out. What is within a field, such as a name in metadata, is not one of
// the schema.
func (r *report) hides(field string) bool {
	return r.hidden[field] || r.omits() && !r.fields[field] && (r.hidden["metadata"] || r.hidden["billing_information"])
}

// sensitiveBy reports whether a source that names related records by a field has sensitive values: another record's
// e-mail address or name is not known to be less.
func (s Schema) sensitiveBy(by string) bool { return by != "" && by != "id" }

// omits reports whether anything is left out.
func (r *report) omits() bool { return len(r.hidden) > 0 }

// omitted is what stands for the message of an error about a sensitive value.
const omitted = "the value is left out here"

// row returns a failed row in its language, without what is left out.
func (r *report) row(row FailedRow) FailedRow {
	if r.texts.Templates != nil { // else it is in English already
		row = row.Localized(r.texts)
	}
	if !r.omits() {
		return row
	}
	row.Cells = r.cells(row.Cells)
	if r.key {
		row.Key = ""
	}
	row.Errors = slices.Clone(row.Errors)
	for k, e := range row.Errors {
		row.Errors[k] = r.cellError(e)
	}
	return row
}

// cells returns the cells of a row without those that are left out.
func (r *report) cells(cells []string) []string {
	if !r.omits() {
		return cells
	}
	n := len(cells)
	for n > r.i.Content.Width && trim(cells[n-1]) == "" {
		n--
	}
	whole := n == r.i.Content.Width // else it is not known which are which
	out := make([]string, len(cells))
	for k := range cells {
		if whole && k < r.i.Content.Width && !r.column[k] {
			out[k] = cells[k]
		}
	}
	return out
}

// cellError returns an error without what it quotes of a sensitive value. One about a row as a whole may quote any.
func (r *report) cellError(e CellError) CellError {
	if !r.omits() || e.Field != "" && !r.hidden[e.Field] && !r.column[e.Column] || e.Code == CodeWrongColumnCount {
		return e
	}
	e.Value, e.Message, e.Hint, e.Params = "", e.Code+": "+omitted, "", nil
	return e
}
