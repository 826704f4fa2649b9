package memory

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// Blobs is a [bulkimport.Blobs] in memory, for tests. It is safe for concurrent use.
type Blobs struct {
	mu     sync.RWMutex
	pieces map[blobKey]map[int64][]byte
}

var _ bulkimport.Blobs = (*Blobs)(nil)

// NewBlobs is an empty Blobs.
func NewBlobs() *Blobs { return &Blobs{pieces: map[blobKey]map[int64][]byte{}} }

// Put implements [bulkimport.Blobs].
func (b *Blobs) Put(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64, piece []byte) error {
	if err := bulkimport.CheckPiece(offset, piece); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	k := blobKey{org, id}
	if b.pieces[k] == nil {
		b.pieces[k] = map[int64][]byte{}
	}
	b.pieces[k][offset] = bytes.Clone(piece)
	return nil
}

// Get implements [bulkimport.Blobs].
func (b *Blobs) Get(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64) ([]byte, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	piece, ok := b.pieces[blobKey{org, id}][offset]
	if !ok {
		return nil, fmt.Errorf("piece of an import: %w", admin.ErrNotFound)
	}
	return bytes.Clone(piece), nil
}

// Remove implements [bulkimport.Blobs].
func (b *Blobs) Remove(ctx context.Context, org admin.OrgID, id uuid.UUID) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	delete(b.pieces, blobKey{org, id})
	return nil
}
