package bulkimport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
)

// failures are the codes and fields of failed rows, by their lines.
func (w *world) failures(i bulkimport.Import) map[int64]string {
	out := map[int64]string{}
	for _, r := range w.failed(i.ID) {
		out[r.Line] = r.Errors[0].Code + " " + r.Errors[0].Field
	}
	return out
}

// imported imports a file by a mapping, in batches of any size.
func (w *world) imported(name bulkimport.TypeName, text string, m bulkimport.Mapping, set bulkimport.Settings) bulkimport.Import {
	w.t.Helper()
	i := w.upload(name, text)
	_, err := w.service.SetMapping(w.t.Context(), w.scope, i.ID, i.Version, m, set)
	require.NoError(w.t, err)
	_, err = w.service.Start(w.t.Context(), w.scope, i.ID)
	require.NoError(w.t, err)
	_, err = w.service.Run(w.t.Context(), w.scope, i.ID, nil)
	require.NoError(w.t, err)
	return i
}

func TestRelationsAreFoundByNameOrEmail(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Globex GmbH,g@x.io\nc2,Twin Ltd,t@x.io\nc3,Twin Ltd,u@x.io\nc4,Gone Ltd,gone@x.io\nc5,Also Gone Ltd,t@x.io\n",
		bulkimport.Settings{})
	customers, err := customer.NewService(customer.Ports{Customers: w.backend.Customers(), Accounts: w.backend.Accounts()}, customer.Options{})
	require.NoError(t, err)
	for _, id := range []string{"c4", "c5"} {
		_, err = customers.Archive(t.Context(), w.scope, id, 1, customer.ArchiveInput{})
		require.NoError(t, err)
	}
	by := func(field string) bulkimport.Mapping {
		s := bulkimport.FromColumn(2)
		s.By = field
		return bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "customer_id": s}
	}
	i := w.imported(bulkimport.AccountsType, "Account ID,Account Name,Customer Name\na1,Main account,Globex GmbH\na2,Other account,Twin Ltd\na3,Third account,Nobody\na4,Fourth account,Gone Ltd\n",
		by("name"), bulkimport.Settings{})
	require.Equal(t, map[int64]string{3: "relation_ambiguous customer_id", 4: "relation_not_found customer_id", 5: "relation_not_found customer_id"}, w.failures(i))
	require.Contains(t, w.failed(i.ID)[0].Errors[0].Message, `"c2" and "c3"`)
	a, err := w.backend.Accounts().Get(t.Context(), org, "a1")
	require.NoError(t, err)
	require.Equal(t, "c1", a.CustomerID)

	i = w.imported(bulkimport.AccountsType, "Account ID,Account Name,E-mail\na5,Main account,t@x.io\na6,Other account,x@x.io\n", by("primary_email"), bulkimport.Settings{})
	require.Equal(t, map[int64]string{3: "relation_not_found customer_id"}, w.failures(i))
	a, err = w.backend.Accounts().Get(t.Context(), org, "a5")
	require.NoError(t, err)
	require.Equal(t, "c2", a.CustomerID, "one that is archived is not meant")

	_, err = w.service.SetMapping(t.Context(), w.scope, w.upload(bulkimport.AccountsType, "a,b,c\n1,2,3\n").ID, 2, by("phone"), bulkimport.Settings{})
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestRowsFindRecordsByEmail(t *testing.T) {
	for _, batch := range []int{1, 500} {
		w := newWorld(t, bulkimport.Options{BatchRows: batch})
		w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Ann Lee,a@x.io\nc2,Bob Lee,b@x.io\nc3,Cy Twin,t@x.io\nc4,Di Twin,t@x.io\n", bulkimport.Settings{})
		m := bulkimport.Mapping{"primary_email": bulkimport.FromColumn(0), "city": bulkimport.FromColumn(1)}
		const file = "email,city,id,name\na@x.io,Ulm,,\nnew@x.io,Bonn,c9,New Lee\nt@x.io,Rom,,\nb@x.io,Graz,c7,\na@x.io,Bern,,\nsecond@x.io,Wien,c9,Other Lee\nthird@x.io,Wien,c1,Third Lee\n"
		i := w.imported(bulkimport.CustomersType, file, m, bulkimport.Settings{Mode: bulkimport.Update, Match: "primary_email"})
		require.Equal(t, map[int64]string{3: "not_found primary_email", 4: "relation_ambiguous primary_email", 6: "duplicate_in_file primary_email",
			7: "not_found primary_email", 8: "not_found primary_email"}, w.failures(i))
		require.Equal(t, "Ulm", w.customer("c1").Address.City)
		require.Equal(t, "Graz", w.customer("c2").Address.City)

		m["id"], m["name"] = bulkimport.FromColumn(2), bulkimport.FromColumn(3)
		i = w.imported(bulkimport.CustomersType, file, m, bulkimport.Settings{Mode: bulkimport.Upsert, Match: "primary_email",
			IfBlank: bulkimport.KeepBlank, Optional: []string{"name"}})
		require.Equal(t, map[int64]string{4: "relation_ambiguous primary_email", 5: "match_conflict primary_email", 6: "duplicate_in_file primary_email",
			7: "duplicate_in_file id", 8: "match_conflict primary_email"}, w.failures(i))
		require.Equal(t, "New Lee Bonn", w.customer("c9").Name+" "+w.customer("c9").Address.City)
		require.Equal(t, "Ann Lee", w.customer("c1").Name)
	}
}

func TestMatchingIsWhatTheSchemaAllows(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nc1,Ann Lee,a@x.io\n")
	for reason, set := range map[string]bulkimport.Settings{
		"a field that is not unique":  {Mode: bulkimport.Upsert, Match: "name"},
		"a field that there is not":   {Mode: bulkimport.Upsert, Match: "x/y"},
		"a mode that finds no record": {Match: "primary_email"},
	} {
		_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), set)
		require.ErrorIs(t, err, admin.ErrInvalid, reason)
	}
}
