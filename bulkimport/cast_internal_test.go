package bulkimport

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/email"
)

// cell is a cell of a kind in a format, and its value or the code of its problem.
type cell struct {
	kind   Kind
	format Format
	cells  map[string]string // the value, or a code after a !
}

func readCell(f Field, format Format, text string) (string, *problem) {
	c := newCaster(Source{Format: format}, Settings{})
	return c.read(&f, trim(text))
}

func testCells(t *testing.T, cases map[string]cell) {
	t.Helper()
	for reason, c := range cases {
		t.Run(reason, func(t *testing.T) {
			for in, want := range c.cells {
				got, wrong := readCell(Field{Kind: c.kind}, c.format, in)
				if code, is := strings.CutPrefix(want, "!"); is {
					require.NotNil(t, wrong, "%q is read as %q", in, got)
					require.Equal(t, code, wrong.code, in)
					require.NotEmpty(t, wrong.sentence(), in)
					continue
				}
				require.Nil(t, wrong, "%q: %v", in, wrong)
				require.Equal(t, want, got, in)
			}
		})
	}
}

func TestNumbersByFormat(t *testing.T) {
	const no, two = "!" + CodeInvalidNumber, "!" + CodeAmbiguousNumber
	testCells(t, map[string]cell{
		"nothing is stated": {Decimal, Format{}, map[string]string{
			"1234.50": "1234.5", "-0.01": "-0.01", "007": "7", "-0.00": "0", "000.5": "0.5", "0": "0", "100": "100", "-10.0": "-10",
			"1,000": two, "1,5": two, "-0,01": two, "1.234,50": two, "1'000": two, "1 000": no, "$5": no, "(5)": no, "5-": no,
			"−5": no, "+5": no, ".5": no, "5.": no, "1e3": no, "１２３": no, "NaN": no, "-": no, "--1": no, "1.2.3": no,
		}},
		"decimal point": {Decimal, Format{Numbers: PointNumbers}, map[string]string{
			"1,000": "1000", "1,234.50": "1234.5", "1,234,567": "1234567", "12,34,567.50": "1234567.5", "1'234.50": "1234.5",
			"1 234.50": "1234.5", "1\u202f234.50": "1234.5", "1\u00a0234": "1234", "1’234": "1234", "1.000": "1", "5-": "-5",
			"−5": "-5", "+5": "5", "- 5": "-5", ".5": "0.5", "1,5": no, "1,00,0": no, "1,234'567": no, ",5": no, "1,,000": no,
			"1.234,50": no, "12,345,67": no, "1234,567": no, "5.": no, "1,234.5.6": no, "$5": no, "(5)": no, "-5-": no, "1 2": no,
			"1,23,4567": no, "1e3": no, "123,45,678": no,
		}},
		"decimal comma": {Decimal, Format{Numbers: CommaNumbers}, map[string]string{
			"20,00": "20", "-0,01": "-0.01", "1.234,50": "1234.5", "1.000": "1000", "1 234,50": "1234.5", "1'234,5": "1234.5",
			"1234": "1234", "1.5": no, "1,234.50": no, "1.23": no, "1,234,567": no, "0.001": no,
		}},
		"either, if there is one reading": {Decimal, Format{Numbers: EitherNumber}, map[string]string{
			"1,234.50": "1234.5", "1.234,50": "1234.5", "-0,01": "-0.01", "1,5": "1.5", "1,234,567": "1234567", "0,123": "0.123",
			"1234,567": "1234.567", "1 234,567": "1234.567", "12": "12", "1234.5": "1234.5",
			"1,000": two, "1.000": two, "12.345": two, "-999,999": two, "1,23,456.7,8": no,
		}},
		"accounting": {Decimal, Format{Accounting: true}, map[string]string{"(123.45)": "-123.45", "(-1)": no, "(1,5)": two, "()": no}},
		"one currency": {Decimal, Format{Numbers: CommaNumbers, Currency: "EUR", Accounting: true}, map[string]string{
			"€ 5": "5", "5 €": "5", "1 234,50 €": "1234.5", "EUR 1": "1", "1eur": "1", "-€5": "-5", "€-5": "-5", "(€ 5)": "-5",
			"$5": no, "5 USD": no, "€€5": no, "€5€": no, "abc 5": no,
		}},
		"any currency": {Decimal, Format{Numbers: EitherNumber, Currency: AnyCurrency}, map[string]string{
			"1,234.50": "1234.5", "$99.00": "99", "1 234,50 €": "1234.5", "1,234,567": "1234567", "US$ 5": "5", "R$5": "5", "kr 5": "5",
			"5 zł": "5", "CHF 5.00": "5", "XXX 5": no,
		}},
		"whole numbers": {Integer, Format{}, map[string]string{"42": "42", "-1": "-1", "007": "7", "4.0": no, "1,000": no,
			strings.Repeat("9", 19): no}},
		"whole numbers in groups": {Integer, Format{Numbers: PointNumbers}, map[string]string{"1,000": "1000", "1.5": no}},
	})
}

