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

// peopleSeeds are a second user, who is a Developer, a session of theirs, a custom role with a user who has it
// and one that no user has, a pending invitation by the first user, and one who
// is deactivated.
type peopleSeeds struct {
	member, clerk people.User
	role, unused  people.CustomRole
	invitation    people.Invitation
	session       people.KeptSession
	gone          people.User     // deactivated, with nothing
	identity      people.Identity // of the member, whose external id is "member", marked
}

func (w *world) seedPeople() {
	w.t.Helper()
	w.seeds.people.member = w.member(w.t, "member", people.Developer)
	w.seeds.people.role = w.addRole(w.t, w.role("clerk"))
	w.seeds.people.unused = w.addRole(w.t, w.role("unused"))
	w.seeds.people.clerk = w.member(w.t, "clerk", "clerk")
	w.seeds.people.gone = w.deactivated(w.t, w.member(w.t, "gone", people.Developer))
	w.seeds.people.invitation = w.invited(w.t, "pending")
	w.seeds.people.session = w.begun(w.t, w.seeds.people.member, "session")
	w.seeds.people.identity = w.linked(w.t, w.seeds.people.member.ID, "member")
	require.NoError(w.t, w.b.Identities().SetExternalID(w.t.Context(), w.org, w.seeds.people.member.ID, w.mark("member"),
		w.rec("user.provision")))
}

// member adds a user by an invitation.
func (w *world) member(t *testing.T, name string, role people.Role) people.User {
	t.Helper()
	i := w.invitation(name)
	i.Role, i.InvitedBy = role, admin.Actor{Kind: admin.ActorSystem}
	require.NoError(t,
		w.b.Invitations().Create(t.Context(), w.org, sending(i, w.digest(name), 1000),
			w.rec("invitation.create")))
	a := w.acceptance(i)
	require.NoError(t, w.b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")))
	return a.User
}

// member is a user with the credential, as one result. The hash is a text of its own, because secrets compare by
// identity and do not print, and the suite compares what is stored.
type member struct {
	people.Member // without the hash
	Hash          string
}

func revealed(m people.Member) member {
	with := member{m, m.Credential.Hash.PHC()}
	with.Credential.Hash = people.PasswordHash{}
	return with
}

// plain returns what a port returned with the secrets in it as texts.
func plain(value any) any {
	switch v := value.(type) {
	case people.Member:
		return revealed(v)
	case people.SessionOwner:
		return [2]any{v.Session, revealed(v.Member)}
	}
	return value
}

// Format writes the role instead of where it is.
func (m member) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%+v %+v %s", m.User, m.Credential, m.Hash)
	if m.Custom != nil {
		fmt.Fprintf(f, " %+v", *m.Custom)
	}
}

// rules are those of the suite: the built-in roles of package people, and custom ones that can have
// what these have.
func rules() people.RoleRules {
	roles := people.DefaultRoles()
	return people.RoleRules{BuiltIn: roles, Allowed: roles.All()}
}

// access returns what changes the role and the status of a user, decided by custom roles.
func access(u people.User, custom ...people.RoleVersion) people.AccessUpdate {
	return people.AccessUpdate{User: u, Rules: rules(), Custom: custom}
}

// updateAccess writes the role and the status of a user.
func (w *world) updateAccess(u people.User, action admin.Action) error {
	w.t.Helper()
	return w.b.Users().UpdateAccess(w.t.Context(), w.org, access(u), w.rec(action))
}

