package bulkimport_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestSchemasFollowFromTheRecords(t *testing.T) {
	for _, s := range []bulkimport.Schema{bulkimport.Customers(), bulkimport.Accounts()} {
		for _, f := range s.Fields {
			require.NotEmpty(t, f.Label, "%s of %s has no words in builtin.go", f.Name, s.Type)
		}
	}
	terms, ok := bulkimport.Accounts().Field("net_term_days")
	require.True(t, ok)
	require.Equal(t, bulkimport.Integer, terms.Kind)
	require.EqualValues(t, 3650, terms.Max)
	id, ok := bulkimport.Customers().Field("id")
	require.True(t, ok)
	require.True(t, id.Key && id.Required && id.Kind == bulkimport.ID)
	tags, ok := bulkimport.Accounts().Field("tags")
	require.True(t, ok)
	require.Equal(t, bulkimport.List, tags.Kind)
	require.True(t, tags.Exact, "another system's list is not taken for it")
	_, ok = bulkimport.Customers().Field("status")
	require.False(t, ok, "a file states no status of a customer")
}

func TestUpdatesOfMetadataKeepOtherNames(t *testing.T) {
	schema := bulkimport.Customers()
	schema.Fields = append(schema.Fields,
		bulkimport.Field{Name: "tier", Label: "Tier", Kind: bulkimport.Text, Max: 20},
		bulkimport.Field{Name: "seats", Label: "Seats", Kind: bulkimport.Integer})
	w := newWorld(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: schema}}})
	w.run(bulkimport.CustomersType, "id,name,primary_email,tier,seats\nc1,Lumen,l@x.example,gold,5\n",
		bulkimport.Settings{})
	_, p := w.run(bulkimport.CustomersType, "id,name,primary_email,seats\nc1,Lumen,l@x.example,\n",
		bulkimport.Settings{Mode: bulkimport.Upsert})
	require.EqualValues(t, 1, p.Updated)
	require.Equal(t, map[string]string{"tier": "gold"}, w.customer("c1").Metadata)
	_, p = w.run(bulkimport.CustomersType, "id,name,primary_email,seats\nc1,Lumen,l@x.example,\n",
		bulkimport.Settings{Mode: bulkimport.Upsert})
	require.EqualValues(t, 1, p.Unchanged)
}

func TestRowsOfArchivedRecordsFail(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@x.example\nc2,Orbit,o@x.example\n",
		bulkimport.Settings{})
	customers, err := customer.NewService(customer.Ports{Customers: w.backend.Customers(),
		Accounts: w.backend.Accounts()}, customer.Options{})
	require.NoError(t, err)
	_, err = customers.Archive(t.Context(), w.scope, "c1", 1, customer.ArchiveInput{})
	require.NoError(t, err)

	i, p := w.run(bulkimport.CustomersType,
		"id,name,primary_email\nc1,Lumen Ltd,l@x.example\nc2,Orbit Ltd,o@x.example\n", bulkimport.Settings{Mode: bulkimport.Upsert})
	require.EqualValues(t, 1, p.Updated)
	require.Equal(t, bulkimport.CellError{
		Line: 2, Column: bulkimport.NoColumn, Code: bulkimport.CodeArchived, Message: `customer "c1" is archived: restore it first`,
		Params: map[string]string{"variant": "customer", "id": "c1"},
	}, w.failed(i.ID)[0].Errors[0])
	i, _ = w.run(bulkimport.AccountsType, "id,customer_id,name\na1,c1,Main\n", bulkimport.Settings{})
	require.Equal(t, bulkimport.CellError{
		Line: 2, Column: 1, Field: "customer_id", Value: "c1", Code: bulkimport.CodeCustomerArchived,
		Message: `customer "c1" is archived: restore the customer first`,
		Params:  map[string]string{"id": "c1"},
	}, w.failed(i.ID)[0].Errors[0])
}

func TestRefusedRowsNameTheirColumn(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@x.example\n", bulkimport.Settings{})
	i, _ := w.run(bulkimport.CustomersType, "name,primary_email,id\nLumen,l@x.example,c1\n", bulkimport.Settings{})
	e := w.failed(i.ID)[0].Errors[0]
	require.Equal(t, bulkimport.CodeAlreadyExists, e.Code)
	require.Equal(t, 2, e.Column)
	i = w.upload(bulkimport.AccountsType, "id,name\na1,Main\n")
	m := w.suggested(i)
	m["customer_id"] = bulkimport.Constant("missing")
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	e = w.failed(i.ID)[0].Errors[0]
	require.Equal(t, bulkimport.CodeRelationNotFound, e.Code)
	require.Equal(t, bulkimport.NoColumn, e.Column, "it is a constant")
}

