package bulkimport

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// JobKind returns the kind of the jobs that run imports of a type, such as "import.customers".
func JobKind(t TypeName) job.Kind { return job.Kind(kindPrefix + t) }

const kindPrefix = "import."

// JobKinds returns the kinds of the jobs of imports of a type.
func JobKinds(t TypeName) []job.Kind {
	return []job.Kind{JobKind(t), CheckKind(t), UndoKind(t), UndoCheckKind(t)}
}

// work returns what the jobs of a kind do, and the type of their imports.
func (s *Service) work(k job.Kind) (func(admin.Scope) job.Prepare[Ports], Type, error) {
	for _, t := range s.types {
		switch k {
		case JobKind(t.Schema.Type):
			return s.prepare, t, nil
		case CheckKind(t.Schema.Type):
			return s.prepareCheck, t, nil
		case UndoKind(t.Schema.Type):
			return s.undoing(false), t, nil
		case UndoCheckKind(t.Schema.Type):
			return s.undoing(true), t, nil
		}
	}
	return nil, Type{}, fmt.Errorf("job kind %q is not one of an import: %w", admin.Clip(string(k)), admin.ErrInvalid)
}

// importOf returns the id of the import that a job is of.
func importOf(j job.Job) (uuid.UUID, error) {
	if strings.HasPrefix(string(j.Kind), kindPrefix) {
		return j.ID, nil
	}
	t, err := talliesOf(j)
	return t.Import, err
}

// subjectOf returns the audit subject of a job: its import.
func subjectOf(j job.Job) admin.Subject {
	if id, err := importOf(j); err == nil {
		return subject(id)
	}
	return subject(j.ID)
}

// loadOf loads the import of a job.
func (s *Service) loadOf(ctx context.Context, org admin.OrgID, j job.Job) (Import, Type, error) {
	id, err := importOf(j)
	if err != nil {
		return Import{}, Type{}, err
	}
	return s.load(ctx, org, id)
}

// openJob loads a job of an import by its id, with the import, and requires the permission of the import's type. The
// job of the run has the import's id.
func (s *Service) openJob(
	ctx context.Context, scope admin.Scope, id uuid.UUID, a access,
) (Import, Type, job.Job, error) {
	if err := scope.Require(); err != nil {
		return Import{}, Type{}, job.Job{}, err
	}
	j, err := s.ports.Jobs.Get(ctx, scope.Org(), id)
	if errors.Is(err, admin.ErrNotFound) {
		if _, _, e := s.open(ctx, scope, id, a); errors.Is(e, admin.ErrForbidden) {
			err = e // of an import that was not started
		}
	}
	if err != nil {
		return Import{}, Type{}, job.Job{}, err
	}
	if _, _, err = s.work(j.Kind); err != nil {
		return Import{}, Type{}, job.Job{}, fmt.Errorf("job of an import: %w", admin.ErrNotFound)
	}
	of, err := importOf(j)
	if err != nil {
		return Import{}, Type{}, job.Job{}, err
	}
	i, t, err := s.open(ctx, scope, of, a)
	return i, t, j, err
}

// Step does the next batch of a job of an import; see [job.Runner.Step] for its errors. id is the import's for the
// job that Start made. The job of an import that was deleted fails. It requires the Write permission of the import's
// type.
func (s *Service) Step(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Progress, error) {
	prepare, err := s.mayRun(ctx, scope, id)
	if err != nil {
		return job.Progress{}, err
	}
	return s.runner.Step(ctx, scope, id, prepare)
}

// Run does all that is left of a job of an import, unless it waits for a person. report, if not nil, is called after
// each batch. Errors are Step's. It requires the Write permission of the import's type.
func (s *Service) Run(
	ctx context.Context, scope admin.Scope, id uuid.UUID, report func(job.Progress),
) (job.Progress, error) {
	prepare, err := s.mayRun(ctx, scope, id)
	if err != nil {
		return job.Progress{}, err
	}
	return s.runner.Run(ctx, scope, id, prepare, report)
}

