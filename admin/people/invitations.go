package people

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Invite asks the owner of an e-mail address to become a user with a role. The secret is given away
// here and never again: send it, in a link say, to the invitation's address, after this returned.
//
// It requires UsersWrite and everything that the role may do, and a user or the host's own code: an
// API token cannot answer for the role when the invitation is accepted. Errors: ErrInvalid;
// ErrExists where the address is a user's, active or not, or has a pending invitation, which can be
// sent again; ErrTooManyInvitations.
func (s *Service) Invite(ctx context.Context, scope admin.Scope, email string, role Role) (Invitation, admin.Secret, error) {
	if err := inviter(scope); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	var p admin.Problems
	e := checkEmail(&p, "/email", email)
	set := s.role(&p, role)
	if err := p.Err(); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	if err := scope.RequireAll(set); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	i := s.sent(scope, Invitation{ID: s.o.NewID(), Email: e, Role: role, Status: InvitationPending, Version: 1})
	i.CreatedAt = i.SentAt
	secret, err := s.invitationSecret(ctx, scope.Org(), e)
	if err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	rec := s.invitationRecord(scope, ActionInvite, i, admin.Change{Field: "email", To: e.Address}, admin.Change{Field: "role", To: string(role)})
	err = s.invitations.Create(ctx, scope.Org(), i, secret.Digest(), s.o.Invitations.Pending, rec)
	if err != nil {
		return Invitation{}, admin.Secret{}, invited(e, err)
	}
	return i, secret, nil
}

// Resend makes a new secret for a pending or expired invitation, and gives it a new lifetime; the
// old secret is good for nothing. From now on the acting user answers for the role instead of
// whoever invited. version is the invitation's, and ErrConflict says that it moved on. It requires
// what Invite does. Errors: ErrNotFound; ErrState where the invitation was accepted or revoked;
// ErrRateLimited shortly after it was sent; and those of Invite.
func (s *Service) Resend(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (Invitation, admin.Secret, error) {
	if err := inviter(scope); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	i, err := s.unsettled(ctx, scope, id)
	if err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	set, err := s.o.Roles.Permissions(i.Role)
	if err != nil {
		return Invitation{}, admin.Secret{}, fmt.Errorf("the invitation's role is gone, revoke it: %w", err)
	}
	if err := scope.RequireAll(set); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	if at := i.SentAt.Add(s.o.Invitations.Cooldown); s.o.Instant().Before(at) {
		return Invitation{}, admin.Secret{}, fmt.Errorf("invitation %s was sent just now: send it again from %s on: %w", id, at.Format("15:04:05Z"), admin.ErrRateLimited)
	}
	i = s.sent(scope, i)
	i.Version = version
	secret, err := s.invitationSecret(ctx, scope.Org(), i.Email)
	if err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	err = s.invitations.Resend(ctx, scope.Org(), i, secret.Digest(), s.o.Invitations.Pending, s.invitationRecord(scope, ActionResend, i))
	if err != nil {
		return Invitation{}, admin.Secret{}, invited(i.Email, err)
	}
	i.Version++
	return i, secret, nil
}

// Revoke makes a pending or expired invitation good for nothing. version is the invitation's, and
// ErrConflict says that it moved on. It requires UsersWrite. Errors: ErrNotFound, and ErrState where
// the invitation was accepted or revoked.
func (s *Service) Revoke(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (Invitation, error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return Invitation{}, err
	}
	i, err := s.unsettled(ctx, scope, id)
	if err != nil {
		return Invitation{}, err
	}
	i.Status, i.SettledAt, i.Version = InvitationRevoked, s.o.Instant(), version
	if err := s.invitations.Revoke(ctx, scope.Org(), i, s.invitationRecord(scope, ActionRevoke, i)); err != nil {
		return Invitation{}, err
	}
	i.Version++
	return i, nil
}

// Invitation returns one invitation with its status as of now, or ErrNotFound. It requires
// UsersRead.
func (s *Service) Invitation(ctx context.Context, scope admin.Scope, id uuid.UUID) (Invitation, error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return Invitation{}, err
	}
	i, err := s.invitations.Get(ctx, scope.Org(), id)
	i.Status = i.StatusAt(s.o.Instant())
	return i, err
}

// Invitations pages through the invitations, newest first, with their status as of now. Filter by
// InvitationPending for those who were invited and have not accepted. It requires UsersRead.
func (s *Service) Invitations(ctx context.Context, scope admin.Scope, f InvitationFilter, q admin.Query) (admin.Page[Invitation], error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return admin.Page[Invitation]{}, err
	}
	now := s.o.Instant()
	page, err := admin.Paginate(scope.Org(), fmt.Sprintf("invitations %q", f.Status), q,
		func(seek admin.Seek[uuid.UUID]) ([]Invitation, error) {
			return s.invitations.List(ctx, scope.Org(), f, now, seek)
		},
		func(i Invitation) uuid.UUID { return i.ID })
	for k := range page.Items {
		page.Items[k].Status = page.Items[k].StatusAt(now)
	}
	return page, err
}

// AllInvitations is every invitation that matches, newest first. It requires UsersRead.
func (s *Service) AllInvitations(ctx context.Context, scope admin.Scope, f InvitationFilter) iter.Seq2[Invitation, error] {
	return admin.All(func(q admin.Query) (admin.Page[Invitation], error) { return s.Invitations(ctx, scope, f, q) })
}

// inviter refuses who may not send invitations.
func inviter(scope admin.Scope) error {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return err
	}
	if k := scope.Actor().Kind; k != admin.ActorUser && k != admin.ActorSystem {
		return fmt.Errorf("%s cannot invite, only a user can: %w", scope.Actor(), admin.ErrForbidden)
	}
	return nil
}

// sent is an invitation whose secret is made now.
func (s *Service) sent(scope admin.Scope, i Invitation) Invitation {
	i.InvitedBy, i.SentAt = scope.Actor(), s.o.Instant()
	i.ExpiresAt = admin.Instant(i.SentAt.Add(s.o.Invitations.Lifetime))
	return i
}

// invitationSecret makes the secret of an invitation to an address that is not a user's.
func (s *Service) invitationSecret(ctx context.Context, org admin.OrgID, e Email) (admin.Secret, error) {
	if known, err := s.known(ctx, org, e); err != nil {
		return admin.Secret{}, err
	} else if known {
		return admin.Secret{}, fmt.Errorf("%s is a user's e-mail address: change or reactivate that user: %w", e, admin.ErrExists)
	}
	return admin.GenerateSecret(s.o.Rand)
}

// unsettled returns an invitation that was neither accepted nor revoked.
func (s *Service) unsettled(ctx context.Context, scope admin.Scope, id uuid.UUID) (Invitation, error) {
	i, err := s.invitations.Get(ctx, scope.Org(), id)
	if err == nil && i.Status != InvitationPending {
		err = fmt.Errorf("invitation %s is %s: %w", id, i.Status, admin.ErrState)
	}
	return i, err
}

func invited(e Email, err error) error {
	if errors.Is(err, admin.ErrExists) {
		return fmt.Errorf("%s has a pending invitation: send that one again: %w", e, admin.ErrExists)
	}
	return err
}

func (s *Service) invitationRecord(scope admin.Scope, action admin.Action, i Invitation, changes ...admin.Change) admin.Record {
	return s.o.Record(scope, action, admin.Subject{Kind: subjectInvitation, ID: i.ID.String()}, changes...)
}
