package token_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/internal/retry"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

func TestGenerate(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionWrite, settings.PermissionRead, settings.PermissionWrite)
	end := start.Add(24*time.Hour + 7*time.Nanosecond)
	made, err := h.Generate(t.Context(), ann, token.GenerateInput{
		Name: "Import ✓", Permissions: []admin.Permission{settings.PermissionWrite, settings.PermissionRead, settings.PermissionWrite}, ExpiresAt: end,
	})
	require.NoError(t, err)
	secret := made.Secret.Reveal()
	require.Equal(t, token.Token{
		ID: made.Token.ID, Name: "Import ✓", UserID: uuid.MustParse(ann.User()), Permissions: admin.Permissions(settings.PermissionRead, settings.PermissionWrite),
		Prefix: "adm_live_", Last4: secret[len(secret)-4:], State: token.Active, ExpiresAt: start.Add(24 * time.Hour),
		CreatedAt: start, CreatedBy: ann.Actor(), UpdatedAt: start, Version: 1,
	}, made.Token)
	require.Equal(t, "adm_live_…"+secret[len(secret)-4:], made.Token.Hint())

	kept, err := h.Get(t.Context(), admin.System(acme), made.Token.ID)
	require.NoError(t, err)
	require.Equal(t, made.Token, kept)
	require.Equal(t, []admin.Change{
		{Field: "last4", To: made.Token.Last4}, {Field: "name", To: "Import ✓", Personal: true},
		{Field: "permissions", To: "settings.read settings.write"}, {Field: "expiresAt", To: "2026-03-02T10:20:30.123456Z"},
	}, h.trail(admin.Subject{Kind: "token"})[0].Changes, "what was granted is on record")
}

func TestGenerateChecksItsInput(t *testing.T) {
	h := newHouse(t, func(o *token.Options) { o.Grantable = admincenter.DefaultRoles().With("clerk", "invoices.read").All() })
	granted := []admin.Permission{settings.PermissionRead}
	for _, tc := range []struct {
		reason string
		in     token.GenerateInput
		paths  map[string]string
	}{
		{"nothing at all", token.GenerateInput{}, map[string]string{"/name": admin.CodeRequired, "/permissions": admin.CodeRequired}},
		{"name too long", token.GenerateInput{Name: strings.Repeat("é", 101), Permissions: granted}, map[string]string{"/name": admin.CodeTooLong}},
		{"name with a line end", token.GenerateInput{Name: "a\nb", Permissions: granted}, map[string]string{"/name": admin.CodeFormat}},
		{
			"unknown permissions",
			token.GenerateInput{Name: "x", Permissions: []admin.Permission{"everything", settings.PermissionRead, ""}},
			map[string]string{"/permissions/0": admin.CodeUnknown, "/permissions/2": admin.CodeUnknown},
		},
		{"expires now", token.GenerateInput{Name: "x", Permissions: granted, ExpiresAt: start}, map[string]string{"/expiresAt": admin.CodeRange}},
		{"has expired already", token.GenerateInput{Name: "x", Permissions: granted, ExpiresAt: start.Add(-time.Hour)}, map[string]string{"/expiresAt": admin.CodeRange}},
		{
			"expires when the calendar has ended",
			token.GenerateInput{Name: "x", Permissions: granted, ExpiresAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
			map[string]string{"/expiresAt": admin.CodeRange},
		},
		{"longest name", token.GenerateInput{Name: strings.Repeat("é", 100), Permissions: granted}, nil},
		{"a permission of the host's own", token.GenerateInput{Name: "x", Permissions: []admin.Permission{"invoices.read"}}, nil},
		{"last instant", token.GenerateInput{Name: "x", Permissions: granted, ExpiresAt: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}, nil},
		{"next microsecond", token.GenerateInput{Name: "x", Permissions: granted, ExpiresAt: start.Add(time.Microsecond)}, nil},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			made, err := h.Generate(t.Context(), admin.System(acme), tc.in)
			if tc.paths == nil {
				require.NoError(t, err)
				return
			}
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			got := map[string]string{}
			for _, f := range invalid.Fields {
				got[f.Path] = f.Code
			}
			require.Equal(t, tc.paths, got)
			require.True(t, made.Secret.IsZero())
		})
	}
}

