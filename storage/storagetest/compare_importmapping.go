package storagetest

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

func (s *script) mappingType() bulkimport.TypeName {
	return pick(s, bulkimport.CustomersType, bulkimport.AccountsType, "Customers")
}

func (s *script) newMapping() bulkimport.SavedMapping {
	return bulkimport.SavedMapping{
		ID: s.id(), Type: s.mappingType(), Name: s.text(), Headers: []string{s.text(), ""},
		Mapping:   bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.Constant(s.text())},
		Settings:  bulkimport.Settings{Mode: bulkimport.Upsert, Blank: []string{s.text()}},
		CreatedAt: s.now, CreatedBy: s.actor(), UpdatedAt: s.now, Version: 1,
	}
}

// mapping is one of those that are there, or a new one.
func (s *script) mapping(org admin.OrgID) bulkimport.SavedMapping {
	list, err := s.ref.ImportMappings().List(s.t.Context(), org, s.mappingType(), largest[string]())
	if m := one(s, list, err); m.Version > 0 {
		return m
	}
	return s.newMapping()
}

func importMappingDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"ImportMappings.Create": func(s *script) do {
			org, m, limit, rec := s.org(), s.newMapping(), pick(s, 2, 1000), s.rec("import_mapping.create")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.ImportMappings().Create(ctx, org, m, limit, rec)
			}
		},
		"ImportMappings.Get": func(s *script) do {
			org := s.org()
			m := s.mapping(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.ImportMappings().Get(ctx, org, m.ID)
			}
		},
		"ImportMappings.List": func(s *script) do {
			org, of := s.org(), s.mappingType()
			seek := admin.Seek[string]{After: pick(s, "", "a", "k", "ss"), Limit: 1 + s.r.IntN(3)}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.ImportMappings().List(ctx, org, of, seek)
			}
		},
		"ImportMappings.Update": func(s *script) do {
			org, m, rec := s.org(), s.newMapping(), s.rec("import_mapping.replace")
			old := s.mapping(org)
			m.ID, m.Version = old.ID, s.version(old.Version)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.ImportMappings().Update(ctx, org, m, rec)
			}
		},
		"ImportMappings.Delete": func(s *script) do {
			org, rec := s.org(), s.rec("import_mapping.delete")
			m := s.mapping(org)
			version := s.version(m.Version)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.ImportMappings().Delete(ctx, org, m.ID, version, rec)
			}
		},
	}
}
