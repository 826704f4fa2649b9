package settings_test

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage/memory"
)

// office is a service with two organizations, a clock that stands still until it is moved, and ids
// that count.
type office struct {
	*settings.Service
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
	o.Service = o.over(o.backend.Settings(), options)
	return o
}

// over is another service, over a store.
func (o *office) over(store settings.Store, options settings.Options) *settings.Service {
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

func TestCreateGetFindUpdateDelete(t *testing.T) {
	o := newOffice(t, settings.Options{})
	made := o.create(account("eu"), "minimum_charge", number(t, "12.50"))
	require.Equal(t, settings.Setting{
		ID: made.ID, Entity: account("eu"), Namespace: settings.DefaultNamespace, Name: "minimum_charge", Value: number(t, "12.5"),
		CreatedAt: o.now, CreatedBy: o.acme.Actor(), UpdatedAt: o.now, UpdatedBy: o.acme.Actor(), Version: 1,
	}, made)
	got, err := o.Get(t.Context(), o.acme, made.ID)
	require.NoError(t, err)
	require.Equal(t, made, got)
	got, err = o.Find(t.Context(), o.acme, account("eu"), "", "minimum_charge")
	require.NoError(t, err)
	require.Equal(t, made, got)
	for reason, find := range map[string]func() (settings.Setting, error){
		"another name": func() (settings.Setting, error) { return o.Find(t.Context(), o.acme, account("eu"), "", "x") },
		"another namespace": func() (settings.Setting, error) {
			return o.Find(t.Context(), o.acme, account("eu"), "TOGAI", made.Name)
		},
		"another kind":    func() (settings.Setting, error) { return o.Find(t.Context(), o.acme, customer("eu"), "", made.Name) },
		"the level above": func() (settings.Setting, error) { return o.Find(t.Context(), o.acme, organization, "", made.Name) },
	} {
		_, err := find()
		require.ErrorIs(t, err, admin.ErrNotFound, reason)
	}

	o.now = o.now.Add(time.Hour)
	changed, err := o.Update(t.Context(), o.acme, made.ID, 1, value(t, settings.TypeJSON, `{"EUR": "12.50"}`))
	require.NoError(t, err)
	want := made
	want.Value, want.UpdatedAt, want.Version = value(t, settings.TypeJSON, `{"EUR":"12.50"}`), o.now, 2
	require.Equal(t, want, changed)
	got, err = o.Get(t.Context(), o.acme, made.ID)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = o.Update(t.Context(), o.acme, made.ID, 1, number(t, "1"))
	require.ErrorIs(t, err, admin.ErrConflict)
	require.ErrorContains(t, err, "at version 2 and not 1")

	require.ErrorIs(t, o.Delete(t.Context(), o.acme, made.ID, 1), admin.ErrConflict)
	require.NoError(t, o.Delete(t.Context(), o.acme, made.ID, 2))
	_, err = o.Get(t.Context(), o.acme, made.ID)
	require.ErrorIs(t, err, admin.ErrNotFound)
	require.ErrorIs(t, o.Delete(t.Context(), o.acme, made.ID, 2), admin.ErrNotFound)
	_, err = o.Update(t.Context(), o.acme, made.ID, 2, number(t, "1"))
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestCreateRefusesWhatIsThere(t *testing.T) {
	o := newOffice(t, settings.Options{})
	first := o.create(account("eu"), "rate", number(t, "1"))
	_, err := o.Create(t.Context(), o.acme, settings.NewSetting{Entity: account("eu"), Namespace: "USER", Name: "rate", Value: number(t, "2")})
	require.ErrorIs(t, err, admin.ErrExists)
	require.ErrorContains(t, err, "rate of ACCOUNT eu in USER")
	o.create(account("eu"), "Rate", number(t, "2"))
	o.create(account("EU"), "rate", number(t, "3"))
	got, err := o.Get(t.Context(), o.acme, first.ID)
	require.NoError(t, err)
	require.Equal(t, first, got)
}

func TestCreateChecksEverything(t *testing.T) {
	good := settings.NewSetting{Entity: account("eu"), Namespace: "TOGAI", Name: "billing.grace-days_1", Value: number(t, "1")}
	for _, tc := range []struct {
		reason string
		change func(*settings.NewSetting)
		path   string
		code   string
	}{
		{"no kind", func(n *settings.NewSetting) { n.Entity.Kind = "" }, "/entityType", admin.CodeUnknown},
		{"a kind in lower case", func(n *settings.NewSetting) { n.Entity.Kind = "account" }, "/entityType", admin.CodeUnknown},
		{"a misspelled kind, with which an id may be right or wrong", func(n *settings.NewSetting) { n.Entity = settings.Entity{Kind: "ORGANISATION"} }, "/entityType", admin.CodeUnknown},
		{"no id", func(n *settings.NewSetting) { n.Entity.ID = "" }, "/entityId", admin.CodeRequired},
		{"an id that is too long", func(n *settings.NewSetting) { n.Entity.ID = strings.Repeat("x", admin.MaxID+1) }, "/entityId", admin.CodeTooLong},
		{"an id with a blank at its end", func(n *settings.NewSetting) { n.Entity.ID = "eu " }, "/entityId", admin.CodeFormat},
		{"an id of the organization", func(n *settings.NewSetting) { n.Entity.Kind = settings.Organization }, "/entityId", admin.CodeFormat},
		{"a dot in the namespace", func(n *settings.NewSetting) { n.Namespace = "a.b" }, "/namespace", admin.CodeFormat},
		{"a namespace that is too long", func(n *settings.NewSetting) { n.Namespace = strings.Repeat("x", settings.MaxNamespace+1) }, "/namespace", admin.CodeTooLong},
		{"no name", func(n *settings.NewSetting) { n.Name = "" }, "/name", admin.CodeRequired},
		{"a name that is too long", func(n *settings.NewSetting) { n.Name = strings.Repeat("x", settings.MaxName+1) }, "/name", admin.CodeTooLong},
		{"a name with a blank at its end", func(n *settings.NewSetting) { n.Name = "rate " }, "/name", admin.CodeFormat},
		{"a name that looks like another", func(n *settings.NewSetting) { n.Name = "rаte" /* Cyrillic а */ }, "/name", admin.CodeFormat},
		{"no value", func(n *settings.NewSetting) { n.Value = settings.Value{} }, "/value", admin.CodeRequired},
		{"a rule that cannot be compiled", func(n *settings.NewSetting) { n.Value = rule(t, `{"==":[{"vat":"a"},1]}`) }, "/value", admin.CodeFormat},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			o := newOffice(t, settings.Options{})
			n := good
			tc.change(&n)
			_, err := o.Create(t.Context(), o.acme, n)
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Len(t, invalid.Fields, 1)
			require.Equal(t, []string{tc.path, tc.code}, []string{invalid.Fields[0].Path, invalid.Fields[0].Code})
			require.NotRegexp(t, "(invalid|compiled)$", invalid.Fields[0].Message, "no sentinel at its end")
			require.Equal(t, admin.Action("organization.create"), o.last().Action, "nothing was done")
		})
	}
	t.Run("and reports all of it", func(t *testing.T) {
		o := newOffice(t, settings.Options{})
		_, err := o.Create(t.Context(), o.acme, settings.NewSetting{Namespace: " "})
		require.Equal(t, []string{"/entityType", "/namespace", "/name", "/value"}, paths(t, err),
			"whether an id is needed depends on the kind")
	})
	t.Run("and takes the rest, the longest included", func(t *testing.T) {
		o := newOffice(t, settings.Options{})
		_, err := o.Create(t.Context(), o.acme, good)
		require.NoError(t, err)
		n := good
		n.Entity.ID, n.Namespace, n.Name = strings.Repeat("é", admin.MaxID), strings.Repeat("N", settings.MaxNamespace), strings.Repeat("n", settings.MaxName)
		_, err = o.Create(t.Context(), o.acme, n)
		require.NoError(t, err)
		for _, kind := range settings.EntityKinds() {
			n := good
			if n.Entity.Kind = kind; kind == settings.Organization {
				n.Entity.ID = ""
			} else {
				n.Entity.ID = "x"
			}
			_, err := o.Create(t.Context(), o.acme, n)
			require.NoError(t, err, kind)
		}
	})
}

