package sqlstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type invitations struct{ access }

type invitationSQL struct {
	insert, get, lock, byDigest, yield, others, resend, settle, revokeSent string
	list                                                                   list
	pending                                                                list
}

func newInvitationSQL(db *DB) invitationSQL {
	const columns = `SELECT id, email, email_key, role, status, invited_by_kind, invited_by_id,
		created_at, sent_at, expires_at, settled_at, user_id, version FROM {invitations}{index} `
	return invitationSQL{
		insert: db.bind(`INSERT INTO {invitations} (org_id, id, email, email_key, role, status, digest,
			invited_by_kind, invited_by_id, created_at, sent_at, expires_at, settled_at, user_id, pending_key, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get:      db.bind(columns + `WHERE org_id = ? AND id = ?`),
		lock:     db.bind(columns + `WHERE org_id = ? AND id = ?{forUpdate}`),
		byDigest: db.bind(columns + `WHERE org_id = ? AND digest = ?`),
		list: newList(db, columns+`WHERE org_id = ?`, []string{"status", "expires_at <= ?"},
			` AND id < ? ORDER BY id DESC LIMIT ?`, walk{"invitations_status", "status"}),
		// Those that have not expired are few, so that sorting them takes less than passing by those
		// that have.
		pending: newList(db, columns+`WHERE org_id = ? AND status = 'PENDING' AND expires_at > ?`, nil,
			` AND id < ? ORDER BY id DESC LIMIT ?`, walk{"invitations_pending", ""}),
		yield: db.bind(`UPDATE {invitations} SET pending_key = NULL
			WHERE org_id = ? AND pending_key = ? AND expires_at <= ? AND id <> ?`),
		// Rows and not a count: locking reads see the latest on every database, also in a host's transaction
		// that has read something before, and PostgreSQL cannot lock aggregates.
		others: db.bind(`SELECT id FROM {invitations}
			WHERE org_id = ? AND status = 'PENDING' AND expires_at > ? AND id <> ? LIMIT ?{forUpdate}`),
		resend: db.bind(`UPDATE {invitations} SET digest = ?, invited_by_kind = ?, invited_by_id = ?, sent_at = ?,
			expires_at = ?, pending_key = email_key, version = ? WHERE org_id = ? AND id = ?`),
		settle: db.bind(`UPDATE {invitations} SET status = ?, settled_at = ?, user_id = ?, pending_key = NULL, version = ?
			WHERE org_id = ? AND id = ?`),
		revokeSent: db.bind(`UPDATE {invitations}
			SET status = 'REVOKED', settled_at = ?, pending_key = NULL, version = version + 1
			WHERE org_id = ? AND invited_by_kind = ? AND invited_by_id = ? AND status = 'PENDING' AND expires_at > ?`),
	}
}

func (s invitations) Create(ctx context.Context, org admin.OrgID, x people.Sending, rec admin.Record) error {
	return s.locked(ctx, org, rec, func(t *tx) error {
		q, i := s.db.sql, x.Invitation
		if err := q.makeRoom(ctx, t, org, i, x); err != nil {
			return err
		}
		if err := q.ticket.checkAddress(ctx, t, org, i.Email.Key, i.SentAt, uuid.Nil, i.ID); err != nil {
			return err
		}
		_, err := t.exec(ctx, "invitation", q.invitation.insert, org, id(i.ID), i.Email.Address, i.Email.Key, i.Role,
			i.Status, x.Digest[:], i.InvitedBy.Kind, actorID(i.InvitedBy), at(i.CreatedAt), at(i.SentAt), at(i.ExpiresAt),
			at(i.SettledAt), id(i.UserID), i.Email.Key, i.Version)
		return err
	})
}

// makeRoom makes room for a pending invitation, or fails if there are too many or a role was changed. The
// organization must be locked.
func (s statements) makeRoom(
	ctx context.Context, t *tx, org admin.OrgID, i people.Invitation, x people.Sending,
) error {
	// An expired invitation still has the address.
	if _, err := t.exec(ctx, "invitation", s.invitation.yield, org, i.Email.Key, at(i.SentAt), id(i.ID)); err != nil {
		return err
	}
	pending, err := rows(ctx, t, "invitation", s.invitation.others, scanText, org, at(i.SentAt), id(i.ID), x.Limit)
	if err != nil {
		return err
	}
	if err := people.CheckPendingInvitations(len(pending), x.Limit); err != nil {
		return err
	}
	return s.role.check(ctx, t, org, x.Custom)
}

func (s invitations) Get(
	ctx context.Context, org admin.OrgID, invitationID uuid.UUID,
) (people.Invitation, error) {
	return one(ctx, s.reader(), "invitation", s.db.sql.invitation.get, scanInvitation, org, id(invitationID))
}

func (s invitations) ByDigest(
	ctx context.Context, org admin.OrgID, digest admin.SecretDigest,
) (people.Invitation, error) {
	return one(ctx, s.reader(), "invitation", s.db.sql.invitation.byDigest, scanInvitation, org, digest[:])
}

func (s invitations) List(
	ctx context.Context, org admin.OrgID, f people.InvitationFilter, now time.Time, seek admin.Seek[uuid.UUID],
) ([]people.Invitation, error) {
	q := s.db.sql.invitation
	query, args := q.list.page([]any{org}, byText(string(f.Status), ""), before(seek.After), seek.Limit)
	switch f.Status {
	case people.InvitationPending:
		query, args = q.pending.page([]any{org, at(now)}, nil, before(seek.After), seek.Limit)
	case people.InvitationExpired:
		filters := [][]any{{people.InvitationPending}, {at(now)}}
		query, args = q.list.page([]any{org}, filters, before(seek.After), seek.Limit)
	}
	return rows(ctx, s.reader(), "invitation", query, scanInvitation, args...)
}

func (s invitations) Resend(ctx context.Context, org admin.OrgID, x people.Sending, rec admin.Record) error {
	return s.locked(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.invitation
		i, err := one(ctx, t, "invitation", q.lock, scanInvitation, org, id(x.Invitation.ID))
		if err != nil {
			return err
		}
		if i, err = i.Resent(x.Invitation); err != nil {
			return err
		}
		if err := s.db.sql.makeRoom(ctx, t, org, i, x); err != nil {
			return err
		}
		if err := s.db.sql.ticket.checkAddress(ctx, t, org, i.Email.Key, i.SentAt, uuid.Nil, i.ID); err != nil {
			return err
		}
		_, err = t.exec(ctx, "invitation", q.resend, x.Digest[:], i.InvitedBy.Kind, actorID(i.InvitedBy),
			at(i.SentAt), at(i.ExpiresAt), i.Version, org, id(i.ID))
		return err
	})
}

func (s invitations) Revoke(ctx context.Context, org admin.OrgID, want people.Invitation, rec admin.Record) error {
	return s.locked(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.invitation
		i, err := one(ctx, t, "invitation", q.lock, scanInvitation, org, id(want.ID))
		if err != nil {
			return err
		}
		if i, err = i.Revoked(want); err != nil {
			return err
		}
		return q.settleAs(ctx, t, org, i)
	})
}

func (s invitations) Accept(ctx context.Context, org admin.OrgID, a people.Acceptance, rec admin.Record) error {
	return s.locked(ctx, org, rec, func(t *tx) error {
		q := s.db.sql
		i, err := one(ctx, t, "invitation", q.invitation.lock, scanInvitation, org, id(a.Invitation.ID))
		if err != nil {
			return err
		}
		if i, err = i.AcceptedBy(a.User, a.Invitation.Version); err != nil {
			return err
		}
		if i.InvitedBy.Kind == admin.ActorUser {
			same, err := rows(ctx, t, "inviter", q.user.atEpoch, scanText, org, actorID(i.InvitedBy), a.InviterEpoch)
			if err != nil {
				return err
			}
			if len(same) == 0 {
				return conflict("inviter")
			}
		}
		if err := q.role.check(ctx, t, org, a.Custom); err != nil {
			return err
		}
		// The user comes first: the invitation refers to them.
		if err := q.organization.createUser(ctx, t, org, a.User, a.Credential); err != nil {
			return err
		}
		if a.Identity != nil {
			if err := q.identity.link(ctx, t, org, *a.Identity); err != nil {
				return err
			}
		}
		return q.invitation.settleAs(ctx, t, org, i)
	})
}

// settleAs stores that an invitation is accepted or revoked.
func (s invitationSQL) settleAs(ctx context.Context, t *tx, org admin.OrgID, i people.Invitation) error {
	_, err := t.exec(ctx, "invitation", s.settle, i.Status, at(i.SettledAt), id(i.UserID), i.Version, org, id(i.ID))
	return err
}

// revokeSentBy revokes the invitations that u sent and that are pending at u.UpdatedAt.
func (s invitationSQL) revokeSentBy(ctx context.Context, t *tx, org admin.OrgID, u people.User) error {
	_, err := t.exec(ctx, "invitation", s.revokeSent, at(u.UpdatedAt), org, admin.ActorUser, u.ID.String(),
		at(u.UpdatedAt))
	return err
}

func scanInvitation(scan func(...any) error, i *people.Invitation) error {
	return scan(scanID(&i.ID), &i.Email.Address, &i.Email.Key, &i.Role, &i.Status, &i.InvitedBy.Kind,
		scanActorID(&i.InvitedBy),
		scanAt(&i.CreatedAt), scanAt(&i.SentAt), scanAt(&i.ExpiresAt), scanAt(&i.SettledAt), scanID(&i.UserID), &i.Version)
}
