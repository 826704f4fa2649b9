package sqlstore

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

type erasureSQL struct {
	hold, user, credential, sessions, identities, externalID, invitation string
	entry, effectsAt, setEffects, dropEffects                            string
}

func newErasureSQL(db *DB) erasureSQL {
	return erasureSQL{
		hold: db.bind(`SELECT org_id FROM {organizations} WHERE org_id = ?{forUpdate}`),
		user: db.bind(`UPDATE {users} SET name = ?, email = ?, email_key = ?, role = ?, status = ?, updated_at = ?,
			version = ? WHERE org_id = ? AND id = ?`),
		credential: db.bind(`UPDATE {credentials} SET hash = '', changed_at = NULL, epoch = epoch + 1
			WHERE org_id = ? AND user_id = ?`),
		sessions:   db.bind(`DELETE FROM {sessions} WHERE org_id = ? AND user_id = ?`),
		identities: db.bind(`DELETE FROM {identities} WHERE org_id = ? AND user_id = ?`),
		externalID: db.bind(`DELETE FROM {external_ids} WHERE org_id = ? AND user_id = ?`),
		invitation: db.bind(`UPDATE {invitations} SET email = '', email_key = '', pending_key = NULL, status = ?,
			settled_at = ?, version = ? WHERE org_id = ? AND id = ?`),
		entry: db.bind(`DELETE FROM {job_entries} WHERE org_id = ? AND job_id = ? AND seq = ?`),
		effectsAt: db.bind(`SELECT seq, effects FROM {job_effects}
			WHERE org_id = ? AND job_id = ? AND seq <= ? ORDER BY seq DESC LIMIT 1`),
		setEffects:  db.bind(`UPDATE {job_effects} SET seq = ?, effects = ? WHERE org_id = ? AND job_id = ? AND seq = ?`),
		dropEffects: db.bind(`DELETE FROM {job_effects} WHERE org_id = ? AND job_id = ? AND seq = ?`),
	}
}

func (s users) Erase(ctx context.Context, org admin.OrgID, e people.Erasure, rec admin.Record) error {
	if err := rec.CheckErasure(); err != nil {
		return err
	}
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql
		// What adds a row keeps the organization from being locked like this, so that all that was written is
		// committed then, and what comes later waits.
		if _, err := one(ctx, t, "organization", q.erasure.hold, scanText, org); err != nil {
			return err
		}
		if err := q.user.lockPeople(ctx, t, org); err != nil {
			return err
		}
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

func (s jobs) Erase(ctx context.Context, org admin.OrgID, r job.Rows, rec admin.Record) error {
	return s.erasing(ctx, org, rec, func(t *tx) error {
		q := s.db.sql
		if _, err := one(ctx, t, "job", q.job.lock, scanJob, org, id(r.Job)); err != nil {
			return err
		}
		for _, seq := range r.Seqs {
			if _, err := t.exec(ctx, "job entry", q.erasure.entry, org, id(r.Job), seq); err != nil {
				return err
			}
		}
		left := slices.Sorted(slices.Values(r.Seqs))
		for len(left) > 0 {
			var err error
			if left, err = q.erasure.eraseEffects(ctx, t, org, r.Job, left); err != nil {
				return err
			}
		}
		return nil
	})
}

// eraseEffects removes the effects with the highest of seqs, which ascend, and with all others that are in the same
// row, and returns those of the rows before.
func (s erasureSQL) eraseEffects(
	ctx context.Context, t *tx, org admin.OrgID, jobID uuid.UUID, seqs []int64,
) ([]int64, error) {
	type pack struct {
		seq  int64
		text string
	}
	found, err := rows(ctx, t, "job effect", s.effectsAt, func(scan func(...any) error, p *pack) error {
		return scan(&p.seq, &p.text)
	}, org, id(jobID), seqs[len(seqs)-1])
	if err != nil || len(found) == 0 {
		return nil, err
	}
	stored, err := readEffects(found[0].text)
	if err != nil {
		return nil, err
	}
	had := len(stored)
	var kept []job.Effect
	for _, e := range stored {
		if _, gone := slices.BinarySearch(seqs, e.Seq); !gone {
			kept = append(kept, job.Effect(e))
		}
	}
	before, _ := slices.BinarySearch(seqs, found[0].seq)
	switch {
	case len(kept) == had:
		return seqs[:before], nil
	case len(kept) == 0:
		_, err = t.exec(ctx, "job effect", s.dropEffects, org, id(jobID), found[0].seq)
		return seqs[:before], err
	}
	text, err := writeEffects(kept)
	if err != nil {
		return nil, err
	}
	_, err = t.exec(ctx, "job effect", s.setEffects, kept[0].Seq, text, org, id(jobID), found[0].seq)
	return seqs[:before], err
}
