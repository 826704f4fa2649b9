package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
)

type plans struct{ access }

type planSQL struct{ insert, update, version, lock, latest, list, listStatus, versions string }

func newPlanSQL(db *DB) planSQL {
	const columns = `SELECT p.id, p.version, p.name, p.description, p.status, p.currencies, p.cycle, p.anniversary,
		p.created_at, p.updated_at, p.record_version FROM {plans} p{index} `
	return planSQL{
		insert: db.bind(`INSERT INTO {plans} (org_id, id, version, name, description, status, currencies, cycle,
			anniversary, created_at, updated_at, record_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		update: db.bind(`UPDATE {plans} SET name = ?, description = ?, status = ?, currencies = ?, cycle = ?,
			anniversary = ?, created_at = ?, updated_at = ?, record_version = ? WHERE org_id = ? AND id = ? AND version = ?`),
		lock:    db.bind(columns + `WHERE p.org_id = ? AND p.id = ? AND p.version = ?{forUpdate}`),
		version: db.bind(columns + `WHERE p.org_id = ? AND p.id = ? AND p.version = ?`),
		latest: db.bind(columns + `WHERE p.org_id = ? AND p.id = ? AND p.status = 'ACTIVE'
			ORDER BY p.version DESC LIMIT 1`),
		list: db.bind(columns + `WHERE p.org_id = ? AND p.id > ?
			AND p.version = (SELECT MAX(q.version) FROM {plans} q WHERE q.org_id = p.org_id AND q.id = p.id)
			ORDER BY p.id LIMIT ?`),
		listStatus: db.bind(db.along("plans_status", columns+`WHERE p.org_id = ? AND p.status = ? AND p.id > ?
			AND p.version = (SELECT MAX(q.version) FROM {plans} q
				WHERE q.org_id = p.org_id AND q.status = p.status AND q.id = p.id)
			ORDER BY p.id LIMIT ?`)),
		versions: db.bind(columns + `WHERE p.org_id = ? AND p.id = ? AND p.version < ?
			ORDER BY p.version DESC LIMIT ?`),
	}
}

// planValues are the columns of a plan behind its key.
func planValues(p priceplan.Plan) []any {
	return []any{
		p.Name, p.Description, p.Status, words(p.Currencies), p.Cycle.String(), flag(p.Anniversary),
		at(p.CreatedAt), at(p.UpdatedAt), p.Version,
	}
}

func words(codes []iso4217.Code) string {
	texts := make([]string, len(codes))
	for i, c := range codes {
		texts[i] = string(c)
	}
	return strings.Join(texts, " ")
}

func (s plans) Create(ctx context.Context, org admin.OrgID, p priceplan.Plan, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		args := append([]any{org, p.Ref.ID, p.Ref.Version}, planValues(p)...)
		_, err := t.exec(ctx, "plan", s.db.sql.plan.insert, args...)
		return err
	})
}

func (s plans) Update(ctx context.Context, org admin.OrgID, p priceplan.Plan, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		had, err := one(ctx, t, "plan", s.db.sql.plan.lock, scanPlan, org, p.Ref.ID, p.Ref.Version)
		if err != nil {
			return err
		}
		has, err := had.Updated(p, rec.At)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, "plan", s.db.sql.plan.update, append(planValues(has), org, p.Ref.ID, p.Ref.Version)...)
		return err
	})
}

func (s plans) Version(ctx context.Context, org admin.OrgID, ref priceplan.Ref) (priceplan.Plan, error) {
	return one(ctx, s.reader(), "plan", s.db.sql.plan.version, scanPlan, org, ref.ID, ref.Version)
}

func (s plans) Latest(ctx context.Context, org admin.OrgID, planID string) (priceplan.Plan, error) {
	return one(ctx, s.reader(), "plan", s.db.sql.plan.latest, scanPlan, org, planID)
}

func (s plans) List(
	ctx context.Context, org admin.OrgID, f priceplan.PlanFilter, seek admin.Seek[string],
) ([]priceplan.Plan, error) {
	if f.Status == "" {
		return rows(ctx, s.reader(), "plan", s.db.sql.plan.list, scanPlan, org, seek.After, seek.Limit)
	}
	return rows(ctx, s.reader(), "plan", s.db.sql.plan.listStatus, scanPlan, org, f.Status, seek.After, seek.Limit)
}

func (s plans) Versions(
	ctx context.Context, org admin.OrgID, planID string, seek admin.Seek[int64],
) ([]priceplan.Plan, error) {
	below := seek.After
	if below == 0 {
		below = 1 << 62
	}
	return rows(ctx, s.reader(), "plan", s.db.sql.plan.versions, scanPlan, org, planID, below, seek.Limit)
}

func scanPlan(scan func(...any) error, p *priceplan.Plan) error {
	var currencies string
	err := scan(&p.Ref.ID, &p.Ref.Version, &p.Name, &p.Description, &p.Status, &currencies, scanCycle(&p.Cycle),
		&p.Anniversary, scanAt(&p.CreatedAt), scanAt(&p.UpdatedAt), &p.Version)
	for _, code := range strings.Fields(currencies) {
		p.Currencies = append(p.Currencies, iso4217.Code(code))
	}
	return err
}

// flag is how a boolean is stored: as a number, since not every database has booleans.
func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// scanCycle reads the text of Cycle.String into c.
func scanCycle(c *priceplan.Cycle) any { return &cycle{c} }

type cycle struct{ c *priceplan.Cycle }

// Scan implements sql.Scanner.
func (s *cycle) Scan(src any) (err error) {
	var line string
	switch v := src.(type) {
	case string:
		line = v
	case []byte:
		line = string(v)
	default:
		return fmt.Errorf("cycle stored as %T: want text", src)
	}
	*s.c = priceplan.Cycle{}
	if line != "" {
		*s.c, err = priceplan.ParseCycle(line)
	}
	return err
}
