package sqlstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type roles struct{ access }

type roleSQL struct {
	insert, get, lock, lockAll, version, update, remove string
	list                                                list
	heldActive, held, invited                           string
}

func newRoleSQL(db *DB) roleSQL {
	const columns = `SELECT name, display_name, description, permissions, created_at, updated_at, version
		FROM {roles} WHERE org_id = ?`
	return roleSQL{
		insert: db.bind(`INSERT INTO {roles} (org_id, name, display_name, description, permissions,
			created_at, updated_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
		get:     db.bind(columns + ` AND name = ?`),
		lock:    db.bind(columns + ` AND name = ?{forUpdate}`),
		lockAll: db.bind(columns + ` ORDER BY name{forUpdate}`),
		version: db.bind(`SELECT version FROM {roles} WHERE org_id = ? AND name = ?{forUpdate}`),
		list:    newList(db, columns, nil, ` AND name > ? ORDER BY name LIMIT ?`),
		update: db.bind(`UPDATE {roles} SET display_name = ?, description = ?, permissions = ?, updated_at = ?, version = ?
			WHERE org_id = ? AND name = ?`),
		remove: db.bind(`DELETE FROM {roles} WHERE org_id = ? AND name = ?`),
		heldActive: db.bind(`SELECT id FROM {users} WHERE org_id = ? AND role = ? AND status = ?
			ORDER BY id LIMIT 1{forUpdate}`),
		held: db.bind(`SELECT id FROM {users} WHERE org_id = ? AND role = ? ORDER BY id LIMIT 1{forUpdate}`),
		invited: db.bind(`SELECT id FROM {invitations}
			WHERE org_id = ? AND status = 'PENDING' AND expires_at > ? AND role = ? LIMIT 1{forUpdate}`),
	}
}

func scanRole(scan func(...any) error, r *people.CustomRole) error {
	return scan(&r.Name, &r.DisplayName, &r.Description, scanPermissions(&r.Permissions),
		scanAt(&r.CreatedAt), scanAt(&r.UpdatedAt), &r.Version)
}

// locked is write with the organization's people locked.
func (a access) locked(ctx context.Context, org admin.OrgID, rec admin.Record, fn func(*tx) error) error {
	return a.write(ctx, org, rec, func(t *tx) error {
		if err := a.db.sql.user.lockPeople(ctx, t, org); err != nil {
			return err
		}
		return fn(t)
	})
}

func (s roles) Create(ctx context.Context, org admin.OrgID, r people.CustomRole, limit int, rec admin.Record) error {
	return s.locked(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.role
		all, err := rows(ctx, t, "role", q.lockAll, scanRole, org)
		if err != nil {
			return err
		}
		if err := people.CheckRoles(len(all), limit); err != nil {
			return err
		}
		_, err = t.exec(ctx, "role", q.insert, org, r.Name, r.DisplayName, r.Description, r.Permissions.String(),
			at(r.CreatedAt), at(r.UpdatedAt), r.Version)
		return err
	})
}

func (s roles) Get(ctx context.Context, org admin.OrgID, name people.Role) (people.CustomRole, error) {
	return one(ctx, s.reader(), "role", s.db.sql.role.get, scanRole, org, name)
}

func (s roles) List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]people.CustomRole, error) {
	query, args := s.db.sql.role.list.page([]any{org}, nil, seek.After, seek.Limit)
	return rows(ctx, s.reader(), "role", query, scanRole, args...)
}

func (s roles) Update(ctx context.Context, org admin.OrgID, u people.RoleUpdate, rec admin.Record) error {
	return s.locked(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.role
		old, err := one(ctx, t, "role", q.lock, scanRole, org, u.Role.Name)
		if err != nil {
			return err
		}
		next, err := old.Updated(u.Role)
		if err != nil {
			return err
		}
		all, err := rows(ctx, t, "role", q.lockAll, scanRole, org)
		if err != nil {
			return err
		}
		err = u.Rules.CheckUpdate(all, next, func(role people.Role) (bool, error) {
			users, err := rows(ctx, t, "user", q.heldActive, scanText, org, role, people.UserActive)
			return len(users) > 0, err
		})
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, "role", q.update, next.DisplayName, next.Description, next.Permissions.String(),
			at(next.UpdatedAt), next.Version, org, next.Name)
		return err
	})
}

func (s roles) Delete(ctx context.Context, org admin.OrgID, d people.RoleDeletion, rec admin.Record) error {
	return s.locked(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.role
		old, err := one(ctx, t, "role", q.lock, scanRole, org, d.Name)
		if err != nil {
			return err
		}
		if old.Version != d.Version {
			return conflict("role")
		}
		for _, use := range []struct {
			noun, query string
			args        []any
		}{
			{"user", q.held, []any{org, d.Name}},
			{"invitation", q.invited, []any{org, at(d.At), d.Name}},
		} {
			found, err := rows(ctx, t, use.noun, use.query, scanText, use.args...)
			if err != nil {
				return err
			}
			if len(found) > 0 {
				return people.ErrRoleInUse
			}
		}
		_, err = t.exec(ctx, "role", q.remove, org, d.Name)
		return err
	})
}

// check fails unless the custom roles still are as they were when something was decided by them. The
// organization must be locked.
func (s roleSQL) check(ctx context.Context, t *tx, org admin.OrgID, custom []people.RoleVersion) error {
	for _, want := range custom {
		found, err := rows(ctx, t, "role", s.version,
			func(scan func(...any) error, v *int64) error { return scan(v) }, org, want.Name)
		if err != nil {
			return err
		}
		if len(found) == 0 || found[0] != want.Version {
			return conflict("role")
		}
	}
	return nil
}

// administering returns the roles that administer and a function that reports whether an active user
// other than one has any of them. The organization must be locked.
func (s statements) administering(
	ctx context.Context, t *tx, org admin.OrgID, rules people.RoleRules, other uuid.UUID,
) ([]people.Role, func() (bool, error), error) {
	custom, err := rows(ctx, t, "role", s.role.lockAll, scanRole, org)
	if err != nil {
		return nil, nil, err
	}
	administering := rules.Administering(custom)
	return administering, func() (bool, error) {
		for _, role := range administering {
			found, err := rows(ctx, t, "user", s.user.otherAdministrator, scanText, org, role, people.UserActive, id(other))
			if err != nil || len(found) > 0 {
				return len(found) > 0, err
			}
		}
		return false, nil
	}, nil
}
