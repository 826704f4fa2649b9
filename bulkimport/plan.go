package bulkimport

import (
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// plan reads records by a mapping that was checked.
type plan struct {
	content  Content
	need     int // cells that a row must have at least
	cellMax  int
	blank    map[string]bool
	fields   []Field  // those that are mapped, in the schema's order
	names    []string // of fields
	sources  []Source // of fields
	casters  []caster // of fields
	required []bool   // of fields: a row without it fails
	keep     []bool   // of fields: a blank one leaves the record's as it is
	columns  []int    // the first of each field, NoColumn for a constant
	key      int      // in fields
	unique   []int    // of fields: no two rows have the same; the key of the schema, and Settings.Match
	whole    []bool   // of fields: the records' own rules decide about a value
	own      []bool   // of fields: a name in the metadata of the record, which the metadata's cell may have too
	metadata int      // in fields, or -1
	check    func(field, value string) error
}

func newPlan(schema Schema, i Import, limits Limits) *plan {
	p := &plan{content: i.Content, cellMax: limits.CellBytes, blank: map[string]bool{}, metadata: -1}
	for _, w := range i.Settings.Blank {
		p.blank[w] = true
	}
	optional := map[string]bool{}
	for _, f := range i.Settings.Optional {
		optional[f] = true
	}
	for _, col := range i.Columns {
		p.need = max(p.need, col.Index+1)
	}
	p.check = recordCheck(schema.Type)
	for _, f := range schema.Fields {
		s, ok := i.Mapping[f.Name]
		if !ok {
			continue
		}
		p.whole = append(p.whole, ruled(schema.Type, f.Name))
		p.own = append(p.own, inMetadata(schema.Type, f.Name))
		if f.Name == metadataField && ruled(schema.Type, f.Name) {
			p.metadata = len(p.fields)
		}
		if s.By != "" && s.By != "id" { // the values are not the record's ids
			f.Kind, f.Min, f.Max = Text, 0, 1000
		}
		if f.Name == i.Settings.Match || (f.Key && i.Settings.Match == "") {
			p.key = len(p.fields)
		}
		column := NoColumn
		if len(s.Columns) > 0 {
			column = s.Columns[0]
		}
		_, ofOwner := ownerField(schema.Type, f.Name)
		keep := (s.blankRule(i.Settings) == KeepBlank || ofOwner) && !f.Key
		p.fields, p.names = append(p.fields, f), append(p.names, f.Name)
		p.sources, p.columns = append(p.sources, s), append(p.columns, column)
		p.casters, p.keep = append(p.casters, newCaster(s, i.Settings)), append(p.keep, keep)
		if f.Key || f.Name == i.Settings.Match {
			p.unique = append(p.unique, len(p.fields)-1)
		}
		p.required = append(p.required, f.Name == i.Settings.Match || schema.needsOwner(f) || !ofOwner &&
			(f.Required && !optional[f.Name] && (!keep || i.Settings.Mode != Update) && (!f.Key || i.Settings.Match == "")))
	}
	return p
}

// blankRule is the source's, or that of the import.
func (s Source) blankRule(set Settings) BlankRule {
	switch {
	case s.Blank != "":
		return s.Blank
	case set.IfBlank != "":
		return set.IfBlank
	}
	return ClearBlank
}

// row reads a record that is not blank. Where errors come back the row is not to be written; the
// row then has the values that could be read.
func (p *plan) row(rec record, number int64) (Row, []CellError) {
	row := Row{Number: number, Line: rec.line, key: p.key, names: p.names, columns: p.columns}
	if rec.fault != nil {
		e := *rec.fault
		e.Line = rec.line
		return row, []CellError{e}
	}
	if e := p.count(rec); e != nil {
		return row, []CellError{*e}
	}
	row.values = make([]string, len(p.fields))
	var errs []CellError
	for i := range p.fields {
		value, cell, wrong := p.value(i, rec.cells)
		stated := value == "" && (wrong == nil || wrong.is(admin.CodeRequired)) && p.stated(i, rec.cells)
		if wrong != nil && !stated {
			errs = append(errs, wrong.cellError(rec.line, p.columns[i], p.names[i], cell))
		}
		row.values[i] = value
		if stated || (value == "" && p.keep[i]) {
			if row.kept == nil {
				row.kept = make([]bool, len(p.fields))
			}
			row.kept[i] = true
		}
	}
	return row, errs
}

// stated reports whether a name in the metadata that has a blank column of its own is in the metadata's cell. Export
// writes it there if the field would not read it as it is.
func (p *plan) stated(i int, cells []string) bool {
	if p.metadata < 0 || !p.own[i] {
		return false
	}
	value, _, wrong := p.value(p.metadata, cells)
	if wrong != nil || value == "" {
		return false
	}
	pairs, ok := jsonPairs(value)
	return ok && pairs[p.names[i]] != ""
}

// count refuses a row with too few or too many cells, because it is unknown which is missing.
func (p *plan) count(rec record) *CellError {
	n := len(rec.cells)
	for n > p.content.Width && trim(rec.cells[n-1]) == "" {
		n-- // spreadsheets write empty cells at the end of some rows
	}
	if n >= p.need && n <= p.content.Width {
		return nil
	}
	params := []any{"cells", n, "header", p.content.Width}
	code := CodeWrongColumnCount
	if n > p.content.Width {
		code, params = code+".more", append(params, "delimiterWord", delimiterName(p.content.Delimiter))
	}
	e := fault(code, params...)
	e.Line = rec.line
	return e
}

// delimiterName is the catalog's word for a delimiter, or the delimiter in quotes.
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

// value reads a field, and returns what it was read from too.
func (p *plan) value(i int, cells []string) (value, cell string, wrong *problem) {
	s := &p.sources[i]
	if cell, wrong = p.text(s, cells, p.most(i)); wrong != nil {
		return "", cell, wrong
	}
	if cell != "" {
		if value, wrong = p.casters[i].read(&p.fields[i], cell); wrong != nil {
			return "", cell, wrong
		}
	}
	if value == "" && s.Default != "" {
		cell = trim(s.Default)
		if value, wrong = p.casters[i].cast(&p.fields[i], cell); wrong != nil {
			return "", cell, wrong
		}
	}
	if value == "" && p.required[i] {
		return "", cell, &problem{code: admin.CodeRequired, params: []any{"field", p.names[i]}}
	}
	if value != "" && p.whole[i] {
		if err := p.check(p.names[i], value); err != nil {
			_, wrong = invalidValue(p.names[i], cell)
			return "", cell, wrong
		}
	}
	return value, cell, nil
}

// most is how many bytes a cell of a field may have.
func (p *plan) most(i int) int {
	const more = 8 // a record's metadata has up to 50 values of 1,000 characters
	if p.fields[i].Kind == Metadata {
		return more * p.cellMax
	}
	return p.cellMax
}

// text is what a field is read from: trimmed, and empty if it is blank.
func (p *plan) text(s *Source, cells []string, most int) (string, *problem) {
	if len(s.Columns) == 0 {
		return trim(s.Constant), nil
	}
	var parts []string
	for _, column := range s.Columns {
		cell := cells[column]
		if len(cell) > most {
			_, wrong := wrong(admin.CodeTooLong+".bytes", "bytes", len(cell), "max", most)
			return cell[:min(len(cell), 1000)], wrong
		}
		if p.content.Returned {
			cell = unescape(cell)
		}
		if cell = trim(cell); cell == "" {
			continue
		}
		if s.StripApostrophe && cell[0] == '\'' {
			cell = trim(cell[1:])
		}
		if cell == "" || (len(p.blank) > 0 && p.blank[cell]) {
			continue
		}
		if len(s.Columns) == 1 || s.First {
			return cell, nil
		}
		parts = append(parts, cell)
	}
	return strings.Join(parts, s.Separator), nil
}
