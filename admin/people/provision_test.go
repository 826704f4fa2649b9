package people_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func directoryInput(name string) people.ProvisionInput {
	in := identity(name)
	return people.ProvisionInput{
		ExternalID: "ext-" + name, Name: name, Email: name + "@acme.example", Role: people.Developer, Active: true, Identity: &in,
	}
}

// provisionBob provisions a developer.
func (h *house) provisionBob() people.ProvisionedUser {
	h.t.Helper()
	u, created, err := h.Provision(h.t.Context(), token(h.t, people.Administrator), directoryInput("bob"))
	require.NoError(h.t, err)
	require.True(h.t, created)
	return u
}

func TestProvision(t *testing.T) {
	h := newHouse(t)
	scope := token(t, people.Administrator)
	invited, secret, err := h.Invite(t.Context(), h.ann.Scope, "Bob@acme.example", people.Administrator)
	require.NoError(t, err)
	before := len(h.records())
	u := h.provisionBob()
	require.Equal(t, people.User{
		ID: u.ID, Name: "bob", Email: u.Email, Role: people.Developer, Status: people.UserActive,
		CreatedAt: h.clock.Now(), UpdatedAt: h.clock.Now(), Version: 1,
	}, u.User)
	require.Len(t, h.records(), before+1, "one record")
	rec := h.lastRecord()
	require.Equal(t, people.ActionProvision, rec.Action)
	require.Equal(t, scope.Actor().Kind, rec.Actor.Kind)
	require.Equal(t, []admin.Change{
		{Field: "externalId", To: "ext-bob", Personal: true}, {Field: "email", To: "bob@acme.example", Personal: true},
		{Field: "role", To: "developer"},
		{Field: "status", To: "ACTIVE"}, {Field: "issuer", To: "https://idp.example"}, {Field: "subject", To: "bob", Personal: true},
	}, rec.Changes)

	s, err := h.signInIdentity(identity("bob"))
	require.NoError(t, err)
	require.Equal(t, u.User, s.User)
	i, err := h.Invitation(t.Context(), h.ann.Scope, invited.ID)
	require.NoError(t, err)
	require.Equal(t, people.InvitationRevoked, i.Status)
	_, err = h.Accept(t.Context(), acme, secret, carl)
	require.Equal(t, people.ErrInvitation, err, "its role was not the directory's")

	again, created, err := h.Provision(t.Context(), scope, directoryInput("bob"))
	require.NoError(t, err)
	require.False(t, created)
	require.Equal(t, u, again)
	require.Len(t, h.records(), before+1)

	in := directoryInput("off")
	in.Active, in.Identity = false, nil
	off, _, err := h.Provision(t.Context(), scope, in)
	require.NoError(t, err)
	require.Equal(t, people.UserDeactivated, off.Status)
}

func TestProvisionRefuses(t *testing.T) {
	h := newHouse(t)
	h.link(h.ann, "ann")
	h.provisionBob()
	scope := token(t, people.Administrator)
	for _, tc := range []struct {
		reason string
		change func(*people.ProvisionInput)
		want   error
	}{
		{"the address of a user who was not provisioned", func(in *people.ProvisionInput) { in.Email = "ANN@acme.example" }, people.ErrEmailTaken},
		{"the address of a user who was provisioned", func(in *people.ProvisionInput) { in.Email = "bob@acme.example" }, people.ErrEmailTaken},
		{"the identity of another user", func(in *people.ProvisionInput) { in.Identity.Subject = "ann" }, people.ErrIdentityTaken},
	} {
		in := directoryInput("carl")
		tc.change(&in)
		_, _, err := h.Provision(t.Context(), scope, in)
		require.ErrorIs(t, err, tc.want, tc.reason)
	}
	_, _, err := h.Provision(t.Context(), scope, people.ProvisionInput{Identity: &people.IdentityInput{}})
	var v *admin.ValidationError
	require.ErrorAs(t, err, &v)
	var paths []string
	for _, f := range v.Fields {
		paths = append(paths, f.Path)
	}
	require.Equal(t, []string{"/externalId", "/name", "/email", "/role", "/identity/issuer", "/identity/subject"}, paths)
}

