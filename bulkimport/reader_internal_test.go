package bulkimport

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/admincenter/admincenter/admin/customer"
)

// commas is the dialect of RFC 4180.
func commas() dialect { return dialect{delimiter: ',', quote: '"'} }

// place is a record and where the next one begins.
type place struct {
	record
	offset, line int64
}

// readAll reads a file to its end.
func readAll(from io.Reader, e Encoding, d dialect, at cursor, limits Limits) ([]place, error) {
	var out []place
	r := newReader(from, e, d, at, limits)
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		p := place{record: rec}
		p.offset, p.line = r.position()
		out = append(out, p)
	}
}

// same makes places of two readings comparable: offsets into the text that was read are a reader's own.
func same(places []place) []place {
	out := append([]place{}, places...)
	for i := range out {
		out[i].begin, out[i].end = 0, 0
	}
	return out
}

func TestCanonicalTextIsTheSameHoweverItArrives(t *testing.T) {
	const text = "\ufeffa,é\r\nb\r\r\n\"x\ry\",€😀\n"
	for reason, from := range map[string]io.Reader{
		"in one read":                strings.NewReader(text),
		"byte by byte":               iotest.OneByteReader(strings.NewReader(text)),
		"the end with the last byte": iotest.DataErrReader(strings.NewReader(text)),
	} {
		t.Run(reason, func(t *testing.T) {
			got, err := readAll(from, UTF8, commas(), cursor{line: 1}, Limits{}.withDefaults())
			require.NoError(t, err)
			var cells [][]string
			for _, p := range got {
				cells = append(cells, p.cells)
			}
			require.Equal(t, [][]string{{"a", "é"}, {"b"}, nil, {"x\ny", "€😀"}}, cells)
			require.EqualValues(t, len(text), got[3].offset)
		})
	}
}

// For every text, reading ends, offsets and lines add up, and what encoding/csv understands both read alike.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		"", "a,b\n1,2\n", "\"a\nb\",c\n", "\"open\na,b\n", "a\"b,\"c\"d\n", "\n\n,\n", "\"\"\"\",\"\"", "x\",\"\ny\",\"\n",
		"a,\"b\",\n", "\"a\"\n\"", "ü|\"😀\"\"\"\n",
	} {
		f.Add(s)
	}
	limits := Limits{RecordBytes: 64, RecordLines: 5, Columns: 8}.withDefaults()
	f.Fuzz(func(t *testing.T, text string) {
		recs, err := readAll(strings.NewReader(text), UTF8, commas(), cursor{line: 1}, limits)
		require.NoError(t, err)
		text = strings.TrimLeft(text, "\ufeff")
		std := csv.NewReader(strings.NewReader(text))
		std.FieldsPerRecord = -1
		want, err := std.ReadAll()
		if err != nil || strings.ContainsAny(text, "\r\x00") || len(text) > 64 || !utf8.ValidString(text) {
			return // encoding/csv turns \r\n into \n only
		}
		// encoding/csv leaves out empty lines, and the reader the cells of lines that have nothing.
		nothing := func(cells []string) bool { return strings.Trim(strings.Join(cells, ""), " ") == "" }
		var got [][]string
		for _, r := range recs {
			if r.fault != nil {
				require.Contains(t, []string{CodeRecordTooLong, CodeTooManyColumns}, r.fault.Code)
				return
			}
			if !nothing(r.cells) {
				got = append(got, r.cells)
			}
		}
		want = slices.DeleteFunc(want, nothing)
		require.Equal(t, len(want), len(got))
		for i := range want {
			if len(want[i]) > limits.Columns {
				require.Equal(t, want[i][:limits.Columns], got[i])
				continue
			}
			require.Equal(t, want[i], got[i])
		}
	})
}

