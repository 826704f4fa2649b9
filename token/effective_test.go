package token_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

func TestATokenMayDoWhatItWasGrantedAndItsUserMayNow(t *testing.T) {
	h := newHouse(t)
	wide := []admin.Permission{token.PermissionWrite, settings.PermissionRead, settings.PermissionWrite}
	ann := h.user("ann", wide...)
	made := h.generate(ann, settings.PermissionRead, settings.PermissionWrite, token.PermissionWrite)
	child := h.generate(h.as(made), settings.PermissionWrite)
	system := h.generate(admin.System(acme), settings.PermissionWrite)
	for _, tc := range []struct {
		reason      string
		now         []admin.Permission // of the user's role
		made, child string
	}{
		{"the same", wide, "settings.read settings.write tokens.write", "settings.write"},
		{"more", append(wide, customer.PermissionRead), "settings.read settings.write tokens.write", "settings.write"},
		{"less", []admin.Permission{settings.PermissionRead}, "settings.read", ""},
		{"others", []admin.Permission{customer.PermissionRead}, "", ""},
		{"nothing", nil, "", ""},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h.user("ann", tc.now...)
			for want, x := range map[*string]token.Generated{&tc.made: made, &tc.child: child} {
				scope := h.as(x)
				granted, all := scope.Granted()
				require.False(t, all)
				require.Equal(t, *want, granted.String())
				require.Equal(t, ann.User(), scope.User())
				ps := admin.ParsePermissions(*want).List()
				require.NoError(t, h.Authorize(t.Context(), acme, x.Token.Actor(), ps...), "a job may do the same")
				if !scope.Can(settings.PermissionWrite) {
					err := h.Authorize(t.Context(), acme, x.Token.Actor(), settings.PermissionWrite)
					require.ErrorIs(t, err, admin.ErrForbidden)
				}
			}
			require.True(t, h.as(system).Can(settings.PermissionWrite))
		})
	}
	t.Run("a role that no longer exists", func(t *testing.T) {
		delete(h.roles, "ann")
		_, err := h.verify(made)
		require.Equal(t, token.ReasonUser, refused(t, err).Reason())
		require.ErrorIs(t, h.Authorize(t.Context(), acme, made.Token.Actor()), admin.ErrForbidden)
	})
}

func TestTheTokensOfAUserWhoIsNotActiveAreRefused(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionWrite)
	made := h.generate(ann, token.PermissionWrite)
	child := h.generate(h.as(made), token.PermissionWrite)
	running := h.as(child)
	h.setStatus(people.UserDeactivated, true)
	for _, x := range []token.Generated{made, child} {
		_, err := h.verify(x)
		requireRefused(t, token.ReasonUser, x.Token, err)
	}
	for reason, scope := range map[string]admin.Scope{"the user": ann, "the token": running} {
		_, err := h.Generate(t.Context(), scope, token.GenerateInput{
			Name: "x", Permissions: []admin.Permission{token.PermissionWrite},
		})
		require.ErrorIs(t, err, admin.ErrForbidden, reason)
		_, err = h.Rotate(t.Context(), scope, made.Token.ID, token.RotateInput{})
		require.ErrorIs(t, err, admin.ErrForbidden, reason)
	}
	h.setStatus(people.UserActive, false)
	h.as(child)
}

func TestOnlyUsersTokensAndTheSystemGrantPermissions(t *testing.T) {
	h := newHouse(t)
	stranger := uuid.New().String()
	for reason, actor := range map[string]admin.Actor{
		"a user of nowhere":        {Kind: admin.ActorUser, ID: stranger},
		"a user with another id":   {Kind: admin.ActorUser, ID: "ann"},
		"a user written otherwise": {Kind: admin.ActorUser, ID: "{" + h.user("ann", token.PermissionWrite).User() + "}"},
		"a token of nowhere":       {Kind: admin.ActorToken, ID: stranger},
		"an actor of the host's":   {Kind: "robot", ID: stranger},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := h.Generate(t.Context(), admin.NewScope(acme, actor, admin.Permissions(token.PermissionWrite)),
				token.GenerateInput{Name: "x", Permissions: []admin.Permission{token.PermissionWrite}})
			require.Error(t, err)
			require.Contains(t, []string{"forbidden", "token_not_found"}, admin.Code(err))
		})
	}
}

func TestLifetimeAndNumberOfTokensAreLimited(t *testing.T) {
	h := newHouse(t, func(o *token.Options) { o.MaxLifetime, o.MaxTokens = time.Hour, 2 })
	system := admin.System(acme)
	for reason, at := range map[string]time.Time{
		"never": {}, "an instant too late": start.Add(time.Hour + time.Microsecond),
	} {
		_, err := h.expiring(system, at, settings.PermissionRead)
		require.ErrorIs(t, err, admin.ErrInvalid, reason)
		require.ErrorContains(t, err, "use 2026-03-01T11:20:30Z at the latest", reason)
	}
	first, err := h.expiring(system, start.Add(time.Hour), settings.PermissionRead)
	require.NoError(t, err)
	second, err := h.expiring(system, start.Add(time.Minute), settings.PermissionRead)
	require.NoError(t, err)
	_, err = h.expiring(system, start.Add(time.Minute), settings.PermissionRead)
	require.ErrorIs(t, err, token.ErrTooManyTokens)
	require.ErrorIs(t, err, admin.ErrState)

	_, err = h.Deactivate(t.Context(), system, first.Token.ID, token.EndOptions{})
	require.NoError(t, err)
	_, err = h.expiring(system, start.Add(time.Minute), settings.PermissionRead)
	require.NoError(t, err, "one that is off does not count")
	_, err = h.Reactivate(t.Context(), system, first.Token.ID)
	require.ErrorIs(t, err, token.ErrTooManyTokens)
	h.now = second.Token.ExpiresAt
	_, err = h.Reactivate(t.Context(), system, first.Token.ID)
	require.NoError(t, err, "nor do those that have expired")
}

func TestRename(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionWrite)
	made := h.generate(ann, token.PermissionWrite)
	h.now = start.Add(time.Hour)
	rename := func(version int64, name string) (token.Token, error) {
		return h.Rename(t.Context(), ann, made.Token.ID, version, name)
	}
	for _, name := range []string{"", "a\nb"} {
		_, err := rename(1, name)
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
	renamed, err := rename(1, "Nightly")
	require.NoError(t, err)
	want := made.Token
	want.Name, want.UpdatedAt, want.Version = "Nightly", h.now, 2
	require.Equal(t, want, renamed)
	_, err = rename(1, "Late")
	require.ErrorIs(t, err, admin.ErrConflict)
	records := h.trail(admin.Subject{Kind: "token", ID: made.Token.ID.String()})
	require.Equal(t, []admin.Action{token.ActionGenerate, token.ActionRename}, actions(records))
	require.Equal(t, []admin.Change{
		{Field: "last4", To: made.Token.Last4}, {Field: "name", From: "Import", To: "Nightly", Personal: true},
	}, records[1].Changes)
	require.NoError(t, h.Delete(t.Context(), ann, made.Token.ID, token.EndOptions{}))
	_, err = rename(3, "Gone")
	require.ErrorIs(t, err, token.ErrDeleted)
}
