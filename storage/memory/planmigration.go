package memory

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/planmigration"
)

type planMigrations struct{ access }

func (s planMigrations) Create(
	ctx context.Context, org admin.OrgID, m planmigration.Migration, rec admin.Record,
) error {
	return s.hold(ctx, func() error {
		return s.b.atomically(func() error {
			inside := access{b: s.b, locked: true}
			if err := (jobs{inside}).Create(ctx, org, m.Job, nil, rec); err != nil {
				return err
			}
			return inside.change(ctx, org, func(t *tenant, j *journal) error {
				t.pricing.migrations.put(j, m.ID, m)
				return nil
			})
		})
	})
}

func (s planMigrations) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (m planmigration.Migration, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if m, ok = t.pricing.migrations.get(id); !ok {
			return missing("plan migration")
		}
		m.Job, err = t.job(id)
		return err
	})
	return m, err
}

func (s planMigrations) List(
	ctx context.Context, org admin.OrgID, f planmigration.Filter, seek admin.Seek[uuid.UUID],
) (out []planmigration.Migration, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.pricing.migrations.descending(seek.After, seek.Limit, func(m planmigration.Migration) bool {
			j, _ := t.jobs.get(m.ID)
			return wants(f.Status, j.Status)
		})
		for i := range out {
			out[i].Job, _ = t.jobs.get(out[i].ID)
		}
		return nil
	})
	return out, err
}
