package storagetest

import (
	"context"
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage"
)

func planIDs() []string { return []string{"basic", "Basic", "basic ", "b\u00e1sic"} }

func accountIDs() []string { return []string{"a", "A", "a ", "\u00e1", "a\u0301"} }

func (s *script) planRef() priceplan.Ref {
	return priceplan.Ref{ID: pick(s, planIDs()...), Version: pick(s, 1, 2, 10, 1<<31-1)}
}

func (s *script) cycle() priceplan.Cycle {
	return pick(s, priceplan.Cycle{}, mustCycle(s.t, "MONTHLY LAST"), mustCycle(s.t, "QUARTERLY 31 LAST"))
}

func (s *script) accountID() string { return pick(s, accountIDs()...) }

func (s *script) scheduleID() string {
	return pick(s, "s", "S", "s ", "\u017f", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13",
		"14", "15", "16")
}

func (s *script) plan() priceplan.Plan {
	return priceplan.Plan{
		Ref: s.planRef(), Name: s.text(), Description: s.sometimes(), Status: pick(s, priceplan.Statuses()...),
		Currencies: []iso4217.Code{"EUR", "USD"}, Cycle: s.cycle(), Anniversary: s.chance(2),
		CreatedAt: s.now, UpdatedAt: s.now, Version: 1,
	}
}

func (s *script) newSchedule(account string) priceplan.Schedule {
	from := s.at()
	n := priceplan.Schedule{
		ID: s.scheduleID(), AccountID: account, Plan: s.planRef(), From: from,
		Until: from.Add(time.Duration(1+s.r.IntN(60)) * time.Hour), Currency: "EUR", CycleOverride: s.cycle(),
		RateCards: s.sometimes(),
	}
	if s.chance(4) {
		n.Until = time.Time{}
	}
	if s.chance(20) {
		n.AccountID = s.accountID()
	}
	return n
}

// replacement is one of an account's schedules, of which some exist.
func (s *script) replacement(org admin.OrgID, account string) priceplan.Replacement {
	s.t.Helper()
	tls, err := s.ref.Schedules().Timelines(s.t.Context(), org, []string{account}, time.Time{})
	r := priceplan.Replacement{AccountID: account}
	for _, had := range one(s, tls, err).Schedules {
		rev := priceplan.Revision{ID: had.ID, Version: s.version(had.Version)}
		switch s.r.IntN(4) {
		case 0:
			r.Remove = append(r.Remove, rev)
		case 1:
			r.Ends = append(r.Ends, priceplan.NewEnd{Revision: rev,
				Until: pick(s, time.Time{}, had.From.Add(time.Hour), s.at())})
		}
	}
	for range s.r.IntN(3) {
		r.Add = append(r.Add, s.newSchedule(account))
	}
	if s.chance(10) {
		r.Remove = append(r.Remove, priceplan.Revision{ID: s.scheduleID(), Version: 1})
	}
	if s.chance(10) {
		r.NoneAfter = s.at()
	}
	return r
}

// someAccounts are different accounts in any order.
func (s *script) someAccounts() []string {
	all := accountIDs()
	s.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+s.r.IntN(len(all))]
}

// outcomes are results without what is for people alone: the texts of errors.
func outcomes(results []priceplan.ReplaceResult) (out []string) {
	for _, r := range results {
		outcome := "done"
		if r.Repeated {
			outcome = "repeated"
		}
		if r.Err != nil {
			outcome = admin.Code(r.Err)
		}
		out = append(out, outcome)
	}
	return out
}

func planDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Plans.Create": func(s *script) do {
			org, p, rec := s.org(), s.plan(), s.rec("plan.create")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Plans().Create(ctx, org, p, rec)
			}
		},
		"Plans.Update": func(s *script) do {
			org, p, rec := s.org(), s.plan(), s.rec("plan.update")
			if had, err := s.ref.Plans().Version(s.t.Context(), org, p.Ref); err == nil {
				p.Version = s.version(had.Version)
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Plans().Update(ctx, org, p, rec)
			}
		},
		"Plans.Version": func(s *script) do {
			org, ref := s.org(), s.planRef()
			return func(ctx context.Context, st storage.Stores) (any,
				error) {
				return st.Plans().Version(ctx, org, ref)
			}
		},
		"Plans.Latest": func(s *script) do {
			org, ref := s.org(), s.planRef()
			return func(ctx context.Context, st storage.Stores) (any,
				error) {
				return st.Plans().Latest(ctx, org, ref.ID)
			}
		},
		"Plans.List": func(s *script) do {
			org, seek := s.org(), admin.Seek[string]{Limit: 1 + s.r.IntN(5), After: pick(s, "", s.planRef().ID)}
			f := priceplan.PlanFilter{Status: pick(s, append(priceplan.Statuses(), "")...)}
			return func(ctx context.Context, st storage.Stores) (any,
				error) {
				return st.Plans().List(ctx, org, f, seek)
			}
		},
		"Plans.Versions": func(s *script) do {
			org, id := s.org(), s.planRef().ID
			seek := admin.Seek[int64]{Limit: 1 + s.r.IntN(3), After: pick(s, 0, int64(s.planRef().Version))}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Plans().Versions(ctx, org, id, seek)
			}
		},
	}
}

func scheduleDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Schedules.ReplaceAll": func(s *script) do {
			org, rec := s.org(), s.rec("schedule.replace")
			var set []priceplan.Replacement
			for _, account := range s.someAccounts() {
				set = append(set, s.replacement(org, account))
			}
			if s.chance(40) {
				set = append(set, set[0])
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				results, err := st.Schedules().ReplaceAll(ctx, org, set, rec)
				return outcomes(results), err
			}
		},
		"Schedules.OnPlan": func(s *script) do {
			org, plan, at := s.org(), s.planRef(), s.at()
			seek := admin.Seek[string]{Limit: 1 + s.r.IntN(3), After: pick(s, "", s.accountID())}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Schedules().OnPlan(ctx, org, plan, at, seek)
			}
		},
		"Schedules.Timelines": func(s *script) do {
			org, accounts, after := s.org(), slices.Clone(s.someAccounts()), s.atOrNever()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Schedules().Timelines(ctx, org, accounts, after)
			}
		},
		"Schedules.Lock": func(s *script) do {
			org, accounts, after := s.org(), slices.Clone(s.someAccounts()), s.atOrNever()
			slices.Sort(accounts)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Schedules().Lock(ctx, org, slices.Compact(accounts), after)
			}
		},
		"Schedules.Removed": func(s *script) do {
			org, account := s.org(), s.accountID()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Schedules().Removed(ctx, org, account)
			}
		},
	}
}
