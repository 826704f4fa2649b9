package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"

	"github.com/admincenter/admincenter/bulkimport"
)

// row is the text of one row's cells.
type row struct {
	number int // from 1
	text   []byte
	cells  []span // by column
}

// span is where the text of a cell is.
type span struct{ from, to int }

func (r *row) reset(number int) { r.number, r.text, r.cells = number, r.text[:0], r.cells[:0] }

// cell returns the text of a column, from 1.
func (r *row) cell(column int) []byte {
	if column > len(r.cells) {
		return nil
	}
	return r.text[r.cells[column-1].from:r.cells[column-1].to]
}

// put gives a column the text from an offset on.
func (r *row) put(column, from int) {
	for len(r.cells) < column {
		r.cells = append(r.cells, span{})
	}
	r.cells[column-1] = span{from, len(r.text)}
}

// width is the last column that is not blank.
func (r *row) width() int {
	n := len(r.cells)
	for n > 0 && r.cells[n-1].from == r.cells[n-1].to {
		n--
	}
	return n
}

// rows reads the rows of a sheet that are stored.
type rows struct {
	book  *Workbook
	sheet Sheet
	in    *scanner
	row   row
	// Of the cell that is read:
	column          int
	kind            string
	style           int
	value           []byte
	inline          richText
	formula, stored bool
}

// next reads the next row that is stored, or fails with io.EOF. Rows that are blank may be stored or not.
func (r *rows) next() error {
	inValue := false
	for {
		t, err := r.in.next()
		if err != nil {
			if errors.Is(err, io.EOF) { // before the end of the rows
				return damaged("incomplete", "sheet", r.sheet.Name)
			}
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			inValue = t.Name.Local == "v"
			if err := r.start(t); err != nil {
				return err
			}
		case xml.CharData:
			if inValue {
				r.value = append(r.value, t...)
			}
		case xml.EndElement:
			inValue = false
			switch t.Name.Local {
			case "c":
				if err := r.finish(); err != nil {
					return err
				}
			case "row":
				return nil
			case "sheetData":
				return io.EOF
			}
		}
		if r.kind == "inlineStr" {
			r.inline.add(t)
		}
		if len(r.value)+len(r.inline.raw) > r.book.limits.RowBytes {
			return r.tooLong()
		}
	}
}

func (r *rows) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		number := r.row.number + 1
		if s := attr(e, "r"); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < number || n > maxRows {
				return damaged("row", "sheet", r.sheet.Name, "number", s, "row", r.row.number)
			}
			number = n
		}
		if number > r.book.limits.Rows {
			return refuse(bulkimport.CodeTooManyRows, "rows", "sheet", r.sheet.Name, "max", r.book.limits.Rows)
		}
		r.row.reset(number)
		r.column = 0
	case "c":
		return r.begin(e)
	case "v":
		r.stored = true
	case "f":
		r.formula = true
	}
	return nil
}

func (r *rows) begin(e xml.StartElement) error {
	column := r.column + 1
	r.kind, r.style, r.formula, r.stored, r.value = "", 0, false, false, r.value[:0]
	r.inline.reset()
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			c, ok := parseCell(a.Value)
			if !ok || c.column < column {
				return damaged("cell", "sheet", r.sheet.Name, "name", a.Value, "row", r.row.number)
			}
			column = c.column
		case "s":
			r.style, _ = strconv.Atoi(a.Value)
		case "t":
			r.kind = a.Value
		}
	}
	if column > r.book.limits.Columns {
		return refuse(bulkimport.CodeTooManyColumns, "columns", "row", r.row.number, "sheet", r.sheet.Name, "max",
			r.book.limits.Columns)
	}
	r.column = column
	return nil
}

// finish adds the cell that was read to the row.
func (r *rows) finish() error {
	from := len(r.row.text)
	// A formula whose value is a blank text has an element for it, which is empty.
	if r.formula && len(r.value) == 0 && (!r.stored || r.kind == "" || r.kind == "n") && r.kind != "inlineStr" {
		return refuse(CodeNotComputed, "formula", "cell", r.name(), "sheet", r.sheet.Name)
	}
	if err := r.append(); err != nil {
		return err
	}
	r.kind = ""
	if len(r.row.text) > r.book.limits.RowBytes {
		return r.tooLong()
	}
	if len(r.row.text) > from {
		r.row.put(r.column, from)
	}
	return nil
}

// append appends the text of the cell that was read.
func (r *rows) append() error {
	out := r.row.text
	switch r.kind {
	case "s":
		if len(r.value) == 0 {
			return nil
		}
		n, err := strconv.Atoi(string(bytes.TrimSpace(r.value)))
		text, ok := r.book.shared.at(n)
		if err != nil || !ok {
			return damaged("text", "cell", r.name(), "sheet", r.sheet.Name)
		}
		out = append(out, text...)
	case "inlineStr":
		out = append(out, r.inline.text()...)
	case "str", "e":
		out = append(out, unescapeText(r.value)...)
	case "b":
		switch s := string(bytes.TrimSpace(r.value)); s {
		case "1":
			out = append(out, "true"...)
		case "0":
			out = append(out, "false"...)
		default:
			out = append(out, s...)
		}
	case "d": // of ISO 8601 already
		out = append(out, bytes.TrimSpace(r.value)...)
	default:
		out = r.appendNumber(out, string(bytes.TrimSpace(r.value)))
	}
	r.row.text = out
	return nil
}

func (r *rows) appendNumber(out []byte, stored string) []byte {
	if stored == "" {
		return out
	}
	var f numberFormat
	if r.style >= 0 && r.style < len(r.book.styles) {
		f = r.book.styles[r.style]
	}
	shown := false
	switch f.shape {
	case plain:
	case padded:
		out, shown = appendPadded(out, stored, f)
	default:
		out, shown = appendTime(out, stored, f, r.book.book.from1904)
	}
	if shown {
		return out
	}
	return appendNumber(out, stored)
}

// name is that of the cell that was read.
func (r *rows) name() string { return columnName(r.column) + strconv.Itoa(r.row.number) }

func (r *rows) tooLong() error {
	return refuse(bulkimport.CodeFileTooLarge, "row_bytes", "row", r.row.number, "sheet", r.sheet.Name, "max",
		r.book.limits.RowBytes)
}
