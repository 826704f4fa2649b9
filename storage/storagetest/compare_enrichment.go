package storagetest

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/storage"
)

func eventSchemaNames() []string { return []string{"trips", "Trips", "trips.", "caf\u00e9"} }

func (s *script) eventSchema() string { return pick(s, eventSchemaNames()...) }

// newEnrichment is one of an event schema, with none to two dependencies.
func (s *script) newEnrichment() enrich.Enrichment {
	e := enrich.Enrichment{
		EventSchema: s.eventSchema(),
		Fields:      []enrich.Field{{Name: "a", Type: enrich.Attribute, Source: enrich.FromValue, Value: s.text(), Order: 1}},
		CreatedAt:   s.now, CreatedBy: s.actor(), UpdatedAt: s.now, UpdatedBy: s.actor(),
	}
	for _, name := range []string{"one", "two"}[:s.r.IntN(3)] {
		e.Dependencies = append(e.Dependencies,
			enrich.Dependency{Name: name, Namespace: s.namespace(), Setting: s.settingName()})
	}
	return e
}

// enrichment is a changed one of those that are there, or a new one.
func (s *script) enrichment(org admin.OrgID) enrich.Enrichment {
	list, err := s.ref.Enrichments().List(s.t.Context(), org, largest[string]())
	had := one(s, list, err)
	e := s.newEnrichment()
	if had.EventSchema != "" {
		e.EventSchema, e.Version = had.EventSchema, s.version(had.Version)
	}
	return e
}

func enrichmentDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Settings.History": func(s *script) do {
			org := s.org()
			v, seek := s.setting(org), admin.Seek[int64]{Limit: 1 + s.r.IntN(4), After: int64(s.r.IntN(4))}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Settings().History(ctx, org, v.ID, seek)
			}
		},
		"Settings.Version": func(s *script) do {
			org := s.org()
			v, number := s.setting(org), int64(1+s.r.IntN(3))
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Settings().Version(ctx, org, v.ID, number)
			}
		},
		"Enrichments.Put": func(s *script) do {
			org, rec, most := s.org(), s.rec("enrichment.put"), 1+s.r.IntN(4)
			e := s.newEnrichment()
			if s.chance(2) {
				e = s.enrichment(org)
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Enrichments().Put(ctx, org, e, most, rec)
			}
		},
		"Enrichments.Get": func(s *script) do {
			org := s.org()
			name := pick(s, s.enrichment(org).EventSchema, s.eventSchema(), s.text())
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Enrichments().Get(ctx, org, name) }
		},
		"Enrichments.List": func(s *script) do {
			org, seek := s.org(), s.textSeek()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Enrichments().List(ctx, org, seek)
			}
		},
		"Enrichments.Delete": func(s *script) do {
			org, rec := s.org(), s.rec("enrichment.delete")
			e := s.enrichment(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Enrichments().Delete(ctx, org, e.EventSchema, e.Version, rec)
			}
		},
		"Enrichments.Users": func(s *script) do {
			org, namespace, name, seek := s.org(), s.namespace(), s.settingName(), s.textSeek()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Enrichments().Users(ctx, org, namespace, name, seek)
			}
		},
	}
}
