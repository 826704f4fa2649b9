package bulkimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// cursor is where the next batch begins.
type cursor struct {
	offset, line, row int64
	pass              int // over the file; see order
}

func (c cursor) String() string {
	if c.pass > 0 {
		return fmt.Sprintf("%d:%d:%d:%d", c.offset, c.line, c.row, c.pass)
	}
	return fmt.Sprintf("%d:%d:%d", c.offset, c.line, c.row)
}

func parseCursor(text string) (cursor, error) {
	var c cursor
	if text == "" {
		return c, nil
	}
	parts := strings.Split(text, ":")
	var pass int64
	into := []*int64{&c.offset, &c.line, &c.row, &pass}
	if len(parts) != len(into) && len(parts) != len(into)-1 {
		return cursor{}, fmt.Errorf("cursor %q of the import cannot be read", admin.Clip(text))
	}
	for i, p := range parts {
		n, err := strconv.ParseInt(p, 10, 64)
		if err != nil || n < 0 {
			return cursor{}, fmt.Errorf("cursor %q of the import cannot be read", admin.Clip(text))
		}
		*into[i] = n
	}
	c.pass = int(pass)
	return c, nil
}

// beginning is the cursor before the first row.
func (i Import) beginning() cursor { return cursor{offset: i.Content.Offset, line: i.Content.Line} }

// reader reads an import's data from a cursor on.
func (s *Service) reader(ctx context.Context, org admin.OrgID, i Import, c cursor) *reader {
	from := s.content(ctx, org, i, c.offset)
	return i.reader(from, c, s.limits)
}

// reader reads an import's data from what begins at a cursor.
func (i Import) reader(from io.Reader, c cursor, limits Limits) *reader {
	r := newReader(from, i.Content.Encoding, i.Content.dialect(), c, limits)
	r.own = i.besides()
	return r
}

// portion is what one batch read.
type portion struct {
	cursor cursor // after it
	batch  Batch
	failed []job.Entry
	faults [][]CellError // of failed
	known  int64         // rows that had failed before the import began
	done   bool
	canary bool // the last row is that of a canary, and others follow
}

// batchBytes bounds what a batch of very long rows holds in memory, and what one reads of a file that is blank.
const batchBytes = 4 << 20

