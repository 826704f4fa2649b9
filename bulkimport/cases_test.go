package bulkimport_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
)

// contacts is a host's own type with a field of most kinds.
func contacts() bulkimport.Schema {
	return bulkimport.Schema{
		Type: "contacts", Noun: "customer", Read: customer.PermissionRead, Write: customer.PermissionWrite,
		Fields: []bulkimport.Field{
			{
				Name: "external_id", Label: "Customer ID", Kind: bulkimport.ID, Required: true, Key: true, Min: 1, Max: 50,
				Aliases: []string{"id", "customer number", "account number", "account id", "record id", "n° client"},
			},
			{
				Name: "name", Label: "Name", Kind: bulkimport.Text, Required: true, Min: 1, Max: 255,
				Aliases: []string{"company name", "contact name", "full name", "firma", "nom", "account name"}, Parts: []string{"first name", "last name"},
			},
			{Name: "email", Label: "E-mail", Kind: bulkimport.Email, Max: 320, Aliases: []string{"email address", "courriel"}},
			{Name: "phone", Label: "Phone", Kind: bulkimport.Text, Max: 30, Aliases: []string{"phone number"}},
			{Name: "address_line1", Label: "Address line 1", Kind: bulkimport.Text, Max: 255, Aliases: []string{"address", "street", "billing street", "straße"}},
			{Name: "address_line2", Label: "Address line 2", Kind: bulkimport.Text, Max: 255},
			{Name: "city", Label: "City", Kind: bulkimport.Text, Max: 255, Aliases: []string{"billing city", "ort", "ville"}},
			{Name: "state", Label: "State", Kind: bulkimport.Text, Max: 255, Aliases: []string{"billing state province", "region"}},
			{Name: "postal_code", Label: "Postal code", Kind: bulkimport.Text, Max: 20, Aliases: []string{"zip", "billing zip postal code"}},
			{Name: "country", Label: "Country", Kind: bulkimport.Country, Aliases: []string{"country code", "country region", "billing country", "land", "pays"}},
			{Name: "currency", Label: "Currency", Kind: bulkimport.Currency, Aliases: []string{"currency code", "default currency"}},
			{Name: "tax_id", Label: "Tax ID", Kind: bulkimport.Text, Max: 50, Aliases: []string{"vat id", "tax number", "business vat id", "ust id nr", "n° tva"}},
			{Name: "created_at", Label: "Created at", Kind: bulkimport.Date, Aliases: []string{"created", "create date", "created date", "créé le", "erstellt am"}},
			{Name: "credit_limit", Label: "Credit limit", Kind: bulkimport.Decimal, Aliases: []string{"kreditlimit"}},
			{Name: "is_active", Label: "Active", Kind: bulkimport.Bool, Aliases: []string{"aktiv"}},
			{Name: "notes", Label: "Notes", Kind: bulkimport.Text, Max: 5000, Aliases: []string{"notiz", "description", "comment"}},
		},
	}
}

// shelf is a host's own target: it keeps rows as they come, by key.
type shelf struct {
	rows map[string]map[string]string
	keys []string // idempotency keys of all writes
	fail error    // after writing, once
}

func (s *shelf) Write(_ context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record) ([]bulkimport.Outcome, error) {
	var out []bulkimport.Outcome
	for _, r := range b.Rows {
		s.keys = append(s.keys, b.IdempotencyKey(r))
		had, exists := s.rows[r.Key()]
		if exists && b.Mode != bulkimport.Upsert {
			out = append(out, bulkimport.Outcome{Result: bulkimport.Exists})
			continue
		}
		if had == nil {
			had = map[string]string{}
		}
		for _, f := range r.Fields() {
			had[f], _ = r.Value(f)
		}
		s.rows[r.Key()] = had
		result := bulkimport.Created
		if exists {
			result = bulkimport.Updated
		}
		out = append(out, bulkimport.Outcome{Result: result})
	}
	err := s.fail
	s.fail = nil
	return out, err
}

