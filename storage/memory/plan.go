package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

// planTables is what an organization has of price plans, who is on them, and their migrations.
type planTables struct {
	plans *table[priceplan.Ref, priceplan.Plan]
	// timelines has each account's schedules in order of From. The slices are never changed in
	// place, because the journal and callers hold them.
	timelines   *table[string, []priceplan.Schedule]
	scheduleIDs *table[string, string] // whose account a schedule is
	migrations  *table[uuid.UUID, planmigration.Migration]
}

func newPlanTables() *planTables {
	return &planTables{
		plans:       newTable[priceplan.Ref, priceplan.Plan](comparePlans),
		timelines:   newTable[string, []priceplan.Schedule](strings.Compare),
		scheduleIDs: newTable[string, string](strings.Compare),
		migrations:  newTable[uuid.UUID, planmigration.Migration](compareID),
	}
}

func comparePlans(a, b priceplan.Ref) int {
	return cmp.Or(strings.Compare(a.ID, b.ID), cmp.Compare(a.Version, b.Version))
}

type plans struct{ access }

func (s plans) Create(ctx context.Context, org admin.OrgID, p priceplan.Plan, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if _, ok := t.pricing.plans.get(p.Ref); ok {
			return taken("plan")
		}
		t.pricing.plans.put(j, p.Ref, ownPlan(p))
		return nil
	})
}

func (s plans) SetStatus(ctx context.Context, org admin.OrgID, ref priceplan.Ref, from, to priceplan.Status, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		p, ok := t.pricing.plans.get(ref)
		switch {
		case !ok:
			return missing("plan")
		case p.Status != from:
			return conflict("plan")
		}
		p.Status = to
		t.pricing.plans.put(j, ref, p)
		return nil
	})
}

func (s plans) Version(ctx context.Context, org admin.OrgID, ref priceplan.Ref) (p priceplan.Plan, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if p, ok = t.pricing.plans.get(ref); !ok {
			return missing("plan")
		}
		p = ownPlan(p)
		return nil
	})
	return p, err
}

func (s plans) Latest(ctx context.Context, org admin.OrgID, id string) (p priceplan.Plan, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, ref := range slices.Backward(t.pricing.plans.order) {
			if found := t.pricing.plans.rows[ref]; ref.ID == id && found.Status != priceplan.Draft {
				p = ownPlan(found)
				return nil
			}
		}
		return missing("plan")
	})
	return p, err
}

func (s plans) List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) (out []priceplan.Plan, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		order := t.pricing.plans.order
		for i, ref := range order {
			highest := i+1 == len(order) || order[i+1].ID != ref.ID
			if highest && ref.ID > seek.After && len(out) < seek.Limit {
				out = append(out, ownPlan(t.pricing.plans.rows[ref]))
			}
		}
		return nil
	})
	return out, err
}

// ownPlan is a plan that shares nothing with p.
func ownPlan(p priceplan.Plan) priceplan.Plan {
	p.Currencies = slices.Clone(p.Currencies)
	return p
}
