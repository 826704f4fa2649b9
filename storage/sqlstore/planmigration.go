package sqlstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/planmigration"
)

type planMigrations struct{ access }

type migrationSQL struct {
	insert, get string
	list        list
}

func newMigrationSQL(db *DB) migrationSQL {
	columns := `SELECT m.source_id, m.source_version, m.target_id, m.target_version, m.mode, m.overrides,
		m.require_confirmation, m.zone, ` + jobColumns("j") + ` FROM {jobs} j{index} {join} {plan_migrations} m `
	const same = ` AND m.org_id = j.org_id AND m.id = j.id`
	return migrationSQL{
		insert: db.bind(`INSERT INTO {plan_migrations} (org_id, id, source_id, source_version, target_id, target_version,
			mode, overrides, require_confirmation, zone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get: db.bind(columns + `WHERE j.org_id = ? AND j.id = ?` + same),
		// The jobs by their index, and to each its migration.
		list: newList(db, columns+`WHERE j.org_id = ? AND j.kind = ?`+same, []string{"j.status"},
			` AND j.id < ? ORDER BY j.id DESC LIMIT ?`,
			walk{"jobs_kind_status", "j.status"}, walk{"jobs_kind", ""}),
	}
}

func (s planMigrations) Create(
	ctx context.Context, org admin.OrgID, m planmigration.Migration, rec admin.Record,
) error {
	return s.bookkeep(ctx, func(t *tx) error {
		if err := (jobs{access{db: s.db, tx: t}}).Create(ctx, org, m.Job, nil, rec); err != nil {
			return err
		}
		_, err := t.exec(ctx, "plan migration", s.db.sql.migration.insert, org, id(m.ID), m.Source.ID, m.Source.Version,
			m.Target.ID, m.Target.Version, m.Mode, m.Overrides, flag(m.RequireConfirmation), m.Zone)
		return err
	})
}

func (s planMigrations) Get(
	ctx context.Context, org admin.OrgID, migration uuid.UUID,
) (planmigration.Migration, error) {
	return one(ctx, s.reader(), "plan migration", s.db.sql.migration.get, scanMigration, org, id(migration))
}

func (s planMigrations) List(
	ctx context.Context, org admin.OrgID, f planmigration.Filter, seek admin.Seek[uuid.UUID],
) ([]planmigration.Migration, error) {
	head := []any{org, planmigration.Kind}
	query, args := s.db.sql.migration.list.page(head, byText(string(f.Status)), before(seek.After), seek.Limit)
	return rows(ctx, s.reader(), "plan migration", query, scanMigration, args...)
}

func scanMigration(scan func(...any) error, m *planmigration.Migration) error {
	own := []any{
		&m.Source.ID, &m.Source.Version, &m.Target.ID, &m.Target.Version, &m.Mode, &m.Overrides,
		&m.RequireConfirmation, &m.Zone,
	}
	err := scanJob(func(dest ...any) error { return scan(append(own, dest...)...) }, &m.Job)
	m.ID = m.Job.ID
	return err
}
