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

	"github.com/admincenter/admincenter/admin/customer"
)

// readAll reads text to its end, or to an error.
func readAll(from io.Reader, delimiter byte, limits Limits) ([]record, error) {
	var out []record
	r := newReader(from, delimiter, 0, 1, limits)
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out = append(out, rec)
	}
}

func canonicalText(text []byte) (string, error) {
	c, err := newCanonical(bytes.NewReader(text))
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(c)
	return string(b), err
}

func TestCanonicalTextIsTheSameHoweverItArrives(t *testing.T) {
	const text = "\ufeffa,é\r\nb\r\r\n\"x\ry\",€😀\n"
	const want = "a,é\nb\n\n\"x\ny\",€😀\n"
	for reason, from := range map[string]io.Reader{
		"in one read":                strings.NewReader(text),
		"byte by byte":               iotest.OneByteReader(strings.NewReader(text)),
		"the end with the last byte": iotest.DataErrReader(strings.NewReader(text)),
	} {
		t.Run(reason, func(t *testing.T) {
			c, err := newCanonical(from)
			require.NoError(t, err)
			got, err := io.ReadAll(c)
			require.NoError(t, err)
			require.Equal(t, want, string(got))
		})
	}
}

// For every text, reading ends, offsets and lines add up, reading on from any of them gives the
// same, and what encoding/csv understands both read alike.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		"", "a,b\n1,2\n", "\"a\nb\",c\n", "\"open\na,b\n", "a\"b,\"c\"d\n", "\n\n,\n", "\"\"\"\",\"\"", "x\",\"\ny\",\"\n",
		"a,\"b\",\n", "\"a\"\n\"", "ü|\"😀\"\"\"\n",
	} {
		f.Add(s)
	}
	limits := Limits{RecordBytes: 64}.withDefaults()
	f.Fuzz(func(t *testing.T, text string) {
		recs, err := readAll(strings.NewReader(text), ',', limits)
		if err != nil {
			var broken *FileError
			require.ErrorAs(t, err, &broken)
			return
		}
		offset, line := int64(0), int64(1)
		for i, r := range recs {
			require.Equal(t, offset, r.begin)
			require.Equal(t, line, r.line)
			require.Greater(t, r.offset, r.begin)
			offset, line = r.offset, r.next
			require.EqualValues(t, 1+strings.Count(strings.TrimSuffix(text[:offset], "\n")+"\n", "\n"), line)
			if i == len(recs)/2 {
				rest := newReader(strings.NewReader(text[offset:]), ',', offset, line, limits)
				for _, want := range recs[i+1:] {
					got, err := rest.next()
					require.NoError(t, err)
					require.Equal(t, want, got)
				}
			}
		}
		require.EqualValues(t, len(text), offset)

		std := csv.NewReader(strings.NewReader(text))
		std.FieldsPerRecord = -1
		want, err := std.ReadAll()
		if err != nil || strings.ContainsRune(text, '\r') || len(text) > 64 {
			return // encoding/csv turns \r\n into \n, which canonical text has not
		}
		// encoding/csv leaves out empty lines, and the reader the cells of lines that have nothing.
		nothing := func(cells []string) bool { return strings.Trim(strings.Join(cells, ""), " ") == "" }
		var got [][]string
		for _, r := range recs {
			require.Nil(t, r.fault)
			if !nothing(r.cells) {
				got = append(got, r.cells)
			}
		}
		want = slices.DeleteFunc(want, nothing)
		require.Equal(t, len(want), len(got))
		for i := range want {
			require.Equal(t, want[i], got[i])
		}
	})
}

// For all bytes: they are refused by name, or come out as valid text without carriage returns
// that comes out as itself again.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"a\r\nb\rc\n", "\ufeffa", "\xff\xfea\x00", "\xfe\xff\x00a\xd8\x00", "PK\x03\x04", "\xc3",
		"a\x00", "é€😀"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := canonicalText(text)
		if err != nil {
			var broken *FileError
			require.ErrorAs(t, err, &broken)
			return
		}
		require.True(t, utf8.ValidString(got))
		require.NotContains(t, got, "\r")
		again, err := canonicalText([]byte(got))
		if err == nil && !strings.HasPrefix(got, "\ufeff") {
			require.Equal(t, got, again)
		}
		delimiter, declared := sniffDelimiter([]byte(got))
		require.Contains(t, ",;|\t", string(delimiter))
		sniffHeader([]byte(got), delimiter, declared, Limits{}.withDefaults())
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
		recs, err := readAll(strings.NewReader(text), ',', Limits{}.withDefaults())
		require.NoError(t, err)
		for k, rec := range recs {
			row, errs := p.row(rec, int64(k+1))
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
				again, wrong := caster{}.cast(field, value)
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
