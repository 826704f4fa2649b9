package admin

import (
	"context"

	"github.com/google/uuid"
)

// LogStore keeps the log over an organization's trail. What the other ports write waits there from its commit on,
// and Seal gives it its place: off the write path, so that writers of one organization do not wait for each other.
// Nothing changes or removes a link.
type LogStore interface {
	// Seal gives at most s.Limit of the records that wait a place, those with the lowest ids first, and returns the
	// head after it and whether nothing else was waiting. Callers at the same time take turns. It is
	// bookkeeping and leaves no record. It fails with [ErrNotFound] for an organization that does not exist.
	Seal(ctx context.Context, org OrgID, s Sealing) (head Head, drained bool, err error)

	// Head returns the end of the log; if nothing is sealed, it has only the organization.
	Head(ctx context.Context, org OrgID) (Head, error)

	// Entries returns the entries after a number, in order: a feed without gaps, because what is sealed later gets
	// higher numbers.
	Entries(ctx context.Context, org OrgID, seek Seek[int64]) ([]Entry, error)

	// Inspect is Entries with what is wrong with each.
	Inspect(ctx context.Context, org OrgID, seek Seek[int64]) ([]Inspected, error)

	// Places returns the places of records, by ascending time and then by id. A record that has a place by its id
	// has it; one that neither waits nor has one was not written by this library.
	Places(ctx context.Context, org OrgID, seek Seek[RecordKey]) ([]Place, error)

	// Waiting returns what waits, by ascending id, as Inspect does: without a link.
	Waiting(ctx context.Context, org OrgID, seek Seek[uuid.UUID]) ([]Inspected, error)

	// Unsealed returns at most limit organizations after one, in order, in which something waits. It looks across
	// organizations, for the process that seals them.
	Unsealed(ctx context.Context, after OrgID, limit int) ([]OrgID, error)

	// Heads returns at most limit heads after a place in their order, of all organizations: those that grew last
	// are at the end. A head moves there when it grows.
	Heads(ctx context.Context, after HeadKey, limit int) ([]Head, error)
}
