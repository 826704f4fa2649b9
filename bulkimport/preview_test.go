package bulkimport_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestPreview(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nC2,Bob Lee,bob@x.example\n", bulkimport.Settings{})
	i := w.upload(bulkimport.CustomersType, "id,First,Last,mail,country,note\n"+
		"C1,Ann, Lee ,ann@x.example,Germany,x\n"+
		"\n"+
		"C2,Bob,Lee,bob@x.example,FR,\n"+
		"C1,Cyd,Lee,bad,,\n"+
		"C4,Dia\n")
	m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.Join(" ", 1, 2),
		"primary_email": bulkimport.FromColumn(3), "country": bulkimport.FromColumn(4), "city": bulkimport.Constant("Ulm")}
	before := w.customers()
	p, err := w.service.Preview(t.Context(), w.scope, i.ID, m, bulkimport.Settings{}, 0)
	require.NoError(t, err)
	require.Equal(t, before, w.customers(), "it writes nothing")
	require.True(t, p.Checked)
	require.Len(t, p.Rows, 4)

	first := p.Rows[0]
	require.EqualValues(t, 1, first.Number)
	require.EqualValues(t, 2, first.Line)
	require.Equal(t, bulkimport.Created, first.Result)
	require.False(t, first.Failed())
	require.Equal(t, []bulkimport.PreviewCell{
		{Field: "id", Value: "C1", Columns: []int{0}, Texts: []string{"C1"}},
		{Field: "name", Value: "Ann Lee", Columns: []int{1, 2}, Texts: []string{"Ann", " Lee "}},
		{Field: "primary_email", Value: "ann@x.example", Columns: []int{3}, Texts: []string{"ann@x.example"}},
		{Field: "city", Value: "Ulm"},
		{Field: "country", Value: "DE", Columns: []int{4}, Texts: []string{"Germany"}},
	}, first.Cells, "as they would be written, and as they are in the file")

	exists := p.Rows[1]
	require.EqualValues(t, 4, exists.Line, "blank rows are left out")
	require.Empty(t, exists.Result)
	require.True(t, exists.Failed())
	require.Equal(t, []string{"id already_exists"}, cellErrors(exists))

	bad := p.Rows[2]
	require.Equal(t, []string{"id duplicate_in_file", "primary_email invalid_email"}, cellErrors(bad))
	require.Equal(t, []string{"bad"}, bad.Cells[2].Texts)
	require.Empty(t, bad.Cells[2].Value)
	require.Equal(t, "Cyd Lee", bad.Cells[1].Value, "the other cells are shown too")

	short := p.Rows[3]
	require.Len(t, short.Errors, 1)
	require.Equal(t, bulkimport.CodeWrongColumnCount, short.Errors[0].Code)
	require.Equal(t, []string{"C4"}, short.Cells[0].Texts)

	stored, err := w.service.Get(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Empty(t, stored.Mapping, "the mapping is not stored")
	require.Equal(t, i.Version, stored.Version)

	upsert, err := w.service.Preview(t.Context(), w.scope, i.ID, m, bulkimport.Settings{Mode: bulkimport.Upsert}, 2)
	require.NoError(t, err)
	require.Len(t, upsert.Rows, 2)
	require.Equal(t, bulkimport.Updated, upsert.Rows[1].Result)
	text, err := json.Marshal(upsert.Rows[1].Cells[3])
	require.NoError(t, err)
	require.JSONEq(t, `{"field":"city","value":"Ulm"}`, string(text))
	skip, err := w.service.Preview(t.Context(), w.scope, i.ID, m, bulkimport.Settings{Mode: bulkimport.Skip}, 2)
	require.NoError(t, err)
	require.Equal(t, bulkimport.Exists, skip.Rows[1].Result)
	require.False(t, skip.Rows[1].Failed(), "it would be left as it is")
}

