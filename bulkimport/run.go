package bulkimport

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Start makes the job that imports the file; its ID is the import's. Starting again returns the same job. It
// reads the file once, to make sure that it is what was uploaded and to find rows that repeat a key: a key may
// be in a file once, so all rows but the first fail with duplicate_in_file, in any batch. It requires the type's
// Write permission.
//
// It fails with what SetMapping finds, if that was not called or the schema has changed since, with
// [ErrHeaderUnconfirmed], with a [*FileError] if the content changed or too many rows repeat a key, and with
// [admin.ErrState] if the upload is not complete, the job has failed or was cancelled, or the import of
// Settings.CustomersFrom has not ended.
func (s *Service) Start(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return job.Job{}, err
	}
	switch i.Status {
	case Started:
		return s.started(ctx, scope.Org(), id)
	case Uploading:
		return job.Job{}, fmt.Errorf("the upload is not complete: %w", admin.ErrState)
	}
	if err := s.customersFirst(ctx, scope.Org(), i); err != nil {
		return job.Job{}, err
	}
	duplicates, passes, err := s.ready(ctx, scope.Org(), i, t)
	if err != nil {
		return job.Job{}, err
	}
	j, err := s.newJob(scope, id, JobKind(i.Type), i, duplicates, tallies{Passes: passes})
	if err != nil {
		return job.Job{}, err
	}
	i.Status, i.UpdatedAt = Started, j.CreatedAt
	rec := s.record(scope, ActionStart, i, admin.Change{Field: "status", From: string(Uploaded), To: string(Started)},
		admin.Change{Field: "rows", To: fmt.Sprint(i.Rows)})
	err = s.runner.Begin(ctx, scope.Org(), j, func(p Ports) error {
		return p.Imports.Start(ctx, scope.Org(), i, j, duplicates, rec)
	})
	if errors.Is(err, admin.ErrConflict) || errors.Is(err, admin.ErrExists) {
		// Another caller started it at the same moment, or changed the mapping.
		if started, e := s.ports.Jobs.Get(ctx, scope.Org(), id); e == nil {
			return started, nil
		}
	}
	if err != nil {
		return job.Job{}, err
	}
	return j, nil
}

// newJob returns a job that begins with rows that have failed.
func (s *Service) newJob(
	scope admin.Scope, id uuid.UUID, k job.Kind, i Import, failed []job.Entry, sum tallies,
) (job.Job, error) {
	sum.Format = talliesFormat
	for _, e := range failed {
		row, err := failedRow(e)
		if err != nil {
			return job.Job{}, err
		}
		sum.Errors.add(row.Errors)
	}
	state, err := sum.stored()
	if err != nil {
		return job.Job{}, err
	}
	now := s.runtime.Instant()
	return job.Job{
		ID: id, Kind: k, Status: job.Pending, CreatedAt: now, CreatedBy: scope.Actor(), UpdatedAt: now, Version: 1,
		Counts: job.Counts{Total: i.Rows, Failed: int64(len(failed))}, State: state,
	}, nil
}

// started returns the job of an import that was started before, unless starting it again would do nothing.
func (s *Service) started(ctx context.Context, org admin.OrgID, id uuid.UUID) (job.Job, error) {
	j, err := s.ports.Jobs.Get(ctx, org, id)
	switch {
	case err != nil:
		return job.Job{}, err
	case j.Status == job.Failed:
		return job.Job{}, fmt.Errorf("import has failed: retry it: %w", admin.ErrState)
	case j.Status == job.Cancelled:
		return job.Job{}, fmt.Errorf("import was cancelled: upload the file again: %w", admin.ErrState)
	}
	return j, nil
}

