package xlsx

import "strings"

// cell is a place in a sheet, from row 1 and column 1.
type cell struct{ row, column int }

// area is the cells from one to another.
type area struct{ first, last cell }

// parseCell reads a reference such as AB12 or $AB$12.
func parseCell(ref string) (cell, bool) {
	var c cell
	i := 0
	for ; i < len(ref); i++ {
		b := ref[i]
		switch {
		case b == '$':
			continue
		case b|0x20 >= 'a' && b|0x20 <= 'z' && c.column <= maxColumns:
			c.column = c.column*26 + int(b|0x20-'a') + 1
			continue
		}
		break
	}
	for ; i < len(ref); i++ {
		if ref[i] < '0' || ref[i] > '9' || c.row > maxRows {
			return cell{}, false
		}
		c.row = c.row*10 + int(ref[i]-'0')
	}
	return c, c.row >= 1 && c.row <= maxRows && c.column >= 1 && c.column <= maxColumns
}

// parseRange reads a reference such as A1:C3.
func parseRange(ref string) (area, bool) {
	from, to, two := strings.Cut(ref, ":")
	if !two {
		to = from
	}
	a, ok := parseCell(from)
	b, also := parseCell(to)
	return area{a, b}, ok && also && a.row <= b.row && a.column <= b.column
}

// columnName returns the letters of a column.
func columnName(column int) string {
	var out []byte
	for ; column > 0; column = (column - 1) / 26 {
		out = append([]byte{byte('A' + (column-1)%26)}, out...)
	}
	return string(out)
}
