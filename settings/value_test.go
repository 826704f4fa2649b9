package settings_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

// nested is a document of arrays within each other.
func nested(depth int) string {
	return strings.Repeat("[", depth) + strings.Repeat("]", depth)
}

func TestParseValueAccepts(t *testing.T) {
	for _, tc := range []struct {
		reason string
		kind   settings.Type
		text   string
		want   string // canonical text; empty means as given
	}{
		{"nothing is a text too", settings.TypeString, "", ""},
		{"blanks at the ends are part of a text", settings.TypeString, "  a\tb\r\n ", ""},
		{"any script", settings.TypeString, "é 漢字 😀", ""},
		{"the limit counts characters, not bytes", settings.TypeString, strings.Repeat("😀", settings.MaxString), ""},
		{"a number", settings.TypeNumeric, "12.5", ""},
		{"zeros that do not count go", settings.TypeNumeric, "0012.500", "12.5"},
		{"there is one zero", settings.TypeNumeric, "-0.00", "0"},
		{"all digits that are kept", settings.TypeNumeric, "12345678901234567890.123456789012345678", ""},
		{"a whole number beyond float64", settings.TypeNumeric, "9007199254740993", ""},
		{"a document without its blanks", settings.TypeJSON, " { \"b\" : [ 1 , \"x y\" ] ,\n\"a\" : null } ", `{"b":[1,"x y"],"a":null}`},
		{"a number as it was written", settings.TypeJSON, `[1.10,1E400,-0,12345678901234567890.5]`, ""},
		{"a scalar", settings.TypeJSON, `"text"`, ""},
		{"null", settings.TypeJSON, `null`, ""},
		{"escapes stay as they are, and so do characters", settings.TypeJSON, `"<\u003c\u00e9é😀\ud83d\ude00\\u0000\n"`, ""},
		{"the same key in two objects", settings.TypeJSON, `{"a":{"a":1},"b":[{"a":1},{"a":2}]}`, ""},
		{"as deep as allowed", settings.TypeJSON, nested(settings.MaxDepth), ""},
		{"as large as allowed", settings.TypeJSON, `"` + strings.Repeat("x", settings.MaxJSON-2) + `"`, ""},
		{"a rule", settings.TypeLogic, `{"*": [{"var": "a"}, 2]}`, `{"*":[{"var":"a"},2]}`},
		{"a rule may be a constant", settings.TypeLogic, `true`, ""},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			v, err := settings.ParseValue(tc.kind, tc.text)
			require.NoError(t, err)
			want := tc.want
			if want == "" {
				want = tc.text
			}
			require.Equal(t, want, v.Text())
			require.Equal(t, tc.kind, v.Type())
			again, err := settings.ParseValue(v.Type(), v.Text())
			require.NoError(t, err)
			require.Equal(t, v, again)
		})
	}
}

func TestParseValueRefuses(t *testing.T) {
	for _, tc := range []struct {
		reason string
		kind   settings.Type
		text   string
		says   string
	}{
		{"a type that does not exist", "BOOLEAN", "true", `"BOOLEAN" is not a type of setting: use one of STRING, NUMERIC, JSON, JSON_LOGIC`},
		{"no type", "", "", "is not a type"},
		{"a text that is too long", settings.TypeString, strings.Repeat("é", settings.MaxString+1), "4097 characters: give at most 4096"},
		{"a text that is not UTF-8", settings.TypeString, "a\xff", "not valid UTF-8"},
		{"a text with NUL", settings.TypeString, "a\x00b", "NUL"},
		{"no number", settings.TypeNumeric, "", "not a decimal number"},
		{"an exponent", settings.TypeNumeric, "1e3", "not a decimal number"},
		{"a number with blanks", settings.TypeNumeric, " 1", "not a decimal number"},
		{"grouping", settings.TypeNumeric, "1,000", "not a decimal number"},
		{"not a number", settings.TypeNumeric, "NaN", "not a decimal number"},
		{"more digits than are kept", settings.TypeNumeric, "0.1234567890123456789", "19 after the point"},
		{"no JSON", settings.TypeJSON, "", "not JSON"},
		{"a cut-off document", settings.TypeJSON, `{"a":[1`, "not JSON"},
		{"single quotes, with the place", settings.TypeJSON, `{'a':1}`, "at byte 2"},
		{"a comma too many", settings.TypeJSON, `[1,]`, "not JSON"},
		{"two documents", settings.TypeJSON, `{} {}`, "after top-level value"},
		{"NaN", settings.TypeJSON, `[NaN]`, "not JSON"},
		{"a byte order mark", settings.TypeJSON, "\ufeff1", "not JSON"},
		{"a control character in a text", settings.TypeJSON, "\"a\x00\"", "not JSON"},
		{"JSON that is not UTF-8", settings.TypeJSON, "\"\xff\"", "not valid UTF-8"},
		{"a key twice", settings.TypeJSON, `{"a":1,"b":2,"a":3}`, `key "a" twice`},
		{"a key twice, written differently", settings.TypeJSON, `[{"a":1,"\u0061":2}]`, `key "a" twice`},
		{"an escaped NUL", settings.TypeJSON, `"a\u0000"`, `\u0000`},
		{"half a surrogate pair", settings.TypeJSON, `"\ud83d"`, `\ud83d alone`},
		{"half a surrogate pair before something else", settings.TypeJSON, `"\ud83dx\ude00"`, `\ud83d alone`},
		{"a surrogate pair the wrong way round", settings.TypeJSON, `"\ude00\ud83d"`, `\ude00 alone`},
		{"too deep", settings.TypeJSON, nested(settings.MaxDepth + 1), "deeper than 64"},
		{"far too deep", settings.TypeJSON, nested(settings.MaxJSON / 2), "exceeded max depth"},
		{"too large", settings.TypeJSON, `"` + strings.Repeat("x", settings.MaxJSON-1) + `"`, "at most 65536"},
		{"a rule that is not JSON", settings.TypeLogic, `a + b`, "not JSON"},
		{"a rule with a key twice", settings.TypeLogic, `{"var":"a","var":"b"}`, `key "var" twice`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			v, err := settings.ParseValue(tc.kind, tc.text)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.ErrorContains(t, err, tc.says)
			require.Less(t, len(err.Error()), 1000, "a huge input makes no huge error")
			require.True(t, v.IsZero())
		})
	}
}