// note is a host's target within the transaction: it keeps rows as customers' metadata would not do, in the
// library's storage, to show that they commit with the job.
type note struct {
	store customer.Store
	calls *int
}

func (n note) Write(
	ctx context.Context, org admin.OrgID, b bulkimport.Batch, rec admin.Record,
) ([]bulkimport.Outcome, error) {
	*n.calls++
	kind := customer.Customers()
	var changes []customer.Change[customer.Customer]
	for _, r := range b.Rows {
		name, _ := r.Value("name")
		changes = append(changes, customer.Change[customer.Customer]{
			Mode: customer.ModeUpsert, Record: customer.Customer{ID: r.Key(), Name: name, Status: customer.Active},
			Given: kind.All(), At: b.At,
		})
	}
	made, err := n.store.Apply(ctx, org, changes, rec)
	out := make([]bulkimport.Outcome, len(made))
	for i := range made {
		out[i] = bulkimport.Outcome{Result: bulkimport.Created}
	}
	return out, err
}

func TestTargetWithinTheTransaction(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	calls := 0
	// A Center gives the stores of each transaction; here there is one storage for all.
	var inside customer.Store
	w.target = func(name bulkimport.TypeName) bulkimport.Target {
		if name != "contacts" {
			return nil
		}
		return note{inside, &calls}
	}
	w.inTx = func(s customer.Store) { inside = s }
	w.service = w.with(bulkimport.Options{BatchRows: 2, Types: []bulkimport.Type{{Schema: contacts()}}})

	i := w.upload("contacts", "external_id,name\nc1,Ann\nc2,Bo\nc3,Cy\n")
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(t, err)
	_, checked := w.check(i.ID)
	require.EqualValues(t, 3, checked.Created)
	require.Zero(t, checked.Unchecked)
	require.Equal(t, 2, calls, "a rehearsal calls it too")
	require.Empty(t, w.customers(), "and rolls back what it wrote")

	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	crash := errors.New("crash")
	w.commit = func() error { return crash }
	_, err = w.service.Step(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, crash)
	require.Empty(t, w.customers(), "what it wrote is rolled back with the batch")
	w.commit = nil
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Len(t, w.customers(), 3)
	for _, c := range w.customers() {
		require.EqualValues(t, 1, c.Version, "each row took effect once")
	}
}

func TestServiceInATransaction(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, manyCustomers(3))
	w.start(i, bulkimport.Settings{})
	stop := errors.New("stop")
	step := func(p bulkimport.Ports) error {
		p.Atomically = nil
		progress, err := w.service.In(p).Step(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		require.Equal(t, job.CompletedWithFailures, progress.Status)
		return err
	}
	require.ErrorIs(t, w.atomically(t.Context(), func(p bulkimport.Ports) error { return errors.Join(step(p), stop) }),
		stop)
	require.Empty(t, w.customers(), "it went with the caller's transaction")
	require.NoError(t, w.atomically(t.Context(), step))
	require.Len(t, w.customers(), 2)
}

