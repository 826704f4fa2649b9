package sqlstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type sessions struct{ access }

type sessionSQL struct {
	insert, get, byDigest, ofUser, replace, touch, end string
	endDead, ids, endOldest, keep, endOthers           string
	holdOrganization                                   string
}

func newSessionSQL(db *DB) sessionSQL {
	const columns = `s.id, s.user_id, s.label, s.source, s.created_at, s.authenticated_at, s.last_seen_at, s.expires_at,
		s.epoch`
	const credential = `JOIN {credentials} c ON c.org_id = s.org_id AND c.user_id = s.user_id`
	return sessionSQL{
		insert: db.bind(`INSERT INTO {sessions} (org_id, id, user_id, digest, label, source, created_at, authenticated_at,
			last_seen_at, expires_at, epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get: db.bind(`SELECT ` + columns + ` FROM {sessions} s WHERE s.org_id = ? AND s.id = ?`),
		// One statement, so that all is of one moment, and a request costs one.
		byDigest: db.bind(`SELECT ` + columns + `, ` + memberColumns + `
			FROM {sessions} s JOIN {users} u ON u.org_id = s.org_id AND u.id = s.user_id ` + memberJoins + `
			WHERE s.org_id = ? AND s.digest = ?`),
		ofUser: db.bind(`SELECT ` + columns + ` FROM {sessions} s ` + credential + ` AND c.epoch = s.epoch
			WHERE s.org_id = ? AND s.user_id = ? AND s.expires_at > ? AND s.last_seen_at > ? ORDER BY s.id DESC LIMIT ?`),
		replace: db.bind(`UPDATE {sessions} SET digest = ?, authenticated_at = ?, last_seen_at = ?
			WHERE org_id = ? AND id = ? AND digest = ?`),
		touch: db.bind(`UPDATE {sessions} SET last_seen_at = ? WHERE org_id = ? AND id = ? AND last_seen_at <= ?`),
		end:   db.bind(`DELETE FROM {sessions} WHERE org_id = ? AND id = ?`),
		endDead: db.bind(`DELETE FROM {sessions}
			WHERE org_id = ? AND user_id = ? AND (expires_at <= ? OR last_seen_at <= ? OR epoch <> ?)`),
		ids:       db.bind(`SELECT id FROM {sessions} WHERE org_id = ? AND user_id = ? ORDER BY id`),
		endOldest: db.bind(`DELETE FROM {sessions} WHERE org_id = ? AND user_id = ? AND id <= ?`),
		keep: db.bind(`UPDATE {sessions} SET epoch = ?
			WHERE org_id = ? AND id = ? AND user_id = ? AND epoch = ?`),
		endOthers:        db.bind(`DELETE FROM {sessions} WHERE org_id = ? AND user_id = ? AND epoch <> ?`),
		holdOrganization: db.bind(`SELECT org_id FROM {organizations} WHERE org_id = ?{forShare}`),
	}
}

// hold keeps the organization from being locked, before anything else is: what changes people locks it first,
// and the audit record of a session refers to it last, so that two transactions would wait for each other.
func (s sessionSQL) hold(ctx context.Context, t *tx, org admin.OrgID) error {
	_, err := one(ctx, t, "organization", s.holdOrganization, scanText, org)
	return err
}

// lock locks the credential of a user against what raises its epoch, and against other sessions of the user,
// and returns the epoch.
func (s sessions) lock(ctx context.Context, t *tx, org admin.OrgID, user uuid.UUID) (int64, error) {
	if err := s.db.sql.session.hold(ctx, t, org); err != nil {
		return 0, err
	}
	return s.db.sql.user.epoch(ctx, t, org, user)
}

func (s sessions) Create(
	ctx context.Context, org admin.OrgID, k people.KeptSession, digest admin.SecretDigest, b people.SessionBounds,
	rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.session
		epoch, err := s.lock(ctx, t, org, k.UserID)
		if err != nil {
			return err
		}
		if epoch != k.Epoch {
			return conflict("credential")
		}
		if err := q.makeRoom(ctx, t, org, k, b); err != nil {
			return err
		}
		_, err = t.exec(ctx, "session", q.insert, org, id(k.ID), id(k.UserID), digest[:], k.Label, k.Source,
			at(k.CreatedAt), at(k.AuthenticatedAt), at(k.LastSeenAt), at(k.ExpiresAt), k.Epoch)
		return err
	})
}

// makeRoom removes the sessions of a user that have ended, and the oldest if there is no room for another one.
// The credential must be locked.
func (s sessionSQL) makeRoom(
	ctx context.Context, t *tx, org admin.OrgID, k people.KeptSession, b people.SessionBounds,
) error {
	if _, err := t.exec(ctx, "session", s.endDead, org, id(k.UserID), at(b.Now), at(b.SeenAfter), k.Epoch); err != nil {
		return err
	}
	ids, err := rows(ctx, t, "session", s.ids, scanText, org, id(k.UserID))
	if surplus := len(ids) + 1 - b.PerUser; err == nil && surplus > 0 && len(ids) > 0 {
		_, err = t.exec(ctx, "session", s.endOldest, org, id(k.UserID), ids[min(surplus, len(ids))-1])
	}
	return err
}

func (s sessions) Get(ctx context.Context, org admin.OrgID, sessionID uuid.UUID) (people.KeptSession, error) {
	return one(ctx, s.reader(), "session", s.db.sql.session.get, scanSession, org, id(sessionID))
}

func (s sessions) ByDigest(
	ctx context.Context, org admin.OrgID, digest admin.SecretDigest,
) (people.SessionOwner, error) {
	return one(ctx, s.reader(), "session", s.db.sql.session.byDigest,
		func(scan func(...any) error, o *people.SessionOwner) error {
			fields, done := memberFields(&o.Member)
			err := scan(append(sessionColumns(&o.Session), fields...)...)
			done()
			return err
		}, org, digest[:])
}

func (s sessions) OfUser(
	ctx context.Context, org admin.OrgID, user uuid.UUID, b people.SessionBounds,
) ([]people.KeptSession, error) {
	return rows(ctx, s.reader(), "session", s.db.sql.session.ofUser, scanSession, org, id(user), at(b.Now),
		at(b.SeenAfter), b.PerUser)
}

func (s sessions) Replace(
	ctx context.Context, org admin.OrgID, k people.KeptSession, old, renewed admin.SecretDigest, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.session
		if err := q.hold(ctx, t, org); err != nil {
			return err
		}
		return t.change(ctx, "session", q.replace,
			[]any{renewed[:], at(k.AuthenticatedAt), at(k.LastSeenAt), org, id(k.ID), old[:]}, q.get, org, id(k.ID))
	})
}

func (s sessions) Touch(ctx context.Context, org admin.OrgID, sessionID uuid.UUID, seen, before time.Time) error {
	return s.bookkeep(ctx, func(t *tx) error {
		_, err := t.exec(ctx, "session", s.db.sql.session.touch, at(seen), org, id(sessionID), at(before))
		return err
	})
}

func (s sessions) End(ctx context.Context, org admin.OrgID, sessionID uuid.UUID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.session
		if err := q.hold(ctx, t, org); err != nil {
			return err
		}
		n, err := t.exec(ctx, "session", q.end, org, id(sessionID))
		if err == nil && n == 0 {
			return missing("session")
		}
		return err
	})
}

func (s sessions) EndAll(ctx context.Context, org admin.OrgID, user uuid.UUID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		epoch, err := s.lock(ctx, t, org, user)
		if err != nil {
			return err
		}
		return s.raise(ctx, t, org, user, epoch+1)
	})
}

func (s sessions) EndOthers(ctx context.Context, org admin.OrgID, k people.KeptSession, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.session
		epoch, err := s.lock(ctx, t, org, k.UserID)
		if err != nil {
			return err
		}
		if epoch != k.Epoch {
			return conflict("credential")
		}
		if _, err := t.exec(ctx, "session", q.keep, epoch+1, org, id(k.ID), id(k.UserID), epoch); err != nil {
			return err
		}
		return s.raise(ctx, t, org, k.UserID, epoch+1)
	})
}

// raise raises the epoch of a user to one, and removes the sessions that have another.
func (s sessions) raise(ctx context.Context, t *tx, org admin.OrgID, user uuid.UUID, epoch int64) error {
	if _, err := t.exec(ctx, "credential", s.db.sql.user.raiseEpoch, org, id(user)); err != nil {
		return err
	}
	_, err := t.exec(ctx, "session", s.db.sql.session.endOthers, org, id(user), epoch)
	return err
}

func scanSession(scan func(...any) error, k *people.KeptSession) error {
	return scan(sessionColumns(k)...)
}

func sessionColumns(k *people.KeptSession) []any {
	return []any{
		scanID(&k.ID), scanID(&k.UserID), &k.Label, &k.Source, scanAt(&k.CreatedAt), scanAt(&k.AuthenticatedAt),
		scanAt(&k.LastSeenAt), scanAt(&k.ExpiresAt), &k.Epoch,
	}
}