func TestNumberFormatsNameBothReadings(t *testing.T) {
	_, wrong := readCell(Field{Kind: Decimal}, Format{}, "1,000")
	require.Equal(t, map[string]string{"value": "1,000", "comma": "1.000", "point": "1000"}, wrong.said().params)
	require.NotEmpty(t, wrong.said().hint)
}

func TestDatesByFormat(t *testing.T) {
	const no, two = "!" + CodeInvalidDate, "!" + CodeAmbiguousDate
	named := map[string]string{
		"15 Jun 2018": "2018-06-15", "Jun 15, 2018": "2018-06-15", "15. Juni 2018": "2018-06-15", "15 de junio de 2018": "2018-06-15",
		"1er juin 2018": "2018-06-01", "15 juin 2018": "2018-06-15", "15 de março de 2018": "2018-03-15", "15 giugno 2018": "2018-06-15",
		"15 mei 2018": "2018-05-15", "June 1st, 2018": "2018-06-01", "15-Jun-2018": "2018-06-15", "2018-Jun-15": "2018-06-15",
		"1. März 2018": "2018-03-01", "31 déc. 2018": "2018-12-31", "1º de maio de 2018": "2018-05-01", "1st of May 2018": "2018-05-01",
		"15 Jun 2018 10:30": "2018-06-15", "15 Jun 18": two, "31 Jun 2018": no, "Jun 2018": no, "15 Foo 2018": no,
	}
	testCells(t, map[string]cell{
		"nothing is stated": {Date, Format{}, map[string]string{
			"2018-06-15": "2018-06-15", "2018/06/15": "2018-06-15", "2018.6.1": "2018-06-01", "20180615": "2018-06-15",
			"2018-06-15T10:30:00": "2018-06-15", "2018-06-15 10:30": "2018-06-15", "2018-06-15T10:30:00Z": "2018-06-15",
			"2018-06-15T23:30:00.123456789+02:00": "2018-06-15", "2018-06-15 10:30:00 UTC": "2018-06-15", "2018-06-15 1:05 PM": "2018-06-15",
			"2024-02-29": "2024-02-29", "2023-02-29": no, "2024-13-01": no, "20241301": no, "45292": no, "2018-06-15 25:00": no,
			"2018-06-15T10": no, "2018-06": no, "x": no, "10:30": no, "2018-06/15": no, "2018-06-15 10:30 Mars": no, "12345678": no,
			"15/06/2018": two, "31/12/2024": two, "15/06/2018 10:30": two, "1.8.22": two, "03-04-2024": two,
		}},
		"the month has a name": {Date, Format{}, named},
		"day first": {Date, Format{Dates: DMY}, map[string]string{
			"15/06/2018": "2018-06-15", "03/04/2024": "2024-04-03", "15/06/2018 10:30": "2018-06-15", "1. 8. 2022": "2022-08-01",
			"01.08.22": two, "12/31/2024": no, "2018-06-15": "2018-06-15", "15/06/018": no,
		}},
		"month first":      {Date, Format{Dates: MDY}, map[string]string{"03/04/2024": "2024-03-04", "15/06/2018": no, "12/31/2024": "2024-12-31"}},
		"years to a pivot": {Date, Format{Dates: DMY, YearPivot: 30}, map[string]string{"1.8.22": "2022-08-01", "1.8.30": "1930-08-01", "1 Aug 29": "2029-08-01"}},
		"serial dates": {Date, Format{Serials: Serial1900}, map[string]string{
			"45292": "2024-01-01", "45292.75": "2024-01-01", "1": "1900-01-01", "59": "1900-02-28", "61": "1900-03-01", "60": no, "0": no,
			"2958465": "9999-12-31", "2958466": no, "2024-01-01": "2024-01-01",
		}},
		"serial dates of old Macintoshes": {Date, Format{Serials: Serial1904}, map[string]string{"43830": "2024-01-01", "0": "1904-01-01"}},
		"instants": {Instant, Format{}, map[string]string{
			"2018-06-15T10:30:00Z": "2018-06-15T10:30:00Z", "2018-06-15 10:30 +0200": "2018-06-15T08:30:00Z",
			"2018-06-15T10:30:00.5-05:00": "2018-06-15T15:30:00.5Z", "2018-06-15 10:30 UTC": "2018-06-15T10:30:00Z",
			"2018-06-15 12:00 AM Z": "2018-06-15T00:00:00Z", "2018-06-15 10:30": "!" + CodeNoTimeZone, "2018-06-15": "!" + CodeNoTimeZone,
			"2018-06-15 13:00 PM Z": no, "2018-06-15 10:30 +99": no, "0000-01-01T00:00:00+01:00": no,
		}},
		"instants of a zone": {Instant, Format{Zone: "Europe/Berlin"}, map[string]string{
			"2018-06-15 10:30": "2018-06-15T08:30:00Z", "2018-06-15": "2018-06-14T22:00:00Z", "2018-06-15 10:30Z": "2018-06-15T10:30:00Z",
			"2024-03-31 02:30": no, "2024-10-27 02:30": no, "2024-10-27 03:00": "2024-10-27T02:00:00Z",
		}},
		"instants by serial dates": {Instant, Format{Zone: "UTC", Serials: Serial1900}, map[string]string{
			"45292.75": "2024-01-01T18:00:00Z", "45292.999999999": "2024-01-01T23:59:59Z"}},
	})
}

