package message_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport/message"
)

// values gives each parameter of a template its own name as a value.
func values(t message.Template) map[string]string {
	out := map[string]string{}
	for _, name := range t.Names() {
		out[name] = "<" + name + ">"
	}
	return out
}

func TestEveryMessageOfEveryLanguageIsFilledWhole(t *testing.T) {
	for _, c := range []message.Catalog{message.English(), message.German()} {
		for key, one := range c.Templates {
			params := values(one)
			for _, count := range []string{"0", "1", "2", "1000000"} {
				if one.Count != "" {
					params[one.Count] = count
				}
				text, hint, ok := c.Render(key, params)
				require.True(t, ok, key)
				require.NotEmpty(t, text, key)
				require.NotContains(t, text+hint, "{", "%s has no parameter that stays: %s", key, text)
				require.NotContains(t, text+hint, "}", key)
			}
		}
	}
}

func TestGermanIsComplete(t *testing.T) {
	require.Empty(t, message.German().Check())
	english, german := message.English(), message.German()
	require.Equal(t, slices.Sorted(maps.Keys(english.Templates)), slices.Sorted(maps.Keys(german.Templates)))
	for key, one := range german.Templates {
		e := english.Templates[key]
		require.NotEqual(t, e.Text, one.Text, "%s is translated", key)
		require.Equal(t, e.Hint == "", one.Hint == "", "%s has a hint in both or in none", key)
		require.Equal(t, dropped(e), dropped(one), "%s has the same parameters", key)
		require.Equal(t, strings.TrimSpace(one.Text), one.Text, key)
		require.NotContains(t, one.Text+one.Hint, "  ", key)
		require.False(t, strings.HasSuffix(one.Text, "."), "%s is no whole paragraph", key)
		require.Equal(t, strings.Count(one.Text+one.Hint, "„"), strings.Count(one.Text+one.Hint, "“"), "%s closes its quotes", key)
	}
}

// dropped are the parameters of the text that is used for most numbers.
func dropped(t message.Template) []string {
	return message.Template{Text: t.Text, Hint: t.Hint}.Names()
}

func TestGermanCounts(t *testing.T) {
	for _, tc := range []struct{ reason, count, want string }{
		{"one", "1", "In einer Zelle steht NULL: wenn das leer bedeutet, legen Sie das in den Einstellungen des Imports fest"},
		{"several", "2", "In 2 Zellen steht NULL: wenn das leer bedeutet, legen Sie das in den Einstellungen des Imports fest"},
		{"none", "0", "In 0 Zellen steht NULL: wenn das leer bedeutet, legen Sie das in den Einstellungen des Imports fest"},
		{"what is no number", "some", "In some Zellen steht NULL: wenn das leer bedeutet, legen Sie das in den Einstellungen des Imports fest"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			text, hint, ok := message.German().Render("warning.null_words", map[string]string{"count": tc.count, "word": "NULL"})
			require.True(t, ok)
			require.Equal(t, tc.want, text)
			require.Empty(t, hint)
		})
	}
}

func TestPluralFormsAreThoseOfTheLanguage(t *testing.T) {
	polish := message.Catalog{Language: "pl", Templates: map[string]message.Template{"warning.null_words": {
		Text: "{count} other {word}", Count: "count",
		Forms: map[message.Form]string{message.One: "one {word}", message.Few: "{count} few {word}", message.Many: "{count} many {word}"},
	}}}
	require.NotContains(t, polish.Check(), message.Problem{Key: "warning.null_words", Code: message.UnknownParameter})
	for count, want := range map[string]string{"1": "one x", "2": "2 few x", "5": "5 many x", "22": "22 few x", "1.5": "1.5 other x"} {
		text, _, ok := polish.Render("warning.null_words", map[string]string{"count": count, "word": "x"})
		require.True(t, ok)
		require.Equal(t, want, text)
	}
	polish.Language = "?"
	text, _, _ := polish.Render("warning.null_words", map[string]string{"count": "1", "word": "x"})
	require.Equal(t, "1 other x", text, "without a language the text is that of most numbers")
}

