package jsonschema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/internal/jsonschema"
)

const draft7 = `"$schema":"http://json-schema.org/draft-07/schema#"`

func compile(t testing.TB, schema string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.Compile(decoded(t, schema), jsonschema.Limits{Patterns: 20_000, Number: 400})
	require.NoError(t, err, schema)
	return s
}

func check(t testing.TB, schema, value string) []jsonschema.Violation {
	t.Helper()
	found, more, err := compile(t, schema).Check(t.Context(), decoded(t, value), jsonschema.Budget{Steps: 1_000_000})
	require.NoError(t, err)
	require.Zero(t, more)
	return found
}

func TestViolationsHavePlaceAndReason(t *testing.T) {
	for _, tc := range []struct{ schema, value, pointer, message string }{
		{`{"type":"integer"}`, `"x"`, "", "got string, want integer"},
		{`{"type":["integer","null"]}`, `1.5`, "", "got number, want integer or null"},
		{`{"properties":{"a":{"minimum":0}}}`, `{"a":-1}`, "/a", "minimum: got -1, want 0"},
		{`{"properties":{"a":{"exclusiveMaximum":5}}}`, `{"a":5.0}`, "/a", "exclusiveMaximum: got 5.0, want 5"},
		{`{"items":{"multipleOf":0.01}}`, `[0.07,0.005]`, "/1", "multipleOf: got 0.005, want 0.01"},
		{`{"maxLength":2}`, `"漢字😀"`, "", "maxLength: got 3 characters, want 2"},
		{`{"minItems":2}`, `[1]`, "", "minItems: got 1 items, want 2"},
		{`{"maxProperties":0}`, `{"a":1}`, "", "maxProperties: got 1 properties, want 0"},
		{`{"pattern":"^[a-z]+$"}`, `"A"`, "", `does not match pattern "^[a-z]+$"`},
		{`{"enum":["EUR",5]}`, `"GBP"`, "", `must be one of "EUR", 5`},
		{`{"const":{"a":1}}`, `{"a":2}`, "", `must be {"a":1}`},
		{`{"required":["a","b","c"]}`, `{"b":1}`, "", `missing properties "a", "c"`},
		{`{"dependentRequired":{"a":["b"]}}`, `{"a":1}`, "", `missing properties "b"`},
		{`{"additionalProperties":false,"properties":{"b":true}}`, `{"a/b":1,"b":1,"~":1}`, "", `additional properties "a/b", "~" are not allowed`},
		{`{"additionalProperties":{"type":"null"}}`, `{"a/b~":1}`, "/a~1b~0", "got number, want null"},
		{`{"propertyNames":{"maxLength":1}}`, `{"ab":1}`, "", `property name "ab" is not allowed`},
		{`{"uniqueItems":true}`, `[1,{"a":[1.0]},{"a":[1]}]`, "", "items 1 and 2 are equal"},
		{`{"contains":{"type":"null"},"minContains":2}`, `[null,1]`, "", "contains: 1 items match, want at least 2"},
		{`{"contains":{"type":"null"},"maxContains":1}`, `[null,null]`, "", "contains: 2 items match, want at most 1"},
		{`{"anyOf":[{"type":"null"}]}`, `1`, "", "got number, want null"},
		{`{"oneOf":[true,{"minimum":0},{"minimum":2}]}`, `1`, "", "oneOf: the schemas 0 and 1 are both met, want one"},
		{`{"not":{"type":"number"}}`, `1`, "", "not: the schema is met"},
		{`{"if":{"required":["a"]},"then":{"required":["b"]}}`, `{"a":1}`, "", `missing properties "b"`},
		{`{"properties":{"a":true},"unevaluatedProperties":false}`, `{"b":1}`, "/b", "no value is allowed here"},
		{`{` + draft7 + `,"format":"date"}`, `"2024-02-30"`, "", "is not a valid date"},
	} {
		require.Equal(t, []jsonschema.Violation{{Pointer: tc.pointer, Message: tc.message}}, check(t, tc.schema, tc.value), tc.schema)
	}
}

func TestAllViolationsAreReportedInOrder(t *testing.T) {
	found := check(t, `{"properties":{"b":{"items":{"type":"string"}},"a":{"type":"null"}},"required":["c"],"anyOf":[{"required":["d"]},{"minProperties":3}]}`,
		`{"b":[1,"x",true],"a":1}`)
	var got []string
	for _, v := range found {
		got = append(got, v.Pointer+": "+v.Message)
	}
	require.Equal(t, []string{
		": minProperties: got 2 properties, want 3", `: missing properties "c"`, `: missing properties "d"`,
		"/a: got number, want null", "/b/0: got number, want string", "/b/2: got boolean, want string",
	}, got)
}

