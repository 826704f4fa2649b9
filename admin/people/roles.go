package people

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// CustomRoleOptions limit the roles that an organization keeps for itself; the zero value is ready.
type CustomRoleOptions struct {
	// Allowed are the permissions that a custom role can have; empty means those of all built-in roles.
	// What is taken out of it has no effect in the roles that have it already.
	Allowed admin.PermissionSet
	// Limit is the number of custom roles that one organization can have, up to 1,000; 0 means 50.
	Limit int
}

const (
	maxCustomRoles     = 1000
	maxRoleName        = 50
	maxRoleDisplayName = 100
	maxRoleDescription = 500
)

// RoleInfo is a role with what it may do now.
type RoleInfo struct {
	CustomRole
	// BuiltIn is true for a role of the host's, which has a Name and Permissions only and cannot be changed.
	BuiltIn bool `json:"builtIn"`
}

// NewRole is the input of [Service.CreateRole].
type NewRole struct {
	Name        Role   `json:"name"`                  // 1 to 50 of a-z 0-9 _ -, a letter first
	DisplayName string `json:"displayName,omitempty"` // at most 100 characters
	Description string `json:"description,omitempty"` // at most 500 characters
	// Permissions are what the role may do: at least one, each of CustomRoleOptions.Allowed.
	Permissions []admin.Permission `json:"permissions,omitempty"`
}

// RoleChange is the input of [Service.UpdateRole]. Fields that are nil stay as they are.
type RoleChange struct {
	DisplayName *string `json:"displayName,omitempty"` // at most 100 characters
	Description *string `json:"description,omitempty"` // at most 500 characters
	// Permissions replace those that the role has: at least one, each of CustomRoleOptions.Allowed.
	Permissions *[]admin.Permission `json:"permissions,omitempty"`
}

// Roles returns every role that users of the organization can have: the built-in ones, and then its own,
// each in order of the name. It requires [PermissionUsersRead].
func (s *Service) Roles(ctx context.Context, scope admin.Scope) ([]RoleInfo, error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return nil, err
	}
	var out []RoleInfo
	for _, name := range s.rules.BuiltIn.Names() {
		out = append(out, s.builtIn(name))
	}
	for after := ""; ; {
		page, err := s.ports.Roles.List(ctx, scope.Org(), admin.Seek[string]{After: after, Limit: maxCustomRoles})
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if !s.rules.BuiltIn.Has(r.Name) {
				out = append(out, s.roleInfo(r))
			}
		}
		if len(page) < maxCustomRoles {
			return out, nil
		}
		after = string(page[len(page)-1].Name)
	}
}

// Role returns one role, built-in or custom, or [admin.ErrNotFound]. It requires [PermissionUsersRead].
func (s *Service) Role(ctx context.Context, scope admin.Scope, name Role) (RoleInfo, error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return RoleInfo{}, err
	}
	if s.rules.BuiltIn.Has(name) {
		return s.builtIn(name), nil
	}
	r, err := s.ports.Roles.Get(ctx, scope.Org(), name)
	if err != nil {
		return RoleInfo{}, err
	}
	return s.roleInfo(r), nil
}

func (s *Service) builtIn(name Role) RoleInfo {
	return RoleInfo{CustomRole: CustomRole{Name: name, Permissions: s.rules.BuiltIn.sets[name]}, BuiltIn: true}
}

// roleInfo returns a custom role without the permissions that have no effect.
func (s *Service) roleInfo(r CustomRole) RoleInfo {
	r.Permissions = r.Permissions.Intersect(s.rules.Allowed)
	return RoleInfo{CustomRole: r}
}

