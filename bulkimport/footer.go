package bulkimport

import (
	"regexp"
	"strings"
)

// maxFooter is how many rows at the end of a file may be its footer.
const maxFooter = 10

// footerLike reports whether a row may be one of those that reports write below a table: a total, or a line of text with
// what follows it. Whether it is one is only known at the end of the file.
func (v *survey) footerLike(rec record) bool {
	width := v.imp.Content.Width
	if rec.fault != nil || width < 2 {
		return false
	}
	filled, first, last := 0, "", ""
	for _, cell := range rec.cells {
		if cell = trim(cell); cell != "" {
			if filled++; filled == 1 {
				first = cell
			}
			last = cell
		}
	}
	if len(first) > 500 {
		return false
	}
	switch {
	case totals(first):
		return filled < width || (filled == 2 && plainNumber(strings.ReplaceAll(last, ",", "")))
	case remark(first):
		return filled <= 2 && filled < width
	}
	return len(rec.cells) == 1 && (v.apart || len(v.held) > 0)
}

// totals reports whether a cell has a word for a sum, alone or with what was counted: "Total", "Total (12 rows)".
func totals(cell string) bool {
	if len(cell) > 40 {
		return false
	}
	return regexp.MustCompile(`(?i)^(grand[ -]?|sub[ -]?|sum )?(totals?|sum|summe|gesamt|gesamtsumme|zwischensumme|totaux|` +
		`total général|totaal|totale|suma|soma)( (rows?|records?|count|customers?|accounts?|number))?` +
		`\s*([:=(].*)?$`).MatchString(cell)
}

// remark reports whether a cell is a sentence of a report about itself.
func remark(cell string) bool {
	return regexp.MustCompile(`(?i)^((report |data |file )?(generated|created|exported|printed|produced|downloaded|run) ` +
		`(by|on|at|from|using|with)\b|(generated|exported|printed|report (name|id|date|generated|run)|date of report|as of|` +
		`run date|filters?( applied)?|filtered by|source|row count|number of (rows|records)|end of (report|file|data)|` +
		`erstellt (am|von|mit)|généré|exporté|stand)\b.*|` +
		`copyright\b|©|\(c\) |confidential\b|all rights reserved|page \d+ (of|/)|` +
		`\(?\d[\d,.]* (rows?|records?|entries|items|zeilen|datensätze|lignes)\b)`).MatchString(cell)
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
