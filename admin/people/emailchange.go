package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/retry"
)

// EmailChangeRules limit changes of e-mail addresses; the zero value is ready.
type EmailChangeRules struct {
	// Lifetime is how long a change can be confirmed; 0 means 24 hours.
	Lifetime time.Duration
	// NewOnly lets the new address alone confirm the change of a user who has a password. The old one is
	// notified and can cancel it. Without it both must confirm (OWASP Authentication Cheat Sheet, "Change A User's
	// Registered Email Address"), and a user who has lost the old mailbox cannot change the address.
	NewOnly bool
}

// EmailChangeInput is the input of [Service.RequestEmailChange].
type EmailChangeInput struct {
	Email string `json:"email"` // the new address
	// CurrentPassword must be given by a user who has a password.
	CurrentPassword admin.Secret `json:"-"`
}

// EmailChange is a change of a user's e-mail address.
type EmailChange struct {
	UserID    uuid.UUID `json:"userId"`
	From      Email     `json:"from"`
	To        Email     `json:"to"`
	AwaitsOld bool      `json:"awaitsOld"` // the old address has yet to confirm
	AwaitsNew bool      `json:"awaitsNew"` // the new address has yet to confirm
	Done      bool      `json:"done"`      // the user has the new address
	CreatedAt time.Time `json:"createdAt,omitzero"`
	ExpiresAt time.Time `json:"expiresAt,omitzero"` // it cannot be confirmed from this instant on
}

func emailChangeOf(t Ticket) EmailChange {
	return EmailChange{
		UserID: t.UserID, From: t.OldEmail, To: t.NewEmail, Done: t.Confirmed(),
		AwaitsOld: t.OldConfirms && t.OldConfirmedAt.IsZero(), AwaitsNew: t.NewConfirmedAt.IsZero(),
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt,
	}
}

// RequestEmailChange begins to change the e-mail address of the user in scope, who goes on signing in with
// the old one until the change is confirmed ([Service.ConfirmEmailChange]). It takes the place of one that is
// pending. The host must send the messages that are returned, one to each address: the new one must confirm,
// the old one of a user with a password as well ([EmailChangeRules]), and either can cancel.
//
// It requires a user with [PermissionProfileWrite], and the current password; a user without a password must
// have authenticated within Options.Fresh, 10 minutes if that is 0. It fails with [admin.ErrInvalid]; with
// [ErrPassword], [admin.ErrReauthenticate] and [admin.ErrRateLimited]; with [ErrEmailTaken],
// [ErrAlreadyInvited] and [ErrEmailPending] for an address that is in use; and with [admin.ErrConflict].
func (s *Service) RequestEmailChange(
	ctx context.Context, scope admin.Scope, in EmailChangeInput,
) (EmailChange, []Mail, error) {
	m, err := s.currentUser(ctx, scope, PermissionProfileWrite)
	if err != nil {
		return EmailChange{}, nil, err
	}
	u, c := m.User, m.Credential
	to, err := checkNewEmail(u, in.Email)
	if err != nil {
		return EmailChange{}, nil, err
	}
	org := scope.Org()
	if c.Hash.IsZero() {
		err = s.requireProof(scope)
	} else {
		err = s.by(scope).reauthenticate(ctx, org, c, in.CurrentPassword)
	}
	if err != nil {
		return EmailChange{}, nil, err
	}
	if err := s.limitMail(ctx, org, to, u.Email); err != nil {
		return EmailChange{}, nil, err
	}
	t := s.newTicket(TicketEmailChange, c, s.o.EmailChanges.Lifetime)
	t.OldEmail, t.NewEmail = u.Email, to
	t.OldConfirms = !c.Hash.IsZero() && !s.o.EmailChanges.NewOnly
	mails, err := s.emailChangeMails(&t)
	if err != nil {
		return EmailChange{}, nil, err
	}
	rec := s.userRecord(scope, ActionRequestEmail, u.ID,
		admin.Change{Field: "email", From: u.Email.Address, To: to.Address, Personal: true})
	if err := s.ports.Tickets.Issue(ctx, org, t, 1, rec); err != nil {
		return EmailChange{}, nil, explainUse(to, err, ErrEmailPending)
	}
	return emailChangeOf(t), mails, nil
}

// checkNewEmail reads the new address of a user.
func checkNewEmail(u User, text string) (Email, error) {
	var p admin.Problems
	e := checkEmail(&p, "/email", text)
	if p.Err() == nil && e.Address == u.Email.Address {
		p.Add("/email", CodeSame, "is the current one: give another address")
	}
	return e, p.Err()
}

// newTicket returns a ticket for the user of a credential, issued now.
func (s *Service) newTicket(kind TicketKind, c Credential, lifetime time.Duration) Ticket {
	now := s.o.Instant()
	return Ticket{
		ID: s.o.NewID(), Kind: kind, UserID: c.UserID, Epoch: c.Epoch,
		CreatedAt: now, ExpiresAt: now.Add(lifetime), Version: 1,
	}
}

// emailChangeMails makes the secrets of a change, and returns what to send.
func (s *Service) emailChangeMails(t *Ticket) ([]Mail, error) {
	toNew, err := admin.GenerateSecret(s.o.Rand)
	if err != nil {
		return nil, err
	}
	toOld, err := admin.GenerateSecret(s.o.Rand)
	if err != nil {
		return nil, err
	}
	t.Digest, t.OldDigest = toNew.Digest(), toOld.Digest()
	old := MailEmailNotice
	if t.OldConfirms {
		old = MailEmailConfirmOld
	}
	return []Mail{
		{To: t.NewEmail, Kind: MailEmailConfirm, Secret: toNew, ExpiresAt: t.ExpiresAt},
		{To: t.OldEmail, Kind: old, Secret: toOld, ExpiresAt: t.ExpiresAt},
	}, nil
}

