package xlsx_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/bulkimport/message"
	"github.com/admincenter/admincenter/host/xlsx"
)

// inCatalogue requires that the message is made of the catalogue's and the parameters, and that German has it.
func inCatalogue(t testing.TB, f *bulkimport.FileError) (key string) {
	t.Helper()
	require.NotEmpty(t, f.Code)
	key = message.Key("file", f.Code, f.Params)
	text, hint, ok := message.Catalog{}.Render(key, f.Params)
	require.True(t, ok, "%s with %v", key, f.Params)
	require.Equal(t, f.Message, message.Join(text, hint), key)
	require.NotEqual(t, f.Message, f.Localized(message.German()).Message, key)
	for name, value := range f.Params {
		if name != message.Variant && !strings.HasSuffix(name, "Word") {
			require.Contains(t, f.Message, value, "%s of %s holds no more than the message", name, key)
		}
	}
	return key
}

// read opens a workbook and reads the text of a sheet.
func read(t *testing.T, file []byte, sheet string, o xlsx.Options, l xlsx.Limits) error {
	_, err := text(t, file, sheet, o, l)
	return err
}

// write writes cells as a workbook.
func write(t *testing.T, csv string) error {
	return xlsx.Write(t.Context(), io.Discard, strings.NewReader(csv))
}