// CreateRole makes a role of the organization's own, which users can be given by [Service.ChangeRole] and
// [Service.Invite]. It requires [PermissionRolesWrite] and every permission of the role. It fails with
// [admin.ErrInvalid] and every problem, with [admin.ErrExists] if a role has the name, built-in or not, and
// with [ErrTooManyRoles].
func (s *Service) CreateRole(ctx context.Context, scope admin.Scope, n NewRole) (CustomRole, error) {
	if err := scope.Require(PermissionRolesWrite); err != nil {
		return CustomRole{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return CustomRole{}, err
	}
	var p admin.Problems
	checkRoleName(&p, n.Name)
	p.Text("/displayName", n.DisplayName, 0, maxRoleDisplayName)
	p.Text("/description", n.Description, 0, maxRoleDescription)
	s.checkRolePermissions(&p, n.Permissions)
	if err := p.Err(); err != nil {
		return CustomRole{}, err
	}
	if err := scope.Require(n.Permissions...); err != nil {
		return CustomRole{}, err
	}
	if s.rules.BuiltIn.Has(n.Name) {
		return CustomRole{}, fmt.Errorf("%s is built in: %w", n.Name, admin.Exists("role"))
	}
	now := s.o.Instant()
	r := CustomRole{
		Name: n.Name, DisplayName: n.DisplayName, Description: n.Description,
		Permissions: admin.Permissions(n.Permissions...), CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	rec := s.roleRecord(scope, ActionCreateRole, r.Name, roleChanges(CustomRole{}, r)...)
	if err := s.ports.Roles.Create(ctx, scope.Org(), r, s.o.CustomRoles.Limit, rec); err != nil {
		return CustomRole{}, fmt.Errorf("role %s: %w", r.Name, err)
	}
	return r, nil
}

// UpdateRole changes the given fields of a custom role. Its permissions apply to the users who have it
// from their next call on; their sessions do not end. A field that already has the given value is not a
// change, and nothing is written without one. version is the role's.
//
// It requires [PermissionRolesWrite] and every permission that the role has and will have. It fails with
// [admin.ErrInvalid] and every problem, with [admin.ErrNotFound], [admin.ErrConflict] and
// [ErrLastAdministrator], and with [admin.ErrState] for a built-in role.
func (s *Service) UpdateRole(
	ctx context.Context, scope admin.Scope, name Role, version int64, in RoleChange,
) (CustomRole, error) {
	if err := scope.Require(PermissionRolesWrite); err != nil {
		return CustomRole{}, err
	}
	if err := s.requireFresh(scope); err != nil {
		return CustomRole{}, err
	}
	if err := s.checkRoleChange(in); err != nil {
		return CustomRole{}, err
	}
	old, err := s.roleWithin(ctx, scope, name)
	if err != nil {
		return CustomRole{}, err
	}
	next := in.apply(old)
	if in.Permissions != nil {
		if err := scope.Require(*in.Permissions...); err != nil {
			return CustomRole{}, err
		}
		if err := s.checkOwnRole(ctx, scope, old, next); err != nil {
			return CustomRole{}, err
		}
	}
	changes := roleChanges(old, next)
	if len(changes) == 0 {
		return old, nil
	}
	if old.Version != version {
		return CustomRole{}, admin.Conflict("role") // the rights were checked against the role as read
	}
	next.UpdatedAt = s.o.Instant()
	rec := s.roleRecord(scope, ActionUpdateRole, name, changes...)
	if err := s.ports.Roles.Update(ctx, scope.Org(), RoleUpdate{Role: next, Rules: s.rules}, rec); err != nil {
		return CustomRole{}, err
	}
	next.Version++
	return next, nil
}

// checkOwnRole fails with [admin.ErrForbidden] if a user adds to their own role what it does not have: who acts
// may have had more when their scope was made.
func (s *Service) checkOwnRole(ctx context.Context, scope admin.Scope, old, next CustomRole) error {
	id, err := uuid.Parse(scope.User())
	added := old.Permissions.Intersect(s.rules.Allowed).Missing(next.Permissions)
	if err != nil || len(added) == 0 {
		return nil //nolint:nilerr // no user answers for the scope
	}
	u, err := s.ports.Users.Get(ctx, scope.Org(), id)
	if errors.Is(err, admin.ErrNotFound) || err == nil && u.Role != old.Name {
		return nil
	} else if err != nil {
		return err
	}
	return fmt.Errorf("%s cannot add %s to their own role: %w", scope.Actor(), admin.Permissions(added...),
		admin.ErrForbidden)
}

// DeleteRole removes a custom role. version is the role's. It requires [PermissionRolesWrite] and every
// permission of the role. It fails with [admin.ErrNotFound] and [admin.ErrConflict], with [ErrRoleInUse]
// while a user or a pending invitation has the role, and with [admin.ErrState] for a built-in role.
func (s *Service) DeleteRole(ctx context.Context, scope admin.Scope, name Role, version int64) error {
	if err := scope.Require(PermissionRolesWrite); err != nil {
		return err
	}
	if err := s.requireFresh(scope); err != nil {
		return err
	}
	r, err := s.roleWithin(ctx, scope, name)
	if err != nil {
		return err
	}
	if r.Version != version {
		return admin.Conflict("role")
	}
	rec := s.roleRecord(scope, ActionDeleteRole, name, roleChanges(r, CustomRole{})...)
	d := RoleDeletion{Name: name, Version: version, At: rec.At}
	if err := s.ports.Roles.Delete(ctx, scope.Org(), d, rec); err != nil {
		return fmt.Errorf("role %s: %w", name, err)
	}
	return nil
}

// roleWithin returns a custom role that may do no more than scope.
func (s *Service) roleWithin(ctx context.Context, scope admin.Scope, name Role) (CustomRole, error) {
	if s.rules.BuiltIn.Has(name) {
		return CustomRole{}, fmt.Errorf("role %s is built in and cannot be changed: %w", name, admin.ErrState)
	}
	r, err := s.ports.Roles.Get(ctx, scope.Org(), name)
	if err != nil {
		return CustomRole{}, err
	}
	if err := scope.Require(r.Permissions.Intersect(s.rules.Allowed).List()...); err != nil {
		return CustomRole{}, fmt.Errorf("role %s: %w", name, err)
	}
	return r, nil
}

func (s *Service) checkRoleChange(in RoleChange) error {
	var p admin.Problems
	if in.DisplayName != nil {
		p.Text("/displayName", *in.DisplayName, 0, maxRoleDisplayName)
	}
	if in.Description != nil {
		p.Text("/description", *in.Description, 0, maxRoleDescription)
	}
	if in.Permissions != nil {
		s.checkRolePermissions(&p, *in.Permissions)
	}
	return p.Err()
}

// checkRoleName adds to p that a name is not that of a custom role.
func checkRoleName(p *admin.Problems, name Role) {
	const characters = "abcdefghijklmnopqrstuvwxyz0123456789_-"
	if name == "" {
		p.Add("/name", admin.CodeRequired, "is required: give 1 to %d of a-z 0-9 _ -, a letter first", maxRoleName)
	} else if len(name) > maxRoleName || name[0] < 'a' || name[0] > 'z' || strings.Trim(string(name), characters) != "" {
		p.Add("/name", admin.CodeFormat, "%q is not the name of a role: use 1 to %d of a-z 0-9 _ -, a letter first",
			admin.Clip(string(name)), maxRoleName)
	}
}

func (s *Service) checkRolePermissions(p *admin.Problems, ps []admin.Permission) {
	if len(ps) == 0 {
		p.Add("/permissions", admin.CodeRequired, "is required: choose at least one permission")
	}
	if most := s.rules.Allowed.Len(); len(ps) > most {
		p.Add("/permissions", admin.CodeTooLong, "has %d permissions: there are %d", len(ps), most).With("max", most)
		return
	}
	for i, perm := range ps {
		if !s.rules.Allowed.Has(perm) {
			p.Add(fmt.Sprintf("/permissions/%d", i), admin.CodeUnknown,
				"%q is not a permission that a role of the organization's own can have", admin.Clip(string(perm)))
		}
	}
}

// apply returns r with the given fields.
func (c RoleChange) apply(r CustomRole) CustomRole {
	if c.DisplayName != nil {
		r.DisplayName = *c.DisplayName
	}
	if c.Description != nil {
		r.Description = *c.Description
	}
	if c.Permissions != nil {
		r.Permissions = admin.Permissions(*c.Permissions...)
	}
	return r
}

// roleChanges returns what differs between two states of a role, for the audit trail.
func roleChanges(from, to CustomRole) []admin.Change {
	var out []admin.Change
	add := func(field, from, to string) {
		if from != to {
			out = append(out, admin.Change{Field: field, From: from, To: to})
		}
	}
	add("displayName", from.DisplayName, to.DisplayName)
	add("description", from.Description, to.Description)
	add("permissions", from.Permissions.String(), to.Permissions.String())
	return out
}

// roleRecord returns the audit record of an action on a role.
func (s *Service) roleRecord(scope admin.Scope, action admin.Action, name Role, changes ...admin.Change) admin.Record {
	return s.o.Record(scope, action, admin.Subject{Kind: subjectRole, ID: string(name)}, changes...)
}

// PermissionsOf returns what a role may do now, by the host's roles and what it allows custom ones. custom
// is the organization's own role of this name, nil if there is none. It does no I/O, and fails with
// [admin.ErrInvalid] if there is no such role.
func (s *Service) PermissionsOf(role Role, custom *CustomRole) (admin.PermissionSet, error) {
	return s.rules.Permissions(role, custom)
}

// grant is a role with what it may do now.
type grant struct {
	set    admin.PermissionSet
	custom *CustomRole // nil if the role is built in
}

// versions adds the custom role to those by which something is decided.
func (g grant) versions(more ...grant) []RoleVersion {
	var out []RoleVersion
	for _, g := range append([]grant{g}, more...) {
		if g.custom != nil {
			out = append(out, RoleVersion{Name: g.custom.Name, Version: g.custom.Version})
		}
	}
	return out
}

// grantOf returns what a role may do now, or [admin.ErrInvalid] if there is no such role.
func (s *Service) grantOf(ctx context.Context, org admin.OrgID, role Role) (grant, error) {
	var custom *CustomRole
	if !s.rules.BuiltIn.Has(role) {
		r, err := s.ports.Roles.Get(ctx, org, role)
		if err == nil {
			custom = &r
		} else if !errors.Is(err, admin.ErrNotFound) {
			return grant{}, err
		}
	}
	return s.granted(role, custom)
}

// granted is grantOf for a custom role that was read with its user.
func (s *Service) granted(role Role, custom *CustomRole) (grant, error) {
	if s.rules.BuiltIn.Has(role) {
		custom = nil
	}
	set, err := s.rules.Permissions(role, custom)
	return grant{set, custom}, err
}

// checkRole adds to p that a role of an input is unknown, or returns what it may do. It fails if the
// storage does.
func (s *Service) checkRole(ctx context.Context, p *admin.Problems, org admin.OrgID, role Role) (grant, error) {
	g, err := s.grantOf(ctx, org, role)
	if errors.Is(err, admin.ErrInvalid) {
		p.AddError("/role", admin.CodeUnknown, err)
		return grant{}, nil
	}
	return g, err
}
