package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// plans is a priceplan.Store over the host's table.
type plans struct {
	tables
	table[priceplan.Plan]
}

func newPlans(t tables) plans {
	return plans{t, table[priceplan.Plan]{
		name: "plans", key: "org_id, id, version",
		columns: "id, version, name, description, status, currencies, cycle, anniversary, " +
			"created_at, updated_at, record_version",
		values: func(p *priceplan.Plan) []any {
			return []any{
				&p.Ref.ID, &p.Ref.Version, &p.Name, &p.Description, &p.Status, asJSON{&p.Currencies}, asJSON{&p.Cycle},
				&p.Anniversary, asMicros{&p.CreatedAt}, asMicros{&p.UpdatedAt}, &p.Version,
			}
		},
	}}
}

// Create implements priceplan.Store.
func (s plans) Create(ctx context.Context, org admin.OrgID, p priceplan.Plan, rec admin.Record) error {
	return s.write(ctx, org, rec, func(tx *sql.Tx) (bool, error) {
		_, err := s.version(ctx, tx, org, p.Ref)
		switch {
		case err == nil:
			return false, admin.Exists("plan")
		case !errors.Is(err, admin.ErrNotFound):
			return false, err
		}
		return true, s.save(ctx, tx, org, p)
	})
}

// Update implements priceplan.Store.
func (s plans) Update(ctx context.Context, org admin.OrgID, p priceplan.Plan, rec admin.Record) error {
	return s.write(ctx, org, rec, func(tx *sql.Tx) (bool, error) {
		had, err := s.version(ctx, tx, org, p.Ref)
		if err != nil {
			return false, err
		}
		has, err := had.Updated(p, rec.At)
		if err != nil {
			return false, err
		}
		return true, s.save(ctx, tx, org, has)
	})
}

func (s plans) save(ctx context.Context, tx *sql.Tx, org admin.OrgID, p priceplan.Plan) error {
	return s.put(ctx, tx, [][]any{append([]any{org}, s.values(&p)...)})
}

// Version implements priceplan.Plans.
func (s plans) Version(ctx context.Context, org admin.OrgID, ref priceplan.Ref) (priceplan.Plan, error) {
	return s.version(ctx, s.reader(), org, ref)
}

func (s plans) version(ctx context.Context, c conn, org admin.OrgID, ref priceplan.Ref) (priceplan.Plan, error) {
	return s.one(ctx, c, "plan", of(org).and("id = ? AND version = ?", ref.ID, ref.Version), "")
}

// Latest implements priceplan.Plans.
func (s plans) Latest(ctx context.Context, org admin.OrgID, id string) (priceplan.Plan, error) {
	w := of(org).and("id = ? AND status = ?", id, priceplan.Active)
	return s.one(ctx, s.reader(), "plan", w, "ORDER BY version DESC LIMIT 1")
}

// List implements priceplan.Store.
func (s plans) List(
	ctx context.Context, org admin.OrgID, f priceplan.PlanFilter, seek admin.Seek[string],
) ([]priceplan.Plan, error) {
	w := of(org).given("id > ?", seek.After).and(`version = (SELECT MAX(version) FROM plans AS p
		WHERE p.org_id = t.org_id AND p.id = t.id AND (? = '' OR p.status = ?))`, f.Status, f.Status)
	return s.read(ctx, s.reader(), w, "ORDER BY id LIMIT ?", seek.Limit)
}

// Versions implements priceplan.Store.
func (s plans) Versions(
	ctx context.Context, org admin.OrgID, id string, seek admin.Seek[int64],
) ([]priceplan.Plan, error) {
	w := of(org).and("id = ?", id)
	if seek.After != 0 {
		w = w.and("version < ?", seek.After)
	}
	return s.read(ctx, s.reader(), w, "ORDER BY version DESC LIMIT ?", seek.Limit)
}
