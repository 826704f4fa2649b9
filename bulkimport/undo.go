package bulkimport

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Audit actions of undoing.
const (
	ActionUndo      admin.Action = "import.undo"       // records that an import had written were removed or restored
	ActionStartUndo admin.Action = "import.start_undo" // the job that undoes an import was made
	ActionCheckUndo admin.Action = "import.check_undo" // the job that checks what an undo would do was made
)

// UndoKind returns the kind of the jobs that undo imports of a type, such as "import_undo.customers".
func UndoKind(t TypeName) job.Kind { return job.Kind(undoPrefix + t) }

// UndoCheckKind returns the kind of the jobs that check what an undo would do, such as "import_undo_check.customers".
func UndoCheckKind(t TypeName) job.Kind { return job.Kind(undoCheckPrefix + t) }

const (
	undoPrefix      = "import_undo."
	undoCheckPrefix = "import_undo_check."
)

// InUse reports which of some records something refers to that is not an account, of the kind "customer" or "account",
// and what, as the end of a sentence that begins with the record: "has settings". It is called in the transaction that
// would remove the records.
type InUse func(ctx context.Context, org admin.OrgID, kind string, ids []string) (map[string]string, error)

// Undo makes the job that takes back what an import wrote, the last row first: a record that a row created is removed,
// and one that a row updated gets back what the fields that the row gave had before, and all of its metadata.
// Import.UndoID is the job's id; [Service.Step] and [Service.Run] do it, in batches as an import is, each with one
// record [ActionUndo]. Undoing again returns the same job until that has ended with rows that failed. An undo cannot be
// undone.
//
// It overwrites nothing: a record that has changed since, by its Version, stays as it is, and so does one that
// something refers to. Each of these is an entry of the job ([job.Service.Entries]) with the number of the row as Seq,
// the id of the record as Ref, and the reason: [CodeChangedSince], [CodeArchived], [CodeHasAccounts], [CodeInUse],
// [CodeRelationNotFound], [CodeCustomerArchived] or [CodeRefused], which count as failed. [CodeNotFound] and
// [CodeErased], after which there is nothing to take back, count as skipped, as do updated records whose earlier values
// were erased, which have no entry any more. Undo the accounts of an import before their customers: those that still
// have accounts stay. Of two imports that wrote a record undo the later one first: the record that it gives back
// counts as what the earlier one wrote. Rows of a host's own target are undone by it, as an [Undoer]. CheckUndo finds
// what would stay. Versions rise, and UpdatedAt is that of the undo: these two are not restored, and neither is what
// the audit trail has.
//
// Once it has ended with rows that failed, Undo makes another job, of these rows alone: what was changed by hand or
// what referred to them may be as it has to be now. What was undone already is not touched again. Import.EarlierUndoID
// is the job before; what the one before that kept of rows is removed.
//
// It requires the type's Write permission, which the caller must still have at each batch. It fails with
// [admin.ErrState] if the import was not started, one of its jobs is not final, the undo has failed (retry it) or was
// cancelled, or the type has a target of the host's that is no [Undoer] or was none when the import ran; with
// [job.ErrPruned] if what the rows changed, or which of them failed, is not kept any longer; and with
// [admin.ErrConflict] if the import is changed at the same time.
func (s *Service) Undo(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return job.Job{}, err
	}
	before, err := s.undoOf(ctx, scope.Org(), i)
	if err != nil || before.ID != uuid.Nil && before.Status != job.CompletedWithFailures {
		return before, err
	}
	run, err := s.undoable(ctx, scope.Org(), i, t, false)
	if err != nil {
		return job.Job{}, err
	}
	if i.EarlierUndoID != uuid.Nil { // the rows that failed then are those of the one before, if they still do
		if err := s.prune(ctx, scope, i, i.EarlierUndoID); err != nil {
			return job.Job{}, err
		}
	}
	begin := begun{run: run, before: before, kind: UndoKind(i.Type), action: ActionStartUndo}
	j, err := s.beginUndo(ctx, scope, i, begin)
	if errors.Is(err, admin.ErrConflict) { // another caller undid it at the same moment, or changed the import
		if now, e := s.ports.Imports.Get(ctx, scope.Org(), id); e == nil && now.UndoID != i.UndoID {
			return s.undoOf(ctx, scope.Org(), now)
		}
	}
	return j, err
}