func TestProvisionGivesNoMoreThanTheScopeHas(t *testing.T) {
	h := newHouse(t)
	boss := h.provisionBob()
	_, err := h.ChangeRole(t.Context(), h.ann.Scope, boss.ID, 1, people.Administrator)
	require.NoError(t, err)
	set, err := people.DefaultRoles().Permissions(people.Analyst)
	require.NoError(t, err)
	weak := admin.NewScope(acme, admin.Actor{Kind: admin.ActorToken, ID: uuid.NewString()}, set.With(people.PermissionUsersWrite))
	in := directoryInput("carl")
	in.Role = people.Administrator
	_, _, err = h.Provision(t.Context(), weak, in)
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, _, err = h.Provision(t.Context(), weak, directoryInput("bob"))
	require.ErrorIs(t, err, admin.ErrForbidden, "not even the answer that there is one")
	_, err = h.UpdateProvisioned(t.Context(), weak, boss.ID, people.ProvisionChange{Name: ptr("x")})
	require.ErrorIs(t, err, admin.ErrForbidden)
	require.ErrorIs(t, h.Deprovision(t.Context(), weak, boss.ID), admin.ErrForbidden)
	for reason, scope := range map[string]admin.Scope{"an analyst": token(t, people.Analyst), "a developer": token(t, people.Developer)} {
		_, _, err = h.Provision(t.Context(), scope, directoryInput("carl"))
		require.ErrorIs(t, err, admin.ErrForbidden, reason)
		_, err = h.UpdateProvisioned(t.Context(), scope, boss.ID, people.ProvisionChange{})
		require.ErrorIs(t, err, admin.ErrForbidden, reason)
		require.ErrorIs(t, h.Deprovision(t.Context(), scope, boss.ID), admin.ErrForbidden, reason)
	}
	_, _, err = h.Provision(t.Context(), admin.Scope{}, directoryInput("carl"))
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
}

