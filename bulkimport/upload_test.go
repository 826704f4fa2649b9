package bulkimport_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestWarnings(t *testing.T) {
	for _, tc := range []struct {
		reason, input string
		want          []string
	}{
		{"nothing to say", "external_id,name\nc1,Ann\n", nil},
		{"a header only", "external_id,name\n", []string{bulkimport.WarnNoRows}},
		{"no header", "c1,Ann,ann@x.io\nc2,Bo,bo@x.io\n", []string{bulkimport.WarnNoHeader}},
		{"titles above the header", "Customer export 2026\n\nexternal_id,name\nc1,Ann\n", []string{bulkimport.WarnTitleRows}},
		{"headers that repeat", "name,name\nc1,Ann\n", []string{bulkimport.WarnDuplicateHeaders}},
		{"words that may mean blank", "external_id,name,email\nc1,Ann,NULL\nc2,Bo,NULL\n",
			[]string{bulkimport.WarnNullWords}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w, _ := newShelf(t, bulkimport.Options{})
			var got []string
			for _, warning := range w.upload("contacts", tc.input).Warnings {
				got = append(got, warning.Code)
			}
			require.Equal(t, tc.want, got)
		})
	}
	t.Run("a file that was imported before", func(t *testing.T) {
		w, _ := newShelf(t, bulkimport.Options{})
		const text = "external_id,name\nc1,Ann\n"
		require.Empty(t, w.upload("contacts", text).Warnings)
		w.run("contacts", text, bulkimport.Settings{})
		again, p := w.run("contacts", text, bulkimport.Settings{})
		require.Equal(t, bulkimport.WarnAlreadyImported, again.Warnings[0].Code)
		require.EqualValues(t, 1, p.Counts.Failed)
		require.Equal(t, []string{bulkimport.CodeAlreadyExists}, codes(w.failed(again.ID)[0]))
	})
}

func TestColumnsThatCanBeMapped(t *testing.T) {
	names := func(t *testing.T, input string, header int64) (out []string) {
		t.Helper()
		w, _ := newShelf(t, bulkimport.Options{})
		i, err := w.service.Upload(t.Context(), w.scope,
			bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: strings.NewReader(input), HeaderLine: header})
		require.NoError(t, err)
		for _, c := range i.Columns {
			out = append(out, c.Name)
		}
		return out
	}
	for _, tc := range []struct {
		reason, input string
		header        int64
		want          []string
	}{
		{"columns without header and values are not", "external_id,name,,\nc1,Ann,,\n", 0, []string{"external_id", "name"}},
		{"a column without header and with values is, by its place", "external_id,name,\nc1,Ann,gold\n", 0,
			[]string{"external_id", "name", "Column 3"}},
		{"headers lose what cannot be seen", "external_id,\u200bName ,EMAIL \nc1,Ann,a@x.io\n", 0,
			[]string{"external_id", "Name", "EMAIL"}},
		{"a single column", "name\nAnn\nBo\n", 0, []string{"name"}},
		{"without a header all are, by their places", "c1,Ann\nc2,Bo\n", bulkimport.NoHeader,
			[]string{"Column 1", "Column 2"}},
		{"the header is where it is said to be", "a,b\nexternal_id,name\nc1,Ann\n", 2, []string{"external_id", "name"}},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, names(t, tc.input, tc.header)) })
	}
}

func TestWithoutHeaderTheFirstRowIsData(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{})
	const text = "c1,Ann,ann@x.io\nc2,Bo,bo@x.io\n"
	mapping := bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1)}

	i := w.upload("contacts", text)
	i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, mapping, bulkimport.Settings{})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, bulkimport.ErrHeaderUnconfirmed)
	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, mapping,
		bulkimport.Settings{HeaderConfirmed: true})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)

	i, err = w.service.Upload(t.Context(), w.scope,
		bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: bytes.NewReader([]byte(text)),
			HeaderLine: bulkimport.NoHeader})
	require.NoError(t, err)
	require.EqualValues(t, 2, i.Rows)
	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, mapping, bulkimport.Settings{})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.EqualValues(t, 2, p.Counts.Completed)
	require.Equal(t, "Ann", shelf.rows["c1"]["name"])
}

func TestLengthIsCountedInCharacters(t *testing.T) {
	schema := contacts()
	schema.Fields[1].Max = 10
	w, shelf := newShelf(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: schema}}})
	i, p := w.run("contacts", "external_id,name\nc1,ééééééééééé\nc2,éééééééééé\n", bulkimport.Settings{})
	require.EqualValues(t, 1, p.Created)
	require.Contains(t, shelf.rows, "c2")
	require.Equal(t, []string{admin.CodeTooLong}, codes(w.failed(i.ID)[0]))
}

func TestOneColumnIsEnoughWhereOneFieldIs(t *testing.T) {
	schema := contacts()
	schema.Fields = []bulkimport.Field{{Name: "name", Label: "Name", Kind: bulkimport.ID, Required: true, Key: true,
		Max: 50}}
	w, shelf := newShelf(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: schema}}})
	_, p := w.run("contacts", "name\nAnn\nBo\n", bulkimport.Settings{})
	require.EqualValues(t, 2, p.Created)
	require.Contains(t, shelf.rows, "Bo")
	i, p := w.run("contacts", "name\nAn\xff\n\"B\"o\nCy\n", bulkimport.Settings{})
	require.EqualValues(t, 1, i.Content.HeaderLine)
	require.EqualValues(t, 1, p.Created)
	require.EqualValues(t, 2, p.Counts.Failed, "a row that cannot be read is not the header")
}

func TestHugeRowsAndHeadersCostLittle(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{Limits: bulkimport.Limits{RecordBytes: 10_000, CellBytes: 100}})
	i, p := w.run("contacts", "external_id,name\nc1,"+strings.Repeat("x", 200_000)+"\nc2,"+strings.Repeat("y",
		101)+"\nc3,Cy\n", bulkimport.Settings{})
	require.EqualValues(t, 1, p.Created)
	require.Contains(t, shelf.rows, "c3")
	failed := w.failed(i.ID)
	require.Equal(t, []string{bulkimport.CodeRecordTooLong}, codes(failed[0]))
	require.Empty(t, failed[0].Cells, "the row is not kept")
	require.Equal(t, []string{admin.CodeTooLong}, codes(failed[1]))
	require.EqualValues(t, 3, failed[1].Line)

	w, _ = newShelf(t, bulkimport.Options{})
	header := strings.TrimSuffix(strings.Repeat(strings.Repeat("customer name ", 70)+",", 500), ",")
	i = w.upload("contacts", header+"\n")
	require.Len(t, i.Columns, 500)
	w.suggested(i)
}
