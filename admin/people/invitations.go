package people

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Invite invites the owner of an e-mail address to become a user with a role. The secret is returned
// only here; send it to the invited address, for example in a link, after this returned.
//
// It requires [PermissionUsersWrite], every permission of the role, and a user or the host's own code:
// the role is checked against the inviter's again when the invitation is accepted, and API tokens have
// none. It fails with [admin.ErrInvalid], [ErrEmailTaken], [ErrAlreadyInvited], [ErrEmailPending] and
// [ErrTooManyInvitations]; with [admin.ErrRateLimited] beyond Limits.Mail and Limits.MailOrganization; and with
// [admin.ErrConflict] if the role is changed at the same time.
func (s *Service) Invite(
	ctx context.Context, scope admin.Scope, email string, role Role,
) (Invitation, admin.Secret, error) {
	if err := s.requireInviter(scope); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	var p admin.Problems
	e := checkEmail(&p, "/email", email)
	g, err := s.checkRole(ctx, &p, scope.Org(), role)
	if err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	if err := p.Err(); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	if err := scope.Require(g.set.List()...); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	i := Invitation{ID: s.o.NewID(), Email: e, Role: role, Status: InvitationPending, Version: 1}
	s.stamp(&i, scope)
	i.CreatedAt = i.SentAt
	secret, err := s.newInvitationSecret(ctx, scope.Org(), e)
	if err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	rec := s.invitationRecord(scope, ActionInvite, i,
		admin.Change{Field: "email", To: e.String(), Personal: true}, admin.Change{Field: "role", To: string(role)})
	sending := Sending{
		Invitation: i, Digest: secret.Digest(), Limit: s.o.Invitations.Pending, Custom: g.versions(),
	}
	if err := s.ports.Invitations.Create(ctx, scope.Org(), sending, rec); err != nil {
		return Invitation{}, admin.Secret{}, explainUse(e, err, ErrAlreadyInvited)
	}
	return i, secret, nil
}

// Resend makes a new secret and a new lifetime for a pending or expired invitation; the old secret is
// invalid afterwards. The user in scope becomes the inviter. version is the invitation's. It requires
// what [Service.Invite] does. It fails as that does, with [admin.ErrNotFound] and [admin.ErrConflict],
// with [admin.ErrState] if the invitation was accepted or revoked, and with [admin.ErrRateLimited]
// within InvitationRules.Cooldown and beyond the limits of messages.
func (s *Service) Resend(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64,
) (Invitation, admin.Secret, error) {
	if err := s.requireInviter(scope); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	i, err := s.openInvitation(ctx, scope, id)
	if err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	g, err := s.grantOf(ctx, scope.Org(), i.Role)
	if errors.Is(err, admin.ErrInvalid) {
		return Invitation{}, admin.Secret{}, fmt.Errorf("the invitation's role no longer exists, revoke it: %w", err)
	} else if err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	if err := scope.Require(g.set.List()...); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	if err := s.checkCooldown(i); err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	s.stamp(&i, scope)
	i.Version = version
	secret, err := s.newInvitationSecret(ctx, scope.Org(), i.Email)
	if err != nil {
		return Invitation{}, admin.Secret{}, err
	}
	sending := Sending{
		Invitation: i, Digest: secret.Digest(), Limit: s.o.Invitations.Pending, Custom: g.versions(),
	}
	rec := s.invitationRecord(scope, ActionResend, i)
	if err := s.ports.Invitations.Resend(ctx, scope.Org(), sending, rec); err != nil {
		return Invitation{}, admin.Secret{}, explainUse(i.Email, err, ErrAlreadyInvited)
	}
	i.Version++
	return i, secret, nil
}

// checkCooldown fails with [admin.ErrRateLimited] if an invitation was sent a moment ago.
func (s *Service) checkCooldown(i Invitation) error {
	wait := i.SentAt.Add(s.o.Invitations.Cooldown).Sub(s.o.Instant())
	if wait <= 0 {
		return nil
	}
	return admin.WithRetryAfter(fmt.Errorf("invitation %s was sent a moment ago: send it again in %v: %w",
		i.ID, wait.Round(time.Second), admin.ErrRateLimited), wait)
}

