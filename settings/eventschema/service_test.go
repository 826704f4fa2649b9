package eventschema_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/settings/jsonlogic"
	"github.com/admincenter/admincenter/storage/memory"
)

type desk struct {
	*eventschema.Service
	t       *testing.T
	backend *memory.Backend
	scope   admin.Scope
	now     time.Time
	ids     byte
}

func newDesk(t *testing.T, guard eventschema.Guard) *desk {
	t.Helper()
	d := &desk{t: t, backend: memory.New(), scope: admin.System("acme"), now: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}
	runtime := admin.Runtime{Now: func() time.Time { return d.now }, NewID: func() uuid.UUID {
		d.ids++
		return uuid.UUID{6: 0x70, 15: d.ids}
	}}
	ann := people.User{ID: runtime.NewID(), Name: "Ann", Email: people.Email{Address: "ann@example.com", Key: "ann@example.com"}, Role: people.Administrator, Status: people.UserActive, CreatedAt: d.now, UpdatedAt: d.now, Version: 1}
	rec := runtime.WithDefaults().Record(d.scope, "organization.create", admin.Subject{Kind: "organization"})
	require.NoError(t, d.backend.Organizations().Create(t.Context(), people.Organization{ID: "acme", Name: "Inc", CreatedAt: d.now, Version: 1}, ann, people.Credential{UserID: ann.ID}, rec))
	var err error
	d.Service, err = eventschema.NewService(eventschema.Ports{Schemas: d.backend.EventSchemas(), Guard: guard}, eventschema.Options{Runtime: runtime})
	require.NoError(t, err)
	return d
}

func (d *desk) last() admin.Record {
	d.t.Helper()
	records, err := d.backend.Audit().List(d.t.Context(), "acme", admin.AuditFilter{}, admin.Seek[admin.RecordKey]{Limit: 1})
	require.NoError(d.t, err)
	return records[0]
}

func dec(text string) *decimal.Decimal {
	d := decimal.RequireFromString(text)
	return &d
}

func trips() eventschema.Schema {
	return eventschema.Schema{
		Name: "trips",
		Attributes: []eventschema.Attribute{
			{Name: "distance", Required: true, Minimum: dec("0.50"), Maximum: dec("100"), Places: 2},
			{Name: "riders", Type: eventschema.Integer},
		},
		Dimensions: []eventschema.Dimension{
			{Name: "city", Required: true, MaxLength: 5}, {Name: "plan", Values: []string{"free", "pro"}},
			{Name: "start", Type: eventschema.DateTime}, {Name: "seats", Type: eventschema.Numeric},
			{Name: "night", Type: eventschema.Boolean}, {Name: "floor", Type: eventschema.Integer},
		},
	}
}

func TestASchemaIsKeptWithItsHistory(t *testing.T) {
	d := newDesk(t, nil)
	first, err := d.Put(t.Context(), d.scope, trips())
	require.NoError(t, err)
	require.EqualValues(t, 1, first.Version)
	require.Equal(t, eventschema.Numeric, first.Attributes[0].Type, "the default")
	require.Equal(t, eventschema.String, first.Dimensions[0].Type, "the default")
	require.Equal(t, eventschema.ActionCreate, d.last().Action)
	_, err = d.Put(t.Context(), d.scope, trips())
	require.ErrorIs(t, err, admin.ErrExists)

	d.now = d.now.Add(time.Hour)
	next := first.Clone()
	next.Attributes[0].Required, next.Dimensions = false, next.Dimensions[:1]
	next, err = d.Put(t.Context(), d.scope, next)
	require.NoError(t, err)
	require.EqualValues(t, 2, next.Version)
	require.Equal(t, first.CreatedAt, next.CreatedAt)
	require.Equal(t, []admin.Change{
		{Field: "attributes", From: "2", To: "2"}, {Field: "dimensions", From: "6", To: "1"},
		{Field: "changed", To: "6"},
	}, d.last().Changes)
	_, err = d.Put(t.Context(), d.scope, first)
	require.ErrorIs(t, err, admin.ErrConflict)

	back, err := d.Restore(t.Context(), d.scope, "trips", 2, 1)
	require.NoError(t, err)
	require.EqualValues(t, 3, back.Version)
	require.Equal(t, first.Dimensions, back.Dimensions)
	require.Equal(t, admin.Change{Field: "restoredVersion", To: "1"}, d.last().Changes[0])
	_, err = d.Restore(t.Context(), d.scope, "trips", 3, 9)
	require.ErrorIs(t, err, admin.ErrNotFound)

	require.ErrorIs(t, d.Delete(t.Context(), d.scope, "trips", 2), admin.ErrConflict)
	require.NoError(t, d.Delete(t.Context(), d.scope, "trips", 3))
	page, err := d.History(t.Context(), d.scope, "trips", admin.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 4)
	require.True(t, page.Items[0].Deleted)
	_, err = d.History(t.Context(), d.scope, "none", admin.Query{})
	require.ErrorIs(t, err, admin.ErrNotFound)
	for schema, err := range d.All(t.Context(), d.scope) {
		require.NoError(t, err)
		require.Empty(t, schema.Name, "it is deleted")
	}
}

