package planmigration

import (
	"fmt"
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/internal/text"
)

// names returns the ids of the schedules that a migration adds to an account, from 0; empty in a preview.
type names func(n int) string

func unnamed(int) string { return "" }

// span is a schedule on the source with those that are replaced together with it.
type span struct {
	priceplan.Schedule // with the end that the new schedule gets
	own                priceplan.Schedule
	absorbed           []priceplan.Schedule // scheduled moves of other migrations, which follow on it
}

// decide returns what becomes of an account, and the replacement that moves it. It depends on nothing but its
// arguments and t: a preview, the list and the run decide by it alike.
func (t terms) decide(tl priceplan.Timeline, id names, was listed) decision {
	e := Entry{AccountID: tl.AccountID}
	if s, ok := tl.Find(id(0)); ok {
		// External schedules were replaced before a commit that failed.
		e.Status, e.Plan, e.At, e.New = job.EntryCompleted, t.source.Ref, s.From, id(0)
		d := decision{Entry: e, before: was.before, added: 1}
		for _, more := tl.Find(id(d.added)); more; _, more = tl.Find(id(d.added)) {
			d.added++
		}
		if len(was.seen) > 0 {
			d.Old = was.seen[0].ID
		}
		return d
	}
	spans, e := t.spans(tl, e)
	if e.Status != "" {
		return decision{Entry: e}
	}
	cut, spans, e := t.cut(spans, was, e)
	if e.Status == "" {
		e = t.refusal(spans, e)
	}
	if e.Status != "" {
		return decision{Entry: e}
	}
	e.Status, e.At, e.Old, e.New = job.EntryCompleted, cut, spans[0].ID, id(0)
	d := t.replacement(spans, cut, id)
	d.Entry = e
	d.Changes = changesOf(spans[0].own, d.replace.Add[0])
	if d.Schedules = len(d.before); d.Schedules == 1 {
		d.Schedules = 0
	}
	if was.seen != nil && !was.saw(d.before) {
		return decision{Entry: e.failed(ReasonSuperseded, "its schedules have changed since it was listed: migrate again")}
	}
	return d
}

// saw reports whether the schedules are among those that were listed, and as they were.
func (l listed) saw(all []priceplan.Schedule) bool {
	return !slices.ContainsFunc(all, func(s priceplan.Schedule) bool {
		return !slices.Contains(l.seen, priceplan.RevisionOf(s))
	})
}

// spans returns the account's schedules on the source that end after the effective instant, or the entry with the
// reason for which it is not moved.
func (t terms) spans(tl priceplan.Timeline, e Entry) ([]span, Entry) {
	on, isOn := tl.At(t.at)
	e.Plan = on.Plan
	var spans []span
	for _, s := range tl.Schedules {
		switch {
		case !s.EndsAfter(t.at):
		case s.Plan == t.source.Ref:
			spans = append(spans, span{Schedule: s, own: s})
		case len(spans) == 0: // it comes to the source later, or never
		case t.replaces(s, len(tl.Schedules)) && s.From.Equal(spans[len(spans)-1].Until) && s.From.After(t.now):
			last := &spans[len(spans)-1]
			last.Until, last.absorbed = s.Until, append(last.absorbed, s)
		default:
			e.Plan = spans[0].Plan
			return nil, e.skipped(ReasonScheduledChange, "is on %s from %s on: withdraw or end that first",
				s.Plan, text.Instant(s.From))
		}
	}
	switch {
	case len(spans) > 0:
		e.Plan = t.source.Ref
	case !isOn:
		return nil, e.skipped(ReasonEnded, "is on no plan at %s", text.Instant(t.at))
	case on.Plan == t.target.Ref:
		return nil, e.skipped(ReasonAlreadyOnTarget, "is on %s already", on.Plan)
	default:
		return nil, e.skipped(ReasonLeftPlan, "is on %s", on.Plan)
	}
	return spans, e
}

// replaces reports whether the schedule was added by a migration whose moves are replaced; an account has up to
// most of them.
func (t terms) replaces(s priceplan.Schedule, most int) bool {
	for _, id := range t.Replaces {
		for n := range most {
			if s.ID == (Migration{ID: id}).scheduleID(s.AccountID, n) {
				return true
			}
		}
	}
	return false
}

// cut returns the instant from which on the account is on the target, and the spans that have not ended by then. The
// later ones change plan when they begin.
func (t terms) cut(spans []span, was listed, e Entry) (time.Time, []span, Entry) {
	var cut time.Time
	for i, s := range spans {
		cycle := t.source.CycleOf(s.own, t.in)
		waits := s.InForce(t.at) && t.mode.nextCycle()
		if waits && cycle.IsZero() {
			return cut, nil, e.failed(ReasonNoCycle, "%s has no pricing cycle: migrate with %s", t.source.Ref, Immediate)
		}
		var late bool
		switch {
		case !s.InForce(t.at):
			cut = s.From
			late = !cut.After(t.now)
		case !waits:
			cut = t.at
			next := cycle.Next(cut, t.in)
			late = !next.IsZero() && !next.After(t.now)
		case !was.at.IsZero() && !was.at.After(t.at): // it was confirmed when its cycle had begun
			cut, late = was.at, true
		default:
			cut = admin.Instant(cycle.Next(t.at, t.in))
			late = !cut.After(t.now)
		}
		if !s.EndsAfter(cut) {
			continue
		}
		switch {
		case late && t.Late == FailLate:
			return cut, nil, e.failed(ReasonTooLate,
				"was to change plan at %s, and what is since may be billed: try the entry again", text.Instant(cut))
		case late && t.Late == MoveFromNow && t.mode.nextCycle() && !cycle.IsZero():
			cut = admin.Instant(cycle.Next(t.now, t.in))
		case late && t.Late == MoveFromNow:
			cut = t.now
		}
		if s.EndsAfter(cut) {
			return cut, spans[i:], e
		}
	}
	return cut, nil, e.skipped(ReasonEnded, "leaves %s at %s, before it would move at %s",
		spans[0].Plan, text.Instant(spans[len(spans)-1].Until), text.Instant(cut))
}