func TestUpdateChecksTheValue(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.create(account("eu"), "rate", number(t, "1"))
	for reason, v := range map[string]settings.Value{
		"no value":                       {},
		"a rule that cannot be compiled": rule(t, `{"bogus":1}`),
	} {
		_, err := o.Update(t.Context(), o.acme, s.ID, 1, v)
		var invalid *admin.ValidationError
		require.ErrorAs(t, err, &invalid, reason)
		require.Equal(t, "/value", invalid.Fields[0].Path)
	}
	got, err := o.Get(t.Context(), o.acme, s.ID)
	require.NoError(t, err)
	require.Equal(t, s, got)
}

func TestAuditTellsWhatChanged(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.create(account("eu"), "rate", number(t, "1.50"))
	rec := o.last()
	require.Equal(t, settings.ActionCreate, rec.Action)
	require.Equal(t, admin.Subject{Kind: "setting", ID: s.ID.String()}, rec.Subject)
	require.Equal(t, []admin.Change{
		{Field: "entity", To: "ACCOUNT eu"}, {Field: "namespace", To: "USER"}, {Field: "name", To: "rate"},
		{Field: "dataType", To: "NUMERIC"}, {Field: "value", To: "3 bytes"},
	}, rec.Changes)

	_, err := o.Update(t.Context(), o.acme, s.ID, 1, number(t, "2"))
	require.NoError(t, err)
	require.Equal(t, []admin.Change{{Field: "value", From: "3 bytes", To: "1 byte"}}, o.last().Changes)

	_, err = o.Update(t.Context(), o.acme, s.ID, 2, value(t, settings.TypeString, strings.Repeat("é", settings.MaxString)))
	require.NoError(t, err)
	rec = o.last()
	require.Equal(t, settings.ActionUpdate, rec.Action)
	require.Equal(t, admin.Change{Field: "dataType", From: "NUMERIC", To: "STRING"}, rec.Changes[0])
	require.Equal(t, "1 byte", rec.Changes[1].From)
	require.Less(t, len(rec.Changes[1].To), 200, "a long value is clipped")

	require.NoError(t, o.Delete(t.Context(), o.acme, s.ID, 3))
	rec = o.last()
	require.Equal(t, settings.ActionDelete, rec.Action)
	require.Equal(t, admin.Change{Field: "name", From: "rate"}, rec.Changes[2])
}

