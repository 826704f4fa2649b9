package xlsx

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/admincenter/admincenter/bulkimport"
)

// Options of [Workbook.CSV]; the zero value is ready.
type Options struct {
	// RepeatMerged gives every cell of a merged area the value that is shown in it. Otherwise it is in the first cell,
	// and the others are blank, as in the CSV that a spreadsheet saves. It reads the sheet twice.
	RepeatMerged bool
}

// CSV returns a sheet as text, to be given to [bulkimport.Service.Upload] as UploadInput.Content, with the Encoding
// UTF8 and the Delimiter ",": UTF-8 without a byte order mark, lines end with \n, a comma is between cells, and every
// cell that is not blank is in double quotes. The empty name is that of the first sheet that is not hidden. The package
// comment has what the cells become.
//
// The text is made while it is read, a row at a time. Reading fails with a [*bulkimport.FileError] for a sheet that is
// damaged or over a limit, and with the context's error. Close it.
func (w *Workbook) CSV(ctx context.Context, sheet string, o Options) (io.ReadCloser, error) {
	s, err := w.sheet(sheet)
	if err != nil {
		return nil, err
	}
	var m *merged
	if o.RepeatMerged {
		if m, err = w.readMerged(ctx, s); err != nil {
			return nil, err
		}
	}
	in, err := w.parts.scan(ctx, s.part, source{sheet: s.Name}, w.limits.SheetBytes, w.limits)
	if err != nil {
		return nil, err
	}
	return &text{rows: rows{book: w, sheet: s, in: in}, merged: m}, nil
}

// text is a sheet as CSV.
type text struct {
	rows   rows
	merged *merged
	out    []byte // not read yet
	buffer []byte // that out is in
	line   int    // rows that were written, but for blank ones that nothing follows yet
	width  int    // of the widest row
	escape bool   // the sheet is one of failed rows
	err    error
}

// Read implements io.Reader.
func (t *text) Read(p []byte) (int, error) {
	for len(t.out) == 0 {
		if t.err != nil {
			return 0, t.err
		}
		t.buffer = t.buffer[:0]
		for len(t.buffer) < 16<<10 && t.err == nil {
			t.err = t.add()
		}
		t.out = t.buffer
	}
	n := copy(p, t.out)
	t.out = t.out[n:]
	return n, nil
}

// Close implements io.Closer.
func (t *text) Close() error {
	if t.err == nil {
		t.err = errors.New("xlsx: the text is closed")
	}
	t.rows.in.close()
	return nil
}

// add adds the next row that is not blank, and the blank ones before it.
func (t *text) add() error {
	last := t.rows.row.number
	if err := t.rows.next(); err != nil {
		return err
	}
	r := &t.rows.row
	if t.merged != nil && t.merged.after(last+1) {
		// Rows that are not stored may be in a merged area.
		for number := last + 1; number < r.number; number++ {
			between := row{number: number}
			if err := t.merged.fill(&between, t.rows.sheet.Name, t.rows.book.limits); err != nil {
				return err
			}
			t.write(&between)
		}
	}
	if t.merged != nil {
		if err := t.merged.fill(r, t.rows.sheet.Name, t.rows.book.limits); err != nil {
			return err
		}
	}
	t.write(r)
	return nil
}

func (t *text) write(r *row) {
	width := r.width()
	if width == 0 {
		return
	}
	for t.line++; t.line < r.number; t.line++ {
		t.buffer = append(t.buffer, '\n')
	}
	if t.width == 0 {
		t.escape = returned(r, width)
	}
	// A spreadsheet does not store blank cells at the end of a row, which a table has.
	t.width = max(t.width, width)
	for column := 1; column <= t.width; column++ {
		if column > 1 {
			t.buffer = append(t.buffer, ',')
		}
		t.buffer = t.appendCell(t.buffer, r.cell(column))
	}
	t.buffer = append(t.buffer, '\n')
}

func (t *text) appendCell(out, cell []byte) []byte {
	if len(cell) == 0 {
		return out
	}
	if t.escape {
		cell = []byte(bulkimport.EscapeCell(string(cell)))
	}
	out = append(out, '"')
	for {
		q := bytes.IndexByte(cell, '"')
		if q < 0 {
			break
		}
		out = append(append(out, cell[:q]...), `""`...)
		cell = cell[q+1:]
	}
	return append(append(out, cell...), '"')
}

// returned reports whether the first row is the header of a file of failed rows.
func returned(r *row, width int) bool {
	header := make([]string, width)
	for k := range header {
		header[k] = string(r.cell(k + 1))
	}
	return bulkimport.ReturnedHeader(header)
}
