package sqlstore

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

type schedules struct{ access }

type scheduleSQL struct {
	insert, update, remove, get, overlaps, onPlan, timeline string
	lockAccount                                             bulk
}

func newScheduleSQL(db *DB) scheduleSQL {
	const names = `SELECT s.id, s.account_id, s.plan_id, s.plan_version, s.from_at, s.until_at, s.currency,
		s.cycle_override, s.rate_cards, s.version`
	const columns = names + ` FROM {schedules} s{index} `
	const byAccount = "schedules_account"
	account := []string{"org_id", "account_id"}
	return scheduleSQL{
		insert: db.bind(`INSERT INTO {schedules} (org_id, id, account_id, plan_id, plan_version, from_at, until_at, currency,
			cycle_override, rate_cards, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		update: db.bind(`UPDATE {schedules} SET plan_id = ?, plan_version = ?, from_at = ?, until_at = ?, currency = ?,
			cycle_override = ?, rate_cards = ?, version = version + 1 WHERE org_id = ? AND id = ? AND version = ?`),
		remove: db.bind(`DELETE FROM {schedules} WHERE org_id = ? AND id = ? AND version = ?`),
		get:    db.bind(columns + `WHERE s.org_id = ? AND s.id = ?{forUpdate}`),
		// A locking read, since others may have changed the account until it was locked and a
		// snapshot may be older than that.
		overlaps: db.bind(db.along(byAccount, columns+`WHERE s.org_id = ? AND s.account_id = ? AND s.id <> ? AND s.from_at < ?
			AND (s.until_at IS NULL OR s.until_at > ?){forUpdate}`)),
		onPlan: db.bind(db.along(byAccount, db.along("schedules_plan", names+` FROM (
				SELECT account_id FROM {schedules}{index}
				WHERE org_id = ? AND plan_id = ? AND plan_version = ? AND account_id > ?
				AND from_at <= ? AND (until_at IS NULL OR until_at > ?)
				ORDER BY account_id LIMIT ?
			) a {join} {schedules} s{index}
			WHERE s.org_id = ? AND s.account_id = a.account_id AND (s.until_at IS NULL OR s.until_at > ?)
			ORDER BY s.account_id, s.from_at`))),
		timeline: db.bind(db.along(byAccount, columns+`WHERE s.org_id = ? AND s.account_id = ?
			AND (s.until_at IS NULL OR s.until_at > ?) ORDER BY s.from_at`)),
		lockAccount: newBulk(db, "schedule_accounts", append(account[:2:2], "changed_at bigint"), account, []string{"changed_at"}),
	}
}

// until is an end as a bound: no end is after everything.
func until(t time.Time) int64 {
	if t.IsZero() {
		return 1 << 62
	}
	return t.UnixMicro()
}

// since is a beginning as a bound: the zero time is before everything.
func since(t time.Time) int64 {
	if t.IsZero() {
		return -1 << 62
	}
	return t.UnixMicro()
}

func (s schedules) OnPlan(ctx context.Context, org admin.OrgID, plan priceplan.Ref, instant time.Time, seek admin.Seek[string]) ([]priceplan.Timeline, error) {
	found, err := rows(ctx, s.reader(), "schedule", s.db.sql.schedule.onPlan, scanSchedule,
		org, plan.ID, plan.Version, seek.After, since(instant), since(instant), seek.Limit, org, since(instant))
	if err != nil {
		return nil, err
	}
	var out []priceplan.Timeline
	for _, f := range found {
		if n := len(out); n == 0 || out[n-1].AccountID != f.AccountID {
			out = append(out, priceplan.Timeline{AccountID: f.AccountID})
		}
		last := &out[len(out)-1]
		last.Schedules = append(last.Schedules, f)
	}
	return out, nil
}

func (s schedules) Timeline(ctx context.Context, org admin.OrgID, account string, after time.Time) (priceplan.Timeline, error) {
	found, err := rows(ctx, s.reader(), "schedule", s.db.sql.schedule.timeline, scanSchedule, org, account, since(after))
	return priceplan.Timeline{AccountID: account, Schedules: found}, err
}

func (s schedules) Create(ctx context.Context, org admin.OrgID, n priceplan.Schedule, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.schedule
		if err := q.free(ctx, t, org, n, rec); err != nil {
			return err
		}
		return q.add(ctx, t, org, n)
	})
}

func (s schedules) Update(ctx context.Context, org admin.OrgID, n priceplan.Schedule, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.schedule
		if err := q.lock(ctx, t, org, n.AccountID, rec); err != nil {
			return err
		}
		old, err := one(ctx, t, "schedule", q.get, scanSchedule, org, n.ID)
		switch {
		case err != nil:
			return err
		case old.AccountID != n.AccountID:
			return missing("schedule")
		case old.Version != n.Version:
			return conflict("schedule")
		}
		if err := q.free(ctx, t, org, n, rec); err != nil {
			return err
		}
		return q.set(ctx, t, org, n)
	})
}

func (s schedules) Replace(ctx context.Context, org admin.OrgID, c priceplan.Change, rec admin.Record) error {
	if err := rec.Check(); err != nil {
		return err
	}
	return s.bookkeep(ctx, func(t *tx) error {
		q := s.db.sql.schedule
		if err := q.lock(ctx, t, org, c.New.AccountID, rec); err != nil {
			return err
		}
		before, err := rows(ctx, t, "schedule", q.get, scanSchedule, org, c.New.ID)
		if err != nil || len(before) > 0 {
			return err // carried out before
		}
		old, err := one(ctx, t, "schedule", q.get, scanSchedule, org, c.Old)
		if err != nil {
			return err
		}
		left, empty, err := old.Replaced(c)
		if err != nil {
			return err
		}
		if empty {
			_, err = t.exec(ctx, "schedule", q.remove, org, old.ID, old.Version)
		} else {
			left.Version = old.Version
			err = q.set(ctx, t, org, left)
		}
		if err != nil {
			return err
		}
		n := c.New
		n.Version = 1
		if err := q.add(ctx, t, org, n); err != nil {
			return err
		}
		return s.db.sql.audit.insert(ctx, t, org, rec)
	})
}

// lock makes others who change the account's schedules wait until the transaction ends.
func (q scheduleSQL) lock(ctx context.Context, t *tx, org admin.OrgID, account string, rec admin.Record) error {
	return q.lockAccount.insert(ctx, t, "account", 1, func(int) []any { return []any{org, account, at(rec.At)} })
}

// free locks the account and refuses n where the account is on another schedule in its time.
func (q scheduleSQL) free(ctx context.Context, t *tx, org admin.OrgID, n priceplan.Schedule, rec admin.Record) error {
	if err := q.lock(ctx, t, org, n.AccountID, rec); err != nil {
		return err
	}
	others, err := rows(ctx, t, "schedule", q.overlaps, scanSchedule, org, n.AccountID, n.ID, until(n.Until), since(n.From))
	if err == nil && len(others) > 0 {
		return priceplan.ErrOverlap
	}
	return err
}

func (q scheduleSQL) add(ctx context.Context, t *tx, org admin.OrgID, n priceplan.Schedule) error {
	_, err := t.exec(ctx, "schedule", q.insert, org, n.ID, n.AccountID, n.Plan.ID, n.Plan.Version, at(n.From), at(n.Until),
		n.Currency, n.CycleOverride.String(), n.RateCards, n.Version)
	return err
}

// set replaces the stored schedule whose Version is n.Version, and raises it by one.
func (q scheduleSQL) set(ctx context.Context, t *tx, org admin.OrgID, n priceplan.Schedule) error {
	changed, err := t.exec(ctx, "schedule", q.update, n.Plan.ID, n.Plan.Version, at(n.From), at(n.Until),
		n.Currency, n.CycleOverride.String(), n.RateCards, org, n.ID, n.Version)
	if err == nil && changed == 0 {
		return conflict("schedule")
	}
	return err
}

func scanSchedule(scan func(...any) error, s *priceplan.Schedule) error {
	return scan(&s.ID, &s.AccountID, &s.Plan.ID, &s.Plan.Version, scanAt(&s.From), scanAt(&s.Until), &s.Currency,
		scanCycle(&s.CycleOverride), &s.RateCards, &s.Version)
}
