package bulkimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Columns that WriteOutcomes adds besides those of FailedRows.
const (
	rowColumn     = "_row"
	keyColumn     = "_key"
	resultColumn  = "_result"
	changesColumn = "_changes"
)

// WriteOutcomes writes what became of the rows of a started import that it has reached, and that match, as a CSV file
// in the form of [Service.FailedRows]: the columns of the original, then _line, _result, _errors and _changes, which a
// later Upload leaves out. If the file is not kept any longer, the columns are _row, _key, _result, _errors and
// _changes. It holds some hundreds of rows in memory at a time. Permission and errors are those of [Service.Outcomes].
func (s *Service) WriteOutcomes(
	ctx context.Context, scope admin.Scope, id uuid.UUID, f OutcomeFilter, w io.Writer, o ...ReportOptions,
) error {
	rows, err := s.outcomesOf(ctx, scope, id, f, o)
	if err != nil {
		return err
	}
	out := newQuotingWriter(w, rows.i.reportDelimiter())
	out.mark()
	write := rows.writer(ctx, out)
	for from := int64(1); from <= rows.i.Rows; from += outcomeRows {
		some, err := rows.window(ctx, from, outcomeRows)
		if err != nil {
			return err
		}
		for _, r := range some {
			if f.Result == "" || f.Result == r.Result {
				if err := write(r); err != nil {
					return err
				}
			}
		}
		if err := out.flush(); err != nil {
			return err
		}
	}
	return out.flush()
}

// outcomeRows is how many rows WriteOutcomes reads at a time.
const outcomeRows = 250

// writer writes the header, and returns what writes a row; rows ascend.
func (o *outcomes) writer(ctx context.Context, out *quotingWriter) func(RowOutcome) error {
	if !o.i.FileRemovedAt.IsZero() {
		out.write([]string{rowColumn, keyColumn, resultColumn, errorsColumn, changesColumn})
		return func(r RowOutcome) error {
			out.write([]string{strconv.FormatInt(r.Number, 10), escape(r.Key), string(r.Result),
				escape(messages(r.Errors)), escape(r.changed())})
			return nil
		}
	}
	header := o.i.failedHeader()
	out.write(append(header[:len(header)-2], lineColumn, resultColumn, errorsColumn, changesColumn))
	in, number := o.reader(ctx, o.org, o.i, o.i.beginning()), int64(0)
	return func(r RowOutcome) error {
		var rec record
		for number < r.Number {
			var err error
			if rec, err = in.next(); errors.Is(err, io.EOF) {
				return fmt.Errorf("the file ends before row %d: %w", r.Number, fileError(CodeFileChanged))
			} else if err != nil {
				return err
			}
			if !rec.blank() {
				number++
			}
		}
		cells, beyond := o.i.outgoingCells(o.report.cells(rec.cells), r.Errors)
		cells = append(cells, strconv.FormatInt(rec.line, 10), string(r.Result), escape(messages(r.Errors)),
			escape(r.changed()))
		out.write(append(cells, beyond...))
		return nil
	}
}

// changed tells what a row changed.
func (r RowOutcome) changed() string {
	parts := make([]string, len(r.Changes))
	for k, c := range r.Changes {
		parts[k] = fmt.Sprintf("%s: %q → %q", c.Field, c.From, c.To)
		if c.From == "" && c.To == "" { // left out
			parts[k] = c.Field
		}
	}
	return strings.Join(parts, "; ")
}
