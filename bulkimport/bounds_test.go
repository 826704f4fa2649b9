package bulkimport_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// A cell is never turned into rows, however long it is and however it is written.
func TestACellIsNeverTurnedIntoRows(t *testing.T) {
	evil := func(n int) string {
		var b strings.Builder
		for k := range n {
			fmt.Fprintf(&b, "evil%d,Evil,e@x.io\n", k)
		}
		return b.String()
	}
	small := bulkimport.Limits{RecordBytes: 1000, RecordLines: 20, CellBytes: 500, Columns: 10}
	for reason, record := range map[string]string{
		"more lines than a row may have": "c1,Ann,\"" + strings.Repeat("x,y,z\n", 30) + "\"\n",
		"more bytes":                     "c1,Ann,\"" + evil(100) + "\"\n",
		"many times more bytes":          "c1,Ann,\"" + evil(20_000) + "\"\n",
		"quotes in it":                   "c1,\"" + strings.Repeat("a \"\"quote\"\"\nevil,Evil,x\n", 100) + "\",\"b\nc\"\n",
		"one line of many bytes":         "c1,Ann,\"" + strings.Repeat("x", 5000) + "\"\n",
		"cells of many lines behind":     "c1,\"" + evil(100) + "\",\"" + evil(3) + "\"\n",
		"text behind the quote":          "c1,Ann,\"" + evil(100) + "\"x,\"y\n",
	} {
		for _, form := range []string{"\n", "\r\n", "\r", "UTF-16"} {
			t.Run(fmt.Sprintf("%s %q", reason, form), func(t *testing.T) {
				text := "external_id,name,notes\nc0,Zed,\n" + record + "c2,Bo,\n"
				if form == "UTF-16" {
					text = "\xff\xfe" + wide(text)
				} else {
					text = strings.ReplaceAll(text, "\n", form)
				}
				w, shelf := newShelf(t, bulkimport.Options{Limits: small, BatchRows: 1})
				i := w.upload("contacts", text)
				found := warning(i, bulkimport.WarnRecordTooLong)
				require.NotNil(t, found)
				require.EqualValues(t, 3, found.Line)
				p := w.finish(i)
				require.EqualValues(t, 2, p.Created)
				require.Contains(t, shelf.rows, "c0")
				require.Contains(t, shelf.rows, "c2")
				failed := w.failed(i.ID)
				require.Len(t, failed, 1)
				require.Equal(t, []string{bulkimport.CodeRecordTooLong}, codes(failed[0]))
				require.EqualValues(t, 3, failed[0].Line)
				require.Empty(t, failed[0].Cells)
			})
		}
	}
}

// wide writes a text in UTF-16, little end first.
func wide(text string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func TestNothingBehindAQuoteThatIsNeverClosedIsImportedUnasked(t *testing.T) {
	for _, n := range []int{3, 100_000} { // within the bounds of a row, and beyond
		rows := strings.Repeat("cx,Cy\n", n)
		text := "external_id,name\nc0,Zed\nc1,\"Ann\n" + rows + "c2,Bo\n"
		w, shelf := newShelf(t, bulkimport.Options{})
		i := w.upload("contacts", text)
		require.EqualValues(t, 2, i.Rows)
		found := warning(i, bulkimport.WarnUnclosedQuote)
		require.NotNil(t, found)
		require.EqualValues(t, 3, found.Line)
		require.EqualValues(t, n+1, found.Count)
		p := w.finish(i)
		require.EqualValues(t, 1, p.Created)
		require.Contains(t, shelf.rows, "c0")
		require.Equal(t, []string{bulkimport.CodeUnclosedQuote}, codes(w.failed(i.ID)[0]))

		w, _ = newShelf(t, bulkimport.Options{Limits: bulkimport.Limits{Duplicates: 200_000}})
		i, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: "contacts", FileName: "a.csv",
			Content: strings.NewReader(text), UnquotedFrom: found.Line})
		require.NoError(t, err)
		require.EqualValues(t, n+3, i.Rows)
		require.Nil(t, warning(i, bulkimport.WarnUnclosedQuote))
	}
}

func TestColumnsOfARowAreBounded(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{Limits: bulkimport.Limits{Columns: 10}})
	i := w.upload("contacts", "external_id,name\n"+
		"c1,Ann"+strings.Repeat(",", 50)+"\n"+
		"c2,\"Bo\""+strings.Repeat(",\"\"", 50)+"\n"+
		"c3,Cy"+strings.Repeat(",x", 50)+"\n"+
		"c4,\"Di\""+strings.Repeat(",x", 50)+"\n"+
		"c5,Ed\n")
	p := w.finish(i)
	require.EqualValues(t, 3, p.Created)
	for _, row := range w.failed(i.ID) {
		require.Equal(t, []string{bulkimport.CodeTooManyColumns}, codes(row))
		require.Contains(t, row.Errors[0].Message, "52 cells")
		require.Empty(t, row.Cells)
	}
}

