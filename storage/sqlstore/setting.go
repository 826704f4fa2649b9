package sqlstore

import (
	"context"
	"math"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

type settingStore struct{ access }

type settingSQL struct {
	insert, get, lookup, lookups, update, last, remove string
	list                                               list
	keep, keepLast, history, version                   string
	counter                                            bulk
	lock, countUp, countDown, counts                   string
}

// How many keys one look-up takes: a path has three levels at most, and an enrichment mostly ten
// dependencies or less.
const (
	lookupWidth  = 3
	lookupsWidth = 30
)

func newSettingSQL(db *DB) settingSQL {
	const names = `id, entity_kind, entity_id, namespace, name, value_type, value_text, schema_text,
		created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, version`
	const columns = `SELECT ` + names + ` FROM {settings}{index} `
	const copied = `INSERT INTO {setting_versions} (org_id, ` + names + `, deleted) SELECT org_id, ` + names + `, `
	const versions = `SELECT ` + names + `, deleted FROM {setting_versions} `
	// For each setting that is found, because the organization is that of each key.
	const alive = ` AND (SELECT o.status FROM {organizations} o WHERE o.org_id = {settings}.org_id) <> 'DELETED'`
	const key = `org_id = ? AND entity_kind = ? AND entity_id = ? AND namespace = ? AND name = ?`
	return settingSQL{
		insert: db.bind(`INSERT INTO {settings} (org_id, ` + names + `)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get: db.bind(columns + `WHERE org_id = ? AND id = ?`),
		// With the whole key in each part, SQLite finds each by the index; with what they share
		// taken out it would read the whole organization.
		lookup:  db.bindAll(columns + `WHERE (` + key + strings.Repeat(` OR `+key, lookupWidth-1) + `)` + alive),
		lookups: db.bindAll(columns + `WHERE (` + key + strings.Repeat(` OR `+key, lookupsWidth-1) + `)` + alive),
		list: newList(db, columns+`WHERE org_id = ?`, []string{"entity_kind", "entity_id", "namespace", "name", "value_type"},
			` AND id > ? ORDER BY id LIMIT ?`, walk{"settings_entity", "entity_kind entity_id"}, walk{"settings_name", "name"},
			walk{"settings_namespace", "namespace"}, walk{"settings_value_type", "value_type"},
			walk{"settings_entity_kind", "entity_kind"}),
		update: db.bind(`UPDATE {settings} SET value_type = ?, value_text = ?, schema_text = ?, updated_at = ?,
			updated_by_kind = ?, updated_by_id = ?, version = version + 1 WHERE org_id = ? AND id = ? AND version = ?`),
		last: db.bind(`UPDATE {settings} SET updated_at = ?, updated_by_kind = ?, updated_by_id = ?,
			version = version + 1 WHERE org_id = ? AND id = ? AND version = ?`),
		remove: db.bind(`DELETE FROM {settings} WHERE org_id = ? AND id = ?`),
		// The version is a copy of the row, so that the two cannot differ.
		keep:      db.bind(copied + `0 FROM {settings} WHERE org_id = ? AND id = ?`),
		keepLast:  db.bind(copied + `1 FROM {settings} WHERE org_id = ? AND id = ?`),
		history:   db.bind(versions + `WHERE org_id = ? AND id = ? AND version < ? ORDER BY version DESC LIMIT ?`),
		version:   db.bind(versions + `WHERE org_id = ? AND id = ? AND version = ?`),
		counter:   newBulk(db, "setting_counts", []string{"org_id", "settings bigint"}, []string{"org_id"}, nil),
		lock:      db.bind(db.dialect.hold("setting_counts", "settings")),
		countUp:   db.bind(`UPDATE {setting_counts} SET settings = settings + 1 WHERE org_id = ?`),
		countDown: db.bind(`UPDATE {setting_counts} SET settings = settings - 1 WHERE org_id = ?`),
		counts: db.bind(`SELECT c.settings, (SELECT COUNT(*) FROM {settings} s
			WHERE s.org_id = c.org_id AND s.entity_kind = ? AND s.entity_id = ?{latest})
			FROM {setting_counts} c WHERE c.org_id = ?{latest}`),
	}
}

func (s settingStore) Create(
	ctx context.Context, org admin.OrgID, v settings.Setting, limits settings.Limits, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.setting
		if err := q.held(ctx, t, org); err != nil {
			return err
		}
		if _, err := t.exec(ctx, "setting", q.countUp, org); err != nil {
			return err
		}
		_, err := t.exec(ctx, "setting", q.insert, org, id(v.ID), v.Entity.Kind, v.Entity.ID, v.Namespace, v.Name,
			v.Value.Type(), v.Value.Text(), v.Schema.Text(), at(v.CreatedAt), v.CreatedBy.Kind, actorID(v.CreatedBy),
			at(v.UpdatedAt), v.UpdatedBy.Kind, actorID(v.UpdatedBy), v.Version)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, "setting", q.keep, org, id(v.ID)); err != nil {
			return err
		}
		n, err := one(ctx, t, "setting", q.counts,
			func(scan func(...any) error, n *[2]int) error { return scan(&n[0], &n[1]) }, v.Entity.Kind, v.Entity.ID, org)
		if err != nil {
			return err
		}
		return limits.Check(v.Entity, n[1], n[0])
	})
}

// held makes the organization's other writes of the kind wait until this one is over: its row of
// counts is the lock, because the organization's own would hold up everything else too.
func (q settingSQL) held(ctx context.Context, t *tx, org admin.OrgID) error {
	if err := q.counter.insert(ctx, t, "setting", 1, func(int) []any { return []any{org, 0} }); err != nil {
		return err
	}
	_, err := one(ctx, t, "setting", q.lock, func(scan func(...any) error, n *int) error { return scan(n) }, org)
	return err
}

func (s settingStore) Get(ctx context.Context, org admin.OrgID, settingID uuid.UUID) (settings.Setting, error) {
	return one(ctx, s.reader(), "setting", s.db.sql.setting.get, scanSetting, org, id(settingID))
}

func (s settingStore) Lookup(ctx context.Context, org admin.OrgID, keys []settings.Key) ([]settings.Setting, error) {
	var out []settings.Setting
	for len(keys) > 0 {
		query, width := s.db.sql.setting.lookup, lookupWidth
		if len(keys) > lookupWidth {
			query, width = s.db.sql.setting.lookups, lookupsWidth
		}
		n := min(width, len(keys))
		args := make([]any, 0, 5*width)
		for i := range width {
			// The same key again asks for nothing more.
			k := keys[min(i, n-1)]
			args = append(args, org, k.Entity.Kind, k.Entity.ID, k.Namespace, k.Name)
		}
		found, err := rows(ctx, s.reader(), "setting", query, scanSetting, args...)
		if err != nil {
			return nil, err
		}
		out, keys = append(out, found...), keys[n:]
	}
	return out, nil
}

func (s settingStore) List(
	ctx context.Context, org admin.OrgID, f settings.Filter, seek admin.Seek[uuid.UUID],
) ([]settings.Setting, error) {
	filters := byText(string(f.Entity.Kind), f.Entity.ID, f.Namespace, f.Name, string(f.Type))
	if f.Entity.Kind == settings.Organization {
		filters[1] = []any{""} // which is its id
	}
	query, args := s.db.sql.setting.list.page([]any{org}, filters, seek.After.String(), seek.Limit)
	return rows(ctx, s.reader(), "setting", query, scanSetting, args...)
}

func (s settingStore) Update(ctx context.Context, org admin.OrgID, v settings.Setting, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.setting
		err := t.change(ctx, "setting", q.update, []any{
			v.Value.Type(), v.Value.Text(), v.Schema.Text(), at(v.UpdatedAt), v.UpdatedBy.Kind, actorID(v.UpdatedBy),
			org, id(v.ID), v.Version,
		}, q.get, org, id(v.ID))
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, "setting", q.keep, org, id(v.ID))
		return err
	})
}

func (s settingStore) Delete(ctx context.Context, org admin.OrgID, d settings.Deletion, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.setting
		if err := q.held(ctx, t, org); err != nil {
			return err
		}
		old, err := one(ctx, t, "setting", q.get, scanSetting, org, id(d.ID))
		if err != nil {
			return err
		}
		err = t.change(ctx, "setting", q.last, []any{at(d.At), d.By.Kind, actorID(d.By), org, id(d.ID), d.Version},
			q.get, org, id(d.ID))
		if err != nil {
			return err
		}
		if !d.InUse && old.Entity.Kind.Resolved() {
			users, err := rows(ctx, t, "enrichment", s.db.sql.enrichment.latestUsers, scanText,
				org, old.Namespace, old.Name, "", settings.MaxUsersNamed+1)
			if err != nil {
				return err
			}
			if err := settings.NewInUse(users); err != nil {
				return err
			}
		}
		if _, err := t.exec(ctx, "setting", q.keepLast, org, id(d.ID)); err != nil {
			return err
		}
		if _, err := t.exec(ctx, "setting", q.remove, org, id(d.ID)); err != nil {
			return err
		}
		_, err = t.exec(ctx, "setting", q.countDown, org)
		return err
	})
}

func (s settingStore) History(
	ctx context.Context, org admin.OrgID, settingID uuid.UUID, seek admin.Seek[int64],
) ([]settings.Version, error) {
	below := int64(math.MaxInt64)
	if seek.After != 0 {
		below = seek.After
	}
	return rows(ctx, s.reader(), "setting version", s.db.sql.setting.history, scanVersion,
		org, id(settingID), below, seek.Limit)
}

func (s settingStore) Version(
	ctx context.Context, org admin.OrgID, settingID uuid.UUID, number int64,
) (settings.Version, error) {
	return one(ctx, s.reader(), "setting version", s.db.sql.setting.version, scanVersion, org, id(settingID), number)
}

func scanVersion(scan func(...any) error, v *settings.Version) error {
	return scanSetting(func(dest ...any) error { return scan(append(dest, &v.Deleted)...) }, &v.Setting)
}

func scanSetting(scan func(...any) error, v *settings.Setting) error {
	var kind settings.Type
	var text, schema string
	err := scan(scanID(&v.ID), &v.Entity.Kind, &v.Entity.ID, &v.Namespace, &v.Name, &kind, &text, &schema,
		scanAt(&v.CreatedAt), &v.CreatedBy.Kind, scanActorID(&v.CreatedBy), scanAt(&v.UpdatedAt),
		&v.UpdatedBy.Kind, scanActorID(&v.UpdatedBy), &v.Version)
	if err != nil {
		return err
	}
	// A row that another program wrote is checked here as well.
	if v.Value, err = settings.ParseValue(kind, text); err != nil || schema == "" {
		return err
	}
	v.Schema, err = settings.ParseSchema([]byte(schema))
	return err
}
