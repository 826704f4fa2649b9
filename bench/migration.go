package main

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// migrationRounds is how often both ways move accounts, by turns.
const migrationRounds = 3

// migrations measures what it takes to list n accounts and move them to the next version of their plan, beside one
// INSERT … SELECT and one UPDATE by hand that do the same change without entries, effects and trail.
func migrations(n int) func(context.Context) error {
	return func(ctx context.Context) error {
		return onDatabases(ctx, func(ctx context.Context, d database, pool *sql.DB, db *sqlstore.DB) error {
			c, err := center(ctx, db, admincenter.Options{})
			if err != nil {
				return err
			}
			m := mover{ctx: ctx, d: d, pool: pool, center: c, n: n}
			if err := m.plans(); err != nil {
				return err
			}
			return m.print()
		})
	}
}

// mover moves accounts in both ways.
type mover struct {
	ctx    context.Context
	d      database
	pool   *sql.DB
	center *admincenter.Center
	n      int
}

func (m mover) plans() error {
	cycle, err := priceplan.NewCycle(priceplan.Monthly, 1, priceplan.Nil)
	if err != nil {
		return err
	}
	for round := range migrationRounds + 1 {
		for version := range 2 {
			_, err := m.center.PricePlans.CreatePlan(m.ctx, admin.System(org), priceplan.NewPlan{
				Ref: priceplan.Ref{ID: fmt.Sprintf("ours%d", round), Version: version + 1}, Name: "Plan", Status: priceplan.Active,
				Currencies: []iso4217.Code{"EUR"}, Cycle: cycle,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// load puts n accounts on the first version of a plan.
func (m mover) load(plan string, n int) error {
	l := loader{m.d.dialect, m.pool}
	account := l.pad(plan+"-", "i", 8)
	if err := l.fill(m.ctx, "schedule_accounts", n, map[string]string{"account_id": account}); err != nil {
		return err
	}
	return l.fill(m.ctx, "schedules", n, map[string]string{
		"id": l.pad(plan+"-s", "i", 8), "account_id": account, "plan_id": "'" + plan + "'", "plan_version": "1",
		"from_at": fmt.Sprint(loadedFrom - 86_400_000_000*365), "until_at": "NULL", "currency": "'EUR'", "version": "1",
		"removed_at": "NULL",
	})
}

// print times both ways by turns, and prints the best of each for one account.
func (m mover) print() error {
	if err := m.count(); err != nil {
		return fmt.Errorf("count: %w", err)
	}
	var ours, hand float64
	var peak uint64
	for round := range migrationRounds {
		plan, other := fmt.Sprintf("ours%d", round), fmt.Sprintf("hand%d", round)
		if err := m.load(plan, m.n); err != nil {
			return err
		}
		if err := m.load(other, m.n); err != nil {
			return err
		}
		if m.d.dialect == sqlstore.PostgreSQL { // which autovacuum would do by the time
			if _, err := m.pool.ExecContext(m.ctx, "ANALYZE"); err != nil {
				return err
			}
		}
		took, err := m.ours(m.center, plan, m.n)
		if err != nil {
			return err
		}
		ours = better(ours, took)
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		peak = max(peak, s.HeapInuse)
		if took, err = m.hand(other); err != nil {
			return err
		}
		hand = better(hand, took)
	}
	fmt.Printf("memory migration.%s.%d %d MB of heap in use\n", m.d.name, m.n, peak>>20)
	printRatio(fmt.Sprintf("migration.%s.%d/hand", m.d.name, m.n), ours, hand)
	return nil
}

func better(so, took float64) float64 {
	if so == 0 {
		return took
	}
	return min(so, took)
}

// ours creates a migration, lists the accounts and moves them, and returns the nanoseconds for one.
func (m mover) ours(c *admincenter.Center, plan string, n int) (float64, error) {
	scope, began := admin.System(org), time.Now()
	created, err := c.Migrations.Create(m.ctx, scope, planmigration.Request{
		Source: priceplan.Ref{ID: plan, Version: 1}, Mode: planmigration.NextCycle,
	})
	if err != nil {
		return 0, err
	}
	p, err := c.Migrations.Run(m.ctx, scope, created.ID, nil)
	if err == nil && p.Counts.Completed != int64(n) {
		err = fmt.Errorf("%d of %d accounts were moved", p.Counts.Completed, n)
	}
	return float64(time.Since(began).Nanoseconds()) / float64(n), err
}

// hand moves the accounts in one transaction of two statements.
func (m mover) hand(plan string) (float64, error) {
	cut, now := time.Now().AddDate(0, 1, 0).UnixMicro(), time.Now().UnixMicro()
	table := sqlstore.DefaultPrefix + "schedules"
	newID := "id || 'x'"
	if m.d.dialect == sqlstore.MySQL {
		newID = "CONCAT(id, 'x')"
	}
	where := fmt.Sprintf("WHERE org_id = '%s' AND plan_id = '%s' AND plan_version = 1 AND removed_at IS NULL", org, plan)
	statements := []string{
		fmt.Sprintf(`INSERT INTO %s (org_id, id, account_id, plan_id, plan_version, from_at, until_at, currency,
			cycle_override, rate_cards, created_at, updated_at, version, removed_by_kind, removed_by_id)
			SELECT org_id, %s, account_id, plan_id, 2, %d, until_at, currency, cycle_override, rate_cards, %d, %d, 1, '', ''
			FROM %s %s AND until_at IS NULL`, table, newID, cut, now, now, table, where),
		fmt.Sprintf(`UPDATE %s SET until_at = %d, updated_at = %d, version = version + 1 %s AND until_at IS NULL`,
			table, cut, now, where),
	}
	began := time.Now()
	err := (loader{m.d.dialect, m.pool}).inTx(m.ctx, func(tx *sql.Tx) error {
		for _, s := range statements {
			res, err := tx.ExecContext(m.ctx, s)
			if err != nil {
				return fmt.Errorf("%s: %w", strings.Fields(s)[0], err)
			}
			if changed, err := res.RowsAffected(); err != nil || changed != int64(m.n) {
				return fmt.Errorf("%d of %d rows: %w", changed, m.n, err)
			}
		}
		return nil
	})
	return float64(time.Since(began).Nanoseconds()) / float64(m.n), err
}

// count prints how many statements an account costs.
func (m mover) count() error {
	const few = 5000
	plan := fmt.Sprintf("ours%d", migrationRounds)
	if err := m.load(plan, few); err != nil {
		return err
	}
	statements, counted, err := counting(m.ctx, m.d, m.pool)
	if err != nil {
		return err
	}
	c, err := admincenter.New(counted, admincenter.Options{})
	if err != nil {
		return err
	}
	statements.Store(0)
	if _, err := m.ours(c, plan, few); err != nil {
		return err
	}
	fmt.Printf("count migration.%s %.4f statements an account\n", m.d.name, float64(statements.Load())/few)
	return nil
}
