package xlsx

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"slices"

	"github.com/admincenter/admincenter/bulkimport"
)

// maxMerged bounds the merged areas of a sheet whose values are repeated.
const maxMerged = 1 << 16

// merged repeats the value of a merged area, which is stored in its first cell, in the others.
type merged struct {
	coming []area // by the first row, not begun yet
	begun  []repeated
}

type repeated struct {
	area
	value []byte
}

// readMerged finds the merged areas of a sheet, which are behind its rows.
func (w *Workbook) readMerged(ctx context.Context, s Sheet) (*merged, error) {
	in, err := w.parts.scan(ctx, s.part, source{sheet: s.Name}, w.limits.SheetBytes, w.limits)
	if err != nil {
		return nil, err
	}
	defer in.close()
	m := &merged{}
	for {
		t, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "mergeCell" {
			continue
		}
		if a, ok := parseRange(attr(e, "ref")); ok {
			m.coming = append(m.coming, a)
		}
		if len(m.coming) > maxMerged {
			return nil, refuse(bulkimport.CodeFileTooLarge, "merged", "sheet", s.Name, "max", maxMerged)
		}
	}
	slices.SortFunc(m.coming, func(a, b area) int { return cmp.Compare(a.first.row, b.first.row) })
	return m, nil
}

// fill fills the blank cells of a row that are in merged areas.
func (m *merged) fill(r *row, sheet string, l Limits) error {
	m.begun = slices.DeleteFunc(m.begun, func(a repeated) bool { return a.last.row < r.number })
	for len(m.coming) > 0 && m.coming[0].first.row <= r.number {
		a := m.coming[0]
		m.coming = m.coming[1:]
		if a.first.row < r.number {
			continue // its first row is blank, and so is its value
		}
		if v := r.cell(a.first.column); len(v) > 0 {
			m.begun = append(m.begun, repeated{area: a, value: slices.Clone(v)})
		}
	}
	cells := 0
	for _, a := range m.begun {
		last := min(a.last.column, l.Columns)
		if cells += last - a.first.column + 1; cells > maxColumns {
			return damaged("merged", "sheet", sheet)
		}
		for column := a.first.column; column <= last; column++ {
			if len(r.cell(column)) > 0 {
				continue
			}
			from := len(r.text)
			if r.text = append(r.text, a.value...); len(r.text) > l.RowBytes {
				return refuse(bulkimport.CodeFileTooLarge, "row_bytes", "row", r.number, "sheet", sheet, "max", l.RowBytes)
			}
			r.put(column, from)
		}
	}
	return nil
}

// after reports whether an area reaches a row.
func (m *merged) after(number int) bool {
	return slices.ContainsFunc(m.begun, func(a repeated) bool { return a.last.row >= number })
}
