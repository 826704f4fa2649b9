package people

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Profile is what users see of themselves.
type Profile struct {
	UserID      uuid.UUID `json:"userId"`
	Name        string    `json:"name"`
	Email       Email     `json:"email"`
	Role        Role      `json:"role"`
	Company     string    `json:"company"`     // the organization's name
	HasPassword bool      `json:"hasPassword"` // false if they use single sign-on
	// PendingEmail is the change of the e-mail address that waits for its confirmation, if there is one.
	PendingEmail *EmailChange `json:"pendingEmail,omitempty"`
	// Version is the user's and CompanyVersion the organization's, for [Service.UpdateProfile].
	Version        int64 `json:"version"`
	CompanyVersion int64 `json:"companyVersion"`
}

// ProfileChange is the input of [Service.UpdateProfile]. Fields that are nil stay as they are.
type ProfileChange struct {
	Name    *string `json:"name,omitempty"`    // 1 to 255 characters
	Company *string `json:"company,omitempty"` // the organization's name, 1 to 255 characters
	// Version is the Profile's, for Name; CompanyVersion is the Profile's, for Company.
	Version        int64 `json:"version,omitempty"`
	CompanyVersion int64 `json:"companyVersion,omitempty"`
}

// ErrEmailTaken is returned when a user of the organization has the e-mail address, active or not.
var ErrEmailTaken = admin.NewError("email_taken", admin.ErrExists, "a user has this e-mail address")

// Profile returns the profile of the user in scope. It requires [PermissionProfileRead], and fails with
// [admin.ErrForbidden] if the actor is not a user: tokens and the host's own code have no profile.
func (s *Service) Profile(ctx context.Context, scope admin.Scope) (Profile, error) {
	m, err := s.currentUser(ctx, scope, PermissionProfileRead)
	if err != nil {
		return Profile{}, err
	}
	o, err := s.ports.Organizations.Get(ctx, scope.Org())
	if err != nil {
		return Profile{}, err
	}
	return s.profile(ctx, m.User, m.Credential, o)
}

func (s *Service) profile(ctx context.Context, u User, c Credential, o Organization) (Profile, error) {
	pending, err := s.pendingEmail(ctx, o.ID, u, c)
	if err != nil {
		return Profile{}, err
	}
	return Profile{
		UserID: u.ID, Name: u.Name, Email: u.Email, Role: u.Role, Company: o.Name,
		HasPassword: !c.Hash.IsZero(), PendingEmail: pending, Version: u.Version, CompanyVersion: o.Version,
	}, nil
}

// currentUser requires ps and returns the user in scope.
func (s *Service) currentUser(
	ctx context.Context, scope admin.Scope, ps ...admin.Permission,
) (Member, error) {
	if err := scope.Require(ps...); err != nil {
		return Member{}, err
	}
	// Support sees what the user does, and changes nothing of it.
	if !slices.Equal(ps, []admin.Permission{PermissionProfileRead}) {
		if err := scope.RefuseSupport(); err != nil {
			return Member{}, err
		}
	}
	id, err := uuid.Parse(actingUser(scope.Actor()))
	if err != nil {
		return Member{}, fmt.Errorf("%s has no profile, only users do: %w", scope.Actor(), admin.ErrForbidden)
	}
	m, err := s.ports.Users.Member(ctx, scope.Org(), id)
	if errors.Is(err, admin.ErrNotFound) || err == nil && m.User.Status != UserActive {
		return Member{}, ErrSession
	}
	return m, err
}

// UpdateProfile saves the given fields of a profile together, or none of them, under one audit record.
// A field that already has the given value is not a change. The e-mail address is changed by
// [Service.RequestEmailChange].
//
// It requires a user with [PermissionProfileWrite] for Name, and with [PermissionOrganizationWrite] for
// Company. It fails with [admin.ErrInvalid] and every problem, and with [admin.ErrConflict] for the version of
// the user or the organization.
func (s *Service) UpdateProfile(ctx context.Context, scope admin.Scope, in ProfileChange) (Profile, error) {
	m, err := s.currentUser(ctx, scope, in.permissions()...)
	if err != nil {
		return Profile{}, err
	}
	u, c := m.User, m.Credential
	o, err := s.ports.Organizations.Get(ctx, scope.Org())
	if err != nil {
		return Profile{}, err
	}
	user, organization, changes, err := in.apply(u, o)
	if err != nil {
		return Profile{}, err
	}
	if len(changes) == 0 {
		return s.profile(ctx, u, c, o)
	}
	var update ProfileUpdate
	if user != u {
		user.Version, user.UpdatedAt = in.Version, s.o.Instant()
		update.User = &user
	}
	if organization != o {
		organization.Version = in.CompanyVersion
		update.Organization = &organization
	}
	rec := s.userRecord(scope, ActionUpdateProfile, u.ID, changes...)
	if err := s.ports.Users.UpdateProfile(ctx, scope.Org(), update, rec); err != nil {
		return Profile{}, err
	}
	if update.User != nil {
		user.Version++
	}
	if update.Organization != nil {
		organization.Version++
	}
	return s.profile(ctx, user, c, organization)
}

// permissions returns what the given fields require.
func (c ProfileChange) permissions() []admin.Permission {
	var ps []admin.Permission
	if c.Name != nil || c.Company == nil {
		ps = append(ps, PermissionProfileWrite)
	}
	if c.Company != nil {
		ps = append(ps, PermissionOrganizationWrite)
	}
	return ps
}

// apply checks the given fields and returns u and o with those that differ.
func (c ProfileChange) apply(u User, o Organization) (User, Organization, []admin.Change, error) {
	var p admin.Problems
	var changes []admin.Change
	if c.Name != nil && *c.Name != u.Name {
		p.Text("/name", *c.Name, 1, maxName)
		changes = append(changes, admin.Change{Field: "name", From: u.Name, To: *c.Name, Personal: true})
		u.Name = *c.Name
	}
	if c.Company != nil && *c.Company != o.Name {
		p.Text("/company", *c.Company, 1, maxName)
		changes = append(changes, admin.Change{Field: "company", From: o.Name, To: *c.Company})
		o.Name = *c.Company
	}
	return u, o, changes, p.Err()
}
