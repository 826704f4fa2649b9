package memory

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/token"
)

type tokens struct{ access }

// tokenRow is a token with the hash that it is found by.
type tokenRow struct {
	token.Token
	hash token.Hash
}

// tokenRef is the token that a digest finds, in any organization.
type tokenRef struct {
	org admin.OrgID
	id  uuid.UUID
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

func (s tokens) Create(ctx context.Context, org admin.OrgID, tok token.Token, h token.Hash, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if tok.CreatedBy.Kind == admin.ActorToken {
			id, err := uuid.Parse(tok.CreatedBy.ID)
			creator, ok := t.tokens.get(id)
			// Ids compare byte by byte here too, but Parse accepts other spellings.
			if err != nil || id.String() != tok.CreatedBy.ID || !ok || creator.State != token.Active {
				return token.ErrCreatorNotActive
			}
		}
		if _, ok := t.tokens.get(tok.ID); ok {
			return taken("token")
		}
		if _, ok := s.b.digests[h.Digest]; ok {
			return taken("token")
		}
		t.tokens.put(j, tok.ID, tokenRow{Token: tok, hash: h})
		s.b.index(h.Digest, tokenRef{org: org, id: tok.ID})
		return nil
	})
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
	ctx context.Context, org admin.OrgID, f token.Filter, seek admin.Seek[uuid.UUID],
) (out []token.Token, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		matches := func(r tokenRow) bool { return f.Matches(r.Token) }
		for _, row := range t.tokens.descending(seek.After, seek.Limit, matches) {
			out = append(out, row.Token)
		}
		return nil
	})
	return out, err
}

func (s tokens) Update(ctx context.Context, org admin.OrgID, want token.Token, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		row, ok := t.tokens.get(want.ID)
		if !ok {
			return missing("token")
		}
		updated, err := row.Updated(want)
		if err != nil {
			return err
		}
		row.Token = updated
		t.tokens.put(j, row.ID, row)
		return nil
	})
}

func (s tokens) DeactivateBy(
	ctx context.Context, org admin.OrgID, actor admin.Actor, at time.Time, rec admin.Record,
) (n int, err error) {
	err = s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		return token.EachCreator(actor, func(creator admin.Actor) ([]token.Token, error) {
			created, off := t.deactivateCreated(j, creator, at)
			n += off
			return created, nil
		})
	})
	return n, err
}

// deactivateCreated switches off the active tokens that creator created. It returns all that creator
// created, and the number of those that it switched off.
func (t *tenant) deactivateCreated(j *journal, creator admin.Actor, at time.Time) (created []token.Token, off int) {
	for id, row := range t.tokens.rows {
		if row.CreatedBy != creator {
			continue
		}
		created = append(created, row.Token)
		if row.State == token.Active {
			row.State, row.UpdatedAt = token.Deactivated, at
			row.Version++
			t.tokens.put(j, id, row)
			off++
		}
	}
	return created, off
}

func (s tokens) ByDigest(ctx context.Context, digest admin.SecretDigest) (found token.Stored, err error) {
	err = s.share(ctx, func() error {
		ref, ok := s.b.digests[digest]
		if !ok {
			return missing("token")
		}
		row, _ := s.b.tenants[ref.org].tokens.get(ref.id)
		found = token.Stored{Org: ref.org, Token: row.Token, Hash: row.hash}
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
		self := tokenRef{org: org, id: id}
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