func TestNoCreatorGrantsMoreThanItHas(t *testing.T) {
	h := newHouse(t)
	developer, err := admincenter.DefaultRoles().Permissions(people.Developer)
	require.NoError(t, err)
	dev := h.user("dev", developer.List()...)
	in := func(ps ...admin.Permission) token.GenerateInput {
		return token.GenerateInput{Name: "x", Permissions: ps}
	}
	_, err = h.Generate(t.Context(), dev, in(developer.List()...))
	require.NoError(t, err)
	_, err = h.Generate(t.Context(), dev, in(settings.PermissionRead, people.PermissionUsersWrite, admin.PermissionAuditRead))
	require.ErrorIs(t, err, admin.ErrForbidden)
	require.ErrorContains(t, err, "audit.read users.write")

	t.Run("nor does a token", func(t *testing.T) {
		parent := h.as(h.generate(dev, token.PermissionWrite, settings.PermissionRead))
		child := h.as(h.generate(parent, settings.PermissionRead))
		granted, _ := child.Granted()
		require.Equal(t, "settings.read", granted.String())
		_, err := h.Generate(t.Context(), parent, in(settings.PermissionWrite))
		require.ErrorIs(t, err, admin.ErrForbidden)
		_, err = h.Generate(t.Context(), child, in(settings.PermissionRead))
		require.ErrorIs(t, err, admin.ErrForbidden, "without tokens.write it makes none")
	})
	t.Run("nor a token whose scope is wider than the stored token", func(t *testing.T) {
		made := h.generate(dev, token.PermissionWrite)
		wide := admin.NewScope(acme, h.as(made).Actor(), developer)
		_, err := h.Generate(t.Context(), wide, in(settings.PermissionRead))
		require.ErrorIs(t, err, admin.ErrForbidden)
	})
	t.Run("nor a token that was switched off since", func(t *testing.T) {
		made := h.generate(dev, token.PermissionWrite)
		scope := h.as(made)
		_, err := h.Deactivate(t.Context(), dev, made.Token.ID, token.EndOptions{})
		require.NoError(t, err)
		_, err = h.Generate(t.Context(), scope, in(token.PermissionWrite))
		require.ErrorIs(t, err, admin.ErrForbidden)
	})
	t.Run("nor for longer", func(t *testing.T) {
		end := h.now.Add(time.Hour)
		made, err := h.expiring(dev, end, token.PermissionWrite)
		require.NoError(t, err)
		parent := h.as(made)
		_, err = h.expiring(parent, end, token.PermissionWrite)
		require.NoError(t, err)
		for reason, at := range map[string]time.Time{"without an end": {}, "a little longer": end.Add(time.Microsecond)} {
			_, err = h.expiring(parent, at, token.PermissionWrite)
			require.ErrorIs(t, err, admin.ErrInvalid, reason)
			require.ErrorContains(t, err, "/expiresAt", reason)
		}
	})
	t.Run("nor switches on a token with more", func(t *testing.T) {
		made := h.generate(admin.System(acme), people.PermissionUsersWrite)
		_, err := h.Deactivate(t.Context(), admin.System(acme), made.Token.ID, token.EndOptions{})
		require.NoError(t, err)
		_, err = h.Reactivate(t.Context(), dev, made.Token.ID)
		require.ErrorIs(t, err, admin.ErrForbidden)
		_, err = h.Reactivate(t.Context(), admin.System(acme), made.Token.ID)
		require.NoError(t, err)
	})
}

