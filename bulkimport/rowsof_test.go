package bulkimport_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// A failed row may name its customer in each way that a mapping has.
func TestRowsOfACustomerAreFoundHoweverTheMappingNamesIt(t *testing.T) {
	id := bulkimport.FromColumn(0)
	from := func(by string) bulkimport.Source { return bulkimport.Source{Columns: []int{2}, By: by} }
	long := strings.Repeat("a", 70<<10)
	for _, c := range []struct {
		reason   string
		kind     bulkimport.TypeName
		text     string
		customer bulkimport.Source
		set      bulkimport.Settings
		want     []int64
	}{
		{"by its name", bulkimport.AccountsType, "x1,no,Ann Old\nx2,no,Ann New\n", from("name"), bulkimport.Settings{}, []int64{1}},
		{"by its e-mail address", bulkimport.AccountsType, "x1,no,b@x.example\nx2,no,Ann@X.example\n", from("primary_email"), bulkimport.Settings{}, []int64{2}},
		{"by the first of several columns", bulkimport.AccountsType, "x1,no,,k1\nx2,no,k2,\nx3,no,k1,\n", bulkimport.FirstOf(2, 3), bulkimport.Settings{}, []int64{1, 3}},
		{"by several columns that are joined", bulkimport.AccountsType, "x1,no,k,1\nx2,no,k,2\n", bulkimport.Join("", 2, 3), bulkimport.Settings{}, []int64{1}},
		{"by a constant", bulkimport.AccountsType, "x1,no\nx2,no\n", bulkimport.Constant("k1"), bulkimport.Settings{}, []int64{1, 2}},
		{"by a default", bulkimport.AccountsType, "x1,no,\nx2,no,k2\n", bulkimport.Source{Columns: []int{2}, Default: "k1"}, bulkimport.Settings{}, []int64{1}},
		{"in a row of more than 64 KiB", bulkimport.AccountsType, "x1,no,k1," + long + "," + long + "\nx2,no,k2," + long + "," + long + "\n", from(""), bulkimport.Settings{}, []int64{1}},
		{"as a customer that is matched by its e-mail address", bulkimport.CustomersType, "x9,ann@x.example,Ann\nx8,b@x.example,Bob\n",
			bulkimport.Source{}, bulkimport.Settings{Mode: bulkimport.Update, Match: "primary_email"}, []int64{1}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{Limits: bulkimport.Limits{CellBytes: 100 << 10}})
			w.run(bulkimport.CustomersType, "id,name,primary_email\nk1,Ann Old,ann@x.example\n", bulkimport.Settings{})
			i := w.upload(c.kind, "a,b,c,d,e\n"+c.text)
			m := bulkimport.Mapping{"id": id, "name": bulkimport.Constant("Account"), "primary_email": bulkimport.FromColumn(1), "customer_id": c.customer}
			if c.kind == bulkimport.CustomersType {
				delete(m, "customer_id")
				m["name"] = bulkimport.FromColumn(2)
			}
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, c.set)
			require.NoError(t, err)
			p := w.resume(i.ID)
			require.Equal(t, p.Counts.Total, p.Counts.Failed)
			rows, err := bulkimport.RowsOf(t.Context(), w.ports(), org, "k1", nil)
			require.NoError(t, err)
			require.Equal(t, []job.Rows{{Job: i.ID, Seqs: c.want}}, rows)
		})
	}
}

// A failed row may name its account by the field that the import finds accounts by, and have another id or none.
func TestRowsOfAnAccountAreFoundByWhatTheImportFindsItBy(t *testing.T) {
	for _, c := range []struct {
		reason, match, text string
		want                []int64
	}{
		{"by its name", "name", "x1,MAIN Account,a@x.example\nx2,Main,main@x.example\n", []int64{1}},
		{"by its e-mail address", "primary_email", "x1,Main account,a@x.example\nx2,Main,Main@X.example\n", []int64{2}},
		{"by its id", "", "a1,Other,a@x.example\nx2,Main account,main@x.example\n", []int64{1}},
		{"by neither", "name", "x1,Other,main@x.example\n", nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			w.run(bulkimport.CustomersType, "id,name,primary_email\nk1,Ann,ann@x.example\n", bulkimport.Settings{})
			w.run(bulkimport.AccountsType, "id,name,customer_id,primary_email\na1,Main account,k1,main@x.example\n", bulkimport.Settings{})
			schema := bulkimport.Accounts()
			for k, f := range schema.Fields {
				schema.Fields[k].Match = f.Name == "name" || f.Name == "primary_email"
			}
			w.service = w.with(bulkimport.Options{Types: []bulkimport.Type{
				{Schema: schema, Target: &sink{outcome: bulkimport.Outcome{Result: bulkimport.Refused}}}}})
			i := w.upload(bulkimport.AccountsType, "id,name,primary_email\n"+c.text)
			m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1),
				"primary_email": bulkimport.FromColumn(2), "customer_id": bulkimport.Constant("k9")}
			set := bulkimport.Settings{Mode: bulkimport.Update, Match: c.match}
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, set)
			require.NoError(t, err)
			p := w.resume(i.ID)
			require.Equal(t, p.Counts.Total, p.Counts.Failed)
			rows, err := bulkimport.RowsOf(t.Context(), w.ports(), org, "k1", []string{"a1", "gone"})
			require.NoError(t, err)
			var found []int64
			for _, r := range rows {
				if r.Job == i.ID {
					found = r.Seqs
				}
			}
			require.Equal(t, c.want, found)
		})
	}
}
