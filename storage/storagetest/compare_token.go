package storagetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// grant returns a grant of an actor that mostly holds, and the token that is created by it.
func (s *script) grant(org admin.OrgID, t token.Token) (token.Token, token.Grant) {
	g := token.Grant{Limit: pick(s, 3, 1000, 1000)}
	t.CreatedBy = admin.Actor{Kind: admin.ActorSystem}
	switch s.r.IntN(3) {
	case 0:
		u, c := s.user(org)
		t.UserID, t.CreatedBy = u.ID, admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}
		g.UserID, g.UserEpoch = u.ID, s.version(c.Epoch)
	case 1:
		by := s.token(org)
		t.UserID, t.CreatedBy = by.UserID, by.Actor()
		g.TokenID = by.ID
		if g.UserID = by.UserID; g.UserID != uuid.Nil {
			m, _ := s.ref.Users().Member(s.t.Context(), org, g.UserID)
			g.UserEpoch = s.version(m.Credential.Epoch)
		}
	}
	return t, g
}

func (s *script) networks() token.Networks {
	return token.NetworksOf(pick(s, nil, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, []netip.Prefix{
		netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("192.0.2.1/32"),
	})...)
}

func (s *script) newToken() token.Token {
	return token.Token{
		ID: s.id(), Name: s.text(), Networks: s.networks(),
		Permissions: admin.Permissions(pick(s, token.PermissionWrite, customer.PermissionRead)),
		Prefix:      "adm_", Last4: pick(s, "aB3x", "ab3X"),
		State: pick(s, token.Active, token.Active, token.Active, token.Deactivated), ExpiresAt: s.atOrNever(),
		CreatedAt: s.now, CreatedBy: admin.Actor{Kind: admin.ActorSystem}, UpdatedAt: s.now, Version: 1,
	}
}

func (s *script) token(org admin.OrgID) token.Token {
	list, err := s.ref.Tokens().List(s.t.Context(), org, token.Filter{State: pick(s, "", token.Deleted)}, s.now,
		largest[uuid.UUID]())
	tok := one(s, list, err)
	if tok.ID == uuid.Nil {
		return s.newToken()
	}
	return tok
}

// changed returns a token as a change is asked for.
func (s *script) changed(org admin.OrgID) token.Token {
	tok := s.token(org)
	tok.Name, tok.UpdatedAt, tok.Version = s.text(), s.now, s.version(tok.Version)
	return tok
}

// tokenHash returns a hash, often one that is taken. Tokens are never removed, so that there are also new ones.
func (s *script) tokenHash() token.Hash {
	unused := sha256.Sum256([]byte(fmt.Sprint(s.r.IntN(10_000))))
	return token.Hash{Key: pick(s, "sha256", "pepper"), Digest: pick(s, s.digest(), unused)}
}

func (s *script) ending(state token.State) token.Ending {
	e := token.Ending{State: state, At: s.now, KeepChildren: s.chance(3)}
	if s.chance(4) {
		set := admin.Permissions(pick(s, token.PermissionWrite, customer.PermissionRead))
		e.Within = &set
	}
	return e
}

func tokenDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Tokens.Create": func(s *script) do {
			// In organizations that exist: otherwise a digest could be taken in another one, and
			// either error would be right.
			org, h, rec := pick(s, s.orgs[:2]...), s.tokenHash(), s.rec("token.generate")
			tok, g := s.grant(org, s.newToken())
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tokens().Create(ctx, org, tok, h, g, rec)
			}
		},
		"Tokens.Get": func(s *script) do {
			org, id := s.org(), s.id()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Tokens().Get(ctx, org, id) }
		},
		"Tokens.WithUser": func(s *script) do {
			org := s.org()
			tok := s.token(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				t, u, err := st.Tokens().WithUser(ctx, org, tok.ID)
				return [2]any{t, u}, err
			}
		},
		"Tokens.User": func(s *script) do {
			org := s.org()
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Tokens().User(ctx, org, u.ID) }
		},
		"Tokens.List": func(s *script) do {
			org, now, seek := s.org(), pick(s, s.now, s.at()), s.seek()
			u, _ := s.user(org)
			f := token.Filter{
				State:          pick(s, "", token.Active, token.Deactivated, token.Deleted, " "),
				UserID:         pick(s, uuid.Nil, uuid.Nil, u.ID),
				ExpiringBefore: pick(s, time.Time{}, time.Time{}, s.at()),
				UnusedSince:    pick(s, time.Time{}, time.Time{}, s.at()),
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Tokens().List(ctx, org, f, now, seek)
			}
		},
		"Tokens.Rename": func(s *script) do {
			org, rec := s.org(), s.rec("token.rename")
			tok := s.changed(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tokens().Rename(ctx, org, tok, rec)
			}
		},
		"Tokens.Reactivate": func(s *script) do {
			org, rec := s.org(), s.rec("token.reactivate")
			tok := s.changed(org)
			_, g := s.grant(org, tok)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tokens().Reactivate(ctx, org, tok, g, rec)
			}
		},
		"Tokens.Rotate": func(s *script) do {
			org, rec := pick(s, s.orgs[:2]...), s.rec("token.rotate")
			old := s.changed(org)
			made, g := s.grant(org, s.newToken())
			made.RotatedFrom = old.ID
			old.RotatedTo = made.ID
			if end := s.now.Add(time.Hour); old.ExpiresAt.IsZero() || end.Before(old.ExpiresAt) {
				old.ExpiresAt = end
			}
			r := token.Rotation{Old: old, New: made, Hash: s.tokenHash(), Grant: g}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tokens().Rotate(ctx, org, r, rec)
			}
		},
		"Tokens.End": func(s *script) do {
			org, e, rec := s.org(), s.ending(pick(s, token.Deactivated, token.Deactivated, token.Deleted)), s.rec("token.end")
			e.Token = s.token(org).ID
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Tokens().End(ctx, org, e, rec) }
		},
		"Tokens.DeactivateBy": func(s *script) do {
			org, e, rec := s.org(), s.ending(token.Deactivated), s.rec("token.deactivate")
			by := pick(s, s.actor(), s.token(org).Actor(), s.token(org).CreatedBy)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Tokens().DeactivateBy(ctx, org, by, e, rec)
			}
		},
		"Tokens.ByDigest": func(s *script) do {
			digest := s.digest()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Tokens().ByDigest(ctx, digest) }
		},
		"Tokens.Touch": func(s *script) do {
			org := s.org()
			uses := make([]token.Use, s.r.IntN(12))
			for i := range uses {
				at := s.now.Add(-time.Duration(s.r.IntN(180)) * time.Second)
				uses[i] = token.Use{TokenID: s.token(org).ID, At: at}
			}
			slices.SortFunc(uses, func(a, b token.Use) int { return slices.Compare(a.TokenID[:], b.TokenID[:]) })
			uses = slices.CompactFunc(uses, func(a, b token.Use) bool { return a.TokenID == b.TokenID })
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tokens().Touch(ctx, org, uses)
			}
		},
		"Tokens.Rehash": func(s *script) do {
			org, from, to := s.org(), s.tokenHash(), s.tokenHash()
			tok := s.token(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tokens().Rehash(ctx, org, tok.ID, from, to)
			}
		},
	}
}
