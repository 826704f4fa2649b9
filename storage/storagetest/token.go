package storagetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// tokenSeeds is the tokens that were put into the organization.
type tokenSeeds struct {
	token token.Token
	hash  token.Hash
	off   token.Token // Deactivated
	user  uuid.UUID   // whose role is marked
}

func tokenCalls() map[string]call {
	return map[string]call{
		"Tokens.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			t := w.token()
			t.UserID, t.CreatedBy = uuid.Nil, admin.Actor{Kind: admin.ActorSystem} // other organizations do not have the user
			return nil, s.Tokens().Create(ctx, org, t, w.hash(t.ID.String()), w.grant(t), rec)
		},
		"Tokens.Get": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			t, err := s.Tokens().Get(ctx, org, w.seeds.token.token.ID)
			return t, err
		},
		"Tokens.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			ts, err := s.Tokens().List(ctx, org, token.Filter{}, epoch, page[uuid.UUID](10))
			return ts, err
		},
		"Tokens.WithUser": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			t, u, err := s.Tokens().WithUser(ctx, org, w.seeds.token.token.ID)
			return [2]any{t, u}, err
		},
		"Tokens.User": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			u, err := s.Tokens().User(ctx, org, w.seeds.token.user)
			return u, err
		},
		"Tokens.Rename": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			t := w.seeds.token.token
			t.Name = w.mark("renamed")
			return nil, s.Tokens().Rename(ctx, org, t, rec)
		},
		"Tokens.Reactivate": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Tokens().Reactivate(ctx, org, w.seeds.token.off, w.grant(w.seeds.token.off), rec)
		},
		"Tokens.Rotate": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Tokens().Rotate(ctx, org, w.rotation(w.seeds.token.token), rec)
		},
		"Tokens.End": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			n, err := s.Tokens().End(ctx, org, w.ending(w.seeds.token.token, token.Deleted), rec)
			return n, err
		},
		"Tokens.DeactivateBy": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			n, err := s.Tokens().DeactivateBy(ctx, org, w.user(), token.Ending{State: token.Deactivated, At: epoch}, rec)
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
		ID: w.id(), Name: w.mark("token"), UserID: w.first.ID,
		Permissions: admin.Permissions(token.PermissionWrite, customer.PermissionRead),
		Prefix:      "adm_live_", Last4: "aB3x", State: token.Active,
		CreatedAt: epoch, CreatedBy: w.user(), UpdatedAt: epoch, Version: 1,
	}
}

// child returns a new token that a token created.
func (w *world) child(of token.Token) token.Token {
	t := w.token()
	t.CreatedBy, t.UserID = byToken(of), of.UserID
	return t
}

// grant returns a grant of who created t, with the epoch that new users have.
func (w *world) grant(t token.Token) token.Grant {
	g := token.Grant{UserID: t.UserID, Limit: 1000}
	if t.UserID != uuid.Nil {
		g.UserEpoch = 1
	}
	if t.CreatedBy.Kind == admin.ActorToken {
		g.TokenID, _ = uuid.Parse(t.CreatedBy.ID)
	}
	return g
}

// rotation returns the rotation of a token by its creator, with an overlap of an hour.
func (w *world) rotation(old token.Token) token.Rotation {
	made := w.token()
	made.RotatedFrom, made.UserID, made.CreatedBy = old.ID, old.UserID, old.CreatedBy
	old.RotatedTo, old.ExpiresAt, old.UpdatedAt = made.ID, epoch.Add(time.Hour), epoch.Add(time.Second)
	return token.Rotation{Old: old, New: made, Hash: w.hash(made.ID.String()), Grant: w.grant(made)}
}

func (w *world) ending(t token.Token, to token.State) token.Ending {
	return token.Ending{Token: t.ID, State: to, At: epoch.Add(time.Hour)}
}

// hash returns a hash that no other organization has.
func (w *world) hash(of string) token.Hash {
	return token.Hash{Key: "sha256", Digest: sha256.Sum256([]byte(w.mark(of)))}
}

