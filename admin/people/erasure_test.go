package people_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// leave makes a user of the house, who then leaves it, and returns them.
func (h *house) leave(email string, role people.Role) people.User {
	h.t.Helper()
	u := h.join(email, role).User
	u, err := h.Deactivate(h.t.Context(), admin.System(acme), u.ID, u.Version, people.DeactivateOptions{})
	require.NoError(h.t, err)
	return u
}

func TestEraseUser(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	old, _, err := h.Invite(ctx, h.ann.Scope, "Cleo@Old.example", people.Analyst)
	require.NoError(t, err)
	_, err = h.Revoke(ctx, h.ann.Scope, old.ID, 1)
	require.NoError(t, err)
	other, _, err := h.Invite(ctx, h.ann.Scope, "dora@acme.example", people.Analyst)
	require.NoError(t, err)
	u := h.join("Cleo@Old.example", people.Developer).User
	external, address := "cleo@directory.example", "Cleo.New@acme.example"
	_, err = h.UpdateProvisioned(ctx, admin.System(acme), u.ID, people.ProvisionChange{ExternalID: &external, Name: ptr("Cleopatra")})
	require.NoError(t, err)
	s := h.signIn("cleo@old.example", bobsPassword)
	_, _, err = h.KeepSession(ctx, s, people.KeepInput{Label: "Cleopatra's telephone", Source: "192.0.2.7"})
	require.NoError(t, err)
	_, mails, err := h.RequestEmailChange(ctx, s.Scope, people.EmailChangeInput{Email: address, CurrentPassword: bobsPassword})
	require.NoError(t, err)
	for _, m := range mails {
		_, err = h.ConfirmEmailChange(ctx, acme, m.Secret)
		require.NoError(t, err)
	}

	_, err = h.EraseUser(ctx, h.ann.Scope, u.ID)
	require.ErrorIs(t, err, admin.ErrState, "active")
	require.NoError(t, h.Deprovision(ctx, h.ann.Scope, u.ID))
	erased, err := h.EraseUser(ctx, h.ann.Scope, u.ID)
	require.NoError(t, err)
	require.Equal(t, people.UserErased, erased.Status)
	got, err := h.User(ctx, h.ann.Scope, u.ID)
	require.NoError(t, err)
	require.Equal(t, erased, got)

	rec := h.lastRecord()
	require.Equal(t, people.ActionErase, rec.Action)
	require.Equal(t, []admin.Change{{Field: "status", From: "DEACTIVATED", To: "ERASED"}, {Field: "invitations", To: "2"},
		{Field: "identities", To: "0"}, {Field: "values", To: "8"}}, rec.Changes)
	raw, err := json.Marshal(h.records())
	require.NoError(t, err)
	require.NotContains(t, strings.ToLower(string(raw)), "cleo")
	require.Contains(t, string(raw), "dora@acme.example", "of another person")
	i, err := h.Invitation(ctx, h.ann.Scope, other.ID)
	require.NoError(t, err)
	require.Equal(t, other.Email, i.Email)
	for _, email := range []string{"cleo@old.example", address} {
		_, _, err := h.Invite(ctx, h.ann.Scope, email, people.Analyst)
		require.NoError(t, err, "the address is free")
	}
}

func TestAnErasedUserStaysErased(t *testing.T) {
	h := newHouse(t)
	ctx, scope := t.Context(), h.ann.Scope
	u := h.leave("bob@acme.example", people.Developer)
	u, err := h.EraseUser(ctx, scope, u.ID)
	require.NoError(t, err)
	before := len(h.records())
	for what, call := range map[string]func() error{
		"EraseUser":  func() error { _, err := h.EraseUser(ctx, scope, u.ID); return err },
		"Reactivate": func() error { _, err := h.Reactivate(ctx, scope, u.ID, u.Version); return err },
		"Deactivate": func() error {
			_, err := h.Deactivate(ctx, scope, u.ID, u.Version, people.DeactivateOptions{})
			return err
		},
		"ChangeRole": func() error { _, err := h.ChangeRole(ctx, scope, u.ID, u.Version, people.Analyst); return err },
		"UpdateProvisioned": func() error {
			_, err := h.UpdateProvisioned(ctx, scope, u.ID, people.ProvisionChange{Name: ptr("Bob")})
			return err
		},
		"SendPasswordReset": func() error { _, err := h.SendPasswordReset(ctx, scope, u.ID); return err },
		"CancelEmailChange": func() error { return h.CancelEmailChange(ctx, scope, u.ID) },
	} {
		require.ErrorIs(t, call(), people.ErrErased, what)
		require.ErrorIs(t, call(), admin.ErrState, what)
	}
	_, err = h.SignIn(ctx, acme, people.SignInInput{Email: "bob@acme.example", Password: bobsPassword})
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
	require.Len(t, h.records(), before)
	page, err := h.Users(ctx, scope, people.UserFilter{Status: people.UserErased}, admin.Query{})
	require.NoError(t, err)
	require.Equal(t, []people.User{u}, page.Items)
	raw, err := json.Marshal(u)
	require.NoError(t, err)
	require.Contains(t, string(raw), `"email":""`)
	var again people.User
	require.NoError(t, json.Unmarshal(raw, &again))
}

