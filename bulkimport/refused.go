package bulkimport

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport/message"
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
		Message: text.Fit(text.Visible(o.Detail), maxDetail), Params: o.fitting(),
	}
	if e.Code == "" {
		e.Code = CodeRefused
	}
	value, _ := r.Value(o.Field)
	switch o.Result {
	case Exists:
		e.Field = r.names[r.key]
		e.say(CodeAlreadyExists, "value", quoted(r.Key()))
	case NotFound:
		e.Field = r.names[r.key]
		e.say(CodeNotFound, "value", quoted(r.Key()))
	case RelationNotFound:
		if e.Code = CodeRelationNotFound; e.Message == "" {
			e.say(CodeRelationNotFound, "value", quoted(value))
		}
	case Ambiguous:
		if e.Code = CodeAmbiguous; e.Message == "" {
			e.say(CodeAmbiguous, "value", quoted(value))
		}
	}
	if e.Message == "" {
		own := e.Code
		e.say(CodeRefused)
		if e.Code = own; own != CodeRefused {
			e.Params = map[string]string{message.Variant: kindCell + "." + CodeRefused}
		}
	}
	e.Column = r.column(e.Field)
	if i := slices.Index(r.names, e.Field); i >= 0 && i < len(r.values) {
		e.Value = text.Visible(admin.Clip(r.values[i]))
	}
	return e
}

// say gives the error a message of the catalog.
func (e *CellError) say(code string, params ...any) {
	s := say(kindCell, code, params...)
	e.Code, e.Message, e.Hint, e.Params = s.code, s.message, s.hint, s.params
}

// say gives the outcome a message of the catalog.
func (o Outcome) say(code string, params ...any) Outcome {
	s := say(kindCell, code, params...)
	o.Code, o.Detail, o.Params = s.code, s.message, s.params
	return o
}

// maxParams is how many parameters of an Outcome are kept.
const maxParams = 20

// fitting returns the parameters of an outcome that can be kept: those whose values its Detail has too. So what is
// kept of a row has no text that its message has not, by which a search for a person would miss it.
func (o Outcome) fitting() map[string]string {
	var out map[string]string
	detail := text.Fit(text.Visible(o.Detail), maxDetail)
	for _, name := range slices.Sorted(maps.Keys(o.Params)) {
		value := text.Visible(o.Params[name])
		if len(out) == maxParams || len(name) > maxCode || (name != message.Variant && !strings.Contains(detail, value)) ||
			len(value) > maxDetail {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[text.Visible(name)] = value
	}
	return out
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