func TestWordsByFormat(t *testing.T) {
	const no = "!" + CodeInvalidOption
	words := map[string]string{"maybe": "!" + CodeInvalidBool, "2": "!" + CodeInvalidBool, "o": "!" + CodeInvalidBool}
	for _, w := range strings.Fields("true TRUE yes y on 1 X ✓ Ja oui sí Sì SIM si\u0301 wahr vrai vero waar verdadeiro") {
		words[w] = "true"
	}
	for _, w := range strings.Fields("false No n off 0 Nein non não nao nee falsch faux falso onwaar") {
		words[w] = "false"
	}
	testCells(t, map[string]cell{
		"booleans": {Bool, Format{}, words},
		"countries": {Country, Format{}, map[string]string{
			"US": "US", "de": "DE", "DEU": "DE", "Deutschland": "DE", "Allemagne": "DE", "Alemania": "DE", "Alemanha": "DE", "Germania": "DE",
			"Duitsland": "DE", "Österreich": "AT", "Vereinigte Staaten": "US", "États-Unis": "US", "Estados Unidos": "US", "Great Britain": "GB",
			"UK": "GB", "Türkiye": "TR", "Côte d’Ivoire": "CI", "España": "ES", "Espan\u0303a": "ES", "Schweiz": "CH", "Suisse": "CH", "Großbritannien": "GB",
			"Grossbritannien": "GB", "Verenigd Koninkrijk": "GB", "Regno Unito": "GB", "Elfenbeinküste": "CI", "Atlantis": no,
		}},
		"currencies": {Currency, Format{}, map[string]string{
			"EUR": "EUR", "usd": "USD", "EURO": no, "€": no, "$": no, "US Dollar": no, "XAU": no, "EU": no,
		}},
		"currencies by name": {Currency, Format{Names: true}, map[string]string{
			"€": "EUR", "US$": "USD", "Euro": "EUR", "US Dollar": "USD", "US-Dollar": "USD", "British Pound": "GBP", "Pound Sterling": "GBP",
			"Schweizer Franken": "CHF", "franc suisse": "CHF", "zł": "PLN", "£": "GBP", "dólar estadounidense": "USD", "$": no, "kr": no, "¥": no,
			"Dollar": no, "Krone": no, "Taler": no,
		}},
		"lists":                               {List, Format{Separator: ","}, map[string]string{"vip, uk": `["vip","uk"]`, "a": `["a"]`, "a,,a, b": `["a","b"]`, ",": "", "<a>": `["<a>"]`}},
		"lists whose separator is not stated": {List, Format{}, map[string]string{"a": `["a"]`, "vip, uk": "!" + CodeAmbiguousList}},
		"metadata": {Metadata, Format{Separator: ";"}, map[string]string{
			"a=1; b = x=y": `{"a":"1","b":"x=y"}`, "a=": `{"a":""}`, "a": "!" + CodeInvalidPair, "=1": "!" + CodeInvalidPair, "a=1;a=2": "!" + CodeInvalidPair,
		}},
		"the first of several":         {Email, Format{Separator: ":::"}, map[string]string{"a@x.io ::: b@x.io": "a@x.io", "a@x.io": "a@x.io"}},
		"several that may be one only": {Email, Format{}, map[string]string{"a@x.io, b@x.io": "!" + CodeInvalidEmail}},
		"keys in one form":             {ID, Format{}, map[string]string{"Zoe\u0308": "Zoë", "c\u200b1": "!" + CodeControl, "\u200ec1": "!" + CodeControl, "\u00adc1": "!" + CodeControl}},
	})
	_, wrong := readCell(Field{Kind: Currency}, Format{}, "€")
	require.Equal(t, "EUR", wrong.said().params["suggestion"])
	require.Equal(t, `"€" is not a currency: did you mean EUR?`, wrong.sentence())
	_, wrong = readCell(Field{Kind: Currency}, Format{Names: true}, "$")
	require.Contains(t, wrong.sentence(), "USD")
	_, wrong = readCell(Field{Kind: Email}, Format{}, "a@x.io, b@x.io")
	require.Contains(t, wrong.sentence(), "several")
}

