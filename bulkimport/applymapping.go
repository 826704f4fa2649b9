package bulkimport

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// AppliedMapping is a saved mapping for the columns of one file, and what of it could not be applied.
type AppliedMapping struct {
	Mapping Mapping `json:"mapping,omitempty"`
	// Settings are those of the saved mapping, with the CustomersFrom and HeaderConfirmed of the import.
	Settings Settings `json:"settings"`
	// Missing are the columns that the saved mapping names and that are not found in the file.
	Missing []MissingColumn `json:"missing,omitempty"`
	// NotApplied are fields that are not in Mapping because of them, and Shortened are fields that are: they are taken
	// from the first of several columns that is not blank, and some of the columns are found. Both are in the order of
	// the schema.
	NotApplied []string `json:"notApplied,omitempty"`
	Shortened  []string `json:"shortened,omitempty"`
	// Unnamed are the columns of the file that the saved mapping does not name, neither as a field's nor as one to be left
	// out.
	Unnamed []UnmappedColumn `json:"unnamed,omitempty"`
	// Unknown are the fields that the saved mapping fills in or has in Optional and that its type has no longer, in order
	// of the name. They are not in Mapping and Settings.Optional. One that Settings.Match names stays there, which
	// SetMapping refuses: without it rows would be about other records.
	Unknown []string `json:"unknown,omitempty"`
}

// Complete reports whether every field of the saved mapping could be applied whole. The file may have columns that the
// saved mapping does not name.
func (a AppliedMapping) Complete() bool {
	return len(a.NotApplied) == 0 && len(a.Shortened) == 0 && len(a.Unknown) == 0
}

// MissingColumn is a column that a saved mapping names and that is not found in a file.
type MissingColumn struct {
	Header string        `json:"header,omitempty"`
	Place  int           `json:"place"` // in SavedMapping.Headers, from 0
	Why    MissingReason `json:"why"`
	// Fields are those that take values from it; none if it was to be left out.
	Fields []string `json:"fields,omitempty"`
}

// ApplyMapping returns what a saved mapping is for the file of an import, by the headers and not by the places of the
// columns, for [Service.SetMapping]; it changes nothing. Headers are compared as they are first, and then as words
// without capitals, accents and punctuation. A header that repeats is found if both files have it equally often, in the
// same order. A column without a header is found only if all columns are the same in the same order. A field that is
// joined from several columns is applied if all of them are found; one that is taken from the first that is not blank,
// if any is. All that is not applied is named.
//
// It requires the type's Read permission. It fails with [admin.ErrNotFound], with [admin.ErrInvalid] if the import is
// of another type, and with [admin.ErrState] while its upload is not complete.
func (s *Service) ApplyMapping(ctx context.Context, scope admin.Scope, id, importID uuid.UUID) (AppliedMapping, error) {
	m, t, err := s.openMapping(ctx, scope, id, read)
	if err != nil {
		return AppliedMapping{}, err
	}
	i, err := s.readyFile(ctx, scope, importID)
	if err != nil {
		return AppliedMapping{}, err
	}
	if err := m.of(i); err != nil {
		return AppliedMapping{}, err
	}
	return m.apply(t.Schema, i), nil
}

// readyFile loads an import whose upload is complete, and requires its type's Read permission.
func (s *Service) readyFile(ctx context.Context, scope admin.Scope, id uuid.UUID) (Import, error) {
	i, _, err := s.open(ctx, scope, id, read)
	if err == nil && i.Status == Uploading {
		err = fmt.Errorf("the upload is not complete: %w", admin.ErrState)
	}
	return i, err
}

// apply makes the mapping that m is for the file of an import.
func (m SavedMapping) apply(schema Schema, i Import) AppliedMapping {
	m = m.Clone()
	l := locate(m.Headers, i)
	a := AppliedMapping{Mapping: Mapping{}, Settings: m.Settings}
	a.Settings.CustomersFrom, a.Settings.HeaderConfirmed = i.Settings.CustomersFrom, i.Settings.HeaderConfirmed
	missing, named := map[int][]string{}, map[int]bool{}
	for _, f := range schema.Fields {
		if source, mapped := m.Mapping[f.Name]; mapped {
			a.source(f.Name, source, l, missing, named)
		}
	}
	a.Settings.NotImported = nil
	for _, place := range m.Settings.NotImported {
		if c := l.columns[place]; c >= 0 {
			a.Settings.NotImported = append(a.Settings.NotImported, c)
			named[c] = true
		} else if _, is := missing[place]; !is {
			missing[place] = nil
		}
	}
	for _, place := range slices.Sorted(maps.Keys(missing)) {
		a.Missing = append(a.Missing, MissingColumn{Header: m.Headers[place], Place: place, Why: l.why[place],
			Fields: slices.Clip(missing[place])})
	}
	for _, c := range i.Columns {
		if !named[c.Index] {
			a.Unnamed = append(a.Unnamed, UnmappedColumn{Index: c.Index, Name: c.Name, Filled: c.Filled})
		}
	}
	a.unknown(schema, m)
	return a
}

// source applies the source of one field.
func (a *AppliedMapping) source(field string, s Source, l located, missing map[int][]string, named map[int]bool) {
	var found []int
	for _, place := range s.Columns {
		if c := l.columns[place]; c >= 0 {
			found = append(found, c)
			named[c] = true
		} else {
			missing[place] = append(missing[place], field)
		}
	}
	switch {
	case len(found) == len(s.Columns):
	case s.First && len(found) > 0:
		a.Shortened = append(a.Shortened, field)
	default:
		a.NotApplied = append(a.NotApplied, field)
		return
	}
	s.Columns = found
	a.Mapping[field] = s
}

// unknown finds the fields that the type has no longer.
func (a *AppliedMapping) unknown(schema Schema, m SavedMapping) {
	gone := map[string]bool{}
	for name := range m.Mapping {
		gone[name] = schema.index(name) < 0
	}
	a.Settings.Optional = nil
	for _, name := range m.Settings.Optional {
		if gone[name] = schema.index(name) < 0; !gone[name] {
			a.Settings.Optional = append(a.Settings.Optional, name)
		}
	}
	if match := m.Settings.Match; match != "" {
		gone[match] = schema.index(match) < 0
	}
	for _, name := range slices.Sorted(maps.Keys(gone)) {
		if gone[name] {
			a.Unknown = append(a.Unknown, name)
		}
	}
}
