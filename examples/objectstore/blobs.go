package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// Objects is what Blobs needs of an object store: whole objects, which are there at once or not at all, as those of S3,
// Google Cloud Storage and Azure Blob Storage are.
type Objects interface {
	// Put adds or replaces an object. It returns nil when the object is durable.
	Put(ctx context.Context, key string, body []byte) error
	// Get returns an object, or errNoObject. It fails if there are more than most bytes.
	Get(ctx context.Context, key string, most int64) ([]byte, error)
	// Delete removes an object; one that is not there is removed.
	Delete(ctx context.Context, key string) error
	// List returns keys that begin with prefix, as many as the store gives at once: none if there are none left.
	List(ctx context.Context, prefix string) ([]string, error)
}

var errNoObject = errors.New("there is no such object")

// Blobs keeps each piece of an import's file as an object, under the organization, the import and the offset:
//
//	imports/acme/01956a30-7e1c-7d4f-8f0e-3b0c8a6c2f11/0000000000000000000
//
// A piece is at most 1 MiB: one request, without a multipart upload that could stay unfinished.
type Blobs struct{ Objects Objects }

var _ bulkimport.Blobs = Blobs{}

func folder(org admin.OrgID, id uuid.UUID) string {
	return "imports/" + escape(string(org)) + "/" + id.String() + "/"
}

// Put implements [bulkimport.Blobs].
func (b Blobs) Put(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64, piece []byte) error {
	if err := errors.Join(ctx.Err(), bulkimport.CheckPiece(offset, piece)); err != nil {
		return err
	}
	return b.Objects.Put(ctx, key(org, id, offset), piece)
}

func key(org admin.OrgID, id uuid.UUID, offset int64) string {
	return fmt.Sprintf("%s%019d", folder(org, id), offset)
}

// Get implements [bulkimport.Blobs].
func (b Blobs) Get(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	piece, err := b.Objects.Get(ctx, key(org, id, offset), bulkimport.MaxChunk)
	if errors.Is(err, errNoObject) {
		return nil, fmt.Errorf("piece at byte %d of import %s: %w", offset, id, admin.ErrNotFound)
	}
	return piece, err
}

// Remove implements [bulkimport.Blobs]. It lists again until there is nothing, so one that was interrupted goes on. In
// a bucket with versions a rule of the bucket must remove those that are not current, or the content stays.
func (b Blobs) Remove(ctx context.Context, org admin.OrgID, id uuid.UUID) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		keys, err := b.Objects.List(ctx, folder(org, id))
		if err != nil || len(keys) == 0 {
			return err
		}
		for _, k := range keys {
			if err := b.Objects.Delete(ctx, k); err != nil {
				return err
			}
		}
	}
}

// escape has =xx for what is not a letter, a digit, - or _, so that no id is a path such as "..".
func escape(id string) (out string) {
	for _, c := range []byte(id) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			out += string(rune(c))
		} else {
			out += fmt.Sprintf("=%02x", c)
		}
	}
	return out
}
