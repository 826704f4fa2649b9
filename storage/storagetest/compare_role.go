package storagetest

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// customRole returns the role of a name as it is stored, or one that is not.
func (s *script) customRole(org admin.OrgID) people.CustomRole {
	name := pick[people.Role](s, "clerk", "chief", "Clerk", "clerk ")
	if r, err := s.ref.Roles().Get(s.t.Context(), org, name); err == nil {
		return r
	}
	return people.CustomRole{
		Name: name, DisplayName: s.text(), Description: s.text(), Permissions: s.permissions(),
		CreatedAt: s.now, UpdatedAt: s.now, Version: 1,
	}
}

func (s *script) permissions() admin.PermissionSet {
	return pick(s, admin.Permissions(people.PermissionUsersRead),
		admin.Permissions(people.PermissionRolesWrite, people.PermissionUsersWrite))
}

// versions returns custom roles by which something was decided, mostly none.
func (s *script) versions(org admin.OrgID) []people.RoleVersion {
	if !s.chance(3) {
		return nil
	}
	r := s.customRole(org)
	return []people.RoleVersion{{Name: r.Name, Version: s.version(r.Version)}}
}

func roleDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Roles.Create": func(s *script) do {
			org, r, limit, rec := s.org(), s.customRole(s.org()), pick(s, 1, 1000, 1000), s.rec("role.create")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Roles().Create(ctx, org, r, limit, rec)
			}
		},
		"Roles.Get": func(s *script) do {
			org := s.org()
			r := s.customRole(org)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Roles().Get(ctx, org, r.Name) }
		},
		"Roles.List": func(s *script) do {
			org := s.org()
			seek := admin.Seek[string]{After: pick(s, "", "chief", "clerk"), Limit: 1 + s.r.IntN(3)}
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Roles().List(ctx, org, seek) }
		},
		"Roles.Update": func(s *script) do {
			org, rec := s.org(), s.rec("role.update")
			r := s.customRole(org)
			r.DisplayName, r.Permissions, r.UpdatedAt = s.text(), s.permissions(), s.now
			r.Version = s.version(r.Version)
			u := people.RoleUpdate{Role: r, Rules: rules()}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Roles().Update(ctx, org, u, rec)
			}
		},
		"Roles.Delete": func(s *script) do {
			org, rec := s.org(), s.rec("role.delete")
			r := s.customRole(org)
			d := people.RoleDeletion{Name: r.Name, Version: s.version(r.Version), At: pick(s, s.now, s.at())}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Roles().Delete(ctx, org, d, rec)
			}
		},
	}
}
