package memory

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

type tokens struct{ access }

// tokenRow is a token with the hash that it is found by.
type tokenRow struct {
	token.Token
	hash  token.Hash
	texts token.IDTexts
}

// tokenRef is the token that a digest finds, in any organization.
type tokenRef struct {
	tenant *tenant
	org    admin.OrgID
	id     uuid.UUID
}

// index makes a digest find a token.
func (b *Backend) index(d admin.SecretDigest, ref tokenRef) {
	if b.digests == nil {
		b.digests = map[admin.SecretDigest]tokenRef{}
	}
	b.digests[d] = ref
	b.journal.undo = append(b.journal.undo, func() { delete(b.digests, d) })
}

// unindex undoes index.
func (b *Backend) unindex(d admin.SecretDigest) {
	ref := b.digests[d]
	delete(b.digests, d)
	b.journal.undo = append(b.journal.undo, func() { b.digests[d] = ref })
}

func (s tokens) Create(
	ctx context.Context, org admin.OrgID, tok token.Token, h token.Hash, g token.Grant, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if err := t.holds(g, tok, uuid.Nil); err != nil {
			return err
		}
		return s.addToken(t, j, org, tokenRow{Token: tok, hash: h})
	})
}

// addToken adds a token, if neither its id nor its digest is taken.
func (s tokens) addToken(t *tenant, j *journal, org admin.OrgID, row tokenRow) error {
	if _, ok := t.tokens.get(row.ID); ok {
		return taken("token")
	}
	if _, ok := s.b.digests[row.hash.Digest]; ok {
		return taken("token")
	}
	bearer := row.Bearer()
	row.texts = bearer.Texts()
	t.tokens.put(j, row.ID, row)
	s.b.index(row.hash.Digest, tokenRef{tenant: t, org: org, id: row.ID})
	return nil
}

// holds returns the error of a grant that does not hold when tok becomes valid. The token except does not
// count against its limit.
func (t *tenant) holds(g token.Grant, tok token.Token, except uuid.UUID) error {
	if g.TokenID != uuid.Nil {
		if creator, ok := t.tokens.get(g.TokenID); !ok || creator.State != token.Active {
			return token.ErrCreatorNotActive
		}
	}
	if g.UserID != uuid.Nil {
		if c, ok := t.credentials.get(g.UserID); !ok || c.Epoch != g.UserEpoch {
			return conflict("user")
		}
	}
	if len(t.tokens.rows) < g.Limit {
		return nil
	}
	live := 0
	for id, row := range t.tokens.rows {
		if row.RefusedAt(tok.UpdatedAt) == "" && id != except {
			live++
		}
	}
	return token.CheckLive(live, g.Limit)
}

// userAccess returns what decides what a user may do; the zero one if there is no such user.
func (t *tenant) userAccess(id uuid.UUID) (a token.UserAccess, ok bool) {
	u, ok := t.users.get(id)
	if !ok {
		return a, false
	}
	c, _ := t.credentials.get(id)
	a = t.accessOf(&u)
	a.Epoch = c.Epoch
	return a, true
}

// accessOf returns what decides what a user may do, without the epoch.
func (t *tenant) accessOf(u *people.User) token.UserAccess {
	a := token.UserAccess{
		ID: u.ID, Active: u.Status == people.UserActive, Role: string(u.Role), Suspended: t.suspended(),
	}
	if custom := t.customRole(u.Role); custom != nil {
		a.Custom = custom.Permissions
	}
	return a
}

func (s tokens) User(ctx context.Context, org admin.OrgID, id uuid.UUID) (a token.UserAccess, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if a, ok = t.userAccess(id); !ok {
			return missing("user")
		}
		return nil
	})
	return a, err
}

func (s tokens) WithUser(
	ctx context.Context, org admin.OrgID, id uuid.UUID,
) (tok token.Token, a token.UserAccess, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		row, ok := t.tokens.get(id)
		if !ok {
			return missing("token")
		}
		tok = row.Token
		a, _ = t.userAccess(tok.UserID)
		a.Suspended = t.suspended()
		return nil
	})
	return tok, a, err
}

func (s tokens) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (tok token.Token, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		row, ok := t.tokens.get(id)
		if !ok {
			return missing("token")
		}
		tok = row.Token
		return nil
	})
	return tok, err
}

func (s tokens) List(
	ctx context.Context, org admin.OrgID, f token.Filter, now time.Time, seek admin.Seek[uuid.UUID],
) (out []token.Token, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		matches := func(r tokenRow) bool { return f.Matches(r.Token, now) }
		for _, row := range t.tokens.descending(seek.After, seek.Limit, matches) {
			out = append(out, row.Token)
		}
		return nil
	})
	return out, err
}

// changeToken replaces a token with what next makes of it.
func (t *tenant) changeToken(j *journal, id uuid.UUID, next func(token.Token) (token.Token, error)) error {
	row, ok := t.tokens.get(id)
	if !ok {
		return missing("token")
	}
	changed, err := next(row.Token)
	if err != nil {
		return err
	}
	row.Token = changed
	t.tokens.put(j, id, row)
	return nil
}

func (s tokens) Rename(ctx context.Context, org admin.OrgID, want token.Token, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		return t.changeToken(j, want.ID, func(tok token.Token) (token.Token, error) { return tok.Renamed(want) })
	})
}

