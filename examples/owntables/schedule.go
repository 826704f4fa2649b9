package main

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// schedules is a priceplan.ScheduleStore over the host's table. A row is a schedule that was removed, at the
// zero time if it was not.
type schedules struct {
	tables
	table[priceplan.RemovedSchedule]
}

func newSchedules(t tables) schedules {
	return schedules{t, table[priceplan.RemovedSchedule]{
		name: "schedules", key: "org_id, id",
		columns: "id, account_id, plan_id, plan_version, from_at, until_at, currency, cycle, rate_cards, " +
			"created_at, updated_at, version, removed_at, removed_by_kind, removed_by_id",
		values: func(s *priceplan.RemovedSchedule) []any {
			return []any{
				&s.ID, &s.AccountID, &s.Plan.ID, &s.Plan.Version, asMicros{&s.From}, asMicros{&s.Until}, &s.Currency,
				asJSON{&s.CycleOverride}, &s.RateCards, asMicros{&s.CreatedAt}, asMicros{&s.UpdatedAt}, &s.Version,
				asMicros{&s.RemovedAt}, &s.RemovedBy.Kind, &s.RemovedBy.ID,
			}
		},
	}}
}

// OnPlan implements priceplan.ScheduleStore.
func (s schedules) OnPlan(
	ctx context.Context, org admin.OrgID, plan priceplan.Ref, at time.Time, seek admin.Seek[string],
) ([]priceplan.Timeline, error) {
	w := live(org).and("plan_id = ? AND plan_version = ?", plan.ID, plan.Version).
		and("(until_at IS NULL OR until_at > ?)", at.UnixMicro())
	var accounts []string
	for len(accounts) < seek.Limit { // an account may have several schedules on the plan
		found, err := s.read(ctx, s.reader(), w.and("account_id > ?", seek.After), "ORDER BY account_id LIMIT ?", seek.Limit)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if f.AccountID != seek.After && len(accounts) < seek.Limit {
				accounts, seek.After = append(accounts, f.AccountID), f.AccountID
			}
		}
		if len(found) < seek.Limit {
			break
		}
	}
	return s.Timelines(ctx, org, accounts, at)
}

// Lock implements priceplan.ScheduleStore. SQLite has one writing transaction at a time; on another database, lock the
// accounts first.
func (s schedules) Lock(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	return s.timelines(ctx, s.reader(), org, accounts, after)
}

// Timelines implements priceplan.ScheduleStore.
func (s schedules) Timelines(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	return s.timelines(ctx, s.reader(), org, accounts, after)
}

func (s schedules) timelines(
	ctx context.Context, c conn, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	w := live(org).among("account_id", accounts).and("(until_at IS NULL OR until_at > ?)", after.UnixMicro())
	found, err := s.read(ctx, c, w, "ORDER BY from_at")
	if err != nil {
		return nil, err
	}
	byAccount := map[string][]priceplan.Schedule{}
	for _, f := range found {
		byAccount[f.AccountID] = append(byAccount[f.AccountID], f.Schedule)
	}
	out := make([]priceplan.Timeline, len(accounts))
	for i, account := range accounts {
		out[i] = priceplan.Timeline{AccountID: account, Schedules: byAccount[account]}
	}
	return out, nil
}

// live begins the condition of a query on the schedules that were not removed.
func live(org admin.OrgID) where { return of(org).and("removed_at IS NULL") }

// Removed implements priceplan.ScheduleStore.
func (s schedules) Removed(
	ctx context.Context, org admin.OrgID, account string,
) ([]priceplan.RemovedSchedule, error) {
	return s.read(ctx, s.reader(), of(org).and("account_id = ? AND removed_at IS NOT NULL", account),
		"ORDER BY from_at, id")
}

// ReplaceAll implements priceplan.ScheduleStore: it reads the accounts' schedules, lets the library compute
// what becomes of them, and writes that.
func (s schedules) ReplaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement, rec admin.Record,
) (results []priceplan.ReplaceResult, err error) {
	accounts, err := priceplan.AccountsOf(set)
	if err != nil {
		return nil, err
	}
	err = s.write(ctx, org, rec, func(tx *sql.Tx) (bool, error) {
		// On a database with several writing transactions at a time, lock the accounts first.
		timelines, err := s.timelines(ctx, tx, org, accounts, time.Time{})
		if err != nil {
			return false, err
		}
		taken, err := s.taken(ctx, tx, org, set)
		if err != nil {
			return false, err
		}
		var rows [][]any
		results, rows = s.decide(org, set, timelines, taken, rec)
		return len(rows) > 0, s.put(ctx, tx, rows)
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// decide returns what becomes of each replacement, and the rows to write.
func (s schedules) decide(
	org admin.OrgID, set []priceplan.Replacement, timelines []priceplan.Timeline, taken map[string]bool,
	rec admin.Record,
) (results []priceplan.ReplaceResult, rows [][]any) {
	byAccount := map[string]priceplan.Timeline{}
	for _, tl := range timelines {
		byAccount[tl.AccountID] = tl
	}
	keep := func(r priceplan.RemovedSchedule) { rows = append(rows, append([]any{org}, s.values(&r)...)) }
	for _, r := range set {
		edit, err := byAccount[r.AccountID].Replaced(r, rec.At)
		if slices.ContainsFunc(edit.Added, func(n priceplan.Schedule) bool { return taken[n.ID] }) {
			edit, err = priceplan.Edit{}, admin.Exists("schedule")
		}
		results = append(results, priceplan.ReplaceResult{Err: err, Repeated: edit.Repeated})
		for _, n := range slices.Concat(edit.Changed, edit.Added) {
			keep(priceplan.RemovedSchedule{Schedule: n})
		}
		for _, gone := range edit.Removed {
			keep(priceplan.RemovedSchedule{Schedule: gone, RemovedAt: rec.At, RemovedBy: rec.Actor})
		}
	}
	return results, rows
}

// taken returns which ids of schedules to add exist, those of removed ones included.
func (s schedules) taken(
	ctx context.Context, tx *sql.Tx, org admin.OrgID, set []priceplan.Replacement,
) (map[string]bool, error) {
	var ids []string
	for _, r := range set {
		for _, n := range r.Add {
			ids = append(ids, n.ID)
		}
	}
	found, err := s.read(ctx, tx, of(org).among("id", ids), "")
	out := map[string]bool{}
	for _, f := range found {
		out[f.ID] = true
	}
	return out, err
}
