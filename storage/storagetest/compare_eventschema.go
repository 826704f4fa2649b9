package storagetest

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/storage"
)

// newSchema is a schema that may be there already, with none to two attributes.
func (s *script) newSchema() eventschema.Schema {
	v := eventschema.Schema{
		Name: s.eventSchema(), Description: s.text(),
		CreatedAt: s.now, CreatedBy: s.actor(), UpdatedAt: s.now, UpdatedBy: s.actor(),
	}
	for _, name := range []string{"one", "two"}[:s.r.IntN(3)] {
		v.Attributes = append(v.Attributes,
			eventschema.Attribute{Name: name, Type: eventschema.Numeric, Required: s.chance(2)})
		v.Dimensions = append(v.Dimensions,
			eventschema.Dimension{Name: name, Type: eventschema.String, Values: []string{s.text()}})
	}
	return v
}

// schema is a changed one of those that are there, or a new one.
func (s *script) schema(org admin.OrgID) eventschema.Schema {
	list, err := s.ref.EventSchemas().List(s.t.Context(), org, largest[string]())
	had := one(s, list, err)
	v := s.newSchema()
	if had.Name != "" {
		v.Name, v.Version = had.Name, s.version(had.Version)
	}
	return v
}

func eventSchemaDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"EventSchemas.Put": func(s *script) do {
			org, rec, most := s.org(), s.rec("event_schema.put"), 1+s.r.IntN(4)
			v := s.newSchema()
			if s.chance(2) {
				v = s.schema(org)
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				version, err := st.EventSchemas().Put(ctx, org, v, most, rec)
				return version, err
			}
		},
		"EventSchemas.Get": func(s *script) do {
			org := s.org()
			name := pick(s, s.schema(org).Name, s.eventSchema(), s.text())
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.EventSchemas().Get(ctx, org, name)
			}
		},
		"EventSchemas.List": func(s *script) do {
			org, seek := s.org(), s.textSeek()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.EventSchemas().List(ctx, org, seek)
			}
		},
		"EventSchemas.Delete": func(s *script) do {
			org, rec := s.org(), s.rec("event_schema.delete")
			v := s.schema(org)
			d := eventschema.Deletion{Name: v.Name, Version: v.Version, At: s.now, By: s.actor()}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.EventSchemas().Delete(ctx, org, d, rec)
			}
		},
		"EventSchemas.History": func(s *script) do {
			org := s.org()
			name, seek := s.schema(org).Name, admin.Seek[int64]{Limit: 1 + s.r.IntN(4), After: int64(s.r.IntN(4))}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.EventSchemas().History(ctx, org, name, seek)
			}
		},
		"EventSchemas.Version": func(s *script) do {
			org := s.org()
			name, number := s.schema(org).Name, int64(1+s.r.IntN(3))
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.EventSchemas().Version(ctx, org, name, number)
			}
		},
	}
}