func newShelf(t *testing.T, o bulkimport.Options) (*world, *shelf) {
	t.Helper()
	s := &shelf{rows: map[string]map[string]string{}}
	schema := contacts()
	if len(o.Types) > 0 {
		schema = o.Types[0].Schema
	}
	o.Types = []bulkimport.Type{{Schema: schema, Target: s}}
	return newWorld(t, o), s
}

// fault is a failed row in short.
type fault struct {
	line  int64
	codes string // sorted, joined by blanks
}

func TestFiles(t *testing.T) {
	utf16 := func(text string, bigEndian bool) string {
		b := []byte{0xff, 0xfe}
		if bigEndian {
			b = []byte{0xfe, 0xff}
		}
		for _, r := range text { // of the basic plane
			if bigEndian {
				b = append(b, byte(r>>8), byte(r))
			} else {
				b = append(b, byte(r), byte(r>>8))
			}
		}
		return string(b)
	}
	unclosed := "external_id,name\nc1,\"Ann\nc2,Bo\nc3,Cy\n"
	for _, tc := range []struct {
		reason string
		input  string
		set    bulkimport.Settings
		want   map[string]string // field.key: value
		ok     int64
		failed []fault
	}{
		{reason: "a header and no rows", input: "external_id,name\n"},
		{reason: "a byte order mark is no part of the first header", input: "\ufeffexternal_id,name\nc1,Ann\n", ok: 1, want: map[string]string{"external_id.c1": "c1"}},
		{reason: "a quoted header after a byte order mark", input: "\ufeff\"external_id\",name\nc1,Ann\n", ok: 1},
		{reason: "UTF-16, big end first", input: utf16("external_id,name\nc1,Zoë\n", true), ok: 1, want: map[string]string{"name.c1": "Zoë"}},
		{reason: "UTF-16, little end first", input: utf16("external_id,name\r\nc1,Zoë\r\n", false), ok: 1, want: map[string]string{"name.c1": "Zoë"}},
		{reason: "tabs between cells with commas", input: "external_id\tname\nc1\tAnn, Bo\n", ok: 1, want: map[string]string{"name.c1": "Ann, Bo"}},
		{reason: "commas between quotes do not vote for the delimiter", input: "external_id;name\nc1;\"a,b,c,d,e,f\"\nc2;\"g,h,i,j,k,l\"\n", ok: 2, want: map[string]string{"name.c2": "g,h,i,j,k,l"}},
		{reason: "bars", input: "external_id|name\nc1|Ann\n", ok: 1},
		{reason: "Excel's line that names the delimiter", input: "sep=;\nexternal_id;name\nc1;Ann\n", ok: 1},
		{reason: "lines that end with a lone carriage return", input: "external_id,name\rc1,Ann\rc2,\r", ok: 1, failed: []fault{{3, "required"}}},
		{reason: "no newline at the end", input: "external_id,name\nc1,Ann", ok: 1},
		{reason: "blank lines are no rows and count as lines", input: "external_id,name\n\n  \n,\nc1,\n\n", failed: []fault{{5, "required"}}},
		{reason: "a line break within quotes", input: "external_id,name\r\nc1,\"Ann\r\nLee\"\r\n", ok: 1, want: map[string]string{"name.c1": "Ann\nLee"}},
		{reason: "lines are counted through cells of many lines", input: "external_id,name,credit_limit\nc1,\"a\nb\nc\",1\nc2,Bo,x\n", ok: 1, failed: []fault{{5, "invalid_number"}}},
		{reason: "doubled quotes", input: "external_id,name\nc1,\"He said \"\"hi\"\"\"\n", ok: 1, want: map[string]string{"name.c1": `He said "hi"`}},
		{reason: "a quote within an unquoted cell is a character", input: "external_id,name\nc1,5\" pipe\n", ok: 1, want: map[string]string{"name.c1": `5" pipe`}},
		{reason: "text after a closing quote breaks its row only", input: "external_id,name\nc1,\"Ann\"x\nc2,Bo\n", ok: 1, failed: []fault{{2, "text_after_quote"}}},
		{reason: "a quote that is never closed breaks its line only", input: unclosed, ok: 2, failed: []fault{{2, "unclosed_quote"}}},
		{reason: "a row with cells missing is not shifted", input: "external_id,name,email\nc1,Ann\nc2,Bo,b@x.io\n", ok: 1, failed: []fault{{2, "wrong_column_count"}}},
		{reason: "a row with an unquoted comma is not cut", input: "external_id,name\nc1,Lee, Ann\nc2,Bo\n", ok: 1, failed: []fault{{2, "wrong_column_count"}}},
		{reason: "empty cells at the end of a row are none too many", input: "external_id,name\nc1,Ann,,\n", ok: 1},
		{reason: "empty columns at the end may be left out", input: "external_id,name,,\nc1,Ann\n", ok: 1},
		{reason: "rows above the header", input: "Customer export 2026\n\nexternal_id,name\nc1,\nc2,Bo\n", ok: 1, failed: []fault{{4, "required"}}},
		{reason: "blank cells of a required field", input: "external_id,name\nc1,\nc2,\"  \"\nc3,Cy\n", ok: 1, failed: []fault{{2, "required"}, {3, "required"}}},
		{reason: "every error of a row", input: "external_id,name,email,credit_limit\nc1,,nope,x\n", failed: []fault{{2, "invalid_email invalid_number required"}}},
		{reason: "an identifier that a spreadsheet rounded", input: "external_id,name\n1.23457E+11,Ann\n", failed: []fault{{2, "excel_scientific"}}},
		{reason: "a comma in a number is ambiguous", input: "external_id,name,credit_limit\nc1,Ann,\"1,5\"\n", failed: []fault{{2, "ambiguous_number"}}},
		{reason: "an accountant's negative number", input: "external_id,name,credit_limit\nc1,Ann,(123.45)\n", failed: []fault{{2, "invalid_number"}}},
		{
			reason: "words for yes and no", input: "external_id,name,is_active\nc1,a,yes\nc2,b,FALSE\nc3,c,0\nc4,d,maybe\n",
			ok: 3, want: map[string]string{"is_active.c1": "true", "is_active.c2": "false", "is_active.c3": "false"}, failed: []fault{{5, "invalid_bool"}},
		},
		{
			reason: "dates that could be read in two ways", input: "external_id,name,created_at\nc1,a,03/04/2024\nc2,b,31/12/2024\nc3,c,2023-02-29\nc4,d,2024-02-29\n",
			ok: 1, failed: []fault{{2, "ambiguous_date"}, {3, "ambiguous_date"}, {4, "invalid_date"}},
		},
		{
			reason: "dates in the order that was chosen", input: "external_id,name,created_at\nc1,a,03/04/2024\nc2,b,31.12.2024\nc3,c,31/31/2024\n", set: bulkimport.Settings{Dates: bulkimport.DMY},
			ok: 2, want: map[string]string{"created_at.c1": "2024-04-03", "created_at.c2": "2024-12-31"}, failed: []fault{{4, "invalid_date"}},
		},
		{reason: "a spreadsheet's serial date", input: "external_id,name,created_at\nc1,a,45292\n", failed: []fault{{2, "invalid_date"}}},
		{reason: "forms of e-mail addresses", input: "external_id,name,email\nc1,a, A@X.io \nc2,b,Ann <a@x.io>\nc3,c,a@b@c\n", ok: 1, want: map[string]string{"email.c1": "A@X.io"}, failed: []fault{{3, "invalid_email"}, {4, "invalid_email"}}},
		{reason: "currencies in small letters and by name", input: "external_id,name,currency\nc1,a,usd\nc2,b,EURO\n", ok: 1, want: map[string]string{"currency.c1": "USD"}, failed: []fault{{3, "invalid_option"}}},
		{reason: "words for blank are taken literally", input: "external_id,name,email\nc1,NULL,N/A\nc2,NULL,\n", ok: 1, want: map[string]string{"name.c2": "NULL"}, failed: []fault{{2, "invalid_email"}}},
		{reason: "words for blank that were named", input: "external_id,name,email\nc1,Ann,N/A\n", set: bulkimport.Settings{Blank: []string{"N/A"}}, ok: 1, want: map[string]string{"email.c1": ""}},
		{reason: "invisible characters around cells", input: "external_id,name\n\u200bc1\u00a0,\ufeffAnn\n", ok: 1, want: map[string]string{"name.c1": "Ann"}},
		{reason: "a control character", input: "external_id,name\nc1,A\x1bnn\n", failed: []fault{{2, "control_character"}}},
		{reason: "a key that is there twice", input: "external_id,name\nc1,Ann\nc2,Bo\nc1,Ann2\n", ok: 2, failed: []fault{{4, "duplicate_in_file"}}},
		{reason: "a key that is there twice but for blanks", input: "external_id,name\nACME,a\n\"ACME \",b\nacme,c\n", ok: 2, failed: []fault{{3, "duplicate_in_file"}}},
		{reason: "a repeated row tells its other errors too", input: "external_id,name\nc1,Ann\nc1,\n", ok: 1, failed: []fault{{3, "duplicate_in_file required"}}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w, shelf := newShelf(t, bulkimport.Options{})
			i, p := w.run("contacts", tc.input, tc.set)
			var failed []fault
			for _, r := range w.failed(i.ID) {
				failed = append(failed, fault{r.Line, strings.Join(codes(r), " ")})
			}
			require.Equal(t, tc.failed, failed)
			require.Equal(t, tc.ok, p.Created)
			require.EqualValues(t, len(tc.failed), p.Counts.Failed)
			for at, want := range tc.want {
				field, key, _ := strings.Cut(at, ".")
				require.Equal(t, want, shelf.rows[key][field], at)
			}
		})
	}
}

