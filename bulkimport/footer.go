package bulkimport

import (
	"regexp"
	"strings"
	"unicode"
)

// maxFooter is how many rows at the end of a file may be its footer.
const maxFooter = 10

// footerLike reports whether a row may be one of those that reports write below a table: a total, or a line of text
// with what follows it. Whether it is one is only known at the end of the file.
func (v *survey) footerLike(rec record) bool {
	width := v.imp.Content.Width
	if rec.fault != nil || width < 2 {
		return false
	}
	if len(rec.cells) == 1 && (v.apart || len(v.held) > 0) {
		return len(rec.cells[0]) <= 500
	}
	first := ""
	for _, cell := range rec.cells {
		if first = trim(cell); first != "" {
			break
		}
	}
	if !v.footers.may(first) {
		return false
	}
	filled, last := 0, ""
	for _, cell := range rec.cells {
		if cell = trim(cell); cell != "" {
			filled, last = filled+1, cell
		}
	}
	if v.footers.totals.MatchString(first) {
		return filled < width || (filled == 2 && isData(last))
	}
	return filled <= 2 && filled < width && v.footers.remark.MatchString(first)
}

// footerWords are what rows of a footer begin with.
type footerWords struct {
	first  map[string]bool // the first words, which most rows are sorted out by
	totals *regexp.Regexp  // a word for a sum, alone or with what was counted: "Total", "Total (12 rows)"
	remark *regexp.Regexp  // a sentence of a report about itself
}

func newFooterWords() footerWords {
	w := footerWords{first: map[string]bool{}}
	for _, word := range strings.Fields("total totals grand sub subtotal subtotals sum summe gesamt gesamtsumme " +
		"zwischensumme totaux totaal totale suma soma report data file generated created exported printed produced " +
		"downloaded run date as filter filters filtered source row number end erstellt généré exporté stand " +
		"copyright confidential all page") {
		w.first[word] = true
	}
	w.totals = regexp.MustCompile(`(?i)^(grand[ -]?|sub[ -]?|sum )?(totals?|sum|summe|gesamt|gesamtsumme|zwischensumme|` +
		`totaux|total général|totaal|totale|suma|soma)( (rows?|records?|count|customers?|accounts?|number))?\s*([:=(].*)?$`)
	w.remark = regexp.MustCompile(`(?i)^((report |data |file )?` +
		`(generated|created|exported|printed|produced|downloaded|run) (by|on|at|from|using|with)\b|` +
		`(generated|exported|printed|report (name|id|date|generated|run)|date of report|as of|` +
		`run date|filters?( applied)?|filtered by|source|row count|number of (rows|records)|end of (report|file|data)|` +
		`erstellt (am|von|mit)|généré|exporté|stand)[ :]|end of (report|file|data)$|` +
		`copyright\b|©|\(c\) |confidential\b|all rights reserved|page \d+ (of|/)|` +
		`\(?\d[\d,.]* (rows?|records?|entries|items|zeilen|datensätze|lignes)\b)`)
	return w
}

// may reports whether a cell may begin a row of a footer.
func (w footerWords) may(cell string) bool {
	const most = 500 // bytes
	if cell == "" || len(cell) > most {
		return false
	}
	if c := cell[0]; (c >= '0' && c <= '9') || c == '(' || c == 0xc2 { // ©
		return strings.IndexByte(cell, ' ') > 0
	}
	end := strings.IndexFunc(cell, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		end = len(cell)
	}
	const longest = 15 // bytes of the words
	return end <= longest && w.first[strings.ToLower(cell[:end])]
}

// footer decides about the rows that were held: they are at the end.
func (v *survey) footer() error {
	for k, rec := range v.held {
		if k == 0 {
			v.imp.Content.FooterLine = rec.line
		}
		v.found.add(WarnFooterRows, rec.line)
		if err := v.count(!v.imp.Content.SkipFooter); err != nil {
			return err
		}
	}
	return nil
}