func userCalls() map[string]call {
	return map[string]call{
		"Users.Get": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			u, err := s.Users().Get(ctx, org, w.first.ID)
			return u, err
		},
		"Users.Member": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			m, err := s.Users().Member(ctx, org, w.seeds.people.clerk.ID)
			return revealed(m), err
		},
		"Users.ByEmail": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			m, err := s.Users().ByEmail(ctx, org, w.first.Email.Key)
			return revealed(m), err
		},
		"Users.Memberships": func(
			ctx context.Context, s storage.Stores, w *world, _ admin.OrgID, _ admin.Record,
		) (any, error) {
			return s.Users().Memberships(ctx, w.seeds.people.member.Email.Key)
		},
		"Users.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			us, err := s.Users().List(ctx, org, people.UserFilter{}, page[uuid.UUID](100))
			return us, err
		},
		"Users.UpdateProfile": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			u := w.seeds.people.member
			u.Name = w.mark("renamed")
			o := people.Organization{Name: w.mark("renamed"), Version: 1}
			return nil, s.Users().UpdateProfile(ctx, org, people.ProfileUpdate{User: &u, Organization: &o}, rec)
		},
		"Users.UpdateAccess": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			u := w.seeds.people.member
			u.Status = people.UserDeactivated
			return nil, s.Users().UpdateAccess(ctx, org, access(u), rec)
		},
		"Users.SetPassword": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			cred := people.Credential{
				UserID: w.seeds.people.clerk.ID, Hash: people.NewPasswordHash("new"), Epoch: 1, ChangedAt: epoch,
			}
			return nil, s.Users().SetPassword(ctx, org, cred, rec)
		},
		"Users.Rehash": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			return nil, s.Users().Rehash(ctx, org, w.seeds.people.clerk.ID, w.passwordHash("member"),
				w.passwordHash("stronger"))
		},
	}
}

func (w *world) passwordHash(of string) people.PasswordHash {
	return people.NewPasswordHash("$argon2id$" + w.mark(of))
}

