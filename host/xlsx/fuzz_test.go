package xlsx_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/host/xlsx"
)

// small bounds keep an input of the fuzzer from taking long.
var small = xlsx.Limits{SheetBytes: 1 << 20, SharedBytes: 1 << 20, OtherBytes: 1 << 20, RowBytes: 1 << 16, Rows: 1 << 12}

// readAll reads every sheet of any bytes. What is refused has a reason with a code, and what is not is a table.
func readAll(t *testing.T, file []byte) {
	w, err := open(t, file, small)
	if err != nil {
		requireReason(t, err)
		return
	}
	for _, s := range w.Sheets() {
		in, err := w.CSV(t.Context(), s.Name, xlsx.Options{RepeatMerged: true})
		if err != nil {
			requireReason(t, err)
			continue
		}
		out, err := io.ReadAll(io.LimitReader(in, 1<<22))
		require.NoError(t, in.Close())
		if err != nil {
			requireReason(t, err)
			continue
		}
		if len(out) == 1<<22 {
			continue
		}
		r := csv.NewReader(bytes.NewReader(out))
		r.FieldsPerRecord, r.ReuseRecord = -1, true
		for err == nil {
			_, err = r.Read()
		}
		require.ErrorIs(t, err, io.EOF)
	}
}

func requireReason(t *testing.T, err error) {
	t.Helper()
	var f *bulkimport.FileError
	require.ErrorAs(t, err, &f)
	require.NotEmpty(t, f.Code)
	inCatalogue(t, f)
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("id,name\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	f.Add(book{sheet: rows(`<row><c t="s"><v>0</v></c></row>`), shared: `<si><t>a</t></si>`}.bytes(f))
	f.Add(saved(f, func(e *excelize.File) { _ = e.SetSheetRow("Sheet1", "A1", &[]any{"id", 1.5, true}) }))
	f.Fuzz(readAll)
}

func FuzzParts(f *testing.F) {
	f.Add(`<sheetData><row r="1"><c r="A1" t="s" s="1"><v>0</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B3"/></mergeCells>`,
		`<si><r><t>a</t></r><rPh><t>b</t></rPh></si>`, styles(), `<workbookPr date1904="1"/>`)
	f.Add(`<sheetData><row><c t="inlineStr"><is><t>_x0041_</t></is></c><c s="2"><v>1e5</v></c></row>`, ``, ``, ``)
	f.Add(`<sheetData><row r="7"><c r="C7" s="1"><f>1</f><v>-0.5</v></c></row></sheetData>`, `<si/>`,
		`<numFmts><numFmt numFmtId="200" formatCode="[h]:mm:ss.0"/></numFmts><cellXfs><xf numFmtId="22"/><xf numFmtId="200"/></cellXfs>`, ``)
	f.Fuzz(func(t *testing.T, sheet, shared, styles, top string) {
		readAll(t, book{sheet: sheet, shared: shared, styles: styles, top: top}.bytes(t))
	})
}

// Any text that is written is read as it was.
func FuzzWrite(f *testing.F) {
	f.Add("a", "=1+1")
	f.Add("_x0001_", "\x01\r")
	f.Add("'", "'=;@")
	f.Fuzz(func(t *testing.T, a, b string) {
		text := `"x","` + strings.ReplaceAll(a, `"`, `""`) + `","` + strings.ReplaceAll(b, `"`, `""`) + "\"\n"
		var out bytes.Buffer
		err := xlsx.Write(t.Context(), &out, strings.NewReader(text))
		if err != nil {
			var parse *csv.ParseError
			if !errors.As(err, &parse) {
				requireReason(t, err)
			}
			return
		}
		read := func(cell string) string { return strings.ReplaceAll(cell, "\r\n", "\n") }
		want := []string{"x", bulkimport.UnescapeCell(read(a)), bulkimport.UnescapeCell(read(b))}
		for len(want) > 1 && want[len(want)-1] == "" {
			want = want[:len(want)-1]
		}
		got := table(t, out.Bytes(), "")
		for k := range want {
			want[k] = read(want[k])
		}
		require.Equal(t, [][]string{want}, got)
	})
}
