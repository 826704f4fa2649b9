package memory

import (
	"context"
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

type schedules struct{ access }

func (s schedules) OnPlan(ctx context.Context, org admin.OrgID, plan priceplan.Ref, at time.Time, seek admin.Seek[string]) (out []priceplan.Timeline, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		found := t.pricing.timelines.ascending(seek.After, seek.Limit, func(all []priceplan.Schedule) bool {
			now, ok := (priceplan.Timeline{Schedules: all}).At(at)
			return ok && now.Plan == plan
		})
		for _, all := range found {
			out = append(out, timeline(all[0].AccountID, all, at))
		}
		return nil
	})
	return out, err
}

func (s schedules) Timeline(ctx context.Context, org admin.OrgID, account string, after time.Time) (tl priceplan.Timeline, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		all, _ := t.pricing.timelines.get(account)
		tl = timeline(account, all, after)
		return nil
	})
	return tl, err
}

// timeline is the part of an account's schedules that ends after an instant.
func timeline(account string, all []priceplan.Schedule, after time.Time) priceplan.Timeline {
	tl := priceplan.Timeline{AccountID: account}
	for _, s := range all {
		if s.Until.IsZero() || s.Until.After(after) {
			tl.Schedules = append(tl.Schedules, s)
		}
	}
	return tl
}

func (s schedules) Create(ctx context.Context, org admin.OrgID, n priceplan.Schedule, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		all, _ := t.pricing.timelines.get(n.AccountID)
		for _, o := range all {
			if o.ID != n.ID && o.Overlaps(n) {
				return priceplan.ErrOverlap
			}
		}
		if _, ok := t.pricing.scheduleIDs.get(n.ID); ok {
			return taken("schedule")
		}
		return t.pricing.put(j, n, all)
	})
}

func (s schedules) Update(ctx context.Context, org admin.OrgID, n priceplan.Schedule, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, others, err := t.pricing.schedule(n.AccountID, n.ID)
		if err != nil {
			return err
		}
		if old.Version != n.Version {
			return conflict("schedule")
		}
		n.Version++
		return t.pricing.put(j, n, others)
	})
}

func (s schedules) Replace(ctx context.Context, org admin.OrgID, c priceplan.Change, rec admin.Record) error {
	if err := rec.Check(); err != nil {
		return err
	}
	return s.change(ctx, org, func(t *tenant, j *journal) error {
		if _, ok := t.pricing.scheduleIDs.get(c.New.ID); ok {
			return nil // carried out before
		}
		old, others, err := t.pricing.schedule(c.New.AccountID, c.Old)
		if err != nil {
			return err
		}
		left, empty, err := old.Replaced(c)
		if err != nil {
			return err
		}
		if empty {
			t.pricing.scheduleIDs.remove(j, old.ID)
		} else if err := t.pricing.put(j, left, others); err != nil {
			return err
		} else {
			others, _ = t.pricing.timelines.get(old.AccountID)
		}
		n := c.New
		n.Version = 1
		if err := t.pricing.put(j, n, others); err != nil {
			return err
		}
		return t.record(j, rec)
	})
}

// schedule is one of the account's schedules, and the others.
func (p *planTables) schedule(account, id string) (found priceplan.Schedule, others []priceplan.Schedule, err error) {
	all, _ := p.timelines.get(account)
	i := slices.IndexFunc(all, func(s priceplan.Schedule) bool { return s.ID == id })
	if i < 0 {
		return found, nil, missing("schedule")
	}
	return all[i], slices.Delete(slices.Clone(all), i, i+1), nil
}

// put makes an account's schedules n and the others.
func (p *planTables) put(j *journal, n priceplan.Schedule, others []priceplan.Schedule) error {
	all := make([]priceplan.Schedule, 0, len(others)+1)
	for _, o := range others {
		if o.Overlaps(n) {
			return priceplan.ErrOverlap
		}
		all = append(all, o)
	}
	all = append(all, n)
	slices.SortFunc(all, func(a, b priceplan.Schedule) int { return a.From.Compare(b.From) })
	p.timelines.put(j, n.AccountID, all)
	p.scheduleIDs.put(j, n.ID, n.AccountID)
	return nil
}
