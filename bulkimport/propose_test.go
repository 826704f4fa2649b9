package bulkimport_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// columnOf maps the key and one field of a file with the columns id, name and that.
func columnOf(field string) bulkimport.Mapping {
	return bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.Constant("Ann"),
		field: bulkimport.FromColumn(1)}
}

func fileOf(cells ...string) string {
	var b strings.Builder
	b.WriteString("id,value\n")
	for k, c := range cells {
		b.WriteString("c" + string(rune('a'+k)) + ",\"" + strings.ReplaceAll(c, `"`, `""`) + "\"\n")
	}
	return b.String()
}

func TestProposalsFitTheWholeColumn(t *testing.T) {
	for _, tc := range []struct {
		reason, field string
		cells         []string
		format        bulkimport.Format
		values        map[string]string
		unread        []string
		strip         bool
		want          []string // what is then imported, without the cells that fail
	}{
		{reason: "a decimal comma", field: "credit_limit", cells: []string{"20,00", "-0,01", "1.234,50"},
			format: bulkimport.Format{Numbers: bulkimport.CommaNumbers}, want: []string{"20", "-0.01", "1234.5"}},
		{reason: "a comma that could be either", field: "credit_limit", cells: []string{"1,000", "2,000"},
			unread: []string{"1,000", "2,000"}},
		{reason: "one cell decides the column", field: "credit_limit", cells: []string{"1,000", "2,000", "1,234.50"},
			format: bulkimport.Format{Numbers: bulkimport.PointNumbers}, want: []string{"1000", "2000", "1234.5"}},
		{reason: "mixed styles and signs", field: "credit_limit", cells: []string{"1,234.50", "$99.00", "1 234,50 €", "1,234,567"},
			format: bulkimport.Format{Numbers: bulkimport.EitherNumber, Currency: bulkimport.AnyCurrency},
			want:   []string{"1234.5", "99", "1234.5", "1234567"}},
		{reason: "dollars", field: "credit_limit", cells: []string{"$1,000.50", "$2,000.50", "n/d"}, values: map[string]string{"n/d": ""},
			format: bulkimport.Format{Numbers: bulkimport.PointNumbers, Currency: "USD"}, want: []string{"1000.5", "2000.5", ""}},
		{reason: "accounting", field: "credit_limit", cells: []string{"(1.50)", "2"},
			format: bulkimport.Format{Accounting: true}, want: []string{"-1.5", "2"}},
		{reason: "days first", field: "created_at", cells: []string{"03/04/2024", "31/12/2024", "soon"}, unread: []string{"soon"},
			format: bulkimport.Format{Dates: bulkimport.DMY}, want: []string{"2024-04-03", "2024-12-31"}},
		{reason: "months first", field: "created_at", cells: []string{"03/04/2024", "12/31/2024"},
			format: bulkimport.Format{Dates: bulkimport.MDY}, want: []string{"2024-03-04", "2024-12-31"}},
		{reason: "days or months first", field: "created_at", cells: []string{"03/04/2024"}, unread: []string{"03/04/2024"}},
		{reason: "words for nothing", field: "email", cells: []string{"a@x.io", "n/d", "-"}, values: map[string]string{"n/d": "", "-": ""},
			want: []string{"a@x.io", "", ""}},
		{reason: "signs of currencies", field: "currency", cells: []string{"€", "US$", "Euro", "US Dollar", "usd", "British Pound", "$"},
			values: map[string]string{"€": "EUR", "US$": "USD", "Euro": "EUR", "US Dollar": "USD", "British Pound": "GBP"},
			unread: []string{"$"}, want: []string{"EUR", "USD", "EUR", "USD", "USD", "GBP"}},
		{reason: "words for yes and no", field: "is_active", cells: []string{"aktiv", "inaktiv", "Ja"},
			values: map[string]string{"aktiv": "true", "inaktiv": "false"}, want: []string{"true", "false", "true"}},
		{reason: "apostrophes", field: "phone", cells: []string{"'+380 99", "'007"}, strip: true, want: []string{"+380 99", "007"}},
		{reason: "apostrophes of names", field: "city", cells: []string{"'s-Hertogenbosch", "Berlin"}},
		{reason: "plain cells", field: "credit_limit", cells: []string{"1.5", "2"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w, shelf := newShelf(t, bulkimport.Options{})
			i := w.upload("contacts", fileOf(tc.cells...))
			m := columnOf(tc.field)
			proposals, err := w.service.Propose(t.Context(), w.scope, i.ID, m, bulkimport.Settings{})
			require.NoError(t, err)
			if tc.format == (bulkimport.Format{}) && tc.values == nil && tc.unread == nil && !tc.strip {
				require.Empty(t, proposals)
				return
			}
			require.Len(t, proposals, 1)
			p := proposals[0]
			require.Equal(t, tc.field, p.Field)
			require.Equal(t, tc.format, p.Format, p.Reasons)
			require.Equal(t, tc.strip, p.StripApostrophe)
			require.Equal(t, tc.unread, p.Unread)
			got := map[string]string{}
			for _, v := range p.Values {
				require.NotEmpty(t, v.Reason)
				got[v.From] = v.To
			}
			if tc.values == nil {
				tc.values = map[string]string{}
			}
			require.Equal(t, tc.values, got)
			if tc.want == nil {
				return
			}
			require.Equal(t, bulkimport.FromColumn(1), m[tc.field], "nothing is applied unseen")
			_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, proposals.Apply(m), bulkimport.Settings{})
			require.NoError(t, err)
			_, err = w.service.Start(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err)
			for k, want := range tc.want {
				require.Equal(t, want, shelf.rows["c"+string(rune('a'+k))][tc.field])
			}
			require.Len(t, w.failed(i.ID), len(tc.unread))
		})
	}
}