func TestNumbersAreExact(t *testing.T) {
	require.Empty(t, check(t, `{"const":9007199254740993}`, `9007199254740993.0`))
	require.NotEmpty(t, check(t, `{"const":9007199254740993}`, `9007199254740992`))
	require.Empty(t, check(t, `{"multipleOf":0.1}`, `0.3`))
	require.Empty(t, check(t, `{"enum":[1e2]}`, `100`))
	require.NotEmpty(t, check(t, `{"maximum":0.3}`, `0.30000000000000001`))
	require.NotEmpty(t, check(t, `{}`, `1e401`), "one that would be a very long fraction")
}

func TestSchemasThatCannotBeCompiled(t *testing.T) {
	for _, tc := range []struct{ schema, says string }{
		{`5`, `at "": is a number, and a schema is an object or a boolean`},
		{`{"type":"text"}`, `at "/type": "text" is not a type: use one of array, boolean`},
		{`{"properties":{"a":{"minimum":"0"}}}`, `at "/properties/a/minimum": got string, want a number`},
		{`{"maxLength":-1}`, `at "/maxLength": got number, want a number of 0 or more`},
		{`{"minItems":1.5}`, `at "/minItems": `},
		{`{"multipleOf":0}`, `at "/multipleOf": got number, want a number above 0`},
		{`{"required":["a",1]}`, `at "/required": got array, want an array of texts`},
		{`{"allOf":[]}`, `at "/allOf": got array, want an array of schemas`},
		{`{"properties":[]}`, `at "/properties": got array, want an object of schemas`},
		{`{"items":[{}]}`, `"prefixItems"`},
		{`{"pattern":"("}`, `at "/pattern": "(" is not a pattern`},
		{`{"$defs":{"a/b":{"type":1}}}`, `at "/$defs/a~1b/type": got number`},
		{`{"$schema":"http://json-schema.org/draft-04/schema#","items":{"anyOf":[true]}}`, `at "/items/anyOf/0": is a boolean`},
		{`{"$ref":"#/$defs/none"}`, `at "/$ref": "#/$defs/none" is not in the schema`},
		{`{"$ref":"#none"}`, `the anchor "none" is not in the schema`},
		{`{"$ref":5}`, `at "/$ref": got number`},
		{`{"$ref":"file:///etc/passwd"}`, "nothing is loaded from elsewhere"},
		{`{"$recursiveRef":"#","$schema":"https://json-schema.org/draft/2019-09/schema"}`, `"$recursiveRef" is not supported`},
		{`{"$dynamicRef":"#x"}`, `"$dynamicRef" is not supported`},
		{`{"$schema":"https://example.com/dialect"}`, "is not a known draft"},
		{`{"properties":{"a":{"allOf":[{"$ref":"#/properties/a"}]}}}`, "refers to itself for the same value"},
		{`{"pattern":"` + strings.Repeat(`(a?){1000}`, 11) + `"}`, "more than 20000 steps together"},
		{`{"minimum":1e401}`, "exponent"},
	} {
		_, err := jsonschema.Compile(decoded(t, tc.schema), jsonschema.Limits{Patterns: 20_000, Number: 400})
		require.ErrorContains(t, err, tc.says, tc.schema)
	}
}

