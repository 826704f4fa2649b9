package memory

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
)

// settingTables are the settings by id, their ids by what they are unique by, the history of each,
// and what depends on them.
type settingTables struct {
	rows     *table[uuid.UUID, settings.Setting]
	ids      *table[settings.Key, uuid.UUID]
	versions *table[versionKey, settings.Version]
	enrich   *table[string, enrich.Enrichment]
}

type versionKey struct {
	id     uuid.UUID
	number int64
}

func versionKeyOf(v settings.Version) versionKey { return versionKey{v.Setting.ID, v.Setting.Version} }

func compareVersionKey(a, b versionKey) int {
	return cmp.Or(compareID(a.id, b.id), cmp.Compare(a.number, b.number))
}

func newSettingTables() settingTables {
	return settingTables{
		rows:     newTable[uuid.UUID, settings.Setting](compareID),
		ids:      newTable[settings.Key, uuid.UUID](compareKeys),
		versions: newTable[versionKey, settings.Version](compareVersionKey),
		enrich:   newTable[string, enrich.Enrichment](strings.Compare),
	}
}

func compareKeys(a, b settings.Key) int {
	return cmp.Or(
		strings.Compare(string(a.Entity.Kind), string(b.Entity.Kind)), strings.Compare(a.Entity.ID, b.Entity.ID),
		strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name),
	)
}

type settingStore struct{ access }

func (s settingStore) Create(
	ctx context.Context, org admin.OrgID, v settings.Setting, limits settings.Limits, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if _, ok := t.settings.versions.get(versionKey{v.ID, v.Version}); ok {
			return taken("setting")
		}
		if _, ok := t.settings.ids.get(v.Key()); ok {
			return taken("setting")
		}
		if err := limits.Check(v.Entity, t.settings.on(v.Entity)+1, len(t.settings.rows.order)+1); err != nil {
			return err
		}
		t.settings.keep(j, v)
		t.settings.ids.put(j, v.Key(), v.ID)
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

func (s settingStore) Lookup(
	ctx context.Context, org admin.OrgID, keys []settings.Key,
) (out []settings.Setting, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, k := range keys {
			if id, ok := t.settings.ids.get(k); ok {
				v, _ := t.settings.rows.get(id)
				out = append(out, v)
			}
		}
		return nil
	})
	return out, err
}

func (s settingStore) List(
	ctx context.Context, org admin.OrgID, f settings.Filter, seek admin.Seek[uuid.UUID],
) (out []settings.Setting, err error) {
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
		old.Value, old.Schema, old.UpdatedAt, old.UpdatedBy = v.Value, v.Schema, v.UpdatedAt, v.UpdatedBy
		old.Version++
		t.settings.keep(j, old)
		return nil
	})
}

func (s settingStore) Delete(ctx context.Context, org admin.OrgID, d settings.Deletion, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, err := t.settings.at(d.ID, d.Version)
		if err != nil {
			return err
		}
		if !d.InUse && old.Entity.Kind.Resolved() {
			if err := settings.NewInUse(t.settings.users(old.Namespace, old.Name, "", settings.MaxUsersNamed+1)); err != nil {
				return err
			}
		}
		t.settings.rows.remove(j, d.ID)
		t.settings.ids.remove(j, old.Key())
		old.UpdatedAt, old.UpdatedBy = d.At, d.By
		old.Version++
		last := settings.Version{Setting: old, Deleted: true}
		t.settings.versions.put(j, versionKeyOf(last), last)
		return nil
	})
}

func (s settingStore) History(
	ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64],
) (out []settings.Version, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		after := versionKey{id, math.MaxInt64}
		if seek.After != 0 {
			after.number = seek.After
		}
		out = t.settings.versions.descending(after, seek.Limit, func(v settings.Version) bool { return v.Setting.ID == id })
		return nil
	})
	return out, err
}

func (s settingStore) Version(
	ctx context.Context, org admin.OrgID, id uuid.UUID, number int64,
) (v settings.Version, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if v, ok = t.settings.versions.get(versionKey{id, number}); !ok {
			return missing("setting version")
		}
		return nil
	})
	return v, err
}

// keep puts a setting and the version that it is now.
func (t settingTables) keep(j *journal, v settings.Setting) {
	t.rows.put(j, v.ID, v)
	now := settings.Version{Setting: v}
	t.versions.put(j, versionKeyOf(now), now)
}

// on counts the settings on an entity, which lie next to each other.
func (t settingTables) on(e settings.Entity) int {
	i, _ := slices.BinarySearchFunc(t.ids.order, settings.Key{Entity: e}, compareKeys)
	n := 0
	for i+n < len(t.ids.order) && t.ids.order[i+n].Entity == e {
		n++
	}
	return n
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
