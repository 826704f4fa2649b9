package sqlstore

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

type schedules struct{ access }

type scheduleSQL struct {
	removed, onPlan       string
	timelines, lock, ids  in
	accounts              in // locks them
	insert, edit, account bulk
	end                   inWrite
}

func newScheduleSQL(db *DB) scheduleSQL {
	const columns = `SELECT s.id, s.account_id, s.plan_id, s.plan_version, s.from_at, s.until_at, s.currency,
		s.cycle_override, s.rate_cards, s.created_at, s.updated_at, s.version `
	const live = `FROM {schedules} s{index} WHERE s.org_id = ? AND s.removed_at IS NULL `
	const byAccount = "schedules_account"
	account, key, changed := []string{"org_id", "account_id"}, []string{"org_id", "id"}, []string{"changed_at"}
	set := []string{
		"until_at bigint", "updated_at bigint", "version bigint",
		"removed_at bigint", "removed_by_kind", "removed_by_id",
	}
	all := slices.Concat(key, []string{
		"account_id", "plan_id", "plan_version bigint", "from_at bigint", "currency", "cycle_override", "rate_cards",
		"created_at bigint",
	}, set)
	ordered := " ORDER BY account_id {forUpdate}"
	if db.dialect.arrays {
		ordered = "{forUpdate}" // each key by itself, in their order
	}
	return scheduleSQL{
		onPlan: db.bind(db.along("schedules_plan", `SELECT DISTINCT s.account_id `+live+`AND s.plan_id = ?
			AND s.plan_version = ? AND s.account_id > ? AND (s.until_at IS NULL OR s.until_at > ?)
			ORDER BY s.account_id LIMIT ?`)),
		accounts: newIn(db, `SELECT account_id FROM {schedule_accounts} WHERE org_id = ? AND account_id IN `, ordered),
		timelines: newIn(db, db.along(byAccount, columns+live+
			`AND (s.until_at IS NULL OR s.until_at > ?) AND s.account_id IN `), ""),
		// A locking read, since others may have changed the account until it was locked, and the host's
		// transaction may read from an older snapshot.
		lock: newIn(db, db.along(byAccount, columns+live+`AND s.account_id IN `), "{forUpdate}"),
		ids:  newIn(db, `SELECT s.id FROM {schedules} s WHERE s.org_id = ? AND s.id IN `, ""),
		removed: db.bind(db.along(byAccount, columns+`, s.removed_at, s.removed_by_kind, s.removed_by_id
			FROM {schedules} s{index}
			WHERE s.org_id = ? AND s.account_id = ? AND s.removed_at IS NOT NULL ORDER BY s.from_at, s.id`)),
		end: newInWrite(db, `UPDATE {schedules} SET until_at = ?, updated_at = ?, version = version + 1
			WHERE org_id = ? AND id IN `),
		insert:  newBulk(db, "schedules", all, nil, nil),
		edit:    newBulk(db, "schedules", all, key, set),
		account: newBulk(db, "schedule_accounts", append(account[:2:2], "changed_at bigint"), account, changed),
	}
}

// since is a beginning as a bound: the zero time is before everything.
func since(t time.Time) int64 {
	if t.IsZero() {
		return -1 << 62
	}
	return t.UnixMicro()
}

func (s schedules) OnPlan(
	ctx context.Context, org admin.OrgID, plan priceplan.Ref, instant time.Time, seek admin.Seek[string],
) ([]priceplan.Timeline, error) {
	accounts, err := rows(ctx, s.reader(), "schedule", s.db.sql.schedule.onPlan, scanText,
		org, plan.ID, plan.Version, seek.After, since(instant), seek.Limit)
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	return s.Timelines(ctx, org, accounts, instant)
}

func (s schedules) Timelines(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	return s.db.sql.schedule.read(ctx, s.reader(), s.db.sql.schedule.timelines, accounts, org, since(after))
}

func (s schedules) Lock(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	if s.tx == nil {
		return s.Timelines(ctx, org, accounts, after)
	}
	all, err := s.db.sql.schedule.locked(ctx, s.tx, org, accounts)
	if err != nil {
		return nil, err
	}
	out := make([]priceplan.Timeline, len(all))
	for i, tl := range all {
		out[i].AccountID = tl.AccountID
		for _, schedule := range tl.Schedules {
			if schedule.EndsAfter(after) {
				out[i].Schedules = append(out[i].Schedules, schedule)
			}
		}
	}
	return out, nil
}

