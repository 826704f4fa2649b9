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
	case "", UserActive, UserDeactivated, UserErased:
	default:
		p.Add("/status", admin.CodeUnknown, "%q is not a status of a user: use %s, %s or %s, or none for all",
			admin.Clip(string(f.Status)), UserActive, UserDeactivated, UserErased)
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
// the user answers for may do no more than the new role from then on.
//
// It requires [PermissionUsersWrite] and every permission of the old and the new role. It fails with
// [admin.ErrForbidden] through an API token that the user answers for and for a user who would get more than
// they have, with [admin.ErrInvalid] for an unknown role, with [admin.ErrNotFound], [admin.ErrConflict] (also if
// either role is changed at the same time) and [ErrLastAdministrator], and with [admin.ErrState] if the user has
// the role already.
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
	// The caller may have had a role with more when their scope was made.
	if scope.User() == id.String() && len(had.set.Missing(g.set)) > 0 {
		return User{}, fmt.Errorf("%s cannot give themselves the role %s: %w", scope.Actor(), role, admin.ErrForbidden)
	}
	if u.Role == role {
		return User{}, fmt.Errorf("user %s already has the role %s: %w", id, role, admin.ErrState)
	}
	change := admin.Change{Field: "role", From: string(u.Role), To: string(role)}
	u.Role = role
	return s.updateAccess(ctx, scope, AccessUpdate{User: u, Custom: g.versions(had)}, version, ActionChangeRole, change)
}

// DeactivateOptions are the options of [Service.Deactivate]; the zero value is ready.
type DeactivateOptions struct {
	// KeepTokens leaves the API tokens on that the user answers for: they are refused while the user is
	// deactivated, and accepted again when the user is reactivated. Otherwise they are switched off, and
	// stay off until each is switched on again.
	KeepTokens bool `json:"keepTokens,omitempty"`
}

// Deactivate ends the sessions of a user, who cannot sign in any longer, revokes the pending invitations
// that they sent, and switches off the API tokens that they answer for: those that they created, those that
// these created, and so on. A request of the user's that is under way keeps the scope that it began with,
// but can grant nothing of it to a token. version is the user's.
//
// Users with the right to may deactivate themselves: that is how they leave.
//
// It requires [PermissionUsersWrite] and every permission of the user's role. It fails with
// [admin.ErrForbidden] through an API token that the user answers for, with [admin.ErrNotFound],
// [admin.ErrConflict] and [ErrLastAdministrator], and with [admin.ErrState] if the user is deactivated
// already.
func (s *Service) Deactivate(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, o DeactivateOptions,
) (User, error) {
	a := AccessUpdate{User: User{ID: id, Status: UserDeactivated}, KeepTokens: o.KeepTokens}
	return s.setStatus(ctx, scope, a, version, ActionDeactivate)
}

// Reactivate lets a deactivated user sign in again, with the same role. version is the user's. It
// requires [PermissionUsersWrite] and every permission of the user's role. It fails with
// [admin.ErrForbidden] for the user themselves and through an API token that the user answers for, with
// [admin.ErrNotFound] and [admin.ErrConflict], and with [admin.ErrState] if the user is active.
func (s *Service) Reactivate(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (User, error) {
	return s.setStatus(ctx, scope, AccessUpdate{User: User{ID: id, Status: UserActive}}, version, ActionReactivate)
}

// setStatus gives the user a.User.ID the Status of a.User.
func (s *Service) setStatus(
	ctx context.Context, scope admin.Scope, a AccessUpdate, version int64, action admin.Action,
) (User, error) {
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return User{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return User{}, err
	}
	u, had, err := s.userWithin(ctx, scope, a.User.ID)
	if err != nil {
		return User{}, err
	}
	status := a.User.Status
	if status == UserActive && scope.User() == u.ID.String() { // in a scope from before they were deactivated
		return User{}, fmt.Errorf("%s cannot reactivate themselves: %w", scope.Actor(), admin.ErrForbidden)
	}
	if u.Status == status {
		return User{}, fmt.Errorf("user %s is already %s: %w", u.ID, strings.ToLower(string(status)), admin.ErrState)
	}
	changes := []admin.Change{{Field: "status", From: string(u.Status), To: string(status)}}
	if a.KeepTokens {
		changes = append(changes, admin.Change{Field: "tokens", To: "kept"})
	}
	u.Status = status
	a.User, a.Custom = u, had.versions()
	return s.updateAccess(ctx, scope, a, version, action, changes...)
}

// userWithin returns a user whose role has no permission that scope lacks, and that role; and who does not
// answer for the API token that acts, if one does: otherwise what a user left behind could undo what was done
// to them. A role that the host has removed has no permission. It fails with [ErrErased] for a user who was erased.
func (s *Service) userWithin(ctx context.Context, scope admin.Scope, id uuid.UUID) (User, grant, error) {
	m, err := s.ports.Users.Member(ctx, scope.Org(), id)
	if err != nil {
		return User{}, grant{}, err
	}
	if scope.Actor().Kind == admin.ActorToken && scope.User() == id.String() {
		return User{}, grant{}, fmt.Errorf("%s cannot change the role or the status of the user who answers for it: %w",
			scope.Actor(), admin.ErrForbidden)
	}
	g, unknown := s.granted(m.User.Role, m.Custom)
	if unknown != nil {
		g = grant{}
	}
	if err := scope.Require(g.set.List()...); err != nil {
		return User{}, grant{}, fmt.Errorf("user %s is %s: %w", id, m.User.Role, err)
	}
	return m.User, g, m.User.CheckErased()
}

func (s *Service) updateAccess(
	ctx context.Context, scope admin.Scope, a AccessUpdate, version int64, action admin.Action, changes ...admin.Change,
) (User, error) {
	if a.User.Version != version {
		return User{}, admin.Conflict("user") // the rights were checked against the user as read
	}
	a.User.UpdatedAt, a.Rules = s.o.Instant(), s.rules
	rec := s.userRecord(scope, action, a.User.ID, changes...)
	if err := s.ports.Users.UpdateAccess(ctx, scope.Org(), a, rec); err != nil {
		return User{}, err
	}
	a.User.Version++
	return a.User, nil
}
