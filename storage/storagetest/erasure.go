package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

func erasureCalls() map[string]call {
	return map[string]call{
		"Jobs.Erase": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			return nil, s.Jobs().Erase(ctx, org, job.Rows{Job: w.seeds.job, Seqs: []int64{1}}, erasing(rec))
		},
		"Users.Erase": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			rec = erasing(rec)
			return nil, s.Users().Erase(ctx, org, people.Erasure{
				User: w.seeds.people.gone, Invitations: []uuid.UUID{w.seeds.people.invitation.ID},
				Trail: admin.TrailErasure{Subjects: []admin.Subject{{Kind: "person", ID: "1"}}},
			}, rec)
		},
	}
}

// erasing is the record of an erasure, unless it is none.
func erasing(rec admin.Record) admin.Record {
	if rec.Action != "" {
		rec.Action = "test.erase"
	}
	return rec
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

// testEraseRequests erases where requests came from, by actor and by record, in parts.
func testEraseRequests(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	ann, bob := w.user(), admin.Actor{Kind: admin.ActorUser, ID: w.id().String()}
	from := admin.Request{Source: "192.0.2.7", UserAgent: "curl/8", ID: "req-1"}
	n := 0
	write := func(by admin.Actor, on admin.Subject) admin.Record {
		rec := w.rec("thing.update")
		rec.Actor, rec.Subject, rec.Request = by, on, from
		rec.At = epoch.Add(time.Duration(n) * time.Hour)
		rec.Changes = []admin.Change{{Field: "name", To: "N", Personal: true}}
		n++
		require.NoError(t, b.Audit().Append(t.Context(), w.org, rec))
		return rec
	}
	thing := admin.Subject{Kind: "thing", ID: "1"}
	system := admin.Actor{Kind: admin.ActorSystem}
	all := []admin.Record{
		write(ann, thing), write(bob, thing), write(ann, ann.Subject()), write(bob, ann.Subject()),
		write(system, ann.Subject()), write(ann, thing),
	}
	gone := func(request, values bool, which ...int) {
		for _, i := range which {
			if request {
				all[i].Request, all[i].RequestErased = admin.Request{ID: from.ID}, true
			}
			if values {
				all[i].Changes = []admin.Change{{Field: "name", Personal: true, Erased: true}}
			}
		}
	}
	rec := w.rec("test.erase")
	for _, c := range []struct {
		reason string
		e      admin.TrailErasure
		want   int
		then   func()
	}{
		{"nothing", admin.TrailErasure{}, 0, func() {}},
		{"earlier ones of an actor", admin.TrailErasure{Actors: []admin.Actor{ann}, Since: all[5].At}, 1,
			func() { gone(true, false, 5) }},
		{"by record", admin.TrailErasure{Values: []uuid.UUID{all[5].ID, w.id()}, Requests: []uuid.UUID{all[1].ID}}, 2,
			func() { gone(false, true, 5); gone(true, false, 1) }},
		{"the subject's own and the system's", admin.TrailErasure{Subjects: []admin.Subject{ann.Subject()}}, 5,
			func() { gone(true, true, 2, 4); gone(false, true, 3) }},
		{"the rest of an actor", admin.TrailErasure{Actors: []admin.Actor{ann}}, 1, func() { gone(true, false, 0) }},
		{"once", admin.TrailErasure{Actors: []admin.Actor{ann}, Subjects: []admin.Subject{ann.Subject()}}, 0, func() {}},
	} {
		got, err := b.Audit().Erase(t.Context(), w.org, c.e, rec) // parts of one erasure have one record
		require.NoError(t, err, c.reason)
		require.Equal(t, c.want, got, c.reason)
		c.then()
		list, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: "thing.update"}, page[admin.RecordKey](10))
		require.NoError(t, err)
		slices.Reverse(list)
		require.Equal(t, all, list, c.reason)
	}
	require.True(t, w.recorded(t, rec))
	rec.Action = "other.erase"
	_, err := b.Audit().Erase(t.Context(), w.org, admin.TrailErasure{}, rec)
	require.ErrorIs(t, err, admin.ErrExists, "the id is that of another record")
}

// testAppendAfterErasure appends what comes after the erasure of its user.
func testAppendAfterErasure(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	ann := w.person(t, "ann")
	require.NoError(t, b.Users().Erase(t.Context(), w.org, ann.erasure(epoch.Add(time.Hour)), w.rec("user.erase")))
	by := admin.Actor{Kind: admin.ActorUser, ID: ann.ID.String()}
	late := func(by admin.Actor, on admin.Subject) admin.Record {
		rec := w.rec("event.sign_in_failed")
		rec.Actor, rec.Subject = by, on
		rec.Request = admin.Request{Source: "192.0.2.7", UserAgent: "curl/8", ID: "req-1"}
		rec.Changes = []admin.Change{{Field: "address", To: "d", Personal: true}, {Field: "reason", To: "unknown"}}
		require.NoError(t, b.Audit().Append(t.Context(), w.org, rec))
		return rec
	}
	bob := w.user()
	records := []admin.Record{
		late(admin.Actor{Kind: admin.ActorSystem}, by.Subject()), late(by, by.Subject()), late(bob, by.Subject()),
		late(by, bob.Subject()), late(bob, bob.Subject()),
	}
	for i := range records[:3] {
		records[i].Changes = records[i].Changes[1:]
	}
	for _, i := range []int{0, 1, 3} {
		records[i].Request = admin.Request{ID: "req-1"}
	}
	f := admin.AuditFilter{Action: "event.sign_in_failed"}
	list, err := b.Audit().List(t.Context(), w.org, f, page[admin.RecordKey](10))
	require.NoError(t, err)
	slices.Reverse(list)
	require.Equal(t, records, list)
}
