package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

type tokens struct{ access }

type tokenSQL struct {
	insert, creator, live, get, lock, withUser, user, activeUser, update string
	created, ofUser, ofSystem, end, endCreated, endOfUser, endOfSystem   string
	rehash, forgetNames                                                  string
	byDigest                                                             digestSQL
	list                                                                 list
	touch                                                                touch
}

func newTokenSQL(db *DB) tokenSQL {
	const columns = `id, name, user_id, permissions, networks, prefix, last4, state, expires_at, last_used_at,
		created_at, created_by_kind, created_by_id, updated_at, rotated_from, rotated_to, version`
	const qualified = `t.id, t.name, t.user_id, t.permissions, t.networks, t.prefix, t.last4, t.state, t.expires_at,
		t.last_used_at, t.created_at, t.created_by_kind, t.created_by_id, t.updated_at, t.rotated_from, t.rotated_to,
		t.version`
	const one = `SELECT ` + columns + ` FROM {tokens} WHERE org_id = ? AND id = ?`
	const found = `SELECT t.org_id, t.hash_key, t.digest, t.id, t.user_id, t.permissions, t.networks, t.state,
		t.expires_at, t.last_used_at, u.id, u.status, u.role, r.permissions, 0,
		(SELECT o.status FROM {organizations} o WHERE o.org_id = t.org_id)
		FROM {tokens} t LEFT JOIN {users} u ON u.org_id = t.org_id AND u.id = t.user_id
		LEFT JOIN {roles} r ON r.org_id = u.org_id AND r.name = u.role `
	const user = `u.id, u.status, u.role, r.permissions, c.epoch, `
	const ofToken = user + `(SELECT o.status FROM {organizations} o WHERE o.org_id = t.org_id) `
	const ofUser = user + `(SELECT o.status FROM {organizations} o WHERE o.org_id = u.org_id) `
	const custom = ` LEFT JOIN {roles} r ON r.org_id = u.org_id AND r.name = u.role `
	const seen = `SELECT id, permissions, state FROM {tokens} WHERE org_id = ? AND `
	const end = `UPDATE {tokens} SET state = ?, updated_at = ?, version = version + 1
		WHERE org_id = ? AND state <> 'DELETED' AND state <> ? AND `
	return tokenSQL{
		insert: db.bind(`INSERT INTO {tokens} (org_id, ` + columns + `, hash_key, digest)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		creator: db.bind(`SELECT state FROM {tokens} WHERE org_id = ? AND id = ?{forUpdate}`),
		live: db.bind(db.along("tokens_live", `SELECT COUNT(*) FROM {tokens}{index}
			WHERE org_id = ? AND state = 'ACTIVE' AND (expires_at IS NULL OR expires_at > ?) AND id <> ?{latest}`)),
		get:  db.bind(one),
		lock: db.bind(one + `{forUpdate}`),
		withUser: db.bind(`SELECT ` + qualified + `, ` + ofToken + `FROM {tokens} t
			LEFT JOIN {users} u ON u.org_id = t.org_id AND u.id = t.user_id
			LEFT JOIN {credentials} c ON c.org_id = u.org_id AND c.user_id = u.id` + custom + `WHERE t.org_id = ? AND t.id = ?`),
		user: db.bind(`SELECT ` + ofUser + `FROM {users} u
			JOIN {credentials} c ON c.org_id = u.org_id AND c.user_id = u.id` + custom + `WHERE u.org_id = ? AND u.id = ?`),
		activeUser: db.bind(`SELECT id FROM {users} WHERE org_id = ? AND id = ? AND status = 'ACTIVE'{forUpdate}`),
		list: newList(db, `SELECT `+columns+` FROM {tokens}{index} WHERE org_id = ?`,
			[]string{
				"state", "listed", "user_id", "expires_at > ? AND expires_at < ?", "COALESCE(last_used_at, created_at) < ?",
			},
			` AND id < ? ORDER BY id DESC LIMIT ?`,
			walk{"tokens_user_state", "user_id state"}, walk{"tokens_user_listed", "user_id listed"},
			walk{"tokens_state", "state"}, walk{"tokens_listed", "listed"}),
		update: db.bind(`UPDATE {tokens} SET name = ?, state = ?, expires_at = ?, updated_at = ?, rotated_to = ?, version = ?
			WHERE org_id = ? AND id = ?`),
		created:     db.bind(seen + `created_by_kind = ? AND created_by_id = ?{forUpdate}`),
		ofUser:      db.bind(seen + `user_id = ? AND state = 'ACTIVE'{forUpdate}`),
		ofSystem:    db.bind(seen + `user_id IS NULL AND state = 'ACTIVE'{forUpdate}`),
		end:         db.bind(end + `id = ?`),
		endCreated:  db.bind(end + `created_by_kind = ? AND created_by_id = ?`),
		endOfUser:   db.bind(end + `user_id = ?`),
		endOfSystem: db.bind(end + `user_id IS NULL`),
		byDigest:    newDigestSQL(db, found),
		touch:       newTouch(db),
		forgetNames: db.bind(`UPDATE {tokens} SET name = ?, updated_at = ?, version = version + 1
			WHERE org_id = ? AND user_id = ?`),
		rehash: db.bind(`UPDATE {tokens} SET hash_key = ?, digest = ? WHERE org_id = ? AND id = ? AND digest = ?`),
	}
}

// decide is write for what decides over the organization's tokens or users: it excludes all others of these
// from its first read on. Two that lock one token after the other cannot deadlock then.
func (s tokens) decide(ctx context.Context, org admin.OrgID, rec admin.Record, fn func(*tx) (bool, error)) error {
	return s.record(ctx, org, rec, func(x *tx) (bool, error) {
		if err := s.db.sql.user.lockPeople(ctx, x, org); err != nil {
			return false, err
		}
		return fn(x)
	})
}

func (s tokens) Create(
	ctx context.Context, org admin.OrgID, t token.Token, h token.Hash, g token.Grant, rec admin.Record,
) error {
	return s.decide(ctx, org, rec, func(x *tx) (bool, error) {
		if err := s.db.sql.holds(ctx, x, org, g, t, uuid.Nil); err != nil {
			return false, err
		}
		return true, s.db.sql.token.add(ctx, x, org, t, h)
	})
}

func (q tokenSQL) add(ctx context.Context, x *tx, org admin.OrgID, t token.Token, h token.Hash) error {
	_, err := x.exec(ctx, "token", q.insert, org, id(t.ID), t.Name, id(t.UserID), t.Permissions.String(),
		t.Networks.String(), t.Prefix, t.Last4, t.State, at(t.ExpiresAt), at(t.LastUsedAt), at(t.CreatedAt),
		t.CreatedBy.Kind, actorID(t.CreatedBy), at(t.UpdatedAt), id(t.RotatedFrom), id(t.RotatedTo), t.Version, h.Key,
		h.Digest[:])
	return err
}

// holds returns the error of a grant that does not hold when t becomes valid, and locks what it holds on. The
// token except does not count against its limit.
func (s statements) holds(
	ctx context.Context, x *tx, org admin.OrgID, g token.Grant, t token.Token, except uuid.UUID,
) error {
	if g.TokenID != uuid.Nil {
		states, err := rows(ctx, x, "token", s.token.creator, scanText, org, id(g.TokenID))
		if err != nil {
			return err
		}
		if len(states) == 0 || states[0] != string(token.Active) {
			return token.ErrCreatorNotActive
		}
	}
	if g.UserID != uuid.Nil {
		same, err := rows(ctx, x, "user", s.user.atEpoch, scanText, org, id(g.UserID), g.UserEpoch)
		if err != nil {
			return err
		}
		if len(same) == 0 {
			return conflict("user")
		}
	}
	live, err := one(ctx, x, "token", s.token.live,
		func(scan func(...any) error, n *int) error { return scan(n) }, org, at(t.UpdatedAt), except.String())
	if err != nil {
		return err
	}
	return token.CheckLive(live, g.Limit)
}

func (s tokens) Get(ctx context.Context, org admin.OrgID, tokenID uuid.UUID) (token.Token, error) {
	return one(ctx, s.reader(), "token", s.db.sql.token.get, scanToken, org, id(tokenID))
}

func (s tokens) WithUser(
	ctx context.Context, org admin.OrgID, tokenID uuid.UUID,
) (token.Token, token.UserAccess, error) {
	type tokenOfUser struct {
		token token.Token
		user  token.UserAccess
	}
	found, err := one(ctx, s.reader(), "token", s.db.sql.token.withUser,
		func(scan func(...any) error, f *tokenOfUser) error {
			return scanWithUser(scan, tokenColumns(&f.token), &f.user)
		}, org, id(tokenID))
	return found.token, found.user, err
}

func (s tokens) User(ctx context.Context, org admin.OrgID, userID uuid.UUID) (token.UserAccess, error) {
	return one(ctx, s.reader(), "user", s.db.sql.token.user,
		func(scan func(...any) error, u *token.UserAccess) error { return scanWithUser(scan, nil, u) }, org, id(userID))
}

func (s tokens) List(
	ctx context.Context, org admin.OrgID, f token.Filter, now time.Time, seek admin.Seek[uuid.UUID],
) ([]token.Token, error) {
	filters := append(byText(string(f.State), ""), nil, nil, nil)
	if f.State == "" {
		filters[1] = []any{1}
	}
	if f.UserID != uuid.Nil {
		filters[2] = []any{id(f.UserID)}
	}
	if !f.ExpiringBefore.IsZero() {
		filters[3] = []any{at(now), at(f.ExpiringBefore)}
	}
	if !f.UnusedSince.IsZero() {
		filters[4] = []any{at(f.UnusedSince)}
	}
	query, args := s.db.sql.token.list.page([]any{org}, filters, before(seek.After), seek.Limit)
	return rows(ctx, s.reader(), "token", query, scanToken, args...)
}

// change replaces a token with what next makes of it.
func (q tokenSQL) change(
	ctx context.Context, x *tx, org admin.OrgID, tokenID uuid.UUID, next func(token.Token) (token.Token, error),
) error {
	t, err := one(ctx, x, "token", q.lock, scanToken, org, id(tokenID))
	if err != nil {
		return err
	}
	if t, err = next(t); err != nil {
		return err
	}
	_, err = x.exec(ctx, "token", q.update, t.Name, t.State, at(t.ExpiresAt), at(t.UpdatedAt), id(t.RotatedTo), t.Version,
		org, id(t.ID))
	return err
}

func (s tokens) Rename(ctx context.Context, org admin.OrgID, want token.Token, rec admin.Record) error {
	return s.write(ctx, org, rec, func(x *tx) error {
		return s.db.sql.token.change(ctx, x, org, want.ID,
			func(t token.Token) (token.Token, error) { return t.Renamed(want) })
	})
}

func (s tokens) Reactivate(
	ctx context.Context, org admin.OrgID, want token.Token, g token.Grant, rec admin.Record,
) error {
	return s.decide(ctx, org, rec, func(x *tx) (bool, error) {
		q := s.db.sql
		return true, q.token.change(ctx, x, org, want.ID, func(t token.Token) (token.Token, error) {
			if err := q.holds(ctx, x, org, g, want, want.ID); err != nil {
				return token.Token{}, err
			}
			next, err := t.Reactivated(want)
			if err != nil || t.UserID == uuid.Nil {
				return next, err
			}
			active, err := rows(ctx, x, "user", q.token.activeUser, scanText, org, id(t.UserID))
			if err == nil && len(active) == 0 {
				err = token.ErrUserNotActive
			}
			return next, err
		})
	})
}

func (s tokens) Rotate(ctx context.Context, org admin.OrgID, r token.Rotation, rec admin.Record) error {
	return s.decide(ctx, org, rec, func(x *tx) (bool, error) {
		q := s.db.sql
		err := q.token.change(ctx, x, org, r.Old.ID, func(t token.Token) (token.Token, error) {
			if err := q.holds(ctx, x, org, r.Grant, r.New, r.Old.ID); err != nil {
				return token.Token{}, err
			}
			return t.Rotated(r.Old)
		})
		if err != nil {
			return false, err
		}
		return true, q.token.add(ctx, x, org, r.New, r.Hash)
	})
}

func (s tokens) Rehash(ctx context.Context, org admin.OrgID, tokenID uuid.UUID, from, to token.Hash) error {
	return s.bookkeep(ctx, func(x *tx) error {
		_, err := x.exec(ctx, "token", s.db.sql.token.rehash, to.Key, to.Digest[:], org, id(tokenID), from.Digest[:])
		return err
	})
}

func scanToken(scan func(...any) error, t *token.Token) error { return scan(tokenColumns(t)...) }

func scanStored(scan func(...any) error, s *token.Stored) error {
	var digest []byte
	t := &s.Token
	found := []any{
		&s.Org, &s.Hash.Key, &digest, scanID(&t.ID), scanID(&t.UserID), scanPermissions(&t.Permissions),
		scanNetworks(&t.Networks), &t.State, scanAt(&t.ExpiresAt), scanAt(&t.LastUsedAt),
	}
	if err := scanWithUser(scan, found, &s.User); err != nil {
		return err
	}
	if len(digest) != len(s.Hash.Digest) {
		return fmt.Errorf("digest of a token has %d bytes: want %d", len(digest), len(s.Hash.Digest))
	}
	s.Hash.Digest = admin.SecretDigest(digest)
	return nil
}

// scanWithUser scans columns and, behind them, those of a user, which are NULL if there is none.
func scanWithUser(scan func(...any) error, columns []any, u *token.UserAccess) error {
	var status, role, custom sql.NullString
	var epoch sql.NullInt64
	var organization string
	err := scan(append(columns, scanID(&u.ID), &status, &role, &custom, &epoch, &organization)...)
	u.Suspended = organization == string(people.OrganizationSuspended)
	if custom.String != "" {
		u.Custom = admin.ParsePermissions(custom.String)
	}
	u.Active, u.Role, u.Epoch = status.String == string(people.UserActive), role.String, epoch.Int64
	return err
}

func tokenColumns(t *token.Token) []any {
	return []any{
		scanID(&t.ID), &t.Name, scanID(&t.UserID), scanPermissions(&t.Permissions), scanNetworks(&t.Networks), &t.Prefix,
		&t.Last4, &t.State, scanAt(&t.ExpiresAt), scanAt(&t.LastUsedAt), scanAt(&t.CreatedAt), &t.CreatedBy.Kind,
		scanActorID(&t.CreatedBy), scanAt(&t.UpdatedAt), scanID(&t.RotatedFrom), scanID(&t.RotatedTo), &t.Version,
	}
}

// scanNetworks scans into n what Networks.String wrote.
func scanNetworks(n *token.Networks) any { return &networks{n} }

type networks struct{ set *token.Networks }

// Scan implements sql.Scanner.
func (n *networks) Scan(src any) (err error) {
	switch v := src.(type) {
	case string:
		*n.set, err = token.ParseNetworks(v)
	case []byte:
		*n.set, err = token.ParseNetworks(string(v))
	default:
		err = fmt.Errorf("networks stored as %T: want text", src)
	}
	return err
}

// scanPermissions scans into p what PermissionSet.String wrote.
func scanPermissions(p *admin.PermissionSet) any { return &permissions{p} }

type permissions struct{ set *admin.PermissionSet }

// Scan implements sql.Scanner.
func (p *permissions) Scan(src any) error {
	switch v := src.(type) {
	case string:
		*p.set = admin.ParsePermissions(v)
	case []byte:
		*p.set = admin.ParsePermissions(string(v))
	default:
		return fmt.Errorf("permissions stored as %T: want text", src)
	}
	return nil
}
