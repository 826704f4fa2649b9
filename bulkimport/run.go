package bulkimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Start makes the job that imports the file; its ID is the import's. Starting again answers the
// same job. It reads the file once, to make sure that it is what was uploaded and to find rows
// that repeat a key: a key may be in a file once, so all rows but the first fail with
// duplicate_in_file, whatever batches they fall into. It requires the type's Write permission.
// Errors: what SetMapping finds, if it was not called or the schema has changed since;
// ErrHeaderUnconfirmed; a *FileError where the content changed or too many rows repeat a key.
func (s *Service) Start(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return job.Job{}, err
	}
	switch i.Status {
	case Started:
		return s.jobs.Get(ctx, scope.Org(), id)
	case Uploading:
		return job.Job{}, fmt.Errorf("the upload is not complete: %w", admin.ErrState)
	}
	duplicates, err := s.ready(ctx, scope.Org(), i, t)
	if err != nil {
		return job.Job{}, err
	}
	now := s.runtime.Instant()
	j := job.Job{
		ID: id, Kind: JobKind(i.Type), Status: job.Pending, CreatedAt: now, CreatedBy: scope.Actor(), UpdatedAt: now, Version: 1,
		Counts: job.Counts{Total: i.Rows, Failed: int64(len(duplicates))},
	}
	i.Status, i.UpdatedAt = Started, now
	mark := s.record(scope, ActionStart, i, admin.Change{Field: "status", From: string(Uploaded), To: string(Started)})
	rec := s.record(scope, ActionQueue, i, admin.Change{Field: "rows", To: fmt.Sprint(i.Rows)})
	err = s.runner.Atomically(ctx, func(p Ports) error {
		if err := p.Imports.Update(ctx, scope.Org(), i, mark); err != nil {
			return err
		}
		return p.Jobs.Create(ctx, scope.Org(), j, duplicates, rec)
	})
	if errors.Is(err, admin.ErrConflict) || errors.Is(err, admin.ErrExists) {
		// Somebody else started it at the same moment, or changed the mapping.
		if started, e := s.jobs.Get(ctx, scope.Org(), id); e == nil {
			return started, nil
		}
	}
	if err != nil {
		return job.Job{}, err
	}
	return j, nil
}

// ready finds what keeps an import from starting, and the rows that its job begins with as failed.
func (s *Service) ready(ctx context.Context, org admin.OrgID, i Import, t Type) ([]job.Entry, error) {
	if err := checkMapping(t.Schema, i, i.Mapping, i.Settings, s.caster); err != nil {
		return nil, err
	}
	if i.warned(WarnNoHeader) && !i.Settings.HeaderConfirmed {
		return nil, ErrHeaderUnconfirmed
	}
	return s.duplicates(ctx, org, i, t)
}

// Step imports the next batch; see job.Runner.Step for its errors. It requires the type's Write
// permission.
func (s *Service) Step(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Progress, error) {
	if _, _, err := s.open(ctx, scope, id, write); err != nil {
		return job.Progress{}, err
	}
	return s.runner.Step(ctx, scope, id, s.prepare(scope))
}

// Run imports everything that is left. report, where not nil, is told after each batch. Errors are
// Step's. It requires the type's Write permission.
func (s *Service) Run(ctx context.Context, scope admin.Scope, id uuid.UUID, report func(job.Progress)) (job.Progress, error) {
	if _, _, err := s.open(ctx, scope, id, write); err != nil {
		return job.Progress{}, err
	}
	return s.runner.Run(ctx, scope, id, s.prepare(scope), report)
}

// Cancel stops a started import within one batch; what was written stays. It requires the type's
// Write permission.
func (s *Service) Cancel(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	if _, _, err := s.open(ctx, scope, id, write); err != nil {
		return job.Job{}, err
	}
	return s.runner.Cancel(ctx, scope, id)
}

// Progress is where a started import stands.
type Progress struct {
	job.Progress
	Created   int64 // rows that made a record
	Updated   int64 // rows that changed one
	Unchanged int64 // rows whose record was like that already
}

// Progress tells where a started import stands; before Start it is admin.ErrNotFound. It requires
// the type's Read permission.
func (s *Service) Progress(ctx context.Context, scope admin.Scope, id uuid.UUID) (Progress, error) {
	if _, _, err := s.open(ctx, scope, id, read); err != nil {
		return Progress{}, err
	}
	j, err := s.jobs.Get(ctx, scope.Org(), id)
	if err != nil {
		return Progress{}, err
	}
	c, err := parseCursor(j.Cursor)
	return Progress{
		Progress: job.Progress{Status: j.Status, Counts: j.Counts, Failure: j.Failure},
		Created:  c.created, Updated: c.updated, Unchanged: c.unchanged,
	}, err
}

