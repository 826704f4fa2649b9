package bulkimport

import (
	"strings"

	"github.com/admincenter/admincenter/bulkimport/message"
)

// Reason is why something is suggested or proposed, for a translation: a code and what its message has.
type Reason struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

// reason makes one reason; code may have a variant.
func reason(code string, params ...any) Reason {
	s := unsaid(code, params...)
	return Reason{Code: s.code, Params: s.params}
}

// reasons are said one after the other.
type reasons []Reason

// in returns the reasons in a language, between commas.
func (r reasons) in(c message.Catalog) string {
	out := make([]string, len(r))
	for i, one := range r {
		text, _, ok := c.Render(message.Key(kindReason, one.Code, one.Params), one.Params)
		if !ok {
			text = one.Code
		}
		out[i] = text
	}
	return strings.Join(out, ", ")
}

// English returns the reasons in the language that they are kept in.
func (r reasons) english() string { return r.in(message.Catalog{}) }
