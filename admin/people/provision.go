package people

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// ProvisionInput is the input of [Service.Provision]: a user as a directory describes it. Of SCIM's User
// resource (RFC 7643, 4.1), Email is userName, and the host derives Role from roles or groups.
type ProvisionInput struct {
	ExternalID string `json:"externalId"` // the directory's id of the user, 1 to 256 bytes
	Name       string `json:"name"`       // 1 to 255 characters
	Email      string `json:"email"`
	Role       Role   `json:"role"`
	Active     bool   `json:"active"`
	// Identity is what the user will sign in by. Without it they cannot, until [Service.UpdateProvisioned] gives
	// it.
	Identity *IdentityInput `json:"identity,omitempty"`
}

// ProvisionChange is the input of [Service.UpdateProvisioned]. Fields that are nil stay as they are.
type ProvisionChange struct {
	// Version is the user's as it was read; 0 means whichever it is.
	Version int64 `json:"version,omitempty"`
	// ExternalID lets a directory provision a user who was invited before; it can be given once.
	ExternalID *string `json:"externalId,omitempty"`
	Name       *string `json:"name,omitempty"`
	Email      *string `json:"email,omitempty"`
	Role       *Role   `json:"role,omitempty"`
	Active     *bool   `json:"active,omitempty"`
	// Identity is what the user signs in by, if they have neither a password nor an identity.
	Identity *IdentityInput `json:"identity,omitempty"`
}

// provisionTries is how often a call of a directory is tried that lost against another one.
const provisionTries = 5

// Provision creates a user without an invitation, for a directory such as a SCIM client (RFC 7644, 3.3). An
// invitation that is pending to the address is revoked, which takes the permissions of its role. If a user has the
// ExternalID, Provision changes nothing and returns them, with created false. A user who has the address but not the
// ExternalID was invited before: [Service.UpdateProvisioned] lets a directory take them over.
//
// It requires [PermissionUsersWrite] and every permission of the role, which an API token can have. It fails
// with [admin.ErrInvalid] and every problem, [ErrEmailTaken] and [ErrIdentityTaken].
func (s *Service) Provision(
	ctx context.Context, scope admin.Scope, in ProvisionInput,
) (u ProvisionedUser, created bool, err error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return ProvisionedUser{}, false, err
	}
	if err := s.requireFresh(scope); err != nil {
		return ProvisionedUser{}, false, err
	}
	for range provisionTries {
		var p Provisioning
		if p, err = s.checkProvision(ctx, scope, in); err != nil {
			return ProvisionedUser{}, false, err
		}
		u, created, err = s.provision(ctx, scope, in, p)
		if !s.lost(ctx, scope.Org(), in.ExternalID, err) {
			break
		}
	}
	return u, created, err
}

// lost reports whether the error is that of a call that lost against another one. Another user's address or
// identity is none, unless that user was provisioned meanwhile as the one who was asked for.
func (s *Service) lost(ctx context.Context, org admin.OrgID, externalID string, err error) bool {
	if errors.Is(err, ErrEmailTaken) || errors.Is(err, ErrIdentityTaken) {
		_, unknown := s.ports.Identities.ByExternalID(ctx, org, externalID)
		return unknown == nil
	}
	return errors.Is(err, admin.ErrConflict) || errors.Is(err, admin.ErrExists)
}

// checkProvision returns the e-mail address and the custom roles of what is to be provisioned.
func (s *Service) checkProvision(
	ctx context.Context, scope admin.Scope, in ProvisionInput,
) (Provisioning, error) {
	var p admin.Problems
	checkBytes(&p, "/externalId", in.ExternalID, maxExternalID)
	p.Text("/name", in.Name, 1, maxName)
	e := checkEmail(&p, "/email", in.Email)
	g, err := s.checkRole(ctx, &p, scope.Org(), in.Role)
	if err != nil {
		return Provisioning{}, err
	}
	if in.Identity != nil {
		in.Identity.check(&p, "/identity")
	}
	if err := p.Err(); err != nil {
		return Provisioning{}, err
	}
	return Provisioning{User: User{Email: e}, Custom: g.versions()}, scope.Require(g.set.List()...)
}

