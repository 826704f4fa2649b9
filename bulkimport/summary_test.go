package bulkimport_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestSummary(t *testing.T) {
	var b strings.Builder
	b.WriteString("external_id,name,email,Created at\n")
	for n := range 30 {
		id, email, created := fmt.Sprintf("c%d", n), "a@x.io", "2026-01-31"
		if n%3 == 0 {
			created = "31 of January"
		}
		if n%10 == 0 {
			email = "secret-name"
		}
		if n >= 28 {
			id = "c1"
		}
		fmt.Fprintf(&b, "%s,Ann,%s,%s\n", id, email, created)
	}
	want := bulkimport.Summary{Errors: []bulkimport.ErrorCount{
		{Code: bulkimport.CodeInvalidDate, Column: 3, Name: "Created at", Field: "created_at", Rows: 10},
		{Code: bulkimport.CodeInvalidEmail, Column: 2, Name: "email", Field: "email", Rows: 3},
		{Code: bulkimport.CodeDuplicateInFile, Column: 0, Name: "external_id", Field: "external_id", Rows: 2},
	}}
	w, _ := newShelf(t, bulkimport.Options{BatchRows: 4})
	w.run("contacts", "external_id,name\nc2,Bob\n", bulkimport.Settings{})
	i := w.upload("contacts", b.String())
	_, err := w.service.Summary(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrNotFound, "it was not started")
	w.start(i, bulkimport.Settings{})
	s, err := w.service.Summary(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, want.Errors[2:], s.Errors, "rows that repeat a key are known from the beginning")
	crash := errors.New("crash")
	w.commit = func() error { return crash }
	_, err = w.service.Step(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, crash)
	w.commit = nil
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	s, err = w.service.Summary(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	// The target is outside of the transaction: the rows of the batch that crashed exist now.
	require.Equal(t, want.Errors, withoutExisting(s.Errors))
	text, err := json.Marshal(s)
	require.NoError(t, err)
	require.Contains(t, string(text), `{"code":"invalid_date","column":3,"name":"Created at","field":"created_at","rows":10}`)

	j, err := w.backend.Jobs().Get(t.Context(), org, i.ID)
	require.NoError(t, err)
	require.NotContains(t, j.State, "secret-name", "no value of a cell is where erasure does not look")
	require.NotContains(t, j.State, "January")
}

func withoutExisting(all []bulkimport.ErrorCount) []bulkimport.ErrorCount {
	var out []bulkimport.ErrorCount
	for _, e := range all {
		if e.Code != bulkimport.CodeAlreadyExists {
			out = append(out, e)
		}
	}
	return out
}

func manyRows(format string, n int) string {
	var b strings.Builder
	for k := range n {
		fmt.Fprintf(&b, format, k)
	}
	return b.String()
}

// The sum of the rows of each kind is what the failed rows have, in batches of any size.
func TestSummaryIsThatOfTheFailedRows(t *testing.T) {
	for _, batch := range []int{1, 7, 500} {
		w := newWorld(t, bulkimport.Options{BatchRows: batch})
		i, _ := w.run(bulkimport.CustomersType, "id,name,primary_email,country\n"+strings.Repeat("c1,Ann,bad,Atlantis\n", 9)+
			manyRows("d%03d,Ann,a@x.io,FR\n", 90)+"c2,x,b@x.io,FR\nc3,,bad,FR\na,b\n", bulkimport.Settings{})
		want := map[string]int64{}
		for _, r := range w.failed(i.ID) {
			had := map[string]bool{}
			for _, e := range r.Errors {
				had[fmt.Sprint(e.Code, e.Column, e.Field)] = true
			}
			for kind := range had {
				want[kind]++
			}
		}
		s, err := w.service.Summary(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		got := map[string]int64{}
		last := int64(1 << 60)
		for _, e := range s.Errors {
			got[fmt.Sprint(e.Code, e.Column, e.Field)] = e.Rows
			require.LessOrEqual(t, e.Rows, last, "most frequent first")
			last = e.Rows
		}
		require.Equal(t, want, got)
		require.Zero(t, s.Others)
	}
}
