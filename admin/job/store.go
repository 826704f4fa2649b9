package job

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Store keeps jobs with their entries and effects. Create, Update and Finish commit their audit record
// together with the rest, or neither. Claim, Renew, Commit and Release are the bookkeeping of workers and
// leave no record: the effects of a batch leave their own.
type Store interface {
	// Create adds a job, with the entries that are known from the start (each Seq once), in one write.
	// It fails with [admin.ErrExists] if the id is taken.
	Create(ctx context.Context, org admin.OrgID, j Job, entries []Entry, rec admin.Record) error

	// Get returns the job, or [admin.ErrNotFound].
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Job, error)

	// List returns at most seek.Limit jobs that match, newest first (descending id), that come after
	// seek.After in that order.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Job, error)

	// Due returns jobs of the kinds of q whose [Job.DueAt] is not after now: those of the first q.Orgs
	// active organizations above q.After that have any, in ascending order of organization (by bytes); of each
	// organization the first q.PerOrg in order of TriedAt (never first), then id. It is the one method
	// that crosses organizations. Its cost must not depend on how many jobs are final, and on how many
	// are due only as far as they are in the result, or would be if their organizations were not suspended.
	Due(ctx context.Context, now time.Time, q DueQuery) ([]Ref, error)

	// Update replaces Status, StartAt, Decision, Failure, Failures, RetryAt, UpdatedAt and SettledAt of
	// the job whose Version is j.Version, raises the Version by one, and ends any lease by raising
	// Lease.Attempt: a worker in the middle of a batch finds its commit refused. [Job.Updated] states
	// the same in code. Entries stay as they are. It fails with [admin.ErrNotFound], and with
	// [admin.ErrConflict] for another Version.
	Update(ctx context.Context, org admin.OrgID, j Job, rec admin.Record) error

	// Claim gives c.Worker the lease until c.Until, raises Lease.Attempt by one, makes the job InProgress,
	// sets TriedAt to c.Now, and returns the job. The Version stays. It fails with [ErrLeased] while
	// another lease runs past c.Now, with [admin.ErrSuspended] before all others while the organization is suspended,
	// with [ErrNotDue] before StartAt or RetryAt, and with
	// [admin.ErrState] for a Status that is not [Status.Runnable]. [Job.Claimed] states the same in code.
	Claim(ctx context.Context, org admin.OrgID, id uuid.UUID, c Claim) (Job, error)

	// Renew lets the lease of the given attempt run until then. It fails with [ErrLeaseLost] if the job
	// has another attempt, no lease, or is not InProgress. The Version stays. [Job.Renewed] states the
	// same in code.
	Renew(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64, until time.Time) error

	// Commit ends a batch after which the job is not final: it adds cp.Counts, moves the cursor, replaces
	// the State, writes cp.Entries (each Seq once; one that is there already is replaced), adds cp.Effects
	// (whose Seqs ascend, and are above those of every batch before), sets Status, Failure, Failures,
	// RetryAt, and UpdatedAt to cp.At, and raises the Version by one. If cp.Until is zero the lease ends,
	// otherwise it runs until then. [Job.Committed] states the same in code. The number of statements does
	// not depend on the number of entries and effects, up to some hundreds of each. It changes nothing and
	// fails with [ErrLeaseLost] unless the job is InProgress with Lease.Attempt == cp.Attempt and Cursor ==
	// cp.From, and with [admin.ErrInvalid] for what [Checkpoint.Check] refuses.
	Commit(ctx context.Context, org admin.OrgID, cp Checkpoint) error

	// Finish is Commit for the last batch, with the audit record of the job's end: cp.Status is Completed,
	// CompletedWithFailures or Failed, and the job is settled at cp.At.
	Finish(ctx context.Context, org admin.OrgID, cp Checkpoint, rec admin.Record) error

	// Release ends the lease of the given attempt early, so that another worker need not wait. It does
	// nothing if the lease has another attempt.
	Release(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error

	// Entries returns at most seek.Limit entries of the job that match, in ascending Seq, with a Seq
	// above seek.After. An unknown job has none.
	Entries(ctx context.Context, org admin.OrgID, id uuid.UUID, f EntryFilter, seek admin.Seek[int64]) ([]Entry, error)

	// Settled returns jobs that are final since q.Until or longer, ordered by SettledAt, then organization and id (by
	// bytes), at most q.Limit: those with entries or effects that may be left, or with q.Pruned those without. It crosses
	// organizations.
	Settled(ctx context.Context, q SettledQuery) ([]Ref, error)

	// Prune makes the job what [Job.Pruned] makes of it with rec.At, and returns the errors of that, or
	// [admin.ErrNotFound]; it removes at most limit of its entries and effects (a row of a storage may have several
	// effects) in one transaction, and reports whether there may be more. rec is kept with the first call on a job only.
	Prune(ctx context.Context, org admin.OrgID, id uuid.UUID, limit int, rec admin.Record) (more bool, err error)

	// Remove removes a job without entries and effects, with the import or the migration that it is the job of. It fails
	// with [admin.ErrNotFound], and with [admin.ErrState] unless [Store.Prune] has removed everything, and as long as
	// the import has a file.
	Remove(ctx context.Context, org admin.OrgID, id uuid.UUID, rec admin.Record) error

	// Erase removes the entries and the effects with the Seqs of r, which tell of a person, from a job in any status:
	// unknown ones are ignored. Counts stay. rec is written unless a record of its id and action is there, as
	// [admin.AuditStore].Erase says, whose demands on rec it has too. It fails with [admin.ErrNotFound].
	Erase(ctx context.Context, org admin.OrgID, r Rows, rec admin.Record) error

	// Effects returns at most seek.Limit effects of the job in descending Seq, the last one first, with a
	// Seq below seek.After unless that is 0. An unknown job has none.
	Effects(ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64]) ([]Effect, error)
}

