package bulkimport

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// CheckKind returns the kind of the jobs that check imports of a type, such as "import_check.customers".
func CheckKind(t TypeName) job.Kind { return job.Kind("import_check." + t) }

// Checker is a [Target] of [Type] that can find what Write would do, for [Service.Check].
type Checker interface {
	Target
	// Check returns what Write would make of each row of a batch, in the same order, and changes nothing. No two rows
	// of one import have the same key. An error means that the batch will be tried again, or fails the check if it is
	// from [job.Fail].
	Check(ctx context.Context, org admin.OrgID, b Batch) ([]Outcome, error)
}

// errRollBack rolls back what a rehearsal wrote.
var errRollBack = errors.New("rehearsal")

// Check makes a job that rehearses a mapped import, with an id of its own: it finds what Start and Run would find now,
// and writes nothing but what it found. [Service.Step] and [Service.Run] do it, as they do an import, and
// [Service.Progress], [Service.Summary], [Service.Errors] and [Service.FailedRows] have what it found, by its id. Its
// counts and errors are those of the run, unless records are changed in between, and its status is too: a check of
// which Settings.StopAfter stops the run is FAILED. It does not wait after Settings.Canary.
//
// Rows are written batch by batch in transactions that are rolled back, so that it also finds what exists, what is
// missing and what the database refuses. A target within the transaction ([Ports]) is called and rolled back as well;
// of what it refuses because of rows in batches before, the check finds nothing. A target outside of it ([Type]) is
// asked if it is a [Checker]; if not, every valid row counts as created, and Progress.Unchecked says so. A batch
// cannot be rolled back in a transaction of the caller's: Step and Run of a service that is in one ([Service.In]) fail
// with [admin.ErrState].
//
// Check returns the job that it made before as long as that is not final. To check again makes a new one, and removes
// the rows that the one before found. SetMapping, SetFileFormat and Start make a check stale: its next batch fails it,
// and to check again cancels it. The version of the import rises by one. Check requires the type's Write permission;
// its errors are those of [Service.Start].
func (s *Service) Check(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return job.Job{}, err
	}
	if i.Status != Uploaded {
		return job.Job{}, fmt.Errorf("import is %s: %w", i.Status, admin.ErrState)
	}
	if j, err := s.checking(ctx, scope.Org(), i); err != nil || j.ID != uuid.Nil {
		return j, err
	}
	duplicates, passes, err := s.ready(ctx, scope.Org(), i, t)
	if err != nil {
		return job.Job{}, err
	}
	if err := s.dropCheck(ctx, scope, i); err != nil {
		return job.Job{}, err
	}
	i.CheckID = s.runtime.NewID()
	j, err := s.newJob(scope, i.CheckID, CheckKind(i.Type), i, duplicates, tallies{Import: id, Version: i.Version + 1,
		Passes: passes})
	if err != nil {
		return job.Job{}, err
	}
	i.UpdatedAt = j.CreatedAt
	rec := s.record(scope, ActionCheck, i, admin.Change{Field: "job", To: j.ID.String()},
		admin.Change{Field: "rows", To: fmt.Sprint(i.Rows)})
	err = s.runner.Begin(ctx, scope.Org(), j, func(p Ports) error {
		return p.Imports.Start(ctx, scope.Org(), i, j, duplicates, rec)
	})
	if errors.Is(err, admin.ErrConflict) {
		// Another caller checked it at the same moment, or changed it.
		if now, e := s.ports.Imports.Get(ctx, scope.Org(), id); e == nil {
			if other, e := s.checking(ctx, scope.Org(), now); e == nil && other.ID != uuid.Nil {
				return other, nil
			}
		}
	}
	if err != nil {
		return job.Job{}, err
	}
	return j, nil
}

// checking returns the job that checks the import as it is now, if there is one that is not final; else the zero Job.
func (s *Service) checking(ctx context.Context, org admin.OrgID, i Import) (job.Job, error) {
	if i.CheckID == uuid.Nil {
		return job.Job{}, nil
	}
	j, err := s.ports.Jobs.Get(ctx, org, i.CheckID)
	if errors.Is(err, admin.ErrNotFound) {
		return job.Job{}, nil // its time was over
	} else if err != nil {
		return job.Job{}, err
	}
	t, err := talliesOf(j)
	if err != nil || j.Status.Final() || i.stale(t) != nil {
		return job.Job{}, err
	}
	return j, nil
}

