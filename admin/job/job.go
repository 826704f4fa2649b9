package job

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Kind names what a job does, such as "price_plan_migration"; each package that has jobs names its own.
// Which callers may read a job depends on its kind, so work on different things has different kinds:
// "import.customers" and "import.accounts".
type Kind string

// Job is one piece of long-running administrative work. Its Version rises with every commit of a batch and every
// decision; a claim, a renewal and a release of its lease leave it. Where the job goes on is not part of its JSON
// form.
type Job struct {
	ID        uuid.UUID   `json:"id"`
	Kind      Kind        `json:"kind"`
	Status    Status      `json:"status"`
	StartAt   time.Time   `json:"startAt,omitzero"` // a Scheduled job does not start before
	CreatedAt time.Time   `json:"createdAt,omitzero"`
	CreatedBy admin.Actor `json:"createdBy"`
	UpdatedAt time.Time   `json:"updatedAt,omitzero"`
	SettledAt time.Time   `json:"settledAt,omitzero"` // when it became final
	Counts    Counts      `json:"counts"`
	// PrunedAt is when its entries and effects began to be removed, because their time was over: they cannot be read
	// any more, and the job cannot go on. Zero if it has all of them.
	PrunedAt time.Time `json:"prunedAt,omitzero"`

	// Failure is the error of the last batch, at most 2000 characters; empty if that one succeeded. Every user
	// who may read the job sees it, so the errors of a host's own code must hold no secret.
	Failure  string    `json:"failure,omitempty"`
	Failures int       `json:"failures,omitempty"` // batches that failed in a row
	RetryAt  time.Time `json:"retryAt,omitzero"`   // no batch before, after one that failed
	// Decision is the last decision of a person: who paused, cancelled or rejected it.
	Decision Decision `json:"decision,omitzero"`
	// Lease is the worker that has the job, if one has.
	Lease   Lease     `json:"lease,omitzero"`
	TriedAt time.Time `json:"triedAt,omitzero"` // when it was last claimed; zero if never

	// Cursor is where the next batch begins, in the package's own terms; empty at the start. At most 1000
	// bytes.
	Cursor string `json:"-"`
	// State is the package's own JSON, which commits with each batch: tallies, the phase it is in. At most
	// 64 KiB.
	State   string `json:"-"`
	Version int64  `json:"version"`
}

// Lease is one worker's right to do a job's next batches.
type Lease struct {
	// Attempt rises with every claim and fences: a batch commits only under the attempt that claimed
	// it, so a worker that was overtaken changes nothing, even if its clock is wrong.
	Attempt int64     `json:"-"`
	Worker  string    `json:"worker"`         // the process that claimed it; empty if it is free
	Until   time.Time `json:"until,omitzero"` // when other workers may take over
}

// IsZero reports whether the lease is free.
func (l Lease) IsZero() bool { return l.Worker == "" }

// Claimed returns the job under a new lease, or the error of [Store.Claim]: adapters call it on the
// stored job and store the result.
func (j Job) Claimed(c Claim) (Job, error) {
	if !j.Status.Runnable() {
		return j, fmt.Errorf("job is %s: %w", j.Status, admin.ErrState)
	}
	if start := j.notBefore(); start.After(c.Now) {
		return j, admin.WithRetryAfter(fmt.Errorf("until %s: %w", text.Instant(start), ErrNotDue), start.Sub(c.Now))
	}
	if !j.Lease.IsZero() && j.Lease.Until.After(c.Now) {
		return j, admin.WithRetryAfter(ErrLeased, j.Lease.Until.Sub(c.Now))
	}
	j.Status, j.TriedAt = InProgress, c.Now
	j.Lease = Lease{Attempt: j.Lease.Attempt + 1, Worker: c.Worker, Until: c.Until}
	return j, nil
}

// notBefore returns the instant before which no worker may claim the job, apart from another worker's
// lease.
func (j Job) notBefore() time.Time {
	if j.Status == Scheduled && j.StartAt.After(j.RetryAt) {
		return j.StartAt
	}
	return j.RetryAt
}

