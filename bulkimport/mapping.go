package bulkimport

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Mapping is where the value of each field comes from, by the field's name. A field that is not
// in it is not filled in, and an update leaves it alone.
type Mapping map[string]Source

// Source is where a field's value comes from: one column, several that are joined, or a constant.
type Source struct {
	Columns   []int  `json:"columns,omitempty"`   // by index, from 0
	Separator string `json:"separator,omitempty"` // between several columns; blank parts are left out
	Constant  string `json:"constant,omitempty"`  // the same for every row, if there are no columns
}

// FromColumn takes the value from one column.
func FromColumn(index int) Source { return Source{Columns: []int{index}} }

// Join takes the value from several columns, with separator between those that are not blank.
func Join(separator string, indexes ...int) Source {
	return Source{Columns: indexes, Separator: separator}
}

// Constant gives every row the same value.
func Constant(value string) Source { return Source{Constant: value} }

func (m Mapping) clone() Mapping {
	out := maps.Clone(m)
	for name, s := range out {
		s.Columns = slices.Clone(s.Columns)
		out[name] = s
	}
	return out
}

// maxJoined is how many columns one field may be joined from.
const maxJoined = 10

// checkMapping finds everything that keeps an import from starting.
func checkMapping(schema Schema, i Import, m Mapping, s Settings, c caster) error {
	var p admin.Problems
	checkSettings(&p, schema, s)
	for _, f := range schema.Fields {
		source, mapped := m[f.Name]
		path := "/mapping/" + f.Name
		switch {
		case mapped:
			checkSource(&p, path, i, f, source, c)
		case f.Required && !slices.Contains(s.Optional, f.Name):
			p.Add(path, CodeRequiredMapping, "%s (%s) has no column: map one, or give a constant", f.Name, f.Label)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if schema.index(name) < 0 {
			p.Add("/mapping/"+text.PointerToken(name), admin.CodeUnknown, "%s have no field %q: use one of %s", schema.Type,
				admin.Clip(name), strings.Join(schema.names(), ", "))
		}
	}
	return p.Err()
}

func checkSource(p *admin.Problems, path string, i Import, f Field, s Source, c caster) {
	switch {
	case len(s.Columns) > 0 && s.Constant != "":
		p.Add(path, admin.CodeFormat, "give columns or a constant, not both")
	case len(s.Columns) == 0 && s.Constant == "":
		p.Add(path, admin.CodeRequired, "give a column or a constant, or leave the field out")
	case len(s.Columns) == 0 && f.Key:
		p.Add(path, admin.CodeFormat, "the key identifies rows: it cannot be a constant")
	case len(s.Columns) == 0:
		if _, wrong := c.cast(f, trim(s.Constant)); trim(s.Constant) == "" || wrong != nil {
			message := "a constant cannot be blank"
			if wrong != nil {
				message = wrong.message
			}
			p.Add(path+"/constant", admin.CodeFormat, "%s", message)
		}
	case len(s.Columns) > maxJoined:
		p.Add(path+"/columns", admin.CodeTooLong, "%d columns are too many to join: give at most %d", len(s.Columns),
			maxJoined)
	case len(s.Separator) > 20:
		p.Add(path+"/separator", admin.CodeTooLong, "the separator has %d bytes: give at most 20", len(s.Separator))
	}
	if r, hidden := text.HiddenInLines(s.Separator); hidden {
		p.Add(path+"/separator", admin.CodeFormat, "%q has a character that cannot be seen, %U: remove it",
			admin.Clip(s.Separator), r)
	}
	for k, index := range s.Columns {
		if _, ok := i.column(index); !ok {
			p.Add(fmt.Sprintf("%s/columns/%d", path, k), CodeNoSuchColumn, "the file has no column with index %d", index)
		}
	}
}

func checkSettings(p *admin.Problems, schema Schema, s Settings) {
	if !slices.Contains([]Mode{"", Create, Skip, Upsert}, s.Mode) {
		p.Add("/settings/mode", admin.CodeUnknown, "%q is not a mode: use %s, %s or %s", admin.Clip(string(s.Mode)), Create,
			Skip, Upsert)
	}
	if !slices.Contains([]DateOrder{ISODates, DMY, MDY}, s.Dates) {
		p.Add("/settings/dates", admin.CodeUnknown, "%q is not an order of dates: use %s, %s or nothing",
			admin.Clip(string(s.Dates)), DMY, MDY)
	}
	if len(s.Blank) > 100 {
		p.Add("/settings/blank", admin.CodeTooLong, "%d words are too many: give at most 100", len(s.Blank))
	}
	for k, word := range s.Blank {
		if _, hidden := text.Hidden(word); hidden || len(word) > 100 || trim(word) != word || word == "" {
			p.Add(fmt.Sprintf("/settings/blank/%d", k), admin.CodeFormat,
				"%q: give 1 to 100 bytes that can be seen, without blanks around them", admin.Clip(word))
		}
	}
	for k, name := range s.Optional {
		path := fmt.Sprintf("/settings/optional/%d", k)
		if f, ok := schema.Field(name); !ok {
			p.Add(path, admin.CodeUnknown, "%s have no field %q: use one of %s", schema.Type, admin.Clip(name),
				strings.Join(schema.names(), ", "))
		} else if f.Key {
			p.Add(path, admin.CodeFormat, "%s identifies rows and cannot be optional", name)
		}
	}
}

// plan reads records by a mapping that was checked.
type plan struct {
	caster
	content  Content
	need     int // cells that a row must have at least
	cellMax  int
	blank    map[string]bool
	optional map[string]bool
	fields   []Field  // those that are mapped, in the schema's order
	names    []string // of fields
	sources  []Source // of fields
	columns  []int    // the first of each field, NoColumn for a constant
	key      int      // in fields
}

func newPlan(schema Schema, i Import, c caster, limits Limits) *plan {
	c.dates = i.Settings.Dates
	p := &plan{caster: c, content: i.Content, cellMax: limits.CellBytes, blank: map[string]bool{},
		optional: map[string]bool{}}
	for _, w := range i.Settings.Blank {
		p.blank[w] = true
	}
	for _, f := range i.Settings.Optional {
		p.optional[f] = true
	}
	for _, col := range i.Columns {
		p.need = max(p.need, col.Index+1)
	}
	for _, f := range schema.Fields {
		if s, ok := i.Mapping[f.Name]; ok {
			if f.Key {
				p.key = len(p.fields)
			}
			column := NoColumn
			if len(s.Columns) > 0 {
				column = s.Columns[0]
			}
			p.fields, p.names = append(p.fields, f), append(p.names, f.Name)
			p.sources, p.columns = append(p.sources, s), append(p.columns, column)
		}
	}
	return p
}

// row reads a record that is not blank. Where errors come back the row is not to be written; the
// row then has the values that could be read.
func (p *plan) row(rec record, number int64) (Row, []CellError) {
	row := Row{Number: number, Line: rec.line, key: p.key, names: p.names, columns: p.columns}
	if rec.fault != nil {
		return row, []CellError{*rec.fault}
	}
	if e := p.count(rec); e != nil {
		return row, []CellError{*e}
	}
	row.values = make([]string, len(p.fields))
	var errs []CellError
	for i, f := range p.fields {
		value, wrong := p.value(f, p.sources[i], rec.cells)
		if wrong != nil {
			errs = append(errs, CellError{Column: p.columns[i], Field: f.Name, Code: wrong.code, Message: wrong.message})
		}
		row.values[i] = value
	}
	return row, errs
}

// count refuses a row with too few or too many cells, because it is unknown which is missing.
func (p *plan) count(rec record) *CellError {
	n := len(rec.cells)
	for n > p.content.Width && trim(rec.cells[n-1]) == "" {
		n-- // spreadsheets write empty cells at the end of some rows
	}
	switch {
	case n > p.content.Width:
		return &CellError{Column: NoColumn, Code: CodeWrongColumnCount, Message: fmt.Sprintf(
			"the row has %d cells and the header %d: is there a %s in a cell that is not quoted?",
			n, p.content.Width, delimiterName(p.content.Delimiter))}
	case n < p.need:
		return &CellError{Column: NoColumn, Code: CodeWrongColumnCount,
			Message: fmt.Sprintf("the row has %d cells and the header %d", n, p.content.Width)}
	}
	return nil
}

func delimiterName(d string) string {
	switch d {
	case ",":
		return "comma"
	case ";":
		return "semicolon"
	case "\t":
		return "tab"
	case "|":
		return "bar"
	}
	return strconv.Quote(d)
}

func (p *plan) value(f Field, s Source, cells []string) (string, *problem) {
	text, wrong := p.text(s, cells)
	if wrong != nil {
		return "", wrong
	}
	if text == "" {
		if f.Required && !p.optional[f.Name] {
			return "", &problem{admin.CodeRequired, fmt.Sprintf("%s is required", f.Name)}
		}
		return "", nil
	}
	return p.cast(f, text)
}

// text is what a field is read from: trimmed, and empty if it is blank.
func (p *plan) text(s Source, cells []string) (string, *problem) {
	if len(s.Columns) == 0 {
		return trim(s.Constant), nil
	}
	var parts []string
	for _, column := range s.Columns {
		cell := cells[column]
		if len(cell) > p.cellMax {
			return "", &problem{admin.CodeTooLong, fmt.Sprintf("the cell has %d bytes: at most %d are allowed", len(cell),
				p.cellMax)}
		}
		if p.content.Returned {
			cell = unescape(cell)
		}
		if cell = trim(cell); cell == "" || p.blank[cell] {
			continue
		}
		if len(s.Columns) == 1 {
			return cell, nil
		}
		parts = append(parts, cell)
	}
	return strings.Join(parts, s.Separator), nil
}
