package people

import (
	"context"
	"errors"

	"github.com/admincenter/admincenter/admin"
)

// AcceptInput is what somebody says who accepts an invitation.
type AcceptInput struct {
	Name string // 1 to 255 characters
	// Password is what they will sign in with; it may be zero only where PasswordRules.Optional.
	Password admin.Secret
}

// Accept makes a user of whoever has the secret of an invitation: with the invited e-mail address
// and role, once. It takes no Scope, because nobody acts yet; the secret is the authority. It signs
// nobody in (call SignIn), and never touches a user who exists.
//
// A secret that is wrong, expired, revoked or used, and an inviter who may no longer give the role,
// all give the same ErrInvitation. Only who has a good secret learns more: ErrInvalid for the name
// or a password that breaks PasswordRules, and ErrBusy from hashing.
func (s *Service) Accept(ctx context.Context, org admin.OrgID, secret admin.Secret, in AcceptInput) (User, error) {
	if err := org.Check(); err != nil {
		return User{}, err
	}
	i, _, err := s.acceptable(ctx, org, secret)
	if err != nil {
		return User{}, err
	}
	hash, err := s.acceptedHash(ctx, org, i, in)
	if err != nil {
		return User{}, err
	}
	// Hashing took its time, and others may change something between reading and writing; each
	// who does makes one more turn.
	for range 5 {
		var u User
		if u, err = s.accept(ctx, org, secret, in, hash); !errors.Is(err, admin.ErrConflict) {
			return u, err
		}
	}
	return User{}, err
}

// acceptable returns the invitation of a good secret whose inviter may give the role, and the epoch
// of the inviter's credential when that was found.
func (s *Service) acceptable(ctx context.Context, org admin.OrgID, secret admin.Secret) (Invitation, int64, error) {
	i, err := s.invitations.ByDigest(ctx, org, secret.Digest())
	if errors.Is(err, admin.ErrNotFound) || err == nil && i.StatusAt(s.o.Instant()) != InvitationPending {
		return Invitation{}, 0, ErrInvitation
	} else if err != nil {
		return Invitation{}, 0, err
	}
	set, err := s.o.Roles.Permissions(i.Role)
	if err != nil {
		return Invitation{}, 0, ErrInvitation // the host took the role away
	}
	if i.InvitedBy.Kind == admin.ActorSystem {
		return i, 0, nil
	}
	c, scope, err := s.scopeOfActor(ctx, org, i.InvitedBy)
	if err == nil {
		err = scope.RequireAll(set.With(PermissionUsersWrite))
	}
	if errors.Is(err, admin.ErrForbidden) {
		return Invitation{}, 0, ErrInvitation
	}
	return i, c.Epoch, err
}

// acceptedHash checks the input and hashes the password in it.
func (s *Service) acceptedHash(ctx context.Context, org admin.OrgID, i Invitation, in AcceptInput) (PasswordHash, error) {
	o, err := s.organizations.Get(ctx, org)
	if err != nil {
		return PasswordHash{}, err
	}
	var p admin.Problems
	p.Text("/name", in.Name, 1, maxName)
	if !in.Password.IsZero() || !s.o.Passwords.Optional {
		s.o.Passwords.check(&p, "/password", in.Password, s.common, o.Name, in.Name, i.Email.Address)
	}
	if err := p.Err(); err != nil {
		return PasswordHash{}, err
	}
	return s.hashNew(ctx, "/password", in.Password)
}

func (s *Service) accept(ctx context.Context, org admin.OrgID, secret admin.Secret, in AcceptInput, hash PasswordHash) (User, error) {
	i, epoch, err := s.acceptable(ctx, org, secret)
	if err != nil {
		return User{}, err
	}
	u, c := s.newUser(in.Name, i.Email, i.Role, hash)
	scope := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: u.ID.String()}, admin.PermissionSet{})
	rec := s.invitationRecord(scope, ActionAccept, i, admin.Change{Field: "user", To: u.ID.String()}, admin.Change{Field: "role", To: string(u.Role)})
	err = s.invitations.Accept(ctx, org, Acceptance{Invitation: i, InviterEpoch: epoch, User: u, Credential: c}, rec)
	if errors.Is(err, admin.ErrExists) {
		// The address has become a user's by another way. That is for its owner to know and not
		// for whoever holds an old invitation.
		return User{}, ErrInvitation
	}
	if err != nil {
		return User{}, err
	}
	return u, nil
}
