package xlsx_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/host/xlsx"
)

func TestWhatIsNoWorkbookIsRefusedByName(t *testing.T) {
	const link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	whole := book{}.bytes(t)
	ole := func(entry string) []byte {
		out := make([]byte, 2048)
		copy(out, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
		binary.LittleEndian.PutUint16(out[30:], 9)
		binary.LittleEndian.PutUint32(out[48:], 1) // the directory is in the sector behind the first
		for i, b := range []byte(entry) {
			out[1024+2*i] = b
		}
		return out
	}
	for name, c := range map[string]struct {
		file []byte
		code string
		kind bulkimport.FileKind
	}{
		"an old workbook":         {ole("Workbook"), xlsx.CodeNotWorkbook, bulkimport.KindOldExcel},
		"a password":              {ole("EncryptedPackage"), xlsx.CodeEncrypted, bulkimport.KindOldExcel},
		"an old workbook cut off": {ole("Workbook")[:60], xlsx.CodeNotWorkbook, bulkimport.KindOldExcel},
		"a CSV file":              {[]byte("id,name\n"), xlsx.CodeNotWorkbook, bulkimport.KindBinary},
		"nothing":                 {nil, xlsx.CodeNotWorkbook, bulkimport.KindBinary},
		"another ZIP archive":     {book{parts: map[string]string{"xl/workbook.xml": ""}}.bytes(t), xlsx.CodeNotWorkbook, bulkimport.KindZIP},
		"a binary workbook": {book{parts: map[string]string{"xl/workbook.bin": "x",
			"_rels/.rels": `<Relationships><Relationship Id="a" Type="` + link + `officeDocument" Target="xl/workbook.bin"/></Relationships>`}}.bytes(t),
			xlsx.CodeNotWorkbook, bulkimport.KindExcel},
		"an archive cut off":    {whole[:len(whole)-30], xlsx.CodeDamaged, ""},
		"a sheet is missing":    {book{parts: map[string]string{"xl/worksheets/one.xml": ""}}.bytes(t), xlsx.CodeDamaged, ""},
		"no sheet":              {book{parts: map[string]string{"xl/workbook.xml": "<workbook/>"}}.bytes(t), xlsx.CodeDamaged, ""},
		"one part twice":        {book{parts: map[string]string{"XL/Workbook.xml": "<workbook/>"}}.bytes(t), xlsx.CodeDamaged, ""},
		"styles are no XML":     {book{styles: "<"}.bytes(t), xlsx.CodeDamaged, ""},
		"styles cut off":        {book{parts: map[string]string{"xl/styles.xml": "<styleSheet><cellXfs><"}}.bytes(t), xlsx.CodeDamaged, ""},
		"a list in UTF-16":      {book{shared: `<?xml version="1.0" encoding="UTF-16"?>`}.bytes(t), xlsx.CodeDamaged, ""},
		"the sheet has no data": {book{sheet: "<"}.bytes(t), xlsx.CodeDamaged, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := text(t, c.file, "", xlsx.Options{}, xlsx.Limits{})
			refused(t, err, c.code)
			var f *bulkimport.FileError
			require.ErrorAs(t, err, &f)
			require.Equal(t, c.kind, f.Kind)
			require.ErrorIs(t, err, admin.ErrInvalid)
		})
	}
}

func TestABitThatIsWrongIsFound(t *testing.T) {
	file := book{sheet: rows(strings.Repeat(`<row><c t="str"><v>Lumen</v></c></row>`, 2000))}.bytes(t)
	at := bytes.Index(file, []byte("xl/worksheets/one.xml"))
	file[at+60] ^= 0x40
	_, err := text(t, file, "", xlsx.Options{}, xlsx.Limits{})
	refused(t, err, xlsx.CodeDamaged)
}

