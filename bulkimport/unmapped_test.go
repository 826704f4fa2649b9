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

// unreadable is a file whose headers are right and whose values cannot be read.
func unreadable(rows int) string {
	var b strings.Builder
	b.WriteString("id,name,email,country,created at,credit limit\n")
	for i := range rows {
		fmt.Fprintf(&b, "c%d,Ann %d,n/d %d,Atlantis,long ago,a lot\n", i, i, i)
	}
	return b.String()
}

func TestColumnsWhoseValuesDoNotFitAreSuggestedAndNamed(t *testing.T) {
	i, s := suggestFor(t, contacts(), unreadable(25))
	require.Equal(t, map[string]string{"external_id": "id", "name": "name", "email": "email?", "country": "country?",
		"created_at": "created at?", "credit_limit": "credit limit?"}, brief(i, s))
	reasons := map[string]string{}
	for _, one := range s {
		reasons[one.Field] = one.Reason
	}
	require.Equal(t, `same name, but 25 of 25 values are not countries: "Atlantis" ×25`, reasons["country"])
	require.Equal(t, `same meaning, but 25 of 25 values are not e-mail addresses: "n/d 0"`, reasons["email"])
	require.Equal(t, bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1)},
		s.Mapping(), "what is not sure is not taken unseen")
	require.Equal(t, []bulkimport.UnmappedColumn{
		{Index: 2, Name: "email", Filled: 25}, {Index: 3, Name: "country", Filled: 25}, {Index: 4, Name: "created at", Filled: 25}, {Index: 5, Name: "credit limit", Filled: 25}}, s.Unmapped(i))
	require.Empty(t, bulkimport.Import{Columns: i.Columns, Mapping: s.Likely()}.Unmapped())
}

func TestCountryIsNeverAState(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, unreadable(12))
	s, err := w.service.Suggest(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, "country?", brief(i, s)["country"])
	require.Empty(t, brief(i, s)["state"])
	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, s.Mapping(), bulkimport.Settings{})
	var invalid *admin.ValidationError
	require.True(t, errors.As(err, &invalid), "a required field that is not sure is left open")
	require.Equal(t, "/mapping/primary_email", invalid.Fields[0].Path)
}

func TestUnmappedColumnsAreNamedBeforeTheStartAndAfter(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType,
		"id,name,email,Segment,Shoe size\nc1,Lumen,a@x.example,a,41\nc2,Orbit,b@x.example,,42\n")
	m := w.suggested(i)
	wrong := map[string][]int{"not in the file": {9}, "mapped": {1}, "twice": {3, 3}, "negative": {-1}}
	for reason, columns := range wrong {
		_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{NotImported: columns})
		var invalid *admin.ValidationError
		require.True(t, errors.As(err, &invalid), reason)
		require.Equal(t, fmt.Sprintf("/settings/notImported/%d", len(columns)-1), invalid.Fields[0].Path, reason)
	}
	mapped, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m,
		bulkimport.Settings{NotImported: []int{4}})
	require.NoError(t, err)
	want := []bulkimport.UnmappedColumn{{Index: 3, Name: "Segment", Filled: 1},
		{Index: 4, Name: "Shoe size", Filled: 2, Chosen: true}}
	require.Equal(t, want, mapped.Unmapped())
	_, p := w.check(i.ID)
	require.Equal(t, want, p.Unmapped)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	result, err := w.service.Progress(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, want, result.Unmapped)
	text, err := json.Marshal(result)
	require.NoError(t, err)
	require.Contains(t, string(text), `{"index":4,"name":"Shoe size","filled":2,"chosen":true}`)
}

func TestColumnsAreCountedAtUpload(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,name,Segment,Note\n")
	for k := range 1001 {
		fmt.Fprintf(&b, "c%d,\"né %d\",%s,\n", k, k%1000, []string{"a", "b", " "}[k%3])
	}
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, b.String())
	got := map[string][4]any{}
	for _, c := range i.Columns {
		got[c.Name] = [4]any{c.Filled, c.Longest, c.Distinct, c.DistinctMore}
	}
	require.Equal(t, map[string][4]any{
		"id": {int64(1001), 5, 1000, true}, "name": {int64(1001), 6, 1000, false}, "Segment": {int64(668), 1, 2, false},
		"Note": {int64(0), 0, 0, false},
	}, got)
}

func TestTypesHaveWhatAScreenNeeds(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	for _, schema := range w.service.Types() {
		for _, f := range schema.Fields {
			require.NotEmpty(t, f.Help, f.Name)
			require.NotEmpty(t, f.Group, f.Name)
			require.Equal(t, f.Required, len(f.RequiredIn) > 0)
		}
	}
	text, err := json.Marshal(w.service.Types()[0].Fields[0])
	require.NoError(t, err)
	require.Contains(t, string(text), `"requiredIn":["CREATE","SKIP","UPSERT"]`)
}

func TestValuesSpeakWhereTheHeaderDoesNot(t *testing.T) {
	for reason, tc := range map[string]struct {
		header, value string
		want          map[string]string
	}{
		"a column of e-mails under a word for people": {
			"Kontakt", "ann%d@x.example", map[string]string{"primary_email": "Kontakt?"}},
		"a column of e-mails under Address": {
			"Adresse", "ann%d@x.example", map[string]string{"primary_email": "Adresse?"}},
		"the owner's e-mails":                     {"Account Owner Email", "ann%d@x.example", map[string]string{}},
		"a column of no is not one of Norwegians": {"Foo", "no", map[string]string{}},
	} {
		t.Run(reason, func(t *testing.T) {
			var b strings.Builder
			b.WriteString("id," + tc.header + "\n")
			for k := range 12 {
				value := tc.value
				if strings.Contains(value, "%d") {
					value = fmt.Sprintf(value, k)
				}
				fmt.Fprintf(&b, "c%d,%s\n", k, value)
			}
			tc.want["id"] = "id"
			w := newWorld(t, bulkimport.Options{})
			i := w.upload(bulkimport.CustomersType, b.String())
			s, err := w.service.Suggest(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			require.Equal(t, tc.want, brief(i, s))
		})
	}
}