func TestImportsOfAllTypesAreListedTogether(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	var want []uuid.UUID
	for _, name := range []bulkimport.TypeName{
		bulkimport.CustomersType, bulkimport.AccountsType, bulkimport.AccountsType, bulkimport.CustomersType,
		bulkimport.CustomersType,
	} {
		want = append([]uuid.UUID{w.upload(name, "id,name\nx,Name\n").ID}, want...)
	}
	list := func(s admin.Scope, f bulkimport.Filter, limit int) (out []uuid.UUID) {
		q := admin.Query{Limit: limit}
		for {
			page, err := w.service.List(t.Context(), s, f, q)
			require.NoError(t, err)
			for _, i := range page.Items {
				out = append(out, i.ID)
			}
			if page.Next == "" {
				return out
			}
			q.After = page.Next
		}
	}
	for _, limit := range []int{1, 2, 3, 50} {
		require.Equal(t, want, list(w.scope, bulkimport.Filter{}, limit), "newest first, pages of %d", limit)
	}
	user := admin.Actor{Kind: admin.ActorUser, ID: "u"}
	accounts := admin.NewScope(org, user, admin.Permissions(customer.PermissionAccountsRead))
	require.Equal(t, want[2:4], list(accounts, bulkimport.Filter{}, 1), "the types that the caller may read")
	require.Equal(t, want[2:4],
		list(w.scope, bulkimport.Filter{Type: bulkimport.AccountsType, Status: bulkimport.Uploaded}, 50))
	_, err := w.service.List(t.Context(), accounts, bulkimport.Filter{Type: bulkimport.CustomersType}, admin.Query{})
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = w.service.List(t.Context(), admin.NewScope(org, user, admin.Permissions()), bulkimport.Filter{},
		admin.Query{})
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = w.service.List(t.Context(), admin.Scope{}, bulkimport.Filter{}, admin.Query{})
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
	var invalid *admin.ValidationError
	_, err = w.service.List(t.Context(), w.scope, bulkimport.Filter{Status: "uploaded"}, admin.Query{})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "/status", invalid.Fields[0].Path)

	page, err := w.service.List(t.Context(), w.scope, bulkimport.Filter{}, admin.Query{Limit: 1})
	require.NoError(t, err)
	_, err = w.service.List(t.Context(), accounts, bulkimport.Filter{}, admin.Query{After: page.Next})
	require.ErrorIs(t, err, admin.ErrInvalid, "a cursor is good for its own types only")
}

func TestUploadProblemsAreInNamesOfTheAPI(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	_, err := w.service.Upload(t.Context(), w.scope,
		bulkimport.UploadInput{Type: bulkimport.CustomersType, HeaderLine: -2})
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	var got []string
	for _, f := range invalid.Fields {
		got = append(got, f.Path)
		require.NotContains(t, f.Message, "NoHeader", "a message for a person names no identifier of the code")
	}
	require.Equal(t, []string{"/fileName", "/content", "/headerLine"}, got)
}

func TestMessagesOfCellsDoNotEndInTheKindOfError(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{})
	i, _ := w.run("contacts", "external_id,name,credit_limit\nc1,Ann,x\nc2,Bo,"+strings.Repeat("9", 60)+"\n",
		bulkimport.Settings{})
	for _, row := range w.failed(i.ID) {
		require.NotContains(t, row.Errors[0].Message, "invalid")
	}
}