func cellErrors(r bulkimport.PreviewRow) []string {
	var out []string
	for _, c := range r.Cells {
		for _, e := range c.Errors {
			out = append(out, c.Field+" "+e.Code)
		}
	}
	return out
}

// A person maps one field after the other, and sees what is mapped so far.
func TestPreviewOfAMappingThatIsNotComplete(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, "id,name,mail\nC1,Ann Lee,ann@x.example\nC1,Bob Lee,bad\n\"x\"y,1,2\n")
	p, err := w.service.Preview(t.Context(), w.scope, i.ID, nil, bulkimport.Settings{}, 0)
	require.NoError(t, err)
	require.Len(t, p.Rows, 3)
	require.Empty(t, p.Rows[0].Cells)
	require.False(t, p.Checked)
	require.Equal(t, bulkimport.CodeTextAfterQuote, p.Rows[2].Errors[0].Code)

	p, err = w.service.Preview(t.Context(), w.scope, i.ID, bulkimport.Mapping{"primary_email": bulkimport.FromColumn(2)}, bulkimport.Settings{}, 0)
	require.NoError(t, err)
	require.Equal(t, "ann@x.example", p.Rows[0].Cells[0].Value)
	require.Equal(t, []string{"primary_email invalid_email"}, cellErrors(p.Rows[1]))
	require.False(t, p.Checked)
	require.Empty(t, p.Rows[0].Result)

	for reason, call := range map[string]func() error{
		"a column that there is not": func() error {
			_, err := w.service.Preview(t.Context(), w.scope, i.ID, bulkimport.Mapping{"id": bulkimport.FromColumn(9)}, bulkimport.Settings{}, 0)
			return err
		},
		"a mode that there is not": func() error {
			_, err := w.service.Preview(t.Context(), w.scope, i.ID, nil, bulkimport.Settings{Mode: "MERGE"}, 0)
			return err
		},
		"too many rows": func() error {
			_, err := w.service.Preview(t.Context(), w.scope, i.ID, nil, bulkimport.Settings{}, 101)
			return err
		},
		"less than no rows": func() error {
			_, err := w.service.Preview(t.Context(), w.scope, i.ID, nil, bulkimport.Settings{}, -1)
			return err
		},
	} {
		require.ErrorIs(t, call(), admin.ErrInvalid, reason)
	}
	reader := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "u"}, admin.Permissions(customer.PermissionRead))
	_, err = w.service.Preview(t.Context(), reader, i.ID, nil, bulkimport.Settings{}, 0)
	require.ErrorIs(t, err, admin.ErrForbidden)
	w.start(i, bulkimport.Settings{Optional: []string{"primary_email"}})
	_, err = w.service.Preview(t.Context(), w.scope, i.ID, nil, bulkimport.Settings{}, 0)
	require.ErrorIs(t, err, admin.ErrState)
}

func TestPreviewOfATargetOutsideTheTransaction(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{})
	i := w.upload("contacts", "external_id,name\nc1,Ann\n")
	p, err := w.service.Preview(t.Context(), w.scope, i.ID, w.suggested(i), bulkimport.Settings{}, 0)
	require.NoError(t, err)
	require.False(t, p.Checked, "it cannot be asked")
	require.Empty(t, p.Rows[0].Result)
	require.Empty(t, shelf.rows)

	s := &askedShelf{}
	s.rows = map[string]map[string]string{"c1": {}}
	w = newWorld(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: contacts(), Target: s}}})
	i = w.upload("contacts", "external_id,name\nc1,Ann\nc2,Bob\n")
	p, err = w.service.Preview(t.Context(), w.scope, i.ID, w.suggested(i), bulkimport.Settings{}, 0)
	require.NoError(t, err)
	require.True(t, p.Checked)
	require.Equal(t, []string{"external_id already_exists"}, cellErrors(p.Rows[0]))
	require.Equal(t, bulkimport.Created, p.Rows[1].Result)

	m := w.suggested(i)
	require.NoError(t, w.atomically(t.Context(), func(ports bulkimport.Ports) error {
		p, err := w.service.In(ports).Preview(t.Context(), w.scope, i.ID, m, bulkimport.Settings{}, 0)
		require.False(t, p.Checked, "nothing could be rolled back")
		return err
	}))
}

