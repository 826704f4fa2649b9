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
)

func testUsedTickets(t *testing.T, b storage.Backend, c *ids) {
	get := func(t *testing.T, w *world, id uuid.UUID) member {
		t.Helper()
		m, err := b.Users().Member(t.Context(), w.org, id)
		require.NoError(t, err)
		return revealed(m)
	}
	t.Run("is confirmed under the version that was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		k := w.issued(t, w.emailChange(w.first, "moved"))
		asked := k
		asked.NewConfirmedAt = epoch.Add(time.Minute)
		asked.NewEmail, asked.ExpiresAt = w.invitation("elsewhere").Email, epoch.Add(1000*time.Hour)
		require.NoError(t, b.Tickets().Confirm(t.Context(), w.org, asked, w.rec("user.confirm_email")))
		k.NewConfirmedAt, k.Version = asked.NewConfirmedAt, 2
		require.True(t, w.hasTicket(t, k))
		for name, use := range map[string]func(people.Ticket) error{
			"confirm": func(k people.Ticket) error {
				return b.Tickets().Confirm(t.Context(), w.org, k, w.rec("user.confirm_email"))
			},
			"change": func(k people.Ticket) error {
				return b.Tickets().ChangeEmail(t.Context(), w.org, k, epoch, w.rec("user.change_email"))
			},
			"reset": func(k people.Ticket) error {
				return b.Tickets().ResetPassword(t.Context(), w.org, k, w.newCredential(k), w.rec("user.reset_password"))
			},
			"cancel": func(k people.Ticket) error {
				return b.Tickets().Cancel(t.Context(), w.org, k, w.rec("user.cancel_email"))
			},
		} {
			require.ErrorIs(t, use(asked), admin.ErrConflict, name)
			require.ErrorIs(t, use(w.emailChange(w.first, "none")), admin.ErrNotFound, name)
		}
		require.True(t, w.hasTicket(t, k))
	})
	t.Run("changes the address, ends sessions and deletes the user's tickets", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.member(t, "member", people.Developer)
		other := w.issued(t, w.passwordReset(m, "of another"))
		k, reset := w.issued(t, w.emailChange(w.first, "moved")), w.issued(t, w.passwordReset(w.first, "lost"))
		want := get(t, w, w.first.ID)
		asked := k
		asked.NewEmail = w.invitation("elsewhere").Email
		rec := w.rec("user.change_email")
		require.NoError(t, b.Tickets().ChangeEmail(t.Context(), w.org, asked, epoch.Add(time.Minute), rec))
		want.User.Email, want.User.UpdatedAt, want.User.Version = k.NewEmail, epoch.Add(time.Minute), 2
		want.Credential.Epoch = 2
		require.Equal(t, want, get(t, w, w.first.ID))
		require.False(t, w.hasTicket(t, k) || w.hasTicket(t, reset))
		require.True(t, w.hasTicket(t, other))
		moved, err := b.Users().ByEmail(t.Context(), w.org, k.NewEmail.Key)
		require.NoError(t, err)
		require.Equal(t, want, revealed(moved))
	})
	t.Run("sets a password, ends sessions and deletes the user's tickets", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.member(t, "member", people.Developer)
		other := w.issued(t, w.passwordReset(m, "of another"))
		change, one := w.issued(t, w.emailChange(w.first, "moved")), w.issued(t, w.passwordReset(w.first, "one"))
		two := w.issued(t, w.passwordReset(w.first, "two"))
		want := get(t, w, w.first.ID)
		set := w.newCredential(one)
		require.NoError(t, b.Tickets().ResetPassword(t.Context(), w.org, one, set, w.rec("user.reset_password")))
		want = revealed(people.Member{User: want.User, Credential: set})
		want.Credential.Epoch = 2
		require.Equal(t, want, get(t, w, w.first.ID))
		require.False(t, w.hasTicket(t, change) || w.hasTicket(t, one) || w.hasTicket(t, two))
		require.True(t, w.hasTicket(t, other))
	})
	t.Run("is of no use when the epoch has risen", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.member(t, "member", people.Developer)
		change, reset := w.issued(t, w.emailChange(m, "moved")), w.issued(t, w.passwordReset(m, "lost"))
		m.Role = people.Analyst
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(m), w.rec("user.change_role")))
		want := get(t, w, m.ID)
		require.ErrorIs(t, b.Tickets().ChangeEmail(t.Context(), w.org, change, epoch, w.rec("user.change_email")),
			admin.ErrConflict)
		require.ErrorIs(t, b.Tickets().ResetPassword(t.Context(), w.org, reset, w.newCredential(reset),
			w.rec("user.reset_password")), admin.ErrConflict)
		require.Equal(t, want, get(t, w, m.ID))
	})
	t.Run("for no user does nothing", func(t *testing.T) {
		w := newWorld(t, b, c)
		k := w.issued(t, w.passwordReset(people.User{}, "nobody"))
		require.ErrorIs(t, b.Tickets().ResetPassword(t.Context(), w.org, k, w.newCredential(k),
			w.rec("user.reset_password")), admin.ErrNotFound)
		require.ErrorIs(t, b.Tickets().ChangeEmail(t.Context(), w.org, k, epoch, w.rec("user.change_email")),
			admin.ErrNotFound)
	})
	t.Run("makes no second user of an address that was invited before", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.invited(t, "moved")
		k := w.emailChange(w.first, "moved")
		k.CreatedAt, k.ExpiresAt = i.ExpiresAt, i.ExpiresAt.Add(time.Hour)
		w.issued(t, k)
		require.NoError(t, b.Tickets().ChangeEmail(t.Context(), w.org, k, k.CreatedAt, w.rec("user.change_email")))
		want := get(t, w, w.first.ID)
		a := w.acceptance(i)
		a.InviterEpoch = 2
		require.ErrorIs(t, b.Invitations().Accept(t.Context(), w.org, a, w.rec("invitation.accept")), admin.ErrExists)
		require.Equal(t, want, get(t, w, w.first.ID))
		require.Equal(t, i, w.get(t, i.ID))
	})
}

