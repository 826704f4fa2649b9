package memory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/token"
)

type tokens struct{ access }

// tokenRow is a token with what it is found by.
type tokenRow struct {
	token.Token
	hash token.Hash
}

// tokenRef is where a digest leads to, in whatever organization.
type tokenRef struct {
	org admin.OrgID
	id  uuid.UUID
}

// find makes a digest lead to a token.
func (b *Backend) find(d token.Digest, ref tokenRef) {
	if b.digests == nil {
		b.digests = map[token.Digest]tokenRef{}
	}
	b.digests[d] = ref
	b.journal.undo = append(b.journal.undo, func() { delete(b.digests, d) })
}

// forget takes back find.
func (b *Backend) forget(d token.Digest) {
	ref := b.digests[d]
	delete(b.digests, d)
	b.journal.undo = append(b.journal.undo, func() { b.digests[d] = ref })
}

func (s tokens) Create(ctx context.Context, org admin.OrgID, tok token.Token, h token.Hash, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if tok.CreatedBy.Kind == admin.ActorToken {
			id, err := uuid.Parse(tok.CreatedBy.ID)
			creator, ok := t.tokens.get(id)
			// Ids compare byte by byte here too: Parse reads other spellings.
			if err != nil || id.String() != tok.CreatedBy.ID || !ok || creator.State != token.Active {
				return fmt.Errorf("token that creates another is not active: %w", admin.ErrForbidden)
			}
		}
		if _, ok := t.tokens.get(tok.ID); ok {
			return taken("token")
		}
		if _, ok := s.b.digests[h.Digest]; ok {
			return taken("token")
		}
		t.tokens.put(j, tok.ID, tokenRow{Token: tok, hash: h})
		s.b.find(h.Digest, tokenRef{org: org, id: tok.ID})
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

func (s tokens) List(ctx context.Context, org admin.OrgID, f token.Filter, seek admin.Seek[uuid.UUID]) (out []token.Token, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, row := range t.tokens.descending(seek.After, seek.Limit, func(r tokenRow) bool { return f.Matches(r.Token) }) {
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

func (s tokens) DeactivateBy(ctx context.Context, org admin.OrgID, actor admin.Actor, at time.Time, rec admin.Record) (n int, err error) {
	err = s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		n = t.deactivate(j, actor, at)
		return nil
	})
	return n, err
}

// deactivate goes from creator to created.
func (t *tenant) deactivate(j *journal, actor admin.Actor, at time.Time) (n int) {
	for creators := []admin.Actor{actor}; len(creators) > 0; creators = creators[1:] {
		for id, row := range t.tokens.rows {
			if row.CreatedBy != creators[0] {
				continue
			}
			if row.Permissions.Has(token.PermissionWrite) {
				creators = append(creators, admin.Actor{Kind: admin.ActorToken, ID: id.String()})
			}
			if row.State == token.Active {
				row.State, row.UpdatedAt = token.Deactivated, at
				row.Version++
				t.tokens.put(j, id, row)
				n++
			}
		}
	}
	return n
}

func (s tokens) ByDigest(ctx context.Context, digests []token.Digest) (found token.Stored, err error) {
	if n := len(digests); n == 0 || n > token.MaxHashes {
		return found, fmt.Errorf("%d digests of a token: give 1 to %d: %w", n, token.MaxHashes, admin.ErrInvalid)
	}
	err = s.hold(ctx, func() error {
		for _, d := range digests {
			if ref, ok := s.b.digests[d]; ok {
				row, _ := s.b.tenants[ref.org].tokens.get(ref.id)
				found = token.Stored{Org: ref.org, Token: row.Token, Hash: row.hash}
				return nil
			}
		}
		return missing("token")
	})
	return found, err
}

func (s tokens) Touch(ctx context.Context, org admin.OrgID, id uuid.UUID, at, before time.Time) error {
	return ofNone(s.change(ctx, org, func(t *tenant, j *journal) error {
		if row, ok := t.tokens.get(id); ok && !row.LastUsedAt.After(before) {
			row.LastUsedAt = at
			t.tokens.put(j, id, row)
		}
		return nil
	}))
}

// ofNone is err, less that the organization does not exist: where there is no such token there is
// nothing to do.
func ofNone(err error) error {
	if errors.Is(err, admin.ErrNotFound) {
		return nil
	}
	return err
}

func (s tokens) Rehash(ctx context.Context, org admin.OrgID, id uuid.UUID, from, to token.Hash) error {
	return ofNone(s.change(ctx, org, func(t *tenant, j *journal) error {
		row, ok := t.tokens.get(id)
		if !ok || row.hash.Digest != from.Digest {
			return nil
		}
		self := tokenRef{org: org, id: id}
		if ref, ok := s.b.digests[to.Digest]; ok && ref != self {
			return taken("token")
		}
		s.b.forget(from.Digest)
		s.b.find(to.Digest, self)
		row.hash = to
		t.tokens.put(j, id, row)
		return nil
	}))
}