// mayRun requires the Write permission of the type of a job's import, and returns what the job does. The job of a
// deleted import may be run too: if it was retried, its next batch fails it, without which it would be due forever.
func (s *Service) mayRun(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Prepare[Ports], error) {
	_, _, j, err := s.openJob(ctx, scope, id, write)
	if err != nil && (!errors.Is(err, admin.ErrNotFound) || j.Kind == "") {
		return nil, err
	}
	prepare, t, unknown := s.work(j.Kind)
	if unknown != nil {
		return nil, unknown
	}
	if _, err = s.require(scope, t.Schema.Type, write); err != nil {
		return nil, err
	}
	return prepare(scope), nil
}

// Confirm lets an import go on that waits after its canary ([Settings.Canary]); see [job.Runner.Confirm]. It fails with
// [admin.ErrState] for a job that does not wait. It requires the Write permission of the import's type.
func (s *Service) Confirm(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	return s.decide(ctx, scope, id, func(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
		return s.runner.Confirm(ctx, scope, id, nil)
	})
}

// Reject cancels an import that waits after its canary, of which the rows stay; see [job.Runner.Reject]. It fails with
// [admin.ErrState] for a job that does not wait. It requires the Write permission of the import's type.
func (s *Service) Reject(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	return s.decide(ctx, scope, id, s.runner.Reject)
}

// Cancel stops a job of an import within one batch; what was written stays; see [job.Service.Cancel]. id is the
// import's for the job that Start made. It requires the Write permission of the import's type.
func (s *Service) Cancel(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	return s.decide(ctx, scope, id, s.runner.Cancel)
}

// Pause stops a job of an import until it is resumed; see [job.Service.Pause]. It requires the Write permission of the
// import's type.
func (s *Service) Pause(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	return s.decide(ctx, scope, id, s.runner.Pause)
}

// Resume lets a paused job of an import go on; see [job.Service.Resume]. It requires the Write permission of the
// import's type.
func (s *Service) Resume(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	return s.decide(ctx, scope, id, s.runner.Resume)
}

// Retry lets a failed job of an import go on where it was; see [job.Service.Retry]. That of an import that was undone
// is [admin.ErrState]. It requires the Write permission of the import's type.
func (s *Service) Retry(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	if i, _, j, err := s.openJob(ctx, scope, id, write); err != nil {
		return job.Job{}, err
	} else if j.ID == i.ID && i.UndoID != uuid.Nil {
		return job.Job{}, fmt.Errorf("the import was undone: upload the file again: %w", admin.ErrState)
	}
	return s.decide(ctx, scope, id, s.runner.Retry)
}

func (s *Service) decide(
	ctx context.Context, scope admin.Scope, id uuid.UUID,
	decide func(context.Context, admin.Scope, uuid.UUID) (job.Job, error),
) (job.Job, error) {
	if _, _, _, err := s.openJob(ctx, scope, id, write); err != nil {
		return job.Job{}, err
	}
	return decide(ctx, scope, id)
}

// idle fails with [admin.ErrState] if a job of the import is not final.
func (s *Service) idle(ctx context.Context, org admin.OrgID, i Import) error {
	for _, id := range i.Jobs() {
		j, err := s.ports.Jobs.Get(ctx, org, id)
		switch {
		case errors.Is(err, admin.ErrNotFound):
		case err != nil:
			return err
		case !j.Status.Final():
			return fmt.Errorf("%s is %s: cancel it first: %w", i.name(j), j.Status, admin.ErrState)
		}
	}
	return nil
}

// name returns what a job of the import is called in messages.
func (i Import) name(j job.Job) string {
	switch j.ID {
	case i.CheckID:
		return "the check of the import"
	case i.UndoCheckID:
		return "the check of the undo"
	case i.UndoID, i.EarlierUndoID:
		return "the undo"
	}
	return "import"
}
