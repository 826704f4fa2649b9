package settings_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

func parseSchema(t *testing.T, text string) settings.Schema {
	t.Helper()
	s, err := settings.ParseSchema(json.RawMessage(text))
	require.NoError(t, err)
	return s
}

// under creates a JSON setting with a schema.
func (o *office) under(name, schema, document string) (settings.Setting, error) {
	o.t.Helper()
	return o.Create(o.t.Context(), o.acme, settings.NewSetting{
		Entity: organization, Name: name, Value: value(o.t, settings.TypeJSON, document), Schema: parseSchema(o.t, schema),
	})
}

const tiers = `{
	"type": "object", "required": ["currency", "tiers"], "additionalProperties": false,
	"properties": {
		"currency": {"enum": ["EUR", "USD"]},
		"tiers": {"type": "array", "items": {"$ref": "#/$defs/tier"}}
	},
	"$defs": {"tier": {"type": "object", "properties": {"from": {"type": "integer", "minimum": 0}, "rate": {"multipleOf": 0.01}}}}
}`

func TestJSONMustMeetItsSchema(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s, err := o.under("tiers", tiers, `{"currency":"EUR","tiers":[{"from":0,"rate":0.07},{"from":9007199254740993,"rate":0.3}]}`)
	require.NoError(t, err)
	require.Equal(t, parseSchema(t, tiers), s.Schema)
	require.Contains(t, o.last().Changes, admin.Change{Field: "schema", To: fmt.Sprintf("%d bytes", len(s.Schema.Text()))})

	_, err = o.Update(t.Context(), o.acme, s.ID, 1, value(t, settings.TypeJSON, `{"currency":"GBP","tiers":[{"from":-1},{"from":1.5,"rate":0.005}],"a/b":1}`))
	require.Equal(t, []string{"/value", "/value/currency", "/value/tiers/0/from", "/value/tiers/1/from", "/value/tiers/1/rate"}, paths(t, err), "all of them, each with its place")
	require.ErrorContains(t, err, "/value/tiers/0/from: minimum: got -1, want 0")
	got, err := o.Get(t.Context(), o.acme, s.ID)
	require.NoError(t, err)
	require.Equal(t, s, got)

	s, err = o.Update(t.Context(), o.acme, s.ID, 1, value(t, settings.TypeJSON, `{"currency":"USD","tiers":[]}`))
	require.NoError(t, err)
	_, err = o.Update(t.Context(), o.acme, s.ID, 2, number(t, "1"))
	require.Equal(t, []string{"/schema"}, paths(t, err), "another type only without the schema")
	require.ErrorContains(t, err, "UpdateWithSchema")
	s, err = o.UpdateWithSchema(t.Context(), o.acme, s.ID, 2, number(t, "1"), settings.Schema{})
	require.NoError(t, err)
	require.True(t, s.Schema.IsZero())
	_, err = o.UpdateWithSchema(t.Context(), o.acme, s.ID, 3, value(t, settings.TypeJSON, `1`), parseSchema(t, `{"type":"string"}`))
	require.Equal(t, []string{"/value"}, paths(t, err), "the value under the new schema")
}

func TestSchemaOnlyWithJSON(t *testing.T) {
	o := newOffice(t, settings.Options{})
	for _, v := range []settings.Value{number(t, "1"), value(t, settings.TypeString, "1"), rule(t, "1")} {
		_, err := o.Create(t.Context(), o.acme, settings.NewSetting{Entity: organization, Name: "x", Value: v, Schema: parseSchema(t, `{}`)})
		require.Equal(t, []string{"/schema"}, paths(t, err))
	}
}

func TestParseSchemaRefuses(t *testing.T) {
	for reason, text := range map[string]string{
		"nothing":              ``,
		"no JSON":              `{"type"`,
		"a text":               `"string"`,
		"a number":             `1`,
		"an array":             `[]`,
		"more than may be":     `{"description":"` + strings.Repeat("x", settings.MaxSchema) + `"}`,
		"a key that is twice":  `{"type":"string","type":"number"}`,
		"nesting without end":  strings.Repeat(`{"not":`, settings.MaxDepth+1) + `{}` + strings.Repeat(`}`, settings.MaxDepth+1),
		"null":                 `null`,
		"two documents in one": `{}{}`,
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := settings.ParseSchema(json.RawMessage(text))
			require.ErrorIs(t, err, admin.ErrInvalid)
		})
	}
}

