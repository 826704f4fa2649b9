package bulkimport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// removePieces is how many pieces of a file, of up to 64 KiB, one transaction removes; sweepFiles is how many files a
// call looks at.
const (
	removePieces = 100
	sweepFiles   = 100
)

// RemoveFiles removes the files of imports that were not changed since until and that have no job, or one that is
// final since until or longer: up to 100 of them, in transactions of at most 100 pieces each. It reports whether
// there may be more. Each import gets a record that has until, can be read on, and has a FileRemovedAt; to
// read its file fails with a [*FileError] with [CodeFileRemoved]. What is in Ports.Blobs is removed by
// [Service.SweepBlobs] then. It takes no Scope: it is for the host's own
// scheduler (admincenter.Center.Tidy).
func (s *Service) RemoveFiles(ctx context.Context, until time.Time) (more bool, err error) {
	refs, err := s.ports.Imports.ExpiredFiles(ctx, until, sweepFiles)
	if err != nil {
		return false, err
	}
	done := 0
	for _, r := range refs {
		rec := s.record(admin.System(r.Org), ActionRemoveFile, Import{ID: r.ID},
			admin.Change{Field: "until", To: until.UTC().Format(time.RFC3339)})
		for left := true; left; {
			var e error
			left, e = s.ports.Imports.RemoveFile(ctx, r.Org, r.ID, removePieces, rec)
			switch {
			case errors.Is(e, admin.ErrNotFound), errors.Is(e, admin.ErrState): // changed meanwhile
			case e != nil:
				err = errors.Join(err, fmt.Errorf("file of import %s of %s: %w", r.ID, r.Org, e))
			case !left:
				done++
			}
			left = left && e == nil
		}
	}
	return done > 0 && len(refs) == sweepFiles, err
}

// CheckFileUnused returns the error of [Store].RemoveFile on an import with the job j: adapters call it.
func CheckFileUnused(j job.Job) error {
	if j.Status.Final() {
		return nil
	}
	return fmt.Errorf("the job of the import is %s, and reads its file until it is final: %w", j.Status, admin.ErrState)
}