// dropCheck cancels the check that the import has, and removes the rows that it found: they are of another reading of
// the file.
func (s *Service) dropCheck(ctx context.Context, scope admin.Scope, i Import) error {
	if i.CheckID == uuid.Nil {
		return nil
	}
	j, err := s.ports.Jobs.Get(ctx, scope.Org(), i.CheckID)
	if errors.Is(err, admin.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	if !j.Status.Final() {
		if _, err := s.runner.Cancel(ctx, scope, j.ID); err != nil && !errors.Is(err, admin.ErrState) {
			return err // and not that it has ended meanwhile
		}
	}
	return s.prune(ctx, scope, i, j.ID)
}

// forgetCheck removes the rows that a check which has ended found under another mapping.
func (s *Service) forgetCheck(ctx context.Context, scope admin.Scope, i Import) error {
	if i.CheckID == uuid.Nil {
		return nil
	}
	j, err := s.ports.Jobs.Get(ctx, scope.Org(), i.CheckID)
	if errors.Is(err, admin.ErrNotFound) || err == nil && !j.Status.Final() {
		return nil
	} else if err != nil {
		return err
	}
	return s.prune(ctx, scope, i, j.ID)
}

// stale returns why a check with these tallies is not one of the import as it is, or nil.
func (i Import) stale(t tallies) error {
	switch {
	case i.Version == t.Version:
		return nil
	case i.Status == Started:
		return fmt.Errorf("the import was started meanwhile: its own job has its rows: %w", admin.ErrState)
	}
	return fmt.Errorf("the import was changed meanwhile: check it again: %w", admin.ErrState)
}

// prepareCheck reads and rehearses the next rows, outside the transaction that keeps what was found.
func (s *Service) prepareCheck(scope admin.Scope) job.Prepare[Ports] {
	var file openFile
	return func(ctx context.Context, j job.Job) (job.Batch[Ports], error) {
		i, t, err := s.loadOf(ctx, scope.Org(), j)
		if errors.Is(err, admin.ErrNotFound) || errors.Is(err, admin.ErrInvalid) {
			return nil, job.Fail(err) // deleted, or of a type that the host gave up
		} else if err != nil {
			return nil, err
		}
		sum, err := talliesOf(j)
		if err == nil {
			err = i.stale(sum)
		}
		if err != nil {
			return nil, job.Fail(err)
		}
		p, err := s.next(ctx, scope.Org(), i, t, j, &file)
		if err != nil {
			return nil, err
		}
		w, asked, err := s.rehearse(ctx, scope, i, t, p.batch, j)
		if err != nil {
			return nil, err
		}
		res := p.result(w)
		res.Effects = nil // they were taken back
		p.tally(&sum, w)
		if !asked {
			sum.Unchecked += int64(len(w.outcomes))
		}
		if res.State, err = sum.stored(); err != nil {
			return nil, err
		}
		return func(context.Context, Ports) (job.Result, error) { return res, nil }, nil
	}
}

// rehearse finds what a batch of a check would do. asked is false if that is unknown.
func (s *Service) rehearse(
	ctx context.Context, scope admin.Scope, i Import, t Type, b Batch, check job.Job,
) (w written, asked bool, err error) {
	if t.Target != nil {
		return askTarget(ctx, scope.Org(), t.Target, b)
	}
	write, err := s.writing(t, b)
	if err != nil {
		return written{}, false, err
	}
	add, err := s.customersSoon(ctx, scope, i, b)
	if err != nil {
		return written{}, false, err
	}
	if add == nil {
		if add, err = s.ownersSoon(ctx, scope, i, t, b, check); err != nil {
			return written{}, false, err
		}
	}
	rec := s.record(scope, ActionWrite, i)
	err = s.takenBack(ctx, func(p Ports) error {
		if add != nil {
			if err := add(ctx, p); err != nil {
				return err
			}
		}
		w, err = write(ctx, p, scope.Org(), rec)
		return err
	})
	if err != nil {
		return written{}, false, err
	}
	return w, true, nil
}

// takenBack runs fn in a transaction that is rolled back. It fails with [admin.ErrState] in a transaction of the
// caller's, which cannot be.
func (s *Service) takenBack(ctx context.Context, fn func(Ports) error) error {
	if s.ports.Atomically == nil {
		return fmt.Errorf("a check rolls back what it writes, which it cannot in a transaction of the caller's: %w",
			admin.ErrState)
	}
	err := s.ports.Atomically(ctx, func(p Ports) error {
		if err := fn(p); err != nil {
			return err
		}
		return errRollBack
	})
	if errors.Is(err, errRollBack) {
		return nil
	}
	return err
}

// askTarget asks a target that is outside of the transaction.
func askTarget(ctx context.Context, org admin.OrgID, t Target, b Batch) (w written, asked bool, err error) {
	c, ok := t.(Checker)
	if !ok {
		for range b.Rows {
			w.outcomes = append(w.outcomes, Outcome{Result: Created})
		}
		return w, false, nil
	}
	if len(b.Rows) == 0 {
		return w, true, nil
	}
	w.outcomes, err = c.Check(ctx, org, b)
	if err == nil && len(w.outcomes) != len(b.Rows) {
		err = fmt.Errorf("the target gave %d outcomes for %d rows", len(w.outcomes), len(b.Rows))
	}
	return w, true, err
}
