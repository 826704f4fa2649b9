package bulkimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport/message"
)

// Columns that FailedRows adds.
const (
	lineColumn   = "_line"
	errorsColumn = "_errors"
)

// FailedRow is one row that was not imported, and why.
type FailedRow struct {
	Number int64  `json:"number"`        // of the row, from 1
	Line   int64  `json:"line"`          // of the file, where the row begins
	Key    string `json:"key,omitempty"` // its key, if it could be read
	// Cells are as in the file; a row that could not be split has its text as the only cell, and one that is over a
	// limit or has what is no text has none.
	Cells  []string    `json:"cells,omitempty"`
	Errors []CellError `json:"errors,omitempty"`
	// Long reports that the row has more than 64 KiB, and that its cells are not here. FailedRows reads them in the file.
	Long bool `json:"long,omitempty"`
	at   cursor
}

// Errors pages through the failed rows of a started import, in the order of the file, each with
// everything that is wrong with it. It requires the type's Read permission, and fails with [job.ErrPruned] when they
// are not kept any longer.
func (s *Service) Errors(
	ctx context.Context, scope admin.Scope, id uuid.UUID, q admin.Query,
) (admin.Page[FailedRow], error) {
	if _, _, err := s.open(ctx, scope, id, read); err != nil {
		return admin.Page[FailedRow]{}, err
	}
	if err := s.complete(ctx, scope.Org(), id); err != nil {
		return admin.Page[FailedRow]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("import errors %s", id), q,
		func(seek admin.Seek[int64]) ([]FailedRow, error) { return s.failed(ctx, scope.Org(), id, seek) },
		func(r FailedRow) int64 { return r.Number })
}

// complete fails with [job.ErrPruned] if the failed rows of an import are not kept any longer.
func (s *Service) complete(ctx context.Context, org admin.OrgID, id uuid.UUID) error {
	j, err := s.ports.Jobs.Get(ctx, org, id)
	if errors.Is(err, admin.ErrNotFound) {
		return nil // it was not started
	} else if err != nil {
		return err
	}
	return j.Complete()
}

