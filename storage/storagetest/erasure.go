package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

func erasureCalls() map[string]call {
	return map[string]call{
		"Users.Erase": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			if rec.Action != "" {
				rec.Action = "test.erase"
			}
			return nil, s.Users().Erase(ctx, org, people.Erasure{
				User: w.seeds.people.gone, Invitations: []uuid.UUID{w.seeds.people.invitation.ID},
				Trail: admin.TrailErasure{Subjects: []admin.Subject{{Kind: "person", ID: "1"}}},
			}, rec)
		},
	}
}

// deactivated deactivates a user, whose tokens stay on, and returns them as they are then.
func (w *world) deactivated(t *testing.T, u people.User) people.User {
	t.Helper()
	u.Status = people.UserDeactivated
	a := access(u)
	a.KeepTokens = true
	require.NoError(t, w.b.Users().UpdateAccess(t.Context(), w.org, a, w.rec("user.deactivate")))
	u.Version++
	return u
}

// person is a user who has everything that a user can have.
type person struct {
	people.User
	invitation, sent people.Invitation // that they accepted, and another to an address of theirs
	session          people.KeptSession
	identity         people.Identity
	token            token.Token
	reset            people.Ticket
	signIn           admin.SecretDigest
	externalID       string
	onThem           admin.Subject
}

