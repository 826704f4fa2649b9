package planmigration

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// The reasons for which an account is not moved.
const (
	// Skipped: there was nothing to do, or the request says to leave it.
	ReasonHasOverrides    job.Reason = "has_overrides"     // and the mode leaves those alone
	ReasonAlreadyOnTarget job.Reason = "already_on_target" // it was moved by other means
	ReasonLeftPlan        job.Reason = "left_plan"         // it is on another plan or version
	ReasonEnded           job.Reason = "ended"             // it is on no plan any more when it would move
	ReasonScheduledChange job.Reason = "scheduled_change"  // a later schedule is in place already
	ReasonBegun           job.Reason = "begun"             // its move has begun, and only what has not is withdrawn

	// Failed: a person has to decide.
	ReasonCurrency   job.Reason = "currency_not_supported" // the target has no rates in the account's currency
	ReasonInterval   job.Reason = "interval_mismatch"      // its cycle has another interval than the target
	ReasonSuperseded job.Reason = "superseded"             // its terms have changed since it was listed or moved
	ReasonTooLate    job.Reason = "too_late"               // the instant to move at has passed, and may be billed
	ReasonChanged    job.Reason = "changed_meanwhile"      // its schedule changed while it was being moved
	ReasonRefused    job.Reason = "refused"                // the schedules refused the replacement
	ReasonNoCycle    job.Reason = "no_cycle"               // the source plan has no pricing cycle to wait for
)

// Entry is what a migration did, or would do, with one account.
type Entry struct {
	Seq       int64           `json:"seq,omitzero"` // its place in the migration, from 1; 0 in a preview
	AccountID string          `json:"accountId"`
	Status    job.EntryStatus `json:"status"`           // in a preview, what it would be
	Reason    job.Reason      `json:"reason,omitempty"` // why it was skipped or failed; empty otherwise
	Detail    string          `json:"detail,omitempty"` // the same for people
	// Plan is the plan that the account is on before At, or if it is not moved; none if it is on none.
	Plan priceplan.Ref `json:"pricePlan,omitzero"`
	// At is the first instant on the target: of a pending account, as was decided when it was listed. Zero if the
	// account is not moved.
	At time.Time `json:"effectiveFrom,omitzero"`
	// Old and New are the ids of the schedules before and after At. In a preview and of a pending account New is not
	// known yet; Old is empty if external schedules turned out to have been replaced before. If Old began at At, it
	// was replaced as a whole and is among the account's removed schedules.
	Old string `json:"oldScheduleId,omitempty"`
	New string `json:"newScheduleId,omitempty"`
	// Schedules is how many schedules are replaced, if there are several: later ones, by which the account stays on the
	// source, are replaced from their beginning on.
	Schedules int `json:"schedules,omitempty"`
	// Changes are the account's own terms that are different from At on: its overrides and its end. How the plans
	// differ is the same for all accounts ([Migration.Difference]).
	Changes []admin.Change `json:"changes,omitempty"`
}

// decision is what becomes of one account.
type decision struct {
	Entry
	replace *priceplan.Replacement // nil if the account is not moved
	before  []priceplan.Schedule   // those that replace ends or removes, as they were
	added   int                    // new schedules
}

// listed is what was decided about an account when it was listed.
type listed struct {
	at     time.Time
	seen   []priceplan.Revision // of the schedules to be replaced; nil while the account is being listed
	before []priceplan.Schedule // the same as they were, if the schedules are external
	of     int64                // the effect of another migration that is taken back
}

