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
		if _, mapped := m[f.Name]; !mapped && f.Required && (schema.needsOwner(f) || !slices.Contains(s.Optional, f.Name) &&
			(s.Mode != Update || f.Key) && (s.Match == "" || !f.Key)) {
			unfit(&p, "/mapping/"+f.Name, CodeRequiredMapping, "field", f.Name, "label", f.Label)
		}
	}
	if _, mapped := m[s.Match]; s.Match != "" && !mapped {
		unfit(&p, "/mapping/"+text.PointerToken(s.Match), CodeRequiredMapping+".match", "field", admin.Clip(s.Match))
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
			unfit(p, "/mapping/"+text.PointerToken(name), admin.CodeUnknown+".field", "type", schema.Type, "value",
				quoted(name), "allowed", strings.Join(schema.names(), ", "))
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
		unfit(p, path+"/columns/0", admin.CodeDuplicate+".column", "column", quoted(col.Name), "field", other)
		return
	}
	single[index] = f.Name
}

func checkSource(p *admin.Problems, path string, i Import, f Field, s Source, set Settings) {
	switch {
	case len(s.Columns) > 0 && s.Constant != "":
		unfit(p, path, admin.CodeFormat+".both")
	case len(s.Columns) == 0 && s.Constant == "":
		unfit(p, path, admin.CodeRequired+".source")
	case len(s.Columns) == 0 && f.Key:
		unfit(p, path, admin.CodeFormat+".key_constant")
	case len(s.Columns) == 0:
		checkFixed(p, path+"/constant", "constant", s.Constant, f, s, set)
	case len(s.Columns) > maxJoined:
		unfit(p, path+"/columns", admin.CodeTooLong+".columns", "count", len(s.Columns), "max", maxJoined)
	}
	if s.Default != "" {
		switch {
		case f.Key:
			unfit(p, path+"/default", admin.CodeFormat+".key_default")
		case len(s.Columns) == 0:
			unfit(p, path+"/default", admin.CodeFormat+".no_columns")
		default:
			checkFixed(p, path+"/default", "default", s.Default, f, s, set)
		}
	}
	checkSeparator(p, path+"/separator", s.Separator)
	s.Format.check(p, path+"/format")
	checkBlankRule(p, path+"/blank", s.Blank)
	checkValues(p, path+"/values", f, s, set)
	checkBy(p, path+"/by", f, s.By)
	for k, index := range s.Columns {
		if _, ok := i.column(index); !ok {
			unfit(p, fmt.Sprintf("%s/columns/%d", path, k), CodeNoSuchColumn, "index", index)
		}
	}
}

// checkFixed checks a value that is given in place of a cell.
func checkFixed(p *admin.Problems, path, what, value string, f Field, s Source, set Settings) {
	if trim(value) == "" {
		unfit(p, path, admin.CodeFormat+"."+what)
		return
	}
	if r, hidden := text.Hidden(value); hidden {
		unfit(p, path, admin.CodeFormat+".hidden", "value", quoted(value), "character", fmt.Sprintf("%U", r))
		return
	}
	c := newCaster(s, set)
	if _, wrong := c.cast(&f, trim(value)); wrong != nil {
		unfitCell(p, path, wrong)
	}
}

func checkBlankRule(p *admin.Problems, path string, r BlankRule) {
	if !slices.Contains([]BlankRule{"", ClearBlank, KeepBlank}, r) {
		unfit(p, path, admin.CodeUnknown+".blank_rule", "value", quoted(r))
	}
}

// checkValues checks the words that are replaced: each once, and by what the field can have.
func checkValues(p *admin.Problems, path string, f Field, s Source, set Settings) {
	if len(s.Values) > maxValues {
		unfit(p, path, admin.CodeTooLong+".words", "count", len(s.Values), "max", maxValues)
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
			unfit(p, at, admin.CodeFormat+".word", "from", quoted(from), "to", quoted(to), "max", maxWord)
		case again:
			unfit(p, at, admin.CodeDuplicate+".word", "other", quoted(other), "from", quoted(from))
		case trim(to) != "":
			g := f
			if f.Kind == List || f.Kind == Metadata {
				g.Kind = Text
			}
			if _, wrong := c.cast(&g, trim(to)); wrong != nil {
				unfitCell(p, at, wrong)
			}
		}
		seen[folded] = from
	}
}

// checkBy checks by what a relation is found.
func checkBy(p *admin.Problems, path string, f Field, by string) {
	if by != "" && by != "id" && !slices.Contains(f.RelationBy, by) {
		unfit(p, path, admin.CodeUnknown+".by", "field", f.Name, "value", quoted(by), "allowed",
			strings.Join(append([]string{"id"}, f.RelationBy...), ", "))
	}
}

// checkMatch checks by what the records of the rows are found.
func checkMatch(p *admin.Problems, schema Schema, s Settings) {
	if s.Match == "" {
		return
	}
	if f, ok := schema.Field(s.Match); !ok || (!f.Match && !f.Key) {
		unfit(p, "/settings/match", admin.CodeUnknown+".match", "type", schema.Type, "value", quoted(s.Match))
	}
	if s.Mode == "" || s.Mode == Create {
		unfit(p, "/settings/match", admin.CodeFormat+".match_mode")
	}
}

func checkSettings(p *admin.Problems, schema Schema, s Settings) {
	if !slices.Contains([]Mode{"", Create, Skip, Upsert, Update}, s.Mode) {
		unfit(p, "/settings/mode", admin.CodeUnknown+".mode", "value", quoted(s.Mode))
	}
	if !slices.Contains([]DateOrder{ISODates, DMY, MDY}, s.Dates) {
		unfit(p, "/settings/dates", admin.CodeUnknown+".date_order", "value", quoted(s.Dates))
	}
	checkBlankRule(p, "/settings/ifBlank", s.IfBlank)
	if s.StopAfter < 0 || s.StopAfter > maxStop {
		unfit(p, "/settings/stopAfter", admin.CodeRange+".stop_after", "count", s.StopAfter, "min", 0, "max", maxStop)
	}
	if s.Canary < 0 || s.Canary > maxCanary {
		unfit(p, "/settings/canary", admin.CodeRange+".canary", "count", s.Canary, "min", 0, "max", maxCanary)
	}
	checkMatch(p, schema, s)
	if len(s.Blank) > 100 {
		unfit(p, "/settings/blank", admin.CodeTooLong+".words", "count", len(s.Blank), "max", 100)
	}
	for k, word := range s.Blank {
		if _, hidden := text.Hidden(word); hidden || len(word) > 100 || trim(word) != word || word == "" {
			unfit(p, fmt.Sprintf("/settings/blank/%d", k), admin.CodeFormat+".blank_word", "value", quoted(word))
		}
	}
	for k, name := range s.Optional {
		path := fmt.Sprintf("/settings/optional/%d", k)
		if f, ok := schema.Field(name); !ok {
			unfit(p, path, admin.CodeUnknown+".field", "type", schema.Type, "value", quoted(name), "allowed",
				strings.Join(schema.names(), ", "))
		} else if f.Key {
			unfit(p, path, admin.CodeFormat+".key_optional", "field", name)
		}
	}
}
