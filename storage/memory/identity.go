package memory

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type identities struct{ access }

// identityKey names an identity.
type identityKey struct{ issuer, subject string }

func compareIdentities(a, b identityKey) int {
	return cmp.Or(strings.Compare(a.issuer, b.issuer), strings.Compare(a.subject, b.subject))
}

func (s identities) Link(
	ctx context.Context, org admin.OrgID, i people.Identity, limit int, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if err := t.checkStanding(i.UserID); err != nil {
			return err
		}
		if err := people.CheckIdentities(len(t.identitiesOf(i.UserID)), limit); err != nil {
			return err
		}
		return t.link(j, i)
	})
}

func (t *tenant) link(j *journal, i people.Identity) error {
	key := identityKey{i.Issuer, i.Subject}
	if _, ok := t.identities.get(key); ok {
		return taken("identity")
	}
	t.identities.put(j, key, i)
	return nil
}

func (t *tenant) identitiesOf(user uuid.UUID) []people.Identity {
	return t.identities.ascending(identityKey{}, len(t.identities.order), func(i people.Identity) bool {
		return i.UserID == user
	})
}

func (s identities) Unlink(
	ctx context.Context, org admin.OrgID, i people.Identity, epoch int64, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		key := identityKey{i.Issuer, i.Subject}
		if found, ok := t.identities.get(key); !ok || found.UserID != i.UserID {
			return missing("identity")
		}
		c, _ := t.credentials.get(i.UserID)
		if c.Epoch != epoch {
			return conflict("credential")
		}
		if err := people.CheckUnlink(len(t.identitiesOf(i.UserID))-1, c); err != nil {
			return err
		}
		t.identities.remove(j, key)
		c.Epoch++
		t.credentials.put(j, i.UserID, c)
		return nil
	})
}

func (s identities) BySubject(
	ctx context.Context, org admin.OrgID, issuer, subject string,
) (i people.Identity, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if i, ok = t.identities.get(identityKey{issuer, subject}); !ok {
			return missing("identity")
		}
		return nil
	})
	return i, err
}

func (s identities) OfUser(ctx context.Context, org admin.OrgID, id uuid.UUID) (out []people.Identity, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.identitiesOf(id)
		return nil
	})
	return out, err
}

func (s identities) Provision(ctx context.Context, org admin.OrgID, p people.Provisioning, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if err := t.checkRoles(p.Custom); err != nil {
			return err
		}
		_, ok := t.users.find(func(u people.User) bool { return u.Email.Key == p.User.Email.Key || u.ID == p.User.ID })
		if ok {
			return taken("user")
		}
		if p.Identity != nil {
			if err := t.link(j, *p.Identity); err != nil {
				return err
			}
		}
		t.users.put(j, p.User.ID, p.User)
		t.credentials.put(j, p.User.ID, p.Credential)
		t.revokeInvitationTo(j, p.User.Email.Key, p.User.CreatedAt)
		return t.setExternalID(j, p.User.ID, p.ExternalID)
	})
}

// revokeInvitationTo revokes the invitation that is pending to an e-mail key at an instant.
func (t *tenant) revokeInvitationTo(j *journal, key string, at time.Time) {
	for _, id := range t.invitations.order {
		i := t.invitations.rows[id]
		if i.Email.Key == key && i.StatusAt(at) == people.InvitationPending {
			i.Status, i.SettledAt = people.InvitationRevoked, at
			i.Version++
			t.invitations.put(j, id, i)
		}
	}
}

func (t *tenant) setExternalID(j *journal, user uuid.UUID, externalID string) error {
	_, has := t.externalID(user)
	if _, ok := t.externalIDs.get(externalID); ok || has {
		return taken("external id")
	}
	t.externalIDs.put(j, externalID, provisioned{user, externalID})
	return nil
}

// provisioned is a user with the external id.
type provisioned struct {
	user       uuid.UUID
	externalID string
}

func (t *tenant) externalID(user uuid.UUID) (string, bool) {
	p, ok := t.externalIDs.find(func(p provisioned) bool { return p.user == user })
	return p.externalID, ok
}

func (s identities) SetExternalID(
	ctx context.Context, org admin.OrgID, id uuid.UUID, externalID string, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if err := t.checkStanding(id); err != nil {
			return err
		}
		return t.setExternalID(j, id, externalID)
	})
}

func (s identities) ByExternalID(ctx context.Context, org admin.OrgID, externalID string) (id uuid.UUID, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		p, ok := t.externalIDs.get(externalID)
		if !ok {
			return missing("user")
		}
		id = p.user
		return nil
	})
	return id, err
}

func (s identities) ExternalIDs(
	ctx context.Context, org admin.OrgID, ids []uuid.UUID,
) (out map[uuid.UUID]string, err error) {
	out = map[uuid.UUID]string{}
	err = s.read(ctx, org, func(t *tenant) error {
		for _, id := range ids {
			if external, ok := t.externalID(id); ok {
				out[id] = external
			}
		}
		return nil
	})
	return out, err
}

func (s identities) Update(ctx context.Context, org admin.OrgID, want people.User, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		u, err := t.user(want.ID)
		if err != nil {
			return err
		}
		if u.Version != want.Version {
			return conflict("user")
		}
		if u.Email != want.Email {
			c, _ := t.credentials.get(u.ID)
			external, _ := t.externalID(u.ID)
			if err := people.CheckProvisionedEmail(external, c); err != nil {
				return err
			}
			c.Epoch++
			t.credentials.put(j, u.ID, c)
			t.revokeInvitationTo(j, want.Email.Key, want.UpdatedAt)
		}
		if t.hasOtherUser(u.ID, func(o people.User) bool { return o.Email.Key == want.Email.Key }) {
			return taken("user")
		}
		u.Name, u.Email, u.UpdatedAt = want.Name, want.Email, want.UpdatedAt
		u.Version++
		t.users.put(j, u.ID, u)
		return nil
	})
}