func (s *Service) provision(
	ctx context.Context, scope admin.Scope, in ProvisionInput, p Provisioning,
) (ProvisionedUser, bool, error) {
	org, e := scope.Org(), p.User.Email
	id, err := s.ports.Identities.ByExternalID(ctx, org, in.ExternalID)
	if err == nil {
		u, _, err := s.userWithin(ctx, scope, id)
		return ProvisionedUser{User: u, ExternalID: in.ExternalID}, false, err
	} else if !errors.Is(err, admin.ErrNotFound) {
		return ProvisionedUser{}, false, err
	}
	if err := s.checkAddress(ctx, org, e); err != nil {
		return ProvisionedUser{}, false, err
	}
	if err := s.checkInvited(ctx, scope, e); err != nil {
		return ProvisionedUser{}, false, err
	}
	if err := s.checkFree(ctx, org, in.Identity); err != nil {
		return ProvisionedUser{}, false, err
	}
	u, c := s.newUser(in.Name, e, in.Role, PasswordHash{})
	if !in.Active {
		u.Status = UserDeactivated
	}
	changes := []admin.Change{
		{Field: "externalId", To: in.ExternalID, Personal: true}, {Field: "email", To: e.Address, Personal: true},
		{Field: "role", To: string(in.Role)}, {Field: "status", To: string(u.Status)},
	}
	p.User, p.Credential, p.ExternalID = u, c, in.ExternalID
	if in.Identity != nil {
		i := in.Identity.of(u.ID, u.CreatedAt)
		p.Identity = &i
		changes = append(changes, in.Identity.changes()...)
	}
	rec := s.userRecord(scope, ActionProvision, u.ID, changes...)
	if err := s.ports.Identities.Provision(ctx, org, p, rec); err != nil {
		return ProvisionedUser{}, false, err
	}
	return ProvisionedUser{User: u, ExternalID: in.ExternalID}, true, nil
}

// checkAddress fails with [ErrEmailTaken] if a user has the address.
func (s *Service) checkAddress(ctx context.Context, org admin.OrgID, e Email) error {
	_, err := s.ports.Users.ByEmail(ctx, org, e.Key)
	switch {
	case err == nil:
		return fmt.Errorf("%s: %w", e, ErrEmailTaken)
	case errors.Is(err, admin.ErrNotFound):
		return nil
	}
	return err
}

// checkInvited fails with [admin.ErrForbidden] if an invitation is pending to the address that scope may not
// revoke. Otherwise who may do little could take an address that is to become an administrator's.
func (s *Service) checkInvited(ctx context.Context, scope admin.Scope, e Email) error {
	const page = 100
	pending, now := InvitationFilter{Status: InvitationPending}, s.o.Instant()
	for seek := (admin.Seek[uuid.UUID]{Limit: page}); ; {
		found, err := s.ports.Invitations.List(ctx, scope.Org(), pending, now, seek)
		if err != nil {
			return err
		}
		for _, i := range found {
			if i.Email.Key == e.Key {
				return s.checkRevoker(ctx, scope, i)
			}
		}
		if len(found) < page {
			return nil
		}
		seek.After = found[page-1].ID
	}
}

