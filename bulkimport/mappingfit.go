package bulkimport

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// MappingFit is how well a saved mapping fits a file.
type MappingFit struct {
	Mapping SavedMapping `json:"mapping"`
	// Score is 1 if the file has every column that the mapping takes values from and no column that was not in the file
	// that it was saved from; from 0.80 if it has every such column; and below 0.80, by the share of those that it has, if
	// it has some. It is 0.75 for files without headers, of which only the number of columns is the same.
	Score  float64  `json:"score"`
	Reason string   `json:"reason"`        // why, in a few words
	Why    []Reason `json:"why,omitempty"` // what Reason is made of, for another language
	// Missing are the columns that the mapping names and that are not found in the file; see [Service.ApplyMapping].
	Missing []MissingColumn `json:"missing,omitempty"`
}

// noHeaders is the score of a mapping for files without headers: too little to preselect.
const noHeaders = 0.75

// lacks reports whether a column is missing that a field takes values from.
func (f MappingFit) lacks() bool {
	return slices.ContainsFunc(f.Missing, func(m MissingColumn) bool { return len(m.Fields) > 0 })
}

// FittingMappings returns the saved mappings of the import's type that fit its file with a score of at least 0.60, the
// best first, and of those that fit equally well the one that was changed last. It requires the type's Read permission.
// It fails with [admin.ErrState] while the upload is not complete.
func (s *Service) FittingMappings(ctx context.Context, scope admin.Scope, importID uuid.UUID) ([]MappingFit, error) {
	i, err := s.readyFile(ctx, scope, importID)
	if err != nil {
		return nil, err
	}
	if _, err := s.mappings(); err != nil {
		return nil, err
	}
	t, err := s.typeOf(i.Type)
	if err != nil {
		return nil, err
	}
	return s.fitting(ctx, scope.Org(), t.Schema, i)
}

// fitting returns the saved mappings that fit, the best first.
func (s *Service) fitting(ctx context.Context, org admin.OrgID, schema Schema, i Import) ([]MappingFit, error) {
	if s.ports.Mappings == nil {
		return nil, nil
	}
	var out []MappingFit
	for seek := (admin.Seek[string]{Limit: mappingPage}); ; {
		found, err := s.ports.Mappings.List(ctx, org, i.Type, seek)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			if fit := m.fit(schema, i); fit.Score >= suggestAt {
				out = append(out, fit)
			}
		}
		if len(found) < mappingPage {
			break
		}
		seek.After = found[mappingPage-1].NameKey()
	}
	slices.SortStableFunc(out, func(a, b MappingFit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.Mapping.UpdatedAt.Compare(a.Mapping.UpdatedAt))
	})
	return out, nil
}

// fit computes how well a mapping fits a file.
func (m SavedMapping) fit(schema Schema, i Import) MappingFit {
	l := locate(m.Headers, i)
	used, found := m.used(schema, l)
	known := 0
	for _, c := range l.columns {
		if c >= 0 {
			known++
		}
	}
	fit := MappingFit{Mapping: m, Missing: m.apply(schema, i).Missing}
	if used == 0 || len(i.Columns) == 0 {
		return fit
	}
	if !slices.ContainsFunc(m.Headers, func(h string) bool { return h != "" }) {
		if found < used {
			return fit
		}
		fit.Score, fit.Why = noHeaders, reasons{reason("fits.places")}
		fit.Reason = reasons(fit.Why).english()
		return fit
	}
	why := reasons{{Code: "fits"}}
	if found < used {
		fit.Score = rounded(preselect * float64(found) / float64(used))
		why = reasons{reason("fits.some", "found", found, "count", used)}
	} else {
		fit.Score = rounded(preselect + (1-preselect)*float64(known)/float64(len(i.Columns)))
	}
	if more := len(i.Columns) - known; more > 0 {
		why = append(why, reason("more_columns", "count", more))
	}
	fit.Reason, fit.Why = why.english(), why
	return fit
}

// used counts the columns that fields of the schema take values from, and how many of them are in the file.
func (m SavedMapping) used(schema Schema, l located) (used, found int) {
	seen := map[int]bool{}
	for name, source := range m.Mapping {
		if schema.index(name) < 0 {
			continue
		}
		for _, place := range source.Columns {
			if seen[place] {
				continue
			}
			seen[place] = true
			used++
			if l.columns[place] >= 0 {
				found++
			}
		}
	}
	return used, found
}

// decision is the decision that the mapping is for the file.
func (f MappingFit) decision(schema Schema, i Import) decision {
	d := decision{
		mapping: f.Mapping.apply(schema, i).Mapping, known: map[int]bool{}, score: f.Score,
		taken: reason("saved", "name", quoted(f.Mapping.Name)),
		left:  reason("left_out.saved", "name", quoted(f.Mapping.Name)),
	}
	for _, c := range locate(f.Mapping.Headers, i).columns {
		d.known[c] = true
	}
	return d
}
