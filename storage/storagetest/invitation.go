package storagetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// invitation returns a pending invitation to an address made of name, sent by the first user at epoch for a day.
func (w *world) invitation(name string) people.Invitation {
	// The address names the organization, as w.mark does.
	address := strings.ReplaceAll(name, " ", ".") + "@" + string(w.org) + ".example"
	return people.Invitation{
		ID: w.id(), Role: people.Developer, Status: people.InvitationPending, InvitedBy: w.user(),
		Email:     people.Email{Address: address, Key: address},
		CreatedAt: epoch, SentAt: epoch, ExpiresAt: epoch.Add(24 * time.Hour), Version: 1,
	}
}

// digest returns the digest of a secret made of name.
func (w *world) digest(name string) admin.SecretDigest {
	return admin.NewSecret(w.mark(name)).Digest()
}

// sending returns what creates an invitation or sends it again.
func sending(i people.Invitation, digest admin.SecretDigest, limit int, custom ...people.RoleVersion) people.Sending {
	return people.Sending{Invitation: i, Digest: digest, Limit: limit, Custom: custom}
}

// invited creates an invitation.
func (w *world) invited(t *testing.T, name string) people.Invitation {
	t.Helper()
	i := w.invitation(name)
	require.NoError(t, w.b.Invitations().Create(t.Context(), w.org, sending(i, w.digest(name), 1000),
		w.rec("invitation.create")))
	return i
}

// get reads an invitation.
func (w *world) get(t *testing.T, id uuid.UUID) people.Invitation {
	t.Helper()
	i, err := w.b.Invitations().Get(t.Context(), w.org, id)
	require.NoError(t, err)
	return i
}

// acceptance returns what accepts an invitation of the first user or the host.
func (w *world) acceptance(i people.Invitation) people.Acceptance {
	u := people.User{
		ID: w.id(), Name: w.mark("member"), Email: i.Email, Role: i.Role, Status: people.UserActive,
		CreatedAt: epoch.Add(time.Second), UpdatedAt: epoch.Add(time.Second), Version: 1,
	}
	return people.Acceptance{
		Invitation: i, InviterEpoch: 1, User: u,
		Credential: people.Credential{UserID: u.ID, Hash: w.passwordHash("member"), Epoch: 1, ChangedAt: u.CreatedAt},
	}
}

func invitationCalls() map[string]call {
	return map[string]call{
		"Invitations.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Invitations().Create(ctx, org, sending(w.invitation("another"), w.digest("another"), 1000), rec)
		},
		"Invitations.Get": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			i, err := s.Invitations().Get(ctx, org, w.seeds.people.invitation.ID)
			return i, err
		},
		"Invitations.ByDigest": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			i, err := s.Invitations().ByDigest(ctx, org, w.digest("pending"))
			return i, err
		},
		"Invitations.List": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			is, err := s.Invitations().List(ctx, org, people.InvitationFilter{}, epoch, page[uuid.UUID](100))
			return is, err
		},
		"Invitations.Resend": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			i := w.seeds.people.invitation
			i.SentAt, i.ExpiresAt = epoch.Add(time.Minute), epoch.Add(25*time.Hour)
			return nil, s.Invitations().Resend(ctx, org, sending(i, w.digest("resent"), 1000), rec)
		},
		"Invitations.Revoke": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			i := w.seeds.people.invitation
			i.SettledAt = epoch
			return nil, s.Invitations().Revoke(ctx, org, i, rec)
		},
		"Invitations.Accept": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Invitations().Accept(ctx, org, w.acceptance(w.seeds.people.invitation), rec)
		},
	}
}