func TestFilesThatCannotBeImported(t *testing.T) {
	small := bulkimport.Limits{FileBytes: 2000, Rows: 3, Columns: 100, HeaderBytes: 50, RecordBytes: 1000}
	for _, tc := range []struct{ reason, input, code, says string }{
		{"nothing", "", bulkimport.CodeEmptyFile, "nothing"},
		{"blanks only", " \n\t\r\n", bulkimport.CodeEmptyFile, "nothing"},
		{"a byte order mark only", "\ufeff", bulkimport.CodeEmptyFile, "nothing"},
		{"delimiters only", ",,\n ,\n", bulkimport.CodeEmptyFile, "not blank"},
		{"Excel under another name", "PK\x03\x04\x14\x00", bulkimport.CodeNotCSV, "Excel"},
		{"old Excel", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", bulkimport.CodeNotCSV, "Excel"},
		{"PDF", "%PDF-1.7\n", bulkimport.CodeNotCSV, "PDF"},
		{"UTF-16 without a byte order mark", "i\x00d\x00,\x00", bulkimport.CodeNotCSV, "UTF-16"},
		{"NUL far behind", "external_id,name\nc1,a\x00b\n", bulkimport.CodeNotCSV, "byte 22"},
		{"Latin-1", "external_id,name\nc1,Zo\xeb\n", bulkimport.CodeNotUTF8, "byte 23"},
		{"a character cut off at the end", "external_id,name\nc1,Zo\xc3", bulkimport.CodeNotUTF8, "byte 23"},
		{"too many columns", strings.Repeat("h,", 200) + "h\n", bulkimport.CodeTooManyColumns, "201"},
		{"too many rows", "external_id,name\na,a\nb,b\nc,c\nd,d\n", bulkimport.CodeTooManyRows, "3"},
		{"too many bytes", "external_id,name\n" + strings.Repeat("a,b\n\n", 500), bulkimport.CodeFileTooLarge, "2000"},
		{"a header that is a text", "external_id," + strings.Repeat("n", 51) + "\n", bulkimport.CodeHeaderTooLong, "column 2"},
		{"a header with broken quotes", "\"a\"b,c\nd,e\n", bulkimport.CodeBadHeader, "line 1"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w, _ := newShelf(t, bulkimport.Options{Limits: small})
			_, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: strings.NewReader(tc.input)})
			var broken *bulkimport.FileError
			require.ErrorAs(t, err, &broken)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Equal(t, tc.code, broken.Code)
			require.Contains(t, broken.Message, tc.says)
			page, err := w.service.List(t.Context(), w.scope, bulkimport.Filter{Type: "contacts"}, admin.Query{})
			require.NoError(t, err)
			require.Empty(t, page.Items, "nothing is left of it")
		})
	}
	for reason, header := range map[string]int64{"a header below the end": 3, "a negative header line": -2} {
		t.Run(reason, func(t *testing.T) {
			w, _ := newShelf(t, bulkimport.Options{})
			_, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: strings.NewReader("a,b\n"), HeaderLine: header})
			require.ErrorIs(t, err, admin.ErrInvalid)
		})
	}
	t.Run("blank rows only, without a header", func(t *testing.T) {
		w, _ := newShelf(t, bulkimport.Options{})
		_, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: strings.NewReader(",\n"), HeaderLine: bulkimport.NoHeader})
		var broken *bulkimport.FileError
		require.ErrorAs(t, err, &broken)
		require.Equal(t, bulkimport.CodeEmptyFile, broken.Code)
	})
	t.Run("more quotes that are not closed than a table has", func(t *testing.T) {
		w, _ := newShelf(t, bulkimport.Options{})
		// Each line opens a quote that the next one closes and opens again.
		_, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: strings.NewReader("a,b\n" + strings.Repeat("x\",\"\n", 250_000))})
		var broken *bulkimport.FileError
		require.ErrorAs(t, err, &broken)
		require.Equal(t, bulkimport.CodeBadQuotes, broken.Code)
	})
	t.Run("a reader that fails", func(t *testing.T) {
		w, _ := newShelf(t, bulkimport.Options{})
		gone := errors.New("connection lost")
		_, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: &failing{text: "external_id,name\n" + strings.Repeat("a,b\n", 50_000), err: gone}})
		require.ErrorIs(t, err, gone)
		page, err := w.service.List(t.Context(), w.scope, bulkimport.Filter{Type: "contacts"}, admin.Query{})
		require.NoError(t, err)
		require.Empty(t, page.Items)
	})
}

