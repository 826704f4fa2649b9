package bulkimport_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// sharedCase is one of the cases that are shared with other projects.
type sharedCase struct {
	ID    string `json:"id"`
	Input string `json:"input"`
	B64   string `json:"input_b64"`
}

// The cases that are about values, read from the shared file and not retold: what must become of each.
func TestSharedCasesOfValues(t *testing.T) {
	inputs := map[string]string{}
	for line := range strings.Lines(dataFile(t, "csv-cases.jsonl")) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		var c sharedCase
		require.NoError(t, json.Unmarshal([]byte(line), &c))
		b, err := base64.StdEncoding.DecodeString(c.B64)
		require.NoError(t, err)
		inputs[c.ID] = c.Input + string(b)
	}
	type want struct {
		ok     int64
		failed []fault
		values map[string]string // field.key
		set    bulkimport.Settings
	}
	for id, tc := range map[string]want{
		"utf16be-bom":             {ok: 1, values: map[string]string{"name.c1": "Zoë"}},
		"crlf-in-quotes":          {ok: 1, values: map[string]string{"name.c1": "Ann\nLee"}},
		"line-after-multiline":    {ok: 1, failed: []fault{{5, "invalid_number"}}},
		"doubled-quotes":          {ok: 1, values: map[string]string{"name.c1": `He said "hi"`}},
		"blank-required":          {ok: 1, failed: []fault{{2, "required"}, {3, "required"}}},
		"two-errors-one-row":      {failed: []fault{{2, "invalid_email invalid_number required"}}},
		"excel-scientific-id":     {failed: []fault{{2, "excel_scientific"}}},
		"decimal-comma-no-locale": {failed: []fault{{2, "ambiguous_number"}}},
		"accounting-negative":     {failed: []fault{{2, "invalid_number"}}},
		"bool-words": {ok: 3, failed: []fault{{5, "invalid_bool"}},
			values: map[string]string{"is_active.c1": "true", "is_active.c2": "false", "is_active.c3": "false"}},
		"date-ambiguous":            {ok: 1, failed: []fault{{2, "ambiguous_date"}, {3, "ambiguous_date"}, {4, "invalid_date"}}},
		"excel-serial-date":         {failed: []fault{{2, "invalid_date"}}},
		"email-forms":               {ok: 1, failed: []fault{{3, "invalid_email"}, {4, "invalid_email"}}, values: map[string]string{"email.c1": "A@X.io"}},
		"enum-normalise":            {ok: 1, failed: []fault{{3, "invalid_option"}}, values: map[string]string{"currency.c1": "USD"}},
		"null-words":                {failed: []fault{{2, "invalid_email"}}},
		"dup-key-in-file":           {ok: 2, failed: []fault{{4, "duplicate_in_file"}}},
		"formula-cell":              {failed: []fault{{2, "invalid_email"}}},
		"negative-number-roundtrip": {failed: []fault{{2, "invalid_email"}}},
	} {
		t.Run(id, func(t *testing.T) {
			require.NotEmpty(t, inputs[id])
			w, shelf := newShelf(t, bulkimport.Options{})
			i, p := w.run("contacts", inputs[id], tc.set)
			require.Equal(t, tc.ok, p.Created)
			var failed []fault
			for _, r := range w.failed(i.ID) {
				failed = append(failed, fault{r.Line, strings.Join(codes(r), " ")})
			}
			require.Equal(t, tc.failed, failed)
			for at, value := range tc.values {
				field, key, _ := strings.Cut(at, ".")
				require.Equal(t, value, shelf.rows[key][field], at)
			}
		})
	}
}