func (w *world) seedTokens() {
	w.t.Helper()
	t, off := w.token(), w.token()
	w.seeds.token = tokenSeeds{token: t, hash: w.hash("seed"), off: off}
	require.NoError(w.t,
		w.b.Tokens().Create(w.t.Context(), w.org, t, w.seeds.token.hash, w.grant(t), w.rec("token.generate")))
	w.seeds.token.off.State = token.Deactivated
	w.addToken(w.seeds.token.off)
	w.seeds.token.user = w.member(w.t, "token", people.Role(w.mark("role"))).ID
}

// addToken creates t, found by a hash of its id.
func (w *world) addToken(t token.Token) token.Token {
	w.t.Helper()
	require.NoError(w.t, w.createToken(t, w.grant(t)))
	return t
}

func (w *world) createToken(t token.Token, g token.Grant) error {
	return w.b.Tokens().Create(w.t.Context(), w.org, t, w.hash(t.ID.String()), g, w.rec("token.generate"))
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
	t.Run("WithUser", func(t *testing.T) { testTokenWithUser(t, b, c) })
	t.Run("Grant", func(t *testing.T) { testTokenGrant(t, b, c) })
	t.Run("Rename", func(t *testing.T) { testTokenRename(t, b, c) })
	t.Run("Reactivate", func(t *testing.T) { testTokenReactivate(t, b, c) })
	t.Run("Rotate", func(t *testing.T) { testTokenRotate(t, b, c) })
	t.Run("End", func(t *testing.T) { testTokenEnd(t, b, c) })
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
		full.CreatedBy, full.UserID = admin.Actor{Kind: admin.ActorSystem}, uuid.Nil
		full.Networks = token.NetworksOf(netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("10.0.0.0/8"))
		full.RotatedFrom, full.RotatedTo = bare.ID, w.id()
		w.addToken(full)
		require.Equal(t, full, w.getToken(full.ID))
	})
	t.Run("refuses an id that is taken", func(t *testing.T) {
		w := newWorld(t, b, c)
		made := w.addToken(w.token())
		err := b.Tokens().Create(t.Context(), w.org, made, w.hash("another"), w.grant(made), w.rec("token.generate"))
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
			err := b.Tokens().Create(t.Context(), x.org, again, h, x.grant(again), x.rec("token.generate"))
			require.ErrorIs(t, err, admin.ErrExists)
			require.NotContains(t, err.Error(), string(w.org))
			_, err = b.Tokens().Get(t.Context(), x.org, again.ID)
			require.ErrorIs(t, err, admin.ErrNotFound)
		}
		found, err := w.findToken(h.Digest)
		require.NoError(t, err)
		require.Equal(t, gone.Bearer(), found.Token)
	})
	t.Run("frees the digest when its transaction fails", func(t *testing.T) {
		w := newWorld(t, b, c)
		made, stop := w.token(), errors.New("stop")
		require.ErrorIs(t, b.InTx(t.Context(), func(s storage.Stores) error {
			require.NoError(t, s.Tokens().Create(t.Context(), w.org, made, w.hash(made.ID.String()), w.grant(made),
				w.rec("token.generate")))
			return stop
		}), stop)
		_, err := w.findToken(w.hash(made.ID.String()).Digest)
		require.ErrorIs(t, err, admin.ErrNotFound)
		w.addToken(made)
	})
	t.Run("refuses an organization that does not exist", func(t *testing.T) {
		w := newWorld(t, b, c)
		none := w.token()
		none.UserID, none.CreatedBy = uuid.Nil, admin.Actor{Kind: admin.ActorSystem}
		err := b.Tokens().Create(t.Context(), w.org+".none", none, w.hash("none"), w.grant(none), w.rec("token.generate"))
		require.ErrorIs(t, err, admin.ErrNotFound)
		_, err = w.findToken(w.hash("none").Digest)
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}

func testTokenList(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	member := w.member(t, "member", people.Developer)
	now := epoch.Add(24 * time.Hour)
	var made []token.Token // newest first
	for n, state := range []token.State{
		token.Active, token.Deleted, token.Deactivated, token.Active, token.Deleted, token.Active,
	} {
		x := w.token()
		x.State = state
		x.ExpiresAt = []time.Time{{}, now.Add(time.Hour), now.Add(time.Hour), now.Add(time.Microsecond), {}, now}[n]
		x.LastUsedAt = []time.Time{{}, {}, {}, now.Add(-time.Microsecond), {}, now}[n]
		if n >= 4 {
			x.UserID, x.CreatedBy = member.ID, admin.Actor{Kind: admin.ActorUser, ID: member.ID.String()}
		}
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
		{"of a user", token.Filter{UserID: member.ID}, []token.Token{made[0]}},
		{"of a user and deleted", token.Filter{UserID: member.ID, State: token.Deleted}, []token.Token{made[1]}},
		{"of a user who has none", token.Filter{UserID: w.id()}, nil},
		{
			"that will expire within the hour and have not yet",
			token.Filter{ExpiringBefore: now.Add(time.Hour)}, []token.Token{made[2]},
		},
		{
			"that expire an instant later too",
			token.Filter{ExpiringBefore: now.Add(time.Hour + time.Microsecond)}, []token.Token{made[2], made[3]},
		},
		{"neither used nor created since", token.Filter{UnusedSince: now}, []token.Token{made[2], made[3], made[5]}},
		{"created since", token.Filter{UnusedSince: epoch}, nil},
		{"created before", token.Filter{UnusedSince: epoch.Add(time.Microsecond)}, []token.Token{made[3], made[5]}},
		{
			"by all filters", token.Filter{
				State: token.Active, UserID: w.first.ID, UnusedSince: now, ExpiringBefore: now.Add(time.Hour),
			}, []token.Token{made[2]},
		},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			require.Equal(t, tc.want, pages(t, func(seek admin.Seek[uuid.UUID]) ([]token.Token, error) {
				return b.Tokens().List(t.Context(), w.org, tc.filter, now, seek)
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
		user := func(w *world) token.UserAccess {
			return token.UserAccess{ID: w.first.ID, Active: true, Role: string(people.Administrator)}
		}
		want1 := token.Stored{Org: one.org, Token: first.Bearer(), Hash: h1, User: user(one)}
		want2 := token.Stored{Org: two.org, Token: second.Bearer(), Hash: h2, User: user(two)}
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
			if got.Texts != (token.IDTexts{}) {
				require.Equal(t, tc.want.Token.Texts(), got.Texts, tc.reason)
				got.Texts = token.IDTexts{}
			}
			require.Equal(t, tc.want, got, tc.reason)
		}
		_, err := one.findToken(none)
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("returns every text as it was written", func(t *testing.T) {
		w := newWorld(t, b, c)
		for _, text := range []string{"a\x1fb", "\x1f", "a b\tc|d;e,f'g\"h\\i", "é \u2028"} {
			made := w.token()
			made.Name, made.CreatedBy.ID = text, text
			h := w.hash(made.ID.String())
			h.Key = text
			require.NoError(t, b.Tokens().Create(t.Context(), w.org, made, h, w.grant(made), w.rec("token.generate")))
			found, err := w.findToken(h.Digest)
			require.NoError(t, err)
			require.Equal(t, h, found.Hash)
			require.Equal(t, made.Bearer(), found.Token)
			require.Equal(t, made, w.getToken(made.ID))
		}
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
			h := token.Hash{Key: "sha256", Digest: d}
			require.NoError(t, b.Tokens().Create(t.Context(), w.org, made, h, w.grant(made), w.rec("token.generate")))
			found, err := w.findToken(d)
			require.NoError(t, err)
			require.Equal(t, made.ID, found.Token.ID)
			require.Equal(t, d, found.Hash.Digest)
		}
		_, err := w.findToken(like('X', 0))
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}
