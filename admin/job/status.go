package job

// Status is the state of a job. The names are Togai's, with PAUSED and COMPLETED_WITH_FAILURES.
type Status string

// The statuses of a job.
const (
	Scheduled              Status = "SCHEDULED"                // waits for its StartAt
	WaitingForConfirmation Status = "WAITING_FOR_CONFIRMATION" // waits for a person to confirm or reject
	Pending                Status = "PENDING"                  // may start, or go on
	InProgress             Status = "IN_PROGRESS"              // a worker has claimed it at least once
	Paused                 Status = "PAUSED"                   // by a person, or by what Failure has, until it is resumed
	Completed              Status = "COMPLETED"                // every entry was completed or skipped
	CompletedWithFailures  Status = "COMPLETED_WITH_FAILURES"  // every entry was tried, and some failed
	Failed                 Status = "FAILED"                   // given up; Failure has the reason; it can be retried
	Cancelled              Status = "CANCELLED"                // stopped by a person; what was done stays done
)

// Statuses returns the statuses of a job. The caller may change the slice.
func Statuses() []Status {
	return []Status{
		Scheduled, WaitingForConfirmation, Pending, InProgress, Paused, Completed, CompletedWithFailures, Failed, Cancelled,
	}
}

// Final reports whether the job does nothing more by itself: it is completed, with failures or without,
// failed or cancelled.
func (s Status) Final() bool {
	return s == Completed || s == CompletedWithFailures || s == Failed || s == Cancelled
}

// Runnable reports whether a worker may claim the job, now or at some instant.
func (s Status) Runnable() bool { return s == Scheduled || s == Pending || s == InProgress }

// known reports whether s is a status.
func (s Status) known() bool {
	return s.Final() || s.Runnable() || s == WaitingForConfirmation || s == Paused
}