// What a row fails with in a Preview is what it fails with in the run.
func TestPreviewEqualsTheRun(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, manyCustomers(20), bulkimport.Settings{})
	i := w.upload(bulkimport.CustomersType, manyCustomers(40)+"c900,x,bad,FR\nc901,Customer,a@x.example,Nowhere\n")
	i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(t, err)
	p, err := w.service.Preview(t.Context(), w.scope, i.ID, i.Mapping, i.Settings, 100)
	require.NoError(t, err)
	want := map[int64][]bulkimport.CellError{}
	for _, r := range p.Rows {
		for _, c := range r.Cells {
			want[r.Number] = append(want[r.Number], c.Errors...)
		}
		want[r.Number] = append(want[r.Number], r.Errors...)
		if len(want[r.Number]) == 0 {
			delete(want, r.Number)
		}
	}
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	got := map[int64][]bulkimport.CellError{}
	for _, r := range w.failed(i.ID) {
		got[r.Number] = r.Errors
	}
	require.Equal(t, got, want)
	require.Greater(t, len(got), 20)
}

// However large a file is, a Preview reads the beginning of it.
func TestPreviewOfALargeFile(t *testing.T) {
	size := 60 << 20
	if testing.Short() {
		size = 4 << 20
	}
	w := newWorld(t, bulkimport.Options{})
	var b strings.Builder
	b.WriteString("id,name,primary_email\n")
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, "c%07d,Customer %s,a@x.example\n", n, strings.Repeat("x", 200))
	}
	i := w.upload(bulkimport.CustomersType, b.String())
	ports := w.ports()
	counted := &countedContent{Store: ports.Imports}
	ports.Imports = counted
	m := w.suggested(i)
	began := time.Now()
	p, err := w.service.In(ports).Preview(t.Context(), w.scope, i.ID, m, bulkimport.Settings{}, 100)
	took := time.Since(began)
	require.NoError(t, err)
	require.Len(t, p.Rows, 100)
	require.True(t, p.Checked)
	require.LessOrEqual(t, counted.calls, 2)
	require.Less(t, took, time.Second)
}

// countedContent counts the pieces of files that are read.
type countedContent struct {
	bulkimport.Store
	calls int
}

func (c *countedContent) Content(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64) ([]byte, error) {
	c.calls++
	return c.Store.Content(ctx, org, id, offset)
}

// A file of blank rows, or of rows of great length, is not read to its end either.
func TestPreviewIsBounded(t *testing.T) {
	w := newWorld(t, bulkimport.Options{Limits: bulkimport.Limits{Rows: 10_000_000}})
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email\n"+strings.Repeat(",,\n", 3<<20)+"c1,Ann Lee,a@x.example\n")
	ports := w.ports()
	counted := &countedContent{Store: ports.Imports}
	ports.Imports = counted
	p, err := w.service.In(ports).Preview(t.Context(), w.scope, i.ID, w.suggested(i), bulkimport.Settings{}, 0)
	require.NoError(t, err)
	require.Empty(t, p.Rows)
	require.LessOrEqual(t, counted.calls, 4<<20/bulkimport.StoredPiece+2)

	long := strings.Repeat("é", 10_000)
	i = w.upload(bulkimport.CustomersType, "id,name,primary_email,city\nc1,Ann Lee,a@x.example,"+long+"\n")
	p, err = w.service.Preview(t.Context(), w.scope, i.ID, bulkimport.Mapping{"city": bulkimport.FromColumn(3)}, bulkimport.Settings{}, 0)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("é", 200)+"…", p.Rows[0].Cells[0].Texts[0])
}
