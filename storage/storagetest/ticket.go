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

// ticketSeeds are a change of the member's e-mail address and a reset of their password.
type ticketSeeds struct{ change, reset people.Ticket }

func (w *world) seedTickets() {
	w.t.Helper()
	w.seeds.tickets.change = w.issued(w.t, w.emailChange(w.seeds.people.member, "moved"))
	w.seeds.tickets.reset = w.issued(w.t, w.passwordReset(w.seeds.people.member, "forgotten"))
}

// emailChange returns a ticket by which a user whose Epoch is 1 gets an address made of name, for a day from
// epoch on.
func (w *world) emailChange(u people.User, name string) people.Ticket {
	k := w.passwordReset(u, name)
	k.Kind, k.OldEmail, k.NewEmail, k.OldConfirms = people.TicketEmailChange, u.Email, w.invitation(name).Email, true
	k.OldDigest = w.digest("old " + name)
	return k
}

// passwordReset returns a ticket with a secret made of name.
func (w *world) passwordReset(u people.User, name string) people.Ticket {
	return people.Ticket{
		ID: w.id(), Kind: people.TicketPasswordReset, UserID: u.ID, Epoch: 1, Digest: w.digest("ticket " + name),
		CreatedAt: epoch, ExpiresAt: epoch.Add(24 * time.Hour), Version: 1,
	}
}

// issue stores a ticket.
func (w *world) issue(t *testing.T, k people.Ticket) error {
	t.Helper()
	return w.b.Tickets().Issue(t.Context(), w.org, k, 5, w.rec("ticket.issue"))
}

func (w *world) issued(t *testing.T, k people.Ticket) people.Ticket {
	t.Helper()
	require.NoError(t, w.issue(t, k))
	return k
}

// newCredential returns what resets the password of a user.
func (w *world) newCredential(k people.Ticket) people.Credential {
	return people.Credential{
		UserID: k.UserID, Hash: w.passwordHash("new"), Epoch: k.Epoch, ChangedAt: epoch.Add(time.Hour),
	}
}

func ticketCalls() map[string]call {
	return map[string]call{
		"Tickets.Issue": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Tickets().Issue(ctx, org, w.emailChange(w.seeds.people.member, "another"), 5, rec)
		},
		"Tickets.ByDigest": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			k, err := s.Tickets().ByDigest(ctx, org, w.seeds.tickets.change.Digest)
			return k, err
		},
		"Tickets.EmailChange": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			k, err := s.Tickets().EmailChange(ctx, org, w.seeds.people.member.ID)
			return k, err
		},
		"Tickets.Confirm": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			k := w.seeds.tickets.change
			k.NewConfirmedAt = epoch
			return nil, s.Tickets().Confirm(ctx, org, k, rec)
		},
		"Tickets.ChangeEmail": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Tickets().ChangeEmail(ctx, org, w.seeds.tickets.change, epoch, rec)
		},
		"Tickets.ResetPassword": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			k := w.seeds.tickets.reset
			return nil, s.Tickets().ResetPassword(ctx, org, k, w.newCredential(k), rec)
		},
		"Tickets.Cancel": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Tickets().Cancel(ctx, org, w.seeds.tickets.change, rec)
		},
	}
}

// hasTicket reports whether a ticket is stored, as it is given.
func (w *world) hasTicket(t *testing.T, k people.Ticket) bool {
	t.Helper()
	got, err := w.b.Tickets().ByDigest(t.Context(), w.org, k.Digest)
	if err != nil {
		require.ErrorIs(t, err, admin.ErrNotFound)
		return false
	}
	require.Equal(t, k, got)
	return true
}

func testTickets(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(14 << 40)
	t.Run("Issue", func(t *testing.T) { testIssuedTickets(t, b, c) })
	t.Run("Address", func(t *testing.T) { testTicketAddresses(t, b, c) })
	t.Run("Use", func(t *testing.T) { testUsedTickets(t, b, c) })
	t.Run("Race", func(t *testing.T) { testTicketRaces(t, b, c) })
}

