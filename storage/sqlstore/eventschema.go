package sqlstore

import (
	"context"
	"math"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/eventschema"
)

type eventSchemas struct{ access }

type eventSchemaSQL struct {
	insert, get, list, update, last, remove, count, highest, user string
	keep, keepLast, history, version                              string
}

func newEventSchemaSQL(db *DB) eventSchemaSQL {
	const names = `name, definition, created_at, created_by_kind, created_by_id, updated_at, updated_by_kind,
		updated_by_id, version`
	const columns = `SELECT ` + names + ` FROM {event_schemas} `
	const copied = `INSERT INTO {event_schema_versions} (org_id, ` + names + `, deleted) SELECT org_id, ` + names + `, `
	const versions = `SELECT ` + names + `, deleted FROM {event_schema_versions} `
	return eventSchemaSQL{
		insert: db.bind(`INSERT INTO {event_schemas} (org_id, ` + names + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get:    db.bind(columns + `WHERE org_id = ? AND name = ?`),
		list:   db.bind(columns + `WHERE org_id = ? AND name > ? ORDER BY name LIMIT ?`),
		update: db.bind(`UPDATE {event_schemas} SET definition = ?, updated_at = ?, updated_by_kind = ?, updated_by_id = ?,
			version = version + 1 WHERE org_id = ? AND name = ? AND version = ?`),
		last: db.bind(`UPDATE {event_schemas} SET updated_at = ?, updated_by_kind = ?, updated_by_id = ?,
			version = version + 1 WHERE org_id = ? AND name = ? AND version = ?`),
		remove: db.bind(`DELETE FROM {event_schemas} WHERE org_id = ? AND name = ?`),
		count:  db.bind(`SELECT COUNT(*) FROM {event_schemas} WHERE org_id = ?{latest}`),
		highest: db.bind(`SELECT COALESCE(MAX(version), 0) FROM {event_schema_versions}
			WHERE org_id = ? AND name = ?{latest}`),
		user: db.bind(`SELECT event_schema FROM {enrichments} WHERE org_id = ? AND event_schema = ?{latest}`),
		// The version is a copy of the row, so that the two cannot differ.
		keep:     db.bind(copied + `0 FROM {event_schemas} WHERE org_id = ? AND name = ?`),
		keepLast: db.bind(copied + `1 FROM {event_schemas} WHERE org_id = ? AND name = ?`),
		history:  db.bind(versions + `WHERE org_id = ? AND name = ? AND version < ? ORDER BY version DESC LIMIT ?`),
		version:  db.bind(versions + `WHERE org_id = ? AND name = ? AND version = ?`),
	}
}

func (s eventSchemas) Put(
	ctx context.Context, org admin.OrgID, v eventschema.Schema, most int, rec admin.Record,
) (version int64, err error) {
	definition, err := encodeEventSchema(v)
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.eventSchema
		if err := s.db.sql.setting.held(ctx, t, org); err != nil {
			return err
		}
		if version = v.Version; version == 0 {
			version, err = q.create(ctx, t, org, v, definition, most)
		} else {
			version++
			err = t.change(ctx, "event schema", q.update, []any{
				definition, at(v.UpdatedAt), v.UpdatedBy.Kind, actorID(v.UpdatedBy), org, v.Name, v.Version,
			}, q.get, org, v.Name)
		}
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, "event schema", q.keep, org, v.Name)
		return err
	})
	if err != nil {
		return 0, err
	}
	return version, nil
}

// create inserts a schema and returns its first version.
func (q eventSchemaSQL) create(
	ctx context.Context, t *tx, org admin.OrgID, v eventschema.Schema, definition string, most int,
) (int64, error) {
	last, err := one(ctx, t, "event schema", q.highest,
		func(scan func(...any) error, n *int64) error { return scan(n) }, org, v.Name)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(ctx, "event schema", q.insert, org, v.Name, definition, at(v.CreatedAt), v.CreatedBy.Kind,
		actorID(v.CreatedBy), at(v.UpdatedAt), v.UpdatedBy.Kind, actorID(v.UpdatedBy), last+1)
	if err != nil {
		return 0, err
	}
	n, err := one(ctx, t, "event schema", q.count, func(scan func(...any) error, n *int) error { return scan(n) }, org)
	if err != nil {
		return 0, err
	}
	if n > most {
		return 0, eventschema.TooMany(most)
	}
	return last + 1, nil
}

func (s eventSchemas) Get(ctx context.Context, org admin.OrgID, name string) (eventschema.Schema, error) {
	return one(ctx, s.reader(), "event schema", s.db.sql.eventSchema.get, scanEventSchema, org, name)
}

func (s eventSchemas) List(
	ctx context.Context, org admin.OrgID, seek admin.Seek[string],
) ([]eventschema.Schema, error) {
	return rows(ctx, s.reader(), "event schema", s.db.sql.eventSchema.list, scanEventSchema, org, seek.After, seek.Limit)
}

func (s eventSchemas) Delete(ctx context.Context, org admin.OrgID, d eventschema.Deletion, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.eventSchema
		if err := s.db.sql.setting.held(ctx, t, org); err != nil {
			return err
		}
		err := t.change(ctx, "event schema", q.last,
			[]any{at(d.At), d.By.Kind, actorID(d.By), org, d.Name, d.Version}, q.get, org, d.Name)
		if err != nil {
			return err
		}
		users, err := rows(ctx, t, "enrichment", q.user, scanText, org, d.Name)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return eventschema.InUse(d.Name)
		}
		if _, err := t.exec(ctx, "event schema", q.keepLast, org, d.Name); err != nil {
			return err
		}
		_, err = t.exec(ctx, "event schema", q.remove, org, d.Name)
		return err
	})
}

func (s eventSchemas) History(
	ctx context.Context, org admin.OrgID, name string, seek admin.Seek[int64],
) ([]eventschema.Version, error) {
	below := int64(math.MaxInt64)
	if seek.After != 0 {
		below = seek.After
	}
	return rows(ctx, s.reader(), "event schema version", s.db.sql.eventSchema.history, scanEventSchemaVersion,
		org, name, below, seek.Limit)
}

func (s eventSchemas) Version(
	ctx context.Context, org admin.OrgID, name string, number int64,
) (eventschema.Version, error) {
	return one(ctx, s.reader(), "event schema version", s.db.sql.eventSchema.version, scanEventSchemaVersion,
		org, name, number)
}

func scanEventSchemaVersion(scan func(...any) error, v *eventschema.Version) error {
	return scanEventSchema(func(dest ...any) error { return scan(append(dest, &v.Deleted)...) }, &v.Schema)
}

func scanEventSchema(scan func(...any) error, v *eventschema.Schema) error {
	var definition string
	err := scan(&v.Name, &definition, scanAt(&v.CreatedAt), &v.CreatedBy.Kind, scanActorID(&v.CreatedBy),
		scanAt(&v.UpdatedAt), &v.UpdatedBy.Kind, scanActorID(&v.UpdatedBy), &v.Version)
	if err != nil {
		return err
	}
	return decodeEventSchema(definition, v)
}