// ready finds what keeps an import from starting, the rows that its job begins with as failed, and how often it reads
// the file again.
func (s *Service) ready(
	ctx context.Context, org admin.OrgID, i Import, t Type,
) (failed []job.Entry, passes int, err error) {
	if err := checkMapping(t.Schema, i, i.Mapping, i.Settings); err != nil {
		return nil, 0, err
	}
	if i.warned(WarnNoHeader) && looksLikeData(i.headers()) && !i.Settings.HeaderConfirmed {
		return nil, 0, ErrHeaderUnconfirmed
	}
	if failed, err = s.duplicates(ctx, org, i, t); err != nil {
		return nil, 0, err
	}
	conflicts, err := s.conflicts(ctx, org, i, t, rowsOf(failed))
	if err != nil {
		return nil, 0, err
	}
	failed = append(failed, conflicts...)
	g, err := s.graph(ctx, org, i, t)
	if err != nil {
		return nil, 0, err
	}
	in, err := g.order()
	if err != nil {
		return nil, 0, err
	}
	if in != nil {
		passes = in.most
	}
	circles, err := s.cycles(ctx, org, i, g, rowsOf(failed))
	return append(failed, circles...), passes, err
}

// Progress is where a started import stands.
type Progress struct {
	job.Progress
	Created   int64 `json:"created"`   // rows that made a record
	Updated   int64 `json:"updated"`   // rows that changed one
	Unchanged int64 `json:"unchanged"` // rows whose record was like that already
	// Unchecked is how many of Created are valid rows of a check of which it is unknown what their target would do: it
	// is outside the transaction, and no [Checker].
	Unchecked int64 `json:"unchecked,omitempty"`
	// Removed and Restored are the records that an undo, or its check, has taken back.
	Removed  int64 `json:"removed,omitempty"`
	Restored int64 `json:"restored,omitempty"`
	// Unmapped are the columns whose values are not imported.
	Unmapped []UnmappedColumn `json:"unmapped,omitempty"`
}

// Progress returns how far a job of an import is, that of the run if id is the import's, or [admin.ErrNotFound] before
// Start. It requires the Read permission of the import's type. [job.Service.Watch] has the rate and the time that is
// left, and a stream of both.
func (s *Service) Progress(ctx context.Context, scope admin.Scope, id uuid.UUID) (Progress, error) {
	i, _, j, err := s.openJob(ctx, scope, id, read)
	if err != nil {
		return Progress{}, err
	}
	t, err := talliesOf(j)
	if err != nil {
		return Progress{}, err
	}
	return Progress{
		Progress: j.Progress(s.runtime.Instant()),
		Created:  t.Created, Updated: t.Updated, Unchanged: t.Unchanged, Unchecked: t.Unchecked,
		Removed: t.Removed, Restored: t.Restored, Unmapped: i.Unmapped(),
	}, nil
}

// prepare reads, checks and turns into changes the next rows, outside the transaction.
func (s *Service) prepare(scope admin.Scope) job.Prepare[Ports] {
	var file openFile
	return func(ctx context.Context, j job.Job) (job.Batch[Ports], error) {
		i, t, err := s.loadOf(ctx, scope.Org(), j)
		if errors.Is(err, admin.ErrNotFound) || errors.Is(err, admin.ErrInvalid) {
			return nil, job.Fail(err) // deleted, or of a type that the host gave up
		} else if err != nil {
			return nil, err
		}
		if i.UndoID != uuid.Nil { // a job that failed can be retried by others
			return nil, job.Fail(errors.New("the import was undone"))
		}
		p, err := s.next(ctx, scope.Org(), i, t, j, &file)
		if err != nil {
			return nil, err
		}
		write, err := s.writing(t, p.batch)
		if err != nil {
			return nil, err
		}
		rec := s.record(scope, ActionWrite, i, admin.Change{Field: "rows", To: fmt.Sprint(len(p.batch.Rows))})
		before, err := talliesOf(j)
		if err != nil {
			return nil, job.Fail(err)
		}
		finish := func(w written) (job.Result, error) {
			res, sum := p.result(w), before
			p.tally(&sum, w)
			if stop := int64(i.Settings.StopAfter); p.canary && (stop == 0 || sum.Failed < stop) {
				res.Then = job.Confirm
			}
			var err error
			res.State, err = sum.stored()
			return res, err
		}
		if t.Target != nil {
			w, err := write(ctx, s.ports, scope.Org(), rec)
			if err != nil {
				return nil, err
			}
			return func(context.Context, Ports) (job.Result, error) { return finish(w) }, nil
		}
		return func(ctx context.Context, ports Ports) (job.Result, error) {
			w, err := write(ctx, ports, scope.Org(), rec)
			if err != nil {
				return job.Result{}, err
			}
			return finish(w)
		}, nil
	}
}
