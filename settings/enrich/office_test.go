package enrich_test

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/settings/jsonlogic"
	"github.com/admincenter/admincenter/storage/memory"
)

// office has services over two organizations, a clock that stands still until it is moved, and ids
// that count.
type office struct {
	*settings.Service
	enrich  *enrich.Service
	t       *testing.T
	backend *memory.Backend
	acme    admin.Scope
	globex  admin.Scope
	now     time.Time
	ids     uint64
}

func newOffice(t *testing.T, options settings.Options) *office {
	t.Helper()
	o := &office{t: t, backend: memory.New(), acme: admin.System("acme"), globex: admin.System("globex"), now: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}
	options.Now = func() time.Time { return o.now }
	options.NewID = o.id
	for _, scope := range []admin.Scope{o.acme, o.globex} {
		ann := people.User{ID: o.id(), Name: "Ann", Email: people.Email{Address: "ann@example.com", Key: "ann@example.com"}, Role: people.Administrator, Status: people.UserActive, CreatedAt: o.now, UpdatedAt: o.now, Version: 1}
		rec := options.WithDefaults().Record(scope, "organization.create", admin.Subject{Kind: "organization"})
		require.NoError(t, o.backend.Organizations().Create(t.Context(), people.Organization{ID: scope.Org(), Name: "Inc", CreatedAt: o.now, Version: 1}, ann, people.Credential{UserID: ann.ID}, rec))
	}
	o.Service = o.settings(o.backend.Settings(), options)
	o.enrich = o.over(o.Service)
	return o
}

// settings is another service of settings, over a store.
func (o *office) settings(store settings.Store, options settings.Options) *settings.Service {
	o.t.Helper()
	s, err := settings.NewService(settings.Ports{Settings: store}, options)
	require.NoError(o.t, err)
	return s
}

func (o *office) id() uuid.UUID {
	o.ids++
	var id uuid.UUID
	id[6] = 0x70
	binary.BigEndian.PutUint64(id[8:], o.ids)
	return id
}

// over is the service of enrichments with other settings.
func (o *office) over(s *settings.Service) *enrich.Service {
	o.t.Helper()
	service, err := enrich.NewService(
		enrich.Ports{Settings: s, Enrichments: o.backend.Enrichments()},
		enrich.Options{Runtime: admin.Runtime{Now: func() time.Time { return o.now }, NewID: o.id}})
	require.NoError(o.t, err)
	return service
}

// create makes a setting of the acme organization.
func (o *office) create(e settings.Entity, name string, v settings.Value) settings.Setting {
	o.t.Helper()
	s, err := o.Create(o.t.Context(), o.acme, settings.NewSetting{Entity: e, Name: name, Value: v})
	require.NoError(o.t, err)
	return s
}

// last is the newest audit record.
func (o *office) last() admin.Record {
	o.t.Helper()
	records, err := o.backend.Audit().List(o.t.Context(), "acme", admin.AuditFilter{}, admin.Seek[admin.RecordKey]{Limit: 1})
	require.NoError(o.t, err)
	require.Len(o.t, records, 1)
	return records[0]
}

func value(t *testing.T, kind settings.Type, text string) settings.Value {
	t.Helper()
	v, err := settings.ParseValue(kind, text)
	require.NoError(t, err)
	return v
}

func number(t *testing.T, text string) settings.Value {
	t.Helper()
	return value(t, settings.TypeNumeric, text)
}

func rule(t *testing.T, text string) settings.Value {
	t.Helper()
	return value(t, settings.TypeLogic, text)
}

func account(id string) settings.Entity  { return settings.Entity{Kind: settings.Account, ID: id} }
func customer(id string) settings.Entity { return settings.Entity{Kind: settings.Customer, ID: id} }

var organization = settings.Entity{Kind: settings.Organization}

// paths are those of a validation error.
func paths(t *testing.T, err error) []string {
	t.Helper()
	var invalid *admin.ValidationError
	require.True(t, errors.As(err, &invalid), "%v", err)
	var out []string
	for _, f := range invalid.Fields {
		out = append(out, f.Path)
	}
	return out
}

func newEngine(t *testing.T, o jsonlogic.Options) *settings.Engine {
	t.Helper()
	e, err := settings.NewEngine(o)
	require.NoError(t, err)
	return e
}
