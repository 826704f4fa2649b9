package xlsx

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/admincenter/admincenter/bulkimport"
)

// Write writes a CSV file of package bulkimport, a sample or the failed rows of an import, as a workbook of one sheet.
// Every cell is a text: no formula can run, and 01067 stays 01067. So the apostrophes of the CSV file are taken
// off; [Workbook.CSV] puts those of failed rows on again for Upload. Write streams, and fails with a
// [*bulkimport.FileError] for what no sheet can have: a row, a column or a text too many. Part of the workbook may be
// written then.
func Write(ctx context.Context, w io.Writer, from io.Reader) error {
	in := bufio.NewReaderSize(from, 64<<10)
	records := csv.NewReader(in)
	records.Comma, records.FieldsPerRecord, records.ReuseRecord = separator(in), -1, true
	z := zip.NewWriter(w)
	for _, part := range frame() {
		if err := writePart(z, part[0], part[1]); err != nil {
			return err
		}
	}
	part, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(part, 64<<10)
	_, _ = out.WriteString(sheetBegins)
	for number := 1; ; number++ {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := writeRow(out, number, record); err != nil {
			return err
		}
	}
	_, _ = out.WriteString(sheetEnds)
	if err := out.Flush(); err != nil {
		return err
	}
	return z.Close()
}

// separator skips a byte order mark and returns what is behind the first cell, which is in quotes.
func separator(in *bufio.Reader) rune {
	if mark, _ := in.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = in.Discard(3)
	}
	head, _ := in.Peek(in.Size())
	if !bytes.HasPrefix(head, []byte(`"`)) {
		return ','
	}
	for head = head[1:]; ; head = head[2:] {
		q := bytes.IndexByte(head, '"')
		if q < 0 || q+1 >= len(head) {
			return ','
		}
		if head = head[q:]; head[1] == '"' {
			continue
		}
		if bytes.IndexByte([]byte("\r\n"), head[1]) >= 0 {
			return ','
		}
		return rune(head[1])
	}
}

func writePart(z *zip.Writer, name, text string) error {
	part, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(part, text)
	return err
}

func writeRow(out *bufio.Writer, number int, record []string) error {
	if number > maxRows {
		return refuse(bulkimport.CodeTooManyRows, "rows_written", "max", maxRows)
	}
	if len(record) > maxColumns {
		return refuse(bulkimport.CodeTooManyColumns, "columns_written", "max", maxColumns, "row", number, "cells",
			len(record))
	}
	row := strconv.Itoa(number)
	_, _ = out.WriteString(`<row r="` + row + `">`)
	for k, value := range record {
		if value == "" {
			continue
		}
		value = bulkimport.UnescapeCell(value)
		name := columnName(k+1) + row
		if !utf8.ValidString(value) {
			return refuse(bulkimport.CodeInvalidEncoding, "cell_encoding", "cell", name)
		}
		if utf16Length(value) > maxText {
			return refuse(CodeCellTooLong, "cell_too_long", "cell", name, "max", maxText)
		}
		_, _ = out.WriteString(`<c r="` + name + `" s="1" t="inlineStr"><is><t xml:space="preserve">`)
		writeText(out, value)
		_, _ = out.WriteString("</t></is></c>")
	}
	_, err := out.WriteString("</row>")
	return err
}

func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}

// writeText writes a text so that [unescapeText] returns it: what XML does not have is written as _x0001_.
func writeText(out *bufio.Writer, s string) {
	for i, r := range s {
		switch {
		case r == '&':
			_, _ = out.WriteString("&amp;")
		case r == '<':
			_, _ = out.WriteString("&lt;")
		case r == '>':
			_, _ = out.WriteString("&gt;")
		case r == '_' && looksEscaped(s[i:]):
			_, _ = out.WriteString("_x005F_")
		case r < ' ' && r != '\t' && r != '\n', r == 0xfffe, r == 0xffff:
			_, _ = fmt.Fprintf(out, "_x%04X_", r)
		default:
			_, _ = out.WriteRune(r)
		}
	}
}

func looksEscaped(s string) bool {
	_, n := escaped([]byte(s[:min(len(s), 7)]))
	return n > 0
}