func TestEveryMethodRequiresItsPermission(t *testing.T) {
	h := newHouse(t)
	made := h.generate(admin.System(acme), settings.PermissionRead)
	id := made.Token.ID
	calls := map[string]func(admin.Scope) error{
		"Generate": func(s admin.Scope) error {
			_, err := h.Generate(t.Context(), s, token.GenerateInput{})
			return err
		},
		"Get":        func(s admin.Scope) error { _, err := h.Get(t.Context(), s, id); return err },
		"List":       func(s admin.Scope) error { _, err := h.List(t.Context(), s, token.Filter{}, admin.Query{}); return err },
		"Deactivate": func(s admin.Scope) error { _, err := h.Deactivate(t.Context(), s, id, token.EndOptions{}); return err },
		"Reactivate": func(s admin.Scope) error { _, err := h.Reactivate(t.Context(), s, id); return err },
		"Delete":     func(s admin.Scope) error { return h.Delete(t.Context(), s, id, token.EndOptions{}) },
		"DeactivateBy": func(s admin.Scope) error {
			_, err := h.DeactivateBy(t.Context(), s, admin.Actor{Kind: admin.ActorSystem})
			return err
		},
		"Rename": func(s admin.Scope) error { _, err := h.Rename(t.Context(), s, id, 1, "x"); return err },
		"Rotate": func(s admin.Scope) error {
			_, err := h.Rotate(t.Context(), s, id, token.RotateInput{})
			return err
		},
		"All": func(s admin.Scope) error {
			for _, err := range h.All(t.Context(), s, token.Filter{}) {
				return err
			}
			return nil
		},
	}
	reads := map[string]bool{"Get": true, "List": true, "All": true}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, call(admin.Scope{}), admin.ErrUnauthenticated)
			lacks := token.PermissionRead
			if reads[name] {
				lacks = token.PermissionWrite
			}
			require.ErrorIs(t, call(h.user("ann", lacks, people.PermissionUsersWrite)), admin.ErrForbidden)
		})
	}
	kept, err := h.Get(t.Context(), admin.System(acme), id)
	require.NoError(t, err)
	require.Equal(t, made.Token, kept)
}

func TestSwitches(t *testing.T) {
	h := newHouse(t)
	scope := h.user("ann", token.PermissionRead, token.PermissionWrite, settings.PermissionRead)
	made := h.generate(scope, settings.PermissionRead)
	id := made.Token.ID

	h.now = start.Add(time.Hour)
	off, err := h.Deactivate(t.Context(), scope, id, token.EndOptions{})
	require.NoError(t, err)
	want := made.Token
	want.State, want.UpdatedAt, want.Version = token.Deactivated, h.now, 2
	require.Equal(t, want, off)
	kept, err := h.Get(t.Context(), scope, id)
	require.NoError(t, err)
	require.Equal(t, want, kept)

	h.now = start.Add(2 * time.Hour)
	again, err := h.Deactivate(t.Context(), scope, id, token.EndOptions{})
	require.NoError(t, err)
	require.Equal(t, want, again, "off stays off and nothing changes")

	on, err := h.Reactivate(t.Context(), scope, id)
	require.NoError(t, err)
	require.Equal(t, token.Active, on.State)
	require.Equal(t, int64(3), on.Version)
	_, err = h.verify(made)
	require.NoError(t, err)
	_, err = h.Reactivate(t.Context(), scope, id)
	require.NoError(t, err)

	require.NoError(t, h.Delete(t.Context(), scope, id, token.EndOptions{}))
	require.NoError(t, h.Delete(t.Context(), scope, id, token.EndOptions{}), "deleting it again does nothing")
	_, err = h.Reactivate(t.Context(), scope, id)
	require.ErrorIs(t, err, token.ErrDeleted)
	require.ErrorIs(t, err, admin.ErrState)
	_, err = h.Deactivate(t.Context(), scope, id, token.EndOptions{})
	require.ErrorIs(t, err, token.ErrDeleted)

	records := h.trail(admin.Subject{Kind: "token", ID: id.String()})
	require.Equal(t, []admin.Action{token.ActionGenerate, token.ActionDeactivate, token.ActionReactivate, token.ActionDelete}, actions(records))
	for _, r := range records {
		require.Equal(t, scope.Actor(), r.Actor)
		require.Equal(t, admin.Change{Field: "last4", To: made.Token.Last4}, r.Changes[0])
	}
	for _, r := range records[1:] {
		require.Len(t, r.Changes, 1)
	}
}

