package bulkimport

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// record is one record of a file.
type record struct {
	line  int64      // where it begins, from 1
	next  int64      // the line after it
	begin int64      // its first byte in the text that was read
	end   int64      // the byte after it
	cells []string   // none for a line of delimiters and blanks alone, or if they cannot be kept
	fault *CellError // why it could not be read; cells then hold the raw text, if that can be kept
	plain bool       // all of it is ASCII
	// long reports that it has more bytes than are kept of a row that fails; at is its offset in the file then.
	long bool
	at   int64
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

// dialect is how a file's text is split.
type dialect struct {
	delimiter byte
	quote     byte  // 0 if the file has no quotes
	unquoted  int64 // the line from which quotes are text; 0 for none
	stop      int64 // the line from which nothing is read; 0 for none
}

// reader splits a file into records by RFC 4180. It differs from encoding/csv in what matters for a broken file: a
// record has a limit, beyond which it is passed over to its end, behind the closing quote, and is one record with a
// fault; a broken record does not end the reading; and it can start in the middle of a file. A quote within an unquoted
// cell is taken literally, as spreadsheets do.
type reader struct {
	source
	dialect
	limits Limits
	own    int   // cells of a row that do not count against limits.Columns
	line   int64 // of buf[0]
	usual  int   // how many cells the last record had
	block  block
	free   []string // what is left of the array that records take their cells from
}

// block is a part of the text as a string, of which cells are parts: many records share it, so that none needs one of
// its own. Who keeps a cell for long clones it.
type block struct {
	text  string
	at    int64 // its offset in the text that was read
	plain bool  // all of it is ASCII, without a NUL
}

// cellsAtOnce is how many cells there is room for in the array that records share.
const cellsAtOnce = 1024

// newReader reads from, which begins at the cursor.
func newReader(from io.Reader, e Encoding, d dialect, at cursor, limits Limits) *reader {
	r := &reader{dialect: d, limits: limits, line: at.line}
	r.from, r.decoder, r.read = from, newDecoder(e), at.offset
	return r
}

// position is where the next record begins.
func (r *reader) position() (offset, line int64) { return r.file(r.offset), r.line }

// next reads a record, or io.EOF.
func (r *reader) next() (record, error) {
	r.forget()
	end, err := r.lineEnd(0)
	if err != nil {
		return record{}, err
	}
	if len(r.buf) == 0 || (r.stop > 0 && r.line >= r.stop) {
		return record{}, io.EOF
	}
	if end > r.limits.RecordBytes {
		return r.skip()
	}
	if r.nothing(r.buf[:end]) {
		return r.take(end, 1, nil, nil), nil
	}
	quote := r.mark()
	if quote == 0 || bytes.IndexByte(r.buf[:end], quote) < 0 {
		return r.bare(end), nil
	}
	return r.quoted(end, quote)
}

// mark is the quote that the next record may have, or 0.
func (r *reader) mark() byte {
	if r.unquoted > 0 && r.line >= r.unquoted {
		return 0
	}
	return r.quote
}

// nothing reports whether a text has delimiters and blanks alone. A line of them is read without its cells: a file may
// have millions.
func (r *reader) nothing(text []byte) bool {
	for _, b := range text {
		if b != '\n' && b != r.delimiter && b != ' ' {
			return false
		}
	}
	return true
}

// bare reads a record without quotes, which is a line.
func (r *reader) bare(end int) record {
	text := strings.TrimSuffix(r.cut(0, end), "\n")
	cells := r.room()
	for at := 0; at <= len(text); {
		stop := strings.IndexByte(text[at:], r.delimiter)
		if stop < 0 {
			stop = len(text) - at
		}
		if len(cells) == r.limits.Columns+r.own {
			if r.nothing(r.buf[at:end]) {
				break
			}
			n := len(cells) + strings.Count(text[at:], string(rune(r.delimiter))) + 1
			return r.take(end, 1, nil, r.tooWide(n))
		}
		cells = append(cells, text[at:at+stop])
		at += stop + 1
	}
	r.used(cells)
	return r.take(end, 1, cells, nil)
}

// room returns an empty list for the cells of the next record.
func (r *reader) room() []string {
	if len(r.free) < r.usual || len(r.free) == 0 {
		r.free = make([]string, max(cellsAtOnce, r.usual))
	}
	return r.free[:0:max(r.usual, 1)]
}

// used takes a record's cells, which are in the list that room returned or in a longer one, out of the shared array.
func (r *reader) used(cells []string) {
	if len(cells) <= max(r.usual, 1) {
		r.free = r.free[len(cells):]
	}
	r.usual = len(cells)
}

// cut returns a part of buf as a string.
func (r *reader) cut(from, to int) string {
	at := int(r.offset-r.block.at) + from
	if at+to-from > len(r.block.text) {
		r.block = block{text: string(r.buf), at: r.offset, plain: asciiBytes(r.buf) && bytes.IndexByte(r.buf, 0) < 0}
		at = from
	}
	return r.block.text[at : at+to-from]
}

// quoted reads a record that has quotes; its first line ends at end.
func (r *reader) quoted(end int, quote byte) (record, error) {
	first := r.cut(0, end)
	cells, at, whole := r.usualCells(first, quote)
	if whole {
		r.used(cells)
		return r.take(end, 1, cells, nil), nil
	}
	n, wide := len(cells), false
	for p := (parser{reader: r, quote: quote, end: end, lines: 1, first: first, at: at}); ; p.at++ { // delimiters
		text, ended, err := p.cell()
		switch {
		case err != nil:
			return record{}, err
		case ended == byBound:
			return r.skip()
		case ended == byFile:
			return r.broken(p.end, p.lines, CodeUnclosedQuote), nil
		case ended == byText:
			return r.broken(p.end, p.lines, CodeTextAfterQuote), nil
		}
		if n++; n <= r.limits.Columns+r.own {
			cells = append(cells, text)
		} else {
			wide = wide || trim(text) != ""
		}
		if p.at >= p.end || r.buf[p.at] == '\n' {
			if r.used(cells); wide {
				return r.take(p.end, p.lines, nil, r.tooWide(n)), nil
			}
			return r.take(p.end, p.lines, cells, nil), nil
		}
	}
}

// usualCells reads the cells of a line up to the first that has a quote within, or does not end with its quote, or is
// one more than may be; whole is true if there is none. That cell begins at at.
func (r *reader) usualCells(line string, quote byte) (cells []string, at int, whole bool) {
	cells = r.room()
	line = strings.TrimSuffix(line, "\n")
	for len(cells) < r.limits.Columns+r.own {
		begin, end := at, at+strings.IndexByte(line[at:], r.delimiter)
		if end < at {
			end = len(line)
		}
		next := end
		if at < len(line) && line[at] == quote {
			begin++
			if end = begin + strings.IndexByte(line[begin:], quote); end < begin {
				return cells, at, false
			}
			if next = end + 1; next < len(line) && line[next] != r.delimiter {
				return cells, at, false
			}
		}
		cells = append(cells, line[begin:end])
		if next >= len(line) {
			return cells, next, true
		}
		at = next + 1
	}
	return cells, at, false
}

// parser reads the cells of a record.
type parser struct {
	*reader
	quote byte
	first string // the first line, of which most cells are a part
	at    int    // in buf
	end   int    // of the line that at is in
	lines int64  // up to there
	text  []byte
}

// ending is how a cell ended.
type ending int

const (
	byDelimiter ending = iota // or with the line
	byText                    // behind its closing quote
	byFile                    // within quotes
	byBound                   // of a record
)

// cell reads the cell that begins at p.at, up to what ends it.
func (p *parser) cell() (string, ending, error) {
	if p.at >= len(p.buf) || p.buf[p.at] != p.quote {
		stop := bytes.IndexByte(p.buf[p.at:p.end], p.delimiter)
		if stop < 0 {
			stop = len(bytes.TrimSuffix(p.buf[p.at:p.end], []byte{'\n'}))
		}
		p.at += stop
		return p.part(p.at-stop, p.at), byDelimiter, nil
	}
	p.text = p.text[:0]
	for p.at++; ; {
		q := bytes.IndexByte(p.buf[p.at:p.end], p.quote)
		switch {
		case q < 0: // the cell goes on in the next line
			p.text = append(p.text, p.buf[p.at:p.end]...)
			p.at = p.end
			end, err := p.lineEnd(p.end)
			switch {
			case err != nil:
				return "", 0, err
			case end == p.end:
				return "", byFile, nil
			case end > p.limits.RecordBytes, p.lines >= int64(p.limits.RecordLines):
				return "", byBound, nil
			}
			p.end = end
			p.lines++
		case p.at+q+1 < p.end && p.buf[p.at+q+1] == p.quote:
			p.text = append(p.text, p.buf[p.at:p.at+q+1]...)
			p.at += q + 2
		default:
			from, to := p.at, p.at+q
			if p.at = to + 1; p.at < p.end && p.buf[p.at] != p.delimiter && p.buf[p.at] != '\n' {
				return "", byText, nil
			}
			if len(p.text) > 0 {
				return string(append(p.text, p.buf[from:to]...)), byDelimiter, nil
			}
			return p.part(from, to), byDelimiter, nil
		}
	}
}

// part returns a part of the record.
func (p *parser) part(from, to int) string {
	if to <= len(p.first) {
		return p.first[from:to]
	}
	return p.cut(from, to)
}

func (r *reader) tooWide(cells int) *CellError {
	return fault(CodeTooManyColumns, "cells", cells, "max", r.limits.Columns)
}

// bound takes the cells off a record that are beyond limits.Columns and so many, or makes them its fault.
func (r *reader) bound(rec *record, own int) {
	most := r.limits.Columns + own
	if rec.fault != nil || len(rec.cells) <= most {
		return
	}
	if slices.ContainsFunc(rec.cells[most:], func(cell string) bool { return trim(cell) != "" }) {
		rec.fault = r.tooWide(len(rec.cells))
	}
	rec.cells = rec.cells[:most]
}

func (r *reader) broken(end int, lines int64, code string) record {
	raw := []string{string(bytes.TrimSuffix(r.buf[:end], []byte{'\n'}))}
	return r.take(end, lines, raw, fault(code))
}

// take returns the record that ends at end, and goes on behind it. Cells that cannot be read are not kept.
func (r *reader) take(end int, lines int64, cells []string, fault *CellError) record {
	rec := record{
		line: r.line, next: r.line + lines, begin: r.offset, end: r.offset + int64(end), cells: cells, fault: fault,
	}
	if rec.plain = r.plainTo(end); !rec.plain {
		text := r.buf[:end]
		rec.plain = asciiBytes(text)
		if cells != nil && (bytes.IndexByte(text, 0) >= 0 || !(rec.plain || readable(text))) {
			if rec.cells = nil; fault == nil {
				rec.fault = unreadable(cells, r.decoder.encoding)
			}
		}
	}
	if end > keptBytes && rec.cells != nil {
		rec.long, rec.at = true, r.file(rec.begin)
	}
	r.drop(end)
	r.line += lines
	return rec
}

// plainTo reports whether buf[:end] is known to be ASCII without a NUL.
func (r *reader) plainTo(end int) bool {
	return r.block.plain && r.offset+int64(end) <= r.block.at+int64(len(r.block.text))
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
