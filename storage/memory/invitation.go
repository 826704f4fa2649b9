package memory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type invitations struct{ access }

// invitation is an invitation with the digest of its secret.
type invitation struct {
	people.Invitation
	digest admin.SecretDigest
}

func (s invitations) Create(ctx context.Context, org admin.OrgID, x people.Sending, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		i := invitation{x.Invitation, x.Digest}
		if err := t.checkRoom(i, x); err != nil {
			return err
		}
		if _, ok := t.invitations.get(i.ID); ok {
			return taken("invitation")
		}
		t.invitations.put(j, i.ID, i)
		return nil
	})
}

// checkRoom fails unless there is room for an invitation at i.SentAt: others are fewer than the limit, the
// roles are as they were, and neither its digest nor its address is taken.
func (t *tenant) checkRoom(i invitation, x people.Sending) error {
	pending, clash := 0, false
	for id, o := range t.invitations.rows {
		if id == i.ID {
			continue
		}
		clash = clash || o.digest == i.digest
		if o.StatusAt(i.SentAt) == people.InvitationPending {
			pending++
		}
	}
	if err := people.CheckPendingInvitations(pending, x.Limit); err != nil {
		return err
	}
	if err := t.checkRoles(x.Custom); err != nil {
		return err
	}
	if err := t.checkAddress(i.Email.Key, i.SentAt, uuid.Nil, i.ID); err != nil {
		return err
	}
	if clash {
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

func (s invitations) ByDigest(
	ctx context.Context, org admin.OrgID, digest admin.SecretDigest,
) (i people.Invitation, err error) {
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

func (s invitations) List(
	ctx context.Context, org admin.OrgID, f people.InvitationFilter, now time.Time, seek admin.Seek[uuid.UUID],
) (out []people.Invitation, err error) {
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

// changeInvitation replaces an invitation and its digest with what next makes of them.
func (t *tenant) changeInvitation(j *journal, id uuid.UUID, next func(*invitation) error) error {
	i, ok := t.invitations.get(id)
	if !ok {
		return missing("invitation")
	}
	if err := next(&i); err != nil {
		return err
	}
	t.invitations.put(j, id, i)
	return nil
}

func (s invitations) Resend(ctx context.Context, org admin.OrgID, x people.Sending, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		return t.changeInvitation(j, x.Invitation.ID, func(i *invitation) (err error) {
			if i.Invitation, err = i.Resent(x.Invitation); err != nil {
				return err
			}
			i.digest = x.Digest
			return t.checkRoom(*i, x)
		})
	})
}

func (s invitations) Revoke(ctx context.Context, org admin.OrgID, want people.Invitation, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		return t.changeInvitation(j, want.ID, func(i *invitation) (err error) {
			i.Invitation, err = i.Revoked(want)
			return err
		})
	})
}

func (s invitations) Accept(ctx context.Context, org admin.OrgID, a people.Acceptance, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		return t.changeInvitation(j, a.Invitation.ID, func(i *invitation) (err error) {
			if i.Invitation, err = i.AcceptedBy(a.User, a.Invitation.Version); err != nil {
				return err
			}
			if i.InvitedBy.Kind == admin.ActorUser && !t.atEpoch(i.InvitedBy.ID, a.InviterEpoch) {
				return conflict("inviter")
			}
			if err := t.checkRoles(a.Custom); err != nil {
				return err
			}
			_, ok := t.users.find(func(u people.User) bool { return u.Email.Key == a.User.Email.Key || u.ID == a.User.ID })
			if ok {
				return taken("user")
			}
			t.users.put(j, a.User.ID, a.User)
			t.credentials.put(j, a.User.ID, a.Credential)
			if a.Identity != nil {
				return t.link(j, *a.Identity)
			}
			return nil
		})
	})
}

// atEpoch reports whether the credential of a user has this epoch.
func (t *tenant) atEpoch(user string, epoch int64) bool {
	_, ok := t.credentials.find(func(c people.Credential) bool {
		return c.UserID.String() == user && c.Epoch == epoch
	})
	return ok
}
