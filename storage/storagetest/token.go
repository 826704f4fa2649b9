package storagetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// tokenSeeds is the token that was put into the organization.
type tokenSeeds struct {
	token token.Token
	hash  token.Hash
}

func tokenCalls() map[string]call {
	return map[string]call{
		"Tokens.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			t := w.token()
			return nil, s.Tokens().Create(ctx, org, t, w.hash(t.ID.String()), rec)
		},
		"Tokens.Get": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			t, err := s.Tokens().Get(ctx, org, w.seeds.token.token.ID)
			return t, err
		},
		"Tokens.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			ts, err := s.Tokens().List(ctx, org, token.Filter{}, page[uuid.UUID](10))
			return ts, err
		},
		"Tokens.Update": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			t := w.seeds.token.token
			t.State = token.Deactivated
			return nil, s.Tokens().Update(ctx, org, t, rec)
		},
		"Tokens.DeactivateBy": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			n, err := s.Tokens().DeactivateBy(ctx, org, w.user(), epoch, rec)
			return n, err
		},
		"Tokens.ByDigest": func(ctx context.Context, s storage.Stores, w *world, _ admin.OrgID, _ admin.Record) (any, error) {
			found, err := s.Tokens().ByDigest(ctx, w.seeds.token.hash.Digest)
			return found, err
		},
		"Tokens.Touch": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			return nil, s.Tokens().Touch(ctx, org, []token.Use{{TokenID: w.seeds.token.token.ID, At: epoch.Add(time.Hour)}})
		},
		"Tokens.Rehash": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			return nil, s.Tokens().Rehash(ctx, org, w.seeds.token.token.ID, w.seeds.token.hash, w.hash("rehashed"))
		},
	}
}

// token returns a new token, created by the organization's first user.
func (w *world) token() token.Token {
	return token.Token{
		ID: w.id(), Name: w.mark("token"), Permissions: admin.Permissions(token.PermissionWrite, customer.PermissionRead),
		Prefix: "adm_live_", Last4: "aB3x", State: token.Active,
		CreatedAt: epoch, CreatedBy: w.user(), UpdatedAt: epoch, Version: 1,
	}
}

// hash returns a hash that no other organization has.
func (w *world) hash(of string) token.Hash {
	return token.Hash{Key: "sha256", Digest: sha256.Sum256([]byte(w.mark(of)))}
}

func (w *world) seedTokens() {
	w.t.Helper()
	w.seeds.token = tokenSeeds{token: w.token(), hash: w.hash("seed")}
	require.NoError(w.t,
		w.b.Tokens().Create(w.t.Context(), w.org, w.seeds.token.token, w.seeds.token.hash, w.rec("token.generate")))
}

// addToken creates t, found by a hash of its id.
func (w *world) addToken(t token.Token) token.Token {
	w.t.Helper()
	require.NoError(w.t, w.b.Tokens().Create(w.t.Context(), w.org, t, w.hash(t.ID.String()), w.rec("token.generate")))
	return t
}

func (w *world) getToken(id uuid.UUID) token.Token {
	w.t.Helper()
	t, err := w.b.Tokens().Get(w.t.Context(), w.org, id)
	require.NoError(w.t, err)
	return t
}

func (w *world) findToken(digest admin.SecretDigest) (token.Stored, error) {
	w.t.Helper()
	return w.b.Tokens().ByDigest(w.t.Context(), digest)
}

func byToken(t token.Token) admin.Actor {
	return admin.Actor{Kind: admin.ActorToken, ID: t.ID.String()}
}

func testTokens(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(6 << 40)
	t.Run("Create", func(t *testing.T) { testTokenCreate(t, b, c) })
	t.Run("List", func(t *testing.T) { testTokenList(t, b, c) })
	t.Run("ByDigest", func(t *testing.T) { testTokenByDigest(t, b, c) })
	t.Run("Update", func(t *testing.T) { testTokenUpdate(t, b, c) })
	t.Run("DeactivateBy", func(t *testing.T) { testTokenDeactivateBy(t, b, c) })
	t.Run("Touch", func(t *testing.T) { testTokenTouch(t, b, c) })
	t.Run("Rehash", func(t *testing.T) { testTokenRehash(t, b, c) })
}

