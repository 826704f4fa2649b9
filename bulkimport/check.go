package bulkimport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Preview is the outcome of a rehearsal.
type Preview struct {
	Counts    job.Counts  `json:"counts"`
	Created   int64       `json:"created"`
	Updated   int64       `json:"updated"`
	Unchanged int64       `json:"unchanged"`
	Failed    []FailedRow `json:"failed,omitempty"` // the first, at most 100
	// Unmapped are the columns whose values are not imported.
	Unmapped []UnmappedColumn `json:"unmapped,omitempty"`
}

// maxPreview is how many failed rows a Preview lists.
const maxPreview = 100

// errUndo rolls back what a rehearsal wrote.
var errUndo = errors.New("rehearsal")

// Check rehearses a mapped import: it finds what Start and Run would, and writes nothing. Rows are written
// batch by batch in transactions that are rolled back, so that it also finds what exists, what is missing
// and what the database refuses. A target outside of the transaction ([Type]) is not called: every valid
// row counts as created. It requires the type's Write permission; its errors are those of [Service.Start].
func (s *Service) Check(ctx context.Context, scope admin.Scope, id uuid.UUID) (Preview, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return Preview{}, err
	}
	if i.Status != Uploaded {
		return Preview{}, fmt.Errorf("import is %s: %w", i.Status, admin.ErrState)
	}
	duplicates, err := s.ready(ctx, scope.Org(), i, t)
	if err != nil {
		return Preview{}, err
	}
	out := Preview{Counts: job.Counts{Total: i.Rows, Failed: int64(len(duplicates))}, Unmapped: i.Unmapped()}
	settled, at := rowsOf(duplicates), i.beginning()
	var sum tallies
	for done := false; !done; {
		p, err := s.portion(ctx, scope.Org(), i, t, at, settled, sum.Failed)
		if err != nil {
			return Preview{}, err
		}
		w, err := s.rehearse(ctx, scope, i, t, p.batch)
		if err != nil {
			return Preview{}, err
		}
		res := p.result(w)
		at = p.cursor
		p.tally(&sum, w)
		stop := int64(i.Settings.StopAfter)
		stopped := stop > 0 && sum.Failed >= stop
		done = p.done || stopped
		out.Counts = out.Counts.Add(res.Counts)
		// Repeated rows were found first; they go where they are in the file.
		n := 0
		for n < len(duplicates) && (p.done || duplicates[n].Seq <= at.row) {
			n++
		}
		if err := out.add(append(res.Entries, duplicates[:n]...)); err != nil {
			return Preview{}, err
		}
		duplicates = duplicates[n:]
		if stopped {
			out.Counts.Failed -= int64(len(duplicates))
		}
	}
	out.Created, out.Updated, out.Unchanged = sum.Created, sum.Updated, sum.Unchanged
	return out, nil
}

// rehearse writes a batch and takes it back.
func (s *Service) rehearse(
	ctx context.Context, scope admin.Scope, i Import, t Type, b Batch,
) (w written, err error) {
	if t.Target != nil {
		for range b.Rows {
			w.outcomes = append(w.outcomes, Outcome{Result: Created})
		}
		return w, nil
	}
	write, err := s.writing(t, b)
	if err != nil {
		return written{}, err
	}
	rec := s.record(scope, ActionWrite, i)
	err = s.atomically(ctx, func(p Ports) error {
		if w, err = write(ctx, p, scope.Org(), rec); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		return written{}, err
	}
	return w, nil
}

// add takes the failed rows among a batch's entries, in the order of the file.
func (p *Preview) add(entries []job.Entry) error {
	slices.SortFunc(entries, func(a, b job.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, e := range entries {
		if e.Status != job.EntryFailed || len(p.Failed) == maxPreview {
			continue
		}
		row, err := failedRow(e)
		if err != nil {
			return err
		}
		p.Failed = append(p.Failed, row)
	}
	return nil
}