func TestListPagesAndFilters(t *testing.T) {
	o := newOffice(t, settings.Options{})
	var made []settings.Setting
	for _, id := range []string{"a", "b", "c"} {
		made = append(made, o.create(account(id), "rate", number(t, "1")))
	}
	made = append(made, o.create(organization, "greeting", value(t, settings.TypeString, "hello")))
	first, err := o.List(t.Context(), o.acme, settings.Filter{}, admin.Query{Limit: 3})
	require.NoError(t, err)
	require.Equal(t, made[:3], first.Items)
	rest, err := o.List(t.Context(), o.acme, settings.Filter{}, admin.Query{Limit: 3, After: first.Next})
	require.NoError(t, err)
	require.Equal(t, made[3:], rest.Items)
	require.Empty(t, rest.Next)
	_, err = o.List(t.Context(), o.acme, settings.Filter{Name: "rate"}, admin.Query{After: first.Next})
	require.ErrorIs(t, err, admin.ErrInvalid, "the cursor belongs to another filter")
	_, err = o.List(t.Context(), o.globex, settings.Filter{}, admin.Query{After: first.Next})
	require.ErrorIs(t, err, admin.ErrInvalid, "the cursor belongs to another organization")

	all := func(f settings.Filter) (out []settings.Setting) {
		for s, err := range o.All(t.Context(), o.acme, f) {
			require.NoError(t, err)
			out = append(out, s)
		}
		return out
	}
	require.Equal(t, made, all(settings.Filter{}))
	require.Equal(t, made[3:], all(settings.Filter{Entity: organization}))
	require.Equal(t, made[1:2], all(settings.Filter{Entity: account("b"), Namespace: "USER", Name: "rate", Type: settings.TypeNumeric}))

	for reason, f := range map[string]settings.Filter{
		"a kind that does not exist":  {Entity: settings.Entity{Kind: "ACCOUNTS"}},
		"an id without a kind":        {Entity: settings.Entity{ID: "a"}},
		"a namespace that none has":   {Namespace: "a b"},
		"a name that none has":        {Name: "räte"},
		"a type that does not exist":  {Type: "numeric"},
		"an id that no entity has":    {Entity: account(" a")},
		"an id of the organization's": {Entity: settings.Entity{Kind: settings.Organization, ID: "acme"}},
	} {
		_, err := o.List(t.Context(), o.acme, f, admin.Query{})
		require.ErrorIs(t, err, admin.ErrInvalid, reason)
		for _, err := range o.All(t.Context(), o.acme, f) {
			require.ErrorIs(t, err, admin.ErrInvalid, reason)
		}
	}
}

