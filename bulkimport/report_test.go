package bulkimport_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
)

func TestSensitiveFieldsOfTheBuiltInTypes(t *testing.T) {
	for _, schema := range []bulkimport.Schema{bulkimport.Customers(), bulkimport.Accounts()} {
		var sensitive []string
		for _, f := range schema.Fields {
			if f.Sensitive {
				sensitive = append(sensitive, f.Name)
			}
		}
		want := []string{"primary_email", "phone_number", "line1", "line2", "postal_code", "city", "state", "country"}
		if schema.Type == bulkimport.AccountsType {
			want = append(want, "billing_information") // which has addresses of recipients
		}
		require.ElementsMatch(t, want, sensitive, schema.Type)
	}
}

// Nothing that is in a column of a sensitive field is in any report that leaves these out.
func TestReportsOmitWhatIsSensitive(t *testing.T) {
	const secret = "SECRET"
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email,line1\nu1,Ann,SECRET0@x.example,SECRET Street 0\n", bulkimport.Settings{})
	i, p := w.run(bulkimport.CustomersType, "id,name,primary_email,line1,phone\n"+
		"u1,Anna,SECRET1@x.example,SECRET Street 1,SECRET\n"+ // updated
		"c1,Cid,SECRET2,SECRET Street 2,SECRET\n"+ // an address that is none
		"c2,,SECRET3@x.example,SECRET Street 3,SECRET\n"+ // no name
		"c3,Dan,SECRET4@x.example\n"+ // too few cells
		"c4,Eve,\"SECRET5@x.example\"SECRET,,\n"+ // text behind a quote
		"c5,Fay,SECRET6@x.example,SECRET Street 4,SECRET,SECRET\n", // too many cells
		bulkimport.Settings{Mode: bulkimport.Upsert})
	require.EqualValues(t, 5, p.Counts.Failed)
	omit := bulkimport.ReportOptions{OmitSensitive: true}
	var failed strings.Builder
	require.NoError(t, w.service.FailedRows(t.Context(), w.scope, i.ID, &failed, omit))
	listed, err := json.Marshal(w.outcomes(i.ID, "", 10, omit))
	require.NoError(t, err)
	for name, report := range map[string]string{
		"failed rows": failed.String(), "outcomes": string(listed), "outcomes as a file": w.outcomeFile(i.ID, "", omit),
	} {
		require.NotContains(t, report, secret, name)
	}
	require.Contains(t, failed.String(), `"c1","Cid","","","","3","primary_email: invalid_email: the value is left out here"`)
	require.Contains(t, failed.String(), `"c2","","","","","4","name: name is required"`)
	require.Contains(t, string(listed), `"changes":[{"field":"line1"},{"field":"name","from":"Ann","to":"Anna"},{"field":"phone_number"},{"field":"primary_email"}]`)
	require.Contains(t, w.failedFile(i.ID), secret, "on request only")
	require.Contains(t, w.outcomeFile(i.ID, ""), secret)
}

// A key is left out if it is an e-mail address, and a related record that is named by one.
func TestReportsOmitSensitiveKeys(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, "name,primary_email\nAnn,nobody@x.example\n")
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, bulkimport.Mapping{
		"name": {Columns: []int{0}}, "primary_email": {Columns: []int{1}},
	}, bulkimport.Settings{Mode: bulkimport.Update, Match: "primary_email"})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	rows := w.outcomes(i.ID, "", 10, bulkimport.ReportOptions{OmitSensitive: true})
	require.Equal(t, []string{"1 FAILED  not_found"}, short(rows))
	text, err := json.Marshal(rows)
	require.NoError(t, err)
	require.NotContains(t, string(text), "nobody")
	require.Equal(t, "nobody@x.example", w.outcomes(i.ID, "", 10)[0].Key)
}

// What is sensitive is left out also where it is not in its own column, or another field has the column too.
func TestReportsOmitWhatIsSensitiveInOddPlaces(t *testing.T) {
	omit := bulkimport.ReportOptions{OmitSensitive: true}
	customers := "id,name,primary_email,note\n"
	m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FirstOf(1, 2), "primary_email": bulkimport.FromColumn(2)}
	for name, text := range map[string]string{
		"a comma that is not quoted": "c1,Smith, John,SECRET1@x.example,hello\n",
		"a cell that is missing":     "c1,SECRET1@x.example,hello\n",
		"a name from the address":    "c1,,SECRET" + strings.Repeat("x", 400) + "@x.example,hello\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			i := w.upload(bulkimport.CustomersType, customers+text)
			i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
			require.NoError(t, err)
			require.EqualValues(t, 1, w.resume(i.ID).Counts.Failed)
			var failed bytes.Buffer
			require.NoError(t, w.service.FailedRows(t.Context(), w.scope, i.ID, &failed, omit))
			require.NotContains(t, failed.String(), "SECRET")
			require.NotContains(t, fmt.Sprintf("%+v", w.outcomes(i.ID, "", 10, omit)), "SECRET")
			require.NotContains(t, w.outcomeFile(i.ID, "", omit), "SECRET")
		})
	}
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, customers+"c1,Ann old,old@x.example,\n", bulkimport.Settings{})
	i := w.upload(bulkimport.CustomersType, customers+"c1,,SECRET2@x.example,\n")
	i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{Mode: bulkimport.Upsert})
	require.NoError(t, err)
	require.EqualValues(t, 1, w.resume(i.ID).Updated)
	require.NotContains(t, fmt.Sprintf("%+v", w.outcomes(i.ID, "", 10, omit)), "SECRET", "the name came from the address")
}

func TestReportsOmitSensitiveIdsAndMetadata(t *testing.T) {
	schema := bulkimport.Customers()
	for k, f := range schema.Fields {
		schema.Fields[k].Sensitive = f.Sensitive || f.Name == "id" || f.Name == "metadata"
	}
	w := newWorld(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: schema}}})
	file := "id,name,primary_email,metadata\nSECRET-1,Ann,a@x.example,pet=SECRETM%d\n"
	w.run(bulkimport.CustomersType, fmt.Sprintf(file, 1), bulkimport.Settings{})
	i, p := w.run(bulkimport.CustomersType, fmt.Sprintf(file, 2), bulkimport.Settings{Mode: bulkimport.Upsert})
	require.EqualValues(t, 1, p.Updated)
	omit := bulkimport.ReportOptions{OmitSensitive: true}
	require.NotContains(t, fmt.Sprintf("%+v", w.outcomes(i.ID, "", 10, omit)), "SECRET")
	require.NotContains(t, w.outcomeFile(i.ID, "", omit), "SECRET")
}
