package bulkimport

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport/message"
	"github.com/admincenter/admincenter/internal/text"
)

// survey is one pass over a file: what Upload and SetFileFormat find out about it.
type survey struct {
	limits   Limits
	imp      *Import
	names    headerNames
	declared bool      // a line "sep=;" is on top
	width    int       // of the first row that can be read, for a file without a header
	body     []sampled // the first rows below the header
	unused   int64     // rows that are blank, above the header or in the footer
	titles   int       // rows above the header
	filled   []bool    // columns that have a value somewhere
	examples [][]string
	quotes   []quoteCount // by column
	tallies  []tally      // by column
	seed     maphash.Seed
	nulls    map[string]int64 // cells that hold one of the words that mostly mean blank
	found    findings
	footers  footerWords
	held     []record // rows that may be a footer
	apart    bool     // the line above is blank
	guessed  bool     // the encoding
	mattered int64    // the first line that has more than ASCII
}

func newSurvey(i *Import, schema Schema, limits Limits) *survey {
	return &survey{limits: limits, imp: i, names: namesOf(schema), nulls: map[string]int64{}, found: findings{},
		footers: newFooterWords(), seed: maphash.MakeSeed()}
}

// headBytes is how much of a file is read to find its encoding, delimiter and header.
const headBytes = 64 << 10

// run reads the file, of which head is the beginning, and completes the import but for what concerns storage.
func (v *survey) run(f FileFormat, found *evidence, head []byte, from io.Reader) error {
	i := v.imp
	i.Columns, i.Rows, i.Warnings = nil, 0, nil
	c := Content{
		Bytes: i.Content.Bytes, SHA256: i.Content.SHA256, Encoding: f.Encoding, Quote: f.quoteOr(),
		UnquotedFrom: f.UnquotedFrom, SkipFooter: f.SkipFooter,
	}
	if c.Encoding == "" {
		c.Encoding, v.guessed = found.encoding()
	}
	marked, ok := found.marked()
	c.ByteOrderMark = ok && (marked == c.Encoding || marked == UTF8)
	text := newDecoder(c.Encoding).head(head)
	if len(bytes.TrimSpace(text)) == 0 {
		return fileError(CodeEmptyFile)
	}
	i.Content = c
	header, err := v.settle(f, text)
	if err != nil {
		return err
	}
	r := newReader(from, c.Encoding, i.Content.dialect(), cursor{line: 1}, v.limits)
	r.digest, r.own = newTextDigest(), maxOwn // until the header is read
	first, err := v.readHeader(r, header, f.HeaderLine == 0)
	if err != nil {
		return err
	}
	if err := v.readRows(r, first); err != nil {
		return err
	}
	i.TextSHA256 = r.digest.hex()
	v.columns()
	v.warn(f)
	return nil
}

// settle finds the delimiter and the line of the header, 0 for none, in the beginning of the text.
func (v *survey) settle(f FileFormat, text []byte) (int64, error) {
	c := &v.imp.Content
	guess := sniffDelimiter(text, c.dialect().quote)
	v.declared = guess.declared
	if c.Delimiter = f.Delimiter; c.Delimiter == "" {
		c.Delimiter = string(rune(guess.delimiter))
		if guess.rival != 0 {
			v.found.add(WarnAmbiguousDelimiter, 1)
			v.found[WarnAmbiguousDelimiter].detail = delimiterName(string(rune(guess.rival)))
		}
	}
	rows, fault := sample(text, c.dialect(), v.declared, v.limits)
	for _, row := range rows {
		if v.width == 0 {
			v.width = len(row.cells)
		}
	}
	header := f.HeaderLine
	switch {
	case header == NoHeader:
		header = 0
	case header == 0 && len(rows) > 0:
		if header = rows[v.names.pick(rows)].line; fault > 0 && fault < header {
			header = fault // reading it gives the error
		}
	case header == 0 && fault > 0:
		header = fault
	case header == 0:
		return 0, fileError(CodeEmptyFile+".head", "bytes", len(text))
	}
	for k, row := range rows {
		if row.line == header {
			v.body = rows[k+1:]
		}
	}
	return header, nil
}

// count adds a row, or one that is not used, and fails if there are more than may be. Those that are not used take
// time too, on each later pass.
func (v *survey) count(used bool) error {
	if used {
		v.imp.Rows++
	} else {
		v.unused++
	}
	switch {
	case v.imp.Rows > v.limits.Rows:
		return fileError(CodeTooManyRows, "max", v.limits.Rows)
	case v.imp.Rows+v.unused > v.limits.Rows:
		return fileError(CodeTooManyRows+".blank", "max", v.limits.Rows, "blank", v.unused)
	}
	return nil
}

// readHeader reads up to the header row in a line. Without one it returns the first row of data.
func (v *survey) readHeader(r *reader, header int64, sniffed bool) (*record, error) {
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) && header == 0 {
			return nil, fileError(CodeEmptyFile + ".blank")
		} else if errors.Is(err, io.EOF) {
			return nil, fileError(CodeBadHeader+".missing", "line", header)
		} else if err != nil {
			return nil, err
		}
		own := v.declared && rec.line == 1
		if header == 0 && !rec.blank() && !own {
			return &rec, v.withoutHeader(r, &rec)
		}
		if header != 0 && rec.line >= header {
			if sniffed && v.titles > 0 {
				v.found.add(WarnTitleRows, header)
			}
			return nil, v.setHeader(r, header, rec)
		}
		if header != 0 && !rec.blank() && !own {
			v.titles++
		}
		if err := v.count(false); err != nil {
			return nil, err
		}
	}
}

