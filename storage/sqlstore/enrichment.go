package sqlstore

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/enrich"
)

type enrichments struct{ access }

type enrichmentSQL struct {
	insert, get, list, update, remove, count string
	depend                                   bulk
	forget, users, latestUsers               string
}

func newEnrichmentSQL(db *DB) enrichmentSQL {
	const names = `event_schema, definition, created_at, created_by_kind, created_by_id, updated_at,
		updated_by_kind, updated_by_id, version`
	const columns = `SELECT ` + names + ` FROM {enrichments} `
	const users = `SELECT event_schema FROM {enrichment_dependencies}
		WHERE org_id = ? AND namespace = ? AND name = ? AND event_schema > ? ORDER BY event_schema LIMIT ?`
	return enrichmentSQL{
		insert: db.bind(`INSERT INTO {enrichments} (org_id, ` + names + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get:    db.bind(columns + `WHERE org_id = ? AND event_schema = ?`),
		list:   db.bind(columns + `WHERE org_id = ? AND event_schema > ? ORDER BY event_schema LIMIT ?`),
		update: db.bind(`UPDATE {enrichments} SET definition = ?, updated_at = ?, updated_by_kind = ?, updated_by_id = ?,
			version = version + 1 WHERE org_id = ? AND event_schema = ? AND version = ?`),
		remove: db.bind(`DELETE FROM {enrichments} WHERE org_id = ? AND event_schema = ? AND version = ?`),
		count:  db.bind(`SELECT COUNT(*) FROM {enrichments} WHERE org_id = ?{latest}`),
		// An enrichment may take one setting under two names, which is one use.
		depend: newBulk(db, "enrichment_dependencies", []string{"org_id", "event_schema", "namespace", "name"},
			[]string{"org_id", "namespace", "name", "event_schema"}, nil),
		forget:      db.bind(`DELETE FROM {enrichment_dependencies} WHERE org_id = ? AND event_schema = ?`),
		users:       db.bind(users),
		latestUsers: db.bind(users + `{latest}`),
	}
}

func (s enrichments) Put(ctx context.Context, org admin.OrgID, e enrich.Enrichment, most int, rec admin.Record) error {
	definition, err := encodeDefinition(e)
	if err != nil {
		return err
	}
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.enrichment
		if err := s.db.sql.setting.held(ctx, t, org); err != nil {
			return err
		}
		if e.Version == 0 {
			err = q.create(ctx, t, org, e, definition, most)
		} else {
			err = t.change(ctx, "enrichment", q.update, []any{
				definition, at(e.UpdatedAt), e.UpdatedBy.Kind, actorID(e.UpdatedBy), org, e.EventSchema, e.Version,
			}, q.get, org, e.EventSchema)
		}
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, "enrichment", q.forget, org, e.EventSchema); err != nil {
			return err
		}
		return q.depend.insert(ctx, t, "enrichment", len(e.Dependencies), func(i int) []any {
			return []any{org, e.EventSchema, e.Dependencies[i].Namespace, e.Dependencies[i].Setting}
		})
	})
}

func (q enrichmentSQL) create(
	ctx context.Context, t *tx, org admin.OrgID, e enrich.Enrichment, definition string, most int,
) error {
	_, err := t.exec(ctx, "enrichment", q.insert, org, e.EventSchema, definition, at(e.CreatedAt),
		e.CreatedBy.Kind, actorID(e.CreatedBy), at(e.UpdatedAt), e.UpdatedBy.Kind, actorID(e.UpdatedBy), 1)
	if err != nil {
		return err
	}
	n, err := one(ctx, t, "enrichment", q.count, func(scan func(...any) error, n *int) error { return scan(n) }, org)
	if err != nil {
		return err
	}
	if n > most {
		return enrich.TooMany(most)
	}
	return nil
}

func (s enrichments) Get(ctx context.Context, org admin.OrgID, eventSchema string) (enrich.Enrichment, error) {
	return one(ctx, s.reader(), "enrichment", s.db.sql.enrichment.get, scanEnrichment, org, eventSchema)
}

func (s enrichments) List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]enrich.Enrichment, error) {
	return rows(ctx, s.reader(), "enrichment", s.db.sql.enrichment.list, scanEnrichment, org, seek.After, seek.Limit)
}

func (s enrichments) Delete(
	ctx context.Context, org admin.OrgID, eventSchema string, version int64, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.enrichment
		// What belongs to it goes first; if the version is another, it is rolled back with the rest.
		if _, err := t.exec(ctx, "enrichment", q.forget, org, eventSchema); err != nil {
			return err
		}
		return t.change(ctx, "enrichment", q.remove, []any{org, eventSchema, version}, q.get, org, eventSchema)
	})
}

func (s enrichments) Users(
	ctx context.Context, org admin.OrgID, namespace, name string, seek admin.Seek[string],
) ([]string, error) {
	return rows(ctx, s.reader(), "enrichment", s.db.sql.enrichment.users, scanText,
		org, namespace, name, seek.After, seek.Limit)
}

func scanEnrichment(scan func(...any) error, e *enrich.Enrichment) error {
	var definition string
	err := scan(&e.EventSchema, &definition, scanAt(&e.CreatedAt), &e.CreatedBy.Kind, scanActorID(&e.CreatedBy),
		scanAt(&e.UpdatedAt), &e.UpdatedBy.Kind, scanActorID(&e.UpdatedBy), &e.Version)
	if err != nil {
		return err
	}
	return decodeDefinition(definition, e)
}
