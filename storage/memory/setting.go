package memory

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

// settingTables are the settings by id, and their ids by what they are unique by.
type settingTables struct {
	rows *table[uuid.UUID, settings.Setting]
	ids  *table[settingKey, uuid.UUID]
}

func newSettingTables() settingTables {
	return settingTables{
		rows: newTable[uuid.UUID, settings.Setting](compareID),
		ids:  newTable[settingKey, uuid.UUID](compareSettingKey),
	}
}

type settingKey struct {
	entity          settings.Entity
	namespace, name string
}

func settingKeyOf(s settings.Setting) settingKey { return settingKey{s.Entity, s.Namespace, s.Name} }

func compareSettingKey(a, b settingKey) int {
	return cmp.Or(
		strings.Compare(string(a.entity.Kind), string(b.entity.Kind)), strings.Compare(a.entity.ID, b.entity.ID),
		strings.Compare(a.namespace, b.namespace), strings.Compare(a.name, b.name),
	)
}

type settingStore struct{ access }

func (s settingStore) Create(ctx context.Context, org admin.OrgID, v settings.Setting, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if _, ok := t.settings.rows.get(v.ID); ok {
			return taken("setting")
		}
		if _, ok := t.settings.ids.get(settingKeyOf(v)); ok {
			return taken("setting")
		}
		t.settings.rows.put(j, v.ID, v)
		t.settings.ids.put(j, settingKeyOf(v), v.ID)
		return nil
	})
}

func (s settingStore) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (v settings.Setting, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if v, ok = t.settings.rows.get(id); !ok {
			return missing("setting")
		}
		return nil
	})
	return v, err
}

func (s settingStore) Lookup(ctx context.Context, org admin.OrgID, entities []settings.Entity, namespace, name string) (out []settings.Setting, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, e := range entities {
			if id, ok := t.settings.ids.get(settingKey{e, namespace, name}); ok {
				v, _ := t.settings.rows.get(id)
				out = append(out, v)
			}
		}
		return nil
	})
	return out, err
}

func (s settingStore) List(ctx context.Context, org admin.OrgID, f settings.Filter, seek admin.Seek[uuid.UUID]) (out []settings.Setting, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.settings.rows.ascending(seek.After, seek.Limit, func(v settings.Setting) bool {
			return wants(f.Entity.Kind, v.Entity.Kind) && wants(f.Entity.ID, v.Entity.ID) &&
				wants(f.Namespace, v.Namespace) && wants(f.Name, v.Name) && wants(f.Type, v.Value.Type())
		})
		return nil
	})
	return out, err
}

func (s settingStore) Update(ctx context.Context, org admin.OrgID, v settings.Setting, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, err := t.settings.at(v.ID, v.Version)
		if err != nil {
			return err
		}
		old.Value, old.UpdatedAt, old.UpdatedBy = v.Value, v.UpdatedAt, v.UpdatedBy
		old.Version++
		t.settings.rows.put(j, v.ID, old)
		return nil
	})
}

func (s settingStore) Delete(ctx context.Context, org admin.OrgID, id uuid.UUID, version int64, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, err := t.settings.at(id, version)
		if err != nil {
			return err
		}
		t.settings.rows.remove(j, id)
		t.settings.ids.remove(j, settingKeyOf(old))
		return nil
	})
}

// at is the setting as long as it has this version.
func (t settingTables) at(id uuid.UUID, version int64) (settings.Setting, error) {
	v, ok := t.rows.get(id)
	if !ok {
		return v, missing("setting")
	}
	if v.Version != version {
		return v, conflict("setting")
	}
	return v, nil
}