func TestSharedCasesByStatedFormat(t *testing.T) {
	for _, tc := range []struct {
		file   string
		schema string
		field  string
		source bulkimport.Source // without its column
		header string
		want   map[string]string // of the keys that are imported
		failed map[int64]string
	}{
		{"b-decimal-comma", "contacts", "credit_limit", bulkimport.Source{Format: bulkimport.Format{Numbers: bulkimport.CommaNumbers}}, "Kreditlimit",
			map[string]string{"k1": "20", "k2": "-0.01", "k3": "1234.5"}, nil},
		{"b-thousands-and-signs", "contacts", "credit_limit",
			bulkimport.Source{Format: bulkimport.Format{Numbers: bulkimport.EitherNumber, Currency: bulkimport.AnyCurrency}}, "credit limit",
			map[string]string{"c1": "1234.5", "c2": "99", "c3": "1234.5", "c4": "1234567"}, nil},
		{"b-dates", "contacts", "created_at", bulkimport.Source{Format: bulkimport.Format{Dates: bulkimport.DMY}}, "created at",
			map[string]string{"c1": "2018-06-15", "c2": "2024-04-03", "c3": "2018-06-15", "c5": "2018-06-15", "c6": "2018-06-15",
				"c7": "2018-06-15", "c8": "2018-06-15", "c9": "2018-06-15"}, map[int64]string{5: "ambiguous_date created_at"}},
		{"b-country-local-names", "contacts", "country", bulkimport.Source{}, "country",
			map[string]string{"c1": "DE", "c2": "GB", "c3": "AT", "c4": "US", "c5": "GB", "c6": "TR", "c7": "CI", "c8": "ES"}, nil},
		{"b-currency-names", "contacts", "currency", bulkimport.Source{Format: bulkimport.Format{Names: true}}, "currency",
			map[string]string{"c1": "EUR", "c2": "USD", "c3": "EUR", "c4": "USD", "c5": "USD", "c6": "GBP"}, nil},
		{"d-email-zero-width", "contacts", "email", bulkimport.Source{}, "email", nil, map[int64]string{2: "control_character email"}},
		{"d-zero-width-key", "contacts", "name", bulkimport.Source{}, "name", map[string]string{"c1": "Ann"},
			map[int64]string{3: "control_character external_id", 4: "control_character external_id", 5: "control_character external_id",
				6: "control_character external_id", 7: "control_character external_id"}},
		{"v-silent-column-loss", "contacts", "credit_limit",
			bulkimport.Source{Format: bulkimport.Format{Numbers: bulkimport.PointNumbers, Currency: "USD"}}, "credit limit",
			map[string]string{"c0": "0.5", "c11": "11000.5"}, nil},
		{"v-silent-column-loss", "contacts", "created_at", bulkimport.Source{}, "created at", map[string]string{"c0": "2024-03-01"}, nil},
		{"v-stripe-created-lost", "contacts", "created_at", bulkimport.Source{}, "Created (UTC)", map[string]string{"cus_1": "2024-03-02"}, nil},
		{"x-shopify-apostrophes", "contacts", "phone", bulkimport.Source{StripApostrophe: true}, "Phone",
			map[string]string{"'7001234567890": "+44 20 7946 0000"}, nil},
	} {
		t.Run(tc.file+" "+tc.field, func(t *testing.T) {
			w, shelf := newShelf(t, bulkimport.Options{})
			i := w.upload("contacts", dataFile(t, "csv-inputs/"+tc.file+".csv"))
			index, err := i.ColumnNamed(tc.header)
			require.NoError(t, err)
			tc.source.Columns = []int{index}
			m := bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.Constant("Ann")}
			m[tc.field] = tc.source
			_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
			require.NoError(t, err)
			_, err = w.service.Start(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err)
			for key, value := range tc.want {
				require.Equal(t, value, shelf.rows[key][tc.field], key)
			}
			if tc.failed == nil {
				tc.failed = map[int64]string{}
			}
			require.Equal(t, tc.failed, w.failures(i))
		})
	}
}

// Files of failed rows hold no formula for a spreadsheet that splits at semicolons, and come back as they were.
func TestSharedFormulasComeBack(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{})
	text := dataFile(t, "csv-inputs/s-formula-after-semicolon.csv")
	i := w.imported("contacts", text, bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1),
		"email": bulkimport.FromColumn(2)}, bulkimport.Settings{})
	file := w.failedFile(i.ID)
	for _, piece := range strings.FieldsFunc(file, func(r rune) bool { return strings.ContainsRune(",;\t|\n", r) }) {
		require.False(t, strings.IndexAny(strings.TrimLeft(piece, "\" "), "=+-@") == 0, "%q", piece)
	}
	w.run("contacts", strings.ReplaceAll(file, `"bad"`, `"a@x.io"`), bulkimport.Settings{})
	require.Equal(t, `x;=HYPERLINK("http://e")`, shelf.rows["c1"]["name"])
	require.Equal(t, "=1+1", shelf.rows["c2"]["name"])
	require.Equal(t, "a\tb;@SUM(1)", shelf.rows["c3"]["name"])
}

