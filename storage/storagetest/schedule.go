package storagetest

import (
	"context"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/storage"
)

func (w *world) schedule(account string, from, until time.Time) priceplan.Schedule {
	return priceplan.Schedule{
		ID: w.id().String(), AccountID: account, Plan: priceplan.Ref{ID: "basic", Version: 1}, From: from, Until: until,
		Currency: "USD", CycleOverride: mustCycle(w.t, "QUARTERLY 31 LAST"), RateCards: w.mark("rates"),
		CreatedAt: epoch, UpdatedAt: epoch, Version: 1,
	}
}

// moved puts an account on another plan from an instant on.
func (w *world) moved(s priceplan.Schedule, from time.Time) priceplan.Replacement {
	n := s
	n.ID, n.From, n.Plan, n.Version = w.id().String(), from, priceplan.Ref{ID: "pro", Version: 1}, 1
	r := priceplan.Replacement{AccountID: s.AccountID, Add: []priceplan.Schedule{n}}
	if from.Equal(s.From) {
		r.Remove = []priceplan.Revision{priceplan.RevisionOf(s)}
	} else {
		r.Ends = []priceplan.NewEnd{{Revision: priceplan.RevisionOf(s), Until: from}}
	}
	return r
}

// remove withdraws a schedule.
func remove(s priceplan.Schedule) priceplan.Replacement {
	return priceplan.Replacement{AccountID: s.AccountID, Remove: []priceplan.Revision{priceplan.RevisionOf(s)}}
}

// end gives a schedule another end.
func end(s priceplan.Schedule, until time.Time) priceplan.Replacement {
	return priceplan.Replacement{
		AccountID: s.AccountID, Ends: []priceplan.NewEnd{{Revision: priceplan.RevisionOf(s), Until: until}},
	}
}

// add puts an account on a plan.
func (w *world) add(st storage.Stores, s priceplan.Schedule) error {
	r := priceplan.Replacement{AccountID: s.AccountID, Add: []priceplan.Schedule{s}}
	return w.replace(st, r, w.rec("schedule.associate"))
}

// replace carries out one replacement and returns its error.
func (w *world) replace(st storage.Stores, r priceplan.Replacement, rec admin.Record) error {
	w.t.Helper()
	results, err := st.Schedules().ReplaceAll(w.t.Context(), w.org, []priceplan.Replacement{r}, rec)
	if err != nil {
		return err
	}
	require.Len(w.t, results, 1)
	return results[0].Err
}

// timeline returns the schedules of an account that end after an instant.
func (w *world) timeline(account string, after time.Time) []priceplan.Schedule {
	w.t.Helper()
	tls, err := w.b.Schedules().Timelines(w.t.Context(), w.org, []string{account}, after)
	require.NoError(w.t, err)
	require.Len(w.t, tls, 1)
	require.Equal(w.t, account, tls[0].AccountID)
	return tls[0].Schedules
}

// removed returns the removed schedules of an account.
func (w *world) removed(account string) []priceplan.RemovedSchedule {
	w.t.Helper()
	removed, err := w.b.Schedules().Removed(w.t.Context(), w.org, account)
	require.NoError(w.t, err)
	return removed
}

func scheduleCalls() map[string]call {
	return map[string]call{
		"Schedules.OnPlan": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			tls, err := s.Schedules().OnPlan(ctx, org, w.seeds.plans.schedule.Plan, epoch, page[string](10))
			return tls, err
		},
		"Schedules.Timelines": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			tls, err := s.Schedules().Timelines(ctx, org, []string{w.seeds.plans.schedule.AccountID}, time.Time{})
			return tls, err
		},
		"Schedules.Lock": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			tls, err := s.Schedules().Lock(ctx, org, []string{w.seeds.plans.schedule.AccountID}, time.Time{})
			return tls, err
		},
		"Schedules.Removed": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			removed, err := s.Schedules().Removed(ctx, org, w.seeds.plans.removed.AccountID)
			return removed, err
		},
		"Schedules.ReplaceAll": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			set := []priceplan.Replacement{w.moved(w.seeds.plans.schedule, epoch.Add(time.Hour))}
			results, err := s.Schedules().ReplaceAll(ctx, org, set, rec)
			if err == nil && results[0].Err != nil {
				err = results[0].Err
			}
			return nil, err
		},
	}
}
