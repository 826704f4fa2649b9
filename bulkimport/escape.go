package bulkimport

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A spreadsheet takes a cell that begins with certain characters for a formula, and a formula can
// send the sheet's contents anywhere. Files that we write put an apostrophe in front of such cells
// (OWASP ASVS 5.0, 1.2.10); files of ours that come back lose it again.
//
// Quotes do not keep a cell together in a spreadsheet that splits at another character: where ; separates, the line
// "c1","x;=1+1" is the cells c1,"x and =1+1". So the apostrophe is put before every piece that any separator or line
// break begins.

// separators are what a spreadsheet may split at.
const separators = ",;|\t\n\r"

// escape makes a cell harmless. Plain numbers stay as they are, or -5.00 would be a text.
func escape(cell string) string {
	return pieces(cell, func(piece string, leads bool) string {
		if !plainNumber(piece) && (leads || formula(piece)) {
			return "'" + piece
		}
		return piece
	})
}

// unescape is the inverse of escape for every cell.
func unescape(cell string) string {
	return pieces(cell, func(piece string, leads bool) string {
		if strings.HasPrefix(piece, "'") && (leads || formula(piece)) {
			return piece[1:]
		}
		return piece
	})
}

// pieces changes the pieces of a cell that are between separators. leads reports whether the piece is the first and is,
// but for apostrophes, nothing before a tab, a line break or NUL, which some programs drop.
func pieces(cell string, change func(piece string, leads bool) string) string {
	if !suspicious(cell) {
		return cell
	}
	var b strings.Builder
	b.Grow(len(cell) + 8)
	for first := true; ; first = false {
		end := strings.IndexAny(cell, separators)
		piece := cell
		if end >= 0 {
			piece = cell[:end]
		}
		b.WriteString(change(piece, first && leads(cell)))
		if end < 0 {
			return b.String()
		}
		b.WriteByte(cell[end])
		cell = cell[end+1:]
	}
}

// leads reports whether a cell begins with a character that some programs drop, so that the next one is the first.
func leads(cell string) bool {
	rest := strings.TrimLeft(cell, "'")
	return rest != "" && strings.IndexByte("\t\n\r\x00", rest[0]) >= 0
}

// suspicious is a quick look for anything that a formula, or what leads to one, begins with.
func suspicious(cell string) bool {
	for i := range len(cell) {
		switch cell[i] {
		case '=', '+', '-', '@', '\t', '\n', '\r', 0, 0xef: // the last is of ＝ ＋ － ＠
			return true
		}
	}
	return false
}

// formula reports whether a spreadsheet would take a piece for a formula, or would after leading apostrophes, blanks
// or quotes were stripped: one more apostrophe is put before those, so that stripping one is exact.
func formula(piece string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(piece, func(r rune) bool {
		return r == '\'' || r == '"' || r == 0 || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
	}))
	switch first {
	case '=', '+', '-', '@', '＝', '＋', '－', '＠':
		return true
	}
	return false
}

// plainNumber is what no spreadsheet can take for anything else: -12 or -12.50.
func plainNumber(cell string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(cell, "-"), ".")
	return digits(whole) && (!point || digits(fraction))
}

func digits(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
