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

// ResetRules limit secrets for forgotten passwords; the zero value is ready.
type ResetRules struct {
	// Lifetime is how long a secret can be used; 0 means 1 hour.
	Lifetime time.Duration
	// Pending is the number of secrets of one user that are valid at a time; 0 means 5. A new one takes the
	// place of the oldest. It is not 1, or anyone could invalidate the one that the user is about to use.
	Pending int
}

// ResetRequest is the input of [Service.RequestPasswordReset].
type ResetRequest struct {
	Email string `json:"email"`
	// Source is where the request comes from, as in [SignInInput].
	Source string `json:"-"`
}

// RequestPasswordReset makes a secret for a user who has forgotten the password. It takes no Scope: anyone can ask for
// any address. The answer is the same, after the same work, for an active user with a password, for a
// deactivated user, one without a password, one of a suspended organization, and for an address that no user has;
// only To of the [Mail] reveals it, which is zero then. The host must not let it show: put the Mail on a queue in
// every case, and show the same page.
//
// Requests are limited by source and by address, known or not ([Limits]): more fail with
// [admin.ErrRateLimited]. A Source that is too long fails with [admin.ErrInvalid].
func (s *Service) RequestPasswordReset(ctx context.Context, org admin.OrgID, in ResetRequest) (Mail, error) {
	if err := org.Check(); err != nil {
		return Mail{}, err
	}
	if err := checkSource(in.Source); err != nil {
		return Mail{}, err
	}
	s = s.at(in.Source)
	event := admin.Event{Kind: admin.EventResetRequested, Org: org}
	e, err := ParseEmail(in.Email)
	if err != nil {
		event.Reason = ReasonMalformed
		s.emit(ctx, event)
		return Mail{Kind: MailPasswordReset}, nil //nolint:nilerr // no user has a malformed address
	}
	event.Address = AddressDigest(org, e)
	err = s.limitReset(ctx, org, e, in.Source)
	if errors.Is(err, admin.ErrNotFound) {
		s.emit(ctx, event)
		return Mail{Kind: MailPasswordReset}, nil
	} else if err != nil {
		event.Kind = admin.EventResetLimited
		s.emitLimited(ctx, err, event)
		return Mail{}, err
	}
	var m Mail
	err = retry.Do(func() error {
		found, err := s.ports.Users.ByEmail(ctx, org, e.Key)
		if err != nil && !errors.Is(err, admin.ErrNotFound) {
			return err
		}
		u, c := found.User, found.Credential
		if u.Status != UserActive || c.Hash.IsZero() || found.Suspended {
			u, c = User{}, Credential{}
		}
		event.UserID = eventUser(u)
		m, err = s.issueReset(ctx, admin.System(org).WithRequest(s.request), u, c, ActionRequestReset)
		return err
	})
	if err != nil {
		return Mail{}, err
	}
	s.emit(ctx, event)
	return m, nil
}

// limitReset counts a request by a source, and the message that it makes. It fails with [admin.ErrNotFound] if
// there is no such organization: a name that was made up sends no message, and must not use up those of an address
// over all organizations.
func (s *Service) limitReset(ctx context.Context, org admin.OrgID, e Email, source string) error {
	if source != "" {
		if err := s.o.Limiter.Attempt(ctx, limitKey("reset-source", source), s.o.Limits.SignInSource); err != nil {
			return err
		}
	}
	if _, err := s.ports.Organizations.Get(ctx, org); err != nil {
		return err
	}
	return s.limitMailAs(ctx, "mail-anyone", org, e)
}