// The quick reading of plain numbers is that of package admin.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"1,234.50", "1.234,50 €", "(5)", "-0.00", "007", ".5", "1 2", "12,34,567", "−5", "$-1", "1e5", "-5-", "0,001"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(13))
	}
	f.Fuzz(func(t *testing.T, text string, how uint8) {
		styles := []NumberStyle{PlainNumbers, PointNumbers, CommaNumbers, EitherNumber}
		format := Format{Numbers: styles[how%4], Accounting: how&4 != 0}
		if how&8 != 0 {
			format.Currency = AnyCurrency
		}
		text = trim(text)
		got, wrong := readCell(Field{Kind: Decimal}, format, text)
		if text == "" {
			return
		}
		if wrong != nil {
			require.True(t, utf8.ValidString(wrong.sentence()))
			return
		}
		d, err := admin.ParseDecimal(got)
		require.NoError(t, err)
		canonical, err := admin.DecimalText(d)
		require.NoError(t, err)
		require.Equal(t, canonical, got)
		// No digit is lost or made.
		only := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r
				}
				return -1
			}, s)
		}
		require.Equal(t, strings.Trim(only(got), "0"), strings.Trim(only(text), "0"))
		if format == (Format{}) {
			want, err := admin.ParseDecimal(text)
			require.NoError(t, err)
			require.True(t, want.Equal(decimal.RequireFromString(got)))
		}
	})
}

