package bulkimport

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// record is one record of a file.
type record struct {
	line   int64      // where it begins, from 1
	cells  []string   // none for a line of delimiters and blanks alone
	fault  *CellError // why it could not be read; cells then hold the raw text
	begin  int64      // its first byte
	offset int64      // the byte after it
	next   int64      // the line after it
}

// blank reports whether there is nothing in the record.
func (r record) blank() bool {
	if r.fault != nil {
		return false
	}
	for _, c := range r.cells {
		if trim(c) != "" {
			return false
		}
	}
	return true
}

// reader splits canonical text (UTF-8, lines ending with \n) into records by RFC 4180. It differs
// from encoding/csv in what matters for a broken file: a record has a limit, so a
// quote that is never closed costs its own line and not the rest of the file; a broken record
// does not end the reading; and it can start in the middle of a file. A quote within an unquoted
// cell is taken literally, as spreadsheets do.
type reader struct {
	from      io.Reader
	delimiter byte
	limits    Limits
	buf       []byte // what was read and not yet used
	base      []byte // the array behind buf
	ended     bool   // from has no more
	offset    int64  // of buf[0] in the file
	line      int64  // of buf[0]
	unclosed  int    // records with a quote that is not closed
}

func newReader(from io.Reader, delimiter byte, offset, line int64, limits Limits) *reader {
	return &reader{from: from, delimiter: delimiter, limits: limits, offset: offset, line: line}
}

// maxUnclosed is how many quotes may stay open in one file. Each costs reading up to the limit of
// a record twice; a file with more is not a table.
const maxUnclosed = 100

// maxLines is how many lines one record may have.
const maxLines = 5000

// next reads a record, or io.EOF.
func (r *reader) next() (record, error) {
	end, err := r.lineEnd(0)
	if err != nil {
		return record{}, err
	}
	if len(r.buf) == 0 {
		return record{}, io.EOF
	}
	if end > r.limits.RecordBytes {
		return r.skipLongLine(end)
	}
	if r.nothing(end) {
		return r.take(end, 1, nil, nil), nil
	}
	if bytes.IndexByte(r.buf[:end], '"') < 0 {
		line := string(bytes.TrimSuffix(r.buf[:end], []byte{'\n'}))
		return r.take(end, 1, strings.Split(line, string(r.delimiter)), nil), nil
	}
	return r.quoted(end)
}

// nothing reports whether the line that ends at end has delimiters and blanks alone. Such a line is read without its
// cells: a file may have millions.
func (r *reader) nothing(end int) bool {
	for _, b := range r.buf[:end] {
		if b != '\n' && b != r.delimiter && b != ' ' {
			return false
		}
	}
	return true
}

// quoted reads a record that has quotes; its first line ends at end.
func (r *reader) quoted(end int) (record, error) {
	var cells []string
	var cell strings.Builder
	lines := int64(1)
	for i := 0; ; {
		if i < len(r.buf) && r.buf[i] == '"' {
			i++
			cell.Reset()
			closed := false
			for !closed {
				q := bytes.IndexByte(r.buf[i:end], '"')
				switch {
				case q < 0: // the cell goes on in the next line
					cell.Write(r.buf[i:end])
					i = end
					more, err := r.lineEnd(end)
					if err != nil {
						return record{}, err
					}
					if more == end || more > r.limits.RecordBytes || lines == maxLines {
						return r.neverClosed()
					}
					end = more
					lines++
				case i+q+1 < end && r.buf[i+q+1] == '"':
					cell.Write(r.buf[i : i+q+1])
					i += q + 2
				default:
					cell.Write(r.buf[i : i+q])
					i += q + 1
					closed = true
				}
			}
			if i < end && r.buf[i] != r.delimiter && r.buf[i] != '\n' {
				return r.broken(end, lines, CodeTextAfterQuote,
					"text follows the closing quote of a cell: write a quote within a quoted cell twice"), nil
			}
			cells = append(cells, cell.String())
		} else {
			stop := bytes.IndexByte(r.buf[i:end], r.delimiter)
			if stop < 0 {
				stop = len(bytes.TrimSuffix(r.buf[i:end], []byte{'\n'}))
			}
			cells = append(cells, string(r.buf[i:i+stop]))
			i += stop
		}
		if i >= end || r.buf[i] == '\n' {
			return r.take(end, lines, cells, nil), nil
		}
		i++ // the delimiter
	}
}

// neverClosed gives up on a record at the end of its first line, and the next one starts there.
func (r *reader) neverClosed() (record, error) {
	r.unclosed++
	if r.unclosed > maxUnclosed {
		return record{}, fileError(CodeBadQuotes,
			"more than %d rows have a quote that is not closed, line %d among them: is the file a CSV?", maxUnclosed, r.line)
	}
	end := bytes.IndexByte(r.buf, '\n') + 1
	if end == 0 {
		end = len(r.buf)
	}
	return r.broken(end, 1, CodeUnclosedQuote,
		"a quote opens a cell and is not closed: close it, or write a quote within a quoted cell twice"), nil
}

// skipLongLine drops a line that is longer than a record may be, of which buf has a part.
func (r *reader) skipLongLine(end int) (record, error) {
	fault := &CellError{Column: NoColumn, Code: CodeRecordTooLong,
		Message: fmt.Sprintf("the row is longer than %d bytes", r.limits.RecordBytes)}
	line, begin := r.line, r.offset
	for r.buf[end-1] != '\n' {
		r.drop(end)
		var err error
		if end, err = r.lineEnd(0); err != nil {
			return record{}, err
		}
		if end == 0 {
			r.line++
			return record{line: line, fault: fault, begin: begin, offset: r.offset, next: r.line}, nil
		}
	}
	rec := r.take(end, 1, nil, fault)
	rec.line, rec.begin = line, begin
	return rec, nil
}

func (r *reader) broken(end int, lines int64, code, message string) record {
	raw := []string{string(bytes.TrimSuffix(r.buf[:end], []byte{'\n'}))}
	return r.take(end, lines, raw, &CellError{Column: NoColumn, Code: code, Message: message})
}

func (r *reader) take(end int, lines int64, cells []string, fault *CellError) record {
	rec := record{line: r.line, cells: cells, fault: fault, begin: r.offset}
	r.drop(end)
	r.line += lines
	rec.offset, rec.next = r.offset, r.line
	return rec
}

func (r *reader) drop(n int) {
	r.buf = r.buf[n:]
	r.offset += int64(n)
}

// lineEnd is where the line that begins at buf[from] ends: after its \n, at the end of the file, or
// where buf has more than a record may be.
func (r *reader) lineEnd(from int) (int, error) {
	for seen := from; ; {
		if i := bytes.IndexByte(r.buf[seen:], '\n'); i >= 0 {
			return seen + i + 1, nil
		}
		seen = len(r.buf)
		if r.ended || seen > r.limits.RecordBytes {
			return seen, nil
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
}

// fill reads some more into buf.
func (r *reader) fill() error {
	const step = 64 << 10
	if cap(r.buf)-len(r.buf) < step {
		if cap(r.base) < len(r.buf)+step {
			r.base = make([]byte, 2*(len(r.buf)+step))
		}
		r.buf = r.base[:copy(r.base, r.buf)]
	}
	n, err := r.from.Read(r.buf[len(r.buf) : len(r.buf)+step])
	r.buf = r.buf[:len(r.buf)+n]
	if err == io.EOF {
		r.ended = true
		return nil
	}
	return err
}
