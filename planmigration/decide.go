package planmigration

import (
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/internal/text"
)

// decide returns what becomes of an account, and the replacement that moves it; nil if it is not moved.
// newID is the id of the new schedule; empty in a preview.
func (t terms) decide(tl priceplan.Timeline, newID string) (Entry, *priceplan.Replacement) {
	e := Entry{AccountID: tl.AccountID}
	if s, ok := tl.Find(newID); ok {
		// External schedules were replaced before a commit that failed.
		e.Status, e.At, e.New = job.EntryCompleted, s.From, newID
		return e, nil
	}
	now, ok := tl.At(t.at)
	if !ok {
		return e.skipped(ReasonEnded, "is on no plan at %s", text.Instant(t.at)), nil
	}
	if now.Plan == t.target.Ref {
		return e.skipped(ReasonAlreadyOnTarget, "is on %s already", now.Plan), nil
	}
	if now.Plan != t.source.Ref {
		return e.skipped(ReasonLeftPlan, "is on %s", now.Plan), nil
	}
	if later, ok := tl.After(t.at); ok {
		return e.skipped(ReasonScheduledChange, "is on %s from %s on: withdraw or end that first",
			later.Plan, text.Instant(later.From)), nil
	}
	if own := now.Overrides(); len(own) > 0 && t.mode.leavesOverridden() {
		return e.skipped(ReasonHasOverrides, "has overrides (%s), which %s leaves alone", text.Join(own), t.mode), nil
	}
	cut := t.at
	if t.mode.nextCycle() {
		cycle := t.source.CycleOf(now, t.in)
		if cycle.IsZero() {
			return e.failed(ReasonNoCycle, "%s has no pricing cycle: migrate with %s", t.source.Ref, Immediate), nil
		}
		cut = admin.Instant(cycle.Next(t.at, t.in))
	}
	if !now.EndsAfter(cut) {
		return e.skipped(ReasonEnded, "leaves %s at %s, before it would move at %s",
			now.Plan, text.Instant(now.Until), text.Instant(cut)), nil
	}
	if !t.target.Supports(now.Currency) {
		return e.failed(ReasonCurrency, "is charged in %s and %s has %s",
			now.Currency, t.target.Ref, text.Join(t.target.Currencies)), nil
	}
	e.Status, e.At, e.Old, e.New = job.EntryCompleted, cut, now.ID, newID
	return e, t.replacement(now, cut, newID)
}

// replacement ends now at cut and adds the schedule that takes over. One that would end when it begins is
// removed instead.
func (t terms) replacement(now priceplan.Schedule, cut time.Time, newID string) *priceplan.Replacement {
	r := &priceplan.Replacement{AccountID: now.AccountID, Add: []priceplan.Schedule{t.moved(now, cut, newID)}}
	if now.From.Equal(cut) {
		r.Remove = []priceplan.Revision{priceplan.RevisionOf(now)}
	} else {
		r.Ends = []priceplan.NewEnd{{Revision: priceplan.RevisionOf(now), Until: cut}}
	}
	return r
}

// moved returns the schedule that takes over from s at cut. It ends when s would have: an account that was
// to leave still leaves.
func (t terms) moved(s priceplan.Schedule, cut time.Time, id string) priceplan.Schedule {
	before := t.source.CycleOf(s, t.in)
	s.ID, s.Plan, s.From, s.Version = id, t.target.Ref, cut, 1
	if t.overrides == DropOverrides {
		s.RateCards = ""
	}
	agreed := !s.CycleOverride.IsZero() && !s.CycleOverride.Anniversary()
	switch {
	case agreed && t.overrides != DropOverrides:
	case !t.target.Anniversary:
		s.CycleOverride = priceplan.Cycle{}
	case before.Anniversary() && before.Interval() == t.target.Cycle.Interval():
		// The anniversary goes on. Recomputed from the cut it would drift: an account that joined on a
		// 30th and moves with the cycle that begins on 28 February would stay on the 28th.
		s.CycleOverride = before
	default:
		// It fails for an unknown interval only, which no plan has.
		s.CycleOverride, _ = priceplan.Anniversary(cut, t.target.Cycle.Interval(), t.in)
	}
	return s
}

func (e Entry) skipped(r job.Reason, format string, args ...any) Entry {
	e.Status, e.Reason, e.Detail = job.EntrySkipped, r, fmt.Sprintf(format, args...)
	return e
}

// maxDetail is the most bytes that are kept of why an account was not moved.
const maxDetail = 4000

// failed may write a host's error, whose text may be one that a storage refuses.
func (e Entry) failed(r job.Reason, format string, args ...any) Entry {
	e.Status, e.Reason, e.Detail = job.EntryFailed, r, text.Fit(fmt.Sprintf(format, args...), maxDetail)
	e.At, e.Old, e.New = time.Time{}, "", ""
	return e
}