func TestWhatACatalogLacksIsEnglish(t *testing.T) {
	own := message.Catalog{Language: "fr", Templates: map[string]message.Template{
		"cell.invalid_date":  {Text: "« {value} » n'est pas une date", Hint: "écrivez AAAA-MM-JJ"},
		"cell.invalid_email": {Text: "« {adresse} » n'est pas une adresse"}, // no such parameter
		"cell.credit_hold":   {Text: "le client {id} est bloqué"},
	}}
	for _, tc := range []struct {
		reason, key string
		params      map[string]string
		text, hint  string
		ok          bool
	}{
		{"a message that it has", "cell.invalid_date", map[string]string{"value": "x"}, "« x » n'est pas une date", "écrivez AAAA-MM-JJ", true},
		{"one that it has not", "cell.invalid_bool", map[string]string{"value": "x"}, `"x" is neither yes nor no`,
			"write true or false, or say in the column's values what it means", true},
		{"a variant that it has not is not the message without one", "cell.ambiguous_date.century", map[string]string{"value": "x"},
			`"x" does not name the century`, "write the year with four digits, or choose the column's pivot of years", true},
		{"one with a parameter that there is not", "cell.invalid_email", map[string]string{"value": "x"},
			`"x" is not an e-mail address`, "write it as name@domain, without a display name", true},
		{"a code of the host's own", "cell.credit_hold", map[string]string{"id": "c1"}, "le client c1 est bloqué", "", true},
		{"a code of the host's own without its parameter", "cell.credit_hold", nil, "", "", false},
		{"a code that nothing has", "cell.unheard", nil, "", "", false},
		{"English without its parameter", "cell.invalid_bool", nil, "", "", false},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			text, hint, ok := own.Render(tc.key, tc.params)
			require.Equal(t, tc.ok, ok)
			require.Equal(t, tc.text, text)
			require.Equal(t, tc.hint, hint)
		})
	}
}

func TestCheckFindsWhatIsWrongWithACatalog(t *testing.T) {
	lacking := message.German()
	delete(lacking.Templates, "cell.required")
	for _, tc := range []struct {
		reason string
		change func(*message.Catalog)
		own    []string
		want   []message.Problem
	}{
		{"a message that is not there", func(c *message.Catalog) { delete(c.Templates, "cell.range") }, nil,
			[]message.Problem{{Key: "cell.range", Code: message.MissingKey}}},
		{"a key that does not exist", set("cell.invalid_dat", message.Template{Text: "x"}), nil,
			[]message.Problem{{Key: "cell.invalid_dat", Code: message.UnknownKey}}},
		{"a variant that does not exist", set("cell.invalid_date.day", message.Template{Text: "x"}), nil,
			[]message.Problem{{Key: "cell.invalid_date.day", Code: message.UnknownKey}}},
		{"a code of the host's own", set("cell.credit_hold", message.Template{Text: "{id}"}), []string{"credit_hold"}, nil},
		{"a variant of the host's own", set("cell.credit_hold.partly", message.Template{Text: "{id}"}), []string{"credit_hold"}, nil},
		{"a code of the host's own that is not listed", set("cell.credit_hold", message.Template{Text: "{id}"}), nil,
			[]message.Problem{{Key: "cell.credit_hold", Code: message.UnknownKey}}},
		{"a host's own code is one of cells", set("file.credit_hold", message.Template{Text: "{id}"}), []string{"credit_hold"},
			[]message.Problem{{Key: "file.credit_hold", Code: message.UnknownKey}}},
		{"a parameter that does not exist", set("cell.required", message.Template{Text: "{feld} fehlt"}), nil,
			[]message.Problem{{Key: "cell.required", Code: message.UnknownParameter, Detail: "feld"}}},
		{"a parameter of a hint that does not exist", set("cell.required", message.Template{Text: "{field} fehlt", Hint: "{wert}"}), nil,
			[]message.Problem{{Key: "cell.required", Code: message.UnknownParameter, Detail: "wert"}}},
		{"a parameter of a form that does not exist", set("cell.required", message.Template{Text: "{field} fehlt",
			Forms: map[message.Form]string{message.One: "{eins}"}}), nil,
			[]message.Problem{{Key: "cell.required", Code: message.UnknownParameter, Detail: "eins"}}},
		{"a count that does not exist", set("cell.required", message.Template{Text: "{field} fehlt", Count: "n"}), nil,
			[]message.Problem{{Key: "cell.required", Code: message.UnknownParameter, Detail: "n"}}},
		{"a form that does not exist", set("cell.required", message.Template{Text: "{field} fehlt",
			Forms: map[message.Form]string{"dual": "x"}}), nil,
			[]message.Problem{{Key: "cell.required", Code: message.UnknownForm, Detail: "dual"}}},
		{"no text", set("cell.required", message.Template{Hint: "x"}), nil, []message.Problem{{Key: "cell.required", Code: message.EmptyText}}},
		{"a language that does not exist", func(c *message.Catalog) { c.Language = "1" }, nil,
			[]message.Problem{{Code: message.UnknownLanguage, Detail: "1"}}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			c := message.German()
			tc.change(&c)
			require.Equal(t, tc.want, c.Check(tc.own...))
		})
	}
	require.Equal(t, "MISSING_KEY cell.required", lacking.Check()[0].String())
	empty := message.Catalog{Language: "fr"}
	require.Len(t, empty.Check(), len(message.English().Templates), "all of it is missing")
}