func TestPutRefuses(t *testing.T) {
	for _, tc := range []struct {
		reason, path string
		change       func(*eventschema.Schema)
	}{
		{"no name", "/name", func(s *eventschema.Schema) { s.Name = "" }},
		{"a name of an attribute that rules cannot read", "/attributes/0/name", func(s *eventschema.Schema) { s.Attributes[0].Name = "a.b" }},
		{"an attribute twice", "/attributes/1/name", func(s *eventschema.Schema) { s.Attributes[1].Name = "distance" }},
		{"a text as an attribute", "/attributes/0/type", func(s *eventschema.Schema) { s.Attributes[0].Type = eventschema.String }},
		{"a type that is none", "/dimensions/0/type", func(s *eventschema.Schema) { s.Dimensions[0].Type = "TEXT" }},
		{"limits the wrong way round", "/attributes/0/maximum", func(s *eventschema.Schema) { s.Attributes[0].Maximum = dec("0.1") }},
		{"a limit beyond all bounds", "/attributes/0/minimum", func(s *eventschema.Schema) { s.Attributes[0].Minimum = dec("1e-1000") }},
		{"places below 0", "/attributes/0/places", func(s *eventschema.Schema) { s.Attributes[0].Places = -1 }},
		{"a length beyond the limit", "/dimensions/0/maxLength", func(s *eventschema.Schema) { s.Dimensions[0].MaxLength = eventschema.MaxText + 1 }},
		{"values of a number", "/dimensions/3/values", func(s *eventschema.Schema) { s.Dimensions[3].Values = []string{"1"} }},
		{"a value twice", "/dimensions/1/values/1", func(s *eventschema.Schema) { s.Dimensions[1].Values = []string{"a", "a"} }},
		{"a value that is too long", "/dimensions/1/values/0", func(s *eventschema.Schema) { s.Dimensions[1].MaxLength = 2 }},
		{"a description that is too long", "/description", func(s *eventschema.Schema) { s.Description = strings.Repeat("x", 256) }},
		{"a NUL", "/attributes/0/unit", func(s *eventschema.Schema) { s.Attributes[0].Unit = "k\x00" }},
		{"too many attributes", "/attributes", func(s *eventschema.Schema) {
			for i := range eventschema.MaxAttributes {
				s.Attributes = append(s.Attributes, eventschema.Attribute{Name: fmt.Sprint("a", i)})
			}
		}},
		{"more than it may have together", "", func(s *eventschema.Schema) {
			for i := range 20 {
				d := eventschema.Dimension{Name: fmt.Sprint("v", i)}
				for j := range 20 {
					d.Values = append(d.Values, fmt.Sprint(strings.Repeat("x", eventschema.MaxText-9), j))
				}
				s.Dimensions = append(s.Dimensions, d)
			}
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			d := newDesk(t, nil)
			s := trips()
			tc.change(&s)
			_, err := d.Put(t.Context(), d.scope, s)
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, tc.path, invalid.Fields[0].Path)
		})
	}
}

