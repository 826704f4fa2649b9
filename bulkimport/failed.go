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

// Errors pages through the failed rows of a job of an import, that of the run if id is the import's, in the order of
// the file, each with everything that is wrong with it. It requires the type's Read permission, and fails with
// [job.ErrPruned] when they are not kept any longer.
func (s *Service) Errors(
	ctx context.Context, scope admin.Scope, id uuid.UUID, q admin.Query,
) (admin.Page[FailedRow], error) {
	if _, _, err := s.openRows(ctx, scope, id); err != nil {
		return admin.Page[FailedRow]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("import errors %s", id), q,
		func(seek admin.Seek[int64]) ([]FailedRow, error) { return s.failed(ctx, scope.Org(), id, seek) },
		func(r FailedRow) int64 { return r.Number })
}

// openRows loads the import of a job by the job's id, or one that was not started by its own, to read its failed rows.
func (s *Service) openRows(ctx context.Context, scope admin.Scope, id uuid.UUID) (Import, Type, error) {
	i, t, j, err := s.openJob(ctx, scope, id, read)
	if errors.Is(err, admin.ErrNotFound) && j.ID == uuid.Nil {
		return s.open(ctx, scope, id, read)
	}
	if err != nil {
		return Import{}, Type{}, err
	}
	return i, t, j.Complete()
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
	if e.Data == "" { // of an undo, which has no cells
		return FailedRow{Number: e.Seq, Key: e.Ref, Errors: []CellError{{
			Column: NoColumn, Code: string(e.Reason), Message: e.Detail,
		}}}, nil
	}
	var data rowData
	if err := json.Unmarshal([]byte(e.Data), &data); err != nil {
		return FailedRow{}, fmt.Errorf("failed row %d: %w", e.Seq, err)
	}
	return FailedRow{
		Number: e.Seq, Line: data.Line, Key: e.Ref, Cells: data.Cells, Errors: data.Errors, Long: data.Long,
		at: cursor{offset: data.Offset, line: data.Line},
	}, nil
}

// FailedRows writes the failed rows of a job of an import, that of the run if id is the import's, as a CSV file to fix
// and upload again: the columns of the original in their order and with its delimiter (a comma for one that Upload does
// not look for), then _line and _errors, which a later Upload leaves out: it knows the file by either name, in any
// capitals. The file begins with a byte order mark, by which Excel knows UTF-8. Every cell is in quotes, and what a
// spreadsheet would take for a formula gets an apostrophe, also behind a character within the cell that some
// spreadsheets split at; a later Upload takes exactly these off. A row that could not be split into its cells has one
// cell too many, and fails again until a person clears that. It holds a few rows in memory at a time. It requires
// the type's Read permission, and fails with [job.ErrPruned] when they are not kept any longer.
func (s *Service) FailedRows(
	ctx context.Context, scope admin.Scope, id uuid.UUID, w io.Writer, o ...ReportOptions,
) error {
	i, t, err := s.openRows(ctx, scope, id)
	if err != nil {
		return err
	}
	if i.Status == Uploading {
		return fmt.Errorf("the upload is not complete: %w", admin.ErrState)
	}
	f := s.failedFile(ctx, scope.Org(), i, id, w)
	f.report = t.report(i, o)
	for more := true; more; {
		if more, err = f.page(); err != nil {
			return err
		}
	}
	return nil
}

// reportDelimiter is what is between the cells of a report. A later Upload looks for it.
func (i Import) reportDelimiter() byte {
	if d := i.Content.Delimiter[0]; strings.IndexByte(candidates, d) >= 0 {
		return d
	}
	return ','
}

// failedFile writes the failed rows of a job, a page at a time.
type failedFile struct {
	service *Service
	ctx     context.Context
	org     admin.OrgID
	imp     Import
	job     uuid.UUID
	report  *report
	out     *quotingWriter
	after   int64
}