func TestFormatsUpToDraft7(t *testing.T) {
	for format, tc := range map[string]struct{ good, bad []string }{
		"date":                  {[]string{"2024-02-29"}, []string{"2023-02-29", "2024-2-9", "24-02-29", ""}},
		"time":                  {[]string{"08:30:06Z", "08:30:06.283185z", "23:59:60Z", "15:59:60-08:00", "00:29:60+00:30"}, []string{"08:30:06", "24:00:00Z", "08:30:60Z", "08:30:06.Z", "8:30:06Z", "08:30:06+8:00", "08:60:06Z", "08:30:06+24:00"}},
		"date-time":             {[]string{"1963-06-19T08:30:06.283185Z", "1990-12-31T15:59:60-08:00", "1963-06-19t08:30:06z"}, []string{"1990-02-31T15:59:59Z", "06/19/1963 08:30:06 PST", "2013-350T01:01:01", "1963-06-19 08:30:06Z", ""}},
		"email":                 {[]string{"joe.bloggs@example.com"}, []string{"2962", "Joe <joe@example.com>", ""}},
		"hostname":              {[]string{"www.example.com", "a", "xn--4gbwdl.xn--wgbh1c", "example.com."}, []string{"-a", "a-", "a_b", "", "a..b", strings.Repeat("a", 64)}},
		"ipv4":                  {[]string{"192.168.0.1"}, []string{"256.1.1.1", "1.1.1", "::1", "01.1.1.1"}},
		"ipv6":                  {[]string{"::1", "::ffff:192.168.0.1"}, []string{"1.1.1.1", "fe80::1%eth0", "12345::"}},
		"uri":                   {[]string{"http://example.com/a?b#c", "urn:isbn:1"}, []string{"/relative", "http://example.com/a b", "http://[", "http://exämple.com"}},
		"uri-reference":         {[]string{"/relative", "#a", ""}, []string{"\\\\WINDOWS\\share", "a b"}},
		"json-pointer":          {[]string{"", "/a~1b/~0", "/"}, []string{"a", "/a~", "/a~2"}},
		"relative-json-pointer": {[]string{"0", "1/a", "0#"}, []string{"", "01", "-1/a", "0##"}},
		"regex":                 {[]string{"^a+$"}, []string{"("}},
		"unknown":               {[]string{"anything"}, nil},
	} {
		for _, s := range tc.good {
			require.Empty(t, check(t, fmt.Sprintf(`{%s,"format":%q}`, draft7, format), fmt.Sprintf("%q", s)), "%s %q", format, s)
		}
		for _, s := range tc.bad {
			require.NotEmpty(t, check(t, fmt.Sprintf(`{%s,"format":%q}`, draft7, format), fmt.Sprintf("%q", s)), "%s %q", format, s)
			require.Empty(t, check(t, fmt.Sprintf(`{"format":%q}`, format), fmt.Sprintf("%q", s)), "an annotation in 2020-12")
		}
	}
}

func TestABudgetThatIsTooSmall(t *testing.T) {
	s := compile(t, `{"items":{"allOf":[{"minimum":0},{"maximum":9}]}}`)
	value := decoded(t, `[`+strings.Repeat("5,", 99)+`5]`)
	for _, steps := range []int{0, 1, 10, 100} {
		found, more, err := s.Check(t.Context(), value, jsonschema.Budget{Steps: steps})
		require.True(t, jsonschema.OverBudget(err))
		require.Empty(t, found)
		require.Zero(t, more)
	}
	found, _, err := s.Check(t.Context(), value, jsonschema.Budget{Steps: 2000})
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestMessagesAreBounded(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	for _, found := range [][]jsonschema.Violation{
		check(t, `{"required":["`+long+`"]}`, `{}`), check(t, `{"additionalProperties":false}`, `{"`+long+`":1}`),
		check(t, `{"enum":["`+long+`"]}`, `1`), check(t, `{"pattern":"`+strings.Repeat("y", 5000)+`"}`, `"x"`),
	} {
		require.Len(t, found, 1)
		require.Less(t, len(found[0].Message), 300)
	}
	_, err := jsonschema.Compile(decoded(t, `{"properties":{"`+long+`":{"type":"`+long+`"}}}`), jsonschema.Limits{})
	require.Less(t, len(err.Error()), 1000)
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		`{"properties":{"a":{"$ref":"#"}},"unevaluatedProperties":{"type":"integer"}}`, `{"$id":"x:y","$anchor":"a","items":{"$ref":"#a"}}`,
		`{"enum":[1e5]}`, `{"oneOf":[{"pattern":"a+"},{"maxLength":3}]}`, `{"if":{"contains":{"const":1}},"then":{"uniqueItems":true}}`,
		`{"$schema":"http://json-schema.org/draft-04/schema#","minimum":5,"exclusiveMinimum":true,"items":[{}],"additionalItems":false}`,
	} {
		f.Add(seed, `{"a":{"b":[1,2.0,"x"]}}`)
	}
	f.Fuzz(func(t *testing.T, schema, value string) {
		var documents [2]any
		for i, text := range []string{schema, value} {
			if len(text) > 1000 || strings.Count(text, "[")+strings.Count(text, "{") > 60 {
				return
			}
			var err error
			if documents[i], err = decode(text); err != nil {
				return
			}
		}
		s, err := jsonschema.Compile(documents[0], jsonschema.Limits{Patterns: 1000, Number: 50})
		if err != nil {
			return
		}
		budget := jsonschema.Budget{Steps: 10_000, Violations: 3}
		first, more, err := s.Check(t.Context(), documents[1], budget)
		again, moreAgain, errAgain := s.Check(t.Context(), documents[1], budget)
		require.LessOrEqual(t, len(first), 3)
		require.Equal(t, err, errAgain)
		require.Equal(t, more, moreAgain)
		require.Equal(t, first, again)
	})
}
