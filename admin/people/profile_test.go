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
	for reason, scope := range map[string]admin.Scope{"a token": token(t, people.Analyst), "the host": admin.System(acme)} {
		t.Run(reason, func(t *testing.T) {
			_, err := h.Profile(t.Context(), scope)
			require.ErrorIs(t, err, admin.ErrForbidden)
			require.ErrorContains(t, err, "only users do")
			_, err = h.UpdateProfile(t.Context(), scope, people.ProfileChange{Version: 1, Name: ptr("Eve")})
			require.ErrorIs(t, err, admin.ErrForbidden)
			_, _, err = h.RequestEmailChange(t.Context(), scope, people.EmailChangeInput{Email: "eve@acme.example", CurrentPassword: annsPassword})
			require.ErrorIs(t, err, admin.ErrForbidden)
			require.ErrorIs(t, changePassword(t.Context(), h, scope, annsPassword, newPassword), admin.ErrForbidden)
		})
	}
	_, err := h.Profile(t.Context(), admin.Scope{})
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
}

func TestUpdateProfileName(t *testing.T) {
	h := newHouse(t)
	h.clock.Add(time.Hour)
	p, err := h.UpdateProfile(t.Context(), h.ann.Scope, people.ProfileChange{Version: 1, Name: ptr("Anna Ångström")})
	require.NoError(t, err)
	stored, err := h.Profile(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, stored, p)
	require.Equal(t, "Anna Ångström", p.Name)
	require.Equal(t, []int64{2, 1}, []int64{p.Version, p.CompanyVersion})
	u, err := h.User(t.Context(), h.ann.Scope, p.UserID)
	require.NoError(t, err)
	require.Equal(t, h.clock.Now(), u.UpdatedAt)
	require.Equal(t, []admin.Change{{Field: "name", From: "Ann", To: "Anna Ångström", Personal: true}}, h.lastRecord().Changes)

	_, err = h.UpdateProfile(t.Context(), h.ann.Scope, people.ProfileChange{Version: 1, Name: ptr("Late")})
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = h.UpdateProfile(t.Context(), h.ann.Scope, people.ProfileChange{Version: 2, Name: ptr("")})
	requireProblem(t, err, "/name", admin.CodeRequired)
	_, err = h.UpdateProfile(t.Context(), h.ann.Scope, people.ProfileChange{Version: 2, Name: ptr(strings.Repeat("é", 256))})
	requireProblem(t, err, "/name", admin.CodeTooLong)
	_, err = h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
	require.NoError(t, err, "a name ends no session")
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

func TestUpdateProfileSavesEverythingTogether(t *testing.T) {
	h := newHouse(t)
	before := len(h.records())
	saved, err := h.UpdateProfile(t.Context(), h.ann.Scope, people.ProfileChange{
		Name: ptr("Anna"), Company: ptr("Acme GmbH"), Version: 1, CompanyVersion: 1,
	})
	require.NoError(t, err)
	require.Equal(t, people.Profile{
		UserID: h.ann.User.ID, Name: "Anna", Email: people.Email{Address: "Ann@Acme.example", Key: "ann@acme.example"},
		Role: people.Administrator, Company: "Acme GmbH", HasPassword: true, Version: 2, CompanyVersion: 2,
	}, saved)
	stored, err := h.Profile(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, saved, stored)
	require.Len(t, h.records(), before+1, "one action is one record")
	rec := h.lastRecord()
	require.Equal(t, people.ActionUpdateProfile, rec.Action)
	require.Equal(t, admin.Subject{Kind: "user", ID: h.ann.User.ID.String()}, rec.Subject)
	require.Equal(t, []admin.Change{
		{Field: "name", From: "Ann", To: "Anna", Personal: true}, {Field: "company", From: "Acme Ltd", To: "Acme GmbH"},
	}, rec.Changes)
}

func TestUpdateProfileSavesNothingIfAnythingIsWrong(t *testing.T) {
	all := func() people.ProfileChange {
		return people.ProfileChange{
			Name: ptr("Anna"), Company: ptr("Acme GmbH"), Version: 1, CompanyVersion: 1,
		}
	}
	for _, tc := range []struct {
		reason string
		change func(*people.ProfileChange)
		want   error
	}{
		{"a bad name", func(c *people.ProfileChange) { c.Name = ptr("") }, admin.ErrInvalid},
		{"a bad company", func(c *people.ProfileChange) { c.Company = ptr("\x00") }, admin.ErrInvalid},
		{"an old version of the user", func(c *people.ProfileChange) { c.Version = 7 }, admin.ErrConflict},
		{"an old version of the company", func(c *people.ProfileChange) { c.CompanyVersion = 7 }, admin.ErrConflict},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHouse(t)
			h.join("bob@acme.example", people.Analyst)
			before, err := h.Profile(t.Context(), h.ann.Scope)
			require.NoError(t, err)
			records := len(h.records())
			in := all()
			tc.change(&in)
			_, err = h.UpdateProfile(t.Context(), h.ann.Scope, in)
			require.ErrorIs(t, err, tc.want)
			after, err := h.Profile(t.Context(), h.ann.Scope)
			require.NoError(t, err)
			require.Equal(t, before, after)
			require.Len(t, h.records(), records)
		})
	}
	t.Run("reports every problem", func(t *testing.T) {
		h := newHouse(t)
		_, err := h.UpdateProfile(t.Context(), h.ann.Scope, people.ProfileChange{Name: ptr(""), Company: ptr("")})
		var v *admin.ValidationError
		require.ErrorAs(t, err, &v)
		require.Len(t, v.Fields, 2)
		require.Equal(t, "/company", v.Fields[1].Path)
	})
}