// next reads the portion that a job is at.
func (s *Service) next(
	ctx context.Context, org admin.OrgID, i Import, t Type, j job.Job, file *openFile,
) (*portion, error) {
	at := i.beginning()
	if j.Cursor != "" {
		var err error
		if at, err = parseCursor(j.Cursor); err != nil {
			return nil, job.Fail(err)
		}
	}
	// Rows that repeat a key failed when the job was made. The rows that are next have no other
	// entries yet.
	known, err := s.ports.Jobs.Entries(ctx, org, j.ID, job.EntryFilter{Status: job.EntryFailed},
		admin.Seek[int64]{Limit: s.batch, After: at.row})
	if err != nil {
		return nil, err
	}
	sum, err := talliesOf(j)
	if err != nil {
		return nil, job.Fail(err)
	}
	if stop := int64(i.Settings.StopAfter); stop > 0 && sum.Failed >= stop {
		return nil, job.Fail(fmt.Errorf("stopped after %d failed rows, as the import's settings have it", sum.Failed))
	}
	var in *order
	if sum.Passes > 0 {
		in, err = s.orderOf(ctx, org, i, t)
	}
	var p *portion
	if err == nil {
		from := file.take(ctx, s, org, i, t, at)
		if p, err = s.portion(i, from, in, rowsOf(known), sum.Failed); err == nil {
			p.batch.began = j.CreatedAt
			if from.at == p.cursor {
				file.put(from)
			}
		}
	}
	var broken *FileError
	if errors.As(err, &broken) && broken.Code != CodeFileLost { // which may be a disk that is not mounted
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

// portion reads and checks the next rows, but for those that are settled already. Blank ones count in its
// bounds, as they take time too. failed rows came before; the one that stops the import is the last of the portion, and
// so is the last of the canary. Rows of another pass are left out.
func (s *Service) portion(
	i Import, from *reading, in *order, settled map[int64]bool, failed int64,
) (*portion, error) {
	r, at := from.reader, from.at
	begin := r.offset
	out := &portion{cursor: at, batch: s.newBatch(i)}
	out.batch.pass = at.pass
	for read := 0; read < s.batch && r.offset-begin <= batchBytes; read++ {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			if in != nil && at.pass < in.most {
				out.cursor = i.restart(at.pass + 1)
				return out, nil
			}
			out.done = true
			break
		} else if err != nil {
			return nil, err
		}
		if rec.blank() {
			continue
		}
		out.cursor.row++
		switch {
		case settled[out.cursor.row]:
			if at.pass == 0 {
				out.known++
			}
		case in.pass(out.cursor.row) == at.pass:
			out.add(from.plan, rec, out.cursor.row)
		}
		if stop := int64(i.Settings.StopAfter); stop > 0 && failed+out.known+int64(len(out.failed)) >= stop {
			break
		}
		if out.cursor.row == int64(i.Settings.Canary) && at.pass == 0 {
			out.canary = out.cursor.row < i.Rows
			break
		}
	}
	out.cursor.offset, out.cursor.line = r.position()
	from.at = out.cursor
	return out, nil
}

// newBatch returns a batch of an import, without rows.
func (s *Service) newBatch(i Import) Batch {
	return Batch{
		Import: i.ID, Mode: i.Settings.mode(), At: s.runtime.Instant(), Match: i.Settings.Match, By: i.Mapping.by(),
		optional: i.Settings.Optional, began: s.runtime.Instant(),
	}
}

func (p *portion) add(plan *plan, rec record, number int64) {
	row, errs := plan.row(rec, number)
	if len(errs) > 0 {
		p.failed, p.faults = append(p.failed, failedEntry(row, rec, errs)), append(p.faults, errs)
		return
	}
	row.rec = rec
	p.batch.Rows = append(p.batch.Rows, row)
}

// tally counts what became of the rows.
func (p *portion) tally(sum *tallies, w written) {
	sum.add(w.outcomes)
	sum.Kept += w.kept
	sum.Failed += p.known + int64(len(p.failed))
	sum.Errors = sum.Errors.clone()
	for _, errs := range p.faults {
		sum.Errors.add(errs)
	}
	for k, o := range w.outcomes {
		if !p.takes(o) {
			sum.Failed++
			sum.Errors.add([]CellError{p.batch.Rows[k].refused(o)})
		}
	}
}

// takes reports whether a row with an outcome has not failed.
func (p *portion) takes(o Outcome) bool {
	switch o.Result {
	case Created, Updated, Unchanged:
		return true
	}
	return o.Result == Exists && p.batch.Mode == Skip
}

// result counts the outcomes. It changes nothing, so the batch may be run again.
func (p *portion) result(w written) job.Result {
	res := job.Result{
		Cursor: p.cursor.String(), Counts: job.Counts{Failed: int64(len(p.failed))}, Effects: w.effects,
	}
	if p.done {
		res.Then = job.Done
	}
	res.Entries = append(res.Entries, p.failed...)
	for i, o := range w.outcomes {
		row := p.batch.Rows[i]
		switch {
		case o.Result == Created, o.Result == Updated, o.Result == Unchanged:
			res.Counts.Completed++
		case o.Result == Exists && p.batch.Mode == Skip:
			res.Counts.Skipped++
			res.Entries = append(res.Entries, job.Entry{
				Seq: row.Number, Ref: row.Key(), Status: job.EntrySkipped, Reason: CodeAlreadyExists,
				Detail: fmt.Sprintf("%q exists and was left as it is", admin.Clip(row.Key())),
			})
		default:
			res.Counts.Failed++
			res.Entries = append(res.Entries, failedEntry(row, row.rec, []CellError{row.refused(o)}))
		}
	}
	return res
}