func TestWorkbooksOfOtherPrograms(t *testing.T) {
	const strict = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
	relation := func(id, kind, target string) string {
		return `<Relationship Id="` + id + `" Type="` + strict + kind + `" Target="` + target + `"/>`
	}
	file := book{parts: map[string]string{
		"xl/workbook.xml": "", "xl/_rels/workbook.xml.rels": "", "xl/worksheets/one.xml": "", "xl/styles.xml": "", "xl/sharedStrings.xml": "",
		"_rels/.rels":   `<Relationships>` + relation("a", "officeDocument", "Book/Main.xml") + `</Relationships>`,
		`Book\Main.xml`: `<x:workbook><x:sheets><x:sheet name="Chart" r:id="c"/><x:sheet name="A" id="zz" rel:id="s"/></x:sheets></x:workbook>`,
		"book/_rels/main.xml.rels": `<Relationships>` + relation("c", "chartsheet", "chart.xml") + relation("s", "worksheet", "../sheets/A.xml") +
			`<Relationship Id="e" Type="` + strict + `styles" Target="https://example.com/" TargetMode="External"/></Relationships>`,
		"sheets/a.XML": `<x:worksheet><x:dimension ref="A1:C7"/><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`,
	}}.bytes(t)
	w, err := open(t, file, xlsx.Limits{})
	require.NoError(t, err)
	require.Len(t, w.Sheets(), 1, "a chart is no sheet")
	require.Equal(t, []int{7, 3}, []int{w.Sheets()[0].Rows, w.Sheets()[0].Columns})
	require.Equal(t, [][]string{{"a"}}, table(t, file, "A"))
}

func TestAllSheetsAreHidden(t *testing.T) {
	file := book{parts: map[string]string{"xl/workbook.xml": `<workbook><sheets><sheet name="a" state="hidden" r:id="r1"/></sheets></workbook>`},
		sheet: rows(`<row><c><v>1</v></c></row>`)}.bytes(t)
	require.Equal(t, [][]string{{"1"}}, table(t, file, ""))
}