// DueAt returns the first instant at which a worker may claim the job, which is zero if there was never a
// reason to wait. ok is false if no worker may.
func (j Job) DueAt() (at time.Time, ok bool) {
	if !j.Status.Runnable() {
		return time.Time{}, false
	}
	at = j.notBefore()
	if !j.Lease.IsZero() && j.Lease.Until.After(at) {
		at = j.Lease.Until
	}
	return at, true
}

// Renewed returns the job under the same lease for longer, or [ErrLeaseLost]: what [Store.Renew] stores.
func (j Job) Renewed(attempt int64, until time.Time) (Job, error) {
	if j.Status != InProgress || j.Lease.Attempt != attempt || j.Lease.IsZero() {
		return j, ErrLeaseLost
	}
	j.Lease.Until = until
	return j, nil
}

// Released returns the job without the lease of an attempt, if it has that: what [Store.Release] stores.
func (j Job) Released(attempt int64) Job {
	if j.Lease.Attempt == attempt {
		j.Lease = Lease{Attempt: attempt}
	}
	return j
}

// Committed returns the job after a batch, or [ErrLeaseLost]: what [Store.Commit] and [Store.Finish]
// store of the job itself.
func (j Job) Committed(cp Checkpoint) (Job, error) {
	if j.Status != InProgress || j.Lease.Attempt != cp.Attempt || j.Cursor != cp.From {
		return j, ErrLeaseLost
	}
	j.Status, j.Cursor, j.State = cp.Status, cp.Cursor, cp.State
	j.Failure, j.Failures, j.RetryAt = cp.Failure, cp.Failures, cp.RetryAt
	j.Counts = j.Counts.Add(cp.Counts)
	j.UpdatedAt, j.Lease.Until = cp.At, cp.Until
	if cp.Until.IsZero() {
		j.Lease.Worker = ""
	}
	if cp.Status.Final() {
		j.SettledAt = cp.At
	}
	j.Version++
	return j, nil
}

// Updated returns the job after [Store.Update] with the values of want, or [admin.ErrConflict].
func (j Job) Updated(want Job) (Job, error) {
	if j.Version != want.Version {
		return j, admin.Conflict("job")
	}
	j.Status, j.StartAt, j.Decision = want.Status, want.StartAt, want.Decision
	j.Failure, j.Failures, j.RetryAt = want.Failure, want.Failures, want.RetryAt
	j.UpdatedAt, j.SettledAt = want.UpdatedAt, want.SettledAt
	j.Lease = Lease{Attempt: j.Lease.Attempt + 1}
	j.Version++
	return j, nil
}

// Pruned returns the job as [Store.Prune] must leave it if it is not pruned already: with the PrunedAt and the next
// Version. It fails with [admin.ErrState] unless the job is final.
func (j Job) Pruned(at time.Time) (Job, error) {
	if !j.Status.Final() {
		return j, fmt.Errorf("job is %s, and has entries until it is final: %w", j.Status, admin.ErrState)
	}
	if j.PrunedAt.IsZero() {
		j.PrunedAt = at
		j.Version++
	}
	return j, nil
}

// Pending returns the number of entries that are still to do: none of a job that was cancelled.
func (j Job) Pending() int64 {
	if j.Status == Cancelled {
		return 0
	}
	return j.Counts.Pending()
}

// Complete returns nil, or [ErrPruned] if the job has been pruned.
func (j Job) Complete() error {
	if j.PrunedAt.IsZero() {
		return nil
	}
	return fmt.Errorf("job %s was pruned %s: %w", j.ID, text.Instant(j.PrunedAt), ErrPruned)
}

// Filter narrows a list of jobs; zero fields do not narrow.
type Filter struct {
	Kind   Kind   `json:"kind,omitempty"`
	Status Status `json:"status,omitempty"`
}