func (s *Service) failed(
	ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64],
) ([]FailedRow, error) {
	entries, err := s.ports.Jobs.Entries(ctx, org, id, job.EntryFilter{Status: job.EntryFailed}, seek)
	if err != nil {
		return nil, err
	}
	out := make([]FailedRow, len(entries))
	for i, e := range entries {
		if out[i], err = failedRow(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func failedRow(e job.Entry) (FailedRow, error) {
	var data rowData
	if err := json.Unmarshal([]byte(e.Data), &data); err != nil {
		return FailedRow{}, fmt.Errorf("failed row %d: %w", e.Seq, err)
	}
	return FailedRow{
		Number: e.Seq, Line: data.Line, Key: e.Ref, Cells: data.Cells, Errors: data.Errors, Long: data.Long,
		at: cursor{offset: data.Offset, line: data.Line},
	}, nil
}

// FailedRows writes the failed rows as a CSV file to fix and upload again: the columns of the
// original in their order and with its delimiter (a comma for one that Upload does not look for), then _line and
// _errors, which a later Upload leaves out: it knows the file by either name, in any capitals. The file begins with a
// byte order mark, by which Excel knows UTF-8. Every cell is in quotes, and what a spreadsheet would take for a formula
// gets an apostrophe, also behind a character within the cell that some spreadsheets split at; a later Upload takes
// exactly these off. It holds a few rows in memory at a time. It requires the type's Read permission, and fails with
// [job.ErrPruned] when they are not kept any longer.
func (s *Service) FailedRows(ctx context.Context, scope admin.Scope, id uuid.UUID, w io.Writer) error {
	return s.FailedRowsWith(ctx, scope, id, w, FailedRowsOptions{})
}

// FailedRowsOptions are how [Service.FailedRowsWith] writes failed rows.
type FailedRowsOptions struct {
	// Messages is the language of the column _errors; the zero Catalog is English.
	Messages message.Catalog
}

// FailedRowsWith is [Service.FailedRows] with options.
func (s *Service) FailedRowsWith(
	ctx context.Context, scope admin.Scope, id uuid.UUID, w io.Writer, o FailedRowsOptions,
) error {
	i, _, err := s.open(ctx, scope, id, read)
	if err != nil {
		return err
	}
	if i.Status == Uploading {
		return fmt.Errorf("the upload is not complete: %w", admin.ErrState)
	}
	if err := s.complete(ctx, scope.Org(), id); err != nil {
		return err
	}
	delimiter := i.Content.Delimiter[0]
	if strings.IndexByte(candidates, delimiter) < 0 {
		delimiter = ',' // a later Upload would not find the other
	}
	out := newQuotingWriter(w, delimiter)
	out.mark()
	out.write(i.failedHeader())
	filter := job.EntryFilter{Status: job.EntryFailed, Bytes: failedBytes}
	seek := admin.Seek[int64]{Limit: admin.MaxLimit}
	for {
		entries, err := s.ports.Jobs.Entries(ctx, scope.Org(), id, filter, seek)
		if err != nil {
			return err
		}
		for _, e := range entries {
			r, err := failedRow(e)
			if err != nil {
				return err
			}
			if r.Cells, err = s.cells(ctx, scope.Org(), i, r); err != nil {
				return err
			}
			out.write(i.failedRecord(r.Localized(o.Messages)))
		}
		if err := out.flush(); err != nil {
			return err
		}
		if len(entries) == 0 {
			return nil
		}
		seek.After = entries[len(entries)-1].Seq
	}
}

// failedBytes is how many bytes of rows FailedRows reads at a time; one row may have more.
const failedBytes = 256 << 10

// cells are those of a failed row, as far as they are still there.
func (s *Service) cells(ctx context.Context, org admin.OrgID, i Import, r FailedRow) ([]string, error) {
	if !r.Long || !i.FileRemovedAt.IsZero() {
		return r.Cells, nil
	}
	rec, err := s.reader(ctx, org, i, r.at).next()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return rec.cells, err
}

// own are the columns of a returned file that were ours and not the uploader's.
func (i Import) own(column int) bool {
	c := i.Content
	return c.Returned && column < len(c.Header) && ownHeader(c.Header[column])
}

// returned reports whether a header row is that of a file of failed rows. One of its own columns is enough, because
// the other may have been renamed or deleted.
func returned(header []string) bool { return slices.ContainsFunc(header, ownHeader) }

// ownHeader reports whether a header is that of a column that FailedRows adds, however a spreadsheet has changed it.
func ownHeader(header string) bool {
	name := strings.TrimLeft(trim(header), "'")
	return strings.EqualFold(name, lineColumn) || strings.EqualFold(name, errorsColumn)
}

func (i Import) failedHeader() []string {
	var out []string
	for k := range i.Content.Width {
		name := fmt.Sprintf("Column %d", k+1)
		if k < len(i.Content.Header) {
			name = i.Content.Header[k]
		}
		if !i.own(k) {
			out = append(out, i.outgoing(name))
		}
	}
	return append(out, lineColumn, errorsColumn)
}

func (i Import) failedRecord(r FailedRow) []string {
	var out, beyond []string
	for k := range max(i.Content.Width, len(r.Cells)) {
		switch {
		case k >= i.Content.Width:
			// Cells that the row has too many go behind, so that the others stay in their columns.
			beyond = append(beyond, i.outgoing(r.Cells[k]))
		case i.own(k):
		case k < len(r.Cells):
			out = append(out, i.outgoing(r.Cells[k]))
		default:
			out = append(out, "")
		}
	}
	messages := make([]string, len(r.Errors))
	for k, e := range r.Errors {
		messages[k] = e.Message
		if e.Field != "" {
			messages[k] = e.Field + ": " + e.Message
		}
	}
	out = append(out, strconv.FormatInt(r.Line, 10), escape(strings.Join(messages, "; ")))
	return append(out, beyond...)
}

// outgoing makes a cell harmless, once: those of a returned file are already.
func (i Import) outgoing(cell string) string {
	if i.Content.Returned {
		cell = unescape(cell)
	}
	return escape(cell)
}
