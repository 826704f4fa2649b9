package job

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps jobs and their entries. Each write that takes an audit record commits it together
// with the rest, or neither. Claim and Release are bookkeeping of workers and leave no record.
type Store interface {
	// Create adds a job, with the entries that are known from the start (each Seq once), in one
	// write. A taken id is admin.ErrExists.
	Create(ctx context.Context, org admin.OrgID, j Job, entries []Entry, rec admin.Record) error

	// Get returns the job, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Job, error)

	// List returns at most seek.Limit jobs that match, newest first (descending id), that come
	// after seek.After in that order.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Job, error)

	// Due returns at most limit jobs of any organization that a worker could claim at now: not
	// final, not waiting for confirmation, not before their StartAt, and under no live lease.
	// Oldest first. It is the one method that crosses organizations and gives away only ids.
	Due(ctx context.Context, now time.Time, limit int) ([]Ref, error)

	// Update replaces Status, StartAt, UpdatedAt, SettledAt and Failure of the job whose Version
	// is j.Version, raises the Version by one, and ends any lease by raising Lease.Attempt: a
	// worker in the middle of a batch finds its Commit refused. Where the status becomes Cancelled,
	// entries that are not final become EntryCancelled. Errors: admin.ErrNotFound, and
	// admin.ErrConflict where the Version moved on.
	Update(ctx context.Context, org admin.OrgID, j Job, rec admin.Record) error

	// Claim gives c.Owner the lease until c.Until, raises Lease.Attempt by one and turns Scheduled
	// or Pending into InProgress. The Version stays. It is refused with admin.ErrBusy while another
	// owner's lease runs past c.Now, with ErrNotDue before StartAt, and with admin.ErrState
	// where the status is final or waiting for confirmation. It returns the job as it is now.
	Claim(ctx context.Context, org admin.OrgID, id uuid.UUID, c Claim) (Job, error)

	// Commit ends a batch: it adds cp.Counts, moves the cursor, writes cp.Entries (each Seq once;
	// what is there under it is replaced), sets Status, Failure, and UpdatedAt to cp.At, and raises
	// the Version by one. It changes nothing and returns ErrLeaseLost unless the job is InProgress
	// with Lease.Attempt == cp.Attempt and Cursor == cp.From. Where cp.Until is zero the lease ends,
	// else it runs until then. A final cp.Status settles the job at cp.At. Job.Committed says the same
	// in code. If cp.Recorded is set, rec is not written: the batch is on record already.
	Commit(ctx context.Context, org admin.OrgID, cp Checkpoint, rec admin.Record) error

	// Release ends the lease of the given attempt early, so that another worker need not wait; it
	// does nothing where the lease has changed hands.
	Release(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error

	// Entries returns at most seek.Limit entries of the job that match, in ascending Seq, with a
	// Seq above seek.After. An unknown job has none.
	Entries(ctx context.Context, org admin.OrgID, id uuid.UUID, f EntryFilter, seek admin.Seek[int64]) ([]Entry, error)
}

// Claim asks for a job's lease.
type Claim struct {
	Owner uuid.UUID
	Now   time.Time
	Until time.Time
}

// Checkpoint is the outcome of one batch.
type Checkpoint struct {
	ID      uuid.UUID
	Attempt int64  // the lease it was done under
	From    string // the cursor it began at
	Cursor  string // where the next batch begins
	Entries []Entry
	Counts  Counts // what to add
	Status  Status // InProgress, Completed or Failed
	Failure string // why Failed
	At      time.Time
	Until   time.Time // the lease's new end; zero to give it up
	// Recorded reports that another port has put the batch on record, in the same transaction.
	Recorded bool
}
