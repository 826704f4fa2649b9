package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

type users struct{ access }

func (s users) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (u people.User, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		u, err = t.user(id)
		return err
	})
	return u, err
}

func (t *tenant) user(id uuid.UUID) (people.User, error) {
	u, ok := t.users.get(id)
	if !ok {
		return people.User{}, missing("user")
	}
	return u, nil
}

func (s users) Member(ctx context.Context, org admin.OrgID, id uuid.UUID) (m people.Member, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		u, err := t.user(id)
		if err != nil {
			return err
		}
		m = t.member(u)
		return nil
	})
	return m, err
}

func (t *tenant) member(u people.User) people.Member {
	c, _ := t.credentials.get(u.ID)
	return people.Member{User: u, Credential: c, Custom: t.customRole(u.Role), Suspended: t.suspended()}
}

func (s users) ByEmail(ctx context.Context, org admin.OrgID, key string) (m people.Member, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		u, ok := t.users.find(func(u people.User) bool { return u.Email.Key == key })
		if !ok {
			return missing("user")
		}
		m = t.member(u)
		return nil
	})
	return m, err
}

func (s users) Memberships(ctx context.Context, key string) (out []people.Membership, err error) {
	err = s.hold(ctx, func() error {
		for org, t := range s.b.tenants {
			u, ok := t.users.find(func(u people.User) bool { return u.Email.Key == key && u.Status == people.UserActive })
			if ok {
				out = append(out, people.Membership{Org: org, Company: t.organization.Name, UserID: u.ID})
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b people.Membership) int { return cmp.Compare(a.Org, b.Org) })
	return out[:min(len(out), people.MaxMemberships)], err
}

func (s users) List(
	ctx context.Context, org admin.OrgID, f people.UserFilter, seek admin.Seek[uuid.UUID],
) (out []people.User, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.users.ascending(seek.After, seek.Limit, func(u people.User) bool {
			return wants(f.Status, u.Status) && wants(f.Role, u.Role)
		})
		return nil
	})
	return out, err
}

func (s users) UpdateProfile(ctx context.Context, org admin.OrgID, p people.ProfileUpdate, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if o := p.Organization; o != nil {
			if err := t.rename(j, o.Name, o.Version); err != nil {
				return err
			}
		}
		if p.User == nil {
			return nil
		}
		return t.updateProfile(j, *p.User)
	})
}

func (t *tenant) updateProfile(j *journal, want people.User) error {
	u, err := t.user(want.ID)
	if err != nil {
		return err
	}
	if u.Version != want.Version {
		return conflict("user")
	}
	u.Name, u.UpdatedAt = want.Name, want.UpdatedAt
	u.Version++
	t.users.put(j, u.ID, u)
	return nil
}

// hasOtherUser reports whether a user other than id matches.
func (t *tenant) hasOtherUser(id uuid.UUID, matches func(people.User) bool) bool {
	_, ok := t.users.find(func(u people.User) bool { return u.ID != id && matches(u) })
	return ok
}

func (s users) UpdateAccess(ctx context.Context, org admin.OrgID, a people.AccessUpdate, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		u := a.User
		old, err := t.user(u.ID)
		if err != nil {
			return err
		}
		if err := t.checkRoles(a.Custom); err != nil {
			return err
		}
		administering := a.Rules.Administering(t.allRoles())
		next, err := old.AccessUpdated(u, administering, func() (bool, error) {
			return t.hasOtherUser(u.ID, func(u people.User) bool { return u.Administers(administering) }), nil
		})
		if err != nil {
			return err
		}
		t.users.put(j, u.ID, next)
		c, _ := t.credentials.get(u.ID)
		c.Epoch++
		t.credentials.put(j, u.ID, c)
		if old.DeactivatedBy(next) {
			t.revokeSentBy(j, u.ID, u.UpdatedAt)
			if !a.KeepTokens {
				x := ending{t: t, j: j, Ending: token.Ending{State: token.Deactivated, At: u.UpdatedAt}}
				return x.by(admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()})
			}
		}
		return nil
	})
}

// revokeSentBy revokes the invitations that a user sent and that are pending at an instant.
func (t *tenant) revokeSentBy(j *journal, user uuid.UUID, at time.Time) {
	sender := admin.Actor{Kind: admin.ActorUser, ID: user.String()}
	for _, id := range t.invitations.order {
		i := t.invitations.rows[id]
		if i.InvitedBy == sender && i.StatusAt(at) == people.InvitationPending {
			i.Status, i.SettledAt = people.InvitationRevoked, at
			i.Version++
			t.invitations.put(j, id, i)
		}
	}
}

func (s users) SetPassword(ctx context.Context, org admin.OrgID, c people.Credential, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		now, ok := t.credentials.get(c.UserID)
		if !ok {
			return missing("user")
		}
		if now.Epoch != c.Epoch {
			return conflict("credential")
		}
		c.Epoch++
		t.credentials.put(j, c.UserID, c)
		return nil
	})
}

func (s users) Rehash(ctx context.Context, org admin.OrgID, id uuid.UUID, old, renewed people.PasswordHash) error {
	return s.change(ctx, org, func(t *tenant, j *journal) error {
		c, ok := t.credentials.get(id)
		if !ok {
			return missing("user")
		}
		if c.Hash.PHC() != old.PHC() {
			return conflict("credential")
		}
		c.Hash = renewed
		t.credentials.put(j, id, c)
		return nil
	})
}
