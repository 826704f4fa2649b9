package memory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type invitations struct{ access }

// invitation is one with the digest of its secret.
type invitation struct {
	people.Invitation
	digest admin.SecretDigest
}

func (s invitations) Create(ctx context.Context, org admin.OrgID, i people.Invitation, digest admin.SecretDigest, limit int, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if err := t.room(invitation{i, digest}, limit); err != nil {
			return err
		}
		if _, ok := t.invitations.get(i.ID); ok {
			return taken("invitation")
		}
		t.invitations.put(j, i.ID, invitation{i, digest})
		return nil
	})
}

// room is whether there is a place for an invitation as of i.SentAt: there are not too many, and
// neither its digest nor its address is taken.
func (t *tenant) room(i invitation, limit int) error {
	pending, clash := 0, false
	for id, o := range t.invitations.rows {
		if id == i.ID {
			continue
		}
		clash = clash || o.digest == i.digest
		if o.StatusAt(i.SentAt) == people.InvitationPending {
			clash = clash || o.Email.Key == i.Email.Key
			pending++
		}
	}
	switch {
	case pending >= limit:
		return people.ErrTooManyInvitations
	case clash:
		return taken("invitation")
	}
	return nil
}

func (s invitations) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (i people.Invitation, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		found, ok := t.invitations.get(id)
		if !ok {
			return missing("invitation")
		}
		i = found.Invitation
		return nil
	})
	return i, err
}

func (s invitations) ByDigest(ctx context.Context, org admin.OrgID, digest admin.SecretDigest) (i people.Invitation, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		found, ok := t.invitations.find(func(i invitation) bool { return i.digest == digest })
		if !ok {
			return missing("invitation")
		}
		i = found.Invitation
		return nil
	})
	return i, err
}

func (s invitations) List(ctx context.Context, org admin.OrgID, f people.InvitationFilter, now time.Time, seek admin.Seek[uuid.UUID]) (out []people.Invitation, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, i := range t.invitations.descending(seek.After, seek.Limit, func(i invitation) bool {
			return wants(f.Status, i.StatusAt(now))
		}) {
			out = append(out, i.Invitation)
		}
		return nil
	})
	return out, err
}

// pendingAt is the invitation that may still be sent, revoked or accepted.
func (t *tenant) pendingAt(id uuid.UUID, version int64) (invitation, error) {
	i, ok := t.invitations.get(id)
	switch {
	case !ok:
		return i, missing("invitation")
	case i.Version != version || i.Status != people.InvitationPending:
		return i, conflict("invitation")
	}
	i.Version++
	return i, nil
}

func (s invitations) Resend(ctx context.Context, org admin.OrgID, i people.Invitation, digest admin.SecretDigest, limit int, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		now, err := t.pendingAt(i.ID, i.Version)
		if err != nil {
			return err
		}
		now.digest, now.InvitedBy, now.SentAt, now.ExpiresAt = digest, i.InvitedBy, i.SentAt, i.ExpiresAt
		if err := t.room(now, limit); err != nil {
			return err
		}
		t.invitations.put(j, i.ID, now)
		return nil
	})
}

func (s invitations) Revoke(ctx context.Context, org admin.OrgID, i people.Invitation, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		now, err := t.pendingAt(i.ID, i.Version)
		if err != nil {
			return err
		}
		now.Status, now.SettledAt = people.InvitationRevoked, i.SettledAt
		t.invitations.put(j, i.ID, now)
		return nil
	})
}

func (s invitations) Accept(ctx context.Context, org admin.OrgID, a people.Acceptance, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		i, err := t.pendingAt(a.Invitation.ID, a.Invitation.Version)
		if err != nil {
			return err
		}
		if i.InvitedBy.Kind == admin.ActorUser {
			_, ok := t.credentials.find(func(c people.Credential) bool {
				return c.UserID.String() == i.InvitedBy.ID && c.Epoch == a.InviterEpoch
			})
			if !ok {
				return conflict("inviter")
			}
		}
		if _, ok := t.users.find(func(u people.User) bool { return u.Email.Key == a.User.Email.Key || u.ID == a.User.ID }); ok {
			return taken("user")
		}
		t.users.put(j, a.User.ID, a.User)
		t.credentials.put(j, a.User.ID, a.Credential)
		i.Status, i.SettledAt, i.UserID = people.InvitationAccepted, a.User.CreatedAt, a.User.ID
		t.invitations.put(j, i.ID, i)
		return nil
	})
}
