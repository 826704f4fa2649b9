package sqlstore

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
)

// Small JSON is read on every row of a list, where encoding/json takes as long as the database. What it
// writes is read here without it, unless a text in it is escaped.

// readTexts reads a JSON object of texts.
func readTexts(text string, into *map[string]string) error {
	r := jsonReader{rest: text}
	out := map[string]string{}
	if r.plain() {
		r.object(func(key, value string) bool { out[key] = value; return true })
	}
	if !r.done() {
		return json.Unmarshal([]byte(text), into)
	}
	*into = out
	return nil
}

// readChanges reads the changes of an audit record.
func readChanges(text string, into *[]admin.Change) error {
	r := jsonReader{rest: text}
	out := make([]admin.Change, 0, strings.Count(text, "{"))
	if r.plain() {
		r.expect('[')
		for first := true; first || r.byte(','); first = false {
			var c admin.Change
			r.object(func(key, value string) bool {
				switch key {
				case "field":
					c.Field = value
				case "from":
					c.From = value
				case "to":
					c.To = value
				default:
					return false
				}
				return true
			})
			out = append(out, c)
		}
		r.expect(']')
	}
	if !r.done() {
		return json.Unmarshal([]byte(text), into)
	}
	*into = out
	return nil
}

// jsonReader reads JSON that has neither blanks between its parts nor escapes.
type jsonReader struct {
	rest string
	bad  bool
}

// plain reports whether there are texts that stand for themselves, and makes everything fail otherwise.
func (r *jsonReader) plain() bool {
	r.bad = r.rest == "" || strings.IndexByte(r.rest, '\\') >= 0 || !utf8.ValidString(r.rest) ||
		strings.ContainsFunc(r.rest, func(c rune) bool { return c < ' ' })
	return !r.bad
}

// done reports whether all was read, and nothing else found.
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