func (s *Service) failedFile(ctx context.Context, org admin.OrgID, i Import, id uuid.UUID, w io.Writer) *failedFile {
	f := &failedFile{
		service: s, ctx: ctx, org: org, imp: i, job: id, report: &report{i: i},
		out: newQuotingWriter(w, i.reportDelimiter()),
	}
	f.out.mark()
	f.out.write(i.failedHeader())
	return f
}

// page writes the next rows, and reports whether there may be more.
func (f *failedFile) page() (more bool, err error) {
	filter := job.EntryFilter{Status: job.EntryFailed, Bytes: failedBytes}
	entries, err := f.service.ports.Jobs.Entries(f.ctx, f.org, f.job, filter,
		admin.Seek[int64]{Limit: admin.MaxLimit, After: f.after})
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		r, err := failedRow(e)
		if err != nil {
			return false, err
		}
		if r.Cells, err = f.service.cells(f.ctx, f.org, f.imp, r); err != nil {
			return false, err
		}
		f.out.write(f.imp.failedRecord(f.report.row(r)))
		f.after = e.Seq
	}
	return len(entries) > 0, f.out.flush()
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

// maxOwn is the most columns of a file that do not count against Limits.Columns.
const maxOwn = 5

// besides is how many cells of a row do not count against Limits.Columns: those of the columns that reports add, and
// the one behind a row that could not be split.
func (i Import) besides() int {
	if !i.Content.Returned {
		return 0
	}
	n := 1
	for k := range i.Content.Header {
		if i.own(k) {
			n++
		}
	}
	return min(n, maxOwn)
}

// returned reports whether a header row is that of a file of failed rows. One of its own columns is enough, because
// the other may have been renamed or deleted.
func returned(header []string) bool { return slices.ContainsFunc(header, ownHeader) }

// ownHeader reports whether a header is that of a column that FailedRows or WriteOutcomes adds, however a spreadsheet
// has changed it.
func ownHeader(header string) bool {
	name := strings.TrimLeft(trim(header), "'")
	return slices.ContainsFunc([]string{lineColumn, errorsColumn, resultColumn, changesColumn},
		func(own string) bool { return strings.EqualFold(name, own) })
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

// fixCell is a cell too many behind a row that could not be split as it should: it is unknown which of its cells is
// which, so that it must not be imported as it is.
const fixCell = "correct this row, then clear this cell"

func (i Import) failedRecord(r FailedRow) []string {
	out, beyond := i.outgoingCells(r.Cells, r.Errors)
	out = append(out, strconv.FormatInt(r.Line, 10), escape(messages(r.Errors)))
	return append(out, beyond...)
}

// outgoingCells returns the cells of a row for the columns of a report, and behind them those that it has too many, so
// that the others stay in their columns.
func (i Import) outgoingCells(cells []string, errs []CellError) (out, beyond []string) {
	for k := range max(i.Content.Width, len(cells)) {
		switch {
		case k >= i.Content.Width:
			beyond = append(beyond, i.outgoing(cells[k]))
		case i.own(k):
		case k < len(cells):
			out = append(out, i.outgoing(cells[k]))
		default:
			out = append(out, "")
		}
	}
	whole := func(e CellError) bool { return e.Column == NoColumn && e.Field == "" }
	if len(beyond) == 0 && slices.ContainsFunc(errs, whole) {
		beyond = []string{fixCell}
	}
	return out, beyond
}

// messages joins the messages of errors, each after its field.
func messages(errs []CellError) string {
	out := make([]string, len(errs))
	for k, e := range errs {
		out[k] = e.Message
		if e.Field != "" {
			out[k] = e.Field + ": " + e.Message
		}
	}
	return strings.Join(out, "; ")
}

// outgoing makes a cell harmless, once: those of a returned file are already.
func (i Import) outgoing(cell string) string {
	if i.Content.Returned {
		cell = unescape(cell)
	}
	return escape(cell)
}
