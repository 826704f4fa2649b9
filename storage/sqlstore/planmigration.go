package sqlstore

import (
	"context"
	"database/sql"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

type planMigrations struct{ access }

type migrationSQL struct {
	insert, get, byKey                  string
	source, holder, held, yield, taking string
	list                                list
}

func newMigrationSQL(db *DB) migrationSQL {
	columns := `SELECT m.source_id, m.source_version, m.target_id, m.target_version, m.mode, m.overrides,
		m.require_confirmation, m.zone, m.idempotency_key, m.request_digest, m.of_id, m.follows, m.options,
		CASE WHEN m.held_version IS NULL THEN 0 ELSE 1 END, ` + jobColumns("j")
	const same = ` AND m.org_id = j.org_id AND m.id = j.id`
	const byJob = ` FROM {jobs} j{index} {join} {plan_migrations} m `
	return migrationSQL{
		insert: db.bind(`INSERT INTO {plan_migrations} (org_id, id, source_id, source_version, target_id, target_version,
			mode, overrides, require_confirmation, zone, idempotency_key, request_digest, of_id, follows, options, held_version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get: db.bind(columns + ` FROM {jobs} j {join} {plan_migrations} m WHERE j.org_id = ? AND j.id = ?` + same),
		byKey: db.bind(columns + ` FROM {plan_migrations} m {join} {jobs} j
			WHERE m.org_id = ? AND m.idempotency_key = ?` + same),
		source: db.bind(`SELECT source_id, source_version FROM {plan_migrations} WHERE org_id = ? AND id = ?`),
		holder: db.bind(`SELECT j.id, j.status FROM {plan_migrations} m {join} {jobs} j
			WHERE m.org_id = ? AND m.source_id = ? AND m.held_version = ?` + same),
		held: db.bind(`SELECT CASE WHEN held_version IS NULL THEN 0 ELSE 1 END FROM {plan_migrations}
			WHERE org_id = ? AND id = ?`),
		yield:  db.bind(`UPDATE {plan_migrations} SET held_version = NULL WHERE org_id = ? AND id = ? AND held_version = ?`),
		taking: db.bind(`UPDATE {plan_migrations} SET held_version = source_version WHERE org_id = ? AND id = ?`),
		// The jobs by their index, and to each its migration.
		list: newList(db, columns+byJob+`WHERE j.org_id = ? AND j.kind = ?`+same, []string{"j.status"},
			` AND j.id < ? ORDER BY j.id DESC LIMIT ?`,
			walk{"jobs_kind_status", "j.status"}, walk{"jobs_kind", ""}),
	}
}

func (s planMigrations) Create(
	ctx context.Context, org admin.OrgID, m planmigration.Migration, rec admin.Record,
) error {
	if err := rec.Check(); err != nil {
		return err
	}
	options, err := writeMigrationOptions(m)
	if err != nil {
		return err
	}
	return s.bookkeep(ctx, func(t *tx) error {
		if _, err := s.db.sql.migration.free(ctx, t, org, m.Source, m.ID); err != nil {
			return err
		}
		if err := (jobs{access{db: s.db, tx: t}}).Create(ctx, org, m.Job, nil, rec); err != nil {
			return err
		}
		var key any
		if m.IdempotencyKey != "" {
			key = m.IdempotencyKey
		}
		_, err := t.exec(ctx, "plan migration", s.db.sql.migration.insert, org, id(m.ID), m.Source.ID, m.Source.Version,
			m.Target.ID, m.Target.Version, m.Mode, m.Overrides, flag(m.RequireConfirmation), m.Zone, key, m.Digest, id(m.Of),
			m.Follows, options, m.Source.Version)
		return err
	})
}

// free has a source be held by no migration but one, if the job of the one that holds it is final. It reports whether
// that one holds it.
func (q migrationSQL) free(
	ctx context.Context, t *tx, org admin.OrgID, source priceplan.Ref, but uuid.UUID,
) (held bool, err error) {
	holders, err := rows(ctx, t, "plan migration", q.holder,
		func(scan func(...any) error, m *planmigration.Migration) error {
			err := scan(scanID(&m.ID), &m.Job.Status)
			return err
		}, org, source.ID, source.Version)
	if err != nil || len(holders) == 0 {
		return false, err
	}
	holder := holders[0]
	switch {
	case holder.ID == but:
		return true, nil
	case !holder.Job.Status.Final():
		return false, planmigration.Live(holder)
	}
	_, err = t.exec(ctx, "plan migration", q.yield, org, id(holder.ID), source.Version)
	return false, err
}

func (s planMigrations) Hold(ctx context.Context, org admin.OrgID, migration uuid.UUID) error {
	q := s.db.sql.migration
	if s.tx != nil { // without a savepoint, because nothing is written as a rule
		if held, err := q.holds(ctx, s.tx, org, migration); held || err != nil {
			return err
		}
	}
	return s.bookkeep(ctx, func(t *tx) error {
		source, err := one(ctx, t, "plan migration", q.source, func(scan func(...any) error, r *priceplan.Ref) error {
			return scan(&r.ID, &r.Version)
		}, org, id(migration))
		if err != nil {
			return err
		}
		held, err := q.free(ctx, t, org, source, migration)
		if err != nil || held {
			return err
		}
		_, err = t.exec(ctx, "plan migration", q.taking, org, id(migration))
		return err
	})
}

// holds reports whether a migration holds its source.
func (q migrationSQL) holds(ctx context.Context, t *tx, org admin.OrgID, migration uuid.UUID) (bool, error) {
	return one(ctx, t, "plan migration", q.held, func(scan func(...any) error, held *bool) error {
		return scan(held)
	}, org, id(migration))
}

func (s planMigrations) Get(
	ctx context.Context, org admin.OrgID, migration uuid.UUID,
) (planmigration.Migration, error) {
	return one(ctx, s.reader(), "plan migration", s.db.sql.migration.get, scanMigration, org, id(migration))
}

func (s planMigrations) ByKey(ctx context.Context, org admin.OrgID, key string) (planmigration.Migration, error) {
	return one(ctx, s.reader(), "plan migration", s.db.sql.migration.byKey, scanMigration, org, key)
}

func (s planMigrations) List(
	ctx context.Context, org admin.OrgID, f planmigration.Filter, seek admin.Seek[uuid.UUID],
) ([]planmigration.Migration, error) {
	head := []any{org, planmigration.Kind}
	query, args := s.db.sql.migration.list.page(head, byText(string(f.Status)), before(seek.After), seek.Limit)
	return rows(ctx, s.reader(), "plan migration", query, scanMigration, args...)
}

func scanMigration(scan func(...any) error, m *planmigration.Migration) error {
	var key sql.NullString
	var options string
	own := []any{
		&m.Source.ID, &m.Source.Version, &m.Target.ID, &m.Target.Version, &m.Mode, &m.Overrides,
		&m.RequireConfirmation, &m.Zone, &key, &m.Digest, scanID(&m.Of), &m.Follows, &options, &m.Holds,
	}
	if err := scanJob(func(dest ...any) error { return scan(append(own, dest...)...) }, &m.Job); err != nil {
		return err
	}
	m.ID, m.IdempotencyKey = m.Job.ID, key.String
	return readMigrationOptions(options, m)
}
