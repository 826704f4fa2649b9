package people_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestCreateOrganizationMakesItsFirstAdministrator(t *testing.T) {
	h := newHouse(t)
	o, err := h.Organization(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, people.Organization{
		ID: acme, Name: "Acme Ltd", Status: people.OrganizationActive, StatusAt: h.clock.Now(), CreatedAt: h.clock.Now(), Version: 1,
	}, o)
	require.Equal(t, people.User{
		ID: h.ann.User.ID, Name: "Ann", Email: people.Email{Address: "Ann@Acme.example", Key: "ann@acme.example"},
		Role: people.Administrator, Status: people.UserActive, CreatedAt: h.clock.Now(), UpdatedAt: h.clock.Now(), Version: 1,
	}, h.ann.User)
	rec := h.lastRecord()
	require.Equal(t, people.ActionCreateOrganization, rec.Action)
	require.Equal(t, admin.ActorSystem, rec.Actor.Kind)
	require.Equal(t, admin.Subject{Kind: "organization", ID: "acme"}, rec.Subject)
}

func TestCreateOrganizationMakesAnID(t *testing.T) {
	h := newHouse(t)
	o, _, err := h.CreateOrganization(t.Context(), people.NewOrganization{Name: "Other", Admin: people.NewAdmin{Name: "Eve", Email: "eve@other.example"}})
	require.NoError(t, err)
	_, err = uuid.Parse(string(o.ID))
	require.NoError(t, err)
}

func TestCreateOrganizationWithoutPassword(t *testing.T) {
	h := newHouse(t)
	_, u, err := h.CreateOrganization(t.Context(), people.NewOrganization{ID: "sso", Name: "Sso", Admin: people.NewAdmin{Name: "Eve", Email: "eve@sso.example"}})
	require.NoError(t, err)
	for _, password := range []admin.Secret{{}, annsPassword} {
		_, err = h.SignIn(t.Context(), "sso", people.SignInInput{Email: "eve@sso.example", Password: password})
		require.ErrorIs(t, err, people.ErrSignIn)
	}
	session, err := h.SignInVerified(t.Context(), "sso", "eve@sso.example")
	require.NoError(t, err)
	require.Equal(t, u.ID, session.User.ID)
	require.ErrorIs(t, changePassword(t.Context(), h, session.Scope, admin.Secret{}, newPassword), people.ErrNoPassword)
}

func TestCreateOrganizationReportsEveryProblem(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.CreateOrganization(t.Context(), people.NewOrganization{
		ID: "no blanks", Name: " ", Admin: people.NewAdmin{Name: "", Email: "nobody", Password: admin.NewSecret("short")},
	})
	var v *admin.ValidationError
	require.ErrorAs(t, err, &v)
	var paths []string
	for _, f := range v.Fields {
		paths = append(paths, f.Path)
		require.NotContains(t, f.Message, ": invalid", "the kind of the error is not part of a message")
	}
	require.Equal(t, []string{"/id", "/name", "/admin/name", "/admin/email", "/admin/password"}, paths)
}

func TestCreateOrganizationRefusesATakenID(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.CreateOrganization(t.Context(), people.NewOrganization{ID: acme, Name: "Second", Admin: people.NewAdmin{Name: "Eve", Email: "eve@acme.example"}})
	require.ErrorIs(t, err, admin.ErrExists)
	_, err = h.SignInVerified(t.Context(), acme, "eve@acme.example")
	require.ErrorIs(t, err, people.ErrSignIn, "no user was added")
}

func TestOrganizationsDoNotMeet(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.CreateOrganization(t.Context(), people.NewOrganization{ID: "other", Name: "Other", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: bobsPassword}})
	require.NoError(t, err)
	other, err := h.SignIn(t.Context(), "other", people.SignInInput{Email: "ann@acme.example", Password: bobsPassword})
	require.NoError(t, err)
	_, err = h.SignIn(t.Context(), "other", people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.ErrorIs(t, err, people.ErrSignIn, "the password of the same person elsewhere")

	_, err = h.User(t.Context(), other.Scope, h.ann.User.ID)
	_, missing := h.User(t.Context(), other.Scope, uuid.New())
	require.ErrorIs(t, err, admin.ErrNotFound)
	require.Equal(t, missing.Error(), err.Error(), "another organization's user looks like none")
	_, err = h.Deactivate(t.Context(), other.Scope, h.ann.User.ID, 1, people.DeactivateOptions{})
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = h.ScopeOf(t.Context(), "other", h.ann.User.ID, h.ann.Epoch)
	require.ErrorIs(t, err, people.ErrSession)
}
