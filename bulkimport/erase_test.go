package bulkimport_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// erasing is a service with the trail.
func (w *world) erasing() *bulkimport.Service {
	ports := func(s storage.Stores) bulkimport.Ports {
		p := w.portsOf(s)
		p.Audit = s.Audit()
		return p
	}
	p := ports(w.backend)
	p.Atomically = func(ctx context.Context, fn func(bulkimport.Ports) error) error {
		return w.backend.InTx(ctx, func(s storage.Stores) error { return fn(ports(s)) })
	}
	return w.service.In(p)
}

func mentioned(t *testing.T, w *world, s *bulkimport.Service, text string) (out []bulkimport.Mention) {
	t.Helper()
	for m, err := range s.Mentions(t.Context(), w.scope, text) {
		require.NoError(t, err)
		out = append(out, m)
	}
	return out
}

func TestMentionsAreFoundAndErased(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	s, ctx := w.erasing(), t.Context()
	other := w.upload(bulkimport.CustomersType, "id,name,primary_email\nc9,Somebody,s@x.example\n")
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email,line1\nc1,Anna Müller,anna@x.example,\"1, High \"\"Q\"\" Street\"\nc2,Bob Miller,nope,\n")
	w.start(i, bulkimport.Settings{})
	_, err := s.Run(ctx, w.scope, i.ID, nil)
	require.NoError(t, err)
	for _, c := range []struct {
		reason, text string
		file, rows   bool
	}{
		{"capitals and accents", "MULLER", true, false},
		{"cells side by side", "muller anna@x.example", true, false},
		{"quotes of the format", `high "q" street`, true, false},
		{"a failed row", "bob miller", true, true},
	} {
		got := mentioned(t, w, s, c.text)
		require.Len(t, got, 1, c.reason)
		require.Equal(t, i.ID, got[0].ImportID)
		require.Equal(t, []bool{c.file, c.rows}, []bool{got[0].File, got[0].Rows}, c.reason)
	}
	require.Empty(t, mentioned(t, w, s, "nobody at all"))
	for _, err := range s.Mentions(ctx, w.scope, "an") {
		require.ErrorIs(t, err, admin.ErrInvalid)
	}

	out, err := s.Erase(ctx, w.scope, i.ID)
	require.NoError(t, err)
	got, err := s.Get(ctx, w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, out, got)
	require.Equal(t, bulkimport.ErasedFileName, got.FileName)
	require.Equal(t, i.Rows, got.Rows)
	raw, err := json.Marshal(got)
	require.NoError(t, err)
	require.NotContains(t, strings.ToLower(string(raw)), "miller")
	require.NotContains(t, string(raw), "primary_email")
	_, err = s.Errors(ctx, w.scope, i.ID, admin.Query{})
	require.ErrorIs(t, err, job.ErrPruned)
	require.ErrorIs(t, s.FailedRows(ctx, w.scope, i.ID, &strings.Builder{}), job.ErrPruned)
	_, err = s.Suggest(ctx, w.scope, i.ID)
	require.Error(t, err)
	require.Empty(t, mentioned(t, w, s, "miller"))
	require.Len(t, mentioned(t, w, s, "somebody"), 1, "another import")

	records, err := w.backend.Audit().List(ctx, org, admin.AuditFilter{Subject: admin.Subject{Kind: "import", ID: i.ID.String()}},
		admin.Seek[admin.RecordKey]{Limit: 50})
	require.NoError(t, err)
	require.Equal(t, bulkimport.ActionErase, records[0].Action)
	for _, r := range records {
		for _, c := range r.Changes {
			require.False(t, c.Field == "fileName" && !c.Erased, "%+v", r)
		}
	}
	_, err = s.Erase(ctx, w.scope, i.ID)
	require.NoError(t, err, "again")
	_, err = s.Erase(ctx, w.scope, other.ID)
	require.NoError(t, err, "one that was not started")
}

func TestEraseAnImportRefuses(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	s, ctx := w.erasing(), t.Context()
	i := w.upload(bulkimport.CustomersType, twoCustomers)
	w.start(i, bulkimport.Settings{})
	_, err := s.Erase(ctx, w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState, "its job is not final")
	_, err = s.Erase(ctx, w.scope, uuid.New())
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = w.service.Erase(ctx, w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState, "there is no trail")
	reader := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "1"}, admin.Permissions("customers.read"))
	_, err = s.Erase(ctx, reader, i.ID)
	require.ErrorIs(t, err, admin.ErrForbidden)
	for _, err := range s.Mentions(ctx, admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "1"}, admin.PermissionSet{}), "text") {
		require.ErrorIs(t, err, admin.ErrForbidden)
	}
}

// A failed row of an account names its customer in a cell as the mapping reads it.
func TestRowsOfACustomerAreFoundHoweverTheCellHasItsID(t *testing.T) {
	for name, cell := range map[string]string{"as it is": "k1", "with a blank": "k1 ", "with an apostrophe": "'k1", "by a word": "KK"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			w.run(bulkimport.CustomersType, "id,name,primary_email\nk1,Ann old,ann@x.example\n", bulkimport.Settings{})
			i := w.upload(bulkimport.AccountsType, "id,name,customer_id,primary_email\nx1,Account,"+cell+",no address\nx2,Account,k2,no address\n")
			m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "primary_email": bulkimport.FromColumn(3),
				"customer_id": {Columns: []int{2}, StripApostrophe: true, Values: map[string]string{"kk": "k1"}}}
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
			require.NoError(t, err)
			require.EqualValues(t, 2, w.resume(i.ID).Counts.Failed)
			rows, err := bulkimport.RowsOf(t.Context(), w.ports(), org, "k1", nil)
			require.NoError(t, err)
			require.Contains(t, rows, job.Rows{Job: i.ID, Seqs: []int64{1}})
		})
	}
}

func TestMentionsFindWhatAMappingPutsIn(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nc1,Ann,\n")
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, bulkimport.Mapping{
		"id": bulkimport.FromColumn(0), "name": {Columns: []int{1}, Values: map[string]string{"Ann": "Wilhelmina"}},
		"primary_email": {Columns: []int{2}, Default: "zoltan@x.example"},
	}, bulkimport.Settings{})
	require.NoError(t, err)
	for _, text := range []string{"wilhelmina", "Zoltan@x.example"} {
		var found []bulkimport.Mention
		for m, err := range w.service.Mentions(t.Context(), w.scope, text) {
			require.NoError(t, err)
			found = append(found, m)
		}
		require.Equal(t, []bulkimport.Mention{{ImportID: i.ID, Settings: true}}, found, text)
	}
}