func TestApostrophesOfSpreadsheetsAreWarnedOf(t *testing.T) {
	for reason, tc := range map[string]struct {
		text   string
		warned bool
	}{
		"before a number": {"external_id,name\n'7001234567890,Ann\n", true}, "before a plus": {"external_id,name,phone\nc1,Ann,'+44 20\n", true},
		"in front of all": {"external_id,name,zip\nc1,Ann,'SW1A\nc2,Bo,'N1\n", true},
		"of a name":       {"external_id,name\nc1,'t Hooft\nc2,Bo\n", false},
		"that we wrote":   {"external_id,name,_line,_errors\nc1,'=Ann,2,bad\n", false},
	} {
		t.Run(reason, func(t *testing.T) {
			w, _ := newShelf(t, bulkimport.Options{})
			var codes []string
			for _, one := range w.upload("contacts", tc.text).Warnings {
				codes = append(codes, one.Code)
			}
			if tc.warned {
				require.Equal(t, []string{bulkimport.WarnApostrophes}, codes)
			} else {
				require.Empty(t, codes)
			}
		})
	}
}

// mapped imports a file of contacts by a mapping.
func (w *world) mapped(text string, m bulkimport.Mapping, set bulkimport.Settings) (bulkimport.Import, bulkimport.Progress) {
	w.t.Helper()
	i := w.upload("contacts", text)
	_, err := w.service.SetMapping(w.t.Context(), w.scope, i.ID, i.Version, m, set)
	require.NoError(w.t, err)
	_, err = w.service.Start(w.t.Context(), w.scope, i.ID)
	require.NoError(w.t, err)
	_, err = w.service.Run(w.t.Context(), w.scope, i.ID, nil)
	require.NoError(w.t, err)
	p, err := w.service.Progress(w.t.Context(), w.scope, i.ID)
	require.NoError(w.t, err)
	return i, p
}

func TestBlankCellsKeepOrClear(t *testing.T) {
	for reason, tc := range map[string]struct {
		source bulkimport.BlankRule
		set    bulkimport.BlankRule
		email  string
	}{
		"by default":          {"", "", ""},
		"keep, by the import": {"", bulkimport.KeepBlank, "a@x.io"},
		"clear, by the field": {bulkimport.ClearBlank, bulkimport.KeepBlank, ""},
		"keep, by the field":  {bulkimport.KeepBlank, "", "a@x.io"},
	} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			w.run(bulkimport.CustomersType, "id,name,primary_email,city\nc1,Ann Lee,a@x.io,Bonn\n", bulkimport.Settings{})
			i := w.upload(bulkimport.CustomersType, "id,name,primary_email,city\nc1,Ann Lea,,Ulm\n")
			m := w.suggested(i)
			s := m["primary_email"]
			s.Columns, s.Blank = []int{2}, tc.source
			m["primary_email"] = s
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{Mode: bulkimport.Upsert,
				IfBlank: tc.set, Optional: []string{"primary_email"}})
			require.NoError(t, err)
			_, err = w.service.Start(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err)
			require.Empty(t, w.failed(i.ID))
			c := w.customer("c1")
			require.Equal(t, "Ann Lea Ulm "+tc.email, c.Name+" "+c.Address.City+" "+c.PrimaryEmail)
		})
	}
}

func TestSourcesFallBack(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{})
	name := bulkimport.FirstOf(1, 2)
	name.Default = "Unknown"
	active := bulkimport.FromColumn(3)
	active.Values = map[string]string{"aktiv": "true", "n/d": ""}
	_, p := w.mapped("id,company,e-mail,state\nc1,Lee Ltd,a@x.io,Aktiv\nc2,,b@x.io,N/D\nc3, ,,\n", bulkimport.Mapping{
		"external_id": bulkimport.FromColumn(0), "name": name, "email": bulkimport.FromColumn(2), "is_active": active,
	}, bulkimport.Settings{})
	require.EqualValues(t, 3, p.Created)
	require.Equal(t, "Lee Ltd", shelf.rows["c1"]["name"])
	require.Equal(t, "b@x.io", shelf.rows["c2"]["name"])
	require.Equal(t, "Unknown", shelf.rows["c3"]["name"])
	require.Equal(t, "true", shelf.rows["c1"]["is_active"])
	require.Equal(t, "", shelf.rows["c2"]["is_active"])
}

