package admin_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/memory"
)

func TestRecordCheck(t *testing.T) {
	complete := admin.Record{
		ID: uuid.MustParse("0195a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b"), At: time.Unix(1, 0),
		Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "thing.do", Subject: admin.Subject{Kind: "thing"},
	}
	require.NoError(t, complete.Check())
	longest := admin.Record{
		ID: complete.ID, At: complete.At, Actor: admin.Actor{Kind: admin.ActorKind(strings.Repeat("A", 30)), ID: strings.Repeat("a", 200)},
		Action: admin.Action(strings.Repeat("a", 100)), Subject: admin.Subject{Kind: strings.Repeat("a", 100), ID: strings.Repeat("a", 1000)},
	}
	require.NoError(t, longest.Check())
	support := complete
	support.Actor = admin.Actor{Kind: "ROBOT", ID: "42"}
	require.NoError(t, support.Check(), "a host has kinds of actors of its own")
	for reason, spoil := range map[string]func(*admin.Record){
		"no id":      func(r *admin.Record) { r.ID = uuid.Nil },
		"no time":    func(r *admin.Record) { r.At = time.Time{} },
		"no actor":   func(r *admin.Record) { r.Actor = admin.Actor{ID: "ann"} },
		"no action":  func(r *admin.Record) { r.Action = "" },
		"no subject": func(r *admin.Record) { r.Subject.Kind = "" },
		"nothing":    func(r *admin.Record) { *r = admin.Record{} },

		"a kind of actor in small letters":   func(r *admin.Record) { r.Actor.Kind = "user" },
		"a kind of actor that is too long":   func(r *admin.Record) { r.Actor.Kind = admin.ActorKind(strings.Repeat("A", 31)) },
		"an actor's id that is too long":     func(r *admin.Record) { r.Actor.ID = strings.Repeat("a", 201) },
		"an action that is too long":         func(r *admin.Record) { r.Action = admin.Action(strings.Repeat("a", 101)) },
		"a kind of subject that is too long": func(r *admin.Record) { r.Subject.Kind = strings.Repeat("a", 101) },
		"a subject's id that is too long":    func(r *admin.Record) { r.Subject.ID = strings.Repeat("é", 501) },
		"an action that is not UTF-8":        func(r *admin.Record) { r.Action = "a\xff" },
		"a subject's id with NUL":            func(r *admin.Record) { r.Subject.ID = "a\x00" },
	} {
		t.Run(reason, func(t *testing.T) {
			r := complete
			spoil(&r)
			require.ErrorIs(t, r.Check(), admin.ErrInvalid)
		})
	}
}

// trails makes two organizations with a trail each: acme's has 1 + 2·MaxLimit records, a minute
// apart, umbrella's only the one of its creation.
func trails(t *testing.T) (trail *admin.Trail, start time.Time) {
	t.Helper()
	start = time.Date(2026, 3, 1, 0, 0, 0, 123456000, time.UTC)
	now := start
	runtime := admin.Runtime{Now: func() time.Time { return now }}.WithDefaults()
	b := memory.New()
	for _, org := range []admin.OrgID{"umbrella", "acme"} {
		u := people.User{ID: runtime.NewID(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
		rec := runtime.Record(admin.System(org), "organization.create", admin.Subject{Kind: "organization", ID: string(org)})
		require.NoError(t, b.Organizations().Create(t.Context(), people.Organization{ID: org, Name: "Name", Version: 1}, u, people.Credential{UserID: u.ID}, rec))
	}
	ann := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: "ann"}, admin.PermissionSet{})
	for i := range 2 * admin.MaxLimit {
		now = now.Add(time.Minute)
		scope, action := ann, admin.Action("organization.rename")
		if i%2 == 1 {
			scope, action = admin.System("acme"), "organization.correct"
		}
		rec := runtime.Record(scope, action, admin.Subject{Kind: "organization", ID: "acme"}, admin.Change{Field: "name", To: fmt.Sprint(i)})
		require.NoError(t, b.Organizations().Rename(t.Context(), "acme", fmt.Sprint(i), int64(i+1), rec))
	}
	return admin.NewTrail(b.Audit()), start
}

