package sqlstore

import (
	"strings"
	"unicode/utf8"
)

// Small JSON is read on every row of a list, and encoding/json takes as long as the database. What it
// writes is read here without it, if no text in it is escaped.

// plainTexts reads a JSON object of texts.
func plainTexts(text string) (map[string]string, bool) {
	r := newJSONReader(text)
	out := map[string]string{}
	r.object(func(key, value string) bool { out[key] = value; return true })
	return out, r.done()
}

// plainChanges reads what writeChanges wrote.
func plainChanges(text string) ([]storedChange, bool) {
	list, ok := strings.CutPrefix(text, `{"v":1,"changes":[`)
	r := newJSONReader(list)
	out := make([]storedChange, 0, strings.Count(list, "{"))
	for first := true; ok && (first || r.byte(',')); first = false {
		var c storedChange
		r.object(func(key, value string) bool {
			switch key {
			case "field":
				c.Field = value
			case "from":
				c.From = value
			case "to":
				c.To = value
			case "personal":
				c.Personal = value
			default:
				return false
			}
			return true
		})
		out = append(out, c)
	}
	r.expect(']')
	r.expect('}')
	return out, ok && r.done()
}

// jsonReader reads JSON that has neither blanks between its parts nor escapes.
type jsonReader struct {
	rest string
	bad  bool
}

// newJSONReader returns a reader of text. It fails if a part of the text is escaped or invalid.
func newJSONReader(text string) *jsonReader {
	return &jsonReader{rest: text, bad: strings.IndexByte(text, '\\') >= 0 || !utf8.ValidString(text) ||
		strings.ContainsFunc(text, func(c rune) bool { return c < ' ' })}
}

// done reports whether all was read and was as expected.
func (r *jsonReader) done() bool { return !r.bad && r.rest == "" }

// byte reads a byte, if it is the next.
func (r *jsonReader) byte(c byte) bool {
	if r.bad || r.rest == "" || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

func (r *jsonReader) expect(c byte) { r.bad = !r.byte(c) }

// text reads a text in quotes.
func (r *jsonReader) text() (s string) {
	r.expect('"')
	end := strings.IndexByte(r.rest, '"')
	if r.bad || end < 0 {
		r.bad = true
		return ""
	}
	s, r.rest = r.rest[:end], r.rest[end+1:]
	return s
}

// object reads an object of texts, of which set refuses those that it does not know.
func (r *jsonReader) object(set func(key, value string) bool) {
	r.expect('{')
	if r.byte('}') {
		return
	}
	for first := true; first || r.byte(','); first = false {
		key := r.text()
		if !r.bad {
			r.expect(':')
		}
		value := r.text()
		if r.bad || !set(key, value) {
			r.bad = true
			return
		}
	}
	r.expect('}')
}
