package planmigration

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin/job"
)

// The reasons for which an account is not moved.
const (
	// Skipped: there was nothing to do, or the request says to leave it.
	ReasonHasOverrides    job.Reason = "has_overrides"     // and the mode leaves those alone
	ReasonAlreadyOnTarget job.Reason = "already_on_target" // it was moved by other means
	ReasonLeftPlan        job.Reason = "left_plan"         // it is on another plan or version
	ReasonEnded           job.Reason = "ended"             // it is on no plan any more when it would move
	ReasonScheduledChange job.Reason = "scheduled_change"  // a later schedule is in place already

	// Failed: a person has to decide.
	ReasonCurrency job.Reason = "currency_not_supported" // the target has no rates in the account's currency
	ReasonChanged  job.Reason = "changed_meanwhile"      // its schedule changed while it was being moved
	ReasonRefused  job.Reason = "refused"                // the schedules refused the replacement
	ReasonNoCycle  job.Reason = "no_cycle"               // the source plan has no pricing cycle to wait for
)

// Entry is what a migration did, or would do, with one account.
type Entry struct {
	Seq       int64           `json:"seq,omitzero"` // its place in the migration, from 1; 0 in a preview
	AccountID string          `json:"accountId"`
	Status    job.EntryStatus `json:"status"`           // in a preview, what it would be
	Reason    job.Reason      `json:"reason,omitempty"` // why it was skipped or failed; empty otherwise
	Detail    string          `json:"detail,omitempty"` // the same for people
	// At is the first instant on the target; zero if the account is not moved.
	At time.Time `json:"effectiveFrom,omitzero"`
	// Old and New are the ids of the schedules before and after At. In a preview New is not known yet; Old
	// is empty if external schedules turned out to have been replaced before. If Old began at At, it was
	// replaced as a whole and is among the account's removed schedules.
	Old string `json:"oldScheduleId,omitempty"`
	New string `json:"newScheduleId,omitempty"`
}

// entryData is what an entry keeps beyond the fields that all jobs have. It is a stored form, apart from
// the JSON of Entry.
type entryData struct {
	Format int       `json:"v"`
	At     time.Time `json:"at,omitzero"`
	Old    string    `json:"old,omitempty"`
	New    string    `json:"new,omitempty"`
}

// entryFormat is the format that is written. A later one must still read this one.
const entryFormat = 1

// stored returns the entry as its job keeps it.
func (e Entry) stored() (job.Entry, error) {
	out := job.Entry{Seq: e.Seq, Ref: e.AccountID, Status: e.Status, Reason: e.Reason, Detail: e.Detail}
	if e.At.IsZero() {
		return out, nil
	}
	data, err := json.Marshal(entryData{Format: entryFormat, At: e.At, Old: e.Old, New: e.New})
	if err != nil {
		return job.Entry{}, fmt.Errorf("entry %d: %w", e.Seq, err)
	}
	out.Data = string(data)
	return out, nil
}

// entryOf is the inverse of stored.
func entryOf(j job.Entry) (Entry, error) {
	e := Entry{Seq: j.Seq, AccountID: j.Ref, Status: j.Status, Reason: j.Reason, Detail: j.Detail}
	if j.Data == "" {
		return e, nil
	}
	var d entryData
	if err := json.Unmarshal([]byte(j.Data), &d); err != nil {
		return Entry{}, fmt.Errorf("entry %d: %w", j.Seq, err)
	}
	if d.Format != entryFormat {
		return Entry{}, fmt.Errorf("entry %d is stored in format %d and not %d: a newer version wrote it",
			j.Seq, d.Format, entryFormat)
	}
	e.At, e.Old, e.New = d.At, d.Old, d.New
	return e, nil
}

// counted returns what the entry adds to its job's counts.
func (e Entry) counted() job.Counts {
	switch e.Status {
	case job.EntryCompleted:
		return job.Counts{Completed: 1}
	case job.EntrySkipped:
		return job.Counts{Skipped: 1}
	case job.EntryFailed:
		return job.Counts{Failed: 1}
	}
	return job.Counts{}
}
