package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

type schedules struct{ access }

func (s schedules) OnPlan(
	ctx context.Context, org admin.OrgID, plan priceplan.Ref, at time.Time, seek admin.Seek[string],
) (out []priceplan.Timeline, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		found := t.pricing.timelines.ascending(seek.After, seek.Limit, func(all []priceplan.Schedule) bool {
			return slices.ContainsFunc(all, func(s priceplan.Schedule) bool { return s.Plan == plan && s.EndsAfter(at) })
		})
		for _, all := range found {
			out = append(out, timeline(all[0].AccountID, all, at))
		}
		return nil
	})
	return out, err
}

func (s schedules) Timelines(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) (out []priceplan.Timeline, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, account := range accounts {
			all, _ := t.pricing.timelines.get(account)
			out = append(out, timeline(account, all, after))
		}
		return nil
	})
	return out, err
}

// Lock is Timelines: a transaction has the storage for itself.
func (s schedules) Lock(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	return s.Timelines(ctx, org, accounts, after)
}

// timeline returns the part of an account's schedules that ends after an instant.
func timeline(account string, all []priceplan.Schedule, after time.Time) priceplan.Timeline {
	tl := priceplan.Timeline{AccountID: account}
	for _, s := range all {
		if s.EndsAfter(after) {
			tl.Schedules = append(tl.Schedules, s)
		}
	}
	return tl
}

func (s schedules) Removed(
	ctx context.Context, org admin.OrgID, account string,
) (out []priceplan.RemovedSchedule, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		all, _ := t.pricing.removed.get(account)
		out = slices.Clone(all)
		return nil
	})
	return out, err
}

func (s schedules) ReplaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement, rec admin.Record,
) (results []priceplan.ReplaceResult, err error) {
	if err := rec.Check(); err != nil {
		return nil, err
	}
	if _, err := priceplan.AccountsOf(set); err != nil {
		return nil, err
	}
	err = s.change(ctx, org, func(t *tenant, j *journal) error {
		results = make([]priceplan.ReplaceResult, len(set))
		done := false
		for i, r := range set {
			edit, err := t.pricing.replace(j, r, rec)
			results[i] = priceplan.ReplaceResult{Err: err, Repeated: edit.Repeated}
			done = done || len(edit.Changed)+len(edit.Removed)+len(edit.Added) > 0
		}
		if !done {
			return nil
		}
		return t.record(j, s.b.keys, rec)
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// replace carries out one replacement and returns what it did: all of it, or nothing beside an error.
func (p *planTables) replace(j *journal, r priceplan.Replacement, rec admin.Record) (priceplan.Edit, error) {
	all, _ := p.timelines.get(r.AccountID)
	edit, err := (priceplan.Timeline{AccountID: r.AccountID, Schedules: all}).Replaced(r, rec.At)
	if err != nil || edit.Repeated {
		return edit, err
	}
	for _, n := range edit.Added {
		if _, ok := p.scheduleIDs.get(n.ID); ok {
			return priceplan.Edit{}, taken("schedule")
		}
	}
	gone := slices.Concat(edit.Changed, edit.Removed)
	left := slices.DeleteFunc(slices.Clone(all), func(s priceplan.Schedule) bool {
		return slices.ContainsFunc(gone, func(g priceplan.Schedule) bool { return g.ID == s.ID })
	})
	left = slices.Concat(left, edit.Changed, edit.Added)
	slices.SortFunc(left, func(a, b priceplan.Schedule) int { return a.From.Compare(b.From) })
	if len(left) == 0 {
		p.timelines.remove(j, r.AccountID)
	} else {
		p.timelines.put(j, r.AccountID, left)
	}
	for _, n := range edit.Added {
		p.scheduleIDs.put(j, n.ID, n.AccountID)
	}
	p.keep(j, r.AccountID, edit.Removed, rec)
	return edit, nil
}

// keep adds schedules to those of an account that were removed.
func (p *planTables) keep(j *journal, account string, removed []priceplan.Schedule, rec admin.Record) {
	if len(removed) == 0 {
		return
	}
	had, _ := p.removed.get(account)
	kept := slices.Clone(had)
	for _, s := range removed {
		kept = append(kept, priceplan.RemovedSchedule{Schedule: s, RemovedAt: rec.At, RemovedBy: rec.Actor})
	}
	slices.SortFunc(kept, func(a, b priceplan.RemovedSchedule) int {
		return cmp.Or(a.From.Compare(b.From), strings.Compare(a.ID, b.ID))
	})
	p.removed.put(j, account, kept)
}