// failing gives out a text and then an error.
type failing struct {
	text string
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.text == "" {
		return 0, f.err
	}
	n := copy(p, f.text)
	f.text = f.text[n:]
	return n, nil
}

func TestWarnings(t *testing.T) {
	for _, tc := range []struct {
		reason, input string
		want          []string
	}{
		{"nothing to say", "external_id,name\nc1,Ann\n", nil},
		{"a header only", "external_id,name\n", []string{bulkimport.WarnNoRows}},
		{"no header", "c1,Ann,ann@x.io\nc2,Bo,bo@x.io\n", []string{bulkimport.WarnNoHeader}},
		{"titles above the header", "Customer export 2026\n\nexternal_id,name\nc1,Ann\n", []string{bulkimport.WarnTitleRows}},
		{"headers that repeat", "name,name\nc1,Ann\n", []string{bulkimport.WarnDuplicateHeaders}},
		{"words that may mean blank", "external_id,name,email\nc1,Ann,NULL\nc2,Bo,NULL\n", []string{bulkimport.WarnNullWords}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w, _ := newShelf(t, bulkimport.Options{})
			var got []string
			for _, warning := range w.upload("contacts", tc.input).Warnings {
				got = append(got, warning.Code)
			}
			require.Equal(t, tc.want, got)
		})
	}
	t.Run("a file that was imported before", func(t *testing.T) {
		w, _ := newShelf(t, bulkimport.Options{})
		const text = "external_id,name\nc1,Ann\n"
		require.Empty(t, w.upload("contacts", text).Warnings)
		w.run("contacts", text, bulkimport.Settings{})
		again, p := w.run("contacts", text, bulkimport.Settings{})
		require.Equal(t, bulkimport.WarnAlreadyImported, again.Warnings[0].Code)
		require.EqualValues(t, 1, p.Counts.Failed)
		require.Equal(t, []string{bulkimport.CodeAlreadyExists}, codes(w.failed(again.ID)[0]))
	})
}