// Revoke invalidates a pending or expired invitation. version is the invitation's. It requires
// [PermissionUsersWrite] and every permission of the invitation's role. It fails with [admin.ErrNotFound] and
// [admin.ErrConflict], and with [admin.ErrState] if the invitation was accepted or revoked.
func (s *Service) Revoke(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (Invitation, error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return Invitation{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return Invitation{}, err
	}
	i, err := s.openInvitation(ctx, scope, id)
	if err != nil {
		return Invitation{}, err
	}
	if err := s.checkRevoker(ctx, scope, i); err != nil {
		return Invitation{}, err
	}
	i.Status, i.SettledAt, i.Version = InvitationRevoked, s.o.Instant(), version
	rec := s.invitationRecord(scope, ActionRevoke, i)
	if err := s.ports.Invitations.Revoke(ctx, scope.Org(), i, rec); err != nil {
		return Invitation{}, err
	}
	i.Version++
	return i, nil
}

// checkRevoker fails unless scope has every permission of the role of an invitation: no user takes away what they
// do not have. A role that the host has removed has no permission.
func (s *Service) checkRevoker(ctx context.Context, scope admin.Scope, i Invitation) error {
	g, err := s.grantOf(ctx, scope.Org(), i.Role)
	if err != nil && !errors.Is(err, admin.ErrInvalid) {
		return err
	}
	if err := scope.Require(g.set.List()...); err != nil {
		return fmt.Errorf("the invitation is to become %s: %w", i.Role, err)
	}
	return nil
}

// Invitation returns one invitation with its current status, or [admin.ErrNotFound]. It requires
// [PermissionUsersRead].
func (s *Service) Invitation(ctx context.Context, scope admin.Scope, id uuid.UUID) (Invitation, error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return Invitation{}, err
	}
	i, err := s.ports.Invitations.Get(ctx, scope.Org(), id)
	if err != nil {
		return Invitation{}, err
	}
	i.Status = i.StatusAt(s.o.Instant())
	return i, nil
}

// Invitations pages through the invitations that match f, newest first, with their current status.
// [InvitationPending] lists those that can be accepted. It fails with [admin.ErrInvalid] for an unknown
// status. It requires [PermissionUsersRead].
func (s *Service) Invitations(
	ctx context.Context, scope admin.Scope, f InvitationFilter, q admin.Query,
) (admin.Page[Invitation], error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return admin.Page[Invitation]{}, err
	}
	if err := f.check(); err != nil {
		return admin.Page[Invitation]{}, err
	}
	now := s.o.Instant()
	page, err := admin.Paginate(scope.Org(), fmt.Sprintf("invitations %q", f.Status), q,
		func(seek admin.Seek[uuid.UUID]) ([]Invitation, error) {
			return s.ports.Invitations.List(ctx, scope.Org(), f, now, seek)
		},
		func(i Invitation) uuid.UUID { return i.ID })
	for k := range page.Items {
		page.Items[k].Status = page.Items[k].StatusAt(now)
	}
	return page, err
}

// AllInvitations returns every invitation that matches f, newest first. It requires
// [PermissionUsersRead].
func (s *Service) AllInvitations(
	ctx context.Context, scope admin.Scope, f InvitationFilter,
) iter.Seq2[Invitation, error] {
	return admin.All(func(q admin.Query) (admin.Page[Invitation], error) { return s.Invitations(ctx, scope, f, q) })
}

// requireInviter fails unless scope may send invitations.
func (s *Service) requireInviter(scope admin.Scope) error {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return err
	}
	if err := scope.RefuseSupport(); err != nil {
		return err
	}
	if k := scope.Actor().Kind; k != admin.ActorUser && k != admin.ActorSystem {
		return fmt.Errorf("%s cannot invite, only a user can: %w", scope.Actor(), admin.ErrForbidden)
	}
	return s.requireFresh(scope)
}

// stamp sets who sends an invitation, when, and until when it can be accepted.
func (s *Service) stamp(i *Invitation, scope admin.Scope) {
	i.InvitedBy, i.SentAt = scope.Actor(), s.o.Instant()
	i.ExpiresAt = admin.Instant(i.SentAt.Add(s.o.Invitations.Lifetime))
}

// newInvitationSecret returns the secret of an invitation, and counts the message that it is sent by. It fails
// with [ErrEmailTaken] if a user has the address, active or not.
func (s *Service) newInvitationSecret(ctx context.Context, org admin.OrgID, e Email) (admin.Secret, error) {
	_, err := s.ports.Users.ByEmail(ctx, org, e.Key)
	switch {
	case err == nil:
		return admin.Secret{}, fmt.Errorf("change or reactivate the user %s: %w", e, ErrEmailTaken)
	case !errors.Is(err, admin.ErrNotFound):
		return admin.Secret{}, err
	}
	if err := s.limitMail(ctx, org, e); err != nil {
		return admin.Secret{}, err
	}
	return admin.GenerateSecret(s.o.Rand)
}

// openInvitation returns an invitation that was neither accepted nor revoked.
func (s *Service) openInvitation(ctx context.Context, scope admin.Scope, id uuid.UUID) (Invitation, error) {
	i, err := s.ports.Invitations.Get(ctx, scope.Org(), id)
	if err == nil && i.Status != InvitationPending {
		err = fmt.Errorf("invitation %s is already %s: %w", id, strings.ToLower(string(i.Status)), admin.ErrState)
	}
	return i, err
}

// invitationRecord returns the audit record of an action on an invitation.
func (s *Service) invitationRecord(
	scope admin.Scope, action admin.Action, i Invitation, changes ...admin.Change,
) admin.Record {
	return s.o.Record(scope, action, admin.Subject{Kind: subjectInvitation, ID: i.ID.String()}, changes...)
}