func TestUpdateProfileChangesOnlyWhatDiffers(t *testing.T) {
	h := newHouse(t)
	before := len(h.records())
	p, err := h.UpdateProfile(t.Context(), h.ann.Scope, people.ProfileChange{
		Name: ptr("Ann"), Company: ptr("Acme Ltd"), Version: 1, CompanyVersion: 1,
	})
	require.NoError(t, err)
	require.Equal(t, []int64{1, 1}, []int64{p.Version, p.CompanyVersion})
	p, err = h.UpdateProfile(t.Context(), h.ann.Scope, people.ProfileChange{})
	require.NoError(t, err)
	require.Equal(t, "Ann", p.Name)
	require.Len(t, h.records(), before)
	p, err = h.UpdateProfile(t.Context(), h.ann.Scope, people.ProfileChange{
		Name: ptr("Ann"), Company: ptr("Acme GmbH"), Version: 1, CompanyVersion: 1,
	})
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2}, []int64{p.Version, p.CompanyVersion}, "the user stays")
}

func TestUpdateProfileRequiresThePermissionsOfItsFields(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Developer)
	_, err := h.UpdateProfile(t.Context(), bob.Scope, people.ProfileChange{Version: 1, Name: ptr("Robert")})
	require.NoError(t, err)
	_, err = h.UpdateProfile(t.Context(), bob.Scope, people.ProfileChange{
		Version: 2, Name: ptr("Rob"), CompanyVersion: 1, Company: ptr("Bob Ltd"),
	})
	require.ErrorIs(t, err, admin.ErrForbidden)
	only := admin.NewScope(acme, h.ann.Scope.Actor(), admin.Permissions(people.PermissionOrganizationWrite))
	_, err = h.UpdateProfile(t.Context(), only, people.ProfileChange{CompanyVersion: 1, Company: ptr("Acme GmbH")})
	require.NoError(t, err)
	_, err = h.UpdateProfile(t.Context(), only, people.ProfileChange{Version: 1, Name: ptr("Anna")})
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = h.UpdateProfile(t.Context(), only, people.ProfileChange{})
	require.ErrorIs(t, err, admin.ErrForbidden)
}
