package bulkimport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

const twoCustomers = "id,name,primary_email\nc1,Customer one,one@x.example\nc2,Customer two,nope\n"

func TestMappingProblemsComeAllAtOnce(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, twoCustomers)
	for _, tc := range []struct {
		reason  string
		mapping bulkimport.Mapping
		set     bulkimport.Settings
		want    map[string]string // path: code
	}{
		{"nothing is mapped", nil, bulkimport.Settings{}, map[string]string{
			"/mapping/id": bulkimport.CodeRequiredMapping, "/mapping/name": bulkimport.CodeRequiredMapping,
			"/mapping/primary_email": bulkimport.CodeRequiredMapping,
		}},
		{"sources that cannot be", bulkimport.Mapping{
			"id": bulkimport.Constant("c1"), "name": bulkimport.FromColumn(7), "primary_email": bulkimport.Constant("nope"),
			"city":    {},
			"country": {Columns: []int{1}, Constant: "US"}, "state": bulkimport.Join(strings.Repeat("-", 21), 1,
				2), "line1": bulkimport.Join("", make([]int, 11)...),
			"a/b": bulkimport.FromColumn(0),
		}, bulkimport.Settings{}, map[string]string{
			"/mapping/id": admin.CodeFormat, "/mapping/name/columns/0": bulkimport.CodeNoSuchColumn,
			"/mapping/primary_email/constant": admin.CodeFormat,
			"/mapping/city":                   admin.CodeRequired, "/mapping/country": admin.CodeFormat,
			"/mapping/state/separator": admin.CodeTooLong,
			"/mapping/line1/columns":   admin.CodeTooLong, "/mapping/a~1b": admin.CodeUnknown,
		}},
		{"settings that cannot be", bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1),
			"primary_email": bulkimport.FromColumn(2)},
			bulkimport.Settings{Mode: "replace", Dates: "ymd", Blank: []string{"NULL", ""},
				Optional: []string{"id", "nothing"}}, map[string]string{
				"/settings/mode": admin.CodeUnknown, "/settings/dates": admin.CodeUnknown, "/settings/blank/1": admin.CodeFormat,
				"/settings/optional/0": admin.CodeFormat, "/settings/optional/1": admin.CodeUnknown,
			}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, tc.mapping, tc.set)
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			got := map[string]string{}
			for _, f := range invalid.Fields {
				got[f.Path] = f.Code
			}
			require.Equal(t, tc.want, got)
		})
	}
}

func TestMappingIsKeptByVersionUntilTheStart(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, twoCustomers)
	m := w.suggested(i)
	m["country"] = bulkimport.Constant("uk")
	set := bulkimport.Settings{Blank: []string{"NULL"}}
	mapped, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, set)
	require.NoError(t, err)
	m["country"], set.Blank[0] = bulkimport.Constant("FR"), "other"
	got, err := w.service.Get(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, mapped, got)
	require.Equal(t, "uk", got.Mapping["country"].Constant, "what is stored is no longer the caller's")
	require.Equal(t, []string{"NULL"}, got.Settings.Blank)

	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, mapped.Version+1, m, bulkimport.Settings{})
	require.ErrorIs(t, err, admin.ErrState)
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, "GB", w.customer("c1").Country)
}

func TestColumnsAreFoundByHeader(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, "id,name,name,\nc1,a,b,c\n")
	k, err := i.ColumnNamed("id")
	require.NoError(t, err)
	require.Zero(t, k)
	k, err = i.ColumnNamed("Column 4")
	require.NoError(t, err)
	require.Equal(t, 3, k)
	for _, header := range []string{"name", "nothing"} {
		_, err = i.ColumnNamed(header)
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
}