func (w *world) person(t *testing.T, name string) person {
	t.Helper()
	p := person{externalID: w.mark(name), onThem: admin.Subject{Kind: "user", ID: name}}
	p.invitation = w.invited(t, name)
	a := w.acceptance(p.invitation)
	require.NoError(t, w.b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")))
	p.User, p.invitation = a.User, w.get(t, p.invitation.ID)
	p.sent = w.invited(t, "old "+name)
	p.session = w.begun(t, p.User, name)
	p.identity = w.linked(t, p.ID, name)
	p.reset = w.issued(t, w.passwordReset(p.User, name))
	w.issued(t, w.emailChange(p.User, "new "+name))
	w.confirmed(t, p.ID)
	p.signIn = w.pending(t, p.ID, "sign-in of "+name)
	require.NoError(t, w.b.Identities().SetExternalID(t.Context(), w.org, p.ID, p.externalID, w.rec("user.provision")))
	p.token = w.token()
	p.token.UserID, p.token.CreatedBy = p.ID, admin.Actor{Kind: admin.ActorUser, ID: p.ID.String()}
	w.addToken(p.token)
	rec := w.rec("user.rename")
	rec.Subject = p.onThem
	rec.Changes = []admin.Change{{Field: "name", To: w.mark(name), Personal: true}, {Field: "role", To: "a"}}
	require.NoError(t, w.b.Audit().Append(t.Context(), w.org, rec))
	p.User = w.deactivated(t, p.User)
	return p
}

// erasure is that of a person at an instant.
func (p person) erasure(at time.Time) people.Erasure {
	e := people.Erasure{
		User: p.User, Invitations: []uuid.UUID{p.invitation.ID, p.sent.ID},
		Trail: admin.TrailErasure{Subjects: []admin.Subject{p.onThem}},
	}
	e.User.UpdatedAt = at
	return e
}

// remains returns what is left of a person, by name.
func (w *world) remains(t *testing.T, p person) []string {
	t.Helper()
	ctx, left := t.Context(), []string(nil)
	has := func(what string, err error) {
		if err == nil {
			left = append(left, what)
			return
		}
		require.ErrorIs(t, err, admin.ErrNotFound, what)
	}
	_, err := w.b.Users().ByEmail(ctx, w.org, p.Email.Key)
	has("address", err)
	_, err = w.b.Sessions().Get(ctx, w.org, p.session.ID)
	has("session", err)
	_, err = w.b.Identities().BySubject(ctx, w.org, p.identity.Issuer, p.identity.Subject)
	has("identity", err)
	_, err = w.b.Identities().ByExternalID(ctx, w.org, p.externalID)
	has("external id", err)
	_, err = w.b.Tickets().ByDigest(ctx, w.org, p.reset.Digest)
	has("reset", err)
	_, err = w.b.Tickets().EmailChange(ctx, w.org, p.ID)
	has("e-mail change", err)
	_, err = w.b.Factors().Pending(ctx, w.org, p.signIn)
	has("sign-in", err)
	state := w.state(t, p.ID)
	if state.TOTP.ID != uuid.Nil {
		left = append(left, "factor")
	}
	if state.RecoveryCodes > 0 {
		left = append(left, "recovery codes")
	}
	if w.getToken(p.token.ID).State == token.Active {
		left = append(left, "token")
	}
	for _, i := range []people.Invitation{p.invitation, p.sent} {
		if w.get(t, i.ID).Email != (people.Email{}) {
			left = append(left, "invitation")
		}
	}
	rs, err := w.b.Audit().List(ctx, w.org, admin.AuditFilter{Subject: p.onThem}, page[admin.RecordKey](10))
	require.NoError(t, err)
	for _, c := range rs[0].Changes {
		if c.Personal && !c.Erased {
			left = append(left, "value")
		}
	}
	return left
}

// testErasure erases one of two persons who have everything.
func testErasure(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	ann, bob := w.person(t, "ann"), w.person(t, "bob")
	all := []string{
		"address", "session", "identity", "external id", "reset", "e-mail change", "sign-in", "factor", "recovery codes",
		"token", "invitation", "invitation", "value",
	}
	require.Equal(t, all, w.remains(t, ann))
	at := epoch.Add(time.Hour)
	erase := func(e people.Erasure) error {
		rec := w.rec("user.erase")
		return b.Users().Erase(t.Context(), w.org, e, rec)
	}

	e := ann.erasure(at)
	require.ErrorIs(t, b.Users().Erase(t.Context(), w.org, e, w.rec("user.forget")), admin.ErrInvalid, "no erasure")
	for reason, change := range map[string]func(*people.Erasure){
		"another version": func(e *people.Erasure) { e.User.Version-- },
		"a role changed":  func(e *people.Erasure) { e.Custom = []people.RoleVersion{{Name: "clerk", Version: 1}} },
	} {
		wrong := e
		change(&wrong)
		require.ErrorIs(t, erase(wrong), admin.ErrConflict, reason)
	}
	active := w.member(t, "active", people.Developer)
	require.ErrorIs(t, erase(people.Erasure{User: active}), admin.ErrState)
	require.ErrorIs(t, erase(people.Erasure{User: people.User{ID: w.id(), Version: 1}}), admin.ErrNotFound)
	require.Equal(t, all, w.remains(t, ann), "nothing yet")

	e.Invitations = append(e.Invitations, w.id())
	require.NoError(t, erase(e))
	require.Empty(t, w.remains(t, ann))
	require.Equal(t, all, w.remains(t, bob), "another person keeps everything")
	want, err := ann.Erased(e.User)
	require.NoError(t, err)
	m, err := b.Users().Member(t.Context(), w.org, ann.ID)
	require.NoError(t, err)
	none := people.Credential{UserID: ann.ID, Epoch: 3}
	require.Equal(t, revealed(people.Member{User: want, Credential: none}), revealed(m))
	require.Equal(t, ann.invitation.Erased(e.User), w.get(t, ann.invitation.ID))
	require.Equal(t, people.InvitationAccepted, w.get(t, ann.invitation.ID).Status)
	require.Equal(t, ann.sent.Erased(e.User), w.get(t, ann.sent.ID))
	require.Equal(t, people.InvitationRevoked, w.get(t, ann.sent.ID).Status)
	off := w.getToken(ann.token.ID)
	require.Equal(t, token.Deactivated, off.State)
	require.Equal(t, at, off.UpdatedAt)
	require.Equal(t, token.ErasedName, off.Name)
	require.Equal(t, ann.token.Version+2, off.Version, "it is switched off and renamed")
	again := sending(w.invitation("ann"), w.digest("again"), 1000)
	require.NoError(t, b.Invitations().Create(t.Context(), w.org, again, w.rec("invitation.create")), "it is free")

	e.User = want
	require.ErrorIs(t, erase(e), people.ErrErased, "once")
	back := want
	back.Status = people.UserActive
	require.ErrorIs(t, w.updateAccess(back, "user.reactivate"), people.ErrErased)
	err = b.Identities().Link(t.Context(), w.org, ann.identity, 10, w.rec("user.link_identity"))
	require.ErrorIs(t, err, people.ErrErased)
	require.ErrorIs(t, b.Identities().SetExternalID(t.Context(), w.org, ann.ID, "ann", w.rec("user.provision")),
		people.ErrErased)
	require.NoError(t, erase(bob.erasure(at)), "two are erased")
	require.Empty(t, w.remains(t, bob))
}