func TestColumnsThatCanBeMapped(t *testing.T) {
	names := func(t *testing.T, input string, header int64) (out []string) {
		t.Helper()
		w, _ := newShelf(t, bulkimport.Options{})
		i, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: strings.NewReader(input), HeaderLine: header})
		require.NoError(t, err)
		for _, c := range i.Columns {
			out = append(out, c.Name)
		}
		return out
	}
	for _, tc := range []struct {
		reason, input string
		header        int64
		want          []string
	}{
		{"columns without header and values are not", "external_id,name,,\nc1,Ann,,\n", 0, []string{"external_id", "name"}},
		{"a column without header and with values is, by its place", "external_id,name,\nc1,Ann,gold\n", 0, []string{"external_id", "name", "Column 3"}},
		{"headers lose what cannot be seen", "external_id,\u200bName ,EMAIL \nc1,Ann,a@x.io\n", 0, []string{"external_id", "Name", "EMAIL"}},
		{"a single column", "name\nAnn\nBo\n", 0, []string{"name"}},
		{"without a header all are, by their places", "c1,Ann\nc2,Bo\n", bulkimport.NoHeader, []string{"Column 1", "Column 2"}},
		{"the header is where it is said to be", "a,b\nexternal_id,name\nc1,Ann\n", 2, []string{"external_id", "name"}},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, names(t, tc.input, tc.header)) })
	}
}

