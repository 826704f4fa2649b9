package people

import (
	"context"
	"errors"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/retry"
)

// AcceptInput is the input of [Service.Accept], which the invitee provides.
type AcceptInput struct {
	Name string `json:"name"` // 1 to 255 characters
	// Password is the password to sign in with; it may be zero only if PasswordRules.Optional or Identity is set.
	Password admin.Secret `json:"-"`
	// Identity, if set, is what the user signs in by. The host has verified it, and the secret of the invitation
	// proves that its owner was invited.
	Identity *IdentityInput `json:"-"`
}

// Accept creates the invited user, with the e-mail address and the role of the invitation. An invitation
// can be accepted once. Accept takes no Scope: the secret is the authority. It does not sign the user in
// (call [Service.SignIn]), and never changes an existing user.
//
// A secret that is wrong, expired, revoked or used, and an inviter who can no longer give the role,
// all give the same [ErrInvitation]. Only with the secret of a pending invitation it fails with [admin.ErrSuspended]
// while the organization is suspended, and only with a valid secret with [admin.ErrInvalid], for the
// name, the identity or a password that breaks [PasswordRules], with [ErrIdentityTaken], and with
// [admin.ErrBusy] from hashing.
func (s *Service) Accept(ctx context.Context, org admin.OrgID, secret admin.Secret, in AcceptInput) (User, error) {
	if err := org.Check(); err != nil {
		return User{}, err
	}
	u, err := s.acceptOnce(ctx, org, secret, in)
	if errors.Is(err, ErrInvitation) {
		s.emit(ctx, admin.Event{Kind: admin.EventInvitationRefused, Org: org})
	}
	return u, err
}

func (s *Service) acceptOnce(
	ctx context.Context, org admin.OrgID, secret admin.Secret, in AcceptInput,
) (User, error) {
	a, err := s.validInvitation(ctx, org, secret)
	if err != nil {
		return User{}, err
	}
	hash, err := s.hashAccepted(ctx, org, a.Invitation, in)
	if err != nil {
		return User{}, err
	}
	// Hashing takes time, in which others may change the invitation or the inviter: retry on conflict.
	var u User
	err = retry.Do(func() error {
		u, err = s.accept(ctx, org, secret, in, hash)
		return err
	})
	return u, err
}

// validInvitation returns the invitation of a secret if it is pending and its inviter may give the
// role, with what that was decided by and without a user.
func (s *Service) validInvitation(
	ctx context.Context, org admin.OrgID, secret admin.Secret,
) (Acceptance, error) {
	i, err := s.ports.Invitations.ByDigest(ctx, org, secret.Digest())
	if errors.Is(err, admin.ErrNotFound) || err == nil && i.StatusAt(s.o.Instant()) != InvitationPending {
		return Acceptance{}, ErrInvitation
	} else if err != nil {
		return Acceptance{}, err
	}
	o, err := s.ports.Organizations.Get(ctx, org)
	if err != nil {
		return Acceptance{}, err
	}
	if o.Status == OrganizationSuspended {
		return Acceptance{}, admin.ErrSuspended
	}
	role, err := s.grantOf(ctx, org, i.Role)
	if errors.Is(err, admin.ErrInvalid) {
		return Acceptance{}, ErrInvitation // the host has removed the role
	} else if err != nil {
		return Acceptance{}, err
	}
	if i.InvitedBy.Kind == admin.ActorSystem {
		return Acceptance{Invitation: i, Custom: role.versions()}, nil
	}
	m, scope, err := s.scopeOfActor(ctx, org, i.InvitedBy)
	if err == nil {
		err = scope.Require(role.set.With(PermissionUsersWrite).List()...)
	}
	if errors.Is(err, admin.ErrForbidden) && !errors.Is(err, admin.ErrSuspended) {
		return Acceptance{}, ErrInvitation
	} else if err != nil {
		return Acceptance{}, err
	}
	inviter, err := s.granted(m.User.Role, m.Custom)
	return Acceptance{Invitation: i, InviterEpoch: m.Credential.Epoch, Custom: role.versions(inviter)}, err
}

// hashAccepted checks the input and hashes the password in it.
func (s *Service) hashAccepted(
	ctx context.Context, org admin.OrgID, i Invitation, in AcceptInput,
) (PasswordHash, error) {
	o, err := s.ports.Organizations.Get(ctx, org)
	if err != nil {
		return PasswordHash{}, err
	}
	var p admin.Problems
	p.Text("/name", in.Name, 1, maxName)
	if in.Identity != nil {
		in.Identity.check(&p, "/identity")
	}
	if !in.Password.IsZero() || !s.o.Passwords.Optional && in.Identity == nil {
		s.o.Passwords.check(&p, "/password", in.Password, s.common, o.Name, in.Name, i.Email.Address)
	}
	if err := p.Err(); err != nil {
		return PasswordHash{}, err
	}
	if err := s.checkFree(ctx, org, in.Identity); err != nil {
		return PasswordHash{}, err
	}
	return s.hashNew(ctx, "/password", in.Password)
}

func (s *Service) accept(
	ctx context.Context, org admin.OrgID, secret admin.Secret, in AcceptInput, hash PasswordHash,
) (User, error) {
	a, err := s.validInvitation(ctx, org, secret)
	if err != nil {
		return User{}, err
	}
	i := a.Invitation
	u, c := s.newUser(in.Name, i.Email, i.Role, hash)
	a.User, a.Credential = u, c
	scope := s.userScope(org, u.ID, admin.PermissionSet{})
	rec := s.invitationRecord(scope, ActionAccept, i,
		admin.Change{Field: "user", To: u.ID.String()}, admin.Change{Field: "role", To: string(u.Role)})
	if in.Identity != nil {
		identity := in.Identity.of(a.User.ID, a.User.CreatedAt)
		a.Identity = &identity
	}
	err = s.ports.Invitations.Accept(ctx, org, a, rec)
	if errors.Is(err, admin.ErrExists) {
		// Another user has taken the address. The holder of an old invitation must not learn that.
		return User{}, ErrInvitation
	}
	if err != nil {
		return User{}, err
	}
	return u, nil
}