// allocated is how many bytes fn allocates, those that are freed again too.
func allocated(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestRowsOfManyCellsCostLittle(t *testing.T) {
	row := strings.TrimSuffix(strings.Repeat("1,", 250_000), ",")
	var file strings.Builder
	file.WriteString("external_id,name\n")
	for range 20 {
		file.WriteString(row + "\n")
	}
	w, _ := newShelf(t, bulkimport.Options{})
	i := w.upload("contacts", file.String())
	w.start(i, bulkimport.Settings{})
	require.Less(t, allocated(func() {
		_, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
		require.NoError(t, err)
	}), uint64(8*file.Len()), "as cells they are 16 times the file")
	require.Less(t, allocated(func() { w.failedFile(i.ID) }), uint64(1<<20))
}

// A long row that fails is not held with the others: its cells are read in the file when they are needed.
func TestLongRowsThatFailAreReadInTheFile(t *testing.T) {
	long := strings.Repeat("é", 50_000)
	for reason, encode := range map[string]func(string) string{
		"UTF-8":  func(s string) string { return s },
		"CRLF":   func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"UTF-16": func(s string) string { return "\xff\xfe" + wide(s) },
	} {
		t.Run(reason, func(t *testing.T) {
			var file strings.Builder
			file.WriteString("external_id,name\nc0,Zed\n")
			for k := range 40 {
				fmt.Fprintf(&file, "c%d,\"%d\n%s\"\n", k+1, k, long)
			}
			w, _ := newShelf(t, bulkimport.Options{BatchRows: 7})
			i := w.upload("contacts", encode(file.String()))
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, bulkimport.Mapping{
				"external_id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1),
			}, bulkimport.Settings{})
			require.NoError(t, err)
			_, err = w.service.Start(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err)
			failed := w.failed(i.ID)
			require.Len(t, failed, 40)
			for _, row := range failed {
				require.True(t, row.Long)
				require.Empty(t, row.Cells)
				require.Equal(t, []string{admin.CodeTooLong}, codes(row))
			}
			out := w.failedFile(i.ID)
			for k := range 40 {
				require.Contains(t, out, fmt.Sprintf("\"c%d\",\"%d\n%s\",\"%d\"", k+1, k, long, 3+2*k))
			}
		})
	}
}

// For any file, each row has one outcome, and the outcomes do not depend on the size of a batch.
func FuzzImport(f *testing.F) {
	for _, s := range []string{
		"external_id,name\nc1,Ann\nc2,\"B\no\"\n\nc3\nc1,Ann\n", "a\xff\r\nb,\x00\r\n\"c", "\xff\xfec\x00,\x00n\x00\n\x00\x3d\xd8,\x00x\x00\n\x00",
		"c1;Zo\xeb\nc2;\"x\"y\n", "c1,\ufffd\n,\nc2,Ã¼\n", "1,\"" + strings.Repeat("x\n", 30) + "\"\n2,b\n",
	} {
		f.Add([]byte(s), uint8(0), false)
		f.Add([]byte(s), uint8(3), true)
	}
	f.Fuzz(func(t *testing.T, file []byte, batch uint8, header bool) {
		type outcome struct {
			rows   map[string]map[string]string
			failed []bulkimport.FailedRow
		}
		run := func(rows int) (out outcome, ok bool) {
			w, shelf := newShelf(t, bulkimport.Options{BatchRows: rows, Limits: bulkimport.Limits{RecordLines: 10, RecordBytes: 200, Columns: 5}})
			in := bulkimport.UploadInput{Type: "contacts", FileName: "a.csv", Content: bytes.NewReader(file)}
			if !header {
				in.HeaderLine = bulkimport.NoHeader
			}
			i, err := w.service.Upload(t.Context(), w.scope, in)
			if err != nil {
				var broken *bulkimport.FileError
				require.ErrorAs(t, err, &broken)
				return out, false
			}
			if len(i.Columns) == 0 {
				return out, false
			}
			m := bulkimport.Mapping{"external_id": bulkimport.FromColumn(i.Columns[0].Index), "name": bulkimport.FromColumn(i.Columns[len(i.Columns)-1].Index)}
			_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{Mode: bulkimport.Upsert, HeaderConfirmed: true, Optional: []string{"name"}})
			require.NoError(t, err)
			_, err = w.service.Start(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err)
			require.Equal(t, i.Rows, p.Counts.Total)
			require.Equal(t, p.Counts.Total, p.Counts.Settled())
			require.EqualValues(t, len(shelf.rows), p.Counts.Completed)
			return outcome{shelf.rows, w.failed(i.ID)}, true
		}
		one, ok := run(500)
		if !ok {
			return
		}
		require.LessOrEqual(t, len(one.failed), 500)
		some, _ := run(1 + int(batch%4))
		require.Equal(t, one, some)
	})
}
