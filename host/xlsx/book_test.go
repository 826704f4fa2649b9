package xlsx_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/host/xlsx"
)

// book is a workbook that is written by hand, part by part.
type book struct {
	sheet  string // what is in the first sheet's <worksheet>
	shared string // what is in <sst>
	styles string // what is in <styleSheet>
	top    string // what is in <workbook>, before the sheets
	parts  map[string]string
}

func (b book) bytes(t testing.TB) []byte {
	t.Helper()
	const types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	parts := map[string]string{
		"xl/workbook.xml": `<workbook>` + b.top + `<sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="` + types + `worksheet" Target="worksheets/one.xml"/>` +
			`<Relationship Id="r2" Type="` + types + `styles" Target="styles.xml"/>` +
			`<Relationship Id="r3" Type="` + types + `sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/one.xml": `<worksheet>` + b.sheet + `</worksheet>`,
		"xl/styles.xml":         `<styleSheet>` + b.styles + `</styleSheet>`,
		"xl/sharedStrings.xml":  `<sst>` + b.shared + `</sst>`,
	}
	for name, text := range b.parts {
		parts[name] = text
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range parts {
		if text == "" {
			continue // left out
		}
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, text)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

func open(t testing.TB, file []byte, l xlsx.Limits) (*xlsx.Workbook, error) {
	t.Helper()
	return xlsx.Open(t.Context(), bytes.NewReader(file), int64(len(file)), l)
}

// text is a sheet as CSV.
func text(t testing.TB, file []byte, sheet string, o xlsx.Options, l xlsx.Limits) (string, error) {
	t.Helper()
	w, err := open(t, file, l)
	if err != nil {
		return "", err
	}
	in, err := w.CSV(t.Context(), sheet, o)
	if err != nil {
		return "", err
	}
	out, err := io.ReadAll(in)
	require.NoError(t, in.Close())
	return string(out), err
}

// table is a sheet as its rows; blank lines are left out.
func table(t testing.TB, file []byte, sheet string) [][]string {
	t.Helper()
	out, err := text(t, file, sheet, xlsx.Options{}, xlsx.Limits{})
	require.NoError(t, err)
	r := csv.NewReader(strings.NewReader(out))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	require.NoError(t, err)
	return rows
}

// rows are the rows of a sheet that is written by hand.
func rows(cells string) string { return `<sheetData>` + cells + `</sheetData>` }

// refused requires a file error of a code.
func refused(t testing.TB, err error, code string) {
	t.Helper()
	var f *bulkimport.FileError
	require.ErrorAs(t, err, &f)
	require.Equal(t, code, f.Code, f.Message)
	inCatalogue(t, f)
}

// saved is a workbook that excelize writes.
func saved(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var out bytes.Buffer
	require.NoError(t, f.Write(&out))
	require.NoError(t, f.Close())
	return out.Bytes()
}
