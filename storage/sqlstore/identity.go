package sqlstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type identities struct{ access }

type identitySQL struct {
	insert, remove, bySubject, ofUser, countOf, lockCredential string
	revokeTo, setExternalID, byExternalID, update              string
	externalIDs                                                in
}

func newIdentitySQL(db *DB) identitySQL {
	const columns = `SELECT user_id, issuer, subject, linked_at FROM {identities}{index} `
	return identitySQL{
		insert:    db.bind(`INSERT INTO {identities} (org_id, issuer, subject, user_id, linked_at) VALUES (?, ?, ?, ?, ?)`),
		remove:    db.bind(`DELETE FROM {identities} WHERE org_id = ? AND issuer = ? AND subject = ? AND user_id = ?`),
		bySubject: db.bind(columns + `WHERE org_id = ? AND issuer = ? AND subject = ?`),
		ofUser: db.bind(db.along("identities_user", columns) +
			`WHERE org_id = ? AND user_id = ? ORDER BY issuer, subject`),
		countOf: db.bind(db.along("identities_user", `SELECT COUNT(*) FROM {identities}{index} `) +
			`WHERE org_id = ? AND user_id = ?`),
		lockCredential: db.bind(`SELECT user_id, hash, epoch FROM {credentials}
			WHERE org_id = ? AND user_id = ?{forUpdate}`),
		revokeTo: db.bind(`UPDATE {invitations}
			SET status = 'REVOKED', settled_at = ?, pending_key = NULL, version = version + 1
			WHERE org_id = ? AND pending_key = ? AND status = 'PENDING' AND expires_at > ?`),
		setExternalID: db.bind(`INSERT INTO {external_ids} (org_id, external_id, user_id) VALUES (?, ?, ?)`),
		byExternalID:  db.bind(`SELECT user_id FROM {external_ids} WHERE org_id = ? AND external_id = ?`),
		externalIDs: newIn(db, `SELECT user_id, external_id FROM {external_ids} WHERE org_id = ? AND user_id IN `,
			``),
		update: db.bind(`UPDATE {users} SET name = ?, email = ?, email_key = ?, updated_at = ?, version = version + 1
			WHERE org_id = ? AND id = ?`),
	}
}

func (s identities) Link(
	ctx context.Context, org admin.OrgID, i people.Identity, limit int, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		if err := s.db.sql.user.lockStanding(ctx, t, org, i.UserID); err != nil {
			return err
		}
		q := s.db.sql.identity
		count, err := q.count(ctx, t, org, i.UserID)
		if err != nil {
			return err
		}
		if err := people.CheckIdentities(count, limit); err != nil {
			return err
		}
		return q.link(ctx, t, org, i)
	})
}

func (s identitySQL) link(ctx context.Context, t *tx, org admin.OrgID, i people.Identity) error {
	_, err := t.exec(ctx, "identity", s.insert, org, i.Issuer, i.Subject, id(i.UserID), at(i.LinkedAt))
	return err
}

// count returns the number of identities of a user, who must be locked.
func (s identitySQL) count(ctx context.Context, t *tx, org admin.OrgID, user uuid.UUID) (int, error) {
	return one(ctx, t, "identity", s.countOf,
		func(scan func(...any) error, n *int) error { return scan(n) }, org, id(user))
}

func (s identities) Unlink(
	ctx context.Context, org admin.OrgID, i people.Identity, epoch int64, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		if _, err := one(ctx, t, "identity", s.db.sql.user.lock, scanUser, org, id(i.UserID)); err != nil {
			return err
		}
		q := s.db.sql.identity
		c, err := one(ctx, t, "identity", q.lockCredential, scanLocked, org, id(i.UserID))
		if err != nil {
			return err
		}
		removed, err := t.exec(ctx, "identity", q.remove, org, i.Issuer, i.Subject, id(i.UserID))
		if err != nil {
			return err
		}
		if removed == 0 {
			return missing("identity")
		}
		if c.Epoch != epoch {
			return conflict("credential")
		}
		others, err := q.count(ctx, t, org, i.UserID)
		if err != nil {
			return err
		}
		if err := people.CheckUnlink(others, c); err != nil {
			return err
		}
		_, err = t.exec(ctx, "credential", s.db.sql.user.raiseEpoch, org, id(i.UserID))
		return err
	})
}

func scanLocked(scan func(...any) error, c *people.Credential) error {
	var hash string
	err := scan(scanID(&c.UserID), &hash, &c.Epoch)
	c.Hash = people.NewPasswordHash(hash)
	return err
}

func scanIdentity(scan func(...any) error, i *people.Identity) error {
	return scan(scanID(&i.UserID), &i.Issuer, &i.Subject, scanAt(&i.LinkedAt))
}