func TestEraseUserRefuses(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	u := h.leave("bob@acme.example", people.Administrator)
	for reason, c := range map[string]struct {
		scope admin.Scope
		id    uuid.UUID
		want  error
	}{
		"no scope":                     {admin.Scope{}, u.ID, admin.ErrUnauthenticated},
		"another user's role":          {h.join("dev@acme.example", people.Developer).Scope, u.ID, admin.ErrForbidden},
		"a token with less":            {token(t, people.Analyst), u.ID, admin.ErrForbidden},
		"an unknown user":              {h.ann.Scope, uuid.New(), admin.ErrNotFound},
		"another organization":         {admin.System("globex"), u.ID, admin.ErrNotFound},
		"the administrator themselves": {h.ann.Scope, h.ann.User.ID, admin.ErrState},
	} {
		_, err := h.EraseUser(ctx, c.scope, c.id)
		require.ErrorIs(t, err, c.want, reason)
	}
	h.clock.Add(11 * time.Minute)
	_, err := h.EraseUser(ctx, h.ann.Scope, u.ID)
	require.ErrorIs(t, err, admin.ErrReauthenticate)
	p := ports(h.b)
	p.Audit = nil
	_, err = h.In(p).EraseUser(ctx, admin.System(acme), u.ID)
	require.ErrorIs(t, err, admin.ErrState)
	got, err := h.User(ctx, h.ann.Scope, u.ID)
	require.NoError(t, err)
	require.Equal(t, u, got)
}

// failingTrail is a trail whose Erase fails after some calls.
type failingTrail struct {
	admin.AuditStore
	left int
}

func (s *failingTrail) Erase(ctx context.Context, org admin.OrgID, e admin.TrailErasure, rec admin.Record) (int, error) {
	if s.left == 0 {
		return 0, errors.New("the database is gone")
	}
	s.left--
	return s.AuditStore.Erase(ctx, org, e, rec)
}

// A long trail is erased in parts. One that was broken off goes on, and finds what the first call would have found.
func TestEraseUserGoesOn(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	old, _, err := h.Invite(ctx, h.ann.Scope, "cleo@old.example", people.Analyst)
	require.NoError(t, err)
	_, err = h.Revoke(ctx, h.ann.Scope, old.ID, 1)
	require.NoError(t, err)
	u := h.join("cleo@old.example", people.Developer).User
	by := admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}
	for i := range 4100 {
		rec := admin.Record{ID: uuid.New(), At: h.clock.Now(), Actor: by, Action: "thing.read", Subject: admin.Subject{Kind: "thing"},
			Request: admin.Request{Source: "cleo.example"}}
		if i%2 == 0 {
			rec.Subject, rec.Changes = by.Subject(), []admin.Change{{Field: "address", To: "cleo", Personal: true}}
		}
		require.NoError(t, h.b.Audit().Append(ctx, acme, rec))
	}
	_, err = h.Deactivate(ctx, h.ann.Scope, u.ID, u.Version, people.DeactivateOptions{})
	require.NoError(t, err)
	p := ports(h.b)
	p.Audit = &failingTrail{h.b.Audit(), 1}
	_, err = h.In(p).EraseUser(ctx, h.ann.Scope, u.ID)
	require.ErrorContains(t, err, "the database is gone")
	got, err := h.User(ctx, h.ann.Scope, u.ID)
	require.NoError(t, err)
	require.Equal(t, people.UserDeactivated, got.Status)

	_, err = h.EraseUser(ctx, h.ann.Scope, u.ID)
	require.NoError(t, err)
	var all []admin.Record
	for r, err := range admin.NewTrail(h.b.Audit()).All(ctx, admin.System(acme), admin.AuditFilter{}) {
		require.NoError(t, err)
		all = append(all, r)
	}
	raw, err := json.Marshal(all)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "cleo")
	i, err := h.Invitation(ctx, h.ann.Scope, old.ID)
	require.NoError(t, err)
	require.Empty(t, i.Email)
	log, err := admin.NewLog(admin.LogPorts{Log: h.b.Log()}, admin.LogOptions{})
	require.NoError(t, err)
	v, err := log.Verify(ctx, admin.System(acme), admin.VerifyOptions{})
	require.NoError(t, err)
	require.Empty(t, v.Findings)
}
