package planmigration

import (
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// invert returns the decision by which an account has from now on what it would have had without the migration that a
// states. What was ended is extended, what was removed is added again, and what was added ends now, or is removed if
// it has not begun. An account whose schedules are not as the migration left them is not touched. With pending, only
// a move that has not begun is taken back.
//
// It decides by t.now in place of the effective instant, so that a worker that is late changes nothing in the past.
func (t terms) invert(a applied, tl priceplan.Timeline, id names, pending bool) decision {
	d := decision{Entry: Entry{AccountID: a.account, Plan: t.source.Ref}}
	if s, ok := tl.Find(id(0)); ok { // external schedules, before a commit that failed
		d.Status, d.At, d.New = job.EntryCompleted, s.From, id(0)
		return d
	}
	added, changed, e := a.found(tl, t.now, d.Entry)
	if e.Status != "" {
		return decision{Entry: e}
	}
	r := &priceplan.Replacement{AccountID: a.account}
	d.replace = r
	for _, s := range added {
		switch {
		case !s.From.Before(t.now):
			r.Remove = append(r.Remove, priceplan.RevisionOf(s))
		case s.EndsAfter(t.now):
			r.Ends = append(r.Ends, priceplan.NewEnd{Revision: priceplan.RevisionOf(s), Until: t.now})
		default:
			continue
		}
		d.touches(s, t.now)
	}
	for i, was := range a.schedules {
		is, there := changed[was.ID]
		switch {
		case there && is.EndsAfter(t.now):
			until := was.Until
			if !was.EndsAfter(t.now) {
				until = t.now
			}
			if !until.Equal(is.Until) {
				r.Ends = append(r.Ends, priceplan.NewEnd{Revision: priceplan.RevisionOf(is), Until: until})
				d.touches(is, is.Until)
				d.New = is.ID
			}
		case was.EndsAfter(t.now) && (there || a.removed[i]):
			r.Add = append(r.Add, t.again(was, id(len(r.Add))))
		}
	}
	if _, err := tl.Replaced(*r, t.now); err != nil {
		return decision{Entry: d.failed(ReasonSuperseded,
			"it has got another schedule since it was moved: change its schedules yourself")}
	}
	return t.inverted(d, added, pending)
}

// found returns the schedules that the migration added and those that it ended, or the entry with the reason for
// which they are left alone.
func (a applied) found(
	tl priceplan.Timeline, now time.Time, e Entry,
) (added []priceplan.Schedule, changed map[string]priceplan.Schedule, _ Entry) {
	changed = map[string]priceplan.Schedule{}
	other := func(what string) Entry {
		if s, ok := tl.At(now); ok {
			e.Plan = s.Plan
		}
		return e.failed(ReasonSuperseded, "%s since it was moved: change its schedules yourself", what)
	}
	for _, id := range a.added {
		s, ok := tl.Find(id)
		if !ok || s.Version != 1 {
			return nil, nil, other("its schedule has changed")
		}
		added = append(added, s)
	}
	for i, was := range a.schedules {
		s, ok := tl.Find(was.ID)
		if ok == a.removed[i] || ok && s.Version != was.Version+1 {
			return nil, nil, other("its earlier schedule has changed")
		}
		if ok {
			changed[was.ID] = s
		}
	}
	return added, changed, e
}

// touches notes a schedule that is ended, extended or removed, from an instant on.
func (d *decision) touches(s priceplan.Schedule, at time.Time) {
	if s.From.After(at) {
		at = s.From
	}
	if d.At.IsZero() || at.Before(d.At) {
		d.At = at
	}
	if d.Old == "" {
		d.Old = s.ID
	}
	d.before = append(d.before, s)
}

// again returns a schedule that was ended or removed from now on.
func (t terms) again(s priceplan.Schedule, id string) priceplan.Schedule {
	if s.CycleOverride.IsZero() && t.target.Anniversary && s.Plan == t.target.Ref {
		s.CycleOverride = t.target.CycleOf(s, t.in) // it would follow from the new beginning
	}
	s.ID, s.Version = id, 1
	if s.From.Before(t.now) {
		s.From = t.now
	}
	return s
}

// inverted completes a decision.
func (t terms) inverted(
	d decision, added []priceplan.Schedule, pending bool,
) decision {
	begun := slices.ContainsFunc(added, func(s priceplan.Schedule) bool { return !s.From.After(t.now) })
	switch {
	case len(d.before)+len(d.replace.Add) == 0:
		return decision{Entry: d.skipped(ReasonEnded, "is on no plan any more that it was moved to")}
	case pending && (begun || len(added) == 0):
		d.Entry.At, d.Entry.Old, d.Entry.New = time.Time{}, "", ""
		return decision{Entry: d.skipped(ReasonBegun, "has changed plan already: reverse the migration to take that back")}
	}
	if len(d.replace.Add) > 0 {
		if d.New == "" {
			d.New = d.replace.Add[0].ID
		}
		if at := d.replace.Add[0].From; d.At.IsZero() || at.Before(d.At) {
			d.At = at
		}
	}
	if d.Schedules = len(d.before); d.Schedules == 1 {
		d.Schedules = 0
	}
	d.Status, d.added = job.EntryCompleted, len(d.replace.Add)
	return d
}
