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

// planTables is what an organization has of price plans, the accounts on them, and their migrations.
type planTables struct {
	plans *table[priceplan.Ref, priceplan.Plan]
	// timelines has each account's schedules in order of From, and removed those that were removed. The
	// slices are never changed in place, because the journal and callers hold them.
	timelines   *table[string, []priceplan.Schedule]
	removed     *table[string, []priceplan.RemovedSchedule]
	scheduleIDs *table[string, string] // the account that has, or had, a schedule
	migrations  *table[uuid.UUID, planmigration.Migration]
	// sources has the migration that holds a version of a plan, and migrationKeys that of an idempotency key.
	sources       *table[priceplan.Ref, uuid.UUID]
	migrationKeys *table[string, uuid.UUID]
}

func newPlanTables() *planTables {
	return &planTables{
		plans:         newTable[priceplan.Ref, priceplan.Plan](comparePlans),
		timelines:     newTable[string, []priceplan.Schedule](strings.Compare),
		removed:       newTable[string, []priceplan.RemovedSchedule](strings.Compare),
		scheduleIDs:   newTable[string, string](strings.Compare),
		migrations:    newTable[uuid.UUID, planmigration.Migration](compareID),
		sources:       newTable[priceplan.Ref, uuid.UUID](comparePlans),
		migrationKeys: newTable[string, uuid.UUID](strings.Compare),
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

func (s plans) Update(ctx context.Context, org admin.OrgID, p priceplan.Plan, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		had, ok := t.pricing.plans.get(p.Ref)
		if !ok {
			return missing("plan")
		}
		has, err := had.Updated(p, rec.At)
		if err != nil {
			return err
		}
		t.pricing.plans.put(j, p.Ref, ownPlan(has))
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
			if found := t.pricing.plans.rows[ref]; ref.ID == id && found.Status == priceplan.Active {
				p = ownPlan(found)
				return nil
			}
		}
		return missing("plan")
	})
	return p, err
}

func (s plans) List(
	ctx context.Context, org admin.OrgID, f priceplan.PlanFilter, seek admin.Seek[string],
) (out []priceplan.Plan, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, ref := range t.pricing.plans.order {
			p := t.pricing.plans.rows[ref]
			if ref.ID <= seek.After || !wants(f.Status, p.Status) {
				continue
			}
			last := len(out) - 1
			switch {
			case last >= 0 && out[last].Ref.ID == ref.ID:
				out[last] = ownPlan(p) // a higher version
			case len(out) == seek.Limit:
				return nil
			default:
				out = append(out, ownPlan(p))
			}
		}
		return nil
	})
	return out, err
}

func (s plans) Versions(
	ctx context.Context, org admin.OrgID, id string, seek admin.Seek[int64],
) (out []priceplan.Plan, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, ref := range slices.Backward(t.pricing.plans.order) {
			below := seek.After == 0 || int64(ref.Version) < seek.After
			if ref.ID == id && below && len(out) < seek.Limit {
				out = append(out, ownPlan(t.pricing.plans.rows[ref]))
			}
		}
		return nil
	})
	return out, err
}

// ownPlan returns a plan that shares nothing with p.
func ownPlan(p priceplan.Plan) priceplan.Plan {
	p.Currencies = slices.Clone(p.Currencies)
	return p
}
