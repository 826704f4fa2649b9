package job

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Kind names what a job does, such as "plan_migration"; each package that has jobs names its own. Who
// may read a job depends on its kind, so work on different things has different kinds:
// "import.customers" and "import.accounts".
type Kind string

// Status is the state of a job. The names are Togai's.
type Status string

// The statuses of a job. [Completed], [Failed] and [Cancelled] are final.
const (
	Scheduled              Status = "SCHEDULED"                // waits for its StartAt
	WaitingForConfirmation Status = "WAITING_FOR_CONFIRMATION" // waits for a person to confirm or reject
	Pending                Status = "PENDING"                  // may start
	InProgress             Status = "IN_PROGRESS"              // a worker has claimed it at least once
	Completed              Status = "COMPLETED"                // everything was tried; Counts has what failed
	Failed                 Status = "FAILED"                   // given up; Failure has the reason
	Cancelled              Status = "CANCELLED"                // stopped by a person; what was done stays done
)

// Statuses returns the statuses of a job. The caller may change the slice.
func Statuses() []Status {
	return []Status{Scheduled, WaitingForConfirmation, Pending, InProgress, Completed, Failed, Cancelled}
}

// Final reports whether the status can change no more.
func (s Status) Final() bool { return s == Completed || s == Failed || s == Cancelled }

// known reports whether s is a status.
func (s Status) known() bool {
	return s.Final() || s == Scheduled || s == WaitingForConfirmation || s == Pending || s == InProgress
}

// Counts are the numbers of a job's entries. What is not in the other three is pending.
type Counts struct {
	Total     int64 `json:"total"`     // entries in all, as far as is known
	Completed int64 `json:"completed"` // done
	Skipped   int64 `json:"skipped"`   // left alone, with a reason
	Failed    int64 `json:"failed"`    // tried and refused, with a reason
}

// Add returns the sum, field by field.
func (c Counts) Add(d Counts) Counts {
	return Counts{
		Total: c.Total + d.Total, Completed: c.Completed + d.Completed,
		Skipped: c.Skipped + d.Skipped, Failed: c.Failed + d.Failed,
	}
}

// Settled returns the number of entries that are completed, skipped or failed.
func (c Counts) Settled() int64 { return c.Completed + c.Skipped + c.Failed }

// Pending returns the number of entries that are still to do.
func (c Counts) Pending() int64 { return max(0, c.Total-c.Settled()) }

// Lease is one worker's right to do a job's next batches.
type Lease struct {
	// Attempt rises with every claim and fences: a batch commits only under the attempt that claimed
	// it, so a worker that was overtaken changes nothing, even if its clock is wrong.
	Attempt int64
	Owner   uuid.UUID // the worker that claimed it; uuid.Nil if it is free
	Until   time.Time // when other workers may take over
}

// Job is one piece of long-running administrative work. Its Version rises with every change but a
// claim. Where the job goes on and which worker has it are not part of its JSON form.
type Job struct {
	ID        uuid.UUID   `json:"id"`
	Kind      Kind        `json:"kind"`
	Status    Status      `json:"status"`
	StartAt   time.Time   `json:"startAt,omitzero"` // not before; zero means immediately
	CreatedAt time.Time   `json:"createdAt,omitzero"`
	CreatedBy admin.Actor `json:"createdBy"`
	UpdatedAt time.Time   `json:"updatedAt,omitzero"`
	SettledAt time.Time   `json:"settledAt,omitzero"` // when it became final
	Counts    Counts      `json:"counts"`
	Failure   string      `json:"failure,omitempty"` // why it Failed
	// Cursor is where the next batch begins, in the package's own terms; empty at the start.
	Cursor  string `json:"-"`
	Lease   Lease  `json:"-"`
	Version int64  `json:"version"`
}

// Claimed returns the job under a new lease, or the error of [Store.Claim]: adapters call it on the
// stored job and store the result.
func (j Job) Claimed(c Claim) (Job, error) {
	switch {
	case j.Status.Final() || j.Status == WaitingForConfirmation:
		return j, fmt.Errorf("job is %s: %w", j.Status, admin.ErrState)
	case j.StartAt.After(c.Now):
		return j, admin.WithRetryAfter(ErrNotDue, j.StartAt.Sub(c.Now))
	case j.Lease.Owner != uuid.Nil && j.Lease.Owner != c.Owner && j.Lease.Until.After(c.Now):
		return j, admin.WithRetryAfter(ErrLeased, j.Lease.Until.Sub(c.Now))
	}
	j.Status = InProgress
	j.Lease = Lease{Attempt: j.Lease.Attempt + 1, Owner: c.Owner, Until: c.Until}
	return j, nil
}

// Committed returns the job after a batch, or [ErrLeaseLost]: what [Store.Commit] and [Store.Finish]
// store of the job itself.
func (j Job) Committed(cp Checkpoint) (Job, error) {
	if j.Status != InProgress || j.Lease.Attempt != cp.Attempt || j.Cursor != cp.From {
		return j, ErrLeaseLost
	}
	j.Status, j.Cursor, j.Failure = cp.Status, cp.Cursor, cp.Failure
	j.Counts = j.Counts.Add(cp.Counts)
	j.UpdatedAt, j.Lease.Until = cp.At, cp.Until
	if cp.Until.IsZero() {
		j.Lease.Owner = uuid.Nil
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
	j.Status, j.StartAt, j.Failure = want.Status, want.StartAt, want.Failure
	j.UpdatedAt, j.SettledAt = want.UpdatedAt, want.SettledAt
	j.Lease = Lease{Attempt: j.Lease.Attempt + 1}
	j.Version++
	return j, nil
}

// Filter narrows a list of jobs; zero fields do not narrow.
type Filter struct {
	Kind   Kind   `json:"kind,omitempty"`
	Status Status `json:"status,omitempty"`
}

// Ref points at a job of any organization, for schedulers.
type Ref struct {
	Org  admin.OrgID `json:"org"`
	ID   uuid.UUID   `json:"id"`
	Kind Kind        `json:"kind"`
}
