package storagetest

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/storage"
)

func (s *script) planRef() priceplan.Ref {
	return priceplan.Ref{ID: pick(s, "basic", "Basic", "basic ", "b\u00e1sic"), Version: pick(s, 1, 2, 10, 1<<31-1)}
}

func (s *script) planStatus() priceplan.Status {
	return pick(s, priceplan.Draft, priceplan.Active, priceplan.Archived)
}

func (s *script) cycle() priceplan.Cycle {
	return pick(s, priceplan.Cycle{}, mustCycle(s.t, "MONTHLY LAST"), mustCycle(s.t, "QUARTERLY 31 LAST"))
}

func (s *script) accountID() string { return pick(s, "a", "A", "a ", "\u00e1", "a\u0301") }

func (s *script) scheduleID() string {
	return pick(s, "s", "S", "s ", "\u017f", "1", "2", "3", "4", "5", "6", "7", "8")
}

func (s *script) newSchedule() priceplan.Schedule {
	from := s.at()
	n := priceplan.Schedule{
		ID: s.scheduleID(), AccountID: s.accountID(), Plan: s.planRef(), From: from, Until: from.Add(time.Duration(1+s.r.IntN(60)) * time.Hour),
		Currency: "EUR", CycleOverride: s.cycle(), RateCards: s.sometimes(), Version: 1,
	}
	if s.chance(4) {
		n.Until = time.Time{}
	}
	return n
}

func (s *script) schedule(org admin.OrgID) priceplan.Schedule {
	s.t.Helper()
	tl, err := s.ref.Schedules().Timeline(s.t.Context(), org, s.accountID(), time.Time{})
	n := one(s, tl.Schedules, err)
	if n.ID == "" {
		return s.newSchedule()
	}
	n.Version = s.version(n.Version)
	return n
}

func planDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Plans.Create": func(s *script) do {
			org, rec := s.org(), s.rec("plan.add")
			p := priceplan.Plan{
				Ref: s.planRef(), Name: s.text(), Status: s.planStatus(), Currencies: []string{"EUR", "USD"}, Cycle: s.cycle(), Anniversary: s.chance(2),
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Plans().Create(ctx, org, p, rec)
			}
		},
		"Plans.SetStatus": func(s *script) do {
			org, ref, from, to, rec := s.org(), s.planRef(), s.planStatus(), s.planStatus(), s.rec("plan.status")
			if p, err := s.ref.Plans().Version(s.t.Context(), org, ref); err == nil && s.chance(2) {
				from = p.Status
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Plans().SetStatus(ctx, org, ref, from, to, rec)
			}
		},
		"Plans.Version": func(s *script) do {
			org, ref := s.org(), s.planRef()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Plans().Version(ctx, org, ref) }
		},
		"Plans.Latest": func(s *script) do {
			org, ref := s.org(), s.planRef()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Plans().Latest(ctx, org, ref.ID) }
		},
		"Plans.List": func(s *script) do {
			org, seek := s.org(), admin.Seek[string]{Limit: 1 + s.r.IntN(5), After: pick(s, "", s.planRef().ID)}
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Plans().List(ctx, org, seek) }
		},
		"Schedules.Create": func(s *script) do {
			org, n, rec := s.org(), s.newSchedule(), s.rec("schedule.associate")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Schedules().Create(ctx, org, n, rec)
			}
		},
		"Schedules.Update": func(s *script) do {
			org, n, rec := s.org(), s.newSchedule(), s.rec("schedule.update")
			old := s.schedule(org)
			n.ID, n.AccountID, n.Version = old.ID, pick(s, old.AccountID, old.AccountID, n.AccountID), old.Version
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Schedules().Update(ctx, org, n, rec)
			}
		},
		"Schedules.Replace": func(s *script) do {
			org, n, rec := s.org(), s.newSchedule(), s.rec("schedule.migrate")
			old := s.schedule(org)
			n.AccountID, n.From, n.Until = old.AccountID, pick(s, old.From, old.From.Add(time.Hour), n.From), old.Until
			c := priceplan.Change{Old: old.ID, Version: old.Version, New: n}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Schedules().Replace(ctx, org, c, rec)
			}
		},
		"Schedules.OnPlan": func(s *script) do {
			org, plan, at, seek := s.org(), s.planRef(), s.at(), admin.Seek[string]{Limit: 1 + s.r.IntN(3), After: pick(s, "", s.accountID())}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Schedules().OnPlan(ctx, org, plan, at, seek)
			}
		},
		"Schedules.Timeline": func(s *script) do {
			org, account, after := s.org(), s.accountID(), s.atOrNever()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Schedules().Timeline(ctx, org, account, after)
			}
		},
	}
}