func TestProvisionManyTimesAtTheSameTime(t *testing.T) {
	h := newHouse(t)
	scope := token(t, people.Administrator)
	var wg sync.WaitGroup
	users, created := make([]people.ProvisionedUser, 8), make([]bool, 8)
	for n := range users {
		wg.Go(func() {
			var err error
			if users[n], created[n], err = h.Provision(t.Context(), scope, directoryInput("bob")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	made := 0
	for n := range users {
		require.Equal(t, users[0], users[n])
		if created[n] {
			made++
		}
	}
	require.Equal(t, 1, made)
}

func TestUpdateProvisioned(t *testing.T) {
	h := newHouse(t)
	scope := token(t, people.Administrator)
	u := h.provisionBob()
	s, err := h.signInIdentity(identity("bob"))
	require.NoError(t, err)
	_, secret, err := h.Invite(t.Context(), h.ann.Scope, "robert@acme.example", people.Analyst)
	require.NoError(t, err)
	before := len(h.records())
	got, err := h.UpdateProvisioned(t.Context(), scope, u.ID, people.ProvisionChange{
		Version: 1, ExternalID: ptr("ext-bob"), Name: ptr("Robert"), Email: ptr("robert@acme.example"), Role: ptr(people.Analyst), Active: ptr(true),
	})
	require.NoError(t, err)
	require.Equal(t, []any{"Robert", "robert@acme.example", people.Analyst, int64(3), "ext-bob"},
		[]any{got.Name, got.Email.Address, got.Role, got.Version, got.ExternalID})
	stored, err := h.UserByExternalID(t.Context(), h.ann.Scope, "ext-bob")
	require.NoError(t, err)
	require.Equal(t, got, stored)
	require.Len(t, h.records(), before+2, "one for each kind of change")
	_, err = h.ScopeOf(t.Context(), acme, u.ID, s.Epoch)
	require.Equal(t, people.ErrSession, err)
	_, err = h.Accept(t.Context(), acme, secret, carl)
	require.Equal(t, people.ErrInvitation, err)
	s, err = h.signInIdentity(identity("bob"))
	require.NoError(t, err, "the identity is the same")
	require.Equal(t, u.ID, s.User.ID)

	before = len(h.records())
	same, err := h.UpdateProvisioned(t.Context(), scope, u.ID, people.ProvisionChange{
		ExternalID: ptr("ext-bob"), Name: ptr("Robert"), Email: ptr("robert@acme.example"), Role: ptr(people.Analyst), Active: ptr(true),
		Identity: ptr(identity("bob")),
	})
	require.NoError(t, err)
	require.Equal(t, got, same)
	require.Len(t, h.records(), before, "nothing changed")

	_, err = h.UpdateProvisioned(t.Context(), scope, u.ID, people.ProvisionChange{Version: 1, Name: ptr("x")})
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = h.UpdateProvisioned(t.Context(), scope, uuid.New(), people.ProvisionChange{Name: ptr("x")})
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = h.UpdateProvisioned(t.Context(), scope, u.ID, people.ProvisionChange{ExternalID: ptr("other")})
	require.ErrorIs(t, err, people.ErrExternalIDTaken)
	_, err = h.UpdateProvisioned(t.Context(), scope, u.ID, people.ProvisionChange{Email: ptr("ann@acme.example")})
	require.ErrorIs(t, err, people.ErrEmailTaken)
	_, err = h.UpdateProvisioned(t.Context(), scope, u.ID, people.ProvisionChange{Name: ptr("Rob"), Role: ptr(people.Role("none"))})
	require.ErrorIs(t, err, admin.ErrInvalid)
	stored, err = h.UserByExternalID(t.Context(), h.ann.Scope, "ext-bob")
	require.NoError(t, err)
	require.Equal(t, got, stored, "all of it or nothing")
}

func TestADirectoryTakesOverAUserWhoWasInvited(t *testing.T) {
	h := newHouse(t)
	scope := token(t, people.Administrator)
	bob := h.join("bob@acme.example", people.Developer)
	found, err := h.UserByEmail(t.Context(), scope, "BOB@acme.example")
	require.NoError(t, err)
	require.Equal(t, people.ProvisionedUser{User: bob.User}, found)
	_, err = h.UpdateProvisioned(t.Context(), scope, bob.User.ID, people.ProvisionChange{Email: ptr("x@acme.example")})
	require.ErrorIs(t, err, people.ErrEmailNotProvisioned)
	got, err := h.UpdateProvisioned(t.Context(), scope, bob.User.ID, people.ProvisionChange{ExternalID: ptr("ext"), Name: ptr("Bob B")})
	require.NoError(t, err)
	require.Equal(t, "ext", got.ExternalID)
	require.Equal(t, people.ActionUpdateProvisioned, h.lastRecord().Action)
	_, err = h.ScopeOf(t.Context(), acme, bob.User.ID, bob.Epoch)
	require.NoError(t, err, "a name ends no session")
	_, err = h.UpdateProvisioned(t.Context(), scope, bob.User.ID, people.ProvisionChange{Email: ptr("x@acme.example")})
	require.ErrorIs(t, err, people.ErrEmailNotProvisioned, "who can reset the password by the address must own it")
	_, err = h.UpdateProvisioned(t.Context(), scope, bob.User.ID, people.ProvisionChange{Identity: ptr(identity("mine"))})
	require.ErrorIs(t, err, people.ErrTooManyIdentities, "a directory adds no way to sign in as another")
	_, err = h.signInIdentity(identity("mine"))
	require.Equal(t, people.ErrIdentity, err)
	other := h.join("carl@acme.example", people.Developer)
	_, err = h.UpdateProvisioned(t.Context(), scope, other.User.ID, people.ProvisionChange{ExternalID: ptr("ext")})
	require.ErrorIs(t, err, people.ErrExternalIDTaken)
}

func TestADirectoryGivesTheFirstIdentity(t *testing.T) {
	h := newHouse(t)
	h.link(h.ann, "ann")
	scope := token(t, people.Administrator)
	in := directoryInput("bob")
	in.Identity = nil
	u, _, err := h.Provision(t.Context(), scope, in)
	require.NoError(t, err)
	give := func(subject string) error {
		_, err := h.UpdateProvisioned(t.Context(), scope, u.ID, people.ProvisionChange{Identity: ptr(identity(subject))})
		return err
	}
	require.ErrorIs(t, give("ann"), people.ErrIdentityTaken)
	require.NoError(t, give("bob"))
	require.NoError(t, give("bob"), "it has it")
	require.ErrorIs(t, give("mine"), people.ErrTooManyIdentities)
}

func TestDeprovision(t *testing.T) {
	h := newHouse(t)
	scope := token(t, people.Administrator)
	u := h.provisionBob()
	s, err := h.signInIdentity(identity("bob"))
	require.NoError(t, err)
	require.NoError(t, h.Deprovision(t.Context(), scope, u.ID))
	require.Equal(t, people.ActionDeactivate, h.lastRecord().Action)
	_, err = h.ScopeOf(t.Context(), acme, u.ID, s.Epoch)
	require.Equal(t, people.ErrSession, err)
	_, err = h.signInIdentity(identity("bob"))
	require.Equal(t, people.ErrIdentity, err)
	before := len(h.records())
	require.NoError(t, h.Deprovision(t.Context(), scope, u.ID), "again")
	require.Len(t, h.records(), before)
	require.ErrorIs(t, h.Deprovision(t.Context(), scope, h.ann.User.ID), people.ErrLastAdministrator)
	require.ErrorIs(t, h.Deprovision(t.Context(), scope, uuid.New()), admin.ErrNotFound)
	got, err := h.UpdateProvisioned(t.Context(), scope, u.ID, people.ProvisionChange{Active: ptr(true)})
	require.NoError(t, err)
	require.Equal(t, people.UserActive, got.Status)
	_, err = h.signInIdentity(identity("bob"))
	require.NoError(t, err)
}

func TestUsersOfADirectory(t *testing.T) {
	h := newHouse(t)
	u := h.provisionBob()
	reader := token(t, people.Analyst)
	page, err := h.ProvisionedUsers(t.Context(), reader, people.UserFilter{}, admin.Query{})
	require.NoError(t, err)
	require.Equal(t, []people.ProvisionedUser{{User: h.ann.User}, u}, page.Items)
	got, err := h.UserByEmail(t.Context(), reader, "bob@acme.example")
	require.NoError(t, err)
	require.Equal(t, u, got)
	for _, email := range []string{"nobody@acme.example", "no address"} {
		_, err = h.UserByEmail(t.Context(), reader, email)
		require.ErrorIs(t, err, admin.ErrNotFound)
	}
	_, err = h.UserByExternalID(t.Context(), reader, "none")
	require.ErrorIs(t, err, admin.ErrNotFound)
	developer := token(t, people.Developer)
	_, err = h.UserByEmail(t.Context(), developer, "bob@acme.example")
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = h.UserByExternalID(t.Context(), developer, "ext-bob")
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = h.ProvisionedUsers(t.Context(), developer, people.UserFilter{}, admin.Query{})
	require.ErrorIs(t, err, admin.ErrForbidden)
}

// A caller that may not revoke an invitation cannot take its address either.
func TestADirectoryTakesNoAddressThatWasInvitedToMore(t *testing.T) {
	h := newHouse(t)
	set, err := admincenter.DefaultRoles().Permissions(people.Analyst)
	require.NoError(t, err)
	clerks := admin.NewScope(acme, admin.Actor{Kind: admin.ActorToken, ID: uuid.NewString()}, set.With(people.PermissionUsersWrite))
	invited, secret, err := h.Invite(t.Context(), h.ann.Scope, "chief@acme.example", people.Administrator)
	require.NoError(t, err)
	_, err = h.Revoke(t.Context(), clerks, invited.ID, 1)
	require.ErrorIs(t, err, admin.ErrForbidden)
	in := directoryInput("mine")
	in.Email, in.Role = "Chief@ACME.example", people.Analyst
	_, _, err = h.Provision(t.Context(), clerks, in)
	require.ErrorIs(t, err, admin.ErrForbidden)
	in.Email = "mine@acme.example"
	u, _, err := h.Provision(t.Context(), clerks, in)
	require.NoError(t, err)
	_, err = h.UpdateProvisioned(t.Context(), clerks, u.ID, people.ProvisionChange{Email: ptr("chief@acme.example")})
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = h.Accept(t.Context(), acme, secret, carl)
	require.NoError(t, err)
}

// A session that was left open is not enough to become its user for good.
func TestUsersAreNoDirectoryOfThemselves(t *testing.T) {
	h := newHouse(t, func(o *people.Options) { o.Passwords.Optional = true })
	sue := h.joinWithout("sue@acme.example")
	_, err := h.ChangeRole(t.Context(), h.ann.Scope, sue.User.ID, 1, people.Administrator)
	require.NoError(t, err)
	sue, err = h.SignInVerified(t.Context(), acme, "sue@acme.example")
	require.NoError(t, err)
	other := h.joinWithout("pat@acme.example")
	for reason, in := range map[string]people.ProvisionChange{
		"the address":     {ExternalID: ptr("mine"), Email: ptr("mine@evil.example")},
		"the identity":    {Identity: ptr(identity("mine"))},
		"the external id": {ExternalID: ptr("mine")},
	} {
		_, err = h.UpdateProvisioned(t.Context(), sue.Scope, sue.User.ID, in)
		require.ErrorIs(t, err, admin.ErrForbidden, reason)
		stale := sue.Scope.WithAuthenticatedAt(h.clock.Now().Add(-11 * time.Minute))
		_, err = h.UpdateProvisioned(t.Context(), stale, other.User.ID, in)
		require.ErrorIs(t, err, admin.ErrReauthenticate, reason)
	}
	u, err := h.UpdateProvisioned(t.Context(), sue.Scope, sue.User.ID, people.ProvisionChange{Name: ptr("Susan")})
	require.NoError(t, err)
	require.Equal(t, "sue@acme.example", u.Email.Address)
	_, err = h.UpdateProvisioned(t.Context(), sue.Scope, other.User.ID, people.ProvisionChange{ExternalID: ptr("pat")})
	require.NoError(t, err)
}
