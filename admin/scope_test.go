package admin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestOrgIDCheck(t *testing.T) {
	for _, id := range []admin.OrgID{"a", "acme", "Acme-1_2.3:4", admin.OrgID(strings.Repeat("x", 64))} {
		require.NoError(t, id.Check())
	}
	for reason, id := range map[string]admin.OrgID{
		"empty": "", "too long": admin.OrgID(strings.Repeat("x", 65)), "blank": "a b", "line break at the end": "acme\n",
		"slash": "a/b", "quote": "a'b", "percent": "a%", "umlaut": "ä", "NUL": "a\x00", "not UTF-8": "\xff", "huge": admin.OrgID(strings.Repeat("x", 1<<20)),
	} {
		t.Run(reason, func(t *testing.T) {
			err := id.Check()
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Less(t, len(err.Error()), 400)
		})
	}
}

func TestScopeRequire(t *testing.T) {
	ann := admin.Actor{Kind: admin.ActorUser, ID: "ann"}
	granted := admin.Permissions(people.PermissionUsersRead, admin.PermissionAuditRead)
	for _, tc := range []struct {
		reason  string
		scope   admin.Scope
		require []admin.Permission
		want    error
	}{
		{"what was granted", admin.NewScope("acme", ann, granted), []admin.Permission{people.PermissionUsersRead}, nil},
		{"all that was granted", admin.NewScope("acme", ann, granted), []admin.Permission{admin.PermissionAuditRead, people.PermissionUsersRead}, nil},
		{"nothing in particular", admin.NewScope("acme", ann, admin.PermissionSet{}), nil, nil},
		{"what was not granted", admin.NewScope("acme", ann, granted), []admin.Permission{people.PermissionUsersWrite}, admin.ErrForbidden},
		{"one of two", admin.NewScope("acme", ann, granted), []admin.Permission{people.PermissionUsersRead, people.PermissionUsersWrite}, admin.ErrForbidden},
		{"the host's own code", admin.System("acme"), []admin.Permission{people.PermissionUsersWrite, "made.up"}, nil},
		{"the zero scope", admin.Scope{}, []admin.Permission{people.PermissionUsersRead}, admin.ErrUnauthenticated},
		{"the zero scope and nothing in particular", admin.Scope{}, nil, admin.ErrUnauthenticated},
		{"no organization", admin.NewScope("", ann, granted), []admin.Permission{people.PermissionUsersRead}, admin.ErrUnauthenticated},
		{"no actor", admin.NewScope("acme", admin.Actor{}, granted), []admin.Permission{people.PermissionUsersRead}, admin.ErrUnauthenticated},
		{"the host's own code nowhere", admin.System(""), nil, admin.ErrUnauthenticated},
		{"a malformed organization", admin.NewScope("a b", ann, granted), []admin.Permission{people.PermissionUsersRead}, admin.ErrInvalid},
		{"the host's own code in a malformed organization", admin.System("a/b"), nil, admin.ErrInvalid},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			err := tc.scope.Require(tc.require...)
			require.ErrorIs(t, err, tc.want)
			require.Equal(t, err, tc.scope.Require(admin.Permissions(tc.require...).List()...))
			if len(tc.require) == 1 {
				require.Equal(t, err == nil, tc.scope.Can(tc.require[0]), "Can agrees with Require")
			}
		})
	}
}

func TestScopeSaysWhatIsMissing(t *testing.T) {
	scope := admin.NewScope("acme", admin.Actor{Kind: admin.ActorToken, ID: "42"}, admin.Permissions(people.PermissionUsersRead))
	err := scope.Require(people.PermissionUsersWrite, people.PermissionUsersRead, admin.PermissionAuditRead)
	require.EqualError(t, err, "token 42 lacks the permission audit.read users.write: forbidden")
}

func TestScopeTells(t *testing.T) {
	ann := admin.Actor{Kind: admin.ActorUser, ID: "ann"}
	granted := admin.Permissions(people.PermissionUsersRead)
	scope := admin.NewScope("acme", ann, granted)
	require.Equal(t, admin.OrgID("acme"), scope.Org())
	require.Equal(t, ann, scope.Actor())
	set, all := scope.Granted()
	require.Equal(t, granted, set)
	require.False(t, all)
	require.Equal(t, "user ann in acme", scope.String())

	require.Equal(t, admin.Subject{Kind: "user", ID: "ann"}, ann.Subject())

	system := admin.System("acme")
	require.Equal(t, "system in acme", system.String())
	set, all = system.Granted()
	require.Zero(t, set.Len(), "it has no list to copy into something that lasts")
	require.True(t, all)
	require.True(t, system.Can("anything"))
}

func TestRequireRecent(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	user := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: "ann"}, admin.PermissionSet{})
	token := admin.NewScope("acme", admin.Actor{Kind: admin.ActorToken, ID: "t"}, admin.PermissionSet{})
	for name, c := range map[string]struct {
		scope admin.Scope
		want  error
	}{
		"a moment ago":                     {user.WithAuthenticatedAt(now), nil},
		"as long ago as allowed":           {user.WithAuthenticatedAt(now.Add(-time.Minute)), nil},
		"longer ago":                       {user.WithAuthenticatedAt(now.Add(-time.Minute - time.Microsecond)), admin.ErrReauthenticate},
		"in the future, by a wrong clock":  {user.WithAuthenticatedAt(now.Add(time.Microsecond)), admin.ErrReauthenticate},
		"not known":                        {user, admin.ErrReauthenticate},
		"not known, as the zero time says": {user.WithAuthenticatedAt(time.Time{}), admin.ErrReauthenticate},
		"a token does not authenticate":    {token, nil},
		"neither does the host's own code": {admin.System("acme"), nil},
		"a token cannot claim that it did": {token.WithAuthenticatedAt(now.Add(-time.Hour)), nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, c.scope.RequireRecent(now, time.Minute), c.want)
			require.NoError(t, c.scope.RequireRecent(now, 0), "no limit")
		})
	}
	require.Zero(t, token.WithAuthenticatedAt(now).AuthenticatedAt())
}

func TestUserWhoAnswers(t *testing.T) {
	user := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: "ann"}, admin.PermissionSet{})
	token := admin.NewScope("acme", admin.Actor{Kind: admin.ActorToken, ID: "t"}, admin.PermissionSet{})
	require.Equal(t, "ann", user.User())
	require.Equal(t, "ann", user.OnBehalfOf("bob").User(), "a user answers for themselves")
	require.Empty(t, token.User())
	require.Equal(t, "ann", token.OnBehalfOf("ann").User())
	require.Empty(t, admin.System("acme").User())
}