// withoutHeader takes the first row for data.
func (v *survey) withoutHeader(r *reader, rec *record) error {
	c := &v.imp.Content
	r.own = 0
	r.bound(rec, 0)
	c.Width, c.Offset, c.Line = len(rec.cells), r.file(rec.begin), rec.line
	if rec.fault != nil {
		if rec.fault.Code == CodeTooManyColumns {
			return fileError(CodeTooManyColumns, pairsOf(rec.fault.Params)...)
		}
		c.Width = max(1, v.width)
	}
	return nil
}

func (v *survey) setHeader(r *reader, header int64, rec record) error {
	switch {
	case rec.fault != nil && rec.line == header:
		return brokenHeader(header, rec.fault)
	case rec.line != header || rec.blank():
		return fileError(CodeBadHeader, "line", header)
	}
	c := &v.imp.Content
	c.Header, c.Returned = rec.cells, returned(rec.cells)
	r.own = v.imp.besides()
	if r.bound(&rec, max(0, r.own-1)); rec.fault != nil {
		return brokenHeader(header, rec.fault)
	}
	c.Header, c.Width, c.HeaderLine = make([]string, len(rec.cells)), len(rec.cells), rec.line
	c.Offset, c.Line = r.file(rec.end), rec.next
	for i, h := range rec.cells {
		c.Header[i] = strings.Clone(h)
		if len(h) > v.limits.HeaderBytes {
			return fileError(CodeHeaderTooLong, "column", i+1, "bytes", len(h), "max", v.limits.HeaderBytes)
		}
	}
	v.inspect(rec)
	return nil
}

// brokenHeader returns why the header row cannot be read.
func brokenHeader(line int64, fault *CellError) error {
	params := append(pairsOf(fault.Params), "line", line)
	switch fault.Code {
	case CodeTooManyColumns:
		return fileError(CodeTooManyColumns+".header", params...)
	case CodeRecordTooLong:
		return fileError(CodeHeaderTooLong+".record", params...)
	}
	variant := fault.Code
	if of := fault.Params[message.Variant]; of != "" {
		variant += "_" + of
	}
	return fileError(CodeBadHeader+"."+variant, params...)
}

// pairsOf returns the parameters of a message for another one that has the same.
func pairsOf(params map[string]string) []any {
	var out []any
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if name != message.Variant {
			out = append(out, name, params[name])
		}
	}
	return out
}

const maxExamples = 3

// readRows counts the rows and collects examples.
func (v *survey) readRows(r *reader, first *record) error {
	width := v.imp.Content.Width
	v.filled, v.examples = make([]bool, width), make([][]string, width)
	v.quotes, v.tallies = make([]quoteCount, width), make([]tally, width)
	for {
		var rec record
		if first != nil {
			rec, first = *first, nil
		} else {
			var err error
			if rec, err = r.next(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return err
			}
		}
		if rec.blank() {
			v.apart = true
			if err := v.count(false); err != nil {
				return err
			}
			continue
		}
		if err := v.row(rec); err != nil {
			return err
		}
		v.apart = false
	}
	return v.footer()
}

// row takes a row that is not blank. Rows that may be a footer wait for what follows.
func (v *survey) row(rec record) error {
	if len(v.held) < maxFooter && v.footerLike(rec) {
		v.held = append(v.held, rec)
		return nil
	}
	for _, held := range v.held {
		if err := v.use(held); err != nil {
			return err
		}
	}
	v.held = nil
	return v.use(rec)
}

// use counts a row and takes its values for examples.
func (v *survey) use(rec record) error {
	if err := v.count(true); err != nil {
		return err
	}
	if rec.fault != nil {
		v.fault(rec)
		return nil
	}
	if !rec.plain {
		v.inspect(rec)
	}
	for i, cell := range rec.cells[:min(len(rec.cells), len(v.filled))] {
		if meansNull(cell) {
			v.nulls[strings.Clone(cell)]++
		}
		v.quotes[i].add(cell)
		if cell = trim(cell); cell == "" {
			continue
		}
		v.filled[i] = true
		v.tallies[i].add(v.seed, cell)
		if len(v.examples[i]) < maxExamples {
			v.examples[i] = append(v.examples[i], strings.Clone(admin.Clip(cell)))
		}
	}
	return nil
}

// columns leaves out what cannot be mapped: columns without header and values, and the two that
// FailedRows adds.
func (v *survey) columns() {
	c := &v.imp.Content
	for index := range c.Width {
		col := Column{Index: index, Examples: v.examples[index]}
		v.tallies[index].set(&col)
		if index < len(c.Header) {
			col.Header = trim(c.Header[index])
		}
		if c.Returned {
			col.Header = unescape(col.Header)
			for k, e := range col.Examples {
				col.Examples[k] = unescape(e)
			}
		}
		col.Header = trim(text.Label(col.Header)) // files from spreadsheets and web pages have such characters
		for k, e := range col.Examples {
			col.Examples[k] = text.Visible(e)
		}
		if col.Name = col.Header; col.Name == "" {
			col.Name = fmt.Sprintf("Column %d", index+1)
		}
		if v.imp.own(index) || (col.Header == "" && !v.filled[index]) {
			continue
		}
		v.imp.Columns = append(v.imp.Columns, col)
	}
}

// lineOf is the line of a cell's byte.
func lineOf(rec record, column, at int) int64 {
	line := rec.line
	for _, cell := range rec.cells[:column] {
		line += int64(strings.Count(cell, "\n"))
	}
	return line + int64(strings.Count(rec.cells[column][:at], "\n"))
}
