package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type tickets struct{ access }

type ticketSQL struct {
	insert, lock, byDigest, byOldDigest, emailChange, resets        string
	confirm, remove, removeOfUser, removeChange, removeStale, sweep string
	userWith, invitationTo, changeTo, changeEmail                   string
}

func newTicketSQL(db *DB) ticketSQL {
	const columns = `SELECT id, kind, user_id, epoch, digest, old_digest, old_email, old_key, new_email, new_key,
		old_confirms, old_confirmed_at, new_confirmed_at, created_at, expires_at, version FROM {tickets} `
	return ticketSQL{
		insert: db.bind(`INSERT INTO {tickets} (org_id, id, kind, user_id, epoch, digest, old_digest, old_email, old_key,
			new_email, new_key, old_confirms, old_confirmed_at, new_confirmed_at, created_at, expires_at, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		lock:        db.bind(columns + `WHERE org_id = ? AND id = ?{forUpdate}`),
		byDigest:    db.bind(columns + `WHERE org_id = ? AND digest = ?`),
		byOldDigest: db.bind(columns + `WHERE org_id = ? AND old_digest = ?`),
		emailChange: db.bind(columns + `WHERE org_id = ? AND user_id = ? AND kind = 'EMAIL_CHANGE'`),
		resets: db.bind(`SELECT id FROM {tickets} WHERE org_id = ? AND user_id = ? AND kind = 'PASSWORD_RESET'
			ORDER BY id DESC{forUpdate}`),
		confirm: db.bind(`UPDATE {tickets} SET old_confirmed_at = ?, new_confirmed_at = ?, version = ?
			WHERE org_id = ? AND id = ?`),
		remove:       db.bind(`DELETE FROM {tickets} WHERE org_id = ? AND id = ?`),
		removeOfUser: db.bind(`DELETE FROM {tickets} WHERE org_id = ? AND user_id = ?`),
		removeChange: db.bind(`DELETE FROM {tickets} WHERE org_id = ? AND user_id = ? AND kind = 'EMAIL_CHANGE'`),
		removeStale: db.bind(`DELETE FROM {tickets} WHERE org_id = ? AND new_key = ? AND epoch <>
			(SELECT c.epoch FROM {credentials} c WHERE c.org_id = {tickets}.org_id AND c.user_id = {tickets}.user_id)`),
		sweep:    db.bind(`DELETE FROM {tickets} WHERE org_id = ? AND expires_at <= ?`),
		userWith: db.bind(`SELECT id FROM {users} WHERE org_id = ? AND email_key = ? AND id <> ?{forUpdate}`),
		invitationTo: db.bind(`SELECT id FROM {invitations} WHERE org_id = ? AND pending_key = ? AND expires_at > ?
			AND id <> ?{forUpdate}`),
		changeTo: db.bind(`SELECT t.id FROM {tickets} t JOIN {credentials} c ON c.org_id = t.org_id
			AND c.user_id = t.user_id AND c.epoch = t.epoch
			WHERE t.org_id = ? AND t.new_key = ? AND t.expires_at > ? AND t.user_id <> ?{forUpdate}`),
		changeEmail: db.bind(`UPDATE {users} SET email = ?, email_key = ?, updated_at = ?, version = version + 1
			WHERE org_id = ? AND id = ?`),
	}
}

// checkAddress fails if an address is in use at an instant by another user or another invitation than those
// with the given ids. The organization must be locked.
func (s ticketSQL) checkAddress(
	ctx context.Context, t *tx, org admin.OrgID, key string, now time.Time, user, invitation uuid.UUID,
) error {
	used := func(query string, args ...any) (bool, error) {
		found, err := rows(ctx, t, "user", query, scanText, args...)
		return len(found) > 0, err
	}
	var use people.AddressUse
	var err error
	if use.User, err = used(s.userWith, org, key, user.String()); err != nil {
		return err
	}
	if use.Invitation, err = used(s.invitationTo, org, key, at(now), invitation.String()); err != nil {
		return err
	}
	if use.Change, err = used(s.changeTo, org, key, at(now), user.String()); err != nil {
		return err
	}
	return use.Check()
}

func (s tickets) Issue(ctx context.Context, org admin.OrgID, k people.Ticket, keep int, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.ticket
		if err := s.db.sql.user.lockPeople(ctx, t, org); err != nil {
			return err
		}
		// Also without a user, so that it takes the same time.
		if err := s.db.sql.user.requireEpoch(ctx, t, org, k.UserID, k.Epoch); err != nil && k.UserID != uuid.Nil {
			return err
		}
		if _, err := t.exec(ctx, "ticket", q.sweep, org, at(k.CreatedAt)); err != nil {
			return err
		}
		if err := q.makeRoom(ctx, t, org, k, keep); err != nil {
			return err
		}
		var oldDigest, newKey any
		if k.OldDigest != (admin.SecretDigest{}) {
			oldDigest = k.OldDigest[:]
		}
		if k.NewEmail.Key != "" {
			newKey = k.NewEmail.Key
		}
		_, err := t.exec(ctx, "ticket", q.insert, org, id(k.ID), k.Kind, id(k.UserID), k.Epoch, k.Digest[:], oldDigest,
			k.OldEmail.Address, k.OldEmail.Key, k.NewEmail.Address, newKey, flag(k.OldConfirms),
			at(k.OldConfirmedAt), at(k.NewConfirmedAt), at(k.CreatedAt), at(k.ExpiresAt), k.Version)
		return err
	})
}

// makeRoom deletes what a new ticket takes the place of, and fails if its address is in use.
func (s ticketSQL) makeRoom(ctx context.Context, t *tx, org admin.OrgID, k people.Ticket, keep int) error {
	if k.Kind == people.TicketPasswordReset {
		others, err := rows(ctx, t, "ticket", s.resets, scanText, org, id(k.UserID))
		if err != nil {
			return err
		}
		surplus := others[min(max(keep-1, 0), len(others)):]
		if len(surplus) == 0 {
			surplus = []string{uuid.Nil.String()} // no ticket's, so that it takes the same time for an unknown user
		}
		for _, other := range surplus {
			if _, err := t.exec(ctx, "ticket", s.remove, org, other); err != nil {
				return err
			}
		}
		return nil
	}
	if _, err := t.exec(ctx, "ticket", s.removeChange, org, id(k.UserID)); err != nil {
		return err
	}
	if _, err := t.exec(ctx, "ticket", s.removeStale, org, k.NewEmail.Key); err != nil {
		return err
	}
	return s.checkAddress(ctx, t, org, k.NewEmail.Key, k.CreatedAt, k.UserID, uuid.Nil)
}

func (s tickets) ByDigest(ctx context.Context, org admin.OrgID, digest admin.SecretDigest) (people.Ticket, error) {
	q := s.db.sql.ticket
	found, err := rows(ctx, s.reader(), "ticket", q.byDigest, scanTicket, org, digest[:])
	if err != nil {
		return people.Ticket{}, err
	}
	if len(found) > 0 {
		return found[0], nil
	}
	return one(ctx, s.reader(), "ticket", q.byOldDigest, scanTicket, org, digest[:])
}

func (s tickets) EmailChange(ctx context.Context, org admin.OrgID, userID uuid.UUID) (people.Ticket, error) {
	return one(ctx, s.reader(), "ticket", s.db.sql.ticket.emailChange, scanTicket, org, id(userID))
}

// change runs fn on the stored ticket that want is a copy of, under the lock of the organization.
func (s tickets) change(
	ctx context.Context, org admin.OrgID, want people.Ticket, rec admin.Record, fn func(*tx, people.Ticket) error,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		if err := s.db.sql.user.lockPeople(ctx, t, org); err != nil {
			return err
		}
		k, err := one(ctx, t, "ticket", s.db.sql.ticket.lock, scanTicket, org, id(want.ID))
		if err != nil {
			return err
		}
		if k, err = k.At(want.Version); err != nil {
			return err
		}
		return fn(t, k)
	})
}

func (s tickets) Confirm(ctx context.Context, org admin.OrgID, want people.Ticket, rec admin.Record) error {
	return s.change(ctx, org, want, rec, func(t *tx, k people.Ticket) error {
		next, err := k.ConfirmedAs(want)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, "ticket", s.db.sql.ticket.confirm,
			at(next.OldConfirmedAt), at(next.NewConfirmedAt), next.Version, org, id(next.ID))
		return err
	})
}

func (s tickets) ChangeEmail(
	ctx context.Context, org admin.OrgID, want people.Ticket, now time.Time, rec admin.Record,
) error {
	return s.change(ctx, org, want, rec, func(t *tx, k people.Ticket) error {
		q, users := s.db.sql.ticket, s.db.sql.user
		if err := users.requireEpoch(ctx, t, org, k.UserID, k.Epoch); err != nil {
			return err
		}
		u, err := one(ctx, t, "user", users.lock, scanUser, org, id(k.UserID))
		if err != nil {
			return err
		}
		if u.Email.Key != k.OldEmail.Key {
			return conflict("user")
		}
		if err := q.checkAddress(ctx, t, org, k.NewEmail.Key, now, k.UserID, uuid.Nil); err != nil {
			return err
		}
		if _, err := t.exec(ctx, "user", q.changeEmail, k.NewEmail.Address, k.NewEmail.Key, at(now),
			org, id(k.UserID)); err != nil {
			return err
		}
		if _, err := t.exec(ctx, "credential", users.raiseEpoch, org, id(k.UserID)); err != nil {
			return err
		}
		_, err = t.exec(ctx, "ticket", q.removeOfUser, org, id(k.UserID))
		return err
	})
}

func (s tickets) ResetPassword(
	ctx context.Context, org admin.OrgID, want people.Ticket, c people.Credential, rec admin.Record,
) error {
	return s.change(ctx, org, want, rec, func(t *tx, k people.Ticket) error {
		users := s.db.sql.user
		if err := users.requireEpoch(ctx, t, org, k.UserID, k.Epoch); err != nil {
			return err
		}
		if _, err := t.exec(ctx, "credential", users.setPassword, c.Hash.PHC(), at(c.ChangedAt),
			org, id(k.UserID), k.Epoch); err != nil {
			return err
		}
		_, err := t.exec(ctx, "ticket", s.db.sql.ticket.removeOfUser, org, id(k.UserID))
		return err
	})
}

func (s tickets) Cancel(ctx context.Context, org admin.OrgID, want people.Ticket, rec admin.Record) error {
	return s.change(ctx, org, want, rec, func(t *tx, k people.Ticket) error {
		_, err := t.exec(ctx, "ticket", s.db.sql.ticket.remove, org, id(k.ID))
		return err
	})
}

func scanTicket(scan func(...any) error, k *people.Ticket) error {
	var digest, oldDigest []byte
	var newKey sql.NullString
	var oldConfirms int64
	err := scan(scanID(&k.ID), &k.Kind, scanID(&k.UserID), &k.Epoch, &digest, &oldDigest,
		&k.OldEmail.Address, &k.OldEmail.Key, &k.NewEmail.Address, &newKey, &oldConfirms,
		scanAt(&k.OldConfirmedAt), scanAt(&k.NewConfirmedAt), scanAt(&k.CreatedAt), scanAt(&k.ExpiresAt), &k.Version)
	k.NewEmail.Key, k.OldConfirms = newKey.String, oldConfirms != 0
	copy(k.Digest[:], digest)
	copy(k.OldDigest[:], oldDigest)
	return err
}
