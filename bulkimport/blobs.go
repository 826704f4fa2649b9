package bulkimport

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Blobs keeps the content of imports' files elsewhere than in the database: in a directory, in an object store. Without
// one ([Ports].Blobs) it is in the [Store]. A content is a sequence of pieces of [MaxChunk] bytes, the last of at most
// as many: piece n begins at n*MaxChunk. A piece is never changed, so that an object store keeps each as an object.
//
// All methods heed ctx, may be called at the same time by any number of processes, and can be repeated: a caller that
// got an error, or none because it crashed, calls again.
//
// What is in Blobs cannot commit with what is in the database, so the [Store] has a row for it, which holds for both:
//
//   - The row commits with the import, before the first piece is put. After each piece its SHA-256 is appended to the
//     Store, in place of the piece. What has no digest there is not part of the content: an upload that was interrupted
//     may be resumed at the first piece without one, which is put again.
//   - A removal is recorded in the row, by the transaction that deletes the import or marks its file as removed. It is
//     carried out after the commit, and again by [Service.SweepBlobs] until it is done: a crash leaves nothing for
//     ever, and what is rolled back has removed nothing.
//   - It is carried out once more an hour later, because a piece may have been on its way when the import was deleted.
//
// What is read is compared with its digest. A content that was altered is a [*FileError] with [CodeFileChanged], one
// that was lost has [CodeFileLost].
type Blobs interface {
	// Put keeps a piece, of 1 to MaxChunk bytes, that begins at offset. It returns nil only when the piece will be there
	// after a crash of the machine. Until then Get may return the piece that was there before, none, or the new one, but
	// never a part of it. A piece at an offset that is taken is replaced. Put must not keep the slice.
	Put(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64, piece []byte) error

	// Get returns the piece that begins at offset, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64) ([]byte, error)

	// Remove removes all pieces of an import, and what interrupted calls of Put have left of it. It returns nil if there
	// are none. When it returns nil, none comes back after a crash of the machine. One that fails may have removed some.
	Remove(ctx context.Context, org admin.OrgID, id uuid.UUID) error
}

// CheckPiece fails with [admin.ErrInvalid] for an offset or a piece that is not as [Blobs] has it. Adapters call it.
func CheckPiece(offset int64, piece []byte) error {
	var p admin.Problems
	if offset < 0 || offset%MaxChunk != 0 {
		p.Add("/offset", admin.CodeRange, "%d: a piece begins at a multiple of %d", offset, MaxChunk).With("min", 0)
	}
	if len(piece) == 0 || len(piece) > MaxChunk {
		p.Add("/piece", admin.CodeTooLong, "%d bytes: a piece has 1 to %d", len(piece), MaxChunk).With("max", MaxChunk)
	}
	return p.Err()
}

// Removal is a content in [Blobs] that is to be removed.
type Removal struct {
	Org     admin.OrgID
	ID      uuid.UUID // of the import
	Due     time.Time
	Removed bool // once already
}

const (
	// lateAfter is how long a piece may be on its way after its import was deleted.
	lateAfter = time.Hour
	// sweepAgain is how long SweepBlobs waits with a removal that failed.
	sweepAgain = 5 * time.Minute
	// sweepRemovals is how many removals a call of SweepBlobs carries out.
	sweepRemovals = 100
)

// SweepBlobs removes up to 100 contents from Ports.Blobs whose removal was recorded and not carried out: by a process
// that crashed, in a transaction, or of an organization that was deleted. It reports whether there may be more, and
// returns what could not be removed, which it tries again after 5 minutes. It takes no Scope: it is for the host's own
// scheduler (admincenter.Center.Tidy). It fails with [admin.ErrState] if there are any and Ports.Blobs is nil.
func (s *Service) SweepBlobs(ctx context.Context) (more bool, err error) {
	now := s.runtime.Instant()
	found, err := s.ports.Imports.Removals(ctx, now, sweepRemovals)
	if err != nil || len(found) == 0 {
		return false, err
	}
	if s.ports.Blobs == nil {
		return false, fmt.Errorf("files of imports that are to be removed are not in the database: set Ports.Blobs: %w",
			admin.ErrState)
	}
	for _, r := range found {
		if e := s.sweep(ctx, r, now); e != nil {
			err = errors.Join(err, fmt.Errorf("file of import %s of %s: %w", r.ID, r.Org, e))
		}
	}
	return len(found) == sweepRemovals && ctx.Err() == nil, err
}