func TestAnExpiredTokenIsNotSwitchedOn(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	end := start.Add(time.Hour)
	made, err := h.expiring(scope, end, settings.PermissionRead)
	require.NoError(t, err)
	_, err = h.Deactivate(t.Context(), scope, made.Token.ID, token.EndOptions{})
	require.NoError(t, err)
	h.now = end
	_, err = h.Reactivate(t.Context(), scope, made.Token.ID)
	require.ErrorIs(t, err, token.ErrExpired)
	h.now = end.Add(-time.Microsecond)
	_, err = h.Reactivate(t.Context(), scope, made.Token.ID)
	require.NoError(t, err)
}

func TestReactivateRetriesOnConflict(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	made := h.generate(scope, settings.PermissionRead)
	_, err := h.Deactivate(t.Context(), scope, made.Token.ID, token.EndOptions{})
	require.NoError(t, err)
	h.store.conflicts = retry.Tries
	_, err = h.Reactivate(t.Context(), scope, made.Token.ID)
	require.ErrorIs(t, err, admin.ErrConflict, "but not without end")
	h.store.conflicts = retry.Tries - 1
	on, err := h.Reactivate(t.Context(), scope, made.Token.ID)
	require.NoError(t, err)
	require.Equal(t, token.Active, on.State)
}

func TestList(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	var ids []uuid.UUID // newest first
	for range 5 {
		ids = append([]uuid.UUID{h.generate(scope, settings.PermissionRead).Token.ID}, ids...)
	}
	h.generate(admin.System(other), settings.PermissionRead)
	_, err := h.Deactivate(t.Context(), scope, ids[1], token.EndOptions{})
	require.NoError(t, err)
	require.NoError(t, h.Delete(t.Context(), scope, ids[3], token.EndOptions{}))

	for _, tc := range []struct {
		reason string
		state  token.State
		want   []uuid.UUID
	}{
		{"all but the deleted", "", []uuid.UUID{ids[0], ids[1], ids[2], ids[4]}},
		{"active", token.Active, []uuid.UUID{ids[0], ids[2], ids[4]}},
		{"deactivated", token.Deactivated, []uuid.UUID{ids[1]}},
		{"deleted, asked for", token.Deleted, []uuid.UUID{ids[3]}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			f := token.Filter{State: tc.state}
			var all, paged []uuid.UUID
			for x, err := range h.All(t.Context(), scope, f) {
				require.NoError(t, err)
				require.True(t, f.Matches(x, h.now))
				all = append(all, x.ID)
			}
			for q := (admin.Query{Limit: 2}); ; {
				p, err := h.List(t.Context(), scope, f, q)
				require.NoError(t, err)
				for _, x := range p.Items {
					paged = append(paged, x.ID)
				}
				if q.After = p.Next; q.After == "" {
					break
				}
			}
			require.Equal(t, tc.want, all)
			require.Equal(t, tc.want, paged)
		})
	}
	t.Run("a cursor belongs to its filter", func(t *testing.T) {
		p, err := h.List(t.Context(), scope, token.Filter{}, admin.Query{Limit: 1})
		require.NoError(t, err)
		_, err = h.List(t.Context(), scope, token.Filter{State: token.Active}, admin.Query{Limit: 1, After: p.Next})
		require.ErrorIs(t, err, admin.ErrInvalid)
	})
	t.Run("an unknown state", func(t *testing.T) {
		_, err := h.List(t.Context(), scope, token.Filter{State: "on"}, admin.Query{})
		require.ErrorIs(t, err, admin.ErrInvalid)
		require.ErrorContains(t, err, `/state: "on" is not a state of a token: use ACTIVE, DEACTIVATED or DELETED`)
	})
}

