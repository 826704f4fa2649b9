package admin

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// LogStore keeps the log over an organization's trail. What the other ports write waits there from its commit on,
// and Seal gives it its place: off the write path, so that writers of one organization do not wait for each other.
// Nothing changes a link, and Trim alone removes some, the first ones.
type LogStore interface {
	// Seal gives at most s.Limit of the records that wait a place, those with the lowest ids first, and returns the
	// head after it and whether nothing else was waiting. Callers at the same time take turns. It is
	// bookkeeping and leaves no record. It fails with [ErrNotFound] for an organization that does not exist.
	Seal(ctx context.Context, org OrgID, s Sealing) (head Head, drained bool, err error)

	// Head returns the end of the log; if nothing is sealed, it has only the organization.
	Head(ctx context.Context, org OrgID) (Head, error)

	// Entries returns the entries after a number, in order: a feed without gaps, because what is sealed later gets
	// higher numbers. After 0 it begins with the first that is left. After another number it fails with a
	// [*TrimmedError] if entries that followed it are gone, in part or as a whole ([Head.CheckPosition]).
	Entries(ctx context.Context, org OrgID, seek Seek[int64]) ([]Entry, error)

	// Inspect is Entries with what is wrong with each. It returns what is there, also if it follows on nothing.
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

	// Cut returns where the start of the log was removed; if nothing was, it has only the organization.
	Cut(ctx context.Context, org OrgID) (Cut, error)

	// Trimmable returns at most limit logs after a place, of all organizations, whose first record was sealed at until
	// or before, in the order of when that was, and then by organization. The first is that of the first link which is
	// left and whose record is not one with [ActionTrim], unless a removal is under way: or a log in which nothing else
	// is old would be cut for what it was cut by, for ever.
	Trimmable(ctx context.Context, until time.Time, after HeadKey, limit int) ([]HeadKey, error)

	// Removable returns the place up to which a log can be cut, as the head that it had there: that of the last link
	// before the first one that was sealed after until. While links are left where the log was cut, it returns that
	// place ([LogStore.Cut]), so that a removal which ended in between is finished first. It is zero but for the
	// organization if there is none.
	Removable(ctx context.Context, org OrgID, until time.Time) (Head, error)

	// Trim removes links up to cut from the start of the log, with their records and the personal values of these:
	// limit rows at most, but one link at least, and reports whether there may be more. The first call for a cut puts it
	// on record and has [LogStore.Cut] return it at once; later calls, and those for a place before
	// it, remove on and leave no record. rec must be the record of cut ([Record.CheckTrim]), or Trim fails with
	// [ErrInvalid]. It fails with [ErrNotFound] if the log has no such link, or there is no such organization.
	Trim(ctx context.Context, org OrgID, cut Head, limit int, rec Record) (more bool, err error)
}
