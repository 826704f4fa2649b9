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

// remember takes the mapping of an earlier import: what it mapped is preselected, and what it left out is not.
func (s Suggestions) remember(had, now Import) {
	columns, _ := sameColumns(had, now)
	date := had.CreatedAt.UTC().Format(time.DateOnly)
	used := map[int]bool{}
	for k := range s {
		source, mapped := had.Mapping[s[k].Field]
		if !mapped {
			continue
		}
		source.Columns = slices.Clone(source.Columns)
		for n, index := range source.Columns {
			source.Columns[n] = columns[index]
			used[columns[index]] = true
		}
		if slices.Equal(source.Columns, s[k].Source.Columns) {
			s[k].Alternatives = nil
		} else if len(s[k].Source.Columns) == 1 {
			s[k].Alternatives = []Alternative{s[k].alternative()}
		}
		s[k].Source, s[k].Score, s[k].Preselected = source, 1, true
		s[k].because(reason("earlier", "date", date))
	}
	for k := range s {
		if _, mapped := had.Mapping[s[k].Field]; mapped || len(s[k].Source.Columns) == 0 {
			continue
		}
		if slices.ContainsFunc(s[k].Source.Columns, func(c int) bool { return used[c] }) {
			s[k] = Suggestion{Field: s[k].Field}
			continue
		}
		s[k].Preselected = false
		s[k].because(append(slices.Clip(s[k].Why), reason("left_out", "date", date))...)
	}
}
