package job

import "time"

// Progress is the state of a job after a step.
type Progress struct {
	Status   Status    `json:"status"`
	Counts   Counts    `json:"counts"`
	Failure  string    `json:"failure,omitempty"`  // the error of the last batch; see Job
	Failures int       `json:"failures,omitempty"` // batches that failed in a row
	RetryAt  time.Time `json:"retryAt,omitzero"`   // no batch before, after one that failed
	Hold     Hold      `json:"hold,omitzero"`      // what it waits for
}

// Progress returns the progress of the job as it is at an instant.
func (j Job) Progress(now time.Time) Progress {
	return Progress{
		Status: j.Status, Counts: j.Counts, Failure: j.Failure, Failures: j.Failures, RetryAt: j.RetryAt, Hold: j.Hold(now),
	}
}

// Done reports whether the job is final.
func (p Progress) Done() bool { return p.Status.Final() }
