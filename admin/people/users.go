package people

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Users pages through the users that match f, in order of creation. It fails with [admin.ErrInvalid]
// for an unknown status or role. It requires [PermissionUsersRead].
func (s *Service) Users(
	ctx context.Context, scope admin.Scope, f UserFilter, q admin.Query,
) (admin.Page[User], error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return admin.Page[User]{}, err
	}
	if err := s.checkUserFilter(ctx, scope.Org(), f); err != nil {
		return admin.Page[User]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("users %q %q", f.Status, f.Role), q,
		func(seek admin.Seek[uuid.UUID]) ([]User, error) { return s.ports.Users.List(ctx, scope.Org(), f, seek) },
		func(u User) uuid.UUID { return u.ID })
}

func (s *Service) checkUserFilter(ctx context.Context, org admin.OrgID, f UserFilter) error {
	var p admin.Problems
	switch f.Status {
	case "", UserActive, UserDeactivated:
	default:
		p.Add("/status", admin.CodeUnknown, "%q is not a status of a user: use %s or %s, or none for all",
			admin.Clip(string(f.Status)), UserActive, UserDeactivated)
	}
	if f.Role != "" {
		if _, err := s.checkRole(ctx, &p, org, f.Role); err != nil {
			return err
		}
	}
	return p.Err()
}

// AllUsers returns every user that matches f, in order of creation. It requires [PermissionUsersRead].
func (s *Service) AllUsers(ctx context.Context, scope admin.Scope, f UserFilter) iter.Seq2[User, error] {
	return admin.All(func(q admin.Query) (admin.Page[User], error) { return s.Users(ctx, scope, f, q) })
}

// User returns one user, or [admin.ErrNotFound]. It requires [PermissionUsersRead].
func (s *Service) User(ctx context.Context, scope admin.Scope, id uuid.UUID) (User, error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return User{}, err
	}
	return s.ports.Users.Get(ctx, scope.Org(), id)
}

// ChangeRole gives a user another role and ends their sessions. version is the user's. API tokens that
// the user generated keep what they were granted; token.Service.DeactivateBy switches them off.
//
// It requires [PermissionUsersWrite] and every permission of the old and the new role. It fails with
// [admin.ErrInvalid] for an unknown role, with [admin.ErrNotFound], [admin.ErrConflict] (also if either role
// is changed at the same time) and [ErrLastAdministrator], and with [admin.ErrState] if the user has the
// role already.
func (s *Service) ChangeRole(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, role Role,
) (User, error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return User{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return User{}, err
	}
	var p admin.Problems
	g, err := s.checkRole(ctx, &p, scope.Org(), role)
	if err != nil {
		return User{}, err
	}
	if err := p.Err(); err != nil {
		return User{}, err
	}
	if err := scope.Require(g.set.List()...); err != nil {
		return User{}, err
	}
	u, had, err := s.userWithin(ctx, scope, id)
	if err != nil {
		return User{}, err
	}
	if u.Role == role {
		return User{}, fmt.Errorf("user %s already has the role %s: %w", id, role, admin.ErrState)
	}
	change := admin.Change{Field: "role", From: string(u.Role), To: string(role)}
	u.Role = role
	return s.updateAccess(ctx, scope, u, version, g.versions(had), ActionChangeRole, change)
}

// Deactivate ends the sessions of a user, who cannot sign in any longer, and revokes the pending
// invitations that they sent. API tokens that they generated stay valid; Center.DeactivateUser
// switches these off in the same transaction. version is the user's.
//
// Users with the right to may deactivate themselves: that is how they leave.
//
// It requires [PermissionUsersWrite] and every permission of the user's role. It fails with
// [admin.ErrNotFound], [admin.ErrConflict] and [ErrLastAdministrator], and with [admin.ErrState] if the
// user is deactivated already.
func (s *Service) Deactivate(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (User, error) {
	return s.setStatus(ctx, scope, id, version, UserDeactivated, ActionDeactivate)
}

// Reactivate lets a deactivated user sign in again, with the same role. version is the user's. It
// requires [PermissionUsersWrite] and every permission of the user's role. It fails with
// [admin.ErrNotFound] and [admin.ErrConflict], and with [admin.ErrState] if the user is active.
func (s *Service) Reactivate(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (User, error) {
	return s.setStatus(ctx, scope, id, version, UserActive, ActionReactivate)
}

func (s *Service) setStatus(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, status UserStatus, action admin.Action,
) (User, error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return User{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return User{}, err
	}
	u, had, err := s.userWithin(ctx, scope, id)
	if err != nil {
		return User{}, err
	}
	if u.Status == status {
		return User{}, fmt.Errorf("user %s is already %s: %w", id, strings.ToLower(string(status)), admin.ErrState)
	}
	change := admin.Change{Field: "status", From: string(u.Status), To: string(status)}
	u.Status = status
	return s.updateAccess(ctx, scope, u, version, had.versions(), action, change)
}

// userWithin returns a user whose role has no permission that scope lacks, and that role. A role that
// the host has removed has none.
func (s *Service) userWithin(ctx context.Context, scope admin.Scope, id uuid.UUID) (User, grant, error) {
	m, err := s.ports.Users.Member(ctx, scope.Org(), id)
	if err != nil {
		return User{}, grant{}, err
	}
	g, unknown := s.granted(m.User.Role, m.Custom)
	if unknown != nil {
		g = grant{}
	}
	if err := scope.Require(g.set.List()...); err != nil {
		return User{}, grant{}, fmt.Errorf("user %s is %s: %w", id, m.User.Role, err)
	}
	return m.User, g, nil
}

func (s *Service) updateAccess(
	ctx context.Context, scope admin.Scope, u User, version int64, custom []RoleVersion, action admin.Action,
	change admin.Change,
) (User, error) {
	if u.Version != version {
		return User{}, admin.Conflict("user") // the rights were checked against the user as read
	}
	u.UpdatedAt = s.o.Instant()
	rec := s.userRecord(scope, action, u.ID, change)
	a := AccessUpdate{User: u, Rules: s.rules, Custom: custom}
	if err := s.ports.Users.UpdateAccess(ctx, scope.Org(), a, rec); err != nil {
		return User{}, err
	}
	u.Version++
	return u, nil
}
