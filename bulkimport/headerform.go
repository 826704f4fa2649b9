package bulkimport

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// headerForm is the form in which headers of two files are compared, which is the one that the matcher compares them
// with names in: the words, in lower case and without accents. A header without words is compared as it is.
func headerForm(header string) string {
	if utf8.RuneCountInString(header) <= maxHeaderRunes {
		if joined := strings.Join(words(header), ""); joined != "" {
			return joined
		}
	}
	return normal(trim(header))
}

// MissingReason is why a column of a saved mapping is not found in a file.
type MissingReason string

// The reasons.
const (
	HeaderMissing MissingReason = "MISSING" // no column has the header
	// HeaderAmbiguous is that the file has the header more often, or less often, than the file that it was saved from.
	HeaderAmbiguous MissingReason = "AMBIGUOUS"
	// HeaderNameless is that the column has no header, and the columns are not the same in the same order.
	HeaderNameless MissingReason = "NAMELESS"
)

// located is where the columns of a saved mapping are in a file.
type located struct {
	columns []int           // the column's index, by place in the headers; -1 if it was not found
	why     []MissingReason // why not
}

// locate finds the columns of a file by their headers. If all columns are the same in the same order they are found by
// their places. If not, headers that both files have equally often are paired in order: first those that are the same,
// and of the rest those that are the same in headerForm.
func locate(headers []string, i Import) located {
	l := located{columns: make([]int, len(headers)), why: make([]MissingReason, len(headers))}
	if slices.Equal(headers, i.headers()) {
		for k, c := range i.Columns {
			l.columns[k] = c.Index
		}
		return l
	}
	for k, h := range headers {
		l.columns[k], l.why[k] = -1, HeaderMissing
		if h == "" {
			l.why[k] = HeaderNameless
		}
	}
	taken := make([]bool, len(i.Columns))
	l.pair(headers, i, taken, func(h string) string { return h })
	l.pair(headers, i, taken, headerForm)
	return l
}

// pair pairs what is left of headers that both have equally often in a form.
func (l located) pair(headers []string, i Import, taken []bool, form func(string) string) {
	in := map[string][]int{}
	for k, c := range i.Columns {
		if !taken[k] && c.Header != "" {
			in[form(c.Header)] = append(in[form(c.Header)], k)
		}
	}
	of := map[string][]int{}
	for k, h := range headers {
		if l.columns[k] < 0 && h != "" {
			of[form(h)] = append(of[form(h)], k)
		}
	}
	for f, places := range of {
		for n, k := range places {
			switch found := in[f]; {
			case len(found) == len(places):
				l.columns[k], l.why[k], taken[found[n]] = i.Columns[found[n]].Index, "", true
			case len(found) > 0:
				l.why[k] = HeaderAmbiguous
			}
		}
	}
}