func TestAnotherOrganizationsTokenIsNotFound(t *testing.T) {
	h := newHouse(t)
	made := h.generate(admin.System(acme), settings.PermissionRead)
	stranger := admin.System(other)
	for name, call := range map[string]func(uuid.UUID) error{
		"Get": func(id uuid.UUID) error { _, err := h.Get(t.Context(), stranger, id); return err },
		"Deactivate": func(id uuid.UUID) error {
			_, err := h.Deactivate(t.Context(), stranger, id, token.EndOptions{})
			return err
		},
		"Reactivate": func(id uuid.UUID) error { _, err := h.Reactivate(t.Context(), stranger, id); return err },
		"Delete":     func(id uuid.UUID) error { return h.Delete(t.Context(), stranger, id, token.EndOptions{}) },
	} {
		t.Run(name, func(t *testing.T) {
			foreign, missing := call(made.Token.ID), call(uuid.Max)
			require.ErrorIs(t, foreign, admin.ErrNotFound)
			require.EqualError(t, foreign, missing.Error())
		})
	}
	n, err := h.DeactivateBy(t.Context(), stranger, made.Token.CreatedBy)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Equal(t, acme, h.as(made).Org())
}

func TestDeactivateBy(t *testing.T) {
	h := newHouse(t)
	ann, bob := h.user("ann", token.PermissionWrite, settings.PermissionRead), h.user("bob", token.PermissionWrite, settings.PermissionRead)
	hers := h.generate(ann, token.PermissionWrite, settings.PermissionRead)
	child := h.generate(h.as(hers), settings.PermissionRead)
	his := h.generate(bob, settings.PermissionRead)
	boss := h.user("boss", token.PermissionWrite, settings.PermissionRead)

	n, err := h.DeactivateBy(t.Context(), boss, ann.Actor())
	require.NoError(t, err)
	require.Equal(t, 2, n)
	for _, made := range []token.Generated{hers, child} {
		_, err := h.verify(made)
		require.Equal(t, token.ReasonDeactivated, refused(t, err).Reason())
	}
	_, err = h.verify(his)
	require.NoError(t, err)
	records := h.trail(admin.Subject{Kind: "user", ID: ann.User()})
	require.Equal(t, []admin.Action{token.ActionDeactivateBy}, actions(records))
	require.Equal(t, boss.Actor(), records[0].Actor)

	_, err = h.DeactivateBy(t.Context(), boss, admin.Actor{})
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorContains(t, err, "/actor/kind")
}

func TestInUsesThePortsOfATransaction(t *testing.T) {
	h := newHouse(t, func(o *token.Options) { o.Brand = "acme" })
	ann := h.user("ann", token.PermissionRead, token.PermissionWrite, settings.PermissionRead)
	in := token.GenerateInput{Name: "Import", Permissions: []admin.Permission{settings.PermissionRead}}
	asked := 0
	stop := errors.New("stop")
	err := h.backend.InTx(t.Context(), func(stores storage.Stores) error {
		tokens := h.In(token.Ports{
			Tokens: stores.Tokens(),
			UserPermissions: func(u token.UserAccess) (admin.PermissionSet, error) {
				asked++
				return h.permissionsOf(u)
			},
		})
		made, err := tokens.Generate(t.Context(), ann, in)
		require.NoError(t, err)
		require.Equal(t, "acme_live_", made.Token.Prefix, "the options are the parent's")
		_, err = tokens.Verify(t.Context(), made.Secret)
		require.NoError(t, err)
		return stop
	})
	require.ErrorIs(t, err, stop)
	require.Equal(t, 2, asked, "once to generate and once to verify")
	page, err := h.List(t.Context(), ann, token.Filter{}, admin.Query{})
	require.NoError(t, err)
	require.Empty(t, page.Items, "it went with the transaction")
}

