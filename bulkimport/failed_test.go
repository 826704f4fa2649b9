package bulkimport_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestFailedRowsComeBackMended(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{})
	i, p := w.run("contacts", "external_id;name;email;credit_limit;=odd;odd\n"+
		"c1;\"=HYPERLINK(\"\"http://e\"\")\";bad;-5.00;+1;\n"+
		"c2;Ann;ann@x.io;1;;\n"+
		"c3;\"two\nlines; \"\"quoted\"\"\";worse;-5.00;'=x;@y\n", bulkimport.Settings{})
	require.EqualValues(t, 1, p.Created)
	file := w.failedFile(i.ID)
	require.True(t, strings.HasPrefix(file, "\ufeff"), "Excel knows UTF-8 by the byte order mark")
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff")))
	r.Comma = ';'
	records, err := r.ReadAll()
	require.NoError(t, err)
	message := func(cell string) string {
		return `email: "` + cell + `" is not an e-mail address: write it as name@domain, without a display name`
	}
	require.Equal(t, [][]string{
		{"external_id", "name", "email", "credit_limit", "'=odd", "odd", "_line", "_errors"},
		{"c1", `'=HYPERLINK("http://e")`, "bad", "-5.00", "'+1", "", "2", message("bad")},
		{"c3", "two\nlines; \"quoted\"", "worse", "-5.00", "''=x", "'@y", "4", message("worse")},
	}, records)

	again, p := w.run("contacts", strings.Replace(file, "bad", "c1@x.io", 1), bulkimport.Settings{})
	require.True(t, again.Content.Returned)
	require.Len(t, again.Columns, 6, "the two added columns are not offered")
	require.Equal(t, "=odd", again.Columns[4].Name)
	require.EqualValues(t, 1, p.Created)
	require.Equal(t, `=HYPERLINK("http://e")`, shelf.rows["c1"]["name"])
	require.Equal(t, "-5", shelf.rows["c1"]["credit_limit"])

	// What fails again comes back with one apostrophe, and one pair of columns.
	records, err = func() ([][]string, error) {
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.failedFile(again.ID), "\ufeff")))
		r.Comma = ';'
		return r.ReadAll()
	}()
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"external_id", "name", "email", "credit_limit", "'=odd", "odd", "_line", "_errors"},
		{"c3", "two\nlines; \"quoted\"", "worse", "-5.00", "''=x", "'@y", "3", message("worse")},
	}, records)
}

func TestFailedRowsOfTheWrongLengthKeepTheirCellsInPlace(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{})
	i, _ := w.run("contacts", "external_id,name\nc1\nc2,Lee, Ann\nc3,\"Bo\"x\n", bulkimport.Settings{})
	lines := strings.Split(strings.TrimSpace(strings.TrimPrefix(w.failedFile(i.ID), "\ufeff")), "\n")
	require.Len(t, lines, 4)
	require.Equal(t, `"external_id","name","_line","_errors"`, lines[0])
	require.Equal(t, `"c1","","2","the row has 1 cells and the header 2","correct this row, then clear this cell"`, lines[1])
	require.Equal(t, `"c2","Lee","3","the row has 3 cells and the header 2: is there a comma in a cell that is not quoted?"," Ann"`, lines[2])
	require.True(t, strings.HasPrefix(lines[3], `"c3,""Bo""x","","4",`), lines[3])
}

// A spreadsheet that splits at another delimiter than the file's must find no cell that is a formula: to it quotes that
// do not begin a cell are characters.
func TestFailedRowsHoldNoFormulaForAnyDelimiter(t *testing.T) {
	for _, delimiter := range []string{",", ";", "\t", "|"} {
		for _, start := range []string{"=", "+", "-", "@", " =", `"=`, "＝"} {
			w, _ := newShelf(t, bulkimport.Options{})
			cell := strings.NewReplacer(delimiter, "").Replace("a;,|\t") + start + "1+1"
			i, _ := w.run("contacts", strings.Join([]string{"external_id", "name", "email"}, delimiter)+"\n"+
				strings.Join([]string{"c1", cell, "bad"}, delimiter)+"\n", bulkimport.Settings{})
			file := w.failedFile(i.ID)
			for _, splits := range []string{",", ";", "\t", "|", "\n"} {
				for _, found := range strings.Split(file, splits) {
					first := strings.TrimLeft(found, "\ufeff\" ")
					require.False(t, strings.IndexAny(first, "=+-@＝") == 0, "%q splits at %q", file, splits)
				}
			}
		}
	}
}