func TestEachMethodRequiresItsTypesPermission(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, twoCustomers)
	m := w.suggested(i)
	ctx, id := t.Context(), i.ID
	calls := func(s admin.Scope) (reads, writes map[string]error) {
		reads, writes = map[string]error{}, map[string]error{}
		_, reads["Get"] = w.service.Get(ctx, s, id)
		_, reads["List"] = w.service.List(ctx, s, bulkimport.Filter{Type: bulkimport.CustomersType}, admin.Query{})
		_, reads["Suggest"] = w.service.Suggest(ctx, s, id)
		_, reads["Progress"] = w.service.Progress(ctx, s, id)
		_, reads["Errors"] = w.service.Errors(ctx, s, id, admin.Query{})
		reads["FailedRows"] = w.service.FailedRows(ctx, s, id, &strings.Builder{})
		reads["Export"] = w.service.Export(ctx, s, bulkimport.CustomersType, &strings.Builder{}, bulkimport.ExportOptions{})
		_, writes["Upload"] = w.service.Upload(ctx, s,
			bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "f", Content: strings.NewReader(twoCustomers)})
		_, writes["SetMapping"] = w.service.SetMapping(ctx, s, id, 99, m, bulkimport.Settings{})
		_, writes["Start"] = w.service.Start(ctx, s, uuid.Nil)
		_, writes["Step"] = w.service.Step(ctx, s, id)
		_, writes["Run"] = w.service.Run(ctx, s, id, nil)
		_, writes["Cancel"] = w.service.Cancel(ctx, s, id)
		writes["Delete"] = w.service.Delete(ctx, s, id)
		return reads, writes
	}
	user := admin.Actor{Kind: admin.ActorUser, ID: "u"}
	reads, writes := calls(admin.NewScope(org, user, admin.Permissions(customer.PermissionRead,
		customer.PermissionAccountsWrite)))
	for name, err := range reads {
		require.NotErrorIs(t, err, admin.ErrForbidden, name)
	}
	delete(writes, "Start") // it has its import first
	for name, err := range writes {
		require.ErrorIs(t, err, admin.ErrForbidden, name)
	}
	reads, writes = calls(admin.NewScope(org, user, admin.Permissions(customer.PermissionAccountsRead,
		customer.PermissionAccountsWrite)))
	for name, err := range reads {
		require.ErrorIs(t, err, admin.ErrForbidden, name)
	}
	delete(writes, "Start")
	for name, err := range writes {
		require.ErrorIs(t, err, admin.ErrForbidden, name)
	}
	reads, writes = calls(admin.Scope{})
	for _, some := range []map[string]error{reads, writes} {
		for name, err := range some {
			require.ErrorIs(t, err, admin.ErrUnauthenticated, name)
		}
	}
	other := admin.System("other")
	_, err := w.service.Get(ctx, other, id)
	_, none := w.service.Get(ctx, other, w.id())
	require.ErrorIs(t, err, admin.ErrNotFound)
	require.Equal(t, none.Error(), err.Error(), "another organization's import and none at all look the same")
}

func TestWhatWasDoneIsOnRecord(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i, _ := w.run(bulkimport.CustomersType, twoCustomers, bulkimport.Settings{})
	require.NoError(t, w.service.Delete(t.Context(), w.scope, i.ID))
	var got []admin.Action
	for r, err := range admin.NewTrail(w.backend.Audit()).All(t.Context(), w.scope,
		admin.AuditFilter{Subject: admin.Subject{Kind: "import", ID: i.ID.String()}}) {
		require.NoError(t, err)
		got = append([]admin.Action{r.Action}, got...)
	}
	require.Equal(t, []admin.Action{
		bulkimport.ActionBegin, bulkimport.ActionUpload, bulkimport.ActionMap, bulkimport.ActionStart,
		bulkimport.ActionWrite, job.ActionComplete, bulkimport.ActionDelete,
	}, got)
}

