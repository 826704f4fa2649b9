package memory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// blobKey is an import that has something in bulkimport.Blobs.
type blobKey struct {
	org admin.OrgID
	id  uuid.UUID
}

// blobRow is what is to become of it.
type blobRow struct {
	due      time.Time
	removing bool // due is set
	removed  bool // once already
}

func (b *Backend) setBlob(j *journal, k blobKey, row blobRow) {
	old, had := b.blobs[k]
	b.blobs[k] = row
	j.undo = append(j.undo, func() {
		if b.blobs[k] = old; !had {
			delete(b.blobs, k)
		}
	})
}

func (b *Backend) dropBlob(j *journal, k blobKey) {
	old := b.blobs[k]
	delete(b.blobs, k)
	j.undo = append(j.undo, func() { b.blobs[k] = old })
}

// removeBlob records that what an import has in Blobs, if anything, is to be removed.
func (b *Backend) removeBlob(j *journal, k blobKey, at time.Time) {
	if row, ok := b.blobs[k]; ok && !row.removing {
		b.setBlob(j, k, blobRow{due: at, removing: true})
	}
}

// purgeBlobs records that all that an organization has in Blobs is to be removed.
func (b *Backend) purgeBlobs(j *journal, org admin.OrgID) {
	for k := range b.blobs {
		if k.org == org {
			b.removeBlob(j, k, time.UnixMicro(0).UTC())
		}
	}
}

func (s imports) Removals(ctx context.Context, until time.Time, limit int) (out []bulkimport.Removal, err error) {
	err = s.share(ctx, func() error {
		var found []settled[bulkimport.Removal]
		for k, row := range s.b.blobs {
			if row.removing && !row.due.After(until) {
				r := bulkimport.Removal{Org: k.org, ID: k.id, Due: row.due, Removed: row.removed}
				found = append(found, settled[bulkimport.Removal]{r, k.org, k.id, row.due})
			}
		}
		out = first(found, limit)
		return nil
	})
	return out, err
}

func (s imports) SetRemoval(ctx context.Context, org admin.OrgID, r bulkimport.Removal) error {
	return s.hold(ctx, func() error {
		return s.b.atomically(func() error {
			k := blobKey{org, r.ID}
			switch row, ok := s.b.blobs[k]; {
			case !ok || !row.removing:
				return missing("import")
			case r.Due.IsZero():
				s.b.dropBlob(&s.b.journal, k)
			default:
				s.b.setBlob(&s.b.journal, k, blobRow{due: r.Due, removing: true, removed: r.Removed})
			}
			return nil
		})
	})
}