func TestSchemasThatCannotBeUsed(t *testing.T) {
	o := newOffice(t, settings.Options{})
	for _, tc := range []struct{ reason, schema, want string }{
		{"a type that does not exist", `{"type":"text"}`, "/type"},
		{"a keyword of another kind", `{"minimum":"0"}`, "/minimum"},
		{"a pattern that is none", `{"pattern":"("}`, "pattern"},
		{"a reference to nowhere", `{"$ref":"#/$defs/none"}`, "none"},
		{"a reference to a web page", `{"$ref":"https://example.com/s.json"}`, "nothing is loaded"},
		{"a reference to a file", `{"$ref":"file:///etc/passwd"}`, "nothing is loaded"},
		{"a reference relative to an id on the web", `{"$id":"https://example.com/","$ref":"s.json"}`, "nothing is loaded"},
		{"a dialect from elsewhere", `{"$schema":"https://example.com/dialect"}`, "nothing is loaded"},
		{"a schema that refers to itself for the same value", `{"$ref":"#"}`, "refers to itself"},
		{"one that does so over others", `{"allOf":[{"if":true,"then":{"anyOf":[{"not":{"$ref":"#"}}]}}]}`, "refers to itself"},
		{"two that refer to each other", `{"$ref":"#/$defs/a","$defs":{"a":{"oneOf":[{"$ref":"#/$defs/b"}]},"b":{"dependentSchemas":{"x":{"$ref":"#/$defs/a"}}}}}`, "refers to itself"},
		{"a dynamic reference", `{"$dynamicAnchor":"x","items":{"$dynamicRef":"#x"}}`, "$dynamicRef"},
		{"the drafts' own schema, which is recursive", `{"$ref":"https://json-schema.org/draft/2020-12/schema"}`, ""},
		{"a short pattern that is long", `{"pattern":"^` + strings.Repeat(`(a?){1000}`, 7) + `$"}`, "patterns have more than 20000 steps"},
		{"patterns that are long together", `{"pattern":"a{900}","patternProperties":{` + distinct(22, `"%[1]d{900}":{}`) + `}}`, "patterns have more than 20000 steps"},
		{"a number of a billion digits", `{"minimum":1e1000000000}`, "exponent"},
		{"a number with a billion zeros before it", `{"multipleOf":1e-1000000000}`, "exponent"},
		{"a number of a thousand digits", `{"minimum":` + strings.Repeat("9", 1000) + `}`, "characters"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			began := time.Now()
			_, err := o.under("x", tc.schema, `{"a":1}`)
			require.Equal(t, []string{"/schema"}, paths(t, err))
			require.ErrorContains(t, err, tc.want)
			require.Less(t, time.Since(began), 5*time.Second)
		})
	}
}