// entryData is what an entry keeps beyond the fields that all jobs have. It is a stored form, apart from
// the JSON of Entry. What follows from the migration is left out: the source, the effective instant, and the ids of
// new schedules.
type entryData struct {
	Format  int              `json:"v"`
	At      time.Time        `json:"at,omitzero"`
	Plan    string           `json:"plan,omitempty"`
	Version int              `json:"version,omitempty"` // of the plan
	Old     string           `json:"old,omitempty"`
	New     string           `json:"new,omitempty"`
	Seen    []storedRevision `json:"seen,omitempty"`
	Before  []scheduleData   `json:"before,omitempty"`
	Of      int64            `json:"of,omitempty"`
	N       int              `json:"n,omitempty"` // Schedules
	Changes []storedChange   `json:"changes,omitempty"`
}

type storedRevision struct {
	ID      string `json:"id,omitempty"` // empty for Old
	Version int64  `json:"version"`
}

type storedChange struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// entryFormat is the format that is written. A later one must still read this one.
const entryFormat = 1

// stored returns the entry as its job keeps it.
func (m Migration) stored(e Entry, l listed) (job.Entry, error) {
	out := job.Entry{Seq: e.Seq, Ref: e.AccountID, Status: e.Status, Reason: e.Reason, Detail: e.Detail}
	d := entryData{Format: entryFormat, Old: e.Old, Of: l.of, N: e.Schedules}
	if !e.At.Equal(m.EffectiveAt()) {
		d.At = e.At
	}
	if e.Plan != m.Source {
		d.Plan, d.Version = e.Plan.ID, e.Plan.Version
	}
	if e.New != m.scheduleID(e.AccountID, 0) {
		d.New = e.New
	}
	if e.Status == job.EntryPending {
		for _, r := range l.seen {
			if r.ID == e.Old {
				r.ID = ""
			}
			d.Seen = append(d.Seen, storedRevision(r))
		}
		for _, s := range l.before {
			d.Before = append(d.Before, dataOf(s, false))
		}
	}
	for _, c := range e.Changes {
		d.Changes = append(d.Changes, storedChange{c.Field, c.From, c.To})
	}
	data, err := json.Marshal(d)
	if err != nil {
		return job.Entry{}, fmt.Errorf("entry %d: %w", e.Seq, err)
	}
	out.Data = string(data)
	return out, nil
}

// entryOf is the inverse of stored.
func (m Migration) entryOf(j job.Entry) (Entry, listed, error) {
	e := Entry{Seq: j.Seq, AccountID: j.Ref, Status: j.Status, Reason: j.Reason, Detail: j.Detail}
	var d entryData
	if err := json.Unmarshal([]byte(j.Data), &d); err != nil {
		return Entry{}, listed{}, fmt.Errorf("entry %d: %w", j.Seq, err)
	}
	if d.Format != entryFormat {
		return Entry{}, listed{}, fmt.Errorf("entry %d is stored in format %d and not %d: a newer version wrote it",
			j.Seq, d.Format, entryFormat)
	}
	e.Plan, e.Old, e.Schedules = m.Source, d.Old, d.N
	if d.Version > 0 || d.Plan != "" {
		e.Plan = priceplan.Ref{ID: d.Plan, Version: d.Version}
	}
	l := listed{at: d.At, of: d.Of}
	if moves := j.Status != job.EntrySkipped && j.Status != job.EntryFailed; moves {
		if e.At = d.At; d.At.IsZero() {
			e.At = m.EffectiveAt()
		}
	}
	if e.New = d.New; d.New == "" && j.Status == job.EntryCompleted {
		e.New = m.scheduleID(e.AccountID, 0)
	}
	for _, r := range d.Seen {
		if r.ID == "" {
			r.ID = d.Old
		}
		l.seen = append(l.seen, priceplan.Revision(r))
	}
	for _, s := range d.Before {
		had, err := s.schedule(j.Ref)
		if err != nil {
			return Entry{}, listed{}, fmt.Errorf("entry %d: %w", j.Seq, err)
		}
		l.before = append(l.before, had)
	}
	for _, c := range d.Changes {
		e.Changes = append(e.Changes, admin.Change{Field: c.Field, From: c.From, To: c.To})
	}
	return e, l, nil
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
