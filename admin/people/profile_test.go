package people_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestProfile(t *testing.T) {
	h := newHouse(t)
	p, err := h.Profile(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, people.Profile{
		UserID: h.ann.User.ID, Name: "Ann", Email: h.ann.User.Email, Role: people.Administrator, Company: "Acme Ltd",
		HasPassword: true, Version: 1, CompanyVersion: 1,
	}, p)
}

func TestOnlyUsersHaveAProfile(t *testing.T) {
	h := newHouse(t)
	for reason, scope := range map[string]admin.Scope{"a token": token(t, people.Administrator), "the host": admin.System(acme)} {
		t.Run(reason, func(t *testing.T) {
			_, err := h.Profile(t.Context(), scope)
			require.ErrorIs(t, err, admin.ErrForbidden)
			require.ErrorContains(t, err, "only users do")
			_, err = h.ChangeName(t.Context(), scope, 1, "Eve")
			require.ErrorIs(t, err, admin.ErrForbidden)
			_, err = h.ChangeEmail(t.Context(), scope, 1, "eve@acme.example", annsPassword)
			require.ErrorIs(t, err, admin.ErrForbidden)
			require.ErrorIs(t, h.ChangePassword(t.Context(), scope, annsPassword, newPassword), admin.ErrForbidden)
		})
	}
	_, err := h.Profile(t.Context(), admin.Scope{})
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
}

func TestChangeName(t *testing.T) {
	h := newHouse(t)
	h.clock.Add(time.Hour)
	u, err := h.ChangeName(t.Context(), h.ann.Scope, 1, "Anna Ångström")
	require.NoError(t, err)
	stored, err := h.User(t.Context(), h.ann.Scope, u.ID)
	require.NoError(t, err)
	require.Equal(t, stored, u)
	require.Equal(t, "Anna Ångström", u.Name)
	require.Equal(t, h.clock.Now(), u.UpdatedAt)
	require.Equal(t, []admin.Change{{Field: "name", From: "Ann", To: "Anna Ångström"}}, h.lastRecord().Changes)

	_, err = h.ChangeName(t.Context(), h.ann.Scope, 1, "Late")
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = h.ChangeName(t.Context(), h.ann.Scope, 2, "")
	requireProblem(t, err, "/name", admin.CodeRequired)
	_, err = h.ChangeName(t.Context(), h.ann.Scope, 2, strings.Repeat("é", 256))
	requireProblem(t, err, "/name", admin.CodeTooLong)
	_, err = h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
	require.NoError(t, err, "a name ends no session")
}

func TestChangeEmail(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Analyst)
	_, err := h.ChangeEmail(t.Context(), h.ann.Scope, 1, "anna@acme.example", bobsPassword)
	require.ErrorIs(t, err, people.ErrPassword, "she has a password, so she must give it")
	_, err = h.ChangeEmail(t.Context(), h.ann.Scope, 1, "anna@acme.example", admin.Secret{})
	require.ErrorIs(t, err, people.ErrPassword)
	_, err = h.ChangeEmail(t.Context(), h.ann.Scope, 1, "not an address", annsPassword)
	requireProblem(t, err, "/email", admin.CodeFormat)
	_, err = h.ChangeEmail(t.Context(), h.ann.Scope, 1, "", annsPassword)
	requireProblem(t, err, "/email", admin.CodeRequired)
	_, err = h.ChangeEmail(t.Context(), h.ann.Scope, 1, "BOB@acme.example", annsPassword)
	require.ErrorIs(t, err, admin.ErrExists)
	_, err = h.ChangeEmail(t.Context(), h.ann.Scope, 7, "anna@acme.example", annsPassword)
	require.ErrorIs(t, err, admin.ErrConflict)

	u, err := h.ChangeEmail(t.Context(), h.ann.Scope, 1, "Anna@Acme.example", annsPassword)
	require.NoError(t, err)
	require.Equal(t, people.Email{Address: "Anna@Acme.example", Key: "anna@acme.example"}, u.Email)
	require.Equal(t, int64(2), u.Version)
	h.signIn("anna@acme.example", annsPassword)
	_, err = h.SignIn(t.Context(), acme, "ann@acme.example", annsPassword)
	require.ErrorIs(t, err, people.ErrSignIn)
	require.Equal(t, people.UserActive, bob.User.Status)
}

func TestChangeEmailWithoutPassword(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.CreateOrganization(t.Context(), people.NewOrganization{ID: "sso", Name: "Sso", Admin: people.NewAdmin{Name: "Eve", Email: "eve@sso.example"}})
	require.NoError(t, err)
	eve, err := h.SignInVerified(t.Context(), "sso", "eve@sso.example")
	require.NoError(t, err)
	p, err := h.Profile(t.Context(), eve.Scope)
	require.NoError(t, err)
	require.False(t, p.HasPassword)
	_, err = h.ChangeEmail(t.Context(), eve.Scope, 1, "eva@sso.example", admin.Secret{})
	require.NoError(t, err)
}

func TestRenameOrganization(t *testing.T) {
	h := newHouse(t)
	o, err := h.RenameOrganization(t.Context(), h.ann.Scope, 1, "Acme GmbH")
	require.NoError(t, err)
	stored, err := h.Organization(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, stored, o)
	require.Equal(t, []admin.Change{{Field: "name", From: "Acme Ltd", To: "Acme GmbH"}}, h.lastRecord().Changes)
	_, err = h.RenameOrganization(t.Context(), h.ann.Scope, 1, "Late")
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = h.RenameOrganization(t.Context(), h.ann.Scope, 2, "\x00")
	requireProblem(t, err, "/name", admin.CodeFormat)
	_, err = h.RenameOrganization(t.Context(), admin.System("nobody"), 1, "Name")
	require.ErrorIs(t, err, admin.ErrNotFound)
}