// locked locks the accounts and returns their schedules, which [schedules.ReplaceAll] need not read again.
func (q scheduleSQL) locked(
	ctx context.Context, t *tx, org admin.OrgID, accounts []string,
) ([]priceplan.Timeline, error) {
	keys := slices.DeleteFunc(slices.Clone(accounts), func(account string) bool { return !storable([]any{account}) })
	if t.db.dialect.forUpdate != "" {
		if _, err := lookUp(ctx, t, "account", q.accounts, scanText, keys, org); err != nil {
			return nil, err
		}
	}
	all, err := q.read(ctx, t, q.lock, accounts, org)
	if err != nil {
		return nil, err
	}
	held := heldAccounts{org: org, timelines: make(map[string]priceplan.Timeline, len(all))}
	for _, tl := range all {
		if len(tl.Schedules) > 0 { // then the account has a row
			held.timelines[tl.AccountID] = tl
		}
	}
	t.held = held
	return all, nil
}

// heldAccounts are accounts that a transaction has locked, with their schedules, as long as it has not changed them.
type heldAccounts struct {
	org       admin.OrgID
	timelines map[string]priceplan.Timeline
}

// of returns the timelines of accounts, if all of them are held. A host can give locks up behind our back, by its
// own savepoints.
func (h heldAccounts) of(t *tx, org admin.OrgID, accounts []string) ([]priceplan.Timeline, bool) {
	if t.host || h.org != org || len(h.timelines) == 0 {
		return nil, false
	}
	out := make([]priceplan.Timeline, len(accounts))
	for i, account := range accounts {
		tl, ok := h.timelines[account]
		if !ok {
			return nil, false
		}
		out[i] = tl
	}
	return out, true
}

// read returns the timelines of accounts, in the same order.
func (q scheduleSQL) read(
	ctx context.Context, t *tx, query in, accounts []string, before ...any,
) ([]priceplan.Timeline, error) {
	// One account that no database could have stored must not hide the others.
	keys := slices.DeleteFunc(slices.Clone(accounts), func(account string) bool { return !storable([]any{account}) })
	found, err := lookUp(ctx, t, "schedule", query, scanSchedule, keys, before...)
	if err != nil {
		return nil, err
	}
	byAccount := make(map[string][]priceplan.Schedule, len(accounts))
	for _, f := range found {
		byAccount[f.AccountID] = append(byAccount[f.AccountID], f)
	}
	out := make([]priceplan.Timeline, len(accounts))
	for i, account := range accounts {
		all := byAccount[account]
		slices.SortFunc(all, func(a, b priceplan.Schedule) int { return a.From.Compare(b.From) })
		out[i] = priceplan.Timeline{AccountID: account, Schedules: all}
	}
	return out, nil
}

func (s schedules) Removed(
	ctx context.Context, org admin.OrgID, account string,
) ([]priceplan.RemovedSchedule, error) {
	return rows(ctx, s.reader(), "schedule", s.db.sql.schedule.removed, scanRemoved, org, account)
}

