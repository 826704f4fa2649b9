package xlsx_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/host/xlsx"
)

var queryAll = admin.Query{Limit: 100}

func TestAWorkbookIsImported(t *testing.T) {
	w, err := newWorld(t.Context())
	require.NoError(t, err)
	file := saved(t, func(f *excelize.File) {
		padded := "00000"
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &padded})
		require.NoError(t, err)
		for i, row := range [][]any{
			{"Customers of the north"}, nil,
			{"Customer ID", "Name", "Email", "Zip", "Country", "Created"},
			{1001, "Müller, \"GmbH\"", "a@x.example", 1067, "DE", time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)},
			{1002, "=1+1", "no address", 20095, "DE", nil},
		} {
			cell := fmt.Sprintf("A%d", i+1)
			require.NoError(t, f.SetSheetRow("Sheet1", cell, &row))
		}
		require.NoError(t, f.SetCellStyle("Sheet1", "D4", "D5", id))
	})
	i := w.upload(t, file)
	require.EqualValues(t, 3, i.Content.HeaderLine, "below the title")
	require.EqualValues(t, 2, i.Rows)
	done := w.run(t, i)
	require.EqualValues(t, 1, done.Counts.Completed)
	require.EqualValues(t, 1, done.Counts.Failed)
	c, err := w.backend.Customers().Get(t.Context(), "acme", "1001")
	require.NoError(t, err)
	require.Equal(t, `Müller, "GmbH"`, c.Name)
	require.Equal(t, "01067", c.Address.PostalCode)
	page, err := w.imports.Errors(t.Context(), w.scope, i.ID, queryAll)
	require.NoError(t, err)
	require.EqualValues(t, 5, page.Items[0].Line, "the row of the sheet")
}

// Failed rows go out as a workbook without apostrophes, and come back as a file of failed rows, cell by cell as they
// were, also what began with an apostrophe.
func TestFailedRowsComeBackAsAWorkbook(t *testing.T) {
	w, err := newWorld(t.Context())
	require.NoError(t, err)
	names := []string{"=1+1", "'=1+1", "01067", "+49 1", "-5.00", "'s-Hertogenbosch", "a;@x", "line\nbreak", "_x0041_", `"quoted"`}
	var in strings.Builder
	in.WriteString("id;name;email;zip\n")
	for k, name := range names {
		_, _ = fmt.Fprintf(&in, "c%d;\"%s\";nowhere;0%d\n", k, strings.ReplaceAll(name, `"`, `""`), k)
	}
	first, err := w.imports.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: bulkimport.CustomersType,
		FileName: "customers.csv", Content: strings.NewReader(in.String())})
	require.NoError(t, err)
	require.EqualValues(t, len(names), w.run(t, first).Counts.Failed)

	file := written(t, w.failed(t, first.ID))
	shown := table(t, file, "")
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	got, err := f.GetRows("Sheet1")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Equal(t, []string{"id", "name", "email", "zip", "_line", "_errors"}, got[0])
	for k, name := range names {
		require.Equal(t, name, got[k+1][1], "without an apostrophe")
		require.Equal(t, fmt.Sprintf("0%d", k), got[k+1][3])
		require.Equal(t, bulkimport.EscapeCell(name), shown[k+1][1], "with one, for Upload")
	}

	again := w.upload(t, file)
	require.True(t, again.Content.Returned)
	require.EqualValues(t, len(names), w.run(t, again).Counts.Failed)
	page, err := w.imports.Errors(t.Context(), w.scope, again.ID, queryAll)
	require.NoError(t, err)
	for k, name := range names {
		require.Equal(t, bulkimport.EscapeCell(name), page.Items[k].Cells[1])
	}
	back := table(t, written(t, w.failed(t, again.ID)), "")
	for k := range names {
		require.Equal(t, shown[k+1][:4], back[k+1][:4], "a second time too")
	}
}