func testIssuedTickets(t *testing.T, b storage.Backend, c *ids) {
	t.Run("returns what was issued, by each digest and by user", func(t *testing.T) {
		w := newWorld(t, b, c)
		change, reset := w.issued(t, w.emailChange(w.first, "moved")), w.issued(t, w.passwordReset(w.first, "lost"))
		for _, d := range []admin.SecretDigest{change.Digest, change.OldDigest} {
			got, err := b.Tickets().ByDigest(t.Context(), w.org, d)
			require.NoError(t, err)
			require.Equal(t, change, got)
		}
		require.True(t, w.hasTicket(t, reset))
		got, err := b.Tickets().EmailChange(t.Context(), w.org, w.first.ID)
		require.NoError(t, err)
		require.Equal(t, change, got)
		for _, d := range []admin.SecretDigest{{}, w.digest("nothing")} {
			_, err = b.Tickets().ByDigest(t.Context(), w.org, d)
			require.ErrorIs(t, err, admin.ErrNotFound)
		}
		_, err = b.Tickets().EmailChange(t.Context(), w.org, w.id())
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("keeps one for no user", func(t *testing.T) {
		w := newWorld(t, b, c)
		for _, name := range []string{"one", "two", "three", "four", "five", "six"} {
			k := w.passwordReset(people.User{}, name)
			k.Epoch = 0
			require.True(t, w.hasTicket(t, w.issued(t, k)))
		}
		_, err := b.Tickets().EmailChange(t.Context(), w.org, uuid.Nil)
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("refuses an id or a digest that is taken", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.member(t, "member", people.Developer)
		first := w.issued(t, w.emailChange(w.first, "one"))
		for _, spoil := range []func(*people.Ticket){
			func(k *people.Ticket) { k.ID = first.ID },
			func(k *people.Ticket) { k.Digest = first.Digest },
			func(k *people.Ticket) { k.OldDigest = first.OldDigest },
		} {
			again := w.emailChange(m, "two")
			spoil(&again)
			require.ErrorIs(t, w.issue(t, again), admin.ErrExists)
		}
		require.True(t, w.hasTicket(t, first))
	})
	t.Run("is bound to the epoch and to a user", func(t *testing.T) {
		w := newWorld(t, b, c)
		k := w.emailChange(w.first, "moved")
		k.Epoch = 2
		require.ErrorIs(t, w.issue(t, k), admin.ErrConflict)
		k.Epoch, k.UserID = 1, w.id()
		require.ErrorIs(t, w.issue(t, k), admin.ErrNotFound)
	})
	t.Run("deletes what has expired", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.member(t, "member", people.Developer)
		change, reset := w.issued(t, w.emailChange(w.first, "moved")), w.issued(t, w.passwordReset(w.first, "lost"))
		later := w.passwordReset(m, "later")
		later.CreatedAt, later.ExpiresAt = change.ExpiresAt.Add(-time.Microsecond), change.ExpiresAt.Add(time.Hour)
		w.issued(t, later)
		require.True(t, w.hasTicket(t, change) && w.hasTicket(t, reset))
		last := w.passwordReset(m, "last")
		last.CreatedAt, last.ExpiresAt = change.ExpiresAt, later.ExpiresAt
		w.issued(t, last)
		require.False(t, w.hasTicket(t, change) || w.hasTicket(t, reset))
		require.True(t, w.hasTicket(t, later) && w.hasTicket(t, last))
	})
	t.Run("keeps so many resets of a user, and one change", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.member(t, "member", people.Developer)
		others := []people.Ticket{w.issued(t, w.passwordReset(m, "other")), w.issued(t, w.emailChange(m, "another"))}
		var resets []people.Ticket
		for n := range 7 {
			resets = append(resets, w.issued(t, w.passwordReset(w.first, fmt.Sprint(n))))
			for i, k := range resets {
				require.Equal(t, i > n-5, w.hasTicket(t, k), "reset %d after %d", i, n)
			}
		}
		require.NoError(t, b.Tickets().Issue(t.Context(), w.org, w.passwordReset(w.first, "only"), 1, w.rec("ticket.issue")))
		require.False(t, w.hasTicket(t, resets[6]))
		one := w.issued(t, w.emailChange(w.first, "one"))
		two := w.issued(t, w.emailChange(w.first, "two"))
		require.False(t, w.hasTicket(t, one))
		same := w.emailChange(w.first, "two")
		same.Digest, same.OldDigest = w.digest("same"), w.digest("old same")
		w.issued(t, same)
		require.False(t, w.hasTicket(t, two))
		for _, k := range append(others, same) {
			require.True(t, w.hasTicket(t, k))
		}
	})
}

// An address is in one use at a time.
func testTicketAddresses(t *testing.T, b storage.Backend, c *ids) {
	invite := func(t *testing.T, w *world, i people.Invitation, secret string) error {
		t.Helper()
		return b.Invitations().Create(t.Context(), w.org, sending(i, w.digest(secret), 1000), w.rec("invitation.create"))
	}
	t.Run("is not changed to one in use, when issued and when confirmed", func(t *testing.T) {
		w := newWorld(t, b, c)
		m, n := w.member(t, "member", people.Developer), w.member(t, "another", people.Developer)
		k := w.emailChange(m, "taken")
		k.NewEmail = w.first.Email
		require.ErrorIs(t, w.issue(t, k), people.ErrEmailTaken)
		w.invited(t, "invited")
		require.ErrorIs(t, w.issue(t, w.emailChange(m, "invited")), people.ErrAlreadyInvited)
		first := w.issued(t, w.emailChange(n, "pending"))
		again := w.emailChange(m, "pending")
		again.Digest, again.OldDigest = w.digest("again"), w.digest("old again")
		require.ErrorIs(t, w.issue(t, again), people.ErrEmailPending)
		require.True(t, w.hasTicket(t, first))
		own := w.emailChange(m, "own")
		own.NewEmail = people.Email{Address: "Written-Otherwise", Key: m.Email.Key}
		require.NoError(t, w.issue(t, own))
	})
	t.Run("is not invited while a user changes to it", func(t *testing.T) {
		w := newWorld(t, b, c)
		k := w.issued(t, w.emailChange(w.first, "moved"))
		i := w.invitation("moved")
		require.ErrorIs(t, invite(t, w, i, "i"), people.ErrEmailPending)
		i.SentAt, i.ExpiresAt = k.ExpiresAt, k.ExpiresAt.Add(time.Hour)
		require.NoError(t, invite(t, w, i, "i"), "the change has expired")
		require.ErrorIs(t, b.Tickets().ChangeEmail(t.Context(), w.org, k, i.SentAt, w.rec("user.change_email")),
			people.ErrAlreadyInvited)
		require.True(t, w.hasTicket(t, k))
		taken := w.invitation("taken")
		taken.Email = w.first.Email
		require.ErrorIs(t, invite(t, w, taken, "taken"), people.ErrEmailTaken)
	})
	t.Run("is not invited again while a user changes to it", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.invited(t, "moved")
		k := w.emailChange(w.first, "moved")
		k.CreatedAt, k.ExpiresAt = i.ExpiresAt, i.ExpiresAt.Add(time.Hour)
		w.issued(t, k)
		i.SentAt, i.ExpiresAt = k.CreatedAt, k.ExpiresAt
		resend := func() error {
			return b.Invitations().Resend(t.Context(), w.org, sending(i, w.digest("again"), 1000), w.rec("invitation.resend"))
		}
		require.ErrorIs(t, resend(), people.ErrEmailPending)
		require.NoError(t, b.Tickets().Cancel(t.Context(), w.org, k, w.rec("user.cancel_email")))
		require.NoError(t, resend())
	})
	t.Run("is free when the epoch of the user has risen", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.member(t, "member", people.Developer)
		k := w.issued(t, w.emailChange(m, "moved"))
		m.Status = people.UserDeactivated
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org, access(m), w.rec("user.deactivate")))
		i := w.invitation("moved")
		require.NoError(t, invite(t, w, i, "i"))
		require.NoError(t, b.Invitations().Revoke(t.Context(), w.org, i, w.rec("invitation.revoke")))
		again := w.emailChange(w.first, "moved")
		again.Digest, again.OldDigest = w.digest("again"), w.digest("old again")
		require.NoError(t, w.issue(t, again))
		require.False(t, w.hasTicket(t, k))
	})
}
