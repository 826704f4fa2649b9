package bulkimport

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Limits of a mapping.
const (
	maxJoined = 10     // columns that one field may be made of
	maxValues = 500    // words that are replaced for one field
	maxWord   = 200    // bytes of such a word
	maxStop   = 100000 // failed rows after which an import stops
	maxCanary = 1_000_000
)

// checkMapping finds everything that keeps an import from starting.
func checkMapping(schema Schema, i Import, m Mapping, s Settings) error {
	var p admin.Problems
	checkSources(&p, schema, i, m, s)
	for _, f := range schema.Fields {
		if _, mapped := m[f.Name]; !mapped && f.Required && !slices.Contains(s.Optional, f.Name) &&
			(s.Mode != Update || f.Key) && (s.Match == "" || !f.Key) {
			p.Add("/mapping/"+f.Name, CodeRequiredMapping, "%s (%s) has no column: map one, or give a constant", f.Name, f.Label)
		}
	}
	if _, mapped := m[s.Match]; s.Match != "" && !mapped {
		p.Add("/mapping/"+text.PointerToken(s.Match), CodeRequiredMapping, "%s has no column, and records are found by it",
			admin.Clip(s.Match))
	}
	return p.Err()
}

// checkSources finds what is wrong with the settings and with the fields that are mapped.
func checkSources(p *admin.Problems, schema Schema, i Import, m Mapping, s Settings) {
	checkSettings(p, schema, s)
	single := map[int]string{} // the field that a column is the only source of
	for _, f := range schema.Fields {
		if source, mapped := m[f.Name]; mapped {
			checkSource(p, "/mapping/"+f.Name, i, f, source, s)
			checkSingle(p, "/mapping/"+f.Name, i, f, source, single)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if schema.index(name) < 0 {
			p.Add("/mapping/"+text.PointerToken(name), admin.CodeUnknown, "%s have no field %q: use one of %s", schema.Type,
				admin.Clip(name), strings.Join(schema.names(), ", "))
		}
	}
}

// checkSingle refuses a column as the only source of a second field, which is mostly a slip.
func checkSingle(p *admin.Problems, path string, i Import, f Field, s Source, single map[int]string) {
	if len(s.Columns) != 1 || s.First {
		return
	}
	index := s.Columns[0]
	if other, is := single[index]; is {
		col, _ := i.column(index)
		p.Add(path+"/columns/0", admin.CodeDuplicate,
			"column %q is mapped to %s already: map it once, or mark it as the first of several if it is meant for both",
			admin.Clip(col.Name), other).With("field", other)
		return
	}
	single[index] = f.Name
}

func checkSource(p *admin.Problems, path string, i Import, f Field, s Source, set Settings) {
	switch {
	case len(s.Columns) > 0 && s.Constant != "":
		p.Add(path, admin.CodeFormat, "give columns or a constant, not both: rows whose columns are blank get the default")
	case len(s.Columns) == 0 && s.Constant == "":
		p.Add(path, admin.CodeRequired, "give a column or a constant, or leave the field out")
	case len(s.Columns) == 0 && f.Key:
		p.Add(path, admin.CodeFormat, "the key identifies rows: it cannot be a constant")
	case len(s.Columns) == 0:
		checkFixed(p, path+"/constant", "a constant", s.Constant, f, s, set)
	case len(s.Columns) > maxJoined:
		p.Add(path+"/columns", admin.CodeTooLong, "%d columns are too many to join: give at most %d", len(s.Columns),
			maxJoined).With("max", maxJoined)
	}
	if s.Default != "" {
		switch {
		case f.Key:
			p.Add(path+"/default", admin.CodeFormat, "the key identifies rows: it cannot have a default")
		case len(s.Columns) == 0:
			p.Add(path+"/default", admin.CodeFormat, "a default is for columns that may be blank: there are none")
		default:
			checkFixed(p, path+"/default", "a default", s.Default, f, s, set)
		}
	}
	checkSeparator(p, path+"/separator", s.Separator)
	s.Format.check(p, path+"/format")
	checkBlankRule(p, path+"/blank", s.Blank)
	checkValues(p, path+"/values", f, s, set)
	checkBy(p, path+"/by", f, s.By)
	for k, index := range s.Columns {
		if _, ok := i.column(index); !ok {
			p.Add(fmt.Sprintf("%s/columns/%d", path, k), CodeNoSuchColumn, "the file has no column with index %d", index)
		}
	}
}

// checkFixed checks a value that is given in place of a cell.
func checkFixed(p *admin.Problems, path, what, value string, f Field, s Source, set Settings) {
	if trim(value) == "" {
		p.Add(path, admin.CodeFormat, "%s cannot be blank", what)
		return
	}
	if r, hidden := text.Hidden(value); hidden {
		p.Add(path, admin.CodeFormat, "%q has a control character or one that cannot be seen, %U: use plain text on one line",
			admin.Clip(value), r)
		return
	}
	if _, wrong := newCaster(s, set).cast(f, trim(value)); wrong != nil {
		p.Add(path, admin.CodeFormat, "%s", wrong.sentence())
	}
}

func checkBlankRule(p *admin.Problems, path string, r BlankRule) {
	if !slices.Contains([]BlankRule{"", ClearBlank, KeepBlank}, r) {
		p.Add(path, admin.CodeUnknown, "%q is not a rule for blank cells: use %s or %s", admin.Clip(string(r)), ClearBlank,
			KeepBlank)
	}
}

// checkValues checks the words that are replaced: each once, and by what the field can have.
func checkValues(p *admin.Problems, path string, f Field, s Source, set Settings) {
	if len(s.Values) > maxValues {
		p.Add(path, admin.CodeTooLong, "%d words are too many: give at most %d", len(s.Values), maxValues).
			With("max", maxValues)
		return
	}
	plain := s
	plain.Values = nil
	c := newCaster(plain, set)
	seen := map[string]string{}
	for _, from := range slices.Sorted(maps.Keys(s.Values)) {
		to, at := s.Values[from], path+"/"+text.PointerToken(from)
		folded := foldWord(from)
		_, hidden := text.Hidden(from + " " + to)
		switch other, again := seen[folded]; {
		case folded == "" || hidden || len(from) > maxWord || len(to) > maxWord:
			p.Add(at, admin.CodeFormat, "%q and %q: give 1 to %d bytes on one line that can be seen",
				admin.Clip(from), admin.Clip(to), maxWord)
		case again:
			p.Add(at, admin.CodeDuplicate, "%q and %q are the same word", admin.Clip(other), admin.Clip(from))
		case trim(to) != "":
			g := f
			if f.Kind == List || f.Kind == Metadata {
				g.Kind = Text
			}
			if _, wrong := c.cast(g, trim(to)); wrong != nil {
				p.Add(at, admin.CodeFormat, "%s", wrong.sentence())
			}
		}
		seen[folded] = from
	}
}

// checkBy checks by what a relation is found.
func checkBy(p *admin.Problems, path string, f Field, by string) {
	if by != "" && by != "id" && !slices.Contains(f.RelationBy, by) {
		p.Add(path, admin.CodeUnknown, "%s cannot be found by %q: use one of %s", f.Name, admin.Clip(by),
			strings.Join(append([]string{"id"}, f.RelationBy...), ", "))
	}
}

// checkMatch checks by what the records of the rows are found.
func checkMatch(p *admin.Problems, schema Schema, s Settings) {
	if s.Match == "" {
		return
	}
	if f, ok := schema.Field(s.Match); !ok || (!f.Match && !f.Key) {
		p.Add("/settings/match", admin.CodeUnknown, "%s cannot be found by %q", schema.Type, admin.Clip(s.Match))
	}
	if s.Mode == "" || s.Mode == Create {
		p.Add("/settings/match", admin.CodeFormat, "mode %s finds no records: use %s, %s or %s", Create, Skip, Upsert, Update)
	}
}

func checkSettings(p *admin.Problems, schema Schema, s Settings) {
	if !slices.Contains([]Mode{"", Create, Skip, Upsert, Update}, s.Mode) {
		p.Add("/settings/mode", admin.CodeUnknown, "%q is not a mode: use %s, %s, %s or %s", admin.Clip(string(s.Mode)),
			Create, Skip, Upsert, Update)
	}
	if !slices.Contains([]DateOrder{ISODates, DMY, MDY}, s.Dates) {
		p.Add("/settings/dates", admin.CodeUnknown, "%q is not an order of dates: use %s, %s or nothing",
			admin.Clip(string(s.Dates)), DMY, MDY)
	}
	checkBlankRule(p, "/settings/ifBlank", s.IfBlank)
	if s.StopAfter < 0 || s.StopAfter > maxStop {
		p.Add("/settings/stopAfter", admin.CodeRange, "%d failed rows: give 1 to %d, or 0 to go on", s.StopAfter, maxStop).
			With("min", 0).With("max", maxStop)
	}
	if s.Canary < 0 || s.Canary > maxCanary {
		p.Add("/settings/canary", admin.CodeRange, "%d rows: give 1 to %d, or 0 for no canary", s.Canary, maxCanary).
			With("min", 0).With("max", maxCanary)
	}
	checkMatch(p, schema, s)
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