// For all bytes, in each encoding and dialect: every line is in one record, records are one after the other, no cell has
// text that is not in the file, what cannot be kept is not, and reading on behind any record gives what one pass gives.
func FuzzReadingOn(f *testing.F) {
	for k, s := range []string{
		"a,b\r\n1,2\r\r3\n", "\ufeff\ufeffa,\"b\r\nc\"\n\"", "\xff\xfea\x00,\x00\r\x00\n\x00\x3d\xd8n\x00\n\x00x",
		"\xfe\xff\x00a\x00\n\x00", "M\xfcller,\x80\r\x81\n", "a\x00b\nc", "\"1\n2\n3\n4\n5\n6\n7\",x\na,b\n",
		strings.Repeat("x", 100) + "\r\ny", strings.Repeat("a,", 20) + "\n" + strings.Repeat(",", 20) + "\n", "'a;b'\n'",
		"\xc3", "\xed\xa0\x80\n", "a\r",
	} {
		f.Add([]byte(s), uint8(k), uint8(k), uint8(0))
	}
	limits := Limits{RecordBytes: 64, RecordLines: 5, Columns: 8}.withDefaults()
	f.Fuzz(func(t *testing.T, file []byte, encoding, quote, unquoted uint8) {
		e := encodings()[int(encoding)%len(encodings())]
		d := dialect{delimiter: ",;"[quote%2], quote: []byte{'"', '\'', 0}[quote%3], unquoted: int64(unquoted)}
		all, err := readAll(bytes.NewReader(file), e, d, cursor{line: 1}, limits)
		require.NoError(t, err)
		text := string(newDecoder(e).head(file))
		if e.wide() || strings.HasSuffix(string(file), "\r") { // head leaves out what may be cut off
			text += "\n"
		}
		begin, offset, line := int64(0), int64(0), int64(1)
		for i, p := range all {
			require.Equal(t, begin, p.begin)
			require.Greater(t, p.end, p.begin)
			require.Equal(t, line, p.record.line)
			require.Greater(t, p.next, line)
			require.Equal(t, p.next, p.line)
			require.Greater(t, p.offset, offset)
			begin, offset, line = p.end, p.offset, p.next
			for _, cell := range p.cells {
				require.True(t, readable([]byte(cell)))
				twice := strings.ReplaceAll(cell, string(rune(d.quote)), strings.Repeat(string(rune(d.quote)), 2))
				require.True(t, strings.Contains(text, cell) || strings.Contains(text, twice), "%q in %q", cell, text)
			}
			rest, err := readAll(bytes.NewReader(file[offset:]), e, d, cursor{offset: offset, line: line}, limits)
			require.NoError(t, err)
			if !bytes.HasPrefix(file[offset:], e.mark()) {
				require.Equal(t, same(all[i+1:]), same(rest))
			}
		}
		if len(all) > 0 {
			require.EqualValues(t, len(file), offset)
			require.Len(t, all, len(same(all)))
		}
		slow, err := readAll(iotest.OneByteReader(bytes.NewReader(file)), e, d, cursor{line: 1}, limits)
		require.NoError(t, err)
		require.Equal(t, all, slow)
	})
}

// What x/text decodes without loss is decoded alike, and what it would replace is not readable.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte("a\x00\xfc\x00\x3d\xd8\x00\xde"), uint8(1))
	f.Add([]byte("\x00\x80\x9f\xa4\xff"), uint8(3))
	f.Fuzz(func(t *testing.T, file []byte, encoding uint8) {
		e := encodings()[int(encoding)%len(encodings())]
		if bytes.IndexByte(file, '\r') >= 0 {
			return
		}
		got := newDecoder(e).decode(nil, file)
		var want []byte
		switch e {
		case UTF8:
			want = file
		case UTF16LE:
			want, _ = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Bytes(file)
		case UTF16BE:
			want, _ = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Bytes(file)
		case Windows1252:
			want, _ = charmap.Windows1252.NewDecoder().Bytes(file)
		case Latin1:
			want, _ = charmap.ISO8859_1.NewDecoder().Bytes(file)
		case Latin9:
			want, _ = charmap.ISO8859_15.NewDecoder().Bytes(file)
		}
		if utf8.Valid(got) {
			require.Equal(t, string(want), string(got))
		} else if e.wide() {
			require.True(t, strings.ContainsAny(string(want), "\ufffd\u0a00\ufffe"))
		}
	})
}

// For all bytes, what a file is and how it is split is found, and the header is one of its rows.
func FuzzSniff(f *testing.F) {
	for _, s := range []string{"a;b\n1;2\n", "sep=~\na~b", "<html>", "[1,2", "Report\n\na,b\n1,2\n", "\"", "{\"a\":1}", "-- dump\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		_ = checkBytes(file)
		found := &evidence{}
		for rest := file; len(rest) > 0; { // as it arrives in pieces
			n := min(len(rest), 1+len(rest)/3)
			found.add(rest[:n])
			rest = rest[n:]
		}
		whole := &evidence{}
		whole.add(file)
		e, guessed := whole.encoding()
		again, againGuessed := found.encoding()
		require.Equal(t, e, again)
		require.Equal(t, guessed, againGuessed)
		text := newDecoder(e).head(file)
		_ = checkText(text)
		guess := sniffDelimiter(text, '"')
		require.True(t, delimits(guess.delimiter))
		d := dialect{delimiter: guess.delimiter, quote: '"'}
		rows, _ := sample(text, d, guess.declared, Limits{}.withDefaults())
		if len(rows) > 0 {
			require.Less(t, namesOf(Customers()).pick(rows), len(rows))
		}
	})
}

// For every cell, escaping is undone exactly, and no spreadsheet takes what is escaped for
// a formula.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "=1+1", "'=1", "''", "-5.00", "'-5.00", "+49 30", "＝x", "\tx", "'", "-", "--1",
		"plain", "\x00", "a\tb;@SUM(1)", "x;=1", "x, \"=1\"", "a\n=1", "1;-5;'-5", ";;'=", "\t\t=", "'\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		out := escape(cell)
		require.Equal(t, cell, unescape(out))
		require.Equal(t, "'"+cell, unescape(escape("'"+cell)))
		if first, _ := utf8.DecodeRuneInString(out); strings.ContainsRune("=+@\t\r\n＝＋－＠", first) && out != "" &&
			(first > ' ' || len(cell) > 1) {
			t.Fatalf("%q is written as %q", cell, out)
		}
		// Wherever a spreadsheet splits, no piece is a formula.
		for _, piece := range strings.FieldsFunc(out, func(r rune) bool { return strings.ContainsRune(",;|\t\n\r", r) }) {
			first, _ := utf8.DecodeRuneInString(strings.TrimLeft(piece, " \"\u00a0\u200b"))
			require.False(t, strings.ContainsRune("=+@＝＋－＠", first), "%q is written as %q", cell, out)
			require.True(t, first != '-' || plainNumber(piece), "%q is written as %q", cell, out)
		}
	})
}