// Rows are entries and effects of a job.
type Rows struct {
	Job  uuid.UUID
	Seqs []int64
}

// SettledQuery asks a [Store] for jobs that are over.
type SettledQuery struct {
	Until  time.Time // of SettledAt
	Pruned bool      // only those that have no entries and effects any more, in place of the others
	Limit  int
}

// Claim asks for a job's lease.
type Claim struct {
	Worker string // a name for people, at most 200 bytes; not empty
	Now    time.Time
	Until  time.Time
}

// Checkpoint is the outcome of one batch.
type Checkpoint struct {
	ID       uuid.UUID
	Attempt  int64  // of the lease that it was done under
	From     string // the cursor that it began at
	Cursor   string // where the next batch begins
	State    string // the job's State from now on
	Entries  []Entry
	Effects  []Effect
	Counts   Counts // what to add
	Status   Status
	Failure  string    // why the batch failed; empty if it did not
	Failures int       // batches that have failed in a row, with this one
	RetryAt  time.Time // no batch before
	At       time.Time
	Until    time.Time // the lease's new end; zero to give it up
}

// The most bytes of a job's Cursor and State.
const (
	MaxCursor = 1000
	MaxState  = 64 << 10
)

// Check fails with [admin.ErrInvalid] if the checkpoint is not one that the method takes, [Store.Commit] or,
// with last, [Store.Finish]. Adapters call it first.
func (cp Checkpoint) Check(last bool) error {
	allowed := []Status{InProgress, Scheduled, WaitingForConfirmation, Paused}
	if last {
		allowed = []Status{Completed, CompletedWithFailures, Failed}
	}
	problem := ""
	switch {
	case !slices.Contains(allowed, cp.Status):
		problem = fmt.Sprintf("status %q: use one of %s", admin.Clip(string(cp.Status)), text.Join(allowed))
	case len(cp.Cursor) > MaxCursor:
		problem = fmt.Sprintf("a cursor of %d bytes: use at most %d", len(cp.Cursor), MaxCursor)
	case len(cp.State) > MaxState:
		problem = fmt.Sprintf("a state of %d bytes: use at most %d", len(cp.State), MaxState)
	case !slices.IsSortedFunc(cp.Effects, func(a, b Effect) int { return cmp.Or(cmp.Compare(a.Seq, b.Seq), -1) }):
		return fmt.Errorf("checkpoint with effects whose Seqs do not ascend: %w", admin.ErrInvalid)
	case !cp.Until.IsZero() && cp.Status != InProgress:
		problem = fmt.Sprintf("status %s that keeps the lease: only %s can", cp.Status, InProgress)
	}
	if problem == "" {
		return nil
	}
	return fmt.Errorf("checkpoint with %s: %w", problem, admin.ErrInvalid)
}
