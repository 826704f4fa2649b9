package bulkimport_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
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
	r := csv.NewReader(strings.NewReader(file))
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
		r := csv.NewReader(strings.NewReader(w.failedFile(again.ID)))
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
	lines := strings.Split(strings.TrimSpace(w.failedFile(i.ID)), "\n")
	require.Len(t, lines, 4)
	require.Equal(t, `"external_id","name","_line","_errors"`, lines[0])
	require.Equal(t, `"c1","","2","the row has 1 cells and the header 2"`, lines[1])
	require.Equal(t, `"c2","Lee","3","the row has 3 cells and the header 2: is there a comma in a cell that is not quoted?"," Ann"`, lines[2])
	require.True(t, strings.HasPrefix(lines[3], `"c3,""Bo""x","","4",`), lines[3])
}

// A spreadsheet that splits at another delimiter than the file's must find no cell that is a formula.
func TestFailedRowsHoldNoFormulaForAnyDelimiter(t *testing.T) {
	for _, delimiter := range []string{",", ";", "\t", "|"} {
		for _, start := range []string{"=", "+", "-", "@"} {
			w, _ := newShelf(t, bulkimport.Options{})
			cell := strings.NewReplacer(delimiter, "").Replace(";x,y|z\t") + start + "1+1"
			i, _ := w.run("contacts", strings.Join([]string{"external_id", "name", "email"}, delimiter)+"\n"+
				strings.Join([]string{"c1", cell, "bad"}, delimiter)+"\n", bulkimport.Settings{})
			file := w.failedFile(i.ID)
			require.Contains(t, file, `"`+cell+`"`, "delimiter %q", delimiter)
			quoted := false
			for _, b := range strings.TrimSuffix(file, "\n") {
				if b == '"' {
					quoted = !quoted
				} else if !quoted {
					require.Contains(t, delimiter+"\n", string(b), "nothing but delimiters is bare")
				}
			}
		}
	}
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
			require.Equal(t, bulkimport.CellError{Column: 1, Field: "name", Code: admin.CodeRequired,
				Message: "name is required"}, last)
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	require.Equal(t, []int64{2, 3, 4, 5, 6}, lines)
}