func TestValueAccessors(t *testing.T) {
	text, err := settings.String("12")
	require.NoError(t, err)
	number, err := settings.Numeric(decimal.RequireFromString("12.50"))
	require.NoError(t, err)
	document, err := settings.JSON(json.RawMessage(`{"a": 1}`))
	require.NoError(t, err)
	rule, err := settings.Logic(json.RawMessage(`{"var": "a"}`))
	require.NoError(t, err)

	d, ok := number.Decimal()
	require.True(t, ok)
	require.Equal(t, "12.5", d.String())
	for _, v := range []settings.Value{text, document, rule, {}} {
		_, ok := v.Decimal()
		require.False(t, ok, "only a NUMERIC is a number, even if a text looks like one")
	}
	for v, want := range map[settings.Value]string{document: `{"a":1}`, rule: `{"var":"a"}`} {
		raw, ok := v.JSON()
		require.True(t, ok)
		require.Equal(t, want, string(raw))
		raw[0] = 'x'
		require.Equal(t, want, v.Text(), "the bytes are the caller's")
	}
	for _, v := range []settings.Value{text, number, {}} {
		_, ok := v.JSON()
		require.False(t, ok)
	}
	require.True(t, settings.Value{}.IsZero())
	require.False(t, text.IsZero())
	_, err = settings.Numeric(decimal.New(1, 1_000_000_000))
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestValueMarshalsAndIsCheckedWhenRead(t *testing.T) {
	number, err := settings.ParseValue(settings.TypeNumeric, "12.50")
	require.NoError(t, err)
	raw, err := json.Marshal(number)
	require.NoError(t, err)
	require.JSONEq(t, `{"dataType":"NUMERIC","value":"12.5"}`, string(raw))
	var got settings.Value
	require.NoError(t, json.Unmarshal(raw, &got))
	require.Equal(t, number, got)

	for reason, raw := range map[string]string{
		"a value that is none": `{"dataType":"NUMERIC","value":"twelve"}`,
		"no type":              `{"value":"12"}`,
		"a value of JSON":      `{"dataType":"JSON","value":{"a":1}}`,
	} {
		t.Run(reason, func(t *testing.T) {
			kept := number
			require.ErrorIs(t, json.Unmarshal([]byte(raw), &kept), admin.ErrInvalid)
			require.Equal(t, number, kept)
		})
	}
}

// decoded reads JSON with every digit.
func decoded(t *testing.T, text string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	require.NoError(t, dec.Decode(&v))
	return v
}

func FuzzParseValue(f *testing.F) {
	for _, seed := range []string{
		"", " a ", "-0012.500", "1e9", `{"a":[1.10,{"b":"\u0061\ud83d\ude00"}]}`, `{"a":1,"\u0061":2}`, `"\u0000"`, `[[[`, "\"\xff\"", nested(65),
	} {
		for i := range settings.Types() {
			f.Add(i, seed)
		}
	}
	f.Fuzz(func(t *testing.T, kind int, text string) {
		types := settings.Types()
		v, err := settings.ParseValue(types[uint(kind)%uint(len(types))], text)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.True(t, v.IsZero())
			return
		}
		require.True(t, utf8.ValidString(v.Text()))
		require.NotContains(t, v.Text(), "\x00")
		again, err := settings.ParseValue(v.Type(), v.Text())
		require.NoError(t, err)
		require.Equal(t, v, again, "the canonical form is a fixed point")
		switch v.Type() {
		case settings.TypeNumeric:
			d, ok := v.Decimal()
			require.True(t, ok)
			require.True(t, decimal.RequireFromString(text).Equal(d))
		case settings.TypeJSON, settings.TypeLogic:
			require.Equal(t, decoded(t, text), decoded(t, v.Text()))
		case settings.TypeString:
			require.Equal(t, text, v.Text())
		}
	})
}
