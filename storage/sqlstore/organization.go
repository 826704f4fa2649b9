package sqlstore

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type organizations struct{ access }

type organizationSQL struct {
	insert, get, lock, rename, setStatus, deleted string
	addUser, addCredential                        string
	purge                                         purgeSQL
}

func newOrganizationSQL(db *DB) organizationSQL {
	const columns = `SELECT org_id, name, status, status_at, created_at, version FROM {organizations} `
	return organizationSQL{
		insert: db.bind(`INSERT INTO {organizations} (org_id, name, status, status_at, created_at, version)
			VALUES (?, ?, ?, ?, ?, ?)`),
		get:    db.bind(columns + `WHERE org_id = ?`),
		lock:   db.bind(columns + `WHERE org_id = ?{forUpdate}`),
		rename: db.bind(`UPDATE {organizations} SET name = ?, version = version + 1 WHERE org_id = ? AND version = ?`),
		setStatus: db.bind(`UPDATE {organizations} SET name = ?, status = ?, status_at = ?, version = ?
			WHERE org_id = ?`),
		deleted: db.bindAll(`SELECT org_id FROM {organizations}
			WHERE status = 'DELETED' AND purged = 0 AND org_id > ? ORDER BY org_id LIMIT ?`),
		addUser: db.bind(`INSERT INTO {users} (org_id, id, name, email, email_key, role, status,
			created_at, updated_at, version)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		addCredential: db.bind(`INSERT INTO {credentials} (org_id, user_id, hash, epoch, changed_at) VALUES (?, ?, ?, ?, ?)`),
		purge:         newPurgeSQL(db),
	}
}

func (s organizations) Create(
	ctx context.Context, o people.Organization, first people.User, c people.Credential, rec admin.Record,
) error {
	o = o.Created()
	return s.write(ctx, o.ID, rec, func(t *tx) error {
		q := s.db.sql.organization
		if _, err := t.exec(ctx, "organization", q.insert, o.ID, o.Name, o.Status, at(o.StatusAt), at(o.CreatedAt),
			o.Version); err != nil {
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
	return one(ctx, s.reader(), "organization", s.db.sql.organization.get, scanOrganization, org)
}

func scanOrganization(scan func(...any) error, o *people.Organization) error {
	return scan(&o.ID, &o.Name, &o.Status, scanAt(&o.StatusAt), scanAt(&o.CreatedAt), &o.Version)
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

// SetStatus locks the organization first: on every database that waits for transactions that have added something of
// it, and those that begin later wait for this one.
func (s organizations) SetStatus(ctx context.Context, want people.Organization, rec admin.Record) error {
	if err := rec.Check(); err != nil {
		return err
	}
	return s.bookkeep(ctx, func(t *tx) error {
		q := s.db.sql.organization
		o, err := one(ctx, t, "organization", q.lock, scanOrganization, want.ID)
		if err != nil {
			return err
		}
		if o, err = o.StatusChanged(want); err != nil {
			return err
		}
		if err := s.db.sql.audit.insert(ctx, t, want.ID, rec); err != nil {
			return err
		}
		_, err = t.exec(ctx, "organization", q.setStatus, o.Name, o.Status, at(o.StatusAt), o.Version, o.ID)
		return err
	})
}

func (s organizations) Deleted(ctx context.Context, after admin.OrgID, limit int) ([]admin.OrgID, error) {
	return rows(ctx, s.reader(), "organization", s.db.sql.organization.deleted,
		func(scan func(...any) error, org *admin.OrgID) error { return scan(org) }, after, limit)
}