func TestDelete(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, twoCustomers)
	w.start(i, bulkimport.Settings{})
	require.ErrorIs(t, w.service.Delete(t.Context(), w.scope, i.ID), admin.ErrState, "it is running")
	_, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	held, err := w.backend.Jobs().Entries(t.Context(), org, i.ID, job.EntryFilter{}, admin.Seek[int64]{Limit: 10})
	require.NoError(t, err)
	require.Len(t, held, 1)
	require.Contains(t, held[0].Data, "Customer two")
	require.NoError(t, w.service.Delete(t.Context(), w.scope, i.ID))
	_, err = w.service.Get(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrNotFound)
	held, err = w.backend.Jobs().Entries(t.Context(), org, i.ID, job.EntryFilter{}, admin.Seek[int64]{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, held, "the cells of failed rows are deleted with the file")
	j, err := w.backend.Jobs().Get(t.Context(), org, i.ID)
	require.NoError(t, err)
	require.Equal(t, job.Counts{Total: 2, Completed: 1, Failed: 1}, j.Counts, "how many there were is kept")
	text, err := w.backend.Imports().Content(t.Context(), org, i.ID, 0)
	require.NoError(t, err)
	require.Empty(t, text)
}

func TestServiceRefusesTypesThatCannotWork(t *testing.T) {
	without := bulkimport.Customers()
	without.Fields = without.Fields[:3]
	keyless := contacts()
	keyless.Fields[0].Key = false
	twice := contacts()
	twice.Fields[1].Name = twice.Fields[0].Name
	reserved := contacts()
	reserved.Fields[1].Name = "_errors"
	long := bulkimport.Customers()
	long.Fields = append(long.Fields,
		bulkimport.Field{Name: "notes", Kind: bulkimport.Text, Max: customer.MaxMetadataValue + 1})
	many := bulkimport.Accounts()
	for n := range customer.MaxMetadata + 1 {
		many.Fields = append(many.Fields, bulkimport.Field{Name: fmt.Sprint("extra", n), Kind: bulkimport.Date})
	}
	w := newWorld(t, bulkimport.Options{})
	for reason, one := range map[string]struct {
		bulkimport.Type
		path string
	}{
		"a type of the host without a target": {bulkimport.Type{Schema: contacts()}, "/types/contacts/target"},
		"a schema without a key": {bulkimport.Type{Schema: keyless, Target: &shelf{}},
			"/types/contacts/fields"},
		"two fields of one name": {bulkimport.Type{Schema: twice, Target: &shelf{}},
			"/types/contacts/fields/1/name"},
		"a column of reports": {bulkimport.Type{Schema: reserved, Target: &shelf{}}, "/types/contacts/fields/1/name"},
		"no schema":           {bulkimport.Type{Target: &shelf{}}, "/types//type"},
		"fields that the included store needs missing": {bulkimport.Type{Schema: without}, "/types/customers/fields"},
		"a field too long for metadata":                {bulkimport.Type{Schema: long}, "/types/customers/fields/11/max"},
		"more fields than metadata has":                {bulkimport.Type{Schema: many}, "/types/accounts/fields"},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := bulkimport.NewService(w.ports(), bulkimport.Options{Types: []bulkimport.Type{one.Type}})
			require.ErrorIs(t, err, admin.ErrInvalid)
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, one.path, invalid.Fields[0].Path)
		})
	}
	s, err := bulkimport.NewService(w.ports(),
		bulkimport.Options{Types: []bulkimport.Type{{Schema: contacts(), Target: &shelf{}}}})
	require.NoError(t, err)
	require.Len(t, s.Types(), 4)
}

func TestServiceFindsAllThatIsWrongWithPortsAndOptions(t *testing.T) {
	_, err := bulkimport.NewService(bulkimport.Ports{}, bulkimport.Options{
		BatchRows: 501, Jobs: job.Engine{Lease: -1}, Limits: bulkimport.Limits{Rows: -1, CellBytes: -1},
		Types: []bulkimport.Type{{Schema: contacts()}},
	})
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	var paths []string
	for _, f := range invalid.Fields {
		paths = append(paths, f.Path)
	}
	require.Equal(t, []string{
		"/imports", "/jobs", "/customers", "/accounts", "/atomically", "/batchRows", "/jobs/lease", "/limits/rows",
		"/limits/cellBytes",
		"/types/contacts/target",
	}, paths)
	w := newWorld(t, bulkimport.Options{})
	_, err = bulkimport.NewService(w.ports(), bulkimport.Options{BatchRows: -1})
	require.ErrorIs(t, err, admin.ErrInvalid)
}
