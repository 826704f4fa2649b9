package sqlstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

type settingStore struct{ access }

type settingSQL struct {
	insert, get, lookup, update, remove string
	list, listOf                        filtered
}

// lookupWidth is how many entities one look-up takes: a path has three levels at most.
const lookupWidth = 3

func newSettingSQL(db *DB) settingSQL {
	const columns = `SELECT id, entity_kind, entity_id, namespace, name, value_type, value_text,
		created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, version FROM {settings} `
	const key = `org_id = ? AND entity_kind = ? AND entity_id = ? AND namespace = ? AND name = ?`
	rest := []string{"namespace = ?", "name = ?", "value_type = ?"}
	const page = ` ORDER BY id LIMIT ?`
	return settingSQL{
		insert: db.bind(`INSERT INTO {settings} (org_id, id, entity_kind, entity_id, namespace, name, value_type, value_text,
			created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get: db.bind(columns + `WHERE org_id = ? AND id = ?`),
		// With the whole key in each part, SQLite finds each by the index; with what they share
		// taken out it would read the whole organization.
		lookup: db.bind(columns + `WHERE ` + key + ` OR ` + key + ` OR ` + key),
		list:   newFiltered(db, columns+`WHERE org_id = ? AND id > ?`, append(rest[:3:3], "entity_kind = ?"), page),
		// One entity's settings are few among an organization's. Without the subquery SQLite walks
		// all of them in order of id, because they are asked for in that order.
		listOf: newFiltered(db, columns+`WHERE org_id = ? AND id IN (
			SELECT id FROM {settings} WHERE org_id = ? AND entity_kind = ? AND entity_id = ? AND id > ?)`, rest, page),
		update: db.bind(`UPDATE {settings} SET value_type = ?, value_text = ?, updated_at = ?, updated_by_kind = ?, updated_by_id = ?,
			version = version + 1 WHERE org_id = ? AND id = ? AND version = ?`),
		remove: db.bind(`DELETE FROM {settings} WHERE org_id = ? AND id = ? AND version = ?`),
	}
}

func (s settingStore) Create(ctx context.Context, org admin.OrgID, v settings.Setting, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		_, err := t.exec(ctx, "setting", s.db.sql.setting.insert, org, id(v.ID), v.Entity.Kind, v.Entity.ID, v.Namespace, v.Name,
			v.Value.Type(), v.Value.Text(), at(v.CreatedAt), v.CreatedBy.Kind, v.CreatedBy.ID,
			at(v.UpdatedAt), v.UpdatedBy.Kind, v.UpdatedBy.ID, v.Version)
		return err
	})
}

func (s settingStore) Get(ctx context.Context, org admin.OrgID, settingID uuid.UUID) (settings.Setting, error) {
	return one(ctx, s.reader(), "setting", s.db.sql.setting.get, scanSetting, org, id(settingID))
}

func (s settingStore) Lookup(ctx context.Context, org admin.OrgID, entities []settings.Entity, namespace, name string) ([]settings.Setting, error) {
	var out []settings.Setting
	for len(entities) > 0 {
		n := min(lookupWidth, len(entities))
		var args []any
		for i := range lookupWidth {
			// The same entity again asks for nothing more.
			e := entities[min(i, n-1)]
			args = append(args, org, e.Kind, e.ID, namespace, name)
		}
		found, err := rows(ctx, s.reader(), "setting", s.db.sql.setting.lookup, scanSetting, args...)
		if err != nil {
			return nil, err
		}
		out, entities = append(out, found...), entities[n:]
	}
	return out, nil
}

func (s settingStore) List(ctx context.Context, org admin.OrgID, f settings.Filter, seek admin.Seek[uuid.UUID]) ([]settings.Setting, error) {
	rest := []string{f.Namespace, f.Name, string(f.Type)}
	query, args := s.db.sql.setting.list.by(append(rest[:3:3], string(f.Entity.Kind)), []any{org, seek.After.String()}, seek.Limit)
	if f.Entity.ID != "" || f.Entity.Kind == settings.Organization { // which has no id
		query, args = s.db.sql.setting.listOf.by(rest, []any{org, org, f.Entity.Kind, f.Entity.ID, seek.After.String()}, seek.Limit)
	}
	return rows(ctx, s.reader(), "setting", query, scanSetting, args...)
}

func (s settingStore) Update(ctx context.Context, org admin.OrgID, v settings.Setting, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.setting
		return t.change(ctx, "setting", q.update, []any{
			v.Value.Type(), v.Value.Text(), at(v.UpdatedAt), v.UpdatedBy.Kind, v.UpdatedBy.ID, org, id(v.ID), v.Version,
		}, q.get, org, id(v.ID))
	})
}

func (s settingStore) Delete(ctx context.Context, org admin.OrgID, settingID uuid.UUID, version int64, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.setting
		return t.change(ctx, "setting", q.remove, []any{org, id(settingID), version}, q.get, org, id(settingID))
	})
}

func scanSetting(scan func(...any) error, v *settings.Setting) error {
	var kind settings.Type
	var text string
	err := scan(scanID(&v.ID), &v.Entity.Kind, &v.Entity.ID, &v.Namespace, &v.Name, &kind, &text,
		scanAt(&v.CreatedAt), &v.CreatedBy.Kind, &v.CreatedBy.ID, scanAt(&v.UpdatedAt), &v.UpdatedBy.Kind, &v.UpdatedBy.ID, &v.Version)
	if err != nil {
		return err
	}
	// What somebody else wrote into the table is refused here and not taken for checked.
	v.Value, err = settings.ParseValue(kind, text)
	return err
}