func TestDecodeAll(t *testing.T) {
	type device struct {
		Serial string `csv:"serial"`
		Watts  *int   `csv:"watts"`
	}
	var rows []bulkimport.Row
	for n, values := range [][]string{{"x1", "5"}, {"x2", ""}} {
		r, err := bulkimport.NewRow(int64(n+1), int64(n+2), "serial", []string{"serial", "watts"}, values)
		require.NoError(t, err)
		rows = append(rows, r)
	}
	got, err := bulkimport.DecodeAll[device](rows)
	require.NoError(t, err)
	five := 5
	require.Equal(t, []device{{Serial: "x1", Watts: &five}, {Serial: "x2"}}, got)
	got, err = bulkimport.DecodeAll[device](nil)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestRecordsInJSON(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		reason string
		record any
		want   string
	}{
		{"the layout of a file", bulkimport.Content{
			Bytes: 1, SHA256: "ab", Delimiter: ",", Header: []string{"id"}, HeaderLine: 2, Width: 1, Offset: 3, Line: 4,
			Returned: true,
		}, `{"bytes":1,"sha256":"ab","delimiter":",","header":["id"],"headerLine":2,"width":1,"offset":3,"line":4,"returned":true}`},
		{"the layout of a file without header", bulkimport.Content{Delimiter: ","},
			`{"bytes":0,"sha256":"","delimiter":",","width":0,"offset":0,"line":0}`},
		{"a column", bulkimport.Column{Index: 2, Header: "id", Name: "id", Examples: []string{"a"}, Filled: 9,
			Longest: 3, Distinct: 1000, DistinctMore: true},
			`{"index":2,"header":"id","name":"id","examples":["a"],"filled":9,"longest":3,"distinct":1000,"distinctMore":true}`},
		{"a column that is not imported", bulkimport.UnmappedColumn{Index: 2, Name: "Note", Filled: 9, Chosen: true},
			`{"index":2,"name":"Note","filled":9,"chosen":true}`},
		{"a suggestion", bulkimport.Suggestion{Field: "name", Source: bulkimport.FromColumn(1), Score: 0.9, Reason: "same name",
			Alternatives: []bulkimport.Alternative{{Column: 2, Score: 0.7, Reason: "same meaning"}}},
			`{"field":"name","source":{"columns":[1]},"score":0.9,"preselected":false,"reason":"same name",` +
				`"alternatives":[{"column":2,"score":0.7,"reason":"same meaning"}]}`},
		{"a field", bulkimport.Field{Name: "name", Label: "Name", Help: "h", Group: "g", Kind: bulkimport.Text, Required: true,
			RequiredIn: []bulkimport.Mode{bulkimport.Create}},
			`{"name":"name","label":"Name","help":"h","group":"g","kind":"TEXT","required":true,"requiredIn":["CREATE"],"key":false}`},
		{"a warning", bulkimport.Warning{Code: bulkimport.WarnNoRows, Message: "m"}, `{"code":"no_rows","message":"m"}`},
		{"a mapping", bulkimport.Mapping{"name": bulkimport.Join(" ", 0, 1), "country": bulkimport.Constant("DE")},
			`{"name":{"columns":[0,1],"separator":" "},"country":{"constant":"DE"}}`},
		{"settings", bulkimport.Settings{
			Mode: bulkimport.Upsert, Blank: []string{"NULL"}, Optional: []string{"name"}, Dates: bulkimport.DMY,
			NotImported: []int{3}, HeaderConfirmed: true,
		}, `{"mode":"UPSERT","blank":["NULL"],"optional":["name"],"dates":"DMY","notImported":[3],"headerConfirmed":true}`},
		{"a failed row", bulkimport.FailedRow{
			Number: 1, Line: 2, Key: "c1", Cells: []string{"c1", ""},
			Errors: []bulkimport.CellError{{Column: 1, Field: "name", Code: admin.CodeRequired, Message: "m"}},
		}, `{"number":1,"line":2,"key":"c1","cells":["c1",""],"errors":[{"column":1,"field":"name","code":"required","message":"m"}]}`},
		{"a suggestion", bulkimport.Suggestion{
			Field: "id", Source: bulkimport.FromColumn(0), Score: 0.5, Reason: "r",
			Alternatives: []bulkimport.Alternative{{Column: 1, Score: 0.25, Reason: "s"}},
		}, `{"field":"id","source":{"columns":[0]},"score":0.5,"preselected":false,"reason":"r","alternatives":[{"column":1,"score":0.25,"reason":"s"}]}`},
		{"no suggestion", bulkimport.Suggestion{Field: "id"}, `{"field":"id","score":0,"preselected":false}`},
		{"a schema", bulkimport.Schema{Type: "devices", Noun: "device", Read: "devices.read", Write: "devices.write",
			Fields: []bulkimport.Field{
				{Name: "serial", Label: "Serial", Kind: bulkimport.ID, Required: true, Key: true, Max: 50},
			}}, `{"type":"devices","noun":"device","read":"devices.read","write":"devices.write",
			"fields":[{"name":"serial","label":"Serial","kind":"ID","required":true,"key":true,"max":50}]}`},
		{"a filter", bulkimport.Filter{Type: "customers", Status: bulkimport.Started, SHA256: "ab"},
			`{"type":"customers","status":"STARTED","sha256":"ab"}`},
		{"a file that cannot be imported", bulkimport.FileError{Code: bulkimport.CodeNotCSV, Message: "m"},
			`{"code":"not_csv","message":"m"}`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			b, err := json.Marshal(tc.record)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(b))
		})
	}
	b, err := json.Marshal(bulkimport.Import{ID: uuid.Nil, Type: "customers", FileName: "f.csv",
		Status: bulkimport.Uploaded, CreatedAt: at, Version: 1})
	require.NoError(t, err)
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(b, &members))
	for _, name := range []string{"id", "type", "fileName", "size", "sha256", "content", "rows", "settings", "status",
		"createdAt", "createdBy", "version"} {
		require.Contains(t, members, name)
		delete(members, name)
	}
	require.Empty(t, members, "what is absent is absent")
}