// cursor is where the next batch begins, and what the rows before came to: as a part of the job's
// cursor the tallies commit with the rows.
type cursor struct {
	offset, line, row           int64
	created, updated, unchanged int64
}

func (c cursor) String() string {
	return fmt.Sprintf("%d:%d:%d:%d:%d:%d", c.offset, c.line, c.row, c.created, c.updated, c.unchanged)
}

func parseCursor(text string) (cursor, error) {
	var c cursor
	if text == "" {
		return c, nil
	}
	parts := strings.Split(text, ":")
	into := []*int64{&c.offset, &c.line, &c.row, &c.created, &c.updated, &c.unchanged}
	if len(parts) != len(into) {
		return cursor{}, fmt.Errorf("cursor %q of the import cannot be read", admin.Clip(text))
	}
	for i, p := range parts {
		n, err := strconv.ParseInt(p, 10, 64)
		if err != nil || n < 0 {
			return cursor{}, fmt.Errorf("cursor %q of the import cannot be read", admin.Clip(text))
		}
		*into[i] = n
	}
	return c, nil
}

// beginning is the cursor before the first row.
func (i Import) beginning() cursor { return cursor{offset: i.Content.Offset, line: i.Content.Line} }

// reader reads an import's data from a cursor on.
func (s *Service) reader(ctx context.Context, org admin.OrgID, i Import, c cursor) *reader {
	from := &content{ctx: ctx, store: s.imports, org: org, id: i.ID, offset: c.offset}
	return newReader(from, i.Content.Delimiter[0], c.offset, c.line, s.limits)
}

// portion is what one batch read.
type portion struct {
	cursor cursor // after it
	batch  Batch
	failed []job.Entry
	done   bool
}

// batchBytes bounds what a batch of very long rows holds in memory.
const batchBytes = 4 << 20

// prepare reads and checks the next rows, outside the transaction.
func (s *Service) prepare(scope admin.Scope) job.Prepare[Ports] {
	return func(ctx context.Context, j job.Job) (job.Batch[Ports], error) {
		i, t, err := s.load(ctx, scope.Org(), j.ID)
		if errors.Is(err, admin.ErrNotFound) || errors.Is(err, admin.ErrInvalid) {
			return nil, job.Fail(err) // deleted, or of a type that the host gave up
		} else if err != nil {
			return nil, err
		}
		p, err := s.next(ctx, scope.Org(), i, t, j)
		if err != nil {
			return nil, err
		}
		rec := s.record(scope, ActionWrite, i, admin.Change{Field: "rows", To: fmt.Sprint(len(p.batch.Rows))})
		if t.Target != nil {
			outcomes, err := writeRows(ctx, t.Target, scope.Org(), p.batch, rec)
			if err != nil {
				return nil, err
			}
			return func(context.Context, Ports) (job.Result, error) { return p.result(outcomes), nil }, nil
		}
		return func(ctx context.Context, ports Ports) (job.Result, error) {
			outcomes, err := writeRows(ctx, ports.target(i.Type), scope.Org(), p.batch, rec)
			if err != nil {
				return job.Result{}, err
			}
			return p.result(outcomes), nil
		}, nil
	}
}

func writeRows(ctx context.Context, t Target, org admin.OrgID, b Batch, rec admin.Record) ([]Outcome, error) {
	if len(b.Rows) == 0 {
		return nil, nil
	}
	outcomes, err := t.Write(ctx, org, b, rec)
	if err == nil && len(outcomes) != len(b.Rows) {
		err = fmt.Errorf("the target gave %d outcomes for %d rows", len(outcomes), len(b.Rows))
	}
	return outcomes, err
}

// target is the included target of a type.
func (p Ports) target(name TypeName) Target {
	if name == AccountsType {
		return p.Accounts
	}
	return p.Customers
}

// next reads the portion that a job is at.
func (s *Service) next(ctx context.Context, org admin.OrgID, i Import, t Type, j job.Job) (*portion, error) {
	at := i.beginning()
	if j.Cursor != "" {
		var err error
		if at, err = parseCursor(j.Cursor); err != nil {
			return nil, job.Fail(err)
		}
	}
	// Rows that repeat a key failed when the job was made. The rows that are next have no other
	// entries yet.
	known, err := s.jobs.Entries(ctx, org, j.ID, job.EntryFilter{Status: job.EntryFailed}, admin.Seek[int64]{Limit: s.batch, After: at.row})
	if err != nil {
		return nil, err
	}
	p, err := s.portion(ctx, org, i, t, at, rowsOf(known))
	var broken *FileError
	if errors.As(err, &broken) {
		err = job.Fail(err)
	}
	return p, err
}

