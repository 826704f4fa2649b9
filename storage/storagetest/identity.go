package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// identity returns an identity of a user, made of name.
func (w *world) identity(user uuid.UUID, name string) people.Identity {
	return people.Identity{UserID: user, Issuer: "https://idp.example", Subject: w.mark(name), LinkedAt: epoch}
}

// linked links an identity.
func (w *world) linked(t *testing.T, user uuid.UUID, name string) people.Identity {
	t.Helper()
	i := w.identity(user, name)
	require.NoError(t, w.b.Identities().Link(t.Context(), w.org, i, 10, w.rec("user.link_identity")))
	return i
}

// provisioning returns what provisions a user with the address, the external id and the identity made of name.
func (w *world) provisioning(name string) people.Provisioning {
	a := w.acceptance(w.invitation(name))
	a.Credential.Hash, a.Credential.ChangedAt = people.PasswordHash{}, time.Time{}
	i := w.identity(a.User.ID, name)
	return people.Provisioning{User: a.User, Credential: a.Credential, ExternalID: w.mark(name), Identity: &i}
}

func identityCalls() map[string]call {
	return map[string]call{
		"Identities.Link": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Identities().Link(ctx, org, w.identity(w.first.ID, "another"), 10, rec)
		},
		"Identities.Unlink": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Identities().Unlink(ctx, org, w.seeds.people.identity, 1, rec)
		},
		"Identities.BySubject": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			return s.Identities().BySubject(ctx, org, w.seeds.people.identity.Issuer, w.seeds.people.identity.Subject)
		},
		"Identities.OfUser": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			return s.Identities().OfUser(ctx, org, w.seeds.people.member.ID)
		},
		"Identities.Provision": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Identities().Provision(ctx, org, w.provisioning("provisioned"), rec)
		},
		"Identities.SetExternalID": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Identities().SetExternalID(ctx, org, w.first.ID, w.mark("first"), rec)
		},
		"Identities.ByExternalID": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			found, err := s.Identities().ByExternalID(ctx, org, w.mark("member"))
			if found == w.seeds.people.member.ID {
				return w.mark("member"), err // which the id alone does not show
			}
			return found, err
		},
		"Identities.ExternalIDs": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			return s.Identities().ExternalIDs(ctx, org, []uuid.UUID{w.first.ID, w.seeds.people.member.ID, uuid.Nil})
		},
		"Identities.Update": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			u := w.seeds.people.member
			u.Name = w.mark("renamed")
			return nil, s.Identities().Update(ctx, org, u, rec)
		},
	}
}