// UpdateProvisioned changes a user as a directory asks: all of it or nothing, with a record for each kind of
// change: [ActionAdopt], [ActionUpdateProvisioned], [ActionLinkIdentity], [ActionChangeRole], [ActionDeactivate]
// and [ActionReactivate]. Fields that already have the given value are no change.
//
// The address of a user who is provisioned and has no password is changed at once, because it is the
// directory's to decide; their sessions end, and an invitation that is pending to the address is revoked, which takes
// the permissions of its role. A user who acts cannot change their own ExternalID, Email and Identity by it, and to
// change another's must have authenticated within Options.Fresh, 10 minutes if that is 0.
//
// It requires [PermissionUsersWrite] and every permission of the user's old and new role, which an API token can
// have. It fails with [admin.ErrInvalid] and every problem; with [admin.ErrNotFound]; with [admin.ErrConflict]
// if Version is not 0 and not the user's; with [ErrExternalIDTaken], [ErrEmailTaken], [ErrEmailNotProvisioned],
// [ErrIdentityTaken] and [ErrTooManyIdentities]; and as [Service.ChangeRole] and [Service.Deactivate] do.
func (s *Service) UpdateProvisioned(
	ctx context.Context, scope admin.Scope, id uuid.UUID, in ProvisionChange,
) (u ProvisionedUser, err error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return ProvisionedUser{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return ProvisionedUser{}, err
	}
	if err := s.checkDirectory(scope, id, in); err != nil {
		return ProvisionedUser{}, err
	}
	e, err := in.check()
	if err != nil {
		return ProvisionedUser{}, err
	}
	for range provisionTries {
		err = s.atomically(ctx, func(s *Service) (err error) {
			u, err = s.updateProvisioned(ctx, scope, id, in, e)
			return err
		})
		if in.Version != 0 || !errors.Is(err, admin.ErrConflict) {
			break
		}
	}
	if err != nil {
		return ProvisionedUser{}, err
	}
	return u, nil
}

// checkDirectory fails unless scope may decide who a user is. The e-mail address and the identity are what users
// sign in by, so a session that was left open must not be enough.
func (s *Service) checkDirectory(scope admin.Scope, id uuid.UUID, in ProvisionChange) error {
	if in.ExternalID == nil && in.Email == nil && in.Identity == nil {
		return nil
	}
	if owns(scope, id) {
		return fmt.Errorf("%s cannot act as a directory on themselves: use RequestEmailChange or LinkIdentity: %w",
			scope.Actor(), admin.ErrForbidden)
	}
	return s.requireProof(scope)
}

// check returns the e-mail address that is given.
func (c ProvisionChange) check() (e Email, err error) {
	var p admin.Problems
	if c.ExternalID != nil {
		checkBytes(&p, "/externalId", *c.ExternalID, maxExternalID)
	}
	if c.Name != nil {
		p.Text("/name", *c.Name, 1, maxName)
	}
	if c.Email != nil {
		e = checkEmail(&p, "/email", *c.Email)
	}
	if c.Identity != nil {
		c.Identity.check(&p, "/identity")
	}
	return e, p.Err()
}

func (s *Service) updateProvisioned(
	ctx context.Context, scope admin.Scope, id uuid.UUID, in ProvisionChange, e Email,
) (ProvisionedUser, error) {
	u, _, err := s.userWithin(ctx, scope, id)
	if err != nil {
		return ProvisionedUser{}, err
	}
	if in.Version != 0 && in.Version != u.Version {
		return ProvisionedUser{}, admin.Conflict("user")
	}
	external, err := s.adopt(ctx, scope, u, in.ExternalID)
	if err != nil {
		return ProvisionedUser{}, err
	}
	if u, err = s.updateDescription(ctx, scope, u, in, e); err != nil {
		return ProvisionedUser{}, err
	}
	if err := s.linkFirst(ctx, scope, u, in.Identity); err != nil {
		return ProvisionedUser{}, err
	}
	if in.Role != nil && *in.Role != u.Role {
		if u, err = s.ChangeRole(ctx, scope, id, u.Version, *in.Role); err != nil {
			return ProvisionedUser{}, err
		}
	}
	if in.Active != nil && *in.Active != (u.Status == UserActive) {
		if *in.Active {
			u, err = s.Reactivate(ctx, scope, id, u.Version)
		} else {
			u, err = s.Deactivate(ctx, scope, id, u.Version, DeactivateOptions{})
		}
		if err != nil {
			return ProvisionedUser{}, err
		}
	}
	return ProvisionedUser{User: u, ExternalID: external}, nil
}