func TestPermissions(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.create(organization, "rule", rule(t, `true`))
	actor := admin.Actor{Kind: admin.ActorUser, ID: "ann"}
	reader := admin.NewScope("acme", actor, admin.Permissions(settings.PermissionRead))
	writer := admin.NewScope("acme", actor, admin.Permissions(settings.PermissionWrite))
	for name, method := range map[string]struct {
		write bool
		call  func(admin.Scope) error
	}{
		"Create": {true, func(sc admin.Scope) error {
			_, err := o.Create(t.Context(), sc, settings.NewSetting{Entity: account("x"), Name: "x", Value: number(t, "1")})
			return err
		}},
		"Update": {true, func(sc admin.Scope) error { _, err := o.Update(t.Context(), sc, s.ID, 9, number(t, "1")); return err }},
		"Delete": {true, func(sc admin.Scope) error { return o.Delete(t.Context(), sc, s.ID, 9) }},
		"Get":    {false, func(sc admin.Scope) error { _, err := o.Get(t.Context(), sc, s.ID); return err }},
		"Find":   {false, func(sc admin.Scope) error { _, err := o.Find(t.Context(), sc, organization, "", "rule"); return err }},
		"List": {false, func(sc admin.Scope) error {
			_, err := o.List(t.Context(), sc, settings.Filter{}, admin.Query{})
			return err
		}},
		"Resolve": {false, func(sc admin.Scope) error {
			_, err := o.Resolve(t.Context(), sc, settings.Path{}, "", "rule")
			return err
		}},
		"Evaluate": {false, func(sc admin.Scope) error {
			_, err := o.Evaluate(t.Context(), sc, settings.Path{}, "", "rule", nil)
			return err
		}},
		"EvaluateID": {false, func(sc admin.Scope) error { _, err := o.EvaluateID(t.Context(), sc, s.ID, nil); return err }},
		"All": {false, func(sc admin.Scope) error {
			for _, err := range o.All(t.Context(), sc, settings.Filter{}) {
				return err
			}
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			may, mayNot := reader, writer
			if method.write {
				may, mayNot = writer, reader
			}
			require.ErrorIs(t, method.call(admin.Scope{}), admin.ErrUnauthenticated)
			require.ErrorIs(t, method.call(mayNot), admin.ErrForbidden)
			require.NotErrorIs(t, method.call(may), admin.ErrForbidden)
		})
	}
}

func TestOrganizationsAreApart(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.create(account("eu"), "rule", rule(t, `"acme"`))
	_, err := o.EvaluateID(t.Context(), o.acme, s.ID, nil) // compiled and kept
	require.NoError(t, err)

	_, missing := o.Get(t.Context(), o.globex, o.id())
	for name, call := range map[string]func() error{
		"Get":        func() error { _, err := o.Get(t.Context(), o.globex, s.ID); return err },
		"Update":     func() error { _, err := o.Update(t.Context(), o.globex, s.ID, 1, number(t, "1")); return err },
		"Delete":     func() error { return o.Delete(t.Context(), o.globex, s.ID, 1) },
		"EvaluateID": func() error { _, err := o.EvaluateID(t.Context(), o.globex, s.ID, nil); return err },
	} {
		require.ErrorIs(t, call(), admin.ErrNotFound, name)
		require.EqualError(t, call(), missing.Error(), name)
	}
	_, err = o.Find(t.Context(), o.globex, account("eu"), "", "rule")
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = o.Resolve(t.Context(), o.globex, settings.Path{Account: "eu"}, "", "rule")
	require.ErrorIs(t, err, admin.ErrNotFound)

	_, err = o.Create(t.Context(), o.globex, settings.NewSetting{Entity: account("eu"), Name: "rule", Value: rule(t, `"globex"`)})
	require.NoError(t, err, "the same key in another organization is another setting")
	for scope, want := range map[string]admin.Scope{"acme": o.acme, "globex": o.globex} {
		r, err := o.Evaluate(t.Context(), want, settings.Path{Account: "eu"}, "", "rule", nil)
		require.NoError(t, err)
		require.Equal(t, scope, r.Value)
	}
}

func TestFailuresOfTheStoreComeThrough(t *testing.T) {
	o := newOffice(t, settings.Options{})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("stop"))
	_, err := o.Create(ctx, o.acme, settings.NewSetting{Entity: account("eu"), Name: "rate", Value: number(t, "1")})
	require.ErrorIs(t, err, context.Canceled)
	_, err = o.Create(ctx, o.acme, settings.NewSetting{Entity: account("eu"), Name: "rule", Value: rule(t, `true`)})
	require.ErrorIs(t, err, context.Canceled, "a cancelled compilation is not an invalid rule")
	require.NotErrorIs(t, err, admin.ErrInvalid)
	_, err = o.Find(ctx, o.acme, account("eu"), "", "rate")
	require.ErrorIs(t, err, context.Canceled)
	_, err = o.Resolve(ctx, o.acme, settings.Path{}, "", "rate")
	require.ErrorIs(t, err, context.Canceled)
}