func TestBegins(t *testing.T) {
	require.True(t, xlsx.Begins(book{}.bytes(t)[:4]))
	require.True(t, xlsx.Begins([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")), "Open says what it is")
	require.False(t, xlsx.Begins([]byte("PK,name\n")))
	require.False(t, xlsx.Begins(nil))
}

func TestLimits(t *testing.T) {
	cell := `<c t="str"><v>` + strings.Repeat("x", 1000) + `</v></c>`
	sheets, relations := "", ""
	for i := range 1001 {
		n := strconv.Itoa(i)
		sheets += `<sheet name="` + n + `" r:id="r1"/>`
		relations += n
	}
	for name, c := range map[string]struct {
		book   book
		limits xlsx.Limits
		code   string
	}{
		"the file":           {book{}, xlsx.Limits{FileBytes: 100}, bulkimport.CodeFileTooLarge},
		"entries":            {book{}, xlsx.Limits{Entries: 3}, bulkimport.CodeFileTooLarge},
		"a sheet's XML":      {book{sheet: rows(strings.Repeat(`<row/>`, 10000))}, xlsx.Limits{SheetBytes: 20000}, bulkimport.CodeFileTooLarge},
		"XML behind the end": {book{styles: strings.Repeat(" ", 50000)}, xlsx.Limits{OtherBytes: 20000}, bulkimport.CodeFileTooLarge},
		"shared texts":       {book{shared: strings.Repeat(`<si><t>abc</t></si>`, 10000)}, xlsx.Limits{SharedBytes: 20000}, bulkimport.CodeFileTooLarge},
		"one text":           {book{sheet: rows(`<row>` + cell + `</row>`)}, xlsx.Limits{CellBytes: 999}, bulkimport.CodeFileTooLarge},
		"one shared text":    {book{shared: `<si><t>` + strings.Repeat("x", 1000) + `</t></si>`}, xlsx.Limits{CellBytes: 999}, bulkimport.CodeFileTooLarge},
		"an attribute":       {book{sheet: `<a b="` + strings.Repeat("x", 1000) + `"/>`}, xlsx.Limits{CellBytes: 999}, bulkimport.CodeFileTooLarge},
		"a row's text":       {book{sheet: rows(`<row>` + cell + cell + cell + `</row>`)}, xlsx.Limits{RowBytes: 2999}, bulkimport.CodeFileTooLarge},
		"a cell in pieces":   {book{sheet: rows(`<row><c t="str"><v>` + strings.Repeat("xx<!-- -->", 2000) + `</v></c></row>`)}, xlsx.Limits{RowBytes: 2999}, bulkimport.CodeFileTooLarge},
		"a shared text that repeats": {book{shared: `<si><t>` + strings.Repeat("x", 1000) + `</t></si>`,
			sheet: rows(`<row>` + strings.Repeat(`<c t="s"><v>0</v></c>`, 3) + `</row>`)}, xlsx.Limits{RowBytes: 2999}, bulkimport.CodeFileTooLarge},
		"rows":    {book{sheet: rows(strings.Repeat(`<row/>`, 3))}, xlsx.Limits{Rows: 2}, bulkimport.CodeTooManyRows},
		"columns": {book{sheet: rows(`<row>` + strings.Repeat(`<c/>`, 3) + `</row>`)}, xlsx.Limits{Columns: 2}, bulkimport.CodeTooManyColumns},
		"formats": {book{styles: `<cellXfs>` + strings.Repeat(`<xf/>`, 70000) + `</cellXfs>`}, xlsx.Limits{}, bulkimport.CodeFileTooLarge},
		"sheets":  {book{parts: map[string]string{"xl/workbook.xml": `<workbook><sheets>` + sheets + `</sheets></workbook>`}}, xlsx.Limits{}, bulkimport.CodeFileTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := text(t, c.book.bytes(t), "", xlsx.Options{}, c.limits)
			refused(t, err, c.code)
			_, err = text(t, book{sheet: rows(`<row>` + cell + `</row>`)}.bytes(t), "", xlsx.Options{}, xlsx.Limits{})
			require.NoError(t, err, "within the limits")
		})
	}
}

// A directory that would take memory by the gigabyte is not read.
func TestADirectoryOfManyPartsIsNotRead(t *testing.T) {
	parts := map[string]string{}
	for i := range 40000 {
		parts["part-with-a-long-name-"+strings.Repeat("x", 40)+strconv.Itoa(i)] = "x"
	}
	file := book{parts: parts}.bytes(t)
	in := &counted{ReaderAt: bytes.NewReader(file)}
	_, err := xlsx.Open(t.Context(), in, int64(len(file)), xlsx.Limits{})
	refused(t, err, bulkimport.CodeFileTooLarge)
	require.Less(t, in.read, int64(3<<20), "of %d", len(file))
}

type counted struct {
	io.ReaderAt
	read int64
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, at)
	c.read += int64(n)
	return n, err
}

// An error of where the file is stored is not taken for a file that is damaged.
func TestErrorsOfTheReaderAreReturned(t *testing.T) {
	file := book{sheet: rows(strings.Repeat(`<row><c t="str"><v>Lumen</v></c></row>`, 100))}.bytes(t)
	broken := errors.New("the disk is gone")
	failed := 0
	for after := range 200 {
		in := &failing{ReaderAt: bytes.NewReader(file), after: after, err: broken}
		w, err := xlsx.Open(t.Context(), in, int64(len(file)), xlsx.Limits{})
		if err == nil {
			text, opened := w.CSV(t.Context(), "", xlsx.Options{})
			if err = opened; err == nil {
				_, err = io.ReadAll(text)
			}
		}
		if err == nil {
			require.NotZero(t, failed)
			return
		}
		require.ErrorIs(t, err, broken, "read %d", after)
		failed++
	}
	t.Fatal("it reads without end")
}

type failing struct {
	io.ReaderAt
	after int
	err   error
}

func (f *failing) ReadAt(p []byte, at int64) (int, error) {
	if f.after--; f.after < 0 {
		return 0, f.err
	}
	return f.ReaderAt.ReadAt(p, at)
}
