package memory

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/planmigration"
)

type planMigrations struct{ access }

func (s planMigrations) Create(
	ctx context.Context, org admin.OrgID, m planmigration.Migration, rec admin.Record,
) error {
	if err := rec.Check(); err != nil {
		return err
	}
	return s.hold(ctx, func() error {
		return s.b.atomically(func() error {
			inside := access{b: s.b, locked: true}
			return inside.change(ctx, org, func(t *tenant, j *journal) error {
				if err := t.holdSource(j, m); err != nil {
					return err
				}
				if _, ok := t.pricing.migrationKeys.get(m.IdempotencyKey); ok && m.IdempotencyKey != "" {
					return taken("plan migration")
				}
				if err := (jobs{inside}).Create(ctx, org, m.Job, nil, rec); err != nil {
					return err
				}
				if m.IdempotencyKey != "" {
					t.pricing.migrationKeys.put(j, m.IdempotencyKey, m.ID)
				}
				t.pricing.migrations.put(j, m.ID, ownMigration(m))
				return nil
			})
		})
	})
}

// ownMigration returns a migration that shares nothing with m.
func ownMigration(m planmigration.Migration) planmigration.Migration {
	m.Replaces, m.Accounts = slices.Clone(m.Replaces), slices.Clone(m.Accounts)
	return m
}

// shown returns a migration as it is now, apart from its job.
func (p *planTables) shown(m planmigration.Migration) planmigration.Migration {
	m = ownMigration(m)
	holder, held := p.sources.get(m.Source)
	m.Holds = held && holder == m.ID
	return m
}

// holdSource makes a migration hold its source.
func (t *tenant) holdSource(j *journal, m planmigration.Migration) error {
	if id, held := t.pricing.sources.get(m.Source); held && id != m.ID {
		holder, _ := t.pricing.migrations.get(id)
		holder.Job, _ = t.jobs.get(id)
		if holder.Job.ID == id && !holder.Job.Status.Final() {
			return planmigration.Live(holder)
		}
	}
	t.pricing.sources.put(j, m.Source, m.ID)
	return nil
}

func (s planMigrations) Hold(ctx context.Context, org admin.OrgID, id uuid.UUID) error {
	return s.change(ctx, org, func(t *tenant, j *journal) error {
		m, ok := t.pricing.migrations.get(id)
		if !ok {
			return missing("plan migration")
		}
		return t.holdSource(j, m)
	})
}

func (s planMigrations) ByKey(
	ctx context.Context, org admin.OrgID, key string,
) (m planmigration.Migration, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		id, ok := t.pricing.migrationKeys.get(key)
		if !ok || key == "" {
			return missing("plan migration")
		}
		m, _ = t.pricing.migrations.get(id)
		m = t.pricing.shown(m)
		m.Job, err = t.job(id)
		return err
	})
	return m, err
}

func (s planMigrations) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (m planmigration.Migration, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if m, ok = t.pricing.migrations.get(id); !ok {
			return missing("plan migration")
		}
		m = t.pricing.shown(m)
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
			out[i] = t.pricing.shown(out[i])
			out[i].Job, _ = t.jobs.get(out[i].ID)
		}
		return nil
	})
	return out, err
}
