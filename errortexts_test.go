package admincenter_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/settings/jsonlogic"
	"github.com/admincenter/admincenter/settings/jsonlogic/jsonlogicv3"
	"github.com/admincenter/admincenter/token"
)

// parsers lists what reads a text from outside, by name. The text is given as it is, and as a key and a value within
// what the parser expects.
func parsers(h *house) map[string]func(s string) error {
	ctx, scope := h.t.Context(), h.ann.Scope
	upload := func(s string) error {
		_, err := h.Imports.Upload(ctx, scope, bulkimport.UploadInput{
			Type: bulkimport.CustomersType, FileName: "a.csv", Content: strings.NewReader(s),
		})
		return err
	}
	asJSON := func(v any) func(string) error { return func(s string) error { return json.Unmarshal([]byte(s), v) } }
	all := map[string]func(string) error{
		"decimal":  func(s string) error { _, err := admin.ParseDecimal(s); return err },
		"email":    func(s string) error { _, err := people.ParseEmail(s); return err },
		"cycle":    func(s string) error { _, err := priceplan.ParseCycle(s); return err },
		"offset":   func(s string) error { _, err := priceplan.ParseOffset(s); return err },
		"token":    func(s string) error { _, _, err := token.Parse(admin.NewSecret(s)); return err },
		"currency": func(s string) error { _, err := iso4217.Parse(iso4217.Code(s)); return err },
		"money":    func(s string) error { _, err := currency.ParseMoney(s); return err },
		"amount":   func(s string) error { _, err := currency.ParseMoney(s + " EUR"); return err },
		"code":     func(s string) error { _, err := currency.ParseMoney("12.50 " + s); return err },
		"total":    asJSON(&currency.Money{}),
		"org":      func(s string) error { return admin.OrgID(s).Check() },
		"schema":   func(s string) error { _, err := settings.ParseSchema([]byte(s)); return err },
		"v3 rule":  func(s string) error { _, err := jsonlogicv3.NewEvaluator().Compile(ctx, []byte(s)); return err },
		"rule":     func(s string) error { _, err := jsonlogic.Compile([]byte(s), jsonlogic.Options{}); return err },
		"file":     upload,
		"cursor": func(s string) error {
			_, err := h.Tokens.List(ctx, scope, token.Filter{}, admin.Query{After: admin.Cursor(s)})
			return err
		},
		"plan":      asJSON(&priceplan.NewPlan{}),
		"customer":  asJSON(&customer.Edit{}),
		"account":   asJSON(&customer.AccountEdit{}),
		"setting":   asJSON(&settings.NewSetting{}),
		"user":      asJSON(&people.User{}),
		"mapping":   asJSON(&bulkimport.Mapping{}),
		"enriching": asJSON(&enrich.Enrichment{}),
		"map": func(s string) error {
			_, err := h.Imports.SetMapping(ctx, scope, h.imported, 1, bulkimport.Mapping{s: bulkimport.Constant(s)},
				bulkimport.Settings{Optional: []string{s}, Blank: []string{s}, Mode: bulkimport.Mode(s)})
			return err
		},
		"under a schema": func(s string) error {
			v, err := settings.JSON([]byte(s))
			if err != nil {
				return err
			}
			schema, err := settings.ParseSchema([]byte(`{"additionalProperties":{"type":"integer","enum":[1]},"items":{"const":1}}`))
			if err != nil {
				return err
			}
			_, err = h.Settings.Create(ctx, scope, settings.NewSetting{
				Entity: settings.Entity{Kind: settings.Organization}, Name: uuid.NewString(), Value: v, Schema: schema,
			})
			return err
		},
	}
	for _, t := range settings.Types() {
		all["value "+string(t)] = func(s string) error { _, err := settings.ParseValue(t, s); return err }
	}
	return all
}

// around puts a text where documents have texts.
func around(s string) []string {
	quoted, _ := json.Marshal(strings.ToValidUTF8(s, "\ufffd"))
	q := string(quoted)
	raw := `"` + s + `"`
	return []string{
		s, q, raw, `{` + q + `:` + q + `}`, `{` + raw + `:1,` + raw + `:1}`, `[` + q + `]`, `{"var":` + raw + `}`, `{"+":[1,{` + q + `:[1]}]}`,
		`{"type":` + q + `}`, `{"$ref":` + q + `}`, `{"properties":{` + q + `:{"type":` + q + `}}}`, `{"name":` + q + `,"status":[` + q + `]}`,
		`{"pricingCycleConfig":` + q + `}`, `{"pricingCycleConfig":{"interval":` + q + `}}`, `{"dataType":` + q + `,"value":"1"}`,
		`{"pattern":` + q + `}`, `{` + q + `:[1`, s + "," + s + "\n1,2\n", "id,name\n\"" + s,
	}
}

// checkErrorTexts requires of every parser that its error about a text can be shown and logged.
func checkErrorTexts(t *testing.T, all map[string]func(string) error, s string) {
	t.Helper()
	for name, parse := range all {
		for _, document := range around(s) {
			err := parse(document)
			if err == nil {
				continue
			}
			require.Empty(t, unsafe(err), "%s of %q", name, document)
			require.True(t, utf8.ValidString(err.Error()))
			require.Less(t, len(err.Error()), 64<<10)
		}
	}
}

func newParsers(t *testing.T) map[string]func(string) error {
	t.Helper()
	h := newHouse(t, admincenter.Options{})
	i, err := h.Imports.Upload(t.Context(), h.ann.Scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "file.csv", Content: strings.NewReader("id,name,primary_email\n"),
	})
	require.NoError(t, err)
	h.imported = i.ID
	return parsers(h)
}

// A key or a value that a caller chose cannot forge a line of a log or turn the text around it, in no parser's error.
func TestErrorsOfParsersCanBeShown(t *testing.T) {
	all := newParsers(t)
	for _, bad := range hostileTexts() {
		t.Run(bad.reason, func(t *testing.T) { checkErrorTexts(t, all, bad.text) })
	}
	for _, s := range []string{"\u2028", "\u200d", "\ufe0f", "\u00ad", `\u202e`, `\n`, `\ud800`, "\u2800", "a@\u3164.com", "1\u3164", "\x85"} {
		t.Run(strconv.Quote(s), func(t *testing.T) { checkErrorTexts(t, all, s) })
	}
}

func FuzzErrorTexts(f *testing.F) {
	for _, bad := range hostileTexts() {
		f.Add(bad.text)
	}
	f.Add(`\u202e`)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 200 {
			return
		}
		checkErrorTexts(t, newParsers(t), s)
	})
}