// What is read is a day or an instant, and reading it again changes nothing.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"2018-06-15", "15/06/2018 10:30", "Jun 15, 2018", "1er juin 18", "45292.5", "20180615", "2018-06-15T10:30:00.5+02:00", "1. 8. 22",
		"10:30", "T1:", "1-jan-1 1:1", "2018-06-15 1:1:1 p.m. Z"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(7))
	}
	f.Fuzz(func(t *testing.T, text string, how uint8) {
		format := Format{Dates: []DateOrder{ISODates, DMY, MDY}[how%3], YearPivot: int(how % 101), Zone: "UTC"}
		if how&4 != 0 {
			format.Serials = Serial1900
		}
		text = trim(text)
		day, wrong := readCell(Field{Kind: Date}, format, text)
		if wrong != nil || text == "" {
			return
		}
		_, err := time.Parse(time.DateOnly, day)
		require.NoError(t, err, "%q", text)
		again, wrong := readCell(Field{Kind: Date}, Format{}, day)
		require.Nil(t, wrong)
		require.Equal(t, day, again)
		at, wrong := readCell(Field{Kind: Instant}, format, text)
		if wrong != nil {
			return
		}
		_, err = time.Parse(time.RFC3339Nano, at)
		require.NoError(t, err, "%q", text)
		again, wrong = readCell(Field{Kind: Instant}, Format{}, at)
		require.Nil(t, wrong)
		require.Equal(t, at, again)
	})
}

// For any cell, its value is one of its kind or it has a problem with a text.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"€", "US$", "Ja", "Deutschland", "a=1;b", "a,b", "kr", "\u200b", "Zoe\u0308", "$"} {
		f.Add(s, ",")
	}
	f.Fuzz(func(t *testing.T, text, separator string) {
		if len(separator) > maxSeparator {
			return
		}
		format := Format{Names: true, Separator: separator}
		for _, kind := range []Kind{Text, ID, Email, Country, Currency, Bool, List, Metadata} {
			value, wrong := readCell(Field{Kind: kind, Max: 100}, format, text)
			if wrong != nil {
				require.NotEmpty(t, wrong.code)
				require.NotEmpty(t, wrong.sentence())
				e := wrong.cellError(1, 0, "f", text)
				require.True(t, utf8.ValidString(e.Value+e.Message))
				continue
			}
			switch {
			case value == "":
			case kind == Bool:
				require.Contains(t, []string{"true", "false"}, value)
			case kind == Country:
				require.Len(t, value, 2)
			case kind == Currency:
				_, ok := iso4217.Lookup(iso4217.Code(value))
				require.True(t, ok)
			}
		}
	})
}

// What is recognized quickly is an address.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"a@x.io", "billing1@acme.example", "a.b@x.co", "a..b@x.io", "a@x", "a@1.2", "a@x.1a", "a@.io", "@x.io"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if plainAddress(text) {
			require.True(t, email.Deliverable(text), "%q", text)
		}
	})
}

func BenchmarkRow(b *testing.B) {
	kinds := []Kind{ID, Text, Email, Text, Text, Text, Text, Country, Currency, Decimal, Date, Bool}
	cells := []string{"c-001234", "Acme Corporation", "billing@acme.example", "555 0100", "2281 Broadway Street", "Florence", "29501", "US", "USD", "1234.50", "2024-02-29", "true"}
	var schema Schema
	i := Import{Content: Content{Width: len(kinds), Delimiter: ","}, Mapping: Mapping{}}
	for k, kind := range kinds {
		f := Field{Name: string(rune('a' + k)), Kind: kind, Max: 255, Key: k == 0}
		schema.Fields = append(schema.Fields, f)
		i.Mapping[f.Name] = FromColumn(k)
		i.Columns = append(i.Columns, Column{Index: k})
	}
	p := newPlan(schema, i, Limits{}.withDefaults())
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := p.row(record{cells: cells}, 1); errs != nil {
			b.Fatal(errs)
		}
	}
}