func testUsers(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(10 << 40)
	get := func(t *testing.T, w *world, id uuid.UUID) member {
		t.Helper()
		m, err := b.Users().Member(t.Context(), w.org, id)
		require.NoError(t, err)
		return revealed(m)
	}

	t.Run("returns what was created", func(t *testing.T) {
		w := newWorld(t, b, c)
		_, _, cred := w.organization(w.org)
		cred.UserID = w.first.ID
		require.Equal(t, revealed(people.Member{User: w.first, Credential: cred}), get(t, w, w.first.ID))
		u, err := b.Users().Get(t.Context(), w.org, w.first.ID)
		require.NoError(t, err)
		require.Equal(t, w.first, u)
		_, err = b.Users().Get(t.Context(), w.org, w.id())
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("keeps the credential of a user without a password", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.invited(t, "single sign-on")
		a := w.acceptance(i)
		a.Credential = people.Credential{UserID: a.User.ID, Epoch: 1}
		require.NoError(t, b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")))
		got := get(t, w, a.User.ID)
		require.Empty(t, got.Hash)
		require.Equal(t, a.Credential, got.Credential)
	})
	t.Run("finds a user by the e-mail key, byte by byte", func(t *testing.T) {
		w := newWorld(t, b, c)
		m, err := b.Users().ByEmail(t.Context(), w.org, "first@example.com")
		require.NoError(t, err)
		require.Equal(t, get(t, w, w.first.ID), revealed(m))
		for _, key := range []string{"First@Example.com", "first@example.com ", "fïrst@example.com", ""} {
			_, err := b.Users().ByEmail(t.Context(), w.org, key)
			require.ErrorIs(t, err, admin.ErrNotFound, "key %q", key)
		}
	})
	t.Run("finds the organizations in which an address is an active user's", func(t *testing.T) {
		testMemberships(t, newWorld(t, b, c), newWorld(t, b, c))
	})
	t.Run("lists in order of id and by status and role", func(t *testing.T) {
		w := newWorld(t, b, c)
		made := []people.User{w.first}
		for i, role := range []people.Role{people.Developer, people.Analyst, people.Developer, people.ProductManager} {
			made = append(made, w.member(t, fmt.Sprintf("user %d", i), role))
		}
		made[3].Status = people.UserDeactivated
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(made[3]), w.rec("user.deactivate")))
		made[3].Version++
		for _, tc := range []struct {
			reason string
			filter people.UserFilter
			want   []people.User
		}{
			{"all", people.UserFilter{}, made},
			{"by status", people.UserFilter{Status: people.UserDeactivated}, made[3:4]},
			{"by role", people.UserFilter{Role: people.Developer}, []people.User{made[1], made[3]}},
			{"by both", people.UserFilter{Role: people.Developer, Status: people.UserActive}, made[1:2]},
			{"none", people.UserFilter{Role: "nothing"}, nil},
		} {
			t.Run(tc.reason, func(t *testing.T) {
				require.Equal(t, tc.want, pages(t, func(seek admin.Seek[uuid.UUID]) ([]people.User, error) {
					return b.Users().List(t.Context(), w.org, tc.filter, seek)
				}, func(u people.User) uuid.UUID { return u.ID }))
			})
		}
	})
	t.Run("changes the name of the version that was read, and nothing else", func(t *testing.T) {
		w := newWorld(t, b, c)
		u := w.first
		u.Name, u.UpdatedAt = "Zoë", epoch.Add(time.Microsecond)
		asked := u
		asked.Email = people.Email{Address: "Zoe@Example.com", Key: "zoe@example.com"}
		asked.Role, asked.Status, asked.CreatedAt = people.Analyst, people.UserDeactivated, epoch.Add(time.Hour)
		require.NoError(t,
			b.Users().UpdateProfile(t.Context(), w.org, people.ProfileUpdate{User: &asked}, w.rec("user.update_profile")))
		u.Version = 2
		require.Equal(t, u, get(t, w, u.ID).User)
		require.Equal(t, int64(1), get(t, w, u.ID).Credential.Epoch, "sessions continue")
		o, err := b.Organizations().Get(t.Context(), w.org)
		require.NoError(t, err)
		require.Equal(t, int64(1), o.Version, "and the organization stays")
		again := people.ProfileUpdate{User: &asked}
		require.ErrorIs(t, b.Users().UpdateProfile(t.Context(), w.org, again, w.rec("user.update_profile")),
			admin.ErrConflict)
		require.Equal(t, u, get(t, w, u.ID).User)
		asked.ID = w.id()
		require.ErrorIs(t, b.Users().UpdateProfile(t.Context(), w.org, again, w.rec("user.update_profile")),
			admin.ErrNotFound)
	})
	t.Run("writes the profile and the company's name together or not at all", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.member(t, "member", people.Developer)
		o, _, _ := w.organization(w.org)
		check := func(reason string) {
			t.Helper()
			require.Equal(t, m, get(t, w, m.ID).User, reason)
			stored, err := b.Organizations().Get(t.Context(), w.org)
			require.NoError(t, err)
			require.Equal(t, o, stored, reason)
		}
		update := func(u people.User, o people.Organization) error {
			p := people.ProfileUpdate{User: &u, Organization: &o}
			return b.Users().UpdateProfile(t.Context(), w.org, p, w.rec("user.update_profile"))
		}
		user, company := m, o
		user.Name, company.Name = "Zoë", "Zoë Ltd"
		stale := company
		stale.Version = 7
		require.ErrorIs(t, update(user, stale), admin.ErrConflict)
		check("the organization changed meanwhile")
		old := user
		old.Version = 7
		require.ErrorIs(t, update(old, company), admin.ErrConflict)
		check("the user changed meanwhile")

		require.NoError(t, update(user, company))
		m.Name, o.Name, m.Version, o.Version = "Zoë", "Zoë Ltd", 2, 2
		check("both")
		company.Version, company.Name = 2, "Alone"
		require.NoError(t, b.Users().UpdateProfile(t.Context(), w.org,
			people.ProfileUpdate{Organization: &company}, w.rec("user.update_profile")))
		o.Name, o.Version = "Alone", 3
		check("the company alone")
	})
	t.Run("changes role and status of the version that was read, and ends sessions", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.member(t, "member", people.Developer)
		asked := m
		asked.Role, asked.UpdatedAt = people.Analyst, epoch.Add(time.Second)
		asked.Name, asked.Email = "Another", people.Email{Address: "x@example.com", Key: "x@example.com"}
		require.NoError(t, w.updateAccess(asked, "user.change_role"))
		m.Role, m.UpdatedAt, m.Version = asked.Role, asked.UpdatedAt, 2
		got := get(t, w, m.ID)
		require.Equal(t, m, got.User)
		require.Equal(t, int64(2), got.Credential.Epoch)
		require.ErrorIs(t, w.updateAccess(asked, "user.change_role"), admin.ErrConflict)
		require.Equal(t, got, get(t, w, m.ID))
	})
	t.Run("keeps the last active administrator", func(t *testing.T) {
		w := newWorld(t, b, c)
		demoted, deactivated := w.first, w.first
		demoted.Role = people.Analyst
		deactivated.Status = people.UserDeactivated
		before := get(t, w, w.first.ID)
		refused := func() {
			t.Helper()
			for _, u := range []people.User{demoted, deactivated} {
				require.ErrorIs(t, b.Users().UpdateAccess(t.Context(), w.org, access(u), w.rec("test.refused")),
					people.ErrLastAdministrator)
			}
			require.Equal(t, before, get(t, w, w.first.ID))
		}
		w.member(t, "a developer does not count", people.Developer)
		refused()
		second := w.member(t, "second", people.Administrator)
		second.Status = people.UserDeactivated
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(second), w.rec("user.deactivate")))
		refused()
		second.Status, second.Version = people.UserActive, 2
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(second), w.rec("user.reactivate")))
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(demoted), w.rec("user.change_role")))
	})
	t.Run("keeps one of two administrators who demote each other at the same time", func(t *testing.T) {
		for range 10 {
			w := newWorld(t, b, c)
			second := w.member(t, "second", people.Administrator)
			errs := atOnce(t, 2, func(ctx context.Context, n int) error {
				u := []people.User{w.first, second}[n]
				u.Role = people.Analyst
				return b.Users().UpdateAccess(ctx, w.org, access(u), w.rec("user.change_role"))
			})
			require.Len(t, succeeded(t, errs, people.ErrLastAdministrator), 1)
			left, err := b.Users().List(t.Context(), w.org,
				people.UserFilter{Role: people.Administrator, Status: people.UserActive}, page[uuid.UUID](10))
			require.NoError(t, err)
			require.Len(t, left, 1)
		}
	})
	t.Run("revokes what a deactivated user sent and nothing else", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.member(t, "sender", people.Administrator)
		send := func(name string, by admin.Actor, expires time.Time) people.Invitation {
			i := w.invitation(name)
			i.InvitedBy, i.ExpiresAt = by, expires
			require.NoError(t,
				b.Invitations().Create(t.Context(), w.org, sending(i, w.digest(name), 1000),
					w.rec("invitation.create")))
			return i
		}
		sender := admin.Actor{Kind: admin.ActorUser, ID: m.ID.String()}
		at := epoch.Add(time.Hour)
		pending := send("pending", sender, at.Add(time.Microsecond))
		expired := send("expired", sender, at)
		accepted := send("accepted", sender, at.Add(time.Hour))
		require.NoError(t, b.Invitations().Accept(t.Context(), w.org, w.acceptance(accepted), w.rec("invitation.accept")))
		others := send("of another user", w.user(), at.Add(time.Hour))
		tokens := send("of a token with the same id", admin.Actor{Kind: admin.ActorToken, ID: m.ID.String()},
			at.Add(time.Hour))

		m.Role, m.UpdatedAt = people.Developer, at
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(m), w.rec("user.change_role")))
		require.Equal(t, pending, w.get(t, pending.ID), "another role revokes nothing")
		m.Status, m.Version = people.UserDeactivated, 2
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(m), w.rec("user.deactivate")))

		pending.Status, pending.SettledAt, pending.Version = people.InvitationRevoked, at, 2
		require.Equal(t, pending, w.get(t, pending.ID))
		require.Equal(t, expired, w.get(t, expired.ID))
		require.Equal(t, people.InvitationAccepted, w.get(t, accepted.ID).Status)
		require.Equal(t, others, w.get(t, others.ID))
		require.Equal(t, tokens, w.get(t, tokens.ID))
		again := w.invitation("pending")
		err := b.Invitations().Create(t.Context(), w.org, sending(again, w.digest("again"), 1000), w.rec("invitation.create"))
		require.NoError(t, err, "the address is free again")
	})
	t.Run("erases one user only", func(t *testing.T) { testErasure(t, b, c) })
	t.Run("sets a password under the epoch that was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		want := get(t, w, w.first.ID)
		set := people.Credential{UserID: w.first.ID, Hash: w.passwordHash("new"), Epoch: 1, ChangedAt: epoch.Add(time.Hour)}
		require.NoError(t, b.Users().SetPassword(t.Context(), w.org, set, w.rec("user.change_password")))
		want = revealed(people.Member{User: want.User, Credential: set})
		want.Credential.Epoch = 2
		require.Equal(t, want, get(t, w, w.first.ID))
		require.ErrorIs(t, b.Users().SetPassword(t.Context(), w.org, set, w.rec("user.change_password")), admin.ErrConflict)
		set.UserID = w.id()
		require.ErrorIs(t, b.Users().SetPassword(t.Context(), w.org, set, w.rec("user.change_password")), admin.ErrNotFound)
		require.Equal(t, want, get(t, w, w.first.ID))
	})
	t.Run("replaces a hash only where it is the one that was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		want := get(t, w, w.first.ID)
		old := people.NewPasswordHash(want.Hash)
		require.NoError(t, b.Users().Rehash(t.Context(), w.org, w.first.ID, old, w.passwordHash("stronger")))
		want.Hash = w.passwordHash("stronger").PHC()
		require.Equal(t, want, get(t, w, w.first.ID))
		require.ErrorIs(t, b.Users().Rehash(t.Context(), w.org, w.first.ID, old, w.passwordHash("late")), admin.ErrConflict)
		require.ErrorIs(t, b.Users().Rehash(t.Context(), w.org, w.id(), old, w.passwordHash("late")), admin.ErrNotFound)
		require.Equal(t, want, get(t, w, w.first.ID))
	})
}

