package bulkimport

import (
	"strings"
	"unicode/utf8"
)

// A spreadsheet takes a cell that begins with certain characters for a formula, and a formula can
// send the sheet's contents anywhere. Files that we write put an apostrophe in front of such cells
// (OWASP ASVS 5.0, 1.2.10); files of ours that come back lose it again.

// escape makes a cell harmless. Plain numbers stay as they are, or -5.00 would be a text.
func escape(cell string) string {
	if !plainNumber(cell) && formula(cell) {
		return "'" + cell
	}
	return cell
}

// unescape is the inverse of escape for every cell.
func unescape(cell string) string {
	if strings.HasPrefix(cell, "'") && formula(cell) {
		return cell[1:]
	}
	return cell
}

// formula reports whether a spreadsheet would take the cell for a formula, or would after leading
// apostrophes were stripped: one more is put before those, so that stripping one is exact.
func formula(cell string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, "'"))
	switch first {
	case '=', '+', '-', '@', '\t', '\r', '\n', 0, '＝', '＋', '－', '＠':
		return strings.TrimLeft(cell, "'") != ""
	}
	return false
}

// plainNumber is what no spreadsheet can take for anything else: -12 or -12.50.
func plainNumber(cell string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(cell, "-"), ".")
	return digits(whole) && (!point || digits(fraction))
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