// adopt gives a user the external id that is wanted, and returns the one that they have.
func (s *Service) adopt(ctx context.Context, scope admin.Scope, u User, want *string) (string, error) {
	ids, err := s.ports.Identities.ExternalIDs(ctx, scope.Org(), []uuid.UUID{u.ID})
	if err != nil || want == nil || ids[u.ID] == *want {
		return ids[u.ID], err
	}
	if ids[u.ID] != "" {
		return "", ErrExternalIDTaken
	}
	rec := s.userRecord(scope, ActionAdopt, u.ID, admin.Change{Field: "externalId", To: *want, Personal: true})
	err = s.ports.Identities.SetExternalID(ctx, scope.Org(), u.ID, *want, rec)
	if errors.Is(err, admin.ErrExists) {
		return "", ErrExternalIDTaken
	}
	return *want, err
}

// updateDescription gives a user the name and the e-mail address.
func (s *Service) updateDescription(
	ctx context.Context, scope admin.Scope, u User, in ProvisionChange, e Email,
) (User, error) {
	var changes []admin.Change
	next := u
	if in.Name != nil && *in.Name != u.Name {
		changes = append(changes, admin.Change{Field: "name", From: u.Name, To: *in.Name, Personal: true})
		next.Name = *in.Name
	}
	if in.Email != nil && e != u.Email {
		changes = append(changes, admin.Change{Field: "email", From: u.Email.Address, To: e.Address, Personal: true})
		next.Email = e
		if err := s.checkInvited(ctx, scope, e); err != nil {
			return User{}, err
		}
	}
	if len(changes) == 0 {
		return u, nil
	}
	next.UpdatedAt = s.o.Instant()
	rec := s.userRecord(scope, ActionUpdateProvisioned, u.ID, changes...)
	err := s.ports.Identities.Update(ctx, scope.Org(), next, rec)
	if errors.Is(err, admin.ErrExists) {
		return User{}, fmt.Errorf("%s: %w", e, ErrEmailTaken)
	} else if err != nil {
		return User{}, err
	}
	next.Version++
	return next, nil
}

// linkFirst links the identity of a user who cannot sign in yet.
func (s *Service) linkFirst(ctx context.Context, scope admin.Scope, u User, in *IdentityInput) error {
	if in == nil {
		return nil
	}
	found, err := s.ports.Identities.BySubject(ctx, scope.Org(), in.Issuer, in.Subject)
	if err == nil && found.UserID == u.ID {
		return nil
	} else if err != nil && !errors.Is(err, admin.ErrNotFound) {
		return err
	}
	m, err := s.ports.Users.Member(ctx, scope.Org(), u.ID)
	if err != nil {
		return err
	}
	limit := 1 // a directory must not add a way to sign in as someone who has one
	if !m.Credential.Hash.IsZero() {
		limit = 0
	}
	rec := s.userRecord(scope, ActionLinkIdentity, u.ID, in.changes()...)
	err = s.ports.Identities.Link(ctx, scope.Org(), in.of(u.ID, s.o.Instant()), limit, rec)
	if errors.Is(err, admin.ErrExists) {
		return ErrIdentityTaken
	}
	return err
}

// Deprovision is [Service.Deactivate] for a directory: it does nothing for a user who is deactivated already, and
// takes the user's version as it is.
func (s *Service) Deprovision(ctx context.Context, scope admin.Scope, id uuid.UUID) error {
	inactive := false
	_, err := s.UpdateProvisioned(ctx, scope, id, ProvisionChange{Active: &inactive})
	return err
}

// atomically runs fn with the service of one transaction, which commits when fn returns nil.
func (s *Service) atomically(ctx context.Context, fn func(*Service) error) error {
	if s.ports.Atomically == nil {
		return fn(s)
	}
	return s.ports.Atomically(ctx, func(p Ports) error { return fn(s.In(p)) })
}
