package storagetest

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

func (s *script) newIdentity(user uuid.UUID) people.Identity {
	return people.Identity{UserID: user, Issuer: pick(s, "https://idp", s.text()), Subject: s.text(), LinkedAt: s.now}
}

// identity returns a stored identity, if the user drawn has one.
func (s *script) identity(org admin.OrgID) people.Identity {
	u, _ := s.user(org)
	list, err := s.ref.Identities().OfUser(s.t.Context(), org, u.ID)
	i := one(s, list, err)
	if i.UserID == uuid.Nil || s.chance(8) {
		return s.newIdentity(u.ID)
	}
	return i
}

func identityDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Identities.Link": func(s *script) do {
			org, limit, rec := s.org(), pick(s, 1, 2, 10), s.rec("user.link_identity")
			u, _ := s.user(org)
			i := s.newIdentity(u.ID)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Identities().Link(ctx, org, i, limit, rec)
			}
		},
		"Identities.Unlink": func(s *script) do {
			org, rec := s.org(), s.rec("user.unlink_identity")
			i := s.identity(org)
			m, _ := s.ref.Users().Member(s.t.Context(), org, i.UserID)
			epoch := s.version(m.Credential.Epoch)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Identities().Unlink(ctx, org, i, epoch, rec)
			}
		},
		"Identities.BySubject": func(s *script) do {
			org := s.org()
			i := s.identity(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Identities().BySubject(ctx, org, i.Issuer, i.Subject)
			}
		},
		"Identities.OfUser": func(s *script) do {
			org := s.org()
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Identities().OfUser(ctx, org, u.ID)
			}
		},
		"Identities.Provision": func(s *script) do {
			org, rec, p := s.org(), s.rec("user.provision"), people.Provisioning{ExternalID: s.text()}
			p.User, p.Credential = s.newUser()
			if s.chance(2) {
				p.User.Email = s.invitation(org).Email
			}
			i := s.newIdentity(p.User.ID)
			p.Identity = pick(s, nil, &i)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Identities().Provision(ctx, org, p, rec)
			}
		},
		"Identities.SetExternalID": func(s *script) do {
			org, external, rec := s.org(), s.text(), s.rec("user.provision")
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Identities().SetExternalID(ctx, org, u.ID, external, rec)
			}
		},
		"Identities.ByExternalID": func(s *script) do {
			org, external := s.org(), s.text()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Identities().ByExternalID(ctx, org, external)
			}
		},
		"Identities.ExternalIDs": func(s *script) do {
			org, ids := s.org(), s.ids[:s.r.IntN(len(s.ids))]
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Identities().ExternalIDs(ctx, org, ids)
			}
		},
		"Identities.Update": func(s *script) do {
			org, rec := s.org(), s.rec("user.update")
			u, _ := s.user(org)
			u.Name, u.UpdatedAt, u.Version = s.text(), s.now, s.version(u.Version)
			if s.chance(2) {
				u.Email = pick(s, s.email(), s.invitation(org).Email)
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Identities().Update(ctx, org, u, rec)
			}
		},
	}
}