func set(key string, t message.Template) func(*message.Catalog) {
	return func(c *message.Catalog) { c.Templates[key] = t }
}

func TestEnglishIsACopy(t *testing.T) {
	c := message.English()
	require.Empty(t, c.Check())
	c.Templates["cell.required"] = message.Template{Text: "changed"}
	text, _, _ := message.Catalog{}.Render("cell.required", map[string]string{"field": "name"})
	require.Equal(t, "name is required", text)
	require.Equal(t, "name is required", message.English().Templates["cell.required"].Text[:0]+text)
}

func TestEverySourceIsFound(t *testing.T) {
	for key, one := range message.English().Templates {
		text, _, ok := message.Catalog{}.Render(key, values(one))
		require.True(t, ok, "%s is found, so the source is sorted", key)
		require.NotEmpty(t, text)
	}
}

func TestHostileValuesArePutInAsText(t *testing.T) {
	for _, tc := range []struct{ reason, value, want string }{
		{"a placeholder is not filled again", "{value}", `"{value}" is not a date`},
		{"another parameter's name", "{secret}", `"{secret}" is not a date`},
		{"braces", "}{{{", `"}{{{" is not a date`},
		{"what would end the text", `"\`, `""\" is not a date`},
		{"a direction mark", "a\u202eb", `"a\u202eb" is not a date`},
		{"a control character", "a\x1b[31mb", `"a\u001b[31mb" is not a date`},
		{"a line break", "a\nb", `"a\u000ab" is not a date`},
		{"a byte that is no text", "a\xffb", `"a\xffb" is not a date`},
		{"a format directive", "%s%d%!", `"%s%d%!" is not a date`},
		{"nothing", "", `"" is not a date`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			params := map[string]string{"value": tc.value, "secret": "never"}
			text, _, ok := message.Catalog{}.Render("cell.invalid_date", params)
			require.True(t, ok)
			require.Equal(t, tc.want, text)
		})
	}
}

func TestWordsAreTheCatalogs(t *testing.T) {
	params := map[string]string{"cells": "3", "header": "2", "delimiterWord": "comma"}
	_, hint, _ := message.Catalog{}.Render("cell.wrong_column_count.more", params)
	require.Equal(t, "is there a comma in a cell that is not quoted?", hint)
	_, hint, _ = message.German().Render("cell.wrong_column_count.more", params)
	require.Equal(t, "Steht ein Trennzeichen (Komma) in einer Zelle ohne Anführungszeichen?", hint)
	params["delimiterWord"] = `"~"`
	_, hint, _ = message.German().Render("cell.wrong_column_count.more", params)
	require.Equal(t, `Steht ein Trennzeichen ("~") in einer Zelle ohne Anführungszeichen?`, hint, "what has no word is itself")
	params["delimiterWord"] = "comma"
	_, hint, _ = message.Catalog{Language: "fr"}.Render("cell.wrong_column_count.more", params)
	require.Contains(t, hint, "comma", "a word that a catalog lacks is English")
}

func TestKeys(t *testing.T) {
	for _, tc := range []struct {
		reason, kind, code string
		params             map[string]string
		want               string
	}{
		{"a code", "cell", "required", nil, "cell.required"},
		{"a variant", "cell", "ambiguous_date", map[string]string{"variant": "century"}, "cell.ambiguous_date.century"},
		{"a cell's message in a mapping", "mapping", "format", map[string]string{"variant": "cell.invalid_date"}, "cell.invalid_date"},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, message.Key(tc.kind, tc.code, tc.params)) })
	}
}

// FuzzRender has any values for a message: each is in it once, as text, and no parameter stays.
func FuzzRender(f *testing.F) {
	for _, v := range []string{"x", "{count}", "{word}", "\u202e", "\x00", "{{word}}", "Word"} {
		f.Add(v, "7")
	}
	f.Fuzz(func(t *testing.T, word, count string) {
		params := map[string]string{"word": word, "count": count}
		for _, c := range []message.Catalog{{}, message.German()} {
			text, _, ok := c.Render("warning.null_words", params)
			require.True(t, ok)
			again, _, _ := c.Render("warning.null_words", map[string]string{"word": "\x00", "count": count})
			before, after, _ := strings.Cut(again, `\u0000`)
			require.True(t, strings.HasPrefix(text, before) && strings.HasSuffix(text, after), "the rest does not depend on the value")
		}
	})
}