func TestJSON(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionWrite, settings.PermissionRead)
	made, err := h.expiring(ann, start.Add(time.Hour), settings.PermissionRead)
	require.NoError(t, err)
	used, err := h.verify(made)
	require.NoError(t, err)
	used.Token.LastUsedAt, used.Token.ExpiresAt = start, time.Time{}
	actor, err := json.Marshal(ann.Actor())
	require.NoError(t, err)
	text := func(state, instants string) string {
		return fmt.Sprintf(`{"id":%q,"userId":%q,"name":"Import","permissions":["settings.read"],"prefix":"adm_live_","last4":%q,
			"state":%q,%s,"createdAt":"2026-03-01T10:20:30.123456Z","createdBy":%s,
			"updatedAt":"2026-03-01T10:20:30.123456Z","version":1}`,
			made.Token.ID, ann.User(), made.Token.Last4, state, instants, actor)
	}
	off := made.Token
	off.State = token.Deactivated
	for _, tc := range []struct {
		reason string
		value  any
		want   string
	}{
		{"a token", made.Token, text("ACTIVE", `"expiresAt":"2026-03-01T11:20:30.123456Z"`)},
		{"a token that is off", off, text("DEACTIVATED", `"expiresAt":"2026-03-01T11:20:30.123456Z"`)},
		{"a generated token, without its secret", made, `{"token":` + text("ACTIVE", `"expiresAt":"2026-03-01T11:20:30.123456Z"`) + `}`},
		{
			"a verified token", used, fmt.Sprintf(`{"token":{"id":%q,"userId":%q,"permissions":["settings.read"],"state":"ACTIVE",
				"lastUsedAt":"2026-03-01T10:20:30.123456Z"}}`, made.Token.ID, ann.User()),
		},
		{"no token", token.Token{}.Permissions, `[]`},
		{"a filter", token.Filter{State: token.Deleted}, `{"state":"DELETED"}`},
		{"no filter", token.Filter{}, `{}`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := json.Marshal(tc.value)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(got))
		})
	}
	t.Run("an input", func(t *testing.T) {
		var in token.GenerateInput
		require.NoError(t, json.Unmarshal([]byte(`{"name":"x","permissions":["settings.read"],"expiresAt":"2026-03-02T00:00:00Z"}`), &in))
		require.Equal(t, token.GenerateInput{
			Name: "x", Permissions: []admin.Permission{settings.PermissionRead}, ExpiresAt: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
		}, in)
	})
}

func TestEachCreatorWalksThroughTokensThatCanCreate(t *testing.T) {
	ann := admin.Actor{Kind: admin.ActorUser, ID: "ann"}
	writer := func(by admin.Actor, state token.State) token.Token {
		return token.Token{ID: uuid.New(), CreatedBy: by, State: state, Permissions: admin.Permissions(token.PermissionWrite)}
	}
	parent := writer(ann, token.Deleted)
	child := writer(parent.Actor(), token.Active)
	reader := token.Token{ID: uuid.New(), CreatedBy: ann, State: token.Active}
	var visited []admin.Actor
	visit := func(by admin.Actor) (created []token.Token, err error) {
		visited = append(visited, by)
		for _, t := range []token.Token{parent, child, reader} {
			if t.CreatedBy == by {
				created = append(created, t)
			}
		}
		return created, nil
	}
	require.NoError(t, token.EachCreator(ann, visit))
	require.Equal(t, []admin.Actor{ann, parent.Actor(), child.Actor()}, visited)
	require.ErrorIs(t, token.EachCreator(ann, func(admin.Actor) ([]token.Token, error) { return nil, errDown }), errDown)
}
