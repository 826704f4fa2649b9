package people

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// TicketKind is what a ticket is for.
type TicketKind string

// The kinds of tickets.
const (
	TicketEmailChange   TicketKind = "EMAIL_CHANGE"
	TicketPasswordReset TicketKind = "PASSWORD_RESET"
)

// Ticket lets the holder of a secret do one thing to one user, once. It is invalid from ExpiresAt on, and
// as soon as the Epoch of the user's credential is another. A storage keeps the digests of its secrets; a
// ticket that was used or cancelled is deleted, and the audit trail has a record of it.
type Ticket struct {
	ID   uuid.UUID
	Kind TicketKind
	// UserID is the user; the zero UUID makes a ticket that cannot be used. It is stored when a password is
	// forgotten for an address that no user has, so that it costs the same time.
	UserID uuid.UUID
	Epoch  int64 // of the user's credential when the ticket was issued
	// Digest is that of the secret. OldDigest is that of the secret for the old address of an e-mail change;
	// it is the zero digest for other kinds.
	Digest, OldDigest admin.SecretDigest
	// OldEmail and NewEmail are the addresses of an e-mail change, zero for other kinds.
	OldEmail, NewEmail Email
	// OldConfirms reports whether the old address must confirm an e-mail change as well.
	OldConfirms bool
	// OldConfirmedAt and NewConfirmedAt are when the addresses confirmed; zero before.
	OldConfirmedAt, NewConfirmedAt time.Time
	CreatedAt, ExpiresAt           time.Time
	Version                        int64 // 1 when issued, +1 with every change
}

// Confirmed reports whether every address that must confirm an e-mail change has done so.
func (t Ticket) Confirmed() bool {
	return !t.NewConfirmedAt.IsZero() && (!t.OldConfirms || !t.OldConfirmedAt.IsZero())
}

// At returns the ticket if version is its Version, else [admin.ErrConflict].
func (t Ticket) At(version int64) (Ticket, error) {
	if t.Version != version {
		return Ticket{}, admin.Conflict("ticket")
	}
	return t, nil
}

// ConfirmedAs returns the ticket as [TicketStore].Confirm must leave it: with OldConfirmedAt and
// NewConfirmedAt of want and the next Version. It fails with [admin.ErrConflict] unless want.Version is the
// ticket's.
func (t Ticket) ConfirmedAs(want Ticket) (Ticket, error) {
	next, err := t.At(want.Version)
	if err != nil {
		return Ticket{}, err
	}
	next.OldConfirmedAt, next.NewConfirmedAt = want.OldConfirmedAt, want.NewConfirmedAt
	next.Version++
	return next, nil
}

// AddressUse is by what an e-mail address is in use in an organization. An address is in one use at a time,
// so that the owner of an invitation or a confirmation always gets what it promises. Only a directory takes an
// address from them ([IdentityStore].Provision and Update).
type AddressUse struct {
	User       bool // a user has it, active or not
	Invitation bool // a pending invitation was sent to it
	Change     bool // a user is changing theirs to it
}

// Check returns nil for an address that is free, else [ErrEmailTaken], [ErrAlreadyInvited] or
// [ErrEmailPending], in this order.
func (u AddressUse) Check() error {
	switch {
	case u.User:
		return ErrEmailTaken
	case u.Invitation:
		return ErrAlreadyInvited
	case u.Change:
		return ErrEmailPending
	}
	return nil
}

