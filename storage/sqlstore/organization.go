package sqlstore

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type organizations struct{ access }

type organizationSQL struct{ insert, get, rename, addUser, addCredential string }

func newOrganizationSQL(db *DB) organizationSQL {
	return organizationSQL{
		insert: db.bind(`INSERT INTO {organizations} (org_id, name, created_at, version) VALUES (?, ?, ?, ?)`),
		get:    db.bind(`SELECT org_id, name, created_at, version FROM {organizations} WHERE org_id = ?`),
		rename: db.bind(`UPDATE {organizations} SET name = ?, version = version + 1 WHERE org_id = ? AND version = ?`),
		addUser: db.bind(`INSERT INTO {users} (org_id, id, name, email, email_key, role, status,
			created_at, updated_at, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		addCredential: db.bind(`INSERT INTO {credentials} (org_id, user_id, hash, epoch, changed_at) VALUES (?, ?, ?, ?, ?)`),
	}
}

func (s organizations) Create(
	ctx context.Context, o people.Organization, first people.User, c people.Credential, rec admin.Record,
) error {
	return s.write(ctx, o.ID, rec, func(t *tx) error {
		q := s.db.sql.organization
		if _, err := t.exec(ctx, "organization", q.insert, o.ID, o.Name, at(o.CreatedAt), o.Version); err != nil {
			return err
		}
		return q.createUser(ctx, t, o.ID, first, c)
	})
}

func (s organizationSQL) createUser(
	ctx context.Context, t *tx, org admin.OrgID, u people.User, c people.Credential,
) error {
	if _, err := t.exec(ctx, "user", s.addUser, org, id(u.ID), u.Name, u.Email.Address, u.Email.Key,
		u.Role, u.Status, at(u.CreatedAt), at(u.UpdatedAt), u.Version); err != nil {
		return err
	}
	_, err := t.exec(ctx, "credential", s.addCredential, org, id(c.UserID), c.Hash.PHC(), c.Epoch, at(c.ChangedAt))
	return err
}

func (s organizations) Get(ctx context.Context, org admin.OrgID) (people.Organization, error) {
	return one(ctx, s.reader(), "organization", s.db.sql.organization.get,
		func(scan func(...any) error, o *people.Organization) error {
			return scan(&o.ID, &o.Name, scanAt(&o.CreatedAt), &o.Version)
		}, org)
}

func (s organizations) Rename(
	ctx context.Context, org admin.OrgID, name string, version int64, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		return s.db.sql.organization.renameTo(ctx, t, org, name, version)
	})
}

func (s organizationSQL) renameTo(ctx context.Context, t *tx, org admin.OrgID, name string, version int64) error {
	return t.change(ctx, "organization", s.rename, []any{name, org, version}, s.get, org)
}
