package bulkimport

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// ErasedFileName is the FileName of an import that was erased.
const ErasedFileName = "erased"

// ActionErase is the audit action of [Service.Erase].
const ActionErase admin.Action = "import.erase" // the file, the rows and all texts of an import were removed

// Erase removes what an import has of the persons in its file, now and for good: the file, the failed and skipped
// rows with their messages, what the rows had changed, the name of the file, the headers, the examples of cells, the
// mapping and the warnings; and the name of the file from the audit trail, which still verifies. What remains is the
// import with its type, its times and its numbers, and its job, whose reports of failures are [job.ErrPruned]. The
// records that the import made are not changed.
//
// What is in Ports.Blobs is removed before Erase returns, but in a transaction after its commit, by
// [Service.SweepBlobs]. It removes in transactions of at most 1,000 rows and 100 pieces, each of which stays if a
// later one fails: call it again. It requires the type's Write permission. It fails with [admin.ErrNotFound], with
// [admin.ErrState] while the job is not final (cancel it first) and without Ports.Audit, and with [admin.ErrConflict]
// if the import is changed at the same time.
func (s *Service) Erase(ctx context.Context, scope admin.Scope, id uuid.UUID) (Import, error) {
	i, _, err := s.open(ctx, scope, id, write)
	if err != nil {
		return Import{}, err
	}
	if s.ports.Audit == nil {
		return Import{}, fmt.Errorf("Erase needs Ports.Audit: %w", admin.ErrState)
	}
	org := scope.Org()
	if err := s.idle(ctx, org, i); err != nil {
		return Import{}, err
	}
	rec := s.record(scope, ActionRemoveFile, Import{ID: id})
	for more := true; more; {
		var err error
		if more, err = s.ports.Imports.RemoveFile(ctx, org, id, removePieces, rec); err != nil {
			return Import{}, err
		}
	}
	if err := s.unblob(ctx, org, i); err != nil {
		return Import{}, err
	}
	for _, of := range i.Jobs() {
		if err := s.prune(ctx, scope, i, of); err != nil {
			return Import{}, err
		}
	}
	var out Import
	err = s.atomically(ctx, func(p Ports) error {
		now, err := p.Imports.Get(ctx, org, id)
		if err != nil {
			return err
		}
		if !slices.Equal(now.Jobs(), i.Jobs()) {
			return admin.Conflict("import") // it has another job now, which keeps rows
		}
		i := now.erased()
		i.UpdatedAt = s.runtime.Instant()
		rec := s.record(scope, ActionErase, i)
		if err := p.Imports.Update(ctx, org, i, rec); err != nil {
			return err
		}
		i.Version++
		out = i
		_, err = p.Audit.Erase(ctx, org, admin.TrailErasure{Subjects: []admin.Subject{subject(id)}}, rec)
		return err
	})
	if err != nil {
		return Import{}, err
	}
	return out, nil
}

// prune removes what a job of the import keeps of its rows.
func (s *Service) prune(ctx context.Context, scope admin.Scope, i Import, id uuid.UUID) error {
	rec := s.record(scope, job.ActionPrune, i)
	for more := true; more; {
		var err error
		more, err = s.ports.Jobs.Prune(ctx, scope.Org(), id, eraseRows, rec)
		if err != nil && !errors.Is(err, admin.ErrNotFound) { // there never was such a job
			return err
		}
	}
	return nil
}

// eraseRows is how many rows one transaction removes.
const eraseRows = 1000

// erased returns the import without any text of the file and of the mapping.
func (i Import) erased() Import {
	i.FileName, i.Columns, i.Warnings, i.Mapping = ErasedFileName, nil, nil, nil
	i.Content.Header = nil
	i.Settings = Settings{Mode: i.Settings.Mode}
	return i
}