// TicketStore keeps an organization's tickets. Each method that writes locks the organization as
// UserStore.UpdateAccess does.
type TicketStore interface {
	// Issue adds t, and deletes before what is of no use any longer: the organization's tickets that have
	// expired at t.CreatedAt; with a change of e-mail the user's other one, and one to this address whose
	// Epoch is no longer its user's; with a password reset the oldest by id of the user's, until keep are
	// left together with t. A ticket without a user has no others.
	//
	// It fails with [admin.ErrNotFound] if there is no such organization or user, with [admin.ErrConflict] if
	// the user's Epoch is not t.Epoch, with the error of [AddressUse.Check] for t.NewEmail.Key at
	// t.CreatedAt, not counting the user, and with [admin.ErrExists] if t.ID or a digest is taken.
	Issue(ctx context.Context, org admin.OrgID, t Ticket, keep int, rec admin.Record) error

	// ByDigest returns the ticket whose Digest or OldDigest this is, valid or not, or [admin.ErrNotFound].
	ByDigest(ctx context.Context, org admin.OrgID, digest admin.SecretDigest) (Ticket, error)

	// EmailChange returns the user's ticket of that kind, valid or not, or [admin.ErrNotFound].
	EmailChange(ctx context.Context, org admin.OrgID, userID uuid.UUID) (Ticket, error)

	// Confirm replaces the ticket with what [Ticket.ConfirmedAs] makes of it and t. It fails with the error
	// of that, and with [admin.ErrNotFound].
	Confirm(ctx context.Context, org admin.OrgID, t Ticket, rec admin.Record) error

	// ChangeEmail gives the ticket's user its NewEmail, with UpdatedAt at and the next Version, raises the
	// Epoch of the credential by one and deletes all tickets of the user. It fails with [admin.ErrNotFound];
	// with [admin.ErrConflict] if t.Version is not the ticket's, the user's Epoch is not the ticket's or
	// their e-mail key is not that of OldEmail; and with the error of [AddressUse.Check] at that instant, not
	// counting this ticket and its user.
	ChangeEmail(ctx context.Context, org admin.OrgID, t Ticket, at time.Time, rec admin.Record) error

	// ResetPassword gives the ticket's user the Hash and ChangedAt of c, raises the Epoch of the credential
	// by one and deletes all tickets of the user. It fails with [admin.ErrNotFound], and with
	// [admin.ErrConflict] if t.Version is not the ticket's or the user's Epoch is not the ticket's.
	ResetPassword(ctx context.Context, org admin.OrgID, t Ticket, c Credential, rec admin.Record) error

	// Cancel deletes the ticket. It fails with [admin.ErrNotFound], and with [admin.ErrConflict] if t.Version
	// is not the ticket's.
	Cancel(ctx context.Context, org admin.OrgID, t Ticket, rec admin.Record) error
}

var (
	// ErrTicket is returned for every secret of a ticket that is not valid: it is wrong, expired, used or
	// cancelled, or the user's access changed since. The error does not show which.
	ErrTicket = admin.NewError("ticket_not_valid", admin.ErrUnauthenticated,
		"this link is not valid or no longer valid: ask for a new one")
	// ErrEmailPending is returned when a user of the organization is changing their e-mail address to this
	// one. That ends when they confirm or cancel it, or when it expires.
	ErrEmailPending = admin.NewError("email_pending", admin.ErrExists,
		"a user is changing their e-mail address to this one")
)

// ticketOf returns the valid ticket of a secret, with its user and their credential, or [ErrTicket]; of a valid one
// [admin.ErrSuspended] if the organization is suspended.
func (s *Service) ticketOf(
	ctx context.Context, org admin.OrgID, kind TicketKind, secret admin.Secret,
) (Ticket, User, Credential, error) {
	if err := org.Check(); err != nil {
		return Ticket{}, User{}, Credential{}, err
	}
	t, err := s.ports.Tickets.ByDigest(ctx, org, secret.Digest())
	if err != nil || t.Kind != kind || t.UserID == uuid.Nil {
		return Ticket{}, User{}, Credential{}, notTicket(err)
	}
	m, err := s.ports.Users.Member(ctx, org, t.UserID)
	u, c := m.User, m.Credential
	if err != nil || !s.valid(t, u, c) {
		return Ticket{}, User{}, Credential{}, notTicket(err)
	}
	if m.Suspended {
		return Ticket{}, User{}, Credential{}, admin.ErrSuspended
	}
	return t, u, c, nil
}

// valid reports whether the ticket of a user can be used now.
func (s *Service) valid(t Ticket, u User, c Credential) bool {
	return s.o.Instant().Before(t.ExpiresAt) && u.Status == UserActive && c.Epoch == t.Epoch
}

// notTicket returns [ErrTicket] if err is nil or that of a ticket or a user that does not exist.
func notTicket(err error) error {
	if err == nil || errors.Is(err, admin.ErrNotFound) {
		return ErrTicket
	}
	return err
}

// orGone returns [ErrTicket] in place of the error of a ticket that was used, cancelled or outdated
// since it was read.
func orGone(err error) error {
	if errors.Is(err, admin.ErrNotFound) || errors.Is(err, admin.ErrConflict) {
		return ErrTicket
	}
	return err
}
