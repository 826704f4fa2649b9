package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/token"
)

type tokens struct{ access }

type tokenSQL struct {
	insert, creator, get, lock, update, created, deactivateBy, byDigest, rehash string
	list                                                                        list
	touch                                                                       touch
}

func newTokenSQL(db *DB) tokenSQL {
	const columns = `id, name, permissions, prefix, last4, state, expires_at, last_used_at, created_at,
		created_by_kind, created_by_id, updated_at, version`
	const one = `SELECT ` + columns + ` FROM {tokens} WHERE org_id = ? AND id = ?`
	return tokenSQL{
		insert: db.bind(`INSERT INTO {tokens} (org_id, ` + columns + `, hash_key, digest)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		creator: db.bind(`SELECT state FROM {tokens} WHERE org_id = ? AND id = ?{forUpdate}`),
		get:     db.bind(one),
		lock:    db.bind(one + `{forUpdate}`),
		list: newList(db, `SELECT `+columns+` FROM {tokens}{index} WHERE org_id = ?`, []string{"state", "listed"},
			` AND id < ? ORDER BY id DESC LIMIT ?`, walk{"tokens_state", "state"}, walk{"tokens_listed", "listed"}),
		update: db.bind(`UPDATE {tokens} SET state = ?, updated_at = ?, version = ? WHERE org_id = ? AND id = ?`),
		created: db.bind(`SELECT id, permissions FROM {tokens}
			WHERE org_id = ? AND created_by_kind = ? AND created_by_id = ?{forUpdate}`),
		deactivateBy: db.bind(`UPDATE {tokens} SET state = 'DEACTIVATED', updated_at = ?, version = version + 1
			WHERE org_id = ? AND created_by_kind = ? AND created_by_id = ? AND state = 'ACTIVE'`),
		byDigest: db.bind(`SELECT org_id, hash_key, digest, ` + columns + ` FROM {tokens} WHERE digest = ?`),
		touch:    newTouch(db),
		rehash:   db.bind(`UPDATE {tokens} SET hash_key = ?, digest = ? WHERE org_id = ? AND id = ? AND digest = ?`),
	}
}

func (s tokens) Create(ctx context.Context, org admin.OrgID, t token.Token, h token.Hash, rec admin.Record) error {
	return s.write(ctx, org, rec, func(x *tx) error {
		q := s.db.sql.token
		if t.CreatedBy.Kind == admin.ActorToken {
			if err := q.holdCreator(ctx, x, org, t.CreatedBy.ID); err != nil {
				return err
			}
		}
		_, err := x.exec(ctx, "token", q.insert, org, id(t.ID), t.Name, t.Permissions.String(), t.Prefix, t.Last4,
			t.State, at(t.ExpiresAt), at(t.LastUsedAt), at(t.CreatedAt), t.CreatedBy.Kind, t.CreatedBy.ID,
			at(t.UpdatedAt), t.Version, h.Key, h.Digest[:])
		return err
	})
}

// holdCreator locks the creating token, so that a transaction that switches it off waits for its child
// and sees it.
func (q tokenSQL) holdCreator(ctx context.Context, x *tx, org admin.OrgID, creator string) error {
	scanState := func(scan func(...any) error, s *token.State) error { return scan(s) }
	states, err := rows(ctx, x, "token", q.creator, scanState, org, creator)
	if err != nil {
		return err
	}
	if len(states) == 0 || states[0] != token.Active {
		return token.ErrCreatorNotActive
	}
	return nil
}

func (s tokens) Get(ctx context.Context, org admin.OrgID, tokenID uuid.UUID) (token.Token, error) {
	return one(ctx, s.reader(), "token", s.db.sql.token.get, scanToken, org, id(tokenID))
}

func (s tokens) List(
	ctx context.Context, org admin.OrgID, f token.Filter, seek admin.Seek[uuid.UUID],
) ([]token.Token, error) {
	filters := byText(string(f.State), "")
	if f.State == "" {
		filters[1] = []any{1}
	}
	query, args := s.db.sql.token.list.page([]any{org}, filters, before(seek.After), seek.Limit)
	return rows(ctx, s.reader(), "token", query, scanToken, args...)
}

func (s tokens) Update(ctx context.Context, org admin.OrgID, want token.Token, rec admin.Record) error {
	return s.write(ctx, org, rec, func(x *tx) error {
		q := s.db.sql.token
		t, err := one(ctx, x, "token", q.lock, scanToken, org, id(want.ID))
		if err != nil {
			return err
		}
		if t, err = t.Updated(want); err != nil {
			return err
		}
		_, err = x.exec(ctx, "token", q.update, t.State, at(t.UpdatedAt), t.Version, org, id(t.ID))
		return err
	})
}

func (s tokens) DeactivateBy(
	ctx context.Context, org admin.OrgID, actor admin.Actor, when time.Time, rec admin.Record,
) (n int, err error) {
	err = s.write(ctx, org, rec, func(x *tx) error {
		n = 0 // of an earlier try
		return token.EachCreator(actor, func(creator admin.Actor) ([]token.Token, error) {
			created, off, err := s.db.sql.token.deactivateCreated(ctx, x, org, creator, when)
			n += off
			return created, err
		})
	})
	return n, err
}

// deactivateCreated switches off the active tokens that creator created. It returns all that creator
// created, and the number of those that it switched off. One call a creator, because no two databases
// write a recursive UPDATE alike. The locking read sees tokens that were created meanwhile, and keeps
// them from creating others.
func (q tokenSQL) deactivateCreated(
	ctx context.Context, x *tx, org admin.OrgID, creator admin.Actor, when time.Time,
) (created []token.Token, off int, err error) {
	created, err = rows(ctx, x, "token", q.created, func(scan func(...any) error, t *token.Token) error {
		return scan(scanID(&t.ID), scanPermissions(&t.Permissions))
	}, org, creator.Kind, creator.ID)
	if err != nil {
		return nil, 0, err
	}
	n, err := x.exec(ctx, "token", q.deactivateBy, at(when), org, creator.Kind, creator.ID)
	return created, int(n), err
}

func (s tokens) ByDigest(ctx context.Context, digest admin.SecretDigest) (token.Stored, error) {
	return one(ctx, s.reader(), "token", s.db.sql.token.byDigest, scanStored, digest[:])
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
	if err := scan(append([]any{&s.Org, &s.Hash.Key, &digest}, tokenColumns(&s.Token)...)...); err != nil {
		return err
	}
	if len(digest) != len(s.Hash.Digest) {
		return fmt.Errorf("digest of a token has %d bytes: want %d", len(digest), len(s.Hash.Digest))
	}
	s.Hash.Digest = admin.SecretDigest(digest)
	return nil
}

func tokenColumns(t *token.Token) []any {
	return []any{
		scanID(&t.ID), &t.Name, scanPermissions(&t.Permissions), &t.Prefix, &t.Last4, &t.State, scanAt(&t.ExpiresAt),
		scanAt(&t.LastUsedAt), scanAt(&t.CreatedAt), &t.CreatedBy.Kind, &t.CreatedBy.ID, scanAt(&t.UpdatedAt), &t.Version,
	}
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