// explainUse adds the address to the error of [AddressUse.Check]. Any other [admin.ErrExists] of a store is
// that of a unique key, which otherwise stands for.
func explainUse(e Email, err, otherwise error) error {
	switch {
	case errors.Is(err, ErrEmailTaken), errors.Is(err, ErrAlreadyInvited), errors.Is(err, ErrEmailPending):
		return fmt.Errorf("%s: %w", e, err)
	case errors.Is(err, admin.ErrExists):
		return fmt.Errorf("%s: %w", e, otherwise)
	}
	return err
}

// ConfirmEmailChange confirms a change for the address that the secret was sent to. The last address that must
// confirm makes the change: the user signs in with the new address from then on, their sessions end, and every
// other secret that was sent to them is invalid. The host should notify both addresses then. To confirm again
// while the other address has not is not an error.
//
// It takes no Scope: the secret is the authority. A secret that is not valid, or only cancels, gives
// [ErrTicket]. It fails with [ErrEmailTaken] and [ErrAlreadyInvited] if the address has come into use since.
func (s *Service) ConfirmEmailChange(
	ctx context.Context, org admin.OrgID, secret admin.Secret,
) (change EmailChange, err error) {
	err = retry.Do(func() error {
		change, err = s.confirmEmail(ctx, org, secret)
		return err
	})
	if err = orGone(err); err != nil {
		return EmailChange{}, err
	}
	return change, nil
}

func (s *Service) confirmEmail(ctx context.Context, org admin.OrgID, secret admin.Secret) (EmailChange, error) {
	t, _, _, err := s.ticketOf(ctx, org, TicketEmailChange, secret)
	if err != nil {
		return EmailChange{}, err
	}
	at := &t.NewConfirmedAt
	if secret.Digest() == t.OldDigest {
		if !t.OldConfirms {
			return EmailChange{}, ErrTicket
		}
		at = &t.OldConfirmedAt
	}
	if !at.IsZero() {
		return emailChangeOf(t), nil
	}
	*at = s.o.Instant()
	scope := s.ticketScope(org, t)
	if !t.Confirmed() {
		err = s.ports.Tickets.Confirm(ctx, org, t, s.userRecord(scope, ActionConfirmEmail, t.UserID))
	} else {
		rec := s.userRecord(scope, ActionChangeEmail, t.UserID,
			admin.Change{Field: "email", From: t.OldEmail.Address, To: t.NewEmail.Address, Personal: true})
		err = s.ports.Tickets.ChangeEmail(ctx, org, t, *at, rec)
	}
	if err != nil {
		return EmailChange{}, explainUse(t.NewEmail, err, ErrEmailTaken)
	}
	return emailChangeOf(t), nil
}

// ticketScope returns the scope of the holder of a secret, for the record of what they do with it.
func (s *Service) ticketScope(org admin.OrgID, t Ticket) admin.Scope {
	return s.userScope(org, t.UserID, admin.PermissionSet{})
}

// RefuseEmailChange cancels a pending change by the secret that was sent to either address, for who did not
// ask for it. The owner of the old address should change the password as well. It takes no Scope, and fails
// with [ErrTicket] for a secret that is not valid.
func (s *Service) RefuseEmailChange(ctx context.Context, org admin.OrgID, secret admin.Secret) error {
	return orGone(retry.Do(func() error {
		t, _, _, err := s.ticketOf(ctx, org, TicketEmailChange, secret)
		if err != nil {
			return err
		}
		return s.cancelEmail(ctx, s.ticketScope(org, t), t)
	}))
}

// CancelEmailChange cancels the pending change of a user's e-mail address. It requires a user with
// [PermissionProfileWrite] for their own, or [PermissionUsersWrite] and every permission of the user's role.
// It fails with [admin.ErrNotFound] if there is no such user or no change is pending, and with
// [admin.ErrConflict].
func (s *Service) CancelEmailChange(ctx context.Context, scope admin.Scope, id uuid.UUID) error {
	if owns(scope, id) {
		if _, err := s.currentUser(ctx, scope, PermissionProfileWrite); err != nil {
			return err
		}
	} else {
		if err := scope.Require(PermissionUsersWrite); err != nil {
			return err
		}
		if err := scope.RefuseSupport(); err != nil {
			return err
		}
		if _, _, err := s.userWithin(ctx, scope, id); err != nil {
			return err
		}
	}
	t, err := s.ports.Tickets.EmailChange(ctx, scope.Org(), id)
	if err != nil {
		return err
	}
	return s.cancelEmail(ctx, scope, t)
}

func (s *Service) cancelEmail(ctx context.Context, scope admin.Scope, t Ticket) error {
	rec := s.userRecord(scope, ActionCancelEmail, t.UserID,
		admin.Change{Field: "email", From: t.NewEmail.Address, Personal: true})
	return s.ports.Tickets.Cancel(ctx, scope.Org(), t, rec)
}

// pendingEmail returns the change of a user's e-mail address that can still be confirmed, or nil.
func (s *Service) pendingEmail(ctx context.Context, org admin.OrgID, u User, c Credential) (*EmailChange, error) {
	t, err := s.ports.Tickets.EmailChange(ctx, org, u.ID)
	if errors.Is(err, admin.ErrNotFound) || err == nil && !s.valid(t, u, c) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	change := emailChangeOf(t)
	return &change, nil
}
