package job

import (
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Decision is what a person decided about a job.
type Decision struct {
	Action admin.Action `json:"action"` // ActionConfirm, ActionReject, ActionPause, and so on
	From   Status       `json:"from"`   // the status before
	By     admin.Actor  `json:"by"`
	At     time.Time    `json:"at,omitzero"`
}

// IsZero reports whether no person has decided anything.
func (d Decision) IsZero() bool { return d.Action == "" }

// HoldReason is why a job does not move.
type HoldReason string

// The reasons for which a job does not move.
const (
	HoldConfirmation HoldReason = "CONFIRMATION" // a person has to confirm or reject it
	HoldPause        HoldReason = "PAUSE"        // Hold.By paused it, or a batch did ([Block]); a person has to resume it
	HoldStart        HoldReason = "START"        // it is not due before Hold.Until
	HoldRetry        HoldReason = "RETRY"        // a batch failed; the next is tried at Hold.Until
	HoldLease        HoldReason = "LEASE"        // Hold.Worker has it, until Hold.Until or longer
)

// Hold is what a job waits for, for a screen. The zero Hold is that of a job that is final, or that waits
// for a worker only.
type Hold struct {
	Reason HoldReason  `json:"reason,omitempty"`
	Until  time.Time   `json:"until,omitzero"`
	By     admin.Actor `json:"by,omitzero"`      // of HoldPause; none if a batch paused it
	Worker string      `json:"worker,omitempty"` // of HoldLease
}

// Hold returns what the job waits for at an instant.
func (j Job) Hold(now time.Time) Hold {
	switch {
	case j.Status == WaitingForConfirmation:
		return Hold{Reason: HoldConfirmation}
	case j.Status == Paused && j.Decision.Action == ActionPause && j.Decision.At.Equal(j.UpdatedAt):
		return Hold{Reason: HoldPause, By: j.Decision.By}
	case j.Status == Paused:
		return Hold{Reason: HoldPause}
	case !j.Status.Runnable():
		return Hold{}
	case j.RetryAt.After(now):
		return Hold{Reason: HoldRetry, Until: j.notBefore()}
	case j.notBefore().After(now):
		return Hold{Reason: HoldStart, Until: j.notBefore()}
	case !j.Lease.IsZero() && j.Lease.Until.After(now):
		return Hold{Reason: HoldLease, Until: j.Lease.Until, Worker: j.Lease.Worker}
	}
	return Hold{}
}
