package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

type plans struct{ access }

type planSQL struct{ insert, setStatus, version, lock, latest, list string }

func newPlanSQL(db *DB) planSQL {
	const columns = `SELECT p.id, p.version, p.name, p.status, p.currencies, p.cycle, p.anniversary FROM {plans} p `
	return planSQL{
		insert: db.bind(`INSERT INTO {plans} (org_id, id, version, name, status, currencies, cycle, anniversary)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
		setStatus: db.bind(`UPDATE {plans} SET status = ? WHERE org_id = ? AND id = ? AND version = ?`),
		lock:      db.bind(columns + `WHERE p.org_id = ? AND p.id = ? AND p.version = ?{forUpdate}`),
		version:   db.bind(columns + `WHERE p.org_id = ? AND p.id = ? AND p.version = ?`),
		latest:    db.bind(columns + `WHERE p.org_id = ? AND p.id = ? AND p.status <> 'DRAFT' ORDER BY p.version DESC LIMIT 1`),
		list: db.bind(columns + `WHERE p.org_id = ? AND p.id > ?
			AND p.version = (SELECT MAX(q.version) FROM {plans} q WHERE q.org_id = p.org_id AND q.id = p.id)
			ORDER BY p.id LIMIT ?`),
	}
}

func (s plans) Create(ctx context.Context, org admin.OrgID, p priceplan.Plan, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		_, err := t.exec(ctx, "plan", s.db.sql.plan.insert, org, p.Ref.ID, p.Ref.Version, p.Name, p.Status,
			strings.Join(p.Currencies, " "), p.Cycle.String(), flag(p.Anniversary))
		return err
	})
}

func (s plans) SetStatus(ctx context.Context, org admin.OrgID, ref priceplan.Ref, from, to priceplan.Status, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.plan
		// Compared here: MySQL counts a row as not changed where to is from.
		p, err := one(ctx, t, "plan", q.lock, scanPlan, org, ref.ID, ref.Version)
		if err != nil {
			return err
		}
		if p.Status != from {
			return conflict("plan")
		}
		_, err = t.exec(ctx, "plan", q.setStatus, to, org, ref.ID, ref.Version)
		return err
	})
}

func (s plans) Version(ctx context.Context, org admin.OrgID, ref priceplan.Ref) (priceplan.Plan, error) {
	return one(ctx, s.reader(), "plan", s.db.sql.plan.version, scanPlan, org, ref.ID, ref.Version)
}

func (s plans) Latest(ctx context.Context, org admin.OrgID, planID string) (priceplan.Plan, error) {
	return one(ctx, s.reader(), "plan", s.db.sql.plan.latest, scanPlan, org, planID)
}

func (s plans) List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]priceplan.Plan, error) {
	return rows(ctx, s.reader(), "plan", s.db.sql.plan.list, scanPlan, org, seek.After, seek.Limit)
}

func scanPlan(scan func(...any) error, p *priceplan.Plan) error {
	var currencies string
	err := scan(&p.Ref.ID, &p.Ref.Version, &p.Name, &p.Status, &currencies, scanCycle(&p.Cycle), &p.Anniversary)
	p.Currencies = strings.Fields(currencies)
	return err
}

// flag is how a yes or no is stored: as a number, since not every database has booleans.
func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// scanCycle reads what Cycle.String wrote into c.
func scanCycle(c *priceplan.Cycle) any { return &cycle{c} }

type cycle struct{ c *priceplan.Cycle }

// Scan implements sql.Scanner.
func (s *cycle) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return s.c.UnmarshalText([]byte(v))
	case []byte:
		return s.c.UnmarshalText(v)
	}
	return fmt.Errorf("cycle stored as %T: want text", src)
}
