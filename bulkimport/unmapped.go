package bulkimport

import (
	"fmt"
	"slices"

	"github.com/admincenter/admincenter/admin"
)

// UnmappedColumn is a column of a file that no field takes its values from: they are not imported.
type UnmappedColumn struct {
	Index  int    `json:"index"` // from 0
	Name   string `json:"name"`
	Filled int64  `json:"filled"` // its values that are not blank, in the whole file
	// Chosen reports that this was decided: Settings.NotImported names the column.
	Chosen bool `json:"chosen"`
}

// Unmapped returns the columns that the import's mapping leaves out, in the order of the file, so that no column is
// lost unseen.
func (i Import) Unmapped() []UnmappedColumn { return i.unmapped(i.Mapping) }

// Unmapped returns the columns that would not be imported with [Suggestions.Mapping].
func (s Suggestions) Unmapped(i Import) []UnmappedColumn { return i.unmapped(s.Mapping()) }

func (i Import) unmapped(m Mapping) []UnmappedColumn {
	used := map[int]bool{}
	for _, source := range m {
		for _, c := range source.Columns {
			used[c] = true
		}
	}
	var out []UnmappedColumn
	for _, c := range i.Columns {
		if !used[c.Index] {
			out = append(out, UnmappedColumn{Index: c.Index, Name: c.Name, Filled: c.Filled,
				Chosen: slices.Contains(i.Settings.NotImported, c.Index)})
		}
	}
	return out
}

// checkNotImported finds what is wrong with the columns that are not to be imported: each is in the file, once, and no
// field takes its values from it.
func checkNotImported(i Import, m Mapping, s Settings) error {
	var p admin.Problems
	for k, index := range s.NotImported {
		path := fmt.Sprintf("/settings/notImported/%d", k)
		col, ok := i.column(index)
		if !ok {
			unfit(&p, path, CodeNoSuchColumn, "index", index)
			continue
		}
		if slices.Contains(s.NotImported[:k], index) {
			unfit(&p, path, admin.CodeDuplicate+".not_imported", "index", index)
		}
		for name, source := range m {
			if slices.Contains(source.Columns, index) {
				unfit(&p, path, admin.CodeFormat+".not_imported", "index", index, "column", admin.Clip(col.Name), "field",
					admin.Clip(name))
				break
			}
		}
	}
	return p.Err()
}
