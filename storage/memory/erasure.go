package memory

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/token"
)

func (s users) Erase(ctx context.Context, org admin.OrgID, e people.Erasure, rec admin.Record) error {
	if err := rec.CheckErasure(); err != nil {
		return err
	}
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		u, err := t.user(e.User.ID)
		if err != nil {
			return err
		}
		if err := t.checkRoles(e.Custom); err != nil {
			return err
		}
		if u, err = u.Erased(e.User); err != nil {
			return err
		}
		t.users.put(j, u.ID, u)
		c, _ := t.credentials.get(u.ID)
		t.credentials.put(j, u.ID, people.Credential{UserID: u.ID, Epoch: c.Epoch + 1})
		t.removeTickets(j, func(k people.Ticket) bool { return k.UserID == u.ID })
		t.removeSignOns(j, u.ID)
		for _, id := range e.Invitations {
			if i, ok := t.invitations.get(id); ok {
				i.Invitation = i.Erased(e.User)
				t.invitations.put(j, id, i)
			}
		}
		t.erasePersonal(j, e.Trail, rec.ID)
		x := ending{t: t, j: j, Ending: token.Ending{State: token.Deactivated, At: u.UpdatedAt}}
		if err := x.by(admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}); err != nil {
			return err
		}
		for id, row := range t.tokens.rows {
			if row.UserID == u.ID {
				row.Name, row.UpdatedAt = token.ErasedName, u.UpdatedAt
				row.Version++
				t.tokens.put(j, id, row)
			}
		}
		return nil
	})
}

// removeSignOns removes all that a user signs in by or is signed in with, but for the credential.
func (t *tenant) removeSignOns(j *journal, user uuid.UUID) {
	for _, k := range t.sessions.ascending(uuid.Nil, len(t.sessions.order), func(k session) bool {
		return k.UserID == user
	}) {
		t.sessions.remove(j, k.ID)
	}
	for _, i := range t.identitiesOf(user) {
		t.identities.remove(j, identityKey{i.Issuer, i.Subject})
	}
	if external, ok := t.externalID(user); ok {
		t.externalIDs.remove(j, external)
	}
	t.factors.clear(j, user)
}

// checkStanding fails unless there is such a user, who was not erased.
func (t *tenant) checkStanding(id uuid.UUID) error {
	u, err := t.user(id)
	if err != nil {
		return err
	}
	return u.CheckErased()
}

func (s jobs) Erase(ctx context.Context, org admin.OrgID, r job.Rows, rec admin.Record) error {
	return s.erasing(ctx, org, rec, func(t *tenant, log *journal) error {
		if _, err := t.job(r.Job); err != nil {
			return err
		}
		for _, seq := range r.Seqs {
			t.entries[r.Job].remove(log, seq)
			t.effects[r.Job].remove(log, seq)
		}
		return nil
	})
}