// rowsOf is the numbers of the rows that entries are about.
func rowsOf(entries []job.Entry) map[int64]bool {
	out := make(map[int64]bool, len(entries))
	for _, e := range entries {
		out[e.Seq] = true
	}
	return out
}

// portion reads and checks rows from a cursor on, but for those that are settled already.
func (s *Service) portion(ctx context.Context, org admin.OrgID, i Import, t Type, at cursor, settled map[int64]bool) (*portion, error) {
	r, plan := s.reader(ctx, org, i, at), newPlan(t.Schema, i, s.caster, s.limits)
	out := &portion{cursor: at, batch: Batch{Import: i.ID, Mode: i.Settings.mode(), At: s.runtime.Instant()}}
	for read := 0; read < s.batch; {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			out.done = true
			break
		} else if err != nil {
			return nil, err
		}
		out.cursor.offset, out.cursor.line = rec.offset, rec.next
		if rec.blank() {
			continue
		}
		read++
		out.cursor.row++
		if !settled[out.cursor.row] {
			out.add(plan, rec, out.cursor.row)
		}
		if rec.offset-at.offset > batchBytes {
			break
		}
	}
	return out, nil
}

func (p *portion) add(plan *plan, rec record, number int64) {
	row, errs := plan.row(rec, number)
	if len(errs) > 0 {
		p.failed = append(p.failed, failedEntry(row, rec, errs))
		return
	}
	row.cells = rec.cells
	p.batch.Rows = append(p.batch.Rows, row)
}

// result counts the outcomes. It changes nothing, so the batch may be run again.
func (p *portion) result(outcomes []Outcome) job.Result {
	c := p.cursor
	res := job.Result{Done: p.done, Counts: job.Counts{Failed: int64(len(p.failed))}}
	res.Entries = append(res.Entries, p.failed...)
	for i, o := range outcomes {
		row := p.batch.Rows[i]
		switch {
		case o.Result == Created:
			c.created++
			res.Counts.Completed++
		case o.Result == Updated:
			c.updated++
			res.Counts.Completed++
		case o.Result == Unchanged:
			c.unchanged++
			res.Counts.Completed++
		case o.Result == Exists && p.batch.Mode == Skip:
			res.Counts.Skipped++
			res.Entries = append(res.Entries, job.Entry{
				Seq: row.Number, Ref: row.Key(), Status: job.EntrySkipped, Reason: CodeAlreadyExists,
				Detail: fmt.Sprintf("%q exists and was left as it is", admin.Clip(row.Key())),
			})
		default:
			res.Counts.Failed++
			res.Entries = append(res.Entries, failedEntry(row, record{line: row.Line, cells: row.cells}, []CellError{row.refused(o)}))
		}
	}
	res.Cursor = c.String()
	return res
}

// refused says what a target had against a row.
func (r Row) refused(o Outcome) CellError {
	e := CellError{Column: NoColumn, Field: o.Field, Code: CodeRefused, Message: o.Detail}
	switch o.Result {
	case Exists:
		e.Field, e.Code = r.names[r.key], CodeAlreadyExists
		e.Message = fmt.Sprintf("%q exists already: import with mode %s to leave it, or %s to update it", admin.Clip(r.Key()), Skip, Upsert)
	case RelationNotFound:
		e.Code = CodeRelationNotFound
		if e.Message == "" {
			value, _ := r.Value(o.Field)
			e.Message = fmt.Sprintf("there is no %q", admin.Clip(value))
		}
	}
	if e.Message == "" {
		e.Message = "the row was refused"
	}
	return e
}

// rowData is what the entry of a failed row holds.
type rowData struct {
	Line   int64       `json:"line"`
	Cells  []string    `json:"cells"`
	Errors []CellError `json:"errors"`
}

func failedEntry(row Row, rec record, errs []CellError) job.Entry {
	messages := make([]string, len(errs))
	for i, e := range errs {
		messages[i] = e.Message
		if e.Field != "" {
			messages[i] = e.Field + ": " + e.Message
		}
	}
	// Strings and numbers always marshal.
	data, _ := json.Marshal(rowData{Line: rec.line, Cells: rec.cells, Errors: errs})
	return job.Entry{
		Seq: row.Number, Ref: admin.Clip(row.Key()), Status: job.EntryFailed, Reason: job.Reason(errs[0].Code),
		Detail: strings.Join(messages, "; "), Data: string(data),
	}
}
