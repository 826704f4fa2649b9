package admincenter_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

// notFresh are the methods of users and tokens that do not ask when the user last authenticated, and why.
func notFresh() map[string]string {
	const reads, host = "it changes nothing", "only the host can, who does not authenticate"
	return map[string]string{
		"People.Profile": reads, "People.Organization": reads, "People.User": reads, "People.Users": reads,
		"People.AllUsers": reads, "People.Invitation": reads, "People.Invitations": reads, "People.AllInvitations": reads,
		"People.Identities": reads, "People.UserByEmail": reads, "People.UserByExternalID": reads,
		"People.ProvisionedUsers": reads,
		"People.Role":             reads, "People.Roles": reads, "People.Sessions": reads, "People.SessionsOf": reads,
		"People.ChangePassword":      "it asks for the password",
		"People.UpdateProfile":       "a name is no credential",
		"People.RequestEmailChange":  "it asks for the password, or has a limit of its own",
		"People.LinkIdentity":        "it has a limit of its own",
		"People.UnlinkIdentity":      "it has a limit of its own",
		"People.Factors":             reads,
		"People.ConfirmTOTP":         "it belongs to BeginTOTP",
		"People.CancelEmailChange":   "it leaves the address as it is",
		"People.RenameOrganization":  "a company's name is no credential",
		"People.KeepSession":         "it belongs to the sign-in",
		"People.SuspendOrganization": host, "People.ReactivateOrganization": host, "People.DeleteOrganization": host,
		"People.Impersonate": "the host's own code alone may", "People.ResumeImpersonation": "as Impersonate",
		"Tokens.Rename":    "a name is no credential",
		"Tokens.Recognize": reads,
		"Tokens.Get":       reads, "Tokens.List": reads, "Tokens.All": reads,
	}
}

// actsForUsers reports whether a method of users or tokens is called with who acts.
func actsForUsers(m serviceMethod) bool {
	if !strings.HasPrefix(m.name, "People.") && !strings.HasPrefix(m.name, "Tokens.") {
		return false
	}
	for i := 1; i < m.Type.NumIn(); i++ {
		if in := m.Type.In(i); in == scopeType || in == reflect.TypeFor[people.Session]() {
			return true
		}
	}
	return false
}

// Every method that changes credentials, roles, invitations, sessions or tokens wants a recent authentication.
func TestChangesWantARecentAuthentication(t *testing.T) {
	const fresh = 10 * time.Minute
	h := newHouse(t, admincenter.Options{Fresh: fresh})
	ids := seeded(t, h)
	exempt, asking := notFresh(), 0
	call := func(m serviceMethod, s people.Session) []error {
		var errs []error
		for _, id := range ids {
			_, err := invoke(m, t.Context(), s.Scope, s, id, int64(1))
			errs = append(errs, err)
		}
		return errs
	}
	h.now = h.now.Add(fresh + time.Microsecond)
	stale, unknown := h.ann, h.ann
	unknown.Scope = admin.NewScope(acme, h.ann.Scope.Actor(), granted(h.ann.Scope))
	for _, m := range allMethods(h.Center) {
		if !actsForUsers(m) {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			asks := exempt[m.name] == ""
			delete(exempt, m.name)
			if asks {
				asking++
			}
			for _, s := range []people.Session{stale, unknown} {
				for _, err := range call(m, s) {
					require.Equal(t, asks, errors.Is(err, admin.ErrReauthenticate), "%v", err)
				}
			}
			if !asks {
				return
			}
			_, err := invoke(m, t.Context(), people.Session{}.Scope)
			require.ErrorIs(t, err, admin.ErrUnauthenticated, "first who acts is asked for")
		})
	}
	require.Empty(t, exempt, "listed, but no method of users or tokens")
	require.GreaterOrEqual(t, asking, 12)
}

func granted(s admin.Scope) admin.PermissionSet {
	set, _ := s.Granted()
	return set
}

// A user who authenticated a moment ago, a token and the host's code are not asked to authenticate.
func TestARecentAuthenticationIsEnough(t *testing.T) {
	const fresh = 10 * time.Minute
	h := newHouse(t, admincenter.Options{Fresh: fresh})
	h.now = h.now.Add(fresh)
	_, _, err := h.People.Invite(t.Context(), h.ann.Scope, "cid@acme.example", people.Analyst)
	require.NoError(t, err)
	in := token.GenerateInput{Name: "ci", Permissions: []admin.Permission{people.PermissionUsersRead}}
	_, err = h.Tokens.Generate(t.Context(), h.ann.Scope, in)
	require.NoError(t, err)
	h.now = h.now.Add(time.Hour)
	_, _, err = h.People.Invite(t.Context(), h.ann.Scope, "dora@acme.example", people.Analyst)
	require.ErrorIs(t, err, admin.ErrReauthenticate)
	_, _, err = h.People.Invite(t.Context(), admin.System(acme), "dora@acme.example", people.Analyst)
	require.NoError(t, err)

	s := h.signIn("ann@acme.example", admin.NewSecret("seven herons over Lake Vann"))
	_, secret, err := h.People.KeepSession(t.Context(), s, people.KeepInput{})
	require.NoError(t, err)
	h.now = h.now.Add(30 * time.Minute)
	s, err = h.People.ResumeSession(t.Context(), acme, secret)
	require.NoError(t, err)
	_, err = h.Tokens.Generate(t.Context(), s.Scope, in)
	require.ErrorIs(t, err, admin.ErrReauthenticate)
	s, _, err = h.People.Reauthenticate(t.Context(), acme, secret, admin.NewSecret("seven herons over Lake Vann"))
	require.NoError(t, err)
	_, err = h.Tokens.Generate(t.Context(), s.Scope, in)
	require.NoError(t, err)
}