// SendPasswordReset makes a secret by which a user can set a new password. An administrator helps a user with
// it without knowing either password: the host must send the Mail and must not show it to the caller.
//
// It requires [PermissionUsersWrite], every permission of the user's role, and a recent authentication if
// Options.Fresh is set. It fails with [admin.ErrNotFound]; with [admin.ErrState] for a deactivated user and
// [ErrNoPassword] for one without a password; with [admin.ErrRateLimited]; and with
// [admin.ErrConflict] if the user's access changed meanwhile.
func (s *Service) SendPasswordReset(ctx context.Context, scope admin.Scope, id uuid.UUID) (Mail, error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return Mail{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return Mail{}, err
	}
	if _, _, err := s.userWithin(ctx, scope, id); err != nil {
		return Mail{}, err
	}
	m, err := s.ports.Users.Member(ctx, scope.Org(), id)
	if err != nil {
		return Mail{}, err
	}
	u, c := m.User, m.Credential
	if u.Status != UserActive {
		return Mail{}, fmt.Errorf("user %s is deactivated, reactivate them first: %w", id, admin.ErrState)
	}
	if c.Hash.IsZero() {
		return Mail{}, ErrNoPassword
	}
	if err := s.limitMail(ctx, scope.Org(), u.Email); err != nil {
		return Mail{}, err
	}
	return s.issueReset(ctx, scope, u, c, ActionSendReset)
}

// issueReset makes a ticket for a user, or one that cannot be used for the zero User.
func (s *Service) issueReset(
	ctx context.Context, scope admin.Scope, u User, c Credential, action admin.Action,
) (Mail, error) {
	secret, err := admin.GenerateSecret(s.o.Rand)
	if err != nil {
		return Mail{}, err
	}
	t := s.newTicket(TicketPasswordReset, c, s.o.Resets.Lifetime)
	t.Digest = secret.Digest()
	rec := s.userRecord(scope, action, u.ID)
	if u.ID == uuid.Nil {
		rec.Subject.ID = ""
	}
	if err := s.ports.Tickets.Issue(ctx, scope.Org(), t, s.o.Resets.Pending, rec); err != nil {
		return Mail{}, err
	}
	return Mail{To: u.Email, Kind: MailPasswordReset, Secret: secret, ExpiresAt: t.ExpiresAt}, nil
}

// ResetPassword sets a new password by a secret of [Service.RequestPasswordReset] or
// [Service.SendPasswordReset]. All sessions of the user end, and every other secret that was sent to them is
// invalid. It does not sign the user in (call [Service.SignIn]). Have the host notify the user by mail.
//
// It takes no Scope: the secret is the authority. A secret that is not valid gives [ErrTicket]. Only with a
// valid secret it fails with [admin.ErrSuspended] while the organization is suspended, with [admin.ErrInvalid] for a
// password that breaks [PasswordRules], after too many with [admin.ErrRateLimited], and with [admin.ErrBusy] from
// hashing or the check against breaches. The secret is valid until a password is set.
func (s *Service) ResetPassword(
	ctx context.Context, org admin.OrgID, secret, replacement admin.Secret,
) (User, error) {
	u, err := s.resetPassword(ctx, org, secret, replacement)
	event := admin.Event{Kind: admin.EventResetUsed, Org: org, UserID: eventUser(u)}
	if errors.Is(err, ErrTicket) {
		event.Kind = admin.EventResetRefused
	}
	if err == nil || event.Kind == admin.EventResetRefused {
		s.emit(ctx, event)
	}
	return u, err
}

func (s *Service) resetPassword(
	ctx context.Context, org admin.OrgID, secret, replacement admin.Secret,
) (User, error) {
	t, u, c, err := s.ticketOf(ctx, org, TicketPasswordReset, secret)
	if err != nil {
		return User{}, err
	}
	if err := s.o.Limiter.Attempt(ctx, limitKey("reset", string(org), u.ID.String()), s.o.Limits.Password); err != nil {
		s.emitLimited(ctx, err, admin.Event{Kind: admin.EventResetLimited, Org: org, UserID: u.ID.String()})
		return User{}, err
	}
	same, err := s.matches(ctx, c.Hash, replacement)
	if err != nil {
		return User{}, err
	}
	if same {
		return User{}, errSamePassword()
	}
	if c, err = s.replacePassword(ctx, org, u, c, replacement); err != nil {
		return User{}, err
	}
	rec := s.userRecord(s.ticketScope(org, t), ActionResetPassword, u.ID)
	if err := s.ports.Tickets.ResetPassword(ctx, org, t, c, rec); err != nil {
		return User{}, orGone(err)
	}
	return u, nil
}
