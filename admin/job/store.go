package job

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps jobs and their entries. Create, Update and Finish commit their audit record together with
// the rest, or neither. Claim, Commit and Release are the bookkeeping of workers and leave no record: the
// effects of a batch leave their own.
type Store interface {
	// Create adds a job, with the entries that are known from the start (each Seq once), in one write.
	// It fails with [admin.ErrExists] if the id is taken.
	Create(ctx context.Context, org admin.OrgID, j Job, entries []Entry, rec admin.Record) error

	// Get returns the job, or [admin.ErrNotFound].
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Job, error)

	// List returns at most seek.Limit jobs that match, newest first (descending id), that come after
	// seek.After in that order.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Job, error)

	// Due returns at most limit jobs of any organization that a worker could claim at now, oldest
	// first: not final, not waiting for confirmation, not before their StartAt, and under no live
	// lease. It is the one method that crosses organizations, and returns only ids.
	Due(ctx context.Context, now time.Time, limit int) ([]Ref, error)

	// Update replaces Status, StartAt, UpdatedAt, SettledAt and Failure of the job whose Version is
	// j.Version, raises the Version by one, and ends any lease by raising Lease.Attempt: a worker in
	// the middle of a batch finds its commit refused. If the status becomes Cancelled, entries that are
	// not final become EntryCancelled. [Job.Updated] states the same in code. It fails with
	// [admin.ErrNotFound], and with [admin.ErrConflict] for another Version.
	Update(ctx context.Context, org admin.OrgID, j Job, rec admin.Record) error

	// Claim gives c.Owner the lease until c.Until, raises Lease.Attempt by one, turns Scheduled or
	// Pending into InProgress, and returns the job. The Version stays. It fails with [ErrLeased] while
	// another owner's lease runs past c.Now, with [ErrNotDue] before StartAt, and with [admin.ErrState]
	// if the status is final or waits for confirmation. [Job.Claimed] states the same in code.
	Claim(ctx context.Context, org admin.OrgID, id uuid.UUID, c Claim) (Job, error)

	// Commit ends a batch after which the job is still InProgress: it adds cp.Counts, moves the cursor,
	// writes cp.Entries (each Seq once; an entry that is there already is replaced), sets UpdatedAt to
	// cp.At, and raises the Version by one. If cp.Until is zero the lease ends, otherwise it runs until
	// then. [Job.Committed] states the same in code. It changes nothing and fails with [ErrLeaseLost]
	// unless the job is InProgress with Lease.Attempt == cp.Attempt and Cursor == cp.From, and with
	// [admin.ErrInvalid] for another cp.Status than InProgress ([Checkpoint.Check]).
	Commit(ctx context.Context, org admin.OrgID, cp Checkpoint) error

	// Finish is Commit for the last batch, with the audit record of the job's end: cp.Status is
	// Completed or Failed, the job gets it and cp.Failure, and is settled at cp.At.
	Finish(ctx context.Context, org admin.OrgID, cp Checkpoint, rec admin.Record) error

	// Release ends the lease of the given attempt early, so that another worker need not wait. It does
	// nothing if the lease has another attempt.
	Release(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error

	// Entries returns at most seek.Limit entries of the job that match, in ascending Seq, with a Seq
	// above seek.After. An unknown job has none.
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
	Attempt int64  // of the lease that it was done under
	From    string // the cursor that it began at
	Cursor  string // where the next batch begins
	Entries []Entry
	Counts  Counts // what to add
	Status  Status // InProgress, Completed or Failed
	Failure string // why Failed
	At      time.Time
	Until   time.Time // the lease's new end; zero to give it up
}

// Check fails with [admin.ErrInvalid] unless the status is the one that the method takes: InProgress for
// [Store.Commit], Completed or Failed for [Store.Finish]. Adapters call it first.
func (cp Checkpoint) Check(last bool) error {
	if last && cp.Status != Completed && cp.Status != Failed || !last && cp.Status != InProgress {
		return fmt.Errorf("checkpoint with status %q: use %s, or %s or %s for the last batch: %w",
			admin.Clip(string(cp.Status)), InProgress, Completed, Failed, admin.ErrInvalid)
	}
	return nil
}
