package bulkimport_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
)

// ledger is a host's own type that points at customers.
func ledger() bulkimport.Schema {
	return bulkimport.Schema{
		Type: "ledger", Noun: "account", Read: customer.PermissionAccountsRead, Write: customer.PermissionAccountsWrite,
		Fields: []bulkimport.Field{
			{Name: "external_id", Label: "Account ID", Kind: bulkimport.ID, Required: true, Key: true, Max: 50,
				Aliases: []string{"id", "account number"}},
			{Name: "name", Label: "Name", Kind: bulkimport.Text, Required: true, Max: 255},
			{Name: "customer_external_id", Label: "Customer ID", Kind: bulkimport.ID, Required: true, Max: 50,
				Relation: "customer", Aliases: []string{"customer", "account customer id"}},
			{Name: "parent_external_id", Label: "Parent account", Kind: bulkimport.ID, Max: 50, Relation: "account",
				Aliases: []string{"parent account id", "parent"}},
			{Name: "currency", Label: "Currency", Kind: bulkimport.Currency, Aliases: []string{"currency code"}},
			{Name: "status", Label: "Status", Kind: bulkimport.Text, Max: 20},
			{Name: "opened_at", Label: "Opened at", Kind: bulkimport.Date, Aliases: []string{"open date", "created at"}},
			{Name: "balance", Label: "Balance", Kind: bulkimport.Decimal, Aliases: []string{"opening balance"}},
		},
	}
}

// suggestFor uploads a file with the headers and asks for suggestions.
func suggestFor(t *testing.T, schema bulkimport.Schema, text string) (bulkimport.Import, bulkimport.Suggestions) {
	t.Helper()
	w, _ := newShelf(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: schema}}})
	i, err := w.service.Upload(t.Context(), w.scope,
		bulkimport.UploadInput{Type: schema.Type, FileName: "f.csv", Content: strings.NewReader(text), HeaderLine: 1})
	require.NoError(t, err)
	s, err := w.service.Suggest(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	return i, s
}

// brief is which header is suggested for which field, "?" after those that are not preselected.
func brief(i bulkimport.Import, s bulkimport.Suggestions) map[string]string {
	names := map[int]string{}
	for _, c := range i.Columns {
		names[c.Index] = c.Name
	}
	out := map[string]string{}
	for _, one := range s {
		var parts []string
		for _, k := range one.Source.Columns {
			parts = append(parts, names[k])
		}
		if len(parts) > 0 {
			out[one.Field] = strings.Join(parts, one.Source.Separator)
			if !one.Preselected {
				out[one.Field] += "?"
			}
		}
	}
	return out
}

