package bulkimport

import (
	"bytes"
	"regexp"
	"strings"
	"time"

	"github.com/admincenter/admincenter/internal/email"
)

// sampleHead is how many records of the head are looked at for the header.
const sampleHead = 30

// sampled is a row of the head that can be read and is not blank.
type sampled struct {
	line   int64
	cells  []string
	filled int
	data   int  // cells that are addresses, numbers or dates, which are not names of columns
	apart  bool // the line above is blank
}

// sample reads the first rows. fault is the line of the first that cannot be read, if none above it has two cells.
func sample(head []byte, d dialect, declared bool, limits Limits) (rows []sampled, fault int64) {
	r := newReader(bytes.NewReader(head), UTF8, d, cursor{line: 1}, limits)
	r.own = maxOwn
	wide, apart := false, false
	for len(rows) < sampleHead {
		rec, err := r.next()
		if err != nil {
			break
		}
		switch {
		case rec.blank():
			apart = true
			continue
		case declared && rec.line == 1:
			continue
		case rec.fault != nil:
			if !wide && fault == 0 {
				fault = rec.line
			}
			apart = false
			continue
		}
		row := sampled{line: rec.line, cells: rec.cells, apart: apart}
		for _, cell := range rec.cells {
			if cell = trim(cell); cell != "" {
				row.filled++
				if isData(cell) {
					row.data++
				}
			}
		}
		wide = wide || row.filled > 1
		rows, apart = append(rows, row), false
	}
	return rows, fault
}

// isData reports whether a cell is an e-mail address, or a number, date or time: digits and what is written with them.
func isData(cell string) bool {
	if len(cell) > 320 {
		return false
	}
	digits := strings.TrimLeft(cell, "-+(")
	if digits != "" && digits[0] >= '0' && digits[0] <= '9' {
		return strings.Trim(digits, "0123456789.,'/:-+%)TZ \u00a0") == ""
	}
	return strings.IndexByte(cell, '@') > 0 && email.Deliverable(cell)
}

// looksLikeData reports whether a header row is rather a row of data: one of its cells is an
// e-mail address, a number or a date, which are not names of columns.
func looksLikeData(header []string) bool {
	for _, h := range header {
		if h == "" {
			continue
		}
		if email.Deliverable(h) {
			return true
		}
		if _, err := time.Parse(time.DateOnly, h); err == nil || plainNumber(h) {
			return true
		}
	}
	return false
}

// headerNames are what columns may be called, in the words of a schema's fields.
type headerNames struct {
	matcher *matcher
	noun    string
	joined  map[string]bool
}

func namesOf(schema Schema) headerNames {
	n := headerNames{newMatcher(schema), strings.Join(words(schema.Noun), ""), map[string]bool{}}
	for _, f := range schema.Fields {
		if f.Exact {
			continue
		}
		for _, name := range append(append([]string{f.Name, f.Label}, f.Aliases...), f.Parts...) {
			n.joined[strings.Join(words(name), "")] = true
		}
	}
	delete(n.joined, "")
	return n
}

// known is how many cells of a row are names of fields.
func (n headerNames) known(cells []string) int {
	const most = 50 // cells that are looked at, and bytes of one
	known := 0
	for _, cell := range cells[:min(len(cells), most)] {
		if len(cell) > most {
			continue
		}
		name := strings.Join(words(cell), "")
		if n.joined[name] || (n.noun != "" && n.joined[strings.TrimPrefix(name, n.noun)]) {
			known++
		}
	}
	return known
}

// pick returns the header among the first rows: the first that has two cells, or one if most rows have one, unless a
// row below it is more like a header. What is above are titles.
func (n headerNames) pick(rows []sampled) int {
	narrow, best := 0, -1
	for k, row := range rows {
		if row.filled < 2 {
			narrow++
		} else if best < 0 {
			best = k
		}
	}
	if best < 0 || narrow > len(rows)-narrow {
		best = 0
	}
	for k := best + 1; k < len(rows); k++ {
		if n.better(rows, best, k) {
			best = k
		}
	}
	return best
}

// better reports whether row b is rather the header than row a above it. The names of fields decide. Without them, b
// has more cells than a, as the rows below have, and is apart from a, or is text above numbers, dates or addresses.
func (n headerNames) better(rows []sampled, a, b int) bool {
	above, below := rows[a], rows[b]
	if below.data > 0 || below.filled < 2 || !distinct(below.cells) {
		return false
	}
	known, knownAbove := n.known(below.cells), n.known(above.cells)
	if known >= 2 && known > 2*knownAbove {
		return true
	}
	if below.filled <= above.filled || knownAbove >= max(known, 1) {
		return false
	}
	body, wider := rows[b+1:], 0
	for _, row := range body {
		if row.filled > above.filled {
			wider++
		}
	}
	return wider > 0 && wider*2 >= len(body) && (below.apart || typed(below.cells, body))
}

func distinct(cells []string) bool {
	seen := map[string]bool{}
	for _, cell := range cells {
		if cell = strings.ToLower(trim(cell)); cell != "" && seen[cell] {
			return false
		}
		seen[cell] = true
	}
	return true
}

// typed reports whether a column has text in the header and numbers, dates or addresses below it.
func typed(header []string, body []sampled) bool {
	for k, h := range header {
		if h = trim(h); h == "" || isData(h) {
			continue
		}
		data, filled := 0, 0
		for _, row := range body {
			if k >= len(row.cells) {
				continue
			}
			if cell := trim(row.cells[k]); cell != "" {
				filled++
				if isData(cell) {
					data++
				}
			}
		}
		if data > 0 && data*2 >= filled {
			return true
		}
	}
	return false
}

// mayBeData reports whether nothing shows that a header row is none of the rows below it: no column is called as a
// field is, or as a program calls one, and none has other values below.
func (n headerNames) mayBeData(header []string, body []sampled) bool {
	if len(body) == 0 || len(header) > 100 || n.known(header) > 0 || typed(header, body) {
		return false
	}
	code := regexp.MustCompile(`^[A-Za-z][a-z0-9]*([A-Z_.][A-Za-z0-9]+)+$|[:*]$|^\*|^[A-Z]{4,}[0-9]*$`)
	for _, h := range header {
		if h = trim(h); code.MatchString(h) {
			return false
		}
		for field := range n.matcher.schema.Fields {
			if score, _ := n.matcher.score(field, n.matcher.read(h)); score >= suggestAt {
				return false
			}
		}
	}
	return true
}