func TestTrail(t *testing.T) {
	trail, start := trails(t)
	reader := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: "bob"}, admin.Permissions(admin.PermissionAuditRead))
	all := func(scope admin.Scope, f admin.AuditFilter) (out []admin.Record) {
		for r, err := range trail.All(t.Context(), scope, f) {
			require.NoError(t, err)
			out = append(out, r)
		}
		return out
	}

	t.Run("goes through everything, newest first", func(t *testing.T) {
		records := all(reader, admin.AuditFilter{})
		require.Len(t, records, 1+2*admin.MaxLimit)
		require.Equal(t, admin.Action("organization.create"), records[len(records)-1].Action)
		require.True(t, slices.IsSortedFunc(records, func(a, b admin.Record) int { return b.At.Compare(a.At) }))
	})
	t.Run("narrows", func(t *testing.T) {
		require.Len(t, all(reader, admin.AuditFilter{Action: "organization.rename"}), admin.MaxLimit)
		require.Len(t, all(reader, admin.AuditFilter{Actor: admin.Actor{Kind: admin.ActorUser, ID: "ann"}}), admin.MaxLimit)
		require.Len(t, all(reader, admin.AuditFilter{Subject: admin.Subject{Kind: "organization", ID: "acme"}}), 1+2*admin.MaxLimit)
		require.Empty(t, all(reader, admin.AuditFilter{Subject: admin.Subject{Kind: "currency"}}))
	})
	t.Run("takes instants of any zone and precision", func(t *testing.T) {
		kiribati := time.FixedZone("", 14*3600)
		f := admin.AuditFilter{From: start.Add(time.Minute + 999).In(kiribati), Until: start.Add(3 * time.Minute).In(kiribati)}
		require.Len(t, all(reader, f), 2)
	})
	t.Run("shows each organization its own", func(t *testing.T) {
		records := all(admin.System("umbrella"), admin.AuditFilter{})
		require.Len(t, records, 1)
		require.Equal(t, "umbrella", records[0].Subject.ID)
		require.Empty(t, all(admin.System("unknown"), admin.AuditFilter{}))
	})
	t.Run("refuses a page of another filter or organization", func(t *testing.T) {
		page, err := trail.List(t.Context(), reader, admin.AuditFilter{}, admin.Query{Limit: 1})
		require.NoError(t, err)
		for _, f := range []admin.AuditFilter{
			{Action: "a"}, {Subject: admin.Subject{Kind: "a"}}, {Subject: admin.Subject{Kind: "a", ID: "a"}}, {Actor: admin.Actor{Kind: "A"}},
			{Actor: admin.Actor{Kind: "A", ID: "a"}}, {From: start}, {Until: start},
		} {
			_, err := trail.List(t.Context(), reader, f, admin.Query{After: page.Next})
			require.ErrorIs(t, err, admin.ErrInvalid, "%+v", f)
		}
		_, err = trail.List(t.Context(), admin.System("umbrella"), admin.AuditFilter{}, admin.Query{After: page.Next})
		require.ErrorIs(t, err, admin.ErrInvalid)
		_, err = trail.List(t.Context(), reader, admin.AuditFilter{}, admin.Query{After: page.Next})
		require.NoError(t, err)
	})
	t.Run("refuses a filter that can match nothing", func(t *testing.T) {
		for path, f := range map[string]admin.AuditFilter{
			"/subject/kind": {Subject: admin.Subject{ID: "a"}},
			"/actor/kind":   {Actor: admin.Actor{Kind: "user", ID: "ann"}},
		} {
			_, err := trail.List(t.Context(), reader, f, admin.Query{})
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, path, invalid.Fields[0].Path)
		}
	})
	t.Run("reads another store", func(t *testing.T) {
		empty, err := trail.In(memory.New().Audit()).List(t.Context(), reader, admin.AuditFilter{}, admin.Query{})
		require.NoError(t, err)
		require.Empty(t, empty.Items)
	})
	t.Run("takes the permission to read it", func(t *testing.T) {
		writer := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: "ann"}, admin.Permissions(people.PermissionUsersWrite))
		for scope, want := range map[*admin.Scope]error{&writer: admin.ErrForbidden, {}: admin.ErrUnauthenticated} {
			_, err := trail.List(t.Context(), *scope, admin.AuditFilter{}, admin.Query{})
			require.ErrorIs(t, err, want)
			for _, err := range trail.All(t.Context(), *scope, admin.AuditFilter{}) {
				require.ErrorIs(t, err, want)
			}
		}
	})
	t.Run("returns copies", func(t *testing.T) {
		page, err := trail.List(t.Context(), reader, admin.AuditFilter{}, admin.Query{Limit: 1})
		require.NoError(t, err)
		page.Items[0].Changes[0].To = "forged"
		again, err := trail.List(t.Context(), reader, admin.AuditFilter{}, admin.Query{Limit: 1})
		require.NoError(t, err)
		require.NotEqual(t, "forged", again.Items[0].Changes[0].To)
	})
}

func TestRuntime(t *testing.T) {
	t.Run("the zero value works", func(t *testing.T) {
		r := admin.Runtime{}.WithDefaults()
		last := r.NewID()
		for range 1000 {
			next := r.NewID()
			require.Negative(t, bytes.Compare(last[:], next[:]), "lists page by id and mean order of creation")
			last = next
		}
		require.Equal(t, uuid.Version(7), last.Version())
		n, err := r.Rand.Read(make([]byte, 8))
		require.NoError(t, err)
		require.Equal(t, 8, n)
		require.False(t, r.Logger.Enabled(t.Context(), slog.LevelError), "nothing is logged unless it is asked for")
	})
	t.Run("instants are UTC and whole microseconds", func(t *testing.T) {
		local := time.Date(2026, 3, 1, 2, 0, 0, 123456789, time.FixedZone("", 5*3600))
		r := admin.Runtime{Now: func() time.Time { return local }}
		require.Equal(t, time.Date(2026, 2, 28, 21, 0, 0, 123456000, time.UTC), r.Instant())
		require.Equal(t, r.Instant(), admin.Instant(r.Instant()))
		require.Equal(t, r.Instant(), time.UnixMicro(r.Instant().UnixMicro()).UTC(), "what a storage gives back")
		now := admin.Instant(time.Now())
		require.Equal(t, now, time.UnixMicro(now.UnixMicro()).UTC(), "no monotonic reading is left")
	})
	t.Run("a record has who and when", func(t *testing.T) {
		at, id := time.Date(2026, 3, 1, 0, 0, 0, 999, time.UTC), uuid.New()
		r := admin.Runtime{Now: func() time.Time { return at }, NewID: func() uuid.UUID { return id }}.WithDefaults()
		subject := admin.Subject{Kind: "thing", ID: "1"}
		require.Equal(t, admin.Record{
			ID: id, At: at.Truncate(time.Microsecond), Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "thing.do",
			Subject: subject, Changes: []admin.Change{{Field: "a", From: "1", To: "2"}},
		}, r.Record(admin.System("acme"), "thing.do", subject, admin.Change{Field: "a", From: "1", To: "2"}))
	})
}