func TestFailedRowsAreKnownByOneOfTheirColumns(t *testing.T) {
	for reason, header := range map[string]string{
		"as written": `"id","name","_line","_errors"`, "in capitals": `id,name,_LINE,_Errors`,
		"with blanks": `id,name, _line ,"_errors "`, "one renamed": `id,name,_line,Problems`,
		"the other renamed": `id,name,Row,_errors`, "taken for a formula": `id,name,'_line,'_errors`,
	} {
		t.Run(reason, func(t *testing.T) {
			w, shelf := newShelf(t, bulkimport.Options{})
			i, p := w.run("contacts", header+"\nc1,\"'=1;'@x\",2,bad\n", bulkimport.Settings{})
			require.True(t, i.Content.Returned)
			require.EqualValues(t, 1, p.Created)
			require.Equal(t, "=1;@x", shelf.rows["c1"]["name"])
			for _, c := range i.Columns {
				require.NotContains(t, strings.ToLower(c.Name), "_line")
				require.NotContains(t, strings.ToLower(c.Name), "_errors")
			}
		})
	}
}

// Excel shows the file, and saves it with semicolons and quotes where it needs them.
func TestFailedRowsComeBackFromASpreadsheet(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{})
	name := "Müller; =1+1, \"@x\"\n-2 'y' \t=z"
	i, _ := w.run("contacts", "external_id,name,email\nc1,\""+strings.ReplaceAll(name, `"`, `""`)+"\",bad\n", bulkimport.Settings{})
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.failedFile(i.ID), "\ufeff")))
	records, err := r.ReadAll()
	require.NoError(t, err)
	records[1][2] = "c1@x.io"
	var saved strings.Builder
	out := csv.NewWriter(&saved)
	out.Comma, out.UseCRLF = ';', false
	require.NoError(t, out.WriteAll(records))
	again, p := w.run("contacts", saved.String(), bulkimport.Settings{})
	require.True(t, again.Content.Returned)
	require.EqualValues(t, 1, p.Created)
	require.Equal(t, name, shelf.rows["c1"]["name"])
}

// Writing failed rows holds few of them at a time, however long they are.
func TestFailedRowsTakeTheMemoryOfARow(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{})
	var file strings.Builder
	file.WriteString("external_id,name,email\n") // rows have one cell more
	for k := range 40 {
		fmt.Fprintf(&file, "c%d,Ann,bad,%s\n", k, strings.Repeat("x", 30_000))
	}
	i, p := w.run("contacts", file.String(), bulkimport.Settings{})
	require.EqualValues(t, 40, p.Counts.Failed)
	ports := w.ports()
	counted := &countedJobs{Store: ports.Jobs}
	ports.Jobs = counted
	require.NoError(t, w.service.In(ports).FailedRows(t.Context(), w.scope, i.ID, io.Discard))
	require.Equal(t, 40, counted.entries)
	require.LessOrEqual(t, counted.most, 9, "on one page")
}

// countedJobs counts the entries that are read.
type countedJobs struct {
	job.Store
	entries, most int
}

func (c *countedJobs) Entries(ctx context.Context, org admin.OrgID, id uuid.UUID, f job.EntryFilter, seek admin.Seek[int64]) ([]job.Entry, error) {
	out, err := c.Store.Entries(ctx, org, id, f, seek)
	c.entries, c.most = c.entries+len(out), max(c.most, len(out))
	return out, err
}

func TestErrorsArePaged(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{})
	i, _ := w.run("contacts", "external_id,name\n"+strings.Repeat("x,\n", 5), bulkimport.Settings{})
	var lines []int64
	q := admin.Query{Limit: 2}
	for {
		page, err := w.service.Errors(t.Context(), w.scope, i.ID, q)
		require.NoError(t, err)
		for _, r := range page.Items {
			lines = append(lines, r.Line)
			require.Equal(t, "x", r.Key)
			require.Equal(t, []string{"x", ""}, r.Cells)
			last := r.Errors[len(r.Errors)-1]
			require.Equal(t, bulkimport.CellError{Line: r.Line, Column: 1, Field: "name", Code: admin.CodeRequired,
				Message: "name is required", Params: map[string]string{"field": "name"}}, last)
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	require.Equal(t, []int64{2, 3, 4, 5, 6}, lines)
}
