package sqlstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type factors struct{ access }

type factorSQL struct {
	get, lock, dropUnconfirmed, insert, confirm, use, remove     string
	addCode, dropCode, dropCodes                                 string
	pend, pending, attempt, endPending, dropExpired, dropPending string
}

func newFactorSQL(db *DB) factorSQL {
	const byUser = ` WHERE org_id = ? AND user_id = ?`
	return factorSQL{
		get: db.bind(`SELECT f.id, f.user_id, f.sealed, COALESCE(f.step, 0), f.created_at, f.confirmed_at,
			(SELECT COUNT(*) FROM {recovery_codes} r WHERE r.org_id = c.org_id AND r.user_id = c.user_id)
			FROM {credentials} c LEFT JOIN {factors} f ON f.org_id = c.org_id AND f.user_id = c.user_id
			WHERE c.org_id = ? AND c.user_id = ?`),
		lock: db.bind(`SELECT id, user_id, sealed, step, created_at, confirmed_at FROM {factors}` +
			byUser + `{forUpdate}`),
		dropUnconfirmed: db.bind(`DELETE FROM {factors}` + byUser + ` AND confirmed_at IS NULL`),
		insert: db.bind(`INSERT INTO {factors} (org_id, user_id, id, sealed, step, created_at, confirmed_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`),
		confirm: db.bind(`UPDATE {factors} SET step = ?, confirmed_at = ?` + byUser),
		use:     db.bind(`UPDATE {factors} SET step = ?, sealed = ?` + byUser),
		remove:  db.bind(`DELETE FROM {factors}` + byUser),

		addCode:   db.bind(`INSERT INTO {recovery_codes} (org_id, user_id, digest) VALUES (?, ?, ?)`),
		dropCode:  db.bind(`DELETE FROM {recovery_codes}` + byUser + ` AND digest = ?`),
		dropCodes: db.bind(`DELETE FROM {recovery_codes}` + byUser),

		pend: db.bind(`INSERT INTO {pending_sign_ins} (org_id, digest, user_id, epoch, state, attempts, created_at,
			expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
		pending: db.bind(`SELECT user_id, epoch, state, attempts, created_at, expires_at FROM {pending_sign_ins}
			WHERE org_id = ? AND digest = ?`),
		attempt: db.bind(`UPDATE {pending_sign_ins} SET attempts = attempts + 1
			WHERE org_id = ? AND digest = ? AND expires_at > ? AND attempts < ?`),
		endPending:  db.bind(`DELETE FROM {pending_sign_ins} WHERE org_id = ? AND digest = ?`),
		dropExpired: db.bind(`DELETE FROM {pending_sign_ins}` + byUser + ` AND expires_at <= ?`),
		dropPending: db.bind(`DELETE FROM {pending_sign_ins}` + byUser),
	}
}

func (s factors) Get(ctx context.Context, org admin.OrgID, user uuid.UUID) (people.FactorState, error) {
	return one(ctx, s.reader(), "user", s.db.sql.factor.get,
		func(scan func(...any) error, state *people.FactorState) error {
			f := &state.TOTP
			return scan(scanID(&f.ID), scanID(&f.UserID), &f.Sealed, &f.Step, scanAt(&f.CreatedAt), scanAt(&f.ConfirmedAt),
				&state.RecoveryCodes)
		}, org, id(user))
}

// factor returns a user's factor; zero if there is none. The user must be locked.
func (s factorSQL) factor(ctx context.Context, t *tx, org admin.OrgID, user uuid.UUID) (people.TOTPFactor, error) {
	found, err := rows(ctx, t, "factor", s.lock, func(scan func(...any) error, f *people.TOTPFactor) error {
		return scan(scanID(&f.ID), scanID(&f.UserID), &f.Sealed, &f.Step, scanAt(&f.CreatedAt), scanAt(&f.ConfirmedAt))
	}, org, id(user))
	if err != nil || len(found) == 0 {
		return people.TOTPFactor{}, err
	}
	return found[0], nil
}

// onUser runs fn on a user's factors, locked.
func (s factors) onUser(
	ctx context.Context, org admin.OrgID, user uuid.UUID, rec admin.Record, fn func(*tx) error,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		if _, err := s.db.sql.user.epoch(ctx, t, org, user); err != nil {
			return err
		}
		return fn(t)
	})
}

func (s factors) Begin(ctx context.Context, org admin.OrgID, f people.TOTPFactor, rec admin.Record) error {
	return s.onUser(ctx, org, f.UserID, rec, func(t *tx) error {
		q := s.db.sql.factor
		if _, err := t.exec(ctx, "factor", q.dropUnconfirmed, org, id(f.UserID)); err != nil {
			return err
		}
		_, err := t.exec(ctx, "factor", q.insert, org, id(f.UserID), id(f.ID), f.Sealed, f.Step, at(f.CreatedAt),
			at(f.ConfirmedAt))
		return err
	})
}

func (s factors) Confirm(
	ctx context.Context, org admin.OrgID, f people.TOTPFactor, codes []admin.SecretDigest, rec admin.Record,
) error {
	return s.onUser(ctx, org, f.UserID, rec, func(t *tx) error {
		q := s.db.sql.factor
		old, err := q.factor(ctx, t, org, f.UserID)
		if err != nil {
			return err
		}
		next, err := old.Confirmed(f)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, "factor", q.confirm, next.Step, at(next.ConfirmedAt), org, id(f.UserID)); err != nil {
			return err
		}
		return q.setCodes(ctx, t, org, f.UserID, codes)
	})
}

// setCodes replaces a user's recovery codes.
func (s factorSQL) setCodes(
	ctx context.Context, t *tx, org admin.OrgID, user uuid.UUID, codes []admin.SecretDigest,
) error {
	if _, err := t.exec(ctx, "recovery code", s.dropCodes, org, id(user)); err != nil {
		return err
	}
	for _, c := range codes {
		if _, err := t.exec(ctx, "recovery code", s.addCode, org, id(user), c[:]); err != nil {
			return err
		}
	}
	return nil
}

func (s factors) SetRecoveryCodes(
	ctx context.Context, org admin.OrgID, user uuid.UUID, codes []admin.SecretDigest, rec admin.Record,
) error {
	return s.onUser(ctx, org, user, rec, func(t *tx) error {
		return s.db.sql.factor.setCodes(ctx, t, org, user, codes)
	})
}

func (s factors) Remove(ctx context.Context, org admin.OrgID, user, factor uuid.UUID, rec admin.Record) error {
	return s.onUser(ctx, org, user, rec, func(t *tx) error {
		q := s.db.sql.factor
		f, err := q.factor(ctx, t, org, user)
		if err != nil {
			return err
		}
		if f.ID == uuid.Nil || f.ID != factor {
			return conflict("factor")
		}
		return q.clear(ctx, t, org, user)
	})
}

func (s factors) Reset(ctx context.Context, org admin.OrgID, user uuid.UUID, rec admin.Record) error {
	return s.onUser(ctx, org, user, rec, func(t *tx) error {
		if err := s.db.sql.factor.clear(ctx, t, org, user); err != nil {
			return err
		}
		_, err := t.exec(ctx, "credential", s.db.sql.user.raiseEpoch, org, id(user))
		return err
	})
}

// clear removes everything of a user.
func (s factorSQL) clear(ctx context.Context, t *tx, org admin.OrgID, user uuid.UUID) error {
	for _, query := range []string{s.remove, s.dropCodes, s.dropPending} {
		if _, err := t.exec(ctx, "factor", query, org, id(user)); err != nil {
			return err
		}
	}
	return nil
}

func (s factors) Pend(
	ctx context.Context, org admin.OrgID, p people.PendingSignIn, digest admin.SecretDigest,
) error {
	return s.bookkeep(ctx, func(t *tx) error {
		q := s.db.sql.factor
		if _, err := s.db.sql.user.epoch(ctx, t, org, p.UserID); err != nil {
			return err
		}
		if _, err := t.exec(ctx, "pending sign in", q.dropExpired, org, id(p.UserID), at(p.CreatedAt)); err != nil {
			return err
		}
		_, err := t.exec(ctx, "pending sign in", q.pend, org, digest[:], id(p.UserID), p.Epoch, p.State, p.Attempts,
			at(p.CreatedAt), at(p.ExpiresAt))
		return err
	})
}

func (s factors) Pending(
	ctx context.Context, org admin.OrgID, digest admin.SecretDigest,
) (people.PendingSignIn, error) {
	return s.db.sql.factor.pendingOf(ctx, s.reader(), org, digest)
}

func (s factorSQL) pendingOf(
	ctx context.Context, t *tx, org admin.OrgID, digest admin.SecretDigest,
) (people.PendingSignIn, error) {
	return one(ctx, t, "pending sign in", s.pending, func(scan func(...any) error, p *people.PendingSignIn) error {
		return scan(scanID(&p.UserID), &p.Epoch, &p.State, &p.Attempts, scanAt(&p.CreatedAt), scanAt(&p.ExpiresAt))
	}, org, digest[:])
}

func (s factors) Attempt(
	ctx context.Context, org admin.OrgID, digest admin.SecretDigest, now time.Time, limit int,
) error {
	return s.bookkeep(ctx, func(t *tx) error {
		n, err := t.exec(ctx, "pending sign in", s.db.sql.factor.attempt, org, digest[:], at(now), limit)
		if err == nil && n == 0 {
			return missing("pending sign in")
		}
		return err
	})
}

func (s factors) Complete(ctx context.Context, org admin.OrgID, c people.SignInCompletion) error {
	return s.bookkeep(ctx, func(t *tx) error {
		q := s.db.sql.factor
		user, err := s.complete(ctx, t, org, c)
		if err != nil || c.TOTP.ID == uuid.Nil {
			return err
		}
		f, err := q.factor(ctx, t, org, user)
		if err != nil {
			return err
		}
		next, err := f.Used(c.TOTP)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, "factor", q.use, next.Step, next.Sealed, org, id(user))
		return err
	})
}

func (s factors) CompleteByCode(
	ctx context.Context, org admin.OrgID, c people.SignInCompletion, code admin.SecretDigest, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.factor
		user, err := s.complete(ctx, t, org, c)
		if err != nil {
			return err
		}
		n, err := t.exec(ctx, "recovery code", q.dropCode, org, id(user), code[:])
		if err == nil && n == 0 {
			return conflict("recovery code")
		}
		return err
	})
}

// complete ends a pending sign-in, and returns whose it is, locked.
func (s factors) complete(
	ctx context.Context, t *tx, org admin.OrgID, c people.SignInCompletion,
) (uuid.UUID, error) {
	p, err := s.db.sql.factor.pendingOf(ctx, t, org, c.Digest)
	if err != nil {
		return uuid.Nil, err
	}
	// The user is locked first, as everywhere, so that no two wait for each other.
	epoch, err := s.db.sql.user.epoch(ctx, t, org, p.UserID)
	if err != nil {
		return uuid.Nil, err
	}
	if err := p.CheckCompletion(c.At, epoch); err != nil {
		return uuid.Nil, err
	}
	n, err := t.exec(ctx, "pending sign in", s.db.sql.factor.endPending, org, c.Digest[:])
	if err == nil && n == 0 {
		err = missing("pending sign in") // another one has ended it
	}
	return p.UserID, err
}