func TestValuesThatCannotBeChecked(t *testing.T) {
	o := newOffice(t, settings.Options{})
	_, err := o.under("x", `{"minimum":0}`, `1e1000000000`)
	require.ErrorContains(t, err, "exponent")
	_, err = o.under("x", `{"minimum":0}`, `[{"a":1e-401}]`)
	require.ErrorContains(t, err, "exponent")
	_, err = o.under("x", `{"minimum":0}`, `1e400`)
	require.NoError(t, err)

	// 2^20 checks of one value, in less than a kilobyte.
	doubling := `{"$ref":"#/$defs/s0","$defs":{`
	for i := range 20 {
		doubling += fmt.Sprintf(`"s%d":{"allOf":[{"$ref":"#/$defs/s%d"},{"$ref":"#/$defs/s%d"}]},`, i, i+1, i+1)
	}
	doubling += `"s20":{"type":"string"}}}`
	const draft7 = `"$schema":"http://json-schema.org/draft-07/schema#",`
	for _, tc := range []struct{ reason, schema, document string }{
		{"references that multiply", doubling, `{"a":1}`},
		{"references that multiply with each level", `{"properties":{"a":{"allOf":[{"$ref":"#"},{"$ref":"#"}]}}}`, strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40)},
		{"many keywords for many values", `{"items":{"allOf":[` + distinct(300, `{"minimum":-%d}`) + `]}}`, `[` + distinct(2_000, "%d") + `]`},
		{"many violations", `{"items":{"allOf":[` + distinct(100, `{"maximum":-%d}`) + `]}}`, `[` + distinct(2_000, "%d") + `]`},
		{"long patterns over a long text", `{"pattern":"^(a?){1000}b$"}`, `"` + strings.Repeat("a", 60_000) + `"`},
		{"many patterns over a long text", `{"allOf":[` + distinct(200, `{"pattern":"a|%d"}`) + `]}`, `"` + strings.Repeat("a", 60_000) + `"`},
		{"patterns over many keys", `{"patternProperties":{"^(a?){1000}b$":true}}`, `{` + distinct(6_000, `"k%d":0`) + `}`},
		{"texts that are patterns", `{` + draft7 + `"allOf":[` + distinct(200, `{"format":"regex","minLength":%d}`) + `]}`, `"` + strings.Repeat("a", 60_000) + `"`},
		{"large numbers divided", `{"items":{"allOf":[` + distinct(100, `{"multipleOf":1e-%d}`) + `]}}`, `[` + strings.Repeat("1e400,", 2_000) + `0]`},
		{"numbers divided by long ones", `{"items":{"allOf":[` + strings.Repeat(`{"multipleOf":1e-400},`, 99) + `{}]}}`, `[` + distinct(2_000, "%d") + `]`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := o.under("y", tc.schema, tc.document)
			require.Equal(t, []string{"/value"}, paths(t, err))
			require.ErrorContains(t, err, "too much to check")
		})
	}
	for i, tc := range []struct{ reason, schema, document string }{
		{"a usual pattern over a long text", `{"pattern":"^[a-z]+$"}`, `"` + strings.Repeat("a", 60_000) + `"`},
		{"a long enum of a long list", `{"items":{"enum":[` + distinct(2000, "%d") + `]}}`, `[` + distinct(2_000, "%d") + `]`},
		{"a usual schema of a long list", `{"items":{"type":"number","minimum":0,"multipleOf":0.01}}`, `[` + distinct(6_000, "%d.25") + `]`},
		{"a text that is a pattern", `{` + draft7 + `"format":"regex"}`, `"(a?){1000}"`},
	} {
		_, err := o.under(fmt.Sprint("fine", i), tc.schema, tc.document)
		require.NoError(t, err, tc.reason)
	}
	_, err = o.under("z", `{`+draft7+`"format":"regex"}`, `"("`)
	require.Equal(t, []string{"/value"}, paths(t, err))
}

// distinct lists n of something, distinguished by their number from 1.
func distinct(n int, format string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(format, i+1)
	}
	return strings.Join(list, ",")
}

func TestASchemaMayReferToItselfForParts(t *testing.T) {
	o := newOffice(t, settings.Options{})
	const tree = `{"type":"object","required":["name"],"additionalProperties":false,
		"properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#"}}}}`
	_, err := o.under("tree", tree, `{"name":"a","children":[{"name":"b","children":[{"name":"c"}]},{"name":"d"}]}`)
	require.NoError(t, err)
	_, err = o.under("bad", tree, `{"name":"a","children":[{"name":"b","children":[{"nome":"c"}]},{"name":1}]}`)
	require.Equal(t, []string{"/value/children/0/children/0", "/value/children/0/children/0", "/value/children/1/name"}, paths(t, err))
	require.ErrorContains(t, err, `additional properties "nome" are not allowed`)
	require.ErrorContains(t, err, `missing properties "name"`)

	const alternating = `{"$ref":"#/$defs/a","$defs":{"a":{"items":{"$ref":"#/$defs/b"}},"b":{"not":{"$ref":"#/$defs/a"}}}}`
	_, err = o.under("alternating", alternating, `[[]]`)
	require.Equal(t, []string{"/value/0"}, paths(t, err), "the empty array is an a")
}

