package people

import (
	"context"
	"fmt"
	"iter"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Users pages through the users in order of creation. It requires UsersRead.
func (s *Service) Users(ctx context.Context, scope admin.Scope, f UserFilter, q admin.Query) (admin.Page[User], error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return admin.Page[User]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("users %q %q", f.Status, f.Role), q,
		func(seek admin.Seek[uuid.UUID]) ([]User, error) { return s.users.List(ctx, scope.Org(), f, seek) },
		func(u User) uuid.UUID { return u.ID })
}

// AllUsers is every user that matches, in order of creation. It requires UsersRead.
func (s *Service) AllUsers(ctx context.Context, scope admin.Scope, f UserFilter) iter.Seq2[User, error] {
	return admin.All(func(q admin.Query) (admin.Page[User], error) { return s.Users(ctx, scope, f, q) })
}

// User returns one user, or ErrNotFound. It requires UsersRead.
func (s *Service) User(ctx context.Context, scope admin.Scope, id uuid.UUID) (User, error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return User{}, err
	}
	return s.users.Get(ctx, scope.Org(), id)
}

// ChangeRole gives a user another role and ends their sessions. version is the user's, and
// ErrConflict says that it moved on. It requires UsersWrite and everything that the old and the new
// role may do: nobody hands out, or takes from somebody, more than they have. API tokens that the
// user generated keep what they were granted; token.Service.DeactivateBy switches them off. Errors: ErrInvalid for
// a role that is not known, ErrNotFound, ErrLastAdministrator, and ErrState where the user has the
// role already.
func (s *Service) ChangeRole(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, role Role) (User, error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return User{}, err
	}
	var p admin.Problems
	set := s.role(&p, role)
	if err := p.Err(); err != nil {
		return User{}, err
	}
	if err := scope.RequireAll(set); err != nil {
		return User{}, err
	}
	u, err := s.outranked(ctx, scope, id)
	if err != nil {
		return User{}, err
	}
	if u.Role == role {
		return User{}, fmt.Errorf("user %s has the role %s already: %w", id, role, admin.ErrState)
	}
	change := admin.Change{Field: "role", From: string(u.Role), To: string(role)}
	u.Role = role
	return s.updateAccess(ctx, scope, u, version, ActionChangeRole, change)
}

// Deactivate keeps a user out: their sessions end, they cannot sign in, and the pending invitations
// that they sent are revoked. API tokens that they generated go on; Center.DeactivateUser switches
// these off in the same transaction. version is the user's, and ErrConflict says that it moved on. It
// requires UsersWrite and everything that the user's role may do. Errors: ErrNotFound,
// ErrLastAdministrator, and ErrState where the user is deactivated already.
func (s *Service) Deactivate(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (User, error) {
	return s.setStatus(ctx, scope, id, version, UserDeactivated, ActionDeactivate)
}

// Reactivate lets a deactivated user in again, with the role they had. version is the user's, and
// ErrConflict says that it moved on. It requires UsersWrite and everything that the user's role may
// do. Errors: ErrNotFound, and ErrState where the user is active.
func (s *Service) Reactivate(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (User, error) {
	return s.setStatus(ctx, scope, id, version, UserActive, ActionReactivate)
}

func (s *Service) setStatus(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, status UserStatus, action admin.Action) (User, error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return User{}, err
	}
	u, err := s.outranked(ctx, scope, id)
	if err != nil {
		return User{}, err
	}
	if u.Status == status {
		return User{}, fmt.Errorf("user %s is %s already: %w", id, status, admin.ErrState)
	}
	change := admin.Change{Field: "status", From: string(u.Status), To: string(status)}
	u.Status = status
	return s.updateAccess(ctx, scope, u, version, action, change)
}

// outranked returns a user whose role scope covers. A role that the host has taken away grants
// nothing and is covered by everybody.
func (s *Service) outranked(ctx context.Context, scope admin.Scope, id uuid.UUID) (User, error) {
	u, err := s.users.Get(ctx, scope.Org(), id)
	if err != nil {
		return User{}, err
	}
	if set, err := s.o.Roles.Permissions(u.Role); err == nil {
		if err := scope.RequireAll(set); err != nil {
			return User{}, fmt.Errorf("user %s is %s: %w", id, u.Role, err)
		}
	}
	return u, nil
}

func (s *Service) updateAccess(ctx context.Context, scope admin.Scope, u User, version int64, action admin.Action, change admin.Change) (User, error) {
	u.Version, u.UpdatedAt = version, s.o.Instant()
	if err := s.users.UpdateAccess(ctx, scope.Org(), u, s.userRecord(scope, action, u.ID, change)); err != nil {
		return User{}, err
	}
	u.Version++
	return u, nil
}

// role checks a role given by somebody and returns what it may do.
func (s *Service) role(p *admin.Problems, role Role) admin.PermissionSet {
	set, err := s.o.Roles.Permissions(role)
	if err != nil {
		p.Add("/role", admin.CodeUnknown, "%v", err)
	}
	return set
}