func TestSuggestions(t *testing.T) {
	row := func(header, values string, n int) string { return header + "\n" + strings.Repeat(values+"\n", n) }
	for _, tc := range []struct {
		reason string
		schema bulkimport.Schema
		text   string
		want   map[string]string
	}{
		{"camel case, accents, units", contacts(), "externalId,Créé le,Credit Limit (USD),Nom\n", map[string]string{
			"external_id": "externalId", "created_at": "Créé le", "credit_limit": "Credit Limit (USD)", "name": "Nom",
		}},
		{"the label beats an alias, and the other ID is left to ask about", contacts(),
			"ID,Customer ID,Parent Customer ID,Name\n", map[string]string{
				"external_id": "Customer ID", "name": "Name",
			}},
		{"a card's name is not a contact's", contacts(), "id,Card Name,Card ID,Name,Email\n", map[string]string{
			"external_id": "id", "name": "Name", "email": "Email",
		}},
		{"first and last name are joined", contacts(), "id,Last Name,FirstName,Sales Rep Email\n", map[string]string{
			"external_id": "id", "name": "FirstName Last Name",
		}},
		{"a first name alone is no name", contacts(), "id,FirstName\n", map[string]string{"external_id": "id"}},
		{"a whole name beats its parts", contacts(), "id,First Name,Last Name,Full Name\n",
			map[string]string{"external_id": "id", "name": "Full Name"}},
		{"typing errors are suggested and not preselected", contacts(), "Custommer ID,Emial\n",
			map[string]string{"external_id": "Custommer ID?", "email": "Emial?"}},
		{"the type's own noun weighs nothing", contacts(), "Customer Number,Customer Name,Customer City\n", map[string]string{
			"external_id": "Customer Number", "name": "Customer Name", "city": "Customer City",
		}},
		{"another record's noun identifies the record", ledger(), "ID,Name,Account Customer Id,Parent Account\n",
			map[string]string{
				"external_id": "ID", "name": "Name", "customer_external_id": "Account Customer Id",
				"parent_external_id": "Parent Account",
			}},
		{"headers that repeat are ambiguous", contacts(), "id,name,name\n",
			map[string]string{"external_id": "id", "name": "name?"}},
		{"values that are addresses make up for an unknown header", contacts(), row("id,Kontaktadresse", "1,ann@x.example", 3),
			map[string]string{"external_id": "id", "email": "Kontaktadresse?"}},
		{"values that do not fit keep a good header away", contacts(), row("id,Currency,Valuta", "1,two words,EUR", 12),
			map[string]string{"external_id": "id", "currency": "Valuta?"}},
		{"usual words for nothing decide nothing", contacts(), row("id,Currency", "1,NULL", 12),
			map[string]string{"external_id": "id", "currency": "Currency"}},
		{"no column fits", contacts(), "Lorem,Ipsum\n", map[string]string{}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			i, s := suggestFor(t, tc.schema, tc.text)
			require.Equal(t, tc.want, brief(i, s), "%+v", s)
			for k, one := range s {
				require.Equal(t, tc.schema.Fields[k].Name, one.Field)
				require.True(t, one.Score >= 0 && one.Score <= 1)
				require.Equal(t, len(one.Source.Columns) > 0, one.Reason != "")
			}
		})
	}
	t.Run("offers what else it might be", func(t *testing.T) {
		_, s := suggestFor(t, contacts(), "ID,Customer ID,Name\n")
		require.Equal(t, []bulkimport.Alternative{{Column: 0, Score: 0.96, Reason: "same name",
			Why: []bulkimport.Reason{{Code: "same_name"}}}}, s[0].Alternatives)
	})
	t.Run("the built-in types take their own samples", func(t *testing.T) {
		for _, schema := range []bulkimport.Schema{bulkimport.Customers(), bulkimport.Accounts()} {
			w := newWorld(t, bulkimport.Options{})
			var b strings.Builder
			require.NoError(t, schema.Sample(&b))
			i := w.upload(schema.Type, b.String())
			s, err := w.service.Suggest(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			want := map[string]string{}
			for _, f := range schema.Fields {
				want[f.Name] = f.Name
			}
			require.Equal(t, want, brief(i, s))
		}
	})
}

// The shares are what this set reaches; they are here so that a change that loses some is seen.
func TestSuggestionsOnLabelledHeaders(t *testing.T) {
	var files []struct {
		File, Type string
		Columns    []struct{ Header, Field string }
	}
	require.NoError(t, json.Unmarshal([]byte(dataFile(t, "header-labels.json")), &files))
	type tally struct{ right, wrong, missed float64 }
	var all, sure tally
	for _, f := range files {
		schema := contacts()
		if f.Type == "accounts" {
			schema = ledger()
		}
		var header []string
		for _, c := range f.Columns {
			header = append(header, `"`+c.Header+`"`)
		}
		_, s := suggestFor(t, schema, strings.Join(header, ",")+"\n")
		for m, into := range map[*bulkimport.Mapping]*tally{ptr(s.Likely()): &all, ptr(s.Mapping()): &sure} {
			for k, c := range f.Columns {
				got := ""
				for field, source := range *m {
					if len(source.Columns) == 1 && source.Columns[0] == k {
						got = field
					}
				}
				switch {
				case got == c.Field && got != "":
					into.right++
				case got != "":
					into.wrong++
					t.Logf("%s: %q is suggested for %s and is %q", f.File, c.Header, got, c.Field)
				case c.Field != "":
					into.missed++
				}
			}
		}
	}
	t.Logf("suggested: %+v, preselected: %+v", all, sure)
	require.GreaterOrEqual(t, sure.right/(sure.right+sure.wrong), 0.98, "precision of what is preselected")
	require.GreaterOrEqual(t, sure.right/(sure.right+sure.missed), 0.85, "recall of what is preselected")
	require.GreaterOrEqual(t, all.right/(all.right+all.wrong), 0.96, "precision of what is suggested")
	require.GreaterOrEqual(t, all.right/(all.right+all.missed), 0.90, "recall of what is suggested")
}

func ptr[T any](v T) *T { return &v }
