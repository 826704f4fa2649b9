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
// record [ActionUndo], or two of rows with accounts and their customers. Undoing again returns the same job, and an undo cannot be undone.
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
// It requires the type's Write permission, which the caller must still have at each batch. It fails with
// [admin.ErrState] if the import was not started, one of its jobs is not final, the undo has failed (retry it) or was
// cancelled, or the type has a target of the host's that is no [Undoer] or was none when the import ran; with
// [job.ErrPruned] if what the rows changed is not kept any longer; and with [admin.ErrConflict] if the import is
// changed at the same time.
func (s *Service) Undo(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return job.Job{}, err
	}
	if i.UndoID != uuid.Nil {
		return s.undone(ctx, scope.Org(), i)
	}
	run, err := s.undoable(ctx, scope.Org(), i, t, false)
	if err != nil {
		return job.Job{}, err
	}
	j, err := s.beginUndo(ctx, scope, i, run, UndoKind(i.Type), ActionStartUndo)
	if errors.Is(err, admin.ErrConflict) { // another caller undid it at the same moment, or changed the import
		if now, e := s.ports.Imports.Get(ctx, scope.Org(), id); e == nil && now.UndoID != uuid.Nil {
			return s.undone(ctx, scope.Org(), now)
		}
	}
	return j, err
}

// CheckUndo makes a job that finds what [Service.Undo] would do and changes nothing: each batch is done in a
// transaction that is rolled back. Its counts and entries are those that the undo would have now. Import.UndoCheckID is
// the job's id; checking again makes another job, in place of the entries of the one before. Permission and errors are
// those of Undo, and [admin.ErrState] if the import was undone, or if the type has a target outside of the transaction
// that is no [UndoChecker].
func (s *Service) CheckUndo(ctx context.Context, scope admin.Scope, id uuid.UUID) (job.Job, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return job.Job{}, err
	}
	if i.UndoID != uuid.Nil {
		return job.Job{}, fmt.Errorf("the import was undone, or is about to be: %w", admin.ErrState)
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
	return s.beginUndo(ctx, scope, i, run, UndoCheckKind(i.Type), ActionCheckUndo)
}

// undone returns the job of an undo, unless starting it again would do nothing.
func (s *Service) undone(ctx context.Context, org admin.OrgID, i Import) (job.Job, error) {
	j, err := s.ports.Jobs.Get(ctx, org, i.UndoID)
	switch {
	case err != nil:
		return job.Job{}, err
	case j.Status == job.Failed:
		return job.Job{}, fmt.Errorf("the undo has failed: retry it: %w", admin.ErrState)
	case j.Status == job.Cancelled:
		return job.Job{}, fmt.Errorf("the undo was cancelled, and what it had undone stays so: %w", admin.ErrState)
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
	return t.Target == nil && t.Schema.Type.builtIn()
}

func (s *Service) beginUndo(
	ctx context.Context, scope admin.Scope, i Import, run job.Job, k job.Kind, action admin.Action,
) (job.Job, error) {
	wrote, err := talliesOf(run)
	if err != nil {
		return job.Job{}, err
	}
	state, err := tallies{Format: talliesFormat, Import: i.ID}.stored()
	if err != nil {
		return job.Job{}, err
	}
	now := s.runtime.Instant()
	j := job.Job{
		ID: s.runtime.NewID(), Kind: k, Status: job.Pending, CreatedAt: now, CreatedBy: scope.Actor(), UpdatedAt: now,
		Version: 1, State: state, Counts: job.Counts{Total: wrote.Created + wrote.Updated},
	}
	i.UpdatedAt = now
	if action == ActionStartUndo {
		i.UndoID = j.ID
	} else {
		i.UndoCheckID = j.ID
	}
	rec := s.record(scope, action, i, admin.Change{Field: "rows", To: fmt.Sprint(j.Counts.Total)})
	err = s.runner.Begin(ctx, scope.Org(), j, func(p Ports) error {
		now, err := p.Jobs.Get(ctx, scope.Org(), run.ID)
		if err == nil && now.Version != run.Version {
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