func testTokenCreate(t *testing.T, b storage.Backend, c *ids) {
	t.Run("returns what was created", func(t *testing.T) {
		w := newWorld(t, b, c)
		bare := w.addToken(w.token())
		require.Equal(t, bare, w.getToken(bare.ID))
		full := w.token()
		full.Name, full.State, full.Version = "é", token.Deactivated, 1<<40
		full.ExpiresAt = time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)
		full.LastUsedAt, full.UpdatedAt = epoch.Add(time.Microsecond), epoch.Add(time.Second)
		full.CreatedBy = admin.Actor{Kind: admin.ActorSystem}
		w.addToken(full)
		require.Equal(t, full, w.getToken(full.ID))
	})
	t.Run("refuses an id that is taken", func(t *testing.T) {
		w := newWorld(t, b, c)
		made := w.addToken(w.token())
		err := b.Tokens().Create(t.Context(), w.org, made, w.hash("another"), w.rec("token.generate"))
		require.ErrorIs(t, err, admin.ErrExists)
	})
	t.Run("refuses a digest that any token has, deleted ones and other organizations' included", func(t *testing.T) {
		w, other := newWorld(t, b, c), newWorld(t, b, c)
		gone := w.token()
		gone.State = token.Deleted
		w.addToken(gone)
		h := w.hash(gone.ID.String())
		for _, x := range []*world{w, other} {
			again := x.token()
			err := b.Tokens().Create(t.Context(), x.org, again, h, x.rec("token.generate"))
			require.ErrorIs(t, err, admin.ErrExists)
			require.NotContains(t, err.Error(), string(w.org))
			_, err = b.Tokens().Get(t.Context(), x.org, again.ID)
			require.ErrorIs(t, err, admin.ErrNotFound)
		}
		found, err := w.findToken(h.Digest)
		require.NoError(t, err)
		require.Equal(t, gone, found.Token)
	})
	t.Run("by a token needs that one to be active and of the organization", func(t *testing.T) {
		w, other := newWorld(t, b, c), newWorld(t, b, c)
		on, off, gone := w.token(), w.token(), w.token()
		off.State, gone.State = token.Deactivated, token.Deleted
		for _, x := range []token.Token{on, off, gone} {
			w.addToken(x)
		}
		create := func(x *world, by admin.Actor) error {
			made := x.token()
			made.CreatedBy = by
			return b.Tokens().Create(t.Context(), x.org, made, x.hash(made.ID.String()), x.rec("token.generate"))
		}
		require.NoError(t, create(w, byToken(on)))
		require.ErrorIs(t, create(w, byToken(off)), admin.ErrForbidden)
		require.ErrorIs(t, create(w, byToken(gone)), admin.ErrForbidden)
		require.ErrorIs(t, create(w, byToken(w.token())), admin.ErrForbidden)
		require.ErrorIs(t, create(w, admin.Actor{Kind: admin.ActorToken, ID: "nothing"}), admin.ErrForbidden)
		require.ErrorIs(t, create(other, byToken(on)), admin.ErrForbidden)
	})
	t.Run("frees the digest when its transaction fails", func(t *testing.T) {
		w := newWorld(t, b, c)
		made, stop := w.token(), errors.New("stop")
		require.ErrorIs(t, b.InTx(t.Context(), func(s storage.Stores) error {
			require.NoError(t, s.Tokens().Create(t.Context(), w.org, made, w.hash(made.ID.String()), w.rec("token.generate")))
			return stop
		}), stop)
		_, err := w.findToken(w.hash(made.ID.String()).Digest)
		require.ErrorIs(t, err, admin.ErrNotFound)
		w.addToken(made)
	})
	t.Run("refuses an organization that does not exist", func(t *testing.T) {
		w := newWorld(t, b, c)
		err := b.Tokens().Create(t.Context(), w.org+".none", w.token(), w.hash("none"), w.rec("token.generate"))
		require.ErrorIs(t, err, admin.ErrNotFound)
		_, err = w.findToken(w.hash("none").Digest)
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}

func testTokenList(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	var made []token.Token // newest first
	for _, state := range []token.State{
		token.Active, token.Deleted, token.Deactivated, token.Active, token.Deleted, token.Active,
	} {
		x := w.token()
		x.State = state
		made = append([]token.Token{w.addToken(x)}, made...)
	}
	for _, tc := range []struct {
		reason string
		filter token.Filter
		want   []token.Token
	}{
		{"all but the deleted, newest first", token.Filter{}, []token.Token{made[0], made[2], made[3], made[5]}},
		{"the active", token.Filter{State: token.Active}, []token.Token{made[0], made[2], made[5]}},
		{"the deactivated", token.Filter{State: token.Deactivated}, []token.Token{made[3]}},
		{"the deleted when asked for", token.Filter{State: token.Deleted}, []token.Token{made[1], made[4]}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			require.Equal(t, tc.want, pages(t, func(seek admin.Seek[uuid.UUID]) ([]token.Token, error) {
				return b.Tokens().List(t.Context(), w.org, tc.filter, seek)
			}, func(x token.Token) uuid.UUID { return x.ID }))
		})
	}
}

func testTokenByDigest(t *testing.T, b storage.Backend, c *ids) {
	t.Run("finds in every organization and state", func(t *testing.T) {
		one, two := newWorld(t, b, c), newWorld(t, b, c)
		first, second := one.addToken(one.token()), two.token()
		second.State = token.Deleted
		two.addToken(second)
		h1, h2, none := one.hash(first.ID.String()), two.hash(second.ID.String()), one.hash("none").Digest
		want1 := token.Stored{Org: one.org, Token: first, Hash: h1}
		want2 := token.Stored{Org: two.org, Token: second, Hash: h2}
		for _, tc := range []struct {
			reason string
			digest admin.SecretDigest
			want   token.Stored
		}{
			{"active", h1.Digest, want1},
			{"deleted", h2.Digest, want2},
		} {
			got, err := one.findToken(tc.digest)
			require.NoError(t, err, tc.reason)
			require.Equal(t, tc.want, got, tc.reason)
		}
		_, err := one.findToken(none)
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("compares byte by byte", func(t *testing.T) {
		w := newWorld(t, b, c)
		// Bytes that a database would take for equal if it took them for text.
		like := func(tail ...byte) admin.SecretDigest {
			d := w.hash("like").Digest
			copy(d[len(d)-len(tail):], tail)
			return d
		}
		for _, d := range []admin.SecretDigest{
			like('a', 'x'), like('A', 'x'), like('x', ' '), like('x', 0), like(0, 'x'), like(0xE1, 'x'), like(0xC1, 'x'),
		} {
			made := w.token()
			require.NoError(t,
				b.Tokens().Create(t.Context(), w.org, made, token.Hash{Key: "sha256", Digest: d}, w.rec("token.generate")))
			found, err := w.findToken(d)
			require.NoError(t, err)
			require.Equal(t, made.ID, found.Token.ID)
			require.Equal(t, d, found.Hash.Digest)
		}
		_, err := w.findToken(like('X', 0))
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}
