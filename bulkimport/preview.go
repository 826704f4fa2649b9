package bulkimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/internal/text"
)

// Preview is a table of the first rows of a file as an import would write them.
type Preview struct {
	Rows []PreviewRow `json:"rows,omitempty"`
	// Checked reports that the rows were also compared with what is stored. They are not as long as a required field has
	// no source, in a transaction of the caller's, and for a target outside of it that is no [Checker].
	Checked bool `json:"checked,omitempty"`
}

// PreviewRow is one row.
type PreviewRow struct {
	Number int64 `json:"number"` // of the row, from 1
	Line   int64 `json:"line"`   // of the file, where the row begins
	// Result is what the import would make of the row: Created, Updated or Unchanged, or Exists if it would be left as
	// it is. Empty if the row would fail, or that is unknown.
	Result Result `json:"result,omitempty"`
	// Cells are the fields that the mapping has, in the order of the schema.
	Cells  []PreviewCell `json:"cells,omitempty"`
	Errors []CellError   `json:"errors,omitempty"` // those of the row as a whole
}

// Failed reports whether anything is wrong with the row.
func (r PreviewRow) Failed() bool {
	return len(r.Errors) > 0 || slices.ContainsFunc(r.Cells, func(c PreviewCell) bool { return len(c.Errors) > 0 })
}

// PreviewCell is the value of one field of a row, and where it comes from.
type PreviewCell struct {
	Field string `json:"field"`
	// Value is what would be stored, in the one form that the field's [Kind] names, at most 200 characters; of a
	// relation it is what the related record is found by.
	Value   string      `json:"value,omitempty"`
	Kept    bool        `json:"kept,omitempty"`    // the cell is blank, and leaves what is stored as it is
	Columns []int       `json:"columns,omitempty"` // of Source; none for a constant
	Texts   []string    `json:"texts,omitempty"`   // of the columns, as in the file; at most 200 characters of each
	Errors  []CellError `json:"errors,omitempty"`
}

// Bounds of a Preview.
const (
	defaultPreview = 20
	maxPreview     = 100
	previewText    = 200
)

// Preview shows the first n rows of a file as an import with a mapping would write them, with the errors of each cell,
// for a screen on which a person maps: neither the mapping nor the settings are stored. n is 1 to 100; 0 means 20.
// Blank rows are left out. It reads the beginning of the file and no more, so that it takes as long for any file.
//
// A mapping that lacks required fields is shown as far as it is. With all of them the rows are also rehearsed as by
// [Service.Check]. Rows that repeat the key of one of these rows, or state another value of its customer, are found, and those that do
// so of another row are not.
//
// It requires the type's Write permission. It fails with what SetMapping finds but for fields without a source, with
// [admin.ErrState] unless the import is uploaded and not started, and with a [*FileError] if the file is not kept any
// longer.
func (s *Service) Preview(
	ctx context.Context, scope admin.Scope, id uuid.UUID, m Mapping, set Settings, n int,
) (Preview, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return Preview{}, err
	}
	if i.Status != Uploaded {
		return Preview{}, fmt.Errorf("import is %s: %w", i.Status, admin.ErrState)
	}
	var p admin.Problems
	if n < 0 || n > maxPreview {
		p.Add("/n", admin.CodeRange, "%d rows: give 1 to %d, or 0 for %d", n, maxPreview, defaultPreview).
			With("min", 0).With("max", maxPreview)
	}
	checkSources(&p, t.Schema, i, m, set)
	if err := p.Err(); err != nil {
		return Preview{}, err
	}
	if n == 0 {
		n = defaultPreview
	}
	if err := s.checkCustomersFrom(ctx, scope, i, set); err != nil {
		return Preview{}, err
	}
	complete := checkMapping(t.Schema, i, m, set) == nil
	i.Mapping, i.Settings = m, set
	look := &looking{plan: newPlan(t.Schema, i, s.limits), batch: s.newBatch(i)}
	if o, ok := ownersIn(t, look.plan); ok {
		look.owners = &ownersSeen{o, map[[2]string]firstText{}}
	}
	if err := look.read(s.reader(ctx, scope.Org(), i, i.beginning()), n); err != nil {
		return Preview{}, err
	}
	out := Preview{}
	if complete && s.ports.Atomically != nil {
		w, asked, err := s.rehearse(ctx, scope, i, t, look.batch, job.Job{})
		if err != nil {
			return Preview{}, err
		}
		if out.Checked = asked; asked {
			look.take(w)
		}
	}
	out.Rows = look.rows
	return out, nil
}

// looking reads the rows of a Preview.
type looking struct {
	plan  *plan
	rows  []PreviewRow
	batch Batch // the rows that nothing is wrong with
	at    []int // in rows, of those
	// owners are what the rows state of the customers of their accounts, or nil.
	owners *ownersSeen
}

func (l *looking) read(r *reader, n int) error {
	seen, number := newKeys(l.plan), int64(0)
	for len(l.rows) < n && r.offset <= batchBytes {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if rec.blank() {
			continue
		}
		number++
		row, errs := l.plan.row(rec, number)
		if rec.fault == nil && l.plan.count(rec) == nil {
			twice := l.twice(seen, rec)
			if l.owners != nil && len(twice) == 0 {
				twice = l.owners.add(rec, row, errs)
			}
			errs = append(twice, errs...)
		}
		l.rows = append(l.rows, l.plan.preview(rec, row))
		if len(errs) == 0 {
			l.batch.Rows, l.at = append(l.batch.Rows, row), append(l.at, len(l.rows)-1)
		}
		l.rows[len(l.rows)-1].add(errs...)
	}
	return nil
}

// twice returns the errors of a row that repeats a key.
func (l *looking) twice(seen *keys, rec record) (out []CellError) {
	for k, f := range l.plan.unique {
		if key, ok := l.plan.keyOf(f, rec); ok {
			if e := seen.add(k, key, rec.line); e != nil {
				out = append(out, *e)
			}
		}
	}
	return out
}

// take adds what the rehearsal of the batch found.
func (l *looking) take(w written) {
	p := portion{batch: l.batch}
	for k, o := range w.outcomes {
		row := &l.rows[l.at[k]]
		if p.takes(o) {
			row.Result = o.Result
		} else {
			row.add(l.batch.Rows[k].refused(o))
		}
	}
}

// preview returns a row with its cells.
func (p *plan) preview(rec record, row Row) PreviewRow {
	out := PreviewRow{Number: row.Number, Line: rec.line}
	for k, name := range p.names {
		c := PreviewCell{Field: name, Columns: slices.Clone(p.sources[k].Columns)}
		if k < len(row.values) {
			c.Value, c.Kept = text.Clip(row.values[k], previewText), row.kept != nil && row.kept[k]
		}
		for _, col := range c.Columns {
			cell := ""
			if rec.fault == nil && col < len(rec.cells) {
				cell = text.Clip(rec.cells[col], previewText)
			}
			c.Texts = append(c.Texts, cell)
		}
		out.Cells = append(out.Cells, c)
	}
	return out
}

// add puts errors to the cells that they are about.
func (r *PreviewRow) add(errs ...CellError) {
	for _, e := range errs {
		k := slices.IndexFunc(r.Cells, func(c PreviewCell) bool { return c.Field == e.Field })
		if k < 0 || e.Field == "" {
			r.Errors = append(r.Errors, e)
			continue
		}
		r.Cells[k].Errors = append(r.Cells[k].Errors, e)
	}
}
