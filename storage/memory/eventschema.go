package memory

import (
	"cmp"
	"context"
	"math"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/eventschema"
)

// schemaTables are the event schemas by name, and the history of each.
type schemaTables struct {
	rows     *table[string, eventschema.Schema]
	versions *table[schemaVersionKey, eventschema.Version]
}

type schemaVersionKey struct {
	name   string
	number int64
}

func newSchemaTables() schemaTables {
	return schemaTables{
		rows: newTable[string, eventschema.Schema](strings.Compare),
		versions: newTable[schemaVersionKey, eventschema.Version](func(a, b schemaVersionKey) int {
			return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.number, b.number))
		}),
	}
}

func (t schemaTables) keep(j *journal, v eventschema.Version) {
	t.versions.put(j, schemaVersionKey{v.Schema.Name, v.Schema.Version}, v)
}

// history is the versions under a name below a number, newest first.
func (t schemaTables) history(name string, below int64, limit int) []eventschema.Version {
	out := t.versions.descending(schemaVersionKey{name, below}, limit,
		func(v eventschema.Version) bool { return v.Schema.Name == name })
	for i := range out {
		out[i].Schema = out[i].Schema.Clone()
	}
	return out
}

type eventSchemas struct{ access }

func (s eventSchemas) Put(
	ctx context.Context, org admin.OrgID, v eventschema.Schema, most int, rec admin.Record,
) (version int64, err error) {
	err = s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, ok := t.schemas.rows.get(v.Name)
		v = v.Clone()
		switch {
		case v.Version == 0 && ok:
			return taken("event schema")
		case v.Version == 0 && len(t.schemas.rows.order) >= most:
			return eventschema.TooMany(most)
		case v.Version == 0:
			if last := t.schemas.history(v.Name, math.MaxInt64, 1); len(last) > 0 {
				v.Version = last[0].Schema.Version
			}
			old = v
		case !ok:
			return missing("event schema")
		case old.Version != v.Version:
			return conflict("event schema")
		}
		old.Description, old.Attributes, old.Dimensions = v.Description, v.Attributes, v.Dimensions
		old.UpdatedAt, old.UpdatedBy = v.UpdatedAt, v.UpdatedBy
		old.Version = v.Version + 1
		version = old.Version
		t.schemas.rows.put(j, v.Name, old)
		t.schemas.keep(j, eventschema.Version{Schema: old})
		return nil
	})
	return version, err
}

func (s eventSchemas) Get(ctx context.Context, org admin.OrgID, name string) (v eventschema.Schema, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		found, ok := t.schemas.rows.get(name)
		if !ok {
			return missing("event schema")
		}
		v = found.Clone()
		return nil
	})
	return v, err
}

func (s eventSchemas) List(
	ctx context.Context, org admin.OrgID, seek admin.Seek[string],
) (out []eventschema.Schema, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.schemas.rows.ascending(seek.After, seek.Limit, nil)
		for i := range out {
			out[i] = out[i].Clone()
		}
		return nil
	})
	return out, err
}

func (s eventSchemas) Delete(ctx context.Context, org admin.OrgID, d eventschema.Deletion, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, ok := t.schemas.rows.get(d.Name)
		switch {
		case !ok:
			return missing("event schema")
		case old.Version != d.Version:
			return conflict("event schema")
		}
		if _, used := t.settings.enrich.get(d.Name); used {
			return eventschema.InUse(d.Name)
		}
		t.schemas.rows.remove(j, d.Name)
		old.UpdatedAt, old.UpdatedBy = d.At, d.By
		old.Version++
		t.schemas.keep(j, eventschema.Version{Schema: old, Deleted: true})
		return nil
	})
}

func (s eventSchemas) History(
	ctx context.Context, org admin.OrgID, name string, seek admin.Seek[int64],
) (out []eventschema.Version, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		below := int64(math.MaxInt64)
		if seek.After != 0 {
			below = seek.After
		}
		out = t.schemas.history(name, below, seek.Limit)
		return nil
	})
	return out, err
}

func (s eventSchemas) Version(
	ctx context.Context, org admin.OrgID, name string, number int64,
) (v eventschema.Version, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		found, ok := t.schemas.versions.get(schemaVersionKey{name, number})
		if !ok {
			return missing("event schema version")
		}
		v = found
		v.Schema = v.Schema.Clone()
		return nil
	})
	return v, err
}