func TestWithoutHeaderTheFirstRowIsData(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{})
	const text = "c1,Ann,ann@x.io\nc2,Bo,bo@x.io\n"
	mapping := bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1)}

	i := w.upload("contacts", text)
	i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, mapping, bulkimport.Settings{})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, bulkimport.ErrHeaderUnconfirmed)
	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, mapping, bulkimport.Settings{HeaderConfirmed: true})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)

	i, err = w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: bytes.NewReader([]byte(text)), HeaderLine: bulkimport.NoHeader})
	require.NoError(t, err)
	require.EqualValues(t, 2, i.Rows)
	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, mapping, bulkimport.Settings{})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.EqualValues(t, 2, p.Counts.Completed)
	require.Equal(t, "Ann", shelf.rows["c1"]["name"])
}

func TestLengthIsCountedInCharacters(t *testing.T) {
	schema := contacts()
	schema.Fields[1].Max = 10
	w, shelf := newShelf(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: schema}}})
	i, p := w.run("contacts", "external_id,name\nc1,ééééééééééé\nc2,éééééééééé\n", bulkimport.Settings{})
	require.EqualValues(t, 1, p.Created)
	require.Contains(t, shelf.rows, "c2")
	require.Equal(t, []string{admin.CodeTooLong}, codes(w.failed(i.ID)[0]))
}

func TestOneColumnIsEnoughWhereOneFieldIs(t *testing.T) {
	schema := contacts()
	schema.Fields = []bulkimport.Field{{Name: "name", Label: "Name", Kind: bulkimport.ID, Required: true, Key: true, Max: 50}}
	w, shelf := newShelf(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: schema}}})
	_, p := w.run("contacts", "name\nAnn\nBo\n", bulkimport.Settings{})
	require.EqualValues(t, 2, p.Created)
	require.Contains(t, shelf.rows, "Bo")
}

func TestHugeRowsAndHeadersCostLittle(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{Limits: bulkimport.Limits{RecordBytes: 10_000, CellBytes: 100}})
	i, p := w.run("contacts", "external_id,name\nc1,"+strings.Repeat("x", 200_000)+"\nc2,"+strings.Repeat("y", 101)+"\nc3,Cy\n", bulkimport.Settings{})
	require.EqualValues(t, 1, p.Created)
	require.Contains(t, shelf.rows, "c3")
	failed := w.failed(i.ID)
	require.Equal(t, []string{bulkimport.CodeRecordTooLong}, codes(failed[0]))
	require.Empty(t, failed[0].Cells, "the row is not kept")
	require.Equal(t, []string{admin.CodeTooLong}, codes(failed[1]))
	require.EqualValues(t, 3, failed[1].Line)

	w, _ = newShelf(t, bulkimport.Options{})
	header := strings.TrimSuffix(strings.Repeat(strings.Repeat("customer name ", 70)+",", 500), ",")
	i = w.upload("contacts", header+"\n")
	require.Len(t, i.Columns, 500)
	w.suggested(i)
}