func testInvitations(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(11 << 40)
	create := func(t *testing.T, w *world, i people.Invitation, secret string, limit int) error {
		t.Helper()
		return b.Invitations().Create(t.Context(), w.org, sending(i, w.digest(secret), limit), w.rec("invitation.create"))
	}
	resend := func(t *testing.T, w *world, i people.Invitation, secret string, limit int) error {
		t.Helper()
		return b.Invitations().Resend(t.Context(), w.org, sending(i, w.digest(secret), limit), w.rec("invitation.resend"))
	}

	t.Run("returns what was created, by id and by digest", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.invited(t, "Zoë")
		require.Equal(t, i, w.get(t, i.ID))
		got, err := b.Invitations().ByDigest(t.Context(), w.org, w.digest("Zoë"))
		require.NoError(t, err)
		require.Equal(t, i, got)
		_, err = b.Invitations().ByDigest(t.Context(), w.org, w.digest("nothing"))
		require.ErrorIs(t, err, admin.ErrNotFound)
		_, err = b.Invitations().Get(t.Context(), w.org, w.id())
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("refuses an id or a digest that is taken", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.invited(t, "one")
		again := w.invitation("two")
		require.ErrorIs(t, create(t, w, again, "one", 1000), admin.ErrExists)
		again.ID = i.ID
		require.ErrorIs(t, create(t, w, again, "two", 1000), admin.ErrExists)
		require.Equal(t, i, w.get(t, i.ID))
	})
	t.Run("has one pending invitation for each address", func(t *testing.T) {
		w := newWorld(t, b, c)
		first := w.invited(t, "ann")
		second := w.invitation("ann")
		second.SentAt = first.ExpiresAt.Add(-time.Microsecond)
		require.ErrorIs(t, create(t, w, second, "second", 1000), admin.ErrExists)

		second.SentAt, second.ExpiresAt = first.ExpiresAt, first.ExpiresAt.Add(time.Hour)
		require.NoError(t, create(t, w, second, "second", 1000), "the first has expired")
		require.Equal(t, first, w.get(t, first.ID), "and stays as it is")
		sent := first
		sent.SentAt, sent.ExpiresAt = second.SentAt.Add(time.Minute), second.ExpiresAt.Add(time.Minute)
		require.ErrorIs(t, resend(t, w, sent, "again", 1000), admin.ErrExists, "the second has the address")

		second.SettledAt = epoch
		require.NoError(t, b.Invitations().Revoke(t.Context(), w.org, second, w.rec("invitation.revoke")))
		require.NoError(t, resend(t, w, sent, "again", 1000))
		third := w.invitation("ann")
		third.SentAt = sent.SentAt
		require.ErrorIs(t, create(t, w, third, "third", 1000), admin.ErrExists)
	})
	t.Run("has at most limit pending", func(t *testing.T) {
		w := newWorld(t, b, c)
		expired := w.invitation("expired")
		expired.ExpiresAt = epoch.Add(time.Hour)
		require.NoError(t, create(t, w, expired, "expired", 2))
		one := w.invited(t, "one")
		three := w.invitation("three")
		require.ErrorIs(t, create(t, w, three, "three", 2), people.ErrTooManyInvitations)
		two := w.invitation("two")
		two.SentAt = expired.ExpiresAt
		require.NoError(t, create(t, w, two, "two", 2), "an expired one does not count")
		expired.SentAt, expired.ExpiresAt = two.SentAt, two.ExpiresAt
		require.ErrorIs(t, resend(t, w, expired, "again", 2), people.ErrTooManyInvitations)
		one.SentAt = two.SentAt
		require.NoError(t, resend(t, w, one, "one again", 2), "itself does not count")
		two.SettledAt = epoch
		require.NoError(t, b.Invitations().Revoke(t.Context(), w.org, two, w.rec("invitation.revoke")))
		require.NoError(t, resend(t, w, expired, "again", 2))
	})
	t.Run("keeps the limit and the address when many invite at the same time", func(t *testing.T) {
		w := newWorld(t, b, c)
		errs := atOnce(t, 6, func(ctx context.Context, n int) error {
			name := fmt.Sprintf("user %d", n)
			return b.Invitations().Create(ctx, w.org, sending(w.invitation(name), w.digest(name), 3),
				w.rec("invitation.create"))
		})
		require.Len(t, succeeded(t, errs, people.ErrTooManyInvitations), 3)
		other := newWorld(t, b, c)
		errs = atOnce(t, 6, func(ctx context.Context, n int) error {
			return b.Invitations().Create(ctx, other.org, sending(other.invitation("ann"), other.digest(fmt.Sprint(n)), 3),
				other.rec("invitation.create"))
		})
		require.Len(t, succeeded(t, errs, admin.ErrExists), 1)
	})
	t.Run("lists newest first and by status at an instant", func(t *testing.T) {
		w := newWorld(t, b, c)
		pending, expired := w.invited(t, "pending"), w.invitation("expired")
		revoked, accepted := w.invited(t, "revoked"), w.invited(t, "accepted")
		expired.ExpiresAt = epoch.Add(time.Hour)
		require.NoError(t, create(t, w, expired, "expired", 1000))
		revoked.Status, revoked.SettledAt = people.InvitationRevoked, epoch.Add(time.Minute)
		require.NoError(t, b.Invitations().Revoke(t.Context(), w.org, revoked, w.rec("invitation.revoke")))
		revoked.Version++
		a := w.acceptance(accepted)
		require.NoError(t, b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")))
		accepted.Status, accepted.Version = people.InvitationAccepted, 2
		accepted.SettledAt, accepted.UserID = a.User.CreatedAt, a.User.ID
		// ids ascend in the order in which they were made above
		all := []people.Invitation{accepted, revoked, expired, pending}
		for _, tc := range []struct {
			reason string
			status people.InvitationStatus
			now    time.Time
			want   []people.Invitation
		}{
			{"all", "", epoch, all},
			{"pending just before one expires", people.InvitationPending, expired.ExpiresAt.Add(-time.Microsecond),
				[]people.Invitation{expired, pending}},
			{"pending when one expires", people.InvitationPending, expired.ExpiresAt, []people.Invitation{pending}},
			{"expired when one expires, as it was stored", people.InvitationExpired, expired.ExpiresAt,
				[]people.Invitation{expired}},
			{"none expired yet", people.InvitationExpired, epoch, nil},
			{"all expired, but those that were settled", people.InvitationExpired, epoch.Add(1000 * time.Hour),
				[]people.Invitation{expired, pending}},
			{"revoked, at any time", people.InvitationRevoked, epoch.Add(1000 * time.Hour), []people.Invitation{revoked}},
			{"accepted, at any time", people.InvitationAccepted, epoch.Add(1000 * time.Hour), []people.Invitation{accepted}},
		} {
			t.Run(tc.reason, func(t *testing.T) {
				require.Equal(t, tc.want, pages(t, func(seek admin.Seek[uuid.UUID]) ([]people.Invitation, error) {
					return b.Invitations().List(t.Context(), w.org, people.InvitationFilter{Status: tc.status}, tc.now, seek)
				}, func(i people.Invitation) uuid.UUID { return i.ID }))
			})
		}
	})
	t.Run("sends again under the version that was read, and the old secret is invalid", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.invited(t, "ann")
		sent := i
		sent.InvitedBy = admin.Actor{Kind: admin.ActorSystem}
		sent.SentAt, sent.ExpiresAt = epoch.Add(48*time.Hour), epoch.Add(72*time.Hour)
		asked := sent
		asked.Role, asked.Status = people.Administrator, people.InvitationAccepted
		asked.Email = people.Email{Address: "x@example.com", Key: "x@example.com"}
		require.NoError(t, resend(t, w, asked, "again", 1000))
		sent.Version = 2
		require.Equal(t, sent, w.get(t, i.ID))
		_, err := b.Invitations().ByDigest(t.Context(), w.org, w.digest("ann"))
		require.ErrorIs(t, err, admin.ErrNotFound)
		got, err := b.Invitations().ByDigest(t.Context(), w.org, w.digest("again"))
		require.NoError(t, err)
		require.Equal(t, sent, got)
		require.ErrorIs(t, resend(t, w, asked, "late", 1000), admin.ErrConflict)
		require.ErrorIs(t, b.Invitations().Accept(t.Context(), w.org, w.acceptance(i), w.rec("invitation.accept")),
			admin.ErrConflict)
	})
	t.Run("is settled once", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.invited(t, "ann")
		i.SettledAt = epoch.Add(time.Minute)
		require.NoError(t, b.Invitations().Revoke(t.Context(), w.org, i, w.rec("invitation.revoke")))
		for _, version := range []int64{1, 2} {
			i.Version = version
			require.ErrorIs(t, b.Invitations().Revoke(t.Context(), w.org, i, w.rec("invitation.revoke")), admin.ErrConflict)
			require.ErrorIs(t, resend(t, w, i, "again", 1000), admin.ErrConflict)
			require.ErrorIs(t, b.Invitations().Accept(t.Context(), w.org, w.acceptance(i), w.rec("invitation.accept")),
				admin.ErrConflict)
		}
		_, err := b.Users().ByEmail(t.Context(), w.org, i.Email.Key)
		require.ErrorIs(t, err, admin.ErrNotFound)
		none := w.invitation("none")
		require.ErrorIs(t, b.Invitations().Revoke(t.Context(), w.org, none, w.rec("invitation.revoke")), admin.ErrNotFound)
		require.ErrorIs(t, resend(t, w, none, "x", 1000), admin.ErrNotFound)
		require.ErrorIs(t, b.Invitations().Accept(t.Context(), w.org, w.acceptance(none), w.rec("invitation.accept")),
			admin.ErrNotFound)
	})
	t.Run("is accepted by one of many at the same time", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.invited(t, "ann")
		errs := atOnce(t, 6, func(ctx context.Context, _ int) error {
			return b.Invitations().Accept(ctx, w.org, w.acceptance(i), w.rec("invitation.accept"))
		})
		require.Len(t, succeeded(t, errs, admin.ErrConflict), 1)
		users, err := b.Users().List(t.Context(), w.org, people.UserFilter{}, page[uuid.UUID](10))
		require.NoError(t, err)
		require.Len(t, users, 2)
		require.Equal(t, w.get(t, i.ID).UserID, users[1].ID)
	})
	t.Run("is not accepted when the inviter's access changed since it was checked", func(t *testing.T) {
		w := newWorld(t, b, c)
		second := w.member(t, "second", people.Administrator)
		i := w.invitation("ann")
		i.InvitedBy = admin.Actor{Kind: admin.ActorUser, ID: second.ID.String()}
		require.NoError(t, create(t, w, i, "ann", 1000))
		second.Role = people.Analyst
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(second), w.rec("user.change_role")))
		a := w.acceptance(i)
		require.ErrorIs(t, b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")), admin.ErrConflict)
		_, err := b.Users().Get(t.Context(), w.org, a.User.ID)
		require.ErrorIs(t, err, admin.ErrNotFound)
		a.InviterEpoch = 2
		require.NoError(t, b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")))
	})
}
