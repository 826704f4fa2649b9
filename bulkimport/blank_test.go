package bulkimport_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
)

// blanks are lines that are no rows, by what they have.
func blanks() map[string]string {
	return map[string]string{
		"nothing":                    "\n",
		"carriage returns":           "\r\n",
		"old carriage returns":       "\r",
		"delimiters":                 ",,\n",
		"blanks":                     "   \n",
		"tabs":                       "\t\n",
		"quotes around nothing":      "\"\",\"\"\n",
		"quotes around blanks":       "\"   \",\"\t\"\n",
		"quotes around many lines":   "\"\n\n\n\"\n",
		"blanks that cannot be seen": "\u200b,\u00a0\n",
	}
}

func TestBlankLinesCountInTheLimitOfRows(t *testing.T) {
	for reason, line := range blanks() {
		t.Run(reason, func(t *testing.T) {
			w, _ := newShelf(t, bulkimport.Options{Limits: bulkimport.Limits{Rows: 10}})
			upload := func(header int64, text string) (bulkimport.Import, error) {
				return w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{
					Type: "contacts", FileName: "a.csv", HeaderLine: header, Content: strings.NewReader(text)})
			}
			i, err := upload(0, "external_id,name\nc1,Ann\n"+strings.Repeat(line, 8)+"c2,Bo\n")
			require.NoError(t, err)
			require.EqualValues(t, 2, i.Rows, "they are no rows")

			var bad *bulkimport.FileError
			for place, text := range map[string]string{
				"below the rows":    "external_id,name\nc1,Ann\n" + strings.Repeat(line, 10),
				"between the rows":  "external_id,name\nc1,Ann\n" + strings.Repeat(line, 9) + "c2,Bo\n",
				"all there is":      "external_id,name\n" + strings.Repeat(line, 100),
				"above the header":  strings.Repeat(line, 11) + "external_id,name\nc1,Ann\n",
				"on both its sides": strings.Repeat(line, 6) + "external_id,name\nc1,Ann\n" + strings.Repeat(line, 6),
			} {
				_, err = upload(0, text)
				require.ErrorAs(t, err, &bad, place)
				require.Equal(t, bulkimport.CodeTooManyRows, bad.Code, place)
				require.Contains(t, bad.Error(), "blank", place)
			}
			_, err = upload(bulkimport.NoHeader, strings.Repeat(line, 11)+"c1,Ann\n")
			require.ErrorAs(t, err, &bad)
			require.Equal(t, bulkimport.CodeTooManyRows, bad.Code, "without a header")
		})
	}
}

func TestRowsAboveTheHeaderCountInTheLimitOfRows(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{Limits: bulkimport.Limits{Rows: 10}})
	_, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: "contacts", FileName: "a.csv",
		HeaderLine: 12, Content: strings.NewReader(strings.Repeat("title\n", 11) + "external_id,name\n")})
	var bad *bulkimport.FileError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, bulkimport.CodeTooManyRows, bad.Code)
}

func TestTheHeaderIsFoundBelowManyBlankLines(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{})
	i, p := w.run("contacts", strings.Repeat("\n", 100)+"external_id,name\n"+strings.Repeat("\n", 1000)+"c1,Ann\n", bulkimport.Settings{})
	require.EqualValues(t, 101, i.Content.HeaderLine)
	require.EqualValues(t, 1, p.Created)
}

// A step ends after so many records or bytes, whether they are rows or not.
func TestAStepOverBlankLinesIsBounded(t *testing.T) {
	for reason, c := range map[string]struct {
		line        string
		times, rows int
		batch       int
		most        int64 // bytes that one step reads
	}{
		"many lines":            {"\n", 5_000, 500, 500, 600},
		"small batches":         {"\n", 95, 10, 10, 20},
		"lines of delimiters":   {",,,,\n", 95, 10, 10, 60},
		"long lines of those":   {strings.Repeat(",", 1<<20-2) + "\n", 12, 10, 500, 6 << 20},
		"long quotes of blanks": {`"` + strings.Repeat(" ", 1<<20-10) + `"` + "\n", 12, 10, 500, 6 << 20},
	} {
		t.Run(reason, func(t *testing.T) {
			w, _ := newShelf(t, bulkimport.Options{BatchRows: c.batch})
			i := w.upload("contacts", "external_id,name\nc1,Ann\n"+strings.Repeat(c.line, c.times)+"c2,Bo\n")
			w.start(i, bulkimport.Settings{})
			before, lines := i.Content.Offset, i.Content.Line
			steps := 0
			for done := false; !done; steps++ {
				p, err := w.service.Step(t.Context(), w.scope, i.ID)
				require.NoError(t, err)
				j, err := w.backend.Jobs().Get(t.Context(), org, i.ID)
				require.NoError(t, err)
				var offset, line, row int64
				_, err = fmt.Sscanf(j.Cursor, "%d:%d:%d", &offset, &line, &row)
				require.NoError(t, err)
				require.LessOrEqual(t, offset-before, c.most)
				require.LessOrEqual(t, line-lines, int64(c.batch))
				before, lines = offset, line
				done = p.Status.Final()
			}
			require.Greater(t, steps, 2)
			p, err := w.service.Progress(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			require.EqualValues(t, 2, p.Created, "rows on both sides of them")
			require.EqualValues(t, 2, p.Counts.Settled())
		})
	}
}

// Lines that are blank are read without their cells, so that a file of them costs less than one of rows.
func TestBlankLinesTakeNoMemory(t *testing.T) {
	const lines = 200_000
	for reason, line := range map[string]string{"nothing": "\n", "delimiters": ",,,\n", "blanks": "  \n", "carriage returns": "\r\n"} {
		t.Run(reason, func(t *testing.T) {
			w, _ := newShelf(t, bulkimport.Options{})
			text := "external_id,name\nc1,Ann\n" + strings.Repeat(line, lines)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			i := w.upload("contacts", text)
			runtime.ReadMemStats(&after)
			require.EqualValues(t, 1, i.Rows)
			require.Less(t, after.Mallocs-before.Mallocs, uint64(lines/10), "allocations")
		})
	}
}
