package message

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/admincenter/admincenter/internal/text"
)

// Variant is the name of the parameter that has which of a code's messages is meant. No template shows it.
const Variant = "variant"

// cellPrefix begins the keys of messages about cells, and workbookPrefix those about workbooks. One of them as a
// variant is a whole key: that of a constant in a mapping, for example, which is read as a cell is.
const (
	cellPrefix     = "cell."
	workbookPrefix = "workbook."
)

// A parameter whose name ends with Word is what the catalog calls something, such as a comma: the value is the name
// behind word. in a key.
const (
	wordPrefix = "word."
	wordSuffix = "Word"
)

// Template is one message. A parameter is its name in braces: "{value} is not a date".
type Template struct {
	Text string
	Hint string // what would be right, behind Text and a colon; empty for none
	// Count is the name of the parameter whose number chooses among Forms; empty if there is one form.
	Count string
	// Forms are used in place of Text for numbers of a plural form; the others have Text.
	Forms map[Form]string
}

// Form is a plural form of a language, as the Unicode CLDR has it. Which numbers are of which form depends on the
// language: German has One, Polish has One, Few and Many.
type Form string

// The forms, besides "other", which is Template.Text.
const (
	Zero Form = "zero"
	One  Form = "one"
	Two  Form = "two"
	Few  Form = "few"
	Many Form = "many"
)

// Catalog is the messages of a language. The zero Catalog is English. It is safe for concurrent use as long as nothing
// changes its maps.
type Catalog struct {
	Language  string // as in BCP 47: "de"; it decides about plural forms
	Templates map[string]Template
}

// Key returns the key of a message, of a kind such as "cell", with a code and parameters.
func Key(kind, code string, params map[string]string) string {
	variant := params[Variant]
	switch {
	case variant == "":
		return kind + "." + code
	case strings.HasPrefix(variant, cellPrefix), strings.HasPrefix(variant, workbookPrefix):
		return variant
	}
	return kind + "." + code + "." + variant
}

// Render returns the message of a key, and its hint. What the catalog has not, or not for the parameters that there
// are, is English; ok is false if English has it not either, as with a host's own code. Values are put in as text:
// braces in them mean nothing, and what cannot be seen is escaped.
func (c Catalog) Render(key string, params map[string]string) (message, hint string, ok bool) {
	if t, has := c.Templates[key]; has {
		if message, hint, ok = t.render(c, params); ok {
			return message, hint, true
		}
	}
	if e := source(key); e != nil {
		return Template{Text: e.text, Hint: e.hint}.render(Catalog{Language: "en"}, params)
	}
	return "", "", false
}

// word returns what a catalog calls a thing, such as word.comma, or the value itself.
func (c Catalog) word(value string) string {
	key := wordPrefix + value
	if t, has := c.Templates[key]; has && t.Text != "" {
		return t.Text
	}
	if e := source(key); e != nil {
		return e.text
	}
	return value
}

// Join puts a hint behind a message.
func Join(message, hint string) string {
	if hint == "" {
		return message
	}
	return message + ": " + hint
}

func (t Template) render(c Catalog, params map[string]string) (message, hint string, ok bool) {
	if message, ok = c.fill(t.form(c.Language, params), params); !ok {
		return "", "", false
	}
	hint, ok = c.fill(t.Hint, params)
	return message, hint, ok
}

// form returns the text for the number that there is.
func (t Template) form(lang string, params map[string]string) string {
	n, err := strconv.ParseUint(params[t.Count], 10, 31)
	if err != nil || len(t.Forms) == 0 {
		return t.Text
	}
	tag, err := language.Parse(lang)
	if err != nil {
		return t.Text
	}
	names := map[plural.Form]Form{plural.Zero: Zero, plural.One: One, plural.Two: Two, plural.Few: Few, plural.Many: Many}
	if form, has := t.Forms[names[plural.Cardinal.MatchPlural(tag, int(n), 0, 0, 0, 0)]]; has {
		return form
	}
	return t.Text
}

// fill puts parameters in, in one pass. It fails for one that is not there.
func (c Catalog) fill(template string, params map[string]string) (string, bool) {
	var b strings.Builder
	for {
		before, name, rest, found := cut(template)
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		value, has := params[name]
		if !has {
			return "", false
		}
		if strings.HasSuffix(name, wordSuffix) {
			value = c.word(value)
		}
		b.WriteString(text.Visible(value))
		template = rest
	}
}

// cut cuts a template around its first parameter. Braces that are around no name are text.
func cut(template string) (before, name, rest string, found bool) {
	for from := 0; ; {
		open := strings.IndexByte(template[from:], '{')
		if open < 0 {
			return template, "", "", false
		}
		open += from
		end := strings.IndexByte(template[open:], '}')
		if end < 0 {
			return template, "", "", false
		}
		if name = template[open+1 : open+end]; named(name) {
			return template[:open], name, template[open+end+1:], true
		}
		from = open + 1
	}
}

func named(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzW") == ""
}

// Names returns the names of the parameters of a template, sorted, each once.
func (t Template) Names() []string {
	names := map[string]bool{}
	for _, one := range append(slices.Collect(maps.Values(t.Forms)), t.Text, t.Hint) {
		for {
			_, name, rest, found := cut(one)
			if !found {
				break
			}
			names[name] = true
			one = rest
		}
	}
	return slices.Sorted(maps.Keys(names))
}
