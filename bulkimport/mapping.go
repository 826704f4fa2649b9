package bulkimport

import (
	"maps"
	"slices"
)

// Mapping is where the value of each field comes from, by the field's name. A field that is not
// in it is not filled in, and an update leaves it alone.
type Mapping map[string]Source

// Source is where a field's value comes from, and how it is written there: one column, several that are joined, the
// first of several that is not blank, or a constant. Cells lose their apostrophe, words are replaced, and then the
// value is read as Format has it.
type Source struct {
	Columns   []int  `json:"columns,omitempty"`   // by index, from 0
	Separator string `json:"separator,omitempty"` // between several columns; blank parts are left out
	// First takes the first column that is not blank, in place of joining them. A column may then be the source of
	// other fields too.
	First    bool   `json:"first,omitempty"`
	Constant string `json:"constant,omitempty"` // the same for every row, if there are no columns
	Default  string `json:"default,omitempty"`  // for the rows whose columns are all blank
	Format   Format `json:"format,omitzero"`
	// StripApostrophe takes one leading apostrophe off each cell, which spreadsheets put before what is to stay a text:
	// '+380 99 or '007.
	StripApostrophe bool `json:"stripApostrophe,omitempty"`
	// Values replaces whole cells by others before they are read, such as Ja by true, Deutschland by DE or n/d by
	// nothing, regardless of capitals and of blanks around them; in a List whole items. There are at most 500, of at
	// most 200 bytes each.
	Values map[string]string `json:"values,omitempty"`
	Blank  BlankRule         `json:"blank,omitempty"` // empty takes that of [Settings]
	// By is the field of the related record that the values are of, one of Field.RelationBy, for a field that is a
	// relation. Empty means its id. Records that are archived are not found by another field, and a value that several
	// have fails the row with relation_ambiguous.
	By string `json:"by,omitempty"`
}

// BlankRule is what a blank cell does to the field of a record that exists. In a new record the field is empty.
type BlankRule string

// The rules.
const (
	ClearBlank BlankRule = "CLEAR" // the field becomes empty; the default
	KeepBlank  BlankRule = "KEEP"  // the field stays as it is
)

// FromColumn takes the value from one column.
func FromColumn(index int) Source { return Source{Columns: []int{index}} }

// Join takes the value from several columns, with separator between those that are not blank.
func Join(separator string, indexes ...int) Source {
	return Source{Columns: indexes, Separator: separator}
}

// FirstOf takes the value from the first of several columns that is not blank.
func FirstOf(indexes ...int) Source { return Source{Columns: indexes, First: true} }

// Constant gives every row the same value.
func Constant(value string) Source { return Source{Constant: value} }

func (m Mapping) clone() Mapping {
	out := maps.Clone(m)
	for name, s := range out {
		s.Columns, s.Values = slices.Clone(s.Columns), maps.Clone(s.Values)
		out[name] = s
	}
	return out
}

// by are the fields by which relations are named, but for ids.
func (m Mapping) by() map[string]string {
	var out map[string]string
	for name, s := range m {
		if s.By == "" || s.By == "id" {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = s.By
	}
	return out
}