func TestSharedRelationsByName(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Globex GmbH,g@x.io\n", bulkimport.Settings{})
	s := bulkimport.FromColumn(2)
	s.By = "name"
	i := w.imported(bulkimport.AccountsType, dataFile(t, "csv-inputs/b-relation-by-name.csv"), bulkimport.Mapping{
		"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "customer_id": s, "invoice_currency": bulkimport.FromColumn(3),
	}, bulkimport.Settings{})
	require.Empty(t, w.failed(i.ID))
	a, err := w.backend.Accounts().Get(t.Context(), org, "a1")
	require.NoError(t, err)
	require.Equal(t, "c1", a.CustomerID)
}

// A Shopify export: apostrophes are taken off as proposed, and a customer without a name gets the company or the
// address.
func TestSharedShopifyExport(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, dataFile(t, "csv-inputs/x-shopify-apostrophes.csv"))
	var warned []string
	for _, one := range i.Warnings {
		warned = append(warned, one.Code)
	}
	require.Contains(t, warned, bulkimport.WarnApostrophes)
	column := func(name string) int {
		k, err := i.ColumnNamed(name)
		require.NoError(t, err)
		return k
	}
	m := bulkimport.Mapping{
		"id": bulkimport.FromColumn(0), "name": bulkimport.FirstOf(column("Default Address Company"), column("Email")),
		"primary_email": bulkimport.FromColumn(column("Email")), "phone_number": bulkimport.FromColumn(column("Phone")),
		"postal_code": bulkimport.FromColumn(column("Default Address Zip")),
	}
	proposals, err := w.service.Propose(t.Context(), w.scope, i.ID, m, bulkimport.Settings{})
	require.NoError(t, err)
	m = proposals.Apply(m)
	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Empty(t, w.failed(i.ID))
	require.Equal(t, "Lee Ltd +44 20 7946 0000", w.customer("7001234567890").Name+" "+w.customer("7001234567890").Address.PhoneNumber)
	require.Equal(t, "bob@shop.example", w.customer("7001234567891").Name)
}

// Nothing is imported that is not in its cell: each value is that of the cell by the rule of its kind, or the cell has
// an error.
func TestEveryValueIsThatOfItsCell(t *testing.T) {
	cells := []string{"", "1", "1,5", "1.000", "-5", "(5)", "€ 5", "03/04/2024", "2024-04-03", "Ja", "no", "Deutschland", "€", "EUR", "a@x.io",
		"'007", "a,b", "x=1", "\u200b", "Zoe\u0308", "N/A", "=1+1", "45292", "1e5", "a\u00adb", "2018-06-15 10:30", strings.Repeat("x", 300)}
	w, shelf := newShelf(t, bulkimport.Options{})
	for _, f := range contacts().Fields {
		if f.Key || f.Name == "name" {
			continue
		}
		i := w.imported("contacts", fileOf(cells...), columnOf(f.Name), bulkimport.Settings{Mode: bulkimport.Upsert})
		failed := map[int64]bulkimport.FailedRow{}
		for _, r := range w.failed(i.ID) {
			failed[r.Number] = r
			require.Equal(t, f.Name, r.Errors[0].Field)
			require.NotEmpty(t, r.Errors[0].Value)
		}
		for k, c := range cells {
			if _, bad := failed[int64(k+1)]; bad {
				continue
			}
			c = strings.Trim(c, "\u200b")
			value := shelf.rows["c"+string(rune('a'+k))][f.Name]
			switch f.Kind {
			case bulkimport.Text, bulkimport.Email:
				require.Equal(t, c, value)
			case bulkimport.Decimal:
				d, err := admin.ParseDecimal(c + strings.Repeat("0", max(0, 1-len(c))))
				require.NoError(t, err)
				text, err := admin.DecimalText(d)
				require.NoError(t, err)
				require.Equal(t, text, value+strings.Repeat("0", max(0, 1-len(c))))
			case bulkimport.Date:
				require.True(t, c == "" && value == "" || strings.HasPrefix(c, value) && len(value) == 10, "%q %q", c, value)
			case bulkimport.Bool:
				require.Contains(t, map[string][]string{"": {""}, "1": {"true"}, "Ja": {"true"}, "no": {"false"}}[c], value)
			case bulkimport.Country:
				require.Contains(t, map[string][]string{"": {""}, "Deutschland": {"DE"}, "no": {"NO"}}[c], value)
			case bulkimport.Currency:
				require.Contains(t, map[string][]string{"": {""}, "EUR": {"EUR"}}[c], value)
			}
		}
	}
}