// Another program writes other bytes for the same cells.
func TestTheSameCellsAreWarnedOf(t *testing.T) {
	w, err := newWorld(t.Context())
	require.NoError(t, err)
	w.run(t, w.upload(t, written(t, "id,name,email\n1,Lumen,a@x.example\n")))
	again := w.upload(t, saved(t, func(f *excelize.File) {
		require.NoError(t, f.SetSheetRow("Sheet1", "A1", &[]any{"id", "name", "email"}))
		require.NoError(t, f.SetSheetRow("Sheet1", "A2", &[]any{1, "Lumen", "a@x.example"}))
	}))
	require.Equal(t, bulkimport.WarnAlreadyImported, again.Warnings[0].Code)
}

func TestASampleIsImportedAsAWorkbook(t *testing.T) {
	w, err := newWorld(t.Context())
	require.NoError(t, err)
	var sample bytes.Buffer
	require.NoError(t, bulkimport.Customers().Sample(&sample))
	done := w.run(t, w.upload(t, written(t, sample.String())))
	require.EqualValues(t, 1, done.Counts.Completed)
	c, err := w.backend.Customers().Get(t.Context(), "acme", "acme")
	require.NoError(t, err)
	require.Equal(t, "29501", c.Address.PostalCode)
}

// An upload of a sheet that is damaged, or over a limit, names why and stores nothing.
func TestAnUploadOfADamagedSheetStoresNothing(t *testing.T) {
	w, err := newWorld(t.Context())
	require.NoError(t, err)
	for code, l := range map[string]xlsx.Limits{xlsx.CodeDamaged: {}, bulkimport.CodeTooManyRows: {Rows: 3}} {
		file := book{sheet: `<sheetData>` + strings.Repeat(`<row><c t="str"><v>id</v></c></row>`, 5000)}.bytes(t)
		b, err := open(t, file, l)
		require.NoError(t, err)
		text, err := b.CSV(t.Context(), "", xlsx.Options{})
		require.NoError(t, err)
		_, err = w.imports.Upload(t.Context(), w.scope,
			bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "a.xlsx", Content: text})
		refused(t, err, code)
		page, err := w.imports.List(t.Context(), w.scope, bulkimport.Filter{}, queryAll)
		require.NoError(t, err)
		require.Empty(t, page.Items)
	}
}

// Example imports the sheet of a workbook, and gives the rows that failed back as a workbook.
func Example() {
	ctx := context.Background()
	f := excelize.NewFile()
	_ = f.SetSheetRow("Sheet1", "A1", &[]any{"Customer ID", "Name", "Email", "Country"})
	_ = f.SetSheetRow("Sheet1", "A2", &[]any{"00017", "Lumen", "ada@lumen.example", "GB"})
	_ = f.SetSheetRow("Sheet1", "A3", &[]any{"00018", "Orbit", "alan at orbit", "GB"})
	var file bytes.Buffer
	if err := f.Write(&file); err != nil {
		fmt.Println(err)
		return
	}

	w, err := newWorld(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	book, err := xlsx.Open(ctx, bytes.NewReader(file.Bytes()), int64(file.Len()), xlsx.Limits{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range book.Sheets() {
		fmt.Println(s.Name)
	}
	text, err := book.CSV(ctx, "Sheet1", xlsx.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = text.Close() }()
	imp, err := w.imports.Upload(ctx, w.scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "customers.xlsx", Content: text,
		Encoding: bulkimport.UTF8, Delimiter: ",",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	suggested, err := w.imports.Suggest(ctx, w.scope, imp.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err = w.imports.SetMapping(ctx, w.scope, imp.ID, imp.Version, suggested.Mapping(),
		bulkimport.Settings{}); err != nil {
		fmt.Println(err)
		return
	}
	if _, err = w.imports.Start(ctx, w.scope, imp.ID); err != nil {
		fmt.Println(err)
		return
	}
	progress, err := w.imports.Run(ctx, w.scope, imp.ID, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(progress.Counts.Completed, "imported,", progress.Counts.Failed, "failed")

	from, to := io.Pipe()
	go func() { to.CloseWithError(w.imports.FailedRows(ctx, w.scope, imp.ID, to)) }()
	var failed bytes.Buffer // a download
	if err := xlsx.Write(ctx, &failed, from); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Sheet1
	// 1 imported, 1 failed
}