func (s identities) BySubject(
	ctx context.Context, org admin.OrgID, issuer, subject string,
) (people.Identity, error) {
	return one(ctx, s.reader(), "identity", s.db.sql.identity.bySubject, scanIdentity, org, issuer, subject)
}

func (s identities) OfUser(ctx context.Context, org admin.OrgID, userID uuid.UUID) ([]people.Identity, error) {
	return rows(ctx, s.reader(), "identity", s.db.sql.identity.ofUser, scanIdentity, org, id(userID))
}

func (s identities) Provision(ctx context.Context, org admin.OrgID, p people.Provisioning, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql
		if err := q.user.lockPeople(ctx, t, org); err != nil {
			return err
		}
		if err := q.role.check(ctx, t, org, p.Custom); err != nil {
			return err
		}
		if err := q.organization.createUser(ctx, t, org, p.User, p.Credential); err != nil {
			return err
		}
		if p.Identity != nil {
			if err := q.identity.link(ctx, t, org, *p.Identity); err != nil {
				return err
			}
		}
		if err := q.identity.give(ctx, t, org, p.User.ID, p.ExternalID); err != nil {
			return err
		}
		return q.identity.revokeInvitation(ctx, t, org, p.User.Email.Key, p.User.CreatedAt)
	})
}

// revokeInvitation revokes the invitation that is pending to an e-mail key at an instant.
func (s identitySQL) revokeInvitation(ctx context.Context, t *tx, org admin.OrgID, key string, now time.Time) error {
	_, err := t.exec(ctx, "invitation", s.revokeTo, at(now), org, key, at(now))
	return err
}

// give gives a user an external id.
func (s identitySQL) give(ctx context.Context, t *tx, org admin.OrgID, user uuid.UUID, externalID string) error {
	_, err := t.exec(ctx, "external id", s.setExternalID, org, externalID, id(user))
	return err
}

func (s identities) SetExternalID(
	ctx context.Context, org admin.OrgID, userID uuid.UUID, externalID string, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		if err := s.db.sql.user.lockStanding(ctx, t, org, userID); err != nil {
			return err
		}
		return s.db.sql.identity.give(ctx, t, org, userID, externalID)
	})
}

func (s identities) ByExternalID(ctx context.Context, org admin.OrgID, externalID string) (uuid.UUID, error) {
	return one(ctx, s.reader(), "user", s.db.sql.identity.byExternalID,
		func(scan func(...any) error, u *uuid.UUID) error { return scan(scanID(u)) }, org, externalID)
}

func (s identities) ExternalIDs(
	ctx context.Context, org admin.OrgID, ids []uuid.UUID,
) (map[uuid.UUID]string, error) {
	return s.db.sql.identity.external(ctx, s.reader(), org, ids)
}

func (s identitySQL) external(
	ctx context.Context, t *tx, org admin.OrgID, ids []uuid.UUID,
) (map[uuid.UUID]string, error) {
	type provisioned struct {
		user       uuid.UUID
		externalID string
	}
	keys := make([]string, len(ids))
	for i, u := range ids {
		keys[i] = u.String()
	}
	found, err := lookUp(ctx, t, "external id", s.externalIDs, func(scan func(...any) error, p *provisioned) error {
		return scan(scanID(&p.user), &p.externalID)
	}, keys, org)
	out := make(map[uuid.UUID]string, len(found))
	for _, p := range found {
		out[p.user] = p.externalID
	}
	return out, err
}

func (s identities) Update(ctx context.Context, org admin.OrgID, want people.User, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql
		if err := q.user.lockPeople(ctx, t, org); err != nil {
			return err
		}
		u, err := one(ctx, t, "user", q.user.lock, scanUser, org, id(want.ID))
		if err != nil {
			return err
		}
		if u.Version != want.Version {
			return conflict("user")
		}
		if u.Email != want.Email {
			if err := q.identity.moveEmail(ctx, t, org, want); err != nil {
				return err
			}
			if _, err := t.exec(ctx, "credential", q.user.raiseEpoch, org, id(u.ID)); err != nil {
				return err
			}
		}
		_, err = t.exec(ctx, "user", q.identity.update, want.Name, want.Email.Address, want.Email.Key,
			at(want.UpdatedAt), org, id(u.ID))
		return err
	})
}

// moveEmail checks that a directory may give u the e-mail address, and revokes the invitation to it.
func (s identitySQL) moveEmail(ctx context.Context, t *tx, org admin.OrgID, u people.User) error {
	c, err := one(ctx, t, "user", s.lockCredential, scanLocked, org, id(u.ID))
	if err != nil {
		return err
	}
	external, err := s.external(ctx, t, org, []uuid.UUID{u.ID})
	if err != nil {
		return err
	}
	if err := people.CheckProvisionedEmail(external[u.ID], c); err != nil {
		return err
	}
	return s.revokeInvitation(ctx, t, org, u.Email.Key, u.UpdatedAt)
}