func TestManyViolationsAreBounded(t *testing.T) {
	o := newOffice(t, settings.Options{})
	_, err := o.under("x", `{"items":{"type":"string","maxLength":1}}`, `[`+strings.Repeat("0,", 499)+`"`+strings.Repeat("secret", 100)+`"]`)
	require.Len(t, paths(t, err), settings.MaxViolations+1)
	require.ErrorContains(t, err, "400 more")
	require.Less(t, len(err.Error()), 20_000)
}

// A document of 64 KiB whose every item breaks ten rules.
const (
	tenRules = `{"items":{"allOf":[{"minimum":9},{"minimum":10},{"minimum":11},{"minimum":12},{"minimum":13},{"minimum":14},{"minimum":15},{"minimum":16},{"minimum":17},{"minimum":18}]}}`
	manyFive = 32_000
)

func TestManyViolationsTakeNoMemory(t *testing.T) {
	o := newOffice(t, settings.Options{})
	document := `[` + strings.Repeat("5,", manyFive-1) + `5]`
	allocated := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			_, err := o.under("x", tenRules, document)
			require.Equal(t, []string{"/value"}, paths(t, err))
			require.ErrorContains(t, err, "too much to check")
		}
	}).AllocedBytesPerOp()
	require.Less(t, allocated, int64(100<<20), "bytes; each violation that is made takes 1,500")
}

func TestACheckAgainstASchemaEndsWithItsContext(t *testing.T) {
	o := newOffice(t, settings.Options{})
	document := `[` + strings.Repeat("5,", manyFive-1) + `5]`
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := o.Create(ctx, o.acme, settings.NewSetting{
		Entity: organization, Name: "x", Value: value(t, settings.TypeJSON, document), Schema: parseSchema(t, tenRules),
	})
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, admin.ErrInvalid)
}

func TestLongChecksMayNotBeNegative(t *testing.T) {
	_, err := settings.NewService(settings.Ports{}, settings.Options{LongChecks: -1})
	require.ErrorContains(t, err, "/longChecks")
}

func TestSchemasOfEveryDraft(t *testing.T) {
	o := newOffice(t, settings.Options{})
	for i, draft := range []string{
		"http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema#", "http://json-schema.org/draft-07/schema#",
		"https://json-schema.org/draft/2019-09/schema", "https://json-schema.org/draft/2020-12/schema",
	} {
		schema := fmt.Sprintf(`{"$schema":%q,"definitions":{"n":{"type":"integer"}},"properties":{"a":{"$ref":"#/definitions/n"},"b":{"items":{"type":"string"}}},"additionalProperties":{"type":"null"},"dependencies":{"a":["b"],"b":{"minProperties":2}}}`, draft)
		_, err := o.under(fmt.Sprint("ok", i), schema, `{"a":1,"b":["x"],"c":null}`)
		require.NoError(t, err, draft)
		_, err = o.under(fmt.Sprint("bad", i), schema, `{"a":"1","b":[1],"c":2}`)
		require.Equal(t, []string{"/value/a", "/value/b/0", "/value/c"}, paths(t, err), draft)
	}
}

func FuzzSchema(f *testing.F) {
	for _, seed := range []string{tiers, `true`, `{"$ref":"#"}`, `{"$id":"x:y","$anchor":"a","$ref":"#a"}`, `{"enum":[1e5]}`, `{"items":[{"$ref":"#/items/1"},{}]}`} {
		f.Add(seed, `{"tiers":[{"from":1}]}`)
	}
	f.Fuzz(func(t *testing.T, schema, document string) {
		o := newOffice(t, settings.Options{})
		s, err := settings.ParseSchema(json.RawMessage(schema))
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			return
		}
		again, err := settings.ParseSchema(json.RawMessage(s.Text()))
		require.NoError(t, err)
		require.Equal(t, s, again)
		v, err := settings.JSON(json.RawMessage(document))
		if err != nil {
			return
		}
		if _, err := o.Create(t.Context(), o.acme, settings.NewSetting{Entity: organization, Name: "x", Value: v, Schema: s}); err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
		}
	})
}