// packedAs is a workbook of which a part is packed in a way that nothing can unpack.
func packedAs(t *testing.T, whole []byte, part string) []byte {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	require.NoError(t, err)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range from.File {
		h := f.FileHeader
		if strings.Contains(f.Name, part) {
			h.Method = 99
		}
		raw, err := f.OpenRaw()
		require.NoError(t, err)
		w, err := z.CreateRaw(&h)
		require.NoError(t, err)
		_, err = io.Copy(w, raw)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

// ofLimits are files over a limit, by the keys of their messages.
func ofLimits(t *testing.T) map[string]error {
	long := strings.Repeat("x", 2000)
	cell := `<c t="str"><v>` + long + `</v></c>`
	one := func(sheet string, l xlsx.Limits) error {
		return read(t, book{sheet: rows(sheet)}.bytes(t), "", xlsx.Options{}, l)
	}
	var sheets, merged strings.Builder
	for k := range 1001 {
		fmt.Fprintf(&sheets, `<sheet name="%d" r:id="r1"/>`, k)
	}
	for range 1<<16 + 1 {
		merged.WriteString(`<mergeCell ref="A1:B1"/>`)
	}
	large := strings.Repeat("<row/>", 10_000)
	return map[string]error{
		"file.file_too_large":       read(t, book{}.bytes(t), "", xlsx.Options{}, xlsx.Limits{FileBytes: 100}),
		"workbook.parts":            read(t, book{}.bytes(t), "", xlsx.Options{}, xlsx.Limits{Entries: 3}),
		"workbook.rows":             one("<row/><row/><row/>", xlsx.Limits{Rows: 2}),
		"workbook.columns":          one("<row><c/><c/><c/></row>", xlsx.Limits{Columns: 2}),
		"workbook.row_bytes":        one("<row>"+cell+cell+"</row>", xlsx.Limits{RowBytes: 2999}),
		"workbook.text_bytes_sheet": one("<row>"+cell+"</row>", xlsx.Limits{CellBytes: 999}),
		"workbook.text_bytes": read(t, book{shared: `<si><t>` + long + `</t></si>`}.bytes(t), "", xlsx.Options{},
			xlsx.Limits{CellBytes: 999}),
		"workbook.xml_sheet": one(large, xlsx.Limits{SheetBytes: 20_000}),
		"workbook.xml": read(t, book{styles: strings.Repeat(" ", 50_000)}.bytes(t), "", xlsx.Options{},
			xlsx.Limits{OtherBytes: 20_000}),
		"workbook.formats": read(t, book{styles: `<cellXfs>` + strings.Repeat(`<xf/>`, 70_000) + `</cellXfs>`}.bytes(t), "",
			xlsx.Options{}, xlsx.Limits{}),
		"workbook.sheets": read(t, book{parts: map[string]string{"xl/workbook.xml": `<workbook><sheets>` + sheets.String() +
			`</sheets></workbook>`}}.bytes(t), "", xlsx.Options{}, xlsx.Limits{}),
		"workbook.merged": read(t, book{sheet: rows("") + `<mergeCells>` + merged.String() + `</mergeCells>`}.bytes(t), "",
			xlsx.Options{RepeatMerged: true}, xlsx.Limits{}),
	}
}

// ofDamage are workbooks that are damaged, by the keys of their messages.
func ofDamage(t *testing.T) map[string]error {
	of := func(b book) error { return read(t, b.bytes(t), "", xlsx.Options{RepeatMerged: true}, xlsx.Limits{}) }
	whole := book{sheet: rows(`<row><c><v>1</v></c></row>`)}.bytes(t)
	plain := func(file []byte) error { return read(t, file, "", xlsx.Options{}, xlsx.Limits{}) }
	areas := strings.Repeat(`<mergeCell ref="A1:XFD2"/>`, 3)
	return map[string]error{
		"workbook.damaged_archive":    plain(whole[:len(whole)-30]),
		"workbook.damaged_cell":       of(book{sheet: rows(`<row><c r="{x}"><v>1</v></c></row>`)}),
		"workbook.damaged_row":        of(book{sheet: rows(`<row r="3"/><row r="2"/>`)}),
		"workbook.damaged_incomplete": of(book{sheet: `<sheetData><row><c><v>1</v></c></row>`}),
		"workbook.damaged_merged": of(book{sheet: rows(`<row><c t="str"><v>a</v></c></row>`) + `<mergeCells>` + areas +
			`</mergeCells>`}),
		"workbook.damaged_missing": of(book{parts: map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships>` +
			`<Relationship Id="r1" Type="x/worksheet" Target="gone.xml"/></Relationships>`}}),
		"workbook.damaged_packed":       plain(packedAs(t, whole, "workbook.xml")),
		"workbook.damaged_packed_sheet": plain(packedAs(t, whole, "one.xml")),
		"workbook.damaged_part":         of(book{shared: `<si><t>a</b`}),
		"workbook.damaged_part_sheet":   of(book{sheet: `<sheetData><row><c <`}),
		"workbook.damaged_sheets":       of(book{parts: map[string]string{"xl/workbook.xml": `<workbook/>`}}),
		"workbook.damaged_text":         of(book{sheet: rows(`<row><c t="s"><v>9</v></c></row>`)}),
		"workbook.damaged_twice":        of(book{parts: map[string]string{"XL/workbook.xml": "<workbook/>"}}),
	}
}

// ofKinds are files that are no workbooks, and cells that none can have, by the keys of their messages.
func ofKinds(t *testing.T) map[string]error {
	plain := func(file []byte) error { return read(t, file, "", xlsx.Options{}, xlsx.Limits{}) }
	old := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 2000)...)
	secret := slices.Clone(old)
	for k, b := range []byte("EncryptedPackage") {
		secret[600+2*k] = b
	}
	formula := book{sheet: rows(`<row><c><f>1+1</f></c></row>`)}.bytes(t)
	other := map[string]string{"_rels/.rels": `<Relationships><Relationship Id="a" Type="x/officeDocument" ` +
		`Target="xl/workbook.bin"/></Relationships>`}
	return map[string]error{
		"workbook.binary":          plain([]byte("id,name\n")),
		"workbook.binary_excel":    plain(book{parts: other}.bytes(t)),
		"workbook.zip":             plain(book{parts: map[string]string{"xl/workbook.xml": ""}}.bytes(t)),
		"workbook.old_excel":       plain(old),
		"workbook.encrypted":       plain(secret),
		"workbook.formula":         plain(formula),
		"workbook.no_sheet":        read(t, book{}.bytes(t), "Sheet {9}", xlsx.Options{}, xlsx.Limits{}),
		"workbook.cell_encoding":   write(t, "\"a\xff\"\n"),
		"workbook.cell_too_long":   write(t, strings.Repeat("x", 32_768)+"\n"),
		"workbook.columns_written": write(t, strings.Repeat(",", 16_384)+"\n"),
		"workbook.rows_written":    write(t, strings.Repeat("a\n", 1_048_577)),
	}
}

func TestEveryMessageIsReachedByAFile(t *testing.T) {
	reached := map[string]bool{}
	for _, files := range []map[string]error{ofLimits(t), ofDamage(t), ofKinds(t)} {
		for want, err := range files {
			var f *bulkimport.FileError
			require.ErrorAs(t, err, &f, want)
			key := inCatalogue(t, f)
			require.Equal(t, want, key)
			reached[key] = true
		}
	}
	for key := range message.English().Templates {
		if strings.HasPrefix(key, "workbook.") {
			require.True(t, reached[key], "a message that no file reaches misleads translators: %s", key)
		}
	}
}
