package bulkimport

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Summary is what is wrong with the rows of a job, by kind of error and column: "1,204 × invalid_date in Created".
type Summary struct {
	// Errors are the kinds of errors, that of most rows first. A row with errors of several kinds is in each.
	Errors []ErrorCount `json:"errors,omitempty"`
	// Others is how many errors are of further kinds: 300 are told apart, less if their names are long.
	Others int64 `json:"others,omitempty"`
}

// ErrorCount is how many rows have an error of a kind.
type ErrorCount struct {
	Code   string `json:"code"`
	Column int    `json:"column"`         // the column's index from 0, or NoColumn
	Name   string `json:"name,omitempty"` // of the column
	Field  string `json:"field,omitempty"`
	Rows   int64  `json:"rows"`
}

// Summary counts the errors of the failed rows of a job of an import, that of the run if id is the import's, as far as
// the job is. Those of an undo are the rows that it could not undo, by reason; rows that it skipped have none. Rows
// that repeat a key count from the beginning. It holds no values of cells, and stays when the failed
// rows are not kept any longer. It fails with [admin.ErrNotFound] before Start. It requires the Read permission of the
// import's type.
func (s *Service) Summary(ctx context.Context, scope admin.Scope, id uuid.UUID) (Summary, error) {
	i, _, j, err := s.openJob(ctx, scope, id, read)
	if err != nil {
		return Summary{}, err
	}
	t, err := talliesOf(j)
	if err != nil {
		return Summary{}, err
	}
	out := Summary{Others: t.Errors.Others}
	for _, k := range t.Errors.Kinds {
		c := ErrorCount{Code: k.Code, Column: k.Column, Field: k.Field, Rows: k.Rows}
		if col, ok := i.column(k.Column); ok {
			c.Name = col.Name
		}
		out.Errors = append(out.Errors, c)
	}
	slices.SortFunc(out.Errors, func(a, b ErrorCount) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Field, b.Field))
	})
	return out, nil
}

// counts are how many rows have which errors, as a part of a job's State. They hold no value of a cell: what is erased
// of a person in a job's rows is not in its State.
type counts struct {
	Kinds  []countOf `json:"kinds,omitempty"`
	Others int64     `json:"others,omitempty"` // errors of further kinds
}

// countOf counts the rows with one kind of error.
type countOf struct {
	Code   string `json:"c"`
	Column int    `json:"i"`
	Field  string `json:"f,omitempty"`
	Rows   int64  `json:"n"`
}

// What is kept of kinds: their names may have up to 200 bytes, of which each may take 6 in JSON, and a State has at
// most 64 KiB.
const (
	maxKinds     = 300
	maxKindBytes = 6 << 10 // of the names of all
)

func (c counts) clone() counts {
	c.Kinds = slices.Clone(c.Kinds)
	return c
}

// add counts a row that has errors: once for each kind.
func (c *counts) add(errs []CellError) {
	var had []countOf
	for _, e := range errs {
		kind := countOf{Code: e.Code, Column: e.Column, Field: e.Field}
		if slices.Contains(had, kind) {
			continue
		}
		had = append(had, kind)
		at := slices.IndexFunc(c.Kinds, func(k countOf) bool {
			k.Rows = 0
			return k == kind
		})
		switch {
		case at >= 0:
			c.Kinds[at].Rows++
		case c.full(kind):
			c.Others++
		default:
			kind.Rows = 1
			c.Kinds = append(c.Kinds, kind)
		}
	}
}

// full reports whether there is no room for another kind.
func (c *counts) full(kind countOf) bool {
	size := len(kind.Code) + len(kind.Field)
	for _, k := range c.Kinds {
		size += len(k.Code) + len(k.Field)
	}
	return len(c.Kinds) >= maxKinds || size > maxKindBytes
}