// sweep carries out a removal, and puts off one that fails so that it does not hold up others.
func (s *Service) sweep(ctx context.Context, r Removal, now time.Time) error {
	failed := s.ports.Blobs.Remove(ctx, r.Org, r.ID)
	switch {
	case failed != nil:
		r.Due = now.Add(sweepAgain)
	case r.Removed:
		r.Due = time.Time{}
	default:
		r.Due, r.Removed = now.Add(lateAfter), true
	}
	err := s.ports.Imports.SetRemoval(ctx, r.Org, r)
	if errors.Is(err, admin.ErrNotFound) {
		err = nil // another process has removed it too
	}
	return errors.Join(failed, err)
}

// unblob removes what an import has in Blobs, after its removal was committed. In a transaction that may still be
// rolled back it does nothing: SweepBlobs will.
func (s *Service) unblob(ctx context.Context, org admin.OrgID, i Import) error {
	if !i.InBlobs || s.ports.Blobs == nil || s.ports.Atomically == nil {
		return nil
	}
	if err := s.sweep(ctx, Removal{Org: org, ID: i.ID}, s.runtime.Instant()); err != nil {
		return fmt.Errorf("file of import %s: %w", i.ID, err)
	}
	return nil
}

// keep stores the next piece of an import's content.
func (s *Service) keep(ctx context.Context, org admin.OrgID, i *Import, piece []byte) error {
	at := i.Content.Bytes
	if i.InBlobs {
		if err := s.ports.Blobs.Put(ctx, org, i.ID, at, piece); err != nil {
			return fmt.Errorf("file of import %s from byte %d on: %w", i.ID, at, err)
		}
		// An import that was deleted meanwhile is missing to this, which ends the upload.
		digest := sha256.Sum256(piece)
		at, piece = at/MaxChunk*sha256.Size, digest[:]
	}
	return s.ports.Imports.Append(ctx, org, i.ID, at, piece)
}

// pieceOf returns the content of an import from offset to the end of the piece that it falls into.
func (p Ports) pieceOf(ctx context.Context, org admin.OrgID, i Import, offset int64) ([]byte, error) {
	if !i.InBlobs {
		return p.Imports.Content(ctx, org, i.ID, offset)
	}
	if p.Blobs == nil {
		return nil, fmt.Errorf("file of import %s is not in the database: set Ports.Blobs: %w", i.ID, admin.ErrState)
	}
	n, start := offset/MaxChunk, offset%MaxChunk
	digest, err := p.Imports.Content(ctx, org, i.ID, n*sha256.Size)
	if err != nil || len(digest) < sha256.Size {
		return nil, err
	}
	piece, err := p.Blobs.Get(ctx, org, i.ID, n*MaxChunk)
	switch {
	case errors.Is(err, admin.ErrNotFound):
		return nil, i.lost(offset)
	case err != nil:
		return nil, fmt.Errorf("file of import %s from byte %d on: %w", i.ID, n*MaxChunk, err)
	case sha256.Sum256(piece) != [sha256.Size]byte(digest):
		return nil, fmt.Errorf("import %s, from byte %d on: %w", i.ID, n*MaxChunk, fileError(CodeFileChanged))
	}
	return piece[min(start, int64(len(piece))):], nil
}

// lost is the error of a content that has less than was uploaded.
func (i Import) lost(offset int64) error {
	return fmt.Errorf("import %s, from byte %d on: %w", i.ID, offset, fileError(CodeFileLost))
}