// CheckUndo makes a job that finds what [Service.Undo] would do and changes nothing: each batch is done in a
// transaction that is rolled back. Its counts and entries are those that the undo would have now; after an undo of
// which rows failed they are about these. Import.UndoCheckID is the job's id; checking again makes another job, in
// place of the entries of the one before. Permission and errors are those of Undo, and [admin.ErrState] if the import
// was undone whole, or if the type has a target outside of the transaction that is no [UndoChecker].
func (s *Service) CheckUndo(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return job.Job{}, err
	}
	before, err := s.undoOf(ctx, scope.Org(), i)
	if err == nil && before.ID != uuid.Nil && before.Status != job.CompletedWithFailures {
		err = fmt.Errorf("the import was undone, or is about to be: %w", admin.ErrState)
	}
	if err != nil {
		return job.Job{}, err
	}
	run, err := s.undoable(ctx, scope.Org(), i, t, true)
	if err != nil {
		return job.Job{}, err
	}
	if i.UndoCheckID != uuid.Nil {
		if err := s.prune(ctx, scope, i, i.UndoCheckID); err != nil {
			return job.Job{}, err
		}
	}
	return s.beginUndo(ctx, scope, i,
		begun{run: run, before: before, kind: UndoCheckKind(i.Type), action: ActionCheckUndo})
}

// undoOf returns the job of the import's undo, or none if there was no undo. It fails if nothing more can be done with
// it, or another undo cannot know which rows it left.
func (s *Service) undoOf(ctx context.Context, org admin.OrgID, i Import) (job.Job, error) {
	if i.UndoID == uuid.Nil {
		return job.Job{}, nil
	}
	j, err := s.ports.Jobs.Get(ctx, org, i.UndoID)
	switch {
	case err != nil:
		return job.Job{}, err
	case j.Status == job.Failed:
		return job.Job{}, fmt.Errorf("the undo has failed: retry it: %w", admin.ErrState)
	case j.Status == job.Cancelled:
		return job.Job{}, fmt.Errorf("the undo was cancelled, and what it had undone stays so: %w", admin.ErrState)
	case j.Status == job.CompletedWithFailures:
		return j, j.Complete()
	}
	return j, nil
}

// undoable returns the job of an import whose effects can be taken back.
func (s *Service) undoable(
	ctx context.Context, org admin.OrgID, i Import, t Type, check bool,
) (job.Job, error) {
	if err := s.canUndo(t, check); err != nil {
		return job.Job{}, err
	}
	if i.Status != Started {
		return job.Job{}, fmt.Errorf("import is %s, and has written nothing: %w", i.Status, admin.ErrState)
	}
	if err := s.idle(ctx, org, i); err != nil {
		return job.Job{}, err
	}
	run, err := s.ports.Jobs.Get(ctx, org, i.ID)
	if err != nil {
		return job.Job{}, err
	}
	if err := run.Complete(); err != nil {
		return job.Job{}, err
	}
	sum, err := talliesOf(run)
	if err == nil && !t.keepsEffects() && sum.Kept != sum.Created+sum.Updated {
		err = fmt.Errorf("the import ran when its target could not undo, and kept nothing of its rows: %w", admin.ErrState)
	}
	return run, err
}

// keepsEffects reports whether imports of the type keep what they change.
func (t Type) keepsEffects() bool {
	return t.Target == nil && (t.Schema.Type == CustomersType || t.Schema.Type == AccountsType)
}

// begun is an undo, or the check of one, that begins.
type begun struct {
	run    job.Job // of the import
	before job.Job // the undo whose failed rows it takes up; the zero Job for the first
	kind   job.Kind
	action admin.Action
}

func (s *Service) beginUndo(ctx context.Context, scope admin.Scope, i Import, u begun) (job.Job, error) {
	wrote, err := talliesOf(u.run)
	if err != nil {
		return job.Job{}, err
	}
	earlier, err := talliesOf(u.before)
	if err != nil {
		return job.Job{}, err
	}
	sum, total := tallies{Format: talliesFormat, Import: i.ID}, wrote.Created+wrote.Updated
	if u.before.ID != uuid.Nil {
		sum.Again, sum.Attempt, total = u.before.ID, earlier.Attempt+1, u.before.Counts.Failed
	}
	state, err := sum.stored()
	if err != nil {
		return job.Job{}, err
	}
	now := s.runtime.Instant()
	j := job.Job{
		ID: s.runtime.NewID(), Kind: u.kind, Status: job.Pending, CreatedAt: now, CreatedBy: scope.Actor(), UpdatedAt: now,
		Version: 1, State: state, Counts: job.Counts{Total: total},
	}
	i.UpdatedAt = now
	if u.action == ActionStartUndo {
		i.EarlierUndoID, i.UndoID = u.before.ID, j.ID
	} else {
		i.UndoCheckID = j.ID
	}
	rec := s.record(scope, u.action, i, admin.Change{Field: "rows", To: fmt.Sprint(j.Counts.Total)})
	err = s.runner.Begin(ctx, scope.Org(), j, func(p Ports) error {
		now, err := p.Jobs.Get(ctx, scope.Org(), u.run.ID)
		if err == nil && now.Version != u.run.Version {
			err = admin.Conflict("import") // it was retried meanwhile
		}
		if err != nil {
			return err
		}
		return p.Imports.Start(ctx, scope.Org(), i, j, nil, rec)
	})
	if err != nil {
		return job.Job{}, err
	}
	return j, nil
}