func TestKeysThatLookTheSameAreOne(t *testing.T) {
	for _, tc := range []struct {
		reason string
		kind   Kind
		a, b   string
		same   bool
	}{
		{"composed and decomposed", ID, "Zo\u00eb", "Zoe\u0308", true},
		{"with a variation selector", ID, "c1", "c1\ufe0f", true},
		{"with a joiner", ID, "\u0d15\u0d4d\u200d", "\u0d15\u0d4d", true},
		{"with another blank", ID, "a b", "a\u00a0b", true},
		{"in capitals", ID, "acme", "ACME", false},
		{"addresses in capitals", Email, "a@x.io", "A@X.io", true},
		{"letters of another script", ID, "c1", "\u0441" + "1", false},
	} {
		require.Equal(t, tc.same, keyForm(tc.kind, tc.a) == keyForm(tc.kind, tc.b), tc.reason)
	}
}

func TestCellsThatAreJSON(t *testing.T) {
	const no = "!"
	long := `["` + strings.Repeat("x", 11) + `"]`
	testCells(t, map[string]cell{
		"a list": {List, Format{}, map[string]string{
			`["a","b"]`: `["a","b"]`, `["a, b"," c ","a","a"]`: `["a, b"," c ","a","a"]`, `[]`: "", `["<&>"]`: `["<&>"]`, `[ "a" ]`: `["a"]`,
			`["\u202e"]`: no + CodeControl, `[1]`: `["[1]"]`, `[null]`: `["[null]"]`, `["a"`: `["[\"a\""]`, `["a",]`: no + CodeAmbiguousList,
			`["a"] ["b"]`: `["[\"a\"] [\"b\"]"]`, `["a\nb"]`: `["a\nb"]`, long: long,
		}},
		"a list in a format": {List, Format{Separator: ","}, map[string]string{`["a","b, c"]`: `["a","b, c"]`, `[a],[b]`: `["[a]","[b]"]`}},
		"metadata": {Metadata, Format{}, map[string]string{
			`{"b":"2","a":" 1 "}`: `{"a":" 1 ","b":"2"}`, `{}`: "", `{"a":1}`: no + CodeInvalidPair, `{"a":null}`: no + CodeInvalidPair,
			`{"a":{}}`: no + CodeInvalidPair, `{"a":"1"`: no + CodeInvalidPair, `{"a":"x;y,z"}`: `{"a":"x;y,z"}`, `{"\u200b":"x"}`: no + CodeControl,
			`{"` + strings.Repeat("k", 51) + `":"x"}`: no + admin.CodeTooLong,
		}},
	})
	_, wrong := readCell(Field{Kind: List, Max: 10}, Format{}, long)
	require.Equal(t, admin.CodeTooLong, wrong.code, "each item has its bound")
	_, wrong = readCell(Field{Kind: List}, Format{}, "["+strings.TrimSuffix(strings.Repeat(`"x",`, 101), ",")+"]")
	require.Equal(t, `the cell has more than 100 items`, wrong.sentence())
	pairs := make([]string, 101)
	for i := range pairs {
		pairs[i] = `"k` + strings.Repeat("x", i%40) + string(rune('a'+i%26)) + string(rune('a'+i/26)) + `":"v"`
	}
	_, wrong = readCell(Field{Kind: Metadata}, Format{}, "{"+strings.Join(pairs, ",")+"}")
	require.Equal(t, `the cell has more than 100 items`, wrong.sentence())
	c := newCaster(Source{Values: map[string]string{"ja": "yes"}}, Settings{})
	value, wrong := c.read(&Field{Kind: List}, `["Ja","b"]`)
	require.Nil(t, wrong)
	require.Equal(t, `["yes","b"]`, value, "words are replaced item by item")
}

// FuzzJSONCells has any texts as items: those that a list may have come back as they are.
func FuzzJSONCells(f *testing.F) {
	f.Add("a", "b")
	f.Add(`"`, `\`)
	f.Add("=1", " x\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		cell := marshal([]string{a, b})
		value, wrong := readCell(Field{Kind: List}, Format{}, cell)
		if wrong == nil {
			items, ok := jsonTexts(value)
			require.True(t, ok)
			back, _ := jsonTexts(cell)
			require.Equal(t, back, items)
			require.Equal(t, cell, unescape(escape(cell)))
		}
	})
}