func testIdentities(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(12 << 40)
	link := func(t *testing.T, w *world, i people.Identity, limit int) error {
		t.Helper()
		return b.Identities().Link(t.Context(), w.org, i, limit, w.rec("user.link_identity"))
	}
	unlink := func(t *testing.T, w *world, i people.Identity, epoch int64) error {
		t.Helper()
		return b.Identities().Unlink(t.Context(), w.org, i, epoch, w.rec("user.unlink_identity"))
	}
	provision := func(t *testing.T, w *world, p people.Provisioning) error {
		t.Helper()
		return b.Identities().Provision(t.Context(), w.org, p, w.rec("user.provision"))
	}
	bySubject := func(t *testing.T, w *world, i people.Identity) (people.Identity, error) {
		t.Helper()
		return b.Identities().BySubject(t.Context(), w.org, i.Issuer, i.Subject)
	}

	t.Run("finds an identity by issuer and subject, byte by byte", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.linked(t, w.first.ID, "Zoë")
		got, err := bySubject(t, w, i)
		require.NoError(t, err)
		require.Equal(t, i, got)
		for reason, other := range map[string]people.Identity{
			"another issuer":              {Issuer: "https://other.example", Subject: i.Subject},
			"the issuer in other letters": {Issuer: "HTTPS://idp.example", Subject: i.Subject},
			"another subject":             {Issuer: i.Issuer, Subject: w.mark("zoë")},
			"the accent apart":            {Issuer: i.Issuer, Subject: w.mark("Zoe\u0308")},
			"a blank at the end":          {Issuer: i.Issuer, Subject: i.Subject + " "},
			"the border moved":            {Issuer: i.Issuer + w.mark("Zoë")[:1], Subject: i.Subject[1:]},
		} {
			_, err := bySubject(t, w, other)
			require.ErrorIs(t, err, admin.ErrNotFound, reason)
			other.UserID, other.LinkedAt = w.first.ID, epoch
			require.NoError(t, link(t, w, other, 10), "%s: it is another identity", reason)
		}
	})
	t.Run("keeps the longest", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := people.Identity{UserID: w.first.ID, Issuer: long(512), Subject: long(256), LinkedAt: epoch}
		require.NoError(t, link(t, w, i, 10))
		got, err := bySubject(t, w, i)
		require.NoError(t, err)
		require.Equal(t, i, got)
		require.NoError(t, b.Identities().SetExternalID(t.Context(), w.org, w.first.ID, long(256), w.rec("user.provision")))
		external, err := b.Identities().ExternalIDs(t.Context(), w.org, []uuid.UUID{w.first.ID})
		require.NoError(t, err)
		require.Equal(t, map[uuid.UUID]string{w.first.ID: long(256)}, external)
	})
	t.Run("links an identity once in an organization", func(t *testing.T) {
		w, other := newWorld(t, b, c), newWorld(t, b, c)
		i := w.linked(t, w.first.ID, "one")
		require.ErrorIs(t, link(t, w, i, 10), admin.ErrExists)
		i.UserID = w.member(t, "second", people.Developer).ID
		require.ErrorIs(t, link(t, w, i, 10), admin.ErrExists)
		i.UserID = other.first.ID
		require.NoError(t, link(t, other, i, 10), "another organization is another world")
		require.ErrorIs(t, link(t, w, other.identity(other.first.ID, "x"), 10), admin.ErrNotFound, "no user of this one")
		errs := atOnce(t, 6, func(ctx context.Context, n int) error {
			return b.Identities().Link(ctx, w.org, w.identity(w.first.ID, "raced"), 10, w.rec("user.link_identity"))
		})
		require.Len(t, succeeded(t, errs, admin.ErrExists), 1)
	})
	t.Run("links no more than the limit, also at the same time", func(t *testing.T) {
		w := newWorld(t, b, c)
		errs := atOnce(t, 6, func(ctx context.Context, n int) error {
			return b.Identities().Link(ctx, w.org, w.identity(w.first.ID, fmt.Sprint(n)), 3, w.rec("user.link_identity"))
		})
		require.Len(t, succeeded(t, errs, people.ErrTooManyIdentities), 3)
		list, err := b.Identities().OfUser(t.Context(), w.org, w.first.ID)
		require.NoError(t, err)
		require.Len(t, list, 3)
		second := w.member(t, "second", people.Developer)
		require.NoError(t, link(t, w, w.identity(second.ID, "second"), 1), "of each user")
	})
	t.Run("lists a user's identities in order", func(t *testing.T) {
		w := newWorld(t, b, c)
		want := []people.Identity{
			{UserID: w.first.ID, Issuer: "A", Subject: "b", LinkedAt: epoch},
			{UserID: w.first.ID, Issuer: "a", Subject: "B", LinkedAt: epoch},
			{UserID: w.first.ID, Issuer: "a", Subject: "b", LinkedAt: epoch},
			{UserID: w.first.ID, Issuer: "ä", Subject: "a", LinkedAt: epoch},
		}
		for _, n := range []int{2, 0, 3, 1} {
			require.NoError(t, link(t, w, want[n], 10))
		}
		w.linked(t, w.member(t, "second", people.Developer).ID, "second")
		got, err := b.Identities().OfUser(t.Context(), w.org, w.first.ID)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
	t.Run("unlinks at the epoch that was read, and ends the sessions", func(t *testing.T) {
		w := newWorld(t, b, c)
		one, two := w.linked(t, w.first.ID, "one"), w.linked(t, w.first.ID, "two")
		require.ErrorIs(t, unlink(t, w, w.identity(w.first.ID, "three"), 1), admin.ErrNotFound)
		foreign := one
		foreign.UserID = w.member(t, "second", people.Developer).ID
		require.ErrorIs(t, unlink(t, w, foreign, 1), admin.ErrNotFound, "it is another user's")
		require.ErrorIs(t, unlink(t, w, one, 2), admin.ErrConflict)
		_, err := bySubject(t, w, one)
		require.NoError(t, err)
		require.NoError(t, unlink(t, w, one, 1))
		_, err = bySubject(t, w, one)
		require.ErrorIs(t, err, admin.ErrNotFound)
		require.Equal(t, int64(2), w.epochOf(t, w.first.ID))
		require.NoError(t, unlink(t, w, two, 2), "the user has a password")
	})
	t.Run("leaves a user without a password an identity, also at the same time", func(t *testing.T) {
		w := newWorld(t, b, c)
		p := w.provisioning("ann")
		require.NoError(t, provision(t, w, p))
		require.ErrorIs(t, unlink(t, w, *p.Identity, 1), people.ErrLastIdentity)
		w.linked(t, p.User.ID, "another")
		list, err := b.Identities().OfUser(t.Context(), w.org, p.User.ID)
		require.NoError(t, err)
		errs := atOnce(t, 2, func(ctx context.Context, n int) error {
			return b.Identities().Unlink(ctx, w.org, list[n], 1, w.rec("user.unlink_identity"))
		})
		require.Len(t, succeeded(t, errs, admin.ErrConflict), 1)
		left, err := b.Identities().OfUser(t.Context(), w.org, p.User.ID)
		require.NoError(t, err)
		require.Len(t, left, 1)
	})
	t.Run("provisions a user, and revokes the invitation to the address", func(t *testing.T) {
		w := newWorld(t, b, c)
		invited, another := w.invited(t, "ann"), w.invited(t, "another")
		p := w.provisioning("ann")
		require.NoError(t, provision(t, w, p))
		m, err := b.Users().ByEmail(t.Context(), w.org, p.User.Email.Key)
		require.NoError(t, err)
		require.Equal(t, revealed(people.Member{User: p.User, Credential: p.Credential}), revealed(m))
		i, err := bySubject(t, w, *p.Identity)
		require.NoError(t, err)
		require.Equal(t, *p.Identity, i)
		found, err := b.Identities().ByExternalID(t.Context(), w.org, p.ExternalID)
		require.NoError(t, err)
		require.Equal(t, m.User.ID, found)
		invited.Status, invited.SettledAt, invited.Version = people.InvitationRevoked, p.User.CreatedAt, 2
		require.Equal(t, invited, w.get(t, invited.ID))
		require.Equal(t, another, w.get(t, another.ID))
		plain := w.provisioning("plain")
		plain.Identity = nil
		require.NoError(t, provision(t, w, plain), "an identity can be linked later")
	})
	t.Run("gives a custom role only as it was when the right to give it was checked", func(t *testing.T) {
		w := newWorld(t, b, c)
		r := w.addRole(t, w.role("clerk"))
		p := w.provisioning("ann")
		p.User.Role, p.Custom = r.Name, []people.RoleVersion{{Name: r.Name, Version: r.Version + 1}}
		require.ErrorIs(t, provision(t, w, p), admin.ErrConflict)
		p.Custom[0].Version = r.Version
		require.NoError(t, provision(t, w, p))
	})
	t.Run("leaves an invitation that has expired as it is", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.invited(t, "ann")
		p := w.provisioning("ann")
		p.User.CreatedAt = i.ExpiresAt
		require.NoError(t, provision(t, w, p))
		require.Equal(t, i, w.get(t, i.ID))
	})
	t.Run("provisions no second user of an address, an external id or an identity", func(t *testing.T) {
		w := newWorld(t, b, c)
		first := w.provisioning("ann")
		require.NoError(t, provision(t, w, first))
		for reason, change := range map[string]func(*people.Provisioning){
			"the address":     func(p *people.Provisioning) { p.User.Email = first.User.Email },
			"the external id": func(p *people.Provisioning) { p.ExternalID = first.ExternalID },
			"the identity": func(p *people.Provisioning) {
				p.Identity.Issuer, p.Identity.Subject = first.Identity.Issuer, first.Identity.Subject
			},
		} {
			p := w.provisioning("bob")
			change(&p)
			require.ErrorIs(t, provision(t, w, p), admin.ErrExists, reason)
			_, err := b.Users().Get(t.Context(), w.org, p.User.ID)
			require.ErrorIs(t, err, admin.ErrNotFound, reason)
		}
		require.NoError(t, provision(t, w, w.provisioning("bob")))
		errs := atOnce(t, 6, func(ctx context.Context, _ int) error {
			return b.Identities().Provision(ctx, w.org, w.provisioning("raced"), w.rec("user.provision"))
		})
		require.Len(t, succeeded(t, errs, admin.ErrExists), 1)
		gone := *w
		gone.org = "none-" + w.org
		require.ErrorIs(t, provision(t, &gone, w.provisioning("carl")), admin.ErrNotFound)
	})
	t.Run("gives a user one external id for good", func(t *testing.T) {
		w := newWorld(t, b, c)
		set := func(user uuid.UUID, external string) error {
			return b.Identities().SetExternalID(t.Context(), w.org, user, external, w.rec("user.provision"))
		}
		second := w.member(t, "second", people.Developer)
		none, err := b.Identities().ExternalIDs(t.Context(), w.org, []uuid.UUID{second.ID})
		require.NoError(t, err)
		require.Empty(t, none)
		require.NoError(t, set(w.first.ID, "a"))
		require.ErrorIs(t, set(w.first.ID, "b"), admin.ErrExists)
		require.ErrorIs(t, set(second.ID, "a"), admin.ErrExists)
		require.NoError(t, set(second.ID, "A"), "external ids compare byte by byte")
		require.ErrorIs(t, set(w.id(), "c"), admin.ErrNotFound)
		_, err = b.Identities().ByExternalID(t.Context(), w.org, "a ")
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("updates a user under the version that was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		update := func(u people.User) error {
			return b.Identities().Update(t.Context(), w.org, u, w.rec("user.update"))
		}
		p := w.provisioning("ann")
		require.NoError(t, provision(t, w, p))
		asked := p.User
		asked.Name, asked.UpdatedAt = "Änn", epoch.Add(time.Minute)
		asked.Role, asked.Status, asked.CreatedAt = people.Administrator, people.UserDeactivated, epoch.Add(time.Hour)
		require.NoError(t, update(asked))
		want := p.User
		want.Name, want.UpdatedAt, want.Version = asked.Name, asked.UpdatedAt, 2
		got, err := b.Users().Get(t.Context(), w.org, p.User.ID)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, int64(1), w.epochOf(t, want.ID), "a name ends no session")
		require.ErrorIs(t, update(asked), admin.ErrConflict)
		asked.ID = w.id()
		require.ErrorIs(t, update(asked), admin.ErrNotFound)
		invited := w.invited(t, "new")
		want.Email, want.UpdatedAt = invited.Email, epoch.Add(time.Hour)
		require.NoError(t, update(want))
		require.Equal(t, int64(2), w.epochOf(t, want.ID), "an address does")
		require.Equal(t, people.InvitationRevoked, w.get(t, invited.ID).Status)
		require.Equal(t, want.UpdatedAt, w.get(t, invited.ID).SettledAt)
		want.Email, want.Version = w.first.Email, 3
		require.ErrorIs(t, update(want), admin.ErrExists)
		require.Equal(t, int64(2), w.epochOf(t, want.ID))
	})
	t.Run("changes no address that a user can prove", func(t *testing.T) {
		w := newWorld(t, b, c)
		update := func(u people.User, name string) error {
			u.Email = w.invitation(name).Email
			return b.Identities().Update(t.Context(), w.org, u, w.rec("user.update"))
		}
		second := w.member(t, "second", people.Developer)
		require.ErrorIs(t, update(second, "other"), people.ErrEmailNotProvisioned, "no external id, and a password")
		require.NoError(t, b.Identities().SetExternalID(t.Context(), w.org, second.ID, "x", w.rec("user.provision")))
		require.ErrorIs(t, update(second, "other"), people.ErrEmailNotProvisioned, "a password")
		a := w.acceptance(w.invited(t, "third"))
		a.Credential.Hash, a.Credential.ChangedAt = people.PasswordHash{}, time.Time{}
		require.NoError(t, b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")))
		require.ErrorIs(t, update(a.User, "other"), people.ErrEmailNotProvisioned, "no external id")
	})
	t.Run("makes one user of an address that is provisioned while its invitation is accepted", func(t *testing.T) {
		w := newWorld(t, b, c)
		for round := range 20 {
			name := fmt.Sprint("ann", round)
			i := w.invited(t, name)
			errs := atOnce(t, 2, func(ctx context.Context, n int) error {
				if n == 0 {
					return b.Identities().Provision(ctx, w.org, w.provisioning(name), w.rec("user.provision"))
				}
				return b.Invitations().Accept(ctx, w.org, w.acceptance(i), w.rec("invitation.accept"))
			})
			require.Len(t, succeeded(t, errs, admin.ErrExists, admin.ErrConflict), 1)
			require.NotEqual(t, people.InvitationPending, w.get(t, i.ID).Status)
		}
	})
	t.Run("links the identity by which an invitation is accepted", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.invited(t, "ann")
		a := w.acceptance(i)
		taken := w.linked(t, w.first.ID, "first")
		taken.UserID = a.User.ID
		a.Identity = &taken
		accept := func() error { return b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")) }
		require.ErrorIs(t, accept(), admin.ErrExists)
		require.Equal(t, i, w.get(t, i.ID))
		own := w.identity(a.User.ID, "ann")
		a.Identity = &own
		require.NoError(t, accept())
		got, err := bySubject(t, w, own)
		require.NoError(t, err)
		require.Equal(t, own, got)
	})
}

// long returns a text of n bytes.
func long(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = 'a' + byte(i%26)
	}
	return string(out)
}

func (w *world) epochOf(t *testing.T, user uuid.UUID) int64 {
	t.Helper()
	m, err := w.b.Users().Member(t.Context(), w.org, user)
	require.NoError(t, err)
	return m.Credential.Epoch
}