// For every row, a mapping returns the value of every field or the error of its cell.
func FuzzMapping(f *testing.F) {
	f.Add("c1,Ann,a@x.io,US,1,2024-01-02,yes,3", 0, 1, " ", "", "DMY")
	f.Add("c1,\"A,n\",NULL,Germany,(1),45292,maybe,", 1, 0, "", "const", "mdy")
	f.Add(",,,,,,,", 7, 7, "-", "x", "")
	schema := Schema{Type: "t", Fields: []Field{
		{Name: "id", Kind: ID, Key: true, Required: true, Min: 1, Max: 50},
		{Name: "name", Kind: Text, Required: true, Max: 10}, {Name: "email", Kind: Email},
		{Name: "country", Kind: Country}, {Name: "amount", Kind: Decimal}, {Name: "day", Kind: Date},
		{Name: "on", Kind: Bool}, {Name: "n", Kind: Integer, Max: 9},
	}}
	f.Fuzz(func(t *testing.T, text string, first, second int, separator, constant, dates string) {
		if !utf8.ValidString(text) {
			return
		}
		i := Import{Content: Content{Width: 8, Delimiter: ","}}
		for k := range i.Content.Width {
			i.Columns = append(i.Columns, Column{Index: k})
		}
		m := Mapping{"name": Join(separator, first, second), "email": Constant(constant)}
		for k, field := range schema.Fields {
			if _, ok := m[field.Name]; !ok {
				m[field.Name] = FromColumn(k)
			}
		}
		i.Mapping, i.Settings = m, Settings{Dates: DateOrder(dates), Blank: []string{"NULL"}}
		if checkMapping(schema, i, m, i.Settings) != nil {
			return
		}
		p := newPlan(schema, i, Limits{}.withDefaults())
		recs, err := readAll(strings.NewReader(text), UTF8, commas(), cursor{line: 1}, Limits{}.withDefaults())
		require.NoError(t, err)
		for k, rec := range recs {
			row, errs := p.row(rec.record, int64(k+1))
			if len(errs) > 0 {
				for _, e := range errs {
					require.NotEmpty(t, e.Code)
					require.NotEmpty(t, e.Message)
				}
				continue
			}
			require.NotEmpty(t, row.Key())
			for _, field := range schema.Fields {
				value, mapped := row.Value(field.Name)
				require.True(t, mapped)
				if value == "" {
					require.False(t, field.Required)
					continue
				}
				again, wrong := (&caster{}).cast(&field, value)
				require.Nil(t, wrong, "%s %q", field.Name, value)
				require.Equal(t, value, again, "a value is in its one form")
			}
		}
	})
}

func TestAssignIsBestOverall(t *testing.T) {
	// Greedy, the first row would take the column that the second needs.
	require.Equal(t, []int{1, 0}, assign([][]float64{{0.9, 0.85}, {0.88, 0}}, 2))
	require.Equal(t, []int{-1, 0}, assign([][]float64{{0.7}, {0.8}}, 1))
	require.Equal(t, []int{-1}, assign([][]float64{{0.59, 0.1}}, 2))
	require.Equal(t, []int{-1, -1}, assign([][]float64{nil, nil}, 0))
	require.Empty(t, assign(nil, 3))
}

func TestCountryCode(t *testing.T) {
	for name, want := range map[string]string{
		"us": "US", "USA": "US", "U.S.A.": "US", "United States of America": "US", "UK": "GB", "United Kingdom": "GB",
		"Brazil": "BR", "Czech Republic": "CZ", "Czechia": "CZ",
		"South Korea": "KR", "Korea, Republic of": "KR", "DEU": "DE", "the netherlands": "NL", "Côte d’Ivoire": "CI",
		"COTE D'IVOIRE": "CI", "St. Lucia": "LC",
		"Bosnia & Herzegovina": "BA", "Bosnia and Herzegovina": "BA", "Türkiye": "TR", "Turkey": "TR", "Kosovo": "XK",
		"Ireland": "IE", "Norway": "NO", "Denmark": "DK",
	} {
		got, ok := customer.CountryCode(name)
		require.True(t, ok, name)
		require.Equal(t, want, got, name)
	}
	for _, name := range []string{"", "XX", "EU", "Atlantis", "Soviet Union", "ZZ", strings.Repeat("a", 1000)} {
		_, ok := customer.CountryCode(name)
		require.False(t, ok, name)
	}
}
