package memory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type tickets struct{ access }

// checkAddress fails if an address is in use at an instant by another user or another invitation than those
// with the given ids.
func (t *tenant) checkAddress(key string, now time.Time, user, invitation uuid.UUID) error {
	use := people.AddressUse{User: t.hasOtherUser(user, func(u people.User) bool { return u.Email.Key == key })}
	for id, i := range t.invitations.rows {
		use.Invitation = use.Invitation ||
			id != invitation && i.Email.Key == key && i.StatusAt(now) == people.InvitationPending
	}
	for _, k := range t.tickets.rows {
		use.Change = use.Change ||
			k.UserID != user && k.NewEmail.Key == key && now.Before(k.ExpiresAt) && t.atEpoch(k.UserID.String(), k.Epoch)
	}
	return use.Check()
}

func (s tickets) Issue(ctx context.Context, org admin.OrgID, k people.Ticket, keep int, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if k.UserID != uuid.Nil {
			if err := t.requireEpoch(k.UserID, k.Epoch); err != nil {
				return err
			}
		}
		t.removeTickets(j, func(o people.Ticket) bool { return !k.CreatedAt.Before(o.ExpiresAt) })
		if k.Kind == people.TicketPasswordReset {
			t.keepResets(j, k.UserID, keep)
		} else {
			t.removeTickets(j, func(o people.Ticket) bool {
				return o.Kind == k.Kind && (o.UserID == k.UserID ||
					o.NewEmail.Key == k.NewEmail.Key && !t.atEpoch(o.UserID.String(), o.Epoch))
			})
			if err := t.checkAddress(k.NewEmail.Key, k.CreatedAt, k.UserID, uuid.Nil); err != nil {
				return err
			}
		}
		if _, clash := t.tickets.find(func(o people.Ticket) bool {
			return o.ID == k.ID || o.Digest == k.Digest ||
				o.OldDigest == k.OldDigest && k.OldDigest != (admin.SecretDigest{})
		}); clash {
			return taken("ticket")
		}
		t.tickets.put(j, k.ID, k)
		return nil
	})
}

// requireEpoch fails unless the credential of a user has this epoch.
func (t *tenant) requireEpoch(user uuid.UUID, epoch int64) error {
	c, ok := t.credentials.get(user)
	switch {
	case !ok:
		return missing("user")
	case c.Epoch != epoch:
		return conflict("user")
	}
	return nil
}

// keepResets removes the oldest password resets of a user, so that there is room for one of keep.
func (t *tenant) keepResets(j *journal, user uuid.UUID, keep int) {
	resets := t.tickets.descending(uuid.Nil, len(t.tickets.order), func(o people.Ticket) bool {
		return o.Kind == people.TicketPasswordReset && o.UserID == user && user != uuid.Nil
	})
	for i := max(keep-1, 0); i < len(resets); i++ {
		t.tickets.remove(j, resets[i].ID)
	}
}

// removeTickets removes those that match.
func (t *tenant) removeTickets(j *journal, matches func(people.Ticket) bool) {
	for _, k := range t.tickets.ascending(uuid.Nil, len(t.tickets.order), matches) {
		t.tickets.remove(j, k.ID)
	}
}

func (s tickets) ByDigest(
	ctx context.Context, org admin.OrgID, digest admin.SecretDigest,
) (k people.Ticket, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if k, ok = t.tickets.find(func(o people.Ticket) bool { return o.Digest == digest }); ok {
			return nil
		}
		k, ok = t.tickets.find(func(o people.Ticket) bool {
			return o.OldDigest == digest && digest != (admin.SecretDigest{})
		})
		if !ok {
			return missing("ticket")
		}
		return nil
	})
	return k, err
}

func (s tickets) EmailChange(
	ctx context.Context, org admin.OrgID, userID uuid.UUID,
) (k people.Ticket, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		k, ok = t.tickets.find(func(o people.Ticket) bool {
			return o.UserID == userID && o.Kind == people.TicketEmailChange
		})
		if !ok {
			return missing("ticket")
		}
		return nil
	})
	return k, err
}

// change runs fn on the stored ticket that want is a copy of.
func (s tickets) change(
	ctx context.Context, org admin.OrgID, want people.Ticket, rec admin.Record,
	fn func(*tenant, *journal, people.Ticket) error,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		k, ok := t.tickets.get(want.ID)
		if !ok {
			return missing("ticket")
		}
		k, err := k.At(want.Version)
		if err != nil {
			return err
		}
		return fn(t, j, k)
	})
}

func (s tickets) Confirm(ctx context.Context, org admin.OrgID, want people.Ticket, rec admin.Record) error {
	return s.change(ctx, org, want, rec, func(t *tenant, j *journal, k people.Ticket) error {
		next, err := k.ConfirmedAs(want)
		if err != nil {
			return err
		}
		t.tickets.put(j, k.ID, next)
		return nil
	})
}

func (s tickets) ChangeEmail(
	ctx context.Context, org admin.OrgID, want people.Ticket, now time.Time, rec admin.Record,
) error {
	return s.change(ctx, org, want, rec, func(t *tenant, j *journal, k people.Ticket) error {
		if err := t.requireEpoch(k.UserID, k.Epoch); err != nil {
			return err
		}
		u, _ := t.users.get(k.UserID)
		if u.Email.Key != k.OldEmail.Key {
			return conflict("user")
		}
		if err := t.checkAddress(k.NewEmail.Key, now, k.UserID, uuid.Nil); err != nil {
			return err
		}
		u.Email, u.UpdatedAt = k.NewEmail, now
		u.Version++
		t.users.put(j, u.ID, u)
		c, _ := t.credentials.get(u.ID)
		c.Epoch++
		t.credentials.put(j, u.ID, c)
		t.removeTickets(j, func(o people.Ticket) bool { return o.UserID == u.ID })
		return nil
	})
}

func (s tickets) ResetPassword(
	ctx context.Context, org admin.OrgID, want people.Ticket, set people.Credential, rec admin.Record,
) error {
	return s.change(ctx, org, want, rec, func(t *tenant, j *journal, k people.Ticket) error {
		if err := t.requireEpoch(k.UserID, k.Epoch); err != nil {
			return err
		}
		c, _ := t.credentials.get(k.UserID)
		c.Hash, c.ChangedAt = set.Hash, set.ChangedAt
		c.Epoch++
		t.credentials.put(j, k.UserID, c)
		t.removeTickets(j, func(o people.Ticket) bool { return o.UserID == k.UserID })
		return nil
	})
}

func (s tickets) Cancel(ctx context.Context, org admin.OrgID, want people.Ticket, rec admin.Record) error {
	return s.change(ctx, org, want, rec, func(t *tenant, j *journal, k people.Ticket) error {
		t.tickets.remove(j, k.ID)
		return nil
	})
}
