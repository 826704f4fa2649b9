package job

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Kind says what a job does; each domain that has jobs names its own.
type Kind string

// Status is where a job stands. The names are Togai's.
type Status string

// The statuses of a job. Completed, Failed and Cancelled are final.
const (
	Scheduled              Status = "SCHEDULED"                // waits for its StartAt
	WaitingForConfirmation Status = "WAITING_FOR_CONFIRMATION" // waits for somebody to confirm or reject
	Pending                Status = "PENDING"                  // may start
	InProgress             Status = "IN_PROGRESS"              // has done at least one batch, or is doing it
	Completed              Status = "COMPLETED"                // everything was tried; see Counts for what failed
	Failed                 Status = "FAILED"                   // gave up; see Failure
	Cancelled              Status = "CANCELLED"                // stopped by somebody; what was done stays done
)

// Statuses returns the statuses of a job. The caller may change the slice.
func Statuses() []Status {
	return []Status{Scheduled, WaitingForConfirmation, Pending, InProgress, Completed, Failed, Cancelled}
}

// Final reports whether the status can change no more.
func (s Status) Final() bool { return s == Completed || s == Failed || s == Cancelled }

// Counts says how far a job is. What is pending is Total less the others.
type Counts struct {
	Total     int64 // entries in all, as far as is known
	Completed int64 // done
	Skipped   int64 // left alone, with a reason
	Failed    int64 // tried and refused, with a reason
}

// Add is the sum, field by field.
func (c Counts) Add(d Counts) Counts {
	return Counts{
		Total: c.Total + d.Total, Completed: c.Completed + d.Completed,
		Skipped: c.Skipped + d.Skipped, Failed: c.Failed + d.Failed,
	}
}

// Settled is how many entries are done with, one way or another.
func (c Counts) Settled() int64 { return c.Completed + c.Skipped + c.Failed }

// Pending is how many entries are still to do.
func (c Counts) Pending() int64 { return max(0, c.Total-c.Settled()) }

// Lease is one worker's right to do a job's next batches.
type Lease struct {
	// Attempt rises with every claim and is what fences: a batch commits only under the attempt
	// that claimed it, so a worker that was overtaken changes nothing, whatever its clock says.
	Attempt int64
	Owner   uuid.UUID // who claimed it; uuid.Nil where nobody holds it
	Until   time.Time // when others may take over
}

// Job is one piece of long-running administrative work.
type Job struct {
	ID        uuid.UUID
	Kind      Kind
	Status    Status
	StartAt   time.Time // not before; zero for at once
	CreatedAt time.Time
	CreatedBy admin.Actor
	UpdatedAt time.Time
	SettledAt time.Time // when it became final; zero before
	Counts    Counts
	Cursor    string // where the next batch begins, in the domain's own terms; empty at the start
	Failure   string // why it Failed
	Lease     Lease
	Version   int64 // 1 when created; rises with every change but a claim
}

// Claimed is the job under a new lease, or the error that Store.Claim gives: adapters call it on
// the stored job and store what it returns.
func (j Job) Claimed(c Claim) (Job, error) {
	switch {
	case j.Status.Final() || j.Status == WaitingForConfirmation:
		return j, fmt.Errorf("job is %s: %w", j.Status, admin.ErrState)
	case j.StartAt.After(c.Now):
		return j, ErrNotDue
	case j.Lease.Owner != uuid.Nil && j.Lease.Owner != c.Owner && j.Lease.Until.After(c.Now):
		return j, fmt.Errorf("job is leased to another worker: %w", admin.ErrBusy)
	}
	j.Status = InProgress
	j.Lease = Lease{Attempt: j.Lease.Attempt + 1, Owner: c.Owner, Until: c.Until}
	return j, nil
}

// Committed is the job after a batch, or ErrLeaseLost: what Store.Commit stores of the job itself.
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

// Updated is the job after Store.Update with what a caller wants of it, or admin.ErrConflict.
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

// EntryStatus is where one entry of a job stands.
type EntryStatus string

// The statuses of an entry. All but EntryPending and EntryInProgress are final.
const (
	EntryPending    EntryStatus = "PENDING"
	EntryInProgress EntryStatus = "IN_PROGRESS"
	EntryCompleted  EntryStatus = "COMPLETED"
	EntrySkipped    EntryStatus = "SKIPPED"
	EntryFailed     EntryStatus = "FAILED"
	EntryCancelled  EntryStatus = "CANCELLED"
)

// EntryStatuses returns the statuses of an entry. The caller may change the slice.
func EntryStatuses() []EntryStatus {
	return []EntryStatus{EntryPending, EntryInProgress, EntryCompleted, EntrySkipped, EntryFailed, EntryCancelled}
}

// Final reports whether the entry is done with.
func (s EntryStatus) Final() bool { return s != EntryPending && s != EntryInProgress }

// Reason is a domain's typed reason for an entry's status, such as "has_overrides".
type Reason string

// Entry is what a job does, or did, to one thing: a row of a file, an account.
type Entry struct {
	Seq    int64  // 1, 2, 3, … within the job; for an import the row's number
	Ref    string // what it is about: an account's id, a row's key
	Status EntryStatus
	Reason Reason // why it was skipped or failed; empty otherwise
	Detail string // for people: the value, the rule, what would be right
	Data   string // what the domain needs to report or retry the entry; JSON
}

// Filter narrows a list of jobs; zero fields do not narrow.
type Filter struct {
	Kind   Kind
	Status Status
}

// EntryFilter narrows a list of entries; zero fields do not narrow.
type EntryFilter struct {
	Status EntryStatus
}

// Ref points at a job of any organization, for schedulers.
type Ref struct {
	Org  admin.OrgID
	ID   uuid.UUID
	Kind Kind
}
