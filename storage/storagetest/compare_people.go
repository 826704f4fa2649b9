package storagetest

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// email returns an address, often one that is in use. Users are never removed, so that there are also new ones.
func (s *script) email() people.Email {
	text := pick(s, s.text(), s.text(), fmt.Sprint(s.r.IntN(10_000)))
	return people.Email{Address: text + "@x.example", Key: pick(s, "", text) + "@x.example"}
}

func (s *script) role() people.Role {
	return pick(s, people.Administrator, people.Developer, people.Analyst, "clerk", "chief")
}

func (s *script) hash() people.PasswordHash {
	return people.NewPasswordHash(pick(s, "$argon2id$1", "$argon2id$2", "$argon2id$2 ", ""))
}

// newUser returns a user who is not stored.
func (s *script) newUser() (people.User, people.Credential) {
	u := people.User{
		ID: s.id(), Name: s.text(), Email: s.email(), Role: s.role(),
		Status:    pick(s, people.UserActive, people.UserActive, people.UserDeactivated),
		CreatedAt: s.now, UpdatedAt: s.now, Version: 1,
	}
	return u, people.Credential{UserID: u.ID, Hash: s.hash(), Epoch: int64(s.r.IntN(3)), ChangedAt: s.atOrNever()}
}

// user returns a stored user, if there is one.
func (s *script) user(org admin.OrgID) (people.User, people.Credential) {
	list, err := s.ref.Users().List(s.t.Context(), org, people.UserFilter{}, largest[uuid.UUID]())
	u := one(s, list, err)
	m, err := s.ref.Users().Member(s.t.Context(), org, u.ID)
	if err != nil {
		return s.newUser()
	}
	return m.User, m.Credential
}

func (s *script) newOrganization(org admin.OrgID, rec admin.Record) do {
	u, c := s.newUser()
	u.Role, u.Status = people.Administrator, people.UserActive
	o := people.Organization{ID: org, Name: s.text(), CreatedAt: s.now, Version: 1}
	return func(ctx context.Context, st storage.Stores) (any, error) {
		return nil, st.Organizations().Create(ctx, o, u, c, rec)
	}
}

func (s *script) newInvitation() people.Invitation {
	return people.Invitation{
		ID: s.id(), Email: s.email(), Role: s.role(), Status: people.InvitationPending, InvitedBy: s.actor(),
		CreatedAt: s.now, SentAt: s.now, ExpiresAt: s.now.Add(time.Duration(1+s.r.IntN(20)) * time.Hour), Version: 1,
	}
}

func (s *script) invitation(org admin.OrgID) people.Invitation {
	list, err := s.ref.Invitations().List(s.t.Context(), org, people.InvitationFilter{}, s.now, largest[uuid.UUID]())
	i := one(s, list, err)
	if i.ID == uuid.Nil || s.chance(8) {
		return s.newInvitation()
	}
	i.Version = s.version(i.Version)
	return i
}

func peopleDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Organizations.Create": func(s *script) do {
			return s.newOrganization(pick(s, s.orgs[:3]...), s.rec("organization.create"))
		},
		"Organizations.Get": func(s *script) do {
			org := s.org()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Organizations().Get(ctx, org) }
		},
		"Organizations.Rename": func(s *script) do {
			org, name, rec := s.org(), s.text(), s.rec("organization.rename")
			o, _ := s.ref.Organizations().Get(s.t.Context(), org)
			version := s.version(o.Version)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Organizations().Rename(ctx, org, name, version, rec)
			}
		},
		"Organizations.SetStatus": func(s *script) do {
			org, status := s.org(), pick(s, people.OrganizationActive, people.OrganizationActive, people.OrganizationSuspended)
			if s.chance(4) {
				org, status = s.orgs[2], pick(s, people.OrganizationSuspended, people.OrganizationDeleted)
			}
			rec := s.rec("organization.delete")
			o, _ := s.ref.Organizations().Get(s.t.Context(), org)
			o.ID, o.Status, o.StatusAt, o.Version = org, status, rec.At, s.version(o.Version)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Organizations().SetStatus(ctx, o, rec)
			}
		},
		"Organizations.Deleted": func(s *script) do {
			after, limit := pick(s, "", s.orgs[1], s.orgs[2]), s.r.IntN(3)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Organizations().Deleted(ctx, after, limit)
			}
		},
		"Organizations.Purge": func(s *script) do {
			org := pick(s, s.orgs...)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Organizations().Purge(ctx, org, 100_000)
			}
		},
		"Users.Get": func(s *script) do {
			org := s.org()
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Users().Get(ctx, org, u.ID) }
		},
		"Users.Member": func(s *script) do {
			org := s.org()
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Users().Member(ctx, org, u.ID) }
		},
		"Users.ByEmail": func(s *script) do {
			org := s.org()
			u, _ := s.user(org)
			key := pick(s, u.Email.Key, s.email().Key)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Users().ByEmail(ctx, org, key) }
		},
		"Users.Memberships": func(s *script) do {
			u, _ := s.user(s.org())
			key := pick(s, u.Email.Key, s.email().Key)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Users().Memberships(ctx, key) }
		},
		"Users.List": func(s *script) do {
			org, seek := s.org(), s.seek()
			f := people.UserFilter{
				Status: pick(s, "", people.UserActive, people.UserDeactivated, people.UserErased, "Active"),
				Role:   pick(s, "", s.role(), " "),
			}
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Users().List(ctx, org, f, seek) }
		},
		"Users.UpdateProfile": func(s *script) do {
			org, rec := s.org(), s.rec("user.update")
			u, _ := s.user(org)
			u.Name, u.UpdatedAt, u.Version = s.text(), s.now, s.version(u.Version)
			o, _ := s.ref.Organizations().Get(s.t.Context(), org)
			o.Name, o.Version = s.text(), s.version(o.Version)
			p := people.ProfileUpdate{User: pick(s, &u, &u, nil), Organization: pick(s, &o, nil)}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Users().UpdateProfile(ctx, org, p, rec)
			}
		},
		"Users.UpdateAccess": func(s *script) do {
			org, rec := s.org(), s.rec("user.access")
			u, _ := s.user(org)
			u.Role, u.Status = s.role(), pick(s, people.UserActive, people.UserDeactivated)
			u.UpdatedAt, u.Version = s.now, s.version(u.Version)
			a := access(u, s.versions(org)...)
			a.KeepTokens = s.chance(3)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Users().UpdateAccess(ctx, org, a, rec)
			}
		},
		"Users.Erase": func(s *script) do {
			org, rec := s.org(), s.rec(pick(s, admin.Action("user.erase"), "user.erase", "user.other"))
			u, _ := s.user(org)
			u.UpdatedAt, u.Version = s.now, s.version(u.Version)
			e := people.Erasure{
				User: u, Custom: s.versions(org), Invitations: []uuid.UUID{s.invitation(org).ID, s.id()},
				Trail: admin.TrailErasure{Subjects: []admin.Subject{rec.Subject}, Since: pick(s, time.Time{}, s.at())},
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Users().Erase(ctx, org, e, rec)
			}
		},
		"Users.SetPassword": func(s *script) do {
			org, rec := s.org(), s.rec("user.password")
			_, c := s.user(org)
			c.Hash, c.ChangedAt, c.Epoch = s.hash(), s.now, s.version(c.Epoch)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Users().SetPassword(ctx, org, c, rec)
			}
		},
		"Users.Rehash": func(s *script) do {
			org, renewed := s.org(), s.hash()
			_, c := s.user(org)
			old := pick(s, c.Hash, c.Hash, s.hash())
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Users().Rehash(ctx, org, c.UserID, old, renewed)
			}
		},
		"Invitations.Create": func(s *script) do {
			org, rec := s.org(), s.rec("invitation.create")
			x := sending(s.newInvitation(), s.digest(), pick(s, 2, 1000), s.versions(org)...)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Invitations().Create(ctx, org, x, rec)
			}
		},
		"Invitations.Get": func(s *script) do {
			org := s.org()
			i := s.invitation(org)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Invitations().Get(ctx, org, i.ID) }
		},
		"Invitations.ByDigest": func(s *script) do {
			org, d := s.org(), s.digest()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Invitations().ByDigest(ctx, org, d)
			}
		},
		"Invitations.List": func(s *script) do {
			org, now, seek := s.org(), pick(s, s.now, s.at()), s.seek()
			f := people.InvitationFilter{Status: pick(s, "", people.InvitationPending, people.InvitationExpired,
				people.InvitationAccepted, people.InvitationRevoked, " ")}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Invitations().List(ctx, org, f, now, seek)
			}
		},
		"Invitations.Resend": func(s *script) do {
			org, rec := s.org(), s.rec("invitation.resend")
			i := s.invitation(org)
			i.InvitedBy, i.SentAt, i.ExpiresAt = s.actor(), s.now, s.now.Add(time.Hour)
			x := sending(i, s.digest(), pick(s, 2, 1000), s.versions(org)...)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Invitations().Resend(ctx, org, x, rec)
			}
		},
		"Invitations.Revoke": func(s *script) do {
			org, rec := s.org(), s.rec("invitation.revoke")
			i := s.invitation(org)
			i.SettledAt = s.now
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Invitations().Revoke(ctx, org, i, rec)
			}
		},
		"Invitations.Accept": func(s *script) do {
			org, rec := s.org(), s.rec("invitation.accept")
			a := people.Acceptance{Invitation: s.invitation(org), Custom: s.versions(org)}
			if by, err := uuid.Parse(a.Invitation.InvitedBy.ID); err == nil {
				m, _ := s.ref.Users().Member(s.t.Context(), org, by)
				a.InviterEpoch = s.version(m.Credential.Epoch)
			}
			a.User, a.Credential = s.newUser()
			a.User.Email = pick(s, a.Invitation.Email, a.User.Email)
			i := s.newIdentity(a.User.ID)
			a.Identity = pick(s, nil, &i)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Invitations().Accept(ctx, org, a, rec)
			}
		},
	}
}
