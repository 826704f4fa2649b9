package people

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Profile is what a user sees of themselves.
type Profile struct {
	UserID      uuid.UUID
	Name        string
	Email       Email
	Role        Role
	Company     string // the organization's name
	HasPassword bool   // false where they sign in elsewhere (single sign-on)
	// Version goes into ChangeName and ChangeEmail, CompanyVersion into RenameOrganization.
	Version        int64
	CompanyVersion int64
}

// Profile returns the acting user's profile. It requires ProfileRead, and fails with ErrForbidden
// where it is not a user who acts: tokens and the host's own code have no profile.
func (s *Service) Profile(ctx context.Context, scope admin.Scope) (Profile, error) {
	u, c, err := s.acting(ctx, scope, PermissionProfileRead)
	if err != nil {
		return Profile{}, err
	}
	o, err := s.organizations.Get(ctx, scope.Org())
	if err != nil {
		return Profile{}, err
	}
	return Profile{
		UserID: u.ID, Name: u.Name, Email: u.Email, Role: u.Role, Company: o.Name,
		HasPassword: !c.Hash.IsZero(), Version: u.Version, CompanyVersion: o.Version,
	}, nil
}

// acting requires p and returns the user who acts.
func (s *Service) acting(ctx context.Context, scope admin.Scope, p admin.Permission) (User, Credential, error) {
	if err := scope.Require(p); err != nil {
		return User{}, Credential{}, err
	}
	id, err := uuid.Parse(scope.Actor().ID)
	if scope.Actor().Kind != admin.ActorUser || err != nil {
		return User{}, Credential{}, fmt.Errorf("%s has no profile, only users do: %w", scope.Actor(), admin.ErrForbidden)
	}
	u, c, err := s.users.Credential(ctx, scope.Org(), id)
	if errors.Is(err, admin.ErrNotFound) || err == nil && u.Status != UserActive {
		return User{}, Credential{}, ErrSession
	}
	return u, c, err
}

// ChangeName changes the acting user's name, 1 to 255 characters. version is the Profile's, and
// ErrConflict says that it moved on. It requires ProfileWrite, and a user.
func (s *Service) ChangeName(ctx context.Context, scope admin.Scope, version int64, name string) (User, error) {
	u, _, err := s.acting(ctx, scope, PermissionProfileWrite)
	if err != nil {
		return User{}, err
	}
	var p admin.Problems
	p.Text("/name", name, 1, maxName)
	if err := p.Err(); err != nil {
		return User{}, err
	}
	change := admin.Change{Field: "name", From: u.Name, To: name}
	u.Name = name
	return s.updateProfile(ctx, scope, u, version, ActionChangeName, change)
}

// ChangeEmail changes the acting user's e-mail address, which they sign in with from then on. A
// user who has a password must give it; attempts are limited. version is the Profile's. Whether the
// address is theirs is for the host to find out before, by writing to it. Errors: ErrInvalid,
// ErrExists where another user has the address, ErrConflict, ErrPassword, ErrRateLimited, ErrBusy.
// It requires ProfileWrite, and a user.
func (s *Service) ChangeEmail(ctx context.Context, scope admin.Scope, version int64, email string, current admin.Secret) (User, error) {
	u, c, err := s.acting(ctx, scope, PermissionProfileWrite)
	if err != nil {
		return User{}, err
	}
	var p admin.Problems
	parsed := checkEmail(&p, "/email", email)
	if err := p.Err(); err != nil {
		return User{}, err
	}
	if !c.Hash.IsZero() {
		if err := s.reauthenticate(ctx, scope.Org(), c, current); err != nil {
			return User{}, err
		}
	}
	change := admin.Change{Field: "email", From: u.Email.Address, To: parsed.Address}
	u.Email = parsed
	u, err = s.updateProfile(ctx, scope, u, version, ActionChangeEmail, change)
	if errors.Is(err, admin.ErrExists) {
		return User{}, fmt.Errorf("another user has the e-mail address %s: %w", parsed, admin.ErrExists)
	}
	return u, err
}

func (s *Service) updateProfile(ctx context.Context, scope admin.Scope, u User, version int64, action admin.Action, change admin.Change) (User, error) {
	u.Version, u.UpdatedAt = version, s.o.Instant()
	if err := s.users.UpdateProfile(ctx, scope.Org(), u, s.userRecord(scope, action, u.ID, change)); err != nil {
		return User{}, err
	}
	u.Version++
	return u, nil
}

// Organization returns the organization that the scope is in. It requires ProfileRead.
func (s *Service) Organization(ctx context.Context, scope admin.Scope) (Organization, error) {
	if err := scope.Require(PermissionProfileRead); err != nil {
		return Organization{}, err
	}
	return s.organizations.Get(ctx, scope.Org())
}

// RenameOrganization changes the company name, 1 to 255 characters. version is the organization's,
// and ErrConflict says that it moved on. It requires OrganizationWrite.
func (s *Service) RenameOrganization(ctx context.Context, scope admin.Scope, version int64, name string) (Organization, error) {
	if err := scope.Require(PermissionOrganizationWrite); err != nil {
		return Organization{}, err
	}
	var p admin.Problems
	p.Text("/name", name, 1, maxName)
	if err := p.Err(); err != nil {
		return Organization{}, err
	}
	o, err := s.organizations.Get(ctx, scope.Org())
	if err != nil {
		return Organization{}, err
	}
	rec := s.o.Record(scope, ActionRenameOrganization, admin.Subject{Kind: subjectOrganization, ID: string(o.ID)},
		admin.Change{Field: "name", From: o.Name, To: name})
	if err := s.organizations.Rename(ctx, o.ID, name, version, rec); err != nil {
		return Organization{}, err
	}
	o.Name, o.Version = name, version+1
	return o, nil
}