func testTicketRaces(t *testing.T, b storage.Backend, c *ids) {
	rounds := 20
	if testing.Short() {
		rounds = 5
	}
	t.Run("gives an address to one of several that want it at the same time", func(t *testing.T) {
		for range rounds {
			w := newWorld(t, b, c)
			m := w.member(t, "member", people.Developer)
			k := []people.Ticket{w.emailChange(w.first, "moved"), w.emailChange(m, "moved")}
			k[1].Digest, k[1].OldDigest = w.digest("another"), w.digest("old another")
			errs := atOnce(t, 3, func(ctx context.Context, n int) error {
				if n == 2 {
					return b.Invitations().Create(ctx, w.org, sending(w.invitation("moved"), w.digest("i"), 1000),
						w.rec("invitation.create"))
				}
				return b.Tickets().Issue(ctx, w.org, k[n], 5, w.rec("user.request_email"))
			})
			require.Len(t, succeeded(t, errs, people.ErrEmailPending, people.ErrAlreadyInvited), 1)
		}
	})
	t.Run("is used once, and its siblings not at all", func(t *testing.T) {
		for range rounds {
			w := newWorld(t, b, c)
			k := []people.Ticket{
				w.issued(t, w.passwordReset(w.first, "one")), w.issued(t, w.passwordReset(w.first, "two")),
				w.issued(t, w.emailChange(w.first, "moved")),
			}
			errs := atOnce(t, 6, func(ctx context.Context, n int) error {
				if n%3 == 2 {
					return b.Tickets().ChangeEmail(ctx, w.org, k[2], epoch, w.rec("user.change_email"))
				}
				return b.Tickets().ResetPassword(ctx, w.org, k[n%3], w.newCredential(k[n%3]), w.rec("user.reset_password"))
			})
			require.Len(t, succeeded(t, errs, admin.ErrNotFound, admin.ErrConflict), 1)
			m, err := b.Users().Member(t.Context(), w.org, w.first.ID)
			require.NoError(t, err)
			require.Equal(t, int64(2), m.Credential.Epoch)
		}
	})
}