func TestAGuardIsAskedBeforeAChange(t *testing.T) {
	no := errors.New("no")
	d := newDesk(t, func(_ context.Context, _ admin.OrgID, next eventschema.Schema) error {
		if len(next.Attributes) == 0 {
			return no
		}
		return nil
	})
	s, err := d.Put(t.Context(), d.scope, trips())
	require.NoError(t, err)
	s.Attributes = nil
	_, err = d.Put(t.Context(), d.scope, s)
	require.ErrorIs(t, err, no)
	_, err = eventschema.NewService(eventschema.Ports{}, eventschema.Options{})
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestCheckEvent(t *testing.T) {
	for _, tc := range []struct {
		reason     string
		attributes map[string]json.Number
		dimensions map[string]string
		want       []string // paths
	}{
		{"an event that meets it", map[string]json.Number{"distance": "12.50", "riders": "2.0"}, map[string]string{"city": "Paris", "plan": "pro", "start": "2024-02-29T10:00:00+01:00", "seats": "-1.5", "night": "true", "floor": "2"}, nil},
		{"what is not required may be missing", map[string]json.Number{"distance": "1e1"}, map[string]string{"city": ""}, nil},
		{"what is required may not", nil, nil, []string{"/attributes/distance", "/dimensions/city"}},
		{"limits", map[string]json.Number{"distance": "0.49", "riders": "1.5"}, map[string]string{"city": "London"}, []string{"/attributes/distance", "/attributes/riders", "/dimensions/city"}},
		{"more places than allowed, and more than the maximum", map[string]json.Number{"distance": "100.001"}, map[string]string{"city": "x"}, []string{"/attributes/distance", "/attributes/distance"}},
		{"what is no number", map[string]json.Number{"distance": "0x1"}, map[string]string{"city": "x", "seats": "1e3"}, []string{"/attributes/distance", "/dimensions/seats"}},
		{"a number beyond all bounds", map[string]json.Number{"distance": "1e999999999"}, map[string]string{"city": "x"}, []string{"/attributes/distance"}},
		{"a value that is none of those", map[string]json.Number{"distance": "1"}, map[string]string{"city": "x", "plan": "Pro", "night": "yes", "floor": "1.5"}, []string{"/dimensions/plan", "/dimensions/night", "/dimensions/floor"}},
		{"dates that are none, or of other years", map[string]json.Number{"distance": "1"}, map[string]string{"city": "x", "start": "2024-02-30"}, []string{"/dimensions/start"}},
		{"a date of another year", map[string]json.Number{"distance": "1"}, map[string]string{"city": "x", "start": "9000-01-01"}, []string{"/dimensions/start"}},
		{"what is not in the schema", map[string]json.Number{"distance": "1", "distnace": "2"}, map[string]string{"city": "x", "a/b": "y"}, []string{"/attributes/distnace", "/dimensions/a~1b"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			err := trips().CheckEvent(tc.attributes, tc.dimensions)
			if tc.want == nil {
				require.NoError(t, err)
				return
			}
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			var got []string
			for _, f := range invalid.Fields {
				got = append(got, f.Path)
			}
			require.Equal(t, tc.want, got)
		})
	}
	require.ErrorContains(t, trips().CheckEvent(map[string]json.Number{"distnace": "2"}, nil), "did you mean distance?")
}

func TestShapesAreWhatRulesRead(t *testing.T) {
	s := trips()
	require.Equal(t, jsonlogic.Shape{Types: []jsonlogic.Type{jsonlogic.NumberType}, Least: dec("0.50"), Most: dec("100")}, s.Attributes[0].Shape())
	require.True(t, s.Attributes[1].Shape().Optional)
	require.Equal(t, jsonlogic.NumericText, s.Dimensions[3].Shape().Format)
	require.Equal(t, jsonlogic.DateTimeText, s.Dimensions[2].Shape().Format)
	require.Equal(t, []string{"false", "true"}, s.Dimensions[4].Shape().Values)
}
