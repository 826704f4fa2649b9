package planmigration

import (
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/internal/text"
)

// decide says what becomes of an account, and where it is moved, by which change. newID is the id
// of the new schedule; empty in a preview.
func (t terms) decide(tl priceplan.Timeline, newID string) (Entry, *priceplan.Change) {
	e := Entry{AccountID: tl.AccountID}
	if s, ok := tl.Find(newID); ok {
		// The batch was done, but a host's own Schedules do not go back with our transaction.
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
		return e.skipped(ReasonLeftPlan, "is on %s by now", now.Plan), nil
	}
	if later, ok := tl.After(t.at); ok {
		return e.skipped(ReasonScheduledChange, "goes over to %s at %s: change or remove that first", later.Plan, text.Instant(later.From)), nil
	}
	if own := now.Overrides(); len(own) > 0 && t.mode.Accounts() == WithoutOverrides {
		return e.skipped(ReasonHasOverrides, "has overrides (%s), which %s leaves alone", text.Join(own), t.mode), nil
	}
	cut := t.at
	if t.mode.When() == WhenNextCycle {
		cycle := t.source.CycleOf(now, t.in)
		if cycle.IsZero() {
			return e.failed(ReasonNoCycle, "%s has no pricing cycle: migrate with %s", t.source.Ref, Immediate), nil
		}
		cut = admin.Instant(cycle.Next(t.at, t.in))
	}
	if !now.EndsAfter(cut) {
		return e.skipped(ReasonEnded, "leaves %s at %s, before it would move at %s", now.Plan, text.Instant(now.Until), text.Instant(cut)), nil
	}
	if !t.target.Supports(now.Currency) {
		return e.failed(ReasonCurrency, "is charged in %s and %s has %s", now.Currency, t.target.Ref, text.Join(t.target.Currencies)), nil
	}
	e.Status, e.At, e.Old, e.New = job.EntryCompleted, cut, now.ID, newID
	return e, &priceplan.Change{Old: now.ID, Version: now.Version, New: t.moved(now, cut, newID)}
}

// moved is the schedule that takes over from s at cut. It ends when s would have: an account that
// was to leave still leaves.
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
		// The anniversary goes on. Taken anew from the cut it would drift: who joined on a 30th
		// and moves with the cycle that begins on 28 February would be on the 28th for good.
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

func (e Entry) failed(r job.Reason, format string, args ...any) Entry {
	e.Status, e.Reason, e.Detail = job.EntryFailed, r, fmt.Sprintf(format, args...)
	e.At, e.Old, e.New = time.Time{}, "", ""
	return e
}
