package bulkimport_test

import (
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
			"/mapping/id": bulkimport.CodeRequiredMapping, "/mapping/name": bulkimport.CodeRequiredMapping, "/mapping/primary_email": bulkimport.CodeRequiredMapping,
		}},
		{"sources that cannot be", bulkimport.Mapping{
			"id": bulkimport.Constant("c1"), "name": bulkimport.FromColumn(7), "primary_email": bulkimport.Constant("nope"), "city": {},
			"country": {Columns: []int{1}, Constant: "US"}, "state": bulkimport.Join(strings.Repeat("-", 21), 1, 2), "line1": bulkimport.Join("", make([]int, 11)...),
			"a/b": bulkimport.FromColumn(0),
		}, bulkimport.Settings{}, map[string]string{
			"/mapping/id": admin.CodeFormat, "/mapping/name/columns/0": bulkimport.CodeNoSuchColumn, "/mapping/primary_email/constant": admin.CodeFormat,
			"/mapping/city": admin.CodeRequired, "/mapping/country": admin.CodeFormat, "/mapping/state/separator": admin.CodeTooLong,
			"/mapping/line1/columns": admin.CodeTooLong, "/mapping/a~1b": admin.CodeUnknown,
		}},
		{"settings that cannot be", bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "primary_email": bulkimport.FromColumn(2)},
			bulkimport.Settings{Mode: "replace", Dates: "ymd", Blank: []string{"NULL", ""}, Optional: []string{"id", "nothing"}}, map[string]string{
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
		_, writes["Upload"] = w.service.Upload(ctx, s, bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "f", Content: strings.NewReader(twoCustomers)})
		_, writes["SetMapping"] = w.service.SetMapping(ctx, s, id, 99, m, bulkimport.Settings{})
		_, writes["Start"] = w.service.Start(ctx, s, uuid.Nil)
		_, writes["Step"] = w.service.Step(ctx, s, id)
		_, writes["Run"] = w.service.Run(ctx, s, id, nil)
		_, writes["Cancel"] = w.service.Cancel(ctx, s, id)
		writes["Delete"] = w.service.Delete(ctx, s, id)
		return reads, writes
	}
	user := admin.Actor{Kind: admin.ActorUser, ID: "u"}
	reads, writes := calls(admin.NewScope(org, user, admin.Permissions(customer.PermissionRead, customer.PermissionAccountsWrite)))
	for name, err := range reads {
		require.NotErrorIs(t, err, admin.ErrForbidden, name)
	}
	delete(writes, "Start") // it has its import first
	for name, err := range writes {
		require.ErrorIs(t, err, admin.ErrForbidden, name)
	}
	reads, writes = calls(admin.NewScope(org, user, admin.Permissions(customer.PermissionAccountsRead, customer.PermissionAccountsWrite)))
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
	for r, err := range admin.NewTrail(w.backend.Audit()).All(t.Context(), w.scope, admin.AuditFilter{Subject: admin.Subject{Kind: "import", ID: i.ID.String()}}) {
		require.NoError(t, err)
		got = append([]admin.Action{r.Action}, got...)
	}
	require.Equal(t, []admin.Action{
		bulkimport.ActionBegin, bulkimport.ActionUpload, bulkimport.ActionMap, bulkimport.ActionStart, bulkimport.ActionQueue,
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
	require.NoError(t, w.service.Delete(t.Context(), w.scope, i.ID))
	_, err = w.service.Get(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrNotFound)
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
	for reason, one := range map[string]bulkimport.Type{
		"a type of the host without a target":          {Schema: contacts()},
		"a schema without a key":                       {Schema: keyless, Target: &shelf{}},
		"two fields of one name":                       {Schema: twice, Target: &shelf{}},
		"no schema":                                    {Target: &shelf{}},
		"fields that the included store needs missing": {Schema: without},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := bulkimport.NewService(nil, nil, nil, bulkimport.Options{Types: []bulkimport.Type{one}})
			require.ErrorIs(t, err, admin.ErrInvalid)
		})
	}
	_, err := bulkimport.NewService(nil, nil, nil, bulkimport.Options{BatchRows: 501})
	require.ErrorIs(t, err, admin.ErrInvalid)
	s, err := bulkimport.NewService(nil, nil, nil, bulkimport.Options{Types: []bulkimport.Type{{Schema: contacts(), Target: &shelf{}}}})
	require.NoError(t, err)
	require.Len(t, s.Types(), 3)
}
