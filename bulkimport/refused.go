package bulkimport

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/internal/text"
)

// The most bytes that are kept of an Outcome's texts. One that a storage refuses would fail the batch every time.
const (
	maxCode   = 100
	maxDetail = 4000
)

// refused returns the reason why a target refused a row.
func (r Row) refused(o Outcome) CellError {
	e := CellError{
		Line:  r.Line,
		Field: text.Fit(text.Visible(o.Field), maxCode), Code: text.Fit(text.Visible(o.Code), maxCode),
		Message: text.Fit(text.Visible(o.Detail), maxDetail),
	}
	if e.Code == "" {
		e.Code = CodeRefused
	}
	switch o.Result {
	case Exists:
		e.Field, e.Code = r.names[r.key], CodeAlreadyExists
		e.Message = fmt.Sprintf("%q exists already: import with mode %s to leave it, or %s to update it",
			admin.Clip(r.Key()), Skip, Upsert)
	case NotFound:
		e.Field, e.Code = r.names[r.key], CodeNotFound
		e.Message = fmt.Sprintf("there is no %q to update: import with mode %s to create it", admin.Clip(r.Key()), Upsert)
	case RelationNotFound:
		e.Code = CodeRelationNotFound
		if e.Message == "" {
			value, _ := r.Value(o.Field)
			e.Message = fmt.Sprintf("there is no %q", admin.Clip(value))
		}
	case Ambiguous:
		e.Code = CodeAmbiguous
		if e.Message == "" {
			value, _ := r.Value(o.Field)
			e.Message = fmt.Sprintf("several records have %q: name the one that is meant by its id", admin.Clip(value))
		}
	}
	if e.Message == "" {
		e.Message = "the row was refused"
	}
	e.Column = r.column(e.Field)
	if i := slices.Index(r.names, e.Field); i >= 0 && i < len(r.values) {
		e.Value = text.Visible(admin.Clip(r.values[i]))
	}
	return e
}

// column is the first column that a field comes from, or NoColumn.
func (r Row) column(field string) int {
	if i := slices.Index(r.names, field); i >= 0 && i < len(r.columns) {
		return r.columns[i]
	}
	return NoColumn
}

// keptBytes is the most bytes of a row whose cells are kept if it fails. Those of a longer one are read in the file.
const keptBytes = 64 << 10

// rowData is what the entry of a failed row holds.
type rowData struct {
	Line   int64       `json:"line"`
	Cells  []string    `json:"cells,omitempty"`
	Long   bool        `json:"long,omitempty"`   // the cells are not here
	Offset int64       `json:"offset,omitempty"` // of a long row in the file
	Errors []CellError `json:"errors,omitempty"`
}

func failedEntry(row Row, rec record, errs []CellError) job.Entry {
	messages := make([]string, len(errs))
	for i, e := range errs {
		messages[i] = e.Message
		if e.Field != "" {
			messages[i] = e.Field + ": " + e.Message
		}
	}
	kept := rowData{Line: rec.line, Cells: rec.cells, Errors: errs}
	if rec.long {
		kept.Cells, kept.Long, kept.Offset = nil, true, rec.at
	}
	return job.Entry{
		Seq: row.Number, Ref: text.Visible(admin.Clip(row.Key())), Status: job.EntryFailed,
		Reason: job.Reason(errs[0].Code), Detail: strings.Join(messages, "; "), Data: kept.stored(),
	}
}

// stored returns the data as an entry keeps it.
func (d rowData) stored() string {
	text, _ := json.Marshal(d) // strings and numbers always marshal
	return string(text)
}
