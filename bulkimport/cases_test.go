package bulkimport_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

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
		{reason: "a byte order mark is no part of the first header", input: "\ufeffexternal_id,name\nc1,Ann\n", ok: 1,
			want: map[string]string{"external_id.c1": "c1"}},
		{reason: "a quoted header after a byte order mark", input: "\ufeff\"external_id\",name\nc1,Ann\n", ok: 1},
		{reason: "UTF-16, big end first", input: utf16("external_id,name\nc1,Zoë\n", true),
			ok: 1, want: map[string]string{"name.c1": "Zoë"}},
		{reason: "UTF-16, little end first", input: utf16("external_id,name\r\nc1,Zoë\r\n", false),
			ok: 1, want: map[string]string{"name.c1": "Zoë"}},
		{reason: "tabs between cells with commas", input: "external_id\tname\nc1\tAnn, Bo\n", ok: 1,
			want: map[string]string{"name.c1": "Ann, Bo"}},
		{reason: "commas between quotes do not vote for the delimiter",
			input: "external_id;name\nc1;\"a,b,c,d,e,f\"\nc2;\"g,h,i,j,k,l\"\n", ok: 2,
			want: map[string]string{"name.c2": "g,h,i,j,k,l"}},
		{reason: "bars", input: "external_id|name\nc1|Ann\n", ok: 1},
		{reason: "Excel's line that names the delimiter", input: "sep=;\nexternal_id;name\nc1;Ann\n", ok: 1},
		{reason: "lines that end with a lone carriage return", input: "external_id,name\rc1,Ann\rc2,\r", ok: 1,
			failed: []fault{{3, "required"}}},
		{reason: "no newline at the end", input: "external_id,name\nc1,Ann", ok: 1},
		{reason: "blank lines are no rows and count as lines", input: "external_id,name\n\n  \n,\nc1,\n\n",
			failed: []fault{{5, "required"}}},
		{reason: "a line break within quotes", input: "external_id,name\r\nc1,\"Ann\r\nLee\"\r\n", ok: 1,
			want: map[string]string{"name.c1": "Ann\nLee"}},
		{reason: "lines are counted through cells of many lines",
			input: "external_id,name,credit_limit\nc1,\"a\nb\nc\",1\nc2,Bo,x\n", ok: 1, failed: []fault{{5, "invalid_number"}}},
		{reason: "doubled quotes", input: "external_id,name\nc1,\"He said \"\"hi\"\"\"\n", ok: 1,
			want: map[string]string{"name.c1": `He said "hi"`}},
		{reason: "a quote within an unquoted cell is a character", input: "external_id,name\nc1,5\" pipe\n", ok: 1,
			want: map[string]string{"name.c1": `5" pipe`}},
		{reason: "text after a closing quote breaks its row only", input: "external_id,name\nc1,\"Ann\"x\nc2,Bo\n", ok: 1,
			failed: []fault{{2, "text_after_quote"}}},
		{reason: "a quote that is never closed has the rest of the file in its cell", input: unclosed,
			failed: []fault{{2, "unclosed_quote"}}},
		{reason: "UTF-16 without a byte order mark, little end first", input: utf16("external_id,name\r\nc1,Zoë\r\n", false)[2:],
			ok: 1, want: map[string]string{"name.c1": "Zoë"}},
		{reason: "UTF-16 without a byte order mark, big end first", input: utf16("external_id,name\r\nc1,Zoë\r\n", true)[2:],
			ok: 1, want: map[string]string{"name.c1": "Zoë"}},
		{reason: "a NUL breaks its row only", input: "external_id,name\nc1,a\x00b\nc2,Bo\n", ok: 1,
			failed: []fault{{2, "invalid_encoding"}}},
		{reason: "many NULs break their row only", input: "external_id,name\nc1,a\x00\x00\x00\x00\x00b\nc2,Bo\n", ok: 1,
			failed: []fault{{2, "invalid_encoding"}}},
		{reason: "NULs at the end of a file that was not written to its end", ok: 1, failed: []fault{{3, "invalid_encoding"}},
			input: "external_id,name\nc1,Bo\n" + strings.Repeat("\x00", 5000)},
		{reason: "a byte that is not UTF-8 breaks its row only", input: "external_id,name\nc1,Zoë\nc2,Zo\xff\nc3,Bo\n", ok: 2,
			failed: []fault{{3, "invalid_encoding"}}},
		{reason: "a character that is cut off at the end", input: "external_id,name\nc1,Bo\nc2,Zo\xc3", ok: 1,
			failed: []fault{{3, "invalid_encoding"}}},
		{reason: "ISO-8859-1", input: "external_id,name\nc1,Zo\xeb\n", ok: 1, want: map[string]string{"name.c1": "Zoë"}},
		{reason: "Windows-1252", input: "external_id,name\nc1,\x80 Zo\xeb\n", ok: 1, want: map[string]string{"name.c1": "€ Zoë"}},
		{reason: "ISO-8859-15, by its euro sign", input: "external_id,name\nc1,\xa4 Zo\xeb\n", ok: 1,
			want: map[string]string{"name.c1": "€ Zoë"}},
		{reason: "ISO-8859-15, by a letter", input: "external_id,name\nc1,C\xbdur\n", ok: 1,
			want: map[string]string{"name.c1": "Cœur"}},
		{reason: "a byte that Windows-1252 does not have", input: "external_id,name\nc1,M\xfcller \x80\nc2,\x81\n", ok: 1,
			failed: []fault{{3, "invalid_encoding"}}, want: map[string]string{"name.c1": "Müller €"}},
		{reason: "half of a surrogate pair", ok: 1, failed: []fault{{2, "invalid_encoding"}},
			input: strings.Replace(utf16("external_id,name\nc1,An#n\nc2,Bo\n", false), "#\x00", "\x3d\xd8", 1)},
		{reason: "UTF-16 with a byte too many at the end", input: utf16("external_id,name\nc1,Ann\nc2,Bo", false) + "x", ok: 1,
			failed: []fault{{3, "invalid_encoding"}}},
		{reason: "UTF-16 with a byte missing", ok: 1, failed: []fault{{3, "invalid_encoding"}},
			input: strings.Replace(utf16("external_id,name\nc1,Ann\nc2,B#o\nc3,Cy\n", false), "#\x00", "#", 1)},
		{reason: "a row with cells missing is not shifted", input: "external_id,name,email\nc1,Ann\nc2,Bo,b@x.io\n", ok: 1,
			failed: []fault{{2, "wrong_column_count"}}},
		{reason: "a row with an unquoted comma is not cut", input: "external_id,name\nc1,Lee, Ann\nc2,Bo\n", ok: 1,
			failed: []fault{{2, "wrong_column_count"}}},
		{reason: "empty cells at the end of a row are none too many", input: "external_id,name\nc1,Ann,,\n", ok: 1},
		{reason: "empty columns at the end may be left out", input: "external_id,name,,\nc1,Ann\n", ok: 1},
		{reason: "rows above the header", input: "Customer export 2026\n\nexternal_id,name\nc1,\nc2,Bo\n", ok: 1,
			failed: []fault{{4, "required"}}},
		{reason: "blank cells of a required field", input: "external_id,name\nc1,\nc2,\"  \"\nc3,Cy\n", ok: 1,
			failed: []fault{{2, "required"}, {3, "required"}}},
		{reason: "every error of a row", input: "external_id,name,email,credit_limit\nc1,,nope,x\n",
			failed: []fault{{2, "invalid_email invalid_number required"}}},
		{reason: "an identifier that a spreadsheet rounded", input: "external_id,name\n1.23457E+11,Ann\n",
			failed: []fault{{2, "excel_scientific"}}},
		{reason: "a comma in a number is ambiguous", input: "external_id,name,credit_limit\nc1,Ann,\"1,5\"\n",
			failed: []fault{{2, "ambiguous_number"}}},
		{reason: "an accountant's negative number", input: "external_id,name,credit_limit\nc1,Ann,(123.45)\n",
			failed: []fault{{2, "invalid_number"}}},
		{
			reason: "words for yes and no", input: "external_id,name,is_active\nc1,a,yes\nc2,b,FALSE\nc3,c,0\nc4,d,maybe\n",
			ok: 3, want: map[string]string{"is_active.c1": "true", "is_active.c2": "false", "is_active.c3": "false"},
			failed: []fault{{5, "invalid_bool"}},
		},
		{
			reason: "dates that could be read in two ways",
			input:  "external_id,name,created_at\nc1,a,03/04/2024\nc2,b,31/12/2024\nc3,c,2023-02-29\nc4,d,2024-02-29\n",
			ok:     1, failed: []fault{{2, "ambiguous_date"}, {3, "ambiguous_date"}, {4, "invalid_date"}},
		},
		{
			reason: "dates in the order that was chosen",
			input:  "external_id,name,created_at\nc1,a,03/04/2024\nc2,b,31.12.2024\nc3,c,31/31/2024\n",
			set:    bulkimport.Settings{Dates: bulkimport.DMY},
			ok:     2, want: map[string]string{"created_at.c1": "2024-04-03", "created_at.c2": "2024-12-31"},
			failed: []fault{{4, "invalid_date"}},
		},
		{reason: "a spreadsheet's serial date", input: "external_id,name,created_at\nc1,a,45292\n",
			failed: []fault{{2, "invalid_date"}}},
		{reason: "forms of e-mail addresses",
			input: "external_id,name,email\nc1,a, A@X.io \nc2,b,Ann <a@x.io>\nc3,c,a@b@c\n", ok: 1,
			want: map[string]string{"email.c1": "A@X.io"}, failed: []fault{{3, "invalid_email"}, {4, "invalid_email"}}},
		{reason: "currencies in small letters and by name", input: "external_id,name,currency\nc1,a,usd\nc2,b,EURO\n",
			ok: 1, want: map[string]string{"currency.c1": "USD"}, failed: []fault{{3, "invalid_option"}}},
		{reason: "words for blank are taken literally", input: "external_id,name,email\nc1,NULL,N/A\nc2,NULL,\n", ok: 1,
			want: map[string]string{"name.c2": "NULL"}, failed: []fault{{2, "invalid_email"}}},
		{reason: "words for blank that were named", input: "external_id,name,email\nc1,Ann,N/A\n",
			set: bulkimport.Settings{Blank: []string{"N/A"}}, ok: 1, want: map[string]string{"email.c1": ""}},
		{reason: "invisible characters around cells", input: "external_id,name\n\u200bc1\u00a0,\ufeffAnn\n", ok: 1,
			want: map[string]string{"name.c1": "Ann"}},
		{reason: "a control character", input: "external_id,name\nc1,A\x1bnn\n", failed: []fault{{2, "control_character"}}},
		{reason: "a key that is there twice", input: "external_id,name\nc1,Ann\nc2,Bo\nc1,Ann2\n", ok: 2,
			failed: []fault{{4, "duplicate_in_file"}}},
		{reason: "a key that is there twice but for blanks", input: "external_id,name\nACME,a\n\"ACME \",b\nacme,c\n",
			ok: 2, failed: []fault{{3, "duplicate_in_file"}}},
		{reason: "a repeated row has its other errors too", input: "external_id,name\nc1,Ann\nc1,\n", ok: 1,
			failed: []fault{{3, "duplicate_in_file required"}}},
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
		{"too many columns", strings.Repeat("h,", 200) + "h\n", bulkimport.CodeTooManyColumns, "201"},
		{"too many rows", "external_id,name\na,a\nb,b\nc,c\nd,d\n", bulkimport.CodeTooManyRows, "3"},
		{"too many bytes", "external_id,name\n" + strings.Repeat("a,b\n\n", 500), bulkimport.CodeFileTooLarge, "2000"},
		{"a header that is a text", "external_id," + strings.Repeat("n",
			51) + "\n", bulkimport.CodeHeaderTooLong, "column 2"},
		{"a header with broken quotes", "\"a\"b,c\nd,e\n", bulkimport.CodeBadHeader, "line 1"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w, _ := newShelf(t, bulkimport.Options{Limits: small})
			_, err := w.service.Upload(t.Context(), w.scope,
				bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: strings.NewReader(tc.input)})
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
			_, err := w.service.Upload(t.Context(), w.scope,
				bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: strings.NewReader("a,b\n"),
					HeaderLine: header})
			require.ErrorIs(t, err, admin.ErrInvalid)
		})
	}
	t.Run("blank rows only, without a header", func(t *testing.T) {
		w, _ := newShelf(t, bulkimport.Options{})
		_, err := w.service.Upload(t.Context(), w.scope,
			bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: strings.NewReader(",\n"),
				HeaderLine: bulkimport.NoHeader})
		var broken *bulkimport.FileError
		require.ErrorAs(t, err, &broken)
		require.Equal(t, bulkimport.CodeEmptyFile, broken.Code)
	})
	t.Run("a reader that fails", func(t *testing.T) {
		w, _ := newShelf(t, bulkimport.Options{})
		gone := errors.New("connection lost")
		_, err := w.service.Upload(t.Context(), w.scope,
			bulkimport.UploadInput{Type: "contacts", FileName: "f.csv",
				Content: &failing{text: "external_id,name\n" + strings.Repeat("a,b\n", 50_000), err: gone}})
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