func (s schedules) ReplaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement, rec admin.Record,
) (results []priceplan.ReplaceResult, err error) {
	if err := rec.Check(); err != nil {
		return nil, err
	}
	accounts, err := priceplan.AccountsOf(set)
	if err != nil {
		return nil, err
	}
	err = s.bookkeep(ctx, func(t *tx) error {
		q := s.db.sql.schedule
		var e edits
		if results, e, err = q.replaced(ctx, t, org, accounts, set, rec); err != nil {
			return err
		}
		if e.none() {
			return s.exists(ctx, t, org)
		}
		if err := q.write(ctx, t, org, e, rec); err != nil {
			return err
		}
		return s.db.sql.audit.insert(ctx, t, org, rec)
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// edits are what a set of replacements does to schedules of many accounts.
type edits struct{ changed, removed, added []priceplan.Schedule }

func (e edits) none() bool { return len(e.changed)+len(e.removed)+len(e.added) == 0 }

// replaced locks the accounts, reads their schedules and computes what the set does to them.
func (q scheduleSQL) replaced(
	ctx context.Context, t *tx, org admin.OrgID, accounts []string, set []priceplan.Replacement, rec admin.Record,
) (results []priceplan.ReplaceResult, e edits, err error) {
	timelines, held := t.held.of(t, org, accounts)
	t.held = heldAccounts{} // they change
	if !held {
		err = q.account.insert(ctx, t, "account", len(accounts), func(i int) []any {
			return []any{org, accounts[i], at(rec.At)}
		})
		if err != nil {
			return nil, e, err
		}
		if timelines, err = q.read(ctx, t, q.lock, accounts, org); err != nil {
			return nil, e, err
		}
	}
	taken, err := q.taken(ctx, t, org, set)
	if err != nil {
		return nil, e, err
	}
	results = make([]priceplan.ReplaceResult, len(set))
	for i, r := range set {
		n, _ := slices.BinarySearchFunc(timelines, r.AccountID, func(tl priceplan.Timeline, account string) int {
			return strings.Compare(tl.AccountID, account)
		})
		edit, err := timelines[n].Replaced(r, rec.At)
		if slices.ContainsFunc(edit.Added, func(s priceplan.Schedule) bool { return taken[s.ID] }) {
			err = admin.Exists("schedule")
		}
		results[i] = priceplan.ReplaceResult{Err: err, Repeated: edit.Repeated}
		if err == nil {
			e.changed = append(e.changed, edit.Changed...)
			e.removed = append(e.removed, edit.Removed...)
			e.added = append(e.added, edit.Added...)
		}
	}
	return results, e, nil
}

// taken returns the ids of schedules to be added that exist, those of removed ones included.
func (q scheduleSQL) taken(
	ctx context.Context, t *tx, org admin.OrgID, set []priceplan.Replacement,
) (map[string]bool, error) {
	var ids []string
	for _, r := range set {
		for _, s := range r.Add {
			ids = append(ids, s.ID)
		}
	}
	found, err := lookUp(ctx, t, "schedule", q.ids, scanText, ids, org)
	taken := make(map[string]bool, len(found))
	for _, id := range found {
		taken[id] = true
	}
	return taken, err
}

// write stores edits: those of rows that exist in one go, in order of id, then the new rows.
func (q scheduleSQL) write(ctx context.Context, t *tx, org admin.OrgID, e edits, rec admin.Record) error {
	left, err := q.endTogether(ctx, t, org, e.changed, rec)
	if err != nil {
		return err
	}
	e.changed = left
	edited := slices.Concat(e.changed, e.removed)
	values := make([][]any, len(edited))
	for i, s := range edited {
		var removal admin.Record
		if i >= len(e.changed) {
			removal = rec
		}
		values[i] = scheduleValues(org, s, removal)
	}
	slices.SortFunc(values, func(a, b []any) int { return cmp.Compare(a[1].(string), b[1].(string)) })
	if err := q.edit.insert(ctx, t, "schedule", len(values), func(i int) []any { return values[i] }); err != nil {
		return err
	}
	return q.insert.insert(ctx, t, "schedule", len(e.added), func(i int) []any {
		return scheduleValues(org, e.added[i], admin.Record{})
	})
}

// The schedules that one statement ends must be so many, and the statements of a set so few.
const (
	endsAtLeast = 8
	endsAtMost  = 4
)

// endTogether gives schedules the ends that many of them share, and returns the others. A migration ends most of a
// batch at the same instant.
func (q scheduleSQL) endTogether(
	ctx context.Context, t *tx, org admin.OrgID, changed []priceplan.Schedule, rec admin.Record,
) (left []priceplan.Schedule, err error) {
	byEnd := map[int64][]string{}
	for _, s := range changed {
		byEnd[since(s.Until)] = append(byEnd[since(s.Until)], s.ID)
	}
	ends := slices.Sorted(maps.Keys(byEnd))
	slices.SortStableFunc(ends, func(a, b int64) int { return cmp.Compare(len(byEnd[b]), len(byEnd[a])) })
	for _, until := range ends[:min(len(ends), endsAtMost)] {
		ids := byEnd[until]
		if len(ids) < endsAtLeast {
			break
		}
		var end any = until
		if until == since(time.Time{}) {
			end = nil
		}
		slices.Sort(ids)
		if _, err := q.end.run(ctx, t, "schedule", ids, end, at(rec.At), org); err != nil {
			return nil, err
		}
		delete(byEnd, until)
	}
	for _, s := range changed {
		if _, ok := byEnd[since(s.Until)]; ok {
			left = append(left, s)
		}
	}
	return left, nil
}

// scheduleValues are the columns of a schedule; removal is the record of its removal.
func scheduleValues(org admin.OrgID, s priceplan.Schedule, removal admin.Record) []any {
	return []any{
		org, s.ID, s.AccountID, s.Plan.ID, s.Plan.Version, at(s.From), string(s.Currency), s.CycleOverride.String(),
		s.RateCards, at(s.CreatedAt), at(s.Until), at(s.UpdatedAt), s.Version, at(removal.At),
		string(removal.Actor.Kind), actorID(removal.Actor),
	}
}

func scheduleColumns(s *priceplan.Schedule) []any {
	return []any{
		&s.ID, &s.AccountID, &s.Plan.ID, &s.Plan.Version, scanAt(&s.From), scanAt(&s.Until), &s.Currency,
		scanCycle(&s.CycleOverride), &s.RateCards, scanAt(&s.CreatedAt), scanAt(&s.UpdatedAt), &s.Version,
	}
}

func scanSchedule(scan func(...any) error, s *priceplan.Schedule) error {
	return scan(scheduleColumns(s)...)
}

func scanRemoved(scan func(...any) error, r *priceplan.RemovedSchedule) error {
	return scan(append(scheduleColumns(&r.Schedule), scanAt(&r.RemovedAt), &r.RemovedBy.Kind,
		scanActorID(&r.RemovedBy))...)
}