func TestMappingsThatCannotBe(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{})
	i := w.upload("contacts", "id,a,b\nc1,x,y\n")
	many := map[string]string{}
	for k := range 501 {
		many[strings.Repeat("x", 1+k%190)+string(rune('a'+k/190))] = ""
	}
	for reason, tc := range map[string]struct {
		field  string
		source bulkimport.Source
		path   string
	}{
		"a column twice":               {"notes", bulkimport.FromColumn(1), "/mapping/notes/columns/0"},
		"a default of the wrong kind":  {"email", bulkimport.Source{Columns: []int{2}, Default: "x"}, "/mapping/email/default"},
		"a default without columns":    {"notes", bulkimport.Source{Constant: "x", Default: "y"}, "/mapping/notes/default"},
		"words in other letters":       {"notes", bulkimport.Source{Columns: []int{2}, Values: map[string]string{"a": "", "A": ""}}, "/mapping/notes/values/a"},
		"a word of the wrong kind":     {"is_active", bulkimport.Source{Columns: []int{2}, Values: map[string]string{"Ja": "perhaps"}}, "/mapping/is_active/values/Ja"},
		"too many words":               {"notes", bulkimport.Source{Columns: []int{2}, Values: many}, "/mapping/notes/values"},
		"no word":                      {"notes", bulkimport.Source{Columns: []int{2}, Values: map[string]string{" ": "x"}}, "/mapping/notes/values/ "},
		"a style that there is not":    {"notes", bulkimport.Source{Columns: []int{2}, Format: bulkimport.Format{Numbers: "comma"}}, "/mapping/notes/format/numbers"},
		"an order that there is not":   {"notes", bulkimport.Source{Columns: []int{2}, Format: bulkimport.Format{Dates: "YDM"}}, "/mapping/notes/format/dates"},
		"serials that there are not":   {"notes", bulkimport.Source{Columns: []int{2}, Format: bulkimport.Format{Serials: "1970"}}, "/mapping/notes/format/serials"},
		"a zone that there is not":     {"notes", bulkimport.Source{Columns: []int{2}, Format: bulkimport.Format{Zone: "Local"}}, "/mapping/notes/format/zone"},
		"a currency that there is not": {"notes", bulkimport.Source{Columns: []int{2}, Format: bulkimport.Format{Currency: "eur"}}, "/mapping/notes/format/currency"},
		"a pivot of the wrong century": {"notes", bulkimport.Source{Columns: []int{2}, Format: bulkimport.Format{YearPivot: 1950}}, "/mapping/notes/format/yearPivot"},
		"a long separator":             {"notes", bulkimport.Source{Columns: []int{2}, Format: bulkimport.Format{Separator: strings.Repeat(";", 21)}}, "/mapping/notes/format/separator"},
		"a rule that there is not":     {"notes", bulkimport.Source{Columns: []int{2}, Blank: "keep"}, "/mapping/notes/blank"},
	} {
		t.Run(reason, func(t *testing.T) {
			m := bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), tc.field: tc.source}
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Len(t, invalid.Fields, 1, "%v", err)
			require.Equal(t, tc.path, invalid.Fields[0].Path)
		})
	}
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, columnOf("notes"),
		bulkimport.Settings{Mode: "MERGE", IfBlank: "x", StopAfter: -1})
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Fields, 3)
}

func TestEveryErrorOfARowHasItsValueAndAHint(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{})
	m := bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "credit_limit": bulkimport.FromColumn(2),
		"created_at": bulkimport.FromColumn(3), "currency": bulkimport.FromColumn(4)}
	i, _ := w.mapped("id,name,limit,at,ccy\n\n1.2E+11,,\"1,000\",03/04/2024,EURO\n", m, bulkimport.Settings{})
	errs := w.failed(i.ID)[0].Errors
	slices.SortFunc(errs, func(a, b bulkimport.CellError) int { return a.Column - b.Column })
	require.Len(t, errs, 5)
	for k, e := range errs {
		require.EqualValues(t, 3, e.Line)
		require.Equal(t, k, e.Column)
		require.True(t, e.Hint == "" || strings.HasSuffix(e.Message, e.Hint))
	}
	require.Equal(t, []string{"1.2E+11", "", "1,000", "03/04/2024", "EURO"}, []string{errs[0].Value, errs[1].Value, errs[2].Value, errs[3].Value, errs[4].Value})
	require.Equal(t, map[string]string{"value": "1,000", "point": "1000", "comma": "1.000"}, errs[2].Params)
	require.Equal(t, "EUR", errs[4].Params["suggestion"])
}
