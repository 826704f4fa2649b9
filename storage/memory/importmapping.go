package memory

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

type importMappings struct{ access }

const mappingNoun = "import mapping"

func (s importMappings) Create(
	ctx context.Context, org admin.OrgID, m bulkimport.SavedMapping, limit int, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if err := bulkimport.CheckMappings(len(t.mappingsOf(m.Type)), limit); err != nil {
			return err
		}
		if _, ok := t.mappings.get(m.ID); ok || t.named(m) {
			return taken(mappingNoun)
		}
		t.mappings.put(j, m.ID, m.Clone())
		return nil
	})
}

// mappingsOf returns the mappings of a type in order of their names.
func (t *tenant) mappingsOf(of bulkimport.TypeName) (out []bulkimport.SavedMapping) {
	for _, m := range t.mappings.rows {
		if m.Type == of {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b bulkimport.SavedMapping) int { return strings.Compare(a.NameKey(), b.NameKey()) })
	return out
}

// named reports whether another mapping of the type has the name of m.
func (t *tenant) named(m bulkimport.SavedMapping) bool {
	_, found := t.mappings.find(func(other bulkimport.SavedMapping) bool {
		return other.ID != m.ID && other.Type == m.Type && other.NameKey() == m.NameKey()
	})
	return found
}

func (s importMappings) Get(
	ctx context.Context, org admin.OrgID, id uuid.UUID,
) (m bulkimport.SavedMapping, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		got, ok := t.mappings.get(id)
		if !ok {
			return missing(mappingNoun)
		}
		m = got.Clone()
		return nil
	})
	return m, err
}

func (s importMappings) List(
	ctx context.Context, org admin.OrgID, of bulkimport.TypeName, seek admin.Seek[string],
) (out []bulkimport.SavedMapping, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, m := range t.mappingsOf(of) {
			if m.NameKey() > seek.After && len(out) < seek.Limit {
				out = append(out, m.Clone())
			}
		}
		return nil
	})
	return out, err
}

func (s importMappings) Update(
	ctx context.Context, org admin.OrgID, m bulkimport.SavedMapping, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, err := t.mappingAt(m.ID, m.Version)
		if err != nil {
			return err
		}
		m := m.Clone()
		m.Type, m.CreatedAt, m.CreatedBy, m.Version = old.Type, old.CreatedAt, old.CreatedBy, old.Version+1
		if t.named(m) {
			return taken(mappingNoun)
		}
		t.mappings.put(j, m.ID, m)
		return nil
	})
}

// mappingAt returns the mapping of a version.
func (t *tenant) mappingAt(id uuid.UUID, version int64) (bulkimport.SavedMapping, error) {
	m, ok := t.mappings.get(id)
	switch {
	case !ok:
		return m, missing(mappingNoun)
	case m.Version != version:
		return m, conflict(mappingNoun)
	}
	return m, nil
}

func (s importMappings) Delete(
	ctx context.Context, org admin.OrgID, id uuid.UUID, version int64, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if _, err := t.mappingAt(id, version); err != nil {
			return err
		}
		t.mappings.remove(j, id)
		return nil
	})
}
