package xlsx_test

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/host/xlsx"
)

func TestRowsOfASheet(t *testing.T) {
	cell := func(name string) string { return `<c r="` + name + `" t="str"><v>` + name + `</v></c>` }
	for name, c := range map[string]struct{ rows, want string }{
		"blank rows stay":                   {`<row r="2">` + cell("A2") + `</row><row r="3"/><row r="5">` + cell("A5") + `</row>`, "\n\"A2\"\n\n\n\"A5\"\n"},
		"blank rows at the end do not":      {`<row r="1">` + cell("A1") + `</row><row r="2"><c r="A2" s="1"/></row><row r="1048576"/>`, "\"A1\"\n"},
		"rows and cells without numbers":    {`<row><c t="str"><v>a</v></c><c/><c t="str"><v>b</v></c></row><row><c t="str"><v>c</v></c></row>`, "\"a\",,\"b\"\n\"c\",,\n"},
		"a hidden row":                      {`<row r="1" hidden="1">` + cell("A1") + `</row>`, "\"A1\"\n"},
		"cells that are not stored":         {`<row r="1">` + cell("B1") + cell("D1") + `</row>`, ",\"B1\",,\"D1\"\n"},
		"a row as wide as the widest":       {`<row r="1">` + cell("A1") + `</row><row r="2">` + cell("C2") + `</row><row r="3">` + cell("A3") + `</row>`, "\"A1\"\n,,\"C2\"\n\"A3\",,\n"},
		"blank cells at the end do not add": {`<row r="1">` + cell("A1") + `<c r="Z1" s="1"/></row>`, "\"A1\"\n"},
		"columns of two letters":            {`<row r="1">` + cell("AA1") + `</row>`, ",,,,,,,,,,,,,,,,,,,,,,,,,,\"AA1\"\n"},
		"quotes":                            {`<row r="1"><c t="str"><v>a "b" c</v></c></row>`, "\"a \"\"b\"\" c\"\n"},
		"nothing":                           {``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := text(t, book{sheet: rows(c.rows)}.bytes(t), "", xlsx.Options{}, xlsx.Limits{})
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestSheetsThatAreDamagedAreRefused(t *testing.T) {
	for name, sheet := range map[string]string{
		"no end of the rows":      `<sheetData><row r="1"><c r="A1"><v>1</v></c></row>`,
		"no XML":                  `<sheetData><row r="1"><c r="A1"><v>1</w></c></row`,
		"a row twice":             rows(`<row r="2"/><row r="2"/>`),
		"a row before another":    rows(`<row r="2"/><row r="1"/>`),
		"a row with a word":       rows(`<row r="two"/>`),
		"a row beyond a sheet":    rows(`<row r="1048577"/>`),
		"a column twice":          rows(`<row r="1"><c r="A1"/><c r="A1"/></row>`),
		"a column beyond a sheet": rows(`<row r="1"><c r="XFE1"/></row>`),
		"a cell without a column": rows(`<row r="1"><c r="1"/></row>`),
		"a text that is not":      rows(`<row r="1"><c r="A1" t="s"><v>7</v></c></row>`),
		"a text before the first": rows(`<row r="1"><c r="A1" t="s"><v>-1</v></c></row>`),
		"an entity":               rows(`<row r="1"><c r="A1" t="str"><v>&lol;</v></c></row>`),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := text(t, book{sheet: sheet}.bytes(t), "", xlsx.Options{}, xlsx.Limits{})
			refused(t, err, xlsx.CodeDamaged)
		})
	}
}

func TestMergedAreas(t *testing.T) {
	file := saved(t, func(f *excelize.File) {
		require.NoError(t, f.SetSheetRow("Sheet1", "A1", &[]any{"Region", "City", "Name"}))
		require.NoError(t, f.SetSheetRow("Sheet1", "A2", &[]any{"North", "Oslo", "Lumen"}))
		require.NoError(t, f.SetSheetRow("Sheet1", "B3", &[]any{"Bergen", "Orbit"}))
		require.NoError(t, f.SetSheetRow("Sheet1", "A5", &[]any{"South", "Rome", "Nova"}))
		require.NoError(t, f.MergeCell("Sheet1", "A2", "A4"))
		require.NoError(t, f.MergeCell("Sheet1", "B5", "C5")) // keeps the first alone
	})
	once, err := text(t, file, "", xlsx.Options{}, xlsx.Limits{})
	require.NoError(t, err)
	require.Equal(t, "\"Region\",\"City\",\"Name\"\n\"North\",\"Oslo\",\"Lumen\"\n,\"Bergen\",\"Orbit\"\n\n\"South\",\"Rome\",\n", once)
	repeated, err := text(t, file, "", xlsx.Options{RepeatMerged: true}, xlsx.Limits{})
	require.NoError(t, err)
	require.Equal(t, "\"Region\",\"City\",\"Name\"\n\"North\",\"Oslo\",\"Lumen\"\n\"North\",\"Bergen\",\"Orbit\"\n\"North\",,\n\"South\",\"Rome\",\"Rome\"\n", repeated)
}

func TestMergedAreasOfRowsThatAreNotStored(t *testing.T) {
	merged := func(refs ...string) string {
		out := `<mergeCells>`
		for _, r := range refs {
			out += `<mergeCell ref="` + r + `"/>`
		}
		return out + `</mergeCells>`
	}
	data := rows(`<row r="1"><c r="A1"><v>1</v></c></row><row r="4"><c r="B4"><v>2</v></c></row>`)
	got, err := text(t, book{sheet: data + merged("A1:A3", "B1:B2", "junk", "B9:A1")}.bytes(t), "", xlsx.Options{RepeatMerged: true}, xlsx.Limits{})
	require.NoError(t, err)
	require.Equal(t, "\"1\"\n\"1\"\n\"1\"\n,\"2\"\n", got)

	var over []string
	for range 3 {
		over = append(over, "A1:XFD1")
	}
	_, err = text(t, book{sheet: data + merged(over...)}.bytes(t), "", xlsx.Options{RepeatMerged: true}, xlsx.Limits{})
	refused(t, err, xlsx.CodeDamaged)
	require.ErrorContains(t, err, "over each other")
}

func TestSheetsAreListed(t *testing.T) {
	file := saved(t, func(f *excelize.File) {
		require.NoError(t, f.SetSheetName("Sheet1", "Notes"))
		for _, name := range []string{"Customers", "Secret", "Macro"} {
			_, err := f.NewSheet(name)
			require.NoError(t, err)
		}
		require.NoError(t, f.SetSheetRow("Customers", "A1", &[]any{"id", "name"}))
		require.NoError(t, f.SetSheetDimension("Customers", "A1:B1"))
		require.NoError(t, f.SetSheetRow("Secret", "A1", &[]any{"hidden"}))
		f.SetActiveSheet(1)
		require.NoError(t, f.SetSheetVisible("Notes", false))
		require.NoError(t, f.SetSheetVisible("Secret", false))
		require.NoError(t, f.SetSheetVisible("Macro", false, true))
	})
	w, err := open(t, file, xlsx.Limits{})
	require.NoError(t, err)
	type brief struct {
		name          string
		hidden        bool
		rows, columns int
	}
	var got []brief
	for _, s := range w.Sheets() {
		got = append(got, brief{s.Name, s.Hidden, s.Rows, s.Columns})
	}
	require.Equal(t, "Customers", got[1].name)
	require.Equal(t, brief{"Customers", false, 1, 2}, got[1])
	require.True(t, got[0].hidden && got[2].hidden && got[3].hidden)
	require.Equal(t, [][]string{{"id", "name"}}, table(t, file, ""), "the first that is not hidden")
	require.Equal(t, [][]string{{"hidden"}}, table(t, file, "SECRET"), "by name, in any capitals")
	_, err = w.CSV(t.Context(), "Sheet9", xlsx.Options{})
	refused(t, err, xlsx.CodeNoSheet)
	require.ErrorContains(t, err, `no sheet is called "Sheet9"`)
	require.ErrorContains(t, err, `"Notes", "Customers", "Secret", "Macro"`)
}

func TestSheetsAreReadSideBySide(t *testing.T) {
	w, err := open(t, saved(t, func(f *excelize.File) {
		require.NoError(t, f.SetSheetRow("Sheet1", "A1", &[]any{"a", "b"}))
	}), xlsx.Limits{})
	require.NoError(t, err)
	one, err := w.CSV(t.Context(), "", xlsx.Options{})
	require.NoError(t, err)
	two, err := w.CSV(t.Context(), "", xlsx.Options{})
	require.NoError(t, err)
	first := make([]byte, 3)
	_, err = io.ReadFull(one, first)
	require.NoError(t, err)
	all, err := io.ReadAll(two)
	require.NoError(t, err)
	require.Equal(t, "\"a\",\"b\"\n", string(all))
	rest, err := io.ReadAll(one)
	require.NoError(t, err)
	require.Equal(t, "\"a\",\"b\"\n", string(first)+string(rest))
	require.NoError(t, one.Close())
	_, err = one.Read(first)
	require.Error(t, err, "it is closed")
}

func TestTheContextEndsReading(t *testing.T) {
	many := ""
	for range 5000 {
		many += `<row><c><v>1</v></c></row>`
	}
	w, err := open(t, book{sheet: rows(many)}.bytes(t), xlsx.Limits{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	in, err := w.CSV(ctx, "", xlsx.Options{})
	require.NoError(t, err)
	cancel()
	_, err = io.ReadAll(in)
	require.ErrorIs(t, err, context.Canceled)
	var f *bulkimport.FileError
	require.NotErrorAs(t, err, &f)
}