func testMemberships(t *testing.T, w, other *world) {
	i := w.invitation("member")
	there := other.invitation("member")
	there.Email = i.Email
	join := func(w *world, i people.Invitation) people.User {
		t.Helper()
		i.InvitedBy = admin.Actor{Kind: admin.ActorSystem}
		require.NoError(t, w.b.Invitations().Create(t.Context(), w.org, sending(i, w.digest("member"), 1000),
			w.rec("invitation.create")))
		a := w.acceptance(i)
		require.NoError(t, w.b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")))
		return a.User
	}
	memberships := func(key string) []people.Membership {
		t.Helper()
		ms, err := w.b.Users().Memberships(t.Context(), key)
		require.NoError(t, err)
		return ms
	}
	require.Empty(t, memberships(i.Email.Key), "an invitation is none")
	second, first := join(other, there), join(w, i)
	here := people.Membership{Org: w.org, Company: "Company of " + string(w.org), UserID: first.ID}
	require.Equal(t, []people.Membership{
		here, {Org: other.org, Company: "Company of " + string(other.org), UserID: second.ID},
	}, memberships(i.Email.Key), "in order of the organizations")
	require.Empty(t, memberships(i.Email.Key+" "), "byte by byte")
	second.Status = people.UserDeactivated
	require.NoError(t, w.b.Users().UpdateAccess(t.Context(), other.org, access(second), w.rec("user.deactivate")))
	require.Equal(t, []people.Membership{here}, memberships(i.Email.Key), "a deactivated user's is none")
}
