package bulkimport

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport/message"
	"github.com/admincenter/admincenter/internal/text"
)

// The kinds of messages, which their keys in a catalog begin with.
const (
	kindCell    = "cell"
	kindWarning = "warning"
	kindFile    = "file"
	kindMapping = "mapping"
	kindReason  = "reason"
)

// quoted is a text of a file that its message has between quotes: clipped, and with what cannot be seen escaped.
type quoted string

// said is a message in English, with what another language needs.
type said struct {
	code, message, hint string
	params              map[string]string
}

// say makes a message of the catalog's English one. code may have a variant; params are names and values.
func say(kind, code string, params ...any) said {
	s := unsaid(code, params...)
	out, hint, ok := message.Catalog{}.Render(message.Key(kind, s.code, s.params), s.params)
	if !ok {
		out = s.code // a test finds it
	}
	s.message, s.hint = message.Join(out, hint), hint
	return s
}

// unsaid is what a message is made of.
func unsaid(code string, params ...any) said {
	var s said
	var variant string
	s.code, variant = variantOf(code)
	if variant != "" || len(params) > 0 {
		s.params = make(map[string]string, len(params)/2+1)
	}
	if variant != "" {
		s.params[message.Variant] = variant
	}
	for i := 0; i+1 < len(params); i += 2 {
		s.params[params[i].(string)] = shown(params[i+1])
	}
	return s
}

// variantOf cuts a code of the catalog into that of an error and the variant of its message.
func variantOf(code string) (of, variant string) {
	of, variant, _ = strings.Cut(code, ".")
	return of, variant
}

// shown writes the value of a parameter.
func shown(v any) string {
	switch v := v.(type) {
	case quoted:
		q := strconv.Quote(admin.Clip(string(v)))
		return text.Visible(q[1 : len(q)-1])
	case string:
		return text.Visible(v)
	}
	return text.Visible(fmt.Sprint(v))
}

// unfit adds what is wrong with a mapping or with settings.
func unfit(p *admin.Problems, path, code string, params ...any) {
	s := say(kindMapping, code, params...)
	p.Add(path, s.code, "%s", s.message).Params = s.params
}

// unfitCell adds that a value which is read as a cell is cannot be read.
func unfitCell(p *admin.Problems, path string, wrong *problem) {
	s := wrong.said()
	if s.params == nil {
		s.params = map[string]string{}
	}
	s.params[message.Variant] = message.Key(kindCell, s.code, s.params)
	p.Add(path, admin.CodeFormat, "%s", s.message).Params = s.params
}