func (s tokens) Reactivate(
	ctx context.Context, org admin.OrgID, want token.Token, g token.Grant, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		return t.changeToken(j, want.ID, func(tok token.Token) (token.Token, error) {
			if err := t.holds(g, want, want.ID); err != nil {
				return token.Token{}, err
			}
			next, err := tok.Reactivated(want)
			if err != nil {
				return token.Token{}, err
			}
			if a, _ := t.userAccess(tok.UserID); tok.UserID != uuid.Nil && !a.Active {
				return token.Token{}, token.ErrUserNotActive
			}
			return next, nil
		})
	})
}

func (s tokens) Rotate(ctx context.Context, org admin.OrgID, r token.Rotation, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		err := t.changeToken(j, r.Old.ID, func(tok token.Token) (token.Token, error) {
			if err := t.holds(r.Grant, r.New, r.Old.ID); err != nil {
				return token.Token{}, err
			}
			return tok.Rotated(r.Old)
		})
		if err != nil {
			return err
		}
		return s.addToken(t, j, org, tokenRow{Token: r.New, hash: r.Hash})
	})
}

func (s tokens) End(
	ctx context.Context, org admin.OrgID, e token.Ending, rec admin.Record,
) (n int, err error) {
	err = s.record(ctx, org, rec, func(t *tenant, j *journal) (bool, error) {
		x := ending{t: t, j: j, Ending: e}
		err := e.Walk(x.one, x.created)
		n = x.n
		return n > 0, err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (s tokens) DeactivateBy(
	ctx context.Context, org admin.OrgID, actor admin.Actor, e token.Ending, rec admin.Record,
) (n int, err error) {
	err = s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		x := ending{t: t, j: j, Ending: e}
		err := x.by(actor)
		n = x.n
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// ending ends tokens of an organization and counts them.
type ending struct {
	token.Ending
	t *tenant
	j *journal
	n int
}

func (e *ending) one(id uuid.UUID) (token.Token, error) {
	row, ok := e.t.tokens.get(id)
	switch {
	case !ok:
		return token.Token{}, missing("token")
	case id == e.Token && row.State == token.Deleted && e.State != token.Deleted:
		return token.Token{}, token.ErrDeleted
	}
	return row.Token, e.end(row)
}

func (e *ending) end(row tokenRow) error {
	if !e.Ends(row.State) {
		return nil
	}
	if err := e.Covers(row.Token); err != nil {
		return err
	}
	row.State, row.UpdatedAt = e.State, e.At
	row.Version++
	e.t.tokens.put(e.j, row.ID, row)
	e.n++
	return nil
}

func (e *ending) created(creator admin.Actor) ([]token.Token, error) {
	return e.each(func(row tokenRow) bool { return row.CreatedBy == creator })
}

// each ends the tokens that match, and returns them, in no particular order.
func (e *ending) each(match func(tokenRow) bool) (all []token.Token, err error) {
	for _, row := range e.t.tokens.rows {
		if match(row) {
			all = append(all, row.Token)
			err = errors.Join(err, e.end(row))
		}
	}
	return all, err
}

func (e *ending) by(actor admin.Actor) error {
	if actor.Kind == admin.ActorToken {
		return token.EachCreator(actor, e.created)
	}
	user, ok := uuid.Nil, actor.Kind == admin.ActorSystem
	if actor.Kind == admin.ActorUser {
		id, err := uuid.Parse(actor.ID)
		user, ok = id, err == nil && id.String() == actor.ID // ids compare byte by byte here too
	}
	if !ok {
		return nil
	}
	_, err := e.each(func(row tokenRow) bool { return row.UserID == user })
	return err
}

func (s tokens) ByDigest(ctx context.Context, digest admin.SecretDigest) (found token.Stored, err error) {
	err = s.share(ctx, func() error {
		ref, ok := s.b.digests[digest]
		if !ok {
			return missing("token")
		}
		t := ref.tenant
		row := t.tokens.rows[ref.id]
		found.Org, found.Token, found.Hash, found.Texts = ref.org, row.Bearer(), row.hash, row.texts
		if u, ok := t.users.rows[row.UserID]; ok {
			found.User = t.accessOf(&u)
		}
		found.User.Suspended = t.suspended()
		return nil
	})
	return found, err
}

func (s tokens) Touch(ctx context.Context, org admin.OrgID, uses []token.Use) error {
	return unlessMissing(s.change(ctx, org, func(t *tenant, j *journal) error {
		for _, use := range uses {
			if row, ok := t.tokens.get(use.TokenID); ok && use.Notable(row.Token) {
				row.LastUsedAt = use.At
				t.tokens.put(j, row.ID, row)
			}
		}
		return nil
	}))
}

// unlessMissing returns err, or nil if the organization does not exist: without such a token there is
// nothing to do.
func unlessMissing(err error) error {
	if errors.Is(err, admin.ErrNotFound) {
		return nil
	}
	return err
}

func (s tokens) Rehash(ctx context.Context, org admin.OrgID, id uuid.UUID, from, to token.Hash) error {
	return unlessMissing(s.change(ctx, org, func(t *tenant, j *journal) error {
		row, ok := t.tokens.get(id)
		if !ok || row.hash.Digest != from.Digest {
			return nil
		}
		self := tokenRef{tenant: t, org: org, id: id}
		if ref, ok := s.b.digests[to.Digest]; ok && ref != self {
			return taken("token")
		}
		s.b.unindex(from.Digest)
		s.b.index(to.Digest, self)
		row.hash = to
		t.tokens.put(j, id, row)
		return nil
	}))
}
