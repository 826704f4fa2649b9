package storagetest

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

func (s *script) sessionBounds() people.SessionBounds {
	return people.SessionBounds{Now: s.now, SeenAfter: s.now.Add(-8 * time.Hour), PerUser: 1 + s.r.IntN(3)}
}

// newSession returns a session of a stored user that is not stored.
func (s *script) newSession(org admin.OrgID) people.KeptSession {
	u, c := s.user(org)
	return people.KeptSession{
		ID: s.id(), UserID: u.ID, Label: s.sometimes(), Source: s.sometimes(), CreatedAt: s.now,
		AuthenticatedAt: s.atOrNever(), LastSeenAt: s.now, ExpiresAt: s.now.Add(time.Duration(1+s.r.IntN(40)) * time.Hour),
		Epoch: s.version(c.Epoch),
	}
}

// session returns a stored session, if there is one.
func (s *script) session(org admin.OrgID) (people.KeptSession, admin.SecretDigest) {
	for n := range byte(9) {
		d := admin.SecretDigest(digestOf(n))
		if o, err := s.ref.Sessions().ByDigest(s.t.Context(), org, d); err == nil && !s.chance(4) {
			return o.Session, d
		}
	}
	return s.newSession(org), s.digest()
}

func sessionDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Sessions.Create": func(s *script) do {
			org, d, b, rec := s.org(), s.digest(), s.sessionBounds(), s.rec("session.start")
			k := s.newSession(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Sessions().Create(ctx, org, k, d, b, rec)
			}
		},
		"Sessions.Get": func(s *script) do {
			org := s.org()
			k, _ := s.session(org)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Sessions().Get(ctx, org, k.ID) }
		},
		"Sessions.ByDigest": func(s *script) do {
			org, d := s.org(), s.digest()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Sessions().ByDigest(ctx, org, d) }
		},
		"Sessions.OfUser": func(s *script) do {
			org, b := s.org(), s.sessionBounds()
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Sessions().OfUser(ctx, org, u.ID, b)
			}
		},
		"Sessions.Replace": func(s *script) do {
			org, renewed, rec := s.org(), s.digest(), s.rec("session.replace")
			k, old := s.session(org)
			k.AuthenticatedAt, k.LastSeenAt = s.atOrNever(), s.now
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Sessions().Replace(ctx, org, k, old, renewed, rec)
			}
		},
		"Sessions.Touch": func(s *script) do {
			org, now, before := s.org(), s.now, s.now.Add(-time.Hour)
			k, _ := s.session(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Sessions().Touch(ctx, org, k.ID, now, before)
			}
		},
		"Sessions.End": func(s *script) do {
			org, rec := s.org(), s.rec("session.end")
			k, _ := s.session(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Sessions().End(ctx, org, k.ID, rec)
			}
		},
		"Sessions.EndAll": func(s *script) do {
			org, rec := s.org(), s.rec("user.end_sessions")
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Sessions().EndAll(ctx, org, u.ID, rec)
			}
		},
		"Sessions.EndOthers": func(s *script) do {
			org, rec := s.org(), s.rec("user.end_other_sessions")
			k, _ := s.session(org)
			k.ID, k.Epoch = pick(s, k.ID, k.ID, uuid.Nil), s.version(k.Epoch)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Sessions().EndOthers(ctx, org, k, rec)
			}
		},
	}
}
