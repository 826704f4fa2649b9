package memory

import (
	"context"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type roles struct{ access }

func (s roles) Create(
	ctx context.Context, org admin.OrgID, r people.CustomRole, limit int, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if err := people.CheckRoles(len(t.roles.order), limit); err != nil {
			return err
		}
		if _, ok := t.roles.get(string(r.Name)); ok {
			return taken("role")
		}
		t.roles.put(j, string(r.Name), r)
		return nil
	})
}

func (s roles) Get(ctx context.Context, org admin.OrgID, name people.Role) (r people.CustomRole, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		r, err = t.role(name)
		return err
	})
	return r, err
}

func (t *tenant) role(name people.Role) (people.CustomRole, error) {
	r, ok := t.roles.get(string(name))
	if !ok {
		return people.CustomRole{}, missing("role")
	}
	return r, nil
}

// customRole returns the organization's own role of a name, or nil.
func (t *tenant) customRole(name people.Role) *people.CustomRole {
	r, ok := t.roles.get(string(name))
	if !ok {
		return nil
	}
	return &r
}

func (s roles) List(
	ctx context.Context, org admin.OrgID, seek admin.Seek[string],
) (out []people.CustomRole, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.roles.ascending(seek.After, seek.Limit, nil)
		return nil
	})
	return out, err
}

func (s roles) Update(ctx context.Context, org admin.OrgID, u people.RoleUpdate, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, err := t.role(u.Role.Name)
		if err != nil {
			return err
		}
		next, err := old.Updated(u.Role)
		if err != nil {
			return err
		}
		err = u.Rules.CheckUpdate(t.allRoles(), next, func(role people.Role) (bool, error) {
			_, ok := t.users.find(func(u people.User) bool { return u.Status == people.UserActive && u.Role == role })
			return ok, nil
		})
		if err != nil {
			return err
		}
		t.roles.put(j, string(next.Name), next)
		return nil
	})
}

// allRoles returns the organization's own roles in order.
func (t *tenant) allRoles() []people.CustomRole {
	return t.roles.ascending("", len(t.roles.order), nil)
}

func (s roles) Delete(ctx context.Context, org admin.OrgID, d people.RoleDeletion, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		old, err := t.role(d.Name)
		if err != nil {
			return err
		}
		if old.Version != d.Version {
			return conflict("role")
		}
		if _, ok := t.users.find(func(u people.User) bool { return u.Role == d.Name }); ok {
			return people.ErrRoleInUse
		}
		if _, ok := t.invitations.find(func(i invitation) bool {
			return i.Role == d.Name && i.StatusAt(d.At) == people.InvitationPending
		}); ok {
			return people.ErrRoleInUse
		}
		t.roles.remove(j, string(d.Name))
		return nil
	})
}

// checkRoles fails unless the custom roles still are as they were when something was decided by them.
func (t *tenant) checkRoles(custom []people.RoleVersion) error {
	if slices.ContainsFunc(custom, func(want people.RoleVersion) bool {
		r := t.customRole(want.Name)
		return r == nil || r.Version != want.Version
	}) {
		return conflict("role")
	}
	return nil
}
