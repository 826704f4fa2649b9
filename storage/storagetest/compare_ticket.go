package storagetest

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// newTicket returns a ticket of a stored user, if there is one, or for no user.
func (s *script) newTicket(org admin.OrgID) people.Ticket {
	u, c := s.user(org)
	k := people.Ticket{
		ID: s.uuid(), Kind: people.TicketPasswordReset, UserID: u.ID, Epoch: s.version(c.Epoch), Digest: s.digest(),
		CreatedAt: s.now, ExpiresAt: s.now.Add(time.Duration(1+s.r.IntN(20)) * time.Hour), Version: 1,
	}
	if s.chance(8) {
		k.ID = s.id()
	}
	if s.chance(2) {
		k.Kind, k.OldDigest, k.OldConfirms = people.TicketEmailChange, s.digest(), s.chance(2)
		k.OldEmail, k.NewEmail = pick(s, u.Email, u.Email, s.email()), s.email()
	} else if s.chance(4) {
		k.UserID = uuid.Nil
	}
	return k
}

// ticket returns a stored ticket, if there is one.
func (s *script) ticket(org admin.OrgID) people.Ticket {
	for range 5 { // few digests are those of tickets
		if k, err := s.ref.Tickets().ByDigest(s.t.Context(), org, s.digest()); err == nil {
			k.Version = s.version(k.Version)
			return k
		}
	}
	return s.newTicket(org)
}

func ticketDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Tickets.Issue": func(s *script) do {
			org, keep, rec := s.org(), 1+s.r.IntN(3), s.rec("user.ticket")
			k := s.newTicket(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tickets().Issue(ctx, org, k, keep, rec)
			}
		},
		"Tickets.ByDigest": func(s *script) do {
			org, d := s.org(), pick[admin.SecretDigest](s, s.digest(), s.digest(), admin.SecretDigest{})
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Tickets().ByDigest(ctx, org, d) }
		},
		"Tickets.EmailChange": func(s *script) do {
			org := s.org()
			u, _ := s.user(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Tickets().EmailChange(ctx, org, u.ID)
			}
		},
		"Tickets.Confirm": func(s *script) do {
			org, rec := s.org(), s.rec("user.confirm_email")
			k := s.ticket(org)
			k.OldConfirmedAt, k.NewConfirmedAt = s.atOrNever(), s.atOrNever()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tickets().Confirm(ctx, org, k, rec)
			}
		},
		"Tickets.ChangeEmail": func(s *script) do {
			org, now, rec := s.org(), s.now, s.rec("user.change_email")
			k := s.ticket(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tickets().ChangeEmail(ctx, org, k, now, rec)
			}
		},
		"Tickets.ResetPassword": func(s *script) do {
			org, rec := s.org(), s.rec("user.reset_password")
			k := s.ticket(org)
			c := people.Credential{UserID: k.UserID, Hash: s.hash(), Epoch: k.Epoch, ChangedAt: s.now}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tickets().ResetPassword(ctx, org, k, c, rec)
			}
		},
		"Tickets.Cancel": func(s *script) do {
			org, rec := s.org(), s.rec("user.cancel_email")
			k := s.ticket(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Tickets().Cancel(ctx, org, k, rec)
			}
		},
	}
}