// refusal returns the entry with the reason for which the request or the target does not take the account.
func (t terms) refusal(spans []span, e Entry) Entry {
	for _, s := range spans {
		if own := t.overridesOf(s.own); len(own) > 0 && t.mode.leavesOverridden() {
			return e.skipped(ReasonHasOverrides, "has overrides (%s), which %s leaves alone", text.Join(own), t.mode)
		}
	}
	for _, s := range spans {
		if !t.target.Supports(s.Currency) {
			return e.failed(ReasonCurrency, "is charged in %s and %s has %s",
				s.Currency, t.target.Ref, text.Join(t.target.Currencies))
		}
		kept := t.kept(s.own)
		if t.Intervals == KeepIntervals || kept.IsZero() || t.target.Cycle.IsZero() ||
			kept.Interval() == t.target.Cycle.Interval() {
			continue
		}
		return e.failed(ReasonInterval, "would keep its %s cycle, and %s is %s: drop the override, or keep it with "+
			"intervalPolicy %s", kept.Interval(), t.target.Ref, t.target.Cycle.Interval(), KeepIntervals)
	}
	return e
}

// overridesOf returns the schedule's overrides, without a cycle that is the plan's own anyway.
func (t terms) overridesOf(s priceplan.Schedule) []priceplan.Override {
	if s.CycleOverride == t.source.Cycle && !t.source.Anniversary {
		s.CycleOverride = priceplan.Cycle{}
	}
	return s.Overrides()
}

// kept returns the cycle that an account keeps on the target; none if it gets the target's.
func (t terms) kept(s priceplan.Schedule) priceplan.Cycle {
	agreed := slices.Contains(t.overridesOf(s), priceplan.OverrideCycle)
	switch {
	case agreed && t.overrides != DropOverrides:
		return s.CycleOverride
	case t.RetainStartOffsets:
		if agreed || !t.source.Anniversary {
			s.CycleOverride = priceplan.Cycle{}
		}
		return t.source.CycleOf(s, t.in)
	}
	return priceplan.Cycle{}
}

// replacement moves the spans to the target: the first from cut on, the others from their beginning on. A schedule
// that would end when it begins is removed instead.
func (t terms) replacement(spans []span, cut time.Time, id names) decision {
	r := &priceplan.Replacement{AccountID: spans[0].AccountID}
	d := decision{replace: r, added: len(spans)}
	for n, s := range spans {
		from := s.From
		if from.Before(cut) {
			from = cut
			r.Ends = append(r.Ends, priceplan.NewEnd{Revision: priceplan.RevisionOf(s.own), Until: cut})
		} else {
			r.Remove = append(r.Remove, priceplan.RevisionOf(s.own))
		}
		r.Add = append(r.Add, t.moved(s, from, id(n)))
		d.before = append(append(d.before, s.own), s.absorbed...)
		for _, a := range s.absorbed {
			r.Remove = append(r.Remove, priceplan.RevisionOf(a))
		}
	}
	return d
}

// moved returns the schedule that takes over from a span at an instant. It ends when the span would have: an account
// that was to leave still leaves.
func (t terms) moved(s span, from time.Time, id string) priceplan.Schedule {
	n, before, kept := s.Schedule, t.source.CycleOf(s.own, t.in), t.kept(s.own)
	n.ID, n.Plan, n.From, n.Version = id, t.target.Ref, from, 1
	if t.overrides == DropOverrides {
		n.RateCards = ""
	}
	switch {
	case kept == t.target.Cycle && !t.target.Anniversary:
		n.CycleOverride = priceplan.Cycle{}
	case !kept.IsZero():
		n.CycleOverride = kept
	case !t.target.Anniversary:
		n.CycleOverride = priceplan.Cycle{}
	case before.Anniversary() && before.Interval() == t.target.Cycle.Interval():
		// The anniversary goes on. Recomputed from the cut it would drift: an account that joined on a
		// 30th and moves with the cycle that begins on 28 February would stay on the 28th.
		n.CycleOverride = before
	default:
		// It fails for an unknown interval only, which no plan has.
		n.CycleOverride, _ = priceplan.Anniversary(from, t.target.Cycle.Interval(), t.in)
	}
	return n
}

// changesOf returns the account's own terms in which two schedules differ.
func changesOf(had, has priceplan.Schedule) []admin.Change {
	var out []admin.Change
	for _, c := range []admin.Change{
		{Field: "pricingCycleConfigOverride", From: had.CycleOverride.String(), To: has.CycleOverride.String()},
		{Field: "rateCards", From: had.RateCards, To: has.RateCards},
		{Field: "endDate", From: endText(had.Until), To: endText(has.Until)},
	} {
		if c.From != c.To {
			out = append(out, c)
		}
	}
	return out
}

func endText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return text.Instant(t)
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
	e.At, e.Old, e.New, e.Schedules, e.Changes = time.Time{}, "", "", 0, nil
	return e
}
