package sqlstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

type erasureSQL struct {
	user, credential, sessions, identities, externalID, invitation string
}

func newErasureSQL(db *DB) erasureSQL {
	return erasureSQL{
		user: db.bind(`UPDATE {users} SET name = ?, email = ?, email_key = ?, role = ?, status = ?, updated_at = ?,
			version = ? WHERE org_id = ? AND id = ?`),
		credential: db.bind(`UPDATE {credentials} SET hash = '', changed_at = NULL, epoch = epoch + 1
			WHERE org_id = ? AND user_id = ?`),
		sessions:   db.bind(`DELETE FROM {sessions} WHERE org_id = ? AND user_id = ?`),
		identities: db.bind(`DELETE FROM {identities} WHERE org_id = ? AND user_id = ?`),
		externalID: db.bind(`DELETE FROM {external_ids} WHERE org_id = ? AND user_id = ?`),
		invitation: db.bind(`UPDATE {invitations} SET email = '', email_key = '', pending_key = NULL, status = ?,
			settled_at = ?, version = ? WHERE org_id = ? AND id = ?`),
	}
}

func (s users) Erase(ctx context.Context, org admin.OrgID, e people.Erasure, rec admin.Record) error {
	if err := rec.CheckErasure(); err != nil {
		return err
	}
	return s.locked(ctx, org, rec, func(t *tx) error {
		q := s.db.sql
		u, err := one(ctx, t, "user", q.user.lock, scanUser, org, id(e.User.ID))
		if err != nil {
			return err
		}
		if err := q.role.check(ctx, t, org, e.Custom); err != nil {
			return err
		}
		if u, err = u.Erased(e.User); err != nil {
			return err
		}
		if _, err := t.exec(ctx, "user", q.erasure.user, u.Name, u.Email.Address, u.Email.Key, u.Role, u.Status,
			at(u.UpdatedAt), u.Version, org, id(u.ID)); err != nil {
			return err
		}
		// The credential first, which what follows is locked by.
		for _, query := range []string{
			q.erasure.credential, q.ticket.removeOfUser, q.erasure.sessions, q.erasure.identities, q.erasure.externalID,
		} {
			if _, err := t.exec(ctx, "user", query, org, id(u.ID)); err != nil {
				return err
			}
		}
		if err := q.factor.clear(ctx, t, org, u.ID); err != nil {
			return err
		}
		if err := q.eraseInvitations(ctx, t, org, e); err != nil {
			return err
		}
		if _, err := q.audit.erasePersonal(ctx, t, org, e.Trail, rec.ID); err != nil {
			return err
		}
		end := token.Ending{State: token.Deactivated, At: u.UpdatedAt}
		if err := q.token.ending(ctx, t, org, end).by(admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}); err != nil {
			return err
		}
		_, err = t.exec(ctx, "token", q.token.forgetNames, token.ErasedName, at(u.UpdatedAt), org, id(u.ID))
		return err
	})
}

// eraseInvitations takes the addresses out of invitations. The organization must be locked.
func (s statements) eraseInvitations(ctx context.Context, t *tx, org admin.OrgID, e people.Erasure) error {
	for _, invitation := range e.Invitations {
		found, err := rows(ctx, t, "invitation", s.invitation.lock, scanInvitation, org, id(invitation))
		if err != nil {
			return err
		}
		for _, i := range found {
			i = i.Erased(e.User)
			if _, err := t.exec(ctx, "invitation", s.erasure.invitation, i.Status, at(i.SettledAt), i.Version, org,
				id(i.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}

// lockStanding locks a user who was not erased.
func (s userSQL) lockStanding(ctx context.Context, t *tx, org admin.OrgID, userID uuid.UUID) error {
	u, err := one(ctx, t, "user", s.lock, scanUser, org, id(userID))
	if err != nil {
		return err
	}
	return u.CheckErased()
}
