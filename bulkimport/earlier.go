package bulkimport

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// maxEarlier is how many of the newest imports of a type are looked through for one with the same headers.
const maxEarlier = 50

// decided returns the mapping that was decided on before for such a file, if there is one: a saved mapping that has all
// of its columns, the earlier import of a file with the same headers, or else the saved mapping that fits best and of
// which no column is missing.
func (s *Service) decided(ctx context.Context, org admin.OrgID, schema Schema, i Import) (decision, bool, error) {
	fits, err := s.fitting(ctx, org, schema, i)
	if err != nil {
		return decision{}, false, err
	}
	fits = slices.DeleteFunc(fits, func(f MappingFit) bool { return f.Score < preselect || f.lacks() })
	if len(fits) > 0 && fits[0].Score == 1 {
		return fits[0].decision(schema, i), true, nil
	}
	had, found, err := s.earlier(ctx, org, i)
	switch {
	case err != nil:
		return decision{}, false, err
	case found:
		return had.decision(i), true, nil
	case len(fits) > 0:
		return fits[0].decision(schema, i), true, nil
	}
	return decision{}, false, nil
}

// earlier returns the newest import of a file with the same headers that was completed, if there is one.
func (s *Service) earlier(ctx context.Context, org admin.OrgID, i Import) (Import, bool, error) {
	list, err := s.ports.Imports.List(ctx, org, Filter{Type: i.Type, Status: Started},
		admin.Seek[uuid.UUID]{Limit: maxEarlier})
	if err != nil {
		return Import{}, false, err
	}
	for _, had := range list {
		if _, same := sameColumns(had, i); had.ID == i.ID || !same {
			continue
		}
		j, err := s.ports.Jobs.Get(ctx, org, had.ID)
		switch {
		case errors.Is(err, admin.ErrNotFound):
		case err != nil:
			return Import{}, false, err
		case j.Status == job.Completed, j.Status == job.CompletedWithFailures:
			return had, true, nil
		}
	}
	return Import{}, false, nil
}

// sameColumns reports whether two files have the same headers, in any order, and returns the column of the second for
// each of the first. Headers that repeat have to be in the same order.
func sameColumns(had, now Import) (map[int]int, bool) {
	if len(had.Columns) != len(now.Columns) {
		return nil, false
	}
	byName := map[string][]int{}
	for _, c := range now.Columns {
		byName[c.Name] = append(byName[c.Name], c.Index)
	}
	out := map[int]int{}
	for _, c := range had.Columns {
		left := byName[c.Name]
		if len(left) == 0 {
			return nil, false
		}
		out[c.Index], byName[c.Name] = left[0], left[1:]
	}
	return out, true
}

// decision is a mapping that was decided on before, for the columns of a file.
type decision struct {
	mapping     Mapping
	known       map[int]bool // the columns that were there when it was decided
	score       float64
	taken, left Reason // for a field that it maps, and for one that it left out
}

// decision is the decision that an earlier import is for the file of another one.
func (i Import) decision(now Import) decision {
	date := i.CreatedAt.UTC().Format(time.DateOnly)
	d := decision{
		mapping: i.Mapping.clone(), known: map[int]bool{}, score: 1,
		taken: reason("earlier", "date", date), left: reason("left_out", "date", date),
	}
	columns, _ := sameColumns(i, now)
	for _, c := range columns {
		d.known[c] = true
	}
	for _, source := range d.mapping {
		for k, index := range source.Columns {
			source.Columns[k] = columns[index]
		}
	}
	return d
}

// remember takes a mapping of before: what it mapped is preselected, and what it left out is not.
func (s Suggestions) remember(d decision) {
	used := map[int]bool{}
	for k := range s {
		source, mapped := d.mapping[s[k].Field]
		if !mapped {
			continue
		}
		for _, index := range source.Columns {
			used[index] = true
		}
		if slices.Equal(source.Columns, s[k].Source.Columns) {
			s[k].Alternatives = nil
		} else if len(s[k].Source.Columns) == 1 {
			s[k].Alternatives = []Alternative{s[k].alternative()}
		}
		s[k].Source, s[k].Score, s[k].Preselected = source, d.score, true
		s[k].because(d.taken)
	}
	for k := range s {
		columns := s[k].Source.Columns
		if _, mapped := d.mapping[s[k].Field]; mapped || len(columns) == 0 {
			continue
		}
		if slices.ContainsFunc(columns, func(c int) bool { return used[c] }) {
			s[k] = Suggestion{Field: s[k].Field}
			continue
		}
		if slices.ContainsFunc(columns, func(c int) bool { return !d.known[c] }) {
			continue // nothing was decided about it
		}
		s[k].Preselected = false
		s[k].because(append(slices.Clip(s[k].Why), d.left)...)
	}
}
