package bulkimport

import (
	"context"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Store keeps imports and the text of their files. Each write that takes an audit record commits
// it together with the rest, or neither.
type Store interface {
	// Create adds an import without content, and the row of its content in [Blobs] if i.InBlobs. A taken id is
	// admin.ErrExists.
	Create(ctx context.Context, org admin.OrgID, i Import, rec admin.Record) error

	// Append adds a piece of the import's content, at most MaxChunk bytes, that begins at offset. The store may keep it
	// in smaller ones.
	// A piece at an offset that is taken is admin.ErrExists; an unknown import is
	// admin.ErrNotFound. Pieces leave no audit record: the end of the upload does.
	Append(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64, piece []byte) error

	// Update replaces everything but ID, Type, CreatedAt, CreatedBy and FileRemovedAt of the import whose Version
	// is i.Version, and raises the Version by one. Errors: admin.ErrNotFound, and
	// admin.ErrConflict for another Version.
	Update(ctx context.Context, org admin.OrgID, i Import, rec admin.Record) error

	// Start is Update together with adding one of the import's jobs ([Import.Jobs]), and the entries that are
	// known from the start (each Seq once). A job that is there already is admin.ErrExists.
	Start(ctx context.Context, org admin.OrgID, i Import, j job.Job, entries []job.Entry, rec admin.Record) error

	// Delete removes the import, its content, and the entries and effects of its jobs ([Import.Jobs]), which hold
	// values of its rows; the jobs themselves stay. What it has in [Blobs] is a [Removal] then, due at rec.At. An
	// unknown import is admin.ErrNotFound.
	Delete(ctx context.Context, org admin.OrgID, id uuid.UUID, rec admin.Record) error

	// Get returns the import, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Import, error)

	// List returns at most seek.Limit imports that match, newest first (descending id), that come
	// after seek.After in that order.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Import, error)

	// ExpiredFiles returns imports that may have a file and were not changed since until: those that were not started,
	// and those whose job is final since until or longer; ordered by UpdatedAt, then organization and id (by bytes), at
	// most limit. It crosses organizations.
	ExpiredFiles(ctx context.Context, until time.Time, limit int) ([]FileRef, error)

	// RemoveFile sets FileRemovedAt to rec.At and raises the Version by one, unless it is set already; it removes at
	// most limit pieces of the content in one transaction, and reports whether there may be more. What it has in [Blobs]
	// is a [Removal] from the first call on, due at rec.At. rec is kept with the first call on an import only. It
	// fails with [admin.ErrNotFound], and with [admin.ErrState] while the import has a job that is not final.
	RemoveFile(ctx context.Context, org admin.OrgID, id uuid.UUID, limit int, rec admin.Record) (more bool, err error)

	// Content returns the content from offset to the end of the piece that it falls into, and
	// nothing at the end of the content or for an unknown import.
	Content(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64) ([]byte, error)

	// Removals returns what is to be removed from [Blobs] at until or before, ordered by Due, then organization and id
	// (by bytes), at most limit: what Delete and RemoveFile recorded, and all that an organization had that was deleted
	// and purged. It crosses organizations.
	Removals(ctx context.Context, until time.Time, limit int) ([]Removal, error)

	// SetRemoval sets Due and Removed of the removal of r.ID, or forgets it if r.Due is zero; r.Org is not used. It
	// fails with [admin.ErrNotFound] if there is none. It leaves no audit record: what recorded the removal does. The
	// organization may be deleted.
	SetRemoval(ctx context.Context, org admin.OrgID, r Removal) error
}

const (
	// MaxChunk is the most bytes that one Store.Append gets, which a transaction commits, and those of a piece in Blobs.
	MaxChunk = 1 << 20
	// StoredPiece is how many bytes a Store had better keep in one row: about a batch, because each batch begins by
	// reading the row that it is in.
	StoredPiece = 64 << 10
)

// FileRef points at the file of an import of any organization.
type FileRef struct {
	Org admin.OrgID
	ID  uuid.UUID // of the import
}

// Filter narrows a list of imports; zero fields do not narrow.
type Filter struct {
	Type   TypeName     `json:"type,omitempty"`
	Status ImportStatus `json:"status,omitempty"`
	SHA256 string       `json:"sha256,omitempty"` // of the bytes uploaded, in hexadecimal

	TextSHA256 string `json:"textSha256,omitempty"` // as in the Import
}

// content reads an import's text from an offset on.
type content struct {
	ctx    context.Context
	ports  Ports
	org    admin.OrgID
	imp    Import
	offset int64
	rest   []byte
}

// content returns what reads an import's text from an offset on. It fails when there is less than was uploaded.
func (s *Service) content(ctx context.Context, org admin.OrgID, i Import, offset int64) *content {
	return i.content(ctx, s.ports, org, offset)
}

// content reads from Imports and Blobs of p.
func (i Import) content(ctx context.Context, p Ports, org admin.OrgID, offset int64) *content {
	return &content{ctx: ctx, ports: p, org: org, imp: i, offset: offset}
}

// Read implements io.Reader.
func (c *content) Read(p []byte) (int, error) {
	if !c.imp.FileRemovedAt.IsZero() {
		return 0, fileError(CodeFileRemoved)
	}
	if len(c.rest) == 0 {
		piece, err := c.ports.pieceOf(c.ctx, c.org, c.imp, c.offset)
		if err != nil {
			return 0, err
		}
		if len(piece) == 0 {
			if c.offset < c.imp.Content.Bytes {
				return 0, c.imp.lost(c.offset)
			}
			return 0, io.EOF
		}
		c.rest = piece
		c.offset += int64(len(piece))
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
